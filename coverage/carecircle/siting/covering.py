"""Set covering: the fewest (or cheapest) sites that reach everybody, once or twice."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.siting.benders import Tell
from carecircle.siting.cheapest import cheapest_cover
from carecircle.siting.conditions import Conditions
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, as_residents, cover, nearest_open
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Solution, answered, closed, impossible, out_of_time


def lscp(
    cost: Any,
    *,
    limit: float,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
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
    conditions, time_limit, gap, progress
        As in `mclp`.

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
    began = time.perf_counter()
    near = cover(cost, limit)
    given = conditions or Conditions()
    candidates = near.shape[1]
    given.check(candidates)
    _, high = given.bounds(candidates)
    lacking = np.nonzero(near @ high == 0)[0]
    if len(lacking):
        return impossible("lscp", near.shape[0], lacking=lacking, seconds=time.perf_counter() - began)
    found = cheapest_cover(near, given, time_limit=time_limit, gap=gap, progress=progress)
    seconds = time.perf_counter() - began
    if found is None:
        return impossible("lscp", near.shape[0], seconds=seconds)
    sites, reached = found
    if (near[:, sites].sum(axis=1) == 0).any():
        raise out_of_time(time_limit)
    prices = given.prices(candidates)
    objective = math.fsum(prices[sites])
    whole = bool((prices == np.floor(prices)).all())
    bound, proven = closed(objective, reached, larger_is_better=False, whole=whole)
    allocation, _ = nearest_open(cost, np.array(sorted(sites), dtype=np.int64), limit=limit)
    return answered(
        "lscp", objective, bound, proven=proven, sites=sites, given=given, allocation=allocation,
        seconds=seconds,
    )  # fmt: skip


def lscp_backup(
    cost: Any,
    residents: Any = None,
    *,
    limit: float,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
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
    conditions, time_limit, gap, progress
        As in `mclp`.

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
    began = time.perf_counter()
    near = cover(cost, limit)
    people = as_residents(residents, near.shape[0])
    given = conditions or Conditions()
    first = lscp(cost, limit=limit, conditions=given, time_limit=time_limit / 2, gap=gap)
    if first.status == "infeasible":
        return replace(first, model="lscp_backup")
    candidates = near.shape[1]
    prices = given.prices(candidates)
    rows, grouped, _ = merged(near, people)
    count = rows.shape[0]
    scale = 1.0 / max(1e-300, float(grouped.sum()))
    model = Model()
    low, high = given.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    model.columns(grouped * scale, np.zeros(count), np.ones(count))
    side, lower, upper = given.rows(candidates, None)
    model.rows(_widened(side, count), lower, upper)
    spend = sp.csr_array(prices[None, :])
    model.rows(_widened(spend, count), np.array([-math.inf]), np.array([first.objective + 1e-9]))
    model.rows(_widened(rows, count), np.ones(count), np.full(count, math.inf))
    missing = sp.csr_array(sp.eye_array(count))
    model.rows(sp.csr_array(sp.hstack([rows, missing])), np.full(count, 2.0), np.full(count, math.inf))
    x = np.isin(np.arange(candidates), first.sites).astype(np.float64)
    start = np.concatenate([x, np.clip(2.0 - rows @ x, 0.0, 1.0)])
    left = time_limit - (time.perf_counter() - began)
    answer = model.run(time_limit=left, start=start, gap=gap)
    chosen = first.sites
    if answer.x is not None:
        chosen = tuple(np.nonzero(answer.x[:candidates] > 0.5)[0].tolist())
    opened = np.array(chosen, dtype=np.int64)
    times = near @ np.isin(np.arange(candidates), chosen).astype(np.float64)
    objective = math.fsum(people[times > 1.5])
    total = float(grouped.sum())
    whole = bool((people == np.floor(people)).all())
    most = total - max(0.0, answer.bound / scale)
    bound, proven = closed(objective, most, larger_is_better=True, whole=whole)
    allocation, _ = nearest_open(cost, opened, limit=limit)
    seconds = time.perf_counter() - began
    if progress is not None:
        progress(objective, bound, seconds)
    return answered(
        "lscp_backup", objective, bound, proven=proven and first.status == "optimal", sites=chosen,
        given=given, allocation=allocation, seconds=seconds,
    )  # fmt: skip


def _widened(rows: Csr, by: int) -> Csr:
    return sp.csr_array((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], rows.shape[1] + by))
