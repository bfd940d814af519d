"""Solved and judged in turn: what the program finds is judged by `reanalyze`, and cut away where it fails."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carecircle.errors import UsageError
from carecircle.siting.effort import Watch
from carecircle.siting.matrix import Floats
from carecircle.siting.solution import out_of_time
from carecircle.siting.whole.judging import holds
from carecircle.siting.whole.offers import Move
from carecircle.siting.whole.program import Goal, Program, Row

_TIGHT = 1e-7


@dataclass(frozen=True)
class Stage:
    """What was sought at one stage: its worth (least is best), the bound nothing beats, whether they meet."""

    worth: float
    bound: float
    proven: bool

    @property
    def gap(self) -> float:
        """``|bound - worth| / max(|bound|, |worth|)``; 0 where proven."""
        largest = max(abs(self.bound), abs(self.worth))
        return 0.0 if self.proven or largest == 0 else abs(self.worth - self.bound) / largest


@dataclass(frozen=True, eq=False)
class Found:
    """A choice that the judge has agreed to.

    Parameters
    ----------
    chosen
        Of each year, its versions.
    held
        Of each year, rules aimed at that hold.
    stages
        One a goal, in order of importance.
    refused
        How many choices the judge did not agree to on the way.
    """

    chosen: tuple[tuple[int, ...], ...]
    held: tuple[frozenset[str], ...]
    stages: tuple[Stage, ...]
    refused: int

    @property
    def proven(self) -> bool:
        """Whether every stage is."""
        return all(s.proven for s in self.stages)


class Search:
    """One program with all that the judge has refused.

    Parameters
    ----------
    program
        Of one question, or of one a year.
    watch
        Says when to stop, and whom to tell.
    """

    def __init__(self, program: Program, watch: Watch) -> None:
        self.program, self.watch = program, watch
        self.cuts: list[Row] = []

    def best(self, goals: Sequence[Goal], more: Sequence[Row] = ()) -> Found | None:
        """The best choice by several goals, each among those that are best by the ones before.

        Parameters
        ----------
        goals
            What is to be least, the most important first.
        more
            Rows that bind this search alone.

        Returns
        -------
        Found or None
            None where no choice is possible.

        Raises
        ------
        UsageError
            If time ran out before any choice was found.
        """
        rows, stages = list(more), []
        answer: tuple[Floats, float, float, bool] | None = None
        for goal in goals:
            found = self._agreed(goal, rows, None if answer is None else answer[0])
            if found is None:
                if answer is None:
                    return None
                break  # out of time: what was best so far stays
            answer = found
            x, worth, bound, proven = found
            stages.append(Stage(worth, bound, proven))
            rows.append((goal, -math.inf, worth + _TIGHT * max(1.0, abs(worth))))
        assert answer is not None
        x = answer[0]
        years = range(len(self.program.questions))
        stages += [Stage(math.nan, -math.inf, False)] * (len(goals) - len(stages))
        return Found(
            tuple(self.program.chosen(x, y) for y in years), tuple(self._held(x, y) for y in years),
            tuple(stages), len(self.cuts),
        )  # fmt: skip

    def _agreed(
        self, goal: Goal, rows: Sequence[Row], start: Floats | None
    ) -> tuple[Floats, float, float, bool] | None:
        """The best choice by one goal that the judge agrees to: the answer, its worth, the bound."""
        bound = -math.inf
        while True:
            best = math.inf if start is None else _worth(goal, start)

            def heard(found: float, low: float, best: float = best) -> None:
                self.watch.tell(min(found, best), low)

            answer = self.program.solve(
                goal, [*self.cuts, *rows], time_limit=max(self.watch.left, 0.05), start=start,
                heard=heard,
            )  # fmt: skip
            if answer.outcome == "infeasible":
                return None
            if answer.bound > bound:
                bound = answer.bound
            if answer.x is None:
                if start is not None:
                    return start, best, bound, False
                raise out_of_time(self.watch.effort.time_limit)
            cuts = self._disagreed(answer.x)
            if not cuts:
                worth = _worth(goal, answer.x)
                proven = answer.outcome == "optimal"
                return answer.x, worth, worth if proven else bound, proven
            self.cuts += cuts
            if self.watch.over:
                if start is not None:
                    return start, _worth(goal, start), bound, False
                raise out_of_time(self.watch.effort.time_limit)

    def _disagreed(self, x: Floats) -> list[Row]:
        """A row for each clause that the program takes to hold and the judge does not."""
        found = []
        for year, asked in enumerate(self.program.questions):
            chosen = self.program.chosen(x, year)
            verdicts = asked.judge.verdicts(asked.choices.of(chosen))
            held = self._held(x, year)
            for ask in asked.asks:
                claimed = not ask.aimed or ask.rule in held
                if claimed and not (ask.rule in verdicts and holds(verdicts[ask.rule])):
                    found.append(self.program.refused(year, ask, chosen))
        return found

    def _held(self, x: Floats, year: int) -> frozenset[str]:
        return frozenset(r for r, c in self.program.years[year].holds.items() if x[c] > 0.5)

    def moves(self, found: Found, year: int = -1) -> tuple[Move, ...]:
        """The moves of a choice.

        Parameters
        ----------
        found
            Of this search.
        year
            Which of the years.
        """
        return self.program.questions[year].choices.of(found.chosen[year])


def _worth(goal: Goal, x: Floats) -> float:
    return math.fsum(value * float(x[column]) for column, value in goal.items())


def negated(goal: Mapping[int, float]) -> dict[int, float]:
    """A goal of which most is sought, as one of which least is sought."""
    return {column: -value for column, value in goal.items()}


def within(goal: Mapping[int, float], most: float) -> Row:
    """A row that bounds a sum from above, with the room that its sum's own rounding takes.

    Raises
    ------
    UsageError
        If the bound is negative.
    """
    if not most >= 0:
        raise UsageError("siting.bad_budget", value=str(most))
    return goal, -math.inf, most + 1e-9 * max(1.0, most)
