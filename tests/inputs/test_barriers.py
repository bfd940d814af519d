"""Barriers on nodes: a metre of road on each side is closed to whom it stops, and nothing else moves."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pytest
import shapely

from carecircle.inputs.datum import study_crs
from carecircle.inputs.roads.edges import read_roads
from carecircle.profiles import modes
from carecircle.reach.network.model import Network
from carecircle.study import Roads

CRS = study_crs(104.5, 31.3)
EVERYWHERE = shapely.box(-1e7, -1e7, 2e7, 2e7)
STEP = 0.004
"""About 380 m of longitude: roads of more than 1 km on either side of a barrier are no islets."""


def town(path: Path, ways: dict[int, Any], barriers: dict[int, dict[str, str]], first: int = 1) -> Path:
    """Nodes a step apart on one line: 1, 2 … 9; node 10 lies north of 5."""
    with osmium.SimpleWriter(str(path)) as out:
        for ref in range(1, 11):
            place = (104.5 + STEP * ref, 31.3) if ref < 10 else (104.5 + STEP * 5, 31.301)
            out.add_node(osmium.osm.mutable.Node(id=ref, location=place, tags=barriers.get(ref, {})))
        for ref, (nodes, tags) in ways.items():
            out.add_way(osmium.osm.mutable.Way(id=ref, nodes=nodes, tags=tags))
    return path


def edges(path: Path, barriers: Any = "closed") -> gpd.GeoDataFrame:
    return read_roads(Roads(path=path, barriers=barriers), CRS, EVERYWHERE, modes=modes())[0]


def time_s(found: gpd.GeoDataFrame, mode: str, a: int, b: int) -> float:
    graph = nx.DiGraph()
    graph.add_nodes_from([a, b])
    column = f"travel_time_s_{mode}"
    for u, v, s in zip(found["from_node"], found["to_node"], found[column].astype(float), strict=True):
        if math.isfinite(s):
            graph.add_edge(u, v, weight=min(s, graph.get_edge_data(u, v, {"weight": math.inf})["weight"]))
    return nx.dijkstra_path_length(graph, a, b) if nx.has_path(graph, a, b) else math.inf


ROAD = {"highway": "residential"}
BOLLARD = {"barrier": "bollard"}
WHOLE = {1: (list(range(1, 10)), ROAD)}
CROSS = {1: (list(range(1, 10)), ROAD), 2: ([5, 10], ROAD)}


@pytest.mark.parametrize(
    ("ways", "standing", "shut", "open_"),
    [
        (WHOLE, {5: BOLLARD}, [(1, 9), (9, 1)], []),
        (WHOLE, {4: BOLLARD, 5: BOLLARD}, [(1, 9)], []),
        (WHOLE, {9: BOLLARD}, [(1, 9)], []),
        ({1: ([1, 2, 3], ROAD), 2: ([3, 4], ROAD), 3: ([4, 5], ROAD)}, {3: BOLLARD}, [(1, 5)], [(4, 5)]),
        (CROSS, {5: BOLLARD}, [(1, 9), (1, 10), (10, 9)], []),
        (CROSS, {6: BOLLARD}, [(1, 9), (10, 9)], [(1, 10)]),
        ({1: ([1, 2, 10, 1], ROAD), 2: ([2, 3], ROAD), 3: ([10, 9], ROAD)}, {1: BOLLARD}, [(1, 3)], [(9, 3)]),
        ({1: ([1, 2], ROAD), 2: ([2, 3], ROAD)}, {1: BOLLARD, 2: BOLLARD}, [(1, 3)], []),
        (WHOLE, {5: {"barrier": "gate"}}, [], [(1, 9), (9, 1)]),
    ],
)
def test_a_car_turns_back_and_a_walker_goes_on(
    ways: Any, standing: Any, shut: Any, open_: Any, tmp_path: Path
) -> None:
    found = edges(town(tmp_path / "r.osm.pbf", ways, standing))
    without = edges(town(tmp_path / "free.osm.pbf", ways, {}))
    for a, b in shut:
        assert math.isinf(time_s(found, "drive", a, b))
        assert math.isinf(time_s(found, "ambulance", a, b))
    for a, b in [*shut, *open_]:
        if {a, b} <= set(without["from_node"]):
            assert time_s(found, "walk", a, b) == pytest.approx(time_s(without, "walk", a, b), rel=1e-6)
    for a, b in open_:
        assert math.isfinite(time_s(found, "drive", a, b))


def test_open_barriers_give_the_roads_as_they_were(tmp_path: Path) -> None:
    stands = edges(town(tmp_path / "r.osm.pbf", WHOLE, {5: BOLLARD}), barriers="open")
    without = edges(town(tmp_path / "free.osm.pbf", WHOLE, {}))
    assert stands.drop(columns="geometry").equals(without.drop(columns="geometry"))
    assert stands.geometry.geom_equals_exact(without.geometry, 0).all()


def test_a_stub_is_a_metre_and_keeps_the_ways_direction(tmp_path: Path) -> None:
    one_way = {1: (list(range(1, 10)), {**ROAD, "oneway": "yes"})}
    found = edges(town(tmp_path / "r.osm.pbf", one_way, {5: BOLLARD}))
    stubs = found[np.isinf(found["travel_time_s_drive"]) & (found["length_m"] < 2)]
    assert len(stubs) == 4  # two stubs, both ways open to walkers
    assert stubs["length_m"].to_numpy() == pytest.approx(1.0, rel=0.01)
    assert np.isfinite(stubs["travel_time_s_walk"]).all()
    assert math.isfinite(time_s(found, "drive", 1, int(found[found["to_node"] < 0]["to_node"].iloc[0])))
    assert math.isinf(time_s(found, "drive", int(found[found["to_node"] < 0]["to_node"].iloc[0]), 1))


def test_a_road_to_which_a_barrier_is_nothing_is_not_cut(tmp_path: Path) -> None:
    path = {1: (list(range(1, 10)), {"highway": "footway"})}
    found = edges(town(tmp_path / "r.osm.pbf", path, {5: BOLLARD}))
    assert set(found["from_node"]) == {1, 9}


def test_barriers_nearer_than_two_stubs(tmp_path: Path) -> None:
    with osmium.SimpleWriter(str(tmp_path / "r.osm.pbf")) as out:
        for ref, lon in ((1, 104.5), (2, 104.501), (3, 104.50101), (4, 104.502)):  # 2 and 3: 0.95 m apart
            tags = BOLLARD if ref in (2, 3) else {}
            out.add_node(osmium.osm.mutable.Node(id=ref, location=(lon, 31.3), tags=tags))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4], tags=ROAD))
    found = edges(tmp_path / "r.osm.pbf")
    assert math.isinf(time_s(found, "drive", 1, 4))
    metres = found["length_m"][found["edge_id"] % 2 == 0].sum()
    assert time_s(found, "walk", 1, 4) == pytest.approx(metres / 4 * 3.6, rel=1e-5)
    assert metres == pytest.approx(0.002 * 111_320 * math.cos(math.radians(31.3)), rel=0.01)


def test_a_door_beside_the_gate_stays_on_its_own_side(tmp_path: Path) -> None:
    found = edges(town(tmp_path / "r.osm.pbf", WHOLE, {5: BOLLARD}))
    network = Network.from_edges(found, mode="drive")
    gate = gpd.GeoSeries([shapely.Point(104.5 + 5 * STEP, 31.3)], crs=4326).to_crs(CRS)[0]
    for east in (-3.0, 3.0):
        door = gpd.GeoDataFrame(geometry=[shapely.Point(gate.x + east, gate.y + 8)], crs=CRS)
        snapped = network.snap(door, max_snap_m=100)
        assert snapped.snap_m[0] == pytest.approx(8.0, abs=0.1)
