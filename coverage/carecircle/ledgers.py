"""Where every resident goes: the ledger of the inputs, and that of a verdict about people, which balance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class InputsLedger:
    """Residents as they came in: ``total = inside + outside + no_data``.

    Parameters
    ----------
    total
        All residents of the inputs.
    inside, outside
        Of the study's boundary; a grid cell that it cuts is shared by area.
    no_data
        Whose place is unknown (a row of a table without coordinates).
    cells_without_value
        Grid cells or rows without any number of residents: never people.
    groups
        By name the ledger of each group of the residents that the study brings.
    """

    total: float
    inside: float
    outside: float
    no_data: float
    cells_without_value: int = 0
    groups: Mapping[str, InputsLedger] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _balance(self.total, [self.inside, self.outside, self.no_data])

    def to_dict(self) -> dict[str, float]:
        """The four figures of verdicts.json.

        Returns
        -------
        dict of str to float
            total, inside, outside, no_data: residents.
        """
        return {"total": self.total, "inside": self.inside, "outside": self.outside, "no_data": self.no_data}


LACKING = ("not_covered", "unreachable", "cut_off")
"""Boxes of a people-ledger whose residents a rule leaves without: they are known not to be covered."""
UNPLACED = ("unsnapped", "closed")
"""Boxes whose residents cannot be placed: they may be covered."""


def lacking(parts: pd.DataFrame) -> pd.Series[Any]:
    """Residents left without, row by row of a frame with a column for each box."""
    found: pd.Series[Any] = parts[[name for name in LACKING if name in parts]].sum(axis=1)
    return found


@dataclass(frozen=True)
class PeopleLedger:
    """Where every resident of the inputs went in one verdict, filled in this order.

    Parameters
    ----------
    total
        All residents of the inputs.
    outside
        Outside the study's boundary or the clause's scope.
    no_data
        It is not known whether the clause speaks of them (no place, or no urban/rural mark).
    unsnapped
        Too far from any road of the mode to be placed on the network.
    unreachable
        On the network, with no way there (island, one-way trap).
    covered, not_covered
        Within the limit (inclusive), and beyond it.
    closed, cut_off
        Where the study has terrain: on closed ground (water, a barrier, no data) with none open near; on open
        ground from which no way leads there. None without terrain.
    """

    total: float
    outside: float
    no_data: float
    unsnapped: float
    unreachable: float
    covered: float
    not_covered: float
    closed: float | None = None
    cut_off: float | None = None

    def __post_init__(self) -> None:
        _balance(self.total, [v for name, v in self.to_dict().items() if name != "total"])

    @property
    def in_scope(self) -> float:
        """Residents the clause speaks of (or may speak of): ``total - outside``, summed from its parts."""
        return math.fsum(v for name, v in self.to_dict().items() if name not in ("total", "outside"))

    @property
    def lacking(self) -> float:
        """Residents left without: `LACKING`."""
        return math.fsum(getattr(self, name) or 0.0 for name in LACKING)

    @property
    def no_way(self) -> float:
        """Residents from whom no way leads there, along roads or over land."""
        return math.fsum([self.unreachable, self.cut_off or 0.0])

    @property
    def unplaced(self) -> float:
        """Residents who cannot be placed: `UNPLACED`."""
        return math.fsum(getattr(self, name) or 0.0 for name in UNPLACED)

    def to_dict(self) -> dict[str, float]:
        """The figures of verdicts.json.

        Returns
        -------
        dict of str to float
            total and its six boxes, eight where the study has terrain: residents.
        """
        return {name: value for name, value in asdict(self).items() if value is not None}


def _balance(total: float, parts: list[float]) -> None:
    """People must add up: |sum of parts - total| <= 1e-9 * total.

    Raises
    ------
    AssertionError
        If they do not; this is a fault of ours, never the planner's.
    """
    gap = math.fsum([*parts, -total])
    if abs(gap) > 1e-9 * abs(total) or min(parts) < 0:
        raise AssertionError(f"the ledger does not balance: {parts} against {total}")
