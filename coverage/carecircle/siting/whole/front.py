"""Other choices as good, and the least that is left out for what price."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from carecircle.errors import UsageError
from carecircle.siting.whole.offers import Move
from carecircle.siting.whole.program import Goal, Row
from carecircle.siting.whole.search import Found, Search, negated

_STEP = 1e-6


@dataclass(frozen=True)
class Alternatives:
    """Further choices with which as much holds, cheapest first; none is another one and something more.

    Parameters
    ----------
    choices
        The moves of each, and their price.
    shared
        Moves that are in the best and in all of these.
    """

    choices: tuple[tuple[tuple[Move, ...], float], ...]
    shared: tuple[Move, ...]


@dataclass(frozen=True)
class Point:
    """One point of the front: nothing cheaper leaves as few people out.

    Parameters
    ----------
    price
        Of the moves.
    left_out
        Residents of the clauses aimed at whom nothing covers, summed over the clauses.
    moves
        Which.
    proven
        Whether it is proven to be on the front.
    """

    price: float
    left_out: float
    moves: tuple[Move, ...]
    proven: bool


def alternatives_of(
    search: Search, goals: Sequence[Goal], rows: Sequence[Row], best: Found, *, count: int
) -> Alternatives:
    """The next cheapest choices that are as good by the first goal.

    Parameters
    ----------
    search
        Of one question.
    goals
        What was sought, the price second.
    rows
        What binds it.
    best
        The best choice.
    count
        How many.
    """
    worth = best.stages[0].worth
    bound = [*rows, (goals[0], -math.inf, worth + _STEP * max(1.0, abs(worth)))]
    at = search.program.years[-1].versions
    found: list[tuple[tuple[Move, ...], float]] = []
    last = best.chosen[-1]
    while len(found) < count and last:
        bound.append(({at + c: 1.0 for c in last}, -math.inf, len(last) - 1.0))
        try:
            other = search.best(goals[1:2], bound)
        except UsageError:  # out of time
            break
        if other is None or not other.proven:
            break
        last = other.chosen[-1]
        moves = search.moves(other)
        found.append((moves, math.fsum(m.price for m in moves)))
    every = [set(m) for m, _ in found]
    shared = tuple(m for m in search.moves(best) if all(m in own for own in every)) if every else ()
    return Alternatives(tuple(found), shared)


def front_of(search: Search, rows: Sequence[Row], *, count: int) -> tuple[Point, ...]:
    """Price against people left out, from the most that can be reached down to nothing spent.

    Parameters
    ----------
    search
        Of one question.
    rows
        What binds it.
    count
        At most so many points.
    """
    people, price = search.program.people(), search.program.price()
    asked = search.program.questions[-1]
    aims = [a.rule for a in asked.aims if a.people is not None]
    points: list[Point] = []
    bound = list(rows)
    while aims and len(points) < count:
        try:
            found = search.best([negated(people), price], bound)
        except UsageError:  # out of time
            break
        if found is None:
            break
        moves = search.moves(found)
        cost = math.fsum(m.price for m in moves)
        ledgers = [asked.judge.verdicts(moves)[r].ledger for r in aims]
        left = math.fsum(k for g in ledgers if g is not None for k in (g.in_scope, -g.covered))
        points.append(Point(cost, left, moves, found.proven))
        if cost <= 0:
            break
        bound = [*rows, (price, -math.inf, cost - _STEP * max(1.0, cost))]
    return tuple(points)
