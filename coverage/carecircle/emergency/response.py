r"""How long help takes when units are sometimes busy: the mean and the 90th percentile.

A call that finds a unit free takes that unit's minutes. One that finds none waits, first come first served,
an exponential time of mean :math:`s/(N(1-\rho))` (*s* minutes a service), and is answered by whichever unit
is free first, each with the same chance, from its own station.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from carecircle.emergency.calls import Busy, Calls, Floats, nearest_first
from carecircle.emergency.erlang import check_load
from carecircle.emergency.fleet import busy_units
from carecircle.errors import UsageError

Model = Callable[[Calls], Busy]
Service = Callable[[float], float]
_MANY, _STEP_MIN = 200_000, 1 / 64
"""Beyond so many pairs of place and unit the percentile is sought among minutes rounded up to this step."""


@dataclass(frozen=True, eq=False)
class Response:
    """The response at one busy share.

    Parameters
    ----------
    busy_share
        Share of time that a unit is busy, on average.
    mean, p90
        Minutes, over all calls.
    waits
        Share of calls that find every unit busy.
    wait_min
        Minutes that these wait on average.
    service_min
        Minutes that a call keeps a unit, on average.
    busy
        Every unit's share, and who answers whom.
    """

    busy_share: float
    mean: float
    p90: float
    waits: float
    wait_min: float
    service_min: float
    busy: Busy


def response(
    minutes: Any, weight: Any, *, busy_share: float, service_min: float | Service, model: Model = busy_units
) -> Response:
    """Mean and 90th percentile of the response at a busy share.

    Parameters
    ----------
    minutes
        float[places, units]: what a unit takes to a place, its turn-out and what goes before it among them;
        infinite where there is no way (others then answer in its stead).
    weight
        float[places]: how many calls come from each, in any unit.
    busy_share
        Mean share of time that units are busy: calls a minute times ``service_min``, a unit.
    service_min
        Minutes that a call keeps a unit, on average; or what tells them from the mean minutes that the unit
        which answers takes (the busier they are, the farther it comes).
    model
        What tells how busy each is: `busy_units`, or `carecircle.emergency.larson.larson` for a quick guess.

    Returns
    -------
    Response
        Over all calls.

    Raises
    ------
    UsageError
        If the busy share is 1 or more (the calls cannot be served), or a place has no way from any unit.
    """
    taken, calls = np.asarray(minutes, np.float64), np.asarray(weight, np.float64)
    check_load(taken.shape[1], busy_share * taken.shape[1], queue=True)
    if not np.isfinite(taken[calls > 0]).any(axis=1).all():
        raise UsageError("emergency.out_of_reach")
    taken, calls = taken[calls > 0], calls[calls > 0]
    share = calls / calls.sum()
    units = taken.shape[1]
    ordered = nearest_first(share, taken)
    busy = model(ordered.scaled(max(busy_share, 1e-12) * units))
    ways = np.isfinite(taken)
    at_once = np.where(ways, busy.answers[ordered.of], 0.0)
    at_once *= ((1 - busy.waits) * share / at_once.sum(axis=1))[:, None]
    later = ways * (busy.waits * share / ways.sum(axis=1))[:, None]
    on_way = float((np.where(ways, taken, 0.0) * (at_once + later)).sum())
    service = service_min(on_way) if callable(service_min) else service_min
    if not 0 <= service < np.inf:
        raise UsageError("emergency.bad_service", value=str(service))
    wait_min = service / (units * (1 - busy_share))
    mean = on_way + busy.waits * wait_min
    p90 = _quantile(taken[ways], at_once[ways], later[ways], wait_min, 0.9)
    return Response(busy_share, mean, p90, busy.waits, wait_min, service, busy)


def static(minutes: Any, weight: Any) -> tuple[float, float]:
    """Mean and 90th percentile if a unit were always free at every station: the floor of every response.

    Parameters
    ----------
    minutes, weight
        As in `response`.

    Returns
    -------
    tuple of float
        Minutes.
    """
    least, calls = np.min(np.asarray(minutes, np.float64), axis=1), np.asarray(weight, np.float64)
    least, calls = least[calls > 0], calls[calls > 0]
    return float(calls @ least / calls.sum()), weighted_quantile(least, calls, 0.9)


def weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    """The least value up to which at least a share of the weight lies.

    Parameters
    ----------
    values, weight
        One a place.
    share
        0 to 1.

    Returns
    -------
    float
        One of the values.
    """
    order = np.argsort(values, kind="stable")
    held = np.cumsum(weight[order])
    at = int(np.searchsorted(held, share * held[-1] * (1 - 1e-12)))
    return float(values[order][min(at, len(order) - 1)])


def _quantile(taken: Floats, at_once: Floats, later: Floats, wait_min: float, share: float) -> float:
    """The minutes up to which a share of all calls is answered, those that wait among them."""
    if not later.any() or wait_min == 0:
        return weighted_quantile(taken, at_once + later, share)
    if len(taken) > _MANY:
        step = np.ceil(taken / _STEP_MIN).astype(np.int64)
        at_once, later = (np.asarray(np.bincount(step, part), np.float64) for part in (at_once, later))
        taken = np.asarray(np.arange(len(later)) * _STEP_MIN)
    order = np.argsort(taken, kind="stable")
    taken, later = taken[order], later[order]
    held = np.concatenate([[0.0], np.cumsum(at_once[order])])

    def answered(limit: float) -> float:
        here = int(np.searchsorted(taken, limit, side="right"))
        waited = later[:here] @ -np.expm1(-(limit - taken[:here]) / wait_min)
        return float(held[here] + waited)

    low, high = float(taken[0]), float(taken[-1])
    while answered(high) < share:
        low, high = high, high + max(high - taken[-1], wait_min)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if answered(middle) >= share else (middle, high)
    return high
