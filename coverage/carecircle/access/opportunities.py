r"""What can be reached: cumulative opportunities, gravity, time to the n-th nearest, balancing cost.

Costs :math:`t_{ij}` are a table of origins (rows) and destinations (columns), dense or sparse; an absent
entry or inf is out of reach. The passive form of a measure (who can reach a destination) is the measure of
the table turned round: ``cumulative(cost.T, residents, limit=45)``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np

from carecircle.access._within import supply_within
from carecircle.access.decay import Decay, binary
from carecircle.costs import Csr, Floats, as_amounts, as_csr
from carecircle.errors import UsageError


def cumulative(cost: Any, supply: Any, *, limit: float) -> Floats:
    r"""Cumulative opportunities: what is within a limit.

    .. math:: A_i = \sum_{j: t_{ij} \le T} S_j

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: opportunities :math:`S_j` (beds, doctors, places); None: one each.
    limit
        *T*, in the unit of ``cost``, inclusive.

    Returns
    -------
    ndarray
        float64[origins].

    Raises
    ------
    UsageError
        If costs or supply are negative or do not fit together, or the limit is no number of at least 0.

    References
    ----------
    Wachs and Kumagai (1973), Physical accessibility as a social indicator, Socio-Economic Planning Sciences
    7, 437-456, https://doi.org/10.1016/0038-0121(73)90041-4.
    """
    decay = binary(limit)
    found = supply_within(cost, supply, decay.limit)
    return gravity(cost, supply, decay=decay) if found is None else found


def cumulative_interval(
    cost: Any, supply: Any, *, limits: Iterable[float], summary: Literal["median", "mean"] = "median"
) -> Floats:
    r"""Cumulative opportunities over several limits, so that no one of them decides.

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: opportunities; None: one each.
    limits
        Each in the unit of ``cost`` (minutes or metres), inclusive.
    summary
        ``median`` or ``mean`` of the results.

    Returns
    -------
    ndarray
        float64[origins].

    Raises
    ------
    UsageError
        If costs or supply are negative or do not fit together, or there is no limit.

    References
    ----------
    Tomasiello, Herszenhut, Oliveira, Braga and Pereira (2023), A time interval metric for cumulative
    opportunity accessibility, Applied Geography 157, 103007, https://doi.org/10.1016/j.apgeog.2023.103007.
    """
    asked = [float(limit) for limit in limits]
    if not asked:
        raise UsageError("access.no_limits")
    table = as_csr(cost)
    each = np.stack([cumulative(table, supply, limit=limit) for limit in asked])
    return np.asarray(np.median(each, axis=0) if summary == "median" else each.mean(axis=0))


def gravity(cost: Any, supply: Any, *, decay: Decay) -> Floats:
    r"""Gravity (potential): opportunities weighed by how far they are.

    .. math:: A_i = \sum_j S_j\, f(t_{ij})

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: opportunities :math:`S_j`; None: one each.
    decay
        *f*: one of `carecircle.access.decay`, or your own `Decay`.

    Returns
    -------
    ndarray
        float64[origins].

    Raises
    ------
    UsageError
        If costs or supply are negative or do not fit together.

    References
    ----------
    Hansen (1959), How accessibility shapes land use, Journal of the American Institute of Planners 25,
    73-76, https://doi.org/10.1080/01944365908978307.
    """
    table = as_csr(cost)
    amounts = as_amounts(supply, table.shape[1], name="supply")
    return np.asarray(weighed(table, decay) @ amounts)


def nearest_nth(cost: Any, *, n: float = 1, supply: Any = None) -> Floats:
    r"""Cost to the *n*-th nearest opportunity (dual access).

    .. math:: A_i = \min\{t : \sum_{j: t_{ij} \le t} S_j \ge n\}

    With ``supply`` opportunities count, not places: three schools in one cell are three.

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    n
        How many are wanted, above 0.
    supply
        float64[destinations]: opportunities :math:`S_j`; None: one each.

    Returns
    -------
    ndarray
        float64[origins] in the unit of ``cost``; inf where fewer than ``n`` are reached.

    Raises
    ------
    UsageError
        If costs or supply are negative or do not fit together, or ``n`` is not above 0.

    References
    ----------
    Cui and Levinson (2020), Primal and dual access, Geographical Analysis 52, 452-474,
    https://doi.org/10.1111/gean.12220.
    """
    if not n > 0:
        raise UsageError("access.not_above_zero", name="n", value=str(n))
    table = as_csr(cost)
    amounts = as_amounts(supply, table.shape[1], name="supply")
    return _least_cost(table, amounts, np.full(table.shape[0], float(n)), strictly=False)


def balancing_cost(
    cost: Any, supply: Any, residents: Any, *, step: float | None = None, strictly: bool = True
) -> Floats:
    r"""Balancing cost: how far one must go until there is as much supply as there are residents here.

    .. math:: A_i = \min\{t : \sum_{j: t_{ij} \le t} S_j > P_i\}

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: opportunities :math:`S_j`; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    step
        Costs are sought on a grid of this width, in the unit of ``cost``; None: the costs themselves.
    strictly
        The sum must be more than the residents, as in the paper's software; False: at least as much.

    Returns
    -------
    ndarray
        float64[origins] in the unit of ``cost``: 0 where nobody lives, inf where all supply does not do.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together, or the step is not above 0.

    References
    ----------
    Barboza, Carneiro, Falavigna, Luz and Orrico (2021), Balancing time: using a new accessibility measure in
    Rio de Janeiro, Journal of Transport Geography 90, 102924,
    https://doi.org/10.1016/j.jtrangeo.2020.102924.
    """
    table = as_csr(cost)
    if step is not None:
        if not (math.isfinite(step) and step > 0):
            raise UsageError("access.not_above_zero", name="step", value=str(step))
        table = table.copy()
        table.data = np.ceil(table.data / step - 1e-9) * step
    amounts = as_amounts(supply, table.shape[1], name="supply")
    people = as_amounts(residents, table.shape[0], name="residents")
    needed = _least_cost(table, amounts, people, strictly=strictly)
    return np.where(people > 0, needed, 0.0)


def weighed(table: Csr, decay: Decay) -> Csr:
    """The table with weights in place of costs; pairs of weight 0 stay as zeros."""
    return type(table)((decay(table.data), table.indices, table.indptr), shape=table.shape)


def sums_by_column(table: Csr, values: Floats) -> Floats:
    """float64[destinations]: the entries of each column added up, each times the value of its row."""
    return np.asarray(table.T @ values)


def rows_of(table: Csr) -> Any:
    """int[nnz]: the row of each entry."""
    return np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))


def _least_cost(table: Csr, supply: Floats, wanted: Floats, *, strictly: bool) -> Floats:
    """The smallest cost of each row at which the supply up to it reaches what is wanted; inf: never."""
    found = np.full(table.shape[0], np.inf)
    for i, (low, high) in enumerate(itertools.pairwise(table.indptr)):
        order = np.argsort(table.data[low:high], kind="stable") + low
        there = np.cumsum(supply[table.indices[order]])
        at = np.searchsorted(there, wanted[i], side="right" if strictly else "left")
        if at < len(order):
            found[i] = table.data[order[at]]
    return found
