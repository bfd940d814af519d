"""Why each move is made: what no longer holds without it, and whom it serves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from carecircle.rules import Verdict
from carecircle.siting.effort import Watch
from carecircle.siting.whole.judging import Judge, holds
from carecircle.siting.whole.offers import Move


@dataclass(frozen=True)
class Reason:
    """What one move does, told by judging the plan without it.

    Parameters
    ----------
    move
        Its id.
    rules
        Rules aimed at that hold with all moves and not without this one.
    residents
        Residents fewer whom those clauses cover without it, summed over the clauses.
    """

    move: str
    rules: tuple[str, ...]
    residents: float


def reasons_of(judge: Judge, moves: Sequence[Move], aimed: Sequence[str], watch: Watch) -> tuple[Reason, ...]:
    """Judge the plan once more without each of its moves, as far as time goes.

    Parameters
    ----------
    judge
        Of the last year.
    moves
        Of the plan.
    aimed
        Rules to be made to hold.
    watch
        The running clock.
    """
    whole = judge.verdicts(moves)
    found = []
    for move in moves:
        if watch.over:
            break
        without = judge.verdicts([m for m in moves if m is not move])
        rules = tuple(r for r in aimed if holds(whole[r]) and not holds(without[r]))
        people = math.fsum(covered(whole[r]) - covered(without[r]) for r in aimed)
        found.append(Reason(move.id, rules, people))
    return tuple(found)


def covered(verdict: Verdict) -> float:
    """Residents whom a clause about people finds covered; 0 for any other."""
    return 0.0 if verdict.ledger is None else verdict.ledger.covered
