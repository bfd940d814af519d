"""The Ahr valley: real people on a grid, whatever boundary cuts it, and no roads to judge by."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod

import carecircle
from carecircle.analysis import Analysis
from carecircle.inputs.load import load_inputs
from realdata import real
from realstudy import real_study

pytestmark = pytest.mark.real
FILES = tuple(
    f"ahrvalley/{n}" for n in ("affected_municipalities.gpkg", "physicians.gpkg", "wpop_ahrvalley.tif")
)
TOTAL = 191_420.3942


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return carecircle.analyze(real_study("ahrvalley", tmp_path_factory.mktemp("ahrvalley"), *FILES))


def grid_sum() -> float:
    with rasterio.open(real("ahrvalley/wpop_ahrvalley.tif")) as raster:
        cells = raster.read(1)
        return math.fsum(cells[cells != raster.nodata].astype(float).tolist())


def test_the_grid_is_the_one_we_know() -> None:
    assert grid_sum() == pytest.approx(TOTAL, abs=1e-4)


def test_nobody_is_lost_at_the_municipal_boundary(analysis: Analysis) -> None:
    ledger = analysis.inputs.ledger
    assert ledger.inside + ledger.outside == pytest.approx(TOTAL, abs=0.001)
    assert ledger.total == pytest.approx(grid_sum(), abs=0.001)
    assert math.fsum(analysis.inputs.demand["residents"]) == pytest.approx(ledger.inside, rel=1e-12)
    assert 0 < ledger.inside < ledger.total


@pytest.mark.parametrize("cut", ["five municipalities", "a triangle", "a comb", "everything"])
def test_nobody_is_lost_whatever_boundary_cuts_the_grid(tmp_path: Path, cut: str) -> None:
    study = real_study("ahrvalley", tmp_path, *FILES)
    towns = gpd.read_file(real("ahrvalley/affected_municipalities.gpkg"))
    if cut == "five municipalities":
        region = towns.geometry.iloc[:5].union_all()
    elif cut == "a triangle":
        region = shapely.Polygon([(6.7001, 50.3471), (7.2113, 50.4207), (6.8517, 50.5729)])
    elif cut == "a comb":  # thousands of cells cut into slivers
        teeth = [
            shapely.box(6.70013 + 0.0007 * i, 50.36, 6.70013 + 0.0007 * i + 0.0003, 50.57) for i in range(300)
        ]
        region = shapely.union_all([shapely.box(6.70013, 50.36, 6.9103, 50.3607), *teeth])
    else:
        region = shapely.box(6.5, 50.3, 7.4, 50.6)
    file = tmp_path / "cut.gpkg"
    gpd.GeoDataFrame({"id": ["c"], "name": ["cut"]}, geometry=[region], crs=4326).to_file(file)
    boundaries = study.boundaries.model_copy(update={"path": file})
    ledger = load_inputs(study.model_copy(update={"boundaries": boundaries})).ledger
    assert ledger.inside + ledger.outside == pytest.approx(TOTAL, abs=0.001)
    assert ledger.outside == pytest.approx(0, abs=0.001) if cut == "everything" else ledger.outside > 1000
    assert ledger.inside > 1000


def test_circles_are_judged_and_times_are_not(analysis: Analysis) -> None:
    verdicts = {v["rule"]: v for v in analysis.to_dict("en")["verdicts"]}
    outcomes = {rule: v["outcome"] for rule, v in verdicts.items()}
    assert outcomes == {"X1.radius": "FAIL", "X2.drive": "NOT_ASSESSED", "X3.load": "PASS"}
    assert "road" in " ".join(verdicts["X2.drive"]["missing_inputs"])
    assert verdicts["X1.radius"]["by_road"] is None


def test_the_circle_counts_what_brute_force_counts(analysis: Analysis) -> None:
    demand = analysis.inputs.demand.to_crs(4326)
    physicians = gpd.read_file(real("ahrvalley/physicians.gpkg")).geometry
    lon, lat = (np.repeat(a.to_numpy(), len(physicians)) for a in (demand.geometry.x, demand.geometry.y))
    flon, flat = (np.tile(a.to_numpy(), len(demand)) for a in (physicians.x, physicians.y))
    away = Geod(ellps="WGS84").inv(lon, lat, flon, flat)[2].reshape(len(demand), -1).min(axis=1)
    [reached] = analysis.reached.values()
    np.testing.assert_allclose(reached["cost"].to_numpy(), away, rtol=0, atol=1e-6)
    ledger = next(v["ledger"] for v in analysis.to_dict("en")["verdicts"] if v["rule"] == "X1.radius")
    covered = math.fsum(demand["residents"][away <= 5000])
    assert ledger["covered"] == pytest.approx(covered, rel=1e-12)
