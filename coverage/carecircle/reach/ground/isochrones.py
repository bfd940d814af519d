"""Isochrones over the ground, to draw: the cells whose centre is reached in time, by road or without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from carecircle.errors import UsageError
from carecircle.reach.drawing.polygon import polygon_of
from carecircle.reach.ground.engine import Sources
from carecircle.reach.ground.field import EDGE
from carecircle.reach.search._numba import numba

if TYPE_CHECKING:
    from carecircle.reach.asked import Direction
    from carecircle.reach.ground.reach import Ground

Array = np.ndarray[Any, Any]


def ground_isochrones(
    ground: Ground, facilities: gpd.GeoDataFrame, limits: Sequence[float], *,
    direction: Direction = "to_facility", together: bool = False,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Polygons within each limit of each facility, as `carecircle.reach.isochrones.isochrones` draws them.

    Parameters
    ----------
    ground
        What is travelled.
    facilities
        Points, in any stated CRS.
    limits
        Minutes (metres, where the ground is asked for the shortest way).
    direction
        ``to_facility``: who reaches it within the limit; ``from_facility``: where it reaches.
    together
        One polygon a limit for all facilities (the nearest counts), ``facility_id`` None.

    Returns
    -------
    GeoDataFrame
        facility_id, limit_min, geometry: MultiPolygon in the CRS of the facilities, by facility in the order
        given, then by limit ascending; a smaller limit's lies within a larger one's.

    Raises
    ------
    UsageError
        Without numba, or without a limit.
    """
    if numba() is None:
        raise UsageError("reach.numba_needed")
    levels = sorted({float(limit) for limit in limits})
    if not levels or not (math.isfinite(levels[-1]) and levels[0] >= 0):
        raise UsageError("reach.limits_needed", value=levels)
    world, sources = ground.search_from(facilities, direction)
    groups = [None] if together else [*range(len(facilities))]
    drawn: list[Any] = []
    for group in groups:
        mine = np.ones(len(sources.owner), bool) if group is None else sources.owner == group
        some = Sources(sources.code[mine], sources.spent[mine], sources.owner[mine])
        cost, owner = world.nearest(some, levels[-1] * ground.unit)
        f = world.field
        reached = np.where(owner[: f.size] >= 0, cost[: f.size], np.inf).reshape(-1, f.width)
        drawn += [_polygon(reached, level * ground.unit, ground.cells.transform) for level in levels]
    ids = [None] if together else facilities["facility_id"].tolist()
    frame = gpd.GeoDataFrame(
        {
            "facility_id": np.array([i for i in ids for _ in levels], dtype=object),
            "limit_min": np.array(levels * len(groups), float),
        },
        geometry=drawn,
        crs=ground.cells.crs,
    )
    same = facilities.crs is None or pyproj.CRS(facilities.crs) == pyproj.CRS(ground.cells.crs)
    return frame if same else frame.to_crs(facilities.crs)


def _polygon(reached: Array, limit: float, transform: tuple[float, ...]) -> Any:
    """The polygon of padded cells within a limit."""
    from carecircle.reach.drawing._field import mend_corners

    rows, columns = np.nonzero(reached <= limit)
    if len(rows) == 0:
        return shapely.MultiPolygon()
    top, bottom = rows.min() - 1, rows.max() + 2  # the padding leaves the empty margin
    left, right = columns.min() - 1, columns.max() + 2
    field = np.ascontiguousarray(reached[top:bottom, left:right], np.float32)
    mend_corners(field)
    a, _, west, _, e, north = transform
    return polygon_of(
        field, limit, left=west + a * (left - EDGE), top=north + e * (top - EDGE), wide=a, high=-e
    )
