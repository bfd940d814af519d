"""Cheap checks of the joined frames, one broken input a check."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from carecircle.inputs.checks import (
    MOST,
    boundary_flaws,
    facilities_twice,
    limited,
    same_name,
    totals_against_official,
)
from carecircle.inputs.load import load_inputs
from carecircle.schema import Finding
from carecircle.texts import Sentence

Write = Callable[..., Any]
HEAD = "id,name,category,lon,lat"


def _keys(findings: Any) -> list[str]:
    return [f.sentence.key.removeprefix("inputs.") for f in findings]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("罗江区人民医院", "德阳市罗江区人民医院", True),
        ("罗江区人民医院", "罗江区人民医院", True),
        ("第一人民医院", "第二人民医院", False),
        ("东关社区卫生服务站", "西关社区卫生服务站", False),
        ("略坪镇中心卫生院", "略坪中心卫生院", True),
        ("人民医院", "中医医院", False),
        ("口腔诊所", "李口腔诊所", True),
        ("诊所", "李诊所", False),
    ],
)
def test_same_name(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_one_facility_in_two_sheets(study_of: Write, table: Write) -> None:
    one = table(
        f"{HEAD}\n1,罗江区人民医院,综合医院,104.5,31.3\n2,甲诊所,诊所,104.5,31.3\n5,乙诊所,诊所,,\n", "a.csv"
    )
    two = table(
        f"{HEAD}\n3,德阳市罗江区人民医院,综合医院,104.5001,31.3\n4,甲诊所,诊所,104.51,31.3\n6,乙诊所,诊所,104.52,31.3\n",
        "b.csv",
    )
    found = load_inputs(study_of(facilities={"path": one}, more_facilities=[{"path": two}])).findings
    twice = [f for f in found if f.sentence.key == "inputs.facility_doubled"]
    assert [(f.file, f.row) for f in twice] == [("b.csv", 2), ("b.csv", 4)]
    assert twice[0].lon == pytest.approx(104.5001)


def test_cells_of_one_count_are_no_doubles(study_of: Write, table: Write) -> None:
    path = table("id,lon,lat,n\na,104.5,31.3,3\n")
    source = {"path": path, "format": "cells", "count_column": "n", "category": "诊所"}
    assert _keys(load_inputs(study_of(facilities=source)).findings) == []


def test_outside_the_boundary(study_of: Write, boundary: Write, table: Write) -> None:
    path = table(f"{HEAD}\n1,a,诊所,104.55,31.35\n2,b,诊所,104.65,31.35\n", "f.csv")
    study = study_of(boundaries={"path": boundary({"1": (0, 0, 0.1, 0.1)})}, facilities={"path": path})
    found = [f for f in load_inputs(study).findings if f.sentence.key == "inputs.facility_outside"]
    assert [(f.level, f.row) for f in found] == [("note", 3)]


def test_codes_in_scientific_notation(study_of: Write, table: Write) -> None:
    path = table(f"{HEAD}\n5.10604E+11,a,诊所,104.5,31.3\n")
    found = load_inputs(study_of(facilities={"path": path})).findings
    assert [(f.level, f.sentence.facts["value"]) for f in found] == [("warning", "5.10604E+11")]


def _areas(*shapes: Any) -> gpd.GeoDataFrame:
    ids = [f"a{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"area_id": ids, "name": ids, "level": "town"}, geometry=list(shapes), crs=4544)


@pytest.mark.parametrize(
    ("shapes", "keys"),
    [
        ([(0, 0, 500, 1000), (500, 0, 1000, 1000)], []),
        ([(0, 0, 500, 1000), (600, 0, 1000, 1000)], ["gap"]),
        ([(0, 0, 500, 1000), (520, 0, 1000, 1000)], ["gap_slivers"]),
        ([(0, 0, 501, 1000), (500, 0, 1000, 1000)], []),
        ([(0, 0, 520, 1000), (500, 0, 1000, 1000)], ["overlap_sliver"]),
        ([(0, 0, 700, 1000), (500, 0, 1000, 1000)], ["overlap"]),
    ],
)
def test_gaps_overlaps_and_slivers(shapes: list[Any], keys: list[str]) -> None:
    found = boundary_flaws(_areas(*(shapely.box(*s) for s in shapes)), shapely.box(0, 0, 1000, 1000))
    assert _keys(found) == keys
    assert all(f.lon is not None for f in found)


def test_villages_without_residents(study_of: Write, boundary: Write, table: Write) -> None:
    towns = boundary({"1": (0, 0, 0.2, 0.1)}, "t.gpkg")
    villages = boundary({"a": (0, 0, 0.1, 0.1), "b": (0.1, 0, 0.2, 0.1)}, "v.gpkg", name=["甲村", "乙村"])
    people = table("id,population,lon,lat\n1,5,104.55,31.35\n2,0,104.65,31.35\n")
    study = study_of(
        boundaries={"path": towns, "level": "town", "levels": [{"level": "village", "path": villages}]},
        residents={"path": people, "format": "points"},
    )
    empty = [f for f in load_inputs(study).findings if f.sentence.key == "inputs.village_empty"]
    assert [f.sentence.facts["name"] for f in empty] == ["乙村"]


@pytest.mark.parametrize(
    ("official", "inside", "cell", "keys"),
    [
        (1000, 1000, 0.01, []),
        (1000, 1015, 0.01, []),
        (1000, 1050, 0.01, ["official_differs"]),
        (1000, 1380, 0.01, ["official_differs"]),
        (1000, 101_000, 0.01, ["density_as_count"]),
        (1000, 9.5, 0.01, ["count_as_density"]),
        (20.9, 189_351, None, ["official_units"]),
        (209.1, 189_351, None, ["official_units"]),
        (None, 70_000 * 500, None, ["too_dense"]),
        (None, 70_000, None, []),
        (1000, 0, None, []),
    ],
)
def test_totals(official: float | None, inside: float, cell: float | None, keys: list[str]) -> None:
    assert _keys(totals_against_official(official, inside, 500.0, cell)) == keys


def test_a_density_raster_read_as_counts(
    study_of: Write, boundary: Write, raster: Write, table: Write
) -> None:
    """300 people/km2 on cells of about 0.66 ha."""
    cells = np.full((40, 40), 300.0)
    study = study_of(
        boundaries={"path": boundary({"1": (0, -0.04, 0.04, 0)})},
        residents={"path": raster(cells, step=0.001)},
        totals={"path": table("area_id,attribute,value\n1,residents,4200\n", "t.csv")},
    )
    assert "density_as_count" in _keys(load_inputs(study).findings)
    dense = study.residents.model_copy(update={"value": "per_km2"})
    assert "density_as_count" not in _keys(
        load_inputs(study.model_copy(update={"residents": dense})).findings
    )


def test_long_lists_are_cut() -> None:
    many = [Finding("note", Sentence("inputs.no_crs"))] * (MOST + 5)
    found = limited(many)
    assert len(found) == MOST + 1
    assert found[-1].sentence.facts == {"count": 5}


def test_twenty_thousand_facilities_of_one_place_or_name_are_compared_in_seconds() -> None:
    n = 20_000
    rows = {
        "facility_id": [f"f{i}" for i in range(2 * n)], "name": ["卫生室"] * (2 * n),
        "status": ["open"] * (2 * n), "source": ["f.csv"] * (2 * n), "row": range(2 * n),
    }  # fmt: skip
    places = [shapely.Point(0, 0)] * n + [None] * n
    facilities = gpd.GeoDataFrame(rows, geometry=places, crs=32648)
    start = time.perf_counter()
    found = facilities_twice(facilities)
    assert time.perf_counter() - start < 20
    assert len(found) == MOST + 1
