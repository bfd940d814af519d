"""The effort a search may take, and its watch: seconds, the gap that is good enough, whom to tell."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from carecircle import progress
from carecircle.texts import Sentence

Tell = Callable[[float, float, float], None]
"""Called with (best objective, bound, seconds) as a search goes on."""


def now() -> float:
    """Seconds of a clock that never goes back."""
    return time.perf_counter()


def aloud(tell: progress.Tell, aim: str) -> Tell:
    """What a search says of itself, as a sentence with ``best``, ``bound`` and ``seconds``, once it has any.

    Parameters
    ----------
    tell
        Called with the sentence.
    aim
        ``most`` (residents) or ``target`` (a price).

    Returns
    -------
    callable
        For `Effort`.
    """

    def told(best: float, bound: float, seconds: float) -> None:
        if math.isfinite(best):
            tell(Sentence(f"siting.best_{aim}", {"best": best, "bound": bound, "seconds": round(seconds, 1)}))

    return told


@dataclass(frozen=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    time_limit
        Seconds for everything; then the best found so far is returned with its bound.
    gap
        Relative gap that is good enough (0: prove it).
    progress
        Called with (best objective, bound, seconds), each in the unit of the model's objective.
    threads
        Of the solver; more than one may find another of several equal answers.
    """

    time_limit: float = 60.0
    gap: float = 0.0
    progress: Tell | None = None
    threads: int = 1

    def begin(self) -> Watch:
        """Start the clock.

        Returns
        -------
        Watch
            Running.
        """
        began = now()
        return Watch(self, began, began + self.time_limit)


@dataclass(frozen=True)
class Watch:
    """A running clock: every stage of a search looks at the same one."""

    effort: Effort
    began: float
    until: float

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.until - now())

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return self.left <= 0

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return now() - self.began

    def part(self, share: float, *, least: float = 0.0, endless: float = math.inf) -> Watch:
        """A stage that may take a share of what is left, at least so many seconds of it.

        Parameters
        ----------
        endless
            Seconds for the stage where the whole has no limit.
        """
        seconds = max(least, share * self.left) if math.isfinite(self.until) else endless
        return replace(self, until=min(self.until, now() + seconds))

    def tell(self, best: float, bound: float) -> None:
        """Say how far the search is."""
        if self.effort.progress is not None:
            self.effort.progress(best, bound, self.seconds)
