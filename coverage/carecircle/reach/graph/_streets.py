"""Directed edge rows -> streets: a street is one drawn line with a row for each direction that is open."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]


def pair_streets(tail: Array, head: Array, coords: Array, offsets: Array) -> tuple[Array, Array]:
    """Find for every row the street it belongs to, and whether it runs as the street is drawn.

    Two rows are one street when they join the same nodes in opposite directions and their lines are exact
    reverses of each other. Rows must come in the order that decides ties (ascending edge_id): a street is
    drawn like its first row, and streets are numbered by their first rows.

    Parameters
    ----------
    tail, head
        int[m], node of the start and end of each row.
    coords, offsets
        Ragged coordinates of the rows: float64[k, 2], int64[m + 1].

    Returns
    -------
    street int32[m], along bool[m].
    """
    m = len(tail)
    size = np.diff(offsets)
    forward = tail < head
    for row in np.flatnonzero(tail == head):  # loops: their direction shows in their points alone
        line = coords[offsets[row] : offsets[row + 1]].tolist()
        forward[row] = line <= line[::-1]
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    key = _mixed(_shape_hash(coords, offsets, forward), low, high, size)
    nth = pd.Series(_mixed(key, forward)).groupby(_mixed(key, forward), sort=False).cumcount()
    street, _ = pd.factorize(_mixed(key, nth.to_numpy()))  # numbered by their first rows
    first = np.empty(street.max() + 1 if m else 0, np.int64)
    first[street[::-1]] = np.arange(m)[::-1]
    second = np.flatnonzero(first[street] != np.arange(m))
    to = first[street[second]]
    paired = (low[second] == low[to]) & (high[second] == high[to]) & (size[second] == size[to])
    paired[paired] = _reversed_equal(to[paired], second[paired], coords, offsets)
    false_pair = second[~paired]
    street[false_pair] = len(first) + np.arange(len(false_pair))
    street, _ = pd.factorize(street)
    return street.astype(np.int32), ~pd.Series(street).duplicated().to_numpy()


def _mixed(key: Array, *more: Array) -> Array:
    """A number for each row that differs where any of these does, but for chance."""
    mixed = np.asarray(key, np.uint64).copy()
    for each in more:
        mixed ^= np.asarray(each).astype(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def _shape_hash(coords: Array, offsets: Array, forward: Array) -> Array:
    """A number that a line and its reverse share (and other lines do not, but for chance).

    Each point enters with its place on the line, counted as forward rows run: lines that visit the same
    points in another order are other lines.
    """
    if len(offsets) < 2:
        return np.zeros(0, np.uint64)
    size = np.diff(offsets)
    place = np.arange(len(coords)) - np.repeat(np.where(forward, offsets[:-1], offsets[1:] - 1), size)
    bits = np.ascontiguousarray(coords + 0.0).view(np.uint64)
    mixed = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ bits[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(29)
    mixed = (mixed + np.abs(place).astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0x94D049BB133111EB)
    hashes: Array = np.add.reduceat(mixed, offsets[:-1])
    return hashes


def _reversed_equal(a: Array, b: Array, coords: Array, offsets: Array) -> Array:
    """Whether row b's line is exactly row a's, backwards (rows of equal size)."""
    size = offsets[a + 1] - offsets[a]
    step = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    ahead = coords[np.repeat(offsets[a], size) + step]
    back = coords[np.repeat(offsets[b + 1] - 1, size) - step]
    differs = (ahead != back).any(axis=1)
    wrong = np.bincount(np.repeat(np.arange(len(a)), size), weights=differs, minlength=len(a))
    return np.asarray(wrong == 0)


def hilbert_rank(xy: Array, *, bits: int = 16) -> Array:
    """Position of points along a Hilbert curve over their bounding box: near on it is near on the ground.

    Parameters
    ----------
    xy
        float64[n, 2].

    Returns
    -------
    int64[n] in [0, 4**bits). Algorithm: J. Skilling, *Programming the Hilbert curve*, AIP 707, 2004.
    """
    if len(xy) == 0:
        return np.zeros(0, np.int64)
    low = xy.min(axis=0)
    span = max(float((xy.max(axis=0) - low).max()), 1e-9)
    cell = np.minimum((xy - low) / span * (1 << bits), (1 << bits) - 1).astype(np.int64)
    x, y = cell[:, 0].copy(), cell[:, 1].copy()
    rank = np.zeros(len(xy), np.int64)
    for bit in range(bits - 1, -1, -1):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        rank += ((3 * right) ^ upper) << (2 * bit)
        flip = -(right & ~upper) & ((1 << bits) - 1)
        x ^= flip
        y ^= flip
        swap = (x ^ y) & (upper - 1)
        x ^= swap
        y ^= swap
    return rank
