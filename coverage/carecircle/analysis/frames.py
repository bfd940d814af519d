"""What a run found as frames: who is left out, what each facility serves, every verdict a row."""

from __future__ import annotations

import difflib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely

from carecircle.analysis.asking import Asker, serving_in
from carecircle.errors import UsageError
from carecircle.ledgers import LACKING
from carecircle.reach.surface import region_cells
from carecircle.rules import Outcome, ReachQuery, Verdict
from carecircle.rules.judging.groups import weights
from carecircle.rules.language.query import main_query

if TYPE_CHECKING:
    from carecircle.analysis.result import Analysis
    from carecircle.inputs.load import Inputs
    from carecircle.texts import Language


def verdict_of(analysis: Analysis, rule: str) -> Verdict:
    """The verdict of a rule's id, or of a clause's where the clause is one rule."""
    named = [v for v in analysis.verdicts if v.rule == rule]
    named = named or [v for v in analysis.verdicts if v.clause == rule]
    if len(named) == 1:
        return named[0]
    ids = [v.rule for v in named or analysis.verdicts]
    near = difflib.get_close_matches(rule, ids, n=3, cutoff=0.5)
    key = "analysis.many_rules" if named else "analysis.unknown_rule"
    raise UsageError(key, value=rule, known=ids if named else near or ids[:12])


def gaps_of(analysis: Analysis, rule: str | None) -> gpd.GeoDataFrame:
    """See `carecircle.Analysis.gaps`."""
    if rule is None:
        return _all_gaps(analysis)
    verdict = verdict_of(analysis, rule)
    if verdict.people is not None:
        return _people(analysis, verdict)
    if verdict.units:
        return _units(analysis.inputs, verdict)
    if verdict.outcome is Outcome.NOT_ASSESSED:
        raise UsageError("analysis.gap_unknown", value=verdict.rule, reason=verdict.reason)
    raise UsageError("analysis.gap_without_places", value=verdict.rule)


def _homes(inputs: Inputs, left_out: np.ndarray[Any, Any], people: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    """Chosen demand rows (bool[p]): who counts of each (float64[p]), and the area it lies in."""
    demand = inputs.demand
    assert demand is not None
    chosen = demand[left_out]
    names = dict(zip(inputs.areas["area_id"], inputs.areas["name"], strict=True))
    columns = {
        "demand_id": chosen["demand_id"],
        "residents": people[left_out],
        "area_id": chosen["area_id"],
        "area": chosen["area_id"].map(names),
    }
    return gpd.GeoDataFrame(columns, geometry=chosen.geometry, crs=inputs.crs)


def _all_gaps(analysis: Analysis) -> gpd.GeoDataFrame:
    """Everybody whom a clause that fails leaves out, once, and which clauses do."""
    behind = [v for v in analysis.verdicts if v.outcome is Outcome.FAIL and v.people is not None]
    if analysis.inputs.demand is None:
        raise UsageError("analysis.gap_without_residents")
    marks = {v.rule: v.people.isin(LACKING).to_numpy() for v in behind if v.people is not None}
    nobody = np.zeros(len(analysis.inputs.demand))
    left_out = np.logical_or.reduce([nobody > 0, *marks.values()])
    own = [np.where(marks[v.rule], weights(analysis.inputs, v.rule_def), 0.0) for v in behind]
    found = _homes(analysis.inputs, left_out, np.maximum.reduce([nobody, *own]))
    rules = ["、".join(r for r, own in marks.items() if own[i]) for i in np.flatnonzero(left_out)]
    found.insert(4, "rules", pd.Series(rules, index=found.index, dtype=object))
    return found


def _people(analysis: Analysis, verdict: Verdict) -> gpd.GeoDataFrame:
    """Whom one rule leaves out, why, and what their nearest facility costs them."""
    people = verdict.people
    assert people is not None
    left_out = people.isin(LACKING).to_numpy()
    found = _homes(analysis.inputs, left_out, weights(analysis.inputs, verdict.rule_def))
    query = main_query(verdict.rule_def)
    frame = analysis.reached.get(query) if query is not None and query.origin == "residents" else None
    cost, facility = np.full(len(found), np.nan), np.full(len(found), None, dtype=object)
    if frame is not None:
        cost = frame["cost"].to_numpy(float)[left_out]
        facility = frame["facility_id"].to_numpy(object)[left_out]
    names = dict(
        zip(analysis.inputs.facilities["facility_id"], analysis.inputs.facilities["name"], strict=True)
    )
    found.insert(4, "why", people[left_out].astype(str).to_numpy(object))
    found.insert(5, "cost", np.where(np.isfinite(cost), cost, np.nan))
    found.insert(6, "facility_id", pd.Series(facility, index=found.index, dtype=object))
    found.insert(7, "facility", pd.Series([names.get(f) for f in facility], index=found.index, dtype=object))
    return found


def _units(inputs: Inputs, verdict: Verdict) -> gpd.GeoDataFrame:
    """The areas or facilities in which a rule fails: outlines, points, or nothing where neither is known."""
    shapes = dict(zip(inputs.facilities["facility_id"], inputs.facilities.geometry, strict=True))
    shapes |= dict(zip(inputs.areas["area_id"], inputs.areas.geometry, strict=True))
    gone = [unit for unit in verdict.units if unit.state == "gap"]
    columns = {
        "unit_id": pd.Series([u.id for u in gone], dtype=object),
        "name": pd.Series([u.name for u in gone], dtype=object),
        "observed": pd.Series([u.observed for u in gone], dtype=float),
        "residents": pd.Series([u.residents for u in gone], dtype=float),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([shapes.get(u.id) for u in gone], crs=inputs.crs))


def service_areas_of(
    analysis: Analysis, rule: str, limit: float | None, cell_m: float | None
) -> gpd.GeoDataFrame:
    """See `carecircle.Analysis.service_areas`."""
    verdict = verdict_of(analysis, rule)
    query, inputs = main_query(verdict.rule_def), analysis.inputs
    if query is None or len(query.legs) != 1 or query.origin != "residents":
        raise UsageError("analysis.no_service_areas", value=verdict.rule)
    asker = Asker(inputs, analysis.reaches)
    if query not in analysis.reached or not asker.draws(query):
        raise UsageError("analysis.not_drawn", value=verdict.rule)
    if limit is None:
        own = verdict.rule_def.limit
        limit = math.inf if own is None else own * verdict.rule_def.factor
    cell_m = float(inputs.study.outputs.surface_cell_m if cell_m is None else cell_m)
    if not cell_m > 0 or not limit >= 0:
        raise UsageError("analysis.bad_cells", value=str(cell_m if not cell_m > 0 else limit))
    serving = serving_in(inputs, query).reset_index(drop=True)
    found = _shapes(analysis, asker, query, serving, limit, cell_m)
    return _with_residents(analysis.reached[query], inputs, found, limit)


def _shapes(
    analysis: Analysis,
    asker: Asker,
    query: ReachQuery,
    serving: gpd.GeoDataFrame,
    limit: float,
    cell_m: float,
) -> gpd.GeoDataFrame:
    """The cells that each facility is the nearest of, as one shape a facility."""
    inputs = analysis.inputs
    cells = region_cells(inputs.region, inputs.crs, cell_m=cell_m)
    nearest = asker.leg(replace(query.leg, every=False), cells.centres, serving)
    place = {facility: i for i, facility in enumerate(serving["facility_id"])}
    owner = nearest["facility_id"].map(place).fillna(-1).to_numpy(dtype=np.int32)
    owner[~(nearest["cost"].to_numpy(float) <= limit)] = -1
    labels = np.full(cells.width * cells.height, -1, dtype=np.int32)
    labels[cells.centres["demand_id"].to_numpy()] = owner
    parts: dict[int, list[Any]] = {}
    drawn = rasterio.features.shapes(
        labels.reshape(cells.height, cells.width), mask=(labels >= 0).reshape(cells.height, cells.width),
        transform=cells.transform,
    )  # fmt: skip
    for shape, label in drawn:
        parts.setdefault(int(label), []).append(shapely.geometry.shape(shape))
    whole = [shapely.union_all(parts[i]) if i in parts else None for i in range(len(serving))]
    columns = serving[["facility_id", "name", "category"]]
    return gpd.GeoDataFrame(columns.copy(), geometry=gpd.GeoSeries(whole, crs=inputs.crs), crs=inputs.crs)


def _with_residents(
    reached: pd.DataFrame, inputs: Inputs, found: gpd.GeoDataFrame, limit: float
) -> gpd.GeoDataFrame:
    """Beside each service area the residents whose nearest facility it is, within the limit."""
    assert inputs.demand is not None
    near = reached["cost"].to_numpy(float) <= limit
    residents = pd.Series(inputs.demand["residents"].to_numpy(float)[near])
    served = residents.groupby(reached["facility_id"].to_numpy(object)[near]).sum()
    found.insert(3, "residents", found["facility_id"].map(served).fillna(0.0).astype(float))
    return found


def verdicts_frame_of(analysis: Analysis, language: Language) -> pd.DataFrame:
    """See `carecircle.Analysis.verdicts_frame`."""
    rows = [_row(verdict, language) for verdict in analysis.verdicts]
    columns = list(_row(analysis.verdicts[0], language)) if analysis.verdicts else ["rule"]
    return pd.DataFrame(rows, columns=columns).set_index("rule")


def _row(verdict: Verdict, language: Language) -> dict[str, Any]:
    target = verdict.target
    low, high = target if isinstance(target, tuple) else (target, None)
    missing = [need.text(language) for need in verdict.missing_inputs]
    return {
        "rule": verdict.rule,
        "clause": verdict.clause,
        "title": verdict.title.text(language),
        "outcome": verdict.outcome.value,
        "state": verdict.state,
        "observed": _figure(verdict.observed),
        "comparison": verdict.comparison,
        "target": _figure(low),
        "target_to": _figure(high),
        "unit": verdict.unit,
        "margin": _figure(verdict.margin),
        "residents_affected": _figure(verdict.residents_affected),
        "failing_units": sum(unit.state == "gap" for unit in verdict.units),
        "reason": verdict.reason.text(language),
        "missing": ("；" if language == "zh" else "; ").join(missing),
        "quote": verdict.quote,
        "cited": verdict.cited.text(language),
    }


def _figure(value: float | None) -> float:
    return math.nan if value is None else float(value)
