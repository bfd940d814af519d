"""The cheapest columns that cover every row: greedy starts, a relaxation, whole-number masters, one bound."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from carecircle.siting.benders import Tell
from carecircle.siting.conditions import Conditions, Gate
from carecircle.siting.greedy import greedy
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, Ints
from carecircle.siting.reduce import essential_columns, essential_rows, merged, without_columns

_ALL_ROWS = 100_000
"""Up to so many entries the whole-number search is given every row at once."""


def cheapest_cover(
    near: Csr,
    given: Conditions,
    *,
    sites: int | None = None,
    first: bool = False,
    time_limit: float = math.inf,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> tuple[list[int], float] | None:
    """Open columns that cover every row at the least price, and a bound on it; None if impossible.

    Rows that nothing covers are not looked at. ``sites`` bounds the number of new ones; with ``first`` any
    cover will do. An empty list with the bound 0 says that time ran out before one was found.
    """
    candidates = near.shape[1]
    began = time.perf_counter()
    prices = given.prices(candidates)
    low, high = given.bounds(candidates)
    rows = merged(near, np.ones(near.shape[0]))[0]
    rows = rows[np.nonzero(rows @ low == 0)[0]]
    tied = given.tied(candidates)
    used = essential_columns(rows, prices, tied)
    shut = np.setdiff1d(np.arange(candidates), used)
    high[shut] = 0.0
    low = np.minimum(low, high)
    rows = without_columns(rows, np.nonzero(high == 0)[0])
    rows = merged(rows, np.ones(rows.shape[0]))[0]
    rows = rows[essential_rows(rows)]
    gate = Gate(replace(given, forbidden=(*given.forbidden, *shut.tolist())), candidates, sites)
    start = _greedy_cover(rows, gate, prices)

    search = _Covers(rows, prices, low, high, given.rows(candidates, sites), gate, start)
    hopeless = not search.run(until=began + time_limit, gap=gap, first=first)
    if progress is not None:
        progress(search.price, search.bound, time.perf_counter() - began)
    if search.best is not None:
        return search.best, search.bound
    return None if hopeless else ([], 0.0)


class _Covers:
    """Set covering by rows as they are needed: most rows are covered by a cover of a few of them.

    The relaxation, then whole-number masters, hold only rows that some solution so far left uncovered; each
    bound is a bound of the whole problem, since rows are only ever left out.
    """

    def __init__(
        self,
        rows: Csr,
        prices: Floats,
        low: Floats,
        high: Floats,
        side: tuple[Csr, Floats, Floats],
        gate: Gate,
        start: list[int] | None,
    ) -> None:
        self.rows, self.prices, self.gate = rows, prices, gate
        self.whole = bool((prices == np.floor(prices)).all())
        self.best: list[int] | None = None
        self.price, self.bound = math.inf, 0.0
        self._offer(start)
        self.model = Model()
        self.model.columns(prices, low, high)
        self.model.rows(*side)
        self.held = np.zeros(rows.shape[0], dtype=bool)
        self._hold(np.zeros(rows.shape[1]))

    def run(self, *, until: float, gap: float, first: bool) -> bool:
        """Search until proven, out of time, or (``first``) any cover is found; False if there is none."""
        columns = np.arange(self.rows.shape[1])
        if first:
            self.model.option("mip_max_improving_sols", 1)
        for whole in (False, True):
            self.model.whole(columns, whole)
            if whole and self.rows.nnz <= _ALL_ROWS:
                self._take(np.nonzero(~self.held)[0])
            while not self._done(gap, first=first) and time.perf_counter() < until:
                left = until - time.perf_counter()
                answer = self.model.run(time_limit=left, start=self._start(), gap=gap / 4)
                if answer.outcome == "infeasible":
                    self.bound = self.price
                    return self.best is not None
                if answer.x is None or not (whole or answer.outcome == "optimal"):
                    return True
                self.bound = max(self.bound, min(answer.bound, self.price))
                x = np.round(answer.x) if whole else answer.x
                if whole:
                    sites = np.nonzero(x)[0].tolist()
                    self._offer(_greedy_cover(self.rows, self.gate, self.prices, start=sites))
                if not self._hold(x):
                    break
        return True

    def _hold(self, x: Floats) -> int:
        """Take in rows that ``x`` leaves uncovered, the worst first and far apart."""
        short = np.nonzero(~self.held & (self.rows @ x < 1 - 1e-7))[0]
        short = short[np.lexsort((np.diff(self.rows.indptr)[short], (self.rows @ x)[short]))]
        taken: list[int] = []
        seen = np.zeros(self.rows.shape[1], dtype=bool)
        for row in short[:2000]:
            near = self.rows.indices[self.rows.indptr[row] : self.rows.indptr[row + 1]]
            if not seen[near].any() or len(taken) < 20:
                seen[near] = True
                taken.append(int(row))
        self._take(np.array(taken, dtype=np.int64))
        return len(taken)

    def _take(self, rows: Ints) -> None:
        self.held[rows] = True
        self.model.rows(self.rows[rows], np.ones(len(rows)), np.full(len(rows), math.inf))

    def _offer(self, sites: list[int] | None) -> None:
        if sites is None:
            return
        price = math.fsum(self.prices[sites])
        if price < self.price:
            self.best, self.price = sites, price

    def _start(self) -> Floats | None:
        if self.best is None:
            return None
        return np.isin(np.arange(self.rows.shape[1]), self.best).astype(np.float64)

    def _done(self, gap: float, *, first: bool) -> bool:
        if self.best is None or first:
            return self.best is not None
        slack = max(1e-9 * max(1.0, self.price), gap * self.price)
        return self.price - self.bound <= (max(slack, 1.0 - 1e-6) if self.whole else slack)


def _greedy_cover(
    rows: Csr, gate: Gate, prices: Floats, *, start: list[int] | None = None
) -> list[int] | None:
    """A cover by greed (from some sites on), without those it can spare; None where greed finds none."""
    ones = np.ones(rows.shape[0])
    found = greedy(rows, ones, gate, price=prices, start=start)
    if found is None:
        return None
    times = rows @ np.isin(np.arange(rows.shape[1]), found).astype(np.float64)
    if (times == 0).any():
        return None
    chosen = list(found)
    columns = sp.csr_array(rows.T)
    for site in sorted(found, key=lambda j: -prices[j]):
        covered = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        rest = [j for j in chosen if j != site]
        if site not in gate.start and (times[covered] > 1).all() and gate.holds(rest):
            times[covered] -= 1
            chosen = rest
    return chosen
