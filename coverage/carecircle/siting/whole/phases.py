"""In which year what is done: within its money, the most clauses the soonest, then the most people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from carecircle.analysis import Analysis
from carecircle.rules import Verdict
from carecircle.siting.effort import Watch
from carecircle.siting.whole.gather import question
from carecircle.siting.whole.judging import Judge
from carecircle.siting.whole.offers import Move
from carecircle.siting.whole.program import Program, Row
from carecircle.siting.whole.search import Found, Search, negated
from carecircle.siting.whole.versions import versions
from carecircle.study.mending import Weights


@dataclass(frozen=True, eq=False)
class Phase:
    """One year of the plan.

    Parameters
    ----------
    year
        Which; None where no years are given.
    moves
        Made in it.
    made
        All that are made by its end.
    judge
        Of the study with the plan's projects due by it.
    spent
        In it: prices of its moves, and the running costs of those of the years before.
    budget
        Money of the year; None: any sum.
    """

    year: int | None
    moves: tuple[Move, ...]
    made: tuple[Move, ...]
    judge: Judge
    spent: float
    budget: float | None

    @property
    def after(self) -> Analysis:
        """The study at its end, judged by `reanalyze`."""
        return self.judge.after(self.made)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Every rule at its end."""
        return dict(self.judge.verdicts(self.made))


def in_years(
    judges: Sequence[Judge], years: Sequence[int | None], moves: Sequence[Move], aimed: Sequence[str],
    budget: Sequence[float], weights: Weights, watch: Watch,
) -> tuple[tuple[Phase, ...], Found | None]:  # fmt: skip
    """Put moves into years.

    What is left of a year's money is kept for the next; a move costs its price in its year and its running
    cost in each later one. Whatever is made stays. Best is, in this order: the most clauses, weighed and
    summed over the years; the most people, summed over the years; as early as possible. No clause that holds
    at the beginning of a year is broken in it.

    Parameters
    ----------
    judges
        One a year.
    years
        Which years.
    moves
        All to be made by the last year.
    aimed
        Rules to be made to hold.
    budget
        Money of each year; empty: any sum.
    weights
        Of clauses.
    watch
        The running clock.

    Returns
    -------
    phases : tuple of Phase
        One a year.
    found
        What was found, with its proof; None where there was nothing to find.
    """
    if len(years) < 2 or not moves:
        made = tuple(moves)
        found = []
        for number, (year, judge) in enumerate(zip(years, judges, strict=True)):
            last = number == len(years) - 1
            now = made if last else ()
            spent = math.fsum(m.price for m in now)
            found.append(Phase(year, now, now, judge, spent, budget[number] if budget else None))
        return tuple(found), None
    choices = versions(moves)
    program = Program([question(judge, choices, aimed, weights) for judge in judges])
    search = Search(program, watch)
    columns = [_of_moves(program, year) for year in range(len(years))]
    for row in _coupling(columns, choices.moves, years, budget):
        program.row(*row)
    early = range(len(years) - 1)
    count = {c: 1.0 for year in early for own in columns[year] for c in own}
    goals = [
        {c: v for year in early for c, v in negated(program.weights(year)).items()},
        {c: v for year in early for c, v in negated(program.people(year)).items()},
        negated(count),
    ]
    best = search.best(goals)
    assert best is not None  # everything in the last year is always possible
    phases = []
    before: tuple[Move, ...] = ()
    for number, (year, judge) in enumerate(zip(years, judges, strict=True)):
        made = search.moves(best, number)
        fresh = tuple(m for m in made if m not in before)
        spent = math.fsum([*(m.price for m in fresh), *(m.running for m in before)])
        phases.append(Phase(year, fresh, made, judge, spent, budget[number] if budget else None))
        before = made
    return tuple(phases), best


def _of_moves(program: Program, year: int) -> list[list[int]]:
    """Of each move the versions that it is part of, as columns of a year."""
    at, choices = program.years[year].versions, program.questions[year].choices
    found: list[list[int]] = [[] for _ in choices.moves]
    for column, own in enumerate(choices.columns):
        for move in own:
            found[move].append(at + column)
    return found


def _coupling(
    columns: Sequence[Sequence[Sequence[int]]], moves: Sequence[Move], years: Sequence[int | None],
    budget: Sequence[float],
) -> list[Row]:  # fmt: skip
    """What is made stays made, nothing before its year, all by the last, and the money of the years."""
    rows: list[Row] = []
    last = len(years) - 1
    for number, move in enumerate(moves):
        rows.append((dict.fromkeys(columns[last][number], 1.0), 1.0, 1.0))
        for year, name in enumerate(years):
            own = dict.fromkeys(columns[year][number], 1.0)
            first = move.offer.first_year
            if year < last and first is not None and name is not None and name < first:
                rows.append((own, 0.0, 0.0))
            if year:
                rows.append(({**own, **dict.fromkeys(columns[year - 1][number], -1.0)}, 0.0, math.inf))
    for year in range(len(years)) if budget else ():
        money = math.fsum(budget[: year + 1])
        spent: dict[int, float] = {}
        for number, move in enumerate(moves):
            for column in columns[year][number]:
                spent[column] = spent.get(column, 0.0) + move.price
            for before in range(year):
                for column in columns[before][number]:
                    spent[column] = spent.get(column, 0.0) + move.running
        rows.append((spent, -math.inf, money + 1e-9 * max(1.0, money)))
    return rows
