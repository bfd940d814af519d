"""Every file of a study but the roads, read at the door with all their faults at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.boundaries import read_areas
from carecircle.inputs.facilities import read_facilities
from carecircle.inputs.grids import Grid, open_grid
from carecircle.inputs.osm_facilities import read_osm_facilities
from carecircle.inputs.population import read_points
from carecircle.inputs.totals import read_totals
from carecircle.schema import Finding
from carecircle.study import Facilities, Study
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
    totals: pd.DataFrame | None = None
    findings: list[Finding] = field(default_factory=list)


def read_door(study: Study, tell: Callable[[Sentence], None], noticed: list[Finding] | None = None) -> Door:
    """Read every file but the roads; all their faults at once."""
    door = Door(findings=[] if noticed is None else noticed)
    faults: list[CarecircleError] = []

    def attempt(path: Path | None, read: Callable[[], None]) -> None:
        if path is not None:
            tell(Sentence("inputs.reading", {"file": path.name}))
        try:
            read()
        except CarecircleError as fault:
            faults.extend(getattr(fault, "faults", (fault,)))
            door.findings.extend(fault.noticed)

    def areas() -> None:
        assert study.boundaries is not None
        door.areas, found = read_areas(study.boundaries, extract=study.extract)
        door.findings += found

    def residents() -> None:
        assert study.residents is not None
        if study.residents.format == "raster":
            door.grid = open_grid(study.residents)
        else:
            door.points, door.without_value, found = read_points(study.residents)
            door.findings += found

    def totals() -> None:
        assert study.totals is not None
        door.totals, found = read_totals(study.totals.path, study.totals.columns)
        door.findings += found

    frames: list[gpd.GeoDataFrame] = []
    if study.boundaries is not None:
        attempt(study.boundaries.path or study.extract, areas)
    for source in study.facility_sources:

        def facilities(source: Facilities = source) -> None:
            frame, found = _facility_source(source)
            frames.append(frame)
            door.findings.extend(found)

        attempt(source.path, facilities)
    if study.residents is not None:
        attempt(study.residents.path, residents)
    if study.totals is not None:
        attempt(study.totals.path, totals)
    raise_all(faults[:MOST_FAULTS])
    if frames:
        door.facilities = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=4326)
        twice = door.facilities[door.facilities["facility_id"].duplicated()]
        raise_all(
            InputError("inputs.facility_twice", file=f, row=int(r), value=v)
            for f, r, v in zip(
                twice["source"][:20], twice["row"][:20], twice["facility_id"][:20], strict=True
            )
        )
    return door


def _facility_source(source: Facilities) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    return read_osm_facilities(source.path) if source.format == "osm" else read_facilities(source)
