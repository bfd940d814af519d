"""What may lie beyond the roads and facilities that were read: held against a search of everything."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from carecircle.reach.beyond import Doubt, Edge
from carecircle.reach.network.model import Network
from carecircle.reach.roads import Roads
from carecircle.reach.straight import StraightLine
from reach_town import ORIGIN, edge_frame, grid_edges, places

SIDE, BLOCK, SNAP_M = 34, 400.0, 100.0
DIRECTIONS = ("to_facility", "from_facility")


def town(seed: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Roads of a town of 16 km, uneven and partly one-way, its facilities, its residents in the middle."""
    rng = np.random.default_rng(seed)
    one_way = rng.choice(SIDE, SIDE // 3, replace=False)
    edges = grid_edges(SIDE, SIDE, block_m=BLOCK, one_way_rows=one_way)
    kph = rng.choice([5.0, 20.0, 60.0], len(edges), p=[0.4, 0.4, 0.2])
    edges["travel_time_s_walk"] = (edges["length_m"] * 3.6 / kph).astype(np.float32)
    edges = edges[rng.random(len(edges)) > 0.15].reset_index(drop=True)
    whole, middle = SIDE * BLOCK, SIDE * BLOCK / 2
    facilities = places(rng.uniform(0, whole, (9, 2)), prefix="f")
    return edges, facilities, places(rng.uniform(middle - 1500, middle + 1500, (150, 2)), prefix="r")


def read_of(
    edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, buffer_m: float
) -> tuple[shapely.Polygon, Roads, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """What is read of a town within a buffer about its middle: outline, roads, facilities."""
    x, y = ORIGIN + SIDE * BLOCK / 2
    around = shapely.box(x - 1500, y - 1500, x + 1500, y + 1500).buffer(buffer_m)
    kept = edges[edges.intersects(around)].reset_index(drop=True)
    near = facilities.intersects(around)
    network = Network.from_edges(kept, mode="walk", access_speed_kph=4.0)
    return around, Roads(network, max_snap_m=SNAP_M), facilities[near], facilities[~near]


def asked(
    roads: Roads | StraightLine, demand: gpd.GeoDataFrame, around: shapely.Polygon, seen: gpd.GeoDataFrame,
    unseen: gpd.GeoDataFrame, direction: str,
) -> tuple[gpd.GeoDataFrame, Doubt]:  # fmt: skip
    found = roads.nearest(demand, seen, direction=direction)
    doubt = Edge(around, SNAP_M).doubt(
        roads, demand, found, seen, unseen, direction=direction, fastest_kph=60.0
    )
    assert doubt is not None
    return found, doubt


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("seed", range(5))
def test_whoever_is_certain_has_the_nearest_of_all(seed: int, direction: str) -> None:
    """The law, against a search of the whole town: the same facility, at the same cost."""
    edges, facilities, demand = town(seed)
    everything = Roads(Network.from_edges(edges, mode="walk", access_speed_kph=4.0), max_snap_m=SNAP_M)
    best = everything.nearest(demand, facilities, direction=direction)
    certain = []
    for buffer_m in (1300.0, 2500.0, 4500.0):
        around, roads, seen, unseen = read_of(edges, facilities, buffer_m)
        found, doubt = asked(roads, demand, around, seen, unseen, direction)
        sure = ~(doubt.nearer | doubt.quicker)
        assert (found["facility_id"].fillna("") == best["facility_id"].fillna(""))[sure].all()
        np.testing.assert_allclose(found["cost"][sure], best["cost"][sure], rtol=1e-6)
        assert (found["status"] == best["status"])[sure].all()
        certain.append(int(sure.sum()))
    assert certain[-1] >= certain[0]


def test_the_certificate_says_something() -> None:
    """Over all towns most are certain with a wide buffer, and some whose nearest was wrong were doubted."""
    certain = wrong = everybody = 0
    for seed in range(5):
        edges, facilities, demand = town(seed)
        everything = Roads(Network.from_edges(edges, mode="walk", access_speed_kph=4.0), max_snap_m=SNAP_M)
        best = everything.nearest(demand, facilities)
        for buffer_m in (1300.0, 4500.0):
            around, roads, seen, unseen = read_of(edges, facilities, buffer_m)
            found, doubt = asked(roads, demand, around, seen, unseen, "to_facility")
            sure = ~(doubt.nearer | doubt.quicker)
            other = (found["facility_id"].fillna("") != best["facility_id"].fillna("")).to_numpy()
            wrong += int(other.sum())
            if buffer_m > 4000:
                certain, everybody = certain + int(sure.sum()), everybody + len(demand)
    assert wrong > 20
    assert certain > everybody / 2


def test_one_street_by_hand() -> None:
    """A facility 3 km to the west; one 6 km to the east, beyond the edge at 5 km: who is nearer to the edge?

    Everything runs at 36 km/h, and the edge gives way by twice the snap and a kilometre (1.2 km): it is
    reached at 3.8 km (the next crossing within), the other facility no sooner than straight from there.
    """
    line = [[(x * 100.0, 0.0), ((x + 1) * 100.0, 0.0)] for x in range(-60, 80)]
    edges = edge_frame(line, seconds=[10.0] * len(line), metres=[100.0] * len(line), both=[True] * len(line))
    x, y = ORIGIN
    around = shapely.box(x - 5000, y - 5000, x + 5000, y + 5000)
    roads = Roads(Network.from_edges(edges[edges.intersects(around)].reset_index(drop=True), mode="walk",
                                     access_speed_kph=3.6), max_snap_m=SNAP_M)  # fmt: skip
    demand = places([(0, 0), (1400, 0), (1600, 0), (3000, 0)])
    seen, unseen = places([(-3000, 0)], prefix="f"), places([(6000, 0)], prefix="g")
    found = roads.nearest(demand, seen)
    np.testing.assert_allclose(found["cost"], [5, 4400 / 600, 4600 / 600, 10], rtol=1e-6)
    edge = Edge(around, SNAP_M)
    doubt = edge.doubt(roads, demand, found, seen, unseen, direction="to_facility", fastest_kph=36.0)
    assert doubt is not None
    # 6,000 - 1,400 = 4,600 > 4,400 and 6,000 - 1,600 = 4,400 < 4,600
    assert doubt.nearer.tolist() == [False, False, True, True]
    assert doubt.facility.tolist() == [-1, -1, 0, 0]
    assert not doubt.quicker.any()
    faster = edge.doubt(roads, demand, found, seen, unseen, direction="to_facility", fastest_kph=72.0)
    assert faster is not None  # beyond the edge at twice the speed: (3,800 - 1,400) + 2,200 / 2 = 3,500
    assert faster.nearer.tolist() == [False, True, True, True]
    sooner = edge.leaves_sooner(roads, demand, found, direction="to_facility", fastest_kph=36.0)
    assert sooner is not None  # the edge itself, at 3,800 m
    assert sooner.tolist() == [False, True, True, True]


def test_a_straight_line_doubts_exactly_who_is_nearer_to_a_facility_beyond() -> None:
    edges, facilities, demand = town(0)
    around, _, seen, unseen = read_of(edges, facilities, 1300.0)
    found, doubt = asked(StraightLine(), demand, around, seen, unseen, "to_facility")
    best = StraightLine().nearest(demand, facilities)
    other = (found["facility_id"].fillna("") != best["facility_id"].fillna("")).to_numpy()
    assert other.any()
    assert (doubt.nearer == other).all()
    assert (unseen["facility_id"].to_numpy()[doubt.facility[other]] == best["facility_id"][other]).all()


def test_nothing_is_said_of_a_reach_from_outside() -> None:
    demand = places([(0, 0)])
    edge = Edge(shapely.box(0, 0, 1, 1), SNAP_M)
    found = StraightLine().nearest(demand, demand)
    how = {"direction": "to_facility", "fastest_kph": math.inf}
    assert edge.doubt(object(), demand, found, demand, demand, **how) is None  # type: ignore[arg-type]
    assert edge.leaves_sooner(object(), demand, found, **how) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "quicker"), [(40.0, False), (400.0, True)])
def test_a_way_round_by_roads_that_were_not_read(seconds: float, quicker: bool) -> None:
    """4 km north to the facility; or 6 km east, across country unseen, and 2 km back in from the north.

    The ways out and in take 600 and 200 s, the straight line between them (8,485 m at 36 km/h) 849 s: that is
    longer than 400 s by the road north, and shorter than 4,000 s.
    """
    north = [[(0.0, y * 400.0), (0.0, (y + 1) * 400.0)] for y in range(10)]
    east = [[(x * 600.0, 0.0), ((x + 1) * 600.0, 0.0)] for x in range(10)]
    back = [[(0.0, 4000.0), (0.0, 6000.0)]]
    spent = [seconds] * 10 + [60.0] * 10 + [200.0]
    metres = [400.0] * 10 + [600.0] * 10 + [2000.0]
    edges = edge_frame([*north, *east, *back], seconds=spent, metres=metres, both=[True] * 21)
    x, y = ORIGIN
    around = shapely.box(x - 5000, y - 5000, x + 5000, y + 5000)
    roads = Roads(Network.from_edges(edges, mode="walk", access_speed_kph=3.6), max_snap_m=SNAP_M)
    demand, seen = places([(0, 0)]), places([(0, 4000)], prefix="f")
    for direction in DIRECTIONS:
        found = roads.nearest(demand, seen, direction=direction)
        doubt = Edge(around, SNAP_M).doubt(
            roads, demand, found, seen, seen[:0], direction=direction, fastest_kph=36.0
        )
        assert doubt is not None
        assert doubt.quicker.tolist() == [quicker]
        assert not doubt.nearer.any()
