"""Costs between origins and destinations, dense or sparse, and amounts at either end, checked once."""

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
        Shape ``(origins, destinations)``. Dense (``inf`` is out of reach) or any scipy sparse format.

    Raises
    ------
    UsageError
        If it is not two-dimensional, or a cost is negative, NaN, or (sparse) infinite or given twice.
    """
    if is_sparse(cost):
        if cost.format == "coo":
            keys = cost.row.astype(np.int64) * cost.shape[1] + cost.col
            if len(np.unique(keys)) != len(keys):
                raise UsageError("costs.twice")
        given: Csr = sp.csr_array(cost)
        given.sort_indices()
        if not given.has_canonical_format:
            raise UsageError("costs.twice")
        matrix: Csr = sp.csr_array(
            (given.data.astype(np.float64, copy=False), given.indices, given.indptr), shape=given.shape
        )
        check(matrix.data)
        if matrix.data.max(initial=0.0) < np.inf:
            return matrix
        return only(matrix, np.isfinite(matrix.data))
    dense = np.asarray(cost, dtype=np.float64)
    if dense.ndim != 2:
        raise UsageError("costs.shape", value=list(dense.shape))
    check(dense)
    return _from_dense(dense, np.isfinite(dense))


def as_amounts(amounts: Any, count: int, *, name: str) -> Floats:
    """Residents or supply, one number for each origin or destination (float64, >= 0).

    Parameters
    ----------
    amounts
        float64[count]; None: one each.
    count
        Rows or columns of the costs.
    name
        What the message calls them: the argument's name.

    Raises
    ------
    UsageError
        If there is not one finite, non-negative number each.
    """
    values = np.ones(count) if amounts is None else np.asarray(amounts, dtype=np.float64)
    if values.shape != (count,):
        raise UsageError("costs.amounts_shape", name=name, value=list(values.shape), count=count)
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise UsageError("costs.amounts_value", name=name)
    return values


def is_sparse(cost: Any) -> bool:
    """Whether costs come in one of scipy's sparse formats."""
    return bool(sp.issparse(cost))


def check(values: npt.NDArray[Any]) -> None:
    """Refuse costs that are negative or not a number.

    Raises
    ------
    UsageError
        Naming what is wrong.
    """
    if values.size == 0 or values.min() >= 0:  # one look at all of them; a NaN makes it no number
        return
    faults = []
    if np.isnan(values).any():
        faults.append(UsageError("costs.nan"))
    if (values < 0).any():
        faults.append(UsageError("costs.negative"))
    raise_all(faults)


def only(matrix: Csr, kept: npt.NDArray[np.bool_]) -> Csr:
    """The entries marked, zeros among them."""
    before = np.concatenate([[0], np.cumsum(kept)])
    indices = matrix.indices[kept]
    indptr = before[matrix.indptr].astype(index_width(indices))
    return sp.csr_array((matrix.data[kept], indices, indptr), shape=matrix.shape)


def index_width(indices: npt.NDArray[Any]) -> type[np.int32] | type[np.int64]:
    """The integers that the pointers of so many entries need."""
    return np.int32 if len(indices) < 2**31 - 1 else np.int64


def _from_dense(dense: Floats, kept: npt.NDArray[np.bool_]) -> Csr:
    indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    indices = np.nonzero(kept)[1].astype(np.int32)
    return sp.csr_array((dense[kept], indices, indptr.astype(index_width(indices))), shape=dense.shape)
