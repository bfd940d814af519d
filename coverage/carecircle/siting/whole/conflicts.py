"""Why not everything can hold: clauses that no choice keeps together, people whom nothing reaches.

An irreducible conflict is found by deletion (Chinneck and Dravnieks 1991, Locating minimal infeasible
constraint sets in linear programs, ORSA Journal on Computing 3, 157-168, https://doi.org/10.1287/ijoc.3.2.157).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from carecircle.errors import UsageError
from carecircle.siting.whole.asks import Ask
from carecircle.siting.whole.gather import Question
from carecircle.siting.whole.program import Row
from carecircle.siting.whole.search import Search

_SMALL = 10
"""Of so many clauses the smallest conflict is sought among all their sets."""


@dataclass(frozen=True)
class Conflict:
    """What cannot hold together.

    Parameters
    ----------
    alone
        Rules that cannot hold even alone, beside what holds already.
    together
        Rules each of which can hold alone, that cannot all hold together; without any one of them the others
        can. Empty where none conflict, or time ran out.
    smallest
        The fewest such rules; None where there are too many rules to look at every set.
    proven
        Whether time was enough for all of it.
    """

    alone: tuple[str, ...]
    together: tuple[str, ...]
    smallest: tuple[str, ...] | None
    proven: bool


@dataclass(frozen=True)
class Reachable:
    """What a clause about people can come to at most.

    Parameters
    ----------
    rule
        Which.
    share
        No choice covers more of its residents (0-1).
    lost
        Residents whom nothing on offer reaches within the limit.
    demand_ids
        Where they live: ids of demand rows, most residents first.
    limit
        The smallest limit that would hold with all that is on offer, in the clause's own unit, if one would.
    """

    rule: str
    share: float
    lost: float
    demand_ids: tuple[str, ...]
    limit: float | None


def conflict_of(search: Search, rows: Sequence[Row], held: Collection[str]) -> Conflict:
    """Why the clauses aimed at cannot all hold.

    Parameters
    ----------
    search
        Of the question.
    rows
        What binds it: the budget.
    held
        Rules that are known to be possible together.
    """
    aims = [a.rule for a in search.program.questions[-1].aims]
    possible: list[frozenset[str]] = [frozenset(held)]
    impossible: list[frozenset[str]] = []

    def can(rules: Collection[str]) -> bool:
        wanted = frozenset(rules)
        if any(wanted <= known for known in possible):
            return True
        if any(known <= wanted for known in impossible):
            return False
        where = search.program.years[-1].holds
        found = search.best([{}], [*rows, *(({where[r]: 1.0}, 1.0, 1.0) for r in sorted(wanted))])
        (impossible if found is None else possible).append(wanted)
        return found is not None

    alone: list[str] = []
    together: list[str] = []
    smallest: tuple[str, ...] | None = None
    try:
        alone = [r for r in aims if not can([r])]
        rest = [r for r in aims if r not in alone]
        if can(rest):
            return Conflict(tuple(alone), (), (), True)
        together = list(rest)
        for rule in rest:
            fewer = [r for r in together if r != rule]
            if not can(fewer):
                together = fewer
        if len(rest) <= _SMALL:
            sets = (s for n in range(2, len(together) + 1) for s in itertools.combinations(rest, n))
            smallest = next(s for s in sets if not can(s))
    except UsageError:  # out of time
        return Conflict(tuple(alone), (), None, False)
    return Conflict(tuple(alone), tuple(together), smallest, True)


def reachable(asked: Question, rules: Sequence[str]) -> tuple[Reachable, ...]:
    """What clauses about people can come to with everything on offer.

    Parameters
    ----------
    asked
        The question.
    rules
        That do not hold.
    """
    return tuple(_reachable(asked, a) for a in asked.aims if a.rule in set(rules) and a.people is not None)


def _reachable(asked: Question, ask: Ask) -> Reachable:
    people, demand = ask.people, asked.judge.base.inputs.demand
    assert people is not None
    assert demand is not None
    lost = demand.iloc[people.lost].sort_values(["residents", "demand_id"], ascending=[False, True])
    share = min(1.0, math.fsum([people.safe, *people.residents]) / people.in_scope)
    every: dict[int, int] = {}
    for column in sorted(people.columns, key=lambda c: len(asked.choices.columns[c])):
        every.setdefault(asked.choices.group[column], column)
    verdict = asked.judge.verdicts(asked.choices.of(sorted(every.values())))[ask.rule]
    limit = None if verdict.flip is None else verdict.flip.limit
    return Reachable(
        ask.rule, share, math.fsum(lost["residents"]), tuple(lost["demand_id"].astype(str)), limit
    )
