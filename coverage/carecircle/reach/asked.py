"""What every way of travelling is asked: the `Reach` protocol, and the two frames its answers come in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from carecircle.errors import UsageError

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

    from carecircle.reach.answers import Cells, Path, Surface

Array = np.ndarray[Any, Any]
Direction = Literal["to_facility", "from_facility"]
METRICS = ("minutes", "road_m", "straight_m")
LEAD = "lead_min"
"""Column of a facilities frame, where it has one: minutes that pass at each before anything moves. A reach
that says ``takes_lead = True`` adds them to its minutes; others need not know of them."""


class Placed(Protocol):
    """Where points stand in a reach, in the order they were given."""

    @property
    def snapped(self) -> Array:
        """bool[p]: whether the point has a place at all."""

    @property
    def snap_m(self) -> Array:
        """float64[p]: metres from the point to its place; NaN where there is none or none is needed."""

    @property
    def xy(self) -> Array:
        """float64[p, 2]: the places, in the study's CRS."""


@runtime_checkable
class Reach(Protocol):
    """One way of getting from residents to facilities, in one unit (minutes or metres).

    Straight lines and roads stand behind it, and whatever a user brings to `carecircle.analyze`. Frames may
    come in any stated CRS; ``demand`` has ``demand_id`` and ``facilities`` have ``facility_id``; a row may
    have no point.
    """

    def nearest(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, direction: Direction,
        limit: float = math.inf,
    ) -> pd.DataFrame:  # fmt: skip
        """The nearest facility of every demand row.

        Parameters
        ----------
        demand, facilities
            Points, in any stated CRS. Equal cost goes to the smaller ``facility_id`` (string order).
        direction
            ``to_facility`` or ``from_facility``.
        limit
            Minutes or metres, inclusive.

        Returns
        -------
        DataFrame
            The reached frame (`carecircle.schema.REACHED`), in the order of ``demand``.
        """

    def pairs(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, direction: Direction,
        limit: float = math.inf,
    ) -> csr_array:  # fmt: skip
        """Costs between all demand (rows) and all facilities (columns), both in the order given.

        Parameters
        ----------
        demand, facilities, direction
            As in `nearest`: points, in any stated CRS, and ``to_facility`` or ``from_facility``.
        limit
            Minutes or metres, inclusive.

        Returns
        -------
        scipy.sparse.csr_array
            float64[demand, facilities]; an absent entry is unreached or beyond the limit.
        """

    def way(
        self, demand_point: shapely.Point, facility_point: shapely.Point, *, direction: Direction
    ) -> Path | None:
        """The way between two points, to draw; None where there is none, or this reach has no line to show.

        Parameters
        ----------
        demand_point, facility_point
            In the study's CRS.
        direction
            As in `nearest`.

        Returns
        -------
        Path or None
            In the direction of travel.
        """

    def surface(self, facilities: gpd.GeoDataFrame, cells: Cells, *, direction: Direction) -> Surface:
        """The cost at the centre of every cell of a region.

        Parameters
        ----------
        facilities
            Points, in any stated CRS.
        cells
            From `carecircle.reach.surface.region_cells`.
        direction
            As in `nearest`.

        Returns
        -------
        Surface
            NaN outside the region and where no facility is reached.
        """

    def place(self, points: gpd.GeoDataFrame) -> Placed:
        """Where points stand in this reach.

        Parameters
        ----------
        points
            In any stated CRS; a row may have no point.

        Returns
        -------
        Placed
            Whether each has a place, how far off it is, and where.
        """


def takes_lead(reach: Reach) -> bool:
    """Whether a reach adds `LEAD` to its minutes, as roads do."""
    return bool(getattr(reach, "takes_lead", False))


def by_id(facilities: gpd.GeoDataFrame) -> tuple[Array, Array]:
    """Ids in string order, and the rows they stand in."""
    ids = facilities["facility_id"].to_numpy(object)
    rank = np.array(sorted(range(len(ids)), key=lambda i: str(ids[i])), np.int64)
    return ids[rank], rank


def reached_frame(
    demand: gpd.GeoDataFrame, ids: Array, owner: Array, cost: Array, snap_m: Array, status: Array
) -> pd.DataFrame:
    """The reached frame of demand rows; ``owner`` counts in ``ids``, -1 for nobody."""
    names = np.full(len(demand), None, dtype=object)
    names[owner >= 0] = ids[owner[owner >= 0]]
    return pd.DataFrame(
        {
            "demand_id": demand["demand_id"].to_numpy(object),
            "facility_id": pd.Series(names, dtype=object),  # None, not NaN, where unreached
            "cost": cost,
            "snap_m": snap_m,
            "status": status,
        }
    )


def table(row: Array, column: Array, cost: Array, shape: tuple[int, int]) -> csr_array:
    """Pairs in any order as a sparse table that keeps costs of 0."""
    order = np.lexsort((column, row))
    pointers = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=shape[0]))])
    return csr_array((cost[order], column[order], pointers), shape=shape)


def check_asked(direction: str, metric: str) -> None:
    """Refuse a direction or a metric that is none.

    Raises
    ------
    UsageError
        Naming those that are.
    """
    if direction not in ("to_facility", "from_facility"):
        raise UsageError("reach.bad_direction", value=direction)
    if metric not in METRICS:
        raise UsageError("reach.bad_metric", value=metric)
