"""The modes of travel: those of ``profiles.toml``, each figure with its source, and those from outside."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from carecircle.errors import UsageError
from carecircle.maxspeed import parse_maxspeed
from carecircle.passage import NODE_TAGS, PRIVATE, TAGS, Passage, Profile, figures
from carecircle.texts import LANGUAGES, Sentence

__all__ = [
    "NODE_TAGS", "PRIVATE", "TAGS", "Passage", "Profile", "mode_by", "mode_name", "modes", "nearest_mode",
    "parse_maxspeed", "profile", "profiles", "register",
]  # fmt: skip

_MODE = re.compile(r"[a-z][a-z0-9_]*")
_NO_MODES = ("maxspeed_names", "access_words", "closed_tags", "cover")
"""The tables of ``profiles.toml`` that are no modes."""


@cache
def _shipped() -> Mapping[str, Profile]:
    return {mode: _profile(mode, entry) for mode, entry in figures().items() if mode not in _NO_MODES}


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


def profile(mode: str, own: Mapping[str, Profile] | None = None) -> Profile:
    """The profile of one mode.

    Parameters
    ----------
    mode
        One of `modes`.
    own
        Profiles that a study sets itself (``Study.own_profiles``); they come first.

    Returns
    -------
    Profile
        The study's own, else of ``profiles.toml`` or as it was registered.

    Raises
    ------
    UsageError
        If there is no such mode; the message names the nearest.
    """
    found = (own or {}).get(mode) or profiles().get(mode)
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
        closed_tags={
            k: frozenset(v) for k, v in {**figures()["closed_tags"], **entry.get("closed_tags", {})}.items()
        },
        open_barriers=frozenset(entry.get("open_barriers", ())),
        closed_barriers=frozenset(entry.get("closed_barriers", ())),
        no_stop=frozenset(entry["no_stop"]),
        off_road=entry.get("off_road"),
        sources=sources,
    )
