"""What drives a figure: first-order and total indices of its inputs, and the design they are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.stats import qmc

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Design:
    """Points of the unit cube: two samples, and the first with one input after another taken from the second.

    Parameters
    ----------
    first, second
        float64[n, d]: scrambled Sobol points, the two halves of one sequence of 2 d dimensions.
    groups
        One a an input: the dimensions that belong to it.
    """

    first: Array
    second: Array
    groups: tuple[Array, ...]

    def row(self, j: int) -> list[Array]:
        """float64[d] points of base point ``j``: first, second, and one an input."""
        a, b = self.first[j], self.second[j]
        mixed = []
        for dims in self.groups:
            point = a.copy()
            point[dims] = b[dims]
            mixed.append(point)
        return [a, b, *mixed]


def design(sizes: Sequence[int], points: int, seed: int) -> Design:
    """A design of so many base points.

    Parameters
    ----------
    sizes
        Dimensions of each input.
    points
        Base points; a power of two is best.
    seed
        Of the scrambling: the same gives the same points.

    Returns
    -------
    Design
        ``points * (2 + inputs)`` evaluations.

    References
    ----------
    Sobol' (1967), USSR Comput. Math. Math. Phys. 7(4), 86-112; Owen (1998), ACM TOMACS 8(1), 71-102;
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270 (the design).
    """
    size = int(sum(sizes))
    sobol = qmc.Sobol(2 * size, scramble=True, rng=seed)
    whole = (
        sobol.random_base2(int(points).bit_length() - 1)
        if points & (points - 1) == 0
        else sobol.random(points)
    )
    ends = np.cumsum([0, *sizes])
    groups = tuple(np.arange(a, b) for a, b in pairwise(ends))
    return Design(whole[:, :size], whole[:, size:], groups)


def indices(first: Array, second: Array, mixed: Array) -> tuple[Array, Array]:
    """First-order and total indices of a figure.

    Parameters
    ----------
    first, second
        float64[n]: the figure at both samples of a `Design`.
    mixed
        float64[n, k]: at the first sample with each input taken from the second.

    Returns
    -------
    first_order float64[k], total float64[k]
        Shares of the figure's variance; NaN where it does not vary.

    References
    ----------
    Saltelli et al. (2010), table 2, (b) first order; Jansen (1999), Computer Physics Communications 117,
    35-43 (total).
    """
    centre = np.mean([first, second])
    variance = np.mean((np.concatenate([first, second]) - centre) ** 2)
    if not variance > 0:
        nothing = np.full(mixed.shape[1], np.nan)
        return nothing, nothing
    # the figure's mean is taken off: the estimate is as true and varies less
    first_order = np.mean((second - centre)[:, None] * (mixed - first[:, None]), axis=0) / variance
    total = np.mean((first[:, None] - mixed) ** 2, axis=0) / (2 * variance)
    return first_order, total
