"""The Comoros: 42 % of real residents live off every mapped road; over the ground nearly all are answered."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio

import carecircle
from carecircle.analysis import Analysis
from realdata import real
from realstudy import real_study

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.campaign]
DATA = "terrain/comoros"
FILES = tuple(
    f"{DATA}/{n}" for n in ("com_ppp_2020_UNadj.tif", "comores-latest.osm.pbf", "srtm", "cglc", "health.gpkg")
)
TOTAL = 869_595
SPEEDS = {
    "Bare": 3.0, "BuiltUp": 4.0, "Crops": 2.5, "Grass": 4.0, "MossLichen": 4.0, "PermanentWater": 0.0,
    "SeasonalWater": 0.5, "Shrub": 3.0, "Snow": 1.62, "Tree": 2.0,
}  # fmt: skip
"""km/h on foot; the class of a cell is that which holds most of it."""


def made(folder: Path) -> None:
    """The class of each cell, what the classes are, and the facilities as a table."""
    layers = []
    for name in SPEEDS:
        with rasterio.open(real(f"{DATA}/cglc/landcover_{name}.tif")) as raster:
            share, profile = raster.read(1).astype(int), raster.profile
            layers.append(np.where(share == raster.nodata, -1, share))
    stack = np.stack(layers)
    cover = np.where(stack.max(axis=0) > 0, stack.argmax(axis=0) + 1, 0).astype(np.uint8)
    profile.update(nodata=0)
    with rasterio.open(folder / "cover.tif", "w", **profile) as raster:
        raster.write(cover, 1)
    rows = [f"{i},{name},{kph},walk," for i, (name, kph) in enumerate(SPEEDS.items(), 1)]
    (folder / "classes.csv").write_text("\n".join(["class,label,kph,mode,source", *rows]))
    health = gpd.read_file(real(f"{DATA}/health.gpkg"))
    hospitals = health[health["amenity"] == "hospital"]
    lines = [f"h{i},Hospital {i},医院,{p.x},{p.y}" for i, p in enumerate(hospitals.geometry)]
    (folder / "health.csv").write_text(
        "\n".join(["facility_id,name,category,lon,lat", *lines]), encoding="utf-8"
    )


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("comoros")
    for needed in FILES:
        real(needed)
    made(folder)
    return carecircle.analyze(real_study("comoros", folder, *FILES))


@pytest.fixture(scope="module")
def before(after: Analysis) -> Analysis:
    """The same study without its terrain."""
    return carecircle.analyze(after.study.model_copy(update={"terrain": None}))


def test_the_ledger_balances_and_names_who_has_no_answer(after: Analysis, before: Analysis) -> None:
    for analysis in (after, before):
        for verdict in analysis.verdicts:
            assert verdict.ledger is not None
            parts = {k: v for k, v in verdict.ledger.to_dict().items() if k != "total"}
            assert math.fsum(parts.values()) == pytest.approx(verdict.ledger.total, rel=1e-9)
            assert verdict.ledger.total == pytest.approx(TOTAL, abs=1)
    walk = after.verdicts[0].ledger
    lost = before.verdicts[0].ledger
    assert walk is not None
    assert lost is not None
    assert lost.unsnapped / lost.total == pytest.approx(0.42, abs=0.01)
    assert lost.closed is None
    assert walk.closed is not None
    assert walk.cut_off is not None
    assert walk.unsnapped == 0
    assert walk.unreachable == 0
    assert (walk.closed + walk.cut_off) / walk.total <= 0.04
    assert walk.covered > lost.covered


def test_nobody_is_farther_with_the_ground_than_without(after: Analysis, before: Analysis) -> None:
    for query, frame in before.reached.items():
        now = after.reached[query]
        assert set(now["status"]) <= {"reached", "closed", "cut_off"}
        assert (now["demand_id"] == frame["demand_id"]).all()


def test_words_and_files_carry_it(after: Analysis, tmp_path: Path) -> None:
    said = " ".join(s.text("en") for s in after.verdicts[0].assumptions)
    assert "Tobler" in said
    assert "not connected to the network" not in said
    small = dataclasses.replace(after, surfaces={})
    files = {p.name for p in small.write(tmp_path)}
    assert {"gap_map.html", "verdicts.json", "verdicts.xlsx", "results.gpkg"} <= files
    written = json.loads((tmp_path / "verdicts.json").read_text(encoding="utf-8"))
    ledger = written["verdicts"][0]["ledger"]
    assert ledger["unsnapped"] == 0
    assert ledger["closed"] > 0
    page = (tmp_path / "gap_map.html").read_text(encoding="utf-8")
    assert (
        "a page can carry; roads alone would lose" in page or "Trials cross the ground off the roads" in page
    )
    found = carecircle.reanalyze(after, close=["h0"], surfaces=False)
    assert found.reaches is after.reaches
