r"""Decay functions: what a pair of origin and destination counts, told from its cost.

Each is a frozen `Decay` that is called with costs and gives weights of the same shape, 1 at no cost. Names
and conventions differ between packages: a step at its own limit, and a power below a cost of 1, are told
here as arguments and not hidden.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from carecircle.costs import Floats
from carecircle.errors import UsageError


@dataclass(frozen=True, eq=False)
class Decay:
    """A decay function: costs in, weights out.

    Parameters
    ----------
    name
        ``binary``, ``linear``, ``exponential``, ``power``, ``stepped``, ``gaussian``, ``everywhere``.
    numbers
        Its arguments by name, as the manifest and a verdict show them.
    limit
        The largest cost that may count, in the unit of the costs; inf: none.
    weight
        float64[...] to float64[...], for costs up to the limit.
    """

    name: str
    numbers: Mapping[str, Any]
    limit: float
    weight: Callable[[Floats], Floats]

    def __call__(self, cost: Any) -> Floats:
        """The weight of each cost.

        Parameters
        ----------
        cost
            float64[...], any shape; inf is out of reach.

        Returns
        -------
        ndarray
            float64 of the same shape, 0 beyond the limit.
        """
        costs = np.asarray(cost, np.float64)
        most = costs.max(initial=0.0)
        if not most < math.inf:
            known = np.where(np.isfinite(costs), costs, 0.0)
            return np.where(np.isfinite(costs) & (costs <= self.limit), self.weight(known), 0.0)
        weights = self.weight(costs)
        return weights if most <= self.limit else np.where(costs <= self.limit, weights, 0.0)

    def within(self, limit: float) -> Decay:
        """The same decay, cut off beyond a limit.

        Parameters
        ----------
        limit
            In the unit of the costs (minutes or metres), inclusive.

        Returns
        -------
        Decay
            Nothing counts beyond the smaller of both limits.

        Raises
        ------
        UsageError
            If the limit is no number of at least 0.
        """
        return Decay(self.name, self.numbers, min(self.limit, _least("limit", limit, 0.0)), self.weight)


def everywhere() -> Decay:
    """Weight 1 at every cost that is reached at all.

    Returns
    -------
    Decay
        Without a limit.
    """
    return Decay("everywhere", {}, math.inf, np.ones_like)


def binary(limit: float) -> Decay:
    r""":math:`f(t) = 1` for :math:`t \le T`, 0 beyond: closed at the limit.

    Parameters
    ----------
    limit
        *T*, in the unit of the costs (minutes or metres).

    Returns
    -------
    Decay
        That of 2SFCA and of cumulative opportunities.

    Raises
    ------
    UsageError
        If the limit is no number of at least 0.
    """
    return Decay("binary", {"limit": limit}, _least("limit", limit, 0.0), np.ones_like)


def linear(limit: float) -> Decay:
    r""":math:`f(t) = 1 - t/T` for :math:`t \le T`, 0 beyond.

    Parameters
    ----------
    limit
        *T*, in the unit of the costs (minutes or metres).

    Returns
    -------
    Decay
        A straight line from 1 to 0.

    Raises
    ------
    UsageError
        If the limit is no number above 0.
    """
    far = _above("limit", limit)
    return Decay("linear", {"limit": far}, far, lambda t: 1.0 - t / far)


def exponential(rate: float) -> Decay:
    r""":math:`f(t) = e^{-\beta t}`.

    Parameters
    ----------
    rate
        :math:`\beta` > 0, per unit of the costs.

    Returns
    -------
    Decay
        Without a limit (see `Decay.within`).

    Raises
    ------
    UsageError
        If the rate is no number above 0.
    """
    beta = _above("rate", rate)
    return Decay("exponential", {"rate": beta}, math.inf, lambda t: np.exp(-beta * t))


def power(exponent: float, *, least: float = 1.0) -> Decay:
    r""":math:`f(t) = \max(t, t_0)^{-\beta}`, and 1 where that is more.

    Parameters
    ----------
    exponent
        :math:`\beta` > 0.
    least
        :math:`t_0` > 0: costs below it count as it. With 1 the weight at no cost is 1; with less it is 1
        too, so that no weight is above 1.

    Returns
    -------
    Decay
        Without a limit (see `Decay.within`).

    Raises
    ------
    UsageError
        If a number is not above 0.
    """
    beta, low = _above("exponent", exponent), _above("least", least)
    return Decay(
        "power", {"exponent": beta, "least": low}, math.inf,
        lambda t: np.minimum(np.maximum(t, low) ** -beta, 1.0),
    )  # fmt: skip


def gaussian(width: float) -> Decay:
    r""":math:`f(t) = e^{-t^2 / 2\sigma^2}`.

    Parameters
    ----------
    width
        :math:`\sigma` > 0, in the unit of the costs.

    Returns
    -------
    Decay
        Without a limit (see `Decay.within`).

    Raises
    ------
    UsageError
        If the width is no number above 0.
    """
    sigma = _above("width", width)
    return Decay("gaussian", {"width": sigma}, math.inf, lambda t: np.exp(-0.5 * (t / sigma) ** 2))


def stepped(zones: Mapping[float, float], *, closed: bool = True) -> Decay:
    """One weight a zone: that of the first zone whose limit holds the cost, 0 beyond the last.

    Parameters
    ----------
    zones
        By limit (in the unit of the costs), the weight up to it, 0-1: ``{10: 1.0, 20: 0.68, 30: 0.22}``.
    closed
        Whether a cost equal to a limit still is in its zone, as in E2SFCA and everywhere in carecircle;
        False: it is in the next one already, as R's ``accessibility`` has it.

    Returns
    -------
    Decay
        Its limit is that of the last zone.

    Raises
    ------
    UsageError
        If there is no zone, a limit is not above 0, or a weight not between 0 and 1.
    """
    if not zones:
        raise UsageError("access.no_zones")
    limits = np.array(sorted(_above("zones", limit) for limit in zones))
    weights = np.array([zones[limit] for limit in sorted(zones)], np.float64)
    wrong = weights[~((weights >= 0) & (weights <= 1))]
    if len(wrong):
        raise UsageError("access.bad_weight", value=str(wrong[0]))
    padded = np.append(weights, 0.0)

    def weight(t: Floats) -> Floats:
        return np.asarray(padded[np.searchsorted(limits, t, side="left" if closed else "right")])

    return Decay("stepped", {"zones": {float(k): float(v) for k, v in sorted(zones.items())},
                             "closed": closed}, float(limits[-1]), weight)  # fmt: skip


def _above(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise UsageError("access.not_above_zero", name=name, value=str(value))
    return float(value)


def _least(name: str, value: float, least: float) -> float:
    if not value >= least:
        raise UsageError("access.below", name=name, value=str(value), least=least)
    return float(value)
