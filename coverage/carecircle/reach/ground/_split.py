"""Lines cut where they cross from cell to cell: one place a piece, the nearest to the cell's centre."""

from __future__ import annotations

from math import floor, sqrt
from typing import Any

import numpy as np

from carecircle.reach.search._numba import jit, numba

Array = Any


def _compiled(function: Any) -> Any:
    """Compiled where numba is there, as it stands where it is not."""
    return function if numba() is None else jit(function)


@_compiled
def cut(
    lines: Array, offsets: Array, coords: Array, at: Array, east_m: Array, north_m: Array, spacing: float,
    street: Array, row: Array, column: Array, share: Array, away: Array,
) -> int:  # fmt: skip
    """Cut ``lines`` at the cells they cross, and into pieces of at most ``spacing`` (in units of ``coords``).

    ``coords`` are in the plane that shares of a line are counted in, ``at`` the same points as (row, column)
    of the grid. Fills the last five by piece: its line, its cell, the share of the line before its place and
    the metres from there to the cell's centre. Returns how many pieces there are, which may be more than
    there is room for.
    """
    rows = len(east_m)
    count = 0
    for i in range(len(lines)):
        s = lines[i]
        low, high = offsets[s], offsets[s + 1]
        total = 0.0
        for j in range(low + 1, high):
            total += sqrt((coords[j, 0] - coords[j - 1, 0]) ** 2 + (coords[j, 1] - coords[j - 1, 1]) ** 2)
        if total == 0.0:
            continue
        begun = False
        began = 0.0
        here_row, here_column = -1, -1
        best = np.inf
        best_share = 0.0
        before = 0.0
        for j in range(low + 1, high):
            length = sqrt((coords[j, 0] - coords[j - 1, 0]) ** 2 + (coords[j, 1] - coords[j - 1, 1]) ** 2)
            if length == 0.0:
                continue
            y0, x0 = at[j - 1, 0], at[j - 1, 1]
            dy, dx = at[j, 0] - y0, at[j, 1] - x0
            t = 0.0
            while t < 1.0:
                # the cell a hair farther on decides, so that a corner or an edge is in one cell alone
                y, x = y0 + t * dy, x0 + t * dx
                r, c = floor(y + 1e-9 * dy), floor(x + 1e-9 * dx)
                end = 1.0
                if dy > 0:
                    end = min(end, (r + 1 - y0) / dy)
                elif dy < 0:
                    end = min(end, (r - y0) / dy)
                if dx > 0:
                    end = min(end, (c + 1 - x0) / dx)
                elif dx < 0:
                    end = min(end, (c - x0) / dx)
                full = False
                if begun and r == here_row and c == here_column:
                    if began + spacing < before + end * length:
                        end = max((began + spacing - before) / length, t)
                        full = True
                elif spacing < (end - t) * length:
                    end = t + spacing / length
                    full = True
                if end <= t:
                    end = min(1.0, t + 1e-9)
                if not begun or r != here_row or c != here_column:
                    if begun:
                        if count < len(street):
                            street[count], row[count], column[count] = s, here_row, here_column
                            share[count], away[count] = best_share, best
                        count += 1
                    begun, here_row, here_column, best, began = True, r, c, np.inf, before + t * length
                near = min(max(r, 0), rows - 1)
                e, n = east_m[near], north_m[near]
                wy, wx = (r + 0.5 - y0) * n, (c + 0.5 - x0) * e
                ny, nx = dy * n, dx * e
                norm = ny * ny + nx * nx
                q = (wy * ny + wx * nx) / norm if norm > 0 else t
                q = min(max(q, t), end)
                metres = sqrt((wy - q * ny) ** 2 + (wx - q * nx) ** 2)
                if metres < best:
                    best, best_share = metres, (before + q * length) / total
                if full:
                    if count < len(street):
                        street[count], row[count], column[count] = s, here_row, here_column
                        share[count], away[count] = best_share, best
                    count += 1
                    begun, best, began = False, np.inf, before + end * length
                t = end
            before += length
        if begun:
            if count < len(street):
                street[count], row[count], column[count] = s, here_row, here_column
                share[count], away[count] = best_share, best
            count += 1
    return count


def pieces(
    lines: Array, offsets: Array, coords: Array, at: Array, east_m: Array, north_m: Array, spacing: float
) -> tuple[Array, Array, Array, Array, Array]:
    """As `cut`: line int32, row int32, column int32, share float64, metres float64, by piece."""
    room = 4 * len(coords) + 1024
    while True:
        found = (
            np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room),
            np.empty(room),
        )  # fmt: skip
        count = cut(lines, offsets, coords, at, east_m, north_m, spacing, *found)
        if count <= room:
            a, b, c, d, e = (part[:count] for part in found)
            return a, b, c, d, e
        room = count
