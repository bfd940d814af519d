"""The nearest facility in a straight line: geodesic, exact, without comparing everyone to everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
from scipy.spatial import cKDTree

from carecircle.reach._geodesy import GEOD, lonlat

Array = np.ndarray[Any, Any]


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
    tree = cKDTree(_chords(f_lon[first], f_lat[first]))
    centre = _chords(lon, lat)
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


def _nearest_chords(tree: cKDTree, centre: Array, k: int) -> tuple[Array, Array]:
    """The k shortest chords of each point, float64[p, k], and where they lead, int64[p, k]."""
    chord, place = tree.query(centre, k=[*range(1, k + 1)])
    return np.asarray(chord), np.asarray(place)


def _geodesic(lon: Array, lat: Array, f_lon: Array, f_lat: Array, rows: Array, candidate: Array) -> Array:
    flat, k = candidate.ravel(), candidate.shape[1]
    here = np.repeat(rows, k)
    _, _, metres = GEOD.inv(lon[here], lat[here], f_lon[flat], f_lat[flat])
    return np.asarray(metres).reshape(candidate.shape)


def _chords(lon: Array, lat: Array) -> Array:
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
