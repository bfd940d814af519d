"""Benders decomposition over sites: a small master, and cuts that say what a choice of sites costs.

Both maximal covering and the p-median are: choose x in X (the conditions) to minimise sum_g theta_g,
where theta_g is what the demand of group g pays. Every choice x' (whole or fractional) yields for each
group a valid inequality theta_g >= a_g + b_g x that is tight at x'. The master holds only sites, one
theta a group and the cuts found so far, whatever the number of residents.

Three stages: (1) cuts on the linear relaxation, separated at the solution and at a point half-way to a
running centre (Ben-Ameur and Neto 2007, https://doi.org/10.1002/net.20137); (2) sites whose reduced cost
proves that they cannot improve on the best known set are closed; (3) whole-number masters, cut until the
bound meets the best set. Covering cuts: Cordeau, Furini and Ljubic (2019), European Journal of Operational
Research 275, 882-896, https://doi.org/10.1016/j.ejor.2018.12.021. p-median cuts: Duran-Mateluna, Ales and
Elloumi (2023), European Journal of Operational Research 304, 84-96,
https://doi.org/10.1016/j.ejor.2021.11.008. Grouping the cuts by neighbourhood is ours: one theta for all
converges slowly, one a demand row makes the master large.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from carecircle.siting.conditions import Conditions
from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Csr, Floats, Ints

Tell = Callable[[float, float, float], None]
"""Called with (best objective, bound, seconds) as a search goes on."""

_GROUPS = 400
_TIGHT = 1e-9
_WRITTEN_OUT = 12_000
"""Up to so many entries a cost is written out for HiGHS whole, instead of being cut."""


class Oracle(Protocol):
    """What the master asks: the cost of a choice of sites, by group of demand."""

    groups: int
    most: Floats
    """The largest cost each group can have."""

    def cuts(self, x: Floats) -> tuple[Floats, Csr]:
        """``a`` (one a group) and ``b`` (groups x sites): cost_g(x) >= a_g + b_g x, tight at ``x``."""
        ...

    def needs(self, x: Floats) -> Csr:
        """Rows ``r`` with ``r x >= 1`` that every choice must hold and ``x`` breaks."""
        ...

    def value(self, sites: list[int]) -> float:
        """Cost of a set of open sites; inf if somebody is left unserved who must not be."""
        ...

    def improved(self, sites: list[int]) -> list[int]:
        """A set of sites at least as good, by local search."""
        ...

    def compact(self, columns: Ints, most: int) -> Compact | None:
        """The whole cost written out over few columns; None where that takes over ``most`` entries."""
        ...


@dataclass(frozen=True)
class Compact:
    """A cost written out: ``constant + sum_s price_s [no column of set s is open]``, hard where inf."""

    constant: float
    price: Floats
    sets: Csr


@dataclass
class Search:
    """The state of one search: the best set so far and the proven bound."""

    best: float
    sites: list[int] | None
    bound: float
    feasible: bool = True


class Benders:
    """Minimise an oracle's cost over the sets of sites that some conditions permit.

    Parameters
    ----------
    oracle
        Gives costs and cuts.
    conditions, sites
        What may be built, and the most new sites.
    candidates
        Number of columns.
    whole
        Costs are whole numbers, so a bound may be rounded up.
    time_limit
        Seconds for everything.
    gap
        Relative gap at which to stop.
    """

    def __init__(
        self,
        oracle: Oracle,
        conditions: Conditions,
        candidates: int,
        *,
        sites: int | None,
        whole: bool,
        time_limit: float = math.inf,
        gap: float = 0.0,
        progress: Tell | None = None,
    ) -> None:
        self.oracle, self.candidates, self.whole, self.gap = oracle, candidates, whole, gap
        self.began = time.perf_counter()
        self.until = self.began + time_limit
        self.progress = progress
        self.scale = 1.0 / max(1e-300, float(oracle.most.sum()))
        self.low, self.high = conditions.bounds(candidates)
        self.model = Model()
        self.model.columns(np.zeros(candidates), self.low, self.high)
        self.model.columns(np.ones(oracle.groups), np.zeros(oracle.groups), oracle.most * self.scale)
        self.rows = conditions.rows(candidates, sites)
        self.model.rows(self.wide(self.rows[0]), *self.rows[1:])
        self.search = Search(math.inf, None, 0.0)

    def run(self, start: list[int] | None) -> Search:
        """Search until proven, out of time, or within the gap."""
        if start is not None:
            self._offer(start)
        self._tell()
        x = self._relax()
        if x is None or self._done():
            return self.search
        self._offer_support(x)
        self._close_by_reduced_cost()
        self._whole_numbers()
        return self.search

    # -- the three stages ------------------------------------------------------------------------------

    def _relax(self) -> Floats | None:
        """Stage 1: the linear relaxation, to optimality; returns its sites part."""
        n = self.candidates
        centre: Floats | None = None
        self.cut(self._midpoint())
        while True:
            answer = self.model.run(time_limit=self._left())
            if answer.outcome == "infeasible":
                self.search.feasible = False
                return None
            if answer.outcome != "optimal" or answer.x is None:
                return None
            x, theta = answer.x[:n], answer.x[n:]
            self._raise_bound(answer.bound / self.scale)
            self.relaxed, self.relaxed_bound = x, answer.bound / self.scale
            self.reduced = self.model.reduced_costs()[:n] / self.scale
            centre = x if centre is None else 0.5 * (x + centre)
            found = self.cut(x, theta)
            if found:
                found += self.cut(centre, theta)
            self._tell()
            if not found or self._left() <= 0 or self._done():
                return x

    def _offer_support(self, x: Floats) -> None:
        """A restricted master over the sites the relaxation uses: most often where the best set is."""
        used = (x > 1e-6) | (self.low > 0)
        if self.search.sites is not None:
            used[self.search.sites] = True
        budget = max(2.0, 0.3 * self._left()) if math.isfinite(self.until) else 60.0
        self._solve(used, min(self.until, time.perf_counter() + budget), proves=False)

    def _close_by_reduced_cost(self) -> None:
        """Stage 2: fix sites that cannot be part of anything better than the best known set."""
        if self.search.sites is None:
            return
        step = 1.0 - 1e-6 if self.whole else 1e-9 * max(1.0, abs(self.search.best))
        room = self.search.best - step - self.relaxed_bound
        slack = 1e-7 * max(1.0, abs(self.relaxed_bound))
        shut = (self.relaxed < 1e-9) & (self.reduced > room + slack) & (self.low == 0)
        must = (self.relaxed > 1 - 1e-9) & (-self.reduced > room + slack) & (self.high == 1)
        self.high = np.where(shut, 0.0, self.high)
        self.low = np.where(must, 1.0, self.low)
        self.model.bounds(np.arange(self.candidates), self.low, self.high)

    def _whole_numbers(self) -> None:
        """Stage 3: whole numbers, over the sites still open, until the bound meets the best set."""
        self._solve(self.high > 0, self.until, proves=True)

    def _solve(self, used: npt.NDArray[np.bool_], until: float, *, proves: bool) -> None:
        """Whole numbers over some columns: written out where that is small, else by masters."""
        columns = np.nonzero(used)[0]
        compact = self.oracle.compact(columns, _WRITTEN_OUT)
        if compact is not None:
            self._written_out(columns, compact, until, proves=proves)
            return
        shut = np.nonzero(~used)[0]
        self.model.bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        self._masters(until, proves=proves)
        self.model.bounds(shut, self.low[shut], self.high[shut])

    def _written_out(self, columns: Ints, compact: Compact, until: float, *, proves: bool) -> None:
        """One model of sites and, for each set, whether it has no open site."""
        n, sets = len(columns), compact.sets
        soft = np.isfinite(compact.price)
        model = Model()
        model.columns(np.zeros(n), self.low[columns], self.high[columns], whole=True)
        price = np.where(soft, compact.price, 0.0) * self.scale
        model.columns(price, np.zeros(len(price)), soft.astype(np.float64))
        side = sp.csr_array(self.rows[0][:, columns])
        model.rows(sp.csr_array(sp.hstack([side, sp.csr_array((side.shape[0], len(price)))])), *self.rows[1:])
        unmet = sp.csr_array(sp.eye_array(len(price)))
        model.rows(sp.csr_array(sp.hstack([sets, unmet])), np.ones(len(price)), np.full(len(price), math.inf))
        start = None
        if self.search.sites is not None and set(self.search.sites) <= set(columns.tolist()):
            x = np.isin(columns, self.search.sites).astype(np.float64)
            start = np.concatenate([x, np.maximum(0.0, 1.0 - sets @ x)])
        answer = model.run(time_limit=until - time.perf_counter(), start=start, gap=self.gap / 4)
        if answer.x is not None:
            self._offer(columns[answer.x[:n] > 0.5].tolist(), improve=False)
        if proves:
            self._conclude(answer, answer.bound / self.scale + compact.constant)
        self._tell()

    def _conclude(self, answer: Answer, bound: float) -> None:
        """Raise the bound; sites closed by reduced cost may leave only worse sets than the best known."""
        if answer.outcome == "infeasible":
            self.search.feasible = self.search.sites is not None
        self._raise_bound(min(bound, self.search.best))

    def _masters(self, until: float, *, proves: bool) -> None:
        n = self.candidates
        self.model.whole(np.arange(n), True)
        while not self._done() and time.perf_counter() < until:
            left = min(until, self.until) - time.perf_counter()
            answer = self.model.run(time_limit=left, start=self._start(), gap=self.gap / 4)
            if proves:
                self._conclude(answer, answer.bound / self.scale)
            if answer.x is None:
                break
            x, theta = np.round(answer.x[:n]), answer.x[n:]
            self._offer(np.nonzero(x)[0].tolist(), improve=False)
            self._tell()
            if not self.cut(x, theta):
                break
        self.model.whole(np.arange(n), False)

    # -- small parts -----------------------------------------------------------------------------------

    def cut(self, x: Floats, theta: Floats | None = None) -> int:
        """Add the inequalities that ``(x, theta)`` breaks; returns how many."""
        needs = self.oracle.needs(x)
        self.model.rows(self.wide(needs), np.ones(needs.shape[0]), np.full(needs.shape[0], math.inf))
        a, b = self.oracle.cuts(x)
        a, b = a * self.scale, b * self.scale
        cost = a + b @ x
        broken = np.arange(len(a)) if theta is None else np.nonzero(cost > theta + _TIGHT)[0]
        if len(broken):
            own = sp.csr_array(
                (np.ones(len(broken)), broken, np.arange(len(broken) + 1)), shape=(len(broken), len(a))
            )
            rows = sp.csr_array(sp.hstack([-b[broken], own]))
            self.model.rows(rows, a[broken], np.full(len(broken), math.inf))
        return len(broken) + int(needs.shape[0])

    def _offer(self, sites: list[int], *, improve: bool = True) -> None:
        better = self.oracle.improved(sites) if improve else sites
        value = self.oracle.value(better)
        if value < self.search.best:
            self.search.best, self.search.sites = value, sorted(better)

    def _start(self) -> Floats | None:
        """The best set as a solution of the master."""
        if self.search.sites is None:
            return None
        x = np.zeros(self.candidates)
        x[self.search.sites] = 1.0
        a, b = self.oracle.cuts(x)
        return np.concatenate([x, np.maximum(0.0, (a + b @ x) * self.scale)])

    def _midpoint(self) -> Floats:
        x = np.zeros(self.candidates)
        if self.search.sites is not None:
            x[self.search.sites] = 1.0
        return x

    def _raise_bound(self, bound: float) -> None:
        self.search.bound = max(self.search.bound, bound)

    def _done(self) -> bool:
        if self.search.sites is None:
            return False
        ahead = self.search.best - self.search.bound
        slack = 1e-9 * max(1.0, abs(self.search.best))
        if self.whole:
            slack = max(slack, 1.0 - 1e-6)
        return ahead <= max(slack, self.gap * abs(self.search.best))

    def _left(self) -> float:
        return self.until - time.perf_counter()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.search.best, self.search.bound, time.perf_counter() - self.began)

    def wide(self, rows: Csr) -> Csr:
        """Rows over sites, widened to the whole master."""
        return sp.csr_array(
            (rows.data, rows.indices, rows.indptr),
            shape=(rows.shape[0], self.candidates + self.oracle.groups),
        )


def neighbourhoods(anchor: Ints) -> tuple[int, Ints]:
    """Group demand rows by their anchor column into at most 400 groups: (number, group a row)."""
    names, group = np.unique(anchor, return_inverse=True)
    groups = max(1, min(_GROUPS, len(names)))
    return groups, (group * groups // max(1, len(names))).astype(np.int64)
