"""How likely a verdict is, and what moves its figure: as it is written beside the outcome."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Driver:
    """How much of a figure's variance one unsure input explains.

    Parameters
    ----------
    what
        ``speed``, ``residents`` or ``facilities``.
    mode, road
        Of a speed: the mode of travel (empty: all by road) and the class of road (``*``: all).
    by
        Of residents: the level of areas that vary each for itself.
    first, total
        First-order and total index (about 0-1); NaN where the figure does not vary.
    """

    what: str
    mode: str
    road: str
    by: str
    first: float
    total: float


@dataclass(frozen=True)
class Robust:
    """How likely a verdict is under what the study is unsure of; it never changes the outcome.

    Parameters
    ----------
    draws, seed
        How many draws, and of which seed.
    p_pass, p_fail, p_not_assessed
        Shares of the draws (0-1); they add up to 1.
    p5, p50, p95
        Percentiles of the figure over the draws, in the verdict's unit; NaN where it has none.
    drivers
        One an unsure input, where there are several.
    """

    draws: int
    seed: int
    p_pass: float
    p_fail: float
    p_not_assessed: float
    p5: float
    p50: float
    p95: float
    drivers: tuple[Driver, ...] = ()
