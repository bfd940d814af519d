"""``[[periods]]``: hours of the day, the week or the year in which roads, facilities or residents differ."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, model_validator

from carecircle.errors import StudyError
from carecircle.profiles import modes, nearest_mode, profiles
from carecircle.strict import UnfitError, echo
from carecircle.study.sections import Section, known_terms

if TYPE_CHECKING:
    from carecircle.study.model import Study

EVERY_CLASS = "*"
"""Among factors by class: every class of road that is not named."""
_ON_FOOT = "walk"
_MOST = 1000.0
"""A road that takes longer than so many times its minutes is closed rather than slow."""


class Period(Section):
    """Hours in which minutes on the roads, open facilities or residents are not what they are otherwise."""

    name: str = Field(min_length=1, max_length=60)
    """What they are called; no two alike."""
    hours: str = Field(default="", max_length=120)
    """When they are, as people say it: ``工作日 7:30–9:00``, ``June to September``."""
    factor: dict[str, dict[str, float]] = Field(default={})
    """By mode and class of road (``*``: every class not named) what the minutes on it are multiplied by;
    access legs keep theirs."""
    closed_roads: tuple[str, ...] = ()
    """Classes of road that nobody can use then."""
    closed_edges: tuple[int, ...] = ()
    """Single edges (``edge_id``, one direction each) that nobody can use then."""
    closed_facilities: tuple[str, ...] = ()
    """Ids of facilities that are shut then."""
    closed_categories: Annotated[tuple[str, ...], AfterValidator(known_terms)] = ()
    """Facilities that are shut then, by category; a narrower one counts."""
    residents: str = ""
    """The group of ``[residents] groups`` that says who is where then; absent: the residents as they are."""
    source: str = ""
    """Where the figures are from; absent: assumed, and said."""

    @model_validator(mode="after")
    def _whole(self) -> Period:
        for mode, by_class in self.factor.items():
            if mode not in profiles():
                raise UnfitError("study.unsure_mode", mode=mode, near=nearest_mode(mode))
            if mode == _ON_FOOT:
                raise UnfitError("study.period_on_foot", mode=mode)
            for road, factor in by_class.items():
                if not (math.isfinite(factor) and 0 < factor <= _MOST):
                    raise UnfitError("study.period_factor", factor=factor, road=road, most=f"{_MOST:g}")
        changed = (self.factor, self.closed_roads, self.closed_edges, self.closed_facilities,
                   self.closed_categories, self.residents)  # fmt: skip
        if not any(changed):
            raise UnfitError("study.period_changes_nothing", name=self.name)
        return self


def period_faults(study: Study, file: Path) -> Iterator[StudyError]:
    """A fault for each name given twice, class of road or group unknown, and mode that no road answers."""
    classes = {road for known in profiles().values() for road in known.speed_kph}
    groups = [] if study.residents is None else [*(study.residents.groups or {})]
    seen: set[str] = set()
    for number, one in enumerate(study.periods or ()):
        where = f"periods.{number}"
        if one.name in seen:
            yield StudyError("study.period_twice", file=file, column=f"{where}.name", value=echo(one.name))
        seen.add(one.name)
        named = {road for by_class in one.factor.values() for road in by_class} - {EVERY_CLASS}
        for road in sorted(named - classes):
            yield _unknown(file, f"{where}.factor", road, classes)
        for road in sorted({*one.closed_roads} - classes):
            yield _unknown(file, f"{where}.closed_roads", road, classes)
        if one.residents and one.residents not in groups:
            yield _unknown(file, f"{where}.residents", one.residents, groups)
        for mode in sorted({*one.factor} & {*(study.matrix or {})} & {*modes()}):
            yield StudyError("study.period_of_matrix", file=file, column=f"{where}.factor", value=mode)


def _unknown(file: Path, column: str, word: str, known: set[str] | list[str]) -> StudyError:
    near = next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)), "—")
    return StudyError(
        "study.unknown_in_profile", file=file, column=column, value=echo(word), near=near,
        known=sorted(known) or "—",
    )  # fmt: skip
