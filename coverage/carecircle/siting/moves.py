"""Where one might build and what one might do there: places thinned to a spacing, new sites, upgrades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle import categories
from carecircle.analysis import Analysis
from carecircle.errors import UsageError
from carecircle.siting.matrix import Ints

Places = Literal["auto", "cells", "villages", "nodes"]


def places_of(analysis: Analysis, places: Places | gpd.GeoDataFrame, spacing_m: float) -> gpd.GeoDataFrame:
    """Points one might build on: place_id, name, geometry, and price and category where given."""
    if isinstance(places, gpd.GeoDataFrame):
        own = places.to_crs(analysis.inputs.crs).reset_index(drop=True)
        ids = own["facility_id"] if "facility_id" in own else pd.Series([f"own-{i + 1}" for i in own.index])
        names = own.get("name", ids)
        given = {c: own[c] for c in ("price",) if c in own}
        return gpd.GeoDataFrame(
            {"place_id": ids.astype(str), "name": names, **given}, geometry=own.geometry, crs=own.crs
        )
    if not spacing_m > 0:
        raise UsageError("siting.bad_spacing", value=str(spacing_m))
    found = []
    if places in ("auto", "cells"):
        found.append(_cells(analysis, spacing_m))
    if places in ("auto", "villages"):
        found.append(_villages(analysis))
    if places == "nodes":
        found.append(_nodes(analysis, spacing_m))
    frames = [f for f in found if len(f)]
    if not frames:
        raise UsageError("siting.nowhere")
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=analysis.inputs.crs)


def _cells(analysis: Analysis, spacing_m: float) -> gpd.GeoDataFrame:
    """The most populous demand point of each square, the smaller id on ties."""
    demand = analysis.inputs.demand
    if demand is None:
        return gpd.GeoDataFrame({"place_id": [], "name": []}, geometry=[], crs=analysis.inputs.crs)
    placed = demand[demand.geometry.notna() & (demand["residents"] > 0)]
    kept = _thinned(placed.geometry.x, placed.geometry.y, spacing_m, placed["residents"], placed["demand_id"])
    few = placed.iloc[kept]
    names = _place_names(analysis, few)
    return gpd.GeoDataFrame(
        {"place_id": few["demand_id"].astype(str).to_numpy(), "name": names},
        geometry=few.geometry.to_numpy(), crs=analysis.inputs.crs,
    )  # fmt: skip


def _place_names(analysis: Analysis, demand: gpd.GeoDataFrame) -> list[str]:
    """The finest area a place lies in, by name; else its id."""
    names = dict(zip(analysis.inputs.areas["area_id"], analysis.inputs.areas["name"], strict=True))
    return [
        str(names.get(area, demand_id))
        for area, demand_id in zip(demand["area_id"], demand["demand_id"], strict=True)
    ]


def _villages(analysis: Analysis) -> gpd.GeoDataFrame:
    areas = analysis.inputs.areas
    own = areas[(areas["level"] == "village") & areas.geometry.notna()]
    points = own.geometry.representative_point()
    return gpd.GeoDataFrame(
        {"place_id": own["area_id"].astype(str).to_numpy(), "name": own["name"].to_numpy()},
        geometry=points.to_numpy(), crs=analysis.inputs.crs,
    )  # fmt: skip


def _nodes(analysis: Analysis, spacing_m: float) -> gpd.GeoDataFrame:
    """One road node a square: the end of the street nearest the square's own order of ids."""
    edges = analysis.inputs.edges
    if edges is None:
        raise UsageError("siting.no_roads")
    inside = edges[edges.geometry.intersects(analysis.inputs.region)]
    first = inside.geometry.interpolate(0.0)
    ids = inside["from_node"].to_numpy()
    _, unique = np.unique(ids, return_index=True)
    x, y = first.x.iloc[unique], first.y.iloc[unique]
    order = pd.Series(ids[unique], index=x.index)
    kept = _thinned(x, y, spacing_m, pd.Series(0.0, index=x.index), order)
    names = [f"node-{n}" for n in ids[unique][kept]]
    return gpd.GeoDataFrame(
        {"place_id": names, "name": names},
        geometry=first.iloc[unique].iloc[kept].to_numpy(), crs=analysis.inputs.crs,
    )  # fmt: skip


def _thinned(x: pd.Series, y: pd.Series, spacing_m: float, weight: pd.Series, tie: pd.Series) -> Ints:
    """Positions of one point a square: the heaviest, the smaller id on ties."""
    square = pd.DataFrame(
        {
            "i": np.floor(x.to_numpy() / spacing_m), "j": np.floor(y.to_numpy() / spacing_m),
            "weight": -weight.to_numpy(), "tie": tie.to_numpy(), "at": np.arange(len(x)),
        }
    )  # fmt: skip
    first = square.sort_values(["i", "j", "weight", "tie"]).groupby(["i", "j"], sort=True)["at"].first()
    return np.sort(first.to_numpy(dtype=np.int64))


def new_moves(
    points: gpd.GeoDataFrame, category: str, designations: Sequence[str], price: float
) -> gpd.GeoDataFrame:
    """Build a facility of a category on each place."""
    code = categories.label(category, "en")
    return gpd.GeoDataFrame(
        {
            "move_id": [f"new:{code}:{p}" for p in points["place_id"]],
            "kind": "new",
            "category": category,
            "designations": [tuple(designations)] * len(points),
            "name": points["name"].astype(str),
            "replaces": None,
            "price": points["price"].astype(float) if "price" in points else price,
        },
        geometry=points.geometry, crs=points.crs,
    )  # fmt: skip


def upgradable(analysis: Analysis, upgrade: Sequence[str]) -> gpd.GeoDataFrame:
    """Open, placed facilities inside the study that are of exactly one of some categories."""
    facilities = analysis.inputs.facilities
    wanted = [categories.canonical(c) for c in upgrade]
    if None in wanted:
        value = upgrade[wanted.index(None)]
        raise UsageError("siting.no_such_category", value=value, near=categories.nearest(value) or "—")
    chosen = facilities["category"].isin([str(c) for c in wanted]) & (facilities["status"] == "open")
    return facilities[chosen & facilities["inside"].astype(bool) & facilities.geometry.notna()]


def upgrades(
    analysis: Analysis, upgrade: Sequence[str], category: str, designations: Sequence[str], price: float
) -> gpd.GeoDataFrame:
    """Turn each upgradable facility into one of a category, its own roles kept."""
    old = upgradable(analysis, upgrade)
    code = categories.label(category, "en")
    return gpd.GeoDataFrame(
        {
            "move_id": [f"upgrade:{code}:{f}" for f in old["facility_id"]],
            "kind": "upgrade",
            "category": category,
            "designations": [tuple(sorted({*d, *designations})) for d in old["designations"]],
            "name": old["name"].astype(str).to_numpy(),
            "replaces": old["facility_id"].to_numpy(dtype=object),
            "price": price,
        },
        geometry=old.geometry.to_numpy(), crs=old.crs,
    )  # fmt: skip


def existing(analysis: Analysis, upgrade: Sequence[str]) -> gpd.GeoDataFrame:
    """Leave each upgradable facility as it is: the column that an upgrade replaces."""
    old = upgradable(analysis, upgrade)
    return gpd.GeoDataFrame(
        {
            "move_id": [f"={f}" for f in old["facility_id"]],
            "kind": "existing",
            "category": old["category"].to_numpy(dtype=object),
            "designations": old["designations"].to_numpy(dtype=object),
            "name": old["name"].astype(str).to_numpy(),
            "replaces": old["facility_id"].to_numpy(dtype=object),
            "price": 0.0,
        },
        geometry=old.geometry.to_numpy(), crs=old.crs,
    )  # fmt: skip
