"""Make a covering problem smaller without changing its answer.

Demand with the same cover set is one demand; a candidate whose cover is inside another's of no higher
price is never needed; a row whose cover set contains another's is covered whenever that one is (set
covering only). Toregas and ReVelle (1973), Binary logic solutions to a class of location problem,
Geographical Analysis 5, 145-155, https://doi.org/10.1111/j.1538-4632.1973.tb01004.x.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from carecircle.siting.matrix import Csr, Floats, Ints

_PAIRS = 30_000_000
"""Most pairs of entries the domination test may look at (a quarter of a second)."""


def merged(cover: Csr, residents: Floats) -> tuple[Csr, Floats, Ints]:
    """Rows with the same cover set become one, residents summed; rows without cover leave.

    Returns
    -------
    cover, residents
        The merged rows, in order of first appearance.
    group
        The merged row of each original one, -1 for those no candidate covers.
    """
    indptr, indices = cover.indptr.tolist(), np.ascontiguousarray(cover.indices.astype(np.int32))
    seen: dict[bytes, int] = {}
    group = np.full(cover.shape[0], -1, dtype=np.int64)
    first: list[int] = []
    for row in range(cover.shape[0]):
        start, end = indptr[row], indptr[row + 1]
        if start == end:
            continue
        key = indices[start:end].tobytes()
        number = seen.setdefault(key, len(seen))
        if number == len(first):
            first.append(row)
        group[row] = number
    kept = group >= 0
    people = np.bincount(group[kept], residents[kept], minlength=len(first))
    return cover[first], people.astype(np.float64), group


def essential_columns(cover: Csr, price: Floats, tied: Collection[int]) -> Ints:
    """Columns that no other of at most the same price can stand in for, ascending.

    Parameters
    ----------
    tied
        Columns that a condition names: kept whatever they cover, and standing in for none.
    """
    columns = sp.csr_array(cover.T)
    size = np.diff(columns.indptr)
    free = np.ones(len(price), dtype=bool)
    free[list(tied)] = False
    dropped = free & (size == 0)
    inside = _contained(columns)
    if inside is not None:
        small, large = inside
        usable = free[small] & free[large] & (price[large] <= price[small])
        small, large = small[usable], large[usable]
        same = (size[small] == size[large]) & (price[small] == price[large])
        dropped[small[~same | (large < small)]] = True
    return np.nonzero(~dropped)[0].astype(np.int64)


def essential_rows(cover: Csr) -> Ints:
    """Rows to keep in set covering: those whose cover set contains no other row's, ascending."""
    inside = _contained(cover)
    if inside is None:
        return np.arange(cover.shape[0], dtype=np.int64)
    small, large = inside
    size = np.diff(cover.indptr)
    implied = np.zeros(cover.shape[0], dtype=bool)
    implied[large[(size[small] < size[large]) | (small < large)]] = True
    return np.nonzero(~implied)[0].astype(np.int64)


def _contained(sets: Csr) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
    """Pairs (a, b), a not b, such that row a's set lies within row b's; None where that is too much work."""
    degree = np.bincount(sets.indices, minlength=sets.shape[1]).astype(np.float64)
    if float(degree @ degree) > _PAIRS:
        return None
    shared = sp.coo_array(sets @ sets.T)
    size = np.diff(sets.indptr)
    a, b = shared.coords
    within = (a != b) & (shared.data == size[a])
    return a[within], b[within]


def without_columns(rows: Csr, shut: Ints) -> Csr:
    """The rows without what is in the columns ``shut``, which stay in their places, empty."""
    kept = np.ones(rows.shape[1])
    kept[shut] = 0.0
    smaller = sp.csr_array(rows @ sp.diags_array(kept))
    smaller.eliminate_zeros()
    smaller.sort_indices()
    return smaller
