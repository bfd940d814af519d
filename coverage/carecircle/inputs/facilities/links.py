"""What ties the facilities of all tables together: who refers to whom, and the zones with their centres."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from carecircle import categories
from carecircle.categories import FacilitySet
from carecircle.errors import InputError, raise_all
from carecircle.schema import Finding
from carecircle.texts import Sentence

LINKS = ("refers_to", "zone")
"""Attributes that are looked over once all tables are read."""
LINK_COLUMNS = "link_columns"
"""Column of a frame as read: the headers under which its table has `LINKS`; left out later."""
CENTRE = FacilitySet.of(roles=["次中心"])
_MOST_FAULTS = 20
_MOST_NAMED = 8


def check_links(facilities: pd.DataFrame) -> list[Finding]:
    """Refuse referrals that lead nowhere, and name the zones that have no centre.

    Parameters
    ----------
    facilities
        Of all tables, as read.

    Returns
    -------
    list of Finding
        A warning for each zone of which no facility is or may be a 次中心.

    Raises
    ------
    InputError
        Each ``refers_to`` that names no facility, the facility itself or a circle, with file, row and column.
    """
    if LINK_COLUMNS not in facilities:
        return []
    raise_all([*_astray(facilities)][:_MOST_FAULTS])
    return [*_zones(facilities)]


def _astray(facilities: pd.DataFrame) -> Iterator[InputError]:
    """Referrals that name nobody, their own facility, or lead back to where they began."""
    names = dict(zip(facilities["facility_id"], facilities["name"], strict=True))
    to = _cells(facilities, "refers_to")
    rows = {i: n for n, i in enumerate(facilities["facility_id"])}
    told: set[str] = set()
    for facility, target in to.items():
        place = _place(facilities, rows[facility], "refers_to")
        if target == facility:
            yield InputError("inputs.refers_to_itself", value=target, name=names[facility], **place)
        elif target not in names:
            yield InputError("inputs.refers_to_unknown", value=target, near=_near(target, names), **place)
        elif facility not in told and (circle := _circle(facility, to)):
            told |= {*circle}
            round_ = [f"{i} {names[i]}" for i in (*circle, circle[0])]
            yield InputError("inputs.refers_in_circle", value=target, facilities=round_, **place)


def _circle(start: str, to: Mapping[str, str]) -> list[str]:
    """The facilities of a circle that a referral is part of, from where it starts; empty where it ends."""
    way = [start]
    while (after := to.get(way[-1])) is not None and after not in way:
        way.append(after)
    return way if len(way) > 1 and after == start else []


def _near(target: str, names: Mapping[str, str]) -> str:
    """What was probably meant: the id of a facility of that name, or any as an example."""
    bearing = [i for i, name in names.items() if name == target]
    first = bearing[0] if bearing else next(iter(names))
    return f"{first}（{names[first]}）"


def _zones(facilities: pd.DataFrame) -> Iterator[Finding]:
    """Zones without a centre; one that may have it, of which the table does not say, is none of them."""
    held = dict(zip(facilities["facility_id"], CENTRE.held(facilities), strict=True))
    status = dict(zip(facilities["facility_id"], facilities["status"], strict=True))
    members: dict[str, list[str]] = {}
    for facility, zone in _cells(facilities, "zone").items():
        if status[facility] == "open":
            members.setdefault(zone, []).append(facility)
    ids = facilities["facility_id"].tolist()
    names = dict(zip(ids, facilities["name"], strict=True))
    for zone, of in members.items():
        if any(held[i] is not False for i in of):
            continue
        place = _place(facilities, ids.index(of[0]), "zone")
        facts = {
            "zone": zone, "members": [names[i] for i in of[:_MOST_NAMED]],
            "role": categories.label(CENTRE.roles[0]),
        }  # fmt: skip
        yield Finding("warning", Sentence("inputs.zone_without_centre", facts), **place)


def _cells(facilities: pd.DataFrame, name: str) -> dict[str, str]:
    """One attribute by facility, blanks left out."""
    pairs = zip(facilities["facility_id"], facilities["attributes"], strict=True)
    return {str(i): str(a[name]) for i, a in pairs if a and a.get(name)}


def _place(facilities: pd.DataFrame, row: int, name: str) -> dict[str, Any]:
    """File, row and column of a cell, as the planner sees them."""
    one = facilities.iloc[row]
    headers = one[LINK_COLUMNS]
    column = headers.get(name, name) if isinstance(headers, dict) else name
    return {"file": str(one["source"]), "row": int(one["row"]), "column": column}
