r"""Waiting lines of equal servers: how many are busy, whoever they are (Erlang 1917).

With *N* servers and an offered load of *a* services at once (calls a minute times minutes a service), *k* are
busy with probability :math:`p_k = p_0\,a^k/k!`; whether the next call waits or is lost decides :math:`p_0`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from carecircle.errors import UsageError

Floats = npt.NDArray[np.float64]


def check_load(units: int, load: float, *, queue: bool) -> None:
    """Refuse calls that so many units cannot serve.

    Parameters
    ----------
    units
        How many there are.
    load
        Services asked for at once; ``load / units`` is the mean busy share where calls wait.
    queue
        Calls wait; otherwise those that find nobody are lost, and any load will do.

    Raises
    ------
    UsageError
        If there is no unit, the load is negative or no number, or calls that wait would wait for ever.
    """
    if units < 1:
        raise UsageError("emergency.no_units", value=units)
    if not 0 <= load < np.inf:
        raise UsageError("emergency.bad_load", value=str(load))
    if queue and load >= units:
        raise UsageError("emergency.cannot_serve", value=load / units, units=units)


def states(units: int, load: float, *, queue: bool = True) -> Floats:
    """Probability that 0, 1, … N of the units are busy; the last of them with any number waiting.

    Parameters
    ----------
    units, load, queue
        As in `check_load`.

    Returns
    -------
    ndarray
        float64[units + 1], sums to 1.
    """
    check_load(units, load, queue=queue)
    with np.errstate(divide="ignore"):  # no load: a logarithm of 0, and a weight of 0
        log = np.concatenate([[0.0], np.cumsum(np.log(load / np.arange(1, units + 1)))])
    weight = np.exp(log - log.max())
    if queue:
        weight[-1] /= 1 - load / units
    return np.asarray(weight / weight.sum())


def erlang_b(units: int, load: float) -> float:
    """Share of calls lost where nobody waits (Erlang B).

    Parameters
    ----------
    units, load
        As in `check_load`.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    UsageError
        As `check_load`.
    """
    return float(states(units, load, queue=False)[-1])


def erlang_c(units: int, load: float) -> float:
    """Share of calls that wait (Erlang C).

    Parameters
    ----------
    units, load
        As in `check_load`.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    UsageError
        As `check_load`.
    """
    return float(states(units, load, queue=True)[-1])
