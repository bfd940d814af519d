"""The doors of the shortest-path searches: checked arrays in, exact costs out, numba or scipy beneath.

A graph is CSR: the edges of node ``u`` are the slots ``indptr[u]`` to ``indptr[u + 1]``, leading to
``indices[slot]`` at ``cost[slot]``. Edge costs are float32 >= 0 (inf: closed), sums float64. Units are the
caller's: seconds and metres alike.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from carecircle.errors import UsageError
from carecircle.reach import _scipy
from carecircle.reach._numba import numba
from carecircle.reach._scipy import csr_from_edges

__all__ = ["areas", "csr_from_edges", "nearest", "table", "way"]

Array = np.ndarray[Any, Any]

MOST_BUCKETS = 1 << 16
"""Beyond this many buckets (costs that differ by orders of magnitude) a heap takes the queue's place."""


@dataclass(frozen=True)
class _Graph:
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


def nearest(
    indptr: Array,
    indices: Array,
    cost: Array,
    sources: Array,
    *,
    source_cost: Array | None = None,
    limit: float = math.inf,
) -> tuple[Array, Array]:
    """Cost from the nearest source and which source that is, for every node.

    Parameters
    ----------
    indptr, indices, cost
        The graph: int[n+1], int32[m], float32[m] (see the module).
    sources
        int[s], node of each source; a node may hold several.
    source_cost
        float64[s] >= 0, cost already spent at each source (0 if absent; inf: the source does not serve).
    limit
        Nodes beyond it are unreached; a cost equal to it is kept.

    Returns
    -------
    cost
        float64[n]; inf where no source reaches.
    owner
        int32[n], index into ``sources``; -1 where none. Equal cost goes to the lowest index among all
        sources from which a path of that cost leads to the node, edges of cost zero included.

    Raises
    ------
    UsageError
        Arrays that do not fit together, a source that is not a node, a negative or NaN cost.
    """
    graph = _checked(indptr, indices, cost)
    at, spent = _checked_sources(graph, sources, source_cost)
    if numba() is None:
        return _scipy.nearest(graph.indptr, graph.indices, graph.cost, at, spent, limit)
    slots = graph.slots(_span(spent))
    if slots:
        from carecircle.reach._buckets import nearest_buckets

        return nearest_buckets(
            graph.indptr, graph.indices, graph.cost, at, spent, float(limit), 1.0 / graph.width, slots - 1
        )
    from carecircle.reach._heap import nearest_heap

    return nearest_heap(graph.indptr, graph.indices, graph.cost, at, spent, float(limit))


def areas(
    indptr: Array,
    indices: Array,
    cost: Array,
    sources: Array,
    *,
    source_cost: Array | None = None,
    group: Array | None = None,
    limit: float = math.inf,
    threads: int | None = None,
) -> tuple[Array, Array, Array]:
    """Every group's own area: which nodes it reaches within the limit, at what cost. Areas may overlap.

    Parameters
    ----------
    group
        int[s] ascending, 0 … g-1: sources of one facility share a group (each its own if absent).
    threads
        Groups are searched this many at a time (all processors if None); the result does not change.
    indptr, indices, cost, sources, source_cost, limit
        As in `nearest`.

    Returns
    -------
    group int32[k], node int32[k], cost float64[k]: by group, then by node.
    """
    graph = _checked(indptr, indices, cost)
    at, spent = _checked_sources(graph, sources, source_cost)
    bounds = _bounds(len(at), group)
    nothing = np.zeros(0, np.int8)
    found = _each_group(
        graph, at, spent, bounds, limit, nothing, 0, lambda g, nodes, costs: (g, nodes, costs), threads
    )
    sizes = [len(nodes) for _, nodes, _ in found]
    if not found:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)
    return (
        np.repeat(np.arange(len(found), dtype=np.int32), sizes),
        np.concatenate([nodes for _, nodes, _ in found]),
        np.concatenate([costs for _, _, costs in found]),
    )


def table(
    indptr: Array,
    indices: Array,
    cost: Array,
    sources: Array,
    targets: Array,
    *,
    source_cost: Array | None = None,
    group: Array | None = None,
    limit: float = math.inf,
    threads: int | None = None,
) -> Array:
    """Costs from every group to chosen target nodes; each search stops once its targets are final.

    Parameters
    ----------
    targets
        int[t], nodes.
    indptr, indices, cost, sources, source_cost, group, limit, threads
        As in `areas`.

    Returns
    -------
    float64[g, t]; inf where unreached or beyond the limit.
    """
    graph = _checked(indptr, indices, cost)
    at, spent = _checked_sources(graph, sources, source_cost)
    bounds = _bounds(len(at), group)
    wanted_nodes, column = np.unique(np.asarray(targets, np.int64), return_inverse=True)
    if len(wanted_nodes) and (wanted_nodes[0] < 0 or wanted_nodes[-1] >= graph.n):
        raise UsageError("reach.no_such_node", value=f"{wanted_nodes[0]}…{wanted_nodes[-1]}", nodes=graph.n)
    result = np.full((len(bounds) - 1, len(wanted_nodes)), np.inf)
    if len(wanted_nodes) == 0:
        return result
    wanted = np.zeros(graph.n, np.int8)
    wanted[wanted_nodes] = 1

    def keep(g: int, nodes: Array, costs: Array) -> None:
        place = np.searchsorted(wanted_nodes, nodes)
        place[place == len(wanted_nodes)] = 0
        hit = wanted_nodes[place] == nodes
        result[g, place[hit]] = costs[hit]

    _each_group(graph, at, spent, bounds, limit, wanted, len(wanted_nodes), keep, threads)
    return result[:, column]


def way(
    indptr: Array,
    indices: Array,
    cost: Array,
    sources: Array,
    targets: Array,
    *,
    source_cost: Array | None = None,
    target_cost: Array | None = None,
) -> tuple[float, int, int, Array]:
    """The cheapest path from any source to any target, as the edges along it.

    Parameters
    ----------
    targets, target_cost
        int[t] nodes and float64[t] cost still to spend after each (0 if absent).
    indptr, indices, cost, sources, source_cost
        As in `nearest`.

    Returns
    -------
    cost, index of the source, index of the target, edge slots int64[h] from source to target.
    Without a way: (inf, -1, -1, empty).
    """
    graph = _checked(indptr, indices, cost)
    at, spent = _checked_sources(graph, sources, source_cost)
    ends, rest = _checked_sources(graph, targets, target_cost)
    wanted = np.zeros(graph.n, np.int8)
    wanted[ends] = 1
    if numba() is None:
        best, via = _scipy.way(graph.indptr, graph.indices, graph.cost, at, spent)
    else:
        best, via = np.full(graph.n, np.inf), np.full(graph.n, -1, np.int32)
        _searcher(graph, _span(spent))(at, spent, math.inf, best, via, wanted, len(np.unique(ends)))
    totals = best[ends] + rest
    if len(totals) == 0 or not np.isfinite(totals.min()):
        return math.inf, -1, -1, np.zeros(0, np.int64)
    target = int(np.argmin(totals))
    tails = _Tails(graph.indptr)
    slots: list[int] = []
    node = int(ends[target])
    while via[node] >= 0:
        slots.append(int(via[node]))
        node = tails.of(slots[-1])
    source = int(np.flatnonzero((at == node) & (spent == best[node]))[0])
    return float(totals[target]), source, target, np.asarray(slots[::-1], np.int64)


class _Tails:
    """Tail of an edge slot, found in the row pointers."""

    def __init__(self, indptr: Array) -> None:
        self._indptr = indptr

    def of(self, slot: int) -> int:
        return int(np.searchsorted(self._indptr, slot, side="right")) - 1


Search = Callable[[Array, Array, float, Array, Array, Array, int], tuple[int, Array]]


def _searcher(graph: _Graph, spread: float) -> Search:
    """A search from one group with its own scratch space (a thread needs one of its own)."""
    slots = graph.slots(spread)
    scratch = {"touched": np.empty(1024, np.int32)}
    if slots:
        from carecircle.reach._buckets import spread_buckets

        first = np.full(slots, -1, np.int32)

        def search(
            at: Array, spent: Array, limit: float, best: Array, via: Array, wanted: Array, count: int
        ) -> tuple[int, Array]:
            seen, scratch["touched"] = spread_buckets(
                graph.indptr, graph.indices, graph.cost, at, spent, limit, 1.0 / graph.width, first, best,
                via, wanted, count, scratch["touched"],
            )  # fmt: skip
            return seen, scratch["touched"]

        return search
    from carecircle.reach._heap import spread_heap

    def search_heap(
        at: Array, spent: Array, limit: float, best: Array, via: Array, wanted: Array, count: int
    ) -> tuple[int, Array]:
        seen, scratch["touched"] = spread_heap(
            graph.indptr, graph.indices, graph.cost, at, spent, limit, best, via, wanted, count,
            scratch["touched"],
        )  # fmt: skip
        return seen, scratch["touched"]

    return search_heap


def _each_group(
    graph: _Graph, at: Array, spent: Array, bounds: Array, limit: float, wanted: Array, wanted_count: int,
    take: Callable[[int, Array, Array], Any], threads: int | None,
) -> list[Any]:  # fmt: skip
    """Search from every group and hand its nodes and costs to ``take``; results in the order of groups."""
    groups = len(bounds) - 1
    if numba() is None:
        return [
            take(g, *_dense(graph, at[lo:hi], spent[lo:hi], limit))
            for g, (lo, hi) in enumerate(itertools.pairwise(bounds))
        ]
    from carecircle.reach._buckets import collect

    workers = max(1, min(threads or processors(), groups))
    spread = _span(spent)
    empty = np.zeros(0, np.int32)
    results: list[Any] = [None] * groups

    def work(worker: int) -> None:
        search = _searcher(graph, spread)
        best = np.full(graph.n, np.inf)
        mine = wanted.copy()
        for g in range(worker, groups, workers):
            lo, hi = bounds[g], bounds[g + 1]
            seen, touched = search(at[lo:hi], spent[lo:hi], float(limit), best, empty, mine, wanted_count)
            nodes, costs = collect(best, touched, seen)
            if wanted_count:
                mine[nodes] = wanted[nodes]
            results[g] = take(g, nodes, costs)

    if workers == 1:
        work(0)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))
    return results


def _dense(graph: _Graph, at: Array, spent: Array, limit: float) -> tuple[Array, Array]:
    best = _scipy.costs_from(graph.indptr, graph.indices, graph.cost, at, spent, limit)
    nodes = np.flatnonzero(np.isfinite(best)).astype(np.int32)
    return nodes, best[nodes]


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(indptr: Array, indices: Array, cost: Array) -> _Graph:
    p = np.ascontiguousarray(indptr, np.int64)
    i = np.ascontiguousarray(indices, np.int32)
    c = np.ascontiguousarray(cost, np.float32)
    if len(p) < 1 or p[0] != 0 or p[-1] != len(i) or len(i) != len(c):
        raise UsageError("reach.not_csr", value=f"{len(p)}, {len(i)}, {len(c)}")
    if numba() is None:
        usable = c[(c > 0) & np.isfinite(c)].astype(np.float64)
        count, total, largest = len(usable), float(usable.sum()), float(usable.max(initial=0.0))
        wrong = not bool((c >= 0).all())
    else:
        from carecircle.reach._buckets import cost_statistics

        count, total, largest, wrong = cost_statistics(c)
    if wrong:
        raise UsageError("reach.bad_cost")
    return _Graph(p, i, c, total / count if count else 1.0, largest)


def _checked_sources(graph: _Graph, sources: Array, source_cost: Array | None) -> tuple[Array, Array]:
    at = np.ascontiguousarray(sources, np.int32)
    spent = np.zeros(len(at)) if source_cost is None else np.ascontiguousarray(source_cost, np.float64)
    if len(spent) != len(at):
        raise UsageError("reach.sources_differ", value=f"{len(at)}, {len(spent)}")
    if len(at) and (at.min() < 0 or at.max() >= graph.n):
        raise UsageError("reach.no_such_node", value=f"{at.min()}…{at.max()}", nodes=graph.n)
    if not bool((spent >= 0).all()):
        raise UsageError("reach.bad_cost")
    return at, spent


def _bounds(sources: int, group: Array | None) -> Array:
    """Where each group starts and ends among the sources."""
    if group is None:
        return np.arange(sources + 1)
    ids = np.asarray(group, np.int64)
    if len(ids) != sources or (len(ids) and (ids[0] < 0 or (np.diff(ids) < 0).any())):
        raise UsageError("reach.groups_unordered")
    return np.searchsorted(ids, np.arange((int(ids[-1]) if len(ids) else -1) + 2))


def _span(spent: Array) -> float:
    finite = spent[np.isfinite(spent)]
    return float(finite.max() - finite.min()) if len(finite) else 0.0
