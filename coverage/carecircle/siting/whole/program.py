"""The whole plan as a whole-number program: versions, clauses, units and people as columns and rows.

Columns: ``x[c]`` whether version c is chosen (of a group at most one), ``w[a]`` whether clause a is made to
hold, ``p[u]`` and ``e[u]`` whether a unit complies or is excused, ``z[r]`` whether people are covered. Rows:

- of a group: ``sum x <= 1``; of a table of moves with a ``most``: so many of it at most;
- of a clause with a line L(x) >= 0: ``L(x) >= min L * (1 - w)``;
- of a unit: ``L(x) >= min L * (1 - p)``, ``e <= excused + sum x(excuses it)``, ``p + e <= 1``, and of its
  clause ``sum p + target * sum e >= target * units * w``;
- of people: ``nth * z <= already + sum near``, and of their clause
  ``safe + sum residents * z >= target * in_scope * w``;
- what the judge refused: of the versions that touch a clause some must differ from a choice that it did not
  find to hold (Codato and Fischetti 2006, Combinatorial Benders' cuts, Operations Research 54, 756-766,
  https://doi.org/10.1287/opre.1060.0286); where more never harms, some must be added.

Every row is so wide that whatever the judge finds to hold satisfies it: a bound of the program is one of the
plan.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Floats
from carecircle.siting.whole.asks import Ask, Line, People, Units
from carecircle.siting.whole.gather import Question

_SLACK = 1e-9
Goal = Mapping[int, float]
"""Coefficients of an objective, by column; what is least is sought."""
Row = tuple[Mapping[int, float], float, float]
"""Coefficients, lower and upper bound."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a program are what.

    Parameters
    ----------
    versions
        The first version's.
    holds
        Of each clause that is aimed at, by rule.
    reached
        Of each clause about people: its first ``z``, and the residents of each.
    """

    versions: int
    holds: Mapping[str, int]
    reached: Mapping[str, tuple[int, Floats]]


class Program:
    """A question, or the same question in several years, as rows and columns.

    Parameters
    ----------
    questions
        One a year, all over the same versions.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[Row] = []
        self.years = tuple(self._year(q) for q in questions)

    def _columns(self, count: int, *, whole: bool = True, least: float = 0.0, most: float = 1.0) -> int:
        first = len(self.lower)
        self.lower += [least] * count
        self.upper += [most] * count
        self.whole += [whole] * count
        return first

    def row(self, coefficients: Mapping[int, float], low: float = -math.inf, high: float = math.inf) -> None:
        """Add a row.

        Parameters
        ----------
        coefficients
            By column.
        low, high
            Between which it must lie.
        """
        self.rows.append((coefficients, low, high))

    def _year(self, asked: Question) -> Columns:
        choices = asked.choices
        first = self._columns(len(choices.columns))
        by_group: dict[int, list[int]] = {}
        for column, group in enumerate(choices.group):
            by_group.setdefault(group, []).append(first + column)
        for own in by_group.values():
            if len(own) > 1:
                self.row(dict.fromkeys(own, 1.0), high=1.0)
        for line in sorted({m.line for m in choices.moves}):
            most = next(m.offer.most for m in choices.moves if m.line == line)
            if most is not None:
                count = {
                    first + c: float(n)
                    for c, own in enumerate(choices.columns)
                    if (n := sum(choices.moves[m].line == line for m in own))
                }
                self.row(count, high=float(most))
        where = {a.rule: self._columns(1, least=0.0 if a.aimed else 1.0) for a in asked.asks}
        reached: dict[str, tuple[int, Floats]] = {}
        for ask in asked.asks:
            holds = where[ask.rule]
            for own_line in ask.lines:
                self._bind(own_line, first, holds)
            if ask.units is not None:
                self._units(ask.units, first, holds)
            if ask.people is not None:
                reached[ask.rule] = self._people(ask.people, asked, first, holds)
        return Columns(first, {a.rule: where[a.rule] for a in asked.asks if a.aimed}, reached)

    def _bind(self, line: Line, first: int, switch: int) -> None:
        """A line holds where a switch is on."""
        if line.least >= 0:
            return
        row = {first + c: v for c, v in line.by.items()}
        self.row({**row, switch: line.least}, low=line.least - line.base)

    def _units(self, units: Units, first: int, holds: int) -> None:
        row: dict[int, float] = {}
        sure = 0.0
        for unit in units.units:
            if any(line.most < 0 for line in unit.lines) and not (unit.excused or unit.excused_by):
                continue
            if all(line.least >= 0 for line in unit.lines):
                sure += 1.0
                continue
            complies = self._columns(1)
            row[complies] = 1.0
            for line in unit.lines:
                self._bind(line, first, complies)
            if unit.excused or unit.excused_by:
                excused = self._columns(1)
                row[excused] = units.target
                self.row({complies: 1.0, excused: 1.0}, high=1.0)
                if not unit.excused:
                    self.row({excused: 1.0, **{first + c: -1.0 for c in unit.excused_by}}, high=0.0)
        asked = units.target * len(units.units)
        self.row({**row, holds: -(asked - _SLACK * max(1.0, asked))}, low=-sure)

    def _people(self, people: People, asked: Question, first: int, holds: int) -> tuple[int, Floats]:
        count = len(people.residents)
        z = self._columns(count, whole=people.nth > 1)
        by_group: dict[int, list[int]] = {}
        for column, group in enumerate(asked.choices.group):
            by_group.setdefault(group, []).append(first + column)
        near, wide = people.near, len(people.groups)
        for r in range(count):
            row: dict[int, float] = {z + r: float(people.nth)}
            high = float(people.already[r])
            for at in range(near.indptr[r], near.indptr[r + 1]):
                slot, value = int(near.indices[at]), float(near.data[at])
                if slot < wide:  # as it is: unless a version is chosen
                    high += value
                    for column in by_group[people.groups[slot]]:
                        row[column] = row.get(column, 0.0) + value
                else:
                    column = first + people.columns[slot - wide]
                    row[column] = row.get(column, 0.0) - value
            self.row(row, high=high)
        needed = people.target * people.in_scope
        slack = _SLACK * max(1.0, needed)
        covered = {z + r: float(v) for r, v in enumerate(people.residents)}
        self.row({**covered, holds: -(needed - slack)}, low=-people.safe)
        return z, people.residents

    # ---- what is asked of it ----
    def price(self, year: int = -1) -> dict[int, float]:
        """What every version costs once, as an objective or a row.

        Parameters
        ----------
        year
            Which of the questions.
        """
        at, choices = self.years[year].versions, self.questions[year].choices
        return {at + c: choices.price(c) for c in range(len(choices.columns))}

    def weights(self, year: int = -1) -> dict[int, float]:
        """What every clause that is made to hold counts.

        Parameters
        ----------
        year
            Which of the questions.
        """
        own = self.years[year].holds
        return {own[a.rule]: a.weight for a in self.questions[year].aims}

    def people(self, year: int = -1) -> dict[int, float]:
        """Residents of the clauses aimed at whom a choice covers, beside those covered whatever is done.

        Parameters
        ----------
        year
            Which of the questions.
        """
        aims = {a.rule for a in self.questions[year].aims}
        return {
            z + r: float(v)
            for rule, (z, residents) in self.years[year].reached.items()
            if rule in aims
            for r, v in enumerate(residents)
        }

    def refused(self, year: int, ask: Ask, chosen: Iterable[int]) -> Row:
        """The row that rules out a choice with which the judge did not find a clause to hold.

        Parameters
        ----------
        year
            Which of the questions.
        ask
            The clause.
        chosen
            Versions of the choice.
        """
        at, holds = self.years[year].versions, self._switch(year, ask)
        touching = ask.touch & set(chosen)
        row = {at + c: 1.0 for c in ask.touch - touching}
        low = 0.0
        if not ask.grows:
            row |= {at + c: -1.0 for c in touching}
            low = -float(len(touching))
        return (
            ({**row, holds: -1.0} if holds is not None else row),
            low + (0.0 if holds is not None else 1.0),
            math.inf,
        )

    def _switch(self, year: int, ask: Ask) -> int | None:
        return self.years[year].holds.get(ask.rule)

    def solve(
        self,
        goal: Goal,
        more: Sequence[Row] = (),
        *,
        time_limit: float = math.inf,
        start: Floats | None = None,
        heard: Callable[[float, float], None] | None = None,
    ) -> Answer:
        """The choice with the least of a goal.

        Parameters
        ----------
        goal
            Coefficients.
        more
            Rows beside the program's own.
        time_limit
            Seconds.
        start
            A choice to begin from.
        heard
            Called with (best, bound).
        """
        model = Model()
        count = len(self.lower)
        cost = np.zeros(count)
        for column, value in goal.items():
            cost[column] = value
        model.columns(cost, np.array(self.lower), np.array(self.upper))
        whole = np.flatnonzero(self.whole)
        if len(whole):
            model.whole(whole, True)
        rows = [*self.rows, *more]
        matrix, low, high = _stacked(rows, count)
        model.rows(matrix, low, high)
        return model.run(time_limit=time_limit, start=start, heard=heard)

    def chosen(self, x: Floats, year: int = -1) -> tuple[int, ...]:
        """Versions of an answer.

        Parameters
        ----------
        x
            Of `solve`.
        year
            Which of the questions.
        """
        at, count = self.years[year].versions, len(self.questions[year].choices.columns)
        return tuple(np.flatnonzero(x[at : at + count] > 0.5).tolist())


def _stacked(rows: Sequence[Row], count: int) -> tuple[sp.csr_array, Floats, Floats]:
    sizes = np.array([len(r[0]) for r in rows], dtype=np.int64)
    indices = np.fromiter((c for r in rows for c in r[0]), np.int32, int(sizes.sum()))
    data = np.fromiter((v for r in rows for v in r[0].values()), np.float64, int(sizes.sum()))
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    low, high = (np.array([r[at] for r in rows], dtype=np.float64) for at in (1, 2))
    return sp.csr_array((data, indices, indptr), shape=(len(rows), count)), low, high
