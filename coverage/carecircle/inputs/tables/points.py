"""The points of a table's rows, on WGS 84, with every fault of their coordinates."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.crs import between
from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.datum import checked_crs, in_china, place, project, to_wgs84, unsure_ground
from carecircle.inputs.tables.places import column_of_places, datum_of, degrees, in_one_cell, says_lat_first
from carecircle.inputs.tables.reading import Table
from carecircle.schema import Finding
from carecircle.study import Boundaries, BoundaryLevel, Facilities, Residents
from carecircle.texts import Sentence

Array = npt.NDArray[np.float64]
Source = Facilities | Residents | Boundaries | BoundaryLevel

_TOLD_ONE_BY_ONE = 5
"""More rows with the same fault of place are told together: it is the table that is wrong."""


def points_of(
    table: Table, source: Source, findings: list[Finding]
) -> tuple[gpd.GeoSeries, list[CarecircleError]]:
    """Points of a table in WGS 84 (None where it has none), with every fault of its coordinates.

    Coordinates come from the file's geometry where it has one, else from its ``lon`` and ``lat`` columns (in
    degrees, or easting and northing where the study file names a CRS), else from one column that holds both.
    Two zeros are a blank. A header that names its datum speaks where the study file is silent.
    """
    if table.geometry is not None:
        return _from_geometry(table, source.datum, findings)
    if table.has("lon") != table.has("lat"):
        return gpd.GeoSeries([None] * len(table), index=table.frame.index, crs=4326), table.require(
            ["lon", "lat"]
        )
    table, lon, lat, faults = _read(table, findings)
    _forget_zeros(table, lon, lat, findings)
    whole = lon.notna() & lat.notna()
    crs = getattr(source, "crs", None)
    read = None if crs is None else (lon, lat, crs)
    if crs is not None:
        lon, lat = _unprojected(table, lon, lat, crs, findings)
    faults += _range_faults(table, lon, lat, whole, read)
    x, y = lon.to_numpy(), lat.to_numpy()
    if not faults:
        x, y = _shifted(table, x, y, _datum(table, source, findings), findings)
    found = np.full(len(table), None, dtype=object)
    found[whole] = shapely.points(x[whole], y[whole])
    return gpd.GeoSeries(found, index=table.frame.index, crs=4326), faults


def _read(table: Table, findings: list[Finding]) -> tuple[Table, pd.Series, pd.Series, list[CarecircleError]]:
    """Both coordinates of each row as numbers (NaN: none), and the table as it knows their column."""
    if table.has("lon"):
        columns = [pd.Series(_numbers(table.text(c)), index=table.frame.index) for c in ("lon", "lat")]
        bad = [c.isna() & table.text(n).notna() for c, n in zip(columns, ("lon", "lat"), strict=True)]
        faults = [f for n, b in zip(("lon", "lat"), bad, strict=True)
                  for f in table.faults("inputs.bad_coordinate", b, n)]  # fmt: skip
        half = (columns[0].isna() != columns[1].isna()) & ~bad[0] & ~bad[1]
        faults += table.faults("inputs.half_coordinate", half, "lon")
        return table, columns[0], columns[1], faults
    header = table.headers.get("location") or column_of_places(table.frame, table.others())
    if header is None:
        nothing = pd.Series(np.nan, index=table.frame.index)
        return table, nothing, nothing.copy(), []
    table = replace(table, headers={**table.headers, "location": header})
    cells = table.text("location")
    turned = says_lat_first(header)
    pairs = [in_one_cell(c, lat_first=turned) or (np.nan, np.nan) for c in cells]
    lon, lat = (pd.Series([float(p[i]) for p in pairs], index=cells.index) for i in (0, 1))
    findings.append(Finding("note", Sentence("inputs.one_cell", {"value": header}), file=str(table.file)))
    return table, lon, lat, table.faults("inputs.bad_place", lon.isna() & cells.notna(), "location")


def _numbers(cells: pd.Series) -> list[float]:
    return [np.nan if (v := degrees(c)) is None else v for c in cells]


def _forget_zeros(table: Table, lon: pd.Series, lat: pd.Series, findings: list[Finding]) -> None:
    """Take two zeros for a blank, in both columns themselves."""
    zero = (lon == 0) & (lat == 0)
    if zero.any():
        lon[zero], lat[zero] = np.nan, np.nan
        facts = {"count": int(zero.sum())}
        row = int(zero.index[zero][0])
        findings.append(Finding("warning", Sentence("inputs.zero_zero", facts), str(table.file), row))


def _datum(table: Table, source: Source, findings: list[Finding]) -> str:
    """The datum of a table's coordinates: the study file's, else the one its header names."""
    headers = [table.headers[c] for c in ("lon", "lat", "location") if c in table.headers]
    named = next((d for h in headers if (d := datum_of(h)) is not None), None)
    if named is None or named == source.datum or {named, source.datum} == {"wgs84", "cgcs2000"}:
        return source.datum
    stated = "datum" in source.model_fields_set or getattr(source, "crs", None) is not None
    facts = {"value": headers[0], "named": named, "datum": source.datum}
    if stated:
        sentence = Sentence("inputs.datum_contradicted", facts)
        findings.append(Finding("warning", sentence, file=str(table.file)))
        return source.datum
    findings.append(Finding("note", Sentence("inputs.datum_by_header", facts), file=str(table.file)))
    return named


def _unprojected(
    table: Table, x: pd.Series, y: pd.Series, crs: str, findings: list[Finding]
) -> tuple[pd.Series, pd.Series]:
    """Easting and northing columns as WGS 84 degrees; what falls off the projection becomes infinite.

    Surveyors call the northing X: columns that only make sense exchanged are read so.
    """
    known = checked_crs(crs, table.file)
    findings += unsure_ground(known, table.file)
    back = between(known, 4326)
    lon, lat = back.transform(x.to_numpy(), y.to_numpy())
    turned_lon, turned_lat = back.transform(y.to_numpy(), x.to_numpy())
    placed = (x.notna() & y.notna()).to_numpy()
    turned = placed & ~_in_use(known, lon, lat) & _in_use(known, turned_lon, turned_lat)
    if turned.any():
        lon, lat = np.where(turned, turned_lon, lon), np.where(turned, turned_lat, lat)
        facts = {"count": int(turned.sum()), "value": table.headers.get("lon", "lon")}
        row = int(table.frame.index[turned][0])
        findings.append(Finding("warning", Sentence("inputs.northing_first", facts), str(table.file), row))
    return pd.Series(lon, index=x.index), pd.Series(lat, index=y.index)


_BEYOND_USE = 3.0
"""Degrees beyond its area of use within which a projection's coordinates may still be meant."""


def _in_use(crs: pyproj.CRS, lon: Array, lat: Array) -> npt.NDArray[np.bool_]:
    """Whether places lie where a projection is in use (a projection that does not say: everywhere)."""
    area = crs.area_of_use
    if area is None:
        return np.isfinite(lon) & np.isfinite(lat)
    middle = (area.west + area.east + (360.0 if area.west > area.east else 0.0)) / 2.0
    half = ((area.east - area.west) % 360.0) / 2.0 + _BEYOND_USE
    with np.errstate(invalid="ignore"):
        beside = np.abs((lon - middle + 180.0) % 360.0 - 180.0) <= half
        found: npt.NDArray[np.bool_] = (
            beside & (lat >= area.south - _BEYOND_USE) & (lat <= area.north + _BEYOND_USE)
        )
    return found


def _from_geometry(
    table: Table, datum: str, findings: list[Finding]
) -> tuple[gpd.GeoSeries, list[CarecircleError]]:
    assert table.geometry is not None
    crs = checked_crs(table.geometry.crs, table.file)
    shapes = table.geometry.to_numpy().copy()
    shapes[shapely.is_empty(shapes)] = None
    findings += unsure_ground(crs, table.file)
    shapes = _as_points(table, shapes, findings)
    zero = ~shapely.is_missing(shapes) & (shapely.get_x(shapes) == 0) & (shapely.get_y(shapes) == 0)
    if zero.any():
        shapes[zero] = None
        sentence = Sentence("inputs.zero_zero", {"count": int(zero.sum())})
        findings.append(Finding("warning", sentence, str(table.file), int(table.frame.index[zero][0])))
    placed = place(gpd.GeoSeries(shapes, index=table.frame.index, crs=crs), crs)
    lon = pd.Series(shapely.get_x(placed.to_numpy()), index=placed.index)
    lat = pd.Series(shapely.get_y(placed.to_numpy()), index=placed.index)
    whole = pd.Series(~shapely.is_missing(placed.to_numpy()), index=placed.index)
    east, north = (pd.Series(of(shapes), index=placed.index) for of in (shapely.get_x, shapely.get_y))
    read = None if crs.is_geographic else (east, north, crs.name)
    faults = _range_faults(table, lon, lat, whole, read)
    if not faults and datum in ("gcj02", "bd09"):
        x, y = _shifted(table, lon.to_numpy(), lat.to_numpy(), datum, findings)
        found = np.full(len(table), None, dtype=object)
        found[whole] = shapely.points(x[whole], y[whole])
        placed = gpd.GeoSeries(found, index=placed.index, crs=4326)
    return placed, faults


_POINT, _SEVERAL, _AREAS = 0, 4, {3, 6}


def _as_points(
    table: Table, shapes: npt.NDArray[np.object_], findings: list[Finding]
) -> npt.NDArray[np.object_]:
    """Points as they are, areas as their middle (a point inside where the middle is not); nothing else."""
    kinds = shapely.get_type_id(shapes)
    single = (kinds == _SEVERAL) & (shapely.get_num_geometries(shapes) == 1)
    areas = np.isin(kinds, list(_AREAS))
    other = ~shapely.is_missing(shapes) & (kinds != _POINT) & ~single & ~areas
    if other.any():
        row = int(table.frame.index[other][0])
        kind = str(shapes[other][0].geom_type)
        raise InputError("inputs.not_points", file=table.file, row=row, value=kind)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    if areas.any():
        flat = shapely.force_2d(shapes[areas])
        middle = shapely.centroid(flat)
        within = shapely.is_valid(flat)
        within[within] = shapely.contains(flat[within], middle[within])
        middle[~within] = shapely.point_on_surface(shapely.make_valid(flat[~within]))
        shapes[areas] = middle
        sentence = Sentence("inputs.areas_as_points", {"count": int(areas.sum())})
        findings.append(Finding("note", sentence, file=str(table.file)))
    return shapes


def _range_faults(
    table: Table, lon: pd.Series, lat: pd.Series, whole: pd.Series,
    read: tuple[pd.Series, pd.Series, str] | None = None,
) -> list[CarecircleError]:  # fmt: skip
    """Swapped (a latitude no planet has, or a place that is only in China when swapped) or out of range.

    Coordinates of a projection are told as they were read, and with the name of the CRS they do not fit.
    """
    wild = whole & ~(lon.abs().le(180) & lat.abs().le(90))
    swapped = whole & lat.abs().gt(90) & lat.abs().le(180) & lon.abs().le(90)
    wild &= ~swapped
    found: list[CarecircleError] = []
    out, told = ("inputs.out_of_range", {}) if read is None else ("inputs.off_crs", {"crs": read[2]})
    for key, where in (("inputs.swapped", swapped), (out, wild)):
        x, y = (lon, lat) if read is None else read[:2]
        rows = where.index[where].tolist()
        if len(rows) > _TOLD_ONE_BY_ONE:
            facts = {"count": len(rows), "lon": float(x[rows[0]]), "lat": float(y[rows[0]]), **told}
            found.append(table.fault(f"{key}_many", rows[0], _place_column(table), **facts))
            continue
        for row in rows:
            facts = {"lon": float(x[row]), "lat": float(y[row]), **told}
            found.append(table.fault(key, row, _place_column(table), **facts))
    return found


def _place_column(table: Table) -> str:
    return next((c for c in ("lon", "location") if table.has(c)), "geometry")


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


def swapped_places(
    far: gpd.GeoDataFrame, around: BaseGeometry, crs: pyproj.CRS, *, least: float = 0.0
) -> list[InputError]:
    """Rows that would lie in the study if longitude and latitude changed places.

    Parameters
    ----------
    far
        ``source``, ``row`` and points in WGS 84, all of them beyond the study.
    around
        Where they should lie, in ``crs``.
    least
        Degrees by which longitude and latitude must differ: where they are alike, a place and its mirror
        image are neighbours.
    """
    if far.empty:
        return []
    lon, lat = shapely.get_x(far.geometry.to_numpy()), shapely.get_y(far.geometry.to_numpy())
    able = (np.abs(lon) <= 90) & (np.abs(lon - lat) > least)
    turned = gpd.GeoSeries(gpd.points_from_xy(lat[able], lon[able]), crs=4326)
    inside = shapely.intersects(project(turned, crs).to_numpy(), around)
    return [
        InputError("inputs.swapped", file=f, row=int(r), lon=float(x), lat=float(y))
        for f, r, x, y in zip(
            far["source"][able][inside], far["row"][able][inside], lon[able][inside], lat[able][inside],
            strict=True,
        )
    ][:20]  # fmt: skip


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
