"""Blank spots (空白点): villages and townships without an institution, and where care comes by the day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from carecircle.categories import FacilitySet, role
from carecircle.rules.judging.areas import Area
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.shown import shown
from carecircle.schema import Finding
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs

BlankState = Literal["fixed", "visited", "unstaffed", "unknown", "blank"]
OUTREACH = frozenset({"巡回医疗", "驻村服务", "移动智慧医疗"})
"""Roles of care that comes to people."""
POST = "巡回医疗（驻村）服务点"
_FIXED = {
    "village": FacilitySet.of(["村卫生室", "乡镇卫生院", "社区卫生服务机构"]),
    "town": FacilitySet.of(["乡镇卫生院", "社区卫生服务中心"]),
}
"""What an area of a level must have, so that it is no blank spot."""
_KINDS = {"village": "village", "town": "township"}
_STAFF = ("village_doctors", "physicians", "health_staff")
_NAMED = 8


@dataclass(frozen=True)
class BlankSpot:
    """One village or township of the register.

    Parameters
    ----------
    level
        ``village`` or ``town``.
    area_id, name
        Of the area.
    residents
        Who live in it; None where that is not known.
    state
        ``fixed``: it has an institution; ``visited``: none, and care comes to it; ``unstaffed``: it has one
        in which nobody works; ``unknown``: the tables leave it open; ``blank``: none of these.
    days_per_month
        Days a month on which care comes to it, or somewhere in it; None where it does not, or the days are
        not known.
    facilities
        Names of what stands there or comes, joined by ``、``.
    """

    level: str
    area_id: str
    name: str
    residents: float | None
    state: BlankState
    days_per_month: float | None
    facilities: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data.

        Returns
        -------
        dict
            Its fields by name.
        """
        return asdict(self)


@dataclass(frozen=True)
class BlankSpots:
    """The register of a run: every village, then every township.

    Parameters
    ----------
    spots
        In the order of the areas.
    """

    spots: tuple[BlankSpot, ...]

    def at(self, level: str, *states: BlankState) -> tuple[BlankSpot, ...]:
        """The areas of a level in these states; all of them where none is named.

        Parameters
        ----------
        level
            ``village`` or ``town``.
        *states
            As `BlankSpot.state`.

        Returns
        -------
        tuple of BlankSpot
            In the order of the register.
        """
        return tuple(s for s in self.spots if s.level == level and (not states or s.state in states))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the planner should know: a sentence a level."""
        return tuple(self._finding(level) for level in _FIXED if self.at(level))

    def _finding(self, level: str) -> Finding:
        whole, blank = self.at(level), self.at(level, "blank", "unstaffed")
        visited, unknown = self.at(level, "visited"), self.at(level, "unknown")
        people = residents_of(whole)
        often = [(s.days_per_month, s.residents or 0.0) for s in visited if s.days_per_month is not None]
        weight = math.fsum(r for _, r in often)
        days = math.fsum(d * r for d, r in often) / weight if weight else None
        facts = {
            "level": Sentence(f"rules.blank_{level}"), "of": len(whole), "n": len(blank),
            "residents": residents_of(blank), "names": [s.name for s in blank[:_NAMED]] or "—",
            "visited": len(visited), "people": residents_of(visited), "unknown": len(unknown),
            "share": shown(residents_of(visited) / people if people else None, "share"),
            "days": shown(days if days is None else round(days, 1), "days"),
        }  # fmt: skip
        return Finding("warning" if blank else "note", Sentence("rules.blank_spots", facts))


def residents_of(spots: Iterable[BlankSpot]) -> float:
    """Residents of some areas together; those that are not known count for nobody.

    Parameters
    ----------
    spots
        Of a register.

    Returns
    -------
    float
        Their sum.
    """
    return math.fsum(s.residents or 0.0 for s in spots)


def comes(facility: Facility) -> bool:
    """Whether a facility is care that comes to people: a post for it, or a role of it."""
    return facility.category == POST or bool(OUTREACH & {role(d) for d in facility.designations})


def blank_spots(inputs: Inputs) -> BlankSpots | None:
    """The register of a study.

    Parameters
    ----------
    inputs
        What it holds.

    Returns
    -------
    BlankSpots or None
        None where no table speaks of care that comes by the day (``days_per_month``, or a post for it), and
        where the study has no villages or townships.
    """
    evidence = Evidence(inputs)
    if not any(f.category == POST or "days_per_month" in f.attributes for f in evidence.facilities):
        return None
    spots = tuple(spot for level in _FIXED for spot in _register(level, evidence))
    return BlankSpots(spots) if spots else None


def _register(level: str, evidence: Evidence) -> list[BlankSpot]:
    areas = [a for a in evidence.areas_at(level) if a.kind == _KINDS[level]]
    if not areas:
        return []
    above, people = evidence.above(level), evidence.residents_at(level)
    sure, unsure = evidence.counting(_FIXED[level])
    coming = [f for f in evidence.facilities if f.status == "open" and f.inside and comes(f)]

    def inside(some: Sequence[Facility]) -> dict[str | None, list[Facility]]:
        found: dict[str | None, list[Facility]] = {}
        for facility in some:
            found.setdefault(above.get(facility.area_id or ""), []).append(facility)
        return found

    fixed, maybe, visits = inside(sure), inside(unsure), inside(coming)
    open_ = bool(fixed.get(None) or maybe.get(None)) or evidence.is_open(_FIXED[level])
    return [
        _spot(level, area, people.get(area.id), fixed.get(area.id, []), visits.get(area.id, []), evidence,
              open_ or bool(maybe.get(area.id)))
        for area in areas
    ]  # fmt: skip


def _spot(
    level: str, area: Area, residents: float | None, fixed: list[Facility], visits: list[Facility],
    evidence: Evidence, open_: bool,
) -> BlankSpot:  # fmt: skip
    days = [f.figure("days_per_month") for f in visits]
    told = [d for d in days if d is not None]
    visited = any(d != 0 for d in days) or evidence.area_figure(area.id, "outreach_service") == 1
    state: BlankState = "blank"
    if any(not _nobody_works(f) for f in fixed):
        state = "fixed"
    elif visited:
        state = "visited"
    elif fixed:
        state = "unstaffed"
    elif open_:
        state = "unknown"
    names = "、".join(dict.fromkeys(f.name for f in (*fixed, *visits)))
    often = min(31.0, math.fsum(told)) if visited and told else None
    return BlankSpot(level, area.id, area.name, residents, state, often, names)


def _nobody_works(facility: Facility) -> bool:
    """Whether a table says of a facility that it has none of the staff it tells of."""
    figures = [facility.figure(name) for name in _STAFF]
    told = [f for f in figures if f is not None]
    return bool(told) and not any(told)
