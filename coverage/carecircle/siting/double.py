"""The double standard: everybody within a far limit, a share within a near one, as many as can be twice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.fleets import Fleet, beside
from carecircle.siting.highs import Model
from carecircle.siting.matrix import as_residents, cover, nearest_open
from carecircle.siting.options import Further, asked
from carecircle.siting.reduce import essential_rows, merged
from carecircle.siting.solution import Solution, closed, impossible, out_of_time


def double_standard(
    cost: Any,
    residents: Any,
    *,
    near: float,
    far: float,
    share: float,
    ambulances: int,
    standing: Sequence[int] | None = None,
    most: int | Sequence[int] | None = 2,
    **options: Unpack[Further],
) -> Solution:
    r"""Double standard model (Gendreau, Laporte and Semet 1997), ambulances in whole numbers.

    .. math::

        \max \sum_i w_i y^2_i \quad\text{s.t.}\quad \sum_{j: d_{ij} \le r_2} x_j \ge 1,\;\;
        \sum_i w_i y^1_i \ge \alpha \sum_i w_i,\;\; y^1_i + y^2_i \le \sum_{j: d_{ij} \le r_1} x_j,\;\;
        y^2_i \le y^1_i,\;\; \sum_j x_j \le p,\;\; x_j \in \{0, \ldots, p_j\}

    with :math:`r_1 \le r_2` the near and the far limit, :math:`\alpha` the share of residents that must have
    an ambulance within the near one, :math:`y^2_i` 1 if row *i* has two of them there, :math:`x_j` the
    ambulances of station *j*. One ambulance a station and both limits equal, the fewest that will do are
    those of `lscp`. Rows of one cover set are one row; solved by HiGHS to proof.

    Parameters
    ----------
    cost
        float64[demand, stations], dense or sparse (absent: out of reach); any unit.
    residents
        float64[demand]: residents of each row.
    near, far
        In the unit of ``cost``, inclusive; ``near`` at most ``far``.
    share
        Of all residents, 0-1, within ``near`` of an ambulance, reached inclusively.
    ambulances
        How many are placed.
    standing
        Ambulances that stand at each station already and stay.
    most
        The most ambulances a station, or each of them, may have; None: no bound.
    **options
        `Effort`, field by field or whole; progress hears of (residents with two ambulances near, upper bound,
        seconds).

    Returns
    -------
    Solution
        ``objective``: residents with two ambulances within ``near``; `sites` one entry an ambulance.
        ``infeasible`` where so few ambulances cannot keep both standards, with the rows that no station is
        within ``far`` of.

    Raises
    ------
    UsageError
        If the arguments do not fit together, or the time does not suffice for any answer.

    References
    ----------
    Gendreau, Laporte and Semet (1997), Solving an ambulance location model by tabu search, Location Science
    5, 75-88, https://doi.org/10.1016/S0966-8349(97)00015-6.
    """
    _, effort = asked(options)
    watch = effort.begin()
    if not near <= far:
        raise UsageError("siting.near_beyond_far", near=near, far=far)
    if not 0 <= share <= 1:
        raise UsageError("siting.bad_share", value=str(share))
    close, wide = cover(cost, near), cover(cost, far)
    rows, candidates = close.shape
    people = as_residents(residents, rows)
    fleet = Fleet(ambulances, standing, most)
    fleet.check(candidates)
    lacking = np.nonzero(np.diff(wide.indptr) == 0)[0]
    if len(lacking):
        return impossible("double_standard", rows, lacking=lacking, seconds=watch.seconds)

    sets, grouped, _ = merged(close, people)
    count = sets.shape[0]
    model = Model(threads=effort.threads)
    fleet.columns(model, candidates)
    nothing, one = np.zeros(count), np.ones(count)
    model.columns(nothing, nothing, one)
    model.columns(-grouped, nothing, one, whole=count > 0)
    once = sp.csr_array(merged(wide, people)[0])
    once = once[essential_rows(once)]
    model.rows(beside(once, sp.csr_array((once.shape[0], 2 * count))), np.ones(once.shape[0]),
               np.full(once.shape[0], math.inf))  # fmt: skip
    if count:
        same = sp.eye_array(count, format="csr")
        model.rows(beside(-sets, same, same), np.full(count, -math.inf), nothing)
        model.rows(beside(sp.csr_array((count, candidates)), -same, same), np.full(count, -math.inf), nothing)
    asked_for = share * math.fsum(people) * (1 - 1e-12)
    if count:
        held_once = beside(
            sp.csr_array((1, candidates)), sp.csr_array(grouped[None]), sp.csr_array((1, count))
        )
        model.rows(held_once, np.full(1, asked_for), np.full(1, math.inf))
    answer = model.run(
        time_limit=watch.left, gap=effort.gap, heard=lambda best, bound: watch.tell(-best, -bound)
    )
    if answer.outcome == "infeasible" or (not count and asked_for > 0):
        return impossible("double_standard", rows, seconds=watch.seconds)
    if answer.x is None:
        raise out_of_time(effort.time_limit)
    held, sites, new = fleet.placed(answer, candidates)
    objective = math.fsum(people[close @ held >= 1.5])
    allocation, _ = nearest_open(cost, np.nonzero(held)[0], limit=far)
    bound = min(-answer.bound, math.fsum(people))
    value = closed(objective, bound, larger_is_better=True, whole=False)
    watch.tell(value.objective, value.bound)
    return Solution(
        "double_standard", "optimal" if value.proven else "feasible", value.objective, value.bound,
        sites, new, allocation,
        (), None, watch.seconds,
    )  # fmt: skip
