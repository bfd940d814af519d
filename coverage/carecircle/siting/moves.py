"""Where one might build and what one might do there: places thinned to a spacing, new sites, upgrades."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle import categories
from carecircle.analysis import Analysis
from carecircle.errors import UsageError
from carecircle.siting.matrix import Ints
from carecircle.siting.means import Means, Places, known


def places_of(analysis: Analysis, means: Means) -> gpd.GeoDataFrame:
    """Points one might build on: place_id, name, geometry, and price, category, designations where given."""
    if isinstance(means.places, gpd.GeoDataFrame):
        points = _own(means.places.to_crs(analysis.inputs.crs).reset_index(drop=True))
    else:
        points = _found(analysis, means.places, means.spacing_m)
    if means.exclude is None:
        return points
    shut = means.exclude.to_crs(analysis.inputs.crs).geometry.union_all()
    return points[~points.geometry.intersects(shut)].reset_index(drop=True)


def _own(own: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A planner's own points."""
    ids = own["facility_id"] if "facility_id" in own else pd.Series([f"own-{i + 1}" for i in own.index])
    given = {c: own[c] for c in ("price", "designations") if c in own}
    if "category" in own:
        stated = [None if pd.isna(c) or not str(c).strip() else known(str(c)) for c in own["category"]]
        given["category"] = pd.Series(stated, dtype=object)
    return gpd.GeoDataFrame(
        {"place_id": ids.astype(str), "name": own.get("name", ids), **given},
        geometry=own.geometry, crs=own.crs,
    )  # fmt: skip


def _found(analysis: Analysis, places: Places, spacing_m: float) -> gpd.GeoDataFrame:
    """Points of the study itself."""
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
    points: gpd.GeoDataFrame, kinds: Sequence[tuple[str, tuple[str, ...]]], price: float
) -> gpd.GeoDataFrame:
    """Build on each place what it says itself, else each of some kinds (a category and its roles).

    A place with a category of its own has the roles it states; without any, those of the kinds that its
    category answers.
    """
    own = points["category"].notna() if "category" in points else pd.Series(False, index=points.index)
    free = points[~own]
    found = [_built(free, [kind] * len(free), price) for kind in kinds]
    stated = points[own]
    roles = stated["designations"] if "designations" in stated else pd.Series([()] * len(stated))
    built = [
        (str(c), tuple(r) if isinstance(r, tuple | list) and r else _roles(str(c), kinds))
        for c, r in zip(stated.get("category", ()), roles, strict=True)
    ]
    found.append(_built(stated, built, price))
    return gpd.GeoDataFrame(pd.concat([f for f in found if len(f)] or found), crs=points.crs)


def _roles(category: str, kinds: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """The roles asked of what a category answers."""
    return tuple(
        sorted({r for kind, roles in kinds if category in categories.descendants(kind) for r in roles})
    )


def _built(
    points: gpd.GeoDataFrame, built: Sequence[tuple[str, tuple[str, ...]]], price: float
) -> gpd.GeoDataFrame:
    """One move a point: what is built there."""
    codes = [categories.label(category, "en") for category, _ in built]
    return gpd.GeoDataFrame(
        {
            "move_id": [f"new:{code}:{p}" for code, p in zip(codes, points["place_id"], strict=True)],
            "kind": "new",
            "category": pd.Series([c for c, _ in built], index=points.index, dtype=object),
            "designations": pd.Series([r for _, r in built], index=points.index, dtype=object),
            "name": points["name"].astype(str),
            "replaces": None,
            "price": points["price"].astype(float) if "price" in points else price,
        },
        geometry=points.geometry, crs=points.crs,
    )  # fmt: skip


def upgradable(analysis: Analysis, upgrade: Sequence[str]) -> gpd.GeoDataFrame:
    """Open, placed facilities inside the study that are of exactly one of some categories."""
    facilities = analysis.inputs.facilities
    chosen = facilities["category"].isin([known(c) for c in upgrade]) & (facilities["status"] == "open")
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
