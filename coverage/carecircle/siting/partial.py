"""Partial cover: the fewest (or cheapest) sites that reach a stated share of the residents."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np

from carecircle.errors import UsageError
from carecircle.siting.cheapest import cheapest_shares
from carecircle.siting.matrix import as_residents, cover, nearest_open
from carecircle.siting.options import Options, asked
from carecircle.siting.solution import Solution, answered, impossible


def partial_cover(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    share: float,
    **options: Unpack[Options],
) -> Solution:
    r"""Partial set covering (Daskin and Owen 1999): cover a share of the residents at the least price.

    .. math::

        \min \sum_j c_j x_j \quad\text{s.t.}\quad \sum_i w_i y_i \ge \alpha \sum_i w_i,\quad
        y_i \le \sum_{j \in N_i} x_j,\quad x_j \in \{0,1\},\; 0 \le y_i \le 1

    with :math:`\alpha` the share, :math:`w_i` the residents of row *i*, :math:`N_i` the candidates within
    the limit, :math:`y_i` 1 if the row is covered, :math:`x_j` 1 if candidate *j* opens, :math:`c_j` its
    price. The :math:`y` are projected out as in `mclp`; a set S of sites that falls short also yields
    :math:`\sum_{j \notin S} x_j \ge 1` over the candidates that would add residents.

    Parameters
    ----------
    cost, residents, limit
        float64[demand, candidates], float64[demand] and a number, as in `mclp`.
    share
        Of all residents, 0-1, reached inclusively.
    **options
        `Terms` and `Effort`, field by field or whole; progress hears of (price, lower bound, seconds).

    Returns
    -------
    Solution
        ``objective`` is the price of the new sites (their number where no prices are given);
        ``infeasible`` with the rows that no permitted candidate covers where the share is out of reach.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Daskin and Owen (1999), Two new location covering problems, Geographical Analysis 31, 217-235,
    https://doi.org/10.1111/j.1538-4632.1999.tb00979.x.
    Cordeau, Furini and Ljubic (2019), https://doi.org/10.1016/j.ejor.2018.12.021.
    """
    terms, effort = asked(options)
    watch = effort.begin()
    near = cover(cost, limit)
    people = as_residents(residents, near.shape[0])
    if not 0 <= share <= 1:
        raise UsageError("siting.bad_share", value=str(share))
    terms.check(near.shape[1])
    found = cheapest_shares([(near, people, (1.0 - share) * math.fsum(people))], terms, watch)
    if found is None:
        permitted = terms.conditions.bounds(near.shape[1])[1]
        lacking: Any = np.nonzero(near @ permitted == 0)[0]
        return impossible("partial_cover", len(people), lacking=lacking, seconds=watch.seconds)
    allocation, _ = nearest_open(cost, np.array(found.sites, dtype=np.int64), limit=limit)
    return answered(
        "partial_cover", found.price, terms.conditions, sites=found.sites, allocation=allocation,
        seconds=watch.seconds,
    )  # fmt: skip
