"""Rivers, canals and lakes of a study's own OpenStreetMap extract: maps show them, nothing rests on them."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle import keep
from carecircle.inputs.osm.file import sound
from carecircle.inputs.osm.store import Store, store_of
from carecircle.study import Roads

_LINES = frozenset({"river", "canal"})
_AREAS = frozenset({"water"})
_SIDES = 100
"""So many pieces a frame's border is cut into where it is carried into degrees."""
_NEAR_DEG, _NEAR_SHARE = 0.05, 0.1
"""Boxes are widened by so many degrees and so much of their size: straight lines of the plane bend there."""


def water_of(source: Roads | None, crs: pyproj.CRS, frame: BaseGeometry) -> gpd.GeoDataFrame | None:
    """Water within a frame, as the last run on the same file and frame left it, else out of the file.

    Parameters
    ----------
    source
        The study's roads; only an OpenStreetMap extract holds water.
    crs, frame
        The study's CRS, and the ground wanted in it.

    Returns
    -------
    GeoDataFrame or None
        Polygons and lines clipped to the frame, in ``crs``; a column ``kind``, ``area`` (natural=water) or
        ``line`` (waterway=river or canal). None where the roads are no readable extract.
    """
    if source is None or source.format != "pbf" or not source.path.is_file():
        return None
    path = source.path

    def key() -> str:
        return keep.digest("water", keep.file_digest(path), crs.to_wkt(), frame.wkb_hex)

    def make() -> gpd.GeoDataFrame | None:
        return _read(path, crs, frame)

    def load(content: bytes) -> gpd.GeoDataFrame | None:
        return gpd.read_parquet(io.BytesIO(content))

    return keep.kept("water", key, make, load, _save)[0]


def _save(found: gpd.GeoDataFrame | None) -> memoryview:
    raw = io.BytesIO()
    if found is not None:
        found.to_parquet(raw, index=False)
    return raw.getbuffer()


def _read(path: Path, crs: pyproj.CRS, frame: BaseGeometry) -> gpd.GeoDataFrame | None:
    """None for a damaged extract: where a clause needed its roads, that was said when they were read."""
    store = store_of(path)
    try:
        areas, lines = shapes(str(path)) if store is None else _stored(store, crs, frame)
    except (RuntimeError, OSError):
        return None
    kinds = np.repeat(["area", "line"], [len(areas), len(lines)])
    projected = gpd.GeoSeries([*areas, *lines], crs=4326).to_crs(crs)
    clipped = shapely.intersection(shapely.make_valid(projected.to_numpy()), frame)
    there = ~shapely.is_empty(clipped)
    return gpd.GeoDataFrame({"kind": kinds[there]}, geometry=gpd.GeoSeries(clipped[there], crs=crs))


def _stored(
    store: Store, crs: pyproj.CRS, frame: BaseGeometry
) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Water whose box, a little widened, meets that of the frame; in a store areas stand before lines."""
    corners = shapely.segmentize(frame.envelope, max(frame.length / _SIDES, 1.0))
    west, south, east, north = gpd.GeoSeries([corners], crs=crs).to_crs(4326).total_bounds
    box = store.array("water_box")
    wide = _NEAR_DEG + _NEAR_SHARE * np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    near = (box[:, 0] - wide <= east) & (box[:, 1] - wide <= north)
    near &= (box[:, 2] + wide >= west) & (box[:, 3] + wide >= south)
    rows = np.flatnonzero(near)
    shapes_there = [shapely.from_wkb(raw) for raw in store.text_at("water", rows)]
    areas = int((rows < store.book["water_areas"]).sum())
    return shapes_there[:areas], shapes_there[areas:]


def shapes(path: str) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Polygons of natural=water and lines of waterway=river or canal, in WGS 84."""
    import osmium

    factory = osmium.geom.WKBFactory()
    areas: list[BaseGeometry] = []
    lines: list[BaseGeometry] = []
    entities = osmium.osm.WAY | osmium.osm.AREA
    reader = (
        osmium.FileProcessor(str(sound(Path(path))))
        .with_locations()
        .with_areas(osmium.filter.TagFilter(("natural", "water")))
        .with_filter(osmium.filter.EntityFilter(entities))
        .with_filter(osmium.filter.KeyFilter("natural", "waterway"))
    )
    for item in reader:
        try:
            if item.is_area() and item.tags.get("natural") in _AREAS:
                areas.append(shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(item))))
            elif item.is_way() and item.tags.get("waterway") in _LINES:
                lines.append(shapely.from_wkb(bytes.fromhex(factory.create_linestring(item))))
        except RuntimeError:  # a way whose nodes the extract lacks is not drawn
            continue
    return areas, lines
