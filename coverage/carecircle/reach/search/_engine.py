"""Checked graphs, the choice of a queue for them, and the scratch space searches reuse."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from carecircle.errors import UsageError
from carecircle.reach.search import _scipy
from carecircle.reach.search._memory import require
from carecircle.reach.search._numba import numba

Array = np.ndarray[Any, Any]

BLOCK = 1 << 22
"""Results for which room is made at a time (what stays unused is never touched)."""

_SHARE = 1 << 20
"""Edges that are worth a thread of their own to look at."""

_INFINITY = 0x7F800000
"""The bits of infinity in float32."""

_WIDER = 2.0
"""A search in rounds takes buckets this much wider: fuller rounds repay the labels they correct twice."""

MOST_BUCKETS = 1 << 16
"""Beyond this many buckets (costs that differ by orders of magnitude) a heap takes the queue's place."""


@dataclass(frozen=True)
class Graph:
    """Checked arrays, and the width of a bucket that their costs suggest."""

    indptr: Array
    indices: Array
    cost: Array
    width: float
    largest: float

    @property
    def n(self) -> int:
        return len(self.indptr) - 1

    def slots(self, spread: float) -> int:
        """Cyclic buckets (a power of two) for sources whose own costs span ``spread``; 0: use a heap."""
        needed = max(self.largest, spread) / self.width + 3
        return 0 if needed > MOST_BUCKETS else 1 << math.ceil(math.log2(needed))


def nearest_source(graph: Graph, at: Array, spent: Array, limit: float) -> tuple[Array, Array]:
    """Cost float64[n] and owner int32[n]; see `carecircle.reach.kernels.nearest`."""
    if numba() is None:
        return _scipy.nearest(graph.indptr, graph.indices, graph.cost, at, spent, limit)
    from carecircle.reach.search._buckets import nearest_buckets
    from carecircle.reach.search._heap import nearest_heap

    require(44 * graph.n, work=f"{graph.n:,} nodes")  # a label, a result and an entry a node
    g = graph
    slots = g.slots(span(spent))
    pool = pool_size(g.n)
    while True:
        if slots:
            enough, best, owner = nearest_buckets(
                g.indptr, g.indices, g.cost, at, spent, limit, 1.0 / g.width, slots - 1, pool
            )
        else:
            enough, best, owner = nearest_heap(g.indptr, g.indices, g.cost, at, spent, limit, pool)
        if enough:
            return best, owner
        pool *= 4


class Search:
    """Searches from one group at a time, with scratch space of its own (so each thread needs one)."""

    def __init__(self, graph: Graph, spread: float) -> None:
        self.graph = graph
        self.best = np.full(graph.n, np.inf)
        self.touched = np.empty(graph.n + 1, np.int32)
        slots = graph.slots(spread)
        self.first = np.full(slots, -1, np.int32)
        self._make_room(pool_size(graph.n))
        self._block = np.empty(0, np.int32), np.empty(0)

    def _make_room(self, pool: int) -> None:
        from carecircle.reach.search._buckets import ENTRY

        if len(self.first):
            self.room: tuple[Array, ...] = (
                np.empty(pool, ENTRY), np.empty(pool, np.int32), np.empty(pool, np.float64),
                np.empty(pool, np.int32), np.empty(pool, np.float64),
            )  # fmt: skip
        else:
            self.room = np.empty(pool, np.float64), np.empty(pool, np.int32)

    def area(self, at: Array, spent: Array, limit: float) -> tuple[Array, Array]:
        """Nodes within the limit, in the order they were seen, and their costs."""
        from carecircle.reach.search._buckets import collect

        nothing = np.zeros(0, np.int8)
        seen = self.spread(at, spent, limit, nothing, nothing)
        if len(self._block[0]) < seen:  # results share large blocks, which the system hands out fast
            size = max(seen, BLOCK)
            self._block = np.empty(size, np.int32), np.empty(size)
        nodes, costs = self._block[0][:seen], self._block[1][:seen]
        self._block = self._block[0][seen:], self._block[1][seen:]
        collect(self.best, self.touched, seen, nodes, costs)
        return nodes, costs

    def row(self, at: Array, spent: Array, limit: float, wanted: Array, wanted_nodes: Array) -> Array:
        """Costs of the wanted nodes (marked 1 in ``wanted``, and left so)."""
        from carecircle.reach.search._buckets import pick

        seen = self.spread(at, spent, limit, wanted, wanted_nodes)
        return np.asarray(pick(self.best, self.touched, seen, wanted_nodes))

    def spread(self, at: Array, spent: Array, limit: float, wanted: Array, wanted_nodes: Array) -> int:
        """Number of nodes seen; their costs stay in ``best``."""
        from carecircle.reach.search import _buckets, _heap

        g = self.graph
        task = (g.indptr, g.indices, g.cost, at, spent, limit)
        by_buckets: Any = _buckets.spread_buckets
        by_heap: Any = _heap.spread_heap
        while True:
            rest = (*self.room, self.best, wanted, len(wanted_nodes), self.touched)
            if len(self.first):
                enough, seen = by_buckets(*task, 1.0 / (_WIDER * g.width), self.first, *rest)
            else:
                enough, seen = by_heap(*task, *rest)
            wanted[wanted_nodes] = 1
            if enough:
                return int(seen)
            self.best[self.touched[:seen]] = np.inf
            self._make_room(4 * len(self.room[0]))


def pool_size(n: int) -> int:
    """Entries a queue starts with: more than one a node is rare, and unused memory is never touched."""
    return n + 1024


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def checked_graph(indptr: Array, indices: Array, cost: Array) -> Graph:
    """Arrays of the types the searches need, held to be a graph with costs that can be summed."""
    p = np.ascontiguousarray(indptr, np.int64)
    i = np.ascontiguousarray(indices, np.int32)
    c = np.ascontiguousarray(cost, np.float32)
    if len(p) < 1 or p[0] != 0 or p[-1] != len(i) or len(i) != len(c):
        raise UsageError("reach.not_csr", value=f"{len(p)}, {len(i)}, {len(c)}")
    if numba() is None:
        fits = bool((np.diff(p) >= 0).all() and (i >= 0).all() and (i < len(p) - 1).all())
        bad = not bool((c >= 0).all())
        plain = False
    else:
        row, least, greatest, low, high = _inspected(p, i, c.view(np.int32))
        fits = row >= 0 and least >= 0 and greatest < len(p) - 1
        plain = low >= 0 and high < _INFINITY
        bad = not plain and not bool((c >= 0).all())
    if not fits:
        raise UsageError("reach.not_csr", value=f"{len(p)}, {len(i)}, {len(c)}")
    if bad:
        raise UsageError("reach.bad_cost")
    largest = np.array(high, np.int32).view(np.float32) if plain else c[c < np.inf].max(initial=0)
    return Graph(p, i, c, _typical(c), float(largest))


def _inspected(indptr: Array, indices: Array, bits: Array) -> tuple[int, int, int, int, int]:
    """`_buckets.inspect` of the whole graph, large ones by several threads."""
    from carecircle.reach.search._buckets import inspect

    threads = min(processors(), 1 + len(indices) // _SHARE)
    rows = np.linspace(0, len(indptr) - 1, threads + 1).astype(np.int64)
    slots = np.linspace(0, len(indices), threads + 1).astype(np.int64)

    def part(k: int) -> tuple[Any, ...]:
        edges = slice(slots[k], slots[k + 1])
        return inspect(indptr[rows[k] : rows[k + 1] + 1], indices[edges], bits[edges])

    with ThreadPoolExecutor(threads) as pool:
        row, least, greatest, low, high = zip(*pool.map(part, range(threads)), strict=True)
    return min(row), min(least), max(greatest), min(low), max(high)


def _typical(cost: Array) -> float:
    """The mean of the finite positive costs (of some ten thousand of them); 1 where there is none."""
    some = cost[:: max(1, len(cost) >> 14)]
    some = some[(some > 0) & (some < np.inf)]
    return float(some.mean(dtype=np.float64)) if len(some) else 1.0


def checked_sources(graph: Graph, sources: Array, source_cost: Array | None) -> tuple[Array, Array]:
    """Nodes and their costs as the searches need them."""
    at = np.ascontiguousarray(sources, np.int32)
    spent = np.zeros(len(at)) if source_cost is None else np.ascontiguousarray(source_cost, np.float64)
    if len(spent) != len(at):
        raise UsageError("reach.sources_differ", value=f"{len(at)}, {len(spent)}")
    if len(at) and (at.min() < 0 or at.max() >= graph.n):
        raise UsageError("reach.no_such_node", value=f"{at.min()}…{at.max()}", nodes=graph.n)
    if not bool((spent >= 0).all()):
        raise UsageError("reach.bad_cost")
    return at, spent


def span(spent: Array) -> float:
    """How far the finite costs of sources lie apart."""
    finite = spent[np.isfinite(spent)]
    return float(finite.max() - finite.min()) if len(finite) else 0.0
