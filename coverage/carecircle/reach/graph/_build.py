"""A network's arrays out of directed edges: nodes in order on the ground, rows by tail, streets in pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely

from carecircle.reach.graph._streets import hilbert_rank, pair_streets

Array = np.ndarray[Any, Any]


def row_pointers(nodes: Array, count: int) -> Array:
    """int64[count + 1]: where each node's rows begin, of rows sorted by node."""
    pointers = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(nodes, minlength=count), out=pointers[1:])
    return pointers


def assemble(
    *, mode: str, crs: pyproj.CRS, access_speed_kph: float, edge_id: Array, from_node: Array, to_node: Array,
    seconds: Array, length_m: Array, may_stop: Array, structure: Array, lines: Array,
) -> dict[str, Any]:  # fmt: skip
    """The arrays of a `Network` from rows in ascending order of their ids.

    Nodes are numbered along the Hilbert curve, rows are paired into streets and sorted by tail.
    """
    coords, offsets = np.zeros((0, 2)), np.zeros(1, np.int64)
    if len(lines):
        _, coords, parts = shapely.to_ragged_array(lines)
        coords, offsets = np.ascontiguousarray(coords[:, :2], np.float64), np.asarray(parts[0], np.int64)
    node_id, first, number = np.unique(
        np.concatenate([from_node, to_node]), return_index=True, return_inverse=True
    )
    m = len(edge_id)
    end_point = np.concatenate([offsets[:-1], offsets[1:] - 1])
    node_xy = coords[end_point[first]]
    order = np.lexsort((node_id, hilbert_rank(node_xy)))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    tail, head = rank[number[:m]], rank[number[m:]]
    street, along = pair_streets(tail, head, coords, offsets)
    drawn = np.flatnonzero(along)
    drawn = drawn[np.argsort(street[drawn])]
    stop = np.zeros(len(drawn), bool)
    stop[street[may_stop]] = True
    size = np.diff(offsets)[drawn]
    street_offsets = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    step = np.arange(int(size.sum())) - np.repeat(street_offsets[:-1], size)
    by_tail = np.lexsort((edge_id, tail))
    return {
        "mode": mode, "crs": crs, "access_speed_kph": float(access_speed_kph),
        "node_id": node_id[order], "node_xy": node_xy[order], "edge_id": edge_id[by_tail],
        "tail": tail[by_tail], "head": head[by_tail], "seconds": seconds[by_tail],
        "length_m": length_m[by_tail], "street": street[by_tail], "along": along[by_tail],
        "may_stop": stop, "coords": coords[np.repeat(offsets[:-1][drawn], size) + step],
        "offsets": street_offsets, "structure": structure[drawn],
    }  # fmt: skip
