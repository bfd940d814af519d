"""Every facility's own area on ground and roads, several at a time: which points it reaches, at what cost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach.search._engine import processors
from carecircle.reach.search._memory import require
from carecircle.reach.search._numba import numba

if TYPE_CHECKING:
    from carecircle.reach.ground.engine import Sources, World

Array = np.ndarray[Any, Any]

BUCKETS = 1 << 14
_WIDTH = 0.5


@dataclass(frozen=True, eq=False)
class Targets:
    """Points that areas are read at.

    Parameters
    ----------
    points
        How many there are.
    node
        int[s], ascending: places in the labels.
    point, leg
        int[s], float64[s]: whose seat it is, and what its leg costs.
    """

    points: int
    node: Array
    point: Array
    leg: Array


class Area:
    """Searches from one group at a time, with labels of its own (so each thread needs one)."""

    def __init__(self, world: World) -> None:
        self.world = world
        n, lanes = world.field, world.lanes
        self.labels = n.records(lanes.places)
        self.touched = np.empty(len(self.labels) + 1, np.int32)
        self.first = np.full(BUCKETS, -1, np.int32)
        self._pool(len(self.labels) // 4 + 4096)
        cells, width, _, _, _, moves, offset, _, kind, law, base, steepest, half, per_m, row = world.geometry
        self._ground = (cells, width, moves, offset, kind, law, base, steepest, half, per_m, row)
        self._gates = lanes.gate, world.at(lanes.gate_code).astype(np.int32), lanes.gate_cost
        self._shut = lanes.gate[:0], self._gates[1][:0], lanes.gate_cost[:0]
        part, code, cost = world.roads if world.once else world.ways
        self._ways = part, world.at(code).astype(np.int32), cost
        self._doors = world.doors
        most = max(len(lanes.door), 1) if world.once else 1
        self._crossing = np.empty(most, np.int32), np.empty(most)

    def _pool(self, size: int) -> None:
        from carecircle.reach.ground._areas import ENTRY

        self.entry = np.empty(size, ENTRY)

    def search(self, sources: Sources, limit: float) -> int:
        """How many nodes were seen: the first of ``touched``; their costs stay in ``labels``."""
        while True:
            seen = self._once(sources, limit) if self.world.once else self._all(sources, limit)
            if seen >= 0:
                return seen
            self.clear(~seen)
            self._pool(4 * len(self.entry))

    def clear(self, seen: int) -> None:
        """Make the labels ready for the next search."""
        from carecircle.reach.ground._areas import clear

        clear(self.labels, self.touched, seen)

    def _spread(self, node: Array, spent: Array, limit: float, gates: Any, seen: int) -> int:
        from carecircle.reach.ground import _areas

        spread: Any = _areas.spread
        per_width = 1.0 / (_WIDTH * self.world.field.typical)
        return int(
            spread(
                self.labels, *self._ground, node, spent, limit, per_width, self.first, self.entry, *gates,
                *self._ways, self.touched, seen,
            )
        )  # fmt: skip

    def _all(self, sources: Sources, limit: float) -> int:
        node = self.world.at(sources.code).astype(np.int32)
        return self._spread(node, sources.spent, limit, self._gates, 0)

    def _once(self, sources: Sources, limit: float) -> int:
        from carecircle.reach.ground import _areas

        crossings: Any = _areas.crossings
        on_ground, on_roads = sources.on(False), sources.on(True)
        cells, labels = self.world.field.size, self.labels
        node = self.world.at(on_ground.code).astype(np.int32)
        seen = self._spread(node, on_ground.spent, limit, self._shut, 0)
        if seen < 0:
            return seen
        into, spent = self._crossing
        count = crossings(labels, cells, self.touched, 0, seen, *self._gates, limit, False, into, spent)
        node = np.concatenate([into[:count], self.world.at(on_roads.code).astype(np.int32)])
        ridden = self._spread(node, np.concatenate([spent[:count], on_roads.spent]), limit, self._shut, seen)
        if ridden < 0:
            return ridden
        count = crossings(labels, cells, self.touched, seen, ridden, *self._doors, limit, True, into, spent)
        return self._spread(into[:count], spent[:count], limit, self._shut, ridden)


def pairs(
    world: World, groups: list[Sources], targets: Targets, limit: float, threads: int | None
) -> list[tuple[Array, Array]]:
    """Of each group the points within its area (ascending), and what they cost.

    Parameters
    ----------
    world
        Where it travels.
    groups
        Sources of each facility.
    targets
        The points, by their seats.
    limit
        In the unit of the field; a cost equal to it is kept.
    threads
        Groups are searched this many at a time (the processors, if None); the result does not change.

    Returns
    -------
    list of tuple
        Points int64 and costs float64, by group.
    """
    if numba() is None:
        return [_plainly(world, sources, targets, limit) for sources in groups]
    from carecircle.reach.ground import _areas

    gather: Any = _areas.gather
    total = world.field.size + world.lanes.places
    workers = max(1, min(threads or processors(), len(groups)))
    require(24 * total * workers, work=f"{total:,} cells × {workers} threads")
    pointer = np.zeros(total + 1, np.int32)
    np.cumsum(np.bincount(targets.node, minlength=total), out=pointer[1:])
    seat = targets.point.astype(np.int32)
    results: list[Any] = [None] * len(groups)

    def work(area: Area) -> None:
        best, rows = np.full(targets.points, np.inf), np.empty(targets.points, np.int32)
        for g in turns:
            seen = area.search(groups[g], limit)
            count = gather(area.labels, area.touched, seen, pointer, seat, targets.leg, best, rows)
            area.clear(seen)
            found = np.sort(rows[:count]).astype(np.int64)
            cost = best[found]
            best[found] = np.inf
            kept = cost <= limit
            results[g] = found[kept], cost[kept]

    turns = _Turns(len(groups))
    if workers == 1:
        work(Area(world))
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, [Area(world) for _ in range(workers)]))
    return results


class _Turns:
    """0, 1, 2 … each handed out once, to whichever thread asks next."""

    def __init__(self, count: int) -> None:
        self._count, self._next = count, itertools.count()

    def __iter__(self) -> Iterator[int]:
        return itertools.takewhile(lambda n: n < self._count, self._next)


def _plainly(world: World, sources: Sources, targets: Targets, limit: float) -> tuple[Array, Array]:
    """One group's points where numba is absent."""
    cost, owner = world.nearest(sources, limit)
    best = np.full(targets.points, np.inf)
    there = owner[targets.node] >= 0
    np.minimum.at(best, targets.point[there], (cost[targets.node] + targets.leg)[there])
    rows = np.flatnonzero(best <= limit)
    return rows, best[rows]
