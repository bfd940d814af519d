"""Groups of the residents as rasters: a band each, or a raster each, on the grid of all residents."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.errors import InputError
from carecircle.inputs.residents.grids import Grid, open_grid
from carecircle.study import Residents, SpreadBy


def open_groups(source: Residents, whole: Grid) -> dict[str, Grid]:
    """The raster of each group, looked over.

    Parameters
    ----------
    source
        The study's residents, of format ``raster``.
    whole
        The raster of all residents.

    Returns
    -------
    dict of str to Grid
        By name, in the study file's order.

    Raises
    ------
    InputError
        If one cannot be read, or does not lie on the same grid.
    """
    found = {}
    for name, told in (source.groups or {}).items():
        own = told
        if not isinstance(own, SpreadBy):  # a band of the same file
            own = SpreadBy(path=source.path, value=source.value, layer=own)
        grid = open_grid(Residents(path=own.path, value=own.value, layer=own.layer))
        same = (grid.width, grid.height) == (whole.width, whole.height) and grid.crs == whole.crs
        if not (same and np.allclose(grid.transform[:6], whole.transform[:6], rtol=1e-9, atol=1e-12)):
            raise InputError("inputs.group_grid", file=own.path, name=name, other=source.path.name)
        found[name] = grid
    return found


def with_groups(demand: gpd.GeoDataFrame, groups: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Demand points with a column for each group; nobody of a group is lost.

    Parameters
    ----------
    demand
        Points of all residents, as `carecircle.inputs.residents.grids.share_grid` makes them.
    groups
        The same of each group alone.

    Returns
    -------
    GeoDataFrame
        Where a cell has people of a group and no residents at all, a point of 0 residents is added.
    """
    for name, own in groups.items():
        new = own[~own["demand_id"].isin(demand["demand_id"])]
        if len(new):
            more = pd.concat([demand, new.assign(residents=0.0)], ignore_index=True)
            demand = gpd.GeoDataFrame(more, geometry="geometry", crs=4326)
        people = own.set_index("demand_id")["residents"]
        demand = demand.assign(**{name: people.reindex(demand["demand_id"]).fillna(0.0).to_numpy()})
    columns = [name for name in groups if name in demand]
    return demand.fillna(dict.fromkeys(columns, 0.0)) if columns else demand
