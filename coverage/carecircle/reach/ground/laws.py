"""Laws of slopes: how much longer a metre takes uphill or down than on the level, with their sources.

A slope is the rise over the horizontal metres of a move, in the direction of travel; every law is 1 on the
level. Off the road each is multiplied with the minutes a metre that the cells say.

- ``tobler``: speed falls as exp(-3.5 |s + 0.05|), greatest at a gentle descent. W. Tobler, *Three
  presentations on geographical analysis and modeling*, NCGIA Technical Report 93-1, 1993.
- ``langmuir``: 0.72 s a metre, 6 s a metre climbed; down to slope -0.2125 (12°) 1.9998 s less a metre of
  descent, beyond that 1.9998 s more. E. Langmuir, *Mountaincraft and leadership*, 1984, with the figures of
  GRASS's r.walk.
- ``irmischer_clarke``: 0.11 + 0.67 exp(-(100 s + 2)² / 1800) m/s, off the path. I. Irmischer & K. Clarke,
  *Measuring and modeling the speed of human navigation*, Cartography and Geographic Information Science 45,
  2018, https://doi.org/10.1080/15230406.2017.1292150.
- ``none``: slopes change nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

NONE, TOBLER, LANGMUIR, IRMISCHER_CLARKE = range(4)
CODES = {"none": NONE, "tobler": TOBLER, "langmuir": LANGMUIR, "irmischer_clarke": IRMISCHER_CLARKE}

STEEPEST_TOBLER = 3.5
TOBLER_SHIFT = 0.05
UP, DOWN, STEEP = 6.0 / 0.72, 1.9998 / 0.72, -0.2125
"""Langmuir's seconds a metre of climb or descent, as shares of a level metre's; where descents turn."""
SLOWEST, SPAN, BEST_PER_CENT, WIDTH = 0.11, 0.67, 2.0, 1800.0
"""Irmischer and Clarke: m/s however steep, m/s more at best, the best slope in per cent down, the width."""
LEVEL = SLOWEST + SPAN * float(np.exp(-(BEST_PER_CENT**2) / WIDTH))
LEAST = LEVEL / (SLOWEST + SPAN)
"""The least that Irmischer and Clarke's law ever says."""

LEAST_OF = (1.0, float(np.exp(-STEEPEST_TOBLER * TOBLER_SHIFT)), 1.0 + DOWN * STEEP, LEAST)
"""The least that each law of `CODES` ever says: none says more than 1."""


def factor(law: int, slope: Array) -> Array:
    """How many times as long a metre takes on a slope as on the level.

    Parameters
    ----------
    law
        One of `CODES`.
    slope
        Rise over run in the direction of travel.

    Returns
    -------
    ndarray
        float64, as many as slopes; above 0.
    """
    s = np.asarray(slope, np.float64)
    if law == TOBLER:
        return np.exp(STEEPEST_TOBLER * (np.abs(s + TOBLER_SHIFT) - TOBLER_SHIFT))
    if law == LANGMUIR:
        return np.where(s >= 0, 1 + UP * s, np.where(s < STEEP, 1 - DOWN * s, 1 + DOWN * s))
    if law == IRMISCHER_CLARKE:
        return LEVEL / (SLOWEST + SPAN * np.exp(-((100 * s + BEST_PER_CENT) ** 2) / WIDTH))
    return np.ones_like(s)
