"""The units a rule speaks of: areas of a level, their residents, neighbours and facilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from carecircle import categories, schema
from carecircle.rules.figures import area_figure, facility_figure
from carecircle.rules.language import Rule, Waiver

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs

_STREET = ("街道", "街道办事处", "办事处", "subdistrict", "street")
_COMMUNITY = ("社区", "居委会", "居民委员会", "社区居委会", "社区居民委员会", "community")
_TOUCH_M = 50.0
"""Villages whose outlines lie this close are neighbours (digitised borders leave slivers)."""
_OUTREACH = ("巡回医疗", "驻村服务", "移动智慧医疗")


@dataclass(frozen=True)
class AreaUnit:
    """One area with the facilities of a rule that lie in it.

    ``count`` are those surely counted; ``unsure`` may count (role unknown, or place unknown).
    """

    area_id: str
    name: str
    residents: float | None
    facilities: pd.DataFrame
    unsure: int


def units_at(rule: Rule, inputs: Inputs) -> pd.DataFrame:
    """The areas of a rule's level: streets or townships, communities or villages, or those it names."""
    areas = inputs.areas
    chosen: pd.DataFrame = areas[areas["level"] == rule.by]
    if rule.units:
        fits = [kind_of(row) == rule.units for _, row in chosen.iterrows()]
        chosen = chosen[np.array(fits, bool)]
    if rule.unit_names:
        fits = [any(str(n).endswith(w) for w in rule.unit_names) for n in chosen["name"]]
        chosen = chosen[np.array(fits, bool)]
    return chosen


def kind_of(area: pd.Series) -> str:
    """street or township, community or village: by the file's type, else the name, else the urban mark."""
    high, low = (
        (("street", _STREET), "township")
        if area["level"] == "town"
        else (("community", _COMMUNITY), "village")
    )
    for text in (area.get("area_type"), area.get("type"), area["name"]):
        plain = "" if text is None or text != text else str(text).strip().casefold()
        if plain.endswith(high[1]):
            return high[0]
        if plain.endswith(
            ("镇", "乡", "苏木", "村", "村委会", "村民委员会", "嘎查", "town", "township", "village")
        ):
            return low
    return high[0] if area["urban"] == True else low  # noqa: E712


def residents_by_area(inputs: Inputs, level: str) -> Mapping[str, float]:
    """Residents of each area of a level: the official figure, else the sum of its demand points."""
    areas = inputs.areas[inputs.areas["level"] == level]
    official = pd.to_numeric(areas["official_residents"], errors="coerce")
    known = {a: float(r) for a, r in zip(areas["area_id"], official, strict=True) if r == r}
    if inputs.demand is not None and len(known) < len(areas):
        above = schema.descendants(inputs.areas, level)
        sums: dict[str, list[float]] = {}
        for area_id, people in zip(inputs.demand["area_id"], inputs.demand["residents"], strict=True):
            if isinstance(area_id, str) and area_id in above:
                sums.setdefault(above[area_id], []).append(people)
        for area_id in areas["area_id"]:
            known.setdefault(area_id, math.fsum(sums.get(area_id, [])))
    return known


def area_units(rule: Rule, inputs: Inputs, chosen: pd.DataFrame, unsure: pd.DataFrame) -> list[AreaUnit]:
    """Every unit of the rule's level with its facilities; one without an area is unsure in all."""
    above = schema.descendants(inputs.areas, rule.by)
    people = residents_by_area(inputs, rule.by)

    def home(frame: pd.DataFrame) -> pd.Series:
        return frame["area_id"].map(lambda a: above.get(a) if isinstance(a, str) else None)

    at, maybe_at = home(chosen), home(unsure)
    placeless = int(at.isna().sum() + maybe_at.isna().sum())
    return [
        AreaUnit(
            str(a), str(n), people.get(a), chosen[at == a], placeless + int((maybe_at == a).sum())
        )
        for a, n in zip(*(units_at(rule, inputs)[c] for c in ("area_id", "name")), strict=True)
    ]  # fmt: skip


def waived(
    exceptions: Sequence[Waiver], unit: AreaUnit, units: Sequence[AreaUnit], inputs: Inputs
) -> tuple[bool | None, str | None]:
    """Whether a plan's own exception excuses a unit, and which sentence; None: a figure is missing."""
    open_question = False
    for exception in exceptions:
        answer = _WAIVERS[exception.when](exception, unit, units, inputs)
        if answer:
            return True, exception.quote
        open_question = open_question or answer is None
    return (None if open_question else False), None


def _marked(inputs: Inputs, unit: AreaUnit, mark: str) -> bool:
    return area_figure(inputs, unit.area_id, mark) == 1


def _shares(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], inputs: Inputs) -> bool | None:
    if len(unit.facilities):
        return False
    small = _marked(inputs, unit, "service_radius_small")
    if not small and unit.residents is None:
        return None
    if not small and unit.residents is not None and unit.residents >= (exception.below or 0):
        return False
    shape = _shape(inputs, unit.area_id)
    if shape is None:
        return None
    others = [u for u in units if u.area_id != unit.area_id and len(u.facilities)]
    near = [_shape(inputs, u.area_id) for u in others]
    return any(other is not None and shape.distance(other) <= _TOUCH_M for other in near)


def _second(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], inputs: Inputs) -> bool | None:
    if len(unit.facilities) != 2:
        return False
    if _marked(inputs, unit, "transport_radius_large"):
        return True
    return None if unit.residents is None else unit.residents >= (exception.at_least or math.inf)


def _outreach(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], inputs: Inputs) -> bool | None:
    if len(unit.facilities):
        return False
    vague = _marked(inputs, unit, "sparsely_populated") and _marked(inputs, unit, "transport_radius_large")
    if not vague:
        return False
    inside = inputs.facilities[inputs.facilities["area_id"] == unit.area_id]
    serving = [set(map(categories.role, d or ())) & set(_OUTREACH) for d in inside["designations"]]
    return _marked(inputs, unit, "outreach_service") or any(serving)


def _branches(exception: Waiver, unit: AreaUnit, units: Sequence[AreaUnit], inputs: Inputs) -> bool | None:
    names = [str(n) for n in unit.facilities["name"]]
    kept = [n for n in names if n.endswith(("分院", "服务点")) or "分院" in n]
    return len(names) - len(kept) == 1 and bool(kept)


_WAIVERS = {
    "shares_with_neighbour": _shares,
    "second_allowed": _second,
    "outreach": _outreach,
    "branches_kept": _branches,
}


def _shape(inputs: Inputs, area_id: str) -> BaseGeometry | None:
    shapes = inputs.areas.loc[inputs.areas["area_id"] == area_id, "geometry"]
    shape = shapes.iloc[0] if len(shapes) else None
    return None if shape is None or shape.is_empty else shape


def figure_in(unit: AreaUnit, attribute: str) -> tuple[float, float]:
    """How many facilities a unit has (``facilities``), or an attribute added up over them: both ends."""
    if attribute == "facilities":
        low = float(len(unit.facilities))
        return low, low + unit.unsure
    figures = [facility_figure(a, attribute) for a in unit.facilities["attributes"]]
    low = math.fsum(f for f in figures if f is not None)
    return low, math.inf if unit.unsure or None in figures else low
