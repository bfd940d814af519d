"""The busy share at which a limit is missed."""

from __future__ import annotations

from collections.abc import Callable

from scipy.optimize import brentq

MOST = 0.99
"""Beyond this share calls wait hours, whatever the fleet."""
_NEAR, _STEP = 5e-4, 0.01


def turning_share(
    minutes_at: Callable[[float], float], limit: float, *, exact: Callable[[float], float] | None = None
) -> float | None:
    """The busy share from which on the response is longer than a limit.

    Parameters
    ----------
    minutes_at
        The response in minutes at a busy share; it grows with it.
    limit
        Minutes, inclusive.
    exact
        A dearer, truer response: asked once, near the answer, to correct it by the slope of the other.

    Returns
    -------
    float or None
        To half a thousandth (Brent's method); 0 where the limit is missed with every unit free, None where it
        holds at 99 % busy.
    """
    if minutes_at(0.0) > limit:
        return 0.0
    if minutes_at(MOST) <= limit:
        return None
    found = float(brentq(lambda share: minutes_at(share) - limit, 0.0, MOST, xtol=_NEAR))
    if exact is None:
        return found
    near = min(found + _STEP, MOST)
    slope = (minutes_at(near) - minutes_at(near - _STEP)) / _STEP
    if slope <= 0:
        return found
    return min(max(found + (limit - exact(found)) / slope, 0.0), MOST)
