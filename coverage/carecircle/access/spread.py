"""How evenly something is spread over people: Lorenz curve, Gini, Theil with groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from carecircle.access._people import kept_of, mean_of, weighed_values
from carecircle.costs import Floats


@dataclass(frozen=True)
class Theil:
    """Theil's T, taken apart by groups.

    Parameters
    ----------
    total
        The index, 0 where all have the same; ``between`` and ``within`` add up to it.
    between
        What is left if everybody had the mean of their group.
    within
        The rest: the groups' own indices, weighed by their share of the whole.
    groups
        By group: its own index.
    """

    total: float
    between: float
    within: float
    groups: dict[Any, float]


def lorenz(values: Any, weights: Any = None) -> tuple[Floats, Floats]:
    r"""The Lorenz curve: what share of the whole the worst-off share of people has.

    Parameters
    ----------
    values
        float64[n], each at least 0.
    weights
        float64[n]: residents who have each value; None: one each.

    Returns
    -------
    people, held : ndarray
        float64[k + 1] each, 0-1, rising from (0, 0) to (1, 1) by value.

    Raises
    ------
    UsageError
        If values and weights do not fit together, or all values are 0.

    References
    ----------
    Lorenz (1905), Methods of measuring the concentration of wealth, Publications of the American Statistical
    Association 9, 209-219, https://doi.org/10.2307/2276207.
    """
    a, w = weighed_values(values, weights, least=0.0)
    order = np.argsort(a, kind="stable")
    people, held = np.cumsum(w[order]), np.cumsum(w[order] * a[order])
    mean_of(a, w)
    start = np.zeros(1)
    return np.concatenate([start, people / people[-1]]), np.concatenate([start, held / held[-1]])


def gini(values: Any, weights: Any = None) -> float:
    r"""Gini coefficient: 0 where all have the same, towards 1 where one has all.

    .. math:: G = 1 - \sum_i (L_i + L_{i-1})\,(F_i - F_{i-1})

    over the Lorenz curve (*F* the share of people, *L* what they hold), which is
    :math:`\sum_{ij} w_i w_j |a_i - a_j| / (2 \mu (\sum w)^2)`.

    Parameters
    ----------
    values
        float64[n], each at least 0.
    weights
        float64[n]: residents who have each value; None: one each.

    Returns
    -------
    float
        0-1.

    Raises
    ------
    UsageError
        If values and weights do not fit together, or all values are 0.

    References
    ----------
    Gini (1912), Variabilità e mutabilità; weighted: Lerman and Yitzhaki (1989), Journal of Econometrics 42,
    43-47, https://doi.org/10.1016/0304-4076(89)90074-2.
    """
    people, held = lorenz(values, weights)
    return float(1.0 - math.fsum((held[1:] + held[:-1]) * np.diff(people)))


def theil(values: Any, weights: Any = None, groups: Any = None, *, zeros: bool = True) -> Theil:
    r"""Theil's T, between and within groups.

    .. math::

        T = \sum_i \frac{w_i}{W} \frac{a_i}{\mu} \ln\frac{a_i}{\mu}
          = \sum_g \frac{w_g \mu_g}{W \mu} \ln\frac{\mu_g}{\mu} + \sum_g \frac{w_g \mu_g}{W \mu} T_g,
        \qquad 0 \ln 0 = 0

    Parameters
    ----------
    values
        float64[n], each at least 0.
    weights
        float64[n]: residents who have each value; None: one each.
    groups
        One label each (town, urban or rural): n of them; None: all one group.
    zeros
        Whether residents with 0 count in *W* of the mean of logarithms; False leaves them out there, though
        not out of :math:`\mu`, as R's ``accessibility`` does.

    Returns
    -------
    Theil
        Its parts add up; with ``zeros=False`` there is only the total.

    Raises
    ------
    UsageError
        If values, weights and groups do not fit together, or all values are 0.

    References
    ----------
    Theil (1967), Economics and information theory; the parts: Shorrocks (1980), Econometrica 48, 613-625,
    https://doi.org/10.2307/1913126.
    """
    a, w = weighed_values(values, weights, least=0.0)
    mean = mean_of(a, w)
    if not zeros:
        some = a > 0
        total = _theil(a[some], w[some], mean)
        return Theil(total, math.nan, math.nan, {})
    labels = (
        np.zeros(len(a), object) if groups is None else kept_of(values, weights, np.asarray(groups, object))
    )
    whole, own, between, within = math.fsum(w) * mean, {}, 0.0, 0.0
    for label in dict.fromkeys(labels.tolist()):
        part = labels == label
        held = math.fsum(w[part] * a[part])
        mine = held / math.fsum(w[part])
        own[label] = _theil(a[part], w[part], mine) if mine > 0 else 0.0
        between += held / whole * math.log(mine / mean) if mine > 0 else 0.0
        within += held / whole * own[label]
    return Theil(_theil(a, w, mean), between, within, own)


def _theil(a: Floats, w: Floats, mean: float) -> float:
    ratio = a / mean
    logs = np.log(ratio, out=np.zeros(len(a)), where=ratio > 0)
    return math.fsum(w * ratio * logs) / math.fsum(w)
