"""Distances on the ellipsoid: what a metre is, whatever projection a study is drawn in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely

Array = np.ndarray[Any, Any]

GEOD = pyproj.Geod(ellps="WGS84")


@lru_cache(maxsize=8)
def _to_wgs84(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, 4326, always_xy=True)


def lonlat(crs: pyproj.CRS, x: Array, y: Array) -> tuple[Array, Array]:
    """Longitude and latitude (WGS 84, degrees) of projected coordinates."""
    lon, lat = _to_wgs84(crs).transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(lon), np.asarray(lat)


def distance_m(crs: pyproj.CRS, x1: Array, y1: Array, x2: Array, y2: Array) -> Array:
    """Geodesic metres between pairs of projected points (WGS 84 ellipsoid, Karney's algorithm)."""
    if len(x1) == 0:
        return np.zeros(0)
    _, _, metres = GEOD.inv(*lonlat(crs, x1, y1), *lonlat(crs, x2, y2))
    return np.asarray(metres)


def line_lengths_m(crs: pyproj.CRS, lines: Any) -> Array:
    """Geodesic metres float64[m] of an array of LineStrings in a projected CRS."""
    if len(lines) == 0:
        return np.zeros(0)
    coords, line = shapely.get_coordinates(lines, return_index=True)
    lon, lat = lonlat(crs, coords[:, 0], coords[:, 1])
    _, _, steps = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    inner = line[1:] == line[:-1]
    return np.bincount(line[1:][inner], weights=steps[inner], minlength=len(lines))


def point_coordinates(geometry: Any) -> tuple[Array, Array, Array]:
    """x, y and whether there is a point at all, of an array of points in which some may be missing."""
    points = np.asarray(geometry, dtype=object)
    present = ~(shapely.is_missing(points) | shapely.is_empty(points))
    x, y = shapely.get_x(points), shapely.get_y(points)
    return x, y, present & np.isfinite(x) & np.isfinite(y)
