"""What a set of moves makes of a study: facilities added, closed, changed and moved, as one scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle import categories
from carecircle.analysis.scenario import Scenario
from carecircle.inputs.load import Inputs
from carecircle.siting.whole.offers import Move, figure

_ORDER = ("upgrade", "extend", "move", "merge", "close", "open")


def deeds(inputs: Inputs, moves: Iterable[Move], *, projects: int | None = None, name: str = "") -> Scenario:
    """The scenario in which some moves are made; `carecircle.reanalyze` judges it.

    Of one facility upgrades come first, then what is added; what is counted of a facility that is merged into
    another (beds, staff) is then counted of that one, as far as both tables give it.

    Parameters
    ----------
    inputs
        Before the moves, the plan's projects of the same year done.
    moves
        That go together (`carecircle.siting.whole.versions`).
    projects
        The plan's projects due by this year are done first.
    name
        Of the scenario.

    Returns
    -------
    Scenario
        Places in WGS 84.
    """
    chosen = sorted(moves, key=lambda m: (_ORDER.index(m.kind), m.line, m.id))
    frame = inputs.facilities.set_index("facility_id", drop=False)
    change: dict[str, dict[str, Any]] = {}
    move: dict[str, tuple[float, float]] = {}
    close: list[str] = []
    for one in chosen:
        if one.kind == "open":
            continue
        target = one.facilities[-1]
        row = frame.loc[one.facilities[0]]
        facts = change.setdefault(target, {})
        if one.kind == "move" and one.place is not None:
            move[target] = one.place
        elif one.kind == "merge":
            _joined(facts, frame.loc[target], row)
        elif one.kind in ("upgrade", "extend"):
            _grown(facts, one, row)
        if one.ends is not None:
            close.append(one.ends)
    gone = set(close)
    return Scenario(
        name=name,
        add=_opened(inputs, [m for m in chosen if m.kind == "open"]),
        close=close,
        change={f: facts for f, facts in change.items() if facts and f not in gone},
        move=move,
        projects=projects,
    )


def _grown(facts: dict[str, Any], move: Move, row: pd.Series) -> None:
    """What an upgrade or an extension makes of a facility, after what was made of it before."""
    offer = move.offer
    if offer.category is not None:
        facts["category"] = offer.category
    if offer.designations:
        held = facts.get("designations", row["designations"] or ())
        facts["designations"] = tuple(dict.fromkeys((*held, *offer.designations)))
    for name, value in offer.attributes.items():
        had = facts.get(name, figure(row["attributes"], row["category"], name))
        facts[name] = value + (had or 0.0) if offer.kind == "extend" else value


def _joined(facts: dict[str, Any], into: pd.Series, gone: pd.Series) -> None:
    """What is counted of a merged facility, counted of the other from now on."""
    for name, kind in categories.attributes().items():
        if not kind.unit:
            continue
        more = figure(gone["attributes"], gone["category"], name)
        had = facts.get(name, figure(into["attributes"], into["category"], name))
        if more and had is not None:
            facts[name] = had + more


def _opened(inputs: Inputs, moves: Sequence[Move]) -> list[dict[str, Any]]:
    """New facilities as a scenario adds them."""
    areas = area_of(inputs, [m.place for m in moves if m.place is not None])
    return [
        {
            "facility_id": m.id, "name": m.name, "category": m.offer.category, "lon": m.place[0],
            "lat": m.place[1], "designations": m.offer.designations, "area_id": area,
            "attributes": dict(m.offer.attributes),
        }
        for m, area in zip(moves, areas, strict=True)
        if m.place is not None
    ]  # fmt: skip


def area_of(inputs: Inputs, places: Sequence[tuple[float, float]]) -> list[str | None]:
    """The finest area that holds each place, the smaller id on a shared border; None outside all.

    Parameters
    ----------
    inputs
        Whose areas.
    places
        Longitude and latitude (WGS 84).
    """
    found: list[str | None] = [None] * len(places)
    if not places:
        return found
    points = gpd.GeoSeries(gpd.points_from_xy(*np.array(places).T), crs=4326).to_crs(inputs.crs)
    areas = inputs.areas
    for level in ("village", "town", "county"):
        own = areas[(areas["level"] == level) & areas.geometry.notna()].sort_values("area_id")
        if own.empty:
            continue
        point, area = own.sindex.query(points, predicate="intersects", sort=True)
        for p, a in zip(point.tolist(), area.tolist(), strict=True):
            found[p] = found[p] or str(own["area_id"].iloc[a])
    return found
