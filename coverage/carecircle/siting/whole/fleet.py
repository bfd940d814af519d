"""Every facility that a move touches, as it is and in each version, in one frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp

from carecircle.analysis.asking import serving_in
from carecircle.inputs.load import Inputs
from carecircle.rules import Leg, ReachQuery
from carecircle.siting.matrix import Csr
from carecircle.siting.whole.judging import Judge
from carecircle.siting.whole.versions import Versions


@dataclass(frozen=True, eq=False)
class Slots:
    """Places that may serve a query, and the slots they belong to.

    Parameters
    ----------
    frame
        One row a place: ``facility_id`` (unique), geometry.
    of
        Places x slots (CSR, ones): slots are `groups` as they are, then `columns`.
    groups
        Groups of which something serves as it is.
    columns
        Versions of which something serves.
    changed
        Versions in which something else serves than as it is.
    """

    frame: gpd.GeoDataFrame
    of: Csr
    groups: tuple[int, ...]
    columns: tuple[int, ...]
    changed: frozenset[int]

    @property
    def width(self) -> int:
        """How many slots there are."""
        return len(self.groups) + len(self.columns)


class Fleet:
    """What the moves touch.

    Parameters
    ----------
    judge
        Of the study before the moves.
    choices
        Every version.
    """

    def __init__(self, judge: Judge, choices: Versions) -> None:
        self.inputs, self.choices = judge.base.inputs, choices
        facilities = self.inputs.facilities
        self.touched = tuple(dict.fromkeys(f for m in choices.moves for f in m.facilities))
        owner = {}
        for column, group in enumerate(choices.group):
            for move in choices.columns[column]:
                owner.update(dict.fromkeys(choices.moves[move].facilities, group))
        frames = [facilities[facilities["facility_id"].isin(self.touched)]]
        marks = [(-1, owner[f]) for f in frames[0]["facility_id"]]
        opened = {c for c, own in enumerate(choices.columns) if choices.moves[own[0]].kind == "open"}
        if opened:
            new = judge.inputs([choices.moves[choices.columns[c][0]] for c in sorted(opened)]).facilities
            frames.append(new.iloc[len(facilities) :])
            column_of = {choices.moves[choices.columns[c][0]].id: c for c in opened}
            marks += [(column_of[i], choices.group[column_of[i]]) for i in frames[-1]["facility_id"]]
        for column, own in enumerate(choices.columns):
            if column in opened:
                continue
            ids = {f for m in own for f in choices.moves[m].facilities}
            changed = judge.inputs([choices.moves[m] for m in own]).facilities
            group = choices.group[column]
            mine = changed[changed["facility_id"].isin([f for f, g in owner.items() if g == group])]
            assert ids <= set(mine["facility_id"])
            frames.append(mine)
            marks += [(column, group)] * len(mine)
        self.frame = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=facilities.crs)
        self.column = np.array([c for c, _ in marks], dtype=np.int64)
        self.group = np.array([g for _, g in marks], dtype=np.int64)
        self.real = self.frame["facility_id"].to_numpy(dtype=object)
        self.frame["facility_id"] = [f"{n}" for n in range(len(self.frame))]

    def _whole(self) -> Inputs:
        """The study with every version of everything that is touched, beside what is not."""
        facilities = self.inputs.facilities
        rest = facilities[~facilities["facility_id"].isin(self.touched)]
        together = gpd.GeoDataFrame(pd.concat([self.frame, rest], ignore_index=True), crs=facilities.crs)
        return replace(self.inputs, facilities=together)

    def rows(self, query: ReachQuery | Leg) -> np.ndarray:
        """Positions in `frame` of what may serve a query of one leg, or a leg.

        Parameters
        ----------
        query
            Of a plan.
        """
        serving = serving_in(self._whole(), query)
        at = serving.index.to_numpy()
        found: np.ndarray = at[at < len(self.frame)]
        return found

    def serving(self, query: ReachQuery) -> tuple[Slots, bool]:
        """What may serve a query of one leg, and whether a version takes something of it away.

        Parameters
        ----------
        query
            Of a plan.
        """
        rows = self.rows(query)
        as_is = sorted({int(self.group[r]) for r in rows if self.column[r] < 0})
        columns = sorted({int(self.column[r]) for r in rows if self.column[r] >= 0})
        slot = {("g", g): n for n, g in enumerate(as_is)}
        slot |= {("c", c): len(as_is) + n for n, c in enumerate(columns)}
        own = [
            slot[("g", int(self.group[r])) if self.column[r] < 0 else ("c", int(self.column[r]))]
            for r in rows
        ]
        of = sp.csr_array(
            (np.ones(len(rows)), (np.arange(len(rows)), own)), shape=(len(rows), len(as_is) + len(columns))
        )
        changed = self.differs(rows)
        taken = any(self._places(rows, -1, self.choices.group[c]) - self._places(rows, c) for c in changed)
        return Slots(self.frame.iloc[rows], of, tuple(as_is), tuple(columns), changed), taken

    def differs(self, rows: np.ndarray) -> frozenset[int]:
        """Versions in which other places serve than as it is.

        Parameters
        ----------
        rows
            Positions in `frame` of what serves.
        """
        groups = {int(self.group[r]) for r in rows}
        return frozenset(
            c
            for c, g in enumerate(self.choices.group)
            if g in groups and self._places(rows, c) != self._places(rows, -1, g)
        )

    def _places(
        self, rows: Sequence[int] | np.ndarray, column: int, group: int | None = None
    ) -> frozenset[object]:
        """Which facilities serve, and where, in a version (-1: as it is)."""
        index = self._index(rows)
        return index.get((column, group if column < 0 else None), frozenset())

    def _index(self, rows: Sequence[int] | np.ndarray) -> dict[tuple[int, int | None], frozenset[object]]:
        key = tuple(int(r) for r in rows)
        if self._last[0] != key:
            found: dict[tuple[int, int | None], set[object]] = {}
            for r in key:
                c = int(self.column[r])
                point = self.frame.geometry.iloc[r]
                place = (self.real[r], None if point is None else point.wkb)
                found.setdefault((c, int(self.group[r]) if c < 0 else None), set()).add(place)
            self._last = key, {k: frozenset(v) for k, v in found.items()}
        return self._last[1]

    _last: tuple[tuple[int, ...], dict[tuple[int, int | None], frozenset[object]]] = ((), {})
