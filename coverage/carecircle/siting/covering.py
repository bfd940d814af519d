"""Set covering: the fewest (or cheapest) sites that reach everybody, once or twice."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import scipy.sparse as sp

from carecircle.siting.cheapest import cheapest_cover
from carecircle.siting.conditions import Terms
from carecircle.siting.effort import Watch
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, as_residents, cover, nearest_open
from carecircle.siting.options import Options, asked
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Solution, answered, closed, impossible


def lscp(
    cost: Any,
    *,
    limit: float,
    **options: Unpack[Options],
) -> Solution:
    r"""Location set covering problem (Toregas et al. 1971): cover everybody with the cheapest sites.

    .. math::

        \min \sum_j c_j x_j \quad\text{s.t.}\quad \sum_{j \in N_i} x_j \ge 1 \;\;\forall i,\; x_j \in \{0,1\}

    with :math:`N_i = \{j : d_{ij} \le L\}` the candidates within the limit *L* of demand row *i*,
    :math:`x_j` 1 if candidate *j* opens and :math:`c_j` its price (1 where `Conditions` give none, 0 for
    kept facilities).

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach); any unit.
    limit
        In the unit of ``cost``, inclusive.
    **options
        `Terms` and `Effort`, field by field or whole; progress hears of (price, lower bound, seconds).

    Returns
    -------
    Solution
        ``objective`` is the price of the new sites (their number where no prices are given).
        ``infeasible`` with `lacking` where no permitted candidate covers a row.

    Raises
    ------
    UsageError
        If the arguments do not fit together, or the time does not suffice for any answer.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities, Operations
    Research 19, 1363-1373, https://doi.org/10.1287/opre.19.6.1363.
    """
    terms, effort = asked(options)
    watch = effort.begin()
    near = cover(cost, limit)
    candidates = near.shape[1]
    terms.check(candidates)
    _, high = terms.conditions.bounds(candidates)
    lacking = np.nonzero(near @ high == 0)[0]
    if len(lacking):
        return impossible("lscp", near.shape[0], lacking=lacking, seconds=watch.seconds)
    found = cheapest_cover(near, terms, watch)
    if found is None:
        return impossible("lscp", near.shape[0], seconds=watch.seconds)
    allocation, _ = nearest_open(cost, np.array(found.sites, dtype=np.int64), limit=limit)
    return answered(
        "lscp", found.price, terms.conditions, sites=found.sites, allocation=allocation,
        seconds=watch.seconds,
    )  # fmt: skip


def lscp_backup(
    cost: Any,
    residents: Any = None,
    *,
    limit: float,
    **options: Unpack[Options],
) -> Solution:
    r"""Backup set covering (Hogan and ReVelle 1986): of all cheapest covers, the one with most backup.

    .. math::

        \max \sum_i w_i u_i \quad\text{s.t.}\quad \sum_{j \in N_i} x_j \ge 1 + u_i,\quad
        \sum_j c_j x_j \le z, \quad x_j \in \{0,1\},\; 0 \le u_i \le 1

    with :math:`w_i` the residents of row *i* (1 each if not given), :math:`u_i` 1 if two open sites are
    within the limit, *z* the optimum of `lscp`, and the other symbols as there.

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach); any unit.
    residents
        float64[demand]: residents of each row; 1 each if None.
    limit
        In the unit of ``cost``, inclusive.
    **options
        `Terms` and `Effort`, field by field or whole; progress hears of (residents covered twice, upper
        bound, seconds).

    Returns
    -------
    Solution
        ``objective`` is the residents (or rows) covered at least twice.

    Raises
    ------
    UsageError
        If the arguments do not fit together, or the time does not suffice for any answer.

    References
    ----------
    Hogan and ReVelle (1986), Concepts and applications of backup coverage, Management Science 32,
    1434-1444, https://doi.org/10.1287/mnsc.32.11.1434.
    """
    terms, effort = asked(options)
    watch = effort.begin()
    near = cover(cost, limit)
    people = as_residents(residents, near.shape[0])
    given, candidates = terms.conditions, near.shape[1]
    half = replace(effort, time_limit=effort.time_limit / 2, progress=None)
    first = lscp(cost, limit=limit, terms=terms, effort=half)
    if first.status == "infeasible":
        return replace(first, model="lscp_backup")
    rows, grouped, _ = merged(near, people)
    total, scale = float(grouped.sum()), 1.0 / max(1e-300, float(grouped.sum()))
    model = _twice(rows, grouped * scale, terms, first.objective, watch)
    x = np.isin(np.arange(candidates), first.sites).astype(np.float64)
    answer = model.run(
        time_limit=watch.left, start=np.concatenate([x, np.clip(2.0 - rows @ x, 0.0, 1.0)]), gap=effort.gap,
        heard=lambda short, bound: watch.tell(total - short / scale, total - max(0.0, bound / scale)),
    )  # fmt: skip
    chosen = first.sites
    if answer.x is not None:
        chosen = tuple(np.nonzero(answer.x[:candidates] > 0.5)[0].tolist())
    times = near @ np.isin(np.arange(candidates), chosen).astype(np.float64)
    whole = bool((people == np.floor(people)).all())
    most = total - max(0.0, answer.bound / scale)
    worth = closed(math.fsum(people[times > 1.5]), most, larger_is_better=True, whole=whole)
    watch.tell(worth.objective, worth.bound)
    allocation, _ = nearest_open(cost, np.array(chosen, dtype=np.int64), limit=limit)
    return answered(
        "lscp_backup", replace(worth, proven=worth.proven and first.status == "optimal"), given,
        sites=chosen, allocation=allocation, seconds=watch.seconds,
    )  # fmt: skip


def _twice(rows: Csr, people: Floats, terms: Terms, price: float, watch: Watch) -> Model:
    """Sites within a price that cover every row, and for each row whether a second one is missing."""
    count, candidates = rows.shape
    model = Model(threads=watch.effort.threads)
    low, high = terms.conditions.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    model.columns(people, np.zeros(count), np.ones(count))
    side, lower, upper = terms.rows(candidates)
    model.rows(_widened(side, count), lower, upper)
    spend = sp.csr_array(terms.conditions.prices(candidates)[None, :])
    model.rows(_widened(spend, count), np.array([-math.inf]), np.array([price + 1e-9]))
    model.rows(_widened(rows, count), np.ones(count), np.full(count, math.inf))
    missing = sp.csr_array(sp.eye_array(count))
    model.rows(sp.csr_array(sp.hstack([rows, missing])), np.full(count, 2.0), np.full(count, math.inf))
    return model


def _widened(rows: Csr, by: int) -> Csr:
    return sp.csr_array((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], rows.shape[1] + by))
