"""Sites that can serve only so many: capacitated maximal covering and capacitated p-median."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.benders import Tell
from carecircle.siting.conditions import Conditions, stated
from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Csr, Floats, Ints, as_csr, as_residents
from carecircle.siting.solution import Solution, answered, closed, impossible, out_of_time


def capacitated_mclp(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    capacity: Any,
    sites: int | None = None,
    split: bool = False,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Solution:
    r"""Capacitated maximal covering (Current and Storbeck 1988): most residents served within capacity.

    .. math::

        \max \sum_{i}\sum_{j \in N_i} w_i z_{ij} \quad\text{s.t.}\quad \sum_{j \in N_i} z_{ij} \le 1,\;
        z_{ij} \le x_j,\; \sum_i w_i z_{ij} \le C_j x_j,\; \sum_j x_j \le p,\; x_j \in \{0,1\}

    with :math:`w_i` the residents of row *i*, :math:`N_i` the candidates within the limit, :math:`z_{ij}`
    the part of row *i* served by *j* (0 or 1 unless ``split``), :math:`C_j` the capacity of *j*,
    :math:`x_j` 1 if it opens, *p* the most new sites.

    Parameters
    ----------
    cost, residents, limit
        float64[demand, candidates], float64[demand] and a number, as in `mclp`.
    capacity
        float64[candidates]: residents each candidate can serve (inf: no bound).
    sites
        At most so many new sites.
    split
        Whether the residents of one row may be served by several sites.
    conditions, time_limit, gap, progress
        As in `mclp`.

    Returns
    -------
    Solution
        ``objective``: residents served, recomputed from ``flow``. Among equal answers nothing is said of
        who goes where: the allocation respects capacity, it need not be the nearest.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Current and Storbeck (1988), Capacitated covering models, Environment and Planning B 15, 153-163,
    https://doi.org/10.1068/b150153.
    """
    matrix = as_csr(cost)
    within = matrix.copy()
    kept = sp.csr_array((matrix.data <= limit, matrix.indices, matrix.indptr), shape=matrix.shape)
    pairs = sp.coo_array(kept)
    row, column = (c[pairs.data] for c in pairs.coords)
    people = as_residents(residents, within.shape[0])
    return _assign(
        "capacitated_mclp", matrix.shape, row, column, -people[row], people, capacity, sites,
        everybody=False, split=split, conditions=conditions, time_limit=time_limit, gap=gap,
        progress=progress, worth=lambda flow: math.fsum(flow.data),
    )  # fmt: skip


def capacitated_p_median(
    cost: Any,
    residents: Any,
    *,
    capacity: Any,
    sites: int | None = None,
    split: bool = False,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    gap: float = 0.0,
    progress: Tell | None = None,
) -> Solution:
    r"""Capacitated p-median (Osman and Christofides 1994): shortest journeys in sum, within capacity.

    .. math::

        \min \sum_{ij} w_i d_{ij} z_{ij} \quad\text{s.t.}\quad \sum_j z_{ij} = 1,\; z_{ij} \le x_j,\;
        \sum_i w_i z_{ij} \le C_j x_j,\; \sum_j x_j \le p,\; x_j \in \{0,1\}

    with the symbols of `capacitated_mclp` and :math:`d_{ij}` the cost of row *i* to candidate *j*.

    Parameters
    ----------
    cost, residents
        float64[demand, candidates] and float64[demand], as in `p_median`.
    capacity
        float64[candidates]: residents each candidate can serve (inf: no bound).
    sites
        At most so many new sites.
    split
        Whether the residents of one row may be served by several sites.
    conditions, time_limit, gap, progress
        As in `mclp`.

    Returns
    -------
    Solution
        ``objective``: residents times cost, recomputed from ``flow``. Everybody is served, or the answer
        is ``infeasible``.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Osman and Christofides (1994), Capacitated clustering problems by hybrid simulated annealing and tabu
    search, International Transactions in Operational Research 1, 317-336,
    https://doi.org/10.1016/0969-6016(94)90032-9.
    """
    matrix = as_csr(cost)
    people = as_residents(residents, matrix.shape[0])
    lacking = np.nonzero((np.diff(matrix.indptr) == 0) & (people > 0))[0]
    if len(lacking):
        return impossible("capacitated_p_median", len(people), lacking=lacking)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    column = matrix.indices

    def worth(flow: Csr) -> float:
        price = {(i, j): d for i, j, d in zip(row.tolist(), column.tolist(), matrix.data, strict=True)}
        used = sp.coo_array(flow)
        where = zip(*(c.tolist() for c in used.coords), strict=True)
        return math.fsum(w * price[pair] for pair, w in zip(where, used.data, strict=True))

    return _assign(
        "capacitated_p_median", matrix.shape, row, column, people[row] * matrix.data, people, capacity,
        sites, everybody=True, split=split, conditions=conditions, time_limit=time_limit, gap=gap,
        progress=progress, worth=worth,
    )  # fmt: skip


def _assign(
    name: str,
    shape: tuple[int, int],
    row: Ints,
    column: Ints,
    price: Floats,
    people: Floats,
    capacity: Any,
    sites: int | None,
    *,
    everybody: bool,
    split: bool,
    conditions: Conditions | None,
    time_limit: float,
    gap: float,
    progress: Tell | None,
    worth: Callable[[Csr], float],
) -> Solution:
    """Both models: sites x and parts z of rows served, over the pairs that are within reach."""
    began = time.perf_counter()
    rows, candidates = shape
    given = stated(conditions, candidates, sites)
    room = np.broadcast_to(np.asarray(capacity, dtype=np.float64), (candidates,))
    if np.isnan(room).any() or (room < 0).any():
        raise UsageError("siting.bad_capacity")
    matters = people[row] > 0
    row, column, price = row[matters], column[matters], price[matters]
    pairs = len(row)
    scale = 1.0 / max(1e-300, float(np.abs(price).max(initial=0.0)))
    model = Model()
    low, high = given.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    model.columns(price * scale, np.zeros(pairs), np.ones(pairs), whole=not split)
    side, lower, upper = given.rows(candidates, sites)
    model.rows(_beside(side, sp.csr_array((side.shape[0], pairs))), lower, upper)
    number = np.arange(pairs)
    served = sp.csr_array((np.ones(pairs), (row, number)), shape=(rows, pairs))
    need = ((people > 0) & everybody).astype(np.float64)
    model.rows(_beside(sp.csr_array((rows, candidates)), served), need, np.ones(rows))
    opens = sp.csr_array((-np.ones(pairs), (number, column)), shape=(pairs, candidates))
    model.rows(_beside(opens, sp.csr_array(sp.eye_array(pairs))), np.full(pairs, -math.inf), np.zeros(pairs))
    _capacities(model, row, column, people, room, candidates)
    answer = model.run(time_limit=time_limit, gap=gap)
    seconds = time.perf_counter() - began
    if answer.x is None and answer.outcome != "infeasible":
        raise out_of_time(time_limit)
    if answer.x is None:
        return impossible(name, rows, seconds=seconds)
    flow = _flow(answer, row, column, people, shape, split=split)
    objective = worth(flow)
    if progress is not None:
        progress(objective, abs(answer.bound) / scale, seconds)
    larger = not everybody
    bound = -answer.bound / scale if larger else answer.bound / scale
    whole = larger and not split and bool((people == np.floor(people)).all())
    bound, proven = closed(objective, bound, larger_is_better=larger, whole=whole)
    if answer.outcome == "optimal" and abs(bound - objective) <= 1e-7 * max(1.0, abs(objective)):
        bound, proven = objective, True
    chosen = np.nonzero(answer.x[:candidates] > 0.5)[0].tolist()
    return answered(
        name, objective, bound, proven=proven, sites=chosen, given=given, allocation=_most(flow),
        flow=flow, seconds=seconds,
    )  # fmt: skip


def _capacities(model: Model, row: Ints, column: Ints, people: Floats, room: Floats, candidates: int) -> None:
    """Load of each site within its capacity, in units of the capacity so that large ones scale."""
    bounded = np.nonzero(np.isfinite(room) & (room < float(people.sum())))[0]
    unit = np.maximum(room, 1.0)
    number = np.arange(len(row))
    load = sp.csr_array((people[row] / unit[column], (column, number)), shape=(candidates, len(row)))
    full = sp.csr_array(sp.diags_array(-(np.where(np.isfinite(room), room, 0.0) / unit)))
    rows = _beside(full[bounded], load[bounded])
    model.rows(rows, np.full(len(bounded), -math.inf), np.zeros(len(bounded)))


def _flow(
    answer: Answer, row: Ints, column: Ints, people: Floats, shape: tuple[int, int], *, split: bool
) -> Csr:
    """Residents by row and column."""
    if answer.x is None:
        raise AssertionError("no solution to read")
    part = answer.x[shape[1] :]
    part = np.clip(part, 0.0, 1.0) if split else np.round(part)
    used = part > 1e-9
    return sp.csr_array((part[used] * people[row[used]], (row[used], column[used])), shape=shape)


def _most(flow: Csr) -> Ints:
    """The column that serves most of each row, the lower on ties; -1 for none."""
    allocation = np.full(flow.shape[0], -1, dtype=np.int64)
    for i in np.nonzero(np.diff(flow.indptr))[0]:
        part = slice(flow.indptr[i], flow.indptr[i + 1])
        allocation[i] = flow.indices[part][np.argmax(flow.data[part])]
    return allocation


def _beside(left: Csr, right: Csr) -> Csr:
    return sp.csr_array(sp.hstack([left, right]))
