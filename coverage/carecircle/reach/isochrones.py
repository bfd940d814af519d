"""Isochrones to draw: the ground within a few metres of roads reached in time. Never used to count people.

For every facility the roads it reaches are painted into a grid of costs (`_field`), and the outlines of the
cells within each limit are traced (`_outline`). All limits are cut from one grid, so they are nested.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from carecircle.errors import CapacityError, UsageError
from carecircle.reach import kernels
from carecircle.reach.asked import Direction
from carecircle.reach.drawing.polygon import polygon_of
from carecircle.reach.search._engine import processors
from carecircle.reach.search._memory import chunk_length
from carecircle.reach.search._numba import numba
from carecircle.reach.snapping.snap import Snap, street_costs

if TYPE_CHECKING:
    from carecircle.reach.network.model import Network

Array = np.ndarray[Any, Any]

MOST_CELLS = 400_000_000
"""Of one facility's grid: 1.6 GB."""


def isochrones(
    network: Network,
    facilities: gpd.GeoDataFrame,
    limits: Sequence[float],
    *,
    direction: Direction = "to_facility",
    cell_m: float = 10.0,
    half_width_m: float = 25.0,
    together: bool = False,
    max_snap_m: float = 500.0,
    threads: int | None = None,
) -> gpd.GeoDataFrame:
    """Polygons within each limit of each facility, by travel time.

    A cell belongs to a polygon when a point of a road that is reached within the limit lies within
    ``half_width_m`` of its centre. Access legs of residents play no part; the facility's own does.

    Parameters
    ----------
    network, facilities
        As in `carecircle.reach.travel.nearest_facility`; facilities in any stated CRS.
    limits
        Minutes.
    direction
        ``to_facility``: who reaches it within the limit; ``from_facility``: where it reaches.
    cell_m
        Size of a cell in metres; with 10 m the area is within 2 % of buffered roads (median).
    half_width_m
        How far beside a road its ground counts, in metres; at least ``cell_m``.
    together
        One polygon a limit for all facilities (the nearest counts), ``facility_id`` None.
    max_snap_m
        Facilities farther than this from any road, in metres, reach nothing.
    threads
        Facilities are drawn this many at a time.

    Returns
    -------
    GeoDataFrame
        facility_id, limit_min, geometry: MultiPolygon in the network's CRS (empty where nothing is
        reached), by facility in the order given, then by limit ascending.

    Raises
    ------
    UsageError
        Without numba, without a limit, or with cells larger than the half width.
    CapacityError
        If one grid would have more than 400 million cells.
    """
    if numba() is None:
        raise UsageError("reach.numba_needed")
    levels = sorted({float(limit) for limit in limits})
    if not levels or not (math.isfinite(levels[-1]) and levels[0] >= 0):
        raise UsageError("reach.limits_needed", value=levels)
    if not 0 < cell_m <= half_width_m:
        raise UsageError("reach.cells_too_large", value=cell_m, most=half_width_m)
    drawing = _Drawing(network, facilities, direction, max_snap_m, cell_m, half_width_m, levels)
    groups: list[Array] = [np.arange(len(facilities))] if together else [*np.arange(len(facilities))[:, None]]
    drawn: list[list[Any]] = []
    size = chunk_length(12 * network.nodes, least=8)
    with ThreadPoolExecutor(threads or processors()) as pool:
        for low in range(0, len(groups), size):
            some = groups[low : low + size]
            nodes, costs = zip(*drawing.search(some, threads), strict=True)
            drawn += pool.map(drawing.outline, some, nodes, costs)
    ids = [None] if together else facilities["facility_id"].tolist()
    return gpd.GeoDataFrame(
        {
            "facility_id": np.array([i for i in ids for _ in levels], dtype=object),
            "limit_min": np.array(levels * len(groups), float),
        },
        geometry=[polygon for polygons in drawn for polygon in polygons],
        crs=network.crs,
    )


@dataclass(frozen=True, eq=False)
class _Grid:
    """A grid of costs with an empty margin, and where its north-west corner lies."""

    field: Array
    left: float
    top: float


class _Drawing:
    """Everything that all facilities of one call share."""

    def __init__(
        self, network: Network, facilities: gpd.GeoDataFrame, direction: Direction, max_snap_m: float,
        cell_m: float, half_m: float, levels: list[float],
    ) -> None:  # fmt: skip
        self.network, self.cell_m, self.half_m, self.levels = network, cell_m, half_m, levels
        self.limit = levels[-1] * 60
        self.reversed = direction == "to_facility"
        self.snap: Snap = network.snap(facilities, max_snap_m=max_snap_m)
        self.graph = network.csr("minutes", reversed_=self.reversed)
        self.row = network.rows_of_slots(np.arange(len(self.graph[1])), reversed_=self.reversed)
        self.from_start = network.along ^ self.reversed

    def search(self, groups: list[Array], threads: int | None) -> list[tuple[Array, Array]]:
        """Nodes reached by each group, and their costs in seconds."""
        starts = self.snap.arrivals if self.reversed else self.snap.departures
        node, cost = starts("minutes")
        cost = cost + self.snap.access_cost("minutes")[:, None]
        facility = np.concatenate(groups)
        group = np.repeat(np.arange(len(groups)), [2 * len(g) for g in groups])
        spent = cost[facility].ravel()
        usable = np.isfinite(spent)
        found, nodes, costs = kernels.areas(
            *self.graph, node[facility].ravel()[usable], source_cost=spent[usable], group=group[usable],
            limit=self.limit, threads=threads,
        )  # fmt: skip
        bounds = np.searchsorted(found, np.arange(len(groups) + 1))
        return [(nodes[a:b], costs[a:b]) for a, b in itertools.pairwise(bounds)]

    def outline(self, group: Array, nodes: Array, costs: Array) -> list[Any]:
        """The polygons of one group, one a limit."""
        placed = group[self.snap.snapped[group]]
        if len(placed) == 0:
            return [shapely.MultiPolygon()] * len(self.levels)
        grid = self._grid(placed, nodes, costs)
        self._paint(grid, placed, nodes, costs)
        return [self._polygon(grid, level * 60) for level in self.levels]

    def _grid(self, placed: Array, nodes: Array, costs: Array) -> _Grid:
        from carecircle.reach.drawing._field import bounds_of

        n = self.network
        own = n.lines(self.snap.street[placed])
        box = np.array(shapely.total_bounds(own), float)
        bounds_of(nodes, costs, self.limit, self.graph[0], self.row, n.street, n.coords, n.offsets, box)
        margin = self.half_m + 2 * self.cell_m
        left = math.floor((box[0] - margin) / self.cell_m) * self.cell_m
        top = math.ceil((box[3] + margin) / self.cell_m) * self.cell_m
        width = math.ceil((box[2] + margin - left) / self.cell_m)
        height = math.ceil((top - box[1] + margin) / self.cell_m)
        if width * height > MOST_CELLS:
            least = self.cell_m * math.sqrt(width * height / MOST_CELLS)
            raise CapacityError(
                "reach.isochrone_too_large", value=width * height, most=MOST_CELLS, cell_m=math.ceil(least)
            )
        return _Grid(np.full((height, width), np.inf, np.float32), left, top)

    def _paint(self, grid: _Grid, placed: Array, nodes: Array, costs: Array) -> None:
        from carecircle.reach.drawing._field import mend_corners, paint_part, paint_rows

        n = self.network
        frame = (grid.field, grid.left, grid.top, self.cell_m, self.half_m, self.limit)
        street, position = self.snap.street[placed], self.snap.position[placed]
        drawn, against = street_costs(n, street, "minutes")
        to_end, to_start = (against, drawn) if self.reversed else (drawn, against)
        access = self.snap.access_cost("minutes")[placed]
        for i in range(len(placed)):
            for whole, end in ((to_end[i], 1.0), (to_start[i], 0.0)):
                paint_part(*frame, access[i], whole, position[i], end, street[i], n.coords, n.offsets)
        paint_rows(
            *frame, nodes, costs, self.graph[0], self.row, n.street, self.from_start, n.seconds, n.coords,
            n.offsets,
        )  # fmt: skip
        mend_corners(grid.field)

    def _polygon(self, grid: _Grid, seconds: float) -> Any:
        return polygon_of(
            grid.field, seconds, left=grid.left, top=grid.top, wide=self.cell_m, high=self.cell_m
        )
