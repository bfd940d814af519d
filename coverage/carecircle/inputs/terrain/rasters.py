"""Rasters read onto the cells of a study: a window of each tile, warped where it lies otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.windows
from affine import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject

from carecircle.crs import between
from carecircle.inputs.terrain.frame import Frame, aligned
from carecircle.inputs.terrain.tiles import Tile, opened

Cells = npt.NDArray[np.float32]

_BLOCK_ROWS = 1024
_COARSER = 1.5
"""A frame whose cells are larger than a raster's by this takes all of those within, not the nearest alone."""
FINE = {"height": Resampling.bilinear, "class": Resampling.nearest, "time": Resampling.nearest}
COARSE = {"height": Resampling.average, "class": Resampling.mode, "time": Resampling.average}


def onto(tiles: Sequence[Tile], frame: Frame, kind: str) -> Cells:
    """A raster's values at the cells of a frame.

    Parameters
    ----------
    tiles
        Of one raster; where two hold a cell, the first that has a value there counts.
    frame
        The cells.
    kind
        ``height`` is interpolated between centres, ``class`` and ``time`` are those of the cell in which a
        centre lies; onto a coarser frame the mean, or the commonest class, of all cells within.

    Returns
    -------
    ndarray
        float32[rows, columns]; NaN where no tile holds a value.
    """
    cells = np.full((frame.height, frame.width), np.nan, dtype=np.float32)
    for tile in tiles:
        top, left, bottom, right = _window(tile, frame)
        for row in range(top, bottom, _BLOCK_ROWS):
            end = min(row + _BLOCK_ROWS, bottom)
            open_ = np.isnan(cells[row:end, left:right])
            if open_.any():
                found = _read(tile, frame, (row, left, end, right), kind)
                np.copyto(cells[row:end, left:right], found, where=open_)
    return cells


def _window(tile: Tile, frame: Frame) -> tuple[int, int, int, int]:
    """Rows and columns of a frame (top, left, bottom, right) that a tile may hold."""
    bounds = tile.bounds
    if tile.crs != frame.crs:
        bounds = between(tile.crs, frame.crs).transform_bounds(*bounds, densify_pts=41)
    if not np.isfinite(bounds).all() or bounds[0] > bounds[2]:
        return 0, 0, frame.height, frame.width
    t = frame.transform
    columns = np.clip([(bounds[0] - t.c) / t.a, (bounds[2] - t.c) / t.a], 0, frame.width)
    rows = np.clip([(bounds[3] - t.f) / t.e, (bounds[1] - t.f) / t.e], 0, frame.height)
    left, right = int(np.floor(columns[0] + 1e-6)), int(np.ceil(columns[1] - 1e-6))
    return int(np.floor(rows[0] + 1e-6)), left, int(np.ceil(rows[1] - 1e-6)), right


def _read(tile: Tile, frame: Frame, box: tuple[int, int, int, int], kind: str) -> Cells:
    top, left, bottom, right = box
    with opened(tile.file, tile.driver) as raster:
        if tile.crs == frame.crs and aligned(tile, frame.transform):
            return _straight(raster, tile, frame, box)
        t = frame.transform
        moved = Affine(t.a, 0.0, t.c + t.a * left, 0.0, t.e, t.f + t.e * top)
        found = np.full((bottom - top, right - left), np.nan, dtype=np.float32)
        reproject(
            rasterio.band(raster, 1), found, src_nodata=raster.nodata, dst_nodata=np.nan,
            dst_crs=frame.crs.to_wkt(), dst_transform=moved,
            resampling=(COARSE if _coarser(tile, frame) else FINE)[kind], tolerance=0.0,
        )  # fmt: skip
        return _scaled(raster, found)


def _straight(
    raster: rasterio.DatasetReader, tile: Tile, frame: Frame, box: tuple[int, int, int, int]
) -> Cells:
    """The tile's own cells where they are the frame's: nothing is resampled."""
    top, left, bottom, right = box
    t, own = frame.transform, tile.transform
    column = round((t.c - own.c) / own.a) + left
    row = round((t.f - own.f) / own.e) + top
    found = np.full((bottom - top, right - left), np.nan, dtype=np.float32)
    rows = max(row, 0), min(row + bottom - top, tile.height)
    columns = max(column, 0), min(column + right - left, tile.width)
    if rows[0] < rows[1] and columns[0] < columns[1]:
        window = rasterio.windows.Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])
        values = _valued(raster, raster.read(1, window=window), raster.read_masks(1, window=window) > 0)
        found[rows[0] - row : rows[1] - row, columns[0] - column : columns[1] - column] = values
    return found


def _valued(
    raster: rasterio.DatasetReader, stored: npt.NDArray[np.generic], known: npt.NDArray[np.bool_]
) -> Cells:
    """Stored numbers as what they stand for; NaN where there is none."""
    values = stored.astype(np.float32)
    values[~known] = np.nan
    return _scaled(raster, values)


def _scaled(raster: rasterio.DatasetReader, values: Cells) -> Cells:
    scale, offset = raster.scales[0], raster.offsets[0]
    if (scale, offset) == (1.0, 0.0):
        return values
    return np.asarray(values * np.float32(scale) + np.float32(offset), dtype=np.float32)


def _coarser(tile: Tile, frame: Frame) -> bool:
    """Whether a frame's cells are larger than a tile's, measured at the tile's middle."""
    middle = tile.at(tile.width / 2, tile.height / 2)
    beside = tile.at(tile.width / 2 + 1, tile.height / 2 + 1)
    to_frame = between(tile.crs, frame.crs)
    (x0, x1), (y0, y1) = to_frame.transform([middle[0], beside[0]], [middle[1], beside[1]])
    t = frame.transform
    return bool(min(abs(t.a / ((x1 - x0) or t.a)), abs(t.e / ((y1 - y0) or t.e))) > _COARSER)
