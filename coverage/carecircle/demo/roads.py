"""The fictional county's roads: least-cost ways over the cloud, from the trunk road down to the farm lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from carecircle.demo.areas import Place, Town
from carecircle.demo.dice import Dice, Floats, waves
from carecircle.demo.gazetteer import Ints, place
from carecircle.demo.land import Land

CLASSES = ("", "residential", "unclassified", "tertiary", "secondary", "primary", "trunk")
"""Road classes by rank; rank 0 is open country."""

COUNTY_ROADS = (
    ("麦铺镇", "泊云街道"),
    ("青岫镇", "泊云街道"),
    ("青岫镇", "麦铺镇"),
    ("青岫镇", "松涧镇"),
    ("松涧镇", "杏垭镇"),
    ("杏垭镇", "鹤汀街道"),
    ("杏垭镇", "桐澜镇"),
    ("南澜街道", "白鹭坪镇"),
    ("石榴湾镇", "白鹭坪镇"),
    ("白鹭坪镇", "云栈镇"),
    ("云栈镇", "澜心镇"),
    ("澜心镇", "南澜街道"),
)
"""Seats that a county road (县道) joins."""

ONE_WAY = {
    ("row", 1): ("云台东路", 1),
    ("row", 2): ("云台西路", -1),
    ("column", -2): ("古渡北街", 1),
    ("column", -1): ("古渡南街", -1),
}
"""One-way pairs of the old town: which street of its blocks, its name and sense."""

RESIDENTIAL, UNCLASSIFIED, TERTIARY, SECONDARY, PRIMARY, TRUNK = range(1, 7)


@dataclass
class Roads:
    """The network while it is being laid out: edges of the cloud with their rank.

    Parameters
    ----------
    points
        The cloud, metres.
    a, b
        Ends of every edge that a road may take, as indices into the cloud.
    effort
        Length of each edge in metres, more where the ground is rough.
    rank
        Class of each edge, an index into `CLASSES`.
    oneway
        1: only from a to b, -1: only from b to a, 0: both ways.
    block
        True for streets between blocks: they stay straight.
    name, bridges
        Names of some edges, and of the bridges.
    special
        Edges that are not what their rank says: ``pedestrian``, ``steps``, ``private`` or ``tunnel``.
    """

    points: Floats
    a: Ints
    b: Ints
    effort: Floats
    rank: Ints
    oneway: Ints
    block: npt.NDArray[np.bool_]
    name: dict[int, str] = field(default_factory=dict)
    bridges: dict[int, str] = field(default_factory=dict)
    special: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pairs = zip(self.a.tolist(), self.b.tolist(), strict=True)
        self._edge = {(min(p), max(p)): i for i, p in enumerate(pairs)}
        ends = (np.r_[self.a, self.b], np.r_[self.b, self.a])
        edge_of = np.tile(np.arange(len(self.a)) + 1.0, 2)  # + 1: a stored nought is lost
        table = csr_array((edge_of, ends), shape=(len(self.points),) * 2)
        self._slots = table.indptr, table.indices, table.data.astype(np.int64) - 1

    def graph(self, *, avoid_blocks: float = 1.0) -> csr_array[Any, tuple[int, int]]:
        """The effort of building or using each edge; existing roads cost less, so that ways join."""
        ease = np.array([1.0, 0.62, 0.42, 0.38, 0.34, 0.34, 0.45])[self.rank]
        cost = self.effort * ease * np.where(self.block, avoid_blocks, 1.0)
        indptr, indices, edge = self._slots
        return csr_array((cost[edge], indices, indptr), shape=(len(self.points),) * 2)

    def nearest(self, xy: Sequence[float]) -> int:
        """The point of the cloud that is nearest to a place in km and that a road can reach."""
        used = np.unique(np.r_[self.a, self.b])
        return int(used[cKDTree(self.points[used]).query(place(list(xy)))[1]])

    def lay(
        self,
        stops: Sequence[int],
        rank: int,
        *,
        name: str = "",
        avoid_blocks: float = 1.0,
        limit: float = np.inf,
    ) -> None:
        """Lay a road of at least ``rank`` along the least-effort way through the stops.

        Where a stop lies beyond ``limit`` (of effort) the search looks no further and lays nothing.
        """
        graph = self.graph(avoid_blocks=avoid_blocks)
        for start, end in pairwise(stops):
            before = dijkstra(graph, indices=[end], return_predecessors=True, limit=limit)[1][0]
            self._follow(start, before, rank, name)

    def join(self, starts: Sequence[int], rank: int) -> None:
        """Join every start to the nearest road there is."""
        built = self.rank > 0
        ends = np.unique(np.r_[self.a[built], self.b[built]])
        before = dijkstra(self.graph(), indices=ends, min_only=True, return_predecessors=True)[1]
        for start in starts:
            self._follow(start, before, rank, "")

    def _follow(self, start: int, before: npt.NDArray[np.int32], rank: int, name: str) -> None:
        at = start
        while before[at] >= 0:
            edge = self._edge[min(at, int(before[at])), max(at, int(before[at]))]
            if rank > self.rank[edge]:
                self.rank[edge] = rank
                if name and not self.oneway[edge]:
                    self.name[edge] = name
            at = int(before[at])

    def edge(self, p: int, q: int) -> int:
        """The edge between two points."""
        return self._edge[min(p, q), max(p, q)]


def _ground(seed: int, land: Land) -> Roads:
    """Every edge a road may take: not over water but at the bridges, not across blocks."""
    lattice_of = np.full(len(land.points), -1)
    for i, lattice in enumerate(land.lattices):
        lattice_of[lattice.points] = i
    pairs = land.pairs
    a, b = pairs.T
    lines = shapely.linestrings(land.points[pairs])
    wet = shapely.union(land.water.river.buffer(60), land.water.lake.difference(land.water.isle))
    shapely.prepare(wet)
    dry = ~shapely.intersects(wet, lines) & (shapely.length(lines) < 1200)
    dry &= ~((lattice_of[a] >= 0) & (lattice_of[a] == lattice_of[b]))
    blocks = np.array([(p, q) for lattice in land.lattices for p, q, _, _ in lattice.edges()])
    bridges = np.array([(p, q) for p, q, _ in land.bridges])
    a = np.concatenate([a[dry], blocks[:, 0], bridges[:, 0]])
    b = np.concatenate([b[dry], blocks[:, 1], bridges[:, 1]])
    block = np.zeros(len(a), dtype=bool)
    block[dry.sum() : dry.sum() + len(blocks)] = True
    middle = (land.points[a] + land.points[b]) / 2
    hills = waves(middle, Dice(seed, "hills"), length=6500)
    rough = 0.75 + 0.7 * Dice(seed, "rough ground").many(len(a)) + 1.6 * np.clip(hills, 0, None) ** 2
    length = np.hypot(*(land.points[a] - land.points[b]).T)
    roads = Roads(
        land.points, a, b, length * np.where(block, 1.0, rough),
        np.where(block, RESIDENTIAL, 0), np.zeros(len(a), dtype=np.int64), block,
    )  # fmt: skip
    for p, q, name in land.bridges:
        roads.bridges[roads.edge(p, q)] = name
    return roads


def _avenues(roads: Roads, land: Land) -> None:
    """Main streets through the blocks; in the old town two pairs of them are one-way."""
    for n, lattice in enumerate(land.lattices):
        if len(lattice.points) < 60:
            continue
        for p, q, along, which in lattice.edges():
            edge = roads.edge(p, q)
            if n == 0 and (along, which) in ONE_WAY:
                name, sense = ONE_WAY[along, which]
                forward = 1 if roads.a[edge] == p else -1
                roads.rank[edge], roads.oneway[edge] = SECONDARY, sense * forward
                roads.name[edge] = name
            elif which % 4 == (1 if along == "row" else 2):
                roads.rank[edge] = TERTIARY


def _main_roads(roads: Roads, land: Land, towns: Sequence[Town]) -> None:
    """Trunk, provincial and county roads, in the order they would have been built."""
    seat = {town.name: town.seat.centre for town in towns}
    core = roads.nearest([-0.4, 0.7])
    west, south = ([n, s] for n, s, _ in land.bridges)
    bypass = ([-22.0, 5.2], [-12.6, 3.6], [-3.9, 2.6], [0.2, 3.6], [4.6, 3.3], [10, 3.0], [24, 6.5])
    roads.lay([roads.nearest(xy) for xy in bypass], TRUNK, name="国道G901", avoid_blocks=4.0)
    roads.lay([core, seat["松涧镇"], roads.nearest([-1.0, 15.5])], PRIMARY, name="省道S501")
    roads.lay([core, *west, seat["石榴湾镇"], roads.nearest([-13.0, -12.5])], PRIMARY, name="省道S502")
    roads.lay([core, seat["鹤汀街道"], roads.nearest([7.4, 1.9]), seat["桐澜镇"]], PRIMARY, name="鹤汀大道")
    roads.lay([roads.nearest([7.4, 1.9]), *south, seat["澜心镇"]], SECONDARY, name="县道X011")
    quay = [roads.nearest(xy) for xy in ([-0.9, -0.7], [1.5, -0.3], [4.4, 0.6], [7.4, 1.4])]
    roads.lay([west[0], *quay, south[0]], SECONDARY, name="滨江北路")
    roads.lay([roads.nearest([-2.9, 0.9]), roads.nearest([-3.6, 2.6])], TERTIARY)
    strip = [roads.nearest(xy) for xy in ([2.4, 1.4], [4.4, 1.7], [7.0, 1.9])]
    roads.lay(strip, TERTIARY, name="东汀路")
    roads.lay([west[1], seat["南澜街道"], south[1]], SECONDARY, name="滨江南路")
    for n, (one, other) in enumerate(COUNTY_ROADS):
        roads.lay([seat[one], seat[other]], SECONDARY, name=f"县道X{12 + n:03d}")
    for xy, town in (
        ([21.5, 8.5], "桐澜镇"),
        ([24.5, -5.0], "澜心镇"),
        ([12.0, -20.0], "云栈镇"),
        ([10.5, 15.5], "杏垭镇"),
    ):
        roads.lay([seat[town], roads.nearest(xy)], TERTIARY)


def hamlets(seed: int, land: Land, places: Sequence[Place]) -> dict[str, Ints]:
    """Points of the cloud with houses: of each village (its centre first), and around the streets' blocks."""
    found = {}
    for spot in places:
        if spot.kind == "seat":
            continue
        free = np.setdiff1d(spot.cells, land.corners)
        dice = Dice(seed, f"hamlets {spot.code}")
        count = min(len(free) - 1, 4 + int(len(free) * dice.one(0.12, 0.2)))
        others = dice.shuffled([int(c) for c in free if c != spot.centre])[:count]
        found[spot.code] = np.array([spot.centre, *others] if spot.kind == "village" else others)
    return found


def make_roads(seed: int, land: Land, towns: Sequence[Town], houses: dict[str, Ints]) -> Roads:
    """Lay out the whole network but the motorway.

    Parameters
    ----------
    seed
        Equal seeds give equal roads.
    land, towns
        Where they lie.
    houses
        The hamlets of each village; not every one of them gets a road.
    """
    roads = _ground(seed, land)
    _avenues(roads, land)
    _main_roads(roads, land, towns)
    isle = set(land.isle_points.tolist())
    for town in towns:
        for spot in town.places:
            if spot.kind == "village" and spot.centre not in isle:
                away = float(np.hypot(*(land.points[spot.centre] - land.points[town.seat.centre])))
                roads.lay([spot.centre, town.seat.centre], TERTIARY, limit=3000 + 4 * away)
    dice = Dice(seed, "lanes")
    lanes = [int(h) for code in sorted(houses) for h in houses[code] if h not in isle]
    roads.join([h for h in lanes if dice.one() < 0.9], UNCLASSIFIED)
    for code in sorted(houses):  # a second way between neighbouring hamlets, so that lanes are not all blind
        own = [int(h) for h in houses[code]]
        if len(own) > 2 and not isle & set(own):
            roads.lay([own[0], own[-1]], UNCLASSIFIED, limit=12000)
            roads.lay([own[1], own[-2]], UNCLASSIFIED, limit=12000)
    for code in sorted(houses):
        own = [int(h) for h in houses[code] if h in isle]
        if own:
            roads.lay([*own, own[0]], UNCLASSIFIED)
    _keep_joined(roads, isle)
    _oddities(roads, land)
    return roads


def _oddities(roads: Roads, land: Land) -> None:
    """A street for walkers, steps, a gated yard and a tunnel: the tags that trip a reader."""
    old_town, yard = land.lattices[0], land.lattices[3]
    for p, q, along, which in old_town.edges():
        if (along, which) == ("column", -5):
            roads.special[roads.edge(p, q)] = "pedestrian"
        elif (along, which) == ("row", 7):
            roads.special[roads.edge(p, q)] = "steps"
    for p, q, along, which in yard.edges():
        if (along, which) == ("column", 2):
            roads.special[roads.edge(p, q)] = "private"
    county_roads = np.flatnonzero((roads.rank == SECONDARY) & ~roads.block)
    middle = (roads.points[roads.a[county_roads]] + roads.points[roads.b[county_roads]]) / 2
    roads.special[int(county_roads[np.argmin(np.hypot(*(middle - place([10.4, -9.2])).T))])] = "tunnel"


def _keep_joined(roads: Roads, isle: set[int]) -> None:
    """Drop blocks that hang on nothing: the county has one network, and the isle its own."""
    built = roads.rank > 0
    n = len(roads.points)
    graph = csr_array((np.ones(built.sum()), (roads.a[built], roads.b[built])), shape=(n, n))
    _, piece = connected_components(graph, directed=False)
    main = np.bincount(piece[roads.a[built]]).argmax()
    on_isle = np.isin(roads.a, list(isle))
    roads.rank[(piece[roads.a] != main) & ~on_isle] = 0
