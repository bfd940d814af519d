"""Generated graphs that look like roads: a jittered lattice with gaps, arterials, one-way streets."""

from __future__ import annotations

import numpy as np

from carecircle.reach.graph._streets import hilbert_rank
from carecircle.reach.kernels import csr_from_edges


def roadlike(nodes, *, seed=1, spacing_m=120.0, gap=0.18, one_way=0.1):
    """CSR arrays of a road-like graph of about ``nodes`` nodes, costs in seconds, and node coordinates.

    A square lattice with crossings moved by up to a third of the spacing; ``gap`` of its streets are
    missing, ``one_way`` of the rest run one way; every tenth row and column is an arterial at 60 km/h, the
    rest residential at 20–40 km/h. Nodes are numbered along a Hilbert curve. About 3.1 edges leave a node.

    Returns
    -------
    indptr int64[n+1], indices int32[m], cost float32[m], xy float64[n, 2].
    """
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(nodes))
    n = side * side
    row, column = np.divmod(np.arange(n), side)
    xy = np.stack([column, row], axis=1) * spacing_m + rng.uniform(-spacing_m / 3, spacing_m / 3, (n, 2))
    rank = np.empty(n, np.int64)
    rank[np.argsort(hilbert_rank(xy), kind="stable")] = np.arange(n)
    east, north = np.flatnonzero(column < side - 1), np.flatnonzero(row < side - 1)
    tail, head = np.concatenate([east, north]), np.concatenate([east + 1, north + side])
    arterial = np.concatenate([row[east] % 10 == 0, column[north] % 10 == 0])
    kept = arterial | (rng.random(len(tail)) >= gap)
    tail, head, arterial = tail[kept], head[kept], arterial[kept]
    metres = np.hypot(*(xy[tail] - xy[head]).T) * rng.uniform(1.0, 1.3, len(tail))
    kph = np.where(arterial, 60.0, rng.choice([20.0, 30.0, 40.0], len(tail)))
    cost = (metres * 3.6 / kph).astype(np.float32)
    both = arterial | (rng.random(len(tail)) >= one_way)
    tails = np.concatenate([tail, head[both]])
    heads = np.concatenate([head, tail[both]])
    costs = np.concatenate([cost, cost[both]])
    indptr, indices, cost = csr_from_edges(n, rank[tails], rank[heads], costs)
    placed = np.empty_like(xy)
    placed[rank] = xy
    return indptr, indices, cost, placed


def roadlike_network(nodes, *, seed=1):
    """A `Network` (EPSG:32650, drive) over the same graph, streets drawn straight."""
    import geopandas as gpd
    import shapely

    from carecircle.reach.network.model import Network

    indptr, indices, cost, xy = roadlike(nodes, seed=seed)
    xy = xy + np.array([300_000.0, 3_000_000.0])
    tail = np.repeat(np.arange(len(xy), dtype=np.int64), np.diff(indptr))
    ends = np.stack([xy[tail], xy[indices]], axis=1).reshape(-1, 2)
    lines = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, ends, (np.arange(0, len(ends) + 1, 2),)
    )
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(tail)),
            "from_node": tail,
            "to_node": indices.astype(np.int64),
            "length_m": (shapely.length(lines) / 0.9996).astype(np.float32),
            "travel_time_s_drive": cost,
        },
        geometry=lines,
        crs="EPSG:32650",
    )
    return Network.from_edges(edges, mode="drive")
