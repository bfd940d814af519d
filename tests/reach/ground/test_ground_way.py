"""The way drawn over ground and roads: it costs what the search says, and goes where it may."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely

import groundworlds as g
from carecircle.reach.ground import Ground, ground_isochrones
from carecircle.terrain import GroundCells

RIDES = [("walk", "once"), ("drive", "once"), ("drive", "again")]


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
@pytest.mark.parametrize(("mode", "ride"), RIDES)
def test_a_way_costs_what_the_search_says(mode, ride, direction):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        cells = g.random_ground(rng, 34, 34, law="tobler", moves=16, mode=mode, ride=ride)
        network = g.random_roads(rng, 1000.0, mode=mode)
        demand, health = g.points(rng.uniform(0, 1000, (12, 2))), g.facilities(rng.uniform(0, 1000, (1, 2)))
        ground = Ground(network, cells, mode, max_snap_m=90)
        cost = ground.nearest(demand, health, direction=direction)["cost"].to_numpy()
        for point, minutes in zip(demand.geometry, cost, strict=True):
            way = ground.way(point, health.geometry[0], direction=direction)
            assert way.minutes == pytest.approx(minutes, rel=1e-9)
            assert sum(p.minutes for p in way.parts) == pytest.approx(minutes, rel=1e-9)
            assert all(p.minutes >= 0 for p in way.parts)
            first, last = (point, health.geometry[0])[:: 1 if direction == "to_facility" else -1]
            assert way.access[0].coords[0] == first.coords[0]
            assert way.access[1].coords[-1] == last.coords[0]
            assert way.geometry.coords[0] == way.access[0].coords[-1]
            line = [shapely.LineString(p.geometry) for p in way.parts]
            assert all(
                a.coords[-1] == pytest.approx(b.coords[0], abs=1e-6) for a, b in itertools.pairwise(line)
            )
            kinds = [p.on for p in way.parts]
            if ride == "once" and mode == "drive":
                assert kinds.count("road") <= 1
            assert (len(way.edge_ids) > 0) == ("road" in kinds)


def test_a_hill_is_climbed_on_foot_and_said():
    """A hamlet on a ramp, 600 m from a level road: minutes on foot, metres up or down, then the road."""
    height = np.tile(np.maximum(np.arange(40)[::-1] - 19, 0)[:, None] * 3.0, (1, 41))
    cells = g.ground(np.full((40, 41), 1 / 60), size_m=30.0, law="tobler", elevation_m=height, moves=16)
    line = [tuple(g.centre(cells, 25, 1)), tuple(g.centre(cells, 25, 39))]
    network = g.roads([(line, 36.0, True)])
    top, clinic = shapely.Point(g.centre(cells, 5, 10)), shapely.Point(line[1])
    way = Ground(network, cells, "walk").way(top, clinic)
    assert [p.on for p in way.parts] == ["ground", "road"]
    walked, ridden = way.parts
    assert walked.metres >= 600
    assert walked.descent_m == pytest.approx(height[5, 10], abs=1.0)
    assert walked.climb_m == pytest.approx(0.0, abs=1e-6)
    assert ridden.climb_m == ridden.descent_m == pytest.approx(0.0, abs=1e-6)
    back = Ground(network, cells, "walk").way(top, clinic, direction="from_facility")
    assert [p.on for p in back.parts] == ["road", "ground"]
    assert back.parts[1].climb_m == pytest.approx(height[5, 10], abs=1.0)
    assert back.minutes > way.minutes


def test_no_way_is_none():
    slow = np.ones((5, 9))
    slow[:, 4] = np.nan
    cells = g.ground(slow, size_m=10.0)
    a, b = shapely.Point(g.centre(cells, 2, 1)), shapely.Point(g.centre(cells, 2, 7))
    assert Ground(None, cells, "walk", max_snap_m=5).way(a, b) is None
    assert Ground(None, cells, "walk", max_snap_m=5).way(shapely.Point(45, 25), b) is None


def test_near_neighbours_are_joined_straight():
    cells = g.ground(np.full((3, 3), 1 / 50), size_m=1000.0)
    way = Ground(None, cells, "walk").way(shapely.Point(1200, 1200), shapely.Point(1300, 1200))
    assert way.minutes == pytest.approx(2.0, rel=1e-6)
    assert way.metres == pytest.approx(100.0)


def test_isochrones_are_the_cells_reached_in_time():
    rng = np.random.default_rng(7)
    cells = g.random_ground(rng, 30, 30, law="tobler", moves=16)
    network = g.random_roads(rng, 900.0)
    health = g.facilities(rng.uniform(50, 850, (3, 2)))
    ground = Ground(network, cells, "walk", max_snap_m=90)
    drawn = ground_isochrones(ground, health, [4.0, 2.0])
    assert drawn["limit_min"].tolist() == [2.0, 4.0] * 3
    assert drawn["facility_id"].tolist() == [f for f in health["facility_id"] for _ in range(2)]
    world, sources = ground.search_from(health, "to_facility")
    cost, owner = world.nearest(sources, np.inf)
    minutes = np.where(owner >= 0, cost / 60, np.inf)[: world.field.size].reshape(34, 34)[2:-2, 2:-2]
    y, x = np.nonzero(minutes <= 4.0)
    near = shapely.points(g.centre(cells, y, x))
    together = ground_isochrones(ground, health, [4.0], together=True)
    assert together["facility_id"].tolist() == [None]
    shape = together.geometry[0]
    assert shape.is_valid
    assert shapely.contains(shape, near).all()
    assert shape.area >= len(near) * 900 * 0.999
    assert (
        shape.symmetric_difference(drawn.geometry[drawn["limit_min"] == 4.0].union_all()).area
        < 0.05 * shape.area
    )
    for small, large in zip(drawn.geometry[::2], drawn.geometry[1::2], strict=True):
        assert large.buffer(1e-6).contains(small)


def test_points_to_draw_come_in_the_studys_crs():
    """Cells in degrees, a study in metres: the way is drawn in the study's."""
    rows = 40
    lat = 30.0 - (np.arange(rows) + 0.5) / 3600
    cells = GroundCells(
        "EPSG:4326", (1 / 3600, 0.0, 117.0, 0.0, -1 / 3600, 30.0), 111_320 / 3600 * np.cos(np.radians(lat)),
        np.full(rows, 30.79), {"walk": np.full((rows, rows), 1 / 60, np.float32)},
    )  # fmt: skip
    corners = g.points([[117.003, 29.997], [117.009, 29.992]], crs=4326).to_crs(g.CRS)
    health = corners.rename(columns={"demand_id": "facility_id"}).iloc[[1]]
    ground = Ground(None, cells, "walk")
    out = ground.nearest(corners.iloc[[0]], health)
    way = ground.way(corners.geometry[0], corners.geometry[1])
    assert way.minutes == pytest.approx(out["cost"][0], rel=1e-9)
    apart = corners.geometry[0].distance(corners.geometry[1])
    assert apart * 0.999 <= way.metres <= 1.03 * apart
    assert way.minutes == pytest.approx(way.metres / 60, rel=1e-3)
    assert way.geometry.distance(corners.geometry[1]) < 40
