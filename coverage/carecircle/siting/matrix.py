"""Demand x candidate costs as the siting models read them: dense or sparse, checked once."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from carecircle.errors import UsageError, raise_all

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Csr: TypeAlias = Any
"""A ``scipy.sparse.csr_array`` of float64 with sorted, unique column indices."""


def as_csr(cost: Any) -> Csr:
    """Costs as CSR: an absent entry is out of reach, an explicit zero costs nothing.

    Parameters
    ----------
    cost
        Shape ``(demand, candidates)``. Dense (``inf`` is out of reach) or any scipy sparse format.

    Raises
    ------
    UsageError
        If it is not two-dimensional, or a cost is negative, NaN, or (sparse) infinite or given twice.
    """
    if _sparse(cost):
        if cost.format == "coo":
            keys = cost.row.astype(np.int64) * cost.shape[1] + cost.col
            if len(np.unique(keys)) != len(keys):
                raise UsageError("siting.cost_twice")
        given: Csr = sp.csr_array(cost)
        given.sort_indices()
        if not given.has_canonical_format:
            raise UsageError("siting.cost_twice")
        matrix: Csr = sp.csr_array(
            (given.data.astype(np.float64), given.indices, given.indptr), shape=given.shape
        )
        _check(matrix.data)
        kept = np.isfinite(matrix.data)
        return matrix if kept.all() else _only(matrix, kept)
    dense = np.asarray(cost, dtype=np.float64)
    if dense.ndim != 2:
        raise UsageError("siting.cost_shape", value=list(dense.shape))
    _check(dense)
    return _from_dense(dense, np.isfinite(dense))


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
    if _sparse(cost):
        matrix = as_csr(cost)
        near = _only(matrix, matrix.data <= limit)
        near.data = np.ones(near.nnz)
        return near
    dense = np.asarray(cost)
    if dense.ndim != 2:
        raise UsageError("siting.cost_shape", value=list(dense.shape))
    counts, columns = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    step = max(1, 4_000_000 // max(1, dense.shape[1]))
    for start in range(0, dense.shape[0], step):
        block = dense[start : start + step]
        _check(block)
        rows, found = np.nonzero((block <= limit) & np.isfinite(block))
        counts.append(np.bincount(rows, minlength=len(block)).astype(np.int64))
        columns.append(found.astype(np.int32))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    indices = np.concatenate(columns)
    return sp.csr_array((np.ones(len(indices)), indices, indptr.astype(_width(indices))), shape=dense.shape)


def as_residents(residents: Any, rows: int) -> Floats:
    """Residents a demand row (float64, >= 0).

    Raises
    ------
    UsageError
        If there is not one finite, non-negative number a row.
    """
    people = np.ones(rows) if residents is None else np.asarray(residents, dtype=np.float64)
    if people.shape != (rows,):
        raise UsageError("siting.residents_shape", value=list(people.shape), rows=rows)
    if not (np.isfinite(people).all() and (people >= 0).all()):
        raise UsageError("siting.residents_value")
    return people


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
    if _sparse(cost):
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


def _sparse(cost: Any) -> bool:
    return bool(sp.issparse(cost))


def _check(values: npt.NDArray[Any]) -> None:
    faults = []
    if np.isnan(values).any():
        faults.append(UsageError("siting.cost_nan"))
    if (values < 0).any():
        faults.append(UsageError("siting.cost_negative"))
    raise_all(faults)


def _only(matrix: Csr, kept: npt.NDArray[np.bool_]) -> Csr:
    """The entries marked, zeros among them."""
    before = np.concatenate([[0], np.cumsum(kept)])
    indices = matrix.indices[kept]
    indptr = before[matrix.indptr].astype(_width(indices))
    return sp.csr_array((matrix.data[kept], indices, indptr), shape=matrix.shape)


def _from_dense(dense: Floats, kept: npt.NDArray[np.bool_]) -> Csr:
    indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    indices = np.nonzero(kept)[1].astype(np.int32)
    return sp.csr_array((dense[kept], indices, indptr.astype(_width(indices))), shape=dense.shape)


def _width(indices: npt.NDArray[Any]) -> type[np.int32] | type[np.int64]:
    return np.int32 if len(indices) < 2**31 - 1 else np.int64
