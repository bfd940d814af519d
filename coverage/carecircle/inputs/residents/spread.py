"""Residents of polygons spread over points: evenly by area, or as a grid spreads them; none lost."""

from __future__ import annotations

import math
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from carecircle.inputs.datum import place, project
from carecircle.inputs.extent import crs_of
from carecircle.inputs.residents.grids import open_grid, share_grid
from carecircle.inputs.residents.shares import share_block
from carecircle.inputs.tables.polygons import polygonal
from carecircle.schema import Finding
from carecircle.study import Residents
from carecircle.texts import Sentence

Array = npt.NDArray[np.float64]
Spots = tuple[Array, Array, Array]
"""Longitude, latitude and weight of the points of one polygon."""

_FINEST_M = 100.0
"""No lattice is finer: a clause on reach turns on minutes."""
_MOST_POINTS = 200_000
"""About so many points stand for all polygons together; the lattice is as wide as that needs."""
_LEAST_POINTS = 9
"""About so many points stand for a polygon smaller than the lattice."""
_MOST_ACROSS = 200
"""No more cells than this lie across one polygon, however thin it is."""


def spread(demand: gpd.GeoDataFrame, source: Residents, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Rows of polygons as rows of points, each polygon's residents shared among its points.

    Without a grid they are spread evenly: every point of a lattice takes the share of the polygon's area
    that lies in its cell. With one (``[residents.grid]``) they are spread as the grid's residents are, each
    polygon keeping its own number; where the grid has nobody in a polygon, evenly.

    Parameters
    ----------
    demand
        ``demand_id, residents, residents_0_14`` and further columns; polygons in WGS 84. Rows of a point, of
        no place or of nobody stay one row.
    source
        The study's residents.
    findings
        What was noticed goes here.

    Returns
    -------
    GeoDataFrame
        As ``demand``; the residents of a polygon's points sum to the polygon's.
    """
    shapes = demand.geometry.to_numpy()
    areas = np.isin(shapely.get_type_id(shapes), (3, 6)) & (demand["residents"] > 0).to_numpy()
    at = np.flatnonzero(areas)
    spots = {} if source.grid is None else _by_grid(demand, at, source, findings)
    empty = [int(n) for n in at if n not in spots]
    spots |= _by_area(demand.geometry, empty)
    parts = [_points(demand.iloc[[n]], spots[n], source.groups or ()) for n in at.tolist()]
    rest = demand[~areas].copy()
    polygons = np.isin(shapely.get_type_id(rest.geometry.to_numpy()), (3, 6))
    rest.loc[polygons, rest.geometry.name] = rest.geometry[polygons].representative_point()
    whole = gpd.GeoDataFrame(pd.concat([rest, *parts]).sort_values("row", kind="stable"), crs=4326)
    facts = {"count": len(at), "points": sum(map(len, parts))}
    how = "spread_evenly" if source.grid is None else "spread_by_grid"
    findings.append(Finding("note", Sentence(f"inputs.{how}", facts), file=str(source.path)))
    if source.grid is not None and empty:
        nobody = {"count": len(empty), "file": source.grid.path.name}
        findings.append(Finding("warning", Sentence("inputs.spread_where_nobody", nobody), str(source.path)))
    return whole.reset_index(drop=True)


def _by_grid(
    demand: gpd.GeoDataFrame, at: npt.NDArray[np.intp], source: Residents, findings: list[Finding]
) -> dict[int, Spots]:
    """Places and residents of a grid's cells in each polygon that has some; where polygons overlap the
    first keeps the ground.
    """
    assert source.grid is not None
    asked = Residents(path=source.grid.path, value=source.grid.value, layer=source.grid.layer)
    grid = open_grid(asked)
    findings += grid.findings
    polygons = gpd.GeoDataFrame(
        {"area_id": [str(n) for n in at]}, geometry=demand.geometry.iloc[at].to_numpy()
    )
    region = polygonal(shapely.union_all(polygons.geometry.to_numpy()))
    people = share_grid(grid, polygons.set_crs(4326), region).demand
    people = people[people["area_id"].notna() & (people["residents"] > 0)]
    return {
        int(str(n)): (part.geometry.x.to_numpy(), part.geometry.y.to_numpy(), part["residents"].to_numpy())
        for n, part in people.groupby("area_id")
    }


def _by_area(shapes: gpd.GeoSeries, at: list[int]) -> dict[int, Spots]:
    """Places and areas of the cells of a square lattice in each polygon."""
    if not at:
        return {}
    crs = crs_of(shapes.iloc[at])
    plane = project(shapes.iloc[at], crs).to_numpy()
    widest = max(_FINEST_M, math.sqrt(float(shapely.area(plane).sum()) / _MOST_POINTS))
    found = {}
    for number, shape in zip(at, plane, strict=True):
        x, y, weight = _lattice(shape, min(widest, math.sqrt(shape.area / _LEAST_POINTS)))
        spots = place(gpd.GeoSeries(gpd.points_from_xy(x, y), crs=crs), crs)
        found[number] = (spots.x.to_numpy(), spots.y.to_numpy(), weight)
    return found


def _lattice(shape: BaseGeometry, side: float) -> Spots:
    west, south, east, north = shape.bounds
    side = max(side, max(east - west, north - south) / _MOST_ACROSS)
    size = (math.ceil((north - south) / side), math.ceil((east - west) / side))
    corner = Affine(side, 0.0, west, 0.0, -side, north)
    parts = share_block(np.ones(size), corner, shape, [(0, shape)])
    return parts.x, parts.y, parts.people


def _points(row: gpd.GeoDataFrame, spots: Spots, groups: Iterable[str]) -> gpd.GeoDataFrame:
    """A polygon's row as rows of its points, numbered; the heaviest takes what rounding leaves."""
    lon, lat, weight = spots
    share = weight / math.fsum(weight)
    many = row.iloc[np.zeros(len(share), dtype=int)].copy()
    many["demand_id"] = [f"{row['demand_id'].iloc[0]}-{n}" for n in range(1, len(share) + 1)]
    for column in ("residents", "residents_0_14", *groups):
        total = float(row[column].iloc[0])
        given = share * total
        given[int(np.argmax(given))] += total - math.fsum(given)
        many[column] = given
    return many.set_geometry(gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=many.index, crs=4326))
