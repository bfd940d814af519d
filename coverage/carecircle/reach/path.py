"""The way between one point and one facility, as a line to draw with its minutes and metres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from shapely.ops import substring

from carecircle.reach import kernels
from carecircle.reach._across import straight_m
from carecircle.reach.answers import Path
from carecircle.reach.snapping.snap import Snap, along_street, off_road_cost

if TYPE_CHECKING:
    from carecircle.reach.network.model import Metric, Network

__all__ = ["Path", "path"]

Array = np.ndarray[Any, Any]


def path(
    network: Network,
    demand_point: shapely.Point,
    facility_point: shapely.Point,
    *,
    direction: Literal["to_facility", "from_facility"] = "to_facility",
    metric: Metric = "minutes",
    max_snap_m: float = 500.0,
) -> Path | None:
    """The fastest (``minutes``) or shortest (``road_m``) way; None where there is none.

    Parameters
    ----------
    network
        Of the mode that travels.
    demand_point, facility_point
        In the network's CRS.
    direction, metric, max_snap_m
        As in `carecircle.reach.travel.nearest_facility`, whose cost this way has (snapping in metres).

    Returns
    -------
    Path or None
        In the direction of travel, its minutes and metres with the access legs.

    Raises
    ------
    UsageError
        If the network's arrays do not fit together.
    """
    snap = network.snap(np.array([demand_point, facility_point], dtype=object), max_snap_m=max_snap_m)
    if not snap.snapped.all():
        return None
    to_facility = direction == "to_facility"
    start, end = (0, 1) if to_facility else (1, 0)
    apart = straight_m(network, snap.points_xy[:1], snap.points_xy[1:])
    if apart[0] < snap.snap_m[0] + snap.snap_m[1]:
        return _off_road(network, snap.points_xy[[start, end]], apart)
    facility_ends, demand_ends = (
        (snap.arrivals, snap.departures) if to_facility else (snap.departures, snap.arrivals)
    )
    f_node, f_cost = (a[1] for a in facility_ends(metric))
    d_node, d_cost = (a[0] for a in demand_ends(metric))
    graph = network.csr(metric, reversed_=to_facility)
    total, f_side, d_side, slots = kernels.way(*graph, f_node, d_node, source_cost=f_cost, target_cost=d_cost)
    t = snap.position
    direct = np.inf
    if snap.street[0] == snap.street[1]:
        direct = along_street(network, snap.street[:1], t[[start]], t[[end]], metric)[0]
    if not np.isfinite(min(total, direct)):
        return None
    if direct <= total:
        only = (int(snap.street[0]), float(t[start]), float(t[end]))
        return _finish(network, snap, start, end, [only])
    rows = network.rows_of_slots(slots, reversed_=to_facility)
    sides = (d_side, f_side) if to_facility else (f_side, d_side)
    if to_facility:
        rows = rows[::-1]
    parts = [(int(snap.street[start]), float(t[start]), float(sides[0]))]
    parts += [
        (int(s), 0.0 if ahead else 1.0, 1.0 if ahead else 0.0)
        for s, ahead in zip(network.street[rows], network.along[rows], strict=True)
    ]
    parts.append((int(snap.street[end]), float(sides[1]), float(t[end])))
    return _finish(network, snap, start, end, parts)


def _off_road(network: Network, ends: Array, apart: Array) -> Path:
    """Straight across, nowhere on a road."""
    here, there = (shapely.LineString([end, end]) for end in ends)
    minutes = float(off_road_cost(network, apart, "minutes")[0]) / 60
    return Path(shapely.LineString(ends), (here, there), minutes, float(apart[0]), ())


def _finish(
    network: Network, snap: Snap, start: int, end: int, parts: list[tuple[int, float, float]]
) -> Path:
    """Join parts of streets (street, from, to) into one line, and measure it both ways."""
    moved = [part for part in parts if part[1] != part[2]]
    street = np.array([part[0] for part in moved], np.int64)
    begin, stop = (np.array([part[k] for part in moved]) for k in (1, 2))
    pieces = [_piece(line, a, b) for line, a, b in zip(network.lines(street), begin, stop, strict=True)]
    coords = np.concatenate(pieces or [snap.xy[[start, end]]])
    fresh = np.r_[True, (coords[1:] != coords[:-1]).any(axis=1)]
    line = shapely.LineString(coords[fresh] if fresh.sum() > 1 else coords[:2])

    def whole(metric: Metric) -> float:
        return math.fsum(
            [*along_street(network, street, begin, stop, metric), *snap.access_cost(metric)[[start, end]]]
        )

    travelled = network.street_rows[street, np.where(stop > begin, 0, 1)]
    return Path(
        geometry=line,
        access=(
            shapely.LineString([snap.points_xy[start], snap.xy[start]]),
            shapely.LineString([snap.xy[end], snap.points_xy[end]]),
        ),
        minutes=whole("minutes") / 60,
        metres=whole("road_m"),
        edge_ids=tuple(network.edge_id[travelled].tolist()),
    )


def _piece(line: shapely.LineString, begin: float, stop: float) -> Array:
    """Coordinates of the part of a line between two shares of its length, in that direction."""
    low, high = sorted((begin, stop))
    part = substring(line, low, high, normalized=True)
    coords = shapely.get_coordinates(part)
    return coords if begin < stop else coords[::-1]
