"""The polygons of a table's rows, on WGS 84, mended where that changes little, with every fault of theirs."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.bounds import tangled
from carecircle.inputs.datum import checked_crs, place, unsure_ground
from carecircle.inputs.extent import unwound
from carecircle.inputs.tables.points import Source, points_of
from carecircle.inputs.tables.reading import Table
from carecircle.schema import Finding
from carecircle.texts import Sentence

_MOST_MENDED_PERCENT = 5.0
"""A polygon whose area a repair would change by more is refused: its intended shape is unclear."""


def polygons_of(
    table: Table, names: pd.Series, findings: list[Finding], source: Source, *, bounds: bool
) -> tuple[gpd.GeoSeries, list[CarecircleError]]:
    """A table's shapes in WGS 84 with every fault of theirs: polygons, mended where that changes little.

    Without ``bounds`` (nothing is bounded by them) a row may also be a point or have no place.
    """
    if table.geometry is None:
        if bounds:
            raise InputError("inputs.no_geometry", file=table.file)
        return points_of(table, source, findings)
    crs = checked_crs(table.geometry.crs, table.file)
    findings += unsure_ground(crs, table.file)
    shapes, faults = [], []
    for row, shape in zip(table.frame.index.tolist(), table.geometry.tolist(), strict=True):
        name = names.loc[row]
        shape = unwound(shape) if crs.is_geographic else shape
        try:
            shapes.append(_shape(shape, str(name), table.file, row, findings, bounds))
        except InputError as fault:
            faults.append(fault)
            shapes.append(None)
    placed = place(gpd.GeoSeries(shapes, index=table.frame.index, crs=crs), crs, source.datum)
    ends = placed.bounds
    wild = ~np.isfinite(ends.to_numpy()).all(axis=1) & placed.notna().to_numpy()
    wild |= (ends.minx < -180.001) | (ends.maxx > 180.001) | (ends.miny < -90.001) | (ends.maxy > 90.001)
    faults += [
        table.fault(
            "inputs.out_of_range",
            int(row),
            "geometry",
            lon=float(ends.minx[row]),
            lat=float(ends.miny[row]),
        )
        for row in placed.index[wild].tolist()[:20]
    ]
    return placed, list(faults)


def _shape(
    shape: BaseGeometry | None, name: str, file: Path, row: int, findings: list[Finding], bounds: bool
) -> BaseGeometry | None:
    if shape is None or shape.is_empty:
        if bounds:
            raise InputError("inputs.not_polygons", file=file, row=row, value=name, kind="NULL")
        return None
    shape = shapely.force_2d(shape)
    if not bounds and shape.geom_type == "Point":
        return shape
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise InputError("inputs.not_polygons", file=file, row=row, value=name, kind=shape.geom_type)
    finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
    if finite and shape.is_valid:
        return shape
    mended = _mended(shape) if finite and not tangled(shape) else None
    if mended is None or not mended.area > 0:
        raise InputError("inputs.unmendable_polygon", file=file, row=row, value=name)
    change = 100.0 * abs(mended.area - shape.area) / mended.area
    if change > _MOST_MENDED_PERCENT:
        raise InputError("inputs.too_much_mending", file=file, row=row, value=name, change=round(change, 1))
    sentence = Sentence("inputs.mended_polygon", {"value": name, "change": round(change, 3)})
    findings.append(Finding("warning", sentence, file=str(file), row=row))
    return mended


def _mended(shape: BaseGeometry) -> BaseGeometry | None:
    """A valid polygon of a self-crossing one; None where there is none."""
    try:
        return polygonal(shapely.make_valid(shape))
    except shapely.errors.GEOSException:
        return None


def polygonal(shape: BaseGeometry) -> BaseGeometry:
    """The polygonal part of a geometry (possibly empty)."""
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
