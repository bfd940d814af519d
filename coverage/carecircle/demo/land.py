"""The lie of the fictional land: boundary, water and the cloud of points that everything stands on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Delaunay, Voronoi, cKDTree
from shapely.geometry.base import BaseGeometry

from carecircle.demo.dice import Dice, Floats, waves

CRS = "EPSG:4543"
"""CGCS2000, 3-degree Gauss-Krüger zone about 102° E: the plane the county is made in."""

SPACING_M = 300.0
"""Mean distance of the cloud's points in the country."""

Ints = npt.NDArray[np.int64]


@cache
def gazetteer() -> Mapping[str, Any]:
    """Names and places of the county, from ``gazetteer.toml``."""
    text = (resources.files("carecircle.demo") / "gazetteer.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def place(xy: tuple[float, float] | list[float]) -> Floats:
    """Metres of the plane for a place given in km from the county seat."""
    return np.asarray(gazetteer()["origin"], dtype=np.float64) + 1000.0 * np.asarray(xy, dtype=np.float64)


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
class Land:
    """Everything that lies still.

    Parameters
    ----------
    points
        The cloud, shape (n, 2), metres in `CRS`: the ground is its Voronoi cells, roads run between points.
    pairs
        Neighbours in the cloud, shape (m, 2), each pair once with the smaller index first.
    polygons
        The Voronoi cell of each point inside the county, else None.
    bridges
        For each bridge its northern and southern point and its name.
    isle_points
        Points on the lake's island.
    """

    points: Floats
    pairs: Ints
    polygons: npt.NDArray[np.object_]
    lattices: tuple[Lattice, ...]
    bridges: tuple[tuple[int, int, str], ...]
    river: shapely.LineString
    lake: shapely.Polygon
    isle: shapely.Polygon
    isle_points: Ints

    @property
    def inside(self) -> Ints:
        """The points inside the county."""
        return np.flatnonzero(self.polygons != np.array(None))

    def ground(self, cells: Ints) -> BaseGeometry:
        """The union of some points' Voronoi cells."""
        return shapely.coverage_union_all(self.polygons[cells])


def river_y(x: Floats) -> Floats:
    """Northing in km of the river's middle at an easting in km."""
    return -1.45 + 0.85 * np.sin(x / 2.6 + 0.6) + 0.42 * np.sin(x / 1.05 + 1.0) + 0.9 * np.sin(x / 8.0 - 0.4)


def _water() -> tuple[shapely.LineString, shapely.Polygon, shapely.Polygon]:
    x = np.arange(-30, 33, 0.12)
    river = shapely.LineString([place([a, b]) for a, b in zip(x, river_y(x), strict=True)])
    lake = gazetteer()["lake"]

    def blob(radius: float, wobble: float) -> shapely.Polygon:
        t = np.linspace(0, 2 * np.pi, 72, endpoint=False)
        r = radius * (1 + wobble * np.sin(3 * t + 0.7) + 0.6 * wobble * np.sin(5 * t + 2.0))
        return shapely.Polygon(
            [
                place([lake["centre"][0] + a * np.cos(b), lake["centre"][1] + a * np.sin(b)])
                for a, b in zip(r, t, strict=True)
            ]
        )

    return river, blob(lake["radius"], 0.10), blob(lake["isle"], 0.13)


def _shape(seed: int) -> shapely.Polygon:
    """The smooth outline before it follows the ground's cells; its area is the wanted one."""
    shape = gazetteer()["shape"]
    dice = Dice(seed, "boundary")
    t = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    r = np.ones_like(t)
    for k in range(2, 15):
        r += 0.34 / k**1.0 * dice.one(-1, 1) * np.sin(k * t + dice.one(0, 2 * np.pi))
    a, b = shape["radii"]
    outline = np.stack([r * a * np.cos(t), r * b * np.sin(t)], axis=1)
    rough = shapely.Polygon(outline)
    outline *= np.sqrt(shape["area_km2"] / rough.area)
    return shapely.Polygon(place([0, 0]) + 1000 * (outline + np.asarray(shape["centre"])))


def _lattice_points(
    centre: list[float], radius: float, *, angle: float, block: tuple[float, float], dice: Dice
) -> tuple[Floats, Ints, Ints]:
    """Points of one patch of blocks within a wobbly disc, shifted a little each; metres."""
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


def _cloud(
    seed: int,
    outline: shapely.Polygon,
    river: shapely.LineString,
    lake: shapely.Polygon,
    isle: shapely.Polygon,
) -> tuple[Floats, tuple[Lattice, ...], tuple[tuple[int, int, str], ...], Ints]:
    """The cloud: blocks in town, bridgeheads, a shaken honeycomb in the country; nothing in the water."""
    book = gazetteer()
    wet = shapely.union(river.buffer(130), lake.buffer(110).difference(isle.buffer(-110)))
    shapely.prepare(wet)
    patches: list[tuple[str, Floats, Ints, Ints]] = []
    for street in book["streets"]:
        for n, (x, y, radius) in enumerate(street["parts"]):
            dice = Dice(seed, f"blocks {street['name']} {n}")
            patches.append(
                (
                    street["name"],
                    *_lattice_points([x, y], radius, angle=0.12 + 0.2 * n, block=(185, 150), dice=dice),
                )
            )
    for town in book["towns"]:
        dice = Dice(seed, f"blocks {town['name']}")
        radius = 0.16 + 0.0045 * np.sqrt(town["seat"])
        patches.append(
            (
                town["name"],
                *_lattice_points(town["at"], radius, angle=dice.one(0, 1.5), block=(130, 110), dice=dice),
            )
        )
    points: list[Floats] = []
    lattices: list[Lattice] = []
    count = 0
    for name, xy, row, column in patches:
        free = ~shapely.contains_xy(wet, xy)
        if points:  # neighbouring patches keep a street's breadth apart
            free &= cKDTree(np.concatenate(points)).query(xy)[0] > 115
        xy, row, column = xy[free], row[free], column[free]
        lattices.append(Lattice(name, count + np.arange(len(xy)), row, column))
        points.append(xy)
        count += len(xy)
    bridges = []
    for bridge in book["river"]["bridges"]:
        x = bridge["x"]
        y = float(river_y(np.array([x]))[0])
        points.append(np.stack([place([x, y + 0.21]), place([x + 0.05, y - 0.21])]))
        bridges.append((count, count + 1, str(bridge["name"])))
        count += 2
    fixed = np.concatenate(points)
    country = _honeycomb(seed, outline.buffer(4200).bounds)
    near = cKDTree(fixed).query(country)[0] < 170
    country = country[~near & ~shapely.contains_xy(wet, country)]
    cloud = np.concatenate([fixed, country])
    return cloud, tuple(lattices), tuple(bridges), np.flatnonzero(shapely.contains_xy(isle, cloud))


def _honeycomb(seed: int, bounds: tuple[float, float, float, float]) -> Floats:
    dice = Dice(seed, "country")
    west, south, east, north = bounds
    rows = np.arange(south, north, SPACING_M * np.sqrt(3) / 2)
    columns = np.arange(west, east, SPACING_M)
    x, y = (a.ravel() for a in np.meshgrid(columns, rows))
    x = x + SPACING_M / 2 * (np.repeat(np.arange(len(rows)), len(columns)) % 2)
    shake = 0.40 * SPACING_M
    return np.stack([x + dice.many(len(x), -shake, shake), y + dice.many(len(y), -shake, shake)], axis=1)


def _neighbours(points: Floats) -> Ints:
    """Pairs of points that are joined in the Delaunay triangulation, shape (n, 2), each pair once."""
    triangles = Delaunay(points).simplices
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)


def _cells(points: Floats, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    diagram = Voronoi(points)
    polygons = np.full(len(points), None, dtype=object)
    for i in np.flatnonzero(inside):
        polygons[i] = shapely.Polygon(diagram.vertices[diagram.regions[diagram.point_region[i]]])
    return polygons


def make_land(seed: int) -> Land:
    """Lay out the county.

    Parameters
    ----------
    seed
        Equal seeds give equal land.
    """
    river, lake, isle = _water()
    outline = _shape(seed)
    points, lattices, bridges, isle_points = _cloud(seed, outline, river, lake, isle)
    inside = shapely.contains_xy(outline, points)
    return Land(
        points, _neighbours(points), _cells(points, inside), lattices, bridges, river, lake, isle, isle_points
    )
