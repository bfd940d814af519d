r"""The hypercube queueing model: every set of busy units as a state, exactly (Larson 1974).

A call of order *i* takes the first free unit of its order; services end at rate 1 (the time unit is the mean
service). With *k* units busy the state sits on level *k*, calls lead one level up and ends of service one
level down, so that the balance :math:`\pi_{k-1}U_{k-1} + \pi_{k+1}D_{k+1} = (\lambda + k)\,\pi_k` is solved
level by level from the top: :math:`\pi_k = \pi_{k-1}R_{k-1}`, :math:`R_{N-1} = U_{N-1}/N`,
:math:`R_{k-1} = U_{k-1}\,(\lambda + k - R_k D_{k+1})^{-1}`. No iteration, no tolerance. A line behind *N*
busy units is in balance with itself and adds :math:`\pi_N\,\rho/(1-\rho)`.

Larson (1974), A hypercube queuing model for facility location and redistricting in urban emergency services,
Computers & Operations Research 1, 67-95, https://doi.org/10.1016/0305-0548(74)90076-8; Larson and Odoni
(1981), Urban Operations Research, 5.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from carecircle.emergency.calls import Busy, Calls, Floats
from carecircle.emergency.erlang import check_load
from carecircle.errors import UsageError

MOST_UNITS = 12
"""Beyond these the states (2 ** units) grow faster than the gain."""


def hypercube(calls: Calls, *, queue: bool = True) -> Busy:
    """Busy shares and answers, exactly.

    Parameters
    ----------
    calls
        At most twelve units.
    queue
        Calls that find every unit busy wait, first come first served; otherwise they are lost.

    Returns
    -------
    Busy
        With the probability of every state.

    Raises
    ------
    UsageError
        If there are more than twelve units, or calls that wait would wait for ever.
    """
    units, load = calls.units, calls.total
    check_load(units, load, queue=queue)
    if units > MOST_UNITS:
        raise UsageError("emergency.too_many_units", value=units, most=MOST_UNITS)
    first = _first_free(calls.order)
    levels = _levels(units)
    state = _balance(calls.load, first, levels)
    line = load / units / (1 - load / units) * state[-1] if queue else 0.0
    total = state.sum() + line
    state, line = state / total, line / total
    answers = np.zeros((len(calls.load), units))
    for unit in range(units):
        answers[:, unit] = (first == unit) @ state[:-1]
    busy = np.array([state[_has(units, unit)].sum() for unit in range(units)]) + line
    return Busy(busy, answers, float(state[-1] + line), True, state)


def _has(units: int, unit: int) -> npt.NDArray[np.bool_]:
    """The states in which a unit is busy."""
    return np.asarray((np.arange(1 << units) >> unit) & 1, dtype=bool)


def _levels(units: int) -> list[npt.NDArray[np.int64]]:
    """The states by how many units are busy."""
    busy = np.sum([_has(units, unit) for unit in range(units)], axis=0)
    return [np.nonzero(busy == k)[0] for k in range(units + 1)]


def _first_free(order: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """int8[orders, states - 1]: who answers in each state but that of all busy."""
    units = order.shape[1]
    found = np.full((len(order), (1 << units) - 1), -1, np.int8)
    free = np.array([~_has(units, unit)[:-1] for unit in range(units)])
    for rank in range(units - 1, -1, -1):
        asked = order[:, rank]
        np.copyto(found, asked[:, None].astype(np.int8), where=free[asked])
    return found


def _balance(load: Floats, first: npt.NDArray[np.int8], levels: list[npt.NDArray[np.int64]]) -> Floats:
    """Probability of every state, as long as nobody waits, up to a factor."""
    units, total = len(levels) - 1, float(load.sum())
    place = np.zeros(1 << units, np.int64)
    for level in levels:
        place[level] = np.arange(len(level))
    rates = np.array([load @ (first == unit) for unit in range(units)])  # [units, states - 1]

    def up(k: int) -> Floats:
        matrix = np.zeros((len(levels[k]), len(levels[k + 1])))
        for unit in range(units):
            free = np.nonzero(~_has(units, unit)[levels[k]])[0]
            start = levels[k][free]
            matrix[free, place[start | (1 << unit)]] = rates[unit, start]
        return matrix

    def ended(flow: Floats, k: int) -> Floats:
        """``flow`` times the ends of service on level k: each busy unit at rate 1."""
        down = np.zeros((flow.shape[0], len(levels[k - 1])))
        for unit in range(units):
            busy = np.nonzero(_has(units, unit)[levels[k]])[0]
            down[:, place[levels[k][busy] ^ (1 << unit)]] += flow[:, busy]
        return down

    ways: list[Floats] = [np.zeros((0, 0))] * units
    ways[-1] = up(units - 1) / units
    for k in range(units - 1, 0, -1):
        left = (total + k) * np.eye(len(levels[k])) - ended(ways[k], k + 1)
        ways[k - 1] = np.asarray(np.linalg.solve(left.T, up(k - 1).T).T)
    state = np.zeros(1 << units)
    here = np.ones(1)
    state[0] = 1.0
    for k, way in enumerate(ways, 1):
        here = here @ way
        state[levels[k]] = here
    return state
