"""A quick good set of sites for maximal covering: lazy greedy, then swaps until none helps.

Greedy reaches at least 1 - 1/e of the best (Nemhauser, Wolsey and Fisher 1978, Mathematical Programming
14, 265-294, https://doi.org/10.1007/BF01588971); lazily, a candidate's gain is recomputed only when it
comes to the top (Minoux 1978, https://doi.org/10.1007/BFb0006528); the swap is Teitz and Bart's (1968,
https://doi.org/10.1287/opre.16.5.955).
"""

from __future__ import annotations

import heapq

import numpy as np
import scipy.sparse as sp

from carecircle.siting.conditions import Gate
from carecircle.siting.effort import Watch
from carecircle.siting.matrix import Csr, Floats, Ints

_ROUNDS = 200
"""Most exchanges in a row."""


class Covering:
    """Residents covered by a set of columns, kept up to date as columns open and close."""

    def __init__(self, cover: Csr, residents: Floats) -> None:
        self.cover, self.residents = cover, residents
        self.columns: Csr = sp.csr_array(cover.T)
        self.times = np.zeros(cover.shape[0], dtype=np.int64)

    def rows_of(self, column: int) -> Ints:
        """Demand rows a column covers."""
        part = slice(self.columns.indptr[column], self.columns.indptr[column + 1])
        return np.asarray(self.columns.indices[part], dtype=np.int64)

    def change(self, column: int, by: int) -> None:
        """Open (+1) or close (-1) a column."""
        self.times[self.rows_of(column)] += by

    def gain(self, column: int) -> float:
        """Residents newly covered if a column opened."""
        rows = self.rows_of(column)
        return float(self.residents[rows[self.times[rows] == 0]].sum())

    def gains(self) -> Floats:
        """Gain of every column."""
        return np.asarray(self.columns @ (self.residents * (self.times == 0)))

    def relies_on(self, column: int) -> Ints:
        """Rows that only this open column covers."""
        rows = self.rows_of(column)
        alone: Ints = rows[self.times[rows] == 1]
        return alone

    def covered(self) -> float:
        """Residents covered now."""
        return float(self.residents[self.times > 0].sum())


def greedy(
    cover: Csr,
    residents: Floats,
    gate: Gate,
    *,
    price: Floats | None = None,
    enough: float = np.inf,
    start: list[int] | None = None,
    watch: Watch | None = None,
) -> list[int] | None:
    """Open, one after another, the permitted column of largest gain (a unit of price).

    Parameters
    ----------
    price
        Price of each column; a column's gain counts per unit of it.
    enough
        Stop when so many residents are covered.
    start
        Open columns to begin with; those the conditions demand, if not given.
    watch
        Stop when its time is over.

    Returns
    -------
    list of int or None
        Open columns in the order they were chosen, or None if what must be open breaks a condition.
    """
    state = Covering(cover, residents)
    sites = list(gate.start if start is None else start)
    if not gate.holds(sites):
        return None
    for site in sites:
        state.change(site, +1)
    load = gate.load(sites)
    unit = np.ones(cover.shape[1]) if price is None else np.maximum(price, 1e-9)
    opened = set(sites)
    heap = [(-g / unit[j], j) for j, g in enumerate(state.gains()) if g > 0 and j not in opened]
    heapq.heapify(heap)
    covered = state.covered()
    while heap and covered < enough and not (watch is not None and watch.over):
        _, column = heapq.heappop(heap)
        gain = state.gain(column)
        if gain <= 0 or not gate.allows(load, column):
            continue
        if heap and (-gain / unit[column], column) > heap[0]:
            heapq.heappush(heap, (-gain / unit[column], column))
            continue
        sites.append(column)
        state.change(column, +1)
        load = gate.load(sites)
        covered += gain
    return sites


def swapped(cover: Csr, residents: Floats, gate: Gate, sites: list[int], watch: Watch) -> list[int]:
    """Exchange one open column for a closed one while that covers more residents and time is left."""
    state = Covering(cover, residents)
    chosen = list(sites)
    for site in chosen:
        state.change(site, +1)
    for _ in range(_ROUNDS):
        better = _best_swap(state, gate, chosen, watch)
        if better is None:
            break
        out, into = better
        chosen[chosen.index(out)] = into
        state.change(out, -1)
        state.change(into, +1)
    return chosen


def _best_swap(state: Covering, gate: Gate, chosen: list[int], watch: Watch) -> tuple[int, int] | None:
    """The exchange that adds most residents (of those there is time to weigh), or None if none adds any."""
    base = state.gains()
    load = gate.load(chosen)
    best, swap = 1e-9 * max(1.0, float(state.residents.sum())), None
    for out in chosen:
        if watch.over:
            break
        alone = state.relies_on(out)
        people = state.residents[alone]
        gains = base + state.cover[alone].T @ people
        gains[chosen] = -np.inf
        gains -= people.sum()
        for into in np.argsort(-gains, kind="stable")[:8].tolist():
            if gains[into] <= best:
                break
            if gate.allows(load, into, instead=out):
                best, swap = float(gains[into]), (out, into)
                break
    return swap
