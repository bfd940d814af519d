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

KINDS = ((0,), (0, 0), (0, 0, 0), (0, 0, 0, 0))
"""How a field is reckoned: no slopes; Tobler's law everywhere; any law, cells that are ridden, steepness; a
walk under a law, the same everywhere, with the cells' own friction beside it. By its length, which the
compiler knows, every kind has a search of its own."""

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
def _read(
    cell: Array, u: Any, first: Any, end: Any, offset: Array, cost: Array, rise: Array, slow: Array
) -> None:
    for k in range(first, end):
        x = cell[_U4(u + _U4(offset[k]))]
        cost[k] = x.cost
        rise[k] = np.float64(x.z)
        slow[k] = np.float64(x.slow)


@inlined
def _over(slow: Array) -> None:
    """Add what a knight's move passes between, two of the eight neighbours, to what it leads to."""
    slow[8] = slow[8] + slow[1] + slow[0]
    slow[9] = slow[9] + slow[1] + slow[2]
    slow[10] = slow[10] + slow[3] + slow[0]
    slow[11] = slow[11] + slow[4] + slow[2]
    slow[12] = slow[12] + slow[3] + slow[5]
    slow[13] = slow[13] + slow[4] + slow[7]
    slow[14] = slow[14] + slow[6] + slow[5]
    slow[15] = slow[15] + slow[6] + slow[7]


@inlined
def _level(
    cell: Array, u: Any, c: float, limit: float, first: Any, end: Any, offset: Array, half: Array,
    cost: Array, slow: Array,
) -> Any:  # fmt: skip
    """`could_improve` without slopes, which is so little that it is done as the cells are read."""
    found = _U4(0)
    su = np.float64(cell[u].slow)
    for k in range(first, end):
        x = cell[_U4(u + _U4(offset[k]))]
        cost[k] = x.cost
        slow[k] = np.float64(x.slow)
        if first == 8:
            slow[k] = slow[k] + slow[BY[k]] + slow[AND_BY[k]]
        found |= _U4(min(x.cost, limit) >= c + (su + slow[k]) * half[k]) << _U4(k)
    return found


@inlined
def _least_of(law: int, moves: int, rise: Array, least: Array) -> None:
    """No more than what `_times` says of each slope, without an exponential."""
    if law == _LANGMUIR:
        for k in range(moves):
            s = rise[k]
            least[k] = 1.0 + (_UP * s if s >= 0.0 else (-_DOWN * s if s < _STEEP else _DOWN * s))
    elif law == _TOBLER:
        for k in range(moves):
            least[k] = _EASED * _under(abs(3.5 * rise[k] + 0.175))
    else:
        for k in range(moves):
            least[k] = _LEAST


@inlined
def _mixed(
    su: float, zu: float, c: float, limit: float, moves: int, law: int, base: float, half: Array,
    per_m: Array, cost: Array, rise: Array, slow: Array, ridden: Array, least: Array,
) -> Any:  # fmt: skip
    """`could_improve` under any law, with cells that are ridden."""
    found = _U4(0)
    walk, ride = max(su, 0.0), max(-su, 0.0)
    for k in range(moves):
        s = slow[k]
        slow[k] = max(s, 0.0)
        ridden[k] = max(-s, 0.0)
        rise[k] = (rise[k] - zu) * per_m[k]
    if moves == 16:
        _over(slow)
        _over(ridden)
    _least_of(law, moves, rise, least)
    for k in range(moves):
        parts = 2.0 if k < 8 else 4.0
        low = c + half[k] * ((walk + parts * base + slow[k]) * least[k] + (ride + ridden[k]))
        found |= _U4(min(cost[k], limit) >= low) << _U4(k)
    return found


@inlined
def could_improve(
    cell: Array, u: Any, c: float, limit: float, moves: int, offset: Array, kind: Any, law: int, base: float,
    half: Array, per_m: Array, cost: Array, rise: Array, slow: Array, ridden: Array, least: Array,
) -> Any:  # fmt: skip
    """Bits of the moves from cell ``u``, labelled ``c``, that may better or equal a neighbour in ``limit``.

    Fills the scratch that `price` reads, and ``cost``. A closed cell's cost is below 0 and its slowness
    infinite, so it never passes. Reading comes first, by itself, for the compiler then lays out what follows
    four moves abreast.
    """
    if len(kind) == 1:
        found = _level(cell, u, c, limit, 0, 8, offset, half, cost, slow)
        if moves == 16:
            found |= _level(cell, u, c, limit, 8, 16, offset, half, cost, slow)
        return found
    found = _U4(0)
    su, zu = np.float64(cell[u].slow), np.float64(cell[u].z)
    _read(cell, u, 0, 8, offset, cost, rise, slow)
    if moves == 16:
        _read(cell, u, 8, 16, offset, cost, rise, slow)
    if len(kind) == 3:
        return _mixed(su, zu, c, limit, moves, law, base, half, per_m, cost, rise, slow, ridden, least)
    if moves == 16:
        _over(slow)
    if len(kind) == 4:
        for k in range(moves):
            rise[k] = (rise[k] - zu) * per_m[k]
        _least_of(law, moves, rise, least)
        for k in range(moves):
            low = c + half[k] * ((2.0 if k < 8 else 4.0) * base * least[k] + (su + slow[k]))
            found |= _U4(min(cost[k], limit) >= low) << _U4(k)
        return found
    for k in range(moves):
        y = abs((rise[k] - zu) * per_m[k] + 0.175)
        rise[k] = y
        found |= _U4(min(cost[k], limit) >= c + (su + slow[k]) * half[k] * _under(y)) << _U4(k)
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
    parts = 2.0 if k < 8 else 4.0
    if len(kind) == 4:
        return half[k] * (parts * base * _times(law, rise[k]) + (su + slow[k]))
    if abs(rise[k]) > steepest:
        return np.inf
    walked = (max(su, 0.0) + parts * base) + slow[k]
    return half[k] * (walked * _times(law, rise[k]) + (max(-su, 0.0) + ridden[k]))
