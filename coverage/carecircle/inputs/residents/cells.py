"""How much of each grid cell a polygon holds, exactly, by one walk along its outline.

Green's theorem turns the area (and the first moments) of polygon and cell into sums over the pieces of the
outline inside the cell, plus what the pieces to its left close off in its row. The cost is that of the
outline's length in cells, however jagged it is, and no cell is ever overlaid with a polygon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WHOLE = 1e-9
"""Shares of a cell this near to 0 or 1 are 0 or 1: a border drawn along the grid's own lines."""


@dataclass(frozen=True, eq=False)
class Held:
    """Cells of which a polygon holds something.

    Parameters
    ----------
    row, column
        The cells, each once, in no order.
    share
        Of the cell's area, above 0 and at most 1.
    x, y
        Centroid of the part held, in cells from the grid's corner (so 2.5 is the middle of the third).
    """

    row: Ints
    column: Ints
    share: Floats
    x: Floats
    y: Floats


_NOTHING = Held(*(np.zeros(0, dtype=np.int64),) * 2, *(np.zeros(0),) * 3)


def held(shape: BaseGeometry, transform: Affine, height: int, width: int) -> Held:
    """Shares and centroids of a polygon's parts in the cells of an unrotated grid.

    Parameters
    ----------
    shape
        Polygon or MultiPolygon in the grid's CRS; anything else in a collection holds no area.
    transform, height, width
        The grid.
    """
    u0, v0, u1, v1 = _outline(shape, transform)
    turning = float(np.sum((u0 - u0[:1] + u1 - u0[:1]) * (v1 - v0)))
    ua, va, ub, vb = _pieces(*_within(u0, v0, u1, v1, height, width))
    if not len(ua) or not turning:
        return _NOTHING
    column: Ints = np.floor((ua + ub) / 2).astype(np.int64)
    row: Ints = np.floor((va + vb) / 2).astype(np.int64)
    kept = (row >= 0) & (row < height) & (column < width)
    column, row = column[kept], row[kept]
    ua, va, ub, vb = (p[kept] for p in (ua, va, ub, vb))
    if not len(row):
        return _NOTHING
    cell, sums = _sums(row * width + column, ua - column, va - row, ub - column, vb - row)
    own, own_x, own_y, cover, cover_y = (-np.sign(turning) * s for s in sums)
    row, column = cell // width, cell % width
    before, before_y = _to_the_left(row, cover), _to_the_left(row, cover_y)
    share = own + before
    some = share > WHOLE
    whole = share > 1.0 - WHOLE
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where(whole, 0.5, (own_x + before / 2) / share)
        y = np.where(whole, 0.5, (own_y + before_y) / share)
    share[whole] = 1.0
    runs_row, runs_column = _runs(row, column, before + cover, width)
    return Held(
        row=np.concatenate([row[some], runs_row]),
        column=np.concatenate([column[some], runs_column]),
        share=np.concatenate([share[some], np.ones(len(runs_row))]),
        x=np.concatenate([column[some] + x[some], runs_column + 0.5]),
        y=np.concatenate([row[some] + y[some], runs_row + 0.5]),
    )


def _outline(shape: BaseGeometry, t: Affine) -> tuple[Floats, Floats, Floats, Floats]:
    """Segments of all rings in cells from the grid's corner, holes turning against their shell."""
    parts = shapely.get_parts(shapely.get_parts(shapely.normalize(shape)))
    xy, ring = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    u, v = (xy[:, 0] - t.c) / t.a, (xy[:, 1] - t.f) / t.e
    on = ring[1:] == ring[:-1]
    return u[:-1][on], v[:-1][on], u[1:][on], v[1:][on]


def _within(
    u0: Floats, v0: Floats, u1: Floats, v1: Floats, height: int, width: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Segments clipped to the grid; those left of it become its left side and still close it off."""
    on_rows = _part(u0, v0, u1, v1, *_span(v0, v1, 0.0, height, level=(v0 >= 0) & (v0 <= height)))
    u0, v0, u1, v1 = on_rows
    inside = _part(u0, v0, u1, v1, *_span(u0, u1, 0.0, width, level=(u0 >= 0) & (u0 <= width)))
    _, va, _, vb = _part(u0, v0, u1, v1, *_span(u0, u1, -np.inf, 0.0, level=u0 < 0))
    left = np.zeros(len(va)), va, np.zeros(len(va)), vb
    u0, v0, u1, v1 = (np.concatenate(pair) for pair in zip(inside, left, strict=True))
    return u0, v0, u1, v1


def _span(
    p0: Floats, p1: Floats, low: float, high: float, *, level: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """From where to where (0 to 1) along segments one coordinate lies between two values."""
    with np.errstate(divide="ignore", invalid="ignore"):
        at_low, at_high = (low - p0) / (p1 - p0), (high - p0) / (p1 - p0)
    flat = p0 == p1
    begin = np.where(flat, 0.0, np.clip(np.minimum(at_low, at_high), 0.0, 1.0))
    end = np.where(flat, level.astype(np.float64), np.clip(np.maximum(at_low, at_high), 0.0, 1.0))
    return begin, end


def _part(
    u0: Floats, v0: Floats, u1: Floats, v1: Floats, begin: Floats, end: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Segments cut down to a stretch of themselves; those of no length are left out."""
    kept = begin < end
    u0, v0, u1, v1, begin, end = (p[kept] for p in (u0, v0, u1, v1, begin, end))
    ua, va = (np.where(begin == 0.0, p0, p0 + begin * (p1 - p0)) for p0, p1 in ((u0, u1), (v0, v1)))
    ub, vb = (np.where(end == 1.0, p1, p0 + end * (p1 - p0)) for p0, p1 in ((u0, u1), (v0, v1)))
    return ua, va, ub, vb


def _pieces(u0: Floats, v0: Floats, u1: Floats, v1: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Segments cut wherever they cross a line of the grid, in order along each."""
    along_u, at_u, line_u = _crossings(u0, u1)
    along_v, at_v, line_v = _crossings(v0, v1)
    segment = np.concatenate([np.arange(len(u0)), at_u, at_v])
    along = np.concatenate([np.zeros(len(u0)), along_u, along_v])
    u = np.concatenate([u0, line_u, u0[at_v] + along_v * (u1 - u0)[at_v]])
    v = np.concatenate([v0, v0[at_u] + along_u * (v1 - v0)[at_u], line_v])
    order = np.lexsort((along, segment))
    segment, u, v = segment[order], u[order], v[order]
    last = np.append(segment[1:] != segment[:-1], True)
    ub = np.where(last, u1[segment], np.roll(u, -1))
    vb = np.where(last, v1[segment], np.roll(v, -1))
    return u, v, ub, vb


def _crossings(p0: Floats, p1: Floats) -> tuple[Floats, Ints, Floats]:
    """Where segments cross whole numbers of one coordinate: how far along, which segment, which number."""
    first = np.floor(np.minimum(p0, p1)) + 1
    count = np.maximum(np.ceil(np.maximum(p0, p1)) - first, 0).astype(np.int64)
    segment = np.repeat(np.arange(len(p0)), count)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    line = first[segment] + step
    return (line - p0[segment]) / (p1 - p0)[segment], segment, line


def _sums(cell: Ints, a0: Floats, b0: Floats, a1: Floats, b1: Floats) -> tuple[Ints, list[Floats]]:
    """For each cell met: integrals of 1, u and v right of its pieces within it, and of 1 and v along them."""
    met, at = np.unique(cell, return_inverse=True)
    dv = b1 - b0
    parts = (
        dv * (1 - (a0 + a1) / 2),
        dv * (1 - (a0 * a0 + a0 * a1 + a1 * a1) / 3) / 2,
        dv * ((b0 + b1) / 2 - (2 * a0 * b0 + a0 * b1 + a1 * b0 + 2 * a1 * b1) / 6),
        dv,
        dv * (b0 + b1) / 2,
    )
    return met, [np.bincount(at, weights=p, minlength=len(met)).astype(np.float64) for p in parts]


def _to_the_left(row: Ints, values: Floats) -> Floats:
    """Sum of the values of the cells met earlier in each cell's row (cells sorted by row and column)."""
    sums = np.cumsum(values) - values
    start = np.append(True, row[1:] != row[:-1])
    before: Floats = sums - np.repeat(sums[start], np.diff(np.append(np.flatnonzero(start), len(row))))
    return before


def _runs(row: Ints, column: Ints, after: Floats, width: int) -> tuple[Ints, Ints]:
    """Cells between those met that lie wholly inside: their outline is closed off to the left."""
    last = np.append(row[1:] != row[:-1], True)
    end = np.where(last, width, np.roll(column, -1))
    count = np.where(after > 0.5, end - column - 1, 0)
    at = np.repeat(np.arange(len(row)), count)
    step = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return row[at], column[at] + 1 + step
