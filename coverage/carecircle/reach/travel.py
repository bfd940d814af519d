"""Who reaches which facility: demand and facilities on a network -> times, distances, and reasons why not."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyproj
from scipy.sparse import csr_array

from carecircle.errors import UsageError
from carecircle.reach import kernels
from carecircle.reach._geodesy import point_coordinates
from carecircle.reach._memory import chunk_length, require
from carecircle.reach.path import Path, path
from carecircle.reach.snap import Snap, along_street
from carecircle.reach.straight import nearest_straight

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.reach.network import Metric, Network

__all__ = [
    "Path", "nearest_facility", "path", "service_areas", "travel_time_matrix", "unsnapped_facilities",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Direction = Literal["to_facility", "from_facility"]

_SLACK = 1e-9
"""The searches look this much (relative) past a limit, so that the limit is judged once, at the end."""


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
        ``demand_id`` and points; a row may have none.
    facilities
        ``facility_id`` and points; those without a point, or too far from any road, do not serve (see
        `unsnapped_facilities`). Equal cost goes to the smaller id (string order).
    direction
        ``to_facility``: residents travel; ``from_facility``: an ambulance does.
    metric
        ``minutes``; ``road_m``: the shortest way by length, access legs included; ``straight_m``: geodesic.
    limit
        Minutes or metres; costs beyond it are not sought, a cost equal to it is kept.
    max_snap_m
        Points farther than this from any road are unsnapped.
    snapped
        The demand already snapped to this network (``network.snap(demand, max_snap_m=…)``), where several
        queries ask about the same demand; None snaps it here.

    Returns
    -------
    Reached frame in the order of ``demand``: demand_id, facility_id (None unreached), cost (inf unreached),
    snap_m (NaN for ``straight_m`` and without a place), status. ``unsnapped``: no place, or too far from any
    road; ``island``: no facility in its part of the network; ``one_way``: there is one, but no lawful way;
    ``beyond``: farther than the limit.
    """
    _check(direction, metric, network)
    ids, rank = _by_id(facilities)
    if metric == "straight_m":
        return _nearest_straight(demand, facilities, ids, rank, limit)
    assert network is not None
    measure: Metric = "minutes" if metric == "minutes" else "road_m"
    trip = _Trip(network, demand, facilities.iloc[rank], direction, measure, max_snap_m, snapped)
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

    Parameters are those of `nearest_facility`; ``threads`` facilities are searched at a time.

    Returns
    -------
    facility_id, demand_id, cost: by facility (string order), then by demand row.
    """
    _check(direction, metric, network)
    ids, rank = _by_id(facilities)
    trip = _Trip(network, demand, facilities.iloc[rank], direction, metric, max_snap_m)
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

    Returns
    -------
    scipy CSR float64; an absent entry is unreached or beyond the limit, a stored 0 is a cost of 0.
    """
    _check(direction, metric, network)
    _, rank = _by_id(facilities)
    trip = _Trip(network, demand, facilities.iloc[rank], direction, metric, max_snap_m)
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


class _Trip:
    """Demand and facilities of one query on one network; facilities in order of preference."""

    def __init__(
        self, network: Network, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, direction: Direction,
        metric: Metric, max_snap_m: float, snapped: Snap | None = None,
    ) -> None:  # fmt: skip
        self.network, self.metric = network, metric
        self.reversed = direction == "to_facility"
        self.demand = network.snap(demand, max_snap_m=max_snap_m) if snapped is None else snapped
        self.facilities = network.snap(facilities, max_snap_m=max_snap_m)
        ends, starts = self.demand.arrivals, self.facilities.departures
        if self.reversed:  # the search always starts at the facilities, against the traffic if need be
            ends, starts = self.demand.departures, self.facilities.arrivals
        self.end_node, self.end_cost = ends(metric)
        node, cost = starts(metric)
        cost = cost + self.facilities.access_cost(metric)[:, None]
        self.port = np.flatnonzero(np.isfinite(cost.ravel()))  # 2 × facility + end of its street
        self.start_node, self.start_cost = node.ravel()[self.port], cost.ravel()[self.port]
        self.demand_access = self.demand.access_cost(metric)
        self.unit = 60.0 if metric == "minutes" else 1.0
        self.graph = network.csr(metric, reversed_=self.reversed)

    def nearest(self, limit: float) -> tuple[Array, Array]:
        """Cost float64[p] in the caller's unit (inf beyond the limit) and facility int64[p] (-1)."""
        best, start = kernels.nearest(
            *self.graph, self.start_node, source_cost=self.start_cost, limit=limit * self.unit * (1 + _SLACK)
        )
        facility = np.append(self.port >> 1, -1)[start]
        cost = np.full(len(self.demand), np.inf)
        owner = np.full(len(self.demand), -1, np.int64)
        placed = np.flatnonzero(self.demand.snapped)
        for side in (0, 1):
            node = self.end_node[placed, side]
            _improve(cost, owner, placed, best[node] + self.end_cost[placed, side], facility[node])
        for rows, neighbour, near in self._same_street():
            _improve(cost, owner, rows, near, neighbour)
        cost = (cost + self.demand_access) / self.unit
        beyond = ~(cost <= limit) | np.isinf(cost)
        cost[beyond], owner[beyond] = np.inf, -1
        return cost, owner

    def pairs(self, limit: float, threads: int | None) -> tuple[Array, Array, Array]:
        """(facility, demand row, cost) within the limit, by facility and row.

        Facilities are searched a chunk at a time, so that the nodes they reach need not all be held.
        """
        count, most = len(self.facilities), len(self.facilities) * len(self.demand)
        if math.isinf(limit):
            require(72 * most, work=f"{count:,} facilities × {len(self.demand):,} residents' points")
        seats = self._seats()
        near: dict[int, list[tuple[Array, Array]]] = {}
        for rows, owner, price in self._same_street():
            for f in np.unique(owner):
                near.setdefault(int(f), []).append((rows[owner == f], price[owner == f]))
        scratch = np.full(len(self.demand), np.inf)
        found: list[tuple[Array, Array, Array]] = []
        size = chunk_length(12 * self.network.nodes, least=8)
        for low in range(0, count, size):
            some = (self.port >> 1 >= low) & (self.port >> 1 < low + size)
            facility, node, cost = kernels.areas(
                *self.graph, self.start_node[some], source_cost=self.start_cost[some],
                group=(self.port[some] >> 1) - low, limit=limit * self.unit * (1 + _SLACK), threads=threads,
            )  # fmt: skip
            bounds = np.searchsorted(facility, np.arange(min(size, count - low) + 1))
            for f, (a, b) in enumerate(itertools.pairwise(bounds), start=low):
                rows, total = self._read(node[a:b], cost[a:b], seats, near.get(f, []), scratch, limit)
                found.append((np.full(len(rows), f, np.int64), rows, total))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        facility, rows, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return facility, rows, cost

    def _read(
        self, node: Array, cost: Array, seats: tuple[Array, Array], near: list[tuple[Array, Array]],
        scratch: Array, limit: float,
    ) -> tuple[Array, Array]:  # fmt: skip
        """Demand rows within the limit of one facility, ascending, and their costs in the caller's unit."""
        seat, seats_of = seats
        first = seats_of[node]
        count = seats_of[node + 1] - first
        places = seat[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))]
        rows = places >> 1
        np.minimum.at(scratch, rows, np.repeat(cost, count) + self.end_cost[rows, places & 1])
        for same, price in near:
            np.minimum.at(scratch, same, price)
            rows = np.concatenate([rows, same])
        rows = np.unique(rows)
        total = (scratch[rows] + self.demand_access[rows]) / self.unit
        scratch[rows] = np.inf
        keep = (total <= limit) & np.isfinite(total)
        return rows[keep], total[keep]

    def _seats(self) -> tuple[Array, Array]:
        """Demand ends by node: which (2 × row + side) sit at each node, as CSR."""
        flat = np.flatnonzero(np.isfinite(self.end_cost.ravel()))
        node = self.end_node.ravel()[flat]
        counts = np.bincount(node, minlength=self.network.nodes)
        return flat[np.argsort(node, kind="stable")], np.concatenate([[0], np.cumsum(counts)])

    def _same_street(self) -> list[tuple[Array, Array, Array]]:
        """Pairs on one street, without leaving it: lists of (demand rows, facilities, cost), rows unique."""
        at = np.flatnonzero(self.facilities.snapped)
        at = at[np.argsort(self.facilities.street[at], kind="stable")]
        streets = self.facilities.street[at]
        first = np.searchsorted(streets, self.demand.street, side="left")
        count = np.searchsorted(streets, self.demand.street, side="right") - first
        count[~self.demand.snapped] = 0
        access = self.facilities.access_cost(self.metric)
        found = []
        for nth in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > nth)
            facility = at[first[rows] + nth]
            ends = self.facilities.position[facility], self.demand.position[rows]
            start, end = ends[::-1] if self.reversed else ends
            street = self.demand.street[rows]
            way = along_street(self.network, street, start, end, self.metric)
            found.append((rows, facility, access[facility] + way))
        return found


def _improve(cost: Array, owner: Array, rows: Array, new: Array, facility: Array) -> None:
    """Take a way where it is cheaper, or as cheap with a preferred facility (in place)."""
    with np.errstate(invalid="ignore"):
        better = (new < cost[rows]) | ((new == cost[rows]) & (facility < owner[rows]) & np.isfinite(new))
    cost[rows[better]], owner[rows[better]] = new[better], facility[better]


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
