"""Riding once: on foot to a road, along the roads, on foot to the end; on foot no farther than matters.

The ground is searched twice: before any road, and again from where the roads are left. A car is so much
faster that almost nobody is reached soonest by a long walk to it, so the first search stops early, tile by
tile. A first look gives every place on the roads a time that may be too great. Whoever stands in a tile,
having walked longer than the greatest of these less what the walk to it takes at the very least, comes to
every road too late: nothing spreads on from there. Where the search was asked for some answers only, nobody
walks to a road for longer than the greatest of these either.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import maximum_filter1d

from carecircle.reach.ground.field import TILE_BITS

if TYPE_CHECKING:
    from carecircle.reach.ground.engine import Reading, Sources, World

Array = np.ndarray[Any, Any]

_FIRST_LOOK = 8
"""Usual moves that the first look goes on foot; four times as many, until it comes to a road."""


class Once:
    """One search of a journey that rides once.

    Parameters
    ----------
    world
        What is searched.
    foot
        Labels of its cells, which nothing has reached.
    sources
        Where from.
    limit
        The most that anything may cost.
    """

    def __init__(self, world: World, foot: Any, sources: Sources, limit: float) -> None:
        self.world, self.foot, self.limit = world, foot, limit
        self.whole: Any = None
        self._deep = np.full(world.tiles, -math.inf)
        self._walking, self._riding = sources.on(False), sources.on(True)

    def labels(self, read: Reading | None) -> tuple[Array, Array, Array]:
        """Costs and owners, and the costs before any road, as `World.labels` gives them."""
        self._look()
        asked = None if read is None else read(self.whole.cost, self.whole.owner)
        deep = self._deep_enough(asked)
        if np.any(deep > self._deep) and len(self._walking.code):
            self._walk(np.maximum(deep, self._deep))
            self._ride()
        return self.whole.cost, self.whole.owner, self.foot.cost

    def _look(self) -> None:
        deep = np.full(self.world.tiles, _FIRST_LOOK * self.world.field.typical)
        self._walk(deep)
        while len(self._walking.code) and len(self._entries().code) == 0:
            deep = 4 * deep
            self._walk(deep)
        self._ride()

    def _walk(self, deep: Array) -> None:
        """Search on foot so far that the labels of every tile up to ``deep`` are exact."""
        self.foot.spread(self._walking, self.limit, "ground", deep)
        self._deep, self._walking = deep, self.foot.waiting(deep)

    def _ride(self) -> None:
        """From where one has come on foot, along the roads, and on foot again."""
        again = self.whole is not None
        if not again:
            self.whole = self.foot.joined(self.world.lanes.places)
        self.whole.spread(self._new(self._entries()), self.limit, "roads")
        ends = self._new(self._exits())
        self.whole.spread(ends if again else ends.and_(self._walking), self.limit, "ground")

    def _new(self, sources: Sources) -> Sources:
        """Those of the sources that say something better than is known."""
        node = self.world.at(sources.code)
        known = self.whole.cost[node]
        preferred = sources.owner < self.whole.owner[node]
        return sources.where((sources.spent < known) | ((sources.spent == known) & preferred))

    def _entries(self) -> Sources:
        """Where the roads are entered: over the doors, and from places on them."""
        cell = self.world.field.index(self.world.lanes.door_cell)
        return self._over((~self.world.lanes.door).astype(np.int32), self.foot, cell).and_(self._riding)

    def _exits(self) -> Sources:
        """Where the roads are left, over their doors."""
        lanes = self.world.lanes
        return self._over(lanes.door_cell, self.whole, self.world.field.size + lanes.door)

    def _over(self, code: Array, labels: Any, node: Array) -> Sources:
        """Over every door from one side, whose nodes they are, to the other."""
        from carecircle.reach.ground.engine import Sources

        spent = labels.cost[node] + self.world.lanes.door_cost
        return Sources(code, spent, labels.owner[node]).within(self.limit)

    def _deep_enough(self, asked: tuple[Array, Array] | None) -> Array:
        """How far on foot, by tile, ways may go on that enter the roads in time to matter; infinite: all."""
        lanes, world = self.world.lanes, self.world
        known = self.whole.cost[world.field.size + lanes.door]
        missed, part = ~np.isfinite(known), world.parts[lanes.door]
        if asked is not None and missed.any():  # entered, they can only better what they lead to or is asked
            node, value = asked
            road = node >= world.field.size
            ends = np.zeros(len(world.parts))
            np.maximum.at(ends, part, self.whole.cost[world.field.index(lanes.door_cell)])
            np.maximum.at(ends, world.parts[node[road] - world.field.size], value[road])
            known = np.where(missed, ends[part], known)
        late = np.full(world.tiles, -math.inf)
        row, column = lanes.door_cell >> 16, lanes.door_cell & 65535
        tile = (row >> TILE_BITS) * world.tiles_across + (column >> TILE_BITS)
        np.maximum.at(late, tile, np.minimum(known, self.limit) - lanes.door_cost)
        deep = self._less_the_walk(late.reshape(-1, world.tiles_across)).ravel()
        return deep if asked is None else np.minimum(deep, self._asked(asked[1]))

    def _less_the_walk(self, late: Array) -> Array:
        """For every tile the most of any tile's ``late`` less the least walk there, and a hair more."""
        field = self.world.field
        side = float(1 << TILE_BITS) * math.sqrt(0.5)  # a way by rows and columns is at most that longer
        for axis, metres in ((0, field.north_m), (1, field.east_m)):
            late = maximum_filter1d(late, 3, axis, mode="nearest")  # one may stand at a neighbour's very edge
            pace = side * float(metres.min()) * field.least * np.arange(late.shape[axis])
            pace = pace[:, None] if axis == 0 else pace
            back = np.flip(np.maximum.accumulate(np.flip(late - pace, axis), axis), axis)
            late = np.maximum(np.maximum.accumulate(late + pace, axis) - pace, back + pace)
        return np.where(late > 0, late * (1 + 1e-9), late)

    def _asked(self, cost: Array) -> float:
        """How far on foot ways to labels of this much may enter the roads; infinite: anywhere."""
        reached = np.isfinite(cost)
        if not reached.all() and self._leads_on():
            return math.inf
        return float(cost[reached].max(initial=-math.inf))

    def _leads_on(self) -> bool:
        """Whether a road that no walk has come to yet may lead to ground that nothing has reached."""
        lanes, owner = self.world.lanes, self.whole.owner
        reached = owner[self.world.field.index(lanes.door_cell)] >= 0
        missed = reached & (owner[self.world.field.size + lanes.door] < 0)
        part = self.world.parts[lanes.door]
        return bool(np.isin(part[missed], part[~reached]).any())
