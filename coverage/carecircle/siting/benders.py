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
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from carecircle.siting.conditions import Terms
from carecircle.siting.effort import Watch
from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Csr, Floats, Ints
from carecircle.siting.search import Search

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

    def improved(self, sites: list[int], watch: Watch) -> list[int]:
        """A set of sites at least as good, by local search, as far as the time goes."""
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


class Cuts:
    """The master: sites, one theta a group, and the cuts found so far."""

    def __init__(self, oracle: Oracle, terms: Terms, candidates: int, *, threads: int = 1) -> None:
        self.oracle, self.candidates = oracle, candidates
        self.scale = self.unit = 1.0 / max(1e-300, float(oracle.most.sum()))
        self.low, self.high = terms.conditions.bounds(candidates)
        self.model = Model(threads=threads)
        self.model.columns(np.zeros(candidates), self.low, self.high)
        self.model.columns(np.ones(oracle.groups), np.zeros(oracle.groups), oracle.most * self.unit)
        self.rows = terms.rows(candidates)
        self.model.rows(self.wide(self.rows[0]), *self.rows[1:])
        self.centre: Floats | None = None

    def value(self, sites: list[int]) -> float:
        """See `Master.value`."""
        return self.oracle.value(sites)

    def near(self, sites: list[int]) -> Iterable[list[int]]:
        """A whole answer of the master is a set of its own."""
        yield sites

    def grow(self, answer: Answer, *, whole: bool) -> int:
        """Cut an answer off; a fractional one together with a point half-way to the running centre."""
        assert answer.x is not None
        n = self.candidates
        x, theta = answer.x[:n], answer.x[n:]
        if whole:
            return self.cut(np.round(x), theta)
        self.relaxed, self.relaxed_bound = x, answer.bound / self.scale
        self.reduced = self.model.reduced_costs()[:n] / self.scale
        self.centre = x if self.centre is None else 0.5 * (x + self.centre)
        found = self.cut(x, theta)
        return found + self.cut(self.centre, theta) if found else 0

    def start(self, sites: list[int]) -> Floats:
        """See `Master.start`."""
        x = self.opened(sites)
        a, b = self.oracle.cuts(x)
        return np.concatenate([x, np.maximum(0.0, (a + b @ x) * self.unit)])

    def cut(self, x: Floats, theta: Floats | None = None) -> int:
        """Add the inequalities that ``(x, theta)`` breaks; returns how many."""
        needs = self.oracle.needs(x)
        self.model.rows(self.wide(needs), np.ones(needs.shape[0]), np.full(needs.shape[0], math.inf))
        a, b = self.oracle.cuts(x)
        a, b = a * self.unit, b * self.unit
        cost = a + b @ x
        broken = np.arange(len(a)) if theta is None else np.nonzero(cost > theta + _TIGHT)[0]
        if len(broken):
            own = sp.csr_array(
                (np.ones(len(broken)), broken, np.arange(len(broken) + 1)), shape=(len(broken), len(a))
            )
            rows = sp.csr_array(sp.hstack([-b[broken], own]))
            self.model.rows(rows, a[broken], np.full(len(broken), math.inf))
        return len(broken) + int(needs.shape[0])

    def opened(self, sites: list[int]) -> Floats:
        """A set of sites as 0 and 1."""
        x = np.zeros(self.candidates)
        x[sites] = 1.0
        return x

    def wide(self, rows: Csr) -> Csr:
        """Rows over sites, widened to the whole master."""
        return sp.csr_array(
            (rows.data, rows.indices, rows.indptr),
            shape=(rows.shape[0], self.candidates + self.oracle.groups),
        )


class Benders:
    """Minimise an oracle's cost over the sets of sites that some terms permit.

    Parameters
    ----------
    oracle
        Gives costs and cuts.
    terms
        What may be built, and the most new sites.
    candidates
        Number of columns.
    watch
        The search's clock.
    whole
        Costs are whole numbers, so a bound may be rounded up.
    tell
        Called with (cost of the best set, bound) instead of the watch's own.
    """

    def __init__(
        self,
        oracle: Oracle,
        terms: Terms,
        candidates: int,
        watch: Watch,
        *,
        whole: bool,
        tell: Callable[[float, float], None] | None = None,
    ) -> None:
        self.oracle, self.watch = oracle, watch
        self.master = Cuts(oracle, terms, candidates, threads=watch.effort.threads)
        self.search = Search(self.master, watch, whole=whole, tell=tell)

    def run(self, start: list[int] | None) -> Search:
        """Search until proven, out of time, or within the gap."""
        search, master = self.search, self.master
        if start is not None:
            search.offer(self.oracle.improved(start, self.watch.part(0.5)))
        search.tell()
        if search.settled:
            return search
        master.cut(master.opened(search.sites or []))
        x = search.relax()
        if x is None or search.settled:
            return search
        self._near_support(x)
        self._close_by_reduced_cost()
        self._solve(master.high > 0, self.watch, proves=True)
        return search

    # -- the stages after the relaxation ---------------------------------------------------------------

    def _near_support(self, x: Floats) -> None:
        """A restricted master over the sites the relaxation uses: most often where the best set is."""
        used = (x > 1e-6) | (self.master.low > 0)
        if self.search.sites is not None:
            used[self.search.sites] = True
        self._solve(used, self.watch.part(0.3, least=2.0, endless=60.0), proves=False)

    def _close_by_reduced_cost(self) -> None:
        """Fix sites that cannot be part of anything better than the best known set."""
        master, best = self.master, self.search.best
        if self.search.sites is None:
            return
        step = 1.0 - 1e-6 if self.search.whole else 1e-9 * max(1.0, abs(best))
        room = best - step - master.relaxed_bound
        slack = 1e-7 * max(1.0, abs(master.relaxed_bound))
        shut = (master.relaxed < 1e-9) & (master.reduced > room + slack) & (master.low == 0)
        must = (master.relaxed > 1 - 1e-9) & (-master.reduced > room + slack) & (master.high == 1)
        master.high = np.where(shut, 0.0, master.high)
        master.low = np.where(must, 1.0, master.low)
        master.model.bounds(np.arange(master.candidates), master.low, master.high)

    def _solve(self, used: npt.NDArray[np.bool_], watch: Watch, *, proves: bool) -> None:
        """Whole numbers over some columns: written out where that is small, else by masters."""
        if self.search.settled:
            return
        master, columns = self.master, np.nonzero(used)[0]
        compact = self.oracle.compact(columns, _WRITTEN_OUT)
        if compact is not None:
            self._written_out(columns, compact, watch, proves=proves)
            return
        shut = np.nonzero(~used)[0]
        master.model.bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        self.search.masters(watch, proves=proves)
        master.model.bounds(shut, master.low[shut], master.high[shut])

    def _written_out(self, columns: Ints, compact: Compact, watch: Watch, *, proves: bool) -> None:
        """One model of sites and, for each set, whether it has no open site."""
        search, master = self.search, self.master
        n, sets = len(columns), compact.sets
        soft = np.isfinite(compact.price)
        model = Model(threads=watch.effort.threads)
        model.columns(np.zeros(n), master.low[columns], master.high[columns], whole=True)
        price = np.where(soft, compact.price, 0.0) * master.scale
        model.columns(price, np.zeros(len(price)), soft.astype(np.float64))
        side = sp.csr_array(master.rows[0][:, columns])
        wide = sp.csr_array(sp.hstack([side, sp.csr_array((side.shape[0], len(price)))]))
        model.rows(wide, *master.rows[1:])
        unmet = sp.csr_array(sp.eye_array(len(price)))
        model.rows(sp.csr_array(sp.hstack([sets, unmet])), np.ones(len(price)), np.full(len(price), math.inf))
        start = None
        if search.sites is not None and set(search.sites) <= set(columns.tolist()):
            x = np.isin(columns, search.sites).astype(np.float64)
            start = np.concatenate([x, np.maximum(0.0, 1.0 - sets @ x)])
        answer = model.run(time_limit=watch.left, start=start, gap=search.gap / 4)
        if answer.x is not None:
            search.offer(columns[answer.x[:n] > 0.5].tolist())
        if proves:
            search.conclude(answer, beside=compact.constant)
        search.tell()


def neighbourhoods(anchor: Ints) -> tuple[int, Ints]:
    """Group demand rows by their anchor column into at most 400 groups: (number, group a row)."""
    names, group = np.unique(anchor, return_inverse=True)
    groups = max(1, min(_GROUPS, len(names)))
    return groups, (group * groups // max(1, len(names))).astype(np.int64)
