"""How busy a fleet is: exactly where that can be reckoned, else by Larson's approximation."""

from __future__ import annotations

from carecircle.emergency.calls import Busy, Calls
from carecircle.emergency.hypercube import MOST_UNITS, hypercube
from carecircle.emergency.larson import larson


def busy_units(calls: Calls, *, queue: bool = True) -> Busy:
    """Busy shares and answers: the hypercube up to twelve units, Larson's approximation beyond.

    Parameters
    ----------
    calls
        In the order in which they ask.
    queue
        Calls that find every unit busy wait; otherwise they are lost.

    Returns
    -------
    Busy
        ``exact`` tells which of the two it was.
    """
    return (hypercube if calls.units <= MOST_UNITS else larson)(calls, queue=queue)
