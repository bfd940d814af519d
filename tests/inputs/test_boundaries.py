"""Areas: levels, parents, marks, and polygons that cross themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from carecircle.errors import InputError, SeveralInputsError
from carecircle.inputs.areas.boundaries import locate, read_areas
from carecircle.inputs.areas.codes import significant
from carecircle.inputs.areas.urban import mark_urban
from carecircle.inputs.datum import wgs84_to_bd09, wgs84_to_gcj02
from carecircle.study import Boundaries
from realdata import real

Write = Callable[..., Path]
BOW = shapely.Polygon([(104.5, 31.3), (104.6, 31.4), (104.6, 31.3), (104.5, 31.4)])


def _levels(boundary: Write) -> Boundaries:
    county = boundary({"510604": (0, 0, 0.2, 0.2)}, "county.gpkg", name=["罗江区"])
    towns = boundary(
        {"510604100": (0, 0, 0.1, 0.2), "510604001": (0.1, 0, 0.2, 0.2)},
        "town.geojson",
        name=["略坪镇", "万安街道"],
    )
    villages = boundary(
        {"a": (0, 0, 0.05, 0.2), "510604100202": (0.05, 0, 0.1, 0.2)},
        "village.gpkg",
        name=["甲社区", "乙村"],
        城乡分类代码=["121", "220"],
        常住人口=["799", "1,200"],
    )
    levels = [{"level": "town", "path": towns}, {"level": "village", "path": villages}]
    return Boundaries(path=county, levels=levels)


def test_levels_and_parents(boundary: Write) -> None:
    areas, findings = read_areas(_levels(boundary))
    assert not findings
    parents = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
    assert parents == {
        "510604": None,
        "510604100": "510604",  # by code
        "510604001": "510604",
        "a": "510604100",  # by place
        "510604100202": "510604100",
    }
    assert areas["official_residents"].dropna().tolist() == [799.0, 1200.0]
    assert areas["level"].tolist() == ["county", "town", "town", "village", "village"]


@pytest.mark.parametrize(
    ("by", "marks"),
    [
        ("mark", [None] * 5),
        ("nbs_code", [None, None, None, True, False]),
        ("community", [None, None, None, True, False]),
        ("type", [None, False, True, False, False]),
    ],
)
def test_urban_by_each_method(boundary: Write, by: str, marks: list[bool | None]) -> None:
    areas, _ = read_areas(_levels(boundary))
    assert mark_urban(areas, by) == marks


def test_the_areas_own_mark_and_its_heirs(boundary: Write) -> None:
    county = boundary({"1": (0, 0, 0.2, 0.2), "2": (0.2, 0, 0.3, 0.2)}, "c.gpkg", 城乡=["城镇", None])
    town = boundary({"1a": (0, 0, 0.1, 0.2), "1b": (0.1, 0, 0.2, 0.2)}, "t.gpkg", urban=["rural", None])
    areas, _ = read_areas(Boundaries(path=county, levels=[{"level": "town", "path": town}]))
    assert mark_urban(areas, "mark") == [True, None, False, True]


def test_a_given_parent_and_an_unknown_one(boundary: Write) -> None:
    county = boundary({"1": (0, 0, 0.2, 0.2), "2": (0.2, 0, 0.3, 0.2)}, "c.gpkg")
    town = boundary({"x": (0, 0, 0.1, 0.2)}, "t.gpkg", parent_id=["2"])
    areas, _ = read_areas(Boundaries(path=county, levels=[{"level": "town", "path": town}]))
    assert areas["parent_id"].tolist() == [None, None, "2"]
    town = boundary({"x": (0, 0, 0.1, 0.2)}, "t.gpkg", parent_id=["3"])
    with pytest.raises(InputError, match="parent “3”"):
        read_areas(Boundaries(path=county, levels=[{"level": "town", "path": town}]))


def test_village_points_serve_the_nearest_of_their_town(boundary: Write, table: Write) -> None:
    towns = boundary({"510604100": (0, 0, 0.1, 0.1), "510604101": (0.1, 0, 0.2, 0.1)}, "t.gpkg")
    points = table(
        "code,name,lon,lat\n510604100201,甲村,104.51,31.35\n510604100202,乙村,104.59,31.35\n"
        "510604101201,丙村,104.601,31.35\n510604101202,丁村,,\n"
    )
    areas, _ = read_areas(Boundaries(path=towns, level="town", levels=[{"level": "village", "path": points}]))
    places = gpd.GeoSeries(
        [shapely.Point(104.5 + x, 31.35) for x in (0.02, 0.08, 0.099, 0.15, 0.3)], crs=4326
    )
    assert locate(places, areas) == ["510604100201", "510604100202", "510604100202", "510604101201", None]
    assert areas.geometry.isna().sum() == 1


def test_a_point_on_a_shared_border_has_one_owner(boundary: Write) -> None:
    areas, _ = read_areas(Boundaries(path=boundary({"b": (0, 0, 1, 1), "a": (1, 0, 2, 1)})))
    assert locate(gpd.GeoSeries([shapely.Point(105.5, 31.5), None], crs=4326), areas) == ["a", None]


def test_a_self_crossing_polygon_is_mended_and_said(boundary: Write) -> None:
    square = [(104.0, 31.0), (104.1, 31.0), (104.1, 31.1), (104.0, 31.1)]
    spur = [(104.0, 31.001), (104.001, 31.0), (104.0, 31.0)]  # the last corner is cut across
    areas, findings = read_areas(Boundaries(path=boundary({"a": shapely.Polygon([*square, *spur])})))
    assert areas.geometry.is_valid.all()
    assert shapely.area(areas.geometry.to_numpy()).sum() == pytest.approx(0.01, rel=1e-3)
    assert [(f.level, f.sentence.key, f.row) for f in findings] == [("warning", "inputs.mended_polygon", 1)]


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        (shapely.Polygon([(104, 31), (105, 31), (104, 31), (104, 31)]), "unmendable_polygon"),
        (shapely.Point(104, 31), "not_polygons"),
        (shapely.LineString([(104, 31), (105, 31)]), "not_polygons"),
        (None, "not_polygons"),
        (BOW, "too_much_mending"),
        (shapely.box(104, 95, 105, 96), "out_of_range"),
    ],
)
def test_what_cannot_bound(tmp_path: Path, shape: shapely.Geometry, key: str) -> None:
    path = tmp_path / "b.gpkg"
    gpd.GeoDataFrame({"area_id": ["1"]}, geometry=[shape], crs=4326).to_file(path)
    with pytest.raises(InputError) as raised:
        read_areas(Boundaries(path=path))
    assert raised.value.sentence.key == f"inputs.{key}"
    assert raised.value.row == 1


def test_no_crs_no_geometry_and_repeated_ids(boundary: Write, table: Write) -> None:
    with pytest.raises(InputError, match="no usable coordinate reference system"):
        read_areas(Boundaries(path=boundary({"1": (0, 0, 1, 1)}, "n.gpkg", crs=None)))
    with pytest.raises(InputError, match="no geometry"):
        read_areas(Boundaries(path=table("area_id,name\n1,a\n")))
    twice = boundary(
        {"1": (0, 0, 1, 1), "2": (1, 0, 2, 1), "3": (2, 0, 3, 1)}, "d.gpkg", name=["a", "b", "c"]
    )
    frame = gpd.read_file(twice).assign(area_id=["1", "1", None])
    frame.to_file(twice)
    with pytest.raises(SeveralInputsError) as raised:
        read_areas(Boundaries(path=twice))
    assert [(f.sentence.key, f.row) for f in raised.value.faults] == [
        ("inputs.missing_id", 3), ("inputs.duplicate_id", 2),
    ]  # fmt: skip


def test_one_id_in_two_files(boundary: Write) -> None:
    one, two = boundary({"1": (0, 0, 1, 1)}, "a.gpkg"), boundary({"1": (0, 0, 1, 1)}, "b.gpkg")
    with pytest.raises(InputError, match="more than one file"):
        read_areas(Boundaries(path=one, levels=[{"level": "town", "path": two}]))


def test_marks_and_figures_keep_their_names(boundary: Write) -> None:
    path = boundary({"1": (0, 0, 1, 1)}, 服务半径较小=["是"], 学校=["3"], 代号=["007"])
    areas, _ = read_areas(Boundaries(path=path))
    assert areas["service_radius_small"].tolist() == [True]
    assert areas["学校"].tolist() == [3.0]
    assert areas["代号"].tolist() == ["007"]


@pytest.mark.parametrize(
    ("code", "short"),
    [("510604000000", "510604"), ("510604100000", "510604100"), ("510604100201", "510604100201"), ("x", "x")],
)
def test_significant(code: str, short: str) -> None:
    assert significant(code) == short


def test_the_statistical_divisions_find_their_parents(tmp_path: Path) -> None:
    towns, villages = real("china/divisions_towns.csv"), real("china/divisions_villages.csv")
    county = tmp_path / "c.gpkg"
    ids = ["510604", "220881", "500109", "510402", "510403", "510411", "510421", "510422", "511112"]
    shapes = [shapely.box(i, 30, i + 1, 31) for i in range(len(ids))]
    gpd.GeoDataFrame({"area_id": ids}, geometry=shapes, crs=4326).to_file(county)
    levels = [{"level": "town", "path": towns}, {"level": "village", "path": villages}]
    areas, _ = read_areas(Boundaries(path=county, levels=levels))
    finer = areas[areas["level"] != "county"]
    assert finer["parent_id"].notna().all()
    villages_of = areas[areas["level"] == "village"]
    assert (villages_of["parent_id"] == villages_of["area_id"].str[:9]).all()
    assert set(mark_urban(areas, "community")) == {True, False, None}


@pytest.mark.filterwarnings("ignore")
def test_a_corner_that_is_no_number(boundary: Write) -> None:
    ring = [(104, 31), (105, 31), (105, float("nan"))]
    with pytest.raises(InputError, match="cannot be repaired"):
        read_areas(Boundaries(path=boundary({"1": shapely.Polygon(ring)})))


@pytest.mark.parametrize(("datum", "forward"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_boundaries_on_a_shifted_datum(boundary: Write, table: Write, datum: str, forward: Any) -> None:
    plain = shapely.box(104.5, 31.3, 104.6, 31.4)
    shifted = shapely.transform(plain, lambda xy: np.column_stack(forward(xy[:, 0], xy[:, 1])))
    lon, lat = (float(v) for v in forward(104.55, 31.35))
    points = table(f"code,name,lon,lat\nv,甲村,{lon!r},{lat!r}\n")
    levels = [{"level": "village", "path": points, "datum": datum}]
    areas, _ = read_areas(Boundaries(path=boundary({"1": shifted}), datum=datum, levels=levels))
    assert shapely.hausdorff_distance(areas.geometry.iloc[0], plain) < 1e-8
    assert areas.geometry.iloc[1].distance(shapely.Point(104.55, 31.35)) < 1e-8
    assert areas["parent_id"].tolist() == [None, "1"]
