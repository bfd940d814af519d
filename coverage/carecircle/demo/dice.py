"""Random numbers that stay the same on every machine and with every version of numpy."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
T = TypeVar("T")


class Dice:
    """A stream of random numbers of its own for each purpose.

    Only raw 64-bit words of PCG64 are drawn: numpy promises that these never change, which it does not
    promise of its distributions.

    Parameters
    ----------
    seed
        The county's seed.
    purpose
        What the stream is for; changing how one purpose draws leaves the others as they were.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())]))

    def many(self, n: int, low: float = 0.0, high: float = 1.0) -> Floats:
        """``n`` numbers spread evenly over [low, high)."""
        words = np.asarray(self._bits.random_raw(n), dtype=np.uint64)
        return low + (high - low) * ((words >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    def one(self, low: float = 0.0, high: float = 1.0) -> float:
        """One number in [low, high)."""
        return float(self.many(1, low, high)[0])

    def whole(self, low: int, high: int) -> int:
        """One whole number from low to high, both included."""
        return low + int(self.one() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.one() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a random order."""
        return [items[i] for i in np.argsort(self.many(len(items)), kind="stable")]


def waves(xy: Floats, dice: Dice, *, length: float, count: int = 6) -> Floats:
    """Smooth noise between about -1 and 1 at points of shape (n, 2): plane waves about ``length`` long."""
    x, y = xy.T
    total = np.zeros(len(xy))
    for angle, phase, stretch in zip(
        dice.many(count, 0, 2 * np.pi),
        dice.many(count, 0, 2 * np.pi),
        dice.many(count, 0.6, 1.6),
        strict=True,
    ):
        k = 2 * np.pi / (length * stretch)
        total += np.sin(k * (x * np.cos(angle) + y * np.sin(angle)) + phase)
    mean: Floats = total / np.sqrt(count)
    return mean


def shares(weights: Floats, total: int) -> npt.NDArray[np.int64]:
    """Whole numbers in proportion to the weights that add up to ``total`` exactly (largest remainder)."""
    exact = weights / weights.sum() * total
    whole: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    # remainders are rounded so that the last bit of a sine cannot change who gets the last resident
    order = np.argsort(-np.round(exact - whole, 6), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
