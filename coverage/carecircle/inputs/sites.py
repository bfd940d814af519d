"""A planner's table of changes -> the sites to add and the facilities to close."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

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
