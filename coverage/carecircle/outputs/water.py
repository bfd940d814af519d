"""Rivers and lakes of the study's own OpenStreetMap extract, as a quiet layer under the roads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from carecircle.outputs.pack import Block

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

_LINES = frozenset({"river", "canal"})
_AREAS = frozenset({"water"})
_MOST_POINTS = 60_000


def water(analysis: Analysis, block: Block, tolerance: float) -> dict[str, Any] | None:
    """Lakes and wide rivers as polygons, rivers and canals as lines, clipped to the region and a margin.

    Parameters
    ----------
    tolerance
        Metres by which the drawn lines may stray; doubled until the points fit.

    Returns
    -------
    dict or None
        ``areas`` and ``lines`` (columns of the block); None where the roads are no readable extract or
        hold no water.
    """
    roads = analysis.study.roads
    if roads is None or roads.format != "pbf" or not roads.path.is_file():
        return None
    try:
        areas, lines = _read(str(roads.path))
    except (RuntimeError, OSError):  # a damaged extract that no clause needed: no water is drawn
        return None
    frame = analysis.inputs.region.buffer(analysis.study.assumptions.buffer_km * 250).envelope
    drawn = []
    for shapes in (areas, lines):
        projected = np.asarray(
            gpd.GeoSeries(shapes, crs=4326).to_crs(analysis.inputs.crs).array, dtype=object
        )
        clipped = shapely.intersection(shapely.make_valid(projected), frame)
        drawn.append(clipped[~shapely.is_empty(clipped)])
    if not len(drawn[0]) and not len(drawn[1]):
        return None
    while sum(int(shapely.get_num_coordinates(d).sum()) for d in drawn) > _MOST_POINTS:
        tolerance *= 2
        drawn = [shapely.simplify(d, tolerance) for d in drawn]
    return {
        name: block.add_shapes(_wgs84(analysis, shapely.simplify(shapes, tolerance), dimension))
        for name, shapes, dimension in zip(("areas", "lines"), drawn, (2, 1), strict=True)
    }


def _wgs84(analysis: Analysis, shapes: Any, dimension: int) -> Any:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    kept = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    return np.asarray(gpd.GeoSeries(kept, crs=analysis.inputs.crs).to_crs(4326).array, dtype=object)


def _read(path: str) -> tuple[list[Any], list[Any]]:
    """Polygons of natural=water and lines of waterway=river or canal, in WGS 84."""
    import osmium

    factory = osmium.geom.WKBFactory()
    areas: list[Any] = []
    lines: list[Any] = []
    entities = osmium.osm.WAY | osmium.osm.AREA
    reader = (
        osmium.FileProcessor(path)
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
