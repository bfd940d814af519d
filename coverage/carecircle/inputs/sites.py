"""What a planner gives beside a study: a table of changes, and land where nothing may be built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from carecircle import categories
from carecircle.errors import InputError, UsageError
from carecircle.inputs.datum import checked_crs, place
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.formats import admit
from carecircle.inputs.load import Inputs
from carecircle.schema import FACILITIES
from carecircle.study import Facilities, Study


def read_sites(path: str | Path) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Read a facility table as a scenario: what `reanalyze` takes as ``add`` and ``close``.

    Rows whose status is closed (停用, 关闭 …) name facilities that close; every other row is a new site,
    taken as open. Columns are those of any facility table.

    Parameters
    ----------
    path
        Excel, CSV, GeoPackage …: longitudes and latitudes in WGS 84.

    Returns
    -------
    add : GeoDataFrame
        Facilities in WGS 84.
    close : list of str
        Ids of facilities that no longer serve.

    Raises
    ------
    InputError
        Whatever is wrong with the table, with file, row, column and fix.
    """
    table, _ = read_facilities(Facilities(path=Path(path)))
    closing = table["status"] == "closed"
    return table[~closing].assign(status="open").reset_index(drop=True), list(table["facility_id"][closing])


def changes_in(path: Path, study: Study) -> tuple[gpd.GeoDataFrame, list[str]]:
    """What `read_sites` reads, refused at once where the study's own tables tell that it cannot be meant.

    Tables alone are looked into: what an extract of OpenStreetMap holds is known only once all is read.

    Raises
    ------
    UsageError
        If a facility to close is in no table, or a new site has the id of one that is.
    InputError
        Whatever is wrong with the tables.
    """
    add, close = read_sites(path)
    sources = study.facility_sources
    if not sources or study.include_projects is not None or any(s.format != "table" for s in sources):
        return add, close
    known = {facility for source in sources for facility in read_facilities(source)[0]["facility_id"]}
    if unknown := [facility for facility in close if facility not in known]:
        raise UsageError("analysis.unknown_facility", value=unknown)
    if taken := [facility for facility in add["facility_id"] if facility in known - {*close}]:
        raise UsageError("analysis.facility_exists", value=taken)
    return add, close


def read_polygons(path: str | Path) -> gpd.GeoDataFrame:
    """Read polygons (land where nothing may be built) from any vector file.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, Shapefile …, in any stated CRS.

    Returns
    -------
    GeoDataFrame
        Its polygons in WGS 84.

    Raises
    ------
    InputError
        If the file is missing, unreadable, has no CRS or holds no polygon.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError("errors.missing_file", file=file)
    admit(file)
    try:
        frame = gpd.read_file(file)
    except Exception as error:  # whatever a damaged file makes GDAL say
        why = (str(error).splitlines() or ["?"])[0][:200]
        raise InputError("inputs.cannot_read", file=file, why=why) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("inputs.no_polygons", file=file)
    if frame.crs is None:
        raise InputError("errors.frame_no_crs", file=file, frame="polygons")
    crs = checked_crs(frame.crs, file)
    polygons = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    polygons = polygons.set_geometry(place(polygons.geometry, crs))
    polygons = polygons[np.isfinite(polygons.bounds).all(axis=1)]
    if polygons.empty:
        raise InputError("inputs.no_polygons", file=file)
    return polygons


def new_facilities(add: gpd.GeoDataFrame | Iterable[Mapping[str, Any]], inputs: Inputs) -> gpd.GeoDataFrame:
    """New sites as a facilities frame in the study's CRS, each marked in a column ``trial``.

    Parameters
    ----------
    add
        A frame with ``facility_id`` and ``category`` in any stated CRS, or mappings that also hold ``lon``
        and ``lat`` (WGS 84); names, designations and attributes where given.

    Raises
    ------
    UsageError
        If a site lacks an id, category or place, or its category is unknown.
    """
    if isinstance(add, gpd.GeoDataFrame):
        frame = add.to_crs(inputs.crs)
    else:
        rows = [dict(row) for row in add]
        if not rows:
            return inputs.facilities.iloc[:0]
        missing = sorted({k for k in ("facility_id", "category", "lon", "lat") for r in rows if k not in r})
        if missing:
            raise UsageError("analysis.site_lacks", value=missing)
        points = gpd.points_from_xy([r.pop("lon") for r in rows], [r.pop("lat") for r in rows], crs=4326)
        frame = gpd.GeoDataFrame(rows, geometry=points).to_crs(inputs.crs)
    frame = frame.reset_index(drop=True)
    known = [categories.canonical(str(c)) for c in frame["category"]]
    if None in known:
        wrong = frame["category"].iloc[known.index(None)]
        raise UsageError("analysis.site_category", value=wrong, near=categories.nearest(str(wrong)) or "—")
    frame["category"] = known
    named = frame["name"].where(frame["name"].notna(), frame["facility_id"]) if "name" in frame else None
    frame["name"] = frame["facility_id"] if named is None else named
    return _with_defaults(frame, inputs.region)


def _with_defaults(frame: gpd.GeoDataFrame, region: BaseGeometry) -> gpd.GeoDataFrame:
    extra = [c for c in frame.columns if c not in FACILITIES]
    if "attributes" not in frame:
        attributes = frame[extra].to_dict("records") if extra else [{} for _ in range(len(frame))]
        frame["attributes"] = pd.Series(attributes, index=frame.index, dtype=object)
    if "designations" not in frame:
        frame["designations"] = pd.Series([() for _ in range(len(frame))], index=frame.index, dtype=object)
    for column, value in (("status", "open"), ("capacity", np.nan), ("area_id", None)):
        if column not in frame:
            frame[column] = value
    frame["inside"] = frame.geometry.intersects(region)
    frame["trial"] = True
    return frame[[*FACILITIES, "trial"]]
