"""Ground with every move an edge of its own, for scipy: reference in tests, and where numba is absent."""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach.ground import laws
from carecircle.reach.ground.field import MOVES, Field

Array = np.ndarray[Any, Any]


def moves_of(field: Field, sign: float) -> tuple[Array, Array, Array]:
    """Every open move of a field.

    Parameters
    ----------
    field
        The cells.
    sign
        1 in the direction of travel, -1 against it: what a search from the facilities needs.

    Returns
    -------
    tuple of ndarray
        tail int64, head int64 (places in the padded arrays), cost float64.
    """
    slow = np.full((field.rows + 4, field.columns + 4), np.nan)
    slow[2:-2, 2:-2] = field.slow
    z = np.zeros_like(slow)
    if field.elevation_m is not None:
        z[2:-2, 2:-2] = field.elevation_m
    walked, ridden = np.where(slow < 0, 0.0, slow) + field.base, np.where(slow < 0, -slow, 0.0)
    if field.law == laws.NONE:
        walked, ridden = np.abs(slow), np.where(np.isnan(slow), np.nan, 0.0)
    place = np.arange(slow.size).reshape(slow.shape)
    tails, heads, costs = [], [], []
    for k, (down, right) in enumerate(MOVES[: field.moves].tolist()):
        cells = [(0, 0), (down, right), *_between(down, right)]
        metres = field.metres[:, k]
        run = np.full(len(slow), metres[0]) if field.uniform else metres
        run = run[2:-2, None]
        s = sign * (_moved(z, down, right) - _moved(z, 0, 0)) / run
        foot = np.mean([_moved(walked, *c) for c in cells], axis=0)
        ride = np.mean([_moved(ridden, *c) for c in cells], axis=0)
        cost = run * (foot * laws.factor(field.law, s) + ride)
        cost = np.where(np.abs(s) > field.steepest, np.nan, cost)
        there = np.isfinite(cost)
        tails.append(_moved(place, 0, 0)[there])
        heads.append(_moved(place, down, right)[there])
        costs.append(cost[there])
    return np.concatenate(tails), np.concatenate(heads), np.concatenate(costs)


def _between(down: int, right: int) -> list[tuple[int, int]]:
    """The two cells that a knight's move passes between."""
    if abs(down) == 2:
        return [(down // 2, 0), (down // 2, right)]
    return [(0, right // 2), (down, right // 2)] if abs(right) == 2 else []


def _moved(padded: Array, down: int, right: int) -> Array:
    """The inner cells' neighbours."""
    rows, columns = padded.shape
    return padded[2 + down : rows - 2 + down, 2 + right : columns - 2 + right]
