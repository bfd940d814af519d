"""Shortest paths over CSR arrays with a bucket queue, compiled.

The queue is exact for any width of its buckets. It sorts nodes only into intervals of one width, and
corrects labels inside an interval until it is empty (delta-stepping on one thread: Meyer & Sanders,
*Δ-stepping: a parallelizable shortest path algorithm*, J. Algorithms 49, 2003); the width changes the
speed, never the result. Labels are (cost, owner), compared in that order, so equal cost goes to the lower
owner even along edges that cost nothing.

Buckets are cyclic and hold chains of entries in one pool; used entries go on a free list, so the pool stays
as small as the wave front and warm in the cache. The pool never grows inside a search (an array that is
replaced in a loop costs the compiler its knowledge of it, and half the speed): where it is too small the
search says so and its caller starts again with a larger one.

All functions expect checked arrays (`kernels` does that): ``indptr`` int64[n+1], ``indices`` int32[m],
``cost`` float32[m] >= 0 (inf: closed), sums in float64. Indices are unsigned inside, which spares a test
for negative ones at every access.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach.search._numba import jit
from carecircle.reach.search._prefetch import prefetch

Array = Any

ENTRY = np.dtype([("cost", "f8"), ("node", "i4"), ("next", "i4")], align=True)
LABEL = np.dtype([("cost", "f8"), ("owner", "i4"), ("unused", "i4")], align=True)
_U4 = np.uint32
_U8 = np.uint64
_SIGN = np.int32(31)
_NODE = np.int32((1 << 31) - 1)
"""The sign of a late node says that nothing had reached it before; the rest is the node."""


@jit
def nearest_buckets(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float,
    per_width: float, mask: int, pool: int,
) -> tuple[bool, Array, Array]:  # fmt: skip
    """Cost to the nearest source and its index, for every node; ``mask + 1`` buckets, ``pool`` entries.

    Returns whether the pool sufficed (if not, the rest means nothing), cost float64[n], owner int32[n].
    """
    n = len(indptr) - 1
    label = np.empty(n, LABEL)
    for i in range(n):
        label[i].cost = np.inf
        label[i].owner = -1
    first = np.full(mask + 1, -1, np.int32)
    entry = np.empty(pool, ENTRY)
    free = np.int32(-1)
    used = 0
    live = 0
    bucket = np.int64(0)
    for i in range(len(sources)):
        s = _U4(sources[i])
        c = source_cost[i]
        if c > limit or c == np.inf or c >= label[s].cost:
            continue
        if used == pool:
            return False, np.empty(0, np.float64), np.empty(0, np.int32)
        label[s].cost = c
        label[s].owner = i
        at = np.int64(c * per_width)
        if used == 0 or at < bucket:
            bucket = at
        to = _U8(at & mask)
        entry[used].cost = c
        entry[used].node = sources[i]
        entry[used].next = first[to]
        first[to] = used
        used += 1
        live += 1
    while live > 0:
        slot = _U8(bucket & mask)
        while first[slot] >= 0:  # rounds: what a round adds to this very bucket waits for the next
            chain = first[slot]
            first[slot] = -1
            while chain >= 0:
                e = _U4(chain)
                c = entry[e].cost
                u = _U4(entry[e].node)
                chain = entry[e].next
                entry[e].next = free
                free = np.int32(e)
                live -= 1
                if c != label[u].cost:
                    continue
                o = label[u].owner
                for k in range(_U8(indptr[u]), _U8(indptr[u + _U4(1)])):
                    v = _U4(indices[k])
                    reached = c + cost[k]
                    if reached > label[v].cost or reached > limit:
                        continue
                    if reached == label[v].cost and (o >= label[v].owner or reached == np.inf):
                        continue
                    label[v].cost = reached
                    label[v].owner = o
                    if free >= 0:
                        new = _U4(free)
                        free = entry[new].next
                    elif used < pool:
                        new = _U4(used)
                        used += 1
                    else:
                        return False, np.empty(0, np.float64), np.empty(0, np.int32)
                    to = _U8(np.int64(reached * per_width) & mask)
                    entry[new].cost = reached
                    entry[new].node = np.int32(v)
                    entry[new].next = first[to]
                    first[to] = np.int32(new)
                    live += 1
        bucket += 1
    best = np.empty(n, np.float64)
    owner = np.empty(n, np.int32)
    for i in range(n):
        best[i] = label[i].cost
        owner[i] = label[i].owner
    return True, best, owner


@jit
def spread_buckets(
    indptr: Array, indices: Array, cost: Array, sources: Array, source_cost: Array, limit: float,
    per_width: float, first: Array, entry: Array, node: Array, spent: Array, late_node: Array,
    late_cost: Array, best: Array, wanted: Array, wanted_count: int, touched: Array,
) -> tuple[bool, Any]:  # fmt: skip
    """Search from one group of sources, leaving costs in ``best`` and the nodes seen in ``touched``.

    A round runs in passes, each a loop without a branch the processor could guess wrong: take the valid
    labels of the bucket, ask for their edges, write them down (four at once, whatever the node has), keep
    those that improve, queue these. A guess at every node would cost more than all of it, and the loads of a
    pass do not wait for each other. (With very many sources, whose rounds do not fit the cache,
    `nearest_buckets` is faster as it is.)

    ``best`` comes in as inf everywhere, ``first`` as -1; ``entry`` is the pool; ``node`` and ``spent`` hold
    a round's labels, ``late_node`` and ``late_cost`` its edges. With ``wanted_count`` > 0 the search stops
    as soon as that many nodes marked 1 in ``wanted`` are final. ``touched`` has room for n + 1. Returns
    whether pool and room sufficed, and the number of nodes seen.
    """
    mask = len(first) - 1
    pool = len(entry)
    room = _U8(len(late_node))
    end = _U8(max(len(indices) - 1, 0))
    free = np.int32(-1)
    used = 0
    live = np.int64(0)
    seen = _U4(0)
    missing = wanted_count
    bucket = np.int64(0)
    for i in range(len(sources)):
        s = _U4(sources[i])
        c = source_cost[i]
        if c > limit or c == np.inf or c >= best[s]:
            continue
        if used == pool:
            first[:] = -1
            return False, seen
        if best[s] == np.inf:
            touched[seen] = sources[i]
            seen += _U4(1)
        best[s] = c
        at = np.int64(c * per_width)
        if used == 0 or at < bucket:
            bucket = at
        to = _U8(at & mask)
        entry[used].cost = c
        entry[used].node = sources[i]
        entry[used].next = first[to]
        first[to] = used
        used += 1
        live += 1
    while live > 0 and (wanted_count == 0 or missing > 0):
        slot = _U8(bucket & mask)
        while first[slot] >= 0:
            chain = first[slot]
            first[slot] = -1
            valid = _U8(0)
            while chain >= 0:
                e = _U4(chain)
                c = entry[e].cost
                u = entry[e].node
                chain = entry[e].next
                entry[e].next = free
                free = np.int32(e)
                live -= 1
                node[valid] = u
                spent[valid] = c
                valid = _U8(valid + _U8(c == best[_U4(u)]))
            if wanted_count > 0:
                for i in range(valid):
                    u = _U4(node[_U8(i)])
                    if wanted[u] == 1:
                        wanted[u] = 2  # counted; final once this bucket is empty
                        missing -= 1
            for i in range(valid):
                edge = np.int64(indptr[_U4(node[_U8(i)])])
                prefetch(indices, edge)
                prefetch(cost, edge)
            edges = _U8(0)
            for i in range(valid):
                u = _U4(node[_U8(i)])
                c = spent[_U8(i)]
                k = _U8(indptr[u])
                degree = _U8(indptr[u + _U4(1)]) - k
                if edges + degree + _U8(4) > room:
                    first[:] = -1
                    return False, seen
                if degree == 0:
                    continue
                late_node[edges] = indices[k]
                late_cost[edges] = c + cost[k]
                for j in range(_U8(1), _U8(4)):  # beyond the node's own edges: written over next
                    at_edge = min(k + _U8(j), end)
                    late_node[edges + _U8(j)] = indices[at_edge]
                    late_cost[edges + _U8(j)] = c + cost[at_edge]
                for j in range(_U8(4), degree):
                    late_node[edges + _U8(j)] = indices[k + _U8(j)]
                    late_cost[edges + _U8(j)] = c + cost[k + _U8(j)]
                edges += degree
            late = _U8(0)
            for i in range(edges):
                v = late_node[_U8(i)]
                reached = late_cost[_U8(i)]
                old = best[_U4(v)]
                better = (reached < old) & (reached <= limit)
                best[_U4(v)] = reached if better else old
                late_node[late] = v | (np.int32(old == np.inf) << _SIGN)
                late_cost[late] = reached
                late = _U8(late + _U8(better))
            if pool - live < np.int64(late):
                for i in range(late):
                    v = late_node[_U8(i)]
                    touched[seen] = v & _NODE
                    seen = _U4(seen + _U4(v < 0))
                first[:] = -1
                return False, seen
            for i in range(late):
                v = late_node[_U8(i)]
                reached = late_cost[_U8(i)]
                fresh = _U4(v < 0)
                v &= _NODE
                touched[seen] = v
                seen = _U4(seen + fresh)
                if free >= 0:
                    new = _U4(free)
                    free = entry[new].next
                else:
                    new = _U4(used)
                    used += 1
                prefetch(indptr, np.int64(v))
                to = _U8(np.int64(reached * per_width) & mask)
                entry[new].cost = reached
                entry[new].node = v
                entry[new].next = first[to]
                first[to] = np.int32(new)
            live += np.int64(late)
        bucket += 1
    if live > 0:
        first[:] = -1
    return True, seen


@jit
def collect(best: Array, touched: Array, seen: int, nodes: Array, costs: Array) -> None:
    """The nodes of a search and their costs; ``best`` is made ready for the next search."""
    for i in range(seen):
        v = touched[i]
        nodes[i] = v
        costs[i] = best[_U4(v)]
        best[_U4(v)] = np.inf


@jit
def pick(best: Array, touched: Array, seen: int, wanted: Array) -> Array:
    """The costs of wanted nodes; ``best`` is made ready for the next search."""
    costs = np.empty(len(wanted), np.float64)
    for i in range(len(wanted)):
        costs[i] = best[_U4(wanted[i])]
    for i in range(seen):
        best[_U4(touched[i])] = np.inf
    return costs


@jit
def trace(
    indptr: Array, indices: Array, cost: Array, best: Array, sources: Array, source_cost: Array, end: int
) -> Any:
    """The edge slot by which each node is reached on cheapest paths, int32[n] (-1: a source or not needed).

    Goes from the sources along tight edges (cost of head = cost of tail + edge, in the very sums of the
    search) until it meets ``end``; edges that cost nothing make no circle, for a node is entered once.
    """
    via = np.full(len(best), -1, np.int32)
    met = np.zeros(len(best), np.bool_)
    stack = np.empty(len(best), np.int32)
    height = 0
    for i in range(len(sources)):
        s = sources[i]
        if best[s] == source_cost[i] and best[s] < np.inf and not met[s]:
            met[s] = True
            stack[height] = s
            height += 1
    while height > 0 and not met[end]:
        height -= 1
        u = stack[height]
        for k in range(indptr[u], indptr[u + 1]):
            v = indices[k]
            if not met[v] and best[v] < np.inf and best[u] + cost[k] == best[v]:
                met[v] = True
                via[v] = k
                stack[height] = v
                height += 1
    return via


@jit
def inspect(indptr: Array, indices: Array, bits: Array) -> tuple[Any, Any, Any, Any, Any]:
    """Shortest row, least and greatest head, least and greatest cost as the bits of a float32.

    Whole numbers all, which the compiler compares many at a time; floats that are not negative sort as
    their bits do.
    """
    row = np.int64(0)
    for i in range(len(indptr) - 1):
        row = min(row, indptr[i + 1] - indptr[i])
    least, greatest = np.int32(0), np.int32(-1)
    low, high = np.int32(0), np.int32(0)
    for k in range(len(bits)):
        least = min(least, indices[k])
        greatest = max(greatest, indices[k])
        low = min(low, bits[k])
        high = max(high, bits[k])
    return row, least, greatest, low, high
