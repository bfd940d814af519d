"""One cloud of points that everything stands on: corners of blocks, bridgeheads, a shaken honeycomb."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from carecircle.demo.dice import Dice, Floats, waves
from carecircle.demo.gazetteer import Ints, gazetteer, place
from carecircle.demo.water import Water, river_y

SPACING_M = 300.0
"""Mean distance of the points in the country."""

STREET_BLOCK_M, TOWN_BLOCK_M = (185, 150), (130, 110)
"""Length and depth of a block in the streets and in a town's seat."""


@dataclass(frozen=True)
class Lattice:
    """A patch of streets laid out in blocks.

    Parameters
    ----------
    name
        The street or town it belongs to.
    points
        Indices into the cloud.
    row, column
        Each point's place in the lattice.
    """

    name: str
    points: Ints
    row: Ints
    column: Ints

    def edges(self) -> list[tuple[int, int, str, int]]:
        """Neighbours in the lattice: (point, point, ``row`` or ``column`` it runs along, which one)."""
        at = {(r, c): p for p, r, c in zip(self.points, self.row, self.column, strict=True)}
        found = []
        for (r, c), p in sorted(at.items()):
            if (r, c + 1) in at:
                found.append((int(p), int(at[r, c + 1]), "row", int(r)))
            if (r + 1, c) in at:
                found.append((int(p), int(at[r + 1, c]), "column", int(c)))
        return found


@dataclass(frozen=True)
class Cloud:
    """The points, and which of them are something special.

    Parameters
    ----------
    points
        Shape (n, 2), metres of the plane.
    lattices
        Patches of blocks, the old town's first.
    bridges
        For each bridge its northern and southern point and its name.
    """

    points: Floats
    lattices: tuple[Lattice, ...]
    bridges: tuple[tuple[int, int, str], ...]


def make_cloud(seed: int, outline: shapely.Polygon, water: Water) -> Cloud:
    """Scatter the cloud over an outline and some way beyond it; no point is in the water."""
    wet = shapely.union(water.river.buffer(130), water.lake.buffer(110).difference(water.isle.buffer(-110)))
    shapely.prepare(wet)
    lattices, points = _patches(seed, wet)
    bridges = []
    for bridge in gazetteer()["river"]["bridges"]:
        x = bridge["x"]
        y = float(river_y(np.array([x]))[0])
        bridges.append((len(points), len(points) + 1, str(bridge["name"])))
        points = np.concatenate([points, [place([x, y + 0.21]), place([x + 0.05, y - 0.21])]])
    country = _honeycomb(seed, outline.buffer(4200).bounds)
    near = cKDTree(points).query(country)[0] < 170
    country = country[~near & ~shapely.contains_xy(wet, country)]
    return Cloud(np.concatenate([points, country]), tuple(lattices), tuple(bridges))


def _patches(seed: int, wet: shapely.Geometry) -> tuple[list[Lattice], Floats]:
    """The blocks of every street and town, patch after patch."""
    book = gazetteer()
    laid: list[tuple[str, tuple[Floats, Ints, Ints]]] = []
    for street in book["streets"]:
        for n, (x, y, radius) in enumerate(street["parts"]):
            dice = Dice(seed, f"blocks {street['name']} {n}")
            angle = 0.12 + 0.2 * n
            laid.append((street["name"], _blocks([x, y], radius, angle, STREET_BLOCK_M, dice)))
    for town in book["towns"]:
        dice = Dice(seed, f"blocks {town['name']}")
        radius, angle = 0.16 + 0.0045 * np.sqrt(town["seat"]), dice.one(0, 1.5)
        laid.append((town["name"], _blocks(town["at"], radius, angle, TOWN_BLOCK_M, dice)))
    lattices: list[Lattice] = []
    points: Floats = np.empty((0, 2))
    for name, (xy, row, column) in laid:
        free = ~shapely.contains_xy(wet, xy)
        if len(points):  # neighbouring patches keep a street's breadth apart
            free &= cKDTree(points).query(xy)[0] > 115
        lattices.append(Lattice(name, len(points) + np.arange(free.sum()), row[free], column[free]))
        points = np.concatenate([points, xy[free]])
    return lattices, points


def _blocks(
    centre: list[float], radius: float, angle: float, block: tuple[float, float], dice: Dice
) -> tuple[Floats, Ints, Ints]:
    """Corners of the blocks within a wobbly disc, shifted a little each: metres, row, column."""
    steps = int(radius * 1000 / min(block)) + 2
    i, j = (a.ravel() for a in np.mgrid[-steps : steps + 1, -steps : steps + 1])
    u, v = j * block[0], i * block[1]
    reach = radius * 1000 * (1 + 0.14 * np.sin(3 * np.arctan2(v, u) + dice.one(0, 6.28)))
    keep = np.hypot(u, v) <= reach
    x = u * np.cos(angle) - v * np.sin(angle) + dice.many(len(u), -14, 14)
    y = u * np.sin(angle) + v * np.cos(angle) + dice.many(len(u), -14, 14)
    xy = np.stack([x, y], axis=1)
    xy = xy + 45 * np.stack([waves(xy, dice, length=1700, count=3) for _ in range(2)], axis=1)
    return place(centre) + xy[keep], i[keep], j[keep]


def _honeycomb(seed: int, bounds: tuple[float, float, float, float]) -> Floats:
    dice = Dice(seed, "country")
    west, south, east, north = bounds
    rows = np.arange(south, north, SPACING_M * np.sqrt(3) / 2)
    columns = np.arange(west, east, SPACING_M)
    x, y = (a.ravel() for a in np.meshgrid(columns, rows))
    x = x + SPACING_M / 2 * (np.repeat(np.arange(len(rows)), len(columns)) % 2)
    shake = 0.40 * SPACING_M
    return np.stack([x + dice.many(len(x), -shake, shake), y + dice.many(len(y), -shake, shake)], axis=1)
