"""The lane that is likely missing: the shortest tree through a group's homes, joined to the nearest road."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

Array = np.ndarray[Any, Any]


def tree_of(xy: Array, pairs: Array, root: int) -> tuple[Array, Array]:
    """The shortest tree through places, seen from its root.

    Parameters
    ----------
    xy
        float64[n, 2].
    pairs
        int64[m, 2]: places that may be joined; together they hold all.
    root
        Where the tree meets the road.

    Returns
    -------
    order, parent
        int64[n]: the places from the root outwards, and the place before each (-1 for the root).
    """
    count = len(xy)
    if count == 1:
        return np.zeros(1, np.int64), np.full(1, -1, np.int64)
    metres = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) + 1e-6  # two homes at one place stay two
    graph = csr_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    order, before = breadth_first_order(minimum_spanning_tree(graph), root, directed=False)
    parent = before.astype(np.int64)
    parent[root] = -1
    return order.astype(np.int64), parent


def served(order: Array, parent: Array, residents: Array) -> Array:
    """float64[n]: residents at each place of a tree and beyond it, seen from its root."""
    total = residents.astype(np.float64).copy()
    for place in order[::-1]:
        if parent[place] >= 0:
            total[parent[place]] += total[place]
    return total


def lines_of(order: Array, parent: Array, kept: Array) -> list[list[int]]:
    """A tree's kept places as lines from the root outwards, each ending at a fork or an end.

    Parameters
    ----------
    order, parent
        From `tree_of`.
    kept
        bool[n]: closed under ``parent``: a place that is kept has its way to the root kept.
    """
    children: dict[int, list[int]] = {}
    for place in order.tolist():
        if kept[place] and parent[place] >= 0:
            children.setdefault(int(parent[place]), []).append(place)
    lines = []
    waiting = [[int(order[0]), child] for child in children.get(int(order[0]), [])]
    while waiting:
        line = waiting.pop()
        while len(beyond := children.get(line[-1], [])) == 1:
            line.append(beyond[0])
        lines.append(line)
        waiting += [[line[-1], child] for child in beyond]
    return lines


def from_root(xy: Array, order: Array, parent: Array) -> Array:
    """float64[n]: metres along a tree from its root to each place."""
    metres = np.zeros(len(xy))
    for place in order[1:]:
        metres[place] = metres[parent[place]] + np.hypot(*(xy[place] - xy[parent[place]]))
    return metres
