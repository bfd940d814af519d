"""What a scenario makes of a study: its inputs, its networks, and the modes whose answers it may change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle import categories
from carecircle.analysis.scenario import EVERY_CLASS, Scenario
from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs
from carecircle.inputs.residents import with_residents
from carecircle.inputs.sites import new_facilities
from carecircle.reach.network import Network
from carecircle.schema import check_demand, check_facilities, time_column

if TYPE_CHECKING:
    from carecircle.rules import ReachQuery

Array = np.ndarray[Any, Any]
Networks = Mapping[str, Network]


def changed_inputs(inputs: Inputs, scenario: Scenario) -> Inputs:
    """The inputs as a scenario has them; roads are left to `changed_roads`.

    Raises
    ------
    UsageError
        If it names facilities or residents that do not exist, or adds one that does.
    InputError
        If the frames that result break their contract.
    """
    facilities = _changed_facilities(inputs, scenario)
    after = dataclasses.replace(inputs, facilities=facilities)
    if scenario.year is not None:
        after = dataclasses.replace(after, study=inputs.study.model_copy(update={"year": scenario.year}))
    if scenario.residents is not None:
        after = _with_draw(after, scenario)
    return after


def changed_roads(
    inputs: Inputs, networks: Networks, scenario: Scenario
) -> tuple[Inputs, dict[str, Network], frozenset[str]]:
    """Inputs and networks with edges closed and slowed, and the modes that this concerns.

    The edges frame changes with the networks, so that both stay one.

    Raises
    ------
    UsageError
        If there is no such edge, mode or class of road.
    """
    after = dict(networks)
    touched: set[str] = set()
    edges = inputs.edges
    if not (scenario.closed_edges or scenario.time_factors):
        return inputs, after, frozenset()
    if edges is None:
        raise UsageError("analysis.scenario_without_roads")
    seconds: dict[str, Array] = {}
    for mode, by_class in scenario.time_factors.items():
        if mode not in after:
            raise UsageError("analysis.no_network", value=mode, known=sorted(after))
        factor = _factors(edges, mode, by_class)
        place = pd.Series(np.arange(len(edges)), index=edges["edge_id"].to_numpy())
        after[mode] = after[mode].slowed(factor[place[after[mode].edge_id].to_numpy()])
        seconds[mode] = (edges[time_column(mode)].to_numpy() * factor).astype(np.float32)
        touched.add(mode)
    if scenario.closed_edges:
        closed = np.array([*scenario.closed_edges], np.int64)
        shut = np.isin(edges["edge_id"].to_numpy(), closed)
        unknown = sorted({*closed.tolist()} - {*edges["edge_id"][shut]})
        if unknown:
            raise UsageError(
                "analysis.no_such_edges", value=[str(e) for e in unknown[:5]], count=len(unknown)
            )
        for mode, network in after.items():
            own = np.intersect1d(network.edge_id, closed)
            if len(own):
                after[mode] = network.without(own)
                touched.add(mode)
        for column in (c for c in edges.columns if str(c).startswith(time_column(""))):
            mode = str(column).removeprefix(time_column(""))
            now = seconds.get(mode, edges[column].to_numpy(np.float32))
            seconds[mode] = np.where(shut, np.float32(np.inf), now)
    timed = edges.assign(**{time_column(mode): values for mode, values in seconds.items()})
    return dataclasses.replace(inputs, edges=timed), after, frozenset(touched)


def is_touched(query: ReachQuery, modes: frozenset[str]) -> bool:
    """Whether a leg of a query travels on the roads of these modes."""
    return any(leg.metric != "straight_m" and leg.mode in modes for leg in query.legs)


def _factors(edges: gpd.GeoDataFrame, mode: str, by_class: Mapping[str, float]) -> Array:
    """float64[m]: what the seconds of each edge are multiplied by."""
    rest = by_class.get(EVERY_CLASS, 1.0)
    named = {road: factor for road, factor in by_class.items() if road != EVERY_CLASS}
    if not named:
        return np.full(len(edges), rest)
    classes = edges["highway"] if "highway" in edges else pd.Series("", index=edges.index)
    unknown = sorted(set(named) - set(classes))
    if unknown:
        known = sorted(set(classes) - {""})
        raise UsageError("analysis.no_such_class", value=unknown, mode=mode, known=known)
    return classes.map(named).fillna(rest).to_numpy(np.float64)


def _changed_facilities(inputs: Inputs, scenario: Scenario) -> gpd.GeoDataFrame:
    facilities = inputs.facilities
    known = set(facilities["facility_id"])
    unknown = sorted({*scenario.close, *scenario.change} - known)
    if unknown:
        raise UsageError("analysis.unknown_facility", value=unknown)
    changed = facilities.copy()
    for facility_id, facts in scenario.change.items():
        _change(changed, int(np.flatnonzero(facilities["facility_id"] == facility_id)[0]), facts)
    changed.loc[changed["facility_id"].isin(scenario.close), "status"] = "closed"
    if scenario.add is not None:
        sites = new_facilities(scenario.add, inputs)
        if len(sites):
            twice = sorted(set(sites["facility_id"]) & known)
            if twice:
                raise UsageError("analysis.facility_exists", value=twice)
            together = pd.concat([changed, sites], ignore_index=True)
            changed = gpd.GeoDataFrame(together, crs=inputs.crs)
            changed["trial"] = changed["trial"].eq(True)
    return check_facilities(changed)


def _change(facilities: gpd.GeoDataFrame, row: int, facts: Mapping[str, Any]) -> None:
    """Write other facts into one row (in place); what is no column of ours is an attribute."""
    attributes = dict(facilities["attributes"].iat[row] or {})
    for name, value in facts.items():
        if name == "category":
            value = categories.canonical(str(value))
            if value is None:
                near = categories.nearest(str(facts[name])) or "—"
                raise UsageError("analysis.site_category", value=facts[name], near=near)
        if name in ("facility_id", "geometry", "area_id", "inside", "lon", "lat"):
            raise UsageError("analysis.cannot_change", value=name)
        if name in ("category", "status", "name", "capacity", "designations"):
            facilities.iat[row, facilities.columns.get_loc(name)] = (
                tuple(value) if name == "designations" else value
            )
        else:
            attributes[categories.attribute(name) or name] = value
    facilities.iat[row, facilities.columns.get_loc("attributes")] = attributes


def _with_draw(inputs: Inputs, scenario: Scenario) -> Inputs:
    demand, ledger, drawn = inputs.demand, inputs.ledger, scenario.residents
    if demand is None or ledger is None:
        raise UsageError("analysis.draw_without_residents")
    if isinstance(drawn, pd.Series):
        ids = demand["demand_id"]
        twice = drawn.index[drawn.index.duplicated()]
        wrong = sorted(map(str, ({*ids} ^ {*drawn.index}) | {*twice}))
        if wrong:
            raise UsageError("analysis.draw_ids", value=wrong[:5], count=len(wrong))
        drawn = drawn.reindex(ids).to_numpy()
    people = np.asarray(drawn, np.float64)
    if len(people) != len(demand):
        raise UsageError("analysis.draw_length", value=len(people), rows=len(demand))
    demand, ledger = with_residents(demand, ledger, people)
    return dataclasses.replace(inputs, demand=check_demand(demand), ledger=ledger)
