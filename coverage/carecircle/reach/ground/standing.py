"""Points on ground and roads together: every seat a point has, and those so near that no search is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach.ground.portals import structures

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.reach.ground.portals import Portals
    from carecircle.reach.ground.seats import Placing, Seats
    from carecircle.reach.network.model import Network

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Standing:
    """Where points stand, in the order they were given.

    Parameters
    ----------
    seats
        Theirs on the ground.
    by_door
        Points, doors and metres: the doors that their own cells have.
    by_street
        Points, links of `Portals`, how far on to the next link (0 to 1) and metres: the nearest street,
        where that lies in the point's own cell.
    """

    seats: Seats
    by_door: tuple[Array, Array, Array]
    by_street: tuple[Array, Array, Array, Array]

    def __len__(self) -> int:
        return len(self.seats)

    @property
    def snapped(self) -> Array:
        """bool[p]: whether a point has a place."""
        return self.seats.snapped

    @property
    def snap_m(self) -> Array:
        """float64[p]: metres a point was moved off closed ground; NaN where none was."""
        return self.seats.snap_m

    @property
    def xy(self) -> Array:
        """float64[p, 2]: the places, in the points' CRS."""
        return self.seats.xy


class Joining:
    """Puts points on ground and roads.

    Parameters
    ----------
    placing
        The ground of the mode.
    network, portals
        Its roads, laid over the ground; None: there are none.
    places
        Remembers where frames stand on networks (`carecircle.reach.roads.Places`).
    """

    def __init__(
        self, placing: Placing, network: Network | None, portals: Portals | None, places: Any = None
    ) -> None:
        self.placing, self.network, self.portals, self._places = placing, network, portals, places

    def stand(self, points: gpd.GeoDataFrame, *, moving: bool = True) -> Standing:
        """Where points in any stated CRS stand; those on closed ground are moved, or stand nowhere."""
        seats = self.placing.seats(points, moving=moving)
        nothing, costs = np.zeros(0, np.int64), np.zeros(0)
        if self.portals is None or self.network is None:
            return Standing(seats, (nothing, nothing, costs), (nothing, nothing, costs, costs))
        own = np.flatnonzero(seats.snapped & np.isnan(seats.snap_m))
        return Standing(seats, self._doors(seats, own), self._street(points, seats, own))

    def _doors(self, seats: Seats, own: Array) -> tuple[Array, Array, Array]:
        assert self.portals is not None
        row, column = (part[own] for part in seats.own)
        f = self.placing.field
        cell = f.index(f.code(row, column))
        pointer, order = self.portals.gates
        count = pointer[cell + 1] - pointer[cell]
        step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        point = np.repeat(own, count)
        door = order[np.repeat(pointer[cell], count) + step]
        there = self.portals.at[self.portals.door[door]]
        return point, door, self.placing.metres(seats.at[point], there)

    def _street(
        self, points: gpd.GeoDataFrame, seats: Seats, own: Array
    ) -> tuple[Array, Array, Array, Array]:
        assert self.portals is not None
        assert self.network is not None
        snap = self._snap(points)
        own = own[snap.snapped[own]]
        above = structures(self.network)
        if above is not None:
            own = own[~above[snap.street[own]]]
        at = self.placing.grid(self.network.crs, *snap.xy[own].T)
        row, column = seats.own
        inside = (np.floor(at[:, 0]) == row[own]) & (np.floor(at[:, 1]) == column[own])
        own, at = own[inside], at[inside]
        link, part = self.portals.links(snap, own)
        return own, link, part, self.placing.metres(seats.at[own], at)

    def by_road(self, points: gpd.GeoDataFrame) -> Array:
        """bool[p]: whether a road is within reach; everywhere, where the study's roads are cells."""
        return np.ones(len(points), bool) if self.network is None else np.asarray(self._snap(points).snapped)

    def _snap(self, points: gpd.GeoDataFrame) -> Any:
        assert self.network is not None
        most = self.placing.most_m
        if self._places is None:
            return self.network.snap(points, max_snap_m=most)
        return self._places.of(self.network, points, most)

    def ends(self, stand: Standing, *, leaving: bool) -> tuple[Array, Array, Array]:
        """Every seat: its code, what it costs a traveller to get there (or to come from there), its point."""
        s, f = stand.seats, self.placing.field
        code = [f.code(s.row, s.column)]
        cost = [self.placing.legs(s, leaving=leaving)]
        point = [s.point]
        if self.portals is not None:
            p, (row, column) = self.portals, s.own
            who, door, metres = stand.by_door
            code.append((~p.door[door]).astype(np.int32))
            cost.append(metres * f.cost_of(row[who], column[who]))
            point.append(who)
            who, link, part, metres = stand.by_street
            leg = metres * f.cost_of(row[who], column[who])
            ahead, back = p.ahead[link].astype(float), p.back[link].astype(float)
            before, after = (back, ahead) if leaving else (ahead, back)
            for at, way, rest in ((link, before, part), (link + 1, after, 1 - part)):
                code.append((~p.place[at]).astype(np.int32))
                cost.append(leg + _share(way, rest))
                point.append(who)
        found = np.concatenate(code), np.concatenate(cost), np.concatenate(point)
        kept = np.isfinite(found[1])
        return found[0][kept], found[1][kept], found[2][kept]

    def near(self, demand: Standing, serving: Standing, *, leaving: bool) -> Iterator[tuple[Array, ...]]:
        """Pairs so near that no search is needed: (demand rows, facilities, costs), rows unique in each.

        Points of one cell are joined straight, and points of one link along the street. ``leaving`` says
        whether the traveller leaves the demand.
        """
        f = self.placing.field
        a, b = demand.seats, serving.seats
        cell_a, cell_b = (s.own[0] * np.int64(f.columns) + s.own[1] for s in (a, b))
        free_a, free_b = (np.flatnonzero(s.snapped & np.isnan(s.snap_m)) for s in (a, b))
        for i, j in _alike(cell_a[free_a], cell_b[free_b]):
            rows, who = free_a[i], free_b[j]
            metres = self.placing.metres(a.at[rows], b.at[who])
            rise = self.placing.heights(b.at[who]) - self.placing.heights(a.at[rows])
            own = a.own[0][rows], a.own[1][rows]
            yield rows, who, self.placing.leg(own, own, metres, rise if leaving else -rise)
        if self.portals is None:
            return
        p = self.portals
        (x, link, t, _), (y, other, u, _) = demand.by_street, serving.by_street
        leg_x, leg_y = (self._street_leg(s) for s in (demand, serving))
        for i, j in _alike(link, other):
            way = (u[j] - t[i]) * (1 if leaving else -1)
            cost = np.where(way >= 0, _share(p.ahead[link[i]], way), _share(p.back[link[i]], -way))
            yield x[i], y[j], leg_x[i] + leg_y[j] + cost

    def _street_leg(self, stand: Standing) -> Array:
        who, _, _, metres = stand.by_street
        row, column = stand.seats.own
        return metres * self.placing.field.cost_of(row[who], column[who])


def _share(whole: Array, part: Array) -> Array:
    """A part of what a link costs; nothing at its very end, even where it is closed."""
    with np.errstate(invalid="ignore"):
        return np.where(part == 0, 0.0, np.asarray(whole, np.float64) * part)


def _alike(a: Array, b: Array) -> Iterator[tuple[Array, Array]]:
    """Places (i, j) where a[i] equals b[j]: by turns, so that i is unique in each."""
    order = np.argsort(b, kind="stable")
    first = np.searchsorted(b[order], a, side="left")
    count = np.searchsorted(b[order], a, side="right") - first
    for nth in range(int(count.max(initial=0))):
        i = np.flatnonzero(count > nth)
        yield i, order[first[i] + nth]
