"""How a mode moves on a road: its speed, the directions open to it, and where it may stop.

All figures stand in ``profiles.toml``, each with its source; `register` adds a mode from outside. A road is
described by its OpenStreetMap tags, whatever file it came from.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from carecircle.errors import UsageError
from carecircle.texts import LANGUAGES, Sentence

_MPH_KPH = 1.609344
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|knots|km/h|kmh|kph|km/h/r)?\s*$", re.IGNORECASE)
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_CLOSED_ONEWAY = frozenset({"reversible"})
_ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
_MODE = re.compile(r"[a-z][a-z0-9_]*")
_NAMES = "maxspeed_names"
"""The one table of ``profiles.toml`` that is no mode."""

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
    no_stop
        Classes on which no journey begins or ends.
    sources
        Where each figure comes from, by name.
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
    no_stop: frozenset[str]
    sources: Mapping[str, str]

    @property
    def bound_by_oneway(self) -> bool:
        """Whether a plain one-way sign binds the mode."""
        return "oneway" in self.oneway_keys

    @property
    def key(self) -> str:
        """All of it as one text, the same in every run: what a network made with it depends on."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name, value in plain.items():
            plain[name] = sorted(value) if isinstance(value, frozenset) else value
        return json.dumps(plain, sort_keys=True, default=dict)

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
        asks = self.motorroads_on_permission and tags.get("motorroad") == "yes"
        if asks or highway in self.on_permission:
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
    return {name: float(entry["kph"]) for name, entry in _file()[_NAMES].items()}


@cache
def _shipped() -> Mapping[str, Profile]:
    return {mode: _profile(mode, entry) for mode, entry in _file().items() if mode != _NAMES}


_registered: dict[str, Profile] = {}
"""Modes brought from outside by `register`."""


def profiles() -> Mapping[str, Profile]:
    """Every profile by mode.

    Returns
    -------
    mapping of str to Profile
        Those of ``profiles.toml`` in its order, then those registered.
    """
    return {**_shipped(), **_registered}


def modes() -> tuple[str, ...]:
    """Every known mode.

    Returns
    -------
    tuple of str
        In the order of `profiles`.
    """
    return tuple(profiles())


def profile(mode: str) -> Profile:
    """The profile of one mode.

    Parameters
    ----------
    mode
        One of `modes`.

    Returns
    -------
    Profile
        Of ``profiles.toml``, or as it was registered.

    Raises
    ------
    UsageError
        If there is no such mode; the message names the nearest.
    """
    found = profiles().get(mode)
    if found is None:
        raise UsageError("profiles.unknown_mode", value=mode, near=nearest_mode(mode), known=modes())
    return found


def register(profile: Profile) -> None:
    """Add a mode of travel for this run of Python: plans may name it, roads are timed for it.

    Parameters
    ----------
    profile
        All that is known of the mode; ``dataclasses.replace(profile("drive"), mode=…, name=…, by=…)`` saves
        writing what is alike. A mode registered before is replaced.

    Raises
    ------
    UsageError
        If the mode is one of ``profiles.toml``, its name cannot stand in a column's name, a word is missing
        in a language, or a speed is not a number above 0.
    """
    if profile.mode in _shipped():
        raise UsageError("profiles.mode_taken", value=profile.mode)
    if not _MODE.fullmatch(profile.mode):
        raise UsageError("profiles.bad_mode_name", value=profile.mode)
    if not all(words.get(language) for words in (profile.name, profile.by) for language in LANGUAGES):
        raise UsageError("profiles.mode_without_words", value=profile.mode, languages=LANGUAGES)
    speeds = {**profile.speed_kph, "access_speed_kph": profile.access_speed_kph}
    wrong = {road: kph for road, kph in speeds.items() if not (math.isfinite(kph) and kph > 0)}
    if wrong or not profile.speed_kph:
        raise UsageError("profiles.bad_speed", value=profile.mode, roads=sorted(wrong) or "—")
    _registered[profile.mode] = profile


def nearest_mode(text: str) -> str:
    """The known mode most like an unknown spelling (its name in either language too); ``—`` for none."""
    spellings = {mode: mode for mode in modes()}
    for mode, known in profiles().items():
        spellings |= {word.lower(): mode for words in (known.name, known.by) for word in words.values()}
    close = difflib.get_close_matches(text.strip().lower(), list(spellings), n=1, cutoff=0.5)
    return spellings[close[0]] if close else "—"


def mode_name(mode: str) -> Sentence:
    """What a mode is called, free to be said in either language: "walking"."""
    return Sentence("profiles.mode", profiles()[mode].name)


def mode_by(mode: str) -> Sentence:
    """How one travels by a mode, free to be said in either language: "on foot"."""
    return Sentence("profiles.mode", profiles()[mode].by)


def _profile(mode: str, entry: Mapping[str, Any]) -> Profile:
    classes = entry["speed_kph"]
    sources = {f"speed_kph.{name}": str(v["source"]) for name, v in classes.items()}
    sources |= {k.removesuffix("_source"): str(v) for k, v in entry.items() if k.endswith("_source")}
    return Profile(
        mode=mode,
        name=dict(entry["name"]),
        by=dict(entry["by"]),
        residents_own=bool(entry["residents_own"]),
        access_speed_kph=float(entry["access_speed_kph"]),
        speed_kph={name: float(v["kph"]) for name, v in classes.items()},
        on_permission=frozenset(name for name, v in classes.items() if v.get("on_permission")),
        access_keys=tuple(entry["access_keys"]),
        closed_values=frozenset(entry["closed_values"]),
        motorroads_on_permission=bool(entry["motorroads_on_permission"]),
        oneway_keys=tuple(entry["oneway_keys"]),
        implied_oneway=bool(entry["implied_oneway"]),
        obeys_maxspeed=bool(entry["obeys_maxspeed"]),
        no_stop=frozenset(entry["no_stop"]),
        sources=sources,
    )
