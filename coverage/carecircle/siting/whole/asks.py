"""What a clause asks of a choice of versions: lines that must not fall below nothing, units, people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from carecircle.rules import Verdict
from carecircle.siting.matrix import Csr, Floats, Ints


@dataclass(frozen=True)
class Line:
    """``base + sum(by[c] for each version c that is chosen) >= 0``.

    Parameters
    ----------
    base
        With nothing done.
    by
        What each version, by its column, adds.
    """

    base: float
    by: Mapping[int, float] = field(default_factory=dict)

    @property
    def least(self) -> float:
        """No choice brings it lower."""
        return self.base + sum(v for v in self.by.values() if v < 0)

    @property
    def most(self) -> float:
        """No choice brings it higher."""
        return self.base + sum(v for v in self.by.values() if v > 0)


@dataclass(frozen=True)
class UnitAsk:
    """One area or thing that a clause judges: it complies where all its lines hold, or is excused.

    Parameters
    ----------
    lines
        Of its figure.
    excused
        Whether the plan's own exception excuses it with nothing done.
    excused_by
        Versions with which alone it is excused.
    """

    lines: tuple[Line, ...]
    excused: bool = False
    excused_by: tuple[int, ...] = ()


@dataclass(frozen=True)
class Units:
    """So large a share of the units not excused must comply."""

    units: tuple[UnitAsk, ...]
    target: float


@dataclass(frozen=True, eq=False)
class People:
    """Residents within a limit.

    Parameters
    ----------
    near
        Rows of people x slots (CSR): how many facilities of a slot are within the limit. Slots are the
        groups as they are (in the order of `groups`), then the versions (in the order of `columns`).
    groups
        Numbers of the groups of which something serves as it is.
    columns
        Versions of which something serves.
    already
        int64[rows]: facilities within the limit that no move touches.
    residents
        float64[rows]: rows with the same slots are one.
    nth
        So many facilities must be within the limit.
    safe
        Residents whom untouched facilities cover whatever is done.
    in_scope
        All residents of the clause.
    target
        Share of them that must be covered.
    lost
        Demand rows (positions) in scope that nothing on offer covers, or that have no place.
    """

    near: Csr
    groups: tuple[int, ...]
    columns: tuple[int, ...]
    already: Ints
    residents: Floats
    nth: int
    safe: float
    in_scope: float
    target: float
    lost: Ints


@dataclass(frozen=True, eq=False)
class Ask:
    """One clause, as the program sees it.

    Parameters
    ----------
    verdict
        With nothing done.
    aimed
        It is to be made to hold; else it holds now and is to go on.
    weight
        What it counts where not all can hold.
    lines, units, people
        What must be so for it to hold: all that is given. Nothing given: only the judge knows.
    touch
        Versions that change anything of it.
    grows
        More of these versions never make it worse.
    """

    verdict: Verdict
    aimed: bool
    weight: float
    lines: tuple[Line, ...] = ()
    units: Units | None = None
    people: People | None = None
    touch: frozenset[int] = frozenset()
    grows: bool = False

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.verdict.rule
