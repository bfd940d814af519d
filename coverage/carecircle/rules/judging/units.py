"""The units a rule speaks of: areas with the facilities in them, and the plan's own exceptions for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from carecircle.rules.judging.areas import Area
from carecircle.rules.judging.blank_spots import OUTREACH, POST
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.figures import need
from carecircle.rules.language.rule import Rule, Waiver
from carecircle.texts import Sentence

_TOUCH_M = 50.0
"""Villages whose outlines lie this close are neighbours (digitised borders leave slivers)."""


@dataclass(frozen=True)
class AreaUnit:
    """One area (or the whole region) with the facilities of a rule that lie in it.

    ``facilities`` surely count; ``unsure`` may (role unknown, or place unknown).
    """

    id: str
    name: str
    residents: float | None
    facilities: list[Facility]
    unsure: int
    area: Area | None = None

    def figure(self, attribute: str, *, of_one: bool = False) -> tuple[float, float]:
        """How many facilities it has (``facilities``), or an attribute over them: both ends.

        Added up, or the largest of one facility (``of_one``).
        """
        if attribute == "facilities":
            low = float(len(self.facilities))
            return low, low + self.unsure
        figures = [f.figure(attribute) for f in self.facilities]
        known = [f for f in figures if f is not None]
        low = max(known, default=0.0) if of_one else math.fsum(known)
        return low, math.inf if self.unsure or None in figures else low


def units_at(rule: Rule, evidence: Evidence) -> list[Area]:
    """The areas of a rule's level: streets or townships, communities or villages, or those it names."""
    return [
        area
        for area in evidence.areas_at(rule.by)
        if area.kind
        and rule.units in ("", area.kind)
        and (not rule.unit_names or area.name.endswith(rule.unit_names))
    ]


def left_out(rule: Rule, evidence: Evidence) -> list[Sentence]:
    """What is said of areas of the level that are no town or village (a state farm, a holding area)."""
    names = [area.name for area in evidence.areas_at(rule.by) if not area.kind]
    return [Sentence("rules.areas_left_out", {"names": names[:8], "n": len(names)})] if names else []


def area_units(
    rule: Rule, evidence: Evidence, chosen: list[Facility], unsure: list[Facility]
) -> list[AreaUnit]:
    """Every unit of the rule's level with its facilities; one without an area is unsure in all."""
    areas = units_at(rule, evidence)
    above, people = evidence.above(rule.by), evidence.residents_at(rule.by)
    held: dict[str | None, list[Facility]] = {}
    maybe: dict[str | None, int] = {}
    for facility in chosen:
        held.setdefault(above.get(facility.area_id or ""), []).append(facility)
    for facility in unsure:
        at = above.get(facility.area_id or "")
        maybe[at] = maybe.get(at, 0) + 1
    placeless = len(held.get(None, [])) + maybe.get(None, 0)
    return [
        AreaUnit(a.id, a.name, people.get(a.id), held.get(a.id, []), placeless + maybe.get(a.id, 0), a)
        for a in areas
    ]


def waived(
    exceptions: Sequence[Waiver], unit: AreaUnit, units: Sequence[AreaUnit], evidence: Evidence
) -> tuple[bool | None, str | None]:
    """Whether a plan's own exception excuses a unit, and which sentence; None: a figure is missing."""
    open_question = False
    for exception in exceptions:
        answer = _WAIVERS[exception.when](exception, unit, units, evidence)
        if answer:
            return True, exception.quote
        open_question = open_question or answer is None
    return (None if open_question else False), None


def waiver_needs(exceptions: Sequence[Waiver]) -> list[Sentence]:
    """What would tell whether an exception that is left open excuses a unit."""
    found = [need("outreach")] if any(e.when == "outreach" for e in exceptions) else []
    return found + ([need("unit_residents")] if any(e.when != "outreach" for e in exceptions) else [])


def _marked(evidence: Evidence, unit: AreaUnit, mark: str) -> bool:
    return evidence.area_figure(unit.id, mark) == 1


def _shares(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], evidence: Evidence) -> bool | None:
    if unit.facilities:
        return False
    small = _marked(evidence, unit, "service_radius_small")
    if not small and unit.residents is None:
        return None
    if not small and unit.residents is not None and unit.residents >= (exception.below or 0):
        return False
    shape = None if unit.area is None else unit.area.shape
    if shape is None:
        return None
    near = [u.area.shape for u in units if u.id != unit.id and u.facilities and u.area is not None]
    return any(other is not None and shape.distance(other) <= _TOUCH_M for other in near)


def _second(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], evidence: Evidence) -> bool | None:
    if len(unit.facilities) != 2:
        return False
    if _marked(evidence, unit, "transport_radius_large"):
        return True
    return None if unit.residents is None else unit.residents >= (exception.at_least or math.inf)


def _outreach(
    exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], evidence: Evidence
) -> bool | None:
    vague = ("sparsely_populated", "transport_radius_large")
    if unit.facilities or not all(_marked(evidence, unit, mark) for mark in vague):
        return False
    if _marked(evidence, unit, "outreach_service"):
        return True
    serving = (f for f in evidence.facilities if f.area_id == unit.id and f.status == "open")
    answers = {f.category == POST or f.holds([role]) for f in serving for role in OUTREACH}
    return True if True in answers else None if None in answers else False


def _branches(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], evidence: Evidence) -> bool:
    kept = [f for f in unit.facilities if f.name.endswith("服务点") or "分院" in f.name]
    return len(unit.facilities) - len(kept) == 1 and bool(kept)


_WAIVERS = {
    "shares_with_neighbour": _shares,
    "second_allowed": _second,
    "outreach": _outreach,
    "branches_kept": _branches,
}
