"""The points of a table's rows, on WGS 84, with every fault of their coordinates."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from carecircle.crs import between
from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.datum import checked_crs, in_china, place, to_wgs84
from carecircle.inputs.tables.reading import Table
from carecircle.schema import Finding
from carecircle.texts import Sentence

Array = npt.NDArray[np.float64]

_TOLD_ONE_BY_ONE = 5
"""More rows with the same fault of place are told together: it is the table that is wrong."""


def points_of(
    table: Table, datum: str, findings: list[Finding], *, crs: str | None = None
) -> tuple[gpd.GeoSeries, list[CarecircleError]]:
    """Points of a table in WGS 84 (None where it has none), with every fault of its coordinates.

    Coordinates come from the file's geometry where it has one, else from its ``lon`` and ``lat`` columns: in
    degrees, or in ``crs`` (easting, northing) where the study file names one.
    """
    if table.geometry is not None:
        return _from_geometry(table, datum, findings)
    if table.has("lon") != table.has("lat"):
        return gpd.GeoSeries([None] * len(table), index=table.frame.index, crs=4326), table.require(
            ["lon", "lat"]
        )
    lon, bad_lon = table.numbers("lon")
    lat, bad_lat = table.numbers("lat")
    faults = table.faults("inputs.bad_coordinate", bad_lon, "lon")
    faults += table.faults("inputs.bad_coordinate", bad_lat, "lat")
    half = (lon.isna() != lat.isna()) & ~bad_lon & ~bad_lat
    faults += table.faults("inputs.half_coordinate", half, "lon" if table.has("lon") else "lat")
    whole = lon.notna() & lat.notna()
    if crs is not None:
        lon, lat = _unprojected(table, lon, lat, crs)
    faults += _range_faults(table, lon, lat, whole)
    x, y = lon.to_numpy(), lat.to_numpy()
    if not faults:
        x, y = _shifted(table, x, y, datum, findings)
    found = np.full(len(table), None, dtype=object)
    found[whole] = shapely.points(x[whole], y[whole])
    return gpd.GeoSeries(found, index=table.frame.index, crs=4326), faults


def _unprojected(table: Table, x: pd.Series, y: pd.Series, crs: str) -> tuple[pd.Series, pd.Series]:
    """Easting and northing columns as WGS 84 degrees; what falls off the projection becomes infinite."""
    known = checked_crs(crs, table.file)
    back = between(known, 4326)
    lon, lat = back.transform(x.to_numpy(), y.to_numpy())
    return pd.Series(lon, index=x.index), pd.Series(lat, index=y.index)


def _from_geometry(
    table: Table, datum: str, findings: list[Finding]
) -> tuple[gpd.GeoSeries, list[CarecircleError]]:
    assert table.geometry is not None
    crs = checked_crs(table.geometry.crs, table.file)
    shapes = table.geometry.to_numpy().copy()
    shapes[shapely.is_empty(shapes)] = None
    kinds = set(shapely.get_type_id(shapes[~shapely.is_missing(shapes)]))
    if kinds - {0, 4}:
        raise InputError("inputs.not_points", file=table.file)
    if 4 in kinds:
        several = shapely.get_num_geometries(shapes) > 1
        if several.any():
            raise InputError("inputs.not_points", file=table.file, row=int(table.frame.index[several][0]))
        shapes = shapely.get_geometry(shapes, 0)
    placed = place(gpd.GeoSeries(shapes, index=table.frame.index, crs=crs), crs)
    lon = pd.Series(shapely.get_x(placed.to_numpy()), index=placed.index)
    lat = pd.Series(shapely.get_y(placed.to_numpy()), index=placed.index)
    whole = pd.Series(~shapely.is_missing(placed.to_numpy()), index=placed.index)
    faults = _range_faults(table, lon, lat, whole)
    if not faults and datum in ("gcj02", "bd09"):
        x, y = _shifted(table, lon.to_numpy(), lat.to_numpy(), datum, findings)
        found = np.full(len(table), None, dtype=object)
        found[whole] = shapely.points(x[whole], y[whole])
        placed = gpd.GeoSeries(found, index=placed.index, crs=4326)
    return placed, faults


def _range_faults(table: Table, lon: pd.Series, lat: pd.Series, whole: pd.Series) -> list[CarecircleError]:
    """Swapped (a latitude no planet has, or a place that is only in China when swapped) or out of range."""
    wild = whole & ~(lon.abs().le(180) & lat.abs().le(90))
    swapped = whole & lat.abs().gt(90) & lat.abs().le(180) & lon.abs().le(90)
    wild &= ~swapped
    found: list[CarecircleError] = []
    for key, where in (("inputs.swapped", swapped), ("inputs.out_of_range", wild)):
        rows = where.index[where].tolist()
        if len(rows) > _TOLD_ONE_BY_ONE:
            facts = {"count": len(rows), "lon": float(lon[rows[0]]), "lat": float(lat[rows[0]])}
            found.append(
                table.fault(f"{key}_many", rows[0], "lon" if table.has("lon") else "geometry", **facts)
            )
            continue
        for row in rows:
            facts = {"lon": float(lon[row]), "lat": float(lat[row])}
            found.append(table.fault(key, row, "lon" if table.has("lon") else "geometry", **facts))
    return found


def _shifted(
    table: Table, lon: Array, lat: Array, datum: str, findings: list[Finding]
) -> tuple[Array, Array]:
    x, y = to_wgs84(lon, lat, datum)
    if datum in ("gcj02", "bd09"):
        known = np.isfinite(x)
        abroad = int((~in_china(x[known], y[known])).sum())
        if abroad:
            facts = {"datum": datum, "count": abroad}
            findings.append(Finding("warning", Sentence("inputs.datum_abroad", facts), file=str(table.file)))
    return x, y


_H3 = re.compile(r"8[0-9a-f]{14}")


def looks_like_h3(ids: pd.Series) -> bool:
    """Whether every id is an H3 cell index."""
    return len(ids) > 0 and all(isinstance(i, str) and _H3.fullmatch(i) for i in ids)


def h3_points(table: Table, ids: pd.Series) -> tuple[gpd.GeoSeries, list[CarecircleError]]:
    """Centres of H3 cells in WGS 84.

    Raises
    ------
    InputError
        If the ``h3`` package is not installed.
    """
    try:
        import h3
    except ImportError as error:
        raise InputError("inputs.needs_h3", file=table.file) from error
    bad = pd.Series([not h3.is_valid_cell(i) for i in ids], index=ids.index)
    faults = table.faults("inputs.bad_h3", bad, "demand_id")
    points = [None if b else shapely.Point(h3.cell_to_latlng(i)[::-1]) for i, b in zip(ids, bad, strict=True)]
    return gpd.GeoSeries(points, index=ids.index, crs=4326), faults
