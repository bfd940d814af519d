"""A residents' raster, looked over, summed and shared among areas, none lost and none counted twice."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import rasterio
import rasterio.windows
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from carecircle.crs import between
from carecircle.errors import InputError
from carecircle.inputs.bounds import check_raster
from carecircle.inputs.datum import checked_crs, place, unsure_ground
from carecircle.inputs.extent import on_globe
from carecircle.inputs.formats import raster_driver
from carecircle.inputs.residents.bands import band_of, values_of, written
from carecircle.inputs.residents.cell_areas import cells_km2
from carecircle.inputs.residents.shares import Shares, pieces_of, share_block
from carecircle.schema import Finding
from carecircle.strict import LARGEST
from carecircle.study import Residents

Cells = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_BLOCK_ROWS = 512
_TABLES = frozenset({".csv", ".txt", ".xlsx", ".xls", ".geojson", ".json", ".shp", ".parquet"})

_MOST_IN_A_CELL = 1e9
"""More residents than any cell has: a fill value that the raster does not declare."""


@dataclass(frozen=True, eq=False)
class People:
    """Residents of one input, told apart by the study's boundary.

    Parameters
    ----------
    demand
        ``demand_id, residents, area_id`` and points in WGS 84 (None: place unknown), inside the boundary or
        placeless. ``area_id`` is None where the reader leaves the join to the caller.
    outside
        Residents beyond the boundary.
    cells_without_value
        Rows, or grid cells centred inside, that hold no number of residents.
    raw_total
        The input's own sum.
    """

    demand: gpd.GeoDataFrame
    outside: float
    cells_without_value: int
    raw_total: float


@dataclass(frozen=True)
class Grid:
    """A north-up raster of residents that has been looked over.

    Parameters
    ----------
    file
        Where it lies.
    crs, transform, width, height
        Its own frame.
    density
        Whether its values are residents per square kilometre.
    total
        Residents of all valid cells, ``math.fsum`` of the rows' float64 sums.
    bounds
        West, south, east, north in its CRS.
    band
        The one that is read, from 1.
    findings
        What was noticed in looking it over.
    """

    file: Path
    crs: pyproj.CRS
    transform: Affine
    width: int
    height: int
    density: bool
    total: float
    band: int = 1
    findings: tuple[Finding, ...] = ()

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the grid's CRS."""
        t = self.transform
        x, y = (t.c, t.c + t.a * self.width), (t.f, t.f + t.e * self.height)
        return min(x), min(y), max(x), max(y)


def open_grid(source: Residents) -> Grid:
    """Look a raster over, block by block, and sum it.

    Raises
    ------
    InputError
        If it cannot be read, has no CRS, is rotated, holds no valid cell, nobody at all, negative residents
        that are not its nodata value, or infinite ones.
    """
    file = source.path
    if file.suffix.lower() in _TABLES:
        raise InputError("inputs.not_a_raster", file=file)
    try:
        with rasterio.open(file, driver=raster_driver(file)) as raster:
            check_raster(file, raster.width, raster.height)
            transform = raster.transform
            crs = checked_crs(None if raster.crs is None else raster.crs.to_wkt(), file)
            if transform.b or transform.d or not transform.a or not transform.e:
                raise InputError("inputs.rotated_raster", file=file)
            if not np.isfinite(transform[:6]).all() or np.abs(transform[:6]).max() > LARGEST:
                raise InputError("inputs.nowhere", file=file)
            findings = unsure_ground(crs, file)
            band = band_of(raster, source, findings)
            size, density = (raster.width, raster.height), source.value == "per_km2"
            grid = Grid(file, crs, transform, *size, density, 0.0, band, tuple(findings))
            if crs.is_geographic and not on_globe(grid.bounds):
                raise InputError("inputs.off_globe", file=file, raster=extent(grid.bounds))
            sums, valid = _sum_rows(raster, grid)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes GDAL say
        why = (str(error).splitlines() or ["?"])[0][:200]
        raise InputError("inputs.cannot_read", file=file, why=why) from error
    if not valid:
        raise InputError("inputs.all_nodata", file=file)
    total = math.fsum(sums)
    if total == 0:
        raise InputError("inputs.nobody", file=file)
    return replace(grid, total=total)


def _sum_rows(raster: rasterio.DatasetReader, grid: Grid) -> tuple[list[float], int]:
    sums: list[float] = []
    valid = negative = infinite = 0
    lowest = highest = 0.0
    for top in range(0, grid.height, _BLOCK_ROWS):
        window = rasterio.windows.Window(0, top, grid.width, min(_BLOCK_ROWS, grid.height - top))
        cells, known = _read(raster, grid, window)
        stored = partial(raster.read, grid.band, window=window)
        valid += int(known.sum())
        wild = known & (cells > _MOST_IN_A_CELL)
        infinite += int(wild.sum())
        highest = max(highest, float(stored()[wild].max())) if wild.any() else highest
        below = known & (cells < 0)
        negative += int(below.sum())
        lowest = min(lowest, float(stored()[below].min())) if below.any() else lowest
        sums += np.where(known & (np.abs(cells) <= _MOST_IN_A_CELL), cells, 0.0).sum(axis=1).tolist()
    if negative:
        raise InputError("inputs.negative_residents", file=grid.file, count=negative, value=written(lowest))
    if infinite:
        raise InputError("inputs.infinite_residents", file=grid.file, count=infinite, value=written(highest))
    return sums, valid


def _read(raster: rasterio.DatasetReader, grid: Grid, window: rasterio.windows.Window) -> tuple[Cells, Mask]:
    """Residents of a window's cells as float64, and which cells hold a value."""
    people, known = values_of(raster, grid.band, window)
    if grid.density:
        people *= cells_km2(grid.crs, _moved(grid.transform, window), int(window.height), int(window.width))
    return people, known


def cell_km2(grid: Grid) -> float:
    """Area of the cell in the grid's middle."""
    middle = rasterio.windows.Window(grid.width // 2, grid.height // 2, 1, 1)
    return float(cells_km2(grid.crs, _moved(grid.transform, middle), 1, 1)[0, 0])


def grid_extent(grid: Grid) -> BaseGeometry:
    """The rectangle a grid covers, in WGS 84, its sides followed closely."""
    west, south, east, north = grid.bounds
    outline = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / 50)
    return _placed(outline, grid)


def _placed(shape: BaseGeometry, grid: Grid) -> BaseGeometry:
    """A shape of a grid's frame in WGS 84."""
    placed: BaseGeometry = place(gpd.GeoSeries([shape], crs=grid.crs), grid.crs).iloc[0]
    if not np.isfinite(placed.bounds).all():
        raise InputError("inputs.nowhere", file=grid.file)
    return placed


def grid_hull(grid: Grid) -> BaseGeometry:
    """Convex hull, in WGS 84, of the cells that hold residents."""
    points: list[tuple[float, float]] = []
    with rasterio.open(grid.file, driver=raster_driver(grid.file)) as raster:
        for window, cells, _ in _blocks(raster, grid, (0, 0, grid.height, grid.width)):
            rows, columns = np.nonzero(cells > 0)
            for row in np.unique(rows):
                edge = columns[rows == row]
                for column in (edge.min(), edge.max() + 1):
                    x = grid.transform.c + grid.transform.a * (int(column) + window.col_off)
                    top = grid.transform.f + grid.transform.e * (int(row) + window.row_off)
                    points += [(x, top), (x, top + grid.transform.e)]
    if not points:
        raise InputError("inputs.nobody", file=grid.file)
    hull = shapely.MultiPoint(points).convex_hull
    return _placed(hull, grid)


def grid_points(grid: Grid, bounds: tuple[float, float, float, float]) -> tuple[Cells, Cells, Cells]:
    """Longitude, latitude (WGS 84) and residents of every cell with residents within bounds in degrees."""
    box = _window(grid, _to_grid(gpd.GeoSeries([shapely.box(*bounds)], crs=4326), grid)[0])
    parts = []
    with rasterio.open(grid.file, driver=raster_driver(grid.file)) as raster:
        for window, cells, _ in _blocks(raster, grid, box):
            row, column = np.nonzero(cells > 0)
            t = _moved(grid.transform, window)
            parts.append((t.c + t.a * (column + 0.5), t.f + t.e * (row + 0.5), cells[row, column]))
    x, y, people = (np.concatenate([p[i] for p in parts]) for i in range(3))
    placed = place(gpd.GeoSeries(gpd.points_from_xy(x, y), crs=grid.crs), grid.crs).to_numpy()
    return shapely.get_x(placed), shapely.get_y(placed), people


def _blocks(
    raster: rasterio.DatasetReader, grid: Grid, box: tuple[int, int, int, int]
) -> Iterator[tuple[rasterio.windows.Window, Cells, Mask]]:
    """Windows of at most `_BLOCK_ROWS` rows within rows and columns ``(top, left, bottom, right)``."""
    top, left, bottom, right = box
    for row in range(top, bottom, _BLOCK_ROWS):
        window = rasterio.windows.Window(left, row, right - left, min(_BLOCK_ROWS, bottom - row))
        cells, known = _read(raster, grid, window)
        yield window, cells, known


def share_grid(grid: Grid, areas: gpd.GeoDataFrame, region: BaseGeometry) -> People:
    """Share a grid's residents among the areas, cells cut by a border by the area of each part.

    Parameters
    ----------
    grid
        From `open_grid`.
    areas
        Polygons in WGS 84, finest first: a part of a cell goes to the first that holds it. May be empty.
    region
        The study's boundary in WGS 84.

    Returns
    -------
    People
        One demand point a cell and area: the cell's centre where it lies in the part, else a point of it.

    Raises
    ------
    InputError
        If the grid and the region do not meet, or no cell inside holds a value.
    """
    shapes = gpd.GeoSeries([region, *areas.geometry], crs=4326)
    own = _to_grid(shapes, grid)
    box = _window(grid, own[0])
    pieces = pieces_of(own[0], own[1:])
    parts: list[gpd.GeoDataFrame] = []
    outside = [grid.total]
    without_value = valid = 0
    with rasterio.open(grid.file, driver=raster_driver(grid.file)) as raster:
        for window, cells, known in _blocks(raster, grid, box):
            shares = share_block(cells, _moved(grid.transform, window), own[0], pieces)
            outside += [-v for v in cells.sum(axis=1).tolist()] + shares.outside
            without_value += int((shares.inside_centre & ~known).sum())
            valid += int((shares.inside_centre & known).sum()) + len(shares.people)
            parts.append(_parts(grid, window, shares, areas["area_id"].tolist()))
    if not valid:
        raise _misses(grid, region)
    demand = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=4326)
    left = math.fsum(outside)
    return People(demand, left if left > 1e-9 * grid.total else 0.0, without_value, grid.total)


def _moved(t: Affine, window: rasterio.windows.Window) -> Affine:
    """The transform of a window."""
    return Affine(t.a, 0.0, t.c + t.a * window.col_off, 0.0, t.e, t.f + t.e * window.row_off)


def _parts(
    grid: Grid, window: rasterio.windows.Window, shares: Shares, area_ids: list[str]
) -> gpd.GeoDataFrame:
    """A block's parts as demand points in WGS 84, each named by its cell (and area, where a cell is cut)."""
    row, column = shares.row + int(window.row_off), shares.column + int(window.col_off)
    owner = np.array([*area_ids, None], dtype=object)[shares.area]
    same = (np.diff(row) == 0) & (np.diff(column) == 0)
    several = np.zeros(len(row), dtype=bool)
    several[1:] |= same
    several[:-1] |= same
    ids = [
        f"r{r}c{c}-{a or 0}" if s else f"r{r}c{c}"
        for r, c, a, s in zip(row.tolist(), column.tolist(), owner.tolist(), several.tolist(), strict=True)
    ]
    points = place(gpd.GeoSeries(gpd.points_from_xy(shares.x, shares.y), crs=grid.crs), grid.crs)
    return gpd.GeoDataFrame(
        {"demand_id": ids, "residents": shares.people, "area_id": owner},
        geometry=points.to_numpy(),
        crs=4326,
    )


def _to_grid(shapes: gpd.GeoSeries, grid: Grid) -> list[BaseGeometry]:
    """WGS 84 shapes in the grid's CRS, x before y."""
    forward = between(4326, grid.crs)
    return list(
        shapely.transform(
            shapely.force_2d(shapes.to_numpy()),
            lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1])) if len(xy) else xy,
        )
    )


def _window(grid: Grid, boundary: BaseGeometry) -> tuple[int, int, int, int]:
    """Rows and columns that the boundary may touch, one more on every side."""
    west, south, east, north = boundary.bounds
    gw, gs, ge, gn = grid.bounds
    finite = np.isfinite(boundary.bounds).all()
    if not (finite and west < ge and east > gw and south < gn and north > gs):
        raise _misses(grid, _placed(boundary, grid))
    t = grid.transform
    columns = [(x - t.c) / t.a for x in (west, east)]
    rows = [(y - t.f) / t.e for y in (south, north)]
    top, bottom = max(math.floor(min(rows)) - 1, 0), min(math.ceil(max(rows)) + 1, grid.height)
    left, right = max(math.floor(min(columns)) - 1, 0), min(math.ceil(max(columns)) + 1, grid.width)
    return top, left, bottom, right


def _misses(grid: Grid, region: BaseGeometry) -> InputError:
    raster, own = extent(_placed(shapely.box(*grid.bounds), grid).bounds), extent(region.bounds)
    return InputError("inputs.raster_misses", file=grid.file, raster=raster, region=own)


def extent(bounds: tuple[float, float, float, float]) -> str:
    """Bounds as a reader compares them: ``104.21–104.60 E, 31.15–31.45 N``-like figures."""
    west, south, east, north = bounds
    return f"{west:.3f}–{east:.3f}, {south:.3f}–{north:.3f}"
