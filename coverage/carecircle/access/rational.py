r"""Rational agent access model (RAAM): residents weigh the way against how crowded a place is.

Solved as the equilibrium it is, to rounding, with the gap that is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from carecircle.access import _equilibrium, _settling
from carecircle.access.opportunities import rows_of
from carecircle.costs import Csr, Floats, as_amounts, as_csr, only
from carecircle.errors import UsageError
from carecircle.reach.search._numba import jit, numba

_NEAR = 1e-11
_EVERY = 1
"""Rounds between two attempts to solve the equations of the pairs in use exactly."""


_BEFORE = 4
"""Times that everybody chooses before equations are first solved: by then few origins are shared."""


@dataclass(frozen=True, eq=False)
class Raam:
    """An equilibrium of residents who choose for themselves.

    Parameters
    ----------
    burden
        float64[origins]: :math:`R_i`, the way and the crowding at the best destination, in units of
        ``tau``; inf where none is reached. Less is better.
    users
        float64[destinations]: residents who go to each, :math:`D_j`.
    gap
        The most that anybody could gain by going elsewhere, in units of ``tau``: 0 at the equilibrium.
    rounds
        How often every origin chose anew.
    """

    burden: Floats
    users: Floats
    gap: float
    rounds: int


def raam(
    cost: Any, supply: Any, residents: Any, *, tau: float, rho: float | None = None, gap: float = 1e-9,
    most_rounds: int = 10_000,
) -> Raam:  # fmt: skip
    r"""Rational agent access model (RAAM), solved to its equilibrium.

    .. math::

        R_i = \min_j (\frac{t_{ij}}{\tau} + \frac{D_j}{\rho\, S_j}),\qquad D_j = \sum_i x_{ij},\quad
        \sum_j x_{ij} = P_i,

    with residents :math:`x_{ij} > 0` only where the minimum is taken. That is the minimum of
    :math:`\sum x_{ij} t_{ij}/\tau + \sum D_j^2 / (2 \rho S_j)`, convex: *D* and *R* are unique. Origin by
    origin residents choose anew, each origin exactly; then the equations of the pairs in use are solved.

    Parameters
    ----------
    cost
        float64[origins, destinations], dense or sparse (absent: out of reach); any unit.
    supply
        float64[destinations]: :math:`S_j`; those of 0 are used by nobody; None: one each.
    residents
        float64[origins]: :math:`P_i`.
    tau
        :math:`\tau` > 0, in the unit of ``cost``: the way that weighs as much as mean crowding.
    rho
        :math:`\rho` > 0, residents per supply at which crowding weighs 1; None: that of everybody who
        reaches a supply over all supply that is reached.
    gap
        The largest gap that is accepted, in units of ``tau``.
    most_rounds
        After so many rounds the answer is returned with the gap it has.

    Returns
    -------
    Raam
        With the gap that is left.

    Raises
    ------
    UsageError
        If costs, supply or residents are negative or do not fit together, or ``tau`` or ``rho`` is not
        above 0.

    References
    ----------
    Saxon and Snow (2020), A rational agent model for the spatial accessibility of primary health care,
    Annals of the American Association of Geographers 110, 205-222,
    https://doi.org/10.1080/24694452.2019.1629870.
    """
    table = as_csr(cost)
    amounts = as_amounts(supply, table.shape[1], name="supply")
    people = as_amounts(residents, table.shape[0], name="residents")
    for name, value in (("tau", tau), ("rho", 1.0 if rho is None else rho)):
        if not (math.isfinite(value) and value > 0):
            raise UsageError("access.not_above_zero", name=name, value=str(value))
    table = only(table, amounts[table.indices] > 0)
    reaching = np.diff(table.indptr) > 0
    if rho is None:
        reached = np.bincount(table.indices, minlength=table.shape[1]) > 0
        whole = math.fsum(amounts[reached])
        rho = math.fsum(people[reaching]) / whole if whole else 1.0
        rho = rho or 1.0
    return _solved(table, np.where(reaching, people, 0.0), rho * amounts, tau, gap, most_rounds)


def _solved(table: Csr, people: Floats, room: Floats, tau: float, gap: float, most_rounds: int) -> Raam:
    """Rounds of choosing, each followed by the exact solution of the pairs in use."""
    way, pointers = table.data / tau, table.indptr.astype(np.int64)
    column, row = table.indices.astype(np.int64), rows_of(table)
    choose, spare, uncycled, solved = _compiled()
    flow: Floats = np.zeros(len(way))
    users: Any = np.zeros(len(room))
    rounds, left = 0, math.inf
    while left > gap and rounds < most_rounds:
        for _ in range(_BEFORE if rounds == 0 else 1):
            choose(pointers, column, way, people, room, flow, users)
        used = np.flatnonzero(flow > 0.0)
        shared = np.bincount(row[used], minlength=len(people)) > 1
        alone, split = used[~shared[row[used]]], used[shared[row[used]]]
        load = np.bincount(column[alone], weights=flow[alone], minlength=len(room))
        origin = (np.cumsum(shared) - 1)[row[split]]
        of = origin, column[split], way[split]
        part, count = flow[split], int(shared.sum())
        uncycled(*of, part, len(room), count)
        solved(*of, part, load, room, count)
        flow[split] = part
        users = load + np.bincount(column[split], weights=part, minlength=len(room))
        left = spare(pointers, column, way, room, flow, users)
        rounds += 1
    crowding = np.divide(users, room, out=np.zeros(len(room)), where=room > 0)
    total = way + crowding[column]
    burden = np.full(table.shape[0], np.inf)
    filled = np.diff(pointers) > 0
    if filled.any():
        burden[filled] = np.minimum.reduceat(total, pointers[:-1][filled])
    return Raam(burden, users, float(max(left, 0.0)), rounds)


@cache
def _compiled() -> tuple[Callable[..., Any], ...]:
    """The loops over pairs, compiled where numba is there."""
    loops = (_equilibrium.choose, _equilibrium.spare, _settling.uncycled, _settling.solved)
    if numba() is None:
        return loops
    for inner in ("forest", "rerooted"):
        vars(_settling)[inner] = jit(vars(_settling)[inner])
    return tuple(jit(loop) for loop in loops)
