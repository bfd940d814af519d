"""Times on random towns against networkx on a graph in which every place is a node of its own."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

import drawn
import reach_town as town
from carecircle.reach.network.model import Network
from carecircle.reach.travel import nearest_facility

ACCESS_MPS = 1.0


def oracle(edges, demand, facilities, *, direction, weight, max_snap_m=500.0):
    """Nearest cost by splitting edges at every place; plain Python over the rows, nothing shared.

    Every row of an edge whose line runs through a place is replaced by its parts.
    """
    geod, to_wgs84 = Geod(ellps="WGS84"), Transformer.from_crs(town.CRS, 4326, always_xy=True)
    lines = list(edges.geometry)
    column = {"minutes": "travel_time_s_walk", "road_m": "length_m"}[weight]
    cost = edges[column].astype(float).tolist()
    closed = np.isinf(edges["travel_time_s_walk"]).tolist()
    on_line: dict[bytes, list] = {}
    access = {}
    for kind, frame in (("d", demand), ("f", facilities)):
        for i, point in enumerate(frame.geometry):
            distance = [np.inf if closed[k] else line.distance(point) for k, line in enumerate(lines)]
            row = int(np.argmin(distance))
            if not np.isfinite(distance[row]):
                continue
            spot = lines[row].interpolate(lines[row].project(point))
            a, b = to_wgs84.transform(point.x, point.y), to_wgs84.transform(spot.x, spot.y)
            metres = geod.inv(*a, *b)[2]
            if metres > max_snap_m:
                continue
            access[kind, i] = metres / ACCESS_MPS if weight == "minutes" else metres
            share = lines[row].project(point) / lines[row].length
            on_line.setdefault(lines[row].normalize().wkb, []).append((row, share, (kind, i)))
    graph = nx.DiGraph()

    def add(u, v, w):
        if not graph.has_edge(u, v) or graph[u][v]["w"] > w:
            graph.add_edge(u, v, w=w)

    for k, line in enumerate(lines):
        if closed[k]:
            continue
        stops = []
        for row, share, name in on_line.get(line.normalize().wkb, ()):
            same_way = lines[row].coords[0] == line.coords[0] and lines[row].coords[1] == line.coords[1]
            stops.append((share if same_way else 1 - share, name))
        u, v = edges["from_node"].iloc[k], edges["to_node"].iloc[k]
        before, at = ("n", u), 0.0
        for share, name in sorted(stops, key=lambda s: s[0]):
            add(before, ("on", *name), (share - at) * cost[k])
            before, at = ("on", *name), share
            if share < 1e-12:
                add(("on", *name), ("n", u), 0.0)
            if share > 1 - 1e-12:
                add(("n", v), ("on", *name), 0.0)
        add(before, ("n", v), (1 - at) * cost[k])
    # places at one spot of a street follow each other at no cost, in both directions
    for places_on in on_line.values():
        for row, share, name in places_on:
            for other_row, other, other_name in places_on:
                if row == other_row and abs(share - other) < 1e-12 and name != other_name:
                    add(("on", *name), ("on", *other_name), 0.0)
    found = np.full(len(demand), np.inf)
    for (kind, i), metres in access.items():
        off = ("off", kind, i)
        graph.add_edge(off, ("on", kind, i), w=metres)
        graph.add_edge(("on", kind, i), off, w=metres)
    clinics = [("off", k, i) for k, i in access if k == "f"]
    if clinics:
        search = graph.reverse() if direction == "to_facility" else graph
        cost_of = nx.multi_source_dijkstra_path_length(search, clinics, weight="w")
        for kind, i in access:
            if kind == "d":
                found[i] = cost_of.get(("off", "d", i), np.inf)
    ways = found, _across(access, demand, facilities)
    return tuple(way / 60 if weight == "minutes" else way for way in ways)


def _across(access, demand, facilities):
    """Straight to a clinic that is nearer than the road and back, a metre a second; inf where none is."""
    at = {"d": demand.geometry.to_crs(4326).tolist(), "f": facilities.geometry.to_crs(4326).tolist()}
    found = np.full(len(demand), np.inf)
    for (kind, i), (other, j) in ((a, b) for a in access for b in access):
        if (kind, other) == ("d", "f"):
            a, b = at["d"][i], at["f"][j]
            away = round(Geod(ellps="WGS84").inv(a.x, a.y, b.x, b.y)[2], 3)
            if away < access[kind, i] + access[other, j]:
                found[i] = min(found[i], away)
    return found


@settings(max_examples=40, deadline=None)
@given(
    st.data(),
    st.sampled_from(["to_facility", "from_facility"]),
    st.sampled_from(["minutes", "road_m"]),
)
def test_nearest_times_equal_an_independent_graph(data, direction, metric):
    row = st.integers(0, 3)
    edges = town.grid_edges(4, 4, one_way_rows=data.draw(st.tuples(row, row)))
    edges["travel_time_s_walk"] = data.draw(drawn.seconds(len(edges), 20, 200, closed=0.15))
    edges["length_m"] = (400 * data.draw(drawn.numbers(len(edges), 1, 1.5))).astype(np.float32)
    network = Network.from_edges(edges, mode="walk", access_speed_kph=3.6)
    spots = data.draw(drawn.spots(12, -100, 1300))
    spots[::3] = (spots[::3] / 400).round() * 400  # some stand on crossings
    demand, facilities = town.places(spots[:8]), town.places(spots[8:], prefix="f")
    got = nearest_facility(network, demand, facilities, direction=direction, metric=metric)
    # The network does not snap to parts with less than 1 km of road; neither shall the oracle.
    part = {
        int(i): network.component_road_m[c] for i, c in zip(network.node_id, network.component, strict=True)
    }
    kept = edges["from_node"].map(lambda n: part.get(n, 0.0) >= 1000)
    expected = oracle(
        edges[kept].reset_index(drop=True), demand, facilities, direction=direction, weight=metric
    )
    by_road, straight = expected
    met = straight < by_road  # told to the millimetre on both sides: their last one may differ
    np.testing.assert_allclose(got["cost"][~met], by_road[~met], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(got["cost"][met], straight[met], rtol=0, atol=1.5e-3)
    assert (np.isfinite(got["cost"]) == (got["status"] == "reached")).all()
    assert (got["facility_id"].notna() == (got["status"] == "reached")).all()


def test_osmnx_graphs_go_in_and_out():
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(10, x=117.0, y=31.6)
    graph.add_node(20, x=117.01, y=31.6)
    graph.add_node(30, x=117.02, y=31.61)
    line = shapely.LineString([(117.01, 31.6), (117.012, 31.607), (117.02, 31.61)])
    graph.add_edge(10, 20, length=900.0, travel_time=60.0)
    graph.add_edge(20, 10, length=900.0, speed_kph=36.0)
    graph.add_edge(20, 30, length=2000.0, highway="residential", geometry=line)
    network = Network.from_networkx(graph, mode="drive")
    assert network.crs.to_epsg() == 32650
    assert (network.nodes, len(network.edge_id), network.streets) == (3, 3, 2)
    straight = Geod(ellps="WGS84").inv(117.0, 31.6, 117.01, 31.6)[2]
    by_id = np.argsort(network.edge_id)
    assert network.length_m[by_id[0]] == pytest.approx(straight, rel=1e-6)  # 900 m is less than the line
    assert network.length_m[by_id[2]] == 2000
    assert network.seconds[by_id[0]] == 60
    assert network.seconds[by_id[1]] == pytest.approx(straight / 10, rel=1e-6)
    back = Network.from_networkx(network.to_networkx(), mode="drive")
    for name in ("node_id", "edge_id", "tail", "head", "seconds", "length_m", "street", "along", "may_stop"):
        np.testing.assert_array_equal(getattr(back, name), getattr(network, name))
