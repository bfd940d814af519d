"""The cost field of a search as a grid, compiled: what it costs to come within some metres of a cell.

A cell's value is the least cost at any point of a reached road that lies within ``half_m`` of the cell's
centre. So the cells at or below a limit are, but for the size of a cell, the reached parts of roads
buffered by ``half_m``; and a smaller limit's cells are always among a larger one's.
"""

from __future__ import annotations

from math import ceil, floor, sqrt
from typing import Any

import numpy as np

from carecircle.reach.search._numba import jit

Array = Any


@jit
def bounds_of(
    nodes: Array, costs: Array, limit: float, indptr: Array, row: Array, street: Array, coords: Array,
    offsets: Array, box: Array,
) -> None:  # fmt: skip
    """Widen ``box`` (west, south, east, north) to every street that leaves the nodes."""
    for i in range(len(nodes)):
        u = nodes[i]
        if costs[i] > limit:
            continue
        for k in range(indptr[u], indptr[u + 1]):
            s = street[row[k]]
            for j in range(offsets[s], offsets[s + 1]):
                box[0] = min(box[0], coords[j, 0])
                box[1] = min(box[1], coords[j, 1])
                box[2] = max(box[2], coords[j, 0])
                box[3] = max(box[3], coords[j, 1])


@jit
def paint_rows(
    field: Array, left: float, top: float, cell_m: float, half_m: float, limit: float, nodes: Array,
    costs: Array, indptr: Array, row: Array, street: Array, from_start: Array, cost: Array, coords: Array,
    offsets: Array,
) -> None:  # fmt: skip
    """Paint every street that leaves the reached nodes, in the direction of the search.

    ``row`` gives the edge of each slot of ``indptr``; ``from_start`` whether the search runs along its
    street as drawn; ``cost`` what the whole street costs.
    """
    for i in range(len(nodes)):
        u = nodes[i]
        if costs[i] > limit:
            continue
        for k in range(indptr[u], indptr[u + 1]):
            r = row[k]
            begin, end = (0.0, 1.0) if from_start[r] else (1.0, 0.0)
            paint_part(
                field,
                left,
                top,
                cell_m,
                half_m,
                limit,
                costs[i],
                cost[r],
                begin,
                end,
                street[r],
                coords,
                offsets,
            )


@jit
def paint_part(
    field: Array, left: float, top: float, cell_m: float, half_m: float, limit: float, spent: float,
    whole: float, begin: float, end: float, street: int, coords: Array, offsets: Array,
) -> None:  # fmt: skip
    """Paint a street from one share of its length to another; the whole street would cost ``whole``."""
    if not whole < np.inf or spent > limit:
        return
    lo = offsets[street]
    hi = offsets[street + 1]
    length = 0.0
    for j in range(lo + 1, hi):
        length += sqrt((coords[j, 0] - coords[j - 1, 0]) ** 2 + (coords[j, 1] - coords[j - 1, 1]) ** 2)
    if length == 0.0:
        return
    ahead = end > begin
    at = 0.0
    for step in range(hi - lo - 1):
        j = lo + step if ahead else hi - 1 - step
        to = j + 1 if ahead else j - 1
        x, y = coords[j, 0], coords[j, 1]
        dx, dy = coords[to, 0] - x, coords[to, 1] - y
        share = sqrt(dx * dx + dy * dy) / length
        # shares counted from where the walk along the street starts: 0 at its first point, 1 at its last
        first = begin if ahead else 1.0 - begin
        last = end if ahead else 1.0 - end
        a = max(first, at)
        b = min(last, at + share)
        if b > a and share > 0.0:
            c = spent + whole * (a - first)
            if c > limit:
                return
            p, q = (a - at) / share, (b - at) / share
            _paint_segment(
                field, left, top, cell_m, half_m, limit, x + p * dx, y + p * dy, x + q * dx, y + q * dy, c,
                c + whole * (b - a),
            )  # fmt: skip
        at += share


@jit
def _paint_segment(
    field: Array, left: float, top: float, cell_m: float, half_m: float, limit: float, x0: float, y0: float,
    x1: float, y1: float, c0: float, c1: float,
) -> None:  # fmt: skip
    """Lower every cell within ``half_m`` of a straight piece to the cost where its circle first meets it."""
    height, width = field.shape
    dx, dy = x1 - x0, y1 - y0
    length = sqrt(dx * dx + dy * dy)
    dx, dy = dx / length, dy / length
    within = length * (limit - c0) / (c1 - c0) if c1 > limit else length
    rate = (c1 - c0) / length
    ex, ey = x0 + dx * within, y0 + dy * within
    row_lo = max(0, ceil((top - max(y0, ey) - half_m) / cell_m - 0.5))
    row_hi = min(height - 1, floor((top - min(y0, ey) + half_m) / cell_m - 0.5))
    west, east = min(x0, ex) - half_m, max(x0, ex) + half_m
    for r in range(row_lo, row_hi + 1):
        py = top - (r + 0.5) * cell_m - y0
        lo, hi = west, east
        if abs(dy) > 1e-9:  # where the strip of the line crosses this row
            middle = x0 + py * dx / dy
            reach = half_m / abs(dy)
            lo, hi = max(lo, middle - reach), min(hi, middle + reach)
        col_lo = max(0, ceil((lo - left) / cell_m - 0.5))
        col_hi = min(width - 1, floor((hi - left) / cell_m - 0.5))
        for c in range(col_lo, col_hi + 1):
            if field[r, c] <= c0:
                continue
            px = left + (c + 0.5) * cell_m - x0
            along = px * dx + py * dy
            off = px * dy - py * dx
            rest = half_m * half_m - off * off
            if rest < 0.0:
                continue
            chord = sqrt(rest)
            if along + chord < 0.0 or along - chord > within:
                continue
            price = c0 + rate * max(0.0, along - chord)
            if price < field[r, c]:
                field[r, c] = price


@jit
def mend_corners(field: Array) -> None:
    """Lower cells until no two diagonal neighbours touch by a corner alone, at any limit.

    Outlines of what remains never touch themselves. Lowering the field, not one limit's cells, keeps
    limits nested.
    """
    height, width = field.shape
    changed = True
    while changed:
        changed = False
        for r in range(height - 1):
            for c in range(width - 1):
                nw, ne = field[r, c], field[r, c + 1]
                sw, se = field[r + 1, c], field[r + 1, c + 1]
                if max(nw, se) < min(ne, sw):
                    changed = True
                    if ne <= sw:
                        field[r, c + 1] = max(nw, se)
                    else:
                        field[r + 1, c] = max(nw, se)
                elif max(ne, sw) < min(nw, se):
                    changed = True
                    if nw <= se:
                        field[r, c] = max(ne, sw)
                    else:
                        field[r + 1, c + 1] = max(ne, sw)
