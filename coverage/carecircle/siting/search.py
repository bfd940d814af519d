"""One search for every model whose rows are found as it is solved: a relaxation, then whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from carecircle.siting.effort import Watch
from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Floats


class Master(Protocol):
    """A model over sites (its first columns) that lacks rows, and finds those that its answers break."""

    model: Model
    candidates: int
    scale: float
    """The model's objective is the problem's times this."""

    def value(self, sites: list[int]) -> float:
        """What a set of open sites costs; inf where it does not do."""
        ...

    def near(self, sites: list[int]) -> Iterable[list[int]]:
        """Sets worth trying near a whole answer."""
        ...

    def grow(self, answer: Answer, *, whole: bool) -> int:
        """Add rows that an answer breaks; how many."""
        ...

    def start(self, sites: list[int]) -> Floats:
        """A set of sites as a solution of the model."""
        ...


class Search:
    """The best set of sites so far, the proven bound, and the two loops that bring them together.

    Rows are only ever left out, so every bound of the model is a bound of the problem.

    Parameters
    ----------
    master
        What is solved again and again.
    watch
        Says when to stop, how near is near enough, and whom to tell.
    whole
        Costs are whole numbers, so a bound may be rounded up.
    first
        Any set that does will do.
    tell
        Called with (best, bound) instead of the watch's own.
    """

    def __init__(
        self,
        master: Master,
        watch: Watch,
        *,
        whole: bool,
        first: bool = False,
        tell: Callable[[float, float], None] | None = None,
    ) -> None:
        self.master, self.watch, self.whole, self.first = master, watch, whole, first
        self.gap = watch.effort.gap
        self.best, self.bound = math.inf, 0.0
        self.sites: list[int] | None = None
        self.feasible = True
        self._say = watch.tell if tell is None else tell

    @property
    def done(self) -> bool:
        """Whether the best set is proven to be as good as was asked."""
        if self.sites is None or self.first:
            return self.sites is not None
        slack = 1e-9 * max(1.0, abs(self.best))
        if self.whole:
            slack = max(slack, 1.0 - 1e-6)
        return self.best - self.bound <= max(slack, self.gap * abs(self.best))

    @property
    def settled(self) -> bool:
        """Whether there is nothing left to do, or no time to do it."""
        return self.done or not self.feasible or self.watch.over

    def offer(self, sites: list[int]) -> None:
        """Remember a set if it is the best so far."""
        value = self.master.value(sites)
        if value < self.best:
            self.best, self.sites = value, sorted(sites)

    def relax(self) -> Floats | None:
        """Cut the linear relaxation until its answer breaks no row; its last sites, if it had an answer."""
        x = None
        while not self.settled:
            answer = self.master.model.run(time_limit=self.watch.left)
            if answer.outcome == "infeasible":
                self.conclude(answer)
            if answer.outcome != "optimal" or answer.x is None:
                break
            x = answer.x[: self.master.candidates]
            self.conclude(answer)
            grown = self.master.grow(answer, whole=False)
            self.tell()
            if not grown:
                break
        return x

    def masters(self, watch: Watch | None = None, *, proves: bool = True) -> None:
        """Solve in whole numbers until the bound meets the best set, or nothing is left to add.

        Parameters
        ----------
        watch
            A shorter one.
        proves
            The model is the whole problem's; otherwise only its sets count, not its bounds.
        """
        model, columns = self.master.model, np.arange(self.master.candidates)
        clock = watch or self.watch
        model.whole(columns, True)
        while not self.settled and not clock.over:
            answer = model.run(
                time_limit=clock.left, start=self.start(), gap=self.gap / 4,
                heard=self._hear if proves else None,
            )  # fmt: skip
            if proves:
                self.conclude(answer)
            if answer.x is None:
                break
            for sites in self.master.near(np.nonzero(np.round(answer.x[columns]))[0].tolist()):
                self.offer(sites)
            grown = self.master.grow(answer, whole=True)
            self.tell()
            if not grown:
                break
        model.whole(columns, False)

    def conclude(self, answer: Answer, *, beside: float = 0.0) -> None:
        """Raise the bound; a model without a solution has only worse sets than the best known.

        Parameters
        ----------
        beside
            Cost that the model leaves out.
        """
        if answer.outcome == "infeasible":
            self.feasible = self.sites is not None
        self.bound = max(self.bound, min(answer.bound / self.master.scale + beside, self.best))

    def start(self) -> Floats | None:
        """The best set as a solution of the model."""
        return None if self.sites is None else self.master.start(self.sites)

    def tell(self) -> None:
        """Say how far the search is."""
        self._say(self.best, self.bound)

    def _hear(self, _: float, bound: float) -> None:
        """The solver's own bound, while it works."""
        self._say(self.best, max(self.bound, min(bound / self.master.scale, self.best)))
