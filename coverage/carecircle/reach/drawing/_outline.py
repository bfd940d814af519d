"""The outline of a grid's cells at or below a limit, compiled: rings of corners, holes with their shells.

The grid must have an empty margin of one cell, and no two cells that touch by a corner alone
(`_field.mend_corners`). Then every corner of the outline has one horizontal and one vertical neighbour:
in each grid line corners pair up from the left, in each column from the top. Walking the pairs gives rings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach.search._numba import jit

Array = Any


@jit
def corners_of(field: Array, limit: float) -> tuple[Array, Array]:
    """Row and column of every corner of the outline, by row; (r, c) is the north-west of cell (r, c)."""
    height, width = field.shape
    count = 0
    for fill in range(2):
        if fill:
            rows, columns = np.empty(count, np.int32), np.empty(count, np.int32)
            count = 0
        for r in range(1, height):
            left_above = field[r - 1, 0] <= limit
            left_below = field[r, 0] <= limit
            for c in range(1, width):
                above = field[r - 1, c] <= limit
                below = field[r, c] <= limit
                if left_above ^ left_below ^ above ^ below:
                    if fill:
                        rows[count] = r
                        columns[count] = c
                    count += 1
                left_above, left_below = above, below
    return rows, columns


@jit
def rings_of(field: Array, limit: float, rows: Array, columns: Array) -> tuple[Array, Array, Array]:
    """Rings from corners.

    Returns
    -------
    order int32[corners] (corners ring by ring), start int32[rings + 1], shell int32[rings]: the ring that
    encloses each hole, itself for a shell.
    """
    n = len(rows)
    height, width = field.shape
    row_start = _starts(rows, height)
    column_start = _starts(columns, width)
    beside = np.empty(n, np.int32)  # vertical neighbour
    by_column = np.empty(n, np.int32)
    fill = column_start[:-1].copy()
    for i in range(n):
        by_column[fill[columns[i]]] = i
        fill[columns[i]] += 1
    for k in range(0, n, 2):
        beside[by_column[k]] = by_column[k + 1]
        beside[by_column[k + 1]] = by_column[k]
    ring = np.full(n, -1, np.int32)
    order = np.empty(n, np.int32)
    start = np.empty(n // 4 + 2, np.int32)
    shell = np.empty(n // 4 + 1, np.int32)
    count = 0
    filled = 0
    for i in range(n):
        if ring[i] >= 0:
            continue
        start[count] = filled
        at = i
        across = True
        while ring[at] < 0:
            ring[at] = count
            order[filled] = at
            filled += 1
            at = at ^ 1 if across else beside[at]
            across = not across
        shell[count] = count
        if field[rows[i], columns[i]] > limit:  # the cell below the first corner is outside: a hole
            shell[count] = shell[_ring_to_the_left(field, limit, rows, columns, row_start, ring, i)]
        count += 1
    start[count] = filled
    return order, start[: count + 1], shell[:count]


@jit
def _starts(values: Array, size: int) -> Array:
    starts = np.zeros(size + 1, np.int64)
    for v in values:
        starts[v + 1] += 1
    for i in range(size):
        starts[i + 1] += starts[i]
    return starts


@jit
def _ring_to_the_left(
    field: Array, limit: float, rows: Array, columns: Array, row_start: Array, ring: Array, corner: int
) -> int:
    """The ring met first when walking west from a hole's first corner: its shell, or a hole found before."""
    r = rows[corner]
    c = columns[corner] - 1
    while field[r, c - 1] <= limit:
        c -= 1
    # the line at column c separates cell (r, c) inside from (r, c - 1) outside: up along it to a corner
    while field[r - 1, c] <= limit and field[r - 1, c - 1] > limit:
        r -= 1
    lo, hi = row_start[r], row_start[r + 1]
    while lo < hi:
        middle = (lo + hi) // 2
        if columns[middle] < c:
            lo = middle + 1
        else:
            hi = middle
    return int(ring[lo])
