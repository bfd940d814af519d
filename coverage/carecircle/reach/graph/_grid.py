"""Streets by cell of a grid, compiled: which pieces of them cross each cell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from carecircle.reach.search._numba import jit

Array = Any


def grid_of(streets: Array, coords: Array, offsets: Array) -> tuple[Any, ...]:
    """left, bottom, cell_m, columns, rows, and the pieces of the streets in each cell as CSR.

    A cell holds about one piece; the grid has at most 4,000 + 4,000 columns and rows.
    """
    size = np.diff(offsets)[streets]
    first = np.repeat(offsets[:-1][streets] - (np.cumsum(size) - size), size)
    inside = coords[first + np.arange(int(size.sum()))]
    (left, bottom), (right, top) = inside.min(axis=0).tolist(), inside.max(axis=0).tolist()
    width, height = right - left, top - bottom
    cell_m = max(math.sqrt(width * height / len(inside)), (width + height) / 8000, 1.0)
    columns, rows = int(width / cell_m) + 1, int(height / cell_m) + 1
    cells = grid_pieces(streets, coords, offsets, left, bottom, cell_m, columns, rows)
    return left, bottom, cell_m, columns, rows, *cells


@jit
def grid_pieces(
    streets: Array, coords: Array, offsets: Array, left: float, bottom: float, cell_m: float, columns: int,
    rows: int,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Which pieces (of consecutive coordinates) cross each cell, as CSR.

    Returns
    -------
    start int64[cells + 1], piece int64[…] (its first coordinate), owner int32[…] (index into ``streets``);
    within a cell owners ascend. A piece is listed in every cell that its strip crosses, row by row.
    """
    start = np.zeros(columns * rows + 1, np.int64)
    piece = np.empty(0, np.int64)
    owner = np.empty(0, np.int32)
    for fill in range(2):
        if fill:
            for i in range(columns * rows):
                start[i + 1] += start[i]
            piece = np.empty(start[-1], np.int64)
            owner = np.empty(start[-1], np.int32)
            at = start[:-1].copy()
        for i in range(len(streets)):
            for j in range(offsets[streets[i]], offsets[streets[i] + 1] - 1):
                x0, y0 = coords[j, 0] - left, coords[j, 1] - bottom
                x1, y1 = coords[j + 1, 0] - left, coords[j + 1, 1] - bottom
                low, high = min(y0, y1), max(y0, y1)
                for r in range(cell_of(low, cell_m, rows), cell_of(high, cell_m, rows) + 1):
                    west, east = min(x0, x1), max(x0, x1)
                    if high - low > 1e-9:  # the part of the piece within this row
                        slope = (x1 - x0) / (y1 - y0)
                        a = x0 + (max(low, r * cell_m) - y0) * slope
                        b = x0 + (min(high, (r + 1) * cell_m) - y0) * slope
                        west, east = max(west, min(a, b) - 1e-6), min(east, max(a, b) + 1e-6)
                    for c in range(cell_of(west, cell_m, columns), cell_of(east, cell_m, columns) + 1):
                        cell = r * columns + c
                        if fill:
                            piece[at[cell]] = j
                            owner[at[cell]] = i
                            at[cell] += 1
                        else:
                            start[cell + 1] += 1
    return start, piece, owner


@jit
def cell_of(offset: float, cell_m: float, count: int) -> int:
    return max(0, min(count - 1, int(offset / cell_m)))
