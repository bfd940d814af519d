"""Access legs of many places: how long each is in the plane, and who has legs of one length."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from carecircle.reach.snapping.snap import Snap

Array = np.ndarray[Any, Any]

_FIRST_CLASS_M = 25.0


def legs_in_plane(snap: Snap) -> Array:
    """Length float64[p] of each access leg in the plane of the network's CRS; NaN unsnapped."""
    leg = np.hypot(*(snap.points_xy - snap.xy).T)
    return np.where(snap.snapped, leg, np.nan)


def by_leg(snap: Snap) -> list[tuple[float, Array, Any]]:
    """Snapped points in classes of which each has legs up to twice as long as the one before.

    Returns
    -------
    list of (longest leg in the plane, rows, tree over their points)
        So that around a facility nobody is looked at who is much farther away than the two legs.
    """
    from scipy.spatial import cKDTree

    leg = legs_in_plane(snap)
    rows = np.flatnonzero(leg > 0)
    if not len(rows):
        return []
    rows = rows[np.argsort(leg[rows], kind="stable")]
    steps = _FIRST_CLASS_M * 2.0 ** np.arange(64)
    cuts = np.unique(np.searchsorted(leg[rows], steps, side="right"))
    found = []
    for low, high in itertools.pairwise([0, *cuts[cuts > 0].tolist()]):
        members = rows[low:high]
        tree = cKDTree(snap.points_xy[members], balanced_tree=False, compact_nodes=False)
        found.append((float(leg[members[-1]]), members, tree))
    return found
