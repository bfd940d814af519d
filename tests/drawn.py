"""Worlds drawn piece by piece, so that a law that fails is told of the smallest world in which it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

Numbers = npt.NDArray[np.float64]
_GOLDEN = (5**0.5 - 1) / 2


@st.composite
def numbers(
    draw: Any, count: int, low: float, high: float, *, steps: int = 1000, apart: bool = True
) -> Numbers:
    """So many numbers from ``low`` to ``high`` on a scale of ``steps``.

    Each is off its step by a fraction of its own where they are to lie ``apart``: then no two sums of them
    are equal by accident, as none are of measured lengths, however small the world.
    """
    chosen = np.array(draw(st.lists(st.integers(0, steps - 1), min_size=count, max_size=count)), float)
    off = (np.arange(1, count + 1) * _GOLDEN) % 1 if apart else 0.0
    return low + (chosen + off) * (high - low) / steps


@st.composite
def spots(draw: Any, count: int, low: float, high: float, **scale: Any) -> Numbers:
    """Places in a square, one a row."""
    return draw(numbers(2 * count, low, high, **scale)).reshape(count, 2)


@st.composite
def seconds(draw: Any, count: int, low: float, high: float, *, closed: float) -> npt.NDArray[np.float32]:
    """Travel times of edges, a share of them closed."""
    found = draw(numbers(count, low, high + (high - low) * closed / (1 - closed)))
    return np.where(found > high, np.inf, found).astype(np.float32)


@st.composite
def star(draw: Any, corners: int, least: float, most: float, *, steps: int = 1000) -> Numbers:
    """An outline around the origin that never crosses itself: its corners, one a row."""
    turned = np.cumsum(draw(numbers(corners, 0.0, 1.0, steps=100)) + 0.01)
    angle = 2 * np.pi * turned / turned[-1]
    radius = draw(numbers(corners, least, most, steps=steps))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
