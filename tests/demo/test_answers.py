"""The county's known answers, end to end: every outcome, and the clauses that fail for the planted reason."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from pyproj import Geod

import carecircle
from carecircle.analysis import Analysis
from realdata import ROOT

pytestmark = pytest.mark.slow
DATA = ROOT / "data"
ANSWERS = {
    "L1.radius": "FAIL",
    "B1.circle": "FAIL",
    "L2.load": "FAIL",
    "L1.rural": "NO_THRESHOLD",
    "L6.golden_hour": "PASS",
    "T3.rescue": "FAIL",
    "B7.level3": "PASS",
    "B7.any": "PASS",
    "L3.towns": "PASS",
    "B3.villages": "FAIL",
    "L5.ambulances": "PASS",
    "L13.observation_beds": "NOT_ASSESSED",
}


@pytest.fixture(scope="module")
def analysis(embedded: Analysis) -> Analysis:
    return embedded


def told(analysis: Analysis) -> dict[str, dict]:
    return {v["rule"]: v for v in analysis.to_dict("en")["verdicts"]}


def test_every_rule_comes_out_as_planted(analysis: Analysis) -> None:
    assert {rule: v["outcome"] for rule, v in told(analysis).items()} == ANSWERS


def test_the_people_are_those_of_the_grid(analysis: Analysis) -> None:
    ledger = analysis.inputs.ledger
    assert ledger.inside == 210_000
    assert ledger.outside == 1_860
    for verdict in told(analysis).values():
        if verdict["ledger"]:
            parts = math.fsum(n for k, n in verdict["ledger"].items() if k != "total")
            assert parts == pytest.approx(211_860, rel=1e-12)


def test_the_five_kilometres_are_a_circle_of_geodesics(analysis: Analysis) -> None:
    """Cells and stations straight from the files, by brute force; cells that a village border cuts differ."""
    with rasterio.open(DATA / "population/residents.tif") as raster:
        counts = raster.read(1)
        rows, columns = np.nonzero((counts != raster.nodata) & (counts > 0))
        x, y = raster.xy(rows, columns)
        cells = gpd.GeoSeries(gpd.points_from_xy(x, y, crs=raster.crs)).to_crs(4326)
    villages = gpd.read_file(DATA / "boundaries/villages.gpkg").to_crs(4326)
    town = cells.within(villages.geometry[villages["城乡属性"] == "城镇"].union_all()).to_numpy()
    stations = analysis.inputs.facilities
    stations = stations[stations["category"] == "急救中心（站）"].to_crs(4326).geometry
    assert len(stations) == 3
    lon, lat = cells[town].x.to_numpy(), cells[town].y.to_numpy()
    away = [Geod(ellps="WGS84").inv(lon, lat, lon * 0 + s.x, lat * 0 + s.y)[2] for s in stations]
    residents = counts[rows, columns][town]
    share = residents[np.min(away, axis=0) <= 5000].sum() / residents.sum()
    assert told(analysis)["L1.radius"]["observed"] == pytest.approx(share, abs=0.002)


def test_the_river_makes_paper_passes(analysis: Analysis) -> None:
    by_road = told(analysis)["L1.radius"]["by_road"]
    assert by_road["paper_only"] > 20_000
    assert by_road["observed"] < 0.75


def test_the_isle_is_what_nobody_reaches(analysis: Analysis) -> None:
    rescue = told(analysis)["T3.rescue"]
    assert rescue["ledger"]["unreachable"] == pytest.approx(920, abs=3)
    assert rescue["ledger"]["not_covered"] == 0
    assert 0 < rescue["ledger"]["unsnapped"] < 1500
    assert told(analysis)["B7.any"]["ledger"]["unreachable"] == 0  # its own clinic


def test_the_village_exceptions_are_granted_by_number(analysis: Analysis) -> None:
    units = told(analysis)["B3.villages"]["units"]
    waived = sorted(u["observed"] for u in units if u["outcome"] == "WAIVED")
    assert waived == [0, 0, 0, 2]
    [failed] = [u for u in units if u["outcome"] == "FAIL"]
    assert failed["observed"] == 0
    assert failed["residents"] > 800
    assert len(units) == 83


def test_the_neighbours_hospital_serves_and_never_counts(analysis: Analysis) -> None:
    used = {q: set(f["facility_id"].dropna()) for q, f in analysis.reached.items()}
    [outside] = analysis.inputs.facilities.loc[
        ~analysis.inputs.facilities["inside"].astype(bool), "facility_id"
    ]
    assert any(outside in ids for ids in used.values())
    assert "15" in told(analysis)["L5.ambulances"]["reason"]  # not its four ambulances too


def test_opening_the_planned_centre_mends_the_load(analysis: Analysis) -> None:
    facilities = analysis.inputs.facilities.to_crs(4326)
    planned = facilities[
        (facilities["category"] == "社区卫生服务中心") & (facilities["status"] == "planned")
    ].iloc[0]
    site = {
        "facility_id": "new",
        "category": planned["category"],
        "lon": planned.geometry.x,
        "lat": planned.geometry.y,
    }
    before, after = told(analysis), told(carecircle.reanalyze(analysis, add=[site]))
    assert {r for r in before if before[r]["outcome"] != after[r]["outcome"]} == {"L2.load"}
    assert after["L2.load"]["outcome"] == "PASS"
    assert after["B1.circle"]["observed"] > before["B1.circle"]["observed"]
