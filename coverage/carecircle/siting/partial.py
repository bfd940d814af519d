"""Partial cover: the fewest (or cheapest) sites that reach a stated share of the residents."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.benders import Benders, Tell
from carecircle.siting.conditions import Conditions, Gate
from carecircle.siting.greedy import greedy
from carecircle.siting.matrix import Floats, as_residents, cover, nearest_open
from carecircle.siting.mclp import CoverOracle
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Solution, closed, impossible


def partial_cover(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    share: float,
    sites: int | None = None,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Solution:
    r"""Partial set covering (Daskin and Owen 1999): cover a share of the residents at the least price.

    .. math::

        \min \sum_j c_j x_j \quad\text{s.t.}\quad \sum_i w_i y_i \ge \alpha \sum_i w_i,\quad
        y_i \le \sum_{j \in N_i} x_j,\quad x_j \in \{0,1\},\; 0 \le y_i \le 1

    with :math:`\alpha` the share, :math:`w_i` the residents of row *i*, :math:`N_i` the candidates within
    the limit, :math:`y_i` 1 if the row is covered, :math:`x_j` 1 if candidate *j* opens, :math:`c_j` its
    price. The :math:`y` are projected out as in `mclp`; a set S of sites that falls short also yields
    :math:`\sum_{j \notin S} x_j \ge 1` over the candidates that would add residents.

    Parameters
    ----------
    cost, residents, limit, conditions, time_limit, gap, progress
        As in `mclp`; progress is called with (price, lower bound, seconds).
    share
        Of all residents, 0-1, reached inclusively.
    sites
        At most so many new sites (no bound if not given).

    Returns
    -------
    Solution
        ``objective`` is the price of the new sites (their number where no prices are given);
        ``infeasible`` with the rows that no permitted candidate covers where the share is out of reach.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Daskin and Owen (1999), Two new location covering problems, Geographical Analysis 31, 217-235,
    https://doi.org/10.1111/j.1538-4632.1999.tb00979.x.
    Cordeau, Furini and Ljubic (2019), https://doi.org/10.1016/j.ejor.2018.12.021.
    """
    began = time.perf_counter()
    near = cover(cost, limit)
    people = as_residents(residents, near.shape[0])
    if not 0 <= share <= 1:
        raise UsageError("siting.bad_share", value=str(share))
    given = conditions or Conditions()
    candidates = near.shape[1]
    given.check(candidates)
    total = math.fsum(people)
    rows, grouped, group = merged(near, people)
    spare = (1.0 - share) * total - math.fsum(people[group < 0]) + 1e-9 * max(1.0, total)
    gate = Gate(given, candidates, sites)
    oracle = CoverOracle(rows, grouped, gate)
    permitted = np.nonzero(given.bounds(candidates)[1])[0].tolist()
    seconds = time.perf_counter() - began
    if oracle.value(permitted) > spare:
        lacking = np.nonzero(near @ given.bounds(candidates)[1] == 0)[0]
        return impossible("partial_cover", len(people), lacking=lacking, seconds=seconds)
    search = _Cheapest(
        oracle, given, candidates,
        sites=sites, spare=spare, time_limit=time_limit - seconds, gap=gap, progress=progress,
    )  # fmt: skip
    search.run(greedy(rows, grouped, gate, price=given.prices(candidates), enough=grouped.sum() - spare))
    seconds = time.perf_counter() - began
    if search.sites is None:
        return impossible("partial_cover", len(people), seconds=seconds)
    opened = np.array(sorted(search.sites), dtype=np.int64)
    objective = math.fsum(search.prices[opened])
    bound, proven = closed(objective, search.bound, larger_is_better=False, whole=search.whole)
    allocation, _ = nearest_open(cost, opened, limit=limit)
    chosen = tuple(opened.tolist())
    return Solution(
        "partial_cover", "optimal" if proven else "feasible", objective, bound,
        chosen, given.new(chosen), allocation, (), None, seconds,
    )  # fmt: skip


class _Cheapest:
    """Cheapest sites that leave at most ``spare`` residents uncovered: masters over sites, cut in turn."""

    def __init__(
        self,
        oracle: CoverOracle,
        given: Conditions,
        candidates: int,
        *,
        sites: int | None,
        spare: float,
        time_limit: float,
        gap: float,
        progress: Tell | None,
    ) -> None:
        self.engine = Benders(oracle, given, candidates, sites=sites, whole=False, time_limit=time_limit)
        self.oracle, self.spare, self.candidates, self.gap = oracle, spare, candidates, gap
        self.prices = given.prices(candidates)
        self.whole = bool((self.prices == np.floor(self.prices)).all())
        self.progress = progress
        self.began = time.perf_counter()
        self.until = self.began + time_limit
        self.sites: list[int] | None = None
        self.best, self.bound = math.inf, 0.0
        model, groups = self.engine.model, oracle.groups
        model.prices(np.arange(candidates + groups), np.concatenate([self.prices, np.zeros(groups)]))
        left_out = np.concatenate([np.zeros(candidates), np.ones(groups)])
        model.rows(
            sp.csr_array(left_out[None, :]), np.array([-math.inf]), np.array([spare * self.engine.scale])
        )

    def run(self, start: list[int] | None) -> None:
        """Search until proven or out of time."""
        if start is not None:
            self._offer(start)
        if self._relax():
            self._masters()

    def _relax(self) -> bool:
        """Cuts on the linear relaxation; False if that alone settles the matter."""
        n = self.candidates
        self.engine.cut(np.zeros(n))
        while time.perf_counter() < self.until:
            answer = self.engine.model.run(time_limit=self.until - time.perf_counter())
            if answer.outcome == "infeasible":
                return False
            if answer.x is None or answer.outcome != "optimal":
                return True
            self.bound = max(self.bound, answer.bound)
            self._tell()
            if self._done():
                return False
            if not self.engine.cut(answer.x[:n], answer.x[n:]):
                break
        return True

    def _masters(self) -> None:
        n = self.candidates
        self.engine.model.whole(np.arange(n), True)
        while not self._done() and time.perf_counter() < self.until:
            answer = self.engine.model.run(
                time_limit=self.until - time.perf_counter(), start=self._start(), gap=self.gap / 4
            )
            if answer.outcome == "infeasible":
                self.bound = self.best
                return
            self.bound = max(self.bound, min(answer.bound, self.best))
            if answer.x is None:
                return
            x = np.round(answer.x[:n])
            sites = np.nonzero(x)[0].tolist()
            if not self._offer(sites):
                self._repair(sites)
                if not self.engine.cut(x, answer.x[n:]):
                    self._forbid(x)
            self._tell()

    def _offer(self, sites: list[int]) -> bool:
        """Whether sites cover enough; remember them if they are the cheapest so far."""
        if self.oracle.value(sites) > self.spare:
            return False
        price = math.fsum(self.prices[sites])
        if price < self.best:
            self.best, self.sites = price, sites
        return True

    def _repair(self, sites: list[int]) -> None:
        """Fill a short set up greedily: a feasible set near the master's."""
        need = float(self.oracle.residents.sum()) - self.spare
        fuller = greedy(
            self.oracle.rows, self.oracle.residents, self.oracle.gate,
            price=self.prices, enough=need, start=sites,
        )  # fmt: skip
        if fuller is not None:
            self._offer(fuller)

    def _forbid(self, x: Floats) -> None:
        """A set that falls short by less than the solver can see: something outside it must open."""
        adds = self.oracle.rows[np.nonzero(self.oracle.rows @ x < 0.5)[0]]
        useful = (np.bincount(adds.indices, minlength=self.candidates) > 0).astype(np.float64)
        row = self.engine.wide(sp.csr_array(useful[None, :]))
        self.engine.model.rows(row, np.ones(1), np.full(1, math.inf))

    def _start(self) -> Floats | None:
        if self.sites is None:
            return None
        x = np.zeros(self.candidates)
        x[self.sites] = 1.0
        a, b = self.oracle.cuts(x)
        return np.concatenate([x, np.maximum(0.0, (a + b @ x) * self.engine.scale)])

    def _done(self) -> bool:
        if self.sites is None:
            return False
        slack = max(1e-9 * max(1.0, abs(self.best)), self.gap * abs(self.best))
        return self.best - self.bound <= (max(slack, 1.0 - 1e-6) if self.whole else slack)

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.best, self.bound, time.perf_counter() - self.began)
