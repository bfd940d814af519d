"""What if: a study changed in facilities, roads, speeds, residents or year, said as one frozen object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.errors import UsageError
from carecircle.study.periods import EVERY_CLASS as EVERY_CLASS


@dataclass(frozen=True, eq=False)
class Scenario:
    """Changes to a study, for `carecircle.reanalyze`; what is not named stays as it is.

    Parameters
    ----------
    name
        Whatever you call it.
    add
        New facilities: a frame of facilities in any stated CRS, or mappings with ``facility_id``, ``name``,
        ``category``, ``lon``, ``lat`` (WGS 84) and optionally ``designations`` and attributes.
    close
        Ids of facilities that no longer serve.
    change
        By facility id: ``category``, ``designations``, ``status``, ``name``, ``capacity``; any other name is
        one of its attributes (``{"F001": {"category": "二级医院", "beds": 120}}``).
    move
        By facility id: its other place, longitude and latitude (WGS 84). It stays a facility of its area.
    closed_edges
        Directed edges (``edge_id``) that nobody may use; name both to close a two-way street.
    time_factors
        By mode and class of road (``highway``; ``*``: every class not named) what the minutes on it are
        multiplied by: ``{"drive": {"primary": 1.6, "*": 1.2}}``. Access legs stay as they are.
    period
        What the hours are called that these factors hold for; the study's own periods are then left out.
    year
        Whose official figures are used.
    projects
        The plan's projects that are due by this year are done (`carecircle.Plan.projects`), before anything
        else changes.
    residents
        Another draw of the residents: float[p] in the order of ``inputs.demand``, or a Series indexed by
        every ``demand_id``.

    Raises
    ------
    UsageError
        If a factor is not a number above 0, or a number of residents is negative or not finite.
    """

    name: str = ""
    add: gpd.GeoDataFrame | Iterable[Mapping[str, Any]] | None = None
    close: Sequence[str] = ()
    change: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    move: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    closed_edges: Iterable[int] = ()
    time_factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    period: str = ""
    year: int | None = None
    projects: int | None = None
    residents: pd.Series[Any] | Sequence[float] | np.ndarray[Any, Any] | None = None

    def __post_init__(self) -> None:
        add = self.add
        if add is not None:
            add = add.copy() if isinstance(add, gpd.GeoDataFrame) else tuple(dict(row) for row in add)
        factors = {mode: _frozen(by_class) for mode, by_class in self.time_factors.items()}
        for mode, by_class in factors.items():
            for road, factor in by_class.items():
                if not (math.isfinite(factor) and factor > 0):
                    raise UsageError("analysis.bad_factor", value=str(factor), mode=mode, road=road)
        for facility, (lon, lat) in self.move.items():
            if not (abs(lon) <= 180 and abs(lat) <= 90):  # not finite either
                raise UsageError("analysis.bad_move", value=[str(lon), str(lat)], facility=facility)
        values: dict[str, Any] = {
            "add": add,
            "close": tuple(self.close),
            "change": _frozen({i: _frozen(facts) for i, facts in self.change.items()}),
            "move": _frozen({i: (float(lon), float(lat)) for i, (lon, lat) in self.move.items()}),
            "closed_edges": tuple(sorted({int(edge) for edge in self.closed_edges})),
            "time_factors": _frozen(factors),
            "residents": _draw(self.residents),
        }
        for key, value in values.items():
            object.__setattr__(self, key, value)

    @property
    def changes_facilities_alone(self) -> bool:
        """Whether it adds, closes, changes or moves facilities and nothing else."""
        roads = self.closed_edges or self.time_factors
        return not (roads or self.period or self.year is not None or self.residents is not None)

    @property
    def empty(self) -> bool:
        """Whether it changes nothing and has no name."""
        added = self.add is not None and len(self.add) > 0  # type: ignore[arg-type]
        facilities = added or self.close or self.change or self.move or self.projects is not None
        return self.changes_facilities_alone and not (facilities or self.name)

    def to_dict(self) -> dict[str, Any]:
        """What is changed, as plain data for manifest.json.

        Returns
        -------
        dict
            Only what is set: name, added and closed (facility ids), changed, moved, closed_edges,
            time_factors, period, year, projects, and the sum of the residents drawn.
        """
        if isinstance(self.add, gpd.GeoDataFrame):
            added = [str(i) for i in self.add["facility_id"]]
        else:
            added = [str(row.get("facility_id")) for row in self.add or ()]
        plain = {
            "name": self.name, "added": added, "closed": list(self.close),
            "changed": {i: {k: _plain(v) for k, v in facts.items()} for i, facts in self.change.items()},
            "moved": {i: list(place) for i, place in self.move.items()},
            "closed_edges": list(self.closed_edges),
            "time_factors": {mode: dict(by_class) for mode, by_class in self.time_factors.items()},
            "period": self.period, "year": self.year, "projects": self.projects,
            "residents": None if self.residents is None else math.fsum(np.asarray(self.residents, float)),
        }  # fmt: skip
        return {name: value for name, value in plain.items() if value not in ("", None, [], {})}


def _frozen(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(mapping))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def _draw(residents: Any) -> pd.Series[Any] | np.ndarray[Any, Any] | None:
    """A copy that nobody writes to."""
    if residents is None:
        return None
    people = np.array(residents, dtype=np.float64)
    wrong = np.flatnonzero(~(np.isfinite(people) & (people >= 0)))
    if len(wrong):
        raise UsageError("analysis.bad_residents", value=str(people[wrong[0]]), row=int(wrong[0]))
    people.flags.writeable = False
    return pd.Series(people, index=residents.index) if isinstance(residents, pd.Series) else people
