"""Ways from one coordinate system to another, each made once: PROJ takes up to 0.1 s to find one."""

from __future__ import annotations

from functools import lru_cache

import pyproj


@lru_cache(maxsize=64)
def between(source: pyproj.CRS | int | str, target: pyproj.CRS | int | str) -> pyproj.Transformer:
    """The way between two coordinate systems, x before y on both sides whatever their axis order."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
