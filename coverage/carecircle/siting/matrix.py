"""Demand x candidate costs as the siting models read them: dense or sparse, checked once."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.costs import Csr, Floats, Ints, as_amounts, as_csr, check, index_width, is_sparse, only
from carecircle.errors import UsageError

__all__ = ["Csr", "Floats", "Ints", "as_csr", "as_residents", "cover", "nearest_open"]


def cover(cost: Any, limit: float) -> Csr:
    """Who is within the limit of whom: ones where ``cost <= limit`` (inclusive), absent elsewhere.

    A dense matrix is compared in blocks of rows, so that no copy of it is made.

    Raises
    ------
    UsageError
        As `as_csr`, or if the limit is NaN or negative.
    """
    if not limit >= 0:
        raise UsageError("siting.bad_limit", value=str(limit))
    if is_sparse(cost):
        matrix = as_csr(cost)
        near = only(matrix, matrix.data <= limit)
        near.data = np.ones(near.nnz)
        return near
    dense = np.asarray(cost)
    if dense.ndim != 2:
        raise UsageError("costs.shape", value=list(dense.shape))
    counts, columns = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    step = max(1, 4_000_000 // max(1, dense.shape[1]))
    for start in range(0, dense.shape[0], step):
        block = dense[start : start + step]
        check(block)
        rows, found = np.nonzero((block <= limit) & np.isfinite(block))
        counts.append(np.bincount(rows, minlength=len(block)).astype(np.int64))
        columns.append(found.astype(np.int32))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    indices = np.concatenate(columns)
    return sp.csr_array(
        (np.ones(len(indices)), indices, indptr.astype(index_width(indices))), shape=dense.shape
    )


def as_residents(residents: Any, rows: int) -> Floats:
    """Residents a demand row (float64, >= 0).

    Raises
    ------
    UsageError
        If there is not one finite, non-negative number a row.
    """
    return as_amounts(residents, rows, name="residents")


def nearest_open(cost: Any, sites: Ints, *, limit: float = np.inf) -> tuple[Ints, Floats]:
    """The open candidate each demand row goes to, and its cost.

    Returns
    -------
    allocation
        Column of the cheapest open candidate within the limit, the lower column on ties; -1 for none.
    cost
        Its cost, ``inf`` for none.
    """
    rows = cost.shape[0]
    allocation = np.full(rows, -1, dtype=np.int64)
    least = np.full(rows, np.inf)
    if is_sparse(cost):
        columns: Csr = sp.csc_array(cost)
        for site in sites:
            part = slice(columns.indptr[site], columns.indptr[site + 1])
            reached, price = columns.indices[part], columns.data[part]
            better = (price <= limit) & (price < least[reached])
            allocation[reached[better]], least[reached[better]] = site, price[better]
        return allocation, least
    dense = np.asarray(cost)
    for site in sites:
        price = dense[:, site]
        better = (price <= limit) & (price < least)
        allocation[better], least[better] = site, price[better]
    return allocation, least
