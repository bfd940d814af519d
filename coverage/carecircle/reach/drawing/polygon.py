"""The polygon of a grid's cells at or below a limit: corners traced into rings, rings into a geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

Array = np.ndarray[Any, Any]


def polygon_of(field: Array, limit: float, *, left: float, top: float, wide: float, high: float) -> Any:
    """The cells at or below a limit.

    Parameters
    ----------
    field
        float32[rows, columns] with an empty margin of one cell, mended by `_field.mend_corners`.
    limit
        In the unit of the field.
    left, top
        The grid's north-west corner.
    wide, high
        A cell's sides.

    Returns
    -------
    MultiPolygon
        Empty where no cell is within the limit.
    """
    from carecircle.reach.drawing._outline import corners_of, rings_of

    most: Any = np.float32(limit)  # as the field is: what was equal stays equal
    rows, columns = corners_of(field, most)
    if len(rows) == 0:
        return shapely.MultiPolygon()
    order, start, shell = rings_of(field, most, rows, columns)
    x, y = left + columns * wide, top - rows * high
    rings = np.argsort(shell * 2 + (shell != np.arange(len(shell))), kind="stable")
    size = np.diff(start)[rings] + 1  # closed: the first corner again
    ring_start = np.concatenate([[0], np.cumsum(size)])
    step = np.arange(ring_start[-1]) - np.repeat(ring_start[:-1], size)
    corner = order[np.repeat(start[rings], size) + step % np.repeat(size - 1, size)]
    coords = np.stack([x[corner], y[corner]], axis=1)
    polygon_start = np.append(np.flatnonzero(shell[rings] == rings), len(rings))
    return shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, coords,
        (ring_start, polygon_start, np.array([0, len(polygon_start) - 1])),
    )[0]  # fmt: skip
