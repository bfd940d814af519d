"""Boundary files become the areas frame: levels, parents, marks, and polygons that hold together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.categories import area_attribute, area_attributes
from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.areas.codes import significant
from carecircle.inputs.areas.known_areas import read_known
from carecircle.inputs.areas.within import of_the_study
from carecircle.inputs.tables import values
from carecircle.inputs.tables.polygons import polygonal, polygons_of
from carecircle.inputs.tables.reading import Table, read_table
from carecircle.schema import LEVELS, Finding, check_areas
from carecircle.study import Boundaries, BoundaryLevel

COLUMNS = (
    "area_id", "name", "parent_id", "urban", "nbs_code", "area_type", "official_residents", "lon", "lat",
)  # fmt: skip


def read_areas(source: Boundaries, *, extract: Path | None = None) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Every level of a study's boundaries as one frame of areas.

    Parameters
    ----------
    source
        ``[boundaries]``: the file that bounds the study (polygons) and any finer levels (polygons, points,
        or a table without geometry); by division code, or out of an OpenStreetMap extract.
    extract
        The study's own ``.osm.pbf``, for levels that name a relation of it.

    Returns
    -------
    areas
        Contract of `carecircle.schema.check_areas` in WGS 84; ``urban`` holds the areas' own mark,
        ``nbs_code`` and ``area_type`` stay for `carecircle.inputs.load` to judge by. Columns that no
        canonical name takes are kept under their own headers.
    findings
        Repaired polygons and the findings of the tables.

    Raises
    ------
    InputError
        No CRS, no polygons, blank or repeated ids, unknown parents, polygons beyond repair: all at once.
    """
    findings: list[Finding] = []
    faults: list[CarecircleError] = []
    frames: list[gpd.GeoDataFrame] = []
    levels: list[Boundaries | BoundaryLevel] = [source, *source.levels]
    for level in levels:
        try:
            if level.drawn_by_others:
                frame, found = read_known(level, extract, frames[0] if frames else None)
                findings += found
            else:
                frame = _read_level(level, findings, bounds_study=level is source)
                if frames and not faults:
                    known = {str(a) for f in frames for a in f["area_id"]}
                    frame = of_the_study(frame, frames[0], known, findings)
            frames.append(frame)
        except CarecircleError as fault:
            faults.append(fault)
    raise_all(faults)
    areas = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=4326)
    _no_double_ids(areas)
    areas["parent_id"] = pd.Series(_parents(areas), index=areas.index, dtype=object)
    areas["urban"] = areas["urban"].astype(object)
    return check_areas(areas.drop(columns="file"), file=areas["file"].iloc[0]), findings


def _read_level(
    source: Boundaries | BoundaryLevel, findings: list[Finding], *, bounds_study: bool
) -> gpd.GeoDataFrame:
    if source.path is None:
        raise InputError("study.boundary_needs", value=source.level)
    table = read_table(source.path, columns=COLUMNS, given=source.columns, layer=source.layer)
    findings += table.findings
    ids = _ids(table, source.level)
    faults = table.unique_ids(ids, "area_id")
    names = table.text("name").where(table.text("name").notna(), ids)
    geometry, more = polygons_of(table, names, findings, source, bounds=bounds_study)
    faults += more
    residents, bad = table.numbers("official_residents")
    faults += table.faults("inputs.bad_residents", bad, "official_residents")
    faults += table.faults("inputs.negative", residents < 0, "official_residents")
    raise_all(faults)
    frame = pd.DataFrame(
        {
            "area_id": ids.to_numpy(),
            "name": names.to_numpy(),
            "level": source.level,
            "parent_id": table.text("parent_id").to_numpy(),
            "urban": [values.urban(v) for v in table.text("urban")],
            "official_residents": residents.to_numpy(),
            "nbs_code": table.text("nbs_code").to_numpy(),
            "area_type": table.text("area_type").to_numpy(),
            "file": str(source.path),
        }
    )
    for header, cells in _extras(table).items():
        if header not in frame:
            frame[header] = cells
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=4326)


def _ids(table: Table, level: str) -> pd.Series:
    """The ids as given; else the names where they are distinct; else the row numbers."""
    if table.has("area_id"):
        return table.text("area_id")
    names = table.text("name")
    if names.notna().all() and names.is_unique:
        return names
    return pd.Series([f"{level}-{row}" for row in table.frame.index], index=table.frame.index, dtype=object)


def _extras(table: Table) -> Mapping[str, npt.NDArray[np.object_]]:
    """The remaining columns: marks and figures rules may ask for under their canonical name, others as is."""
    found: dict[str, npt.NDArray[np.object_]] = {}
    for header in table.others():
        cells = table.frame[header]
        name = area_attribute(values.unit_of(header)[0])
        kind = area_attributes()[name].type if name is not None else ""
        if kind == "mark":
            parsed: list[object] = [values.mark(c) for c in cells]
        else:
            numbers = [values.number(c) for c in cells]
            plain = all(n is not None or c is None for n, c in zip(numbers, cells, strict=True))
            code = any(c is not None and c.isdigit() and (c[0] == "0" or len(c) > 9) for c in cells)
            parsed = list(numbers) if plain and not code else list(cells)
        found[name or header] = np.array(parsed, dtype=object)
    return found


def _no_double_ids(areas: gpd.GeoDataFrame) -> None:
    twice = areas[areas["area_id"].duplicated()]
    raise_all(
        InputError("inputs.duplicate_area", file=f, value=v)
        for f, v in zip(twice["file"][:20], twice["area_id"][:20], strict=True)
    )


def _parents(areas: gpd.GeoDataFrame) -> list[str | None]:
    """Each area's parent: as given, else by code prefix, else the smallest coarser polygon that holds it."""
    parents: list[str | None] = []
    faults: list[CarecircleError] = []
    above = {
        level: {significant(a): a for a in areas["area_id"][areas["level"].isin(LEVELS[:i])]}
        for i, level in enumerate(LEVELS)
    }
    for area_id, level, given, file in zip(
        areas["area_id"], areas["level"], areas["parent_id"], areas["file"], strict=True
    ):
        codes = above[level]
        known = codes.get(significant(given)) if isinstance(given, str) else None
        if codes and known is None and isinstance(given, str):
            faults.append(InputError("inputs.unknown_parent", file=file, value=given))
        parents.append(known or _by_prefix(area_id, codes))
    raise_all(faults[:20])
    missing = [i for i, p in enumerate(parents) if p is None]
    for level in LEVELS[1:]:
        here = [i for i in missing if areas["level"].iloc[i] == level and areas.geometry.iloc[i] is not None]
        if here:
            points = areas.geometry.iloc[here].representative_point()
            coarser = areas[areas["level"].isin(LEVELS[: LEVELS.index(level)])]
            for i, found in zip(here, locate(points, coarser), strict=True):
                parents[i] = found
    return parents


def _by_prefix(code: str, codes: Mapping[str, str]) -> str | None:
    plain = significant(code)
    if not plain.isdigit():
        return None
    return next((codes[plain[:n]] for n in (9, 6) if len(plain) > n and plain[:n] in codes), None)


def locate(points: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> list[str | None]:
    """The finest area that holds each point (None: no area does).

    Parameters
    ----------
    points
        Points (None allowed) in the CRS of ``areas``.
    areas
        An areas frame. A point on a shared border goes to the area whose id sorts first. Villages given as
        points serve the residents of their own town that lie nearest to them.
    """
    found: npt.NDArray[np.object_] = np.full(len(points), None, dtype=object)
    shapes = points.to_numpy()
    placed = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    ordered = areas.sort_values("area_id")
    for level in LEVELS:
        here = ordered[(ordered["level"] == level) & ordered.geometry.notna()]
        here = here[here.geom_type.isin(["Polygon", "MultiPolygon"])]
        if here.empty or not len(placed):
            continue
        tree = shapely.STRtree(here.geometry.to_numpy())
        point, area = tree.query(shapes[placed], predicate="intersects")
        order = np.lexsort((area, point))[::-1]  # the lowest area is written last
        found[placed[point[order]]] = here["area_id"].to_numpy()[area[order]]
    to_village_points(found, shapes, areas)
    return list(found)


def to_village_points(
    found: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], areas: gpd.GeoDataFrame
) -> None:
    """Hand each place of a town on to the nearest of the town's village points, in ``found`` itself."""
    points = areas[(areas["level"] == "village") & (areas.geom_type == "Point")] if len(areas) else areas
    for parent, villages in points.groupby("parent_id", sort=True):
        here = np.flatnonzero(found == parent)
        if len(here):
            villages = villages.sort_values("area_id")
            nearest = shapely.STRtree(villages.geometry.to_numpy()).nearest(shapes[here])
            found[here] = villages["area_id"].to_numpy()[nearest]


def region_of(areas: gpd.GeoDataFrame, level: str) -> BaseGeometry:
    """The union of the polygons that bound a study."""
    return polygonal(shapely.union_all(areas.geometry[areas["level"] == level].to_numpy()))


def joined(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
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
