"""What a list of facilities says of a role by leaving it out: only of roles that it can be seen to hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from carecircle import categories
from carecircle.study import Facilities

_COLUMN = "*"
"""Among the roles of a row while the lists are put together: its table has a column of them."""


def roles_told(
    frame: pd.DataFrame, source: Facilities, said_none: Sequence[bool], *, has_column: bool
) -> list[frozenset[str] | None]:
    """For each row of a table the roles of which a blank says that the facility holds them not.

    Parameters
    ----------
    frame
        As read, with ``category``, ``designations`` and ``attributes``.
    source
        What the study file says of the table: whether it is complete, and for what.
    said_none
        Whether the row says itself that it holds none (无).
    has_column
        Whether the table has a column of designations at all.

    Returns
    -------
    list
        Those that some row of the table holds; None, every one, where the row says none, or the table has the
        column and is complete (for the row's category).
    """
    spoken, without_departments = categories.spoken_of(frame["designations"], frame["attributes"])
    whole = _whole(source.complete) if has_column else frozenset()
    if has_column:
        spoken, without_departments = spoken | {_COLUMN}, without_departments | {_COLUMN}

    def of_row(kind: str, attributes: Mapping[str, object], none: bool) -> frozenset[str] | None:
        if none or whole is None or kind in whole:
            return None
        return spoken if "departments" in attributes else without_departments

    rows = zip(frame["category"], frame["attributes"], said_none, strict=True)
    return [of_row(*row) for row in rows]


def with_roles_named(facilities: gpd.GeoDataFrame, sources: Iterable[Facilities]) -> gpd.GeoDataFrame:
    """The facilities of all lists: where one list is complete for a role, whoever lacks it in any has it not.

    Parameters
    ----------
    facilities
        With ``roles_told`` of each list by itself.
    sources
        Every list of the study.

    Returns
    -------
    GeoDataFrame
        The same rows.
    """
    named = frozenset(r for s in sources if not isinstance(s.complete, bool) for r in s.complete)
    named -= set(categories.categories())
    of_lists = categories.told_in(facilities)
    departments = ["departments" in (a or {}) for a in facilities["attributes"]]
    by_all = {d: _spoken_by_all(of_lists, departments, among=d) for d in (False, True)}

    def of_row(own: frozenset[str] | None, has_departments: bool) -> frozenset[str] | None:
        if own is None:
            return None
        return (own | named | (by_all[has_departments] if _COLUMN in own else frozenset())) - {_COLUMN}

    told = [of_row(*row) for row in zip(of_lists, departments, strict=True)]
    return facilities.assign(roles_told=pd.Series(told, index=facilities.index, dtype=object))


def _spoken_by_all(
    of_lists: Sequence[frozenset[str] | None], departments: Sequence[bool], *, among: bool
) -> frozenset[str]:
    """Roles that some list with a column of them is seen to hold: one list in many files is one list."""
    rows = zip(of_lists, departments, strict=True)
    return frozenset().union(*(t for t, d in rows if t is not None and _COLUMN in t and d <= among))


def _whole(complete: bool | Collection[str]) -> frozenset[str] | None:
    """The categories that a list is complete for; None: all."""
    if isinstance(complete, bool):
        return None if complete else frozenset()
    return categories.kinds_of(c for c in complete if c in categories.categories())
