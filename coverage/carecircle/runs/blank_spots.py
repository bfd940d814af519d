"""The register of blank spots over several runs: how many each year, which were cleared, which are new."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from carecircle.texts import Sentence

_BLANK = ("blank", "unstaffed")
_KNOWN = ("fixed", "visited", *_BLANK)
_NAMED = 8


@dataclass(frozen=True)
class BlankYear:
    """The blank spots of one level in one run.

    Parameters
    ----------
    level
        ``village`` or ``town``.
    year
        Of the run.
    blank, residents
        How many areas are blank, and who live in them.
    visited
        How many have no institution and care comes to them.
    cleared, arisen
        Names of areas that were blank in the run before and are so no more, and of those that were not. An
        area of which either run does not know is in neither.
    since
        The year of the run before; None for the first.
    """

    level: str
    year: int
    blank: int
    residents: float
    visited: int
    cleared: tuple[str, ...] = ()
    arisen: tuple[str, ...] = ()
    since: int | None = None

    @property
    def sentences(self) -> list[Sentence]:
        """The year in words."""
        facts = {"level": Sentence(f"rules.blank_{self.level}"), "year": str(self.year)}
        said = [Sentence("rules.blank_in_year", {**facts, "n": self.blank, "residents": self.residents})]
        for way, names in (("cleared", self.cleared), ("arisen", self.arisen)):
            if names:
                more = {"since": str(self.since), "year": str(self.year), "n": len(names)}
                said.append(Sentence(f"rules.blank_{way}", {**more, "names": list(names[:_NAMED])}))
        return said

    def to_dict(self) -> dict[str, Any]:
        """Plain data.

        Returns
        -------
        dict
            Its fields by name.
        """
        return asdict(self)


def blank_history(documents: Sequence[Mapping[str, Any]]) -> list[BlankYear]:
    """The registers of several runs beside each other.

    Parameters
    ----------
    documents
        From `carecircle.rules.read_verdicts`, in any order; those without a register are left out.

    Returns
    -------
    list of BlankYear
        Villages year by year, then townships; empty where no run has a register.
    """
    runs = sorted((d for d in documents if d.get("blank_spots")), key=lambda d: int(d["year"]))
    found = []
    for level in ("village", "town"):
        held = [
            (int(d["year"]), {s["area_id"]: s for s in d["blank_spots"] if s["level"] == level}) for d in runs
        ]
        held = [(year, spots) for year, spots in held if spots]
        found += [_year(level, year, spots, None) for year, spots in held[:1]]
        found += [_year(level, year, spots, before) for before, (year, spots) in pairwise(held)]
    return found


def _year(
    level: str, year: int, spots: Mapping[str, Mapping[str, Any]],
    before: tuple[int, Mapping[str, Mapping[str, Any]]] | None,
) -> BlankYear:  # fmt: skip
    blank = [s for s in spots.values() if s["state"] in _BLANK]
    residents = math.fsum(s["residents"] or 0.0 for s in blank)
    visited = sum(s["state"] == "visited" for s in spots.values())
    if before is None:
        return BlankYear(level, year, len(blank), residents, visited)
    since, was = before
    both = [(was[i], s) for i, s in spots.items() if i in was and s["state"] in _KNOWN]
    turned = [(old["state"] in _BLANK, new) for old, new in both if old["state"] in _KNOWN]
    cleared = tuple(new["name"] for blank_then, new in turned if blank_then and new["state"] not in _BLANK)
    arisen = tuple(new["name"] for blank_then, new in turned if not blank_then and new["state"] in _BLANK)
    return BlankYear(level, year, len(blank), residents, visited, cleared, arisen, since)
