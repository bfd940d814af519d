"""What a road offers a mode of travel: whether it is open, in which direction, how fast, for whom.

A road is described by its OpenStreetMap tags, whatever file it came from; the figures of each mode stand in
``profiles.toml``.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from carecircle import tags as read
from carecircle.maxspeed import parse_maxspeed

_ACCESS = ("access", "foot", "vehicle", "motor_vehicle", "motorcar", "emergency")
_SEASONAL = ("ice_road", "winter_road", "seasonal")
STRUCTURE_TAGS = ("bridge", "layer")
"""With ``tunnel``: whether a road leaves the ground."""
TAGS = (
    "highway", "oneway", "junction", "maxspeed", "maxspeed:forward", "maxspeed:backward", *_ACCESS,
    "oneway:foot", "oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway:emergency",
    "motorroad", "tunnel", "route", "area", "smoothness", *_SEASONAL, *STRUCTURE_TAGS,
    *(f"{key}:{part}" for key in _ACCESS for part in ("forward", "backward", "conditional")),
)  # fmt: skip
"""The tags that decide how a road may be used, and how it meets the ground."""
PRIVATE = "private"
"""The access word of compounds and yards."""
NODE_TAGS = ("barrier", "bollard", *_ACCESS, *(f"{key}:conditional" for key in _ACCESS))
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
        What plans and columns call it: small letters, digits and ``_``.
    name, by
        In Chinese and English (``zh``, ``en``): what it is called ("walking"), and how one travels by it
        ("on foot").
    residents_own
        Whether residents travel so themselves; an ambulance comes to them.
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
    motorroads_on_permission
        Whether roads for motor vehicles only (``motorroad=yes``) are open only where a tag says so.
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
    off_road
        The mode as which it crosses the ground off the roads (``walk``: on foot); None: it never leaves them.
    """

    mode: str
    name: Mapping[str, str]
    by: Mapping[str, str]
    residents_own: bool
    access_speed_kph: float
    speed_kph: Mapping[str, float]
    on_permission: frozenset[str]
    access_keys: tuple[str, ...]
    closed_values: frozenset[str]
    motorroads_on_permission: bool
    oneway_keys: tuple[str, ...]
    implied_oneway: bool
    obeys_maxspeed: bool
    closed_tags: Mapping[str, frozenset[str]]
    open_barriers: frozenset[str]
    closed_barriers: frozenset[str]
    no_stop: frozenset[str]
    sources: Mapping[str, str]
    off_road: str | None = None

    @property
    def bound_by_oneway(self) -> bool:
        """Whether a plain one-way sign binds the mode."""
        return "oneway" in self.oneway_keys

    @property
    def key(self) -> str:
        """All of it as one text, the same in every run: what a network made with it depends on."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return json.dumps(
            plain, sort_keys=True, default=lambda v: sorted(v) if isinstance(v, frozenset) else dict(v)
        )

    def passage(self, tags: Mapping[str, Any]) -> Passage:
        """What a road with these tags offers the mode.

        Parameters
        ----------
        tags
            OpenStreetMap tags of the road; `TAGS` lists those that matter.

        Returns
        -------
        Passage
            Speeds both ways, and whether one may stop there.
        """
        highway = _word(tags, "highway")
        base = self.speed_kph.get(highway)
        if base is None or _word(tags, "route") == "ferry" or self._closed_tag(tags):
            return _SHUT
        forward, backward = read.directions(tags, self.oneway_keys, implied=self._one_way(highway, tags))
        forward = forward and self._admits(highway, tags, "forward")
        backward = backward and self._admits(highway, tags, "backward")
        stop = highway not in self.no_stop and _word(tags, "tunnel") in ("", "no", "culvert")
        if _word(tags, "motorroad") == "yes":
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

        Returns
        -------
        str or None
            Its key; None if no tag closes the road.
        """
        if _word(tags, "highway") not in self.speed_kph:
            return None
        words = read.admitting(tags, self.access_keys, "forward")
        if read.SEASON in words:
            return next(f"{key}:conditional" for key in self.access_keys if read.in_season(tags, key))
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

        Returns
        -------
        bool
            True if the mode may pass.
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
        """Keys and values that bind the mode but are not recognised; such a road is treated as open.

        Parameters
        ----------
        tags
            Of the road.

        Returns
        -------
        iterator of tuple of str
            Key and value.
        """
        return read.unread(tags, self.oneway_keys, self.access_keys, known_values() | self.closed_values)

    def _one_way(self, highway: str, tags: Mapping[str, Any]) -> bool:
        return self.implied_oneway and (
            highway == "motorway" or _word(tags, "junction") in ("roundabout", "circular")
        )

    def _admits(self, highway: str, tags: Mapping[str, Any], way: read.Direction) -> bool:
        words = read.admitting(tags, self.access_keys, way)
        asks = self.motorroads_on_permission and _word(tags, "motorroad") == "yes"
        if asks or highway in self.on_permission:
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


def structure(tags: Mapping[str, Any]) -> int:
    """How a road with these tags meets the ground: a position in `carecircle.schema.STRUCTURES`.

    A road whose ``layer`` lies above or below the ground without ``bridge`` or ``tunnel`` is taken for one:
    nothing else is drawn so. A culvert is the water's tunnel, and a passage through a building stays on the
    ground.

    Parameters
    ----------
    tags
        Of the road.

    Returns
    -------
    int
        0 on the ground, 1 on a bridge, 2 in a tunnel.
    """
    if _word(tags, "tunnel") not in ("", "no", "culvert", "building_passage"):
        return 2
    if _word(tags, "bridge") not in ("", "no"):
        return 1
    named = _word(tags, "tunnel") == "building_passage" or "bridge" in tags or "tunnel" in tags
    level = _word(tags, "layer").lstrip("+")
    if named or not level.removeprefix("-").isdigit() or int(level) == 0:
        return 0
    return 2 if level.startswith("-") else 1


@cache
def figures() -> Mapping[str, Any]:
    """All that ``profiles.toml`` holds, read once."""
    text = (resources.files("carecircle") / "profiles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _word(tags: Mapping[str, Any], key: str) -> str:
    """The first word of a tag; empty where there is none."""
    return next(iter(read.values(tags.get(key))), "")


@cache
def known_values() -> frozenset[str]:
    """Access words that ``profiles.toml`` names, for whichever mode."""
    closed = {word for mode in figures().values() for word in mode.get("closed_values", ())}
    return frozenset(figures()["access_words"]["open"]) | permissions() | closed


@cache
def permissions() -> frozenset[str]:
    """Access words that open a class of road which is otherwise closed to a mode."""
    return frozenset(figures()["access_words"]["permission"])
