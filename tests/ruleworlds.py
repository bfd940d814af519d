"""Hand-made worlds for the rules: a few residents, facilities and areas, judged by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from shapely.geometry import Point, box

from carecircle.inputs.load import Inputs
from carecircle.ledgers import InputsLedger
from carecircle.rules.language.plan import Plan, PlanHead
from carecircle.rules.language.query import ReachQuery, required
from carecircle.schema import DEMAND, LEG, TOTALS, leg_column
from carecircle.study import Study
from carecircle.texts import Sentence

CRS = pyproj.CRS.from_epsg(4547)
BASE: dict[str, Any] = {
    "id": "R1", "clause": "R", "section": "一", "quote": "一条测试用的规则，共十六个字",
}  # fmt: skip


def plan_of(*rules: dict[str, Any]) -> Plan:
    head = PlanHead(id="made_up", title="made up for a test", region="somewhere", adcode="999999")
    return Plan.model_validate({"plan": head, "rule": [{**BASE, **r} for r in rules]})


def facilities_of(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Facilities by category and whatever else matters; the rest is filled in."""
    filled = []
    for number, row in enumerate(rows, 1):
        base: dict[str, Any] = {
            "facility_id": f"f{number}", "name": f"facility {number}", "category": "社区卫生服务中心",
            "designations": (), "status": "open", "capacity": np.nan, "area_id": None, "inside": True,
            "attributes": {}, "source": "test", "geometry": Point(0, 0),
        }  # fmt: skip
        filled.append({**base, **row})
    columns = list(filled[0]) if filled else ["facility_id", "name", "category", "designations", "status",
        "capacity", "area_id", "inside", "attributes", "source", "geometry"]  # fmt: skip
    return gpd.GeoDataFrame(pd.DataFrame(filled, columns=columns), geometry="geometry", crs=CRS)


def areas_of(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Areas side by side, 1 km wide each, touching."""
    filled = []
    for number, row in enumerate(rows):
        base: dict[str, Any] = {
            "area_id": f"a{number}", "name": f"村{number}村", "level": "village", "parent_id": None,
            "urban": None, "official_residents": np.nan,
            "geometry": box(number * 1000, 0, number * 1000 + 1000, 1000),
        }  # fmt: skip
        filled.append({**base, **row})
    columns = ["area_id", "name", "level", "parent_id", "urban", "official_residents", "geometry"]
    frame = pd.DataFrame(filled, columns=None if filled else columns)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def demand_of(*rows: tuple[Any, ...] | dict[str, Any]) -> gpd.GeoDataFrame:
    """Demand rows: residents, urban mark and whether the place is known."""
    filled = []
    for number, row in enumerate(rows):
        base: dict[str, Any] = {
            "demand_id": f"d{number}", "residents": 100.0, "area_id": None, "urban": True,
            "geometry": Point(number, 0),
        }  # fmt: skip
        filled.append({**base, **row})  # type: ignore[dict-item]
    frame = gpd.GeoDataFrame(pd.DataFrame(filled, columns=list(DEMAND)), geometry="geometry", crs=CRS)
    frame["urban"] = pd.Series([r["urban"] for r in filled], dtype=object)
    return frame


def totals_of(*rows: tuple[str, str, float, int]) -> pd.DataFrame:
    return pd.DataFrame([(*row, "test") for row in rows], columns=list(TOTALS))


def inputs_of(
    *,
    demand: gpd.GeoDataFrame | None = None,
    facilities: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    totals: pd.DataFrame | None = None,
    outside: float = 0.0,
    roads: bool = True,
    region: Any = None,
    complete: bool | list[str] = True,
    source: str = "table",
    emergency: dict[str, Any] | None = None,
    **assumptions: Any,
) -> Inputs:
    """Inputs as they are once read; the list of facilities is complete unless told otherwise."""
    listed = None if facilities is None else {"path": "test", "complete": complete, "format": source}
    study = Study.model_validate(
        {"name": "t", "plan": "made_up", "year": 2025, "assumptions": assumptions, "facilities": listed,
         "emergency": emergency or {}}
    )  # fmt: skip
    ledger = None
    if demand is not None:
        placeless = float(demand["residents"][demand.geometry.isna()].sum())
        inside = float(demand["residents"].sum()) - placeless
        ledger = InputsLedger(inside + placeless + outside, inside, outside, placeless)
    return Inputs(
        study=study, crs=CRS, demand=demand, ledger=ledger,
        facilities=facilities_of() if facilities is None else facilities,
        areas=areas_of() if areas is None else areas,
        totals=totals_of() if totals is None else totals,
        edges=gpd.GeoDataFrame(geometry=[], crs=CRS) if roads else None, urban_method=None,
        region=region, region_source=Sentence("inputs.file_region", {"file": "county.geojson"}),
    )  # fmt: skip


def reached_of(*rows: tuple[float, str]) -> pd.DataFrame:
    """A reached frame from (cost, status) pairs; the serving facility is f1."""
    return pd.DataFrame(
        {
            "demand_id": [f"d{i}" for i in range(len(rows))],
            "facility_id": ["f1" if s == "reached" else None for _, s in rows],
            "cost": [float(c) for c, _ in rows],
            "snap_m": [0.0] * len(rows),
            "status": [s for _, s in rows],
        }
    )


def answers(plan: Plan, frame: pd.DataFrame) -> dict[ReachQuery, pd.DataFrame]:
    """The same reached frame for every query of a plan; of several legs the first takes it all."""
    return {query: with_legs(frame, len(query.legs)) for query in required(plan)}


def with_legs(frame: pd.DataFrame, legs: int) -> pd.DataFrame:
    """A reached frame as that of several legs, all but the first at no cost."""
    if legs == 1:
        return frame
    own = {
        leg_column(number, name): frame[name] if number == 1 or name != "cost" else frame[name] * 0
        for number in range(1, legs + 1)
        for name in LEG
    }
    return frame.assign(**own)
