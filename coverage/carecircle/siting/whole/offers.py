"""What may be done: every move of ``[[moves]]`` at each of its places and to each of its facilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from carecircle import categories
from carecircle.analysis import Analysis
from carecircle.errors import UsageError, raise_all
from carecircle.inputs.sites import read_sites
from carecircle.siting.means import Means
from carecircle.siting.moves import places_of
from carecircle.study.mending import MoveKind, Offered

MOST_MOVES = 20_000
"""Beyond these a choice among them takes too long to be worth it."""


@dataclass(frozen=True, eq=False)
class Move:
    """One thing that may be done.

    Parameters
    ----------
    id
        Unique: the number of its table, its kind, and its place or facility.
    line
        Number of its ``[[moves]]`` table, from 1.
    offer
        That table.
    name
        What it is called: the place or facility.
    facilities
        Ids of the facilities that it changes, the one that it is done to first.
    place
        Longitude and latitude (WGS 84) of what it opens or moves; None for other kinds.
    """

    id: str
    line: int
    offer: Offered
    name: str
    facilities: tuple[str, ...] = ()
    place: tuple[float, float] | None = None

    @property
    def kind(self) -> MoveKind:
        """Which kind of move."""
        return self.offer.kind

    @property
    def price(self) -> float:
        """Once, in the planner's unit."""
        return self.offer.price

    @property
    def running(self) -> float:
        """A year, from the year after."""
        return self.offer.running

    @property
    def ends(self) -> str | None:
        """The facility that is no more when it is made, if one is."""
        return self.facilities[0] if self.kind in ("close", "merge") else None


def offered(analysis: Analysis, offers: Sequence[Offered]) -> tuple[Move, ...]:
    """Every move on offer, in the order of the tables.

    A move to a facility that would change nothing of it, or add to a figure that its table leaves blank, is
    left out where the facility was meant by its category, and refused where it was named.

    Parameters
    ----------
    analysis
        The study as it is.
    offers
        ``study.moves``.

    Raises
    ------
    UsageError
        If there is none, a facility is unknown, not open or has not the figure that is added to, or there are
        more than 20,000: every fault at once, each with the number of its table.
    """
    if not offers:
        raise UsageError("siting.no_moves")
    known = {str(row["facility_id"]): row for row in _rows(analysis.inputs.facilities)}
    faults: list[UsageError] = []
    found: list[Move] = []
    for line, offer in enumerate(offers, 1):
        if offer.kind == "open":
            found += _openings(analysis, line, offer)
        else:
            own, wrong = _to_facilities(line, offer, known)
            found += own
            faults += wrong
    raise_all(faults)
    if len(found) > MOST_MOVES:
        raise UsageError("siting.too_many_offers", value=len(found), most=MOST_MOVES)
    if not found:
        raise UsageError("siting.no_moves")
    return tuple(found)


def _rows(facilities: gpd.GeoDataFrame) -> list[dict[Any, Any]]:
    rows: list[dict[Any, Any]] = [
        dict(zip(facilities.columns, r, strict=True)) for r in facilities.to_numpy()
    ]
    return rows


def _openings(analysis: Analysis, line: int, offer: Offered) -> Iterator[Move]:
    """A facility opened on each place."""
    if offer.to:
        points = [(f"{number}", "", *place) for number, place in enumerate(offer.to, 1)]
    else:
        own = None if offer.path is None else read_sites(offer.path)[0]
        means = Means(places=offer.places if own is None else own, spacing_m=offer.spacing_m)
        places = places_of(analysis, means)
        there = places.geometry.to_crs(4326)
        ids = places["place_id"].astype(str), places["name"].astype(str)
        points = [*zip(*ids, there.x.tolist(), there.y.tolist(), strict=True)]
    inside = _inside(analysis, [(lon, lat) for *_, lon, lat in points])
    taken = set(analysis.inputs.facilities["facility_id"])
    for (place, name, lon, lat), within in zip(points, inside, strict=True):
        if not within:
            continue
        move = f"{line}:open:{place}"
        while move in taken:
            move += "+"
        yield Move(move, line, offer, offer.name or name or f"{line}-{place}", (), (lon, lat))


def _inside(analysis: Analysis, points: Sequence[tuple[float, float]]) -> list[bool]:
    """Which places lie in the study."""
    xy = gpd.GeoSeries(gpd.points_from_xy(*np.array(points).reshape(-1, 2).T), crs=4326)
    return [bool(b) for b in shapely.intersects(xy.to_crs(analysis.inputs.crs).array, analysis.inputs.region)]


def _to_facilities(
    line: int, offer: Offered, known: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Move], list[UsageError]]:
    """A move to each facility that a table means."""
    faults: list[UsageError] = []
    found: list[Move] = []
    wanted = [*offer.facilities, *([offer.into] if offer.into else [])]
    lost = [f for f in wanted if f not in known or known[f]["status"] != "open"]
    if lost:
        return [], [UsageError("siting.offer_facility", line=line, value=lost)]
    named = set(offer.facilities)
    meant = [
        i
        for i, row in known.items()
        if i in named
        or (row["category"] in offer.of and row["status"] == "open" and row["inside"] and _placed(row))
    ]
    for facility in meant:
        row = known[facility]
        why = _useless(offer, row)
        if why and facility in named:
            faults.append(UsageError(f"siting.offer_{why}", line=line, value=facility))
        if why:
            continue
        own = Move(f"{line}:{offer.kind}:{facility}", line, offer, str(row["name"]), (facility,))
        if offer.kind == "move":
            found += [
                Move(f"{own.id}:{number}", line, offer, own.name, own.facilities, place)
                for number, place in enumerate(offer.to, 1)
            ]
        elif offer.kind == "merge":
            found.append(Move(own.id, line, offer, own.name, (facility, offer.into)))
        else:
            found.append(own)
    return found, faults


def _placed(row: Mapping[str, Any]) -> bool:
    return row["geometry"] is not None and not row["geometry"].is_empty


def _useless(offer: Offered, row: Mapping[str, Any]) -> str:
    """Why a move cannot be made to a facility, or changes nothing of it; empty where it does."""
    if offer.kind == "merge":
        return "itself" if offer.into == row["facility_id"] else ""
    if offer.kind not in ("upgrade", "extend"):
        return ""
    gains = not {*offer.designations} <= {*(row["designations"] or ())}
    if offer.kind == "extend":
        blank = [a for a in offer.attributes if figure(row["attributes"], row["category"], a) is None]
        return "blank" if blank else "" if gains or any(offer.attributes.values()) else "nothing"
    becomes = offer.category not in (None, row["category"])
    shows = any(
        figure(row["attributes"], row["category"], a) != value for a, value in offer.attributes.items()
    )
    return "" if becomes or gains or shows else "nothing"


def figure(attributes: Mapping[str, Any] | None, category: str, name: str) -> float | None:
    """A facility's figure; 0 where its kind bears none; None where its table leaves it blank.

    Parameters
    ----------
    attributes, category
        The facility's.
    name
        Of the attribute.
    """
    value: Any = (attributes or {}).get(name)
    try:
        number = float(value)
        if number == number:
            return number
    except (TypeError, ValueError):
        pass
    borne = categories.attributes()[name].borne_by if name in categories.attributes() else ()
    if borne and not any(category in categories.descendants(kind) for kind in borne):
        return 0.0
    return None
