"""What may be built: sites kept, forced, forbidden, exclusive, upgraded; their costs and the budget."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError, raise_all
from carecircle.siting.matrix import Csr, Floats


@dataclass(frozen=True)
class Conditions:
    """Conditions on the set of open sites that every model honours. All numbers are candidate columns.

    Parameters
    ----------
    keep
        Existing facilities: open, free, and not counted among the new sites.
    must_open
        New sites that are decided already; they count and cost.
    forbidden
        Never opened.
    exclusive
        Groups of which at most one may open.
    upgrades
        ``(existing, upgraded)``: the kept facility stays as it is or becomes the upgraded column (which
        counts as a new site and costs), never both.
    cost
        Price of opening each column; 1 each if not given.
    budget
        The most that new sites may cost together.
    without
        Sets of new sites that may not all be chosen together (used to find the next best).
    """

    keep: tuple[int, ...] = ()
    must_open: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    exclusive: tuple[tuple[int, ...], ...] = ()
    upgrades: tuple[tuple[int, int], ...] = ()
    cost: Sequence[float] | None = None
    budget: float | None = None
    without: tuple[tuple[int, ...], ...] = ()

    def check(self, candidates: int) -> None:
        """Hold that every column exists and nothing contradicts itself.

        Parameters
        ----------
        candidates
            How many columns there are.

        Raises
        ------
        UsageError
            Naming each fault.
        """
        faults: list[UsageError] = []
        for name in ("keep", "must_open", "forbidden"):
            faults += _known(name, getattr(self, name), candidates)
        for name in ("exclusive", "upgrades", "without"):
            faults += _known(name, [j for group in getattr(self, name) for j in group], candidates)
        both = (set(self.keep) | set(self.must_open)) & set(self.forbidden)
        if both:
            faults.append(UsageError("siting.open_and_forbidden", value=sorted(both)))
        loose = {a for a, _ in self.upgrades} - set(self.keep)
        if loose:
            faults.append(UsageError("siting.upgrade_of_none", value=sorted(loose)))
        if self.cost is not None:
            price = np.asarray(self.cost, dtype=np.float64)
            if price.shape != (candidates,) or not np.isfinite(price).all() or (price < 0).any():
                faults.append(UsageError("siting.bad_price", candidates=candidates))
        if self.budget is not None and not self.budget >= 0:
            faults.append(UsageError("siting.bad_budget", value=str(self.budget)))
        raise_all(faults)

    def prices(self, candidates: int) -> Floats:
        """Price of opening each column: zero for kept ones.

        Parameters
        ----------
        candidates
            How many columns there are.

        Returns
        -------
        ndarray
            float64[candidates].
        """
        price = np.ones(candidates) if self.cost is None else np.array(self.cost, dtype=np.float64)
        price[list(self.keep)] = 0.0
        return price

    def counts(self, candidates: int) -> Floats:
        """1 for each column that counts as a new site, 0 for kept ones.

        Parameters
        ----------
        candidates
            How many columns there are.

        Returns
        -------
        ndarray
            float64[candidates].
        """
        count = np.ones(candidates)
        count[list(self.keep)] = 0.0
        return count

    def bounds(self, candidates: int) -> tuple[Floats, Floats]:
        """Lower and upper bound of each column's 0/1 variable.

        Parameters
        ----------
        candidates
            How many columns there are.

        Returns
        -------
        tuple of ndarray
            float64[candidates] each.
        """
        lower, upper = np.zeros(candidates), np.ones(candidates)
        replaceable = {a for a, _ in self.upgrades}
        lower[[j for j in self.keep if j not in replaceable]] = 1.0
        lower[list(self.must_open)] = 1.0
        upper[list(self.forbidden)] = 0.0
        return lower, upper

    def rows(self, candidates: int, sites: int | None) -> tuple[Csr, Floats, Floats]:
        """Every condition that is not a bound, as ``lower <= M x <= upper``.

        Parameters
        ----------
        candidates
            How many columns there are.
        sites
            The most new sites, if any such bound is asked.

        Returns
        -------
        tuple
            M as CSR float64[rows, candidates], lower and upper float64[rows].
        """
        found: list[tuple[dict[int, float], float, float]] = []
        if sites is not None:
            found.append((_weights(self.counts(candidates)), -math.inf, float(sites)))
        if self.budget is not None:
            room = 1e-9 * max(1.0, self.budget)
            found.append((_weights(self.prices(candidates)), -math.inf, float(self.budget) + room))
        found += [(dict.fromkeys(group, 1.0), -math.inf, 1.0) for group in self.exclusive]
        for existing in sorted({a for a, _ in self.upgrades}):
            group = [existing, *(b for a, b in self.upgrades if a == existing)]
            found.append((dict.fromkeys(group, 1.0), 1.0, 1.0))
        found += [(dict.fromkeys(group, 1.0), -math.inf, len(set(group)) - 1.0) for group in self.without]
        data = [v for row, _, _ in found for v in row.values()]
        columns = [j for row, _, _ in found for j in row]
        indptr = np.concatenate([[0], np.cumsum([len(row) for row, _, _ in found])]).astype(np.int32)
        matrix = sp.csr_array((data, columns, indptr), shape=(len(found), candidates), dtype=np.float64)
        return matrix, np.array([a for _, a, _ in found]), np.array([b for _, _, b in found])

    def tied(self, candidates: int) -> frozenset[int]:
        """Columns that a condition speaks of by name: never merged with, or dropped for, another.

        Parameters
        ----------
        candidates
            How many columns there are.

        Returns
        -------
        frozenset of int
            Columns.
        """
        groups = [*self.exclusive, *self.upgrades, *self.without]
        named = {j for group in groups for j in group}
        return frozenset(named | set(self.keep) | set(self.must_open) | set(self.forbidden))

    def new(self, sites: Iterable[int]) -> tuple[int, ...]:
        """Those of some open columns that are not kept facilities.

        Parameters
        ----------
        sites
            Open columns.

        Returns
        -------
        tuple of int
            Ascending.
        """
        kept = set(self.keep)
        return tuple(sorted(int(j) for j in sites if j not in kept))


@dataclass(frozen=True)
class Terms:
    """What a choice of sites must keep: the conditions, and the most new sites.

    Parameters
    ----------
    sites
        At most so many new sites (fewer are chosen only if more would add nothing); None: no bound.
    conditions
        What may be built, prices and the budget.
    """

    sites: int | None = None
    conditions: Conditions = Conditions()

    def check(self, candidates: int, *, bounded: bool = False) -> None:
        """Hold that every column exists and nothing contradicts itself.

        Parameters
        ----------
        candidates
            How many columns there are.
        bounded
            Whether ``sites`` or a budget must bound the new ones.

        Raises
        ------
        UsageError
            Naming each fault.
        """
        self.conditions.check(candidates)
        if bounded and self.sites is None and self.conditions.budget is None:
            raise UsageError("siting.sites_or_budget")
        if self.sites is not None and self.sites < 0:
            raise UsageError("siting.bad_sites", value=self.sites)

    def rows(self, candidates: int) -> tuple[Csr, Floats, Floats]:
        """Everything that is not a bound of a column, as ``lower <= M x <= upper``.

        Parameters
        ----------
        candidates
            How many columns there are.

        Returns
        -------
        tuple
            M as CSR float64[rows, candidates], lower and upper float64[rows].
        """
        return self.conditions.rows(candidates, self.sites)

    def without(self, columns: Iterable[int]) -> Terms:
        """The same with further columns that never open.

        Parameters
        ----------
        columns
            Candidates.

        Returns
        -------
        Terms
            Stricter ones.
        """
        shut = (*self.conditions.forbidden, *(int(j) for j in columns))
        return replace(self, conditions=replace(self.conditions, forbidden=shut))


class Gate:
    """Whether one more site, or a swap, keeps every condition; used by the greedy searches."""

    def __init__(self, terms: Terms, candidates: int) -> None:
        conditions = terms.conditions
        self.matrix, self.low, self.high = terms.rows(candidates)
        self.columns = sp.csc_array(self.matrix)
        self.least, self.most = conditions.bounds(candidates)
        replaced = {a for a, b in conditions.upgrades if self.least[b] > 0}
        kept = {j for j in conditions.keep if self.most[j] > 0}
        self.start = sorted((kept | set(np.nonzero(self.least > 0)[0].tolist())) - replaced)

    def load(self, sites: Iterable[int]) -> Floats:
        """Left-hand sides of every condition for a set of open columns."""
        x = np.zeros(self.matrix.shape[1])
        x[list(sites)] = 1.0
        return np.asarray(self.matrix @ x)

    def allows(self, load: Floats, column: int, *, instead: int | None = None) -> bool:
        """Whether opening a column (instead of another) is permitted, given the present load."""
        if self.most[column] == 0 or (instead is not None and self.least[instead] > 0):
            return False
        after = load.copy()
        for j, sign in ((column, 1.0), (instead, -1.0)):
            if j is not None:
                part = slice(self.columns.indptr[j], self.columns.indptr[j + 1])
                after[self.columns.indices[part]] += sign * self.columns.data[part]
        return bool((after <= self.high + 1e-9).all() and (after >= self.low - 1e-9).all())

    def holds(self, sites: Iterable[int]) -> bool:
        """Whether a set of open columns keeps every condition."""
        chosen = list(sites)
        load = self.load(chosen)
        x = np.zeros(len(self.least))
        x[chosen] = 1.0
        fits = bool((load <= self.high + 1e-9).all() and (load >= self.low - 1e-9).all())
        return fits and bool((x >= self.least).all() and (x <= self.most).all())


def _known(name: str, columns: Iterable[int], candidates: int) -> list[UsageError]:
    wrong = sorted({int(j) for j in columns if not 0 <= j < candidates})
    if not wrong:
        return []
    return [UsageError("siting.no_such_candidate", condition=name, value=wrong, candidates=candidates)]


def _weights(values: Floats) -> dict[int, float]:
    return {int(j): float(values[j]) for j in np.nonzero(values)[0]}
