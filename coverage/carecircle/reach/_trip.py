"""One query on one network: the search from the facilities, and what it means at every point of demand."""

from __future__ import annotations

import itertools
import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach import kernels
from carecircle.reach._across import across
from carecircle.reach.asked import LEAD
from carecircle.reach.search._memory import chunk_length, require
from carecircle.reach.snapping.snap import Snap, along_street, off_road_cost

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.reach.network.model import Metric, Network

Array = np.ndarray[Any, Any]

_SLACK = 1e-9
"""The searches look this much (relative) past a limit, so that the limit is judged once, at the end."""


class Trip:
    """Demand and facilities of one query on one network; facilities in order of preference.

    ``slower`` is what the time on every road is multiplied by; what passes beside the roads (access legs, a
    lead) stays. `pairs` is of the roads as they are.
    """

    def __init__(
        self, network: Network, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, direction: str,
        metric: Metric, max_snap_m: float, snapped: Snap | None = None, slower: float = 1.0,
    ) -> None:  # fmt: skip
        self.network, self.metric, self.slower = network, metric, slower
        self.reversed = direction == "to_facility"
        self.demand = network.snap(demand, max_snap_m=max_snap_m) if snapped is None else snapped
        self.facilities = network.snap(facilities, max_snap_m=max_snap_m)
        ends, starts = self.demand.arrivals, self.facilities.departures
        if self.reversed:  # the search always starts at the facilities, against the traffic if need be
            ends, starts = self.demand.departures, self.facilities.arrivals
        self.end_node, self.end_cost = ends(metric)
        node, cost = starts(metric)
        self.wait = np.zeros(len(facilities))
        if LEAD in facilities and metric == "minutes":
            self.wait = facilities[LEAD].to_numpy(np.float64) * 60.0
        self.lead = self.facilities.access_cost(metric) + self.wait
        cost = cost + self.lead[:, None] / slower  # the search itself is on the roads as they are
        self.port = np.flatnonzero(np.isfinite(cost.ravel()))  # 2 × facility + end of its street
        self.start_node, self.start_cost = node.ravel()[self.port], cost.ravel()[self.port]
        self.demand_access = self.demand.access_cost(metric)
        self.unit = 60.0 if metric == "minutes" else 1.0
        self.graph = network.csr(metric, reversed_=self.reversed)

    def nearest(self, limit: float) -> tuple[Array, Array]:
        """Cost float64[p] in the caller's unit (inf beyond the limit) and facility int64[p] (-1)."""
        best, start = kernels.nearest(
            *self.graph, self.start_node, source_cost=self.start_cost,
            limit=limit * self.unit * (1 + _SLACK) / self.slower,
        )  # fmt: skip
        facility = np.append(self.port >> 1, -1)[start]
        cost = np.full(len(self.demand), np.inf)
        owner = np.full(len(self.demand), -1, np.int64)
        placed = np.flatnonzero(self.demand.snapped)
        for side in (0, 1):
            node = self.end_node[placed, side]
            _improve(cost, owner, placed, best[node] + self.end_cost[placed, side], facility[node])
        for rows, neighbour, near in self._same_street():
            _improve(cost, owner, rows, near, neighbour)
        if self.slower != 1:
            cost = cost * self.slower
        cost = (cost + self.demand_access) / self.unit
        rows, facility, across = self.across
        best_first = np.lexsort((facility, across, rows))
        one = best_first[np.unique(rows[best_first], return_index=True)[1]]
        _improve(cost, owner, rows[one], across[one], facility[one])
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
        met_row, met_by, met_cost = self.across
        met = np.searchsorted(met_by, np.arange(count + 1))
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
                straight = met_row[met[f] : met[f + 1]], met_cost[met[f] : met[f + 1]]
                there = node[a:b], cost[a:b]
                rows, total = self._read(there, seats, near.get(f, []), straight, scratch, limit)
                found.append((np.full(len(rows), f, np.int64), rows, total))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        facility, rows, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return facility, rows, cost

    def _read(
        self, there: tuple[Array, Array], seats: tuple[Array, Array], near: list[tuple[Array, Array]],
        straight: tuple[Array, Array], scratch: Array, limit: float,
    ) -> tuple[Array, Array]:  # fmt: skip
        """Demand rows within the limit of one facility, ascending, and their costs in the caller's unit."""
        (node, cost), (seat, seats_of) = there, seats
        first = seats_of[node]
        count = seats_of[node + 1] - first
        places = seat[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))]
        rows = places >> 1
        np.minimum.at(scratch, rows, np.repeat(cost, count) + self.end_cost[rows, places & 1])
        for same, price in near:
            np.minimum.at(scratch, same, price)
            rows = np.concatenate([rows, same])
        rows = np.unique(rows)
        scratch[rows] = (scratch[rows] + self.demand_access[rows]) / self.unit
        across, price = straight
        scratch[across] = np.minimum(scratch[across], price)
        rows = np.union1d(rows, across)
        total = scratch[rows]
        scratch[rows] = np.inf
        keep = (total <= limit) & np.isfinite(total)
        return rows[keep], total[keep]

    @cached_property
    def across(self) -> tuple[Array, Array, Array]:
        """Pairs that meet off the road: demand row, facility and cost in the caller's unit, by facility."""
        rows, facility, metres = across(self.demand, self.facilities)
        price = off_road_cost(self.network, metres, self.metric)
        return rows, facility, (self.wait[facility] + price) / self.unit

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
        found = []
        for nth in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > nth)
            facility = at[first[rows] + nth]
            ends = self.facilities.position[facility], self.demand.position[rows]
            start, end = ends[::-1] if self.reversed else ends
            street = self.demand.street[rows]
            way = along_street(self.network, street, start, end, self.metric)
            found.append((rows, facility, self.lead[facility] / self.slower + way))
        return found


def _improve(cost: Array, owner: Array, rows: Array, new: Array, facility: Array) -> None:
    """Take a way where it is cheaper, or as cheap with a preferred facility (in place)."""
    with np.errstate(invalid="ignore"):
        better = (new < cost[rows]) | ((new == cost[rows]) & (facility < owner[rows]) & np.isfinite(new))
    cost[rows[better]], owner[rows[better]] = new[better], facility[better]
