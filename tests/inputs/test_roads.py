"""Roads of every format: noded, directed, timed, and refused when they cannot be."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx
import pandas as pd
import pyproj
import pytest
import shapely

from carecircle.errors import InputError
from carecircle.inputs.datum import study_crs
from carecircle.inputs.roads.edges import edges_from_graph, edges_of, read_roads
from carecircle.inputs.roads.streets import from_pbf
from carecircle.profiles import modes
from carecircle.reach.interchange import edges_from_networkx
from carecircle.reach.network.model import Network
from carecircle.schema import STRUCTURES
from carecircle.study import Roads
from realdata import real

GEOD = pyproj.Geod(ellps="WGS84")
CRS = study_crs(104.5, 31.3)
EVERYWHERE = shapely.box(-1e7, -1e7, 2e7, 2e7)
NODES = {1: (104.50, 31.30), 2: (104.51, 31.30), 3: (104.52, 31.30), 4: (104.51, 31.31), 5: (104.51, 31.29)}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    10: ([1, 2, 3], {"highway": "primary", "maxspeed": "60", "name": "主路"}),
    11: ([4, 2, 5], {"highway": "residential", "oneway": "yes"}),
    12: ([3, 4], {"highway": "motorway"}),
    13: ([1, 5], {"route": "ferry", "highway": "service"}),
    14: ([1, 4], {"highway": "construction"}),
    15: ([1, 99, 5], {"highway": "footway"}),
    16: ([1, 2], {"building": "yes"}),
}


def write_pbf(path: Path, ways: Any = None, nodes: Any = None) -> Path:
    with osmium.SimpleWriter(str(path)) as out:
        for ref, (lon, lat) in (nodes or NODES).items():
            out.add_node(osmium.osm.mutable.Node(id=ref, location=(lon, lat)))
        for ref, (refs, tags) in (ways or WAYS).items():
            out.add_way(osmium.osm.mutable.Way(id=ref, nodes=refs, tags=tags))
    return path


def read(path: Path, fmt: str = "pbf", around: shapely.Geometry = EVERYWHERE) -> gpd.GeoDataFrame:
    return read_roads(Roads(path=path, format=fmt), CRS, around, modes=modes())[0]


def row(edges: pd.DataFrame, a: int, b: int) -> Any:
    found = edges[(edges["from_node"] == a) & (edges["to_node"] == b)]
    assert len(found) == 1, (a, b, len(found))
    return found.iloc[0]


def test_ways_are_split_directed_and_timed(tmp_path: Path) -> None:
    edges = read(write_pbf(tmp_path / "r.osm.pbf"))
    pairs = set(zip(edges["from_node"], edges["to_node"], strict=True))
    assert pairs == {(1, 2), (2, 1), (2, 3), (3, 2), (4, 2), (2, 4), (2, 5), (5, 2), (3, 4)}
    length = GEOD.inv(*NODES[1], *NODES[2])[2]
    there, back = row(edges, 1, 2), row(edges, 2, 1)
    assert there["length_m"] == np.float32(length)
    assert there["travel_time_s_drive"] == np.float32(length / 60 * 3.6)
    assert there["travel_time_s_walk"] == np.float32(length / 4 * 3.6)
    assert there["name"] == "主路"
    assert list(there["geometry"].coords) == list(back["geometry"].coords)[::-1]
    assert math.isinf(row(edges, 2, 4)["travel_time_s_drive"])  # against the one-way
    assert math.isfinite(row(edges, 2, 4)["travel_time_s_walk"])
    motorway = row(edges, 3, 4)
    assert math.isinf(motorway["travel_time_s_walk"])
    assert not motorway["may_stop_drive"]
    assert edges["edge_id"].is_unique
    assert edges["length_m"].dtype == np.float32
    assert edges.crs == CRS


def test_the_order_of_ways_changes_nothing(tmp_path: Path) -> None:
    edges = read(write_pbf(tmp_path / "a.osm.pbf"))
    pd.testing.assert_frame_equal(edges, read(write_pbf(tmp_path / "b.osm.pbf")))


def test_crossing_a_closed_road_makes_no_node(tmp_path: Path) -> None:
    ways = {1: ([1, 2, 3], {"highway": "primary"}), 2: ([4, 2, 5], {"highway": "proposed"})}
    edges = read(write_pbf(tmp_path / "r.osm.pbf", ways))
    assert set(zip(edges["from_node"], edges["to_node"], strict=True)) == {(1, 3), (3, 1)}


def test_what_none_of_the_asked_modes_may_use_makes_no_node_either(tmp_path: Path) -> None:
    ways = {1: ([1, 2, 3], {"highway": "primary"}), 2: ([4, 2, 5], {"highway": "footway"})}
    source = Roads(path=write_pbf(tmp_path / "r.osm.pbf", ways))
    driven, _ = read_roads(source, CRS, EVERYWHERE, modes=("drive", "ambulance"))
    assert set(zip(driven["from_node"], driven["to_node"], strict=True)) == {(1, 3), (3, 1)}
    whole = read_roads(source, CRS, EVERYWHERE, modes=modes())[0]
    parts = row(whole, 1, 2), row(whole, 2, 3)
    for column in ("length_m", "travel_time_s_drive"):
        assert math.fsum(p[column] for p in parts) == pytest.approx(row(driven, 1, 3)[column], rel=1e-6)
    only_feet = Roads(path=write_pbf(tmp_path / "f.osm.pbf", {2: ways[2]}))
    with pytest.raises(InputError, match="no usable roads"):
        read_roads(only_feet, CRS, EVERYWHERE, modes=("drive",))


def test_a_loop_and_a_repeated_node(tmp_path: Path) -> None:
    ways = {1: ([1, 2, 2, 4, 1], {"highway": "residential", "junction": "roundabout"})}
    edges = read(write_pbf(tmp_path / "r.osm.pbf", ways))
    assert edges[["from_node", "to_node"]].to_numpy().tolist() == [[1, 1], [1, 1]]  # walkers go both ways
    assert np.isfinite(edges["travel_time_s_drive"]).tolist() == [True, False]


def test_roads_are_kept_where_they_touch_the_study(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "r.osm.pbf")
    west = gpd.GeoSeries([shapely.box(104.49, 31.29, 104.505, 31.31)], crs=4326).to_crs(CRS).iloc[0]
    edges = read(path, around=west)
    assert set(zip(edges["from_node"], edges["to_node"], strict=True)) == {(1, 3), (3, 1)}


def test_roads_elsewhere_are_refused(tmp_path: Path) -> None:
    far = gpd.GeoSeries([shapely.box(110, 31.29, 110.1, 31.31)], crs=4326).to_crs(CRS).iloc[0]
    with pytest.raises(InputError, match=r"104\.500–104\.520.*do not reach the study"):
        read(write_pbf(tmp_path / "r.osm.pbf"), around=far)


def test_a_file_without_roads(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no usable roads"):
        read(write_pbf(tmp_path / "r.osm.pbf", {1: ([1, 2], {"building": "yes"})}))


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>", b"\x00" * 100, "cut"])
def test_no_whole_pbf(tmp_path: Path, content: bytes | str) -> None:
    path = write_pbf(tmp_path / "r.osm.pbf")
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 2 // 3] if isinstance(content, str) else content)
    with pytest.raises(InputError, match="not a complete OpenStreetMap PBF"):
        read(path)


def test_a_real_extract_cut_short(tmp_path: Path) -> None:
    raw = real("portoalegre/roads.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    for share in random.Random(1).sample(range(1, 99), 5):
        path.write_bytes(raw[: len(raw) * share // 100])
        with pytest.raises(InputError, match="not a complete OpenStreetMap PBF"):
            read(path)


# ---- graphs -----------------------------------------------------------------------------------------


def _graph() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for ref, (lon, lat) in NODES.items():
        graph.add_node(ref, x=lon, y=lat)
    graph.add_edge(1, 2, highway="primary", maxspeed="60", oneway=False, length=1.0, osmid=1)
    graph.add_edge(2, 1, highway="primary", maxspeed="60", oneway=False, length=1.0, osmid=1)
    graph.add_edge(
        2, 3, highway=["residential", "primary"], maxspeed=["50", "30"], oneway=True, length=1.0, osmid=2
    )
    graph.add_edge(2, 4, highway="footway", length=1.0, osmid=3)
    return graph


def test_a_graph_and_its_graphml(tmp_path: Path) -> None:
    edges = edges_from_graph(_graph(), CRS, modes=modes())
    assert row(edges, 1, 2)["travel_time_s_drive"] == row(edges, 2, 1)["travel_time_s_drive"]
    assert row(edges, 2, 3)["length_m"] == np.float32(GEOD.inv(*NODES[2], *NODES[3])[2])
    assert math.isinf(row(edges, 3, 2)["travel_time_s_drive"])
    assert math.isfinite(row(edges, 3, 2)["travel_time_s_walk"])
    assert math.isinf(row(edges, 2, 4)["travel_time_s_drive"])
    path = tmp_path / "g.graphml"
    osmnx.save_graphml(_graph(), path)
    again = read(path, "graphml")
    for column in ("from_node", "to_node", "length_m", "travel_time_s_drive"):
        assert sorted(again[column]) == sorted(edges[column])


def test_damaged_graphml(tmp_path: Path) -> None:
    path = tmp_path / "g.graphml"
    path.write_text("<graphml><graph>", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read(path, "graphml")


# ---- tables -----------------------------------------------------------------------------------------


def _lines(tmp_path: Path, **columns: Any) -> Path:
    shapes = [shapely.LineString([NODES[a], NODES[b]]) for a, b in ((1, 2), (2, 3), (4, 2))]
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_crs(4547).to_file(path)
    return path


def test_an_edge_table(tmp_path: Path) -> None:
    path = _lines(tmp_path, highway=["primary", "primary", "residential"], oneway=["no", "-1", "1"],
                  speed_kph=[60.0, None, None])  # fmt: skip
    edges = read(path, "edges")
    assert len(edges) == 6
    assert edges["from_node"].nunique() == 4  # they meet at node 2
    times = edges["travel_time_s_drive"].to_numpy()
    assert np.isfinite(times).sum() == 4
    assert times[0] == pytest.approx(GEOD.inv(*NODES[1], *NODES[2])[2] / 60 * 3.6, rel=1e-6)


def test_an_edge_table_in_gcj02(tmp_path: Path) -> None:
    path = _lines(tmp_path, highway=["primary"] * 3)
    plain, shifted = (
        read_roads(Roads(path=path, format="edges", datum=d), CRS, EVERYWHERE, modes=("walk",))[0]
        for d in ("wgs84", "gcj02")
    )
    away = shapely.distance(plain.geometry.to_numpy(), shifted.geometry.to_numpy())
    assert away.min() > 50
    assert plain["from_node"].nunique() == shifted["from_node"].nunique() == 4


def test_named_nodes_win_over_places(tmp_path: Path) -> None:
    path = _lines(tmp_path, highway=["primary"] * 3, from_node=[7, 8, 9], to_node=[8, 9, 7])
    edges = read(path, "edges")
    assert set(zip(edges["from_node"], edges["to_node"], strict=True)) >= {(7, 8), (8, 9), (9, 7)}


def test_tables_that_are_no_roads(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="highway"):
        read(_lines(tmp_path, kind=["a"] * 3), "edges")
    points = tmp_path / "p.gpkg"
    gpd.GeoDataFrame({"highway": ["x"]}, geometry=[shapely.Point(1, 2)], crs=4326).to_file(points)
    with pytest.raises(InputError, match="roads must be lines"):
        read(points, "edges")
    with pytest.raises(InputError, match="no usable roads"):
        read(_lines(tmp_path, highway=["river"] * 3), "edges")


def test_unknown_classes_are_noted(tmp_path: Path) -> None:
    path = _lines(tmp_path, highway=["primary", "elevated", "elevated"])
    _, findings = read_roads(Roads(path=path, format="edges"), CRS, EVERYWHERE, modes=modes())
    assert [f.sentence.facts for f in findings] == [{"value": "elevated", "count": 2}]


# ---- real -------------------------------------------------------------------------------------------


@pytest.mark.real
def test_porto_alegre_against_a_reading_of_its_own() -> None:
    """Every consecutive pair of nodes of an open way or a square's edge is on one street; lengths add up."""
    path = real("portoalegre/roads.osm.pbf")
    streets = from_pbf(path)
    edges = edges_of(streets, study_crs(-51.2, -30.0), modes=("drive",), file=path)
    forward = edges[edges["edge_id"] % 2 == 0]
    total = 0.0
    ways = osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
    open_sets = {tuple(sorted(t.items())) for t in streets.tags}
    keys = {k for t in streets.tags for k in t}
    for way in ways:
        if not way.is_way():
            continue
        tags = {k: way.tags[k] for k in keys if k in way.tags}
        if tuple(sorted(tags.items())) not in open_sets:
            continue
        spots = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
        lon, lat = zip(*spots, strict=True)
        total += GEOD.line_length(lon, lat)
    squares = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    squares = squares.with_filter(osmium.filter.KeyFilter("highway"))
    rings = {
        m.ref for s in squares if s.tags.get("type") == "multipolygon" for m in s.members if m.role == "outer"
    }
    for way in osmium.FileProcessor(str(path)).with_locations():
        if way.is_way() and way.id in rings and "highway" not in way.tags:
            total += GEOD.line_length(
                *zip(*[(n.lon, n.lat) for n in way.nodes if n.location.valid()], strict=True)
            )
    assert math.fsum(forward["length_m"]) == pytest.approx(total, rel=1e-6)


@pytest.mark.real
def test_porto_alegres_components_survive_splitting() -> None:
    streets = from_pbf(real("portoalegre/roads.osm.pbf"))
    graph = nx.Graph(list(zip(streets.from_node.tolist(), streets.to_node.tolist(), strict=True)))
    largest = max(nx.connected_components(graph), key=len)
    assert len(largest) > 0.95 * graph.number_of_nodes()


def test_bridges_and_tunnels_are_known(tmp_path: Path) -> None:
    tagged = [
        ({}, "ground"), ({"bridge": "yes"}, "bridge"), ({"bridge": "viaduct", "layer": "2"}, "bridge"),
        ({"tunnel": "yes", "layer": "-1"}, "tunnel"), ({"tunnel": "culvert"}, "ground"),
        ({"tunnel": "building_passage", "layer": "-1"}, "ground"), ({"layer": "1"}, "bridge"),
        ({"layer": "-1"}, "tunnel"), ({"bridge": "no", "layer": "1"}, "ground"), ({"layer": "?"}, "ground"),
    ]  # fmt: skip
    ends = {n: (104.50 + 0.01 * n, 31.30) for n in range(len(tagged) + 1)}
    ways = {n: ([n, n + 1], {"highway": "residential", **tags}) for n, (tags, _) in enumerate(tagged)}
    edges = read(write_pbf(tmp_path / "r.osm.pbf", ways, ends))
    assert edges["structure"].dtype == np.int8
    found = {
        int(min(a, b)): STRUCTURES[s] for a, b, s in edges[["from_node", "to_node", "structure"]].to_numpy()
    }
    assert found == {n: there for n, (_, there) in enumerate(tagged)}
    network = Network.from_edges(edges, mode="walk")
    west = [round(min(x for x, _ in line.coords)) for line in network.lines()]
    by_west = dict(zip(west, network.structure.tolist(), strict=True))
    for n, (_, there) in enumerate(tagged):
        assert STRUCTURES[by_west[round(row(edges, n, n + 1)["geometry"].bounds[0])]] == there
    network.save(tmp_path / "n")
    assert (Network.load(tmp_path / "n").structure == network.structure).all()
    again = edges_from_networkx(network.to_networkx(), mode="walk")
    assert (
        again["structure"].to_numpy() == edges.set_index("edge_id")["structure"][again["edge_id"]].to_numpy()
    ).all()
