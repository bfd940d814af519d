"""A study's files become its Inputs: everything read, placed in one CRS, joined, and accounted for."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.boundaries import locate, read_areas, region_of, significant, to_village_points
from carecircle.inputs.datum import place, project, study_crs
from carecircle.inputs.facilities import read_facilities
from carecircle.inputs.grids import Grid, grid_hull, open_grid, share_grid
from carecircle.inputs.osm_facilities import read_osm_facilities
from carecircle.inputs.population import read_points
from carecircle.inputs.roads import read_roads
from carecircle.inputs.totals import read_totals
from carecircle.inputs.urban import mark_urban
from carecircle.schema import (
    AREAS,
    FACILITIES,
    LEVELS,
    MODES,
    TOTALS,
    Finding,
    InputsLedger,
    check_demand,
    check_facilities,
)
from carecircle.study import Facilities, Study
from carecircle.texts import Sentence

_MOST_FAULTS = 50
_OSM = "© OpenStreetMap contributors (ODbL)"


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a planner brought, ready to be asked; frames are as DESIGN and `carecircle.schema` state them.

    Parameters
    ----------
    study
        What was asked for.
    crs
        Projected, in metres; every geometry here is in it.
    region, region_source
        The study's boundary, and where it comes from.
    areas
        Every level; may be empty.
    facilities
        Inside the boundary and within the buffer beyond it; those without coordinates too.
    demand, ledger
        Residents inside (and those whose place is unknown), and where all of them went; None without a
        residents' input.
    totals
        Official figures; may be empty.
    edges
        Roads within the boundary and its buffer, timed for every mode asked for; None without roads.
    urban_method
        How urban and rural are told apart; None where no area says.
    findings
        What the planner should know.
    attributions
        What must be printed beside any map, in the study file's order.
    hashes
        SHA-256 of every input file, by its path relative to the study file.
    """

    study: Study
    crs: pyproj.CRS
    region: BaseGeometry
    region_source: Sentence
    areas: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame | None
    ledger: InputsLedger | None
    totals: pd.DataFrame
    edges: gpd.GeoDataFrame | None
    urban_method: Sentence | None
    findings: tuple[Finding, ...] = ()
    attributions: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class _Door:
    """Inputs as read, in WGS 84, before a study CRS is chosen."""

    areas: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    points: gpd.GeoDataFrame | None = None
    without_value: int = 0
    grid: Grid | None = None
    totals: pd.DataFrame | None = None
    findings: list[Finding] = field(default_factory=list)


def load_inputs(
    study: Study,
    *,
    modes: Sequence[str] = MODES,
    progress: Callable[[Sentence], None] | None = None,
) -> Inputs:
    """Read everything a study names.

    Parameters
    ----------
    study
        From `carecircle.study.load_study`.
    modes
        Modes to time the roads for; none skips reading them.
    progress
        Called with a `Sentence` as each input is begun.

    Raises
    ------
    InputError
        Every fault of every file that can be found in one reading, each with file, row, column and mend.
    """
    tell = progress or _silent
    door = _read(study, tell)
    region, crs, source = _bound(study, door)
    areas = _areas(door, study, crs)
    buffer_m = study.assumptions.buffer_km * 1000.0
    around = region.buffer(buffer_m) if study.boundaries is not None else region
    faults: list[CarecircleError] = []
    facilities = _facilities(door, study, areas, region, around, crs, faults)
    demand, ledger = None, None
    try:
        demand, ledger = _demand(door, study, areas, region, crs, tell)
    except CarecircleError as fault:
        faults.append(fault)
    edges = None
    if study.roads is not None and modes:
        tell(Sentence("inputs.reading", {"file": study.roads.path.name}))
        try:
            edges, found = read_roads(study.roads, crs, around, modes=modes)
            door.findings += found
        except CarecircleError as fault:
            faults.append(fault)
    raise_all(faults[:_MOST_FAULTS])
    totals = _totals(door, areas)
    return Inputs(
        study=study,
        crs=crs,
        region=region,
        region_source=source,
        areas=areas,
        facilities=facilities,
        demand=demand,
        ledger=ledger,
        totals=totals,
        edges=edges,
        urban_method=_urban_method(study, areas, door),
        findings=tuple(door.findings),
        attributions=_attributions(study),
        hashes=_hashes(study),
    )


def _silent(_: Sentence) -> None:
    return None


# ---- at the door --------------------------------------------------------------------------------------


def _read(study: Study, tell: Callable[[Sentence], None]) -> _Door:
    """Read every file but the roads; all their faults at once."""
    door = _Door()
    faults: list[CarecircleError] = []

    def attempt(path: Path, read: Callable[[], None]) -> None:
        tell(Sentence("inputs.reading", {"file": path.name}))
        try:
            read()
        except CarecircleError as fault:
            faults.extend(getattr(fault, "faults", (fault,)))

    def areas() -> None:
        assert study.boundaries is not None
        door.areas, found = read_areas(study.boundaries)
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
        door.totals, found = read_totals(study.totals.path)
        door.findings += found

    frames: list[gpd.GeoDataFrame] = []
    if study.boundaries is not None:
        attempt(study.boundaries.path, areas)
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
    raise_all(faults[:_MOST_FAULTS])
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


def _bound(study: Study, door: _Door) -> tuple[BaseGeometry, pyproj.CRS, Sentence]:
    """The study's region, the CRS chosen by its middle, and where the region comes from."""
    if door.areas is not None and study.boundaries is not None:
        source = Sentence("inputs.file_region", {"file": study.boundaries.path.name})
        level = study.boundaries.level
        door_shape = door.areas.geometry[door.areas["level"] == level]
        crs = _crs_for(door_shape)
        projected = door.areas.set_geometry(project(door.areas.geometry, crs))
        return region_of(projected, level), crs, source
    key = "inputs.hull_region"
    if door.grid is not None:
        shape = gpd.GeoSeries([grid_hull(door.grid)], crs=4326)
    else:
        shape = gpd.GeoSeries([], crs=4326)
        if door.points is not None:
            shape = door.points.geometry.dropna()
        if shape.empty and door.facilities is not None:
            key, shape = "inputs.hull_region_facilities", door.facilities.geometry.dropna()
    if shape.empty:
        raise InputError("inputs.nothing_to_bound", file=study.file)
    crs = _crs_for(shape)
    hull = shapely.MultiPoint(shapely.get_coordinates(project(shape, crs).to_numpy())).convex_hull
    widened = hull.buffer(max(study.assumptions.buffer_km * 1000.0, 1.0))
    return widened, crs, Sentence(key, {"buffer_km": study.assumptions.buffer_km})


def _crs_for(shapes: gpd.GeoSeries) -> pyproj.CRS:
    west, south, east, north = shapes.total_bounds
    return study_crs((west + east) / 2, (south + north) / 2)


# ---- joined -------------------------------------------------------------------------------------------


def _areas(door: _Door, study: Study, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    if door.areas is None:
        empty = {c: pd.Series([], dtype=object) for c in AREAS if c != "geometry"}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    areas = door.areas.set_geometry(project(door.areas.geometry, crs))
    if study.urban.by != "degurba":
        areas["urban"] = pd.Series(mark_urban(areas, study.urban.by), index=areas.index, dtype=object)
    return areas


def _facilities(
    door: _Door,
    study: Study,
    areas: gpd.GeoDataFrame,
    region: BaseGeometry,
    around: BaseGeometry,
    crs: pyproj.CRS,
    faults: list[CarecircleError],
) -> gpd.GeoDataFrame:
    """Facilities in the study's CRS, told inside from outside, those beyond the buffer left out."""
    if door.facilities is None:
        empty = {c: pd.Series([], dtype=object) for c in (*FACILITIES, "source", "row") if c != "geometry"}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    frame = door.facilities.set_geometry(project(door.facilities.geometry, crs))
    shapes = frame.geometry.to_numpy()
    placed = ~shapely.is_missing(shapes)
    near = np.where(placed, shapely.intersects(shapes, around), True)
    faults += _swapped(door.facilities[~near], around, crs)
    frame["inside"] = np.where(placed, shapely.intersects(shapes, region), True).astype(bool)
    frame["area_id"] = pd.Series(_joined(frame, areas), index=frame.index, dtype=object)
    if (~near).any():
        facts = {"count": int((~near).sum()), "buffer_km": study.assumptions.buffer_km}
        door.findings.append(Finding("warning", Sentence("inputs.outside_buffer", facts)))
    kept = frame[near].reset_index(drop=True)
    return check_facilities(kept[[*FACILITIES, "source", "row"]])


def _swapped(far: gpd.GeoDataFrame, around: BaseGeometry, crs: pyproj.CRS) -> list[InputError]:
    """Facilities that would lie in the study if longitude and latitude changed places."""
    if far.empty:
        return []
    lon, lat = shapely.get_x(far.geometry.to_numpy()), shapely.get_y(far.geometry.to_numpy())
    able = np.abs(lon) <= 90
    turned = gpd.GeoSeries(gpd.points_from_xy(lat[able], lon[able]), crs=4326)
    inside = shapely.intersects(project(turned, crs).to_numpy(), around)
    return [
        InputError("inputs.swapped", file=f, row=int(r), lon=float(x), lat=float(y))
        for f, r, x, y in zip(
            far["source"][able][inside], far["row"][able][inside], lon[able][inside], lat[able][inside],
            strict=True,
        )
    ][:20]  # fmt: skip


def _joined(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Each row's area: as given, unless the place lies in a finer part of it; else by place.

    A given code that no boundary file knows is kept where there are no areas at all, else the place decides.
    """
    given = frame["area_id"].to_numpy(dtype=object)
    if areas.empty:
        return np.array([g if isinstance(g, str) else None for g in given], dtype=object)
    known = {significant(a): a for a in areas["area_id"]}
    parent = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
    found = []
    for here, code in zip(locate(frame.geometry, areas), given, strict=True):
        own = known.get(significant(code)) if isinstance(code, str) else None
        finer = own is None or own in _ancestors(here, parent)
        found.append(here if finer else own)
    joined = np.empty(len(found), dtype=object)
    joined[:] = found
    return joined


def _ancestors(area_id: str | None, parent: Mapping[str, str | None]) -> list[str]:
    line: list[str] = []
    at = area_id
    while isinstance(at, str) and at not in line:
        line.append(at)
        at = parent.get(at)
    return line


def _demand(
    door: _Door,
    study: Study,
    areas: gpd.GeoDataFrame,
    region: BaseGeometry,
    crs: pyproj.CRS,
    tell: Callable[[Sentence], None],
) -> tuple[gpd.GeoDataFrame | None, InputsLedger | None]:
    if study.residents is None:
        return None, None
    if door.grid is not None:
        tell(Sentence("inputs.sharing", {"file": study.residents.path.name}))
        demand, ledger = _from_grid(door.grid, door, areas, region, crs)
    else:
        demand, ledger = _from_points(door, study, areas, region, crs)
    mark = dict(zip(areas["area_id"], areas["urban"], strict=True)) if len(areas) else {}
    demand["urban"] = pd.Series([mark.get(a) for a in demand["area_id"]], index=demand.index, dtype=object)
    columns = ["demand_id", "residents", "area_id", "urban", "geometry"]
    return check_demand(demand[columns].reset_index(drop=True)), ledger


def _from_grid(
    grid: Grid, door: _Door, areas: gpd.GeoDataFrame, region: BaseGeometry, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, InputsLedger]:
    own = areas if door.areas is None else door.areas  # as drawn at the door: no way there and back
    polygons = own[own.geom_type.isin(["Polygon", "MultiPolygon"])]
    finest = polygons.assign(depth=[-LEVELS.index(v) for v in polygons["level"]])
    finest = finest.sort_values(["depth", "area_id"])
    if door.areas is None:
        door_region = place(gpd.GeoSeries([region], crs=crs), crs).iloc[0]
    else:
        door_region = region_of(door.areas, str(finest["level"].iloc[-1]))
    people = share_grid(grid, finest, door_region)
    demand = people.demand.set_geometry(project(people.demand.geometry, crs))
    found = demand["area_id"].to_numpy(dtype=object)
    to_village_points(found, demand.geometry.to_numpy(), areas)
    demand["area_id"] = pd.Series(found, index=demand.index, dtype=object)
    inside = math.fsum(demand["residents"])
    total = math.fsum([inside, people.outside])
    return demand, InputsLedger(total, inside, people.outside, 0.0, people.cells_without_value)


def _from_points(
    door: _Door, study: Study, areas: gpd.GeoDataFrame, region: BaseGeometry, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, InputsLedger]:
    assert door.points is not None
    assert study.residents is not None
    demand = door.points.set_geometry(project(door.points.geometry, crs))
    shapes = demand.geometry.to_numpy()
    placed = ~shapely.is_missing(shapes)
    inside = placed & shapely.intersects(shapes, region)
    demand["area_id"] = pd.Series(_joined(demand, areas), index=demand.index, dtype=object)
    people = demand["residents"].to_numpy()
    sums = [math.fsum(people[where]) for where in (inside, placed & ~inside, ~placed)]
    if not inside.any():
        raise InputError("inputs.points_outside", file=study.residents.path)
    ledger = InputsLedger(math.fsum(people), sums[0], sums[1], sums[2], door.without_value)
    return demand[inside | ~placed], ledger


# ---- beside -------------------------------------------------------------------------------------------


def _totals(door: _Door, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    if door.totals is None:
        return pd.DataFrame({c: pd.Series([], dtype=object) for c in TOTALS})
    known = {significant(a): a for a in areas["area_id"]}
    totals = door.totals.copy()
    totals["area_id"] = [known.get(significant(a), a) for a in totals["area_id"]]
    unknown = sorted(set(totals["area_id"]) - set(known.values()) - {"", "region"})
    if len(areas):
        door.findings += [
            Finding("warning", Sentence("inputs.unknown_total_area", {"value": a})) for a in unknown[:20]
        ]
    return totals


def _urban_method(study: Study, areas: gpd.GeoDataFrame, door: _Door) -> Sentence | None:
    if len(areas) and areas["urban"].notna().any():
        sentence = Sentence(f"inputs.urban_{study.urban.by}")
        if study.urban.by == "type":
            door.findings.append(Finding("warning", sentence))
        return sentence
    if len(areas):
        door.findings.append(Finding("note", Sentence("inputs.urban_unknown")))
    return None


def _attributions(study: Study) -> tuple[str, ...]:
    """The attributions of the study file, each once; OpenStreetMap's own where its extract names none."""
    b = study.boundaries
    sections = [b, *(b.levels if b else ()), *study.facility_sources, study.residents, study.totals]
    found: list[str] = [s.attribution for s in sections if s is not None and s.attribution]
    osm = [s for s in study.facility_sources if s.format == "osm" and not s.attribution]
    if study.roads is not None and study.roads.attribution:
        found.append(study.roads.attribution)
    elif osm or (study.roads is not None and study.roads.format in ("pbf", "graphml")):
        found.append(_OSM)
    return tuple(dict.fromkeys(found))


def _hashes(study: Study) -> dict[str, str]:
    b = study.boundaries
    sections = [
        b,
        *(b.levels if b else ()),
        *study.facility_sources,
        study.residents,
        study.totals,
        study.roads,
    ]
    paths = {s.path for s in sections if s is not None}
    paths |= {q for p in paths if p.suffix.lower() == ".shp" for q in p.parent.glob(f"{p.stem}.*")}
    folder = study.file.parent if study.file is not None else None
    found = {}
    for path in sorted(paths):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found[Path(os.path.relpath(path, folder)).as_posix() if folder is not None else path.name] = digest
    return found
