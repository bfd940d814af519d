"""One cell's moves, compiled into every search: which neighbours could improve, and what a move costs.

A cell is 16 bytes: its cost, height and seconds a metre (infinite: closed; below 0: a cell that is ridden,
where the law of slopes does not hold). The test of what could improve takes a bound of the law that needs no
exponential, for all neighbours and without a branch; only the few that pass are reckoned exactly, from what
the test has noted of them.
"""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from carecircle.reach.ground import laws
from carecircle.reach.ground._bits import bits_of, float_of
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
_ALL_BUT_ONE = 1.0 - 1e-15
_TO_WHOLE = 6755399441055744.0
"""Added to a float64 and taken away, it leaves the nearest whole number; its bits end in that number."""


@inlined
def _exp(x: float) -> Any:
    """exp(x) for 0 <= x < 700, to the last digit or so: a power of two times a polynomial."""
    whole = x * 1.4426950408889634 + _TO_WHOLE
    n = whole - _TO_WHOLE
    r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    r2 = r * r
    low = (1.0 + r) + r2 * (0.5 + r * (1.0 / 6))
    high = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040))
    high += (r2 * r2) * ((1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800))
    return (low + (r2 * r2) * high) * float_of((bits_of(whole) + _I8(1023)) << _I8(52))


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
def _under(y: float) -> float:
    """No more than exp(y), for y >= 0; by a hair, so that rounding does not make it more."""
    return _ALL_BUT_ONE + y * (1.0 + y * (0.5 + y * (1.0 / 6)))


@inlined
def _at_least(law: int, slope: float) -> float:
    """No more than `_times`, without an exponential."""
    if law == _LANGMUIR:
        return 1.0 + (_UP * slope if slope >= 0.0 else (-_DOWN * slope if slope < _STEEP else _DOWN * slope))
    if law == _TOBLER:
        return _EASED * _under(abs(3.5 * slope + 0.175))
    return _LEAST


@inlined
def _plain(
    k: Any, x: Any, c: float, limit: float, kind: Any, su: float, zu: float, between: float, half: Array,
    per_m: Array, cost: Array, rise: Array, slow: Array,
) -> Any:  # fmt: skip
    """Whether move ``k`` passes, over cells without slopes or under Tobler's law everywhere."""
    s = np.float64(x.slow) + between
    low = (su + s) * half[k]
    if len(kind) == 2:
        y = abs((np.float64(x.z) - zu) * per_m[k] + 0.175)
        rise[k] = y
        low *= _under(y)
    slow[k] = s
    cost[k] = x.cost
    return min(x.cost, limit) >= c + low


@inlined
def _mixed(
    k: Any, x: Any, c: float, limit: float, law: int, walk: float, ride: float, zu: float, between: float,
    between_ridden: float, half: Array, per_m: Array, cost: Array, rise: Array, slow: Array, ridden: Array,
) -> Any:  # fmt: skip
    """Whether move ``k`` passes under any law; ``walk`` holds what the law is told beyond the cells."""
    given = np.float64(x.slow)
    s, r = max(given, 0.0) + between, max(-given, 0.0) + between_ridden
    slope = (np.float64(x.z) - zu) * per_m[k]
    rise[k] = slope
    slow[k] = s
    ridden[k] = r
    cost[k] = x.cost
    return min(x.cost, limit) >= c + half[k] * ((walk + s) * _at_least(law, slope) + (ride + r))


@inlined
def could_improve(
    cell: Array, u: Any, c: float, limit: float, moves: int, offset: Array, kind: Any, law: int, base: float,
    half: Array, per_m: Array, cost: Array, rise: Array, slow: Array, ridden: Array,
) -> Any:  # fmt: skip
    """Bits of the moves from cell ``u``, labelled ``c``, that may better or equal a neighbour in ``limit``.

    Fills the scratch that `price` reads, and ``cost``. A closed cell's cost is below 0 and its slowness
    infinite, so it never passes.
    """
    found = _U4(0)
    su = np.float64(cell[u].slow)
    zu = np.float64(cell[u].z)
    if len(kind) < 3:
        for k in range(8):
            x = cell[_U4(u + _U4(offset[k]))]
            found |= _U4(_plain(k, x, c, limit, kind, su, zu, 0.0, half, per_m, cost, rise, slow)) << _U4(k)
        if moves == 16:
            for k in range(8, 16):
                x = cell[_U4(u + _U4(offset[k]))]
                between = slow[BY[k]] + slow[AND_BY[k]]
                found |= _U4(
                    _plain(k, x, c, limit, kind, su, zu, between, half, per_m, cost, rise, slow)
                ) << _U4(k)  # fmt: skip
        return found
    walk, ride = max(su, 0.0) + 2.0 * base, max(-su, 0.0)
    for k in range(8):
        x = cell[_U4(u + _U4(offset[k]))]
        found |= _U4(
            _mixed(k, x, c, limit, law, walk, ride, zu, 0.0, 0.0, half, per_m, cost, rise, slow, ridden)
        ) << _U4(k)  # fmt: skip
    if moves == 16:
        walk = max(su, 0.0) + 4.0 * base
        for k in range(8, 16):
            x = cell[_U4(u + _U4(offset[k]))]
            i, j = BY[k], AND_BY[k]
            found |= _U4(
                _mixed(
                    k, x, c, limit, law, walk, ride, zu, slow[i] + slow[j], ridden[i] + ridden[j], half,
                    per_m, cost, rise, slow, ridden,
                )
            ) << _U4(k)  # fmt: skip
    return found


@inlined
def price(
    su: Any, k: Any, kind: Any, law: int, base: float, steepest: float, half: Array, rise: Array, slow: Array,
    ridden: Array,
) -> Any:  # fmt: skip
    """What move ``k`` costs, exactly."""
    if len(kind) == 1:
        return (su + slow[k]) * half[k]
    if len(kind) == 2:
        return (su + slow[k]) * half[k] * _exp(min(rise[k], 690.0))
    if abs(rise[k]) > steepest:
        return np.inf
    parts = 2.0 if k < 8 else 4.0
    walked = (max(su, 0.0) + parts * base) + slow[k]
    return half[k] * (walked * _times(law, rise[k]) + (max(-su, 0.0) + ridden[k]))
