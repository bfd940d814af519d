"""Every file of a study but the roads, read at the door with all their faults at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.areas.boundaries import read_areas
from carecircle.inputs.bounds import check_sources
from carecircle.inputs.facilities.links import check_links
from carecircle.inputs.facilities.osm import read_osm_facilities
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.facilities.told import with_roles_named
from carecircle.inputs.osm.file import is_osm
from carecircle.inputs.residents.grids import Grid, open_grid
from carecircle.inputs.residents.group_grids import open_groups
from carecircle.inputs.residents.population import read_points
from carecircle.inputs.totals import read_totals
from carecircle.schema import Finding
from carecircle.study import Boundaries, Facilities, Residents, Study, Totals
from carecircle.texts import Sentence

MOST_FAULTS = 50
"""No more faults than this are told at once."""


@dataclass(eq=False)
class Door:
    """Inputs as read, in WGS 84, before a study CRS is chosen."""

    areas: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    points: gpd.GeoDataFrame | None = None
    without_value: int = 0
    grid: Grid | None = None
    groups: dict[str, Grid] = field(default_factory=dict)
    totals: pd.DataFrame | None = None
    findings: list[Finding] = field(default_factory=list)


def read_door(study: Study, tell: Callable[[Sentence], None], noticed: list[Finding] | None = None) -> Door:
    """Read every file but the roads; all their faults at once."""
    door = Door(findings=[] if noticed is None else noticed)
    check_sources(study.file, len(study.facility_sources))
    faults: list[CarecircleError] = []
    frames: list[gpd.GeoDataFrame] = []
    for path, read in _readers(study, door, frames):
        if path is not None:
            tell(Sentence("inputs.reading", {"file": path.name}))
        try:
            read()
        except CarecircleError as fault:
            faults.extend(getattr(fault, "faults", (fault,)))
            door.findings.extend(fault.noticed)
    raise_all(faults[:MOST_FAULTS])
    if frames:
        door.facilities = with_roles_named(_together(frames), study.facility_sources)
        door.findings += check_links(door.facilities)
    return door


def _readers(
    study: Study, door: Door, frames: list[gpd.GeoDataFrame]
) -> Iterator[tuple[Path | None, Callable[[], None]]]:
    """Every file of a study, and what reads it into the door (facilities into ``frames``)."""
    boundaries, people, official = study.boundaries, study.residents, study.totals

    def areas(section: Boundaries) -> None:
        door.areas, found = read_areas(section, extract=study.extract)
        door.findings += found

    def facilities(source: Facilities) -> None:
        frame, found = _facility_source(source)
        frames.append(frame)
        door.findings.extend(found)

    def residents(section: Residents) -> None:
        if section.format == "raster":
            door.grid = open_grid(section)
            door.findings += door.grid.findings
            door.groups = open_groups(section, door.grid)
        else:
            door.points, door.without_value, found = read_points(section)
            door.findings += found

    def totals(section: Totals) -> None:
        door.totals, found = read_totals(section.path, section.columns)
        door.findings += found
        partial_list = (door.totals["attribute"] == "partial_inventory") & (door.totals["value"] == 1)
        if partial_list.any() and any(source.complete is True for source in study.facility_sources):
            raise InputError("inputs.complete_and_partial", file=section.path, value="partial_inventory")

    if boundaries is not None:
        yield boundaries.path or study.extract, partial(areas, boundaries)
    for source in study.facility_sources:
        yield source.path, partial(facilities, source)
    if people is not None:
        yield people.path, partial(residents, people)
    if official is not None:
        yield official.path, partial(totals, official)


def _together(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """The facilities of all sources, no id twice."""
    whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=4326)
    twice = whole[whole["facility_id"].duplicated()]
    raise_all(
        InputError("inputs.facility_twice", file=f, row=int(r), value=v)
        for f, r, v in zip(twice["source"][:20], twice["row"][:20], twice["facility_id"][:20], strict=True)
    )
    return whole


def _facility_source(source: Facilities) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    tagged = source.format == "osm" or is_osm(source.path)
    return read_osm_facilities(source.path) if tagged else read_facilities(source)
