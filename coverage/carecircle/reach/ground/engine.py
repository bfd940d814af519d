"""What is searched: ground and roads as one mode travels them in one direction, and where a search begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from carecircle.reach.ground.field import MOVES, TILE_BITS
from carecircle.reach.ground.once import Once
from carecircle.reach.ground.queues import Flood, Plain
from carecircle.reach.search._memory import require
from carecircle.reach.search._numba import numba

if TYPE_CHECKING:
    from collections.abc import Callable

    from carecircle.reach.ground.field import Field

Array = np.ndarray[Any, Any]

Reading: TypeAlias = "Callable[[Array, Array], tuple[Array, Array]]"


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
        return self.where((self.code < 0) == roads)

    def within(self, limit: float) -> Sources:
        """Those that somebody owns, and that cost no more than a limit."""
        return self.where((self.spent <= limit) & (self.owner >= 0))

    def and_(self, other: Sources) -> Sources:
        """These and others."""
        return Sources(
            np.concatenate([self.code, other.code]), np.concatenate([self.spent, other.spent]),
            np.concatenate([self.owner, other.owner]),
        )  # fmt: skip

    def where(self, kept: Array) -> Sources:
        """Those that ``kept``, bool[s], says."""
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
    def parts(self) -> Array:
        """int32: which connected part of the roads each place lies in, one-ways or not."""
        n = self.lanes
        arcs = csr_array((np.ones(len(n.lane_to), np.int8), n.lane_to, n.lane), shape=(n.places, n.places))
        return np.asarray(connected_components(arcs, directed=False)[1])

    @cached_property
    def roads(self) -> tuple[Array, Array, Array]:
        """The arcs of each place on the roads alone, as CSR."""
        return self.lanes.lane, (~self.lanes.lane_to).astype(np.int32), self.lanes.lane_cost

    def at(self, code: Array) -> Array:
        """Places of codes in a search's labels."""
        c = np.asarray(code, np.int64)
        return np.where(c < 0, self.field.size + ~c, self.field.index(c))

    def code(self, node: Array) -> Array:
        """Codes int32 of places in a search's labels."""
        n, size, width = np.asarray(node, np.int64), self.field.size, self.field.width
        return np.where(n < size, (n // width) << 16 | n % width, ~(n - size)).astype(np.int32)

    def nearest(self, sources: Sources, limit: float, read: Reading | None = None) -> tuple[Array, Array]:
        """Cost float64 and owner int32 (-1: nobody) of every cell (padded), then of every place on roads.

        A closed cell's cost is below 0. ``read`` as in `labels`.
        """
        cost, owner, _ = self.labels(sources, limit, read)
        return cost, owner

    def labels(
        self, sources: Sources, limit: float, read: Reading | None = None
    ) -> tuple[Array, Array, Array | None]:
        """As `nearest`, and the costs over the ground before any road, where one rides once.

        ``read`` says, of costs and owners so far, which nodes are read, and beyond which cost nobody cares
        for each, as nodes and float64 costs. Labels of these up to there are exact; others may be too great.
        """
        require(21 * (self.field.size + self.lanes.places), work=f"{self.field.size:,} cells")
        search: Any = Plain if numba() is None else Flood
        if self.once:
            return Once(self, search(self, 0), sources, limit).labels(read)
        whole = search(self, self.lanes.places)
        whole.spread(sources, limit, "all")
        return whole.cost, whole.owner, None
