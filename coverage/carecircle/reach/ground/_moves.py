"""One cell's moves, compiled into every search: which neighbours could improve, and what a move costs.

A cell is 16 bytes: its cost, height and seconds a metre (infinite: closed; below 0: a cell that is ridden,
where the law of slopes does not hold). The test of what could improve takes a bound of the law that needs no
exponential, for all neighbours at once and without a branch; only the few that pass are reckoned exactly.
"""

from __future__ import annotations

from math import exp, floor
from typing import Any

import numpy as np

from carecircle.reach.ground import laws
from carecircle.reach.ground._bits import float_of
from carecircle.reach.search._numba import inlined

Array = Any

_U4 = np.uint32
_I8 = np.int64

KINDS = ((0,), (0, 0), (0, 0, 0))
"""How a field is reckoned: no slopes; Tobler's law everywhere; any law, cells that are ridden, steepness. By
its length, which the compiler knows, every kind has a search of its own."""

BY = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3, 4, 3, 4, 6, 6], np.int64)
AND_BY = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 5, 7, 5, 7], np.int64)
"""The two cells that each of `field.MOVES` passes between, as moves: those of a knight's move alone."""

_NONE, _TOBLER, _LANGMUIR = laws.NONE, laws.TOBLER, laws.LANGMUIR
_UP, _DOWN, _STEEP = laws.UP, laws.DOWN, laws.STEEP
_SLOWEST, _SPAN, _BEST, _WIDTH = laws.SLOWEST, laws.SPAN, laws.BEST_PER_CENT, laws.WIDTH
_LEVEL, _LEAST = laws.LEVEL, laws.LEAST
_EASED = exp(-0.175)


@inlined
def _exp(x: float) -> Any:
    """exp(x) for 0 <= x < 700, to the last digit or so: a power of two times a polynomial."""
    n = floor(x * 1.4426950408889634 + 0.5)
    r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    p = 1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880 + r * (1.0 / 3628800)))
    p = 1.0 + r * (
        1.0 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * p)))))
    )
    return p * float_of((_I8(n) + _I8(1023)) << _I8(52))


@inlined
def _times(law: int, slope: float) -> Any:
    """What `laws.factor` says of one slope."""
    if law == _TOBLER:
        return _EASED * _exp(min(abs(3.5 * slope + 0.175), 690.0))
    if law == _LANGMUIR:
        if slope >= 0.0:
            return 1.0 + _UP * slope
        return 1.0 - _DOWN * slope if slope < _STEEP else 1.0 + _DOWN * slope
    if law == _NONE:
        return 1.0
    return _LEVEL / (_SLOWEST + _SPAN * exp(-((100.0 * slope + _BEST) ** 2) / _WIDTH))


@inlined
def _at_least(law: int, slope: float) -> float:
    """No more than `_times`, without an exponential."""
    if law == _TOBLER:
        y = abs(3.5 * slope + 0.175)
        return _EASED * (1.0 + y + 0.5 * y * y)
    if law == _LANGMUIR:
        return 1.0 + _UP * slope if slope >= 0.0 else 0.4
    return _LEAST


@inlined
def could_improve(
    cell: Array, u: Any, c: float, limit: float, moves: int, offset: Array, kind: Any, law: int, base: float,
    half: Array, per_m: Array, by: Array, also: Array, slow: Array, rise: Array,
) -> Any:  # fmt: skip
    """Bits of the moves from cell ``u`` (at cost ``c``) whose bound does not exceed what their end costs.

    ``slow`` and ``rise`` are filled for `price`: the neighbours' seconds a metre, the slopes. All these small
    arrays must be made by the compiled function that calls: of those it was given, the compiler cannot know
    that they do not overlap, and half the speed is lost.
    """
    found = _U4(0)
    zu = np.float64(cell[u].z)
    su = np.float64(cell[u].slow)
    if len(kind) == 1:
        for k in range(8):
            x = cell[_U4(u + _U4(offset[k]))]
            slow[k] = np.float64(x.slow)
            found |= _U4(min(x.cost, limit) >= c + (su + slow[k]) * half[k]) << _U4(k)
        if moves == 16:
            for k in range(8, 16):
                x = cell[_U4(u + _U4(offset[k]))]
                slow[k] = np.float64(x.slow) + slow[by[k]] + slow[also[k]]
                found |= _U4(min(x.cost, limit) >= c + (su + slow[k]) * half[k]) << _U4(k)
    elif len(kind) == 2:
        for k in range(8):
            x = cell[_U4(u + _U4(offset[k]))]
            slow[k] = np.float64(x.slow)
            y = abs((np.float64(x.z) - zu) * per_m[k] + 0.175)
            rise[k] = y
            low = c + (su + slow[k]) * half[k] * (1.0 + y + 0.5 * y * y)
            found |= _U4(min(x.cost, limit) >= low) << _U4(k)
        if moves == 16:
            for k in range(8, 16):
                x = cell[_U4(u + _U4(offset[k]))]
                y = abs((np.float64(x.z) - zu) * per_m[k] + 0.175)
                rise[k] = y
                slow[k] = np.float64(x.slow) + slow[by[k]] + slow[also[k]]
                low = c + (su + slow[k]) * half[k] * (1.0 + y + 0.5 * y * y)
                found |= _U4(min(x.cost, limit) >= low) << _U4(k)
    else:
        for k in range(moves):
            x = cell[_U4(u + _U4(offset[k]))]
            slow[k] = np.float64(x.slow)
            rise[k] = (np.float64(x.z) - zu) * per_m[k]
            parts = 2.0
            walked = max(su, 0.0) + max(slow[k], 0.0)
            ridden = max(-su, 0.0) + max(-slow[k], 0.0)
            if k >= 8:
                a, b = slow[by[k]], slow[also[k]]
                parts = 4.0
                walked += max(a, 0.0) + max(b, 0.0)
                ridden += max(-a, 0.0) + max(-b, 0.0)
            low = c + half[k] * ((walked + parts * base) * _at_least(law, rise[k]) + ridden)
            found |= _U4(min(x.cost, limit) >= low) << _U4(k)
    return found


@inlined
def price(
    su: Any, k: Any, kind: Any, law: int, base: float, steepest: float, half: Array, by: Array, also: Array,
    slow: Array, rise: Array,
) -> Any:  # fmt: skip
    """What move ``k`` costs, exactly."""
    if len(kind) == 1:
        return (su + slow[k]) * half[k]
    if len(kind) == 2:
        return (su + slow[k]) * half[k] * _exp(min(rise[k], 690.0))
    if abs(rise[k]) > steepest:
        return np.inf
    parts = 2.0
    walked = max(su, 0.0) + max(slow[k], 0.0)
    ridden = max(-su, 0.0) + max(-slow[k], 0.0)
    if k >= 8:
        a, b = slow[by[k]], slow[also[k]]
        parts = 4.0
        walked += max(a, 0.0) + max(b, 0.0)
        ridden += max(-a, 0.0) + max(-b, 0.0)
    return half[k] * ((walked + parts * base) * _times(law, rise[k]) + ridden)
