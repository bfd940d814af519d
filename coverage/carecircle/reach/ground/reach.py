"""Travelling over ground and roads in one search, asked as every `Reach` is."""

from __future__ import annotations

import math
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach.asked import by_id, reached_frame, table
from carecircle.reach.ground.engine import Lanes, Sources, World
from carecircle.reach.ground.field import Field
from carecircle.reach.ground.seats import Placing, Seats
from carecircle.reach.surface import painted

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from scipy.sparse import csr_array

    from carecircle.reach.asked import Direction
    from carecircle.reach.network.model import Metric, Network
    from carecircle.reach.path import Path
    from carecircle.reach.surface import Cells, Surface
    from carecircle.terrain import GroundCells

Array = np.ndarray[Any, Any]


class Ground:
    """Minutes or metres over ground and roads together, as `carecircle.reach.asked.Reach` asks them.

    Parameters
    ----------
    network
        Of the mode that travels; None: there are no roads.
    cells
        The ground.
    mode
        Which of the ground's minutes a metre count.
    metric
        ``minutes``, or ``road_m``: the shortest way by length.
    max_snap_m
        How far a point on closed ground may be moved to open ground, in metres.
    places
        Places of frames on the network that were asked about before.
    """

    def __init__(
        self, network: Network | None, cells: GroundCells, mode: str, metric: Metric = "minutes", *,
        max_snap_m: float = 500.0, places: Any = None,
    ) -> None:  # fmt: skip
        self.network = network if cells.roads else None
        self.cells, self.mode, self.metric, self.max_snap_m = cells, mode, metric, max_snap_m
        self._places = places
        self._seated: dict[int, tuple[Any, Seats]] = {}

    def nearest(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf,
    ) -> pd.DataFrame:  # fmt: skip
        """As `Reach.nearest`.

        ``closed``: on closed ground with no open cell within ``max_snap_m``; ``cut_off``: no facility can be
        reached from there; ``unsnapped``: no point; ``beyond``: farther than the limit.
        """
        ids, rank = by_id(facilities)
        seats = self.place(demand)
        cost, owner = self._nearest(seats, self.place(facilities.iloc[rank]), direction)
        status = np.where(np.isfinite(cost), "reached", "cut_off").astype(object)
        beyond = np.isfinite(cost) & ~(cost <= limit)
        status[beyond], cost[beyond], owner[beyond] = "beyond", np.inf, -1
        status[~seats.snapped] = "closed"
        status[~seats.given] = "unsnapped"
        return reached_frame(demand, ids, owner, cost, seats.snap_m, status)

    def pairs(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf, threads: int | None = None,
    ) -> csr_array:  # fmt: skip
        """As `Reach.pairs`."""
        rows, columns, costs = [], [], []
        seats = self.place(demand)
        for f in range(len(facilities)):
            cost, _ = self._nearest(seats, self.place(facilities.iloc[[f]]), direction)
            near = np.flatnonzero((cost <= limit) & np.isfinite(cost))
            rows.append(near)
            columns.append(np.full(len(near), f))
            costs.append(cost[near])
        nothing = np.zeros(0)
        return table(
            np.concatenate([nothing.astype(int), *rows]), np.concatenate([nothing.astype(int), *columns]),
            np.concatenate([nothing, *costs]), (len(demand), len(facilities)),
        )  # fmt: skip

    def way(
        self, demand_point: shapely.Point, facility_point: shapely.Point, *,
        direction: Direction = "to_facility",
    ) -> Path | None:  # fmt: skip
        """As `Reach.way`."""
        return None

    def surface(
        self, facilities: gpd.GeoDataFrame, cells: Cells, *, direction: Direction = "to_facility"
    ) -> Surface:
        """As `Reach.surface`."""
        seats = self.place(cells.centres)
        return painted(cells, self._nearest(seats, self.place(facilities), direction)[0])

    def place(self, points: gpd.GeoDataFrame) -> Seats:
        """As `Reach.place`: where they stand, or on the nearest open cell within ``max_snap_m``.

        Asked again about the very same frame (which nobody changes meanwhile), it answers from memory.
        """
        known = self._seated.get(id(points))
        if known is None or known[0]() is not points:
            self._seated = {k: v for k, v in self._seated.items() if v[0]() is not None}
            known = self._seated[id(points)] = (weakref.ref(points), self._placing.seats(points))
        return known[1]

    @cached_property
    def field(self) -> Field:
        """The cells of the mode."""
        return Field.of(self.cells, self.mode, self.metric)

    @cached_property
    def _placing(self) -> Placing:
        return Placing(self.cells, self.field, self.max_snap_m)

    def _world(self, direction: Direction) -> World:
        sign = -1.0 if direction == "to_facility" else 1.0
        return World(self.field, Lanes.none(), sign, once=False)

    def _nearest(self, seats: Seats, serving: Seats, direction: Direction) -> tuple[Array, Array]:
        """Cost float64[p] (inf: none) and facility int64[p] (-1), in the order of the facilities."""
        leaving = direction == "to_facility"
        legs = self._placing.legs(serving, leaving=not leaving)
        sources = Sources(self.field.code(serving.row, serving.column), legs, serving.point.astype(np.int32))
        world = self._world(direction)
        best, first = world.nearest(sources, math.inf)
        node = self.field.index(self.field.code(seats.row, seats.column))
        total = best[node] + self._placing.legs(seats, leaving=leaving)
        cost, owner = np.full(len(seats), np.inf), np.full(len(seats), -1, np.int64)
        _improve(cost, owner, seats.point, total, first[node])
        return cost, owner


def _improve(cost: Array, owner: Array, row: Array, new: Array, facility: Array) -> None:
    """Take what is cheaper, or as cheap with a preferred facility (in place); rows may repeat."""
    order = np.lexsort((facility, new, row))
    first = order[np.flatnonzero(np.r_[True, row[order][1:] != row[order][:-1]])] if len(row) else order
    r, c, f = row[first], new[first], facility[first]
    better = np.isfinite(c) & ((c < cost[r]) | ((c == cost[r]) & (f < owner[r])))
    cost[r[better]], owner[r[better]] = c[better], f[better]
