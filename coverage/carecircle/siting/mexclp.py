"""Maximum expected covering: where ambulances that are sometimes busy cover the most residents."""

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
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Solution, closed, out_of_time


def mexclp(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    busy: float,
    ambulances: int,
    standing: Sequence[int] | None = None,
    most: int | None = None,
    **options: Unpack[Further],
) -> Solution:
    r"""Maximum expected covering location problem (Daskin 1983), ambulances in whole numbers.

    .. math::

        \max \sum_i w_i \sum_{k} (1-q)\,q^{k-1}\, y_{ik} \quad\text{s.t.}\quad
        \sum_k y_{ik} \le \sum_{j \in N_i} x_j,\;\; \sum_j x_j \le p,\;\;
        x_j \in \{0, 1, 2, \ldots\},\; 0 \le y_{ik} \le 1

    with :math:`w_i` the residents of demand row *i*, :math:`N_i` the stations within the limit, *q* the share
    of time that an ambulance is busy, :math:`x_j` the ambulances of station *j*, *p* all of them: a row with
    *c* ambulances within the limit counts :math:`w_i(1-q^c)`. With *q* = 0 it is the `mclp`. Rows of one
    cover set are one row; solved by HiGHS to proof.

    Parameters
    ----------
    cost
        float64[demand, stations], dense or sparse (absent: out of reach); any unit.
    residents
        float64[demand]: residents of each row.
    limit
        In the unit of ``cost``, inclusive.
    busy
        Share of time that an ambulance is busy, 0 or more and below 1.
    ambulances
        How many are placed.
    standing
        Ambulances that stand at each station already and stay.
    most
        The most ambulances a station may have; None: no bound.
    **options
        `Effort`, field by field or whole.

    Returns
    -------
    Solution
        ``objective`` in residents, those standing counted; `sites` one entry an ambulance, those standing
        among them, `new` those placed.

    Raises
    ------
    UsageError
        If the arguments do not fit together, or the time does not suffice for any answer.

    References
    ----------
    Daskin (1983), A maximum expected covering location model: formulation, properties and heuristic solution,
    Transportation Science 17, 48-70, https://doi.org/10.1287/trsc.17.1.48.
    """
    _, effort = asked(options)
    watch = effort.begin()
    near = cover(cost, limit)
    rows, candidates = near.shape
    people = as_residents(residents, rows)
    if not 0 <= busy < 1:
        raise UsageError("siting.bad_busy", value=str(busy))
    fleet = Fleet(ambulances, standing, most)
    fleet.check(candidates)

    sets, grouped, _ = merged(near, people)
    total = int(fleet.here(candidates).sum()) + ambulances
    worth = (1 - busy) * busy ** np.arange(total)
    worth = worth[worth > 0]
    model = Model(threads=effort.threads)
    fleet.columns(model, candidates)
    count = sets.shape[0]
    gain = np.outer(worth, grouped).ravel()
    model.columns(-gain, np.zeros(len(gain)), np.ones(len(gain)))
    covered = sp.csr_array(sp.hstack([sp.eye_array(count)] * len(worth))) if len(worth) else None
    if covered is not None and count:
        model.rows(beside(-sets, covered), np.full(count, -math.inf), np.zeros(count))
    answer = model.run(time_limit=watch.left, gap=effort.gap)
    if answer.x is None:
        raise out_of_time(effort.time_limit)
    held, sites, new = fleet.placed(answer, candidates)
    objective = math.fsum(people * (1 - busy ** (near @ held)))
    stations = np.nonzero(held)[0]
    allocation, _ = nearest_open(cost, stations, limit=limit)
    value = closed(objective, -answer.bound, larger_is_better=True, whole=False)
    return Solution(
        "mexclp", "optimal" if value.proven else "feasible", value.objective, value.bound,
        sites, new, allocation,
        tuple(np.nonzero(np.diff(near.indptr) == 0)[0].tolist()), None, watch.seconds,
    )  # fmt: skip
