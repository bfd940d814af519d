"""How a mode moves on a road: its speed, the directions open to it, and where it may stop.

All figures stand in ``profiles.toml``, each with its source. A road is described by its OpenStreetMap
tags, whatever file it came from.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from carecircle import tags as read
from carecircle.schema import MODES

_MPH_KPH = 1.609344
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph|km/h/r)?\s*$", re.IGNORECASE)
_ACCESS = ("access", "foot", "vehicle", "motor_vehicle", "motorcar", "emergency")
_SEASONAL = ("ice_road", "winter_road", "seasonal")

TAGS = (
    "highway", "oneway", "junction", "maxspeed", "maxspeed:forward", "maxspeed:backward", *_ACCESS,
    "oneway:foot", "oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway:emergency",
    "motorroad", "tunnel", "route", "area", "smoothness", *_SEASONAL,
    *(f"{key}:{part}" for key in _ACCESS for part in ("forward", "backward", "conditional")),
)  # fmt: skip
"""The tags that decide how a road may be used."""
PRIVATE = "private"
"""The access word of compounds and yards."""
NODE_TAGS = ("barrier", "bollard", *_ACCESS)
"""The tags of a node that decide who passes a barrier; beside a road's own they are ``node:barrier`` …"""


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
    closed_tags
        Values of further tags that close a road, by key: it cannot be used, or not all year.
    open_barriers, closed_barriers
        Barriers on nodes that let the mode pass, all others stopping it; or, where none is named, those that
        stop it.
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
    closed_tags: Mapping[str, frozenset[str]]
    open_barriers: frozenset[str]
    closed_barriers: frozenset[str]
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
        if base is None or tags.get("route") == "ferry" or self._closed_tag(tags):
            return _SHUT
        forward, backward = read.directions(tags, self.oneway_keys, implied=self._one_way(highway, tags))
        forward = forward and self._admits(highway, tags, "forward")
        backward = backward and self._admits(highway, tags, "backward")
        stop = highway not in self.no_stop and tags.get("tunnel", "no") in ("no", "culvert")
        if tags.get("motorroad") == "yes":
            stop = False
        if "node:barrier" in tags and not self.passes(
            {k: tags[f"node:{k}"] for k in NODE_TAGS if f"node:{k}" in tags}
        ):
            return _SHUT
        return Passage(
            self._speed(base, highway, tags, "forward") if forward else 0.0,
            self._speed(base, highway, tags, "backward") if backward else 0.0,
            stop and (forward or backward),
        )

    def shut_by(self, tags: Mapping[str, Any]) -> str | None:
        """The tag that closes a road of an open class for a part of the year, or to strangers, if any does.

        Parameters
        ----------
        tags
            Of the road: ``ice_road``, ``smoothness=impassable``, ``access:conditional=no @ (Nov-Apr)``.
        """
        if tags.get("highway") not in self.speed_kph:
            return None
        words = read.admitting(tags, self.access_keys, "forward")
        if read.SEASON in words:
            return next(f"{key}:conditional" for key in self.access_keys if f"{key}:conditional" in tags)
        private = PRIVATE in words and self.closed_values.issuperset(words)
        return self._closed_tag(tags) or (PRIVATE if private else None)

    def _closed_tag(self, tags: Mapping[str, Any]) -> str | None:
        found = (k for k, closed in self.closed_tags.items() if closed.intersection(read.values(tags.get(k))))
        return next(found, None)

    def passes(self, barrier: Mapping[str, str]) -> bool:
        """Whether the mode passes a barrier.

        Parameters
        ----------
        barrier
            Tags of its node: an access tag of its own decides first, then what it is.
        """
        words = read.admitting(barrier, self.access_keys, "forward")
        if words:
            return any(word not in self.closed_values for word in words)
        kinds = read.values(barrier.get("barrier"))
        if "bollard" in kinds and "rising" in read.values(barrier.get("bollard")):
            return True
        if self.open_barriers:
            return all(kind in self.open_barriers for kind in kinds)
        return not any(kind in self.closed_barriers for kind in kinds)

    def unread(self, tags: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Keys and values that bind the mode and mean nothing to us; such a road counts as open."""
        return read.unread(tags, self.oneway_keys, self.access_keys, self.closed_values | open_values())

    def _one_way(self, highway: str, tags: Mapping[str, Any]) -> bool:
        return self.implied_oneway and (
            highway == "motorway" or tags.get("junction") in ("roundabout", "circular")
        )

    def _admits(self, highway: str, tags: Mapping[str, Any], way: read.Direction) -> bool:
        words = read.admitting(tags, self.access_keys, way)
        if highway in self.on_permission or (self.mode == "walk" and tags.get("motorroad") == "yes"):
            return any(word in permissions() for word in words)
        return not words or any(word not in self.closed_values for word in words)

    def _speed(self, base: float, highway: str, tags: Mapping[str, Any], direction: str) -> float:
        if not self.obeys_maxspeed:
            return base
        for key in (f"maxspeed:{direction}", "maxspeed"):
            posted = parse_maxspeed(tags.get(key), highway)
            if posted is not None:
                return posted
        return base


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
def _file() -> Mapping[str, Any]:
    text = (resources.files("carecircle") / "profiles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _names() -> Mapping[str, tuple[float, frozenset[str]]]:
    """Speed of each word, and the classes of road on which it counts (none: on all)."""
    return {
        name.lower(): (float(entry["kph"]), frozenset(entry.get("on", ())))
        for name, entry in _file()["maxspeed_names"].items()
    }


@cache
def open_values() -> frozenset[str]:
    """Access words that close a road to nobody whom its other tags do not bind."""
    return frozenset(_file()["access_words"]["open"]) | permissions()


@cache
def permissions() -> frozenset[str]:
    """Access words that open a class of road which is otherwise closed to a mode."""
    return frozenset(_file()["access_words"]["permission"])


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
        closed_tags={
            k: frozenset(v) for k, v in {**_file()["closed_tags"], **entry.get("closed_tags", {})}.items()
        },
        open_barriers=frozenset(entry.get("open_barriers", ())),
        closed_barriers=frozenset(entry.get("closed_barriers", ())),
        no_stop=frozenset(entry["no_stop"]),
        sources=sources,
    )
