"""A plan judged on nothing but its own published figures and the facilities it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from shapely.geometry import Polygon

from carecircle import categories
from carecircle.inputs.load import Inputs
from carecircle.inputs.totals import read_totals
from carecircle.rules import Plan, Verdict, judge, kind_of
from carecircle.rules.judging.names import first_form, forms
from carecircle.rules.language.facilities import NamedFacility
from carecircle.rules.language.rule import Rule
from carecircle.schema import AREAS, FACILITIES, TOTALS
from carecircle.study import Study
from carecircle.texts import Language, Sentence, say

_TO_BE_BUILT = "新建"


def published_figures(plan: Plan, language: Language = "zh") -> list[tuple[str, str, float, int, str]]:
    """The figures a plan publishes for its starting year, as rows of a totals table.

    A figure that is a rule's own (beds per 1,000, a share in percent) is filed under the rule's id; a plain
    total (beds, staff) under its attribute. Where the plan names facilities the last row says that a table of
    those is not complete.
    """
    year, area = plan.plan.baseline_year, plan.plan.adcode
    rows = []
    for rule in plan.rules:
        facts = {"title": plan.title, "section": rule.section, "year": str(year)}
        source = say("starter.source_baseline", language, **facts)
        if rule.baseline is not None and rule.by != "named":
            rows.append((area, rule.id, float(rule.baseline), year, source))
        name = _plain_total(plan, rule)
        if name is not None and isinstance(rule.target, float):
            rows.append((area, name, rule.target * rule.per, year, source))
        if rule.indicator.startswith("planned_") and isinstance(rule.target, float):
            planned = say("starter.source_planned", language, **facts)
            rows.append((area, rule.indicator, rule.target, plan.plan.target_year, planned))
    if named_facilities(plan):
        rows.append((area, "partial_inventory", 1.0, year, say("starter.source_partial", language)))
    return rows


def _plain_total(plan: Plan, rule: Rule) -> str | None:
    """The attribute of which a baseline rule publishes the region's whole total."""
    if kind_of(rule).number != "start":
        return None
    if rule.total or not rule.numerator:
        return rule.total or None
    part = rule.total_of and (plan.find(rule.total_of).categories or plan.find(rule.total_of).designations)
    return None if part or rule.categories or rule.designations else rule.numerator


def named_facilities(plan: Plan) -> list[dict[str, Any]]:
    """Every facility a plan names, once, with the beds it publishes for the starting year; no coordinates.

    What a ``[[facility]]`` table of the plan says of one holds; rules and projects add the rest.
    """
    own = {f.name: _stated(f) for f in plan.facility}
    found: dict[str, dict[str, Any]] = {name: {} for name in own}
    for rule in plan.rules:
        for name in rule.names:
            entry = _entry(found, name, own)
            if len(rule.categories) == 1:
                entry["category"] = rule.categories[0]
            if _TO_BE_BUILT in rule.quote and not rule.has:
                entry["status"] = "planned"
            if rule.numerator and kind_of(rule).number == "total" and rule.baseline is not None:
                entry[rule.numerator] = float(rule.baseline)
    for project in plan.projects:
        entry = _entry(found, project.name, own)
        if project.category:
            entry["category"] = project.category
        if project.change == "new" and project.state != "done":
            entry["status"] = "planned"
    rows = []
    for number, (written, known_of_it) in enumerate(found.items(), 1):
        name = first_form(written)
        category = categories.from_name(name) or "医院"
        row = {"facility_id": f"{plan.id}-{number:02d}", "name": name, "category": category, **known_of_it}
        rows.append({**row, **own.get(written, {})})
    return rows


def _stated(facility: NamedFacility) -> dict[str, Any]:
    """What a plan's own table says of a facility."""
    told: dict[str, Any] = {} if facility.status == "open" else {"status": facility.status}
    if facility.category:
        told["category"] = facility.category
    if facility.designations:
        told["designations"] = "、".join(facility.designations)
    return told


def _entry(
    found: dict[str, dict[str, Any]], name: str, fixed: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What is known of a facility so far; of two names of one, the fuller is kept."""
    known = next((k for k in found if _same(k, name)), None)
    if known is None:
        return found.setdefault(name, {})
    if known in fixed:
        return found[known]
    entry = found.pop(known)
    found[max(known, name, key=_forms_and_length)] = entry
    return entry


def _same(one: str, other: str) -> bool:
    """Whether two names are one facility's, in any form: 罗江区人民医院 is the plan's 区人民医院."""
    return any(a.endswith(b) or b.endswith(a) for a in forms(one) for b in forms(other))


def _forms_and_length(name: str) -> tuple[int, int]:
    return name.count("|"), len(name)


def baseline_inputs(plan: Plan, extra: Iterable[tuple[str, str, float, int, str]] = ()) -> Inputs:
    """The plan's own published figures and named facilities as inputs: nothing has a place.

    Parameters
    ----------
    extra
        Further rows of official figures (for example the census).
    """
    study = Study(name=f"baseline_{plan.id}", plan=plan.id, year=plan.plan.target_year)
    crs = pyproj.CRS.from_epsg(4490)
    rows = named_facilities(plan)
    fixed = ("facility_id", "name", "category", "status", "designations")
    attributes = [{k: v for k, v in r.items() if k not in fixed} for r in rows]
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": [r["facility_id"] for r in rows],
            "name": [r["name"] for r in rows],
            "category": [r["category"] for r in rows],
            "designations": pd.Series(
                [tuple(d.split("、")) if (d := r.get("designations")) else () for r in rows], dtype=object
            ),
            "status": [r.get("status", "open") for r in rows],
            "capacity": np.nan,
            "area_id": None,
            "inside": True,
            "attributes": pd.Series(attributes, dtype=object),
            "roles_told": pd.Series([frozenset()] * len(rows), dtype=object),  # a plan lists no roles in full
        },
        geometry=gpd.GeoSeries([None] * len(rows), crs=crs),
        crs=crs,
    )[[*FACILITIES, "roles_told"]]
    empty = {c: pd.Series([], dtype=object) for c in AREAS if c != "geometry"}
    return Inputs(
        study=study,
        crs=crs,
        region=Polygon(),
        region_source=Sentence("starter.note_named"),
        areas=gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs),
        facilities=facilities,
        demand=None,
        ledger=None,
        totals=pd.DataFrame([*published_figures(plan), *extra], columns=list(TOTALS)),
        edges=None,
        urban_method=None,
    )


def baseline_json(
    plans: Iterable[Plan], judged: Mapping[str, Sequence[Verdict]], language: Language
) -> dict[str, Any]:
    """Plans judged on their own figures, as plain data: what ``plans --baseline --json`` prints.

    Parameters
    ----------
    plans
        From `carecircle.load_plan`.
    judged
        Their verdicts, by the plan's id.
    language
        Of every sentence.

    Returns
    -------
    dict
        ``plans``: id, title, baseline_year, target_year and verdicts as verdicts.json has them, each with the
        year of its figure and of its target.
    """
    return {
        "plans": [
            {
                "id": plan.id, "title": plan.title, "baseline_year": plan.plan.baseline_year,
                "target_year": plan.plan.target_year,
                "verdicts": [
                    {**v.to_dict(language), "year": _year(plan, v)}
                    for v in judged[plan.id]
                ],
            }
            for plan in plans
        ]
    }  # fmt: skip


def _year(plan: Plan, verdict: Verdict) -> int:
    own = verdict.rule_def.published
    return plan.plan.baseline_year if own is None else own.year


def baseline_verdicts(plan: Plan, totals: Path | None = None) -> list[Verdict]:
    """Judge a plan on its own published figures and named facilities.

    Parameters
    ----------
    totals
        A table of further official figures, as ``[totals]`` of a study takes it.

    Returns
    -------
    list of Verdict
        In the plan's order; whatever needs places, people or roads is NOT_ASSESSED.

    Raises
    ------
    InputError
        If the table cannot be read.
    """
    extra = [] if totals is None else read_totals(totals)[0][list(TOTALS)].itertuples(index=False, name=None)
    return judge(plan, baseline_inputs(plan, extra), {})
