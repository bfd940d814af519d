"""The cheapest columns that cover every row, or enough residents in every block: two masters, one search."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from carecircle.siting.benders import Cuts
from carecircle.siting.conditions import Gate, Terms
from carecircle.siting.effort import Watch
from carecircle.siting.greedy import greedy
from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Csr, Floats, Ints
from carecircle.siting.mclp import CoverOracle
from carecircle.siting.reduce import essential_columns, essential_rows, merged, without_columns
from carecircle.siting.search import Search
from carecircle.siting.solution import Worth, closed, out_of_time

_ALL_ROWS = 100_000
"""Up to so many entries the whole-number search is given every row at once."""


@dataclass(frozen=True)
class Cheapest:
    """The cheapest columns found (ascending), their price and a bound on it."""

    sites: list[int]
    price: Worth


def cheapest_cover(near: Csr, terms: Terms, watch: Watch, *, first: bool = False) -> Cheapest | None:
    """The cheapest open columns that cover every row; None if there are none.

    Rows that nothing covers are not looked at; with ``first`` any cover will do.

    Raises
    ------
    UsageError
        If time runs out before any is found.
    """
    candidates = near.shape[1]
    prices = terms.conditions.prices(candidates)
    low, high = terms.conditions.bounds(candidates)
    rows = merged(near, np.ones(near.shape[0]))[0]
    rows = rows[np.nonzero(rows @ low == 0)[0]]
    used = essential_columns(rows, prices, terms.conditions.tied(candidates))
    shut = np.setdiff1d(np.arange(candidates), used)
    high[shut] = 0.0
    rows = without_columns(rows, np.nonzero(high == 0)[0])
    rows = merged(rows, np.ones(rows.shape[0]))[0]
    rows = rows[essential_rows(rows)]
    master = _Rows(rows, terms.without(shut), watch)
    if first:
        master.model.option("mip_max_improving_sols", 1)
    return _cheapest(master, watch, first=first)


def cheapest_shares(
    blocks: Sequence[tuple[Csr, Floats, float]], terms: Terms, watch: Watch
) -> Cheapest | None:
    """The cheapest columns that leave few enough residents uncovered in every block; None if there are none.

    Parameters
    ----------
    blocks
        For each clause: who is within reach of which column (rows x columns), the rows' residents, and how
        many of them may stay uncovered. All blocks share their columns.

    Raises
    ------
    UsageError
        If time runs out before any are found.
    """
    candidates = blocks[0][0].shape[1]
    merging = [merged(near, people) for near, people, _ in blocks]
    spare = []
    for (_, people, left), (_, _, group) in zip(blocks, merging, strict=True):
        room = 1e-9 * max(1.0, math.fsum(people))
        spare.append(left - math.fsum(people[group < 0]) + room)
    rows = sp.csr_array(sp.vstack([m[0] for m in merging]))
    block = np.repeat(np.arange(len(blocks)), [m[0].shape[0] for m in merging])
    oracle = CoverOracle(rows, np.concatenate([m[1] for m in merging]), Gate(terms, candidates), block=block)
    permitted = np.nonzero(terms.conditions.bounds(candidates)[1])[0].tolist()
    if any(left > room for left, room in zip(oracle.values(permitted), spare, strict=True)):
        return None
    return _cheapest(_Shares(oracle, terms, spare, watch), watch)


def _cheapest(master: _Rows | _Shares, watch: Watch, *, first: bool = False) -> Cheapest | None:
    """Search from what greed finds: the relaxation, then whole numbers."""
    whole = bool((master.prices == np.floor(master.prices)).all())
    search = Search(master, watch, whole=whole, first=first)
    for sites in master.greedily():
        search.offer(sites)
    master.begin()
    search.relax()
    if not search.settled:
        master.complete()
        search.masters()
    if search.sites is None and search.feasible:
        raise out_of_time(watch.effort.time_limit)
    if search.sites is None:
        return None
    total = math.fsum(master.prices[search.sites])
    price = closed(total, search.bound, larger_is_better=False, whole=whole)
    watch.tell(price.objective, price.bound)
    return Cheapest(search.sites, price)


class _Rows:
    """Set covering by rows as they are needed: most rows are covered by a cover of a few of them."""

    scale = 1.0

    def __init__(self, rows: Csr, terms: Terms, watch: Watch) -> None:
        self.rows, self.candidates = rows, rows.shape[1]
        self.prices, self.gate = terms.conditions.prices(self.candidates), Gate(terms, self.candidates)
        low, high = terms.conditions.bounds(self.candidates)
        self.model = Model(threads=watch.effort.threads)
        self.model.columns(self.prices, np.minimum(low, high), high)
        self.model.rows(*terms.rows(self.candidates))
        self.held = np.zeros(rows.shape[0], dtype=bool)

    def greedily(self) -> Iterable[list[int]]:
        """A cover by greed, if greed finds one."""
        found = _greedy_cover(self.rows, self.gate, self.prices)
        return () if found is None else (found,)

    def begin(self) -> None:
        """The first rows."""
        self._hold(np.zeros(self.candidates))

    def complete(self) -> None:
        """All rows, where they are few."""
        if self.rows.nnz <= _ALL_ROWS:
            self._take(np.nonzero(~self.held)[0])

    def value(self, sites: list[int]) -> float:
        """Price of a cover."""
        return math.fsum(self.prices[sites])

    def near(self, sites: list[int]) -> Iterable[list[int]]:
        """Sites of the master, filled up to a cover."""
        found = _greedy_cover(self.rows, self.gate, self.prices, start=sites)
        return () if found is None else (found,)

    def grow(self, answer: Answer, *, whole: bool) -> int:
        """Take in rows that an answer leaves uncovered."""
        assert answer.x is not None
        return self._hold(np.round(answer.x) if whole else answer.x)

    def start(self, sites: list[int]) -> Floats:
        """See `Master.start`."""
        return np.isin(np.arange(self.candidates), sites).astype(np.float64)

    def _hold(self, x: Floats) -> int:
        """Take in rows that ``x`` leaves uncovered, the worst first and far apart."""
        short = np.nonzero(~self.held & (self.rows @ x < 1 - 1e-7))[0]
        short = short[np.lexsort((np.diff(self.rows.indptr)[short], (self.rows @ x)[short]))]
        taken: list[int] = []
        seen = np.zeros(self.candidates, dtype=bool)
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


class _Shares(Cuts):
    """At most ``spare`` residents of each block uncovered: covering cuts, with the price to be minimised."""

    def __init__(self, oracle: CoverOracle, terms: Terms, spare: list[float], watch: Watch) -> None:
        candidates = oracle.rows.shape[1]
        super().__init__(oracle, terms, candidates, threads=watch.effort.threads)
        self.cover, self.spare, self.watch = oracle, spare, watch
        self.prices = terms.conditions.prices(candidates)
        groups = oracle.groups
        self.model.prices(np.arange(candidates + groups), np.concatenate([self.prices, np.zeros(groups)]))
        mine = oracle.block_of_group[None, :] == np.arange(len(spare))[:, None]
        self.model.rows(
            sp.csr_array(np.hstack([np.zeros((len(spare), candidates)), mine.astype(np.float64)])),
            np.full(len(spare), -math.inf),
            np.maximum(0.0, np.array(spare)) * self.unit,
        )
        self.scale = 1.0

    def greedily(self) -> Iterable[list[int]]:
        """What greed makes of what must be open."""
        return self._repaired(self.cover.gate.start)

    def begin(self) -> None:
        """The first cuts."""
        self.cut(np.zeros(self.candidates))

    def complete(self) -> None:
        """Cuts are found as they are needed."""

    def value(self, sites: list[int]) -> float:
        """Price of sites that cover enough; inf of others."""
        short = any(left > room for left, room in zip(self.cover.values(sites), self.spare, strict=True))
        return math.inf if short else math.fsum(self.prices[sites])

    def near(self, sites: list[int]) -> Iterable[list[int]]:
        """The master's own sites if they do, else sites near them that do."""
        return (sites,) if math.isfinite(self.value(sites)) else self._repaired(sites)

    def grow(self, answer: Answer, *, whole: bool) -> int:
        """Cut an answer off that does not do, though the master thinks so."""
        assert answer.x is not None
        x, theta = answer.x[: self.candidates], answer.x[self.candidates :]
        if not whole:
            return self.cut(x, theta)
        x = np.round(x)
        if math.isfinite(self.value(np.nonzero(x)[0].tolist())):
            return 0
        return self.cut(x, theta) or self._forbid(x)

    def _repaired(self, sites: list[int]) -> Iterable[list[int]]:
        """Fill a short set up greedily, then drop what it can spare, as far as the time goes."""
        oracle = self.cover
        fuller = greedy(oracle.rows, oracle.residents, oracle.gate, price=self.prices, start=sites)
        if fuller is None or not math.isfinite(self.value(fuller)):
            return
        yield fuller
        chosen = list(fuller)
        for site in reversed(fuller):
            rest = [j for j in chosen if j != site]
            if self.watch.over:
                return
            if self.prices[site] > 0 and oracle.gate.holds(rest) and math.isfinite(self.value(rest)):
                chosen = rest
                yield rest

    def _forbid(self, x: Floats) -> int:
        """A set that falls short by less than the solver can see: something outside it must open."""
        adds = self.cover.rows[np.nonzero(self.cover.rows @ x < 0.5)[0]]
        useful = (np.bincount(adds.indices, minlength=self.candidates) > 0).astype(np.float64)
        self.model.rows(self.wide(sp.csr_array(useful[None, :])), np.ones(1), np.full(1, math.inf))
        return 1


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
