"""People off every road, gathered with those beside them who live along the same lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Array = np.ndarray[Any, Any]

MOST_HOMES = 400
"""A group of more places is no lane but a countryside, as grids of residents fill it: cut in squares."""
TILE_M = 2000.0
"""Sides of those squares."""
_MOST_NEIGHBOURS = 24
"""Of one place: enough for a chain or a grid, and few enough for a city."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """Places off the roads, in groups.

    Parameters
    ----------
    row
        int64[n]: which of the places given each is.
    group
        int64[n]: its group, from 0, the one with most residents off the roads first.
    pairs
        int64[m, 2]: neighbours within the gap, positions in ``row``.
    """

    row: Array
    group: Array
    pairs: Array


def gathered(
    xy: Array, off_m: Array, residents: Array, *, beyond_m: float, door_m: float, gap_m: float, least: float
) -> Gathered:
    """Groups of places that have somebody off the roads among them.

    Parameters
    ----------
    xy, residents
        float64[p, 2], float64[p]: places in metres, and how many live there.
    off_m
        float64[p]: metres to the nearest road; inf where there is none.
    beyond_m
        Farther than this is off the roads.
    door_m
        Whoever lives farther than this from a road may live along a lane that is not mapped, and joins a
        group if no more than ``gap_m`` away from it.
    gap_m
        The widest step between two homes along a lane.
    least
        Groups with fewer residents off the roads are left out.
    """
    row = np.flatnonzero((off_m > min(door_m, beyond_m)) & (residents > 0))
    pairs = _neighbours(xy[row], gap_m)
    count = len(row)
    label = _components(pairs, count)
    wide = np.bincount(label)[label] > MOST_HOMES if count else np.zeros(0, bool)
    if wide.any():
        tile = np.floor(xy[row] / TILE_M).astype(np.int64)
        pairs = pairs[(tile[pairs[:, 0]] == tile[pairs[:, 1]]).all(axis=1) | ~wide[pairs[:, 0]]]
        label = _components(pairs, count)
    lost = np.bincount(label, np.where(off_m[row] > beyond_m, residents[row], 0.0)) if count else np.zeros(0)
    order = np.lexsort((*_corner(xy[row], label, len(lost)), -lost))
    kept = order[lost[order] >= max(least, 1e-9)]
    number = np.full(len(lost), -1, np.int64)
    number[kept] = np.arange(len(kept))
    group = number[label]
    inside = group >= 0
    place = np.cumsum(inside) - 1
    both = inside[pairs].all(axis=1) if len(pairs) else np.zeros(0, bool)
    return Gathered(row[inside], group[inside], place[pairs[both]].reshape(-1, 2))


def _components(pairs: Array, count: int) -> Array:
    """int64[count]: which places hang together by pairs."""
    if not count:
        return np.zeros(0, np.int64)
    ones = np.ones(len(pairs), np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _corner(xy: Array, label: Array, count: int) -> tuple[Array, Array]:
    """South and west of each group: what orders those of as many residents, in whatever order they came."""
    south, west = np.full(count, np.inf), np.full(count, np.inf)
    np.minimum.at(west, label, xy[:, 0])
    np.minimum.at(south, label, xy[:, 1])
    return south, west


def _neighbours(xy: Array, gap_m: float) -> Array:
    """Pairs of places within a gap, each once; of crowded ones the nearest."""
    if len(xy) < 2:
        return np.zeros((0, 2), np.int64)
    many = min(_MOST_NEIGHBOURS, len(xy) - 1) + 1
    found = cKDTree(xy).query(xy, k=many, distance_upper_bound=gap_m)
    far, near = np.asarray(found[0]), np.asarray(found[1])
    here = np.repeat(np.arange(len(xy)), many)
    there, within = near.ravel(), np.isfinite(far.ravel())
    pairs = np.sort(np.stack([here[within], there[within]], axis=1), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).astype(np.int64)
