"""Travelling over ground and roads in one search, asked as every `Reach` is."""

from __future__ import annotations

import math
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach.asked import by_id, reached_frame, table
from carecircle.reach.ground.areas import Targets, pairs
from carecircle.reach.ground.engine import Lanes, Sources, World
from carecircle.reach.ground.field import Field
from carecircle.reach.ground.portals import Portals, portals_of
from carecircle.reach.ground.seats import Placing
from carecircle.reach.ground.standing import Joining, Standing
from carecircle.reach.ground.tracing import Drawing, Trace
from carecircle.reach.search._memory import require
from carecircle.reach.surface import painted

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely
    from scipy.sparse import csr_array

    from carecircle.reach.answers import Cells, Path, Surface
    from carecircle.reach.asked import Direction
    from carecircle.reach.network.model import Metric, Network
    from carecircle.terrain import GroundCells

Array = np.ndarray[Any, Any]

_SLACK = 1e-9
"""The searches look this much (relative) past a limit, so that the limit is judged once, at the end."""
_FIRST_LOOK = 3600.0
"""Seconds (or metres) a way is first sought within."""


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
        self._crs: Any = cells.crs if network is None else network.crs  # of points that come without one
        self._stood: dict[int, tuple[Any, Standing]] = {}
        self._worlds: dict[str, World] = {}
        self._centres: tuple[Cells, Standing] | None = None

    def nearest(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *,
        direction: Direction = "to_facility", limit: float = math.inf,
    ) -> pd.DataFrame:  # fmt: skip
        """As `Reach.nearest`.

        ``closed``: on closed ground with no open cell within ``max_snap_m``; ``cut_off``: no facility can be
        reached from there; ``unsnapped``: no point; ``beyond``: farther than the limit. One column more,
        ``off_road``: whether the nearest road is farther than ``max_snap_m``.
        """
        ids, rank = by_id(facilities)
        stand = self.place(demand)
        seats = stand.seats
        cost, owner = self._nearest(stand, self.place(facilities.iloc[rank]), direction)
        status = np.where(np.isfinite(cost), "reached", "cut_off").astype(object)
        beyond = np.isfinite(cost) & ~(cost <= limit)
        status[beyond], cost[beyond], owner[beyond] = "beyond", np.inf, -1
        status[~seats.snapped] = "closed"
        status[~seats.given] = "unsnapped"
        found = reached_frame(demand, ids, owner, cost, seats.snap_m, status)
        return found.assign(off_road=seats.given & ~self._joining.by_road(demand))

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
        if math.isinf(limit):
            require(
                24 * len(demand) * len(facilities),
                work=f"{len(facilities):,} facilities × {len(demand):,} residents' points",
            )
        leaving = direction == "to_facility"
        _, rank = by_id(facilities)
        stand, serving = self.place(demand), self.place(facilities)
        world = self._world(direction)
        code, leg, point = self._joining.ends(stand, leaving=leaving)
        order = np.argsort(world.at(code), kind="stable")
        targets = Targets(len(demand), world.at(code)[order], point[order], leg[order])
        sources = self._sources(serving, leaving=not leaving)
        groups = [
            Sources(*(part[sources.owner == f] for part in (sources.code, sources.spent, sources.owner)))
            for f in rank
        ]
        within = pairs(world, groups, targets, limit * self.unit * (1 + _SLACK), threads)
        near = [tuple(map(np.asarray, part)) for part in self._joining.near(stand, serving, leaving=leaving)]
        rows, columns, costs = [], [], []
        for f, (row, cost) in zip(rank, within, strict=True):
            row, cost = _with_near(row, cost, [(r[w == f], c[w == f]) for r, w, c in near])
            cost = cost / self.unit
            kept = cost <= limit
            rows.append(row[kept])
            columns.append(np.full(int(kept.sum()), f, np.int64))
            costs.append(cost[kept])
        nothing = np.zeros(0, np.int64)
        return (
            np.concatenate([nothing, *rows]), np.concatenate([nothing, *columns]),
            np.concatenate([np.zeros(0), *costs]),
        )  # fmt: skip

    def way(
        self, demand_point: shapely.Point, facility_point: shapely.Point, *,
        direction: Direction = "to_facility",
    ) -> Path | None:  # fmt: skip
        """As `Reach.way`, over ground and roads: a `carecircle.reach.ground.tracing.GroundPath`."""
        leaving = direction == "to_facility"
        stand, serving = (self.place(self._frame(p)) for p in (demand_point, facility_point))
        sources = self._sources(serving, leaving=not leaving)
        code, leg, _ = self._joining.ends(stand, leaving=leaving)
        world = self._world(direction)
        node = world.at(code)
        near = [float(c[0]) for *_, c in self._joining.near(stand, serving, leaving=leaving)]
        total, cost, walked = np.full(1, np.inf), np.zeros(0), None
        for limit in (_FIRST_LOOK, 8 * _FIRST_LOOK, math.inf):
            cost, owner, walked = world.labels(sources, limit)
            total = np.where(owner[node] >= 0, cost[node] + leg, np.inf)
            if min(total.min(initial=math.inf), *near, math.inf) <= limit:
                break
        straight, best = min([*near, math.inf]), total.min(initial=math.inf)
        if math.isinf(min(straight, best)):
            return None
        ends = (demand_point, facility_point) if leaving else (facility_point, demand_point)
        drawing = Drawing(self._placing, self.network, self.portals, self._crs)
        if straight <= best:
            return drawing.straight(*ends, straight, self.unit)
        at = int(np.argmin(total))
        nodes, spent = Trace(world, sources, cost, walked).back(int(node[at]))
        if leaving:
            nodes, spent = nodes, [best - s for s in spent]
        else:
            nodes, spent = nodes[::-1], spent[::-1]
        return drawing.path(nodes, [*spent, float(best)], *ends, self.unit)

    def _frame(self, point: shapely.Point) -> gpd.GeoDataFrame:
        import geopandas as gpd

        return gpd.GeoDataFrame(geometry=[point], crs=self._crs)

    def surface(
        self, facilities: gpd.GeoDataFrame, cells: Cells, *, direction: Direction = "to_facility"
    ) -> Surface:
        """As `Reach.surface`; closed ground has no cost."""
        if self._centres is None or self._centres[0] is not cells:
            self._centres = cells, self._joining.stand(cells.centres, moving=False)
        return painted(cells, self._nearest(self._centres[1], self.place(facilities), direction)[0])

    def place(self, points: gpd.GeoDataFrame) -> Standing:
        """As `Reach.place`: where they stand, or on the nearest open cell within ``max_snap_m``.

        Asked again about the very same frame (which nobody changes meanwhile), it answers from memory.
        """
        known = self._stood.get(id(points))
        if known is None or known[0]() is not points:
            self._stood = {k: v for k, v in self._stood.items() if v[0]() is not None}
            if self.network is None:
                self._crs = points.crs or self._crs
            known = self._stood[id(points)] = (weakref.ref(points), self._joining.stand(points))
        return known[1]

    @property
    def unit(self) -> float:
        """Seconds (or metres) in what costs are told in."""
        return 60.0 if self.metric == "minutes" else 1.0

    def search_from(self, facilities: gpd.GeoDataFrame, direction: Direction) -> tuple[World, Sources]:
        """What is searched, and where from; the sources' owners are rows of the facilities."""
        return self._world(direction), self._sources(
            self.place(facilities), leaving=direction == "from_facility"
        )

    @cached_property
    def field(self) -> Field:
        """The cells of the mode."""
        return Field.of(self.cells, self.mode, self.metric)

    @cached_property
    def portals(self) -> Portals | None:
        """The roads laid over the ground; None without roads."""
        if self.network is None or self.network.streets == 0:
            return None
        walked = self.mode in self.cells.walked
        return portals_of(
            self.network, self._placing, metric=self.metric, walked=walked,
            spacing_m=self.cells.portal_spacing_m,
        )  # fmt: skip

    @cached_property
    def _placing(self) -> Placing:
        return Placing(self.cells, self.field, self.max_snap_m)

    @cached_property
    def _joining(self) -> Joining:
        return Joining(self._placing, self.network, self.portals, self._places)

    def _world(self, direction: Direction) -> World:
        """What is searched, made once a direction."""
        if direction not in self._worlds:
            against = direction == "to_facility"
            lanes = Lanes.none() if self.portals is None else self.portals.lanes(reversed_=against)
            once = self.cells.ride == "once" and self.mode not in self.cells.walked
            self._worlds[direction] = World(self.field, lanes, -1.0 if against else 1.0, once=once)
        return self._worlds[direction]

    def _sources(self, serving: Standing, *, leaving: bool) -> Sources:
        code, leg, point = self._joining.ends(serving, leaving=leaving)
        return Sources(code, leg, point.astype(np.int32))

    def _nearest(self, stand: Standing, serving: Standing, direction: Direction) -> tuple[Array, Array]:
        """Cost float64[p] (inf: none) and facility int64[p] (-1), in the order of the facilities."""
        leaving = direction == "to_facility"
        world = self._world(direction)
        code, leg, point = self._joining.ends(stand, leaving=leaving)
        node = world.at(code)

        def read(best: Array, first: Array) -> tuple[Array, Array]:
            """All seats; beyond what one pays by the best of one's seats, none matters."""
            paid = np.full(len(stand), np.inf)
            np.minimum.at(paid, point, np.where(first[node] >= 0, best[node] + leg, np.inf))
            return node, paid[point] - leg

        best, first = world.nearest(self._sources(serving, leaving=not leaving), math.inf, read)
        cost, owner = np.full(len(stand), np.inf), np.full(len(stand), -1, np.int64)
        _improve(cost, owner, point, best[node] + leg, first[node])
        for rows, facility, price in self._joining.near(stand, serving, leaving=leaving):
            _improve(cost, owner, rows, price, facility)
        return cost / self.unit, owner


def _with_near(row: Array, cost: Array, near: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """One facility's points and costs, those among them that need no search; points ascend."""
    rows = np.concatenate([row, *(r for r, _ in near)])
    costs = np.concatenate([cost, *(c for _, c in near)])
    order = np.lexsort((costs, rows))
    rows, costs = rows[order], costs[order]
    first = np.r_[True, rows[1:] != rows[:-1]] if len(rows) else np.zeros(0, bool)
    return rows[first], costs[first]


def _improve(cost: Array, owner: Array, row: Array, new: Array, facility: Array) -> None:
    """Take what is cheaper, or as cheap with a preferred facility (in place); rows may repeat."""
    order = np.lexsort((facility, new, row))
    first = order[np.flatnonzero(np.r_[True, row[order][1:] != row[order][:-1]])] if len(row) else order
    r, c, f = row[first], new[first], facility[first]
    better = np.isfinite(c) & (f >= 0) & ((c < cost[r]) | ((c == cost[r]) & (f < owner[r])))
    cost[r[better]], owner[r[better]] = c[better], f[better]
