"""What a planner gives beside a study: a table of changes, and land where nothing may be built."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from carecircle.errors import InputError
from carecircle.inputs.facilities import read_facilities
from carecircle.study import Facilities


def read_sites(path: str | Path) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Read a facility table as a scenario: what `reanalyze` takes as ``add`` and ``close``.

    Rows whose status is closed (停用, 关闭 …) name facilities that close; every other row is a new site,
    taken as open. Columns are those of any facility table.

    Returns
    -------
    add
        Facilities in WGS 84.
    close
        Ids of facilities that no longer serve.

    Raises
    ------
    InputError
        Whatever is wrong with the table, with file, row, column and mend.
    """
    table, _ = read_facilities(Facilities(path=Path(path)))
    closing = table["status"] == "closed"
    return table[~closing].assign(status="open").reset_index(drop=True), list(table["facility_id"][closing])


def read_polygons(path: str | Path) -> gpd.GeoDataFrame:
    """Read polygons (land where nothing may be built) from any vector file, in WGS 84.

    Raises
    ------
    InputError
        If the file is missing, unreadable, has no CRS or holds no polygon.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError("errors.missing_file", file=file)
    try:
        frame = gpd.read_file(file)
    except Exception as error:  # whatever a damaged file makes GDAL say
        why = (str(error).splitlines() or ["?"])[0][:200]
        raise InputError("inputs.cannot_read", file=file, why=why) from error
    if frame.crs is None:
        raise InputError("errors.frame_no_crs", file=file, frame="polygons")
    polygons = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])].to_crs(4326)
    if polygons.empty:
        raise InputError("inputs.no_polygons", file=file)
    return polygons
