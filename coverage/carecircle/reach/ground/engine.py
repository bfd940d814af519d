"""Searches over ground and roads: labels, the phases of a journey, and which queue runs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from carecircle.reach.ground.field import MOVES, Field
from carecircle.reach.search import _scipy
from carecircle.reach.search._memory import require
from carecircle.reach.search._numba import numba

Array = np.ndarray[Any, Any]

TILE_BITS = 6
"""Cells along a tile's side: 64."""
FINES, RING = 64, 1 << 14
_WIDTH = 0.5
"""A fine bucket's width, in usual moves."""
_NO_GATES = np.zeros(0, np.int32)


@dataclass(frozen=True, eq=False)
class Lanes:
    """Roads as the searches take them: places numbered from 0, arcs between them, doors to the ground.

    Parameters
    ----------
    lane, lane_to, lane_cost
        CSR of the arcs in the direction of the search: int32[n + 1], int32[m], float32[m].
    door, door_cell, door_cost
        int32[d] places, int32[d] codes of the cells they open to, float32[d] what the leg costs.
    tile
        int32[n]: the tile each place lies in.
    gate, gate_code, gate_cost
        By (padded) cell, the places it opens to: int32[size + 1] pointers, ``~place``, float32 costs.
    """

    lane: Array
    lane_to: Array
    lane_cost: Array
    door: Array
    door_cell: Array
    door_cost: Array
    tile: Array
    gate: Array
    gate_code: Array
    gate_cost: Array

    @property
    def places(self) -> int:
        """How many there are."""
        return len(self.lane) - 1

    @staticmethod
    def none() -> Lanes:
        """No roads at all."""
        nothing, costs = np.zeros(0, np.int32), np.zeros(0, np.float32)
        return Lanes(
            np.zeros(1, np.int32), nothing, costs, nothing, nothing, costs, nothing, nothing, nothing, costs
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sources:
    """Where a search begins.

    Parameters
    ----------
    code
        int32[s]: cells' codes, or ``~place`` on the roads.
    spent
        float64[s].
    owner
        int32[s]: equal cost goes to the smaller.
    """

    code: Array
    spent: Array
    owner: Array

    def on(self, roads: bool) -> Sources:
        """Those on the roads, or those on the ground."""
        kept = (self.code < 0) == roads
        return Sources(self.code[kept], self.spent[kept], self.owner[kept])


class World:
    """Ground and roads that one mode travels, in one direction.

    Parameters
    ----------
    field
        The cells.
    lanes
        The roads, their arcs in the direction of the search.
    sign
        1 where the search runs in the direction of travel, -1 against it.
    once
        Whether one rides once: to a road over the ground, along the roads, and over the ground to the end.
        Otherwise one may change between them at every door.
    """

    def __init__(self, field: Field, lanes: Lanes, sign: float, *, once: bool) -> None:
        self.field, self.lanes, self.sign = field, lanes, sign
        self.once = once and lanes.places > 0
        self.tiles_across = (field.width >> TILE_BITS) + 1
        self.tiles = self.tiles_across * ((field.rows + 4 >> TILE_BITS) + 1)

    @cached_property
    def geometry(self) -> tuple[Any, ...]:
        """The arguments of the searches that say how cells lie, and what moves cost."""
        from carecircle.reach.ground._moves import KINDS

        f = self.field
        half, per_m = f.steps(self.sign)
        down, right = MOVES.T
        offset, step = down * f.width + right, down * 65536 + right
        return (
            f.size, f.width, TILE_BITS, self.tiles_across, self.tiles, f.moves, offset.astype(np.int32),
            step.astype(np.int32), KINDS[f.kind], f.law, f.base, f.steepest, half, per_m,
            0 if f.uniform else 1,
        )  # fmt: skip

    @cached_property
    def ways(self) -> tuple[Array, Array, Array]:
        """The arcs of each place on the roads, those over its doors among them, as CSR."""
        n = self.lanes
        tail = np.concatenate([np.repeat(np.arange(n.places, dtype=np.int32), np.diff(n.lane)), n.door])
        code = np.concatenate([(~n.lane_to).astype(np.int32), n.door_cell])
        cost = np.concatenate([n.lane_cost, n.door_cost])
        order = np.argsort(tail, kind="stable")
        pointers = np.zeros(n.places + 1, np.int32)
        np.cumsum(np.bincount(tail, minlength=n.places), out=pointers[1:])
        return pointers, code[order], cost[order]

    @cached_property
    def doors(self) -> tuple[Array, Array, Array]:
        """The doors of each place on the roads, as CSR: pointers, the cells' places in the labels, costs."""
        n = self.lanes
        order = np.argsort(n.door, kind="stable")
        pointers = np.zeros(n.places + 1, np.int32)
        np.cumsum(np.bincount(n.door, minlength=n.places), out=pointers[1:])
        cell = self.field.index(n.door_cell[order]).astype(np.int32)
        return pointers, cell, n.door_cost[order]

    @cached_property
    def roads(self) -> tuple[Array, Array, Array]:
        """The arcs of each place on the roads alone, as CSR."""
        return self.lanes.lane, (~self.lanes.lane_to).astype(np.int32), self.lanes.lane_cost

    def at(self, code: Array) -> Array:
        """Places of codes in a search's labels."""
        c = np.asarray(code, np.int64)
        return np.where(c < 0, self.field.size + ~c, self.field.index(c))

    def nearest(self, sources: Sources, limit: float) -> tuple[Array, Array]:
        """Cost float64 and owner int32 (-1: nobody) of every cell (padded), then of every place on roads.

        A closed cell's cost is below 0.
        """
        cost, owner, _ = self.labels(sources, limit)
        return cost, owner

    def labels(self, sources: Sources, limit: float) -> tuple[Array, Array, Array | None]:
        """As `nearest`, and the costs over the ground before any road, where one rides once."""
        require(21 * (self.field.size + self.lanes.places), work=f"{self.field.size:,} cells")
        search = _Plain(self) if numba() is None else _Flood(self)
        if not self.once:
            search.spread(sources, limit, "all")
            return search.cost, search.owner, None
        search.spread(sources.on(False), limit, "ground")
        walked = search.cost.copy()
        search.spread(self._entries(search, sources, limit), limit, "roads")
        search.spread(self._exits(search, limit), limit, "ground")
        return search.cost, search.owner, walked

    def _entries(self, search: Any, sources: Sources, limit: float) -> Sources:
        """Where the roads are entered: over the doors, and from places on them."""
        cell = self.field.index(self.lanes.door_cell)
        spent = search.cost[cell] + self.lanes.door_cost
        by_door = Sources((~self.lanes.door).astype(np.int32), spent, search.owner[cell])
        return _together(_within(by_door, limit), sources.on(True))

    def _exits(self, search: Any, limit: float) -> Sources:
        """Where the roads are left, over their doors."""
        place = self.field.size + self.lanes.door
        spent = search.cost[place] + self.lanes.door_cost
        return _within(Sources(self.lanes.door_cell, spent, search.owner[place]), limit)


def _within(sources: Sources, limit: float) -> Sources:
    kept = (sources.spent <= limit) & (sources.owner >= 0)
    return Sources(sources.code[kept], sources.spent[kept], sources.owner[kept])


def _together(a: Sources, b: Sources) -> Sources:
    return Sources(
        np.concatenate([a.code, b.code]), np.concatenate([a.spent, b.spent]),
        np.concatenate([a.owner, b.owner]),
    )  # fmt: skip


class _Flood:
    """Labels of one search, spread by the compiled queue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.labels = world.field.records(world.lanes.places)
        self.owner = np.full(len(self.labels), -1, np.int32)
        self.cost: Array = self.labels["cost"]

    def spread(self, sources: Sources, limit: float, part: str) -> None:
        from carecircle.reach.ground import _flood

        flood: Any = _flood.flood

        w, n = self.world, len(self.labels)
        n_ = w.lanes
        gates = (n_.gate, n_.gate_code, n_.gate_cost)
        if part != "all":
            gates = (_NO_GATES, _NO_GATES, n_.gate_cost[:0])
        ways = w.ways if part == "all" else w.roads
        per_fine = 1.0 / (_WIDTH * w.field.typical)
        most = 16 + int(np.diff(ways[0]).max(initial=0)) + int(np.diff(gates[0]).max(initial=0))
        pool = n + len(sources.code) + 4096
        before = (self.cost.copy(), self.owner.copy()) if part != "all" else None
        while not flood(
            self.labels, self.owner, *w.geometry, np.ascontiguousarray(sources.code, np.int32),
            np.ascontiguousarray(sources.spent, np.float64), np.ascontiguousarray(sources.owner, np.int32),
            limit, per_fine, FINES, RING, pool, *gates, *ways, w.lanes.tile, most,
        ):  # fmt: skip
            self._restore(before)
            pool *= 4

    def _restore(self, before: tuple[Array, Array] | None) -> None:
        """The labels as they stood before a search whose queue was too small."""
        if before is None:
            self.labels = self.world.field.records(self.world.lanes.places)
            self.owner[:] = -1
            self.cost = self.labels["cost"]
        else:
            self.cost[:], self.owner[:] = before


class _Plain:
    """The same by scipy."""

    def __init__(self, world: World) -> None:
        from carecircle.reach.ground._explicit import moves_of

        self.world = world
        records = world.field.records(world.lanes.places)
        self.cost: Array = records["cost"].copy()
        self.owner = np.full(len(records), -1, np.int32)
        self._moves = moves_of(world.field, world.sign)

    def spread(self, sources: Sources, limit: float, part: str) -> None:
        w, n = self.world, len(self.cost)
        tail, head, cost = (np.concatenate(c) for c in zip(*self._arcs(part), strict=True))
        known = np.flatnonzero(np.isfinite(self.cost) & (self.cost >= 0))
        node = np.concatenate([w.at(sources.code), known])
        spent = np.concatenate([sources.spent, self.cost[known]])
        owner = np.concatenate([sources.owner, self.owner[known]])
        shut = self.cost < 0
        kept = (spent <= limit) & ~shut[node]
        node, spent, owner = node[kept], spent[kept], owner[kept]
        order = np.lexsort((spent, owner))
        node, spent, owner = node[order], spent[order], owner[order]
        graph = _scipy.csr_from_edges(n, tail, head, cost)
        best, source = _scipy.nearest(*graph, node, spent, limit)
        self.cost = np.where(shut, self.cost, best)
        self.owner = np.append(owner, -1)[source].astype(np.int32)

    def _arcs(self, part: str) -> list[tuple[Array, Array, Array]]:
        w = self.world
        size, n = w.field.size, w.lanes
        found = []
        if part in ("ground", "all"):
            found.append(self._moves)
        if part in ("roads", "all"):
            tail = np.repeat(np.arange(n.places), np.diff(n.lane))
            found.append((size + tail, size + n.lane_to.astype(np.int64), n.lane_cost.astype(float)))
        if part == "all":
            cell, place, cost = w.field.index(n.door_cell), size + n.door, n.door_cost.astype(float)
            found += [(cell, place, cost), (place, cell, cost)]
        return found
