"""What hangs on each street: the ways that use it, and what they cost without it.

Each resident's way is one of the tree of shortest ways from the facilities (edges with
``cost[tail] + length == cost[head]``). A street that no way of a resident uses cannot lengthen it: closing
a street lets points be placed elsewhere only if they lie on it, or on a piece that it cuts off and that is
too small to be placed on (`carecircle.reach.graph._arrays.LEAST_COMPONENT_M`). Finding the street whose loss
hurts most is the most vital arc problem (Corley and Sha 1982, Operations Research Letters 1, 157-160,
https://doi.org/10.1016/0167-6377(82)90020-7).
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from carecircle.reach import kernels
from carecircle.reach._trip import Trip
from carecircle.reach.asked import by_id
from carecircle.reach.graph.pieces import Pieces

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.reach.roads import Roads

Array = np.ndarray[Any, Any]


class Hanging:
    """The ways of one query by road, told apart by the streets they use.

    Parameters
    ----------
    roads
        How they travel.
    demand, facilities
        As in `Roads.nearest`.
    direction
        Of travel.
    """

    def __init__(
        self, roads: Roads, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Literal["to_facility", "from_facility"] = "to_facility",
    ) -> None:  # fmt: skip
        _, rank = by_id(facilities)
        self.network = roads.network
        self.trip = Trip(
            roads.network, demand, facilities.iloc[rank], direction, roads.metric, roads.max_snap_m,
            roads.place(demand),
        )  # fmt: skip
        self.cost, self.owner = self.trip.nearest(math.inf)

    def used(self, weights: Array) -> Array:
        """How much of the demand may be worse off without each street; of any other none is.

        Parameters
        ----------
        weights
            float64[p]: of each demand row; those without a way do not count.

        Returns
        -------
        ndarray
            float64[s]: the weight of the rows whose way uses the street, or who would be placed elsewhere.
            Never less than what closing it does to them.
        """
        trip, network = self.trip, self.network
        rows = np.flatnonzero(np.isfinite(self.cost) & (weights > 0) & trip.demand.snapped)
        people = weights[rows]
        total = np.zeros(network.streets)
        np.add.at(total, trip.demand.street[rows], people)
        ends = self.best[trip.end_node[rows]] + trip.end_cost[rows]
        side = np.argmin(ends, axis=1)
        node = np.where(np.isfinite(ends.min(axis=1)), trip.end_node[rows, side], -1)
        parent, street, root, order = self._tree
        facility = np.where(node >= 0, root[node], self.owner[rows])
        away = self.cost[rows] * trip.unit - trip.demand_access[rows] < ends.min(axis=1) - 1e-6
        for who, sites in ((people, facility), (people[away], self.owner[rows][away])):
            placed = trip.facilities.street[sites]
            np.add.at(total, placed[placed >= 0], who[placed >= 0])
        flow = np.zeros(network.nodes)
        np.add.at(flow, node[node >= 0], people[node >= 0])
        for v in order[::-1].tolist():
            if parent[v] >= 0:
                total[street[v]] += flow[v]
                flow[parent[v]] += flow[v]
        served = np.flatnonzero(trip.facilities.snapped[facility])
        return total + self.pieces.beyond(
            np.r_[trip.demand.street[rows], trip.facilities.street[facility[served]]],
            np.r_[people, people[served]],
        )  # fmt: skip

    def without(self, street: int) -> Array:
        """What each demand row's way costs without a street, in minutes or metres; inf for none.

        Whoever would have to be placed elsewhere has none, and a facility that would be serves nobody: then
        it is the most that it can cost, else (see `exact`) it is what it costs.
        """
        trip = self.trip
        moved = self.pieces.moved(street)
        gone = trip.facilities.snapped & moved[np.maximum(trip.facilities.street, 0)]
        lost = trip.demand.snapped & moved[np.maximum(trip.demand.street, 0)]
        indptr, indices, cost = trip.graph
        start = np.where(gone[trip.port >> 1], np.inf, trip.start_cost)
        shut = np.where(self._slot_street == street, np.float32(np.inf), cost)
        best, _ = kernels.nearest(indptr, indices, shut, trip.start_node, source_cost=start)
        found = (best[trip.end_node] + trip.end_cost).min(axis=1, initial=np.inf)
        for rows, facility, near in trip._same_street():
            found[rows] = np.minimum(found[rows], np.where(gone[facility], np.inf, near))
        found[lost | ~trip.demand.snapped] = np.inf
        found = (found + trip.demand_access) / trip.unit
        rows, facility, price = trip.across
        np.minimum.at(found, rows, np.where(gone[facility] | lost[rows], np.inf, price))
        return np.where(np.isnan(found), np.inf, found)

    def exact(self, street: int) -> bool:
        """Whether nobody and no facility would be placed elsewhere without the street."""
        moved = self.pieces.moved(street)
        both = (self.trip.demand, self.trip.facilities)
        return not any(moved[snap.street[snap.snapped]].any() for snap in both)

    @cached_property
    def pieces(self) -> Pieces:
        """What each street would cut off."""
        return Pieces(self.network)

    @cached_property
    def best(self) -> Array:
        """float64[n]: the least cost of each node."""
        return kernels.nearest(*self.trip.graph, self.trip.start_node, source_cost=self.trip.start_cost)[0]

    @cached_property
    def _slot_street(self) -> Array:
        rows = self.network.rows_of_slots(np.arange(len(self.network.edge_id)), reversed_=self.trip.reversed)
        return self.network.street[rows]

    @cached_property
    def _tree(self) -> tuple[Array, Array, Array, Array]:
        """Of each node: the one before it (-1: none), the street between, the facility; nodes in order."""
        trip, nodes = self.trip, self.network.nodes
        indptr, head, cost = trip.graph
        tail = np.repeat(np.arange(nodes), np.diff(indptr))
        with np.errstate(invalid="ignore"):
            tight = np.flatnonzero((self.best[tail] + cost == self.best[head]) & np.isfinite(self.best[head]))
        key = tail[tight].astype(np.int64) * (nodes + 1) + head[tight]
        key, first = np.unique(key, return_index=True)
        slot = tight[first]
        begins = np.flatnonzero(trip.start_cost == self.best[trip.start_node])
        begin, port = np.unique(trip.start_node[begins], return_index=True)
        graph = csr_array(
            (
                np.ones(len(slot) + len(begin), np.int8),
                (np.r_[tail[slot], np.full(len(begin), nodes)], np.r_[head[slot], begin]),
            ),
            shape=(nodes + 1, nodes + 1),
        )
        order, before = breadth_first_order(graph, nodes, directed=True, return_predecessors=True)
        order = order[1:]
        root = np.full(nodes, -1, np.int64)
        root[begin] = trip.port[begins[port]] >> 1
        parent = np.where((before[:nodes] < 0) | (before[:nodes] == nodes), -1, before[:nodes])
        street = np.full(nodes, -1, np.int64)
        inner = np.flatnonzero(parent >= 0)
        at = np.searchsorted(key, parent[inner].astype(np.int64) * (nodes + 1) + inner)
        street[inner] = self._slot_street[slot[at]]
        for v in order.tolist():
            if parent[v] >= 0:
                root[v] = root[parent[v]]
        if (np.isfinite(self.best) & (root < 0)).any():
            raise AssertionError("a reached node hangs on no tight edge: a fault of ours")
        return parent, street, root, order
