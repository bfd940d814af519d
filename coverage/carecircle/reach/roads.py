"""Travelling by road: one network of one mode, asked as every `Reach` is asked."""

from __future__ import annotations

import math
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach._trip import Trip
from carecircle.reach.asked import by_id, reached_frame, table
from carecircle.reach.path import path
from carecircle.reach.surface import painted

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from scipy.sparse import csr_array

    from carecircle.reach.answers import Cells, Path, Surface
    from carecircle.reach.asked import Direction
    from carecircle.reach.network.model import Metric, Network
    from carecircle.reach.snapping.snap import Snap

Array = np.ndarray[Any, Any]


class Roads:
    """Minutes or metres by road, access legs included, as `carecircle.reach.asked.Reach` asks them.

    Parameters
    ----------
    network
        Of the mode that travels.
    metric
        ``minutes``, or ``road_m``: the shortest way by length.
    max_snap_m
        Points farther than this from any road, in metres, are unsnapped.
    places
        Places of frames that were asked about before, kept by `place`; share it between the metrics of one
        network.
    """

    takes_lead = True
    """Whether `carecircle.reach.asked.LEAD` of a facility enters its costs."""

    def __init__(
        self, network: Network, metric: Metric = "minutes", *, max_snap_m: float = 500.0,
        places: Places | None = None,
    ) -> None:  # fmt: skip
        self.network, self.metric, self.max_snap_m = network, metric, max_snap_m
        self._places = Places() if places is None else places

    def nearest(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf,
    ) -> pd.DataFrame:  # fmt: skip
        """As `Reach.nearest`; statuses as in `carecircle.reach.travel.nearest_facility`."""
        return nearest_by_road(
            self.network, demand, facilities, direction=direction, metric=self.metric, limit=limit,
            max_snap_m=self.max_snap_m, snapped=self.place(demand),
        )  # fmt: skip

    def split(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", slower: float = 1.0,
    ) -> tuple[Array, Array, Array]:  # fmt: skip
        """The least cost of every demand row, told apart: what passes beside the roads, and on them.

        Parameters
        ----------
        demand, facilities, direction
            As in `nearest`.
        slower
            What the time on every road is multiplied by, when the nearest facility is chosen.

        Returns
        -------
        beside float64[p], on_roads float64[p], facility int64[p]
            Minutes or metres of access legs and lead; of the roads as they are (not slowed): the whole cost
            is ``beside + slower * on_roads``. The row of the facility; inf, inf and -1 unreached.
        """
        _, rank = by_id(facilities)
        trip = Trip(
            self.network, demand, facilities.iloc[rank], direction, self.metric, self.max_snap_m,
            self.place(demand), slower,
        )  # fmt: skip
        cost, owner = trip.nearest(math.inf)
        there = owner >= 0
        beside, on_roads = np.full(len(cost), np.inf), np.full(len(cost), np.inf)
        beside[there] = (trip.demand_access[there] + trip.lead[owner[there]]) / trip.unit
        beside = np.minimum(beside, cost)  # who meets straight across takes no road
        on_roads[there] = np.maximum(cost[there] - beside[there], 0.0) / slower
        return beside, on_roads, np.where(there, np.append(rank, -1)[owner], -1)

    def pairs(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf, threads: int | None = None,
    ) -> csr_array:  # fmt: skip
        """As `Reach.pairs`; ``threads`` as in `carecircle.reach.travel.service_areas`."""
        found = self.triples(demand, facilities, direction=direction, limit=limit, threads=threads)
        return table(*found, (len(demand), len(facilities)))

    def triples(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, direction: Direction, limit: float,
        threads: int | None,
    ) -> tuple[Array, Array, Array]:  # fmt: skip
        """`pairs` as (demand row, facility row, cost), by facility (string order), then by row."""
        _, rank = by_id(facilities)
        ordered = facilities.iloc[rank]
        trip = Trip(self.network, demand, ordered, direction, self.metric, self.max_snap_m)
        facility, row, cost = trip.pairs(limit, threads)
        return row, rank[facility], cost

    def way(
        self, demand_point: shapely.Point, facility_point: shapely.Point, *,
        direction: Direction = "to_facility",
    ) -> Path | None:  # fmt: skip
        """As `Reach.way`, along the roads."""
        return path(
            self.network, demand_point, facility_point, direction=direction, metric=self.metric,
            max_snap_m=self.max_snap_m,
        )  # fmt: skip

    def surface(
        self, facilities: gpd.GeoDataFrame, cells: Cells, *, direction: Direction = "to_facility"
    ) -> Surface:
        """As `Reach.surface`."""
        trip = Trip(
            self.network, cells.centres, facilities, direction, self.metric, self.max_snap_m,
            self.place(cells.centres),
        )  # fmt: skip
        return painted(cells, trip.nearest(math.inf)[0])

    def place(self, points: gpd.GeoDataFrame) -> Snap:
        """As `Reach.place`: on the nearest street where the mode may stop.

        Asked again about the very same frame (which nobody changes meanwhile), it answers from memory.
        """
        return self._places.of(self.network, points, self.max_snap_m)

    def retimed(self, network: Network) -> Roads:
        """The same roads with other times: places that are known need not be sought again.

        Parameters
        ----------
        network
            From `Network.slowed` of this one.

        Returns
        -------
        Roads
            Of the same metric.
        """
        places = self._places.retimed(self.network, network)
        return Roads(network, self.metric, max_snap_m=self.max_snap_m, places=places)


class Places:
    """Places of whole frames on networks, for as long as the frame lives; several queries ask about one."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, float], tuple[Any, Network, Snap]] = {}

    def of(self, network: Network, points: gpd.GeoDataFrame, max_snap_m: float) -> Snap:
        """The frame's places on a network.

        Parameters
        ----------
        network
            Where to place them.
        points
            In any stated CRS.
        max_snap_m
            As in `Network.snap`, in metres.

        Returns
        -------
        Snap
            Of each row.
        """
        key = (id(network), id(points), max_snap_m)
        known = self._known.get(key)
        if known is None or known[0]() is not points:
            snap = network.snap(points, max_snap_m=max_snap_m)
            known = self._known[key] = (weakref.ref(points), network, snap)
            gone = [k for k, (frame, _, _) in self._known.items() if frame() is None]
            for k in gone:
                del self._known[k]
        return known[2]

    def retimed(self, before: Network, after: Network) -> Places:
        """The places on one network as places on another that differs in its times alone."""
        same = Places()
        for (_, frame, most), (held, network, snap) in self._known.items():
            if network is before:
                same._known[id(after), frame, most] = (held, after, replace(snap, network=after))
        return same


def nearest_by_road(
    network: Network, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, direction: Direction,
    metric: Metric, limit: float, max_snap_m: float, snapped: Snap | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What `carecircle.reach.travel.nearest_facility` says of a network."""
    ids, rank = by_id(facilities)
    trip = Trip(network, demand, facilities.iloc[rank], direction, metric, max_snap_m, snapped)
    cost, owner = trip.nearest(limit)
    reached = np.isfinite(cost)
    status = np.full(len(cost), "reached", dtype=object)
    status[~reached] = "one_way"
    served = np.isin(trip.demand.component, trip.facilities.component[trip.facilities.snapped])
    served[trip.across[0]] = True
    if math.isfinite(limit) and (~reached & served & trip.demand.snapped).any():
        unlimited, _ = trip.nearest(math.inf)
        status[~reached & np.isfinite(unlimited)] = "beyond"
    status[~served] = "island"
    status[~trip.demand.snapped] = "unsnapped"
    return reached_frame(demand, ids, np.where(reached, owner, -1), cost, trip.demand.snap_m, status)
