"""Which moves go together: the versions that a facility may have, one of which it has in the end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from carecircle.errors import UsageError
from carecircle.siting.whole.offers import Move

MOST_VERSIONS = 256
"""Of one group of facilities: beyond these the choices of one facility alone are too many."""


@dataclass(frozen=True)
class Versions:
    """Every way in which moves that touch each other may be made together.

    Parameters
    ----------
    moves
        Positions of all moves, group by group: facilities that a merger joins are one group, each new site is
        one of its own.
    columns
        One a version other than "as it is": the positions of the moves that make it, ascending.
    group
        Of each column, the number of its group: of a group at most one version is chosen.
    """

    moves: tuple[Move, ...]
    columns: tuple[tuple[int, ...], ...]
    group: tuple[int, ...]

    def price(self, column: int) -> float:
        """What a version costs once."""
        return sum(self.moves[m].price for m in self.columns[column])

    def running(self, column: int) -> float:
        """What a version costs a year."""
        return sum(self.moves[m].running for m in self.columns[column])

    def of(self, columns: Sequence[int]) -> tuple[Move, ...]:
        """The moves that make some versions, in the order of the tables."""
        return tuple(self.moves[m] for m in sorted(m for c in columns for m in self.columns[c]))


def versions(moves: Sequence[Move]) -> Versions:
    """Put moves that touch the same facilities together.

    Two of a facility exclude each other where one ends it, or both move it, or both upgrade it.

    Raises
    ------
    UsageError
        If the moves of one group make more than 256 versions.
    """
    columns: list[tuple[int, ...]] = []
    group: list[int] = []
    for number, own in enumerate(_groups(moves)):
        found = _compatible(moves, own)
        columns += found
        group += [number] * len(found)
    return Versions(tuple(moves), tuple(columns), tuple(group))


def _groups(moves: Sequence[Move]) -> list[list[int]]:
    """Positions of moves that touch each other, each new site by itself."""
    root: dict[str, str] = {}

    def top(facility: str) -> str:
        root.setdefault(facility, facility)
        while root[facility] != facility:
            facility = root[facility]
        return facility

    for move in moves:
        for other in move.facilities[1:]:
            root[top(other)] = top(move.facilities[0])
    found: dict[str, list[int]] = {}
    for position, move in enumerate(moves):
        key = top(move.facilities[0]) if move.facilities else f"\n{move.id}"
        found.setdefault(key, []).append(position)
    return list(found.values())


def _compatible(moves: Sequence[Move], own: list[int]) -> list[tuple[int, ...]]:
    """Every set of a group's moves that go together, but the empty one."""
    found: list[tuple[int, ...]] = [()]
    for position in own:
        with_it = [
            (*s, position) for s in found if not any(_clash(moves[position], moves[other]) for other in s)
        ]
        found += with_it
        if len(found) > MOST_VERSIONS:
            raise UsageError("siting.too_many_versions", value=moves[position].name, most=MOST_VERSIONS)
    return sorted(found[1:], key=lambda s: (len(s), s))


def _clash(one: Move, other: Move) -> bool:
    """Whether two moves cannot both be made."""
    for a, b in itertools.permutations((one, other)):
        if a.ends is not None and a.ends in b.facilities:
            return True
    same = one.facilities[:1] == other.facilities[:1] and bool(one.facilities)
    return same and one.kind == other.kind and one.kind in ("move", "upgrade")
