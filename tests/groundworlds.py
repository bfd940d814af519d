"""Worlds for tests of ground and roads: cells, roads and points as their makers hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from scipy.spatial import Delaunay

from carecircle.reach.network.model import Network
from carecircle.schema import STRUCTURE, STRUCTURES
from carecircle.terrain import GroundCells

CRS = "EPSG:32650"


def ground(
    slow: Any, *, size_m: float = 100.0, elevation_m: Any = None, law: Any = "none", moves: Any = 8,
    mode: str = "walk", **more: Any,
) -> GroundCells:  # fmt: skip
    """Square cells whose corner lies at (0, rows * size)."""
    values = np.asarray(slow, np.float32)
    rows = len(values)
    return GroundCells(
        CRS, (size_m, 0.0, 0.0, 0.0, -size_m, rows * size_m), np.full(rows, size_m), np.full(rows, size_m),
        {mode: values}, elevation_m=None if elevation_m is None else np.asarray(elevation_m, np.float32),
        moves=moves, law=law, **more,
    )  # fmt: skip


def of_raster(file: Any, minutes_per_m: Any, **more: Any) -> GroundCells:
    """The cells of a raster in metres, for the mode ``m``."""
    with rasterio.open(file) as raster:
        t, rows = raster.transform, raster.height
        return GroundCells(
            raster.crs.to_wkt(), (t.a, t.b, t.c, t.d, t.e, t.f), np.full(rows, t.a), np.full(rows, -t.e),
            {"m": np.asarray(minutes_per_m, np.float32)}, **more,
        )  # fmt: skip


def values(file: Any, band: int = 1) -> np.ndarray[Any, Any]:
    """A raster's values as float64, NaN where there are none."""
    with rasterio.open(file) as raster:
        return np.asarray(raster.read(band, masked=True).astype(float).filled(np.nan))


def points(xy: Any, column: str = "demand_id", crs: Any = CRS) -> gpd.GeoDataFrame:
    """Points with ids in the order given."""
    at = np.asarray(xy, float).reshape(-1, 2)
    ids = [f"{i:06d}" for i in range(len(at))]
    return gpd.GeoDataFrame({column: ids}, geometry=gpd.points_from_xy(at[:, 0], at[:, 1]), crs=crs)


def facilities(xy: Any, crs: Any = CRS) -> gpd.GeoDataFrame:
    """Facilities with ids in the order given."""
    return points(xy, "facility_id", crs)


def centre(cells: GroundCells, rows: Any, columns: Any) -> np.ndarray[Any, Any]:
    """x and y of cells' centres."""
    a, _, left, _, e, top = cells.transform
    return np.stack([left + a * (np.asarray(columns) + 0.5), top + e * (np.asarray(rows) + 0.5)], axis=-1)


def centres(cells: GroundCells) -> gpd.GeoDataFrame:
    """Every cell's centre, row by row."""
    rows, columns = cells.shape
    y, x = np.mgrid[:rows, :columns]
    return points(centre(cells, y.ravel(), x.ravel()), crs=cells.crs)


def to_centres(frame: gpd.GeoDataFrame, cells: GroundCells) -> gpd.GeoDataFrame:
    """Points moved to the centres of the cells they stand in."""
    a, _, left, _, e, top = cells.transform
    at = frame.to_crs(cells.crs).geometry
    row, column = np.floor((at.y - top) / e), np.floor((at.x - left) / a)
    xy = centre(cells, row, column)
    return frame.set_geometry(gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=cells.crs)


def roads(
    lines: Sequence[tuple[Any, float, bool]],
    *,
    mode: str = "walk",
    stop: Sequence[bool] | None = None,
    structure: Sequence[str] | None = None,
) -> Network:
    """A network of (line, km/h, both ways), joined where lines begin and end at the very same point."""
    nodes: dict[tuple[float, float], int] = {}
    rows: list[tuple[Any, ...]] = []
    for i, (coords, kph, both) in enumerate(lines):
        line = shapely.LineString(coords)
        a, b = (nodes.setdefault(tuple(c), len(nodes)) for c in (line.coords[0], line.coords[-1]))
        may = True if stop is None else stop[i]
        seconds = line.length * 3.6 / kph
        met = STRUCTURES.index("ground" if structure is None else structure[i])
        rows.append((len(rows), a, b, line.length, seconds, may, met, line))
        if both:
            rows.append((len(rows), b, a, line.length, seconds, may, met, shapely.reverse(line)))
    columns = [
        "edge_id", "from_node", "to_node", "length_m", f"travel_time_s_{mode}", f"may_stop_{mode}", STRUCTURE,
        "geometry",
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)
    return Network.from_edges(frame, mode=mode, access_speed_kph=4.0)


def random_roads(
    rng: np.random.Generator,
    side_m: float,
    *,
    nodes: int = 25,
    mode: str = "walk",
    island_m: float | None = None,
) -> Network:
    """Crooked roads of any speed, some one-way, some without stopping; and an island of them."""
    lines, stop = _crooked(rng, side_m, nodes)
    if island_m is not None:
        more, may = _crooked(rng, 0.3 * side_m, 6)
        lines += [([at + island_m for at in line], kph, both) for line, kph, both in more]
        stop += may
    return roads(lines, mode=mode, stop=stop)


def _crooked(rng: np.random.Generator, side_m: float, nodes: int) -> tuple[list[Any], list[bool]]:
    xy = rng.uniform(-0.05 * side_m, 1.05 * side_m, (nodes, 2))
    pairs = {tuple(sorted(p)) for t in Delaunay(xy).simplices for p in ((t[0], t[1]), (t[1], t[2]))}
    lines, stop = [], []
    for a, b in sorted(pairs):
        bend = (xy[a] + xy[b]) / 2 + rng.normal(0, 0.02 * side_m, 2)
        lines.append(([xy[a], bend, xy[b]], float(rng.uniform(2, 60)), bool(rng.random() > 0.3)))
        stop.append(bool(rng.random() > 0.2))
    return lines, stop


def random_ground(rng: np.random.Generator, rows: int, columns: int, **more: Any) -> GroundCells:
    """Cells of any slowness, a sixth of them closed, on steep noise."""
    slow = rng.uniform(0.01, 0.04, (rows, columns))
    slow[rng.random((rows, columns)) < 0.15] = np.nan
    return ground(slow, size_m=30.0, elevation_m=rng.normal(0, 8, (rows, columns)), **more)
