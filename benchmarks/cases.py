"""The work that is measured, and how carecircle and its peers do it."""

from __future__ import annotations

import ctypes
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
from chain import CHAIN
from cities import CITIES
from measure import CACHE, Case, graph, network, places

HERE = Path(__file__).resolve().parent

COMPARED = 50
"""Of 500 sources, those that a slow reference searches from; its times are scaled up."""
TENTH = {"scipy": 0.1}


def pick(nodes, count, seed=0):
    return np.random.default_rng(seed).choice(int(np.sqrt(nodes)) ** 2, count, replace=False)


# --- nearest facility for every node -------------------------------------------------------------------


def ours_nearest(nodes, count):
    from carecircle.reach import kernels

    arrays, sources = graph(nodes), pick(nodes, count)
    return lambda: kernels.nearest(*arrays, sources)[0]


def scipy_graph(nodes):
    from scipy.sparse import csr_matrix

    indptr, indices, cost = graph(nodes)
    n = len(indptr) - 1
    return csr_matrix((cost.astype(float), indices, indptr.astype(np.int32)), shape=(n, n))


def scipy_nearest(nodes, count):
    from scipy.sparse.csgraph import dijkstra

    matrix, sources = scipy_graph(nodes), pick(nodes, count)
    return lambda: dijkstra(matrix, indices=sources, min_only=True)


def c_nearest(nodes, count):
    """The same bucket queue written in C, as a yardstick for the compiler."""
    from carecircle.reach.search._engine import checked_graph

    library = CACHE / "bucket.so"
    subprocess.run(
        ["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, HERE / "bucket.c"], check=True
    )
    call = ctypes.CDLL(str(library)).nearest
    g = checked_graph(*graph(nodes))
    sources = pick(nodes, count).astype(np.int32)
    pointer = lambda a: a.ctypes.data_as(ctypes.c_void_p)  # noqa: E731

    def run():
        best, owner = np.empty(g.n), np.empty(g.n, np.int32)
        call(
            ctypes.c_int64(g.n), pointer(g.indptr), pointer(g.indices), pointer(g.cost),
            ctypes.c_int64(len(sources)), pointer(sources), ctypes.c_double(1 / g.width),
            ctypes.c_int64(g.slots(0) - 1), pointer(best), pointer(owner),
        )  # fmt: skip
        return best

    return run


def rooted(nodes, count):
    """Tails, heads, costs of the graph with a root one free edge before every source."""
    indptr, indices, cost = graph(nodes)
    n = len(indptr) - 1
    sources = pick(nodes, count)
    tail = np.concatenate([np.repeat(np.arange(n), np.diff(indptr)), np.full(count, n)])
    return n, tail, np.concatenate([indices, sources]), np.concatenate([cost.astype(float), np.zeros(count)])


def igraph_nearest(nodes, count):
    import igraph

    n, tail, head, cost = rooted(nodes, count)
    g = igraph.Graph(n=n + 1, edges=np.stack([tail, head], axis=1), directed=True)
    weights = cost.tolist()
    return lambda: np.array(g.distances(source=n, weights=weights, mode="out")[0][:-1])


def networkit_nearest(nodes, count):
    import networkit

    n, tail, head, cost = rooted(nodes, count)
    g = networkit.Graph(n + 1, weighted=True, directed=True)
    for u, v, w in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True):
        g.addEdge(u, v, w)

    def run():
        found = np.array(networkit.distance.Dijkstra(g, n, storePaths=False).run().getDistances()[:-1])
        return np.where(found > 1e300, np.inf, found)

    return run


def rustworkx_nearest(nodes, count):
    import rustworkx

    n, tail, head, cost = rooted(nodes, count)
    g = rustworkx.PyDiGraph()
    g.add_nodes_from(range(n + 1))
    g.add_edges_from(list(zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True)))

    def run():
        lengths = rustworkx.dijkstra_shortest_path_lengths(g, n, float)
        best = np.full(n + 1, np.inf)
        best[list(lengths.keys())] = list(lengths.values())
        return best[:-1]

    return run


def networkx_nearest(nodes, count):
    import networkx

    n, tail, head, cost = rooted(nodes, count)
    g = networkx.DiGraph()
    g.add_nodes_from(range(n + 1))
    g.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True))

    def run():
        best = np.full(n + 1, np.inf)
        for node, length in networkx.single_source_dijkstra_path_length(g, n).items():
            best[node] = length
        return best[:-1]

    return run


FAR = 3600.0
"""pandana needs a largest distance; every node that is reached at all is reached within it."""


def pandana_nearest(nodes, count):
    """Nearest by the reversed graph: pandana goes from nodes to facilities."""
    import pandana
    import pandas as pd

    indptr, indices, cost = graph(nodes)
    xy, sources = places(nodes), pick(nodes, count)
    tail = np.repeat(np.arange(len(xy)), np.diff(indptr))
    x, y = pd.Series(xy[:, 0]), pd.Series(xy[:, 1])
    net = pandana.Network(
        x, y, pd.Series(indices), pd.Series(tail), pd.DataFrame({"s": cost.astype(float)}), twoway=False
    )
    net.set_pois("f", FAR, 1, pd.Series(xy[sources, 0]), pd.Series(xy[sources, 1]))

    def run():
        found = net.nearest_pois(FAR, "f", num_pois=1)[1].to_numpy()
        return np.where(found >= FAR, np.inf, found)

    return run


# --- service areas and tables --------------------------------------------------------------------------


def ours_areas(nodes, threads=None):
    from carecircle.reach import kernels

    arrays, sources = graph(nodes), pick(nodes, 500)

    def run():
        group, _, cost = kernels.areas(*arrays, sources, limit=900.0, threads=threads)
        compared = np.searchsorted(group, COMPARED)
        return np.array([compared, cost[:compared].sum()])

    return run


def scipy_areas(nodes):
    from scipy.sparse.csgraph import dijkstra

    matrix, sources = scipy_graph(nodes), pick(nodes, 500)

    def run():
        count, total = 0, 0.0
        for source in sources[:COMPARED]:
            found = dijkstra(matrix, indices=source, limit=900.0)
            found = found[np.isfinite(found)]
            count, total = count + len(found), total + found.sum()
        return np.array([count, total])

    return run


def ours_table(nodes):
    from carecircle.reach import kernels

    arrays, sources, targets = graph(nodes), pick(nodes, 500), pick(nodes, 5000, seed=1)
    return lambda: kernels.table(*arrays, sources, targets)[:COMPARED]


def scipy_table(nodes):
    from scipy.sparse.csgraph import dijkstra

    matrix, sources, targets = scipy_graph(nodes), pick(nodes, 500), pick(nodes, 5000, seed=1)
    return lambda: dijkstra(matrix, indices=sources[:COMPARED])[:, targets]


# --- isochrones and snapping ---------------------------------------------------------------------------


def clinics(net, count):
    import geopandas as gpd
    import shapely

    nodes = np.random.default_rng(3).choice(net.nodes, count, replace=False)
    ids = [f"{i:04d}" for i in range(count)]
    points = shapely.points(net.node_xy[nodes])
    return nodes, gpd.GeoDataFrame({"facility_id": ids}, geometry=points, crs=net.crs)


def ours_isochrones(nodes, count, compared, minutes=(5, 10, 15)):
    from carecircle.reach.isochrones import isochrones

    net = network(nodes)
    _, facilities = clinics(net, count)

    def run():
        drawn = isochrones(net, facilities, minutes, direction="from_facility")
        return drawn.geometry.area.to_numpy()[: len(minutes) * compared]

    return run


def buffered_roads(nodes, count, compared, minutes=(5, 10, 15)):
    """The reached parts of all roads, each buffered by 25 m (round), united."""
    import shapely

    from carecircle.reach import kernels

    net = network(nodes)
    sources, _ = clinics(net, count)

    def run():
        areas = []
        for source in sources[:compared]:
            for limit in (60.0 * each for each in minutes):
                cost, _ = kernels.nearest(net.indptr, net.head, net.seconds, [source], limit=limit)
                row = np.flatnonzero(np.isfinite(cost[net.tail]))
                start, end = net.node_xy[net.tail[row]], net.node_xy[net.head[row]]
                share = np.minimum(1, (limit - cost[net.tail[row]]) / net.seconds[row])
                part = np.stack([start, start + (end - start) * share[:, None]], axis=1)
                areas.append(shapely.union_all(shapely.buffer(shapely.linestrings(part), 25)).area)
        return np.array(areas)

    return run


def snapping(nodes, find):
    from carecircle.reach.snapping import snap

    net = network(nodes)
    low, high = net.node_xy.min(axis=0), net.node_xy.max(axis=0)
    x, y = np.random.default_rng(0).uniform(low, high, (nodes, 2)).T
    return lambda: getattr(snap, find)(net, x, y)[1]


MILLION = 1_000_000
CASES = {
    "nearest_1m": Case(
        "Nearest of 500 facilities for every node, 1,000,000 nodes", "scipy", 3.0, 7,
        {"carecircle": partial(ours_nearest, MILLION, 500), "scipy": partial(scipy_nearest, MILLION, 500),
         "C": partial(c_nearest, MILLION, 500)},
        note="C: the same bucket queue in C (-O3), results copied alike; aim: within 2× of it.",
    ),
    "nearest_10m": Case(
        "Nearest of 5,000 facilities for every node, 10,000,000 nodes", "scipy", 2.5, 3,
        {"carecircle": partial(ours_nearest, 10 * MILLION, 5000),
         "scipy": partial(scipy_nearest, 10 * MILLION, 5000)},
    ),
    "areas_1m": Case(
        "500 service areas within 15 minutes, 1,000,000 nodes", "scipy", 8.0, 5,
        {"carecircle": partial(ours_areas, MILLION), "carecircle, 1 thread": partial(ours_areas, MILLION, 1),
         "scipy": partial(scipy_areas, MILLION)},
        share=TENTH,
        note="scipy: dijkstra(limit=) a source at a time, finite costs kept; 50 of 500 sources, times 10.",
    ),
    "areas_10m": Case(
        "500 service areas within 15 minutes, 10,000,000 nodes", "scipy", 100.0, 5,
        {"carecircle": partial(ours_areas, 10 * MILLION), "scipy": partial(scipy_areas, 10 * MILLION)},
        share=TENTH,
    ),
    "table_100k": Case(
        "Table of 500 sources × 5,000 targets, 100,000 nodes", "scipy", 5.0, 5,
        {"carecircle": partial(ours_table, 100_000), "scipy": partial(scipy_table, 100_000)},
        share=TENTH,
    ),
    "isochrones_1m": Case(
        "Isochrones of 5, 10 and 15 minutes of 100 facilities, 1,000,000 nodes", "buffers", 50.0, 2,
        {"carecircle": partial(ours_isochrones, MILLION, 100, 1),
         "buffers": partial(buffered_roads, MILLION, 100, 1)},
        share={"buffers": 0.01},
        note="buffers: every reached part of a road buffered by 25 m and united, for the first of the 100 "
        "facilities, times 100; the difference is that of its 3 areas.",
    ),
    "isochrone_areas": Case(
        "Isochrones of 5 minutes of 12 facilities, 1,000,000 nodes: do the areas agree?", "buffers", None, 1,
        {"carecircle": partial(ours_isochrones, MILLION, 12, 12, (5,)),
         "buffers": partial(buffered_roads, MILLION, 12, 12, (5,))},
        note="The difference is the largest of the 12 areas'; the smaller the area, the larger the share of "
        "its edge.",
    ),
    "snap_1m": Case(
        "1,000,000 points snapped onto the streets of 1,000,000 nodes", "STRtree", None, 2,
        {"carecircle": partial(snapping, MILLION, "_by_grid"),
         "STRtree": partial(snapping, MILLION, "_by_tree")},
    ),
    "nearest_100k_peers": Case(
        "Nearest of 50 facilities for every node, 100,000 nodes, every peer", "scipy", None, 3,
        {"carecircle": partial(ours_nearest, 100_000, 50), "scipy": partial(scipy_nearest, 100_000, 50),
         "igraph": partial(igraph_nearest, 100_000, 50), "networkit": partial(networkit_nearest, 100_000, 50),
         "rustworkx": partial(rustworkx_nearest, 100_000, 50),
         "networkx": partial(networkx_nearest, 100_000, 50),
         "pandana": partial(pandana_nearest, 100_000, 50)},
        note="igraph, networkit, rustworkx and networkx search from a root one free edge before every "
        "facility; pandana prepares a contraction hierarchy first (not timed) and keeps thousandths.",
    ),
    **CITIES,
    **CHAIN,
}  # fmt: skip
