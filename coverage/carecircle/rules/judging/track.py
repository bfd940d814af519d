"""On the way: where a figure stands beside the straight line from the plan's start to its target year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carecircle.rules.judging.parts import OnTrack, Outcome
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.rule import Rule

if TYPE_CHECKING:
    from carecircle.rules.judging.verdict import Verdict
    from carecircle.rules.language.plan import Plan

_DATED = ("rules.years_differ", "rules.plan_own_figure")
"""What a verdict says of a figure that is of another year than the study."""

_ROUNDING = 1e-9
"""A figure that misses its line by less, as a share of it, stands on it."""


def on_track(verdict: Verdict, plan: Plan, year: int) -> OnTrack | None:
    """A verdict's figure against the line from the plan's baseline to its target.

    Parameters
    ----------
    verdict
        Of a rule of the plan, judged by its own measure.
    plan
        Its baseline and target years are the ends of the line, unless the rule names its own.
    year
        The study's; an official figure of an earlier year is held against the line of its own.

    Returns
    -------
    OnTrack or None
        None where the plan gives no start, the figure is unknown or measured only, or no time has passed.
    """
    rule = verdict.rule_def
    start, target = _start(rule, plan), _number(verdict, rule)
    if start is None or target is None or verdict.observed is None:
        return None
    if rule.measured_only or verdict.outcome not in (Outcome.PASS, Outcome.FAIL):
        return None
    baseline, first = start
    last, at = rule.year or plan.plan.target_year, _year_of(verdict, year)
    if not first < min(at, last):
        return None
    expected = _expected(rule.comparison, baseline, target, min(1.0, (at - first) / (last - first)))
    ahead = verdict.observed - expected
    margin = ahead if _rises(rule.comparison, baseline, target) else -ahead
    if rule.comparison == "==" and (baseline == target or at >= last):
        margin = 0.0 if verdict.outcome is Outcome.PASS else -abs(ahead)
    there = verdict.outcome is Outcome.PASS or margin >= -_ROUNDING * max(1.0, abs(expected))
    return OnTrack(at, baseline, first, last, expected, margin, there)


def _start(rule: Rule, plan: Plan) -> tuple[float, int] | None:
    """The plan's own figure at the start and its year, in the verdict's unit."""
    if rule.published is not None:
        return rule.published.value, rule.published.year
    if rule.baseline is None:
        return None
    value = rule.baseline / 100 if kind_of(rule).number == "share" else rule.baseline
    return value, plan.plan.baseline_year


def _number(verdict: Verdict, rule: Rule) -> float | None:
    """The one number that is asked; of a band that a tolerance made, its middle."""
    target = rule.target if isinstance(verdict.target, tuple) else verdict.target
    return None if target is None or isinstance(target, tuple) else float(target)


def _year_of(verdict: Verdict, year: int) -> int:
    """The year of the figure: the study's, unless an official figure or the plan's own is of another."""
    told = [s.facts.get("year") for s in verdict.assumptions if s.key in _DATED]
    return min([year, *(int(str(t)) for t in told if t is not None)])


def _rises(comparison: str, baseline: float, target: float) -> bool:
    if comparison in (">=", ">"):
        return True
    return False if comparison in ("<=", "<") else target >= baseline


def _expected(comparison: str, baseline: float, target: float, share: float) -> float:
    """The line's value after a share of the time; the target where the start met it already."""
    met = baseline >= target if comparison in (">=", ">") else baseline <= target
    if comparison != "==" and met:
        return target
    return baseline + (target - baseline) * share
