"""Set covering: the fewest (or cheapest) sites that reach everybody, once or twice."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.siting.benders import Tell
from carecircle.siting.conditions import Conditions, Gate
from carecircle.siting.greedy import greedy
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, Ints, as_residents, cover, nearest_open
from carecircle.siting.reduce import essential_columns, essential_rows, merged
from carecircle.siting.solution import Solution, Status, closed, impossible, out_of_time

_ALL_ROWS = 100_000
"""Up to so many entries the whole-number search is given every row at once."""


def lscp(
    cost: Any,
    *,
    limit: float,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Solution:
    r"""Location set covering problem (Toregas et al. 1971): cover everybody with the cheapest sites.

    .. math::

        \min \sum_j c_j x_j \quad\text{s.t.}\quad \sum_{j \in N_i} x_j \ge 1 \;\;\forall i,\; x_j \in \{0,1\}

    with :math:`N_i = \{j : d_{ij} \le L\}` the candidates within the limit *L* of demand row *i*,
    :math:`x_j` 1 if candidate *j* opens and :math:`c_j` its price (1 where `Conditions` give none, 0 for
    kept facilities).

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach); any unit.
    limit
        In the unit of ``cost``, inclusive.
    conditions, time_limit, gap, progress
        As in `mclp`.

    Returns
    -------
    Solution
        ``objective`` is the price of the new sites (their number where no prices are given).
        ``infeasible`` with `lacking` where no permitted candidate covers a row.

    Raises
    ------
    UsageError
        If the arguments do not fit together, or the time does not suffice for any answer.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities, Operations
    Research 19, 1363-1373, https://doi.org/10.1287/opre.19.6.1363.
    """
    began = time.perf_counter()
    near = cover(cost, limit)
    given = conditions or Conditions()
    candidates = near.shape[1]
    given.check(candidates)
    _, high = given.bounds(candidates)
    lacking = np.nonzero(near @ high == 0)[0]
    if len(lacking):
        return impossible("lscp", near.shape[0], lacking=lacking, seconds=time.perf_counter() - began)
    found = cheapest_cover(near, given, time_limit=time_limit, gap=gap, progress=progress)
    seconds = time.perf_counter() - began
    if found is None:
        return impossible("lscp", near.shape[0], seconds=seconds)
    sites, reached = found
    if (near[:, sites].sum(axis=1) == 0).any():
        raise out_of_time(time_limit)
    return _answer("lscp", cost, limit, sites, reached, given, seconds)


def lscp_backup(
    cost: Any,
    residents: Any = None,
    *,
    limit: float,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Solution:
    r"""Backup set covering (Hogan and ReVelle 1986): of all cheapest covers, the one with most backup.

    .. math::

        \max \sum_i w_i u_i \quad\text{s.t.}\quad \sum_{j \in N_i} x_j \ge 1 + u_i,\quad
        \sum_j c_j x_j \le z, \quad x_j \in \{0,1\},\; 0 \le u_i \le 1

    with :math:`w_i` the residents of row *i* (1 each if not given), :math:`u_i` 1 if two open sites are
    within the limit, *z* the optimum of `lscp`, and the other symbols as there.

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach); any unit.
    residents
        float64[demand]: residents of each row; 1 each if None.
    limit
        In the unit of ``cost``, inclusive.
    conditions, time_limit, gap, progress
        As in `mclp`.

    Returns
    -------
    Solution
        ``objective`` is the residents (or rows) covered at least twice.

    Raises
    ------
    UsageError
        If the arguments do not fit together, or the time does not suffice for any answer.

    References
    ----------
    Hogan and ReVelle (1986), Concepts and applications of backup coverage, Management Science 32,
    1434-1444, https://doi.org/10.1287/mnsc.32.11.1434.
    """
    began = time.perf_counter()
    near = cover(cost, limit)
    people = as_residents(residents, near.shape[0])
    given = conditions or Conditions()
    first = lscp(cost, limit=limit, conditions=given, time_limit=time_limit / 2, gap=gap)
    if first.status == "infeasible":
        return replace(first, model="lscp_backup")
    candidates = near.shape[1]
    prices = given.prices(candidates)
    rows, grouped, _ = merged(near, people)
    count = rows.shape[0]
    scale = 1.0 / max(1e-300, float(grouped.sum()))
    model = Model()
    low, high = given.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    model.columns(grouped * scale, np.zeros(count), np.ones(count))
    side, lower, upper = given.rows(candidates, None)
    model.rows(_widened(side, count), lower, upper)
    spend = sp.csr_array(prices[None, :])
    model.rows(_widened(spend, count), np.array([-math.inf]), np.array([first.objective + 1e-9]))
    model.rows(_widened(rows, count), np.ones(count), np.full(count, math.inf))
    missing = sp.csr_array(sp.eye_array(count))
    model.rows(sp.csr_array(sp.hstack([rows, missing])), np.full(count, 2.0), np.full(count, math.inf))
    x = np.isin(np.arange(candidates), first.sites).astype(np.float64)
    start = np.concatenate([x, np.clip(2.0 - rows @ x, 0.0, 1.0)])
    left = time_limit - (time.perf_counter() - began)
    answer = model.run(time_limit=left, start=start, gap=gap)
    chosen = first.sites
    if answer.x is not None:
        chosen = tuple(np.nonzero(answer.x[:candidates] > 0.5)[0].tolist())
    opened = np.array(chosen, dtype=np.int64)
    times = near @ np.isin(np.arange(candidates), chosen).astype(np.float64)
    objective = math.fsum(people[times > 1.5])
    total = float(grouped.sum())
    whole = bool((people == np.floor(people)).all())
    most = total - max(0.0, answer.bound / scale)
    bound, proven = closed(objective, most, larger_is_better=True, whole=whole)
    allocation, _ = nearest_open(cost, opened, limit=limit)
    seconds = time.perf_counter() - began
    if progress is not None:
        progress(objective, bound, seconds)
    status: Status = "optimal" if proven and first.status == "optimal" else "feasible"
    return Solution(
        "lscp_backup", status, objective, bound, chosen, given.new(chosen), allocation, (), None, seconds
    )  # fmt: skip


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
    rows = _kept_columns(rows, high)
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


def _answer(
    model: str, cost: Any, limit: float, sites: list[int], reached: float, given: Conditions, seconds: float
) -> Solution:
    prices = given.prices(cost.shape[1])
    objective = math.fsum(prices[sites])
    whole = bool((prices == np.floor(prices)).all())
    bound, proven = closed(objective, reached, larger_is_better=False, whole=whole)
    allocation, _ = nearest_open(cost, np.array(sorted(sites), dtype=np.int64), limit=limit)
    chosen = tuple(sorted(sites))
    return Solution(
        model, "optimal" if proven else "feasible", objective, bound,
        chosen, given.new(chosen), allocation, (), None, seconds,
    )  # fmt: skip


def _widened(rows: Csr, by: int) -> Csr:
    return sp.csr_array((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], rows.shape[1] + by))


def _kept_columns(rows: Csr, kept: Floats) -> Csr:
    smaller = sp.csr_array(rows @ sp.diags_array(kept))
    smaller.eliminate_zeros()
    smaller.sort_indices()
    return smaller
