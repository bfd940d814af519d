"""The same searches on scipy: the reference in tests, and what runs where numba is absent."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csgraph, csr_array

Array = np.ndarray[Any, Any]
dijkstra: Any = csgraph.dijkstra  # its stubs know no sparse arrays with explicit zeros


def csr_from_edges(n: int, tail: Array, head: Array, cost: Array) -> tuple[Array, Array, Array]:
    """CSR arrays of a directed edge list; of parallel edges the cheapest stays.

    scipy's own conversion *adds* parallel edges, so they are reduced first.

    Parameters
    ----------
    n
        Number of nodes.
    tail, head
        int[m] in [0, n).
    cost
        float[m].

    Returns
    -------
    indptr int64[n+1], indices int32[k], cost (dtype kept) [k], k <= m; heads ascend within a node.
    """
    order = np.lexsort((cost, head, tail))
    t, h, c = tail[order], head[order], cost[order]
    keep = np.ones(len(t), bool)
    keep[1:] = (t[1:] != t[:-1]) | (h[1:] != h[:-1])
    t, h, c = t[keep], h[keep], c[keep]
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(t, minlength=n), out=indptr[1:])
    return indptr, h.astype(np.int32), c


def _with_root(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array
) -> tuple[csr_array, Array, Array]:
    """The graph with a node n from which every source is one edge away; also its tails and heads."""
    n = len(indptr) - 1
    tails = np.repeat(np.arange(n), np.diff(indptr))
    open_edge = np.isfinite(cost)
    given = np.isfinite(source_cost)
    tail = np.concatenate([tails[open_edge], np.full(int(given.sum()), n)])
    head = np.concatenate([indices[open_edge], sources[given]])
    weight = np.concatenate([cost[open_edge].astype(np.float64), source_cost[given]])
    p, i, c = csr_from_edges(n + 1, tail, head, weight)
    graph = csr_array((c, i, p.astype(np.int32)), shape=(n + 1, n + 1))
    return graph, np.repeat(np.arange(n + 1), np.diff(p)), i


def costs_from(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float
) -> Array:
    """Cost float64[n] from the cheapest of some sources; inf where none reaches within the limit."""
    graph, _, _ = _with_root(indptr, indices, cost, sources, source_cost)
    found: Array = dijkstra(graph, indices=len(indptr) - 1, limit=limit)[:-1]
    return found


def nearest(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float
) -> tuple[Array, Array]:
    """Cost float64[n] and owner int32[n] as `kernels.nearest` defines them.

    The owner is the lowest source at the start of a chain of tight edges (cost of head = cost of tail +
    edge): found by passing owners on along tight edges until nothing changes.
    """
    n = len(indptr) - 1
    none = np.int32(np.iinfo(np.int32).max)
    graph, tail, head = _with_root(indptr, indices, cost, sources, source_cost)
    best = dijkstra(graph, indices=n, limit=limit)[:-1]
    owner = np.full(n, none)
    at_source = (best[sources] == source_cost) & np.isfinite(source_cost)
    np.minimum.at(owner, sources[at_source], np.flatnonzero(at_source).astype(np.int32))
    inner = tail < n
    t, h, w = tail[inner], head[inner], graph.data[inner]
    with np.errstate(invalid="ignore"):
        tight = (best[t] + w == best[h]) & np.isfinite(best[h])
    t, h = t[tight], h[tight]
    while True:
        lower = owner[t] < owner[h]
        if not lower.any():
            break
        np.minimum.at(owner, h[lower], owner[t[lower]])
    owner[owner == none] = -1
    return best, owner


def way(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array
) -> tuple[Array, Array]:
    """Cost float64[n] and the edge by which each node is reached, int64[n] (-1: a source or unreached)."""
    n = len(indptr) - 1
    graph, _, _ = _with_root(indptr, indices, cost, sources, source_cost)
    best, before = dijkstra(graph, indices=n, return_predecessors=True)
    via = np.full(n, -1, np.int64)
    for v in np.flatnonzero((before[:n] >= 0) & (before[:n] < n)):
        u = before[v]
        row = np.arange(indptr[u], indptr[u + 1])
        row = row[indices[row] == v]
        via[v] = row[np.argmin(cost[row])]
    return best[:-1], via
