"""Who holds what: levels, ownership, designations and departments of facilities, known or not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from carecircle.categories.terms import departments, descendants, designations, fold, granting, owners, role

_LEVEL = re.compile(r"([一二三123])级?(特等|甲等|乙等|丙等|甲|乙|丙)?")
_ABOVE = ("及以上", "或以上", "以上")


@dataclass(frozen=True, order=True)
class Level:
    """A hospital's level (1-3) and grade (0 none, 1 丙, 2 乙, 3 甲, 4 特)."""

    level: int
    grade: int = 0


@cache
def level(text: object) -> Level | None:
    """Level and grade of ``三级甲等``, ``三甲``, ``二级`` ...; None for anything else."""
    found = _LEVEL.fullmatch(unicodedata.normalize("NFKC", str(text)).strip().removesuffix("医院"))
    if found is None:
        return None
    number = "一二三".find(found[1]) + 1 or int(found[1])
    grade = "丙乙甲特".find((found[2] or " ")[0]) + 1
    return Level(number, grade)


@cache
def ownership(text: object) -> str | None:
    """The kind of ownership that a word means (``区属`` is 县办), or None."""
    return _owner_index().get(fold(str(text)))


@cache
def _owner_index() -> dict[str, str]:
    return {fold(word): o.id for o in owners().values() for word in (*o.aliases, o.en, o.id)}


@cache
def _owners_above(owner: str) -> tuple[str, ...]:
    parent = owners()[owner].parent
    return () if parent is None else (parent, *_owners_above(parent))


def is_ownership(text: str) -> bool:
    """Whether a rule may ask for this ownership."""
    return text in owners() and owners()[text].asked


def is_role(text: str) -> bool:
    """Whether a rule may ask for this role: a designation, department, level or ownership word."""
    plain = text
    for ending in _ABOVE:
        plain = plain.removesuffix(ending)
    known = text in designations() or text in departments() or is_ownership(text)
    return known or level(plain) is not None


def holds(
    facility_roles: Collection[str], attributes: Mapping[str, Any], wanted: str, *, stated: bool = True
) -> bool | None:
    """Whether a facility holds a role; None where its table does not say.

    Parameters
    ----------
    facility_roles
        The facility's designations, in any known spelling.
    attributes
        Its attributes; ``level``, ``ownership`` and ``departments`` grant roles of their own.
    wanted
        A designation, a department, a level (``三级甲等`` exactly, ``三级`` any grade, ``二级及以上``
        that or more) or an ownership (公立, 政府办, 省办, 市办, 县办, 乡镇办, 社会办).
    stated
        Whether its table has a column of designations at all; without one the lack of a designation says
        nothing.
    """
    held = {role(r) or r for r in facility_roles} | _granted(attributes.get("ownership"))
    if wanted in held:
        return True
    if is_ownership(wanted):
        return _owned((attributes.get("ownership"), *facility_roles), wanted)
    ending = next((e for e in _ABOVE if wanted.endswith(e)), "")
    asked = level(wanted.removesuffix(ending))
    if asked is not None and wanted not in designations():
        return _levelled(attributes.get("level"), held, asked, bool(ending))
    if wanted in departments():
        named = attributes.get("departments")
        if _absent(named):
            return None
        held |= {role(n) or n for n in _names(named)}
    mark = attributes.get(granting().get(wanted, ""))
    if not _absent(mark):
        return bool(mark)
    known = {**designations(), **departments()}
    if wanted in held or any(wanted in known[h].implies for h in held if h in known):
        return True
    return False if stated or wanted not in designations() else None


def _granted(owner: Any) -> set[str]:
    """Designations that follow from who runs it (企业办: 大企业办)."""
    own = None if _absent(owner) else ownership(owner)
    return set() if own is None else set(owners()[own].implies)


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [n.strip() for n in re.split(r"[、,，;；|]", value) if n.strip()]
    return [str(v) for v in value]


def _owned(told: Iterable[Any], wanted: str) -> bool | None:
    """By what the table says of the owner, in its own column or among the designations."""
    own = {ownership(word) for word in told if not _absent(word)} - {None}
    answers = [_is_owner(str(o), wanted) for o in own]
    return True if True in answers else None if None in answers or not answers else False


def _is_owner(own: str, wanted: str) -> bool | None:
    """Whether one kind of ownership is another; None where it is the wider one."""
    if own == wanted or wanted in _owners_above(own):
        return True
    return None if own in _owners_above(wanted) else False


def _levelled(value: Any, held: set[str], asked: Level, or_more: bool) -> bool | None:
    own = None if _absent(value) else level(value)
    if own is None:
        own = max((found for h in held if (found := level(h)) is not None), default=None)
    if own is None:
        return None if _absent(value) else False
    if or_more:
        return own >= asked
    return own == asked if asked.grade else own.level == asked.level


def in_categories(facilities: pd.DataFrame, wanted: Iterable[str]) -> pd.Series:
    """Which facilities are open and of one of the categories (or of a narrower one); no category: any.

    Returns
    -------
    Series of bool
        On the index of ``facilities``.
    """
    open_ = facilities["status"] == "open"
    wanted = list(wanted)
    if not wanted:
        return open_.astype(bool)
    kinds = frozenset().union(*(descendants(c) for c in wanted))
    return (open_ & facilities["category"].isin(list(kinds))).astype(bool)


def roles_held(facilities: pd.DataFrame, wanted: Iterable[str]) -> pd.Series:
    """For each facility True (holds every role), False (lacks one) or None (its table does not say)."""

    def answer(designated: Any, attributes: Any, stated: bool) -> bool | None:
        answers = [holds(designated or (), attributes or {}, w, stated=stated) for w in roles]
        if False in answers:
            return False
        return None if None in answers else True

    roles = list(wanted)
    rows = zip(facilities["designations"], facilities["attributes"], stated_in(facilities), strict=True)
    return pd.Series([answer(*row) for row in rows], index=facilities.index, dtype=object)


def stated_in(facilities: pd.DataFrame) -> list[bool]:
    """For each facility whether its table has a column of designations; a frame that does not say: yes."""
    if "roles_stated" not in facilities:
        return [True] * len(facilities)
    return [bool(s) if isinstance(s, bool | np.bool_) else True for s in facilities["roles_stated"]]


def select(facilities: pd.DataFrame, categories: Iterable[str], designations: Iterable[str]) -> pd.Series:
    """Which facilities a rule speaks of: open, of a category or a narrower one, holding every designation.

    A facility whose table does not say whether it holds a level or ownership does not count.

    Parameters
    ----------
    facilities
        With columns ``category``, ``designations``, ``attributes`` and ``status``.
    categories
        Canonical categories; none means any.
    designations
        Designations, departments, levels or ownership, each of which must be held.

    Returns
    -------
    Series of bool
        On the index of ``facilities``.
    """
    return in_categories(facilities, categories) & (roles_held(facilities, designations) == True)  # noqa: E712
