"""A block of a residents' grid shared among areas: whole cells by their centre, cut cells by area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

Cells = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_TILE = 32
WHOLE = 1e-9
"""Shares of a cell this near to 0 or 1 are 0 or 1: a border drawn along the grid's own lines."""


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

    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    x: Cells
    y: Cells
    people: Cells
    area: npt.NDArray[np.int64]
    outside: list[float]
    inside_centre: Mask


def share_block(
    people: Cells, transform: Affine, boundary: BaseGeometry, polygons: list[BaseGeometry]
) -> Shares:
    """Share one block.

    Parameters
    ----------
    people
        Residents of each cell, 0 where there is no value.
    transform
        Of the block, north-up or south-up, unrotated.
    boundary, polygons
        The study's boundary and its areas in the grid's CRS; areas finest first, the first that holds a
        place keeps it.
    """
    shape = people.shape
    inside = _burnt([boundary], shape, transform) > 0
    area = _burnt(polygons[::-1], shape, transform)
    area = np.where(area > 0, len(polygons) - area, -1)
    lines = [s.boundary for s in (boundary, *polygons) if not s.is_empty]
    cut = ndimage.binary_dilation(
        _burnt(lines, shape, transform, touched=True) > 0, np.ones((3, 3), dtype=bool)
    )
    settled = people > 0
    whole = settled & ~cut
    row, column = np.nonzero(whole & inside)
    x, y = _centre(transform, row, column)
    parts = _Parts(
        [row], [column], [x], [y], [people[row, column]], [area[row, column]],
        people[whole & ~inside].tolist(),
    )  # fmt: skip
    tree = shapely.STRtree(np.array(polygons, dtype=object))
    for tile_rows, tile_columns in _tiles(settled & cut):
        _share_tile(parts, people, transform, tile_rows, tile_columns, boundary, polygons, tree)
    rows, columns, areas = (np.concatenate(p) for p in (parts.row, parts.column, parts.area))
    order = np.lexsort((areas, columns, rows))
    return Shares(
        row=rows[order],
        column=columns[order],
        x=np.concatenate(parts.x)[order],
        y=np.concatenate(parts.y)[order],
        people=np.concatenate(parts.people)[order],
        area=areas[order],
        outside=parts.outside,
        inside_centre=inside,
    )


@dataclass(eq=False)
class _Parts:
    row: list[npt.NDArray[np.int64]]
    column: list[npt.NDArray[np.int64]]
    x: list[Cells]
    y: list[Cells]
    people: list[Cells]
    area: list[npt.NDArray[np.int64]]
    outside: list[float]


def _burnt(
    shapes: list[BaseGeometry], shape: tuple[int, ...], transform: Affine, *, touched: bool = False
) -> npt.NDArray[np.int64]:
    """Shapes burnt into a grid, numbered from 1; the last one wins."""
    pairs = [(s, i) for i, s in enumerate(shapes, 1) if not s.is_empty]
    if not pairs:
        return np.zeros(shape, dtype=np.int64)
    burnt = rasterio.features.rasterize(
        pairs, out_shape=shape, transform=transform, all_touched=touched, dtype="int32"
    )
    numbers: npt.NDArray[np.int64] = burnt.astype(np.int64)
    return numbers


def _centre(
    transform: Affine, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]
) -> tuple[Cells, Cells]:
    return transform.c + transform.a * (column + 0.5), transform.f + transform.e * (row + 0.5)


def _tiles(cut: Mask) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Rows and columns of the cells that a border may cut, tile by tile."""
    row, column = np.nonzero(cut)
    if not len(row):
        return []
    tile = (row // _TILE) * (cut.shape[1] // _TILE + 1) + column // _TILE
    order = np.argsort(tile, kind="stable")
    breaks = np.flatnonzero(np.diff(tile[order])) + 1
    return [(row[i], column[i]) for i in np.split(order, breaks)]


def _share_tile(
    parts: _Parts,
    people: Cells,
    transform: Affine,
    row: npt.NDArray[np.int64],
    column: npt.NDArray[np.int64],
    boundary: BaseGeometry,
    polygons: list[BaseGeometry],
    tree: shapely.STRtree,
) -> None:
    """Share the cut cells of one tile by overlaying them with the tile's piece of every border."""
    x0, x1 = transform.c + transform.a * column, transform.c + transform.a * (column + 1)
    y0, y1 = transform.f + transform.e * row, transform.f + transform.e * (row + 1)
    cells = shapely.box(np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1))
    size = abs(transform.a * transform.e)
    here = shapely.box(*shapely.total_bounds(cells)).buffer(abs(transform.a), join_style="mitre")
    left, _ = _divided(cells, np.arange(len(cells)), _piece(boundary, here))
    count = people[row, column]
    beyond = np.ones(len(cells))
    unshared = count.copy()
    found: list[tuple[npt.NDArray[np.int64], int, npt.NDArray[np.object_], Cells]] = []
    last = np.full(len(cells), -1)
    near = np.sort(tree.query(here, predicate="intersects")).tolist()
    for number in [*near, -1]:
        if number < 0:
            part = left
        else:
            open_ = np.flatnonzero(~shapely.is_empty(left))
            part, left = _divided(left, open_, _piece(polygons[number], here))
        share = shapely.area(part) / size
        share[share < WHOLE] = 0.0
        share[share > 1.0 - WHOLE] = 1.0
        beyond -= share
        held = np.flatnonzero(share)
        if len(held):
            last[held] = len(found)
            found.append((held, number, part[held], count[held] * share[held]))
            unshared[held] -= found[-1][3]
    within = beyond < WHOLE  # nothing of the cell lies beyond: its last part takes what rounding left over
    for position, (held, number, part, residents) in enumerate(found):
        closing = within[held] & (last[held] == position)
        residents[closing] += unshared[held][closing]
        x, y = _places(part, transform, row[held], column[held])
        parts.row.append(row[held])
        parts.column.append(column[held])
        parts.x.append(x)
        parts.y.append(y)
        parts.people.append(residents)
        parts.area.append(np.full(len(held), number))
    parts.outside += np.where(within, 0.0, unshared).tolist()


def _piece(shape: BaseGeometry, here: BaseGeometry) -> BaseGeometry:
    """The part of a shape near a tile: an overlay with few vertices is a fast one."""
    piece: BaseGeometry = shapely.clip_by_rect(shape, *here.bounds)
    return piece if piece.is_valid else shapely.intersection(shape, here)


def _divided(
    left: npt.NDArray[np.object_], which: npt.NDArray[np.int64], piece: BaseGeometry
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Parts of shapes inside a piece, and what is left of them; only those it really cuts are overlaid."""
    inside: npt.NDArray[np.object_] = np.full(len(left), shapely.Polygon(), dtype=object)
    rest = left.copy()
    shapely.prepare(piece)
    held = which[shapely.covers(piece, left[which])]
    inside[held], rest[held] = left[held], shapely.Polygon()
    cut = np.setdiff1d(which, held)
    cut = cut[shapely.intersects(piece, left[cut])]
    inside[cut] = shapely.intersection(left[cut], piece)
    rest[cut] = shapely.difference(left[cut], piece)
    return inside, rest


def _places(
    part: npt.NDArray[np.object_],
    transform: Affine,
    row: npt.NDArray[np.int64],
    column: npt.NDArray[np.int64],
) -> tuple[Cells, Cells]:
    """The cell's centre where the part holds it, else a point on the part."""
    x, y = _centre(transform, row, column)
    away = ~shapely.intersects_xy(part, x, y)
    on_part = shapely.point_on_surface(part[away])
    x[away], y[away] = shapely.get_x(on_part), shapely.get_y(on_part)
    return x, y
