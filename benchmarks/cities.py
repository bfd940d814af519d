"""Work on real cities, where the real data is at hand."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from measure import Case

DATA = Path(os.environ.get("CARECIRCLE_REAL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def as_xml(path):
    import osmium

    xml = Path(tempfile.mkdtemp()) / "roads.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
    return xml


def as_osmnx(path):
    import osmnx

    graph = osmnx.graph_from_xml(as_xml(path))
    drivable = {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
                "living_street", "service", "road"}  # fmt: skip
    closed = [
        edge for *edge, kind in graph.edges(keys=True, data="highway")
        if (kind[0] if isinstance(kind, list) else str(kind)).removesuffix("_link") not in drivable
    ]  # fmt: skip
    graph.remove_edges_from(closed)
    return osmnx.truncate.largest_component(graph, strongly=True)


# --- Porto Alegre --------------------------------------------------------------------------------------

PBF = DATA / "portoalegre" / "roads.osm.pbf"


def ours_portoalegre():
    """From the PBF to the driving time of every cell to its nearest facility."""
    import geopandas as gpd
    import h3
    import pandas as pd
    import pyproj
    import shapely

    from carecircle.inputs.roads.edges import read_roads
    from carecircle.reach.network.model import Network
    from carecircle.reach.travel import nearest_facility
    from carecircle.study import Roads

    table = pd.read_csv(DATA / "portoalegre" / "hexgrid.csv")
    spot = np.array([h3.cell_to_latlng(i)[::-1] for i in table["id"]])
    crs = pyproj.CRS(31982)
    points = gpd.GeoSeries(shapely.points(spot), crs=4326).to_crs(crs)
    demand = gpd.GeoDataFrame({"demand_id": table["id"], "facility_id": table["id"]}, geometry=points)
    serving = demand[table["healthcare"].fillna(0) > 0]
    around = points.union_all().convex_hull.buffer(10_000)

    def run():
        edges, _ = read_roads(Roads(path=PBF), crs, around, modes=("drive",))
        nearest_facility(Network.from_edges(edges, mode="drive"), demand, serving)

    return run


def pyrosm_load(network):
    import pyrosm

    def run():
        nodes, edges = pyrosm.OSM(str(PBF)).get_network(network, nodes=True)
        pyrosm.OSM(str(PBF)).to_graph(nodes, edges, graph_type="networkx")

    return run


def osmnx_load():
    """osmnx reads XML only: the conversion is not timed."""
    import osmnx

    xml = as_xml(PBF)
    return lambda: osmnx.graph_from_xml(xml)


# --- Heidelberg ----------------------------------------------------------------------------------------

HEIDELBERG = DATA / "heidelberg" / "heidelberg.osm.pbf"
MINUTES = (5, 10, 15)


def hospitals():
    """Points (WGS 84) of the hospitals in the file."""
    import geopandas as gpd
    import osmium

    found = []
    for thing in osmium.FileProcessor(str(HEIDELBERG)).with_locations():
        if thing.tags.get("amenity") == "hospital" and thing.is_way():
            spots = [(n.lon, n.lat) for n in thing.nodes if n.location.valid()]
            found.append((str(thing.id), *np.mean(spots, axis=0)))
    ids, x, y = zip(*found, strict=True)
    return gpd.GeoDataFrame({"facility_id": ids}, geometry=gpd.points_from_xy(x, y), crs=4326)


def ours_heidelberg():
    import pyproj
    import shapely

    from carecircle.inputs.roads.edges import read_roads
    from carecircle.reach.isochrones import isochrones
    from carecircle.reach.network.model import Network
    from carecircle.study import Roads

    crs = pyproj.CRS(32632)
    edges, _ = read_roads(Roads(path=HEIDELBERG), crs, shapely.box(0, 0, 1e6, 1e7), modes=("drive",))
    net, places = Network.from_edges(edges, mode="drive"), hospitals().to_crs(crs)
    return lambda: len(isochrones(net, places, MINUTES, direction="from_facility"))


def valhalla_heidelberg():
    """Tiles built before; polygons by its own speeds and grid."""
    import valhalla

    folder = Path(tempfile.mkdtemp())
    config = valhalla.get_config(tile_dir=str(folder), tile_extract="", verbose=False)
    config["mjolnir"] |= {"admin": "", "timezone": "", "logging": {"type": ""}}
    (folder / "config.json").write_text(json.dumps(config))
    build = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    subprocess.run(
        [build, "-c", folder / "config.json", HEIDELBERG.resolve()],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    actor, places = valhalla.Actor(config), hospitals().geometry
    contours = [{"time": m} for m in MINUTES]

    def run():
        for place in places:
            spot = [{"lat": place.y, "lon": place.x}]
            actor.isochrone({"locations": spot, "costing": "auto", "contours": contours, "polygons": True})

    return run


def osmnx_heidelberg():
    """Ego graph by travel time, its edges buffered by 25 m and united; the graph loaded before."""
    import networkx
    import osmnx
    import shapely

    graph = as_osmnx(HEIDELBERG)
    graph = osmnx.project_graph(osmnx.add_edge_travel_times(osmnx.add_edge_speeds(graph)))
    places = hospitals().to_crs(graph.graph["crs"]).geometry
    nearest = osmnx.nearest_nodes(graph, places.x, places.y)

    def run():
        for node in nearest:
            for minutes in MINUTES:
                near = networkx.ego_graph(graph, node, radius=60 * minutes, distance="travel_time")
                lines = osmnx.graph_to_gdfs(near, nodes=False).geometry.to_numpy()
                shapely.union_all(shapely.buffer(lines, 25))

    return run


CITIES = {
    "portoalegre": Case(
        "Porto Alegre: PBF to driving times of 1,227 cells, against loading alone", "pyrosm", 5.0, 3,
        {"carecircle": ours_portoalegre, "pyrosm": partial(pyrosm_load, "all"),
         "pyrosm, drivable": partial(pyrosm_load, "driving+service"),
         "pyrosm, no service roads": partial(pyrosm_load, "driving"), "osmnx": osmnx_load},
        note="carecircle: read, build, snap, travel. pyrosm: get_network and to_graph, of every road of the "
        "file (as osmnx loads it), of the roads that carecircle drives on, and of fewer. osmnx: "
        "graph_from_xml of the file converted to XML.",
    ),
    "heidelberg": Case(
        "Isochrones of 5, 10 and 15 minutes of Heidelberg's hospitals by car", "osmnx", None, 3,
        {"carecircle": ours_heidelberg, "osmnx": osmnx_heidelberg, "valhalla": valhalla_heidelberg},
        note="osmnx: ego graph by travel time, its edges buffered by 25 m and united. valhalla: "
        "Actor.isochrone on tiles built before; its speeds, turn costs and grid are its own. No graph's "
        "loading is timed.",
    ),
}  # fmt: skip
