"""Travel time as a grid over the study region: each cell's centre travels like a resident there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import affine
import geopandas as gpd
import numpy as np
import pyproj
import shapely

from carecircle.errors import CapacityError
from carecircle.reach._trip import Trip
from carecircle.reach.answers import Cells, Surface
from carecircle.reach.asked import check_asked

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from carecircle.reach.asked import Direction
    from carecircle.reach.network.model import Network
    from carecircle.reach.snapping.snap import Snap

__all__ = ["Cells", "Surface", "painted", "region_cells", "travel_time_surface"]

Array = np.ndarray[Any, Any]

MOST_CELLS = 4_000_000


def region_cells(region: BaseGeometry, crs: pyproj.CRS, *, cell_m: float) -> Cells:
    """Lay out the cells whose centre lies in a region (or on its edge).

    Parameters
    ----------
    region
        Polygon or MultiPolygon in ``crs``.
    crs
        Projected, in metres.
    cell_m
        Size of a cell in metres; grid lines are multiples of it, so that surfaces of one study align.

    Returns
    -------
    Cells
        North up, row by row.

    Raises
    ------
    CapacityError
        For more than four million cells.
    """
    west, south, east, north = region.bounds
    left, top = math.floor(west / cell_m) * cell_m, math.ceil(north / cell_m) * cell_m
    width, height = math.ceil((east - left) / cell_m), math.ceil((top - south) / cell_m)
    if width * height > MOST_CELLS:
        raise CapacityError(
            "reach.too_many_cells", value=width * height, most=MOST_CELLS,
            cell_m=math.ceil(math.sqrt((east - west) * (north - south) / MOST_CELLS)),
        )  # fmt: skip
    x = np.tile(left + (np.arange(width) + 0.5) * cell_m, height)
    y = np.repeat(top - (np.arange(height) + 0.5) * cell_m, width)
    shapely.prepare(region)
    cell = np.flatnonzero(shapely.intersects_xy(region, x, y))
    centres = gpd.GeoDataFrame({"demand_id": cell}, geometry=shapely.points(x[cell], y[cell]), crs=crs)
    return Cells(centres, width, height, affine.Affine(cell_m, 0.0, left, 0.0, -cell_m, top))


def travel_time_surface(
    network: Network,
    facilities: gpd.GeoDataFrame,
    cells: Cells,
    *,
    direction: Direction = "to_facility",
    max_snap_m: float = 500.0,
    snapped: Snap | None = None,
) -> Surface:
    """Minutes to (or from) the nearest facility at the centre of every cell.

    Parameters
    ----------
    network, facilities
        As in `carecircle.reach.travel.nearest_facility`; facilities in any stated CRS.
    cells
        From `region_cells`, in the network's CRS.
    direction, max_snap_m
        As there: ``to_facility`` or ``from_facility``; metres.
    snapped
        The cells' centres already snapped to this network; None snaps them here.

    Returns
    -------
    Surface
        float32[h, w], minutes; NaN outside the region and where no facility is reached.

    Raises
    ------
    UsageError
        If the direction is not one of these.
    """
    check_asked(direction, "minutes")
    trip = Trip(network, cells.centres, facilities, direction, "minutes", max_snap_m, snapped)
    return painted(cells, trip.nearest(math.inf)[0])


def painted(cells: Cells, cost: Array) -> Surface:
    """A surface of the cost at each cell's centre.

    Parameters
    ----------
    cells
        From `region_cells`.
    cost
        float64[c], by row of ``cells.centres``; inf where nothing is reached.

    Returns
    -------
    Surface
        In the CRS of the cells.
    """
    values = np.full(cells.width * cells.height, np.nan, np.float32)
    values[cells.centres["demand_id"].to_numpy()] = np.where(np.isfinite(cost), cost, np.nan)
    return Surface(values.reshape(cells.height, cells.width), cells.transform, pyproj.CRS(cells.centres.crs))
