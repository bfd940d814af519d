"""The fictional land's hills, its cover, and a hamlet to which no mapped road leads: for `terrain.toml`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from affine import Affine
from rasterio.features import rasterize

from carecircle.demo.dice import Dice, Floats, waves
from carecircle.demo.gazetteer import CRS, place
from carecircle.demo.land import Land
from carecircle.demo.people import CELL_M, People

HILL_M = 50.0
"""Cells of heights and cover."""
HAMLET, HAMLET_RESIDENTS = [10.3, 8.2], 120
"""岭上: where it lies, km from the county seat, and who lives there."""
_BEYOND_M = 3_000.0
_TREES, _GRASS, _CROPS, _BUILT, _WATER = 10, 30, 40, 50, 80
"""Classes of ESA WorldCover."""


def with_hamlet(people: People) -> People:
    """The county's residents with those of the hamlet: four cells of the grid."""
    grid = people.grid.copy()
    x, y = place(HAMLET)
    row, column = int((people.north - y) / CELL_M), int((x - people.west) / CELL_M)
    grid[row : row + 2, column : column + 2] += HAMLET_RESIDENTS / 4
    return dataclasses.replace(people, grid=grid)


def write_hills(folder: Path, seed: int, land: Land, people: People) -> None:
    """Write ``elevation.tif`` (whole metres) and ``landcover.tif`` (classes of ESA WorldCover)."""
    rows, columns = people.grid.shape
    west, north = people.west - _BEYOND_M, people.north + _BEYOND_M
    width = int((columns * CELL_M + 2 * _BEYOND_M) / HILL_M)
    height = int((rows * CELL_M + 2 * _BEYOND_M) / HILL_M)
    transform = Affine(HILL_M, 0, west, 0, -HILL_M, north)
    r, c = np.indices((height, width))
    xy = np.stack([west + HILL_M * (c.ravel() + 0.5), north - HILL_M * (r.ravel() + 0.5)], axis=1)
    heights = _heights(seed, xy).reshape(height, width)
    cover = _cover(seed, land, people, xy, heights.ravel(), transform, (height, width))
    _write(folder / "elevation.tif", np.round(heights).astype(np.int16), transform, predictor=2)
    _write(folder / "landcover.tif", cover, transform)


def _heights(seed: int, xy: Floats) -> Floats:
    """Metres above the sea: a plain about the seat that rises to hills in the north-east."""
    km = (xy - place([0.0, 0.0])) / 1000.0
    rise = np.clip((km[:, 0] + km[:, 1] - 8.0) / 18.0, 0.0, 1.0)
    rough = 1.0 + 0.5 * waves(xy, Dice(seed, "hills"), length=6_000.0)
    small = waves(xy, Dice(seed, "knolls"), length=1_500.0)
    return np.asarray(1_120.0 + 12.0 * small + rise * (420.0 * rough + 45.0 * small), np.float64)


def _cover(
    seed: int, land: Land, people: People, xy: Floats, heights: Floats, transform: Affine,
    shape: tuple[int, int],
) -> npt.NDArray[np.uint8]:  # fmt: skip
    """Crops on the plain, grass and trees in the hills, houses where people live, water where it is wet."""
    cover = np.full(len(xy), _CROPS, np.uint8)
    wild = waves(xy, Dice(seed, "cover"), length=2_500.0)
    cover[heights > 1_230.0] = _GRASS
    cover[(heights > 1_280.0) & (wild > 0.1)] = _TREES
    cover = cover.reshape(shape)
    row = ((people.north - xy[:, 1]) / CELL_M).astype(int)
    column = ((xy[:, 0] - people.west) / CELL_M).astype(int)
    inside = (row >= 0) & (row < people.grid.shape[0]) & (column >= 0) & (column < people.grid.shape[1])
    lived = np.zeros(len(xy), bool)
    lived[inside] = people.grid[row[inside], column[inside]] > 15
    cover[lived.reshape(shape)] = _BUILT
    wet = [land.water.river.buffer(60.0), land.water.lake.difference(land.water.isle)]
    water: Any = rasterize(
        [(shapely.union_all(wet), 1)], out_shape=shape, transform=transform, all_touched=True, dtype="uint8"
    )
    cover[water == 1] = _WATER
    return cover


def _write(file: Path, cells: npt.NDArray[Any], transform: Affine, **options: int) -> None:
    with rasterio.open(
        file, "w", driver="GTiff", width=cells.shape[1], height=cells.shape[0], count=1, crs=CRS,
        dtype=cells.dtype.name, transform=transform, compress="deflate", tiled=True, blockxsize=256,
        blockysize=256, **options,
    ) as out:  # fmt: skip
        out.write(cells, 1)
