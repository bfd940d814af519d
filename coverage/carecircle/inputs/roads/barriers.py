"""Gates, bollards and their like: where one stands on a road, a metre before it is closed to whom it stops.

A barrier is a node of the ways that meet there. A metre of each of them, the *stub*, becomes a street of its
own with the barrier's tags beside the way's, and the mode's profile says whether it may pass: so a car turns
back and a walker goes on, and a door before the gate still lies on an open street. A barrier at the place
where several ways meet stops whoever crosses it from any of them, as in OSRM.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from carecircle.inputs.osm.file import sound
from carecircle.inputs.osm.store import store_of

STUB_M = 1.0
"""Length of road that a barrier takes; half the segment where that is shorter."""
_DEGREE_M = 111_320.0
"""Metres in a degree of latitude: good to 1 % anywhere, which is a centimetre here."""


@dataclass(frozen=True, eq=False)
class Runs:
    """Ways as rows of placed nodes, and the barrier that each node carries.

    Parameters
    ----------
    node, xy
        int64[n], float64[n, 2]: the nodes of all runs in one row, degrees.
    run
        int64[n]: the run each belongs to, ascending.
    barrier
        int64[n]: position of the node's barrier, -1 where it has none; stub ends have none.
    """

    node: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]
    run: npt.NDArray[np.int64]
    barrier: npt.NDArray[np.int64]


def read_barriers(path: Path, among: npt.NDArray[np.int64] | None = None) -> dict[int, Mapping[str, str]]:
    """Node id -> tags of every barrier of an OpenStreetMap extract; those among some nodes suffice."""
    import osmium

    store = store_of(path)
    if store is not None:
        ids = store.array("barriers")
        wanted = np.arange(len(ids)) if among is None else np.flatnonzero(np.isin(ids, among))
        texts = store.text_at("barrier_tags", wanted)
        return {int(ids[at]): json.loads(text) for at, text in zip(wanted.tolist(), texts, strict=True)}

    nodes = osmium.FileProcessor(str(sound(path)), osmium.osm.NODE).with_filter(
        osmium.filter.KeyFilter("barrier")
    )
    return {n.id: {t.k: t.v for t in n.tags} for n in nodes}


def with_stubs(
    node: npt.NDArray[np.int64],
    xy: npt.NDArray[np.float64],
    run: npt.NDArray[np.int64],
    found: npt.NDArray[np.int64],
    closing: Callable[[int, int], bool],
) -> Runs:
    """Runs with a node put in a metre before and behind each barrier that stops somebody.

    Parameters
    ----------
    node, xy, run
        As in `Runs`.
    found
        int64[n]: position of each node's barrier, -1 for none.
    closing
        Asked with a barrier's position and a run: whether some mode that may use the way is stopped.
    """
    stands = [int(i) for i in np.flatnonzero(found >= 0) if closing(int(found[i]), int(run[i]))]
    barrier = np.full(len(node), -1, dtype=np.int64)
    barrier[stands] = found[stands]
    places, points, owners = [], [], []
    for i in stands:
        for other, at in ((i - 1, i), (i + 1, i + 1)):
            if 0 <= other < len(node) and run[other] == run[i]:
                places.append(at)
                points.append(_towards(xy[i], xy[other]))
                owners.append(run[i])
    if not places:
        return Runs(node, xy, run, barrier)
    lowest = min(0, int(node.min()))
    made = lowest - 1 - np.arange(len(places), dtype=np.int64)
    return Runs(
        np.insert(node, places, made),
        np.insert(xy, places, np.array(points), axis=0),
        np.insert(run, places, owners),
        np.insert(barrier, places, -1),
    )


def _towards(start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The point a stub's length from one node towards another."""
    step = end - start
    metres = _DEGREE_M * float(np.hypot(step[0] * np.cos(np.radians(start[1])), step[1]))
    return start + step * (min(0.5, STUB_M / metres) if metres else 0.5)
