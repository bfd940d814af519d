"""The doors of the shortest-path searches: checked arrays in, exact costs out, numba or scipy beneath.

A graph is CSR: the edges of node ``u`` are the slots ``indptr[u]`` to ``indptr[u + 1]``, leading to
``indices[slot]`` at ``cost[slot]``. Edge costs are float32 >= 0 (inf: closed), sums float64. Units are the
caller's: seconds and metres alike.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from carecircle.errors import UsageError
from carecircle.reach.search import _scipy
from carecircle.reach.search._engine import (
    Graph,
    Search,
    checked_graph,
    checked_sources,
    nearest_source,
    processors,
    span,
)
from carecircle.reach.search._memory import require
from carecircle.reach.search._numba import numba
from carecircle.reach.search._scipy import csr_from_edges

__all__ = ["areas", "csr_from_edges", "nearest", "table", "way"]

Array = np.ndarray[Any, Any]


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
        In the unit of ``cost``; nodes beyond it are unreached, a cost equal to it is kept.

    Returns
    -------
    cost : ndarray
        Of float64[n]; inf where no source reaches.
    owner : ndarray
        Of int32[n], index into ``sources``; -1 where none. Equal cost goes to the lowest index among all
        sources from which a path of that cost leads to the node, edges of cost zero included.

    Raises
    ------
    UsageError
        Arrays that do not fit together, a source that is not a node, a negative or NaN cost.
    CapacityError
        If the search would not fit in memory.

    References
    ----------
    Dijkstra (1959), https://doi.org/10.1007/BF01386390; Dial (1969), Algorithm 360: Shortest-path forest
    with topological ordering, Communications of the ACM 12, 632-633, https://doi.org/10.1145/363269.363610.
    """
    graph = checked_graph(indptr, indices, cost)
    return nearest_source(graph, *checked_sources(graph, sources, source_cost), float(limit))


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
    group int32[k], node int32[k], cost float64[k]: by group; the nodes of a
    group come in the order the search met them, which is the same in every run.
    """
    graph = checked_graph(indptr, indices, cost)
    at, spent = checked_sources(graph, sources, source_cost)
    bounds = _bounds(len(at), group)
    found = _each_group(
        graph, at, spent, bounds, float(limit), threads, np.zeros(0, np.int64),
        lambda search, sources_of, spent_of, _: search.area(sources_of, spent_of, float(limit)),
        lambda best: (np.flatnonzero(np.isfinite(best)).astype(np.int32), best[np.isfinite(best)]),
    )  # fmt: skip
    if not found:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)
    return _joined(found, threads)


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
    graph = checked_graph(indptr, indices, cost)
    at, spent = checked_sources(graph, sources, source_cost)
    bounds = _bounds(len(at), group)
    wanted_nodes, column = np.unique(np.asarray(targets, np.int64), return_inverse=True)
    if len(wanted_nodes) and (wanted_nodes[0] < 0 or wanted_nodes[-1] >= graph.n):
        raise UsageError("reach.no_such_node", value=f"{wanted_nodes[0]}…{wanted_nodes[-1]}", nodes=graph.n)
    require(
        16 * (len(bounds) - 1) * len(wanted_nodes),
        work=f"{len(bounds) - 1:,} sources × {len(wanted_nodes):,} targets",
    )
    rows = _each_group(
        graph, at, spent, bounds, float(limit), threads, wanted_nodes,
        lambda search, sources_of, spent_of, wanted: search.row(
            sources_of, spent_of, float(limit), wanted, wanted_nodes
        ),
        lambda best: best[wanted_nodes],
    )  # fmt: skip
    result = np.array(rows, float).reshape(len(rows), len(wanted_nodes))
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
    graph = checked_graph(indptr, indices, cost)
    at, spent = checked_sources(graph, sources, source_cost)
    ends, rest = checked_sources(graph, targets, target_cost)
    wanted = np.zeros(graph.n, np.int8)
    wanted[ends] = 1
    if numba() is None:
        best, via = _scipy.way(graph.indptr, graph.indices, graph.cost, at, spent)
    else:
        search = Search(graph, span(spent))
        search.spread(at, spent, math.inf, wanted, np.unique(ends))
        best = search.best
    totals = best[ends] + rest
    if len(totals) == 0 or not np.isfinite(totals.min()):
        return math.inf, -1, -1, np.zeros(0, np.int64)
    target = int(np.argmin(totals))
    node = int(ends[target])
    if numba() is not None:
        from carecircle.reach.search._buckets import trace

        via = trace(graph.indptr, graph.indices, graph.cost, best, at, spent, node)
    tails = _Tails(graph.indptr)
    slots: list[int] = []
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


def _each_group(
    graph: Graph, at: Array, spent: Array, bounds: Array, limit: float, threads: int | None,
    wanted_nodes: Array, ask: Callable[[Search, Array, Array, Array], Any], dense: Callable[[Array], Any],
) -> list[Any]:  # fmt: skip
    """Search from every group, threaded; without numba hand the costs of all nodes to ``dense``."""
    groups = len(bounds) - 1
    pieces = [(at[lo:hi], spent[lo:hi]) for lo, hi in itertools.pairwise(bounds)]
    if numba() is None:
        arrays = (graph.indptr, graph.indices, graph.cost)
        return [dense(_scipy.costs_from(*arrays, *piece, limit)) for piece in pieces]
    workers = max(1, min(threads or processors(), groups))
    require(58 * graph.n * workers, work=f"{graph.n:,} nodes × {workers} threads")
    results: list[Any] = [None] * groups
    spread = span(spent)

    def work(_: int) -> None:
        search = Search(graph, spread)
        wanted = np.zeros(graph.n if len(wanted_nodes) else 0, np.int8)
        wanted[wanted_nodes] = 1
        for g in turn:
            results[g] = ask(search, *pieces[g], wanted)

    turn = _Turns(groups)
    _on_threads(work, workers)
    return results


def _joined(found: list[tuple[Array, Array]], threads: int | None) -> tuple[Array, Array, Array]:
    """All groups' nodes and costs in one array each, copied by several threads at once."""
    at = np.concatenate([[0], np.cumsum([len(nodes) for nodes, _ in found])])
    group, node, cost = np.empty(at[-1], np.int32), np.empty(at[-1], np.int32), np.empty(at[-1])

    def copy(_: int) -> None:
        for g in turn:
            lo, hi = at[g], at[g + 1]
            group[lo:hi] = g
            node[lo:hi], cost[lo:hi] = found[g]

    turn = _Turns(len(found))
    _on_threads(copy, min(threads or processors(), len(found)))
    return group, node, cost


class _Turns:
    """0, 1, 2 … each handed out once to whichever thread asks next: one that is held up gets fewer."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._next = itertools.count()

    def __iter__(self) -> Iterator[int]:
        return itertools.takewhile(lambda n: n < self._count, self._next)


def _on_threads(work: Callable[[int], None], threads: int) -> None:
    if threads <= 1:
        work(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))


def _bounds(sources: int, group: Array | None) -> Array:
    """Where each group starts and ends among the sources."""
    if group is None:
        return np.arange(sources + 1)
    ids = np.asarray(group, np.int64)
    if len(ids) != sources or (len(ids) and (ids[0] < 0 or (np.diff(ids) < 0).any())):
        raise UsageError("reach.groups_unordered")
    return np.searchsorted(ids, np.arange((int(ids[-1]) if len(ids) else -1) + 2))
