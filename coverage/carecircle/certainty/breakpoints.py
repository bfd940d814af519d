"""Where a verdict would turn: each parameter of a people-verdict, and between which values its outcome stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from carecircle.certainty.splitting import Splitter
from carecircle.certainty.turning import Crowd, open_at, pass_at, speed_from
from carecircle.rules import Outcome
from carecircle.rules.judging.measures_chain import passing_minutes
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

    The limit, the share, the turn-out and the residents need no search: they are read off the residents' costs.
    So is the speed as long as everybody keeps to the facility nearest now; whom another speed sends
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


def counted(analysis: Analysis, verdict: Verdict) -> tuple[ReachQuery, pd.DataFrame, Array] | None:
    """What a verdict about a share of residents was judged from.

    Parameters
    ----------
    analysis
        Its analysis.
    verdict
        One of its verdicts.

    Returns
    -------
    tuple or None
        The query, its reached frame, and bool[p]: residents in scope who have a cost. None where the verdict
        is not about a share of residents within a limit.
    """
    query, ledger = main_query(verdict.rule_def), verdict.ledger
    judged = verdict.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.NOT_ASSESSED)
    counts = verdict.people is not None and ledger is not None and verdict.unit == "share"
    limited = verdict.rule_def.limit is not None and isinstance(verdict.target, float)
    if query not in analysis.reached or not (judged and counts and limited):
        return None
    assert verdict.people is not None and ledger is not None
    if not ledger.in_scope > 0 or verdict.observed is None:
        return None
    return query, analysis.reached[query], verdict.people.isin(["covered", "not_covered"]).to_numpy()


def crowd_of(analysis: Analysis, verdict: Verdict, rows: Array) -> Crowd:
    """The residents of a verdict, those with a cost row by row."""
    ledger, demand = verdict.ledger, analysis.inputs.demand
    assert ledger is not None and demand is not None and isinstance(verdict.target, float)
    weight = demand["residents"].to_numpy(float)[rows]
    return Crowd(weight, math.fsum([ledger.unplaced, ledger.no_data]), ledger.in_scope, verdict.target)


def _of(analysis: Analysis, verdict: Verdict, splitter: Splitter) -> Iterator[Breakpoint]:
    found = counted(analysis, verdict)
    if found is None:
        return
    query, frame, rows = found
    rule = verdict.rule_def
    assert rule.limit is not None
    crowd = crowd_of(analysis, verdict, rows)
    passing = passing_minutes(rule, analysis.study.emergency)
    cost = frame["cost"].to_numpy(float)[rows] + passing
    most = rule.limit * rule.factor
    speed = _speed(splitter, query, rows, most - passing, crowd)
    if speed is not None:
        yield Breakpoint("speed", 1.0, *_rising(verdict, *speed))
    ends = pass_at(crowd, cost) / rule.factor, open_at(crowd, cost) / rule.factor
    low, high = _rising(verdict, *ends)
    yield Breakpoint("limit", rule.limit, low, high)
    yield _share(verdict, crowd)
    start = query.legs[0].start
    if start == "turnout" and not _own_turnouts(analysis, frame):
        now = analysis.study.emergency.turnout_min
        # a longer turn-out is a shorter limit: the ends change sides
        later, sooner = (None if e is None else now + (rule.limit - e) * rule.factor for e in (low, high))
        if later is not None or (sooner is not None and sooner >= 0):
            yield Breakpoint("turnout", now, sooner if sooner is not None and sooner >= 0 else None, later)
    yield from _residents(verdict)


def _rising(verdict: Verdict, passes: float, opens: float) -> tuple[float | None, float | None]:
    """The ends of an outcome on a parameter that lets more residents be covered the larger it is."""
    may_fail = not verdict.open_listing
    low, high = {
        Outcome.PASS: (passes, math.inf),
        Outcome.FAIL: (-math.inf, opens),
        Outcome.NOT_ASSESSED: (opens if may_fail else -math.inf, passes),
    }[verdict.outcome]
    return (low if math.isfinite(low) and low > 0 else None), (high if math.isfinite(high) else None)


def _share(verdict: Verdict, crowd: Crowd) -> Breakpoint:
    """The shares asked for at which the outcome would stand."""
    assert verdict.ledger is not None and isinstance(verdict.target, float)
    least = verdict.ledger.covered / crowd.in_scope
    most = math.fsum([verdict.ledger.covered, crowd.undecided]) / crowd.in_scope
    ends = {
        Outcome.PASS: (None, least),
        Outcome.FAIL: (most, None),
        Outcome.NOT_ASSESSED: (least, None if verdict.open_listing else most),
    }
    return Breakpoint("share", verdict.target, *ends[verdict.outcome])


def _residents(verdict: Verdict) -> Iterator[Breakpoint]:
    """What the residents out of reach may be multiplied by; those who cannot be told are left as they are."""
    ledger, target = verdict.ledger, verdict.target
    assert ledger is not None and isinstance(target, float)
    beyond, covered = ledger.lacking, ledger.covered
    open_ = math.fsum([ledger.unplaced, ledger.no_data])
    if not beyond > 0 or not 0 < target < 1 or verdict.open_listing:
        return
    # covered / (covered + open + k * beyond) = target, and the same with the open ones covered
    passes = (covered / target - covered - open_) / beyond
    opens = ((covered + open_) / target - covered - open_) / beyond
    low, high = {
        Outcome.PASS: (None, passes), Outcome.FAIL: (opens, None), Outcome.NOT_ASSESSED: (passes, opens),
    }[verdict.outcome]  # fmt: skip
    yield Breakpoint("residents", 1.0, low if low is not None and low > 0 else None, high)


def _own_turnouts(analysis: Analysis, frame: pd.DataFrame) -> bool:
    """Whether a station that serves says its own turn-out."""
    first = leg_column(1, "facility_id")
    column = first if first in frame else "facility_id"
    used = set(frame[column].dropna())
    facilities = analysis.inputs.facilities
    rows = facilities["facility_id"].isin(used)
    return any((a or {}).get(TURNOUT) is not None for a in facilities["attributes"][rows])


def _speed(
    splitter: Splitter, query: ReachQuery, rows: Array, most: float, crowd: Crowd
) -> tuple[float, float] | None:
    """The speed factors from which on the rule passes, and may pass; None where no speed is known."""
    if not splitter.can(query):
        return None

    def at(speed: float) -> Array:
        beside, on_roads = splitter.split(query, 1 / speed)
        return speed_from(beside[rows], on_roads[rows], most)

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
