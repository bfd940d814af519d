"""Rasters of the ground, in one file or many: found, let in by their first bytes, looked over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import rasterio
from affine import Affine

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.bounds import check_raster
from carecircle.inputs.datum import checked_crs
from carecircle.inputs.formats import raster_driver
from carecircle.strict import LARGEST

MOST_TILES = 2000
"""Files of one raster."""
_ENDS = (".tif", ".tiff", ".hgt", ".hgt.zip")
"""What tiles of a folder are called."""


@dataclass(frozen=True)
class Tile:
    """A raster file that has been looked over.

    Parameters
    ----------
    file, driver
        Where it lies, and what reads it.
    crs, transform, width, height
        Its own frame.
    """

    file: Path
    driver: str
    crs: pyproj.CRS
    transform: Affine
    width: int
    height: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in its own CRS."""
        corners = [self.at(c, r) for c in (0, self.width) for r in (0, self.height)]
        x, y = zip(*corners, strict=True)
        return min(x), min(y), max(x), max(y)

    def at(self, column: float, row: float) -> tuple[float, float]:
        """A place counted in cells from its first corner, in its own CRS."""
        t = self.transform
        return t.a * column + t.b * row + t.c, t.d * column + t.e * row + t.f

    @property
    def upright(self) -> bool:
        """Whether its rows run from west to east, the first one in the north."""
        t = self.transform
        return bool(t.b == 0 and t.d == 0 and t.a > 0 and t.e < 0)


def tiles_of(paths: Sequence[Path]) -> tuple[Tile, ...]:
    """Every raster of files and folders, by name.

    Raises
    ------
    InputError
        All that cannot be read, by file; a folder without tiles; more tiles than anybody reads.
    """
    files = [file for path in paths for file in _files(path)]
    if len(files) > MOST_TILES:
        raise InputError("inputs.too_many_tiles", file=paths[0], found=len(files), most=MOST_TILES)
    found: list[Tile] = []
    faults: list[CarecircleError] = []
    for file in files:
        try:
            found.append(_looked_over(file))
        except InputError as fault:
            faults.append(fault)
    raise_all(faults)
    return tuple(found)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.name.lower().endswith(_ENDS) and p.is_file())
    if not found:
        raise InputError("inputs.no_tiles", file=path, ends=list(_ENDS))
    return found


def _looked_over(file: Path) -> Tile:
    driver = _driver(file)
    with opened(file, driver) as raster:
        check_raster(file, raster.width, raster.height)
        crs = checked_crs(None if raster.crs is None else raster.crs.to_wkt(), file)
        t = raster.transform
        if not np.isfinite(t[:6]).all() or np.abs(t[:6]).max() > LARGEST or not t.determinant:
            raise InputError("inputs.nowhere", file=file)
        if np.dtype(raster.dtypes[0]).kind not in "iuf":
            raise InputError("inputs.ground_values", file=file, value=raster.dtypes[0])
        return Tile(file, driver, crs, t, raster.width, raster.height)


def _driver(file: Path) -> str:
    """What reads a file; SRTM's own tiles are known by name, for they are bare numbers."""
    if not file.is_file():
        raise InputError("errors.missing_file", file=file)
    if file.name.lower().endswith((".hgt", ".hgt.zip")):
        return "SRTMHGT"
    return raster_driver(file)


@contextmanager
def opened(file: Path, driver: str) -> Iterator[rasterio.DatasetReader]:
    """A raster open for reading; whatever a damaged file makes GDAL say becomes an error that names it."""
    try:
        with rasterio.open(file, driver=driver) as raster:
            yield raster
    except CarecircleError:
        raise
    except Exception as error:
        why = (str(error).splitlines() or ["?"])[0][:200]
        raise InputError("inputs.cannot_read", file=file, why=why) from error
