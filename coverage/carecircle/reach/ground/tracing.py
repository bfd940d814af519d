"""The way between two points over ground and roads, traced back from the labels of one search.

The search runs from the facility; from the resident's cheapest seat the way goes back, node by node, to the
neighbour whose label and move add up to the node's own. A journey that rides once is traced in its three
parts, the last of them in the labels as they stood before the roads were entered.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
import shapely
from shapely.ops import substring

from carecircle.reach.answers import Path
from carecircle.reach.ground import laws
from carecircle.reach.ground.field import EDGE, MOVES

if TYPE_CHECKING:
    from carecircle.reach.ground.engine import Sources, World
    from carecircle.reach.ground.portals import Portals
    from carecircle.reach.ground.seats import Placing
    from carecircle.reach.network.model import Network

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Part:
    """A stretch of a way that lies on the ground, or on the roads.

    Parameters
    ----------
    on
        ``ground`` or ``road``.
    geometry
        In the direction of travel, in the points' CRS.
    minutes
        What it takes (metres, where the shortest way was asked for); with the legs at either end of the way.
    metres
        How long it is.
    climb_m, descent_m
        Metres up and down along it; 0 on the flat.
    """

    on: Literal["ground", "road"]
    geometry: shapely.LineString
    minutes: float
    metres: float
    climb_m: float
    descent_m: float


@dataclass(frozen=True, eq=False)
class GroundPath(Path):
    """A way over ground and roads.

    Parameters
    ----------
    geometry, access, minutes, metres, edge_ids
        As in `carecircle.reach.path.Path`; the line goes over the ground too.
    parts
        Its stretches, in the direction of travel.
    """

    parts: tuple[Part, ...] = ()


class Trace:
    """Goes back through the labels of one search.

    Parameters
    ----------
    world
        That was searched.
    sources
        Where from.
    cost
        The labels, as `World.labels` gives them.
    walked
        Those of the ground before any road was entered, where one rides once.
    """

    def __init__(self, world: World, sources: Sources, cost: Array, walked: Array | None) -> None:
        self.world, self.cost, self.walked = world, cost, walked
        self.starts: dict[int, float] = {}
        for at, spent in zip(world.at(sources.code).tolist(), sources.spent.tolist(), strict=True):
            self.starts[at] = min(spent, self.starts.get(at, np.inf))

    def back(self, node: int) -> tuple[list[int], list[float]]:
        """Nodes from one back to a source, both included, and their labels."""
        nodes, labels, met = [node], [float(self.cost[node])], {node}
        stages = [self.cost]  # by node, the labels of the ground that led there
        while self.starts.get(nodes[-1], np.inf) > labels[-1] * (1 + 1e-12):
            found, label, total, ground = self._before(nodes[-1], stages[-1])
            total[[n in met for n in found.tolist()]] = np.inf
            best = int(np.argmin(total)) if len(total) else -1
            if best >= 0 and total[best] <= labels[-1] * (1 + 1e-9) + 1e-9:
                nodes.append(int(found[best]))
                labels.append(float(label[best]))
                stages.append(ground[best])
                met.add(nodes[-1])
                continue
            if len(nodes) == 1:
                raise AssertionError(f"no way back from node {node}")
            for known in (nodes, labels, stages):  # steps that cost nothing led round to where they began
                known.pop()
        return nodes, labels

    def _before(self, node: int, ground: Array) -> tuple[Array, Array, Array, list[Array]]:
        """Where a search may have come from: nodes, labels, the sums, and the labels that hold there."""
        entering = node >= self.world.field.size and self.walked is not None
        before = self.walked if entering and self.walked is not None else ground
        cells, cell_price = self._cells(node)
        places, place_price = self._places(node) if ground is self.cost else _NOWHERE
        label = np.concatenate([before[cells], self.cost[places]])
        total = np.where(label >= 0, label, np.inf) + np.concatenate([cell_price, place_price])
        stages = [before] * len(cells) + [ground] * len(places)
        return np.concatenate([cells, places]), label, total, stages

    def _cells(self, node: int) -> tuple[Array, Array]:
        """The cells a search may have come from, and what that cost."""
        size = self.world.field.size
        if node < size:
            return _moves_to(self.world, node)
        pointer, cells, legs = self.world.doors
        low, high = pointer[node - size : node - size + 2]
        return cells[low:high].astype(np.int64), legs[low:high].astype(float)

    def _places(self, node: int) -> tuple[Array, Array]:
        """The places on the roads it may have come from."""
        lanes, size = self.world.lanes, self.world.field.size
        if lanes.places == 0:
            return _NOWHERE
        if node < size:
            low, high = lanes.gate[node : node + 2]
            return size + ~lanes.gate_code[low:high].astype(np.int64), lanes.gate_cost[low:high].astype(float)
        arcs = np.flatnonzero(lanes.lane_to == node - size)
        tails = np.searchsorted(lanes.lane, arcs, side="right") - 1
        return size + tails, lanes.lane_cost[arcs].astype(float)


_NOWHERE = np.zeros(0, np.int64), np.zeros(0)


def _moves_to(world: World, node: int) -> tuple[Array, Array]:
    """The cells around one, and what the search paid for the moves from them."""
    f = world.field
    row, column = node // f.width - EDGE, node % f.width - EDGE
    near = MOVES[: f.moves]
    rows, columns = row - near[:, 0], column - near[:, 1]  # move k leads from there to here
    far = np.abs(near) == 2
    step = np.where(far, np.sign(near), np.where(far.any(axis=1)[:, None], 0, near))
    rest = np.where(far, np.sign(near), near)
    between = [(part[:, 0], part[:, 1]) for part in (step, rest)]
    run = f.metres[0 if f.uniform else np.clip(rows + EDGE, 0, len(f.metres) - 1), np.arange(f.moves)]
    ends = [_cell(world, rows, columns), _cell(world, np.full(f.moves, row), np.full(f.moves, column))]
    over = ends + [_cell(world, rows + a, columns + b) for a, b in between]
    slope = world.sign * (ends[1][2] - ends[0][2]) / run
    long = far.any(axis=1)
    walked = np.where(long, sum(o[0] for o in over) / 4, (ends[0][0] + ends[1][0]) / 2)
    ridden = np.where(long, sum(o[1] for o in over) / 4, (ends[0][1] + ends[1][1]) / 2)
    price = run * (walked * laws.factor(f.law, slope) + ridden)
    price = np.where(np.isnan(price) | (np.abs(slope) > f.steepest), np.inf, price)
    return (rows + EDGE) * f.width + columns + EDGE, price


def _cell(world: World, row: Array, column: Array) -> tuple[Array, Array, Array]:
    """Seconds a metre walked and ridden, and height, of some cells; NaN where closed."""
    f = world.field
    there = (row >= 0) & (column >= 0) & (row < f.rows) & (column < f.columns)
    r, c = np.where(there, row, 0), np.where(there, column, 0)
    slow = np.where(there, f.slow[r, c].astype(float), np.nan)
    z = np.zeros(len(slow)) if f.elevation_m is None else f.elevation_m[r, c].astype(float)
    if f.law == laws.NONE:
        return np.abs(slow), np.where(np.isnan(slow), np.nan, 0.0), z
    walked = np.where(slow < 0, 0.0, slow) + f.base
    return walked, np.where(slow < 0, -slow, 0.0), z


class Drawing:
    """Makes a line of a traced way.

    Parameters
    ----------
    placing, network, portals
        Where the way goes.
    crs
        Of the points it joins, and of the line.
    """

    def __init__(self, placing: Placing, network: Network | None, portals: Portals | None, crs: Any) -> None:
        self.placing, self.network, self.portals, self.crs = placing, network, portals, crs

    def path(
        self, nodes: list[int], spent: list[float], start: shapely.Point, end: shapely.Point, unit: float
    ) -> GroundPath:
        """The way through some nodes, in the direction of travel.

        ``spent`` says by node what has been spent at it since the start, and last what the whole way costs.
        """
        spots = self._spots(nodes)
        size = self.placing.field.size
        road = [a >= size and b >= size for a, b in itertools.pairwise(nodes)]
        bounds = [0, *(i for i in range(1, len(road)) if road[i] != road[i - 1]), len(road)]
        ends = [self._at(start), self._at(end)]
        parts, edges = [], list[int]()
        for low, high in itertools.pairwise(bounds):
            on_road = bool(road) and road[low]
            first, last = low == 0, high == len(road)
            ways = [self._step(nodes[i], nodes[i + 1], spots[i : i + 2], edges) for i in range(low, high)]
            line = np.concatenate([w[0] for w in ways] or [self.placing.ground(self.crs, spots[:1])] * 2)
            through = np.array([*ends[:first], *spots[low : high + 1], *ends[2 - last :]])
            rise = np.diff(np.nan_to_num(self.placing.heights(through)))
            legs = [self._leg(ends[0], spots[0]) * first, self._leg(spots[-1], ends[1]) * last]
            parts.append(
                Part(
                    "road" if on_road else "ground", shapely.LineString(line),
                    (spent[-1 if last else high] - (0.0 if first else spent[low])) / unit,
                    math.fsum([*(w[1] for w in ways), *legs]), float(rise[rise > 0].sum()),
                    float(-rise[rise < 0].sum()),
                )
            )  # fmt: skip
        coords = np.concatenate([shapely.get_coordinates(p.geometry) for p in parts])
        fresh = np.r_[True, (coords[1:] != coords[:-1]).any(axis=1)]
        coords = coords[fresh] if fresh.sum() > 1 else coords[:2]
        return GroundPath(
            geometry=shapely.LineString(coords),
            access=(shapely.LineString([start, coords[0]]), shapely.LineString([coords[-1], end])),
            minutes=spent[-1] / unit,
            metres=math.fsum(p.metres for p in parts),
            edge_ids=tuple(e for i, e in enumerate(edges) if i == 0 or edges[i - 1] != e),
            parts=tuple(parts),
        )

    def straight(self, start: shapely.Point, end: shapely.Point, cost: float, unit: float) -> GroundPath:
        """The way between two points so near that no search was needed."""
        a, b = self._at(start), self._at(end)
        line = shapely.LineString([start, end])
        rise = float(np.diff(np.nan_to_num(self.placing.heights(np.array([a, b]))))[0])
        metres = self._leg(a, b)
        part = Part("ground", line, cost / unit, metres, max(rise, 0.0), max(-rise, 0.0))
        legs = shapely.LineString([start, start]), shapely.LineString([end, end])
        return GroundPath(line, legs, cost / unit, metres, (), (part,))

    def _at(self, point: shapely.Point) -> Array:
        return np.asarray(self.placing.grid(self.crs, np.array([point.x]), np.array([point.y]))[0])

    def _leg(self, a: Array, b: Array) -> float:
        return float(self.placing.metres(a[None], b[None])[0])

    def _spots(self, nodes: list[int]) -> Array:
        """Rows and columns float64[k, 2] of nodes."""
        f = self.placing.field
        n = np.array(nodes, np.int64)
        spots = np.stack([n // f.width - EDGE + 0.5, n % f.width - EDGE + 0.5], axis=1)
        if self.portals is not None:
            on = n >= f.size
            spots[on] = self.portals.at[n[on] - f.size]
        return spots

    def _step(self, a: int, b: int, spots: Array, edges: list[int]) -> tuple[Array, float]:
        """Line and metres from one node to the next; a street's edge is added to ``edges``."""
        size = self.placing.field.size
        if a < size or b < size or self.portals is None or self.network is None:
            return self.placing.ground(self.crs, spots), self._leg(spots[0], spots[1])
        p, n = self.portals, self.network
        link, ahead = p.link_between(a - size, b - size)
        street = int(np.searchsorted(p.chain, link, side="right")) - 1
        low, high = float(p.share[link]), float(p.share[link + 1])
        coords = shapely.get_coordinates(
            substring(n.lines(np.array([street]))[0], low, high, normalized=True)
        )
        row = n.street_rows[street, 0 if ahead else 1]
        edges.append(int(n.edge_id[row]))
        if self.crs is not None and pyproj.CRS(self.crs) != n.crs:
            turn = pyproj.Transformer.from_crs(n.crs, self.crs, always_xy=True)
            coords = np.stack(turn.transform(coords[:, 0], coords[:, 1]), axis=1)
        return (coords if ahead else coords[::-1]), float(n.length_m[row]) * (high - low)
