"""Straight lines: geodesic, exact, without comparing everyone to everything."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
from scipy.spatial import cKDTree

from carecircle.reach._geodesy import GEOD, lonlat, point_coordinates
from carecircle.reach.asked import by_id, reached_frame, table
from carecircle.reach.search._memory import require
from carecircle.reach.surface import painted

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from scipy.sparse import csr_array

    from carecircle.reach.answers import Cells, Path, Surface
    from carecircle.reach.asked import Direction

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Standing:
    """Points of a straight line: each stands where it is.

    Parameters
    ----------
    snapped
        bool[p]: whether there is a point.
    snap_m
        float64[p]: NaN, for nothing is snapped.
    xy
        float64[p, 2]: the points, in their own CRS.
    """

    snapped: Array
    snap_m: Array
    xy: Array


class StraightLine:
    """Geodesic metres, as `carecircle.reach.asked.Reach` asks them; the direction changes nothing."""

    def nearest(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf,
    ) -> pd.DataFrame:  # fmt: skip
        """As `Reach.nearest`; ``island`` where no facility has a place, ``unsnapped`` without a point."""
        x, y, present = point_coordinates(demand.geometry.array)
        fx, fy, serving = point_coordinates(_with_crs_of(demand, facilities).geometry.array)
        ids, rank = by_id(facilities)
        kept = serving[rank]
        ids, rank = ids[kept], rank[kept]
        cost, owner = np.full(len(demand), np.inf), np.full(len(demand), -1, np.int64)
        cost[present], owner[present] = nearest_straight(
            pyproj.CRS(demand.crs), np.stack([x, y], axis=1)[present], np.stack([fx, fy], axis=1)[rank]
        )
        status = np.where(~present, "unsnapped", np.where(owner < 0, "island", "reached")).astype(object)
        beyond = (status == "reached") & (cost > limit)
        status[beyond], cost[beyond], owner[beyond] = "beyond", np.inf, -1
        return reached_frame(demand, ids, owner, cost, np.full(len(demand), np.nan), status)

    def pairs(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf,
    ) -> csr_array:  # fmt: skip
        """As `Reach.pairs`."""
        return table(*self.triples(demand, facilities, limit=limit), (len(demand), len(facilities)))

    def triples(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, limit: float
    ) -> tuple[Array, Array, Array]:
        """`pairs` as (demand row, facility row, cost), by facility (string order), then by row."""
        x, y, present = point_coordinates(demand.geometry.array)
        fx, fy, serving = point_coordinates(_with_crs_of(demand, facilities).geometry.array)
        row, column, metres = pairs_straight(
            pyproj.CRS(demand.crs), np.stack([x, y], axis=1)[present], np.stack([fx, fy], axis=1)[serving],
            limit,
        )  # fmt: skip
        row, column = np.flatnonzero(present)[row], np.flatnonzero(serving)[column]
        _, rank = by_id(facilities)
        order = np.lexsort((row, np.argsort(rank)[column]))
        return row[order], column[order], metres[order]

    def way(
        self, demand_point: shapely.Point, facility_point: shapely.Point, *,
        direction: Direction = "to_facility",
    ) -> Path | None:  # fmt: skip
        """None: a straight line is a distance, not a way."""
        return None

    def surface(
        self, facilities: gpd.GeoDataFrame, cells: Cells, *, direction: Direction = "to_facility"
    ) -> Surface:
        """As `Reach.surface`, in metres."""
        return painted(cells, self.nearest(cells.centres, facilities)["cost"].to_numpy(float))

    def place(self, points: gpd.GeoDataFrame) -> Standing:
        """As `Reach.place`."""
        x, y, present = point_coordinates(points.geometry.array)
        return Standing(present, np.full(len(points), np.nan), np.stack([x, y], axis=1))


def _with_crs_of(demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if facilities.crs is not None and facilities.crs != demand.crs:
        return facilities.to_crs(demand.crs)
    return facilities


def nearest_straight(crs: pyproj.CRS, xy: Array, facility_xy: Array) -> tuple[Array, Array]:
    """Geodesic metres from each point to its nearest facility, and which one that is.

    The chord through the earth never exceeds the geodesic. So a facility whose chord is longer than the
    geodesic to some other one cannot be nearer: a k-d tree over chords finds the few that can, and only
    those are measured (Karney's algorithm, WGS 84).

    Parameters
    ----------
    crs
        Projected CRS of both.
    xy
        float64[p, 2], all finite.
    facility_xy
        float64[f, 2], all finite, in order of preference: equal distance goes to the lower row.

    Returns
    -------
    metres float64[p] (inf without facilities), facility int64[p] (-1 without).
    """
    p = len(xy)
    metres, nearest = np.full(p, np.inf), np.full(p, -1, np.int64)
    if p == 0 or len(facility_xy) == 0:
        return metres, nearest
    lon, lat = lonlat(crs, xy[:, 0], xy[:, 1])
    f_lon, f_lat = lonlat(crs, facility_xy[:, 0], facility_xy[:, 1])
    _, first = np.unique(np.stack([f_lon, f_lat], axis=1), axis=0, return_index=True)
    first = np.sort(first)
    tree = cKDTree(chords(f_lon[first], f_lat[first]))
    centre = chords(lon, lat)
    rows, k = np.arange(p), min(2, len(first))
    while len(rows):
        chord, place = _nearest_chords(tree, centre[rows], k)
        candidate = first[place]
        measured = _geodesic(lon, lat, f_lon, f_lat, rows, candidate)
        best = measured.min(axis=1)
        winner = np.where(measured == best[:, None], candidate, len(f_lon)).min(axis=1)
        metres[rows], nearest[rows] = best, winner
        open_ = chord[:, -1] <= best * (1 + 1e-12) + 1e-6  # a farther chord might still be as near
        rows = rows[open_ & (k < len(first))]
        k = min(2 * k, len(first))
    return metres, nearest


def pairs_straight(
    crs: pyproj.CRS, xy: Array, facility_xy: Array, limit: float
) -> tuple[Array, Array, Array]:
    """Every pair of point and facility within a limit (inclusive).

    A chord through the earth is no longer than the geodesic: a k-d tree over chords loses no pair, and the
    exact measure decides.

    Parameters
    ----------
    crs
        CRS of both.
    xy, facility_xy
        float64[p, 2] and float64[f, 2], all finite.
    limit
        Metres; inf for all pairs.

    Returns
    -------
    row int64[k], column int64[k], metres float64[k], in no stated order.
    """
    p, f = len(xy), len(facility_xy)
    if p == 0 or f == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    lon, lat = lonlat(crs, xy[:, 0], xy[:, 1])
    f_lon, f_lat = lonlat(crs, facility_xy[:, 0], facility_xy[:, 1])
    if math.isinf(limit):
        require(72 * p * f, work=f"{f:,} facilities × {p:,} residents' points")
        row, column = np.repeat(np.arange(p), f), np.tile(np.arange(f), p)
    else:
        tree = cKDTree(chords(lon, lat))
        near: Any = tree.query_ball_point(chords(f_lon, f_lat), limit * (1 + 1e-12) + 1e-6)
        column = np.repeat(np.arange(f), [len(n) for n in near])
        row = np.array([i for n in near for i in n], dtype=np.int64)
    _, _, metres = GEOD.inv(lon[row], lat[row], f_lon[column], f_lat[column])
    kept = np.asarray(metres) <= limit
    return row[kept], column[kept], np.asarray(metres)[kept]


def _nearest_chords(tree: cKDTree, centre: Array, k: int) -> tuple[Array, Array]:
    """The k shortest chords of each point, float64[p, k], and where they lead, int64[p, k]."""
    chord, place = tree.query(centre, k=[*range(1, k + 1)])
    return np.asarray(chord), np.asarray(place)


def _geodesic(lon: Array, lat: Array, f_lon: Array, f_lat: Array, rows: Array, candidate: Array) -> Array:
    flat, k = candidate.ravel(), candidate.shape[1]
    here = np.repeat(rows, k)
    _, _, metres = GEOD.inv(lon[here], lat[here], f_lon[flat], f_lat[flat])
    return np.asarray(metres).reshape(candidate.shape)


def chords(lon: Array, lat: Array) -> Array:
    """Earth-centred coordinates float64[p, 3] in metres on the WGS 84 ellipsoid."""
    e2 = GEOD.f * (2 - GEOD.f)
    phi, lam = np.radians(lat), np.radians(lon)
    normal = GEOD.a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return np.stack(
        [
            normal * np.cos(phi) * np.cos(lam),
            normal * np.cos(phi) * np.sin(lam),
            normal * (1 - e2) * np.sin(phi),
        ],
        axis=1,
    )
