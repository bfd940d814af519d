"""A study's files become its Inputs: everything read, placed in one CRS, joined, and accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.areas.boundaries import region_of
from carecircle.inputs.areas.codes import significant
from carecircle.inputs.areas.outlines import Outlines, outlined
from carecircle.inputs.areas.urban import mark_urban
from carecircle.inputs.bounds import frame_about
from carecircle.inputs.checks import frame_findings
from carecircle.inputs.datum import project
from carecircle.inputs.demand import calibrated, demand_of, urban_by_grid
from carecircle.inputs.door import MOST_FAULTS, Door, read_door
from carecircle.inputs.extent import crs_of
from carecircle.inputs.facilities.shift import shifted_sources
from carecircle.inputs.near import Border, Farther, cut, left_out, nothing, outline, placed
from carecircle.inputs.provenance import Counted, attributions, hashes, region_source, stores_unused
from carecircle.inputs.residents.grids import cell_km2, grid_hull
from carecircle.inputs.roads.kept import roads_of
from carecircle.inputs.roads.water import water_of
from carecircle.inputs.tables.values import fold
from carecircle.inputs.terrain.ground import ground_of
from carecircle.ledgers import InputsLedger
from carecircle.profiles import modes as known_modes
from carecircle.schema import AREAS, TOTALS, Finding, descendants
from carecircle.study import Study
from carecircle.terrain import GroundCells
from carecircle.texts import Sentence


@dataclass(frozen=True, eq=False, repr=False)
class Inputs(Counted):
    """What a planner brought, ready to be asked; the frames are those of `carecircle.schema`.

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
    residents_as_read
        The residents' input's own sum, before any calibration; None without one.
    calibration
        ``area_id, official, found, factor`` where the study asks to calibrate; else None.
    roads_key
        Hash of the edges as they are kept between runs; empty where nothing is kept.
    ground
        The ground off the roads; None without ``[terrain]``.
    border
        How far beyond the boundary roads and facilities were read, and the facilities farther out; None where
        nobody knows.
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
    residents_as_read: float | None = None
    calibration: pd.DataFrame | None = None
    roads_key: str = ""
    ground: GroundCells | None = None
    border: Border | None = None

    @cached_property
    def water(self) -> gpd.GeoDataFrame | None:
        """Rivers and lakes about the region, read when first asked for: `carecircle.inputs.roads.water`."""
        about = frame_about(self.region, self.study.assumptions.buffer_km * 250)
        return water_of(self.study.roads, self.crs, about)

    @cached_property
    def outlines(self) -> Outlines:
        """The borders as pictures draw them, made once: `carecircle.inputs.areas.outlines`."""
        return outlined(self.region, self.areas)

    def home_at(self, level: str) -> pd.Series:
        """For each demand row the area of a level that it lies in; found once.

        Parameters
        ----------
        level
            ``county``, ``town`` or ``village``.

        Returns
        -------
        Series
            Ids of areas, on the index of the demand frame; None where a row lies in none.
        """
        if level not in self._homes:
            assert self.demand is not None
            self._homes[level] = self.demand["area_id"].map(dict(descendants(self.areas, level)))
        return self._homes[level]

    @cached_property
    def _homes(self) -> dict[str, pd.Series]:
        return {}


def load_inputs(
    study: Study,
    *,
    modes: Sequence[str] | None = None,
    progress: Callable[[Sentence], None] | None = None,
    noticed: list[Finding] | None = None,
    farther: Farther | None = None,
) -> Inputs:
    """Read everything a study names.

    Parameters
    ----------
    study
        From `carecircle.study.load_study`.
    modes
        Modes to time the roads for (None: all known modes); an empty sequence skips reading them.
    progress
        Called with a `Sentence` as each input is begun.
    noticed
        A list to put findings into as they are made: they remain where an error ends the reading.
    farther
        Asked, before the roads are read, how many metres beyond the boundary are to be read at least.

    Returns
    -------
    Inputs
        Frames in one projected CRS in metres; whatever the study does not name is empty or None.

    Raises
    ------
    InputError
        Every fault of every file that can be found in one reading, each with file, row, column and fix.
    """
    tell = progress or (lambda _: None)
    door = read_door(study, tell, noticed)
    door.findings += stores_unused(study)
    region, crs, source = _bound(study, door)
    areas = _areas(door, study, crs)
    buffer_m = study.assumptions.buffer_km * 1000.0
    around = outline(study, region, buffer_m)
    faults: list[CarecircleError] = []
    listed = placed(door, areas, region, around, crs, faults)
    facilities, beyond = cut(listed, around)
    demand, ledger = None, None
    try:
        demand, ledger = demand_of(door, study, areas, region, crs, tell)
    except CarecircleError as fault:
        faults.append(fault)
    if study.urban.by == "degurba" and demand is not None:
        demand, areas = urban_by_grid(door, areas, around, demand)
    if farther is not None and demand is not None and len(beyond):
        wanted_m = farther(facilities, beyond, demand, region)
        if wanted_m > buffer_m:
            buffer_m, around = wanted_m, outline(study, region, wanted_m)
            facilities, beyond = cut(listed, around)
    door.findings += left_out(beyond, buffer_m, study)
    edges, roads_key = None, ""
    modes = known_modes() if modes is None else modes
    if study.roads is not None and modes:
        tell(Sentence("inputs.reading", {"file": study.roads.path.name}))
        try:
            edges, found, roads_key = roads_of(study.roads, crs, around, modes=modes, own=study.own_profiles)
            door.findings += found
        except CarecircleError as fault:
            faults.append(fault)
    ground = None
    if study.terrain is not None and modes:
        tell(Sentence("inputs.reading_ground"))
        try:
            ground, found = ground_of(study, modes, crs, region, around)
            door.findings += found
        except CarecircleError as fault:
            faults.append(fault)
    raise_all(faults[:MOST_FAULTS])
    totals = _totals(door, areas)
    as_read = None if ledger is None else ledger.total
    door.findings += frame_findings(
        areas=areas,
        region=region,
        facilities=facilities,
        demand=demand,
        ledger=ledger,
        totals=totals,
        year=(study.residents.year if study.residents else None) or study.year,
        cell_km2=None if door.grid is None else cell_km2(door.grid),
    )
    door.findings += shifted_sources(study.facility_sources, facilities, areas, edges)
    calibration = None
    if (
        study.residents is not None
        and study.residents.calibrate
        and demand is not None
        and ledger is not None
    ):
        demand, ledger, calibration = calibrated(study, demand, ledger, areas, totals, door)
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
        urban_method=_urban_method(study, areas, demand, door),
        findings=tuple(door.findings),
        attributions=attributions(study),
        hashes=hashes(study),
        residents_as_read=as_read,
        calibration=calibration,
        roads_key=roads_key,
        ground=ground,
        border=Border(around, buffer_m, beyond),
    )


def _bound(study: Study, door: Door) -> tuple[BaseGeometry, pyproj.CRS, Sentence]:
    """The study's region, the CRS chosen by its middle, and where the region comes from."""
    if door.areas is not None and study.boundaries is not None:
        source = region_source(study, door.areas)
        level = study.boundaries.level
        door_shape = door.areas.geometry[door.areas["level"] == level]
        crs = crs_of(door_shape)
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
    crs = crs_of(shape)
    hull = shapely.MultiPoint(shapely.get_coordinates(project(shape, crs).to_numpy())).convex_hull
    widened = hull.buffer(max(study.assumptions.buffer_km * 1000.0, 1.0))
    return widened, crs, Sentence(key, {"buffer_km": study.assumptions.buffer_km})


# ---- joined -------------------------------------------------------------------------------------------


def _areas(door: Door, study: Study, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    if door.areas is None:
        return nothing(AREAS, crs)
    areas = door.areas.set_geometry(project(door.areas.geometry, crs))
    if study.urban.by != "degurba":
        areas["urban"] = pd.Series(mark_urban(areas, study.urban.by), index=areas.index, dtype=object)
    return areas


# ---- beside -------------------------------------------------------------------------------------------


def _totals(door: Door, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    if door.totals is None:
        return pd.DataFrame({c: pd.Series([], dtype=object) for c in TOTALS})
    known = {significant(a): a for a in areas["area_id"]}
    totals = door.totals.copy()
    names = areas["name"].map(fold)
    by_name = {n: a for n, a, twice in zip(names, areas["area_id"], names.duplicated(keep=False), strict=True)
               if not twice}  # fmt: skip
    totals["area_id"] = [known.get(significant(a)) or by_name.get(fold(a), a) for a in totals["area_id"]]
    unknown = sorted(set(totals["area_id"]) - set(known.values()) - {"", "region"})
    if len(areas):
        door.findings += [
            Finding("warning", Sentence("inputs.unknown_total_area", {"value": a})) for a in unknown[:20]
        ]
    return totals


def _urban_method(
    study: Study, areas: gpd.GeoDataFrame, demand: gpd.GeoDataFrame | None, door: Door
) -> Sentence | None:
    known = len(areas) > 0 and areas["urban"].notna().any()
    if demand is not None and not known:
        known = bool(demand["urban"].notna().any())
    if known:
        sentence = Sentence(f"inputs.urban_{study.urban.by}")
        if study.urban.by == "type":
            door.findings.append(Finding("warning", sentence))
        return sentence
    if len(areas):
        door.findings.append(Finding("note", Sentence("inputs.urban_unknown")))
    return None
