"""Sites that can serve only so many: capacitated maximal covering and capacitated p-median."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.conditions import Gate, Terms
from carecircle.siting.greedy import greedy
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, Ints, as_csr, as_residents
from carecircle.siting.options import Options, asked
from carecircle.siting.solution import Solution, Worth, answered, closed, impossible, out_of_time


def capacitated_mclp(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    capacity: Any,
    split: bool = False,
    **options: Unpack[Options],
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
    split
        Whether the residents of one row may be served by several sites.
    **options
        `Terms` (``sites`` or a budget must be given) and `Effort`, field by field or whole; progress hears
        of (residents served, upper bound, seconds).

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
    people = as_residents(residents, matrix.shape[0])
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    near = (matrix.data <= limit) & (people[row] > 0)
    row, column = row[near], matrix.indices[near]
    asks = _Assignment("capacitated_mclp", matrix.shape, people, row, column, -people[row], split=split)
    return _assign(asks, capacity, options, lambda flow: math.fsum(flow.data))


def capacitated_p_median(
    cost: Any,
    residents: Any,
    *,
    capacity: Any,
    split: bool = False,
    **options: Unpack[Options],
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
    split
        Whether the residents of one row may be served by several sites.
    **options
        `Terms` (``sites`` or a budget must be given) and `Effort`, field by field or whole; progress hears
        of (residents times cost, lower bound, seconds).

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
    spoken = people[row] > 0
    row, column, each = row[spoken], matrix.indices[spoken], matrix.data[spoken]

    def worth(flow: Csr) -> float:
        price = {(i, j): d for i, j, d in zip(row.tolist(), column.tolist(), each, strict=True)}
        used = sp.coo_array(flow)
        where = zip(*(c.tolist() for c in used.coords), strict=True)
        return math.fsum(w * price[pair] for pair, w in zip(where, used.data, strict=True))

    asks = _Assignment(
        "capacitated_p_median", matrix.shape, people, row, column, people[row] * each,
        split=split, everybody=True,
    )  # fmt: skip
    return _assign(asks, capacity, options, worth)


@dataclass(frozen=True, eq=False)
class _Assignment:
    """Who may go where at what price: the pairs of row and column within reach."""

    name: str
    shape: tuple[int, int]
    people: Floats
    row: Ints
    column: Ints
    price: Floats
    split: bool
    everybody: bool = False

    @property
    def scale(self) -> float:
        """The model's objective is the price times this."""
        return 1.0 / max(1e-300, float(np.abs(self.price).max(initial=0.0)))

    @property
    def whole(self) -> bool:
        """Whether every objective is a whole number."""
        return not self.everybody and not self.split and bool((self.people == np.floor(self.people)).all())


def _assign(asks: _Assignment, capacity: Any, options: Options, worth: Callable[[Csr], float]) -> Solution:
    """Both models: sites x and parts z of rows served, over the pairs that are within reach."""
    terms, effort = asked(options)
    watch = effort.begin()
    rows, candidates = asks.shape
    terms.check(candidates, bounded=True)
    room = np.broadcast_to(np.asarray(capacity, dtype=np.float64), (candidates,))
    if np.isnan(room).any() or (room < 0).any():
        raise UsageError("siting.bad_capacity")
    sign = 1.0 if asks.everybody else -1.0
    model = _model(asks, terms, room, Model(threads=effort.threads))
    start = _start(asks, terms, room)
    answer = model.run(
        time_limit=watch.left, gap=effort.gap, start=start,
        heard=lambda best, bound: watch.tell(sign * best / asks.scale, sign * bound / asks.scale),
    )  # fmt: skip
    if answer.x is None and answer.outcome != "infeasible" and start is not None:
        answer = replace(answer, x=start)  # the solver had no time to take it
    if answer.x is None and answer.outcome != "infeasible":
        raise out_of_time(effort.time_limit)
    if answer.x is None:
        return impossible(asks.name, rows, seconds=watch.seconds)
    flow = _flow(answer.x[candidates:], asks)
    objective, bound = worth(flow), sign * answer.bound / asks.scale
    bound = max(0.0, bound) if asks.everybody else min(bound, math.fsum(asks.people))
    found = closed(objective, bound, larger_is_better=not asks.everybody, whole=asks.whole)
    if answer.outcome == "optimal" and abs(found.bound - objective) <= 1e-7 * max(1.0, abs(objective)):
        found = Worth(objective, objective, True)
    watch.tell(objective, found.bound)
    return answered(
        asks.name, found, terms.conditions, sites=np.nonzero(answer.x[:candidates] > 0.5)[0].tolist(),
        allocation=_most(flow), flow=flow, seconds=watch.seconds,
    )  # fmt: skip


def _start(asks: _Assignment, terms: Terms, room: Floats) -> Floats | None:
    """A quick permitted answer: sites by what they cover, the largest rows first to whoever has most room.

    None where everybody must be served, or where greed finds no sites.
    """
    rows, candidates = asks.shape
    ones = np.ones(len(asks.row))
    near = sp.csr_array((ones, (asks.row, asks.column)), shape=asks.shape)
    sites = None if asks.everybody else greedy(near, asks.people, Gate(terms, candidates))
    if sites is None:
        return None
    opened = np.zeros(candidates)
    opened[sites] = 1.0
    left, part = np.where(opened > 0, room, -1.0), np.zeros(len(asks.row))
    order = np.argsort(asks.row, kind="stable")
    begin = np.searchsorted(asks.row[order], np.arange(rows + 1))
    for row in np.argsort(-asks.people, kind="stable").tolist():
        pairs = order[begin[row] : begin[row + 1]]
        if len(pairs):
            best = pairs[np.argmax(left[asks.column[pairs]])]
            if left[asks.column[best]] >= asks.people[row]:
                left[asks.column[best]] -= asks.people[row]
                part[best] = 1.0
    return np.concatenate([opened, part])


def _model(asks: _Assignment, terms: Terms, room: Floats, model: Model) -> Model:
    """Columns and rows of both models."""
    (rows, candidates), row, column = asks.shape, asks.row, asks.column
    pairs, number = len(row), np.arange(len(row))
    low, high = terms.conditions.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    model.columns(asks.price * asks.scale, np.zeros(pairs), np.ones(pairs), whole=not asks.split)
    side, lower, upper = terms.rows(candidates)
    model.rows(_beside(side, sp.csr_array((side.shape[0], pairs))), lower, upper)
    served = sp.csr_array((np.ones(pairs), (row, number)), shape=(rows, pairs))
    need = ((asks.people > 0) & asks.everybody).astype(np.float64)
    model.rows(_beside(sp.csr_array((rows, candidates)), served), need, np.ones(rows))
    opens = sp.csr_array((-np.ones(pairs), (number, column)), shape=(pairs, candidates))
    model.rows(_beside(opens, sp.csr_array(sp.eye_array(pairs))), np.full(pairs, -math.inf), np.zeros(pairs))
    _capacities(model, asks, room)
    return model


def _capacities(model: Model, asks: _Assignment, room: Floats) -> None:
    """Load of each site within its capacity, in units of the capacity so that large ones scale."""
    row, column, people = asks.row, asks.column, asks.people
    bounded = np.nonzero(np.isfinite(room) & (room < float(people.sum())))[0]
    unit = np.maximum(room, 1.0)
    pairs = (column, np.arange(len(row)))
    load = sp.csr_array((people[row] / unit[column], pairs), shape=(asks.shape[1], len(row)))
    full = sp.csr_array(sp.diags_array(-(np.where(np.isfinite(room), room, 0.0) / unit)))
    rows = _beside(full[bounded], load[bounded])
    model.rows(rows, np.full(len(bounded), -math.inf), np.zeros(len(bounded)))


def _flow(part: Floats, asks: _Assignment) -> Csr:
    """Residents by row and column."""
    part = np.clip(part, 0.0, 1.0) if asks.split else np.round(part)
    used = part > 1e-9
    row, column = asks.row[used], asks.column[used]
    return sp.csr_array((part[used] * asks.people[row], (row, column)), shape=asks.shape)


def _most(flow: Csr) -> Ints:
    """The column that serves most of each row, the lower on ties; -1 for none."""
    allocation = np.full(flow.shape[0], -1, dtype=np.int64)
    for i in np.nonzero(np.diff(flow.indptr))[0]:
        part = slice(flow.indptr[i], flow.indptr[i + 1])
        allocation[i] = flow.indices[part][np.argmax(flow.data[part])]
    return allocation


def _beside(left: Csr, right: Csr) -> Csr:
    return sp.csr_array(sp.hstack([left, right]))
