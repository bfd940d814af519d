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
from carecircle.inputs.demand import with_residents
from carecircle.inputs.load import Inputs
from carecircle.inputs.sites import new_facilities
from carecircle.profiles import profile
from carecircle.reach.choice import Brought
from carecircle.reach.network.model import Network
from carecircle.schema import check_demand, check_facilities, time_column

if TYPE_CHECKING:
    from carecircle.rules import ReachQuery

Array = np.ndarray[Any, Any]
Networks = Mapping[str, Network]
_COLUMNS = ("category", "designations", "status", "name", "capacity")
"""Columns of a facility that a scenario may change; any other name is an attribute."""
_FIXED = ("facility_id", "geometry", "lon", "lat", "area_id", "inside", "attributes")


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
    inputs: Inputs, networks: Networks, scenario: Scenario, brought: Brought
) -> tuple[Inputs, dict[str, Network], frozenset[str]]:
    """Inputs and networks with edges closed and slowed, and the modes that this concerns.

    The edges frame changes with the networks, so that both stay one. Factors of a mode that the study does
    not travel by change nothing.

    Raises
    ------
    UsageError
        If there is no such edge, mode or class of road, or a slowed mode is answered by a reach from outside.
    """
    if not (scenario.closed_edges or scenario.time_factors):
        return inputs, dict(networks), frozenset()
    foreign = {mode for _, mode in brought} & {*scenario.time_factors}
    if foreign:
        raise UsageError("analysis.factor_of_brought", value=sorted(map(str, foreign)))
    if inputs.edges is None:
        raise UsageError("analysis.scenario_without_roads")
    slowed = _slowed(inputs.edges, networks, scenario)
    shut = _shut(*slowed, scenario)
    touched = {mode for mode, network in shut[1].items() if network is not networks[mode]}
    return dataclasses.replace(inputs, edges=shut[0]), shut[1], frozenset(touched)


def _slowed(
    edges: gpd.GeoDataFrame, networks: Networks, scenario: Scenario
) -> tuple[gpd.GeoDataFrame, Networks]:
    """Edges and networks with the factors of time in their seconds."""
    after, columns = dict(networks), {}
    place = pd.Series(np.arange(len(edges)), index=edges["edge_id"].to_numpy())
    for mode, by_class in scenario.time_factors.items():
        if profile(mode).mode not in after:
            continue
        factor = class_factors(road_classes(edges), mode, by_class)
        after[mode] = after[mode].slowed(factor[place[after[mode].edge_id].to_numpy()])
        column = time_column(mode)
        columns[column] = (edges[column].to_numpy() * factor).astype(np.float32)
    return edges.assign(**columns), after


def _shut(
    edges: gpd.GeoDataFrame, networks: Networks, scenario: Scenario
) -> tuple[gpd.GeoDataFrame, dict[str, Network]]:
    """Edges and networks with some edges closed to every mode."""
    closed = np.array([*scenario.closed_edges], np.int64)
    shut = np.isin(edges["edge_id"].to_numpy(), closed)
    unknown = sorted({*closed.tolist()} - {*edges["edge_id"][shut]})
    if unknown:
        few = [str(edge) for edge in unknown[:5]]
        raise UsageError("analysis.no_such_edges", value=few, count=len(unknown))
    after = {}
    for mode, network in networks.items():
        own = np.intersect1d(network.edge_id, closed)
        after[mode] = network.without(own) if len(own) else network
    timed = [c for c in edges.columns if str(c).startswith(time_column(""))] if shut.any() else []
    return edges.assign(**{c: edges[c].where(~shut, np.float32(np.inf)) for c in timed}), after


def is_touched(query: ReachQuery, modes: frozenset[str]) -> bool:
    """Whether a leg of a query travels on the roads of these modes."""
    return any(leg.metric != "straight_m" and leg.mode in modes for leg in query.legs)


def road_classes(edges: gpd.GeoDataFrame) -> pd.Categorical:
    """The class of each edge; empty where the roads name none."""
    classes = edges["highway"] if "highway" in edges else pd.Series("", index=edges.index)
    return pd.Categorical(classes.to_numpy(object))


def class_factors(classes: pd.Categorical, mode: str, by_class: Mapping[str, float]) -> Array:
    """float64[m]: what the seconds of each row are multiplied by, from its class (`road_classes`).

    Raises
    ------
    UsageError
        If no road is of a class that is named.
    """
    known = [str(road) for road in classes.categories]
    unknown = sorted({*by_class} - {*known, EVERY_CLASS})
    if unknown:
        named = [road for road in known if road]
        raise UsageError("analysis.no_such_class", value=unknown, mode=mode, known=named)
    rest = by_class.get(EVERY_CLASS, 1.0)
    own = np.array([*(by_class.get(road, rest) for road in known), rest])  # the last: of no class
    return np.asarray(own[classes.codes])


def _changed_facilities(inputs: Inputs, scenario: Scenario) -> gpd.GeoDataFrame:
    facilities = inputs.facilities
    known = set(facilities["facility_id"])
    unknown = sorted({*scenario.close, *scenario.change, *scenario.move} - known)
    if unknown:
        raise UsageError("analysis.unknown_facility", value=unknown)
    changed = facilities.copy()
    for facility_id, facts in scenario.change.items():
        _change(changed, int(np.flatnonzero(facilities["facility_id"] == facility_id)[0]), facts)
    if scenario.move:
        changed = _moved(changed, inputs, scenario.move)
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


def _moved(
    facilities: gpd.GeoDataFrame, inputs: Inputs, move: Mapping[str, tuple[float, float]]
) -> gpd.GeoDataFrame:
    """Some facilities in other places; each stays in its area, and inside or outside is told anew."""
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*move.values(), strict=True)), crs=4326).to_crs(inputs.crs)
    rows = pd.Index(facilities["facility_id"]).get_indexer([*move])
    geometry = facilities.geometry.to_numpy(object).copy()
    geometry[rows] = points.to_numpy(object)
    inside = facilities["inside"].to_numpy(bool).copy()
    inside[rows] = points.intersects(inputs.region).to_numpy()
    return facilities.set_geometry(gpd.GeoSeries(geometry, index=facilities.index, crs=inputs.crs)).assign(
        inside=inside
    )


def _change(facilities: gpd.GeoDataFrame, row: int, facts: Mapping[str, Any]) -> None:
    """Write other facts into one row (in place); what is no column of ours is an attribute."""
    attributes = dict(facilities["attributes"].iat[row] or {})
    for name, value in facts.items():
        if name in _FIXED:
            raise UsageError("analysis.cannot_change", value=name)
        if name in _COLUMNS:
            facilities.iat[row, facilities.columns.get_loc(name)] = _fact(name, value)
        else:
            attributes[categories.attribute(name) or name] = value
    facilities.iat[row, facilities.columns.get_loc("attributes")] = attributes


def _fact(name: str, value: Any) -> Any:
    """A column's value as the facilities frame holds it."""
    if name == "designations":
        return tuple(value)
    if name != "category":
        return value
    known = categories.canonical(str(value))
    if known is None:
        near = categories.nearest(str(value)) or "—"
        raise UsageError("analysis.site_category", value=value, near=near)
    return known


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
