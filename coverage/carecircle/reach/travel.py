"""Who reaches which facility: demand and facilities on a network -> times, distances, and reasons why not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.errors import UsageError
from carecircle.reach.answers import Path
from carecircle.reach.asked import Direction, check_asked, table
from carecircle.reach.path import path
from carecircle.reach.roads import Roads, nearest_by_road
from carecircle.reach.straight import StraightLine

if TYPE_CHECKING:
    import geopandas as gpd
    from scipy.sparse import csr_array

    from carecircle.reach.network.model import Metric, Network
    from carecircle.reach.snapping.snap import Snap

__all__ = [
    "Path", "nearest_facility", "path", "service_areas", "travel_time_matrix", "unsnapped_facilities",
]  # fmt: skip

Array = np.ndarray[Any, Any]


def nearest_facility(
    network: Network | None,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    direction: Direction = "to_facility",
    metric: str = "minutes",
    limit: float = math.inf,
    max_snap_m: float = 500.0,
    snapped: Snap | None = None,
) -> pd.DataFrame:
    """Cost to (or from) the nearest facility for every demand row.

    Parameters
    ----------
    network
        Of the mode that travels; None (or unused) for ``straight_m``.
    demand
        ``demand_id`` and points in any stated CRS; a row may have none.
    facilities
        ``facility_id`` and points in any stated CRS; those without a point, or too far from any road, do
        not serve (see `unsnapped_facilities`). Equal cost goes to the smaller id (string order).
    direction
        ``to_facility``: residents travel; ``from_facility``: an ambulance does.
    metric
        ``minutes``; ``road_m``: the shortest way by length, access legs included; ``straight_m``: geodesic.
    limit
        Minutes or metres; costs beyond it are not sought, a cost equal to it is kept.
    max_snap_m
        Points farther than this from any road, in metres, are unsnapped.
    snapped
        The demand already snapped to this network (``network.snap(demand, max_snap_m=…)``), where several
        queries ask about the same demand; None snaps it here.

    Returns
    -------
    DataFrame
        The reached frame, in the order of ``demand``: demand_id, facility_id (None unreached), cost
        (minutes or metres, inf unreached), snap_m (NaN for ``straight_m`` and without a place), status.
        ``unsnapped``: no place, or too far from any road; ``island``: no facility in its part of the
        network; ``one_way``: there is one, but no lawful way; ``beyond``: farther than the limit.

    Raises
    ------
    UsageError
        If direction or metric is not one of these, or a network is needed and none given.

    References
    ----------
    Dijkstra (1959), A note on two problems in connexion with graphs, Numerische Mathematik 1, 269-271,
    https://doi.org/10.1007/BF01386390: one search from all facilities at once, in a bucket queue.
    """
    _check(direction, metric, network)
    if metric == "straight_m" or network is None:
        return StraightLine().nearest(demand, facilities, direction=direction, limit=limit)
    return nearest_by_road(
        network, demand, facilities, direction=direction, metric=_by_road(metric), limit=limit,
        max_snap_m=max_snap_m, snapped=snapped,
    )  # fmt: skip


def service_areas(
    network: Network | None,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    direction: Direction = "to_facility",
    metric: str = "minutes",
    limit: float,
    max_snap_m: float = 500.0,
    threads: int | None = None,
) -> pd.DataFrame:
    """Every pair of facility and demand within the limit: who could use what, not only the nearest.

    Parameters
    ----------
    network
        Of the mode that travels; None (or unused) for ``straight_m``.
    demand
        ``demand_id`` and points, in any stated CRS.
    facilities
        ``facility_id`` and points, in any stated CRS.
    direction
        ``to_facility``: residents travel; ``from_facility``: an ambulance does.
    metric
        ``minutes``; ``road_m``: the shortest way by length, access legs included; ``straight_m``: geodesic.
    limit
        Minutes or metres, inclusive.
    max_snap_m
        Points farther than this from any road, in metres, are unsnapped.
    threads
        Facilities are searched this many at a time (the processors, if None).

    Returns
    -------
    DataFrame
        facility_id, demand_id, cost (minutes or metres): by facility (string order), then by demand row.

    Raises
    ------
    UsageError
        If direction or metric is not one of these, or a network is needed and none given.
    CapacityError
        If an unlimited table would not fit in memory.
    """
    row, facility, cost = _pairs(network, demand, facilities, direction, metric, limit, max_snap_m, threads)
    return pd.DataFrame(
        {
            "facility_id": facilities["facility_id"].to_numpy(object)[facility],
            "demand_id": demand["demand_id"].to_numpy(object)[row],
            "cost": cost,
        }
    )


def travel_time_matrix(
    network: Network | None,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    direction: Direction = "to_facility",
    metric: str = "minutes",
    limit: float = math.inf,
    max_snap_m: float = 500.0,
    threads: int | None = None,
) -> csr_array:
    """Costs between all demand (rows) and all facilities (columns), both in the order given.

    Parameters
    ----------
    network
        Of the mode that travels; None (or unused) for ``straight_m``.
    demand
        ``demand_id`` and points, in any stated CRS.
    facilities
        ``facility_id`` and points, in any stated CRS.
    direction
        ``to_facility``: residents travel; ``from_facility``: an ambulance does.
    metric
        ``minutes``; ``road_m``: the shortest way by length, access legs included; ``straight_m``: geodesic.
    limit
        Minutes or metres, inclusive.
    max_snap_m
        Points farther than this from any road, in metres, are unsnapped.
    threads
        Facilities are searched this many at a time (the processors, if None).

    Returns
    -------
    scipy.sparse.csr_array
        float64[demand, facilities], minutes or metres; an absent entry is unreached or beyond the limit, a
        stored 0 is a cost of 0.

    Raises
    ------
    UsageError
        If direction or metric is not one of these, or a network is needed and none given.
    CapacityError
        If an unlimited table would not fit in memory.
    """
    found = _pairs(network, demand, facilities, direction, metric, limit, max_snap_m, threads)
    return table(*found, (len(demand), len(facilities)))


def unsnapped_facilities(
    network: Network, facilities: gpd.GeoDataFrame, *, max_snap_m: float = 500.0
) -> pd.DataFrame:
    """Facilities that serve nobody on this network: facility_id and snap_m (NaN: no point, or no road)."""
    snap = network.snap(facilities, max_snap_m=max_snap_m)
    off = ~snap.snapped
    return pd.DataFrame(
        {"facility_id": facilities["facility_id"].to_numpy(object)[off], "snap_m": snap.snap_m[off]}
    )


def _pairs(
    network: Network | None, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, direction: Direction,
    metric: str, limit: float, max_snap_m: float, threads: int | None,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """(demand row, facility row, cost) within the limit: by facility (string order), then by row."""
    _check(direction, metric, network)
    if metric == "straight_m" or network is None:
        return StraightLine().triples(demand, facilities, limit=limit)
    roads = Roads(network, _by_road(metric), max_snap_m=max_snap_m)
    return roads.triples(demand, facilities, direction=direction, limit=limit, threads=threads)


def _by_road(metric: str) -> Metric:
    return "minutes" if metric == "minutes" else "road_m"


def _check(direction: str, metric: str, network: Network | None) -> None:
    check_asked(direction, metric)
    if network is None and metric != "straight_m":
        raise UsageError("reach.network_needed", value=metric)
