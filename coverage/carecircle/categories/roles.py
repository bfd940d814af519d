"""Who holds what: levels, ownership, designations and departments of facilities, known or not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

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


@cache
def is_ownership(text: str) -> bool:
    """Whether a rule may ask for this ownership."""
    return text in owners() and owners()[text].asked


@cache
def is_role(text: str) -> bool:
    """Whether a rule may ask for this role: a designation, department, level or ownership word."""
    plain = text
    for ending in _ABOVE:
        plain = plain.removesuffix(ending)
    known = text in designations() or text in departments() or is_ownership(text)
    return known or level(plain) is not None


def holds(
    facility_roles: Collection[str], attributes: Mapping[str, Any], wanted: str,
    *, told: Collection[str] | None = None,
) -> bool | None:  # fmt: skip
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
    told
        The designations and departments that its list speaks of: of another the lack of a word says nothing.
        None: of every one.
    """
    held = _closure(facility_roles) if facility_roles else set()
    if attributes.get("ownership") is not None:
        held |= _granted(attributes["ownership"])
    if wanted in held:
        return True
    if is_ownership(wanted):
        return _owned((attributes.get("ownership"), *facility_roles), wanted)
    asked = _level_asked(wanted)
    if asked is not None:
        return _levelled(attributes.get("level"), held, *asked)
    if wanted in departments():
        return _has_department(attributes.get("departments"), held, wanted, told)
    mark = attributes.get(granting().get(wanted, ""))
    if not _absent(mark):
        return bool(mark)
    return False if _denied(wanted, held, attributes) else _unsaid(wanted, held, told)


@cache
def _level_asked(wanted: str) -> tuple[Level, bool] | None:
    """The level that a role is, and whether a higher one will do (二级及以上); None for other roles."""
    ending = next((e for e in _ABOVE if wanted.endswith(e)), "")
    asked = None if wanted in designations() else level(wanted.removesuffix(ending))
    return None if asked is None else (asked, bool(ending))


def _unsaid(wanted: str, held: set[str], told: Collection[str] | None) -> bool | None:
    """What it means that a list does not say that a facility holds a role: it, or what it implies."""
    return False if told is None or (implied(wanted) - held) & set(told) else None


def _has_department(named: Any, held: set[str], wanted: str, told: Collection[str] | None) -> bool | None:
    """By the departments that its table names; an empty list of them says that it has none."""
    if _absent(named):
        return None if told is None else _unsaid(wanted, held, told)
    own = held | _closure(_names(named))
    return wanted in own or (False if not len(named) else _unsaid(wanted, own, told))


@cache
def implied(held: str) -> frozenset[str]:
    """A role with everything that whoever holds it holds too, step by step."""
    known = {**designations(), **departments()}
    found, new = {held}, {held}
    while new:
        new = {more for one in new if one in known for more in known[one].implies} - found
        found |= new
    return frozenset(found)


def _closure(words: Iterable[str]) -> set[str]:
    """The roles that words of a table mean, in any known spelling, with everything that they imply."""
    return {held for word in words for held in implied(role(word) or word)}


def _denied(wanted: str, held: set[str], attributes: Mapping[str, Any]) -> bool:
    """Whether what a facility is said to be leaves no room for a role: another rank, another owner."""
    known = designations()
    scale = known[wanted].scale if wanted in known else ""
    if scale and any(known[h].scale == scale for h in held if h in known):
        return True
    by_owner = _granted_by().get(wanted, ())
    return bool(by_owner) and all(_owned((attributes.get("ownership"),), o) is False for o in by_owner)


@cache
def _granted_by() -> Mapping[str, tuple[str, ...]]:
    """The kinds of ownership that grant a designation, by the designation."""
    every = {role for owner in owners().values() for role in owner.implies}
    return {role: tuple(o.id for o in owners().values() if role in o.implies) for role in every}


def spoken_of(
    designated: Iterable[Collection[str] | None], attributes: Iterable[Any]
) -> tuple[frozenset[str], frozenset[str]]:
    """The designations and departments that some row of a list holds: of these its other rows speak too.

    Parameters
    ----------
    designated
        The designations of every row, in any known spelling.
    attributes
        The attributes of every row.

    Returns
    -------
    tuple of frozenset of str
        For `holds`: of a row whose departments are named, and of one where they are left blank.
    """
    found: set[str] = set()
    named: set[str] = set()
    marks = granting()
    for words, told in zip(designated, attributes, strict=True):
        own = told or {}
        found |= _closure(words or ())
        found.update(r for r, mark in marks.items() if not _absent(own.get(mark)) and bool(own[mark]))
        if not _absent(own.get("departments")):
            named |= _closure(_names(own["departments"]))
    known = {*designations(), *departments()}
    return frozenset((found | named) & known), frozenset(found & known)


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
    """For each facility True (holds every role), False (lacks one) or None (its list does not say)."""

    def answer(designated: Any, attributes: Any, told: Collection[str] | None) -> bool | None:
        answers = [holds(designated or (), attributes or {}, w, told=told) for w in roles]
        if False in answers:
            return False
        return None if None in answers else True

    roles = list(wanted)
    rows = zip(facilities["designations"], facilities["attributes"], told_in(facilities), strict=True)
    return pd.Series([answer(*row) for row in rows], index=facilities.index, dtype=object)


def told_in(facilities: pd.DataFrame) -> list[frozenset[str] | None]:
    """For each facility the roles that its list speaks of (None: of all); a frame that does not say: all."""
    if "roles_told" not in facilities:
        return [None] * len(facilities)
    return [told if isinstance(told, frozenset) else None for told in facilities["roles_told"]]


def select(facilities: pd.DataFrame, categories: Iterable[str], designations: Iterable[str]) -> pd.Series:
    """Which facilities a rule speaks of: open, of a category or a narrower one, holding every designation.

    A facility whose list does not say whether it holds a role does not count.

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
