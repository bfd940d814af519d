"""A figure, known or known to lie between two, against its target: the outcome and the slack."""

from __future__ import annotations

import math

from carecircle.rules.judging.parts import Outcome


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


def margin(
    observed: float, outcome: Outcome, comparison: str, target: float | tuple[float, float]
) -> float | None:
    """Signed slack of what was found: observed, target and margin, read together, add up.

    At least 0 with PASS; never above 0 with FAIL (exactly 0 where a strict comparison is missed at its own
    number). None where the slack says nothing of the outcome: what is open or out of reach decides there.

    Parameters
    ----------
    observed
        What was found, in the unit of the target.
    outcome
        What `decide` said of all that is known.
    comparison
        ``>=``, ``<=``, ``==``, ``>``, ``<`` or ``between``.
    target
        A number, or a pair for a band (its ends included).

    Returns
    -------
    float or None
        In the unit of the target.
    """
    slack = _slack(observed, comparison, target) + 0.0  # -0.0 is 0
    if not math.isfinite(slack):
        return None
    if outcome is Outcome.PASS:
        speaks = slack >= 0
    else:
        speaks = slack < 0 or (slack == 0 and outcome is Outcome.FAIL and comparison in (">", "<"))
    return slack if speaks else None


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
