"""``[[access]]``: access measures that a run reckons beside its clauses, and what is shown of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from carecircle import categories
from carecircle.errors import StudyError
from carecircle.profiles import modes, nearest_mode
from carecircle.strict import echo
from carecircle.study.sections import Section

Measured = Literal[
    "cumulative", "gravity", "two_step_fca", "enhanced_two_step_fca", "three_step_fca",
    "modified_two_step_fca", "balanced_fca", "spatial_availability", "nearest_nth", "balancing_cost", "raam",
]  # fmt: skip


class Accessed(Section):
    """One access measure: measured and shown, never judged."""

    measure: Measured
    """As in the manual's page on access and equity."""
    title: str = ""
    """Shown above it; absent: made of the measure and the facilities."""
    categories: tuple[str, ...] = Field(min_length=1)
    """Facilities that offer care; a narrower category counts."""
    designations: tuple[str, ...] = ()
    """Roles that each of them must hold."""
    mode: str = "drive"
    """Of travel."""
    direction: Literal["to_facility", "from_facility"] = "to_facility"
    """Residents travel to the facility, or an ambulance from it."""
    supply: str | None = None
    """What each facility offers: ``capacity`` or an attribute (``beds``); absent: one each."""
    limit_min: float | None = Field(default=None, gt=0, le=1440)
    """Minutes of the catchment, inclusive."""
    zones: dict[str, float] | None = None
    """Weights by zone, ``{10 = 1.0, 20 = 0.68, 30 = 0.22}``: up to so many minutes, inclusive."""
    gaussian_min: float | None = Field(default=None, gt=0, le=1440)
    """Width of a Gaussian decay, minutes."""
    rate_per_min: float | None = Field(default=None, gt=0, le=100)
    """Rate of an exponential decay, per minute."""
    n: int = Field(default=1, ge=1, le=100)
    """``nearest_nth``: how many are wanted."""
    tau_min: float | None = Field(default=None, gt=0, le=1440)
    """``raam``: the way that weighs as much as mean crowding, minutes."""
    people: str = "residents"
    """Who shares the supply: ``residents``, or a group of ``[residents] groups``."""
    line: float | None = Field(default=None, gt=0)
    """What is enough (of minutes: too much), in the unit of the measure: who falls short of it is told."""


def access_faults(asked: tuple[Accessed, ...] | None, file: Path) -> Iterator[StudyError]:
    """A fault for each category and mode that nobody knows, and for measures without what they need."""
    for number, one in enumerate(asked or ()):
        where = f"access.{number}"
        for term in one.categories:
            if categories.canonical(term) is None:
                near = categories.nearest(term) or "医院"
                yield StudyError(
                    "study.unknown_category", file=file, column=where, category=echo(term), near=near
                )
        if one.mode not in modes():
            near = nearest_mode(one.mode) or "—"
            yield StudyError(
                "study.unknown_in_profile", file=file, column=where, value=echo(one.mode), near=near,
                known=list(modes()),
            )  # fmt: skip
        falls = [one.zones, one.gaussian_min, one.rate_per_min]
        given = sum(f is not None for f in falls)
        free = one.measure in ("nearest_nth", "balancing_cost", "raam")
        if given > 1 or (not free and not given and one.limit_min is None):
            yield StudyError("study.access_decay", file=file, column=where, value=one.measure)
        if one.measure == "raam" and one.tau_min is None:
            yield StudyError("study.access_tau", file=file, column=where)
        if one.zones is not None and not all(_is_limit(limit) for limit in one.zones):
            yield StudyError("study.access_zones", file=file, column=f"{where}.zones")


def _is_limit(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False
