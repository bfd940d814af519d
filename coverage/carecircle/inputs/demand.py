"""Residents joined to areas: inside, outside or placeless, and scaled to official figures when asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError, raise_all
from carecircle.inputs.areas.boundaries import joined, region_of, to_village_points
from carecircle.inputs.areas.degurba import degree_of_urbanisation
from carecircle.inputs.checks import limited
from carecircle.inputs.datum import place, project
from carecircle.inputs.door import Door
from carecircle.inputs.residents.calibrate import calibrate, figures_of
from carecircle.inputs.residents.grids import Grid, grid_extent, grid_points, share_grid
from carecircle.inputs.residents.group_grids import with_groups
from carecircle.inputs.tables.points import swapped_places
from carecircle.ledgers import InputsLedger
from carecircle.schema import LEVELS, Finding, check_demand
from carecircle.study import Residents, Study
from carecircle.texts import Sentence

_TOLERATED_BEYOND = 0.001
"""Share of the study that a residents' grid may leave uncovered without a word."""


def demand_of(
    door: Door,
    study: Study,
    areas: gpd.GeoDataFrame,
    region: BaseGeometry,
    crs: pyproj.CRS,
    tell: Callable[[Sentence], None],
) -> tuple[gpd.GeoDataFrame | None, InputsLedger | None]:
    """Residents as a demand frame in the study's CRS, and the ledger of where all of them went.

    Residents inside the boundary and those whose place is unknown become rows; both are None without a
    residents' input. ``urban`` comes from each row's area.
    """
    if study.residents is None:
        return None, None
    if door.grid is not None:
        tell(Sentence("inputs.sharing", {"file": study.residents.path.name}))
        demand, ledger = _from_grid(door.grid, door, areas, region, crs)
    else:
        demand, ledger = _from_points(door, study, areas, region, crs)
    mark = dict(zip(areas["area_id"], areas["urban"], strict=True)) if len(areas) else {}
    demand["urban"] = pd.Series([mark.get(a) for a in demand["area_id"]], index=demand.index, dtype=object)
    columns = ["demand_id", "residents", "area_id", "urban", *(study.residents.groups or {}), "geometry"]
    return check_demand(demand[columns].reset_index(drop=True)), ledger


def _from_grid(
    grid: Grid, door: Door, areas: gpd.GeoDataFrame, region: BaseGeometry, crs: pyproj.CRS
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
    beyond = 1.0 - grid_extent(grid).intersection(door_region).area / door_region.area
    if beyond > _TOLERATED_BEYOND and door.areas is not None:
        facts = {"share": f"{beyond:.1%}"}
        door.findings.append(
            Finding("warning", Sentence("inputs.grid_covers_part", facts), file=str(grid.file))
        )
    groups = {name: share_grid(own, finest, door_region) for name, own in door.groups.items()}
    demand = with_groups(people.demand, {name: part.demand for name, part in groups.items()})
    demand = demand.set_geometry(project(demand.geometry, crs))
    found = demand["area_id"].to_numpy(dtype=object)
    to_village_points(found, demand.geometry.to_numpy(), areas)
    demand["area_id"] = pd.Series(found, index=demand.index, dtype=object)
    inside = math.fsum(demand["residents"])
    total = math.fsum([inside, people.outside])
    of_groups = {}
    for name, part in groups.items():
        held = math.fsum(demand[name])
        of_groups[name] = InputsLedger(math.fsum([held, part.outside]), held, part.outside, 0.0)
    return demand, InputsLedger(total, inside, people.outside, 0.0, people.cells_without_value, of_groups)


def _from_points(
    door: Door, study: Study, areas: gpd.GeoDataFrame, region: BaseGeometry, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, InputsLedger]:
    assert door.points is not None
    assert study.residents is not None
    demand = door.points.set_geometry(project(door.points.geometry, crs))
    _place_by_code(demand, areas, door, study)
    shapes = demand.geometry.to_numpy()
    placed = ~shapely.is_missing(shapes)
    inside = placed & shapely.intersects(shapes, region)
    far = door.points[placed & ~inside].assign(source=study.residents.path.name)
    raise_all(swapped_places(far, region, crs, least=1.0))
    demand["area_id"] = pd.Series(joined(demand, areas), index=demand.index, dtype=object)
    people = demand["residents"].to_numpy()
    sums = [math.fsum(people[where]) for where in (inside, placed & ~inside, ~placed)]
    if not inside.any():
        raise InputError("inputs.points_outside", file=study.residents.path)
    children = demand["residents_0_14"][inside | ~placed]
    if children.notna().all() and not _has_figure(door, "residents_0_14"):
        door.totals = _with_figure(door.totals, "residents_0_14", math.fsum(children), study.residents)
    groups = {}
    for name in study.residents.groups or {}:
        own = demand[name].to_numpy(float)
        here, out, nowhere = (math.fsum(own[where]) for where in (inside, placed & ~inside, ~placed))
        groups[name] = InputsLedger(math.fsum(own), here, out, nowhere)
    ledger = InputsLedger(math.fsum(people), sums[0], sums[1], sums[2], door.without_value, groups)
    return demand[inside | ~placed], ledger


def _has_figure(door: Door, attribute: str) -> bool:
    return door.totals is not None and attribute in set(door.totals["attribute"])


def _with_figure(
    totals: pd.DataFrame | None, attribute: str, value: float, source: Residents
) -> pd.DataFrame:
    """The official figures and one summed from the residents' own table."""
    year = float("nan") if source.year is None else float(source.year)
    row = {
        "area_id": [""],
        "attribute": [attribute],
        "value": [value],
        "year": [year],
        "source": [source.path.name],
    }
    frames = [] if totals is None else [totals]
    return pd.concat([*frames, pd.DataFrame(row)], ignore_index=True)


def _place_by_code(demand: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, door: Door, study: Study) -> None:
    """Give rows without coordinates the place of the village whose code they name, in ``demand`` itself."""
    if areas.empty or study.residents is None:
        return
    villages = areas[(areas["level"] == "village") & areas.geometry.notna()]
    points = dict(zip(villages["area_id"], villages.geometry.representative_point(), strict=True))
    shapes = demand.geometry.to_numpy().copy()
    count = 0
    for row in np.flatnonzero(shapely.is_missing(shapes)):
        named = [demand["area_id"].iat[row], demand["demand_id"].iat[row]]
        code = next((c for c in named if isinstance(c, str) and c in points), None)
        if code is not None:
            shapes[row] = points[code]
            demand.iat[row, demand.columns.get_loc("area_id")] = code
            count += 1
    if count:
        demand.geometry = gpd.GeoSeries(shapes, index=demand.index, crs=demand.crs)
        sentence = Sentence("inputs.placed_by_code", {"count": count})
        door.findings.append(Finding("note", sentence, file=str(study.residents.path)))


def calibrated(
    study: Study,
    demand: gpd.GeoDataFrame,
    ledger: InputsLedger,
    areas: gpd.GeoDataFrame,
    totals: pd.DataFrame,
    door: Door,
) -> tuple[gpd.GeoDataFrame, InputsLedger, pd.DataFrame]:
    """Residents scaled to the official figures of their areas, and the ledger that follows from them."""
    assert study.residents is not None
    year = study.residents.year or study.year
    figures = figures_of(areas, totals, year)
    if not figures:
        raise InputError("inputs.calibrate_without", file=study.file)
    parents = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
    residents, factors, findings = calibrate(
        demand["residents"].to_numpy(), demand["area_id"].to_numpy(dtype=object), parents, figures
    )
    door.findings += limited(findings)
    demand, scaled = with_residents(demand, ledger, residents)
    facts = {"before": ledger.total, "after": scaled.total, "areas": len(factors)}
    door.findings.append(
        Finding("note", Sentence("inputs.calibrated", facts), file=str(study.residents.path))
    )
    return demand, scaled, factors


def with_residents(
    demand: gpd.GeoDataFrame, ledger: InputsLedger, residents: npt.NDArray[np.float64]
) -> tuple[gpd.GeoDataFrame, InputsLedger]:
    """The same demand points with other numbers of residents (float64[p]), and the ledger that follows."""
    placed = demand.geometry.notna().to_numpy()
    inside, no_data = math.fsum(residents[placed]), math.fsum(residents[~placed])
    total = math.fsum([inside, ledger.outside, no_data])
    after = replace(ledger, total=total, inside=inside, no_data=no_data)
    return demand.assign(residents=residents), after


def urban_by_grid(
    door: Door, areas: gpd.GeoDataFrame, around: BaseGeometry, demand: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Demand and areas marked by the Degree of Urbanisation of all residents in reach of the boundary.

    Parameters
    ----------
    door
        With residents as a grid, or as points in degrees.
    areas, demand
        In the study's CRS.
    around
        The region widened by as far as the classes look, in the study's CRS.

    Returns
    -------
    tuple of GeoDataFrame
        Demand and areas, each with its ``urban`` column.
    """
    west, south, east, north = place(gpd.GeoSeries([around], crs=demand.crs), demand.crs).total_bounds
    if door.grid is not None:
        lon, lat, residents = grid_points(door.grid, (west, south, east, north))
    else:
        assert door.points is not None
        known = door.points[door.points.geometry.notna()]
        lon, lat = known.geometry.x.to_numpy(), known.geometry.y.to_numpy()
        residents = known["residents"].to_numpy()
    degree = degree_of_urbanisation(lon, lat, residents)
    return degree.mark_demand(demand), degree.mark_areas(areas, demand)
