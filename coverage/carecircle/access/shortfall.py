"""Who has too little, and what it is worth that some have less: FGT poverty, Kolm–Pollak equivalents."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from carecircle.access._people import mean_of, weighed_values
from carecircle.errors import UsageError


def poverty(
    values: Any, weights: Any = None, *, line: float, degree: float = 0, above: bool = False
) -> float:
    r"""Foster–Greer–Thorbecke poverty: who falls short of a line, by how much, how unevenly.

    .. math:: P_\alpha = \frac{1}{\sum w} \sum_{i: a_i < z} w_i (\frac{z - a_i}{z})^\alpha

    Parameters
    ----------
    values
        float64[n].
    weights
        float64[n]: residents who have each value; None: one each.
    line
        *z* > 0, in the unit of ``values``: the least that is enough, or with ``above`` the limit of minutes.
    degree
        :math:`\alpha`: 0 the share of people (who), 1 the mean depth (by how much), 2 its severity.
    above
        Poor is who lies beyond the line (minutes beyond a limit) and not below: :math:`(a_i - z)/z`, of
        those with :math:`a_i > z`.

    Returns
    -------
    float
        0 where nobody is poor.

    Raises
    ------
    UsageError
        If values and weights do not fit together, or the line is not above 0.

    References
    ----------
    Foster, Greer and Thorbecke (1984), A class of decomposable poverty measures, Econometrica 52, 761-766,
    https://doi.org/10.2307/1913475.
    """
    if not (math.isfinite(line) and line > 0):
        raise UsageError("access.not_above_zero", name="line", value=str(line))
    a, w = weighed_values(values, weights, least=-math.inf)
    depth = (a - line if above else line - a) / line
    poor = depth > 0
    return math.fsum(w[poor] * depth[poor] ** degree) / math.fsum(w)


def kolm_pollak(values: Any, weights: Any = None, *, kappa: float) -> float:
    r"""Kolm–Pollak equally-distributed equivalent: what, if all had it, would be as good as it is now.

    .. math:: \mathrm{EDE} = -\frac1\kappa \ln \frac{\sum_i w_i e^{-\kappa a_i}}{\sum_i w_i}

    A burden (minutes) has :math:`\kappa < 0`: the equivalent is then above the mean. Of a good,
    :math:`\kappa > 0`. :math:`\kappa = 0` is the mean.

    Parameters
    ----------
    values
        float64[n].
    weights
        float64[n]: residents who have each value; None: one each.
    kappa
        :math:`\kappa`, per unit of ``values``: of your own, or from `kappa_of_inequality_aversion` or
        `kappa_of_squared_weights`.

    Returns
    -------
    float
        In the unit of ``values``.

    Raises
    ------
    UsageError
        If values and weights do not fit together, or ``kappa`` is not finite.

    References
    ----------
    Sheriff and Maguire (2020), Health risk, inequality indexes, and environmental justice, Risk Analysis 40,
    2661-2674, https://doi.org/10.1111/risa.13562; Logan et al. (2021), Measuring inequalities in urban
    systems, https://doi.org/10.1016/j.compenvurbsys.2020.101581.
    """
    if not math.isfinite(kappa):
        raise UsageError("access.not_finite", name="kappa", value=str(kappa))
    a, w = weighed_values(values, weights, least=-math.inf)
    whole = math.fsum(w)
    if kappa == 0:
        return math.fsum(w * a) / whole
    power = -kappa * a
    top = float(power.max())
    return -(top + math.log(math.fsum(w * np.exp(power - top)) / whole)) / kappa


def kappa_of_inequality_aversion(values: Any, weights: Any = None, *, epsilon: float) -> float:
    r"""The published rule for :math:`\kappa`: :math:`\epsilon\, \sum w a / \sum w a^2`.

    Parameters
    ----------
    values
        float64[n], of a reference distribution: the same for all alternatives that are compared.
    weights
        float64[n]: residents who have each value; None: one each.
    epsilon
        Atkinson's aversion to inequality: below 0 for a burden, above it for a good.

    Returns
    -------
    float
        :math:`\kappa`, per unit of ``values``.

    Raises
    ------
    UsageError
        If values and weights do not fit together, or all values are 0.

    References
    ----------
    Sheriff and Maguire (2020), https://doi.org/10.1111/risa.13562; so also the package ``inequalipy``.
    """
    a, w = weighed_values(values, weights, least=-math.inf)
    mean_of(np.abs(a), w)
    return epsilon * math.fsum(w * a) / math.fsum(w * a * a)


def kappa_of_squared_weights(values: Any, weights: Any = None, *, epsilon: float) -> float:
    r"""Another package's rule for :math:`\kappa`: :math:`\epsilon\, \sum w a / \sum (w a)^2`.

    It squares the weights too, so it depends on how residents are cut into rows; the published figures of
    ``equitable-facility-location`` follow from it alone.

    Parameters
    ----------
    values
        float64[n], of a reference distribution.
    weights
        float64[n]: residents who have each value; None: one each.
    epsilon
        Atkinson's aversion to inequality: below 0 for a burden, above it for a good.

    Returns
    -------
    float
        :math:`\kappa`, per unit of ``values``.

    Raises
    ------
    UsageError
        If values and weights do not fit together, or all values are 0.

    References
    ----------
    Horton, Logan, Murrell, Skipper and Speakman (2024), https://arxiv.org/abs/2401.15452, its software.
    """
    a, w = weighed_values(values, weights, least=-math.inf)
    mean_of(np.abs(a), w)
    return epsilon * math.fsum(w * a) / math.fsum((w * a) ** 2)
