"""Figures as people read them: with their unit, shares in percent, differences of shares in points."""

from __future__ import annotations

import math
import re

from carecircle.texts import Sentence, wording

Target = float | tuple[float, float] | None
LEAST = 1.0
"""Residents a facility that are no lower end: whoever shares one is one at least."""
_PER = re.compile(r"per_([\d.]+)_(residents|children)")


def shown(value: float | Target, unit: str) -> Sentence:
    """A value with its unit, as a sentence: percent for shares, a band with a dash, a dash for nothing.

    A band that begins at nothing (or at one resident a facility) is said by its other end.
    """
    if isinstance(value, tuple) and value[0] <= (LEAST if unit == "residents_per_facility" else 0):
        return _with_unit(Sentence("rules.at_most", {"high": _plain(value[1], unit)}), unit)
    if isinstance(value, tuple):
        ends = {"low": _plain(value[0], unit), "high": _plain(value[1], unit)}
        return _with_unit(Sentence("rules.band", ends), unit)
    if value is None or not math.isfinite(value):
        return Sentence("rules.nothing")
    return _with_unit(_plain(value, unit), unit)


def minutes_shown(value: float | None) -> Sentence:
    """Minutes of a way as they are said: to a tenth."""
    return shown(None if value is None else round(value, 1), "min")


def _with_unit(value: object, unit: str) -> Sentence:
    """A number or band beside its unit; ``per_500_residents`` and its like have one sentence for all."""
    per = _PER.fullmatch(unit)
    if per is not None and f"rules.unit_{unit}" not in wording():
        return Sentence(f"rules.unit_per_other_{per[2]}", {"value": value, "per": float(per[1])})
    return Sentence(f"rules.unit_{unit}", {"value": value})


def shown_margin(value: float | None, unit: str) -> Sentence:
    """A difference of two values with its unit, as a sentence: percentage points between shares."""
    if unit != "share" or value is None or not math.isfinite(value):
        return shown(value, unit)
    return Sentence("rules.points", {"value": _plain(value, unit)})


def _plain(value: float, unit: str) -> float:
    return round(value * 100, 2) if unit == "share" else value
