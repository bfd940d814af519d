"""The lie of the fictional land: its outline, and the ground around every point of the cloud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Delaunay, Voronoi
from shapely.geometry.base import BaseGeometry

from carecircle.demo.cloud import Lattice, make_cloud
from carecircle.demo.dice import Dice, Floats
from carecircle.demo.gazetteer import Ints, gazetteer, place
from carecircle.demo.water import Water, make_water


@dataclass(frozen=True)
class Land:
    """Everything that lies still.

    Parameters
    ----------
    points
        The cloud, shape (n, 2), metres: the ground is its Voronoi cells, roads run between its points.
    pairs
        Neighbours in the cloud, shape (m, 2), each pair once with the smaller index first.
    inside
        Indices of the points inside the county.
    polygons
        The Voronoi cell of each point inside the county, else None.
    lattices, bridges
        See `carecircle.demo.cloud.Cloud`.
    isle_points
        Points on the lake's island.
    """

    points: Floats
    pairs: Ints
    inside: Ints
    polygons: npt.NDArray[np.object_]
    lattices: tuple[Lattice, ...]
    bridges: tuple[tuple[int, int, str], ...]
    water: Water
    isle_points: Ints

    def ground(self, cells: Ints) -> BaseGeometry:
        """The union of some points' Voronoi cells."""
        return shapely.coverage_union_all(self.polygons[cells])

    @property
    def corners(self) -> Ints:
        """Points of every lattice."""
        return np.concatenate([lattice.points for lattice in self.lattices])


def make_land(seed: int) -> Land:
    """Lay out the county.

    Parameters
    ----------
    seed
        Equal seeds give equal land.
    """
    water = make_water()
    outline = _outline(seed)
    cloud = make_cloud(seed, outline, water)
    inside = np.flatnonzero(shapely.contains_xy(outline, cloud.points))
    return Land(
        points=cloud.points,
        pairs=_neighbours(cloud.points),
        inside=inside,
        polygons=_cells(cloud.points, inside),
        lattices=cloud.lattices,
        bridges=cloud.bridges,
        water=water,
        isle_points=np.flatnonzero(shapely.contains_xy(water.isle, cloud.points)),
    )


def _outline(seed: int) -> shapely.Polygon:
    """The smooth outline before it follows the ground's cells; its area is the wanted one."""
    shape = gazetteer()["shape"]
    dice = Dice(seed, "boundary")
    t = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    r = np.ones_like(t)
    for k in range(2, 15):
        r += 0.34 / k * dice.one(-1, 1) * np.sin(k * t + dice.one(0, 2 * np.pi))
    a, b = shape["radii"]
    outline = np.stack([r * a * np.cos(t), r * b * np.sin(t)], axis=1)
    outline *= np.sqrt(shape["area_km2"] / shapely.Polygon(outline).area)
    return shapely.Polygon(place([0, 0]) + 1000 * (outline + np.asarray(shape["centre"])))


def _neighbours(points: Floats) -> Ints:
    """Pairs of points that are joined in the Delaunay triangulation."""
    triangles = Delaunay(points).simplices
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)


def _cells(points: Floats, inside: Ints) -> npt.NDArray[np.object_]:
    diagram = Voronoi(points)
    polygons = np.full(len(points), None, dtype=object)
    for i in inside:
        polygons[i] = shapely.Polygon(diagram.vertices[diagram.regions[diagram.point_region[i]]])
    return polygons
