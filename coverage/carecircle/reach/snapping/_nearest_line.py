"""The nearest street of each of many points, compiled: a grid of street pieces, searched in growing rings."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from carecircle.reach.graph._grid import cell_of
from carecircle.reach.search._numba import jit

Array = Any


@jit
def nearest_lines(
    x: Array, y: Array, streets: Array, coords: Array, offsets: Array, left: float, bottom: float,
    cell_m: float, columns: int, rows: int, start: Array, piece: Array, owner: Array, most_rings: int,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """For each point the nearest street (equally near: the first of ``streets``) and the place on it.

    A point whose nearest street is not settled within ``most_rings`` rings of cells gets street -1: far from
    every street a grid is the wrong tool.

    Returns
    -------
    street int32[p], metres along it float64[p] and its whole length float64[p], place float64[p, 2].
    """
    p = len(x)
    street = np.empty(p, np.int32)
    ahead = np.empty(p, np.float64)
    whole = np.empty(p, np.float64)
    place = np.empty((p, 2), np.float64)
    for i in range(p):
        px, py = x[i], y[i]
        column, row = cell_of(px - left, cell_m, columns), cell_of(py - bottom, cell_m, rows)
        best, best_owner, best_piece, best_share = np.inf, -1, -1, 0.0
        ring = 0
        while True:
            for r in range(max(0, row - ring), min(rows - 1, row + ring) + 1):
                stride = 1 if abs(r - row) == ring else 2 * ring  # inner rows: only the ring's two ends
                for c in range(column - ring, column + ring + 1, stride):
                    if c < 0 or c >= columns:
                        continue
                    for k in range(start[r * columns + c], start[r * columns + c + 1]):
                        off, share = _off(px, py, coords, piece[k])
                        if off < best or (off == best and owner[k] < best_owner):
                            best, best_owner, best_piece, best_share = off, owner[k], piece[k], share
            margin = np.inf  # to the nearest cell not yet seen
            if column - ring > 0:
                margin = min(margin, px - left - (column - ring) * cell_m)
            if column + ring < columns - 1:
                margin = min(margin, left + (column + ring + 1) * cell_m - px)
            if row - ring > 0:
                margin = min(margin, py - bottom - (row - ring) * cell_m)
            if row + ring < rows - 1:
                margin = min(margin, bottom + (row + ring + 1) * cell_m - py)
            if margin == np.inf or (margin > 0 and best < margin * margin):
                break
            ring += 1
            if ring > most_rings:
                best_owner = -1
                break
        if best_owner < 0:
            street[i] = -1
            continue
        s = streets[best_owner]
        street[i] = s
        before, total = 0.0, 0.0
        for j in range(offsets[s], offsets[s + 1] - 1):
            step = sqrt((coords[j + 1, 0] - coords[j, 0]) ** 2 + (coords[j + 1, 1] - coords[j, 1]) ** 2)
            if j == best_piece:
                before = total + best_share * step
            total += step
        ahead[i], whole[i] = before, total
        place[i, 0], place[i, 1] = _at(coords, best_piece, best_share)
    return street, ahead, whole, place


@jit
def _at(coords: Array, piece: int, share: float) -> tuple[float, float]:
    """The point at a share of a piece; its ends exactly."""
    x0, y0 = coords[piece, 0], coords[piece, 1]
    x1, y1 = coords[piece + 1, 0], coords[piece + 1, 1]
    if share >= 1.0:
        return x1, y1
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


@jit
def _off(px: float, py: float, coords: Array, piece: int) -> tuple[float, float]:
    """Squared distance from a point to a piece, and the share of the piece before the nearest place."""
    dx, dy = coords[piece + 1, 0] - coords[piece, 0], coords[piece + 1, 1] - coords[piece, 1]
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0.0:
        share = ((px - coords[piece, 0]) * dx + (py - coords[piece, 1]) * dy) / square
        share = max(0.0, min(1.0, share))
    qx, qy = _at(coords, piece, share)
    return (px - qx) ** 2 + (py - qy) ** 2, share
