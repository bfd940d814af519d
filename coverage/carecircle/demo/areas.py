"""The fictional county's streets, towns, communities and villages: who owns which point of the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from carecircle.demo.dice import Dice, Floats, waves
from carecircle.demo.gazetteer import Ints, gazetteer, km
from carecircle.demo.land import Land
from carecircle.demo.water import north_of_river


@dataclass(frozen=True)
class Place:
    """A village (村) or community (社区): the smallest area.

    Parameters
    ----------
    code
        12 digits; the first nine are the town's.
    urban
        The county's own mark: true in the communities of its streets.
    nbs
        The statistical 城乡分类代码 (1xx urban, 2xx rural).
    kind
        ``community`` of a street, ``seat`` of a town, or ``village``.
    centre
        Index of the point its own road starts from.
    cells
        Indices of the points that are its ground.
    """

    code: str
    name: str
    town: str
    urban: bool
    nbs: str
    kind: str
    centre: int
    cells: Ints


@dataclass(frozen=True)
class Town:
    """A street (街道) or a town (镇) and its places."""

    code: str
    name: str
    street: bool
    central: bool
    places: tuple[Place, ...]

    @property
    def seat(self) -> Place:
        """The place that gives the town its centre: its first."""
        return self.places[0]


def _town_of(seed: int, land: Land) -> Ints:
    """Index of the street or town (streets first) that owns each inside point.

    It is that of the nearest seat on the same bank; a street's small patches pull less far.
    """
    book = gazetteer()
    inside = land.inside
    xy = km(land.points[inside])
    bend = Dice(seed, "town borders")
    warped = xy + np.stack([waves(xy, bend, length=4.0), waves(xy, bend, length=4.0)], axis=1) * 0.5
    north = north_of_river(xy)

    def away(x: float, y: float, push: float = 1.0) -> Floats:
        across = north != north_of_river(np.array([[x, y]]))[0]
        distance: Floats = np.hypot(*(warped - [x, y]).T) * push + 12.0 * across
        return distance

    cost = [np.min([away(x, y, 1 + 1.7 / r) for x, y, r in s["parts"]], axis=0) for s in book["streets"]]
    cost += [away(*town["at"]) for town in book["towns"]]
    owner: Ints = np.argmin(cost, axis=0).astype(np.int64)
    names = [s["name"] for s in book["streets"]] + [t["name"] for t in book["towns"]]
    at = np.full(len(land.points), -1)
    at[inside] = np.arange(len(inside))
    for lattice in land.lattices:  # a street's blocks are its own
        owner[at[lattice.points]] = names.index(lattice.name)
    owner[at[land.isle_points]] = names.index("澜心镇")
    return owner


def _tidy(owner: Ints, inside: Ints, pairs: Ints) -> Ints:
    """Every owner's ground in one piece: smaller pieces go to the neighbour they touch most."""
    owner = owner.copy()
    at = np.full(int(pairs.max()) + 1, -1)
    at[inside] = np.arange(len(inside))
    a, b = at[pairs[:, 0]], at[pairs[:, 1]]
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    for _ in range(4):
        same = owner[a] == owner[b]
        graph = coo_array((np.ones(same.sum()), (a[same], b[same])), shape=(len(inside),) * 2)
        _, piece = connected_components(graph, directed=False)
        size = np.bincount(piece)
        largest = {int(owner[i]): int(piece[i]) for i in np.argsort(size[piece], kind="stable")}
        stray = np.array([largest[int(o)] != p for o, p in zip(owner, piece, strict=True)])
        if not stray.any():
            break
        for p in np.unique(piece[stray]):
            touching = np.concatenate([owner[b[(piece[a] == p) & ~same]], owner[a[(piece[b] == p) & ~same]]])
            if len(touching):
                owner[piece == p] = np.bincount(touching).argmax()
    return owner


def _clusters(xy: Floats, k: int, first: Floats) -> Ints:
    """k even pieces of some ground (Lloyd's iterations from far-apart starts); returns each point's piece."""
    seeds = [first]
    for _ in range(k - 1):
        seeds.append(xy[np.argmax(cKDTree(np.array(seeds)).query(xy)[0])])
    centres = np.array(seeds)
    for _ in range(7):
        mine = cKDTree(centres).query(xy)[1]
        centres = np.array([xy[mine == i].mean(axis=0) for i in range(k)])
    return np.asarray(cKDTree(centres).query(xy)[1], dtype=np.int64)


def _centre(land: Land, cells: Ints) -> int:
    middle = land.points[cells].mean(axis=0)
    return int(cells[np.argmin(np.hypot(*(land.points[cells] - middle).T))])


def _street_places(street: dict[str, Any], code: str, cells: Ints, land: Land) -> list[Place]:
    """Communities are divided by blocks; the country around goes to the nearest."""
    blocks = [lattice.points for lattice in land.lattices if lattice.name == street["name"]]
    names = list(street["communities"])
    far = [names.pop()] if "far" in street else []
    main = np.concatenate(blocks[:-1] if far else blocks)
    piece = _clusters(land.points[main], len(names), land.points[main].mean(axis=0))
    starts, owner = list(main), list(piece)
    if far:
        starts += list(blocks[-1])
        owner += [len(names)] * len(blocks[-1])
    nearest = cKDTree(land.points[starts]).query(land.points[cells])[1]
    mine = _tidy(np.asarray(owner)[nearest], cells, land.pairs)
    return [
        Place(f"{code}{i + 1:03d}", name, code, True, "111", "community",
              _centre(land, np.intersect1d(cells[mine == i], starts)), cells[mine == i])
        for i, name in enumerate(names + far)
    ]  # fmt: skip


def _town_places(
    town: dict[str, Any], code: str, cells: Ints, land: Land, dice: Dice, names: list[str]
) -> list[Place]:
    """The seat's community around its blocks, then the villages from north to south."""
    blocks = np.concatenate([lattice.points for lattice in land.lattices if lattice.name == town["name"]])
    xy = land.points[cells]
    isle = np.isin(cells, land.isle_points)
    seat = (cKDTree(land.points[blocks]).query(xy)[0] < 420) & ~isle
    north = north_of_river(km(xy))
    count = town["villages"] - int(isle.any())
    open_ground = np.flatnonzero(~seat & ~isle)
    features = np.column_stack([xy, 4000.0 * north])[open_ground]
    piece = np.full(len(cells), -1)
    piece[open_ground] = _clusters(features, count, features[0]) + 1
    piece[seat] = 0
    piece[isle] = count + 1
    keep = ~isle
    piece[keep] = _tidy(piece[keep], cells[keep], land.pairs)
    places = [
        Place(
            f"{code}001",
            f"{town['name'][:-1]}场社区",
            code,
            False,
            "121",
            "seat",
            _centre(land, blocks),
            cells[piece == 0],
        )
    ]
    order = sorted(range(1, count + 1), key=lambda i: -float(xy[piece == i, 1].mean()))
    grounds = [cells[piece == i] for i in order] + ([cells[isle]] if isle.any() else [])
    for i, ground in enumerate(grounds):
        name = "镜心村" if isle.any() and i == len(grounds) - 1 else names.pop()
        close = np.hypot(*(land.points[_centre(land, ground)] - land.points[places[0].centre])) < 2600
        nbs = "122" if close and dice.one() < 0.3 else "220"
        places.append(
            Place(f"{code}{200 + i:03d}", name, code, False, nbs, "village", _centre(land, ground), ground)
        )
    return places


def divide(seed: int, land: Land) -> tuple[Town, ...]:
    """The county's streets and towns with their places, in order of code.

    Parameters
    ----------
    seed
        Equal seeds give equal areas.
    land
        The cloud whose points are shared out: every inside point belongs to exactly one place.
    """
    book = gazetteer()
    inside = land.inside
    isle = np.isin(inside, land.isle_points)
    owner = _town_of(seed, land)
    owner[~isle] = _tidy(owner[~isle], inside[~isle], land.pairs)
    words = book["village_names"]
    dice = Dice(seed, "village names")
    names = dice.shuffled([a + b + "村" for a in words["first"] for b in words["last"]])
    towns = []
    for i, street in enumerate(book["streets"]):
        code = book["county"]["code"] + street["code"]
        places = _street_places(street, code, inside[owner == i], land)
        towns.append(Town(code, street["name"], True, False, tuple(places)))
    for i, town in enumerate(book["towns"], start=len(book["streets"])):
        code = book["county"]["code"] + town["code"]
        places = _town_places(town, code, inside[owner == i], land, dice, names)
        towns.append(Town(code, town["name"], False, bool(town["central"]), tuple(places)))
    return tuple(towns)
