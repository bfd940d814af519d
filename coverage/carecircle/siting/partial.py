"""Partial cover: the fewest (or cheapest) sites that reach a stated share of the residents."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.benders import Benders, Tell
from carecircle.siting.conditions import Conditions, Gate
from carecircle.siting.greedy import greedy
from carecircle.siting.matrix import Csr, Floats, as_residents, cover, nearest_open
from carecircle.siting.mclp import CoverOracle
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Solution, answered, closed, impossible, out_of_time


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
    cost, residents, limit
        float64[demand, candidates], float64[demand] and a number, as in `mclp`.
    share
        Of all residents, 0-1, reached inclusively.
    sites
        At most so many new sites (no bound if not given).
    conditions, time_limit, gap, progress
        As in `mclp`; progress is called with (price, lower bound, seconds).

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
    found = cheapest_shares(
        [(near, people, (1.0 - share) * total)], given,
        sites=sites, time_limit=time_limit, gap=gap, progress=progress,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if found is None:
        lacking: Any = np.nonzero(near @ given.bounds(candidates)[1] == 0)[0]
        return impossible("partial_cover", len(people), lacking=lacking, seconds=seconds)
    opened = np.array(found.sites, dtype=np.int64)
    allocation, _ = nearest_open(cost, opened, limit=limit)
    return answered(
        "partial_cover", found.price, found.bound, proven=found.proven, sites=found.sites, given=given,
        allocation=allocation, seconds=seconds,
    )  # fmt: skip


@dataclass(frozen=True)
class Cheapest:
    """The cheapest columns found, their price, a bound on it and whether the two meet."""

    sites: list[int]
    price: float
    bound: float
    proven: bool


def cheapest_shares(
    blocks: Sequence[tuple[Csr, Floats, float]],
    given: Conditions,
    *,
    sites: int | None = None,
    time_limit: float = math.inf,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Cheapest | None:
    """The cheapest columns that leave few enough residents uncovered in every block; None if impossible.

    Parameters
    ----------
    blocks
        For each clause: who is within reach of which column (rows x columns), the rows' residents, and how
        many of them may stay uncovered. All blocks share their columns.
    given, sites, time_limit, gap, progress
        As in `partial_cover`.
    """
    candidates = blocks[0][0].shape[1]
    merging = [merged(near, people) for near, people, _ in blocks]
    spare = []
    for (_, people, left), (_, _, group) in zip(blocks, merging, strict=True):
        room = 1e-9 * max(1.0, math.fsum(people))
        spare.append(left - math.fsum(people[group < 0]) + room)
    rows = sp.csr_array(sp.vstack([m[0] for m in merging]))
    block = np.repeat(np.arange(len(blocks)), [m[0].shape[0] for m in merging])
    gate = Gate(given, candidates, sites)
    oracle = CoverOracle(rows, np.concatenate([m[1] for m in merging]), gate, block=block)
    permitted = np.nonzero(given.bounds(candidates)[1])[0].tolist()
    if any(left > room for left, room in zip(oracle.values(permitted), spare, strict=True)):
        return None
    search = _Cheapest(
        oracle, given, candidates,
        sites=sites, spare=spare, time_limit=time_limit, gap=gap, progress=progress,
    )  # fmt: skip
    search.run()
    if search.sites is None and not search.hopeless:
        raise out_of_time(time_limit)
    if search.sites is None:
        return None
    price = math.fsum(search.prices[search.sites])
    bound, proven = closed(price, search.bound, larger_is_better=False, whole=search.whole)
    return Cheapest(sorted(search.sites), price, bound, proven)


class _Cheapest:
    """Cheapest sites that leave at most ``spare`` residents of each block uncovered."""

    def __init__(
        self,
        oracle: CoverOracle,
        given: Conditions,
        candidates: int,
        *,
        sites: int | None,
        spare: list[float],
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
        self.hopeless = False
        self.best, self.bound = math.inf, 0.0
        model, groups = self.engine.model, oracle.groups
        model.prices(np.arange(candidates + groups), np.concatenate([self.prices, np.zeros(groups)]))
        blocks = np.arange(len(spare))
        mine = (oracle.block_of_group[None, :] == blocks[:, None]).astype(np.float64)
        model.rows(
            sp.csr_array(np.hstack([np.zeros((len(spare), candidates)), mine])),
            np.full(len(spare), -math.inf),
            np.maximum(0.0, np.array(spare)) * self.engine.scale,
        )

    def run(self) -> None:
        """Search until proven or out of time."""
        self._repair(self.oracle.gate.start)
        if self._relax():
            self._masters()

    def _relax(self) -> bool:
        """Cuts on the linear relaxation; False if that alone settles the matter."""
        n = self.candidates
        self.engine.cut(np.zeros(n))
        while time.perf_counter() < self.until:
            answer = self.engine.model.run(time_limit=self.until - time.perf_counter())
            if answer.outcome == "infeasible":
                self.hopeless = True
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
                self.bound, self.hopeless = self.best, True
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
        if any(left > room for left, room in zip(self.oracle.values(sites), self.spare, strict=True)):
            return False
        price = math.fsum(self.prices[sites])
        if price < self.best:
            self.best, self.sites = price, sites
        return True

    def _repair(self, sites: list[int]) -> None:
        """Fill a short set up greedily, then drop what it can spare: a feasible set near the master's."""
        oracle = self.oracle
        fuller = greedy(oracle.rows, oracle.residents, oracle.gate, price=self.prices, start=sites)
        if fuller is None or not self._offer(fuller):
            return
        chosen = list(fuller)
        for site in reversed(fuller):
            rest = [j for j in chosen if j != site]
            if self.prices[site] > 0 and oracle.gate.holds(rest) and self._offer(rest):
                chosen = rest

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
