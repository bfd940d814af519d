"""True areas of a raster's cells on the ellipsoid: a projection such as Mercator stretches them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine

from carecircle.crs import between

Cells = npt.NDArray[np.float64]

_NODES = 17
"""Cells measured along each side of a block of a projected grid; those between are interpolated."""


_EQUAL = 7e-3
"""Within this the plane's areas stand: UTM and Gauss-Krüger (0.2 %), equal-area ones on a sphere (0.67 %)."""


def cells_km2(crs: pyproj.CRS, transform: Affine, height: int, width: int) -> Cells:
    """Area of each cell of a block in km2, float64[height, width] or [height, 1] where columns do not differ.

    Parameters
    ----------
    crs
        Of the grid: rows of a geographic one are measured each; a projected one is measured at up to 17 by
        17 cells of the block and interpolated linearly (within 1e-4 over a block of 500 km).
    transform
        Of the block.
    height, width
        Its rows and columns.
    """
    geod = crs.get_geod() or pyproj.Geod(ellps="WGS84")
    t = transform
    if crs.is_geographic:
        rows = [_degrees(geod, 0.0, t.f + t.e * r, t.a, t.f + t.e * (r + 1)) for r in range(height)]
        return np.array(rows)[:, None]
    rows_at, columns_at = _nodes(height), _nodes(width)
    found = np.array([[_measured(geod, crs, t, r, c) for c in columns_at] for r in rows_at])
    planar = abs(t.a * t.e) * (crs.axis_info[0].unit_conversion_factor or 1.0) ** 2 / 1e6
    found = np.where(np.isfinite(found) & (found > 0), found, planar)  # beyond the projection's own globe
    if np.allclose(found, planar, rtol=_EQUAL, atol=0.0):
        return np.full((height, 1), planar)
    along = np.array([np.interp(np.arange(width), columns_at, row) for row in found])
    return np.array([np.interp(np.arange(height), rows_at, column) for column in along.T]).T


def _nodes(count: int) -> npt.NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, _NODES)).round().astype(np.int64))


def _measured(geod: pyproj.Geod, crs: pyproj.CRS, t: Affine, row: int, column: int) -> float:
    u = t.c + t.a * (column + np.array([0, 1, 1, 0]))
    v = t.f + t.e * (row + np.array([0, 0, 1, 1]))
    lon, lat = between(crs, crs.geodetic_crs or 4326).transform(u, v)
    area, _ = geod.polygon_area_perimeter(lon, lat)
    return abs(float(area)) / 1e6


def _degrees(geod: pyproj.Geod, west: float, south: float, east: float, north: float) -> float:
    area, _ = geod.polygon_area_perimeter([west, east, east, west], [south, south, north, north])
    return abs(float(area)) / 1e6
