"""The p-median: where so many sites make the residents' journeys shortest in sum."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np
import scipy.sparse as sp

from carecircle.siting.benders import Benders, Compact, neighbourhoods
from carecircle.siting.conditions import Gate
from carecircle.siting.effort import Watch
from carecircle.siting.matrix import Csr, Floats, Ints, as_csr, as_residents, nearest_open
from carecircle.siting.options import Options, asked
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Solution, answered, closed, impossible, out_of_time

_ROUNDS = 100
"""Most exchanges in a row."""


class MedianOracle:
    """Residents times cost to the nearest open site, by neighbourhood, for `Benders`.

    Row i sees its candidates at costs d_i1 <= d_i2 <= ... At x' let D be the first cost by which
    sum_{d_ij <= D} x'_j >= 1. Then theta_i >= D - sum_{j: d_ij < D} (D - d_ij) x_j, tight at x'.
    """

    def __init__(self, cost: Csr, residents: Floats, gate: Gate) -> None:
        self.shape, self.residents, self.gate = cost.shape, residents, gate
        size = np.diff(cost.indptr)
        self.row = np.repeat(np.arange(cost.shape[0]), size)
        self.full = bool((size == cost.shape[1]).all())
        if self.full:  # row by row: several times quicker
            within = np.argsort(cost.data.reshape(cost.shape), axis=1, kind="stable")
            order = (within + cost.indptr[:-1, None]).ravel()
        else:
            order = np.lexsort((cost.indices, cost.data, self.row))
        self.column, self.cost = cost.indices[order].astype(np.int64), cost.data[order]
        self.indptr = cost.indptr.astype(np.int64)
        self.by_column = sp.csc_array(cost)
        self.groups, self.group = neighbourhoods(self.column[self.indptr[:-1]])
        farthest = self.cost[self.indptr[1:] - 1]
        self.most = np.bincount(self.group, residents * farthest, self.groups).astype(np.float64)

    def _reach(self, x: Floats) -> tuple[Ints, Floats]:
        """For each row, the place in its order where it is first wholly served, and that cost."""
        after = np.cumsum(x[self.column])
        before = np.concatenate([[0.0], after])[self.indptr[:-1]]
        served = after - np.repeat(before, np.diff(self.indptr)) >= 1 - 1e-9
        place = np.where(served, np.arange(len(served)), len(served))
        first = np.minimum.reduceat(place, self.indptr[:-1])
        first = np.minimum(first, self.indptr[1:] - 1)
        return first, self.cost[first]

    def cuts(self, x: Floats) -> tuple[Floats, Csr]:
        """See `Oracle.cuts`."""
        _, far = self._reach(x)
        a = np.bincount(self.group, self.residents * far, self.groups).astype(np.float64)
        nearer = self.cost < far[self.row]
        row = self.row[nearer]
        saving = -self.residents[row] * (far[row] - self.cost[nearer])
        key = self.group[row] * self.shape[1] + self.column[nearer]
        dense = np.bincount(key, saving, self.groups * self.shape[1])
        return a, sp.csr_array(dense.reshape(self.groups, self.shape[1]))

    def needs(self, x: Floats) -> Csr:
        """Everybody must reach some open site: the rows that ``x`` serves less than whole."""
        if self.full and x.sum() >= 1 - 1e-9:
            return sp.csr_array((0, self.shape[1]))
        whole = np.add.reduceat(x[self.column], self.indptr[:-1])
        short = np.nonzero(whole < 1 - 1e-9)[0]
        if self.full:
            short = short[:1]
        ones = sp.csr_array((np.ones(len(self.column)), self.column, self.indptr), shape=self.shape)
        few = ones[short]
        few.sort_indices()
        return merged(few, np.ones(len(short)))[0]

    def least(self, sites: list[int]) -> Floats:
        """Cost of each row to its nearest open site, inf for none."""
        part = sp.csr_array(self.by_column[:, sites])
        least = np.full(self.shape[0], np.inf)
        some = np.diff(part.indptr) > 0
        least[some] = np.minimum.reduceat(part.data, part.indptr[:-1][some])
        return least

    def value(self, sites: list[int]) -> float:
        """Residents times cost; inf if somebody reaches no open site."""
        least = self.least(sites) if sites else np.full(self.shape[0], np.inf)
        return math.fsum(self.residents * least) if np.isfinite(least).all() else math.inf

    def improved(self, sites: list[int], watch: Watch) -> list[int]:
        """Open the column that saves most while one may, then exchange while that saves."""
        chosen = self._swapped(self._filled(sites, watch), watch)
        if watch.over:
            return chosen
        fuller = self._filled(chosen, watch)  # an exchange may leave room in the budget
        return self._swapped(fuller, watch) if len(fuller) > len(chosen) else chosen

    def compact(self, columns: Ints, most: int) -> Compact | None:
        """The radius formulation (Cornuejols, Nemhauser and Wolsey 1980): a set a row and distinct cost."""
        inside = np.zeros(self.shape[1], dtype=np.int64) - 1
        inside[columns] = np.arange(len(columns))
        kept = inside[self.column] >= 0
        row, column, cost = self.row[kept], inside[self.column[kept]], self.cost[kept]
        size = np.bincount(row, minlength=self.shape[0])
        if (size == 0).any() or float((size.astype(float) ** 2).sum()) / 2 > 20 * most:
            return None
        return _radius_sets(row, column, cost, size, self.residents, len(columns))

    # -- local search ----------------------------------------------------------------------------------

    def _savings(self, least: Floats) -> Floats:
        """What opening each column would save, given each row's present cost."""
        top = self._worst()
        now = np.minimum(least, top)[self.row]
        saved = self.residents[self.row] * np.maximum(0.0, now - self.cost)
        return np.bincount(self.column, saved, self.shape[1]).astype(np.float64)

    def _worst(self) -> float:
        """A cost larger than any: what an unserved row counts as in the search."""
        return 2.0 * float(self.cost.max(initial=0.0)) * max(1, len(self.residents)) + 1.0

    def _filled(self, sites: list[int], watch: Watch) -> list[int]:
        """Open what saves most, one after another; when time is over, the rest in that moment's order."""
        chosen = list(sites)
        load = self.gate.load(chosen)
        while True:
            least = self.least(chosen) if chosen else np.full(self.shape[0], np.inf)
            savings = self._savings(least)
            savings[chosen] = 0.0
            opened = len(chosen)
            for column in np.argsort(-savings, kind="stable").tolist():
                if savings[column] <= 0:
                    break
                if self.gate.allows(load, column):
                    chosen.append(column)
                    load = self.gate.load(chosen)
                    if not watch.over:
                        break
            if len(chosen) == opened or watch.over:
                return chosen

    def _swapped(self, chosen: list[int], watch: Watch) -> list[int]:
        """Exchange one open column for a closed one while that saves and time is left."""
        chosen = list(chosen)
        for _ in range(_ROUNDS):
            swap = self._best_swap(chosen, watch)
            if swap is None:
                break
            chosen[chosen.index(swap[0])] = swap[1]
        return chosen

    def _best_swap(self, chosen: list[int], watch: Watch) -> tuple[int, int] | None:
        """The exchange that saves most of those there is time to weigh, or None if none saves anything."""
        load, top = self.gate.load(chosen), self._worst()
        now = float((self.residents * np.minimum(self.least(chosen), top)).sum())
        best, swap = 1e-9 * max(1.0, now), None
        for out in chosen:
            if watch.over:
                break
            rest = [j for j in chosen if j != out]
            least = self.least(rest) if rest else np.full(self.shape[0], np.inf)
            without = float((self.residents * np.minimum(least, top)).sum())
            gains = now - without + self._savings(least)
            gains[chosen] = -np.inf
            for into in np.argsort(-gains, kind="stable")[:8].tolist():
                if gains[into] <= best:
                    break
                if self.gate.allows(load, into, instead=out):
                    best, swap = float(gains[into]), (out, into)
                    break
        return swap


def _radius_sets(
    row: Ints, column: Ints, cost: Floats, size: Ints, residents: Floats, columns: int
) -> Compact:
    """Each row pays its first cost, then each step to the next cost while nothing nearer is open."""
    starts = np.concatenate([[0], np.cumsum(size)])
    last = np.zeros(len(row), dtype=bool)
    last[starts[1:] - 1] = True
    following = np.append(cost[1:], 0.0)
    step = np.where(last, np.inf, following - cost)
    ends = np.nonzero(step > 0)[0]
    begin = starts[row[ends]]
    length = ends - begin + 1
    indptr = np.concatenate([[0], np.cumsum(length)])
    place = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - begin, length)
    sets = sp.csr_array((np.ones(len(place)), column[place], indptr), shape=(len(ends), columns))
    sets.sort_indices()
    price = np.where(last[ends], 0.0, step[ends]) * residents[row[ends]]
    hard = np.where(last[ends], 1.0, 0.0)
    rows, paid, group = merged(sets, np.where(np.isfinite(price), price, 0.0))
    must = np.bincount(group, hard, len(paid)) > 0
    nearest = math.fsum(residents * cost[starts[:-1]])
    return Compact(nearest, np.where(must, np.inf, paid), rows)


def p_median(
    cost: Any,
    residents: Any,
    **options: Unpack[Options],
) -> Solution:
    r"""p-median problem (Hakimi 1964): least sum of residents times cost to the nearest open site.

    .. math::

        \min \sum_{i} w_i \theta_i \quad\text{s.t.}\quad
        \theta_i \ge D - \sum_{j: d_{ij} < D} (D - d_{ij})\, x_j \;\;\forall D \in \{d_{ij}\}, \quad
        \sum_{j: d_{ij} < \infty} x_j \ge 1, \quad \sum_j x_j \le p, \quad x_j \in \{0,1\}

    with :math:`w_i` the residents of row *i*, :math:`d_{ij}` its cost to candidate *j*, :math:`x_j` 1 if
    *j* opens, *p* the most new sites, and :math:`\theta_i` the cost to the nearest open site: the radius
    formulation of Cornuejols, Nemhauser and Wolsey (1980) with its step variables projected out, solved by
    `Benders` decomposition.

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach, and then never allocated); any
        unit.
    residents
        float64[demand]: residents of each row. Rows without residents need no site.
    **options
        `Terms` (``sites`` or a budget must be given) and `Effort`, field by field or whole; progress hears
        of (cost of the best set, lower bound, seconds).

    Returns
    -------
    Solution
        ``objective`` is the sum (divide by the residents for the mean). ``infeasible`` with `lacking` if
        some resident row has no candidate at all.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Hakimi (1964), Operations Research 12, 450-459, https://doi.org/10.1287/opre.12.3.450.
    Cornuejols, Nemhauser and Wolsey (1980), SIAM Journal on Algebraic and Discrete Methods 1, 261-272,
    https://doi.org/10.1137/0601030.
    """
    terms, effort = asked(options)
    watch = effort.begin()
    matrix = as_csr(cost)
    people = as_residents(residents, matrix.shape[0])
    candidates = matrix.shape[1]
    terms.check(candidates, bounded=True)
    spoken = people > 0
    lacking = np.nonzero(spoken & (np.diff(matrix.indptr) == 0))[0]
    if len(lacking):
        return impossible("p_median", len(people), lacking=lacking, seconds=watch.seconds)
    counted = sp.csr_array(matrix[np.nonzero(spoken)[0]])
    gate = Gate(terms, candidates)
    start = gate.start if gate.holds(gate.start) else None
    sites, reached, feasible = start, 0.0, False
    if counted.shape[0]:
        oracle = MedianOracle(counted, people[spoken], gate)
        found = Benders(oracle, terms, candidates, watch, whole=False).run(start)
        sites, reached, feasible = found.sites, found.bound, found.feasible
    if sites is None and feasible:
        raise out_of_time(effort.time_limit)
    if sites is None:
        return impossible("p_median", len(people), seconds=watch.seconds)
    opened = np.array(sorted(sites), dtype=np.int64)
    allocation, least = nearest_open(cost, opened)
    objective = math.fsum(people[spoken] * least[spoken])
    return answered(
        "p_median", closed(objective, reached, larger_is_better=False, whole=False), terms.conditions,
        sites=opened.tolist(), allocation=allocation, seconds=watch.seconds,
    )  # fmt: skip
