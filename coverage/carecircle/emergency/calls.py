"""Calls by the order in which they ask for units: what the models of busy units read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from carecircle.errors import UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_AS_NUMBERS = 15
"""Up to so many units an order is a number of 64 bits, a digit for each: 15**15 is below 2**59."""


@dataclass(frozen=True, eq=False)
class Calls:
    """Calls that ask for the same units in the same order are one.

    Parameters
    ----------
    load
        float64[orders]: services at once that each order asks for (calls a minute times minutes a service).
    order
        int64[orders, units]: unit asked first, second … until one is free.
    of
        int64[places]: the order of each place.
    """

    load: Floats
    order: Ints
    of: Ints

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.order.shape[1])

    @property
    def total(self) -> float:
        """Services at once, of all calls."""
        return float(self.load.sum())

    def scaled(self, total: float) -> Calls:
        """The same calls with another total load.

        Parameters
        ----------
        total
            Services at once.

        Returns
        -------
        Calls
            Every order's share of it unchanged.
        """
        return Calls(self.load * (total / self.total), self.order, self.of)


def calls_in_order(load: Any, order: Any) -> Calls:
    """Calls whose orders are given.

    Parameters
    ----------
    load
        float[places]: services at once that each place asks for.
    order
        int[places, units]: every unit once, the one asked first in front.

    Returns
    -------
    Calls
        Places of one order merged.

    Raises
    ------
    UsageError
        If a load is negative or no number, nothing is asked for, or an order does not name every unit once.
    """
    asked, wanted = np.asarray(load, np.float64), np.asarray(order, np.int64)
    if wanted.ndim != 2 or asked.shape != wanted.shape[:1] or wanted.shape[1] < 1:
        raise UsageError("emergency.order_shape", value=list(wanted.shape), places=list(asked.shape))
    if not ((asked >= 0) & (asked < np.inf)).all() or not asked.sum() > 0:
        raise UsageError("emergency.bad_load", value=str(asked.min(initial=0.0)))
    if not (np.sort(wanted, axis=1) == np.arange(wanted.shape[1])).all():
        raise UsageError("emergency.order_incomplete", units=wanted.shape[1])
    orders, of = _merged(wanted)
    return Calls(np.bincount(of, asked, len(orders)).astype(np.float64), orders, of)


def _merged(wanted: Ints) -> tuple[Ints, Ints]:
    """The orders that occur, sorted, and which of them each place has; as numbers where 64 bits hold them."""
    units = wanted.shape[1]
    if units > _AS_NUMBERS:
        orders, of = np.unique(wanted, axis=0, return_inverse=True)
        return orders, of.reshape(-1).astype(np.int64)
    digits = units ** np.arange(units - 1, -1, -1, dtype=np.int64)
    _, first, of = np.unique(wanted @ digits, return_index=True, return_inverse=True)
    return wanted[first], of.astype(np.int64)


def nearest_first(load: Any, minutes: Any) -> Calls:
    """Calls that ask for the unit that would be there first; of equals the one with the lower number.

    Parameters
    ----------
    load
        float[places]: services at once that each place asks for.
    minutes
        float[places, units]: from each unit to each place; infinite where there is no way.

    Returns
    -------
    Calls
        Places of one order merged.

    Raises
    ------
    UsageError
        As `calls_in_order`.
    """
    return calls_in_order(load, np.argsort(np.asarray(minutes, np.float64), axis=1, kind="stable"))


@dataclass(frozen=True, eq=False)
class Busy:
    """How busy units are, and who answers whom.

    Parameters
    ----------
    workload
        float64[units]: the share of time that each is busy.
    answers
        float64[orders, units]: of all calls of an order, the share that a unit free at once answers.
    waits
        The share of calls that find every unit busy: they wait, or are lost where nobody waits.
    exact
        The hypercube's figures; otherwise Larson's approximation.
    states
        Hypercube: float64[2 ** units], probability of each set of busy units (bit *n*: unit *n*), a line
        behind the last one not among them; empty otherwise.
    """

    workload: Floats
    answers: Floats
    waits: float
    exact: bool
    states: Floats
