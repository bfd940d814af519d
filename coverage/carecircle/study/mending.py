"""``[mend]`` and ``[[moves]]``: what may be done to make a plan's clauses hold, at what price, by when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from carecircle import categories
from carecircle.errors import StudyError
from carecircle.strict import UnfitError
from carecircle.study.sections import Section, known_category

MoveKind = Literal["open", "upgrade", "extend", "move", "merge", "close"]
MOVE_KINDS: tuple[MoveKind, ...] = ("open", "upgrade", "extend", "move", "merge", "close")


def _kinds(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(known_category(term)) for term in given)


def _roles(given: tuple[str, ...]) -> tuple[str, ...]:
    known = [categories.role(term) or (term if categories.is_role(term) else None) for term in given]
    for term, meant in zip(given, known, strict=True):
        if meant is None:
            raise UnfitError("study.unknown_role", term=term)
    return tuple(str(role) for role in known)


def _figures(given: dict[str, float]) -> dict[str, float]:
    for name in given:
        if categories.attribute(name) is None:
            raise UnfitError("study.unknown_attribute", term=name)
    return {str(categories.attribute(name)): float(value) for name, value in given.items()}


Kinds = Annotated[tuple[str, ...], AfterValidator(_kinds)]
Roles = Annotated[tuple[str, ...], AfterValidator(_roles)]
Figures = Annotated[dict[str, float], AfterValidator(_figures)]
_TAKES: dict[MoveKind, tuple[str, ...]] = {
    "open": ("category", "designations", "attributes", "places", "path", "spacing_m", "to", "name"),
    "upgrade": ("facilities", "of", "category", "designations", "attributes"),
    "extend": ("facilities", "of", "designations", "attributes"),
    "move": ("facilities", "to"),
    "merge": ("facilities", "into"),
    "close": ("facilities", "of"),
}
"""Which fields a kind of move takes; any other is refused."""
_NEEDS: dict[MoveKind, tuple[tuple[str, ...], ...]] = {
    "open": (("category",),),
    "upgrade": (("facilities", "of"), ("category", "designations")),
    "extend": (("facilities", "of"), ("attributes", "designations")),
    "move": (("facilities",), ("to",)),
    "merge": (("facilities",), ("into",)),
    "close": (("facilities", "of"),),
}
"""Of each group of fields a kind needs at least one."""


class Offered(Section):
    """One thing that may be done, at each of its places or to each of its facilities: ``[[moves]]``."""

    kind: MoveKind
    """Open a facility, upgrade what one is, extend what it has, move it, merge it into another, close it."""
    price: float = Field(ge=0)
    """Once, for each place or facility, in the planner's own unit (万元, say)."""
    running: float = Field(default=0.0, ge=0)
    """A year, for each, from the year after it is done; in the unit of ``price``."""
    first_year: int | None = Field(default=None, ge=1900, le=2200)
    """The earliest year in which it can be done; absent: any."""
    most: int | None = Field(default=None, ge=0)
    """At most so many of this table are done; absent: no bound."""
    facilities: tuple[str, ...] = ()
    """To which facilities, by their ids."""
    of: Kinds = ()
    """To which facilities, by category: every open one of exactly these inside the study."""
    category: Annotated[str | None, AfterValidator(known_category)] = None
    """``open``, ``upgrade``: what it is then."""
    designations: Roles = ()
    """Roles that it holds then, beside its own."""
    attributes: Figures = Field(default={})
    """``open``: its figures (``{beds = 50}``); ``upgrade``: those afterwards; ``extend``: what is added."""
    places: Literal["auto", "cells", "villages", "nodes"] = "auto"
    """``open``: where one might build, as ``carecircle site --places`` has it."""
    path: Path | None = None
    """``open``: a table of places instead, as ``carecircle site --candidates`` takes it."""
    spacing_m: float = Field(default=500.0, gt=0)
    """``open``: side of the squares to which places are thinned."""
    to: tuple[tuple[float, float], ...] = ()
    """``open``, ``move``: places, longitude and latitude (WGS 84)."""
    into: str = ""
    """``merge``: the facility that the others become a part of; what is counted of them is counted of it."""
    name: str = ""
    """``open``: what it is called; absent: after its place."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for group in _NEEDS[self.kind]:
            if not any(getattr(self, field) for field in group):
                raise UnfitError("study.move_needs", move=self.kind, needs=" / ".join(group))
        own = {"kind", "price", "running", "first_year", "most", *_TAKES[self.kind]}
        foreign = sorted(self.model_fields_set - own)
        if foreign:
            raise UnfitError(
                "study.move_foreign", move=self.kind, fields=foreign, takes=list(_TAKES[self.kind])
            )
        for lon, lat in self.to:
            if not (abs(lon) <= 180 and abs(lat) <= 90):
                raise UnfitError("study.move_place", term=f"{lon}, {lat}")
        return self


class Weights(Section):
    """What a clause counts by how binding it is, where not all can hold: ``[mend.weights]``."""

    binding: float = Field(default=3.0, ge=0)
    """约束性."""
    expected: float = Field(default=2.0, ge=0)
    """预期性."""
    stated: float = Field(default=1.0, ge=0)
    """Merely stated."""


class Mending(Section):
    """How the plan is mended: which clauses, from which year, with what money each year."""

    clauses: tuple[str, ...] = ()
    """Clauses or rules that are to hold; absent: every one that is not met."""
    first_year: int | None = Field(default=None, ge=1900, le=2200)
    """The first year of ``budget``; absent: the year after the study's."""
    budget: tuple[float, ...] = Field(default=(), max_length=12)
    """Money of each year, one number a year; what is left is kept. Absent: one phase, any sum."""
    projects: bool = True
    """The plan's own projects are done in their years, at no price here."""
    aim: Literal["clauses", "residents"] = "clauses"
    """What is most wanted where not everything can be had: clauses, weighed, or residents reached."""
    weights: Weights = Weights()
    """What a clause counts."""
    unit: str = ""
    """The unit of every price, as printed: 万元."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for value in self.budget:
            if value < 0:
                raise UnfitError("study.mend_budget", term=value)
        return self


def move_faults(moves: tuple[Offered, ...], file: Path) -> Iterator[StudyError]:
    """A fault for each table of candidate places that is not there."""
    for number, one in enumerate(moves, 1):
        if one.path is not None and not one.path.is_file():
            yield StudyError(
                "study.missing_input", file=file, column=f"moves.{number}.path", value=str(one.path)
            )
