"""The busy share that calls make: the busier units are, the farther they come, the longer they are gone."""

from __future__ import annotations

from typing import Any

from carecircle.emergency.larson import larson
from carecircle.emergency.response import Service, response

_ROUNDS, _NEAR = 200, 1e-6


def busy_share(minutes: Any, weight: Any, *, calls_a_min: float, service: Service) -> float:
    """The busy share at which a fleet does as much as its calls ask.

    Parameters
    ----------
    minutes, weight
        As in `carecircle.emergency.response.response`.
    calls_a_min
        All calls, a minute.
    service
        Minutes that a call keeps a unit, from the mean minutes that the unit which answers takes.

    Returns
    -------
    float
        Found by repeating (Larson's approximation); 1 or more where the calls cannot be served.

    Raises
    ------
    UsageError
        As `carecircle.emergency.response.response`.
    """
    units = len(minutes[0])
    share = 0.0
    for _ in range(_ROUNDS):
        found = response(minutes, weight, busy_share=share, service_min=service, model=larson)
        now = calls_a_min * found.service_min / units
        if now >= 1 or abs(now - share) < _NEAR:
            return now
        share = now
    return share
