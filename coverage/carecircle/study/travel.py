"""``[profiles.<mode>]``: how fast a mode of travel goes, and where it may not, by the study's own figures."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pydantic import Field, field_validator

from carecircle.errors import StudyError
from carecircle.passage import known_values
from carecircle.profiles import Profile, nearest_mode, profiles
from carecircle.strict import UnfitError, echo
from carecircle.study.sections import Section

ALL = "all"
"""Under ``speed_kph``: every class of road but steps, where it is not named itself."""
_FASTEST_KPH = 300.0


class Travel(Section):
    """What a study says of one mode of travel instead of the shipped figures."""

    speed_kph: dict[str, float] = Field(default={})
    """Class of road -> km/h; ``all``: every class of the mode but steps. A posted limit still binds."""
    access_speed_kph: float | None = Field(default=None, gt=0, le=_FASTEST_KPH)
    """Between a home or facility and the road, km/h."""
    closed_classes: tuple[str, ...] = ()
    """Classes of road that the mode does not use."""
    closed_values: tuple[str, ...] | None = None
    """Values of access tags that close a road to the mode, in place of the shipped list."""

    @field_validator("speed_kph")
    @classmethod
    def _speeds(cls, speeds: dict[str, float]) -> dict[str, float]:
        if not all(0 < kph <= _FASTEST_KPH for kph in speeds.values()):
            raise UnfitError("study.bad_speed", most=f"{_FASTEST_KPH:g}")
        return speeds

    def of(self, known: Profile) -> Profile:
        """A mode's profile with these figures in it."""
        speeds = dict(known.speed_kph)
        if ALL in self.speed_kph:
            speeds |= {road: self.speed_kph[ALL] for road in speeds if road != "steps"}
        speeds |= {road: kph for road, kph in self.speed_kph.items() if road != ALL}
        closed = known.closed_values
        if self.closed_values is not None:
            closed = frozenset(self.closed_values) | (closed & {"season"})
        return dataclasses.replace(
            known,
            speed_kph={road: kph for road, kph in speeds.items() if road not in self.closed_classes},
            access_speed_kph=self.access_speed_kph or known.access_speed_kph,
            closed_values=closed,
            on_permission=known.on_permission - set(self.speed_kph),
        )


def own_profiles(told: Mapping[str, Travel]) -> dict[str, Profile]:
    """The profiles that a study changes, by mode."""
    return {mode: travel.of(profiles()[mode]) for mode, travel in told.items()}


def travel_faults(told: Mapping[str, Travel], file: Path) -> Iterator[StudyError]:
    """A fault for each mode, class of road and access word that nobody knows, with the nearest known one."""
    classes = {road for known in profiles().values() for road in known.speed_kph}
    for mode, travel in told.items():
        known = profiles().get(mode)
        if known is None:
            near = nearest_mode(mode)
            yield _unknown(file, "profiles", mode, tuple(profiles()), near)
            continue
        asked = (
            ("speed_kph", travel.speed_kph, {*classes, ALL}),
            ("closed_classes", travel.closed_classes, known.speed_kph),
            ("closed_values", travel.closed_values or (), known_values()),
        )
        for key, words, fit in asked:
            for word in words:
                if word not in fit:
                    yield _unknown(file, f"profiles.{mode}.{key}", word, fit)
        if not set(travel.of(known).speed_kph):
            yield StudyError("study.nothing_open", file=file, column=f"profiles.{mode}.closed_classes")


def _unknown(file: Path, column: str, word: str, known: Collection[str], near: str = "") -> StudyError:
    near = near or next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)), "—")
    said = sorted(known)
    return StudyError(
        "study.unknown_in_profile", file=file, column=column, value=echo(word), near=near, known=said
    )
