"""From which value of a parameter on enough residents are covered: thresholds, weighed and added up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_SAME = 1e-12
"""Sums of residents that differ by less (relative) are the same."""


@dataclass(frozen=True)
class Crowd:
    """The residents a verdict counts: those with a cost, those nobody can tell, and what is asked.

    Parameters
    ----------
    weight
        float64[n]: residents in scope with a cost, row by row.
    undecided
        Residents in scope off the roads, or of unknown place or scope.
    in_scope
        All residents in scope.
    target
        Share asked for (0-1).
    """

    weight: Array
    undecided: float
    in_scope: float
    target: float

    @property
    def needed(self) -> float:
        """Residents that must be covered."""
        return self.target * self.in_scope * (1 - _SAME)


def pass_at(crowd: Crowd, from_: Array) -> float:
    """The least value at which enough are covered whoever the undecided are.

    Parameters
    ----------
    crowd
        The residents.
    from_
        float64[n]: the least value at which each row is covered; inf: at none.

    Returns
    -------
    float
        inf where no value would do, -inf where every value does.
    """
    return _least(crowd, from_, crowd.needed)


def open_at(crowd: Crowd, from_: Array) -> float:
    """The least value at which enough may be covered, if all the undecided were; as `pass_at`."""
    return _least(crowd, from_, crowd.needed - crowd.undecided)


def speed_from(beside: Array, on_roads: Array, limit: float) -> Array:
    """The least speed factor at which each row is within a limit: ``beside + on_roads / s <= limit``.

    Parameters
    ----------
    beside, on_roads
        float64[n]: minutes that no speed changes, and minutes on the roads at factor 1.
    limit
        In the same unit, inclusive.

    Returns
    -------
    float64[n]
        0 where any speed does, inf where none does.
    """
    left = limit - beside
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(left > 0, on_roads / left, np.inf)
    return np.where((on_roads <= 0) & (left >= 0), 0.0, np.where(np.isnan(least), np.inf, least))


def _least(crowd: Crowd, from_: Array, needed: float) -> float:
    if needed <= 0:
        return -math.inf
    order = np.argsort(from_, kind="stable")
    held = np.cumsum(crowd.weight[order])
    enough = int(np.searchsorted(held, needed))
    return float(from_[order][enough]) if enough < len(order) else math.inf
