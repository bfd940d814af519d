"""Points -> seats: the cells' centres (and places on roads) a point is joined to, and each leg's cost.

A point is joined to the four centres around it that are open, each by a leg at the mean of both cells'
slowness and at the slope between them; the point's height lies between theirs. One on a closed cell moves to
the nearest open cell's centre within a stated distance, and is joined to that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from carecircle.reach._geodesy import point_coordinates
from carecircle.reach.ground import laws

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.reach.ground.field import Field
    from carecircle.terrain import GroundCells

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Seats:
    """Where points stand on the ground.

    Parameters
    ----------
    snapped
        bool[p]: whether a point has a place at all.
    given
        bool[p]: whether there is a point; one that is given and has no place stands on closed ground.
    snap_m
        float64[p]: metres a point on closed ground was moved; NaN where none was.
    xy
        float64[p, 2]: the places, in the CRS that was asked for.
    at
        float64[p, 2]: row and column of the places, cells counted from the grid's corner.
    point, row, column, metres
        The seats, by point: which point, which cell, how far its centre is.
    """

    snapped: Array
    given: Array
    snap_m: Array
    xy: Array
    at: Array
    point: Array
    row: Array
    column: Array
    metres: Array

    def __len__(self) -> int:
        return len(self.snapped)

    @property
    def own(self) -> tuple[Array, Array]:
        """Row and column of the cell each point stands in; -1 without a place."""
        inside = np.where(self.snapped[:, None], np.floor(np.nan_to_num(self.at)), -1).astype(np.int64)
        return inside[:, 0], inside[:, 1]


class Placing:
    """Puts points on the ground of one mode.

    Parameters
    ----------
    cells
        The study's.
    field
        Of the mode.
    most_m
        How far a point on closed ground may be moved, in metres.
    """

    def __init__(self, cells: GroundCells, field: Field, most_m: float) -> None:
        self.cells, self.field, self.most_m = cells, field, most_m

    def seats(self, points: gpd.GeoDataFrame, *, moving: bool = True) -> Seats:
        """The seats of points in any stated CRS; those on closed ground are moved, or left where they are."""
        x, y, given = point_coordinates(points.geometry.array)
        at = np.full((len(x), 2), np.nan)
        at[given] = self.grid(points.crs, x[given], y[given])
        own = np.floor(np.nan_to_num(at, nan=-1.0)).astype(np.int64)
        stands = given & self._open(own[:, 0], own[:, 1])
        moved, snap_m = self._moved(at, given & ~stands & moving)
        placed = np.where(np.isnan(moved), at, moved)
        snapped = stands | ~np.isnan(moved[:, 0])
        xy = np.stack([x, y], axis=1)
        shifted = np.flatnonzero(~np.isnan(moved[:, 0]))
        xy[shifted] = self.ground(points.crs, placed[shifted])
        seat = self._around(placed, np.flatnonzero(stands), shifted, snap_m)
        return Seats(snapped, given, snap_m, xy, placed, *seat)

    def grid(self, crs: Any, x: Array, y: Array) -> Array:
        """Row and column float64[k, 2] of places, cells counted from the grid's corner."""
        if crs is not None and pyproj.CRS(crs) != pyproj.CRS(self.cells.crs):
            x, y = pyproj.Transformer.from_crs(crs, self.cells.crs, always_xy=True).transform(x, y)
        a, _, left, _, e, top = self.cells.transform
        return np.stack([(np.asarray(y) - top) / e, (np.asarray(x) - left) / a], axis=1)

    def ground(self, crs: Any, at: Array) -> Array:
        """x and y float64[k, 2] of rows and columns, in a CRS."""
        a, _, left, _, e, top = self.cells.transform
        x, y = left + a * at[:, 1], top + e * at[:, 0]
        if crs is not None and pyproj.CRS(crs) != pyproj.CRS(self.cells.crs):
            x, y = pyproj.Transformer.from_crs(self.cells.crs, crs, always_xy=True).transform(x, y)
        return np.stack([x, y], axis=1)

    def metres(self, a: Array, b: Array) -> Array:
        """Metres between places given as rows and columns."""
        row = np.clip(((a[:, 0] + b[:, 0]) / 2).astype(np.int64), 0, self.field.rows - 1)
        down = (a[:, 0] - b[:, 0]) * self.field.north_m[row]
        return np.asarray(np.hypot(down, (a[:, 1] - b[:, 1]) * self.field.east_m[row]))

    def heights(self, at: Array) -> Array:
        """Height between the four centres around each place, of those that have one; NaN without."""
        if self.field.elevation_m is None:
            return np.zeros(len(at))
        low = np.floor(at - 0.5).astype(np.int64)
        part = at - 0.5 - low
        total, weight = np.zeros(len(at)), np.zeros(len(at))
        for down in (0, 1):
            for right in (0, 1):
                row, column = low[:, 0] + down, low[:, 1] + right
                f = self.field
                there = (row >= 0) & (column >= 0) & (row < f.rows) & (column < f.columns)
                z = self.field.elevation_m[np.where(there, row, 0), np.where(there, column, 0)]
                there &= np.isfinite(z)
                share = np.abs(1 - down - part[:, 0]) * np.abs(1 - right - part[:, 1]) * there
                total += np.where(share > 0, share * z, 0.0)
                weight += share
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(weight > 0, total / weight, np.nan))

    def legs(self, seats: Seats, *, leaving: bool) -> Array:
        """What each seat's leg costs to a traveller who leaves the point, or arrives at it."""
        f = self.field
        row, column = seats.own
        own = row[seats.point], column[seats.point]
        there = seats.row, seats.column
        z = np.zeros(len(seats.row)) if f.elevation_m is None else f.elevation_m[there].astype(float)
        place = self.heights(seats.at[seats.point])
        cost = self.leg(own, there, seats.metres, (z - place) if leaving else (place - z))
        moved = ~np.isnan(seats.snap_m[seats.point])
        same = (own[0] == there[0]) & (own[1] == there[1])
        level = f.cost_of(*there) * seats.metres
        return np.where(moved | (same & np.isinf(cost)), level, cost)

    def leg(self, a: tuple[Array, Array], b: tuple[Array, Array], metres: Array, rise: Array) -> Array:
        """What some metres cost between two cells with so much rise; infinite where closed or too steep."""
        f = self.field
        one, other = f.slow[a].astype(float), f.slow[b].astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = np.where(metres > 0, rise / metres, 0.0)
        walked = (np.maximum(one, 0) + np.maximum(other, 0)) / 2 + f.base
        ridden = (np.maximum(-one, 0) + np.maximum(-other, 0)) / 2
        if f.law == laws.NONE:
            walked, ridden = (np.abs(one) + np.abs(other)) / 2, np.zeros(len(one))
        cost = metres * (walked * laws.factor(f.law, slope) + ridden)
        return np.where(np.isnan(cost) | (np.abs(slope) > f.steepest), np.inf, cost)

    def _open(self, row: Array, column: Array) -> Array:
        f = self.field
        there = (row >= 0) & (column >= 0) & (row < f.rows) & (column < f.columns)
        found = np.zeros(len(row), bool)
        found[there] = f.open[row[there], column[there]]
        return found

    def _around(self, at: Array, stands: Array, moved: Array, snap_m: Array) -> tuple[Array, ...]:
        """Seats (point, row, column, metres) of points that stand on open cells, and of those moved."""
        low = np.floor(at[stands] - 0.5).astype(np.int64)
        corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
        row = (low[:, None, 0] + corners[:, 0]).ravel()
        column = (low[:, None, 1] + corners[:, 1]).ravel()
        point = np.repeat(stands, 4)
        kept = self._open(row, column)
        point, row, column = point[kept], row[kept], column[kept]
        away = self.metres(at[point], np.stack([row, column], axis=1) + 0.5)
        there = np.floor(at[moved]).astype(np.int64)
        point = np.concatenate([point, moved])
        order = np.argsort(point, kind="stable")
        row, column = np.concatenate([row, there[:, 0]]), np.concatenate([column, there[:, 1]])
        away = np.concatenate([away, snap_m[moved]])
        return point[order], row[order], column[order], away[order]

    def _moved(self, at: Array, closed: Array) -> tuple[Array, Array]:
        """The nearest open centre within reach of each point on closed ground, and how far it is."""
        found, away = np.full(at.shape, np.nan), np.full(len(at), np.nan)
        if not closed.any():
            return found, away
        f = self.field
        tall = int(self.most_m / f.north_m.min()) + 1
        wide = int(self.most_m / f.east_m.min()) + 1
        down, right = np.mgrid[-tall : tall + 1, -wide : wide + 1].reshape(2, -1)
        closed = closed & self._near_open(at, tall, wide)
        for some in np.array_split(np.flatnonzero(closed), 1 + int(closed.sum()) * len(down) // 2_000_000):
            if len(some) == 0:
                continue
            own = np.floor(at[some]).astype(np.int64)
            row, column = (own[:, :1] + down).ravel(), (own[:, 1:] + right).ravel()
            centre = np.stack([row, column], axis=1) + 0.5
            metres = self.metres(np.repeat(at[some], len(down), axis=0), centre)
            metres = np.where(self._open(row, column) & (metres <= self.most_m), metres, np.inf)
            metres = metres.reshape(len(some), -1)
            best = metres.argmin(axis=1)
            least = metres[np.arange(len(some)), best]
            has = np.isfinite(least)
            nearest = centre.reshape(len(some), -1, 2)[np.arange(len(some)), best]
            found[some[has]], away[some[has]] = nearest[has], least[has]
        return found, away

    def _near_open(self, at: Array, tall: int, wide: int) -> Array:
        """Whether any cell within some rows and columns of each place is open; without a place: no."""
        f, total = self.field, self.field.open_before
        own = np.floor(np.nan_to_num(at, nan=-1e6)).astype(np.int64)
        top, bottom = (np.clip(own[:, 0] + d, 0, f.rows) for d in (-tall, tall + 1))
        left, right = (np.clip(own[:, 1] + d, 0, f.columns) for d in (-wide, wide + 1))
        count = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
        return np.asarray(count > 0)
