"""Shortest paths over CSR arrays with a bucket queue, compiled.

The queue is exact for any width of its buckets. It sorts nodes only into intervals of one width, and
corrects labels inside an interval until it is empty (delta-stepping on one thread: Meyer & Sanders,
*Δ-stepping: a parallelizable shortest path algorithm*, J. Algorithms 49, 2003); the width changes the
speed, never the result. Labels are (cost, owner), compared in that order, so equal cost goes to the lower
owner even along edges that cost nothing.

All functions expect checked arrays (`kernels` does that): ``indptr`` int64[n+1], ``indices`` int32[m],
``cost`` float32[m] >= 0 (inf: closed), sums in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach._numba import jit

Array = Any


@jit
def nearest_buckets(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float,
    per_width: float, mask: int,
) -> tuple[Array, Array]:  # fmt: skip
    """Cost to the nearest source and its index, for every node; ``mask + 1`` cyclic buckets."""
    n = len(indptr) - 1
    best = np.full(n, np.inf)
    owner = np.full(n, -1, np.int32)
    first = np.full(mask + 1, -1, np.int32)
    node_of = np.empty(1024, np.int32)
    next_of = np.empty(1024, np.int32)
    cost_of = np.empty(1024, np.float64)
    free = np.int32(-1)
    used = 0
    live = 0
    bucket = np.int64(0)
    started = False
    for i in range(len(sources)):
        if source_cost[i] <= limit and source_cost[i] < np.inf:
            at = np.int64(source_cost[i] * per_width)
            if not started or at < bucket:
                bucket = at
                started = True
    for i in range(len(sources)):
        v = sources[i]
        c = source_cost[i]
        if c > limit or c == np.inf or c >= best[v]:
            continue
        best[v] = c
        owner[v] = i
        if used == len(node_of):
            node_of = _grown(node_of)
            next_of = _grown(next_of)
            cost_of = _grown(cost_of)
        slot = np.int64(c * per_width) & mask
        node_of[used] = v
        cost_of[used] = c
        next_of[used] = first[slot]
        first[slot] = used
        used += 1
        live += 1
    while live > 0:
        slot = bucket & mask
        while first[slot] >= 0:  # rounds: what a round adds to this very bucket waits for the next
            entry = first[slot]
            first[slot] = -1
            while entry >= 0:
                u = node_of[entry]
                c = cost_of[entry]
                after = next_of[entry]
                next_of[entry] = free
                free = entry
                entry = after
                live -= 1
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
                    best[v] = reached
                    owner[v] = o
                    if free >= 0:
                        new = free
                        free = next_of[new]
                    else:
                        if used == len(node_of):
                            node_of = _grown(node_of)
                            next_of = _grown(next_of)
                            cost_of = _grown(cost_of)
                        new = np.int32(used)
                        used += 1
                    to = np.int64(reached * per_width) & mask
                    node_of[new] = v
                    cost_of[new] = reached
                    next_of[new] = first[to]
                    first[to] = new
                    live += 1
        bucket += 1
    return best, owner


@jit
def _grown(array: Array) -> Array:
    larger = np.empty(2 * len(array), array.dtype)
    larger[: len(array)] = array
    return larger


@jit
def spread_buckets(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float,
    per_width: float, first: Array, best: Array, via: Array, wanted: Array, wanted_count: int,
    touched: Array,
) -> tuple[int, Array]:  # fmt: skip
    """Search from one group of sources, leaving costs in ``best`` and the nodes seen in ``touched``.

    ``best`` comes in as inf everywhere, ``first`` as -1. ``via`` (empty, or int32[n]) takes the edge by
    which each node was reached (-1: a source). With ``wanted_count`` > 0 the search stops as soon as that
    many nodes marked in ``wanted`` are final. Returns the number of nodes seen and their list.
    """
    mask = len(first) - 1
    node_of = np.empty(1024, np.int32)
    next_of = np.empty(1024, np.int32)
    cost_of = np.empty(1024, np.float64)
    free = np.int32(-1)
    used = 0
    live = 0
    seen = 0
    bucket = np.int64(0)
    started = False
    for i in range(len(sources)):
        v = sources[i]
        c = source_cost[i]
        if c > limit or c == np.inf or c >= best[v]:
            continue
        if best[v] == np.inf:
            if seen == len(touched):
                touched = _grown(touched)
            touched[seen] = v
            seen += 1
        best[v] = c
        if len(via) > 0:
            via[v] = -1
        if used == len(node_of):
            node_of = _grown(node_of)
            next_of = _grown(next_of)
            cost_of = _grown(cost_of)
        at = np.int64(c * per_width)
        if not started or at < bucket:
            bucket = at
            started = True
        node_of[used] = v
        cost_of[used] = c
        next_of[used] = first[at & mask]
        first[at & mask] = used
        used += 1
        live += 1
    missing = wanted_count
    while live > 0 and (wanted_count == 0 or missing > 0):
        slot = bucket & mask
        while first[slot] >= 0:
            entry = first[slot]
            first[slot] = -1
            while entry >= 0:
                u = node_of[entry]
                c = cost_of[entry]
                after = next_of[entry]
                next_of[entry] = free
                free = entry
                entry = after
                live -= 1
                if c != best[u]:
                    continue
                if wanted_count > 0 and wanted[u] == 1:
                    wanted[u] = 2  # counted; final once this bucket is empty
                    missing -= 1
                for k in range(indptr[u], indptr[u + 1]):
                    v = indices[k]
                    reached = c + cost[k]
                    if reached >= best[v] or reached > limit:
                        continue
                    if best[v] == np.inf:
                        if seen == len(touched):
                            touched = _grown(touched)
                        touched[seen] = v
                        seen += 1
                    best[v] = reached
                    if len(via) > 0:
                        via[v] = k
                    if free >= 0:
                        new = free
                        free = next_of[new]
                    else:
                        if used == len(node_of):
                            node_of = _grown(node_of)
                            next_of = _grown(next_of)
                            cost_of = _grown(cost_of)
                        new = np.int32(used)
                        used += 1
                    to = np.int64(reached * per_width) & mask
                    node_of[new] = v
                    cost_of[new] = reached
                    next_of[new] = first[to]
                    first[to] = new
                    live += 1
        bucket += 1
    if live > 0:
        first[:] = -1
    return seen, touched


@jit
def collect(best: Array, touched: Array, seen: int) -> tuple[Array, Array]:
    """The nodes of a search with their costs, in node order; ``best`` is made ready for the next search."""
    nodes = np.sort(touched[:seen])
    costs = np.empty(seen, np.float64)
    for i in range(seen):
        costs[i] = best[nodes[i]]
        best[nodes[i]] = np.inf
    return nodes, costs


@jit
def cost_statistics(cost: Array) -> tuple[int, float, float, bool]:
    """Count, sum and largest of the finite positive costs; and whether any cost is negative or NaN."""
    count = 0
    total = 0.0
    largest = 0.0
    wrong = False
    for k in range(len(cost)):
        c = cost[k]
        if not c >= 0:
            wrong = True
        elif 0 < c < np.inf:
            count += 1
            total += c
            largest = max(largest, np.float64(c))
    return count, total, largest, wrong
