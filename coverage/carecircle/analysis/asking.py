"""Questions asked of the ways of travelling: each query of a plan once, leg by leg."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from carecircle.analysis.leads import MOST, least, led, nth, with_every
from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs
from carecircle.reach.answers import Cells, Path, Surface
from carecircle.reach.asked import LEAD, Reach, takes_lead
from carecircle.reach.choice import Brought, Reaches, needs_roads
from carecircle.reach.network.model import Network
from carecircle.reach.surface import region_cells
from carecircle.rules import Leg, ReachQuery
from carecircle.schema import LEG, check_reached, leg_column
from carecircle.study.emergency import units_of

_WORST_LAST = ("reached", "unsnapped", "closed", "beyond", "one_way", "island", "cut_off")
"""Of several legs one with no way decides, then one that cannot be placed: see `carecircle.schema.LEG`."""


def modes(queries: Iterable[ReachQuery], brought: Brought | None = None) -> tuple[str, ...]:
    """The modes of travel whose roads these queries need."""
    legs = [leg for query in queries for leg in query.legs]
    return tuple(sorted({str(g.mode) for g in legs if needs_roads(g.metric, g.mode, brought or {})}))


def serving_in(inputs: Inputs, query: ReachQuery | Leg, *, inside_only: bool = False) -> gpd.GeoDataFrame:
    """Open, placed facilities that may serve a leg; those beyond the boundary where the study says so."""
    facilities = inputs.facilities
    chosen = query.facilities.select(facilities)
    leg = query if isinstance(query, Leg) else query.leg
    if leg.named_by:
        named = {(a or {}).get(leg.named_by) for a in facilities["attributes"]}
        chosen &= facilities["facility_id"].isin(list(named))
    if leg.start:
        chosen &= np.array([units_of(a or {}) != 0 for a in facilities["attributes"]], dtype=bool)
    chosen &= facilities.geometry.notna() & ~facilities.geometry.is_empty
    if inside_only or not inputs.study.assumptions.count_outside:
        chosen &= facilities["inside"].astype(bool)
    return facilities[chosen]


def servings_in(
    inputs: Inputs, query: ReachQuery, *, inside_only: bool = False
) -> tuple[gpd.GeoDataFrame, ...]:
    """What `serving_in` says of each leg."""
    return tuple(serving_in(inputs, leg, inside_only=inside_only) for leg in query.legs)


def leads(inputs: Inputs, leg: Leg, serving: gpd.GeoDataFrame) -> list[float]:
    """Minutes that pass at each facility of a leg before its unit sets out."""
    stages = inputs.study.emergency
    return [stages.start_min(leg.start, attributes or {}) for attributes in serving["attributes"]]


def with_leads(inputs: Inputs, leg: Leg, serving: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Facilities of a leg with what passes before they set out, where it asks for that."""
    return serving.assign(**{LEAD: leads(inputs, leg, serving)}) if leg.start else serving


def same_service(before: Inputs, after: Inputs, query: ReachQuery) -> bool:
    """Whether every leg is served by the same facilities in both, as soon, and has the same origins."""
    pairs = [*zip(servings_in(before, query), servings_in(after, query), strict=True)]
    soon = all(
        leads(before, leg, old) == leads(after, leg, new)
        for leg, (old, new) in zip(query.legs, pairs, strict=True)
        if leg.start
    )
    if query.origin == "facilities":
        pairs.append((before.facilities, after.facilities))
    return soon and all(_same_places(old, new) for old, new in pairs)


def _same_places(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> bool:
    """Whether both are the same facilities where they were."""
    if list(before["facility_id"]) != list(after["facility_id"]):
        return False
    old, new = (frame.geometry.to_numpy(object) for frame in (before, after))
    return bool((shapely.equals_exact(old, new) | (shapely.is_missing(old) & shapely.is_missing(new))).all())


def way_of(
    inputs: Inputs, reach: Reach, query: ReachQuery, reached: pd.DataFrame, demand_id: str
) -> Path | None:
    """The way between a demand point and the facility that a reached frame gives it, if any."""
    row = reached[reached["demand_id"] == demand_id]
    if row.empty or inputs.demand is None:
        raise UsageError("analysis.unknown_demand", value=demand_id)
    facility_id = row["facility_id"].iloc[0]
    if not isinstance(facility_id, str):
        return None
    return reach.way(
        inputs.demand.geometry[inputs.demand["demand_id"] == demand_id].iloc[0],
        inputs.facilities.geometry[inputs.facilities["facility_id"] == facility_id].iloc[0],
        direction=query.direction,
    )


def reaches_of(inputs: Inputs, networks: Mapping[str, Network], brought: Brought | None = None) -> Reaches:
    """A study's ways of travelling: its networks, its ground, and what was brought from outside."""
    most = inputs.study.assumptions.max_snap_m
    return Reaches(networks, max_snap_m=most, brought=brought, ground=inputs.ground)


class Asker:
    """Asks queries about one study; each of its points is placed once a mode.

    Parameters
    ----------
    inputs
        Whose residents and facilities are asked about.
    reaches
        Its ways of travelling: `reaches_of`.
    """

    def __init__(self, inputs: Inputs, reaches: Reaches) -> None:
        self.inputs, self.reaches = inputs, reaches

    def can(self, query: ReachQuery) -> bool:
        """Whether there is a way of travelling for every leg."""
        return all(self.reaches.has(leg.metric, leg.mode) for leg in query.legs)

    def draws(self, query: ReachQuery) -> bool:
        """Whether residents ask it, and every leg knows what lies between its places (`Reach.surface`)."""
        return query.origin == "residents" and all(
            leg.nth == 1 and getattr(self.reach_of(leg), "draws", True) for leg in query.legs
        )

    def reach(self, query: ReachQuery, *servings: gpd.GeoDataFrame) -> pd.DataFrame:
        """The reached frame of a query, each leg served by its own facilities."""
        origins = self._facilities if query.origin == "facilities" else self.inputs.demand
        assert origins is not None
        legs = [
            check_reached(self.leg(leg, origins, serving), len(origins))
            for leg, serving in zip(query.legs, servings, strict=True)
        ]
        return legs[0] if len(legs) == 1 else joined(legs)

    def leg(self, leg: Leg, origins: gpd.GeoDataFrame, serving: gpd.GeoDataFrame) -> pd.DataFrame:
        """The reached frame of one leg, what passes before a unit sets out in its costs."""
        reach = self.reach_of(leg)
        if leg.nth > 1:
            each = reach.pairs(origins, serving, direction=leg.direction)
            return nth(reach.nearest(origins, serving, direction=leg.direction), serving, each, leg.nth)
        if not (leg.start or leg.every):
            return reach.nearest(origins, serving, direction=leg.direction)
        serving = with_leads(self.inputs, leg, serving)
        many = len(origins) * len(serving)
        if not leg.start or takes_lead(reach):
            found = reach.nearest(origins, serving, direction=leg.direction)
            costs = (
                reach.pairs(origins, serving, direction=leg.direction) if leg.every and many <= MOST else None
            )
        else:  # a reach from outside need not know of leads: every pair, and the least of them
            costs = led(reach.pairs(origins, serving, direction=leg.direction), serving[LEAD].to_numpy(float))
            found = least(reach.nearest(origins, serving, direction=leg.direction), serving, costs)
        return found if costs is None or not leg.every else with_every(found, serving, costs)

    def surface(self, query: ReachQuery, *servings: gpd.GeoDataFrame) -> Surface:
        """The query's cost over the study's region: the sum of its legs at each cell."""
        drawn = [self._drawn(leg, serving) for leg, serving in zip(query.legs, servings, strict=True)]
        if len(drawn) == 1:
            return drawn[0]
        total = np.sum([s.values for s in drawn], axis=0, dtype=np.float32)
        return Surface(np.asarray(total), drawn[0].transform, drawn[0].crs)

    def _drawn(self, leg: Leg, serving: gpd.GeoDataFrame) -> Surface:
        """The cost of one leg, what passes before a unit sets out in it."""
        reach, lead = self.reach_of(leg), np.array(leads(self.inputs, leg, serving) if leg.start else [])
        if not lead.size:
            return reach.surface(serving, self._cells, direction=leg.direction)
        if takes_lead(reach):
            return reach.surface(serving.assign(**{LEAD: lead}), self._cells, direction=leg.direction)
        parts = [  # of those that set out as soon
            (soon, reach.surface(serving[lead == soon], self._cells, direction=leg.direction))
            for soon in np.unique(lead)
        ]
        least_of_all = np.fmin.reduce([part.values + np.float32(soon) for soon, part in parts])
        return replace(parts[0][1], values=least_of_all)

    def reach_of(self, leg: Leg) -> Reach:
        """What answers a leg."""
        return self.reaches.of(leg.metric, leg.mode)

    @cached_property
    def _cells(self) -> Cells:
        cell_m = self.inputs.study.outputs.surface_cell_m
        return region_cells(self.inputs.region, self.inputs.crs, cell_m=cell_m)

    @cached_property
    def _facilities(self) -> gpd.GeoDataFrame:
        """Every facility as an origin."""
        facilities = self.inputs.facilities
        return facilities.assign(demand_id=facilities["facility_id"])


def joined(legs: list[pd.DataFrame]) -> pd.DataFrame:
    """One reached frame of several legs that meet at the same places: see `carecircle.schema.LEG`."""
    columns: dict[str, Any] = {"demand_id": legs[0]["demand_id"]}
    cost = np.sum([leg["cost"].to_numpy(float) for leg in legs], axis=0)
    rank = {status: i for i, status in enumerate(_WORST_LAST)}
    worst = np.max([leg["status"].map(rank).to_numpy(np.int64) for leg in legs], axis=0)
    first = legs[0]["facility_id"].to_numpy(object).copy()
    first[worst > 0] = None
    columns["facility_id"] = pd.Series(first, dtype=object)  # None, not NaN, where unreached
    columns["cost"] = np.where(worst == 0, cost, np.inf)
    snap_m = [leg["snap_m"].to_numpy(float) for leg in legs]
    columns["snap_m"] = np.fmax.reduce(snap_m)
    columns["status"] = np.array(_WORST_LAST, dtype=object)[worst]
    for number, leg in enumerate(legs, 1):
        columns |= {leg_column(number, name): leg[name] for name in LEG}
    return pd.DataFrame(columns)
