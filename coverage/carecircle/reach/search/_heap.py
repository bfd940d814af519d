"""Shortest paths over CSR arrays with a binary heap, compiled: for costs that differ by orders of magnitude.

Arguments and results are those of `_buckets`; only the queue differs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach.search._numba import jit

Array = Any


@jit
def nearest_heap(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float, pool: int
) -> tuple[bool, Array, Array]:
    """As `_buckets.nearest_buckets`."""
    n = len(indptr) - 1
    best = np.full(n, np.inf)
    owner = np.full(n, -1, np.int32)
    keys = np.empty(pool, np.float64)
    nodes = np.empty(pool, np.int32)
    size = 0
    for i in range(len(sources)):
        v = sources[i]
        c = source_cost[i]
        if c > limit or c == np.inf or c >= best[v]:
            continue
        if size == pool:
            return False, best, owner
        best[v] = c
        owner[v] = i
        size = _push(keys, nodes, size, c, v)
    while size > 0:
        c = keys[0]
        u = nodes[0]
        size = _pop(keys, nodes, size)
        if c != best[u]:
            continue
        o = owner[u]
        for k in range(indptr[u], indptr[u + 1]):
            v = indices[k]
            reached = c + cost[k]
            if reached > best[v] or reached > limit:
                continue
            if reached == best[v] and (o >= owner[v] or reached == np.inf):
                continue
            if size == pool:
                return False, best, owner
            best[v] = reached
            owner[v] = o
            size = _push(keys, nodes, size, reached, v)
    return True, best, owner


@jit
def spread_heap(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float, keys: Array,
    nodes: Array, best: Array, wanted: Array, wanted_count: int, touched: Array,
) -> tuple[bool, int]:  # fmt: skip
    """As `_buckets.spread_buckets`; ``keys`` and ``nodes`` are the heap's space."""
    pool = len(keys)
    size = 0
    seen = 0
    missing = wanted_count
    for i in range(len(sources)):
        v = sources[i]
        c = source_cost[i]
        if c > limit or c == np.inf or c >= best[v]:
            continue
        if size == pool:
            return False, seen
        if best[v] == np.inf:
            touched[seen] = v
            seen += 1
        best[v] = c
        size = _push(keys, nodes, size, c, v)
    while size > 0 and (wanted_count == 0 or missing > 0):
        c = keys[0]
        u = nodes[0]
        size = _pop(keys, nodes, size)
        if c != best[u]:
            continue
        if wanted_count > 0 and wanted[u] == 1:
            wanted[u] = 2
            missing -= 1
        for k in range(indptr[u], indptr[u + 1]):
            v = indices[k]
            reached = c + cost[k]
            if reached >= best[v] or reached > limit:
                continue
            if size == pool:
                return False, seen
            if best[v] == np.inf:
                touched[seen] = v
                seen += 1
            best[v] = reached
            size = _push(keys, nodes, size, reached, v)
    return True, seen


@jit
def _push(keys: Array, nodes: Array, size: int, key: float, node: int) -> int:
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if keys[up] <= key:
            break
        keys[at] = keys[up]
        nodes[at] = nodes[up]
        at = up
    keys[at] = key
    nodes[at] = node
    return size + 1


@jit
def _pop(keys: Array, nodes: Array, size: int) -> int:
    size -= 1
    key = keys[size]
    node = nodes[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[at] = keys[down]
        nodes[at] = nodes[down]
        at = down
    keys[at] = key
    nodes[at] = node
    return size
