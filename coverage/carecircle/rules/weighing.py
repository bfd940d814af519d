"""A figure, known or known to lie between two, against its target: the outcome and the slack."""

from __future__ import annotations

import math

from carecircle.rules.verdict import Outcome


def decide(low: float, high: float, comparison: str, target: float | tuple[float, float]) -> Outcome:
    """Judge a figure known to lie in ``[low, high]``: only what holds at both ends is PASS or FAIL.

    Parameters
    ----------
    low, high
        The ends of what is known, in the target's unit; equal where all is known.
    comparison
        ``>=``, ``<=``, ``==``, ``>``, ``<`` or ``between``.
    target
        A number, or a pair for a band (its ends included).

    Returns
    -------
    Outcome
        PASS, FAIL or NOT_ASSESSED.
    """
    at_low, at_high = _holds(low, comparison, target), _holds(high, comparison, target)
    if at_low and at_high:
        return Outcome.PASS
    if at_low or at_high or _straddles(low, high, comparison, target):
        return Outcome.NOT_ASSESSED
    return Outcome.FAIL


def margin(low: float, high: float, comparison: str, target: float | tuple[float, float]) -> float:
    """Signed slack of a figure known to lie in ``[low, high]``: at least 0 exactly where `decide` says PASS.

    A FAIL is measured from the end nearest the target, an undecided figure from the far one. Strict
    comparisons count the smallest step beyond the target.

    Parameters
    ----------
    low, high
        The ends of what is known, in the target's unit; equal where all is known.
    comparison
        ``>=``, ``<=``, ``==``, ``>``, ``<`` or ``between``.
    target
        A number, or a pair for a band (its ends included).

    Returns
    -------
    float
        In the target's unit.
    """
    outcome = decide(low, high, comparison, target)
    values = [_slack(low, comparison, target), _slack(high, comparison, target)]
    slack = max(values) if outcome is Outcome.FAIL else min(values)
    if outcome is not Outcome.PASS and slack >= 0:
        return -math.ulp(1.0)
    return slack


def _holds(value: float, comparison: str, target: float | tuple[float, float]) -> bool:
    if isinstance(target, tuple):
        return target[0] <= value <= target[1]
    if comparison in (">", "<"):
        return value > target if comparison == ">" else value < target
    return {">=": value >= target, "<=": value <= target, "==": value == target}[comparison]


def _straddles(low: float, high: float, comparison: str, target: float | tuple[float, float]) -> bool:
    """Whether a value between the ends could hold though neither end does."""
    if isinstance(target, tuple):
        return low < target[0] and high > target[1]
    return comparison == "==" and low < target < high


def _slack(value: float, comparison: str, target: float | tuple[float, float]) -> float:
    if isinstance(target, tuple):
        return min(value - target[0], target[1] - value)
    if comparison == "==":
        return -abs(value - target)
    return value - target if comparison in (">=", ">") else target - value
