"""Who has more, the poor or the rich: Palma ratio and concentration index, by a rank of people."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from carecircle.access._people import kept_of, mean_of, weighed_values


def palma(
    values: Any, weights: Any, rank: Any, *, poorest: float | None = None, richest: float | None = None
) -> float:
    r"""Palma ratio: the mean of the richest tenth over that of the poorest two fifths.

    .. math:: \frac{\bar a(y > q_{0.9})}{\bar a(y \le q_{0.4})}

    Parameters
    ----------
    values
        float64[n]: what is compared.
    weights
        float64[n]: residents of each row; None: one each.
    rank
        float64[n]: :math:`y_i`, by which people are poor or rich (income per head); NaN: left out.
    poorest, richest
        The quantiles :math:`q_{0.4}`, :math:`q_{0.9}` where they are known, in the unit of ``rank``, as when
        ``values`` are part of a whole; None: `weighted_quantile` of the rows given.

    Returns
    -------
    float
        1 where both have the same, below it where the rich have less; NaN where either group is empty.

    Raises
    ------
    UsageError
        If values, weights and rank do not fit together.

    References
    ----------
    Palma (2011), Homogeneous middles vs. heterogeneous tails, Development and Change 42, 87-153,
    https://doi.org/10.1111/j.1467-7660.2011.01694.x; of accessibility: Pereira et al. (2019),
    https://doi.org/10.1016/j.tranpol.2019.01.001.
    """
    y = np.asarray(rank, np.float64)
    a, w = weighed_values(values, weights, least=-math.inf, also=y)
    y = kept_of(values, weights, y)
    low = weighted_quantile(y, w, 0.4) if poorest is None else poorest
    high = weighted_quantile(y, w, 0.9) if richest is None else richest
    means = []
    for group in (y > high, y <= low):
        people = math.fsum(w[group])
        means.append(math.fsum(w[group] * a[group]) / people if people else math.nan)
    return means[0] / means[1] if means[1] else math.nan


def weighted_quantile(values: Any, weights: Any, share: float) -> float:
    r"""The value that a share of people do not exceed, between two values by interpolation.

    With weights that sum to *n*, the quantile stands at place :math:`1 + (n - 1) q` of the people in a row:
    type 7 of Hyndman and Fan where each weight is 1, and ``wtd.quantile`` of R's Hmisc.

    Parameters
    ----------
    values
        float64[n]; NaN: left out.
    weights
        float64[n]: residents who have each value; None: one each.
    share
        *q*, 0-1.

    Returns
    -------
    float
        In the unit of ``values``.

    Raises
    ------
    UsageError
        If values and weights do not fit together.

    References
    ----------
    Hyndman and Fan (1996), Sample quantiles in statistical packages, The American Statistician 50, 361-365,
    https://doi.org/10.1080/00031305.1996.10473566.
    """
    given = np.asarray(values, np.float64)
    _, w = weighed_values(np.where(np.isnan(given), 0.0, given), weights, least=-math.inf, also=given)
    a = kept_of(given, weights, given)
    order = np.argsort(a, kind="stable")
    a, upto = a[order], np.cumsum(w[order])
    place = 1.0 + (upto[-1] - 1.0) * share
    low, part = max(math.floor(place), 1.0), place % 1.0
    last = len(a) - 1
    ends = [a[min(int(np.searchsorted(upto, at, side="left")), last)] for at in (low, low + 1.0)]
    return float((1.0 - part) * ends[0] + part * ends[1])


def concentration(values: Any, weights: Any, rank: Any, *, corrected: bool = False) -> float:
    r"""Concentration index: whether the rich (above 0) or the poor (below 0) have more.

    .. math::

        C = \frac{2}{\mu} \sum_i s_i (R_i - \tfrac12)(a_i - \mu),\qquad s_i = \frac{w_i}{\sum w},\quad
        R_i = \sum_{k<i} s_k + \frac{s_i}{2}

    in the order of ``rank``; those of one rank share its middle.

    Parameters
    ----------
    values
        float64[n]: what is compared.
    weights
        float64[n]: residents of each row; None: one each.
    rank
        float64[n]: by which people are poor or rich (income per head); NaN: left out.
    corrected
        Erreygers' correction :math:`4 \mu C / (\max a - \min a)`, with the ends observed.

    Returns
    -------
    float
        -1 to 1; 0 where it does not go with the rank.

    Raises
    ------
    UsageError
        If values, weights and rank do not fit together, or all values are 0.

    References
    ----------
    Wagstaff, Paci and van Doorslaer (1991), https://doi.org/10.1016/0277-9536(91)90212-U; Erreygers (2009),
    Correcting the concentration index, Journal of Health Economics 28, 504-515,
    https://doi.org/10.1016/j.jhealeco.2008.02.003.
    """
    y = np.asarray(rank, np.float64)
    a, w = weighed_values(values, weights, least=-math.inf, also=y)
    y = kept_of(values, weights, y)
    mean = mean_of(a, w)
    share = w / math.fsum(w)
    _, at = np.unique(y, return_inverse=True)
    by_rank = np.bincount(at, weights=share)
    middle = (np.cumsum(by_rank) - by_rank / 2)[at]
    index = 2.0 * math.fsum(share * (middle - 0.5) * (a - mean)) / mean
    if not corrected:
        return index
    spread = float(a.max() - a.min())
    return 4.0 * mean / spread * index if spread else 0.0
