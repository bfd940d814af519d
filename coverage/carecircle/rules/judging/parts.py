"""Parts of a verdict that are records of their own: where it turns, by road, by stage, by busy share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flip:
    """Where the outcome would turn.

    Parameters
    ----------
    limit
        The value of the rule's own number (limit or target, in its unit) at which it turns; None where no
        value would do.
    residents
        How many residents would have to change sides; None where the rule does not count people.
    """

    limit: float | None
    residents: float | None


@dataclass(frozen=True)
class ByRoad:
    """A straight-line rule's result by road, beside it and without influence on it.

    Parameters
    ----------
    observed
        Share of residents in scope (0-1) within the limit by road.
    residents_affected
        Residents beyond the limit by road, or without a way.
    paper_only
        Residents within the limit on paper and beyond it, or without a way, by road.
    """

    observed: float
    residents_affected: float
    paper_only: float


@dataclass(frozen=True)
class ChainPart:
    """One stage of an emergency.

    Parameters
    ----------
    name
        ``call``, ``dispatch``, ``turnout``, ``to_patient``, ``scene`` or ``to_hospital``.
    minutes
        On average over the residents whom the whole chain reaches.
    halved
        Share of residents (0-1) within the limit if the stage took half as long; None without a limit.
    turns_at
        Minutes of the stage at which the clause would turn, all else as it is: for stages that are one figure
        for everybody. None where no minutes would do.
    """

    name: str
    minutes: float
    halved: float | None
    turns_at: float | None


@dataclass(frozen=True)
class ByBusy:
    """A response beside how busy the ambulances are.

    Parameters
    ----------
    busy
        Share of time (0-1) that an ambulance is busy, from the study's calls; None: the calls are unknown.
    observed
        Minutes at that share; None where it is unknown or the calls cannot be served.
    always_free
        Minutes if every station had an ambulance free: the floor.
    at_20, at_40, at_60
        Minutes at these busy shares.
    turns_at
        The busy share from which on the clause is missed; None where it holds at 99 %.
    ambulances
        How many there are, one a station where the table does not say.
    model
        ``hypercube`` (exact) or ``larson`` (his approximation).
    """

    busy: float | None
    observed: float | None
    always_free: float
    at_20: float
    at_40: float
    at_60: float
    turns_at: float | None
    ambulances: int
    model: str
