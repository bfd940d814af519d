"""Where the cells of a study's ground lie: those of its leading raster, or squares in the study's CRS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine
from shapely.geometry.base import BaseGeometry

from carecircle.crs import between
from carecircle.errors import InputError
from carecircle.inputs.extent import on_globe
from carecircle.inputs.terrain.tiles import Tile

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]

MOST_CELLS = 100_000_000
"""Of a study's ground: some two gigabytes while it is searched."""
SAME = 1e-3
"""Corners this near to each other, in cells, are one."""
_PLANAR = 7e-3
"""Within this the plane's lengths stand, as those of UTM and Gauss-Krüger do."""
_ROWS_MEASURED = 33


@dataclass(frozen=True)
class Frame:
    """An upright lattice of cells.

    Parameters
    ----------
    crs, transform, width, height
        Where it lies.
    """

    crs: pyproj.CRS
    transform: Affine
    width: int
    height: int

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in its CRS."""
        t = self.transform
        return t.c, t.f + t.e * self.height, t.c + t.a * self.width, t.f

    def sizes_m(self) -> tuple[Floats, Floats]:
        """Metres on the ground from each row's cells to their eastern and northern neighbours.

        A projection whose lengths are true within 0.7 % is taken at its word, as other programs do.
        """
        rows = np.unique(np.linspace(0, self.height - 1, min(self.height, _ROWS_MEASURED)).round())
        t, middle = self.transform, self.width / 2.0
        y = t.f + t.e * (rows + 0.5)
        x = np.full(len(rows), t.c + t.a * middle)
        geod = self.crs.get_geod() or pyproj.Geod(ellps="WGS84")
        to_degrees = between(self.crs, self.crs.geodetic_crs or 4326)
        here, east, north = (
            to_degrees.transform(x + a * t.a, y - b * t.e) for a, b in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
        )
        found = [np.asarray(geod.inv(*here, *there)[2], dtype=np.float64) for there in (east, north)]
        if self.crs.is_projected:
            unit = self.crs.axis_info[0].unit_conversion_factor or 1.0
            planar = (t.a * unit, -t.e * unit)
            near = [np.allclose(f, p, rtol=_PLANAR, atol=0.0) for f, p in zip(found, planar, strict=True)]
            if all(near):
                return np.full(self.height, planar[0]), np.full(self.height, planar[1])
        every = np.arange(self.height)
        return np.interp(every, rows, found[0]), np.interp(every, rows, found[1])


def frame_of(
    lead: Sequence[Tile], crs: pyproj.CRS, around: BaseGeometry, cell_m: float | None, study: Path | None
) -> Frame:
    """The cells of a study's ground.

    Parameters
    ----------
    lead
        Tiles of the raster that the others follow; may be empty where ``cell_m`` is given.
    crs, around
        The study's CRS, and its boundary with the buffer in it: cells beyond are not read.
    cell_m
        Squares of this size in the study's CRS; None: the leading raster's own cells.
    study
        The study file, for messages.

    Raises
    ------
    InputError
        If the raster does not meet the study, its tiles do not fit together, it is rotated, or there would be
        too many cells: each with the key of study.toml that mends it.
    """
    if cell_m is None:
        frame = _own_cells(lead, crs, around)
    else:
        west, south, east, north = _meeting(lead, crs, around)
        left, bottom = math.floor(west / cell_m), math.floor(south / cell_m)
        width, height = math.ceil(east / cell_m) - left, math.ceil(north / cell_m) - bottom
        transform = Affine(cell_m, 0.0, left * cell_m, 0.0, -cell_m, (bottom + height) * cell_m)
        frame = Frame(crs, transform, width, height)
    cells = frame.width * frame.height
    if cells > MOST_CELLS:
        sizes = frame.sizes_m()
        size = math.sqrt(float(sizes[0].mean() * sizes[1].mean()) * cells / MOST_CELLS)
        facts = {"found": cells, "most": MOST_CELLS, "cell_m": math.ceil(size)}
        raise InputError("inputs.too_much_ground", file=study, column="terrain.cell_m", **facts)
    return frame


def _own_cells(lead: Sequence[Tile], crs: pyproj.CRS, around: BaseGeometry) -> Frame:
    """The leading raster's lattice where it meets the study."""
    first = lead[0]
    for tile in lead:
        if not tile.upright:
            raise InputError("inputs.rotated_ground", file=tile.file)
        if not (tile.crs == first.crs and aligned(tile, first.transform)):
            raise InputError("inputs.unlike_tiles", file=tile.file, value=first.file.name)
    if not first.crs.is_geographic and not first.crs.is_projected:
        raise InputError("inputs.no_crs", file=first.file)
    t = first.transform
    west, south, east, north = _meeting(lead, first.crs, around, crs)
    left, right = (west - t.c) / t.a, (east - t.c) / t.a
    top, bottom = (north - t.f) / t.e, (south - t.f) / t.e
    columns = math.floor(left + SAME), math.ceil(right - SAME)
    rows = math.floor(top + SAME), math.ceil(bottom - SAME)
    moved = Affine(t.a, 0.0, t.c + t.a * columns[0], 0.0, t.e, t.f + t.e * rows[0])
    return Frame(first.crs, moved, columns[1] - columns[0], rows[1] - rows[0])


def aligned(tile: Tile, transform: Affine) -> bool:
    """Whether a tile's cells lie on the lattice of a transform."""
    a, b = tile.transform, transform
    same = abs(a.a / b.a - 1.0) * tile.width < SAME and abs(a.e / b.e - 1.0) * tile.height < SAME
    off = ((a.c - b.c) / b.a, (a.f - b.f) / b.e)
    return same and tile.upright and all(abs(v - round(v)) < SAME for v in off)


def _meeting(
    lead: Sequence[Tile], crs: pyproj.CRS, around: BaseGeometry, study_crs: pyproj.CRS | None = None
) -> Bounds:
    """Where the study's surroundings and the raster meet, in a CRS.

    Raises
    ------
    InputError
        If they do not.
    """
    wanted = around.bounds
    if study_crs is not None and study_crs != crs:
        wanted = between(study_crs, crs).transform_bounds(*wanted, densify_pts=41)
    if not lead:
        return wanted
    each = []
    for tile in lead:
        own = tile.bounds
        if tile.crs.is_geographic and not on_globe(own):
            raise InputError("inputs.nowhere", file=tile.file)
        moved = own if tile.crs == crs else between(tile.crs, crs).transform_bounds(*own, densify_pts=41)
        if np.isfinite(moved).all() and _overlap(moved, wanted):
            each.append(moved)
    if not each:
        raster, region = _said(lead[0]), _degrees(wanted, crs)
        raise InputError("inputs.ground_misses", file=lead[0].file, raster=raster, region=region)
    held = np.array(each)
    west, south = np.maximum(held[:, :2].min(axis=0), wanted[:2])
    east, north = np.minimum(held[:, 2:].max(axis=0), wanted[2:])
    return float(west), float(south), float(east), float(north)


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _said(tile: Tile) -> str:
    return _degrees(tile.bounds, tile.crs)


def _degrees(bounds: Sequence[float], crs: pyproj.CRS) -> str:
    """Bounds in degrees, as a reader compares them."""
    left, bottom, right, top = bounds
    west, south, east, north = between(crs, 4326).transform_bounds(left, bottom, right, top, densify_pts=21)
    return f"{west:.3f}–{east:.3f}, {south:.3f}–{north:.3f}"
