"""What the inputs say in figures: residents, official figures of areas, attributes of facilities."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from carecircle import categories
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs
    from carecircle.rules.plan import Plan

_SUFFIX = {"all": "", "urban": "_urban", "rural": "_rural"}


@dataclass(frozen=True)
class Figure:
    """A number known to lie between two ends, where it is from, and what would settle it.

    ``missing`` names inputs; a figure with equal ends may still carry ``notes`` (assumptions).
    """

    low: float
    high: float
    source: Sentence
    missing: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()

    @property
    def known(self) -> bool:
        """Whether both ends are the same finite number."""
        return self.low == self.high and math.isfinite(self.low)


def need(code: str, **facts: object) -> Sentence:
    """An input that would settle a rule, as a sentence."""
    return Sentence(f"rules.need_{code}", facts)


def top_areas(inputs: Inputs) -> pd.DataFrame:
    """The areas that make up the study: those whose parent is not in the frame."""
    areas: pd.DataFrame = inputs.areas
    return areas[~areas["parent_id"].isin(list(areas["area_id"]))]


@cache
def region_name(inputs: Inputs, plan: Plan) -> str:
    """What to call the whole study: its one top area's name, else the plan's region."""
    names = [str(n) for n in top_areas(inputs)["name"]]
    return names[0] if len(names) == 1 else plan.plan.region or plan.title


def _canonical(name: object) -> str:
    text = str(name).strip()
    return categories.area_attribute(text) or categories.attribute(text) or text


def _official(
    inputs: Inputs, area_ids: Iterable[str], name: str, year: int
) -> tuple[float, int | None] | None:
    """The official figure of the first of these areas that has one; the year asked for, else the nearest."""
    totals = inputs.totals
    if totals is None or not len(totals):
        return None
    rows = totals[totals["attribute"].map(_canonical) == _canonical(name)]
    for area_id in area_ids if len(rows) else ():
        own = rows[rows["area_id"].fillna("").astype(str).str.strip() == area_id]
        if not len(own):
            continue
        dated = [
            (float(v), None if y != y else int(y)) for v, y in zip(own["value"], own["year"], strict=True)
        ]
        return min(dated, key=lambda pair: _distance(pair[1], year))
    return None


def _distance(year: int | None, wanted: int) -> float:
    """How far a figure's year is from the one asked for; of two equally far the earlier, undated last."""
    return 1e4 if year is None else abs(year - wanted) + (0.5 if year > wanted else 0.0)


def region_figure(
    inputs: Inputs, plan: Plan, name: str, *, year: int | None = None
) -> tuple[float, int | None] | None:
    """An official figure of the whole study: its own row, else the sum over its top areas."""
    year = inputs.study.year if year is None else year
    top = top_areas(inputs)
    ids = [str(a) for a in top["area_id"]]
    whole = [plan.plan.adcode, "region", ""] if plan.plan.adcode else ["region", ""]
    found = _official(inputs, [*(ids if len(ids) == 1 else []), *whole], name, year)
    if found is not None or not ids:
        return found
    parts = [_official(inputs, [a], name, year) for a in ids]
    if any(p is None for p in parts):
        return None
    known = [p for p in parts if p is not None]
    return math.fsum(v for v, _ in known), min((y for _, y in known if y is not None), default=None)


def area_figure(inputs: Inputs, area_id: str, name: str) -> float | None:
    """A figure or mark of one area: a totals row, else a column of the areas file."""
    found = _official(inputs, [area_id], name, inputs.study.year)
    if found is not None:
        return found[0]
    column = next((c for c in inputs.areas.columns if _canonical(c) == _canonical(name)), None)
    if column is None:
        return None
    values = inputs.areas.loc[inputs.areas["area_id"] == area_id, column]
    return None if values.empty else number(values.iloc[0])


def partial_inventory(inputs: Inputs) -> bool:
    """Whether the study itself says (in its totals) that its facility table lists only some facilities."""
    totals = inputs.totals
    if totals is None or not len(totals):
        return False
    return bool((totals["value"][totals["attribute"] == "partial_inventory"] == 1).any())


def number(value: Any) -> float | None:
    """A figure of a table as a number (a mark counts 1 or 0), or None."""
    if isinstance(value, str):
        words = {"true": 1.0, "yes": 1.0, "是": 1.0, "有": 1.0, "false": 0.0, "no": 0.0, "否": 0.0, "无": 0.0}
        if value.strip().casefold() in words:
            return words[value.strip().casefold()]
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(found) else found


def demand_of(inputs: Inputs) -> pd.DataFrame:
    """The demand frame, where a measure has made sure there is one."""
    assert inputs.demand is not None
    demand: pd.DataFrame = inputs.demand
    return demand


def in_scope(demand: pd.DataFrame, scope: str) -> pd.Series:
    """For each demand row whether a scope speaks of it: True, False, or None where no mark says."""
    if scope == "all":
        return pd.Series(True, index=demand.index, dtype=object)
    marks = [None if pd.isna(mark) else bool(mark) for mark in demand["urban"]]
    if scope == "rural":
        marks = [None if mark is None else not mark for mark in marks]
    return pd.Series(marks, index=demand.index, dtype=object)


def residents(inputs: Inputs, plan: Plan, scope: str = "all", *, ages: str = "") -> Figure:
    """Residents of a scope: the study's official figure, else the areas', else the sum of its points.

    Parameters
    ----------
    scope
        ``all``, ``urban`` or ``rural``.
    ages
        ``_0_14`` for children; only an official figure can tell.
    """
    name = f"residents{ages}{_SUFFIX[scope]}"
    found = region_figure(inputs, plan, name)
    if found is not None:
        return _dated(found, inputs, Sentence("rules.residents_official"))
    if not ages and scope == "all":
        own = pd.to_numeric(top_areas(inputs)["official_residents"], errors="coerce")
        if len(own) and own.notna().all():
            total = math.fsum(own)
            return Figure(total, total, Sentence("rules.residents_areas"))
    if ages or inputs.demand is None or inputs.ledger is None:
        return Figure(0.0, math.inf, Sentence("rules.nothing"), (need("total", name=_attribute(name)),))
    return _summed(inputs, scope)


def _summed(inputs: Inputs, scope: str) -> Figure:
    demand = demand_of(inputs)
    marks = in_scope(demand, scope)
    placed = demand.geometry.notna() & ~demand.geometry.is_empty
    sure = math.fsum(demand["residents"][(marks == True) & placed])  # noqa: E712
    maybe = math.fsum(demand["residents"][marks.isna() | ((marks == True) & ~placed)])  # noqa: E712
    missing = (need("urban"),) if marks.isna().any() and scope != "all" else ()
    if maybe and not missing:
        missing = (need("places"),)
    note = Sentence("rules.residents_summed")
    return Figure(sure, sure + maybe, note, missing if maybe else (), (note,))


def _dated(found: tuple[float, int | None], inputs: Inputs, source: Sentence) -> Figure:
    value, year = found
    notes: tuple[Sentence, ...] = ()
    if year is not None and year != inputs.study.year:
        notes = (Sentence("rules.years_differ", {"year": str(year), "target_year": str(inputs.study.year)}),)
    return Figure(value, value, source, (), notes)


def _attribute(name: str) -> Sentence:
    spec = {**categories.area_attributes(), **categories.attributes()}.get(name)
    zh, en = (spec.zh, spec.en) if spec else (name, name)
    return Sentence("rules.who", {"zh": zh, "en": en})


def attribute_name(name: str) -> Sentence:
    """An attribute's name, free to be said in either language."""
    return _attribute(name)


def facilities_of(
    inputs: Inputs, kinds: Sequence[str], roles: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Facilities inside the boundary that count, and those whose table does not say whether they do."""
    facilities = inputs.facilities[inputs.facilities["inside"].astype(bool)]
    of_kind = facilities[categories.in_categories(facilities, kinds)]
    held = categories.roles_held(of_kind, roles)
    return of_kind[(held == True)], of_kind[held.isna()]  # noqa: E712


def facility_figure(attributes: Mapping[str, Any] | None, name: str) -> float | None:
    """One attribute of one facility as a number, or None where its table does not say."""
    return number((attributes or {}).get(name))


def has_facilities(inputs: Inputs) -> bool:
    """Whether the study brought any facilities at all."""
    return bool(inputs.study.facility_sources) or len(inputs.facilities) > 0


def attribute_total(
    inputs: Inputs, plan: Plan, name: str, kinds: Sequence[str], roles: Sequence[str], total: str = ""
) -> Figure:
    """An attribute added up over facilities; an official figure stands in where the table cannot tell.

    Without kinds and roles the official figure of the attribute itself is asked for, otherwise the one
    named ``total``. A facility without a figure leaves the upper end open.
    """
    chosen, unsure = facilities_of(inputs, kinds, roles)
    own = _added(inputs, name, chosen, unsure)
    return _or_official(inputs, plan, own, total or ("" if kinds or roles else name))


def _or_official(inputs: Inputs, plan: Plan, own: Figure, name: str) -> Figure:
    """The facility table's own figure where it is known, else the official one, else what is known."""
    if not has_facilities(inputs):
        own = Figure(0.0, math.inf, Sentence("rules.nothing"), (need("facilities"),))
    if own.known or not name:
        return own
    return official_figure(inputs, plan, name) or own


def official_figure(inputs: Inputs, plan: Plan, name: str) -> Figure | None:
    """An official figure of the whole study, with its year said where it is not the study's; or None."""
    found = region_figure(inputs, plan, name)
    return None if found is None else _dated(found, inputs, Sentence("rules.source_official"))


def _added(inputs: Inputs, name: str, chosen: pd.DataFrame, unsure: pd.DataFrame) -> Figure:
    figures = [facility_figure(a, name) for a in chosen["attributes"]]
    known = [f for f in figures if f is not None]
    low = math.fsum(known)
    missing: list[Sentence] = []
    if len(known) < len(figures):
        facts = {"attribute": _attribute(name), "lacking": len(figures) - len(known), "of": len(figures)}
        missing.append(need("attribute", **facts))
    if len(unsure):
        missing.append(need("role", lacking=len(unsure)))
    if partial_inventory(inputs):
        missing.append(need("inventory"))
    high = math.inf if missing else low
    return Figure(low, high, Sentence("rules.source_sum", {"facilities": len(chosen)}), tuple(missing))


def counted(
    inputs: Inputs, plan: Plan, kinds: Sequence[str], roles: Sequence[str], total: str = ""
) -> Figure:
    """How many facilities there are; the official count ``total`` stands in where the table cannot tell."""
    chosen, unsure = facilities_of(inputs, kinds, roles)
    missing: list[Sentence] = []
    high = float(len(chosen))
    if len(unsure):
        missing.append(need("role", lacking=len(unsure)))
        high += len(unsure)
    if partial_inventory(inputs):
        missing.append(need("inventory"))
        high = math.inf
    source = Sentence("rules.source_sum", {"facilities": len(chosen)})
    return _or_official(inputs, plan, Figure(float(len(chosen)), high, source, tuple(missing)), total)


def ratio(top: Figure, bottom: Figure, per: float) -> Figure:
    """``top * per / bottom`` with every end kept."""
    low = 0.0 if not math.isfinite(bottom.high) or bottom.high <= 0 else top.low * per / bottom.high
    high = math.inf if bottom.low <= 0 or not math.isfinite(top.high) else top.high * per / bottom.low
    notes = tuple(dict.fromkeys((*top.notes, *bottom.notes)))
    return replace(top, low=low, high=high, missing=(*top.missing, *bottom.missing), notes=notes)
