"""Rasters of residents: hand-computed worlds, a brute-force oracle, and conservation whatever cuts them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

import drawn
from carecircle.errors import InputError
from carecircle.inputs.residents.grids import cell_km2, grid_hull, open_grid, share_grid
from carecircle.inputs.residents.shares import pieces_of, share_block
from carecircle.study import Residents
from realdata import real

Write = Callable[..., Path]
LON, LAT = 104.5, 31.3


def _areas(**boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    shapes = [shapely.box(LON + w, LAT - s, LON + e, LAT - n) for w, n, e, s in boxes.values()]
    return gpd.GeoDataFrame({"area_id": list(boxes)}, geometry=shapes, crs=4326)


def test_a_cell_cut_in_four(raster: Write) -> None:
    """Cells of 0.01 degrees; a boundary from (0.005, 0.005) to (0.02, 0.02) south-east of the corner."""
    grid = open_grid(Residents(path=raster([[8, 4], [2, 1]])))
    areas = _areas(a=(0.005, 0.005, 0.02, 0.02))
    people = share_grid(grid, areas, areas.geometry[0])
    shares = dict(zip(people.demand["demand_id"], people.demand["residents"], strict=True))
    assert shares == pytest.approx({"r0c0": 2.0, "r0c1": 2.0, "r1c0": 1.0, "r1c1": 1.0})
    assert people.outside == pytest.approx(9.0)
    assert people.raw_total == 15.0
    where = dict(zip(people.demand["demand_id"], people.demand.geometry, strict=True))
    assert (where["r1c1"].x, where["r1c1"].y) == pytest.approx((LON + 0.015, LAT - 0.015))
    assert shapely.box(LON + 0.005, LAT - 0.01, LON + 0.01, LAT - 0.005).intersects(where["r0c0"])


def test_two_areas_share_a_cell_and_the_finest_keeps_it(raster: Write) -> None:
    grid = open_grid(Residents(path=raster([[10, 0]])))
    areas = _areas(fine=(0.0, 0.0, 0.004, 0.01), coarse=(0.0, 0.0, 0.02, 0.01))
    people = share_grid(grid, areas, areas.geometry[1])
    shares = dict(zip(people.demand["area_id"], people.demand["residents"], strict=True))
    assert shares == pytest.approx({"fine": 4.0, "coarse": 6.0})
    assert people.demand["demand_id"].tolist() == ["r0c0-coarse", "r0c0-fine"] or people.demand[
        "demand_id"
    ].tolist() == ["r0c0-fine", "r0c0-coarse"]
    assert people.outside == 0.0


def test_a_border_along_the_grids_lines_cuts_nothing(raster: Write) -> None:
    grid = open_grid(Residents(path=raster(np.arange(1, 17).reshape(4, 4))))
    areas = _areas(w=(0.0, 0.0, 0.02, 0.04), e=(0.02, 0.0, 0.04, 0.04))
    people = share_grid(grid, areas, shapely.union_all(areas.geometry))
    assert len(people.demand) == 16
    assert people.outside == 0.0
    sums = people.demand.groupby("area_id")["residents"].sum()
    assert sums["w"] == pytest.approx(1 + 2 + 5 + 6 + 9 + 10 + 13 + 14)


def test_nodata_nan_and_densities(raster: Write) -> None:
    cells = [[-99999.0, 100.0], [math.nan, 50.0]]
    grid = open_grid(Residents(path=raster(cells, nodata=-99999.0)))
    assert grid.total == 150.0
    areas = _areas(a=(0.0, 0.0, 0.02, 0.02))
    assert share_grid(grid, areas, areas.geometry[0]).cells_without_value == 2
    dense = open_grid(Residents(path=raster(cells, nodata=-99999.0), value="per_km2"))
    geod = pyproj.Geod(ellps="WGS84")
    km2 = [
        abs(geod.geometry_area_perimeter(shapely.box(0, LAT - 0.01 * (r + 1), 0.01, LAT - 0.01 * r))[0]) / 1e6
        for r in (0, 1)
    ]
    assert dense.total == pytest.approx(100 * km2[0] + 50 * km2[1], rel=1e-6)


def test_a_density_in_metres(raster: Write) -> None:
    path = raster([[100.0]], crs="EPSG:4544", transform=Affine(500, 0, 450000, 0, -500, 3464000))
    assert open_grid(Residents(path=path, value="per_km2")).total == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("cells", "options", "key"),
    [
        ([[-1.0, 2.0]], {}, "negative_residents"),
        ([[-9999.0, 2.0]], {"nodata": -1.0}, "negative_residents"),
        ([[math.inf, 2.0]], {}, "infinite_residents"),
        ([[0.0, 0.0]], {"nodata": 0.0}, "all_nodata"),
        ([[0.0, 0.0]], {}, "nobody"),
        ([[1.0]], {"step": 1000.0}, "off_globe"),
        ([[math.nan, math.nan]], {}, "all_nodata"),
        ([[1.0]], {"crs": None}, "no_crs"),
        ([[1.0]], {"transform": Affine(0.01, 0.001, LON, 0.001, -0.01, LAT)}, "rotated_raster"),
        ([[1.0]], {"dtype": "complex64"}, "raster_values"),
    ],
)
def test_what_is_no_grid_of_residents(raster: Write, cells: object, options: dict, key: str) -> None:
    with pytest.raises(InputError) as raised:
        open_grid(Residents(path=raster(cells, **options)))
    assert raised.value.sentence.key == f"inputs.{key}"


@pytest.mark.parametrize("keep", [0, 10, 200, 0.9])
def test_a_raster_cut_short(raster: Write, keep: float) -> None:
    path = raster(np.ones((200, 200)))
    raw = path.read_bytes()
    path.write_bytes(raw[: int(keep if keep > 1 else keep * len(raw))])
    with pytest.raises(InputError, match="cannot be read"):
        open_grid(Residents(path=path))


def test_a_raster_elsewhere(raster: Write) -> None:
    grid = open_grid(Residents(path=raster([[1.0]], west=10.0)))
    areas = _areas(a=(0.0, 0.0, 0.02, 0.02))
    with pytest.raises(InputError, match="do not overlap"):
        share_grid(grid, areas, areas.geometry[0])


def test_south_up_rasters(raster: Write) -> None:
    path = raster([[1.0, 2.0], [3.0, 4.0]], transform=Affine(0.01, 0, LON, 0, 0.01, LAT - 0.02))
    areas = _areas(north=(0.0, 0.0, 0.02, 0.01), south=(0.0, 0.01, 0.02, 0.02))
    people = share_grid(open_grid(Residents(path=path)), areas, shapely.union_all(areas.geometry))
    sums = people.demand.groupby("area_id")["residents"].sum().to_dict()
    assert sums == pytest.approx({"north": 7.0, "south": 3.0})


def test_the_hull_holds_every_cell_with_residents(raster: Write) -> None:
    grid = open_grid(Residents(path=raster([[0, 0, 0], [0, 5, 0], [0, 0, 3]])))
    hull = grid_hull(grid)
    assert hull.bounds == pytest.approx((LON + 0.01, LAT - 0.03, LON + 0.03, LAT - 0.01))


# ---- against brute force --------------------------------------------------------------------------------


def _brute(people: np.ndarray, boundary: shapely.Geometry, polygons: list) -> tuple[np.ndarray, float]:
    """Residents by area (last: none) and outside, cell by cell with whole polygons."""
    sums = np.zeros(len(polygons) + 1)
    outside = 0.0
    for row in range(people.shape[0]):
        for column in range(people.shape[1]):
            left = shapely.box(column, -row - 1, column + 1, -row).intersection(boundary)
            outside += people[row, column] * (1 - left.area)
            for i, polygon in enumerate(polygons):
                sums[i] += people[row, column] * left.intersection(polygon).area
                left = left.difference(polygon)
            sums[-1] += people[row, column] * left.area
    return sums, outside


@settings(max_examples=40, deadline=None)
@given(data=st.data(), width=st.integers(1, 70), height=st.integers(1, 70))
def test_shares_equal_brute_force(data: st.DataObject, width: int, height: int) -> None:
    def star(x: float, y: float, size: float) -> shapely.Polygon:
        return shapely.Polygon(data.draw(drawn.star(12, 0.3 * size, size)) + np.array([x, y])).buffer(0)

    width, height = min(width, 24) + (width // 60) * 20, min(height, 24)
    people = data.draw(drawn.numbers(height * width, 0, 50, steps=50, apart=False)).reshape(height, width)
    size = max(width, height)
    boundary = star(width / 2, -height / 2, size)
    middles = data.draw(drawn.spots(3, 0, 1)) * [width, -height]
    polygons = [star(x, y, size / 2) for x, y in middles]
    polygons.append(boundary)
    shares = share_block(people, Affine(1, 0, 0, 0, -1, 0), boundary, pieces_of(boundary, polygons))
    expected, outside = _brute(people, boundary, polygons)
    found = np.array([math.fsum(shares.people[shares.area == i]) for i in (0, 1, 2, 3, -1)])
    assert found == pytest.approx(expected, abs=1e-6)
    assert math.fsum(shares.outside) == pytest.approx(outside, abs=1e-6)
    assert math.fsum([*shares.people, *shares.outside, -people.sum()]) == pytest.approx(
        0, abs=1e-9 * people.sum() + 1e-12
    )
    inside = shapely.intersects_xy(boundary.buffer(1e-9), shares.x, shares.y)
    assert inside.all()


def _star(rng: np.random.Generator, x: float, y: float, size: float) -> shapely.Polygon:
    angle = np.sort(rng.uniform(0, 2 * np.pi, 12))
    radius = rng.uniform(0.3, 1.0, 12) * size
    return shapely.Polygon(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])).buffer(
        0
    )


# ---- real -----------------------------------------------------------------------------------------------

AHR = 191_420.3942


@pytest.mark.real
@pytest.mark.parametrize("seed", range(4))
def test_the_ahr_valley_loses_nobody(seed: int) -> None:
    grid = open_grid(Residents(path=real("ahrvalley/wpop_ahrvalley.tif")))
    rng = np.random.default_rng(seed)
    if seed == 0:
        areas = gpd.read_file(real("ahrvalley/affected_municipalities.gpkg"))
        areas = areas.assign(area_id=areas["id"].astype(str))
    else:
        shapes = [_star(rng, rng.uniform(6.6, 7.2), rng.uniform(50.35, 50.55), 0.2) for _ in range(seed)]
        areas = gpd.GeoDataFrame({"area_id": list("abc")[:seed]}, geometry=shapes, crs=4326)
    people = share_grid(grid, areas, shapely.union_all(areas.geometry))
    assert math.fsum([*people.demand["residents"], people.outside]) == pytest.approx(AHR, abs=0.001)
    assert people.demand["demand_id"].is_unique
    assert (people.demand["residents"] > 0).all()


@pytest.mark.real
def test_malawis_zones_partition_the_raster() -> None:
    grid = open_grid(Residents(path=real("malawi/rPopulation__demo_patients.tif")))
    assert grid.total == pytest.approx(4_140_429.5, abs=0.5)
    zones = gpd.read_file(real("malawi/vZone__demo.gpkg")).to_crs(4326)
    zones["area_id"] = zones["admin_name"]
    people = share_grid(grid, zones, shapely.union_all(zones.geometry))
    inside = math.fsum(people.demand["residents"])
    assert math.fsum([inside, people.outside]) == pytest.approx(grid.total, rel=1e-12)
    assert inside == pytest.approx(grid.total, rel=0.01)


def test_a_table_given_as_a_raster_is_told_the_word_to_write(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("lon,lat,population\n104,31,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="points"):
        open_grid(Residents(path=path))


# ---- as the producers publish them ----------------------------------------------------------------------


def test_a_landscan_raster(raster: Write) -> None:
    """30 arc-seconds, whole numbers, sea as -2147483647; a county of two and a half cells."""
    cells = np.array([[-2147483647, 12, 30], [-2147483647, 7, 0]])
    step = 1 / 120
    path = raster(cells, "landscan.tif", dtype="int32", step=step, nodata=-2147483647)
    grid = open_grid(Residents(path=path))
    assert grid.total == 49.0
    areas = _areas(a=(0.0, 0.0, 2.5 * step, step))
    people = share_grid(grid, areas, areas.geometry[0])
    shares = dict(zip(people.demand["demand_id"], people.demand["residents"], strict=True))
    assert shares == pytest.approx({"r0c1": 12.0, "r0c2": 15.0})
    assert people.cells_without_value == 1
    assert math.fsum([*people.demand["residents"], people.outside]) == 49.0


def test_a_ghs_pop_raster(raster: Write) -> None:
    """Mollweide, 100 m, fractions of people, nodata -200: an equal-area grid far from the study's CRS."""
    x, y = pyproj.Transformer.from_crs(4326, "ESRI:54009", always_xy=True).transform(LON, LAT)
    cells = np.full((40, 40), 0.25)
    cells[:, :5] = -200.0
    t = Affine(100, 0, math.floor(x / 100) * 100, 0, -100, math.floor(y / 100) * 100)
    path = raster(cells, "ghs.tif", dtype="float64", crs="ESRI:54009", nodata=-200.0, transform=t)
    grid = open_grid(Residents(path=path))
    assert grid.total == 40 * 35 * 0.25
    assert cell_km2(grid) == pytest.approx(0.01)
    areas = _areas(a=(0.01, 0.01, 0.02, 0.02))
    people = share_grid(grid, areas, areas.geometry[0])
    km2 = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(areas.geometry[0])[0]) / 1e6
    assert math.fsum(people.demand["residents"]) == pytest.approx(25 * km2, rel=0.01)
    assert math.fsum([*people.demand["residents"], people.outside]) == pytest.approx(grid.total, rel=1e-12)
