"""What a study holds, laid out once for many rules: facilities as records, figures by area and name."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
import pandas as pd

from carecircle import categories, schema
from carecircle.categories import FacilitySet
from carecircle.rules.judging.areas import Area, area_of
from carecircle.rules.judging.listing import Listing, listings, told_of_some, unlisted
from carecircle.rules.judging.names import forms, once

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs
    from carecircle.study import Start, Study


@dataclass(frozen=True)
class Facility:
    """One facility, as the rules look at it."""

    id: str
    name: str
    category: str
    status: str
    inside: bool
    area_id: str | None
    designations: tuple[str, ...]
    attributes: Mapping[str, Any]
    told: frozenset[str] | None = None
    """The roles that its list speaks of by leaving them out; None: every one."""
    placed: bool = True
    """Whether anyone knows where it is."""
    trial: bool = False
    """Whether a scenario added it: then it is what its category says, and nothing narrower."""

    def figure(self, name: str) -> float | None:
        """One attribute as a number, or None where the table does not say."""
        return number(self.attributes.get(name))

    def holds(self, roles: Iterable[str]) -> bool | None:
        """Whether it holds every role; None where its list does not say."""
        answers = {
            categories.holds(self.designations, self.attributes, role, told=self.told) for role in roles
        }
        return False if False in answers else None if None in answers else True

    def one_of(self, wanted: FacilitySet, plain: Collection[str] = ()) -> bool | None:
        """Whether it is one of a set; None where the table does not say, or says something wider."""
        exact = (self.category,) if self.trial else plain
        return wanted.counts(self.category, self.designations, self.attributes, told=self.told, plain=exact)


class Evidence:
    """A study's inputs with everything the rules ask for again and again worked out once.

    Parameters
    ----------
    inputs
        As loaded; never changed.
    whole
        The evidence that this is a part of: what its lists can hold is told by all of them.
    """

    def __init__(self, inputs: Inputs, *, whole: Evidence | None = None) -> None:
        self.inputs = inputs
        self._whole = whole
        self.twins: Mapping[str, str] = {} if whole is None else whole.twins
        self._chosen: dict[FacilitySet, tuple[list[Facility], list[Facility]]] = {}
        self._unlisted: dict[FacilitySet, tuple[str, ...]] = {}
        self._above: dict[str, Mapping[str, str]] = {}
        self._residents: dict[str, Mapping[str, float]] = {}
        self._levels: dict[str, list[Area]] = {}
        self._scopes: dict[str, pd.Series] = {}

    @property
    def root(self) -> Evidence:
        """The evidence of the whole study."""
        return self if self._whole is None else self._whole

    @property
    def study(self) -> Study:
        """What was asked for."""
        return self.inputs.study

    @property
    def demand(self) -> pd.DataFrame:
        """The demand frame, where a measure has made sure there is one."""
        assert self.inputs.demand is not None
        demand: pd.DataFrame = self.inputs.demand
        return demand

    @property
    def has_residents(self) -> bool:
        """Whether the study brought residents."""
        return self.inputs.demand is not None and self.inputs.ledger is not None

    @property
    def has_facilities(self) -> bool:
        """Whether the study brought any facilities at all."""
        return bool(self.study.facility_sources) or len(self.inputs.facilities) > 0

    def start_minutes(self, start: Start, stations: pd.Series) -> npt.NDArray[Any]:
        """Minutes before each place's station sets out, in the order of the places."""
        stages = self.study.emergency
        known = {f.id: stages.start_min(start, f.attributes) for f in self.facilities}
        return stations.map(known).to_numpy(float)

    @cached_property
    def facilities(self) -> list[Facility]:
        """Every facility, whatever its status and side of the boundary."""
        frame = self.inputs.facilities
        columns = ("facility_id", "name", "category", "status", "inside", "area_id", "designations",
                   "attributes")  # fmt: skip
        trial = frame["trial"].eq(True) if "trial" in frame else [False] * len(frame)
        partial = self.partial_inventory
        beside = (categories.told_in(frame), frame.geometry.notna(), trial)
        rows = zip(*(frame[c].tolist() for c in columns), *beside, strict=True)
        return [
            Facility(
                str(i), str(n), c, s, bool(b), a if isinstance(a, str) else None, tuple(d or ()), t or {},
                told_of_some(told, d, t) if partial else told, bool(p), bool(new),
            )
            for i, n, c, s, b, a, d, t, told, p, new in rows
        ]  # fmt: skip

    def counting(self, wanted: FacilitySet) -> tuple[list[Facility], list[Facility]]:
        """Open facilities inside that count, and those of which the table does not say whether they do."""
        if wanted not in self._chosen:
            inside = [(f, f.one_of(wanted, self.plain)) for f in self._by_status("open") if f.inside]
            sure, maybe = [f for f, h in inside if h], [f for f, h in inside if h is None]
            self._chosen[wanted] = once(sure, maybe, self.twins) if self.twins else (sure, maybe)
        return self._chosen[wanted]

    def among(self, wanted: FacilitySet, status: str = "open") -> list[tuple[Facility, bool | None]]:
        """Facilities of a status, on either side of the boundary, that are or may be of a set."""
        judged = ((f, f.one_of(wanted, self.plain)) for f in self._by_status(status))
        return [(f, h) for f, h in judged if h is not False]

    @cached_property
    def plain(self) -> frozenset[str]:
        """Categories that the table tells from the narrower ones."""
        return categories.told_apart({f.category for f in self.root.facilities if not f.trial})

    @cached_property
    def forms(self) -> list[tuple[Facility, tuple[str, ...]]]:
        """Every facility with every form of its name, by id."""
        return [(f, forms(f.name)) for f in sorted(self.facilities, key=lambda f: f.id)]

    def _by_status(self, status: str) -> list[Facility]:
        return [f for f in self.facilities if f.status == status]

    # ---- areas ----
    @cached_property
    def top(self) -> list[tuple[str, str]]:
        """Ids and names of the areas that make up the study: those whose parent is not in the frame."""
        areas = {row["area_id"] for row in self._area_rows}
        top = [row for row in self._area_rows if row["parent_id"] not in areas]
        return [(str(row["area_id"]), str(row["name"])) for row in top]

    def above(self, level: str) -> Mapping[str, str]:
        """For every area the one of a level that holds it."""
        if level not in self._above:
            self._above[level] = schema.descendants(self.inputs.areas, level)
        return self._above[level]

    def areas_at(self, level: str) -> list[Area]:
        """The areas of a level."""
        if level not in self._levels:
            self._levels[level] = [area_of(level, row) for row in self._area_rows if row["level"] == level]
        return self._levels[level]

    @cached_property
    def _area_rows(self) -> list[dict[Hashable, Any]]:
        rows: list[dict[Hashable, Any]] = pd.DataFrame(self.inputs.areas).to_dict("records")
        return rows

    def residents_at(self, level: str) -> Mapping[str, float]:
        """Residents of each area of a level: the official figure, else the sum of its demand points."""
        if level not in self._residents:
            self._residents[level] = self._count(level)
        return self._residents[level]

    def _count(self, level: str) -> dict[str, float]:
        areas = [row for row in self._area_rows if row["level"] == level]
        told = pd.Series([row["official_residents"] for row in areas], dtype=object)
        official = pd.to_numeric(told, errors="coerce").tolist()
        known = {a["area_id"]: float(r) for a, r in zip(areas, official, strict=True) if r == r}
        if self.inputs.demand is not None and len(known) < len(areas):
            above = self.above(level)
            sums: dict[str, list[float]] = {}
            for area_id, people in zip(self.demand["area_id"], self.demand["residents"], strict=True):
                if isinstance(area_id, str) and area_id in above:
                    sums.setdefault(above[area_id], []).append(people)
            for area in areas:
                known.setdefault(area["area_id"], math.fsum(sums.get(area["area_id"], [])))
        return known

    def in_scope(self, scope: str) -> pd.Series:
        """For each demand row whether a scope speaks of it: True, False, or None where no mark says."""
        if scope not in self._scopes:
            if scope == "all":
                marks: list[bool | None] = [True] * len(self.demand)
            else:
                urban = [None if pd.isna(m) else bool(m) for m in self.demand["urban"]]
                marks = urban if scope == "urban" else [None if m is None else not m for m in urban]
            self._scopes[scope] = pd.Series(marks, index=self.demand.index, dtype=object)
        return self._scopes[scope]

    # ---- official figures ----
    @cached_property
    def _official(self) -> dict[tuple[str, str], list[tuple[float, int | None]]]:
        found: dict[tuple[str, str], list[tuple[float, int | None]]] = {}
        totals = self.inputs.totals
        if totals is None or not len(totals):
            return found
        rows = zip(*(totals[c].tolist() for c in ("area_id", "attribute", "value", "year")), strict=True)
        for area, name, value, year in rows:
            key = (str(area).strip() if isinstance(area, str) else "", canonical(name))
            found.setdefault(key, []).append((float(value), None if pd.isna(year) else int(year)))
        return found

    def official(self, area_ids: Iterable[str], name: str, year: int) -> tuple[float, int | None] | None:
        """The official figure of the first of these areas that has one, of the nearest year."""
        wanted = canonical(name)
        for area_id in area_ids:
            own = self._official.get((area_id, wanted))
            if own:
                return min(own, key=lambda pair: _distance(pair[1], year))
        return None

    def counties_in_totals(self, adcode: str) -> list[str]:
        """Codes of a prefecture's counties that the totals have rows of; none where the code is no
        prefecture's."""
        if not adcode.endswith("00"):
            return []
        rows = {area for area, _ in self._official if area.startswith(adcode[:-2])}
        return sorted(a for a in rows if len(a) == len(adcode) and not a.endswith("00"))

    def area_figure(self, area_id: str, name: str) -> float | None:
        """A figure or mark of one area: a totals row, else a column of the areas file."""
        found = self.official([area_id], name, self.study.year)
        if found is not None:
            return found[0]
        return self._marks.get(canonical(name), {}).get(area_id)

    @cached_property
    def _marks(self) -> dict[str, dict[str, float]]:
        """Further columns of the areas file, by canonical name and area."""
        frame = self.inputs.areas
        found: dict[str, dict[str, float]] = {}
        for column in frame.columns:
            if column in schema.AREAS:
                continue
            values = zip(frame["area_id"], (number(v) for v in frame[column]), strict=True)
            found[canonical(column)] = {a: v for a, v in values if v is not None}
        return found

    def unlisted(self, wanted: FacilitySet) -> tuple[str, ...]:
        """Categories of a set of which no source tells whether there are more facilities."""
        if wanted not in self._unlisted:
            self._unlisted[wanted] = unlisted(self._listings, wanted)
        return self._unlisted[wanted]

    @cached_property
    def _listings(self) -> list[Listing]:
        return listings(self.study, self.root.inputs.facilities)

    def is_open(self, wanted: FacilitySet) -> bool:
        """Whether facilities of a set may exist that no list holds."""
        return self.partial_inventory or bool(self.unlisted(wanted))

    @cached_property
    def partial_inventory(self) -> bool:
        """Whether the study's totals say that its facility table lists only some facilities."""
        return any(
            name == "partial_inventory" and rows[0][0] == 1 for (_, name), rows in self._official.items()
        )


def canonical(name: object) -> str:
    """An attribute's id for any spelling of it; an unknown name stands for itself."""
    return _canonical(str(name))


@cache
def _canonical(name: str) -> str:
    text = name.strip()
    return categories.area_attribute(text) or categories.attribute(text) or text


def number(value: Any) -> float | None:
    """A figure of a table as a number (a mark counts 1 or 0), or None."""
    if isinstance(value, str):
        words = {"true": 1.0, "yes": 1.0, "是": 1.0, "有": 1.0, "false": 0.0, "no": 0.0, "否": 0.0, "无": 0.0}
        if value.strip().casefold() in words:
            return words[value.strip().casefold()]
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(found) else found


def _distance(year: int | None, wanted: int) -> float:
    """How far a figure's year is from the one asked for; of two equally far the earlier, undated last."""
    return 1e4 if year is None else abs(year - wanted) + (0.5 if year > wanted else 0.0)
