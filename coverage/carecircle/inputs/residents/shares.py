"""A block of a residents' grid shared among areas: each cell by the area of its parts, none lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from carecircle.inputs.residents.cells import WHOLE, held

Cells = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Pieces = Sequence[tuple[int, BaseGeometry]]

_INTERIORS_MEET = "T********"
_ELSEWHERE = tuple((dx / 8, dy / 8) for dx in (1, 3, 5, 7) for dy in (1, 3, 5, 7))
"""Places in a cell to look for a part that bends around both the cell's centre and its own centroid."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Parts of a block's cells that hold residents inside the boundary.

    Parameters
    ----------
    row, column
        The cell of each part, within the block.
    x, y
        A place of the part in the grid's CRS: the cell's centre where the part holds it.
    people
        Its residents.
    area
        Position of its area among the polygons given, -1 for none.
    outside
        Residents of the block's cells beyond the boundary, cell by cell.
    inside_centre
        Which cells have their centre inside the boundary.
    """

    row: Ints
    column: Ints
    x: Cells
    y: Cells
    people: Cells
    area: Ints
    outside: list[float]
    inside_centre: Mask


def pieces_of(boundary: BaseGeometry, polygons: Sequence[BaseGeometry]) -> list[tuple[int, BaseGeometry]]:
    """The boundary cut into pieces that do not overlap, each with the position of its polygon (-1: none).

    Parameters
    ----------
    boundary, polygons
        In one plane; where polygons overlap the first keeps the ground.
    """
    boundary = boundary if boundary.is_valid else shapely.make_valid(boundary)
    shapes = np.empty(len(polygons), dtype=object)
    shapes[:] = polygons
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    shapely.prepare(boundary)
    beyond = ~shapely.covers(boundary, shapes)
    shapes[beyond] = shapely.intersection(shapes[beyond], boundary)
    later, earlier = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    later, earlier = later[earlier < later], earlier[earlier < later]
    overlap = shapely.relate_pattern(shapes[later], shapes[earlier], _INTERIORS_MEET)
    cut = shapes.copy()
    for number in np.unique(later[overlap]).tolist():
        taken = shapes[earlier[overlap & (later == number)]]
        cut[number] = shapely.difference(shapes[number], shapely.union_all(taken))
    same = np.isclose(shapely.area(shapes), boundary.area, rtol=1e-12, atol=0.0)
    if not (same.any() and shapely.equals(shapes[same], boundary).any()):
        rest = shapely.difference(boundary, shapely.union_all(shapes))
        return [*enumerate(cut.tolist()), (-1, rest)]
    return list(enumerate(cut.tolist()))


def share_block(people: Cells, transform: Affine, boundary: BaseGeometry, pieces: Pieces) -> Shares:
    """Share one block.

    Parameters
    ----------
    people
        Residents of each cell, 0 where there is no value.
    transform
        Of the block, north-up or south-up, unrotated.
    boundary, pieces
        The study's boundary in the grid's CRS, and `pieces_of` it and the areas.
    """
    row, column, share, x, y, area = _parts_of(people, transform, pieces)
    count = people[row, column]
    parts = count * share
    first = np.append(True, (np.diff(row) != 0) | (np.diff(column) != 0))[: len(row)]
    starts = np.flatnonzero(first)
    cell = np.cumsum(first) - 1
    shared = np.bincount(cell, weights=share, minlength=len(starts))
    given = np.bincount(cell, weights=parts, minlength=len(starts))
    within = shared > 1.0 - WHOLE  # nothing of the cell lies beyond: its last part takes what is left over
    last = np.append(starts[1:], len(row))[: len(starts)] - 1
    left = count[starts] - given
    parts[last[within]] += left[within]
    alone = people > 0
    alone[row, column] = False
    return Shares(
        row=row,
        column=column,
        x=transform.c + transform.a * x,
        y=transform.f + transform.e * y,
        people=parts,
        area=area,
        outside=[*people[alone].tolist(), *left[~within].tolist()],
        inside_centre=_inside(boundary, people.shape, transform),
    )


def _parts_of(
    people: Cells, transform: Affine, pieces: Pieces
) -> tuple[Ints, Ints, Cells, Cells, Cells, Ints]:
    """Row, column, share, place (in cells) and area of every part of a settled cell, cell by cell."""
    found = []
    for number, shape in pieces:
        parts = held(shape, transform, *people.shape)
        settled = people[parts.row, parts.column] > 0
        row, column, share = parts.row[settled], parts.column[settled], parts.share[settled]
        x, y = parts.x[settled], parts.y[settled]
        _set_places(shape, transform, row, column, share, x, y)
        found.append((row, column, share, x, y, np.full(len(row), number)))
    row, column, share, x, y, area = (np.concatenate(p) for p in zip(*found, strict=True))
    order = np.lexsort((area, column, row))
    return row[order], column[order], share[order], x[order], y[order], area[order]


def _set_places(
    shape: BaseGeometry, t: Affine, row: Ints, column: Ints, share: Cells, x: Cells, y: Cells
) -> None:
    """Move the places of cut cells, in ``x, y`` themselves, to the centre where the part holds it.

    Elsewhere the part's centroid stays, or a point on the part where it bends around its centroid.
    """
    cut = np.flatnonzero(share < 1.0)
    if not len(cut):
        return
    shapely.prepare(shape)
    middle = shapely.intersects_xy(shape, t.c + t.a * (column[cut] + 0.5), t.f + t.e * (row[cut] + 0.5))
    x[cut[middle]], y[cut[middle]] = column[cut[middle]] + 0.5, row[cut[middle]] + 0.5
    rest = cut[~middle]
    bent = rest[~shapely.intersects_xy(shape, t.c + t.a * x[rest], t.f + t.e * y[rest])]
    for dx, dy in _ELSEWHERE:
        u, v = column[bent] + dx, row[bent] + dy
        hit = shapely.intersects_xy(shape, t.c + t.a * u, t.f + t.e * v)
        x[bent[hit]], y[bent[hit]] = u[hit], v[hit]
        bent = bent[~hit]
    for at in bent.tolist():
        left, top = t.c + t.a * column[at], t.f + t.e * row[at]
        part = shapely.intersection(shape, shapely.box(left, top, left + t.a, top + t.e))
        spot = shapely.point_on_surface(part)
        if not spot.is_empty:
            x[at], y[at] = (spot.x - t.c) / t.a, (spot.y - t.f) / t.e


def _inside(boundary: BaseGeometry, shape: tuple[int, ...], transform: Affine) -> Mask:
    """Which cells have their centre inside a boundary."""
    burnt = rasterio.features.rasterize([(boundary, 1)], out_shape=shape, transform=transform, dtype="uint8")
    inside: Mask = burnt > 0
    return inside
