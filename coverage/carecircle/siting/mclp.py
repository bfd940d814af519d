"""Maximal covering: where so many new sites cover the most residents."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from carecircle.siting.benders import Benders, Compact, neighbourhoods
from carecircle.siting.conditions import Conditions, Gate
from carecircle.siting.effort import Watch
from carecircle.siting.greedy import greedy, swapped
from carecircle.siting.matrix import Csr, Floats, Ints, as_residents, cover, nearest_open
from carecircle.siting.options import Options, asked
from carecircle.siting.reduce import essential_columns, merged, without_columns
from carecircle.siting.solution import Solution, answered, closed, impossible, out_of_time


class CoverOracle:
    """Residents left uncovered, by neighbourhood, for `Benders`.

    Rows may form blocks (one a clause) that are counted apart; a neighbourhood lies within one block.
    For rows r (merged demand of w_r residents, cover set N_r), theta_g = sum_{r in g} w_r u_r with
    u_r >= 1 - sum_{j in N_r} x_j. At x' the cut of group g takes the rows with sum_{N_r} x'_j < 1.
    """

    def __init__(self, rows: Csr, residents: Floats, gate: Gate, *, block: Ints | None = None) -> None:
        self.rows, self.residents, self.gate = rows, residents, gate
        anchor = rows.indices[rows.indptr[:-1]] if rows.shape[0] else np.zeros(0, dtype=np.int64)
        self.block = np.zeros(rows.shape[0], dtype=np.int64) if block is None else block
        self.group = np.zeros(rows.shape[0], dtype=np.int64)
        block_of_group: list[int] = []
        for number in range(int(self.block.max(initial=0)) + 1):
            mine = self.block == number
            count, group = neighbourhoods(anchor[mine])
            self.group[mine] = group + len(block_of_group)
            block_of_group += [number] * count
        self.groups, self.block_of_group = len(block_of_group), np.array(block_of_group)
        self.most = np.bincount(self.group, residents, self.groups).astype(np.float64)

    def cuts(self, x: Floats) -> tuple[Floats, Csr]:
        """See `Oracle.cuts`."""
        free = np.nonzero(self.rows @ x < 1 - 1e-9)[0]
        people = self.residents[free]
        a = np.bincount(self.group[free], people, self.groups).astype(np.float64)
        gather = sp.csr_array(
            (-people, (self.group[free], np.arange(len(free)))), shape=(self.groups, len(free))
        )
        return a, sp.csr_array(gather @ self.rows[free])

    def needs(self, x: Floats) -> Csr:
        """Nobody must be covered."""
        return sp.csr_array((0, len(x)))

    def value(self, sites: list[int]) -> float:
        """Residents left uncovered."""
        return math.fsum(self.residents[self._left(sites)])

    def values(self, sites: list[int]) -> list[float]:
        """Residents left uncovered, by block."""
        left = self._left(sites)
        return [
            math.fsum(self.residents[left & (self.block == number)])
            for number in range(int(self.block_of_group[-1]) + 1)
        ]

    def _left(self, sites: list[int]) -> npt.NDArray[np.bool_]:
        x = np.zeros(self.rows.shape[1])
        x[sites] = 1.0
        return np.asarray(self.rows @ x < 0.5)

    def improved(self, sites: list[int], watch: Watch) -> list[int]:
        """Fill up greedily, then swap."""
        fuller = greedy(self.rows, self.residents, self.gate, start=sites, watch=watch)
        return sites if fuller is None else swapped(self.rows, self.residents, self.gate, fuller, watch)

    def compact(self, columns: Ints, most: int) -> Compact | None:
        """Residents by the set of columns that may cover them."""
        few = sp.csr_array(self.rows[:, columns])
        if few.nnz > 8 * most:
            return None
        sets, people, group = merged(few, self.residents)
        if sets.nnz > most:
            return None
        return Compact(math.fsum(self.residents[group < 0]), people, sets)


def mclp(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    **options: Unpack[Options],
) -> Solution:
    r"""Maximal covering location problem (Church and ReVelle 1974).

    .. math::

        \max \sum_{i} w_i y_i \quad\text{s.t.}\quad
        y_i \le \sum_{j \in N_i} x_j,\;\; \sum_{j} x_j \le p,\;\; x_j \in \{0,1\},\; 0 \le y_i \le 1

    with :math:`w_i` the residents of demand row *i*, :math:`N_i = \{j : d_{ij} \le L\}` the candidates
    within the limit *L* at cost :math:`d_{ij}`, :math:`x_j` 1 if candidate *j* opens, :math:`y_i` 1 if
    row *i* is covered, *p* the most new sites. `Conditions` add rows on *x*. Solved by `Benders`
    decomposition over demand merged by cover set.

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach); any unit.
    residents
        float64[demand]: residents of each row.
    limit
        In the unit of ``cost``, inclusive.
    **options
        `Terms` (``sites`` or a budget must be given) and `Effort`, field by field or whole; progress hears
        of (residents covered, upper bound, seconds).

    Returns
    -------
    Solution
        ``objective`` and ``bound`` in residents.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem, Papers of the Regional Science
    Association 32, 101-118, https://doi.org/10.1007/BF01942293.
    """
    terms, effort = asked(options)
    watch = effort.begin()
    near = cover(cost, limit)
    people = as_residents(residents, near.shape[0])
    candidates = near.shape[1]
    terms.check(candidates, bounded=True)
    given = terms.conditions

    rows, grouped, group = merged(near, people)
    total = math.fsum(people[group >= 0])
    used = essential_columns(rows, given.prices(candidates), given.tied(candidates))
    if len(used) < candidates:
        shut = np.setdiff1d(np.arange(candidates), used)
        terms = terms.without(shut)
        rows, grouped, _ = merged(without_columns(rows, shut), grouped)
    gate = Gate(terms, candidates)
    whole = bool((grouped == np.floor(grouped)).all())
    price = given.prices(candidates) if given.budget is not None and terms.sites is None else None
    oracle = CoverOracle(rows, grouped, gate)
    engine = Benders(
        oracle, terms, candidates, watch, whole=whole,
        tell=lambda left, bound: watch.tell(total - left, total - bound),
    )  # fmt: skip
    found = engine.run(greedy(rows, grouped, gate, price=price, watch=watch.part(0.5)))
    if found.sites is None and found.feasible:
        raise out_of_time(effort.time_limit)
    if found.sites is None:
        return impossible("mclp", near.shape[0], seconds=watch.seconds)
    opened = np.array(_useful(found.sites, oracle, given), dtype=np.int64)
    allocation, _ = nearest_open(cost, opened, limit=limit)
    objective = math.fsum(people[allocation >= 0])
    return answered(
        "mclp", closed(objective, total - found.bound, larger_is_better=True, whole=whole), given,
        sites=opened.tolist(), allocation=allocation, seconds=watch.seconds,
        lacking=tuple(np.nonzero(np.diff(near.indptr) == 0)[0].tolist()),
    )  # fmt: skip


def _useful(sites: list[int], oracle: CoverOracle, given: Conditions) -> list[int]:
    """Leave out sites that nothing demands and that cover nobody at all."""
    demanded = {*given.keep, *given.must_open, *(b for _, b in given.upgrades)}
    return sorted(j for j in sites if j in demanded or oracle.value([j]) < math.fsum(oracle.residents))
