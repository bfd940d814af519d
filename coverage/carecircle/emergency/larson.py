r"""Larson's approximation of the hypercube: units busy as if independently, corrected for that they are not.

Unit *n* is asked *j*-th by the calls of :math:`G_n^j`, and answers them if the *j* - 1 asked before are busy
and it is free. With independent units that has probability :math:`\prod\rho\,(1-\rho_n)`; Larson's factor

.. math::

    Q(N, \rho, j) = \sum_{k=j}^{N-1} \frac{(N-j-1)!\,(N-k)}{(k-j)!}\,\frac{N^k}{N!}\,\rho^{k-j}\,
    \frac{p_0}{1-\rho}

makes it right for units that are asked in random order. So

.. math::

    \rho_n = \frac{V_n + \lambda\,P_N/N}{1 + V_n},\qquad
    V_n = \sum_j \sum_{i \in G_n^j} \lambda_i\,Q(N, \rho, j-1) \prod_{l<j} \rho_{i(l)}

in units of the mean service, held after each round to the mean busy share that Erlang's formula tells
(:math:`P_N`, the share that waits, is 0 in :math:`\rho_n` where calls are lost instead).

Larson (1975), Approximating the performance of urban emergency service systems, Operations Research 23,
845-868, https://doi.org/10.1287/opre.23.5.845; without a line: Jarvis (1985), Management Science 31, 235-239,
https://doi.org/10.1287/mnsc.31.2.235.
"""

from __future__ import annotations

import numpy as np

from carecircle.emergency.calls import Busy, Calls, Floats
from carecircle.emergency.erlang import check_load, states

_ROUNDS = 500
_NEAR = 1e-12


def correction(units: int, load: float, *, queue: bool = True) -> Floats:
    """Larson's factor Q(N, load / N, j) for j = 0 … N - 1.

    Parameters
    ----------
    units, load, queue
        As in `carecircle.emergency.erlang.check_load`.

    Returns
    -------
    ndarray
        float64[units]; the first is 1.
    """
    chance = states(units, load, queue=queue)
    busy = load / units if queue else load * (1 - chance[-1]) / units
    j = np.arange(units)
    # Units asked in random order: j of them busy and the next free, beside busy**j * (1 - busy).
    among = np.zeros(units)
    for k in range(units):
        falling = np.cumprod(np.concatenate([[1.0], (k - j[:-1]) / (units - j[:-1])]))
        among += chance[k] * np.maximum(falling, 0.0) * (units - k) / (units - j)
    if load == 0:
        return np.concatenate([[1.0], np.zeros(units - 1)])
    return np.asarray(among / (busy**j * (1 - busy)))


def larson(calls: Calls, *, queue: bool = True) -> Busy:
    """Busy shares and answers, approximately, for any number of units.

    Parameters
    ----------
    calls
        In the order in which they ask.
    queue
        Calls that find every unit busy wait; otherwise they are lost.

    Returns
    -------
    Busy
        Without states.

    Raises
    ------
    UsageError
        If calls that wait would wait for ever.
    """
    units, load = calls.units, calls.total
    check_load(units, load, queue=queue)
    waits = float(states(units, load, queue=queue)[-1])
    factor = correction(units, load, queue=queue)
    mean = (load if queue else load * (1 - waits)) / units
    line = load * waits / units if queue else 0.0
    busy = np.full(units, mean)
    for _ in range(_ROUNDS):
        asked = _asked(calls, busy, factor)
        volume = np.bincount(calls.order.ravel(), (asked * calls.load[:, None]).ravel(), units)
        after = (volume + line) / (1 + volume)
        after = np.minimum(after * mean / after.mean(), 1 - 1e-9)
        near = float(np.abs(after - busy).max()) < _NEAR
        busy = after
        if near:
            break
    share = _asked(calls, busy, factor) * (1 - busy[calls.order])
    share *= ((1 - waits) / share.sum(axis=1))[:, None]
    answers = np.zeros_like(share)
    np.put_along_axis(answers, calls.order, share, axis=1)
    return Busy(busy, answers, waits, False, np.zeros(0))


def _asked(calls: Calls, busy: Floats, factor: Floats) -> Floats:
    """[orders, ranks]: chance that a call finds all units asked before busy, dependence corrected."""
    before = np.cumprod(busy[calls.order[:, :-1]], axis=1)
    return np.concatenate([np.ones((len(calls.load), 1)), before], axis=1) * factor
