"""Ways from one coordinate system to another, each made once: PROJ takes up to 0.1 s to find one."""

from __future__ import annotations

from functools import lru_cache

import pyproj

_ON_BEYOND_180 = "+proj=longlat +datum=WGS84 +lon_wrap=180 +no_defs"


@lru_cache(maxsize=64)
def between(source: pyproj.CRS | int | str, target: pyproj.CRS | int | str) -> pyproj.Transformer:
    """The way between two coordinate systems, x before y on both sides whatever their axis order."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@lru_cache(maxsize=64)
def crosses(crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> bool:
    """Whether bounds in a projected CRS lie on both sides of the antimeridian."""
    west, _, east, _ = between(crs, 4326).transform_bounds(*bounds)
    return bool(west > east)


def drawn_degrees(crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> pyproj.CRS:
    """WGS 84 degrees for a map of these bounds: longitudes go on beyond 180 where it would tear else."""
    if crosses(crs, bounds):
        return pyproj.CRS.from_proj4(_ON_BEYOND_180)
    return pyproj.CRS.from_epsg(4326)
