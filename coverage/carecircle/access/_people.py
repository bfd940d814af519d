"""Values and the residents who have them, checked once for every measure of how evenly they are spread."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from carecircle.costs import Floats
from carecircle.errors import UsageError


def weighed_values(
    values: Any, weights: Any, *, least: float, also: Floats | None = None
) -> tuple[Floats, Floats]:
    """Values and weights of the rows with residents (and a rank, where one is asked)."""
    a = np.asarray(values, np.float64)
    w = np.ones(a.shape) if weights is None else np.asarray(weights, np.float64)
    if a.ndim != 1 or w.shape != a.shape or (also is not None and also.shape != a.shape):
        shapes = [list(each.shape) for each in (a, w, *([] if also is None else [also]))]
        raise UsageError("access.unlike_shapes", value=str(shapes))
    if not (np.isfinite(w).all() and (w >= 0).all()):
        raise UsageError("costs.amounts_value", name="weights")
    kept = (w > 0) if also is None else (w > 0) & ~np.isnan(also)
    if not kept.any():
        raise UsageError("access.nobody")
    a, w = a[kept], w[kept]
    if not np.isfinite(a).all():
        raise UsageError("access.value_not_finite", count=int((~np.isfinite(a)).sum()))
    if (a < least).any():
        raise UsageError("access.value_negative")
    return a, w


def kept_of(values: Any, weights: Any, column: Any) -> Any:
    """The rows of a further column that `weighed_values` keeps."""
    count = len(np.asarray(values))
    w = np.ones(count) if weights is None else np.asarray(weights, np.float64)
    if len(column) != count:
        raise UsageError("access.unlike_shapes", value=str([[count], [len(column)]]))
    ranked = ~np.isnan(column) if column.dtype == np.float64 else np.ones(count, np.bool_)
    return column[(w > 0) & ranked]


def mean_of(a: Floats, w: Floats) -> float:
    """The mean over residents, which must not be 0."""
    mean = math.fsum(w * a) / math.fsum(w)
    if mean == 0:
        raise UsageError("access.all_zero")
    return mean
