"""Maximum expected covering: where ambulances that are sometimes busy cover the most residents."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Unpack

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.fleets import Fleet, beside
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, Ints, as_residents, cover, nearest_open
from carecircle.siting.options import Further, asked
from carecircle.siting.reduce import essential_columns, merged
from carecircle.siting.solution import Solution, closed, out_of_time


def mexclp(
    cost: Any,
    residents: Any,
    *,
    limit: float,
    busy: float,
    ambulances: int,
    standing: Sequence[int] | None = None,
    most: int | Sequence[int] | None = None,
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
    cover set are one row, a station whose rows another with room for all reaches too gets none; solved by
    HiGHS to proof from a greedy start.

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
        The most ambulances a station, or each of them, may have; None: no bound.
    **options
        `Effort`, field by field or whole; progress hears of (residents covered in expectation, upper bound,
        seconds).

    Returns
    -------
    Solution
        ``objective`` in residents, those standing counted; `sites` one entry an ambulance, those standing
        among them, `new` those placed: not those that would add nothing.

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
    fleet.columns(model, candidates, idle=_idle(fleet, sets))
    count = sets.shape[0]
    gain = np.outer(worth, grouped).ravel()
    model.columns(-gain, np.zeros(len(gain)), np.ones(len(gain)))
    covered = sp.csr_array(sp.hstack([sp.eye_array(count)] * len(worth))) if len(worth) else None
    if covered is not None and count:
        model.rows(beside(-sets, covered), np.full(count, -math.inf), np.zeros(count))
    first = _greedy(fleet, sets, grouped, busy)
    served = (np.arange(len(worth))[:, None] < (sets @ first)[None]).astype(np.float64).ravel()
    answer = model.run(
        time_limit=watch.left, gap=effort.gap, start=np.concatenate([first, served]),
        heard=lambda best, bound: watch.tell(-best, -bound),
    )  # fmt: skip
    if answer.x is None:
        raise out_of_time(effort.time_limit)

    def expected(held: Floats) -> float:
        return math.fsum(people * (1 - busy ** (near @ held)))

    held, sites, new = fleet.counted(_useful(fleet.placed(answer, candidates)[0], fleet, expected))
    objective = expected(held)
    stations = np.nonzero(held)[0]
    allocation, _ = nearest_open(cost, stations, limit=limit)
    ceiling = math.fsum(people) * (1 - busy**total)
    value = closed(objective, min(-answer.bound, ceiling), larger_is_better=True, whole=False)
    watch.tell(value.objective, value.bound)
    return Solution(
        "mexclp", "optimal" if value.proven else "feasible", value.objective, value.bound,
        sites, new, allocation,
        tuple(np.nonzero(np.diff(near.indptr) == 0)[0].tolist()), None, watch.seconds,
    )  # fmt: skip


def _idle(fleet: Fleet, sets: Csr) -> Ints:
    """Stations at which an ambulance does nothing that it would not do at another with room for all."""
    candidates = sets.shape[1]
    full = np.nonzero(fleet.room(candidates) - fleet.here(candidates) < fleet.ambulances)[0]
    used = essential_columns(sets, np.zeros(candidates), full.tolist())
    return np.setdiff1d(np.arange(candidates), used)


def _greedy(fleet: Fleet, sets: Csr, people: Floats, busy: float) -> Floats:
    """One ambulance after the other where it adds most: what the search begins with."""
    held = fleet.here(sets.shape[1]).copy()
    room = fleet.room(sets.shape[1])
    for _ in range(fleet.ambulances):
        gain = sets.T @ (people * (1 - busy) * busy ** (sets @ held))
        gain[held >= room] = -1.0
        if not len(gain) or gain.max() <= 0:
            break
        held[int(np.argmax(gain))] += 1
    return held


def _useful(held: Floats, fleet: Fleet, worth: Callable[[Floats], float]) -> Floats:
    """The fleet without those placed that add nothing: only where nobody is ever busy, or nobody is near."""
    value = worth(held)
    for j in np.nonzero(held - fleet.here(len(held)))[0]:
        while held[j] > fleet.here(len(held))[j]:
            fewer = held.copy()
            fewer[j] -= 1
            if worth(fewer) < value:
                break
            held = fewer
    return held
