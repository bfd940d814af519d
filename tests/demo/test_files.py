"""The tracked county is what its seed makes, small, fictional, and true to its own figures."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pytest
import rasterio
import shapely
from geopandas.testing import assert_geodataframe_equal

from carecircle.demo import write_county
from carecircle.demo.county import make_county
from carecircle.demo.gazetteer import CRS
from realdata import ROOT, plan_text

DATA = ROOT / "data"
LAYERS = ("county", "towns", "villages")
TEXTS = ("facilities/facilities.csv", "population/totals.csv", "study.toml", "terrain.toml", "plan.toml")
PLANS = {"罗江": "luojiang.txt", "北碚": "beibei.txt", "洮南": "taonan.txt"}


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("县 again")
    write_county(folder)
    return folder


def parsed(file: Path) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for thing in osmium.FileProcessor(str(file)):
        tags = tuple(sorted((t.k, t.v) for t in thing.tags))
        if thing.is_node():
            found.append(("node", thing.id, thing.location.x, thing.location.y, tags))
        else:
            found.append(("way", thing.id, tuple(n.ref for n in thing.nodes), tags))
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_the_seed_makes_the_same_boundaries(again: Path, layer: str) -> None:
    tracked, made = (gpd.read_file(d / "boundaries" / f"{layer}.gpkg") for d in (DATA, again))
    assert_geodataframe_equal(tracked, made, normalize=True)


def test_the_seed_makes_the_same_grid(again: Path) -> None:
    with (
        rasterio.open(DATA / "population/residents.tif") as tracked,
        rasterio.open(again / "population/residents.tif") as made,
    ):
        assert tracked.crs == made.crs
        assert tracked.transform == made.transform
        assert tracked.nodata == made.nodata
        np.testing.assert_array_equal(tracked.read(1), made.read(1))


def test_the_seed_makes_the_same_roads(again: Path) -> None:
    assert parsed(DATA / "roads/roads.osm.pbf") == parsed(again / "roads/roads.osm.pbf")


@pytest.mark.parametrize("name", ["elevation", "landcover", "residents"])
def test_the_seed_makes_the_same_ground(again: Path, name: str) -> None:
    with (
        rasterio.open(DATA / f"terrain/{name}.tif") as tracked,
        rasterio.open(again / f"terrain/{name}.tif") as made,
    ):
        assert (tracked.crs, tracked.transform) == (made.crs, made.transform)
        apart = np.abs(tracked.read(1).astype(float) - made.read(1).astype(float))
        assert apart.max() <= (1 if name == "elevation" else 0)  # a metre, where a sine rounds otherwise


@pytest.mark.parametrize("name", TEXTS)
def test_the_seed_makes_the_same_texts(again: Path, name: str) -> None:
    assert (DATA / name).read_bytes() == (again / name).read_bytes()


def test_nothing_else_is_written_and_all_of_it_is_small(again: Path) -> None:
    made = {p.relative_to(again).as_posix() for p in again.rglob("*") if p.is_file()}
    tracked = {p.relative_to(DATA).as_posix() for p in DATA.rglob("*") if p.is_file()}
    assert made == tracked - {"README.md"}
    assert sum(p.stat().st_size for p in DATA.rglob("*") if p.is_file()) < 8e6


def test_the_county_says_that_it_is_fictional() -> None:
    assert "虚构" in gpd.read_file(DATA / "boundaries/county.gpkg")["名称"][0]
    for name in ("study.toml", "plan.toml"):
        told = tomllib.loads((DATA / name).read_text(encoding="utf-8"))
        assert "虚构" in (told.get("title") or told["plan"]["title"])
    assert "fictional" in (DATA / "README.md").read_text(encoding="utf-8")


def test_every_quotation_is_in_the_plan_that_its_section_names() -> None:
    plan = tomllib.loads((DATA / "plan.toml").read_text(encoding="utf-8"))
    for rule in plan["rule"]:
        text = re.sub(r"\s", "", plan_text(PLANS[rule["section"][:2]]).read_text(encoding="utf-8"))
        for quote in [rule["quote"], *(u["quote"] for u in rule.get("unless", []))]:
            assert re.sub(r"\s", "", quote) in text, rule["id"]


def test_the_sheet_is_as_excel_saves_it() -> None:
    raw = (DATA / "facilities/facilities.csv").read_bytes()
    assert raw.startswith("\ufeff机构编号,机构名称,机构类别,经度,纬度".encode())
    assert b"\r\n" in raw


def test_official_figures_add_up_and_differ_a_little_from_the_grid() -> None:
    with (DATA / "population/totals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    county = {r["attribute"]: int(r["value"]) for r in rows if r["area_id"] == "990101"}
    towns = sum(int(r["value"]) for r in rows if len(r["area_id"]) == 9)
    villages = sum(int(r["value"]) for r in rows if len(r["area_id"]) == 12)
    assert county["residents"] == towns == villages
    assert county["residents_urban"] + county["residents_rural"] == county["residents"]
    assert 0 < abs(county["residents"] - 210_000) < 2_100


@pytest.mark.slow
def test_another_seed_makes_another_county_of_as_many_people() -> None:
    other = make_county(7)
    assert sum(other.people.of_place.values()) == 210_000
    assert len(other.grounds) == 110
    tracked = gpd.read_file(DATA / "boundaries/county.gpkg").to_crs(CRS).geometry[0]
    whole = shapely.coverage_union_all(list(other.grounds.values()))
    assert whole.symmetric_difference(tracked).area > 20e6
