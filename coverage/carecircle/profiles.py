"""How a mode moves on a road: its speed, the directions open to it, and where it may stop.

All figures stand in ``profiles.toml``, each with its source. A road is described by its OpenStreetMap
tags, whatever file it came from.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from carecircle.schema import MODES

_MPH_KPH = 1.609344
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph|km/h/r)?\s*$", re.IGNORECASE)
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_CLOSED_ONEWAY = frozenset({"reversible"})
_ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})

TAGS = (
    "highway", "oneway", "junction", "maxspeed", "maxspeed:forward", "maxspeed:backward", "access", "foot",
    "vehicle", "motor_vehicle", "motorcar", "emergency", "oneway:foot", "oneway:motorcar",
    "oneway:motor_vehicle", "oneway:vehicle", "oneway:emergency", "motorroad", "tunnel", "route", "area",
)  # fmt: skip
"""The tags that decide how a road may be used."""


@dataclass(frozen=True)
class Passage:
    """What a road offers one mode.

    Parameters
    ----------
    forward_kph, backward_kph
        Speed along and against the direction in which the road is drawn; 0 where closed.
    may_stop
        Whether a journey of this mode may begin or end on it.
    """

    forward_kph: float
    backward_kph: float
    may_stop: bool

    @property
    def open(self) -> bool:
        """Whether the mode may use the road at all."""
        return self.forward_kph > 0 or self.backward_kph > 0


_SHUT = Passage(0.0, 0.0, False)


@dataclass(frozen=True)
class Profile:
    """One mode of travel.

    Parameters
    ----------
    mode
        ``walk``, ``drive`` or ``ambulance``.
    access_speed_kph
        Speed on the access leg between a point and the road it is snapped to.
    speed_kph
        Speed by highway class; a class that is absent is closed to the mode.
    on_permission
        Classes open only where a tag says so (a cycleway to walkers).
    access_keys
        Access tags that bind the mode, the most specific first: the first present decides.
    closed_values
        Values of those tags that close a road.
    oneway_keys
        One-way tags that bind the mode, the most specific first.
    implied_oneway
        Whether motorways and roundabouts are one-way to it without a tag.
    obeys_maxspeed
        Whether a posted limit replaces the class's speed.
    no_stop
        Classes on which no journey begins or ends.
    sources
        Where each figure comes from, by name.
    """

    mode: str
    access_speed_kph: float
    speed_kph: Mapping[str, float]
    on_permission: frozenset[str]
    access_keys: tuple[str, ...]
    closed_values: frozenset[str]
    oneway_keys: tuple[str, ...]
    implied_oneway: bool
    obeys_maxspeed: bool
    no_stop: frozenset[str]
    sources: Mapping[str, str]

    def passage(self, tags: Mapping[str, Any]) -> Passage:
        """What a road with these tags offers the mode.

        Parameters
        ----------
        tags
            OpenStreetMap tags of the road; `TAGS` lists those that matter.
        """
        highway = str(tags.get("highway", ""))
        base = self.speed_kph.get(highway)
        if base is None or tags.get("route") == "ferry" or not self._admits(highway, tags):
            return _SHUT
        forward, backward = self._directions(highway, tags)
        stop = highway not in self.no_stop and tags.get("tunnel", "no") in ("no", "culvert")
        if tags.get("motorroad") == "yes":
            stop = False
        return Passage(
            self._speed(base, tags, "forward") if forward else 0.0,
            self._speed(base, tags, "backward") if backward else 0.0,
            stop and (forward or backward),
        )

    def _admits(self, highway: str, tags: Mapping[str, Any]) -> bool:
        value = next((str(tags[k]) for k in self.access_keys if tags.get(k)), None)
        if highway in self.on_permission or (self.mode == "walk" and tags.get("motorroad") == "yes"):
            return value in _ALLOWED
        return value not in self.closed_values

    def _directions(self, highway: str, tags: Mapping[str, Any]) -> tuple[bool, bool]:
        value = next((str(tags[k]).lower() for k in self.oneway_keys if tags.get(k)), None)
        if value is None and self.implied_oneway:
            round_trip = tags.get("junction") in ("roundabout", "circular")
            value = "yes" if highway == "motorway" or round_trip else None
        if value in _CLOSED_ONEWAY:  # which way it runs depends on the hour
            return False, False
        return value not in _BACKWARD, value not in _FORWARD

    def _speed(self, base: float, tags: Mapping[str, Any], direction: str) -> float:
        if not self.obeys_maxspeed:
            return base
        posted = parse_maxspeed(tags.get(f"maxspeed:{direction}"))
        if posted is None:
            posted = parse_maxspeed(tags.get("maxspeed"))
        return base if posted is None else posted


def parse_maxspeed(value: object) -> float | None:
    """A maxspeed tag in km/h, or None where it states no usable number.

    Understands ``50``, ``50 km/h``, ``30 mph``, ``CN:urban``, ``walk``, ``none``, and lists (``50;30``,
    ``50|30``, a Python list): of several the lowest counts.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, list | tuple | set):
        found = [parse_maxspeed(v) for v in value]
        known = [v for v in found if v is not None]
        return min(known) if known else None
    text = str(value).strip()
    if any(mark in text for mark in ";|,"):
        return parse_maxspeed(re.split(r"[;|,]", text))
    named = _names().get(text)
    if named is not None:
        return named
    match = _NUMBER.match(text)
    if match is None:
        return None
    factor = {"mph": _MPH_KPH, "knots": 1.852}.get((match[2] or "").lower(), 1.0)
    kph = float(match[1]) * factor
    return kph if 0 < kph <= 200 else None


@cache
def _file() -> Mapping[str, Any]:
    text = (resources.files("carecircle") / "profiles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _names() -> Mapping[str, float]:
    return {name: float(entry["kph"]) for name, entry in _file()["maxspeed_names"].items()}


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile by mode, read once from ``profiles.toml``."""
    return {mode: _profile(mode, _file()[mode]) for mode in MODES}


def profile(mode: str) -> Profile:
    """The profile of one mode.

    Raises
    ------
    KeyError
        If the mode is none of `carecircle.schema.MODES`.
    """
    return profiles()[mode]


def _profile(mode: str, entry: Mapping[str, Any]) -> Profile:
    classes = entry["speed_kph"]
    sources = {f"speed_kph.{name}": str(v["source"]) for name, v in classes.items()}
    sources |= {k.removesuffix("_source"): str(v) for k, v in entry.items() if k.endswith("_source")}
    return Profile(
        mode=mode,
        access_speed_kph=float(entry["access_speed_kph"]),
        speed_kph={name: float(v["kph"]) for name, v in classes.items()},
        on_permission=frozenset(name for name, v in classes.items() if v.get("on_permission")),
        access_keys=tuple(entry["access_keys"]),
        closed_values=frozenset(entry["closed_values"]),
        oneway_keys=tuple(entry["oneway_keys"]),
        implied_oneway=bool(entry["implied_oneway"]),
        obeys_maxspeed=bool(entry["obeys_maxspeed"]),
        no_stop=frozenset(entry["no_stop"]),
        sources=sources,
    )
