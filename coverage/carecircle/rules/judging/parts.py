"""A verdict's parts: outcomes and states, where it turns, the road beside, units, counties, its line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Literal

from carecircle.rules.judging.beyond import BeyondBorder
from carecircle.rules.judging.robust import Driver, Robust
from carecircle.texts import Sentence


class Outcome(StrEnum):
    """What a rule comes to; a unit of a rule may also be WAIVED by the plan's own exception.

    Attributes
    ----------
    PASS
        Holds even if every undecided resident were uncovered.
    FAIL
        Does not hold even if every undecided resident were covered.
    NOT_ASSESSED
        An input is missing, or the undecided residents decide.
    NO_THRESHOLD
        The plan gives no number: measured, not judged.
    WAIVED
        Of a unit: the plan excepts it, and it leaves numerator and denominator.
    """

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_ASSESSED = "NOT_ASSESSED"
    NO_THRESHOLD = "NO_THRESHOLD"
    WAIVED = "WAIVED"

    @property
    def sentence(self) -> Sentence:
        """The outcome's name, free to be said in either language."""
        return Sentence(f"rules.outcome_{self.value.lower()}")


State = Literal["gap", "surplus", "met", "unknown", "measured", "waived"]
STATES: Mapping[Outcome, State] = {
    Outcome.PASS: "met", Outcome.FAIL: "gap", Outcome.NOT_ASSESSED: "unknown",
    Outcome.NO_THRESHOLD: "measured", Outcome.WAIVED: "waived",
}  # fmt: skip
"""What an outcome means for the people it is about; more than asked is a ``surplus`` instead."""


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
class Referral:
    """The way of one facility's patients, or of one town's residents, to where they are received.

    Parameters
    ----------
    from_id, from_name
        The facility that refers; by zone the town whose residents travel.
    zone
        The zone it belongs to; empty where the rule does not ask by zone.
    via
        Names of those that receive first, in order; empty where there are none.
    to_id, to_name
        Where it ends; empty where nobody is reached or it is unknown.
    minutes
        Of the way; of a town the mean over its residents. None where it is unknown or there is no way.
    direct
        Minutes to the nearest that receives, whoever refers to whom.
    detour
        What belonging costs: ``minutes`` less ``direct``.
    residents
        Of the town; None for a facility.
    """

    from_id: str
    from_name: str
    zone: str
    via: str
    to_id: str
    to_name: str
    minutes: float | None
    direct: float | None
    detour: float | None
    residents: float | None = None


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


@dataclass(frozen=True)
class ByPeriod:
    """What a verdict comes to in hours in which roads, facilities or residents differ.

    Parameters
    ----------
    name, hours
        Of the period, as the study writes them.
    outcome
        Its own.
    observed, margin
        In the verdict's unit; None where there is none.
    residents_affected
        Residents in scope who are not covered then.
    worst
        Whether it is the worst of the study's periods.
    source
        Where its figures are from; empty: assumed.
    """

    name: str
    hours: str
    outcome: Outcome
    observed: float | None
    margin: float | None
    residents_affected: float | None
    worst: bool
    source: str


@dataclass(frozen=True)
class RuleUnit:
    """One area, facility or named thing of a rule.

    Parameters
    ----------
    id, name
        Of the area or facility; the name as the plan writes it for a named one.
    observed
        Its own figure in the verdict's unit; None where it cannot be known.
    outcome
        Its own outcome, WAIVED included.
    residents
        Who live in it, where the rule counts people.
    waived_by
        The plan's sentence that excepts it.
    state
        ``gap``, ``surplus``, ``met``, ``unknown``, ``measured`` or ``waived``: told from the outcome where
        it is not given.
    """

    id: str
    name: str
    observed: float | None
    outcome: Outcome
    residents: float | None = None
    waived_by: str | None = None
    state: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", self.state or STATES[self.outcome])

    @property
    def came_to(self) -> Sentence:
        """The outcome as people read it: a surplus says that more was found than is asked."""
        return came_to(self.outcome, self.state)


@dataclass(frozen=True)
class CountyRow:
    """What a rule comes to in one county of a prefecture.

    Parameters
    ----------
    id, name
        Of the county.
    numerator, denominator
        What is added up and what that is divided by, as for the whole; None where there is none.
    observed
        Its own figure in the verdict's unit.
    outcome
        Its own outcome; NO_THRESHOLD where the clause is asked of the prefecture as a whole.
    state
        As that of a unit: told from the outcome where it is not given.
    """

    id: str
    name: str
    numerator: float | None
    denominator: float | None
    observed: float | None
    outcome: Outcome
    state: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", self.state or STATES[self.outcome])

    @property
    def came_to(self) -> Sentence:
        """The outcome as people read it, where the clause is judged of a county."""
        if self.outcome is Outcome.NO_THRESHOLD:
            return Sentence("rules.state_measured")
        return came_to(self.outcome, self.state)


@dataclass(frozen=True)
class OnTrack:
    """Where a figure stands beside the straight line from the plan's start to its target.

    Parameters
    ----------
    year
        Of the figure: the study's, or that of an older official figure.
    baseline, baseline_year
        Where the line begins.
    target_year
        Where it ends, at the target.
    expected
        What the line asks of the year; the target from its year on, and where the start met it already.
    margin
        Signed slack against ``expected``, in the verdict's unit: at least 0 on the line or beyond it.
    on_track
        Whether it is.
    """

    year: int
    baseline: float
    baseline_year: int
    target_year: int
    expected: float
    margin: float
    on_track: bool


def came_to(outcome: Outcome, state: str) -> Sentence:
    """An outcome as people read it: a surplus says that more was found than is asked."""
    if state != "surplus":
        return outcome.sentence
    return Sentence("rules.outcome_surplus", {"outcome": outcome.sentence})


Part = (
    BeyondBorder | Flip | ByRoad | ByBusy | ByPeriod | ChainPart | Referral | RuleUnit | CountyRow
    | OnTrack | Robust | Driver
)  # fmt: skip


def record(part: Part) -> dict[str, Any]:
    """A verdict's part as plain data, field by field."""
    return {f.name: _written(getattr(part, f.name)) for f in fields(part)}


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [record(part) for part in value]
    if isinstance(value, Outcome):
        return value.value
    return finite(value) if isinstance(value, float) else value


def finite(value: float | None) -> float | None:
    """A number that JSON can hold, or None."""
    return None if value is None or not math.isfinite(value) else value
