"""Questions asked of the roads: each query of a plan once, each point snapped once a mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import geopandas as gpd
import pandas as pd

from carecircle import categories
from carecircle.inputs.load import Inputs
from carecircle.reach import travel
from carecircle.reach.network import Network
from carecircle.reach.snap import Snap
from carecircle.reach.surface import Cells, Surface, region_cells, travel_time_surface
from carecircle.rules import ReachQuery


def modes(queries: Iterable[ReachQuery]) -> tuple[str, ...]:
    """The modes of travel whose roads these queries need."""
    return tuple(sorted({q.mode for q in queries if q.mode is not None and q.metric != "straight_m"}))


def serving_in(inputs: Inputs, query: ReachQuery, *, inside_only: bool = False) -> gpd.GeoDataFrame:
    """Open, placed facilities that may serve a query; those beyond the boundary where the study says so."""
    facilities = inputs.facilities
    chosen = categories.select(facilities, query.categories, query.designations)
    chosen &= facilities.geometry.notna() & ~facilities.geometry.is_empty
    if inside_only or not inputs.study.assumptions.count_outside:
        chosen &= facilities["inside"].astype(bool)
    return facilities[chosen]


def same_service(before: Inputs, after: Inputs, query: ReachQuery) -> bool:
    """Whether a query is served by the same facilities in both."""
    old, new = serving_in(before, query), serving_in(after, query)
    return list(old["facility_id"]) == list(new["facility_id"])


class Asker:
    """Asks queries about one demand on one set of networks; each point is snapped once a mode."""

    def __init__(self, inputs: Inputs, networks: Mapping[str, Network]) -> None:
        self.inputs, self.networks = inputs, networks
        self.max_snap_m = inputs.study.assumptions.max_snap_m
        self._snaps: dict[tuple[str, str], Snap] = {}
        self._cells: Cells | None = None

    def reach(self, query: ReachQuery, serving: gpd.GeoDataFrame) -> pd.DataFrame:
        """The reached frame of the study's demand."""
        mode = None if query.metric == "straight_m" else query.mode
        return travel.nearest_facility(
            None if mode is None else self.networks[mode],
            self.inputs.demand,
            serving,
            direction=query.direction,
            metric=query.metric,
            max_snap_m=self.max_snap_m,
            snapped=None if mode is None else self._snap("demand", mode, self.inputs.demand),
        )

    def surface(self, query: ReachQuery, serving: gpd.GeoDataFrame) -> Surface:
        """Travel time over the study's region."""
        if self._cells is None:
            cell_m = self.inputs.study.outputs.surface_cell_m
            self._cells = region_cells(self.inputs.region, self.inputs.crs, cell_m=cell_m)
        mode = query.mode or ""
        return travel_time_surface(
            self.networks[mode],
            serving,
            self._cells,
            direction=query.direction,
            max_snap_m=self.max_snap_m,
            snapped=self._snap("cells", mode, self._cells.centres),
        )

    def _snap(self, what: str, mode: str, points: gpd.GeoDataFrame | None) -> Snap:
        if (what, mode) not in self._snaps:
            self._snaps[what, mode] = self.networks[mode].snap(points, max_snap_m=self.max_snap_m)
        return self._snaps[what, mode]
