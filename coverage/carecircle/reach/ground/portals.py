"""The roads of one mode laid over its ground: streets split at the cells they cross, a door to each cell.

A street becomes a chain of places, its two ends and one place in each cell it crosses; one-way and closed
directions stay as they are. A door joins a place with its cell's centre, level, at the cell's slowness. There
is none on closed ground, on streets where the mode may not stop, and along bridges and tunnels, whose slope
runs straight from end to end; on all others a walker's minutes follow the slope from place to place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach.ground import laws
from carecircle.reach.ground._split import pieces
from carecircle.reach.ground.engine import Lanes
from carecircle.reach.ground.field import EDGE, TILE_BITS

if TYPE_CHECKING:
    from carecircle.reach.ground.field import Field
    from carecircle.reach.ground.seats import Placing
    from carecircle.reach.network.model import Metric, Network
    from carecircle.reach.snapping.snap import Snap

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Portals:
    """Chains of places along streets, and their doors.

    Parameters
    ----------
    nodes
        The network's; the places beyond them lie on streets.
    chain
        int64[s + 1]: the links of each street.
    place, share
        int32[l], float64[l]: by link the place, and the share of the street's line before it.
    ahead, back
        float32[l]: what it costs from a link to the next as the street is drawn, and from the next to it;
        infinite where closed, and at a chain's last link.
    door, door_row, door_column, door_m
        int32[d] places with a door, the cell it opens to, metres to its centre.
    at
        float64[places, 2]: rows and columns of the places.
    field
        The cells.
    """

    nodes: int
    chain: Array
    place: Array
    share: Array
    ahead: Array
    back: Array
    door: Array
    door_row: Array
    door_column: Array
    door_m: Array
    at: Array
    field: Field

    @property
    def places(self) -> int:
        """How many there are."""
        return len(self.at)

    @cached_property
    def door_cost(self) -> Array:
        """float32[d]: what each door's leg costs."""
        cost: Array = self.door_m * self.field.cost_of(self.door_row, self.door_column)
        return cost.astype(np.float32)

    @cached_property
    def gates(self) -> tuple[Array, Array]:
        """int32[size + 1] pointers by (padded) cell, and the doors in their order."""
        cell = self.field.index(self.field.code(self.door_row, self.door_column))
        pointers = np.zeros(self.field.size + 1, np.int32)
        np.cumsum(np.bincount(cell, minlength=self.field.size), out=pointers[1:])
        return pointers, np.argsort(cell, kind="stable")

    def lanes(self, *, reversed_: bool) -> Lanes:
        """The roads as the searches take them, every arc turned round if asked."""
        inner = np.ones(len(self.place), bool)
        inner[self.chain[1:][np.diff(self.chain) > 0] - 1] = False
        link = np.flatnonzero(inner)
        tail = np.concatenate([self.place[link], self.place[link + 1]])
        head = np.concatenate([self.place[link + 1], self.place[link]])
        cost = np.concatenate([self.ahead[link], self.back[link]])
        if reversed_:
            tail, head = head, tail
        open_ = np.isfinite(cost)
        tail, head, cost = tail[open_], head[open_], cost[open_]
        order = np.argsort(tail, kind="stable")
        pointers = np.zeros(self.places + 1, np.int32)
        np.cumsum(np.bincount(tail, minlength=self.places), out=pointers[1:])
        pointer, doors = self.gates
        return Lanes(
            pointers, head[order], cost[order], self.door, self.field.code(self.door_row, self.door_column),
            self.door_cost, self._tile, pointer, (~self.door[doors]).astype(np.int32), self.door_cost[doors],
        )  # fmt: skip

    @cached_property
    def _tile(self) -> Array:
        """int32: the tile each place lies in; those beyond the grid in the nearest."""
        row = np.clip(np.floor(self.at[:, 0]).astype(np.int64), 0, self.field.rows - 1) + EDGE
        column = np.clip(np.floor(self.at[:, 1]).astype(np.int64), 0, self.field.columns - 1) + EDGE
        across = (self.field.width >> TILE_BITS) + 1
        return ((row >> TILE_BITS) * across + (column >> TILE_BITS)).astype(np.int32)

    @cached_property
    def _by_place(self) -> tuple[Array, Array]:
        order = np.argsort(self.place, kind="stable")
        return order, self.place[order]

    def link_between(self, a: int, b: int) -> tuple[int, bool]:
        """The cheapest link that leads from one place to a neighbour, and whether it runs as drawn."""
        order, places = self._by_place
        best = (np.inf, -1, True)
        for at in order[np.searchsorted(places, a) : np.searchsorted(places, a, side="right")].tolist():
            if at + 1 < len(places) and self.place[at + 1] == b and self.ahead[at] < best[0]:
                best = (float(self.ahead[at]), at, True)
            if at > 0 and self.place[at - 1] == b and self.back[at - 1] < best[0]:
                best = (float(self.back[at - 1]), at - 1, False)
        return best[1], best[2]

    def links(self, snap: Snap, points: Array) -> tuple[Array, Array]:
        """The link before the place of some snapped points, and how far on they are to the next (0 to 1)."""
        street, position = snap.street[points].astype(np.int64), snap.position[points]
        key = np.repeat(np.arange(len(self.chain) - 1), np.diff(self.chain)) + self.share * 0.5
        link = np.searchsorted(key, street + position * 0.5, side="right") - 1
        link = np.clip(link, self.chain[street], self.chain[street + 1] - 2)
        wide = self.share[link + 1] - self.share[link]
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(wide > 0, (position - self.share[link]) / wide, 0.0)
        return link, np.clip(part, 0.0, 1.0)


def portals_of(
    network: Network, placing: Placing, *, metric: Metric, walked: bool, spacing_m: float | None = None
) -> Portals:
    """Lay a network over the ground.

    Parameters
    ----------
    network
        Of the mode.
    placing
        The ground of the mode.
    metric
        ``minutes`` or ``road_m``.
    walked
        Whether the mode goes on foot on the roads too, so that slopes count there.
    spacing_m
        The most metres of street with one place, in cells or parts of them; None: a place a cell.

    Returns
    -------
    Portals
        Ready to search.
    """
    field = placing.field
    at = placing.grid(network.crs, network.coords[:, 0], network.coords[:, 1])
    structure = structures(network)
    can_stop = network.may_stop if structure is None else network.may_stop & ~structure
    split = can_stop if structure is None else ~structure
    street, row, column, share, metres = pieces(
        np.flatnonzero(split).astype(np.int64), network.offsets, network.coords, at, field.east_m,
        field.north_m, math.inf if spacing_m is None else spacing_m,
    )  # fmt: skip
    inside = np.isfinite(field.cost_of(row, column)) & can_stop[street]
    number = network.nodes + np.arange(len(street), dtype=np.int32)
    chain, place, shares = _chains(network, street, number, share)
    spot = np.concatenate(
        [placing.grid(network.crs, *network.node_xy.T), _spots(network, at, street, share)]
    )  # fmt: skip
    ahead, back = _costs(network, chain, shares, metric)
    if walked and metric == "minutes" and field.law != laws.NONE:
        _slope(network, placing, chain, place, shares, spot, (ahead, back))
    return Portals(
        network.nodes, chain, place, shares, ahead.astype(np.float32), back.astype(np.float32),
        number[inside], row[inside], column[inside], metres[inside], spot, field,
    )  # fmt: skip


def structures(network: Network) -> Array | None:
    """bool[s]: bridges and tunnels, onto which nobody steps from beside; None where nobody says."""
    said = getattr(network, "structure", None)
    if said is None:
        return None
    found: Array = np.asarray(said) != 0
    if len(found) == network.streets:
        return found
    by_street = np.zeros(network.streets, bool)
    by_street[network.street[found]] = True
    return by_street


def _chains(network: Network, street: Array, number: Array, share: Array) -> tuple[Array, Array, Array]:
    """Links of every street: pointers, places and shares; its ends, and between them its pieces' places."""
    count = np.bincount(street, minlength=network.streets) + 2
    chain = np.concatenate([[0], np.cumsum(count)])
    place, shares = np.empty(chain[-1], np.int32), np.empty(chain[-1])
    place[chain[:-1]], shares[chain[:-1]] = network.street_ends[:, 0], 0.0
    place[chain[1:] - 1], shares[chain[1:] - 1] = network.street_ends[:, 1], 1.0
    nth = np.arange(len(street)) - np.concatenate([[0], np.cumsum(count - 2)])[street]
    inner = chain[street] + 1 + nth
    place[inner], shares[inner] = number, np.clip(share, 0.0, 1.0)
    return chain, place, shares


def _spots(network: Network, at: Array, street: Array, share: Array) -> Array:
    """Rows and columns float64[k, 2] of places on streets, by the share of the line before them."""
    step = np.hypot(*np.diff(network.coords, axis=0).T) if len(network.coords) > 1 else np.zeros(0)
    step = np.concatenate([[0.0], step])
    step[network.offsets[:-1]] = 0.0
    along = np.cumsum(step)
    first, last = network.offsets[street], network.offsets[street + 1] - 1
    wanted = along[first] + share * (along[last] - along[first])
    vertex = np.clip(np.searchsorted(along, wanted, side="right") - 1, first, last - 1)
    wide = along[vertex + 1] - along[vertex]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(wide > 0, (wanted - along[vertex]) / wide, 0.0)[:, None]
    return np.asarray(at[vertex] + part * (at[vertex + 1] - at[vertex]))


def _costs(network: Network, chain: Array, share: Array, metric: Metric) -> tuple[Array, Array]:
    """What each link costs to the next, as the street is drawn and against; infinite at a chain's last."""
    from carecircle.reach.snapping.snap import street_costs

    drawn, against = street_costs(network, np.arange(network.streets), metric)
    street = np.repeat(np.arange(network.streets), np.diff(chain))
    wide = np.append(np.diff(share), 0.0)
    with np.errstate(invalid="ignore"):
        ahead, back = drawn[street] * wide, against[street] * wide
    last = np.zeros(len(share), bool)
    last[chain[1:] - 1] = True
    ahead[last | np.isinf(drawn[street])] = np.inf
    back[last | np.isinf(against[street])] = np.inf
    return ahead, back


def _slope(
    network: Network, placing: Placing, chain: Array, place: Array, share: Array, spot: Array,
    costs: tuple[Array, Array],
) -> None:  # fmt: skip
    """Make links longer or shorter by the slope between their places (in place)."""
    rows = network.street_rows
    metres = np.where(rows >= 0, network.length_m[rows], np.inf).min(axis=1).astype(float)
    length = metres[np.repeat(np.arange(network.streets), np.diff(chain))]
    height = placing.heights(spot)[place]
    rise = np.append(np.diff(height), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        run = np.append(np.diff(share), 0.0) * length
        slope = np.where((run > 0) & np.isfinite(run) & np.isfinite(rise), rise / run, 0.0)
    for cost, sign in zip(costs, (1.0, -1.0), strict=True):
        cost *= laws.factor(placing.field.law, sign * slope)
