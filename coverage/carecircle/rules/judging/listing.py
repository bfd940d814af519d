"""What a list of facilities can hold: absence of a row is absence only where its source would show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from carecircle import categories
from carecircle.categories import FacilitySet

if TYPE_CHECKING:
    from carecircle.study import Study


@dataclass(frozen=True)
class Listing:
    """One source of facilities: the categories of its rows, and what it is said to be complete for.

    Parameters
    ----------
    present
        Categories of its rows, whatever their status and side of the boundary.
    tagged
        Whether it is an OpenStreetMap extract: it can only hold what tags express.
    complete
        Categories it is stated to be complete for, narrower ones included; None: all.
    roles
        Roles it is stated to be complete for: whoever holds one stands in it.
    """

    present: frozenset[str]
    tagged: bool = False
    complete: frozenset[str] | None = frozenset()
    roles: frozenset[str] = frozenset()

    def lacks(self, kinds: Sequence[str]) -> tuple[str, ...]:
        """The categories of which the absence of a row says nothing here.

        A list speaks of a category that it has rows of; of a wide one (基层医疗卫生机构) where it has rows
        of several kinds, or of other kinds of the same family. An extract speaks of what its tags express.
        """
        if self.complete is None:
            return ()
        open_ = [kind for kind in kinds if kind not in self.complete]
        lacking = tuple(kind for kind in open_ if not self._speaks_of(kind))
        some = self.present & categories.kinds_of(open_)
        if lacking and some and not self.tagged and len(self.present & _family(open_)) > 1:
            return ()
        return lacking

    def _speaks_of(self, kind: str) -> bool:
        narrower = categories.descendants(kind)
        rows = self.present & narrower
        if self.tagged:
            return bool(rows) and bool(categories.categories()[kind].osm)
        return kind in rows or len(rows) > 1 or (bool(rows) and len(narrower) == 1)


def _family(kinds: Iterable[str]) -> frozenset[str]:
    """Everything of the branches (hospitals, primary care, public health) that these categories are of."""
    tops = set()
    for kind in kinds:
        above = sorted(categories.broader(kind), key=lambda c: len(categories.broader(c)))
        tops.add((*above, kind)[1] if len(above) > 1 else kind)
    return categories.kinds_of(tops)


def listings(study: Study, facilities: pd.DataFrame) -> list[Listing]:
    """Every source of a study with what its rows are; rows of a scenario are of no source.

    Frames that no source of the study wrote are taken as one table.
    """
    files = facilities["source"] if "source" in facilities else pd.Series(None, index=facilities.index)
    trial = facilities["trial"].astype(bool) if "trial" in facilities else pd.Series(False, facilities.index)
    present: dict[str, set[str]] = {}
    for category, file in zip(facilities["category"], files, strict=True):
        present.setdefault(str(file), set()).add(str(category))
    found = [
        Listing(
            frozenset(present.get(source.path.name, ())),
            source.format == "osm",
            *_stated(source.complete),
        )
        for source in study.facility_sources
    ]
    known = {source.path.name for source in study.facility_sources}
    rest = facilities["category"][~files.isin(list(known)) & ~trial]
    return [*found, Listing(frozenset(rest))] if len(rest) else found


def _stated(complete: bool | tuple[str, ...]) -> tuple[frozenset[str] | None, frozenset[str]]:
    """The categories (None: all) and the roles that a list is stated to be complete for."""
    if isinstance(complete, bool):
        return (None if complete else frozenset()), frozenset()
    kinds = [term for term in complete if term in categories.categories()]
    return categories.kinds_of(kinds), frozenset(complete) - set(kinds)


def told_of_some(
    told: frozenset[str] | None, designations: Collection[str] | None, attributes: Mapping[str, Any] | None
) -> frozenset[str] | None:
    """The roles that a table of only some facilities speaks of: one without any designation may hold any.

    Parameters
    ----------
    told
        The roles that it would speak of if it listed all; None: every one.
    designations, attributes
        Of the row.

    Returns
    -------
    frozenset of str or None
        For `carecircle.categories.holds`.
    """
    if designations:
        return told
    named = frozenset(categories.departments()) if "departments" in (attributes or {}) else frozenset()
    return named if told is None else told & named


def unlisted(lists: Sequence[Listing], wanted: FacilitySet) -> tuple[str, ...]:
    """Categories of a set of which no list tells whether there are more.

    Parameters
    ----------
    lists
        From `listings`.
    wanted
        The facilities asked for.

    Returns
    -------
    tuple of str
        Empty where the absence of a row is absence.
    """
    if any(one.complete is None for one in lists):
        return ()
    found: dict[str, None] = {}
    stated = frozenset().union(*(one.roles for one in lists))
    for kinds, roles in wanted.parts:
        if any(stated & categories.implied(role) for role in roles):
            continue
        asked = tuple(k for k in kinds if k not in wanted.without)
        if not asked:
            several = sum(len(one.present) for one in lists if not one.tagged) > 1
            found.update({} if several else {_ALL: None})
            continue
        answers = [one.lacks(asked) for one in lists]
        if () not in answers:
            found.update(dict.fromkeys(k for k in asked if all(k in a for a in answers) or not answers))
    return tuple(found)


_ALL = "医疗卫生机构"
