"""What may lie beyond what was read: who might have a nearer facility, or a quicker way, past the edge.

Roads that touch an outline are read whole, facilities only within it. Whoever reaches the outline's edge
later than a facility cannot do better beyond it. For the others the rest of the way is measured too: no way
from the edge to a facility is shorter than the straight line, and nobody travels it at more than the fastest
speed.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from carecircle.reach import kernels
from carecircle.reach._geodesy import lonlat, point_coordinates
from carecircle.reach._trip import Trip
from carecircle.reach.asked import by_id
from carecircle.reach.graph._arrays import LEAST_COMPONENT_M
from carecircle.reach.ground import Ground
from carecircle.reach.roads import Roads
from carecircle.reach.straight import StraightLine, chords

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from carecircle.reach.asked import Direction, Reach
    from carecircle.reach.network.model import Network

Array = np.ndarray[Any, Any]

_ROUNDING = 1 - 1e-5
"""Times of roads are single precision: a bound gives way by so much."""
_PLANE = 0.99
"""Lengths in a study's plane, and somewhat beyond it, are true to this much or better."""
_AT_ONCE = 512
"""Ways out that are held against all others together."""


@dataclass(frozen=True, eq=False)
class Doubt:
    """Who might do better beyond what was read, by one query.

    Parameters
    ----------
    nearer
        bool[p]: a facility that is listed, and not among those read, might be nearer.
    facility
        int64[p]: the row, among the unseen, of the one that the bound is due to; -1 for none.
    quicker
        bool[p]: a way over roads that were not read might be quicker to a facility that was.
    """

    nearer: Array
    facility: Array
    quicker: Array


@dataclass(eq=False)
class Edge:
    """Where the reading of roads and facilities ended.

    Parameters
    ----------
    around
        The outline in the study's CRS: roads that touch it were read whole, facilities within it.
    max_snap_m
        Points farther than this from any road are unsnapped, in metres.
    """

    around: BaseGeometry
    max_snap_m: float
    _known: dict[tuple[int, ...], tuple[Any, Any]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # A place beyond is snapped up to max_snap_m within; a place that may move, twice as far; and a piece
        # of road too short to count may hang together with more beyond.
        self.core = self.around.buffer(-(2 * self.max_snap_m + LEAST_COMPONENT_M))
        shapely.prepare(self.core)
        shapely.prepare(self.around)

    def doubt(
        self, reach: Reach, demand: gpd.GeoDataFrame, found: pd.DataFrame, seen: gpd.GeoDataFrame,
        unseen: gpd.GeoDataFrame, *, direction: Direction, fastest_kph: float, nth: int = 1,
    ) -> Doubt | None:  # fmt: skip
        """Who might do better beyond the edge.

        Parameters
        ----------
        reach
            The way of travelling that answered.
        demand
            Who was asked for.
        found
            Their reached frame, without any limit.
        seen, unseen
            Facilities that serve, within the outline and beyond it, in the study's CRS.
        direction
            As it was asked.
        fastest_kph
            Nobody travels faster.
        nth
            Which facility, counted from the nearest, the costs are of.

        Returns
        -------
        Doubt or None
            None of a reach that is not ours: nothing is known of what it read.
        """
        cost = found["cost"].to_numpy(float)
        placed = found["status"].to_numpy(object) != "unsnapped"
        nobody = np.zeros(len(demand), bool)
        if isinstance(reach, StraightLine | Ground):
            rate = _rate(reach.metric, fastest_kph) if isinstance(reach, Ground) else 1.0
            least, row = _straight(demand, unseen)
            nearer = placed & (least / rate * _ROUNDING <= cost)
            return Doubt(nearer, np.where(nearer, row, -1), nobody)
        if not isinstance(reach, Roads):
            return None
        rate = _rate(reach.metric, fastest_kph)
        open_ = placed & (self._out(reach, demand, self.core, direction, rate) <= cost)
        if not open_.any():
            return Doubt(nobody, np.full(len(demand), -1), nobody)
        moving = seen[self._may_move(reach, seen)]
        ends = self._ends(reach.network, self.core)[1]
        nearer, row = nobody, np.full(len(demand), -1)
        if len(unseen):
            least, row = self._least(reach, demand, ends, unseen, direction, rate)
            nearer = open_ & (least <= cost)
        quicker = open_ & self._may_move(reach, demand)
        if len(moving):
            quicker |= open_ & (self._least(reach, demand, ends, moving, direction, rate)[0] <= cost)
        if nth == 1 and len(seen):
            quicker |= open_ & (self._around(reach, demand, seen, direction, rate) <= cost)
        return Doubt(nearer, np.where(nearer, row, -1), quicker)

    def leaves_sooner(
        self, reach: Reach, demand: gpd.GeoDataFrame, found: pd.DataFrame,
        shape: BaseGeometry | None = None, *, direction: Direction, fastest_kph: float,
    ) -> Array | None:  # fmt: skip
        """Who is as near to an outline's border as to the facility they have.

        Parameters
        ----------
        reach, demand, found, direction, fastest_kph
            As in `doubt`.
        shape
            In the study's CRS; the outline of what was read, if None.

        Returns
        -------
        ndarray or None
            bool[p]; None of a reach that is not ours.
        """
        cost, placed = found["cost"].to_numpy(float), found["status"].to_numpy(object) != "unsnapped"
        sooner: Array
        if isinstance(reach, Roads):
            rate = _rate(reach.metric, fastest_kph)
            sooner = placed & (self._out(reach, demand, shape or self.core, direction, rate) <= cost)
            return sooner
        if not isinstance(reach, StraightLine | Ground):
            return None
        rate = _rate(reach.metric, fastest_kph) if isinstance(reach, Ground) else 1.0
        border = (shape or self.around).boundary
        metres = shapely.distance(border, np.asarray(demand.geometry.array, dtype=object)) * _PLANE
        sooner = placed & (metres / rate <= cost)
        return sooner

    def _out(
        self, roads: Roads, demand: gpd.GeoDataFrame, shape: BaseGeometry, direction: str, rate: float
    ) -> Array:
        """float64[p]: what it takes at least to leave a shape; worked out once for all queries."""
        key = (id(roads.network), id(demand), id(shape), hash((direction, roads.metric, rate)))
        known = self._known.get(key)
        if known is None or known[0]() is not demand:
            ends = self._ends(roads.network, shape)[1]
            cost = _read(roads, demand, ends, np.zeros(len(ends)), direction)[0]
            rows = np.flatnonzero(self._exposed(roads, demand, shape))
            points = np.asarray(demand.geometry.array, dtype=object)[rows]
            within = shapely.contains(shape, points)
            metres = np.where(within, shapely.distance(shape.boundary, points), 0.0) * _PLANE
            cost[rows] = np.minimum(cost[rows], metres / rate)
            known = self._known[key] = weakref.ref(demand), cost
        leaving: Array = known[1]
        return leaving

    def _ends(self, network: Network, shape: BaseGeometry) -> tuple[Array, Array]:
        """Which streets are not wholly within a shape, bool[s], and the nodes at their ends, int32[e]."""
        key = (id(network), id(shape))
        if key not in self._known:
            shapely.prepare(shape)
            beyond = ~shapely.contains_xy(shape, network.coords[:, 0], network.coords[:, 1])
            leaves = np.logical_or.reduceat(beyond, network.offsets[:-1]) if network.streets else beyond
            self._known[key] = (network, shape), (leaves, np.unique(network.street_ends[leaves]))
        found: tuple[Array, Array] = self._known[key][1]
        return found

    def _exposed(self, roads: Roads, points: gpd.GeoDataFrame, shape: BaseGeometry) -> Array:
        """Who lives outside a shape, or on a street that leaves it."""
        x, y, present = point_coordinates(points.geometry.array)
        leaves, street = self._ends(roads.network, shape)[0], roads.place(points).street
        found: Array = (present & ~shapely.contains_xy(shape, x, y)) | np.append(leaves, False)[street]
        return found

    def _may_move(self, roads: Roads, points: gpd.GeoDataFrame) -> Array:
        """bool[p]: points that a road not read might be nearer to than the one they stand at."""
        network, snap = roads.network, roads.place(points)
        short = network.component_road_m[network.component[network.street_ends[:, 0]]] < LEAST_COMPONENT_M
        more = LEAST_COMPONENT_M if short.any() else 0.0
        far, moving = np.where(snap.snapped, snap.snap_m, self.max_snap_m) + more, np.zeros(len(snap), bool)
        rows = np.flatnonzero(self._exposed(roads, points, self.core))
        shapes = np.asarray(points.geometry.array, dtype=object)[rows]
        moving[rows] = shapely.distance(self.around.boundary, shapes) * _PLANE < far[rows]
        return moving

    def _least(
        self, roads: Roads, demand: gpd.GeoDataFrame, ends: Array, facilities: gpd.GeoDataFrame,
        direction: str, rate: float,
    ) -> tuple[Array, Array]:  # fmt: skip
        """What it takes at least to one of some facilities past the ends of roads, and to which of them."""
        tree = cKDTree(_chords_of(roads.network, _xy(facilities)))
        metres, nearest = tree.query(_chords_of(roads.network, roads.network.node_xy[ends]))
        spent = np.asarray(metres) * (_unit(roads) / rate)
        cost, end = _read(roads, demand, ends, spent, direction)
        row = np.append(nearest, -1)[end]
        exposed = np.flatnonzero(self._exposed(roads, demand, self.core))
        metres, straight = _straight(demand.iloc[exposed], facilities)
        direct = metres / rate * _ROUNDING < cost[exposed]
        cost[exposed[direct]] = metres[direct] / rate * _ROUNDING
        row[exposed[direct]] = straight[direct]
        return cost, row

    def _around(
        self, roads: Roads, demand: gpd.GeoDataFrame, seen: gpd.GeoDataFrame, direction: str, rate: float
    ) -> Array:
        """What it takes at least out of what was read, straight to another way in, and on to a facility.

        Ways out from where a facility is as near over the roads that were read are left out.
        """
        network = roads.network
        ends = self._ends(network, self.around)[1]
        xy = network.node_xy[ends]
        ends = ends[~shapely.contains_xy(self.around, xy[:, 0], xy[:, 1])]
        _, rank = by_id(seen)
        trip = Trip(
            network, demand, seen.iloc[rank], direction, roads.metric, self.max_snap_m, roads.place(demand)
        )
        best, _ = kernels.nearest(*trip.graph, trip.start_node, source_cost=trip.start_cost)
        onward, places = best[ends], _chords_of(network, network.node_xy[ends])
        by, unit = np.full(len(ends), np.inf), _unit(roads)
        for low in range(0, len(ends), _AT_ONCE):
            rows = slice(low, low + _AT_ONCE)
            apart = np.linalg.norm(places[rows, None, :] - places[None, :, :], axis=2) * (unit / rate)
            apart[np.arange(len(apart)), np.arange(low, low + len(apart))] = np.inf
            by[rows] = (apart + onward[None, :]).min(axis=1, initial=np.inf)
        gains = by * _ROUNDING < onward
        return _read(roads, demand, ends[gains], by[gains], direction)[0]


def _unit(roads: Roads) -> float:
    """Seconds (or metres) in what costs are told in."""
    return 60.0 if roads.metric == "minutes" else 1.0


def _rate(metric: str, fastest_kph: float) -> float:
    """Metres a minute (or a metre) at the most."""
    return fastest_kph * 1000 / 60 if metric == "minutes" else 1.0


def _read(
    roads: Roads, demand: gpd.GeoDataFrame, nodes: Array, spent: Array, direction: str
) -> tuple[Array, Array]:
    """The least cost of every demand row from (or to) some nodes, and from which of them (-1: none)."""
    leaving = direction == "to_facility"
    snap = roads.place(demand)
    if not len(nodes):
        return np.full(len(snap), np.inf), np.full(len(snap), -1)
    best, first = kernels.nearest(
        *roads.network.csr(roads.metric, reversed_=leaving), nodes, source_cost=np.asarray(spent, np.float64)
    )
    at, leg = snap.departures(roads.metric) if leaving else snap.arrivals(roads.metric)
    both = leg + best[at]
    side = np.argmin(both, axis=1)
    row = np.arange(len(snap))
    total = (both[row, side] + snap.access_cost(roads.metric)) / _unit(roads) * _ROUNDING
    return total, np.where(np.isfinite(total), first[at[row, side]], -1)


def _straight(demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> tuple[Array, Array]:
    """Geodesic metres to the nearest of some facilities, and its row (-1: none)."""
    if not len(facilities):
        return np.full(len(demand), np.inf), np.full(len(demand), -1)
    numbered = facilities.assign(facility_id=[f"{n:09d}" for n in range(len(facilities))])
    found = StraightLine().nearest(demand, numbered)
    row = [-1 if name is None else int(name) for name in found["facility_id"]]
    return found["cost"].to_numpy(float), np.array(row, np.int64)


def _xy(points: gpd.GeoDataFrame) -> Array:
    return shapely.get_coordinates(np.asarray(points.geometry.array, dtype=object))


def _chords_of(network: Network, xy: Array) -> Array:
    return chords(*lonlat(network.crs, xy[:, 0], xy[:, 1]))
