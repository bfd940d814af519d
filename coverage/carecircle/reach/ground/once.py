"""Riding once: on foot to a road, along the roads, on foot to the end; on foot no farther than matters.

The ground is searched twice: before any road, and again from where the roads are left. A car is so much
faster that almost nobody is reached soonest by a long walk to it, so the first search stops early: a first
look gives everybody a time that may be too great, and the greatest of these is as far as a walk to a road can
still matter to anyone. Whatever costs no more than the depth that was searched on foot is exact, ties too,
for every way to it enters the roads within that depth.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from carecircle.reach.ground.engine import Sources, World

Array = np.ndarray[Any, Any]

_FIRST_LOOK = 32
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
        self._deep = -math.inf
        self._walking, self._riding = sources.on(False), sources.on(True)

    def labels(self, read: Callable[[Array, Array], Array] | None) -> tuple[Array, Array, Array]:
        """Costs and owners, and the costs before any road, as `World.labels` gives them."""
        if read is None:
            self._walk(math.inf)
            self._ride()
        else:
            self._look()
            deep = self._deep_enough(read(self.whole.cost, self.whole.owner))
            if deep > self._deep and len(self._walking.code):
                self._walk(deep)
                self._ride()
        return self.whole.cost, self.whole.owner, self.foot.cost

    def _look(self) -> None:
        deep = _FIRST_LOOK * self.world.field.typical
        self._walk(deep)
        while len(self._walking.code) and len(self._entries().code) == 0:
            deep *= 4
            self._walk(deep)
        self._ride()

    def _walk(self, deep: float) -> None:
        """Search on foot so far that labels up to ``deep`` are exact."""
        self.foot.spread(self._walking, self.limit, "ground", deep)
        self._deep, self._walking = deep, self.foot.waiting(deep)

    def _ride(self) -> None:
        """From where one has come on foot, along the roads, and on foot again."""
        places, again = self.world.lanes.places, self.whole is not None
        if again:
            self.whole.take(self.foot)
        else:
            self.whole = self.foot.joined(places)
        self.whole.spread(self._entries(), self.limit, "roads")
        ends = self._exits()
        self.whole.spread(ends if again else ends.and_(self._walking), self.limit, "ground")

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

    def _deep_enough(self, cost: Array) -> float:
        """How far on foot the ways to all that costs this much may enter the roads; infinite: anywhere."""
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
