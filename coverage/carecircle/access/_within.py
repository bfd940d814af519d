"""Sums within one limit, compiled: no weights are written down, and every cost is looked at once a step.

Only tables in the form that the searches give (CSR of float64, columns ascending, no infinite cost) are
taken; of any other the answer is None, and the caller goes the common way, which mends or refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from carecircle.costs import Floats, as_amounts, is_sparse
from carecircle.reach.search._numba import jit, numba


def supply_within(cost: Any, supply: Any, limit: float) -> Floats | None:
    """float64[origins]: the supply within a limit; None where the table is of another form."""
    table = _Table.of(cost, limit)
    if table is None:
        return None
    return table.by_row(as_amounts(supply, cost.shape[1], name="supply"))


def ratios_within(cost: Any, supply: Any, residents: Any, limit: float) -> Floats | None:
    """float64[origins]: supply per resident within a limit (2SFCA); None for another form."""
    table = _Table.of(cost, limit)
    if table is None:
        return None
    amounts = as_amounts(supply, cost.shape[1], name="supply")
    shared = table.by_column(as_amounts(residents, cost.shape[0], name="residents"))
    return table.by_row(np.divide(amounts, shared, out=np.zeros(len(shared)), where=shared > 0))


@dataclass(frozen=True)
class _Table:
    """A table that needs no mending, and the limit."""

    cost: Any
    limit: float
    whole: bool
    """Whether every pair is within the limit: then no cost is looked at again."""

    @classmethod
    def of(cls, cost: Any, limit: float) -> _Table | None:
        if not (is_sparse(cost) and cost.format == "csr" and cost.dtype == np.float64) or numba() is None:
            return None
        within = _compiled(_looked_over)(
            cost.indptr, _unsigned(cost.indices), cost.data, limit, cost.shape[1]
        )
        return None if within < 0 else cls(cost, limit, within == len(cost.data))

    def by_column(self, values: Floats) -> Floats:
        """Each row's value added to its columns within the limit."""
        return self._summed(values, np.zeros(self.cost.shape[1]), _to_columns_all, _to_columns)

    def by_row(self, values: Floats) -> Floats:
        """For each row the values of its columns within the limit, added up."""
        return self._summed(values, np.zeros(self.cost.shape[0]), _to_rows_all, _to_rows)

    def _summed(self, values: Floats, found: Floats, every: Any, some: Any) -> Floats:
        indptr, indices = self.cost.indptr, _unsigned(self.cost.indices)
        if self.whole:
            _compiled(every)(indptr, indices, values, found)
        else:
            _compiled(some)(indptr, indices, self.cost.data, self.limit, values, found)
        return found


def _unsigned(indices: Any) -> Any:
    """Columns as numbers that cannot be negative: none is looked at from the end."""
    return indices.view(np.dtype(f"u{indices.dtype.itemsize}"))


def _looked_over(indptr: Any, indices: Any, costs: Any, limit: float, columns: int) -> int:
    """How many costs are within the limit; -1 where one is not a finite number of at least 0, or a column
    stands twice, out of order or beyond the table.
    """
    within, fit = 0, 0
    for row in range(len(indptr) - 1):
        own, there = costs[indptr[row] : indptr[row + 1]], indices[indptr[row] : indptr[row + 1]]
        rising = 0
        for k in range(1, len(there)):
            rising += there[k - 1] < there[k]
        if len(there) and (rising != len(there) - 1 or there[-1] >= columns):
            return -1
        for k in range(len(own)):
            fit += (own[k] >= 0.0) & (own[k] < np.inf)
            within += own[k] <= limit
    return within if fit == len(costs) else -1


def _to_columns(indptr: Any, indices: Any, costs: Any, limit: float, values: Any, found: Any) -> None:
    for row in range(len(values)):
        own, there = costs[indptr[row] : indptr[row + 1]], indices[indptr[row] : indptr[row + 1]]
        for k in range(len(there)):
            found[there[k]] += values[row] * (own[k] <= limit)


def _to_columns_all(indptr: Any, indices: Any, values: Any, found: Any) -> None:
    for row in range(len(values)):
        for column in indices[indptr[row] : indptr[row + 1]]:
            found[column] += values[row]


def _to_rows(indptr: Any, indices: Any, costs: Any, limit: float, values: Any, found: Any) -> None:
    for row in range(len(found)):
        own, there = costs[indptr[row] : indptr[row + 1]], indices[indptr[row] : indptr[row + 1]]
        total = 0.0
        for k in range(len(there)):
            total += values[there[k]] * (own[k] <= limit)
        found[row] = total


def _to_rows_all(indptr: Any, indices: Any, values: Any, found: Any) -> None:
    for row in range(len(found)):
        total = 0.0
        for column in indices[indptr[row] : indptr[row + 1]]:
            total += values[column]
        found[row] = total


@cache
def _compiled(step: Any) -> Any:
    return jit(step)
