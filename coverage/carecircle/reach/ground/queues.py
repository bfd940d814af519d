"""Labels of one search, and the queues that spread them: compiled, or scipy's where numba is absent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach.ground.field import CELL, TILE_BITS
from carecircle.reach.search import _scipy

if TYPE_CHECKING:
    from carecircle.reach.ground.engine import Sources, World

Array = np.ndarray[Any, Any]

FINES, RING = 64, 1 << 14
_WIDTH = 0.5
"""A fine bucket's width, in usual moves."""
_ROOM = 1.0
"""Entries of the queue by label; where they do not suffice, it begins again with more."""
_NO_GATES = np.zeros(0, np.int32)


class Flood:
    """Labels spread by the compiled queue.

    Parameters
    ----------
    world
        What is searched.
    places
        How many places on the roads have labels, beyond the cells: all of them, or none.
    """

    def __init__(self, world: World, places: int) -> None:
        self.world = world
        self.labels = world.field.records(places)
        self.owner = np.full(len(self.labels), -1, np.int32)

    @property
    def cost(self) -> Array:
        """float64 by node; below 0 where closed."""
        found: Array = self.labels["cost"]
        return found

    def spread(self, sources: Sources, limit: float, part: str, bound: Array | None = None) -> None:
        """Spread over ``ground``, ``roads`` or ``all`` within a limit.

        ``bound``, float64 by tile, says beyond which cost nothing spreads on: `waiting` says where to go on.
        """
        from carecircle.reach.ground import _flood

        flood: Any = _flood.flood

        w, n = self.world, len(self.labels)
        n_ = w.lanes
        far = np.full(w.tiles, math.inf) if bound is None else bound
        gates = (n_.gate, n_.gate_code, n_.gate_cost)
        if part != "all":
            gates = (_NO_GATES, _NO_GATES, n_.gate_cost[:0])
        ways = w.ways if part == "all" else w.roads
        per_fine = 1.0 / (_WIDTH * w.field.typical)
        most = 16 + int(np.diff(ways[0]).max(initial=0)) + int(np.diff(gates[0]).max(initial=0))
        pool = int(_ROOM * (n + 4096)) + len(sources.code)
        while not flood(
            self.labels, self.owner, *w.geometry, np.ascontiguousarray(sources.code, np.int32),
            np.ascontiguousarray(sources.spent, np.float64), np.ascontiguousarray(sources.owner, np.int32),
            limit, far, per_fine, FINES, RING, pool, *gates, *ways, w.lanes.tile, most,
        ):  # fmt: skip
            sources = self._known(sources, part)
            pool = 4 * pool + len(sources.code)

    def waiting(self, bound: Array) -> Sources:
        """The cells that were reached beyond the bound of their tile, whence to go on."""
        w, found = self.world, []
        for row, far in enumerate(bound.reshape(-1, w.tiles_across)):
            first = (row << TILE_BITS) * w.field.width
            cost = self.cost[first : min(w.field.size, first + (w.field.width << TILE_BITS))]
            beyond = cost.reshape(-1, w.field.width) > np.repeat(far, 1 << TILE_BITS)[: w.field.width]
            found.append(first + np.flatnonzero(beyond.ravel() & (cost < np.inf)))
        return self._at(np.concatenate(found))

    def joined(self, places: int) -> Flood:
        """The same labels of the cells, and places on the roads that nothing has reached."""
        found = object.__new__(Flood)
        found.world = self.world
        found.labels = np.empty(len(self.labels) + places, CELL)
        found.labels[: len(self.labels)] = self.labels
        found.labels[len(self.labels) :] = (np.inf, 0.0, np.inf)
        found.owner = np.full(len(found.labels), -1, np.int32)
        found.owner[: len(self.owner)] = self.owner
        return found

    def _known(self, sources: Sources, part: str) -> Sources:
        """Where to begin again after the queue was too small: the sources, and all that was reached."""
        size = self.world.field.size
        node = np.flatnonzero(self.owner >= 0)
        if part != "all":
            node = node[(node >= size) == (part == "roads")]
        return sources.and_(self._at(node))

    def _at(self, node: Array) -> Sources:
        from carecircle.reach.ground.engine import Sources

        return Sources(self.world.code(node), self.cost[node], self.owner[node])


class Plain:
    """The same by scipy, which spreads as far as the limit at once."""

    def __init__(self, world: World, places: int) -> None:
        from carecircle.reach.ground._explicit import moves_of

        self.world = world
        self.cost: Array = world.field.records(places)["cost"].copy()
        self.owner = np.full(len(self.cost), -1, np.int32)
        self._moves = moves_of(world.field, world.sign)

    def spread(self, sources: Sources, limit: float, part: str, bound: Array | None = None) -> None:
        """As `Flood.spread`, as far as the limit at once."""
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

    def waiting(self, bound: Array) -> Sources:
        """As `Flood.waiting`: nowhere."""
        from carecircle.reach.ground.engine import Sources

        return Sources(np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int32))

    def joined(self, places: int) -> Plain:
        """As `Flood.joined`."""
        found = object.__new__(Plain)
        found.world, found._moves = self.world, self._moves
        found.cost = np.concatenate([self.cost, np.full(places, np.inf)])
        found.owner = np.concatenate([self.owner, np.full(places, -1, np.int32)])
        return found

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
