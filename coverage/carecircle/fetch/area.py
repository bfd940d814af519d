"""The boundary of a study to be: by name, by division code, from a file or from a local extract."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.fetch.web import Servers, Web
from carecircle.inputs.areas.boundaries import read_areas, region_of
from carecircle.inputs.areas.known_areas import OSM, Area, area_by_adcode, areas_in_extract
from carecircle.inputs.tables.polygons import polygonal
from carecircle.study import Boundaries
from carecircle.texts import Sentence


def area_of(
    place_name: str | None,
    adcode: str | None,
    boundary: str | Path | None,
    pbf: str | Path | None,
    servers: Servers,
    web: Web,
    tell: Callable[[Sentence], None],
) -> Area:
    """The one boundary asked for; a name is looked up in the local extract where there is one (the smallest
    of several).

    Raises
    ------
    InputError
        If none or several ways of naming it were given, or it cannot be found.
    """
    if sum(v is not None for v in (place_name, adcode, boundary)) != 1:
        raise InputError("fetch.which_area")
    if adcode is not None:
        return area_by_adcode(adcode)
    if boundary is not None:
        return area_from_file(Path(boundary))
    assert place_name is not None
    if pbf is not None:
        return areas_in_extract(Path(pbf), name=place_name)[-1]
    tell(Sentence("fetch.boundary", {"host": servers.nominatim, "place": place_name}))
    return area_by_name(place_name, servers, web)


def area_from_file(path: Path) -> Area:
    """The union of a boundary file's polygons."""
    areas, _ = read_areas(Boundaries(path=path))
    return Area(path.stem, region_of(areas, "county"), str(areas["area_id"].iloc[0]), "")


def area_by_name(name: str, servers: Servers, web: Web) -> Area:
    """The polygon Nominatim knows under a name.

    Raises
    ------
    InputError
        If there is none.
    """
    query = "".join(f"%{b:02X}" for b in name.encode())
    url = f"{servers.nominatim}/search?q={query}&format=jsonv2&polygon_geojson=1&limit=5"
    answers = web.json(url)
    for answer in answers if isinstance(answers, list) else []:
        shape = _polygon(answer.get("geojson")) if isinstance(answer, dict) else None
        if shape is not None:
            number = f"{str(answer.get('osm_type', '?'))[:1]}{answer.get('osm_id', 0)}"
            return Area(str(answer.get("name") or name), shape, number, OSM)
    raise InputError("fetch.no_place", value=name)


def _polygon(geojson: object) -> BaseGeometry | None:
    """The valid polygon of a GeoJSON geometry on the globe; None where it is none."""
    try:
        shape = shapely.from_geojson(json.dumps(geojson), on_invalid="ignore")
        if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
            return None
        west, south, east, north = shape.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            return None
        valid = polygonal(shapely.make_valid(shape))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        return None
    return valid if valid.area > 0 else None
