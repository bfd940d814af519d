"""Where a verdict would turn: between which values of each parameter its outcome stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from carecircle.certainty.splitting import Splitter
from carecircle.rules import Outcome
from carecircle.rules.judging.groups import weights
from carecircle.rules.judging.measures_chain import passing_minutes
from carecircle.rules.judging.turning import Crowd, open_at, pass_at, speed_from
from carecircle.rules.language.query import main_query
from carecircle.schema import leg_column
from carecircle.study.emergency import TURNOUT

if TYPE_CHECKING:
    import pandas as pd

    from carecircle.analysis import Analysis
    from carecircle.rules import ReachQuery, Verdict

Array = np.ndarray[Any, Any]
What = Literal["speed", "limit", "share", "turnout", "residents"]
_NO_SPEED_LIMIT = 1e6
"""A speed factor beyond which only what passes beside the roads is left."""
_MOST_TURNS = 50


@dataclass(frozen=True)
class Breakpoint:
    """Between which values of one parameter an outcome stands, all else as it is.

    Parameters
    ----------
    what
        ``speed``: what the speed on every road is multiplied by (access legs stay); ``limit``: the rule's own
        number, in its unit; ``share``: the share of residents asked for; ``turnout``: minutes before a unit
        sets out, where the study says them for every station; ``residents``: what the residents out of reach
        are multiplied by.
    value
        What it is now.
    low, high
        The ends; None where the outcome has no end on that side. At ``low`` of speed and limit the outcome
        still stands, at ``high`` it does no longer; of share and turnout it is the other way about; of
        residents a PASS still stands at its ``high``.
    """

    what: What
    value: float
    low: float | None
    high: float | None


def breakpoints(analysis: Analysis) -> dict[str, tuple[Breakpoint, ...]]:
    """The breakpoints of every verdict about a share of residents, exact, by rule.

    The limit, the share, the turn-out and the residents need no search: they are read off the costs. So is
    the speed as long as everybody keeps to the facility nearest now; whom another speed sends
    elsewhere (access legs do not shrink with the minutes on the road) is sought at the speed found, until
    it stays: each time the least of straight lines in the slowness, so it ends after a few.

    Parameters
    ----------
    analysis
        A study as it is, or under a scenario.

    Returns
    -------
    dict
        By id of the rule: one `Breakpoint` a parameter that can turn it. Kept: asked again it costs nothing.
        Rules that are measured only, and those without residents in scope, have none; verdicts whose roads
        are crossed with terrain, or answered by a reach from outside, have no speed.
    """
    kept: dict[str, tuple[Breakpoint, ...]] | None = vars(analysis).get("_breakpoints")
    if kept is None:
        splitter = Splitter(analysis)
        found = {v.rule: tuple(_of(analysis, v, splitter)) for v in analysis.verdicts}
        kept = {rule: points for rule, points in found.items() if points}
        vars(analysis)["_breakpoints"] = kept
    return kept


@dataclass(frozen=True, eq=False)
class Counted:
    """What a verdict about a share of residents was judged from.

    Parameters
    ----------
    verdict, query
        The verdict, and the query that its rule asks.
    frame
        The query's reached frame.
    rows
        bool[p]: residents in scope who have a cost.
    crowd
        Those residents, and those nobody can tell.
    covered, lacking
        Residents within the limit, and those out of reach.
    limit
        The rule's number in the unit of the costs, without the minutes that pass for everybody.
    passing
        Those minutes.
    """

    verdict: Verdict
    query: ReachQuery
    frame: pd.DataFrame
    rows: Array
    crowd: Crowd
    covered: float
    lacking: float
    limit: float
    passing: float

    @property
    def cost(self) -> Array:
        """float64[n]: cost of each row that has one."""
        return self.frame["cost"].to_numpy(float)[self.rows]


def counted(analysis: Analysis, verdict: Verdict) -> Counted | None:
    """What a verdict was judged from; None where it is not about a share of residents within a limit."""
    rule, ledger, people = verdict.rule_def, verdict.ledger, verdict.people
    query, target = main_query(rule), verdict.target
    if query is None or query not in analysis.reached or rule.limit is None:
        return None
    if people is None or ledger is None or verdict.unit != "share" or not isinstance(target, float):
        return None
    if verdict.outcome is Outcome.NO_THRESHOLD or verdict.observed is None or not ledger.in_scope > 0:
        return None
    rows = people.isin(["covered", "not_covered"]).to_numpy()
    undecided = math.fsum([ledger.unplaced, ledger.no_data])
    crowd = Crowd(weights(analysis.inputs, rule)[rows], undecided, ledger.in_scope, target)
    passing = passing_minutes(rule, analysis.study.emergency)
    limit = rule.limit * rule.factor - passing
    frame = analysis.reached[query]
    return Counted(verdict, query, frame, rows, crowd, ledger.covered, ledger.lacking, limit, passing)


def _of(analysis: Analysis, verdict: Verdict, splitter: Splitter) -> Iterator[Breakpoint]:
    found = counted(analysis, verdict)
    if found is None or verdict.rule_def.limit is None:
        return
    rule, crowd, limit = verdict.rule_def, found.crowd, verdict.rule_def.limit
    speed = _speed(splitter, found)
    if speed is not None:
        yield Breakpoint("speed", 1.0, *_rising(verdict, *speed))
    cost = found.cost + found.passing
    low, high = _rising(verdict, pass_at(crowd, cost) / rule.factor, open_at(crowd, cost) / rule.factor)
    yield Breakpoint("limit", limit, low, high)
    yield _share(found)
    if found.query.legs[0].start == "turnout" and not _own_turnouts(analysis, found.frame):
        now = analysis.study.emergency.turnout_min
        # a longer turn-out is a shorter limit: the ends change sides
        later, sooner = (None if e is None else now + (limit - e) * rule.factor for e in (low, high))
        sooner = sooner if sooner is not None and sooner >= 0 else None
        if later is not None or sooner is not None:
            yield Breakpoint("turnout", now, sooner, later)
    yield from _residents(found)


def _rising(verdict: Verdict, passes: float, opens: float) -> tuple[float | None, float | None]:
    """The ends of an outcome on a parameter that lets more residents be covered the larger it is."""
    may_fail = not verdict.open_listing
    low, high = {
        Outcome.PASS: (passes, math.inf),
        Outcome.FAIL: (-math.inf, opens),
        Outcome.NOT_ASSESSED: (opens if may_fail else -math.inf, passes),
    }[verdict.outcome]
    return (low if math.isfinite(low) and low > 0 else None), (high if math.isfinite(high) else None)


def _share(found: Counted) -> Breakpoint:
    """The shares asked for at which the outcome would stand."""
    crowd, verdict = found.crowd, found.verdict
    least = found.covered / crowd.in_scope
    most = math.fsum([found.covered, crowd.undecided]) / crowd.in_scope
    ends = {
        Outcome.PASS: (None, least),
        Outcome.FAIL: (most, None),
        Outcome.NOT_ASSESSED: (least, None if verdict.open_listing else most),
    }
    return Breakpoint("share", crowd.target, *ends[verdict.outcome])


def _residents(found: Counted) -> Iterator[Breakpoint]:
    """What the residents out of reach may be multiplied by; those who cannot be told are left as they are."""
    crowd, beyond = found.crowd, found.lacking
    if not beyond > 0 or not 0 < crowd.target < 1 or found.verdict.open_listing:
        return
    # covered / (covered + undecided + k * beyond) = target, and the same with the undecided covered
    known = math.fsum([found.covered, crowd.undecided])
    passes = (found.covered / crowd.target - known) / beyond
    opens = (known / crowd.target - known) / beyond
    low, high = {
        Outcome.PASS: (None, passes), Outcome.FAIL: (opens, None), Outcome.NOT_ASSESSED: (passes, opens),
    }[found.verdict.outcome]  # fmt: skip
    yield Breakpoint("residents", 1.0, low if low is not None and low > 0 else None, high)


def _own_turnouts(analysis: Analysis, frame: pd.DataFrame) -> bool:
    """Whether a station that serves says its own turn-out."""
    first = leg_column(1, "facility_id")
    column = first if first in frame else "facility_id"
    used = set(frame[column].dropna())
    facilities = analysis.inputs.facilities
    rows = facilities["facility_id"].isin(used)
    return any((a or {}).get(TURNOUT) is not None for a in facilities["attributes"][rows])


def _speed(splitter: Splitter, found: Counted) -> tuple[float, float] | None:
    """The speed factors from which on the rule passes, and may pass; None where no speed is known."""
    if not splitter.can(found.query):
        return None

    def at(speed: float) -> Array:
        beside, on_roads = splitter.split(found.query, 1 / speed)
        return speed_from(beside[found.rows], on_roads[found.rows], found.limit)

    crowd = found.crowd
    return _settled(lambda s: pass_at(crowd, at(s))), _settled(lambda s: open_at(crowd, at(s)))


def _settled(least: Callable[[float], float]) -> float:
    """The least speed: what the ways chosen at one speed say, until they say that speed itself.

    The ways chosen at a speed are a lower bound of who is covered at any other, so each answer is too high
    or right, and the next is never higher.
    """
    speed = least(1.0)
    if math.isinf(speed) and speed > 0:
        speed = least(_NO_SPEED_LIMIT)
    for _ in range(_MOST_TURNS):
        if not (math.isfinite(speed) and speed > 0):
            return speed
        after = least(speed)
        if not after < speed:
            return speed
        speed = after
    return speed
