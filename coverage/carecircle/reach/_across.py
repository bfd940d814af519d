"""Places nearer to each other than to the road and back: they meet straight across, off the road."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.reach._geodesy import GEOD, lonlat
from carecircle.reach.snapping._legs import legs_in_plane

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

    from carecircle.reach.graph._arrays import NetworkArrays
    from carecircle.reach.snapping.snap import Snap

Array = np.ndarray[Any, Any]

FINE_DEGREES = 9
"""Places are held to a billionth of a degree (0.1 mm), and the way across to the millimetre: finer than any
map, and coarser than the noise of any projection, so that the page has the very same doubles."""
MILLIMETRE = 3
_AT_ONCE = 4_096
"""Facilities whose surroundings are looked through together."""
_UNEVEN, _SLACK_M = 1.02, 1.0
"""By how much a projection's scale may differ between a leg and the way across."""


def across(demand: Snap, facilities: Snap) -> tuple[Array, Array, Array]:
    """Pairs that meet without the road.

    Both would walk or drive their access legs off the road in any case; where the straight way between them
    is shorter than the two legs together it is taken, at the same speed. Nobody leaves the road for longer
    than before.

    Parameters
    ----------
    demand, facilities
        Places on one network.

    Returns
    -------
    (demand row int64[k], facility row int64[k], geodesic metres float64[k])
        By facility, then by row.
    """
    pairs = [
        (rows, columns)
        for longest, members, tree in demand.by_leg
        for rows, columns in _near(demand, facilities, longest, members, tree)
    ]
    if not pairs:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    row, column = (np.concatenate(part) for part in zip(*pairs, strict=True))
    metres = straight_m(demand.network, demand.points_xy[row], facilities.points_xy[column])
    met = np.flatnonzero(metres < demand.snap_m[row] + facilities.snap_m[column])
    met = met[np.lexsort((row[met], column[met]))]
    return row[met], column[met], metres[met]


def straight_m(network: NetworkArrays, a: Array, b: Array) -> Array:
    """Geodesic metres float64[k] between places float64[k, 2] in the network's CRS, as the page has them."""
    ends = [np.round(lonlat(network.crs, xy[:, 0], xy[:, 1]), FINE_DEGREES) for xy in (a, b)]
    if not len(a):
        return np.zeros(0)
    _, _, metres = GEOD.inv(*ends[0], *ends[1])
    return np.round(np.asarray(metres), MILLIMETRE)


def _near(
    demand: Snap, facilities: Snap, longest: float, members: Array, tree: cKDTree
) -> list[tuple[Array, Array]]:
    """Pairs of a class of demand and the facilities, no farther apart in the plane than their two legs."""
    legs, away = legs_in_plane(facilities), legs_in_plane(demand)
    found = []
    for low in range(0, len(facilities), _AT_ONCE):
        columns = low + np.flatnonzero(np.isfinite(legs[low : low + _AT_ONCE]))
        if not len(columns):
            continue
        reach = (legs[columns] + longest) * _UNEVEN + _SLACK_M
        lists = tree.query_ball_point(facilities.points_xy[columns], reach, return_sorted=False)
        counts = np.array([len(one) for one in lists], np.int64)
        total = int(counts.sum())
        if not total:
            continue
        row = members[np.fromiter(itertools.chain.from_iterable(lists), np.int64, total)]
        column = np.repeat(columns, counts)
        apart = np.hypot(*(demand.points_xy[row] - facilities.points_xy[column]).T)
        kept = apart <= (away[row] + legs[column]) * _UNEVEN + _SLACK_M
        found.append((row[kept], column[kept]))
    return found
