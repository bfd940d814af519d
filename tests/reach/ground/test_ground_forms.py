"""Ground and roads where the answer can be worked out by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pyproj
import pytest
import shapely

import groundworlds as g
from carecircle.reach.ground import Ground, laws
from carecircle.reach.surface import region_cells
from carecircle.terrain import LAWS


def cost(ground, start, end, direction="to_facility", **more):
    """Minutes from a resident to a facility, and the status."""
    out = ground.nearest(g.points([start]), g.facilities([end]), direction=direction, **more)
    return float(out["cost"][0]), out["status"][0]


def between(cells, a, b, direction="to_facility", network=None):
    """Minutes between the centres of two cells (row, column)."""
    ground = Ground(network, cells, "walk", max_snap_m=0)
    return cost(ground, g.centre(cells, *a), g.centre(cells, *b), direction)[0]


@pytest.mark.parametrize(
    ("moves", "down", "right", "worst"), [(8, 408, 985, 1.082392), (16, 233, 987, 1.027486)]
)
def test_a_disc_is_as_round_as_the_moves_allow(moves, down, right, worst):
    cells = g.ground(np.ones((down + 3, right + 3)), size_m=1.0, moves=moves)
    ratio = between(cells, (1, 1), (1 + down, 1 + right)) / math.hypot(down, right)
    assert ratio == pytest.approx(worst, abs=1e-6)
    assert between(cells, (1, 1), (1, 1 + right)) == pytest.approx(right, rel=1e-7)


def test_a_ramp_takes_longer_up_than_down():
    height = np.tile(np.arange(21) * 10.0, (3, 1))
    cells = g.ground(np.full((3, 21), 1 / 100), size_m=100.0, law="tobler", elevation_m=height)
    assert between(cells, (1, 0), (1, 20)) / 20 == pytest.approx(1.419068, abs=1e-6)
    assert between(cells, (1, 20), (1, 0)) / 20 == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(("moves", "run", "slope"), [(8, math.sqrt(2), 0.6), (16, math.sqrt(5), 0.6)])
def test_switchbacks_beat_the_straight_way_up(moves, run, slope):
    """On a slope of 0.6 each metre of height costs e^(3.5 s)/s: going aslant pays, and is found."""
    rows = 40
    height = np.tile((np.arange(rows) * slope)[:, None], (1, 9))
    cells = g.ground(np.ones((rows, 9)), size_m=1.0, law="tobler", elevation_m=height, moves=moves)
    aslant = run * math.exp(3.5 * slope / run)
    straight = math.exp(3.5 * slope)
    assert aslant < straight
    assert between(cells, (0, 4), (rows - 2, 4)) == pytest.approx((rows - 2) * aslant, rel=1e-6)


@pytest.mark.parametrize(("moves", "minutes"), [(8, 104.852814), (16, 101.289902)])
def test_a_wall_is_passed_at_its_gap(moves, minutes):
    slow = np.ones((50, 100))
    slow[:, 45] = np.nan
    slow[40, 45] = 1
    assert between(g.ground(slow, size_m=1.0, moves=moves), (10, 5), (10, 85)) == pytest.approx(
        minutes, abs=1e-6
    )


def river(bridge: bool):
    """A river five cells wide; a bridge 240 m long at 2.4 m/s from bank to bank."""
    slow = np.full((20, 3), 1 / 60)
    slow[7:12] = np.nan
    cells = g.ground(slow, size_m=40.0)
    line = [tuple(g.centre(cells, 6, 1)), tuple(g.centre(cells, 12, 1))]
    lanes = [(line, 8.64, True), ([line[0], (line[0][0] + 1e-3, line[0][1])], 4.0, True)]
    lanes += [([line[1], (line[1][0] + 1e-3, line[1][1])], 4.0, True)]
    return cells, g.roads(lanes, stop=[False, True, True]) if bridge else None


@pytest.mark.parametrize("moves", [8, 16])
def test_a_river_is_crossed_by_its_bridge_alone(moves):
    cells, network = river(True)
    cells = dataclasses.replace(cells, moves=moves)
    start, end = g.centre(cells, 0, 1), g.centre(cells, 17, 1)
    minutes, status = cost(Ground(network, cells, "walk", max_snap_m=0), start, end)
    assert status == "reached"
    assert minutes * 60 == pytest.approx(540.0, abs=1e-3)
    assert cost(Ground(None, cells, "walk", max_snap_m=0), start, end) == (math.inf, "cut_off")
    wet = g.centre(cells, 10, 1)
    assert cost(Ground(network, cells, "walk", max_snap_m=0), wet, end) == (math.inf, "closed")
    minutes, status = cost(Ground(network, cells, "walk", max_snap_m=200), wet, end)
    assert status == "reached"
    assert minutes * 60 == pytest.approx(80 + 200, abs=1e-3)  # moved to the nearer bank, then on


def test_a_tunnel_is_level_and_has_no_doors():
    """A ridge 200 m high over a level tunnel: 1,000 m at 1 m/s; the way over the top is far longer."""
    across = np.minimum(np.arange(11), np.arange(11)[::-1]) * 40.0
    cells = g.ground(
        np.full((3, 11), 1 / 60), size_m=100.0, law="tobler", elevation_m=np.tile(across, (3, 1))
    )
    ends = [tuple(g.centre(cells, 1, 0)), tuple(g.centre(cells, 1, 10))]
    stubs = [([e, (e[0], e[1] + 1e-3)], 3.6, True) for e in ends]
    tunnel = g.roads([(ends, 3.6, True), *stubs], structure=["tunnel", "ground", "ground"])
    road = g.roads([(ends, 3.6, True), *stubs], stop=[True, True, True])
    through = between(cells, (1, 0), (1, 10), network=tunnel)
    assert through * 60 == pytest.approx(1000.0, abs=0.02)
    over = between(cells, (1, 0), (1, 10))
    assert over > 1.5 * through
    assert between(cells, (1, 0), (1, 10), network=road) == pytest.approx(over, rel=1e-3)  # a road climbs
    top = between(cells, (1, 5), (1, 10), network=tunnel)
    assert top == pytest.approx(between(cells, (1, 5), (1, 10)), rel=1e-6)


@pytest.mark.parametrize(("spacing", "places"), [(None, 10), (25.0, 40), (40.0, 30), (400.0, 10)])
def test_streets_have_a_place_in_every_cell_or_in_so_many_metres(spacing, places):
    """A street of 1,000 m across ten cells of 100 m: none of its pieces leaves its cell."""
    cells = g.ground(np.full((3, 12), 0.06), portal_spacing_m=spacing)
    (left, y), (right, _) = g.centre(cells, 1, 0), g.centre(cells, 1, 10)
    ground = Ground(g.roads([([(left + 50, y + 20), (right + 50, y + 20)], 36.0, True)]), cells, "walk")
    assert len(ground.portals.door) == places
    assert ground.portals.door_m.min() == pytest.approx(20.0)  # the nearest point of every cell stays


def test_a_fast_road_bends_the_way_as_light():
    """Snell: walking at v towards a road of speed w at a distance d, then L along it."""
    v, w, d, length = 1.0, 4.0, 1500.0, 6000.0
    cells = g.ground(np.full((60, 250), 1 / 60 / v), size_m=30.0, moves=16)
    line = [tuple(g.centre(cells, 5, 2)), tuple(g.centre(cells, 5, 240))]
    network = g.roads([(line, 3.6 * w, True)])
    start = g.centre(cells, 55, 10)
    end = (start[0] + length, line[0][1])
    exact = (length / w + d * math.sqrt(1 / v**2 - 1 / w**2)) / 60
    found, _ = cost(Ground(network, cells, "walk", max_snap_m=0), start, end)
    assert exact * (1 - 1e-6) <= found <= exact * 1.0275


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("moves", [8, 16])
def test_the_way_back_is_the_way_there_turned_round(law, moves):
    rng = np.random.default_rng(5)
    cells = g.random_ground(rng, 30, 30, law=law, moves=moves)
    a, b = g.centre(cells, *np.argwhere(np.isfinite(cells.minutes_per_m["walk"]))[[40, 700]].T)
    ground = Ground(None, cells, "walk", max_snap_m=0)
    assert cost(ground, a, b)[0] == pytest.approx(cost(ground, b, a, "from_facility")[0], rel=1e-12)
    if law != "none":
        assert cost(ground, a, b)[0] != pytest.approx(cost(ground, a, b, "from_facility")[0], rel=1e-6)


def test_a_wall_that_touches_by_corners_leaks_and_an_all_touched_one_does_not():
    slow = np.ones((20, 20))
    slow[np.arange(20), np.arange(20)] = np.nan
    for moves in (8, 16):
        assert between(g.ground(slow, size_m=1.0, moves=moves), (15, 2), (2, 15)) < math.inf
    slow[np.arange(19), np.arange(1, 20)] = np.nan
    for moves in (8, 16):
        assert between(g.ground(slow, size_m=1.0, moves=moves), (15, 2), (2, 15)) == math.inf


def test_too_steep_is_closed():
    height = np.zeros((3, 5))
    height[:, 3:] = 10.0
    cells = g.ground(np.ones((3, 5)), size_m=10.0, elevation_m=height, max_slope_deg=30.0)
    assert between(cells, (1, 0), (1, 4)) == math.inf
    cells = g.ground(np.ones((3, 5)), size_m=10.0, elevation_m=height, max_slope_deg=46.0)
    assert between(cells, (1, 0), (1, 4)) == pytest.approx(40.0)


def test_laws_say_what_their_sources_print():
    slope = np.array([-0.3, -0.1, 0.0, 0.1])
    assert laws.factor(laws.TOBLER, slope)[2:] == pytest.approx([1.0, math.exp(0.35)])
    assert 5 / laws.factor(laws.TOBLER, np.array([-0.05]))[0] == pytest.approx(5 * math.exp(0.175))
    seconds = 0.72 * laws.factor(laws.LANGMUIR, slope)
    assert seconds == pytest.approx([0.72 + 1.9998 * 0.3, 0.72 - 1.9998 * 0.1, 0.72, 0.72 + 0.6])
    speed = 0.11 + 0.67 * np.exp(-((100 * slope + 2) ** 2) / 1800)
    assert laws.factor(laws.IRMISCHER_CLARKE, slope) == pytest.approx(speed[2] / speed)


@pytest.mark.parametrize(("ride", "minutes"), [("once", 30.0), ("again", 13.5)])
def test_a_car_is_left_once(ride, minutes):
    """Two roads with a gap of 300 m: driving again beyond it is possible, or is not."""
    cells = g.ground(np.full((3, 33), 1 / 20), size_m=100.0, mode="drive", ride=ride)
    y = g.centre(cells, 1, 0)[1]
    lines = [([(50.0, y), (1550.0, y)], 60.0, True), ([(1850.0, y), (3150.0, y)], 60.0, True)]
    network = g.roads(lines, mode="drive")
    ground = Ground(network, cells, "drive", max_snap_m=0)
    found, _ = cost(ground, (50.0, y), (3150.0, y))
    # once: along the longer road by car, all the rest on foot (20 m a minute); again: both by car
    on_foot = {"once": (3150 - 1550) / 20 + 1.5, "again": 1.5 + 300 / 20 + 1.3}[ride]
    assert found == pytest.approx(on_foot, rel=1e-5)
    assert minutes > 0


def test_people_of_one_cell_walk_straight():
    cells = g.ground(np.full((3, 3), 1 / 50), size_m=1000.0)
    ground = Ground(None, cells, "walk", max_snap_m=0)
    assert cost(ground, (1200.0, 1200.0), (1300.0, 1200.0))[0] == pytest.approx(2.0, rel=1e-6)
    assert ground.pairs(g.points([(1200.0, 1200.0)]), g.facilities([(1300.0, 1200.0)])).toarray() == (
        pytest.approx(np.array([[2.0]]), rel=1e-6)
    )


def test_statuses_tell_closed_from_cut_off():
    slow = np.ones((5, 20))
    slow[:, 5:8] = np.nan
    cells = g.ground(slow, size_m=10.0)
    people = g.points([g.centre(cells, 2, 1), g.centre(cells, 2, 7), g.centre(cells, 2, 19)])
    people.loc[len(people)] = ["none", None]
    ground = Ground(None, cells, "walk", max_snap_m=5)
    out = ground.nearest(people, g.facilities([g.centre(cells, 2, 10)]), limit=50.0)
    assert out["status"].tolist() == ["cut_off", "closed", "beyond", "unsnapped"]
    assert out["cost"].tolist() == [math.inf] * 4
    moved = Ground(None, cells, "walk", max_snap_m=25).nearest(people, g.facilities([g.centre(cells, 2, 10)]))
    assert moved["status"].tolist() == ["cut_off", "reached", "reached", "unsnapped"]
    assert moved["snap_m"][1] == pytest.approx(10.0)
    assert moved["cost"][1] == pytest.approx(10.0 + 20.0)


def test_a_surface_has_no_cost_on_closed_ground():
    slow = np.full((10, 30), 1 / 50)
    slow[:, 12:] = np.nan
    cells = g.ground(slow, size_m=100.0)
    ground = Ground(None, cells, "walk", max_snap_m=500)
    region = region_cells(shapely.box(0, 0, 3000, 1000), pyproj.CRS(g.CRS), cell_m=50.0)
    facility = g.facilities([g.centre(cells, 5, 5)])
    drawn = ground.surface(facility, region).values
    assert np.isnan(drawn[:, 24:]).all()
    assert np.isfinite(drawn[:, :24]).all()
    out = ground.nearest(region.centres, facility)["cost"].to_numpy().reshape(20, 60)
    assert drawn[:, :24] == pytest.approx(out[:, :24].astype(np.float32))
    assert np.isfinite(out[:, 24:32]).all()  # residents there are moved ashore
    assert np.isinf(out[:, 35:]).all()
