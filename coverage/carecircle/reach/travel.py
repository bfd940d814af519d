"""Who reaches which facility: demand and facilities on a network -> times, distances, and reasons why not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyproj
from scipy.sparse import csr_array

from carecircle.errors import UsageError
from carecircle.reach._geodesy import point_coordinates
from carecircle.reach._trip import Trip
from carecircle.reach.path import Path, path
from carecircle.reach.straight import nearest_straight

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.reach.network import Metric, Network
    from carecircle.reach.snap import Snap

__all__ = [
    "Path", "nearest_facility", "path", "service_areas", "travel_time_matrix", "unsnapped_facilities",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Direction = Literal["to_facility", "from_facility"]


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
    ids, rank = _by_id(facilities)
    if metric == "straight_m":
        return _nearest_straight(demand, facilities, ids, rank, limit)
    assert network is not None
    measure: Metric = "minutes" if metric == "minutes" else "road_m"
    trip = Trip(network, demand, facilities.iloc[rank], direction, measure, max_snap_m, snapped)
    cost, owner = trip.nearest(limit)
    reached = np.isfinite(cost)
    status = np.full(len(cost), "reached", dtype=object)
    status[~reached] = "one_way"
    served = np.isin(trip.demand.component, trip.facilities.component[trip.facilities.snapped])
    if math.isfinite(limit) and (~reached & served & trip.demand.snapped).any():
        unlimited, _ = trip.nearest(math.inf)
        status[~reached & np.isfinite(unlimited)] = "beyond"
    status[~served] = "island"
    status[~trip.demand.snapped] = "unsnapped"
    return _reached_frame(demand, ids, np.where(reached, owner, -1), cost, trip.demand.snap_m, status)


def service_areas(
    network: Network,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    direction: Direction = "to_facility",
    metric: Metric = "minutes",
    limit: float,
    max_snap_m: float = 500.0,
    threads: int | None = None,
) -> pd.DataFrame:
    """Every pair of facility and demand within the limit: who could use what, not only the nearest.

    Parameters
    ----------
    network
        Of the mode that travels.
    demand
        ``demand_id`` and points, in any stated CRS.
    facilities
        ``facility_id`` and points, in any stated CRS.
    direction
        ``to_facility``: residents travel; ``from_facility``: an ambulance does.
    metric
        ``minutes``, or ``road_m``: the shortest way by length, access legs included.
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
        If direction or metric is not one of these.
    CapacityError
        If an unlimited table would not fit in memory.
    """
    _check(direction, metric, network)
    ids, rank = _by_id(facilities)
    trip = Trip(network, demand, facilities.iloc[rank], direction, metric, max_snap_m)
    facility, row, cost = trip.pairs(limit, threads)
    return pd.DataFrame(
        {
            "facility_id": ids[facility],
            "demand_id": demand["demand_id"].to_numpy(object)[row],
            "cost": cost,
        }
    )


def travel_time_matrix(
    network: Network,
    demand: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    direction: Direction = "to_facility",
    metric: Metric = "minutes",
    limit: float = math.inf,
    max_snap_m: float = 500.0,
    threads: int | None = None,
) -> csr_array:
    """Costs between all demand (rows) and all facilities (columns), both in the order given.

    Parameters
    ----------
    network
        Of the mode that travels.
    demand
        ``demand_id`` and points, in any stated CRS.
    facilities
        ``facility_id`` and points, in any stated CRS.
    direction
        ``to_facility``: residents travel; ``from_facility``: an ambulance does.
    metric
        ``minutes``, or ``road_m``: the shortest way by length, access legs included.
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
        If direction or metric is not one of these.
    CapacityError
        If an unlimited table would not fit in memory.
    """
    _check(direction, metric, network)
    _, rank = _by_id(facilities)
    trip = Trip(network, demand, facilities.iloc[rank], direction, metric, max_snap_m)
    facility, row, cost = trip.pairs(limit, threads)
    column = rank[facility]
    order = np.lexsort((column, row))
    pointers = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(demand)))])
    return csr_array((cost[order], column[order], pointers), shape=(len(demand), len(facilities)))


def unsnapped_facilities(
    network: Network, facilities: gpd.GeoDataFrame, *, max_snap_m: float = 500.0
) -> pd.DataFrame:
    """Facilities that serve nobody on this network: facility_id and snap_m (NaN: no point, or no road)."""
    snap = network.snap(facilities, max_snap_m=max_snap_m)
    off = ~snap.snapped
    return pd.DataFrame(
        {"facility_id": facilities["facility_id"].to_numpy(object)[off], "snap_m": snap.snap_m[off]}
    )


def _nearest_straight(
    demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, ids: Array, rank: Array, limit: float
) -> pd.DataFrame:
    x, y, present = point_coordinates(demand.geometry.array)
    if facilities.crs is not None and facilities.crs != demand.crs:
        facilities = facilities.to_crs(demand.crs)
    fx, fy, serving = point_coordinates(facilities.geometry.array)
    rank = rank[serving[rank]]
    cost, owner = np.full(len(demand), np.inf), np.full(len(demand), -1, np.int64)
    cost[present], owner[present] = nearest_straight(
        pyproj.CRS(demand.crs), np.stack([x, y], axis=1)[present], np.stack([fx, fy], axis=1)[rank]
    )
    status = np.where(~present, "unsnapped", np.where(owner < 0, "island", "reached")).astype(object)
    beyond = (status == "reached") & (cost > limit)
    status[beyond], cost[beyond], owner[beyond] = "beyond", np.inf, -1
    names = facilities["facility_id"].to_numpy(object)[rank]
    return _reached_frame(demand, names, owner, cost, np.full(len(demand), np.nan), status)


def _reached_frame(
    demand: gpd.GeoDataFrame, ids: Array, owner: Array, cost: Array, snap_m: Array, status: Array
) -> pd.DataFrame:
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


def _by_id(facilities: gpd.GeoDataFrame) -> tuple[Array, Array]:
    """Ids in string order, and the rows they stand in."""
    ids = facilities["facility_id"].to_numpy(object)
    rank = np.array(sorted(range(len(ids)), key=lambda i: str(ids[i])), np.int64)
    return ids[rank], rank


def _check(direction: str, metric: str, network: Network | None) -> None:
    if direction not in ("to_facility", "from_facility"):
        raise UsageError("reach.bad_direction", value=direction)
    if metric not in ("minutes", "road_m", "straight_m"):
        raise UsageError("reach.bad_metric", value=metric)
    if network is None and metric != "straight_m":
        raise UsageError("reach.network_needed", value=metric)
