r"""Floating catchments: supply shared among those who can reach it.

With costs :math:`t_{ij}`, residents :math:`P_i`, supply :math:`S_j` and weights :math:`W_{ij} = f(t_{ij})`.
Of 2SFCA, E2SFCA and 3SFCA holds :math:`\sum_i P_i A_i = \sum_j S_j` over the supply that some resident
reaches: a supply that nobody reaches drops out of both sides. M2SFCA breaks this on purpose, BFCA keeps
:math:`\sum_i A_i` equal to the sum of the levels of service instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.access._within import ratios_within
from carecircle.access.decay import Decay, binary
from carecircle.access.opportunities import rows_of, sums_by_column, weighed
from carecircle.costs import Csr, Floats, as_amounts, as_csr


def two_step_fca(cost: Any, supply: Any, residents: Any, *, limit: float) -> Floats:
    r"""Two-step floating catchment area (2SFCA).

    .. math::

        R_j = \frac{S_j}{\sum_{k: t_{kj} \le T} P_k},\qquad A_i = \sum_{j: t_{ij} \le T} R_j

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    limit
        *T*, in the unit of ``cost``, inclusive.

    Returns
    -------
    ndarray
        float64[origins]: supply per resident; 0 where none is reached.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together.

    References
    ----------
    Luo and Wang (2003), Measures of spatial accessibility to health care in a GIS environment, Environment
    and Planning B 30, 865-884, https://doi.org/10.1068/b29120.
    """
    decay = binary(limit)
    found = ratios_within(cost, supply, residents, decay.limit)
    return enhanced_two_step_fca(cost, supply, residents, decay=decay) if found is None else found


def enhanced_two_step_fca(cost: Any, supply: Any, residents: Any, *, decay: Decay) -> Floats:
    r"""Enhanced two-step floating catchment area (E2SFCA): both steps weigh by distance.

    .. math:: R_j = \frac{S_j}{\sum_k P_k W_{kj}},\qquad A_i = \sum_j W_{ij} R_j

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    decay
        *f*: zones of `carecircle.access.decay.stepped` in the paper, or any other.

    Returns
    -------
    ndarray
        float64[origins]: supply per resident; 0 where none is reached.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together.

    References
    ----------
    Luo and Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
    accessibility to primary care physicians, Health & Place 15, 1100-1107,
    https://doi.org/10.1016/j.healthplace.2009.06.002.
    """
    table, amounts, people = _given(cost, supply, residents)
    weights = weighed(table, decay)
    return np.asarray(weights @ _ratio(amounts, sums_by_column(weights, people)))


def three_step_fca(
    cost: Any, supply: Any, residents: Any, *, decay: Decay, choice: Decay | None = None
) -> Floats:
    r"""Three-step floating catchment area (3SFCA): residents first divide themselves among destinations.

    .. math::

        G_{ij} = \frac{g(t_{ij})}{\sum_k g(t_{ik})},\qquad
        R_j = \frac{S_j}{\sum_k P_k G_{kj} W_{kj}},\qquad A_i = \sum_j G_{ij} W_{ij} R_j

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    decay
        *f*, of the catchment.
    choice
        *g*, by which residents choose among all destinations of the table; None: ``decay``, as in the paper.

    Returns
    -------
    ndarray
        float64[origins]: supply per resident; 0 where none is reached.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together.

    References
    ----------
    Wan, Zou and Sternberg (2012), A three-step floating catchment area method for analyzing spatial access
    to health services, International Journal of Geographical Information Science 26, 1073-1089,
    https://doi.org/10.1080/13658816.2011.624987.
    """
    table, amounts, people = _given(cost, supply, residents)
    weights = weighed(table, decay)
    chosen = weights if choice is None else weighed(table, choice)
    among = _ratio(np.ones(table.shape[0]), np.asarray(chosen.sum(axis=1)))
    weights.data = weights.data * chosen.data * among[rows_of(table)]
    return np.asarray(weights @ _ratio(amounts, sums_by_column(weights, people)))


def modified_two_step_fca(cost: Any, supply: Any, residents: Any, *, decay: Decay) -> Floats:
    r"""Modified two-step floating catchment area (M2SFCA): supply that is far from everybody is lost in part.

    .. math:: A_i = \sum_j \frac{S_j\, W_{ij}\, W_{ij}}{\sum_k P_k W_{kj}}

    So :math:`\sum_i P_i A_i \le \sum_j S_j`: how much less is what the paper calls suboptimal.

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    decay
        *f*, at most 1.

    Returns
    -------
    ndarray
        float64[origins]: supply per resident; 0 where none is reached.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together.

    References
    ----------
    Delamater (2013), Spatial accessibility in suboptimally configured health care systems: a modified
    two-step floating catchment area (M2SFCA) metric, Health & Place 24, 30-43,
    https://doi.org/10.1016/j.healthplace.2013.07.012.
    """
    table, amounts, people = _given(cost, supply, residents)
    weights = weighed(table, decay)
    ratio = _ratio(amounts, sums_by_column(weights, people))
    weights.data = weights.data**2
    return np.asarray(weights @ ratio)


def balanced_fca(cost: Any, supply: Any, residents: Any, *, decay: Decay) -> Floats:
    r"""Balanced floating catchment area (BFCA): nobody and no supply is counted twice.

    .. math::

        W^i_{ij} = \frac{W_{ij}}{\sum_k W_{ik}},\quad W^j_{ij} = \frac{W_{ij}}{\sum_k W_{kj}},\qquad
        L_j = \frac{S_j}{\sum_i P_i W^i_{ij}},\qquad A_i = \sum_j L_j W^j_{ij}

    so that :math:`\sum_i A_i = \sum_j L_j`.

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    decay
        *f*.

    Returns
    -------
    ndarray
        float64[origins]: level of service, supply per resident; 0 where none is reached.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together.

    References
    ----------
    Paez, Higgins and Vivona (2019), Demand and level of service inflation in floating catchment area (FCA)
    methods, PLoS ONE 14, e0218773, https://doi.org/10.1371/journal.pone.0218773.
    """
    table, amounts, people = _given(cost, supply, residents)
    weights = weighed(table, decay)
    by_row = _ratio(people, np.asarray(weights.sum(axis=1)))
    level = _ratio(amounts, sums_by_column(weights, by_row))
    per_column = _ratio(level, sums_by_column(weights, np.ones(table.shape[0])))
    return np.asarray(weights @ per_column)


def spatial_availability(
    cost: Any, supply: Any, residents: Any, *, decay: Decay, alpha: float = 1.0
) -> Floats:
    r"""Spatial availability: each supply divided among residents, by how many they are and how near.

    .. math::

        V_i = \sum_j S_j\, F_{ij},\qquad F_{ij} = \frac{F^p_i F^c_{ij}}{\sum_k F^p_k F^c_{kj}},\quad
        F^p_i = \frac{P_i^\alpha}{\sum_k P_k^\alpha},\quad F^c_{ij} = \frac{f(t_{ij})}{\sum_k f(t_{kj})}

    so that :math:`\sum_i V_i = \sum_j S_j` over the supply that some resident reaches. It is an amount, not
    an amount per resident: with :math:`\alpha = 1`, :math:`V_i / P_i` is E2SFCA.

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    decay
        *f*.
    alpha
        Above 0: how the number of residents weighs.

    Returns
    -------
    ndarray
        float64[origins]: supply available to each origin.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together.

    References
    ----------
    Soukhov, Paez, Higgins and Mohamed (2023), Introducing spatial availability, a singly-constrained measure
    of competitive accessibility, PLoS ONE 18, e0278468, https://doi.org/10.1371/journal.pone.0278468.
    """
    table, amounts, people = _given(cost, supply, residents)
    weights = weighed(table, decay)
    share = people**alpha
    share = share / (share.max(initial=0.0) or 1.0)
    return np.asarray(share * (weights @ _ratio(amounts, sums_by_column(weights, share))))


def _given(cost: Any, supply: Any, residents: Any) -> tuple[Csr, Floats, Floats]:
    table = as_csr(cost)
    amounts = as_amounts(supply, table.shape[1], name="supply")
    return table, amounts, as_amounts(residents, table.shape[0], name="residents")


def _ratio(above: Floats, below: Floats) -> Floats:
    """A quotient that is 0 where nothing is below."""
    return np.divide(above, below, out=np.zeros(len(below)), where=below > 0)
