"""Roads, facilities and residents for a study to be: Overpass answers, local extracts, WorldPop grids."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.windows
from affine import Affine
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.fetch.web import Servers
from carecircle.inputs.formats import raster_driver

_HEALTH = (
    "amenity~'^(hospital|clinic|doctors|nursing_home|childcare)$'",
    "healthcare",
    "emergency=ambulance_station",
)


def overpass_query(bounds: tuple[float, float, float, float]) -> str:
    """One question for all roads, squares and health facilities within west, south, east, north."""
    west, south, east, north = bounds
    box = f"({south:.5f},{west:.5f},{north:.5f},{east:.5f})"
    squares = f"rel[highway][type=multipolygon]{box};"
    parts = [f"way[highway]{box};", squares, *(f"nwr[{tag}]{box};" for tag in _HEALTH)]
    return f"[out:json][timeout:600];({''.join(parts)});(._;>;);out body qt;"


def write_pbf(answer: Any, path: Path) -> None:
    """An Overpass answer as an extract that runs offline.

    Raises
    ------
    InputError
        If it is no Overpass answer, or holds nothing.
    """
    import osmium

    elements = answer.get("elements") if isinstance(answer, dict) else None
    if not isinstance(elements, list) or not elements:
        raise InputError("fetch.empty_extract")
    kinds: Mapping[str, int] = {"node": 0, "way": 1, "relation": 2}
    make = osmium.osm.mutable
    try:
        unique = {(kinds[e["type"]], int(e["id"])): e for e in elements}
        with osmium.SimpleWriter(str(path)) as out:
            for (kind, number), item in sorted(unique.items(), key=lambda pair: pair[0]):
                tags = item.get("tags", {})
                if kind == 0:
                    if not (abs(item["lon"]) <= 180 and abs(item["lat"]) <= 90):
                        raise ValueError(f"node {number} is nowhere")
                    out.add_node(make.Node(id=number, location=(item["lon"], item["lat"]), tags=tags))
                elif kind == 1:
                    out.add_way(make.Way(id=number, nodes=item["nodes"], tags=tags))
                else:
                    members = [(m["type"][0], m["ref"], m.get("role", "")) for m in item["members"]]
                    out.add_relation(make.Relation(id=number, members=members, tags=tags))
    except Exception as error:  # whatever a server may have answered
        if isinstance(error, MemoryError):
            raise
        raise InputError("fetch.bad_extract", why=str(error)[:120]) from error


def copy_extract(source: Path, target: Path) -> None:
    """Copy a local extract that can be read."""
    import osmium

    if not source.is_file():
        raise InputError("errors.missing_file", file=source)
    try:
        osmium.io.Reader(str(source)).header()
    except (RuntimeError, OSError) as error:
        raise InputError("inputs.not_pbf", file=source, why=str(error)[:200]) from error
    shutil.copy(source, target)


def worldpop_url(servers: Servers, country: str, year: int) -> str:
    """WorldPop's 100 m grid of a country (unconstrained, counts per cell)."""
    code = country.upper()
    return f"{servers.worldpop}/{year}/{code}/{code.lower()}_ppp_{year}.tif"


def clip_raster(source: Path, around: BaseGeometry, target: Path) -> None:
    """The window of a grid that a shape (WGS 84) touches, cell for cell.

    Raises
    ------
    InputError
        If the grid cannot be read or does not meet the shape.
    """
    try:
        with rasterio.open(source, driver=raster_driver(source)) as grid:
            shape = gpd.GeoSeries([around], crs=4326).to_crs(grid.crs).iloc[0]
            window = _window(grid, shape.bounds)
            if window is None:
                raise InputError("fetch.grid_misses", file=source)
            cells = grid.read(1, window=window)
            profile = {
                "driver": "GTiff", "dtype": grid.dtypes[0], "count": 1, "crs": grid.crs,
                "nodata": grid.nodata,
                "width": cells.shape[1], "height": cells.shape[0], "compress": "deflate",
                "transform": _transform(grid.transform, window),
            }  # fmt: skip
        with rasterio.open(target, "w", **profile) as out:
            out.write(np.ascontiguousarray(cells), 1)
    except (InputError, OSError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged grid makes GDAL or PROJ say
        raise InputError("inputs.cannot_read", file=source, why=str(error)[:200]) from error


def _window(
    grid: rasterio.DatasetReader, bounds: tuple[float, float, float, float]
) -> rasterio.windows.Window | None:
    """Whole cells of a north-up grid that bounds touch; None where they do not meet."""
    t = grid.transform
    columns = [(x - t.c) / t.a for x in bounds[::2]]
    rows = [(y - t.f) / t.e for y in bounds[1::2]]
    left, right = max(math.floor(min(columns)), 0), min(math.ceil(max(columns)), grid.width)
    top, bottom = max(math.floor(min(rows)), 0), min(math.ceil(max(rows)), grid.height)
    if left >= right or top >= bottom:
        return None
    return rasterio.windows.Window(left, top, right - left, bottom - top)


def _transform(t: Affine, window: rasterio.windows.Window) -> Affine:
    return Affine(t.a, t.b, t.c + t.a * window.col_off, t.d, t.e, t.f + t.e * window.row_off)
