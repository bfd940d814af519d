"""Heidelberg and Wuhan: real streets in, sound networks, times and isochrones out."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pyproj
import pytest
import shapely

from carecircle.inputs.roads.edges import read_roads
from carecircle.reach import kernels
from carecircle.reach.isochrones import isochrones
from carecircle.reach.network.model import Network
from carecircle.reach.search import _scipy
from carecircle.reach.travel import nearest_facility
from carecircle.study import Roads
from realdata import real

pytestmark = [pytest.mark.real, pytest.mark.slow]

EVERYWHERE = shapely.box(-1e7, -1e7, 1e8, 1e8)


def hospitals(path) -> gpd.GeoDataFrame:
    """Every ``amenity=hospital`` of a PBF: a node's place, or the mean of a way's nodes."""
    found = []
    reader = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_filter(osmium.filter.TagFilter(("amenity", "hospital")))
    )
    for thing in reader:
        if thing.is_node():
            found.append((thing.id, thing.location.lon, thing.location.lat))
        elif thing.is_way():
            spots = np.array([(n.lon, n.lat) for n in thing.nodes if n.location.valid()])
            found.append((thing.id, *spots.mean(axis=0)))
    points = gpd.points_from_xy([f[1] for f in found], [f[2] for f in found])
    return gpd.GeoDataFrame({"facility_id": [str(f[0]) for f in found]}, geometry=points, crs=4326)


@pytest.fixture(scope="module")
def heidelberg():
    path = real("heidelberg/heidelberg.osm.pbf")
    crs = pyproj.CRS(32632)
    edges, _ = read_roads(Roads(path=path), crs, EVERYWHERE, modes=("walk", "drive", "ambulance"))
    return edges, hospitals(path).to_crs(crs)


def test_heidelberg_networks_are_sound(heidelberg):
    edges, clinics = heidelberg
    assert len(clinics) == 5
    drive, walk = (Network.from_edges(edges, mode=mode) for mode in ("drive", "walk"))
    assert walk.nodes > drive.nodes
    assert (~walk.may_stop).any()  # trunk roads, tunnels
    for network in (drive, walk):
        best, owner = kernels.nearest(*network.csr("minutes"), np.arange(0, network.nodes, 5000))
        reference = _scipy.nearest(*network.csr("minutes"), np.arange(0, network.nodes, 5000),
                                   np.zeros(len(range(0, network.nodes, 5000))), np.inf)  # fmt: skip
        np.testing.assert_allclose(best, reference[0], rtol=1e-9)
        np.testing.assert_array_equal(owner, reference[1])
        main = network.components()["road_km"]
        assert main[0] / main.sum() == pytest.approx(largest_share(edges, network.mode), abs=1e-3)


def largest_share(edges, mode):
    """The longest connected part's share of the streets, by networkx over the rows of the edges."""
    rows = edges[np.isfinite(edges[f"travel_time_s_{mode}"])]
    streets = nx.Graph()
    for a, b, metres in zip(rows["from_node"], rows["to_node"], rows["length_m"], strict=True):
        pair = min(a, b), max(a, b)
        lengths = streets.edges[pair]["lengths"] if streets.has_edge(*pair) else set()
        streets.add_edge(*pair, lengths=lengths | {round(float(metres), 2)})  # both ways are one street
    parts = [streets.subgraph(part) for part in nx.connected_components(streets)]
    km = [sum(sum(d["lengths"]) for _, _, d in part.edges(data=True)) for part in parts]
    return max(km) / sum(km)


def test_one_way_streets_part_the_directions_only_for_cars(heidelberg):
    edges, clinics = heidelberg
    rng = np.random.default_rng(1)
    for mode, differs in (("drive", True), ("walk", False)):
        network = Network.from_edges(edges, mode=mode)
        spots = network.node_xy[rng.choice(network.nodes, 2000, replace=False)]
        demand = gpd.GeoDataFrame({"demand_id": range(2000)}, geometry=shapely.points(spots), crs=network.crs)
        there, back = (
            nearest_facility(network, demand, clinics, direction=d)["cost"].to_numpy()
            for d in ("to_facility", "from_facility")
        )
        both = np.isfinite(there) & np.isfinite(back)
        assert both.mean() > 0.8
        assert (np.abs(there[both] - back[both]) > 0.1).any() == differs


def test_isochrones_of_every_hospital_are_nested_and_agree_with_node_times(heidelberg):
    edges, clinics = heidelberg
    network = Network.from_edges(edges, mode="drive")
    minutes = list(range(1, 31))
    drawn = isochrones(network, clinics, minutes, direction="from_facility")
    ends = np.stack([network.tail, network.head], axis=1)
    rng = np.random.default_rng(0)
    # a sample of nodes, and the rows whose street runs within the half width and a cell of each
    sample = rng.choice(network.nodes, 1500, replace=False)
    spots = shapely.points(network.node_xy[sample])
    node, row = shapely.STRtree(network.lines(network.street)).query(spots, predicate="dwithin", distance=33)
    assert len(np.unique(node)) == len(sample)
    # and points about the nodes, in and beside the streets, to see the polygons grow
    around = np.repeat(network.node_xy[sample[:500]], 8, axis=0) + rng.uniform(-40, 40, (4000, 2))
    for facility, polygons in drawn.groupby("facility_id"):
        shapes = polygons.geometry.tolist()
        areas = [shape.area for shape in shapes]
        assert areas == sorted(areas)
        assert areas[0] > 0
        assert shapes[4].is_valid
        # times at nodes as the search has them: no access leg at the node
        snap = network.snap(clinics[clinics["facility_id"] == facility], max_snap_m=500)
        start, cost = snap.departures("minutes")
        cost = cost + snap.access_cost("minutes")[:, None]
        times, _ = kernels.nearest(*network.csr("minutes"), start[0], source_cost=cost[0])
        soonest = np.where(network.street == snap.street[0], 0.0, times[ends].min(axis=1))
        near = np.full(len(sample), np.inf)  # when the search first comes anywhere near a sampled node
        np.minimum.at(near, node, soonest[row])
        before = np.zeros(len(around), bool)
        for limit, shape in zip(minutes, shapes, strict=True):
            shapely.prepare(shape)
            covered = shapely.intersects_xy(shape, *around.T)
            assert not (before & ~covered).any()
            before = covered
            inside = sample[times[sample] <= limit * 60][:10]
            away = sample[near > limit * 60][:10]
            assert len(away) == 10 or limit > 15
            assert shapely.intersects_xy(shape, *network.node_xy[inside].T).all()
            assert not shapely.intersects_xy(shape, *network.node_xy[away].T).any()


def test_wuhan_streets_make_one_city():
    path = real("wuhan/streets.parquet")
    edges, _ = read_roads(
        Roads(path=path, format="edges"), pyproj.CRS(32650), EVERYWHERE, modes=("walk", "drive")
    )
    network = Network.from_edges(edges, mode="drive")
    assert network.nodes > 50_000
    parts = network.components()
    assert parts["road_km"][0] > 0.9 * parts["road_km"].sum()
    middle = gpd.GeoDataFrame(
        {"facility_id": ["centre"]},
        geometry=[shapely.Point(*np.median(network.node_xy, axis=0))],
        crs=network.crs,
    )
    demand = gpd.GeoDataFrame(
        {"demand_id": range(network.nodes)}, geometry=shapely.points(network.node_xy), crs=network.crs
    )
    by_time = nearest_facility(network, demand, middle, max_snap_m=2000)
    by_road = nearest_facility(network, demand, middle, metric="road_m", max_snap_m=2000)
    straight = nearest_facility(None, demand, middle, metric="straight_m")
    reached = np.isfinite(by_road["cost"])
    assert reached.mean() > 0.9
    assert (by_road["cost"] >= straight["cost"] - 1)[reached].all()
    assert (np.isfinite(by_time["cost"]) == reached).all()
