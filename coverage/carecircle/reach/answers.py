"""What a reach answers beside its frames: a way as a line to draw, a grid of travel times, its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import affine
import numpy as np
import pyproj

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Path:
    """One way, in the direction of travel.

    Parameters
    ----------
    geometry
        LineString along the roads, in the network's CRS.
    access
        The legs off the roads: from the starting point to the road, and from the road to the end.
    minutes, metres
        Of the whole way, access legs included.
    edge_ids
        Directed edges travelled, the first and last perhaps in part.
    """

    geometry: shapely.LineString
    access: tuple[shapely.LineString, shapely.LineString]
    minutes: float
    metres: float
    edge_ids: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Surface:
    """A grid of travel times.

    Parameters
    ----------
    values
        float32[h, w], minutes (metres of a straight line or by length); NaN outside the region, off the roads
        and where no facility is reached.
    transform
        From (column, row) to the CRS; north is up.
    crs
        Projected, in metres.
    """

    values: Array
    transform: affine.Affine
    crs: pyproj.CRS


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a region, laid out once for every surface of a study.

    Parameters
    ----------
    centres
        ``demand_id`` (the cell's number, row by row) and points, for the cells of the region.
    width, height, transform
        The grid they lie in.
    """

    centres: gpd.GeoDataFrame
    width: int
    height: int
    transform: affine.Affine
