"""A small made-up county, whole and frozen as `carecircle.analyze` leaves one, without computing reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import affine
import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import carecircle
from browser import Visit, visit
from carecircle.analysis import Analysis
from carecircle.inputs.load import Inputs
from carecircle.ledgers import InputsLedger
from carecircle.reach.answers import Surface
from carecircle.rules import Plan, judge
from carecircle.rules.language.query import required
from carecircle.schema import Finding, time_column
from carecircle.study import Study
from carecircle.texts import Sentence
from trialtown import write_hilly_town

CRS = pyproj.CRS("EPSG:32648")
EAST, NORTH, SIDE = 480_000.0, 3_440_000.0, 20_000.0
NASTY = '</script><img src=x onerror="window.hacked=1">{{ 7*7 }}=1+1'


def _areas() -> gpd.GeoDataFrame:
    box = shapely.box(EAST, NORTH, EAST + SIDE, NORTH + SIDE)
    rows = [("c", "示例县", "county", None, None, 21_000.0, box)]
    for t, name in enumerate(("东河镇", "<b>西山乡</b>")):
        west = EAST + t * SIDE / 2
        rows.append(
            (
                f"t{t}",
                name,
                "town",
                "c",
                t == 0,
                np.nan,
                shapely.box(west, NORTH, west + SIDE / 2, NORTH + SIDE),
            )
        )
        for v in range(4):
            south = NORTH + v * SIDE / 4
            shape = shapely.box(west, south, west + SIDE / 2, south + SIDE / 4)
            rows.append((f"t{t}v{v}", f"{name}{v + 1}村", "village", f"t{t}", t == 0, np.nan, shape))
    columns = ["area_id", "name", "level", "parent_id", "urban", "official_residents", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)


def _facilities() -> gpd.GeoDataFrame:
    rows = [
        ("e1", "县急救站", "急救中心（站）", 0.30, 0.30, "open"),
        ("h1", NASTY, "综合医院", 0.35, 0.32, "open"),
        ("h2", "=HYPERLINK(1)", "综合医院", 0.70, 0.80, "planned"),
        ("w1", "东河镇卫生院", "乡镇卫生院", 0.25, 0.6, "open"),
        ("w2", "西山乡卫生院", "乡镇卫生院", 0.75, 0.2, "open"),
        ("v0", "无坐标卫生室", "村卫生室", None, None, "open"),
    ]
    points = [None if x is None else shapely.Point(EAST + x * SIDE, NORTH + y * SIDE) for *_, x, y, _ in rows]
    return gpd.GeoDataFrame(
        {
            "facility_id": [r[0] for r in rows],
            "name": [r[1] for r in rows],
            "category": [r[2] for r in rows],
            "designations": [("卒中中心",) if r[0] == "h1" else () for r in rows],
            "status": [r[5] for r in rows],
            "capacity": np.nan,
            "area_id": ["t0", "t0", "t1", "t0", "t1", "t0"],
            "inside": True,
            "attributes": [{"beds": 10.0} for _ in rows],
        },
        geometry=gpd.GeoSeries(points, crs=CRS),
    )


def _demand() -> gpd.GeoDataFrame:
    """900 points of 20 residents and a bit, and 100 residents whose place is unknown."""
    n = 30
    x, y = (v.ravel() for v in np.meshgrid((np.arange(n) + 0.5) / n, (np.arange(n) + 0.5) / n))
    points = [*shapely.points(EAST + x * SIDE, NORTH + y * SIDE), None]
    home = [f"t{int(a >= 0.5)}v{int(b * 4)}" for a, b in zip(x, y, strict=True)]
    return gpd.GeoDataFrame(
        {
            "demand_id": [f"d{i}" for i in range(n * n + 1)],
            "residents": [*(20.0 + (np.arange(n * n) % 7)), 100.0],
            "area_id": [*home, None],
            "urban": [*(bool(a < 0.5) for a in x), None],
        },
        geometry=gpd.GeoSeries(points, crs=CRS),
    )


def _edges() -> gpd.GeoDataFrame:
    lines, kinds = [], []
    for k in range(11):
        at = k / 10 * SIDE
        lines += [
            shapely.LineString([(EAST, NORTH + at), (EAST + SIDE, NORTH + at)]),
            shapely.LineString([(EAST + at, NORTH), (EAST + at, NORTH + SIDE)]),
        ]
        kinds += [("primary", "secondary", "residential")[k % 3]] * 2
    n = len(lines)
    both = [*lines, *(shapely.reverse(line) for line in lines)]
    start, end = np.arange(n) * 2, np.arange(n) * 2 + 1
    return gpd.GeoDataFrame(
        {
            "edge_id": np.arange(2 * n),
            "from_node": [*start, *end],
            "to_node": [*end, *start],
            "length_m": np.float32(SIDE),
            "highway": kinds * 2,
            time_column("walk"): np.float32(900),
        },
        geometry=gpd.GeoSeries(both, crs=CRS),
    )


def _rule(identity: str, **fields: Any) -> dict[str, Any]:
    return {"id": identity, "clause": identity[:2], "section": "三（三）1", "modality": "stated", **fields}


PLAN = {
    "plan": {"id": "made_up", "title": "示例县区域卫生规划（虚构）", "region": "示例县"},
    "rule": [
        _rule(
            "M1.radius",
            quote="城区服务半径不超过5公里",
            kind="radius",
            categories=["急救中心（站）"],
            scope="all",
            metric="straight_m",
            direction="from_facility",
            mode="ambulance",
            limit=5,
            limit_unit="km",
            target=1.0,
            target_source="assumed",
        ),
        _rule(
            "M2.time",
            quote="打造15分钟医疗卫生服务圈",
            kind="time",
            categories=["乡镇卫生院", "综合医院"],
            metric="minutes",
            mode="drive",
            limit=15,
            limit_unit="min",
            target=0.5,
            softeners=["力争"],
        ),
        _rule(
            "M3.load",
            quote="每3万-10万居民设置一所卫生院",
            kind="load",
            categories=["乡镇卫生院"],
            target=[30_000, 100_000],
            comparison="between",
        ),
        _rule(
            "M4.towns",
            quote="每个乡镇设置一所政府办综合医院",
            kind="presence",
            categories=["综合医院"],
            by="town",
            comparison=">=",
            target=1.0,
            each={"attribute": "facilities", "comparison": ">=", "value": 1},
        ),
    ],
}


def _reached(query: Any, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Straight lines, or made-up roads 1.4 times as long at 30 km/h; two corners off the roads or cut off."""
    open_ = facilities[facilities["category"].isin(query.categories) & (facilities["status"] == "open")]
    away = np.array([demand.geometry[:-1].distance(p).to_numpy() for p in open_.geometry])
    cost = away.min(axis=0) * (1.0 if query.metric == "straight_m" else 1.4)
    owner = open_["facility_id"].to_numpy()[away.argmin(axis=0)].astype(object)
    status = np.full(len(cost), "reached", dtype=object)
    if query.metric != "straight_m":
        x, y = demand.geometry[:-1].x - EAST, demand.geometry[:-1].y - NORTH
        status[(x > 0.9 * SIDE) & (y > 0.9 * SIDE)] = "unsnapped"
        status[(x > 0.8 * SIDE) & (y < 0.1 * SIDE)] = "island"
    if query.metric == "minutes":
        cost = cost / 500.0
    cost[status != "reached"], owner[status != "reached"] = np.inf, None
    return pd.DataFrame(
        {
            "demand_id": demand["demand_id"],
            "facility_id": [*owner, None],
            "cost": [*cost, np.inf],
            "snap_m": [*np.where(status == "reached", 12.5, np.nan), np.nan],
            "status": [*status, "unsnapped"],
        }
    )


def _surface() -> Surface:
    rows, columns = np.mgrid[0:80, 0:80]
    values = (np.hypot(rows - 40, columns - 30) * 0.8).astype(np.float32)
    values[:8, -8:] = np.nan
    return Surface(values, affine.Affine(250, 0, EAST, 0, -250, NORTH + SIDE), CRS)


def make_analysis() -> Analysis:
    """The county as the outputs see it."""
    study = Study(name="made_up", title="示例县（虚构）", plan="made_up", year=2025)
    plan = Plan.model_validate(PLAN)
    demand, facilities, areas = _demand(), _facilities(), _areas()
    inside = float(demand["residents"].sum())
    inputs = Inputs(
        study=study,
        crs=CRS,
        region=areas.geometry[0],
        region_source=Sentence("inputs.file_region", {"file": "county.geojson"}),
        areas=areas,
        facilities=facilities,
        demand=demand,
        ledger=InputsLedger(inside + 50.0, inside - 100.0, 50.0, 100.0),
        edges=_edges(),
        urban_method=None,
        totals=pd.DataFrame({"area_id": [], "attribute": [], "value": [], "year": [], "source": []}),
        findings=(Finding("warning", Sentence("errors.row", {"row": 3})),),
        attributions=("虚构道路 <i>OSM</i>",),
    )
    reached = {q: _reached(q, demand, facilities) for q in required(plan)}
    verdicts = tuple(judge(plan, inputs, reached))
    manifest = {
        "schema": "carecircle/manifest/1",
        "study": study.name,
        "plan": {"id": plan.id, "title": plan.title},
        "created": "2025-01-02T03:04:05+00:00",
        "versions": {"carecircle": "0.1.0"},
        "inputs": {"facilities.csv": "0123456789abcdef" * 4},
        "crs": "EPSG:32648",
        "parameters": study.to_dict(),
        "profiles": {
            "drive": {"access_speed_kph": 15.0, "speed_kph": {"primary": 50.0, "residential": 30.0}}
        },
    }
    return Analysis(
        study=study,
        plan=plan,
        inputs=inputs,
        networks={},
        brought={},
        reached=reached,
        verdicts=verdicts,
        manifest=manifest,
        surfaces={q: _surface() for q in reached if q.metric == "minutes"},
        findings=inputs.findings,
    )


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    return make_analysis()


@pytest.fixture(scope="session")
def hills(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A small town on hills, over ground and roads: cells in degrees, on foot to a road and then by car."""
    return carecircle.analyze(write_hilly_town(tmp_path_factory.mktemp("hills")))


@pytest.fixture
def opened(browser: Any, page: Path) -> Iterator[Visit]:
    """The page of a test's own file, opened; at the end nothing may have gone wrong in it."""
    with visit(browser, page) as seen:
        yield seen
        seen.clean()
