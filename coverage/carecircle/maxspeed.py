"""What a posted speed limit says, in km/h: numbers, units, and words that name a law."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

_MPH_KPH = 1.609344
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph|km/h/r)?\s*$", re.IGNORECASE)


def parse_maxspeed(value: object, highway: str = "motorway") -> float | None:
    """A maxspeed tag in km/h, or None where it states no usable number.

    Understands ``50``, ``50 km/h``, ``30 mph``, ``CN:urban``, ``walk``, ``none``, and lists (``50;30``,
    ``50|30``, a Python list): of several the lowest counts.

    Parameters
    ----------
    value
        Of the tag.
    highway
        The road's class. A word that only says which law applies (``none``, ``DE:rural``) is no sign: it
        counts on the classes that ``profiles.toml`` names for it, so that no track becomes a fast road.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, list | tuple | set):
        found = [parse_maxspeed(v, highway) for v in value]
        known = [v for v in found if v is not None]
        return min(known) if known else None
    text = str(value).strip()
    if any(mark in text for mark in ";|,"):
        return parse_maxspeed(re.split(r"[;|,]", text), highway)
    named = _names().get(text.lower())
    if named is not None:
        kph, classes = named
        return kph if not classes or highway in classes else None
    match = _NUMBER.match(text)
    if match is None:
        return None
    factor = {"mph": _MPH_KPH, "knots": 1.852}.get((match[2] or "").lower(), 1.0)
    kph = float(match[1]) * factor
    return kph if 0 < kph <= 200 else None


@cache
def _names() -> Mapping[str, tuple[float, frozenset[str]]]:
    """Speed of each word, and the classes of road on which it counts (none: on all)."""
    return {
        name.lower(): (float(entry["kph"]), frozenset(entry.get("on", ())))
        for name, entry in _words().items()
    }


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    text = (resources.files("carecircle") / "profiles.toml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)["maxspeed_names"]
    return found
