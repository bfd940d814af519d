"""The catalogue of terms: categories, designations, departments and attributes, with their spellings."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from carecircle.texts import Language

AttributeType = Literal["number", "mark", "level", "ownership", "names", "text"]


@dataclass(frozen=True)
class Category:
    """One kind of facility.

    Parameters
    ----------
    id
        The plans' own Chinese term.
    en
        English label.
    parent
        The wider category, or None.
    aliases
        Other spellings in either language.
    osm
        OpenStreetMap tag sets; a facility fits when it has every tag of one set.
    raised
        The parent's plain kind raised by rank: a table that marks some means plain ones by the parent.
    """

    id: str
    en: str
    parent: str | None
    aliases: tuple[str, ...]
    osm: tuple[Mapping[str, str], ...]
    raised: bool = False


@dataclass(frozen=True)
class Role:
    """A designation or a department: what a facility holds beside its category."""

    id: str
    en: str
    aliases: tuple[str, ...]
    implies: tuple[str, ...]
    scale: str = ""
    """Of the roles of one scale (``rank``) a facility holds one: another says that it is not this."""


@dataclass(frozen=True)
class Owner:
    """Who runs a facility, and the wider kind that this is one of (县办 is 政府办, 政府办 is 公立)."""

    id: str
    en: str
    parent: str | None
    aliases: tuple[str, ...]
    asked: bool
    """Whether a rule may ask for it."""
    implies: tuple[str, ...] = ()
    """Designations that whatever it runs holds (企业办: 大企业办)."""


@dataclass(frozen=True)
class Attribute:
    """A column of a facility table (or of an areas file) that rules may ask for."""

    id: str
    type: AttributeType
    zh: str
    en: str
    aliases: tuple[str, ...]
    borne_by: tuple[str, ...] = ()
    """Facilities of these categories have such a figure; blank of any other means none. Empty: any may."""
    grants: str = ""
    """The designation that a facility marked so holds, and one marked otherwise does not."""
    unit: str = ""
    """What it counts: ``beds``, ``people``, ``devices``, ``vehicles``, ``places``, ``days``; empty: a plain
    number."""
    exact: bool = False
    """A cell that is no number is an error, not a figure that is unknown."""
    whole: bool = False
    """So is a number with a fraction."""
    most: float = math.inf
    """So is a number above this one."""

    def label(self, language: Language) -> str:
        """The column's name in one language."""
        return self.zh if language == "zh" else self.en


_LEVEL = re.compile("([一二三])级([特甲乙丙丁]等)?(及以上|或以上|以上)?")
_GRADES = {"特等": "S", "甲等": "A", "乙等": "B", "丙等": "C", "丁等": "D"}


@cache
def _data() -> dict[str, Any]:
    text = (resources.files("carecircle") / "categories.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def categories() -> Mapping[str, Category]:
    """Every category, by its id."""
    return {
        name: Category(
            name, c["en"], c.get("parent"), tuple(c.get("aliases", ())), tuple(c.get("osm", ())),
            bool(c.get("raised", False)),
        )
        for name, c in _data()["categories"].items()
    }  # fmt: skip


def _roles(table: str) -> dict[str, Role]:
    return {
        name: Role(name, r["en"], tuple(r["aliases"]), tuple(r.get("implies", ())), r.get("scale", ""))
        for name, r in _data()[table].items()
    }


@cache
def designations() -> Mapping[str, Role]:
    """Every designation (卒中中心, 次中心 ...), by its id. Levels and ownership are granted by attributes."""
    return _roles("designations")


@cache
def departments() -> Mapping[str, Role]:
    """Every department the plans ask for, by its id."""
    return _roles("departments")


def _attributes(table: str) -> dict[str, Attribute]:
    return {
        name: Attribute(
            name, a["type"], a["zh"], a["en"], tuple(a["aliases"]), tuple(a.get("borne_by", ())),
            a.get("grants", ""), a.get("unit", ""), a.get("exact", False), a.get("whole", False),
            a.get("most", math.inf),
        )
        for name, a in _data()[table].items()
    }  # fmt: skip


@cache
def granting() -> Mapping[str, str]:
    """The mark that grants a designation, by the designation."""
    return {a.grants: a.id for a in attributes().values() if a.grants}


@cache
def attributes() -> Mapping[str, Attribute]:
    """Every facility attribute, by its id."""
    return _attributes("attributes")


@cache
def area_attributes() -> Mapping[str, Attribute]:
    """Every mark or figure of an area that rules may ask for, by its id."""
    return _attributes("area_attributes")


def fold(text: str) -> str:
    """A spelling without what does not matter: width, case, spaces, kind of bracket, hyphen or underscore."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return re.sub(r"[\s_\-—–~～/]+", "", folded)


def _index(entries: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    index: dict[str, str] = {}
    pairs = [(name, tuple(spellings)) for name, spellings in entries]
    for name, _ in pairs:
        index[fold(name)] = name
    for name, spellings in pairs:
        for spelling in spellings:
            index.setdefault(fold(spelling), name)
    return index


@cache
def _category_index() -> dict[str, str]:
    return _index((c.id, (*c.aliases, c.en)) for c in categories().values())


@cache
def _role_index() -> dict[str, str]:
    roles = [*designations().values(), *departments().values()]
    return _index((r.id, (*r.aliases, r.en)) for r in roles)


@cache
def _attribute_index(table: str) -> dict[str, str]:
    specs = attributes() if table == "attributes" else area_attributes()
    return _index((a.id, (a.zh, a.en, *a.aliases)) for a in specs.values())


@cache
def canonical(text: str) -> str | None:
    """The category a spelling means, or None.

    Parameters
    ----------
    text
        In Chinese or English, whatever its width, case and brackets.

    Returns
    -------
    str or None
        The plans' own term.
    """
    return _category_index().get(fold(text))


def nearest(text: str) -> str | None:
    """The known category most like an unknown spelling, for "did you mean", or None."""
    folded = fold(text)
    index = _category_index()
    inside = [known for known in index if len(known) > 1 and known in folded]
    if inside:
        return index[max(inside, key=len)]
    close = difflib.get_close_matches(folded, list(index), n=1, cutoff=0.5)
    return index[close[0]] if close else None


@cache
def role(text: str) -> str | None:
    """The designation or department a spelling means, or None."""
    return _role_index().get(fold(text))


@cache
def attribute(header: str) -> str | None:
    """The facility attribute a table's header means, or None."""
    return _attribute_index("attributes").get(fold(header))


@cache
def area_attribute(header: str) -> str | None:
    """The area attribute a header (or a totals row's attribute) means, or None."""
    return _attribute_index("area_attributes").get(fold(header))


@cache
def descendants(category: str) -> frozenset[str]:
    """A category with everything that is one of it (a 中心卫生院 is a 乡镇卫生院).

    Raises
    ------
    KeyError
        If the category is not canonical.
    """
    known = categories()
    found = {known[category].id}
    while True:
        more = {c.id for c in known.values() if c.parent in found} - found
        if not more:
            return frozenset(found)
        found |= more


@cache
def owners() -> Mapping[str, Owner]:
    """Every kind of ownership, by its id."""
    return {
        name: Owner(
            name, o["en"], o.get("parent"), tuple(o["aliases"]), bool(o.get("asked", True)),
            tuple(o.get("implies", ())),
        )
        for name, o in _data()["ownership"].items()
    }  # fmt: skip


@cache
def broader(category: str) -> frozenset[str]:
    """Every category that a category is one of, itself not among them (a 中医医院 is a 医院).

    Raises
    ------
    KeyError
        If the category is not canonical.
    """
    found: set[str] = set()
    parent = categories()[category].parent
    while parent is not None:
        found.add(parent)
        parent = categories()[parent].parent
    return frozenset(found)


def label(category: str, language: Language = "zh") -> str:
    """A category's or a role's name in one language; an unknown term stands for itself.

    Parameters
    ----------
    category
        A canonical category, designation, department or ownership.
    language
        ``zh`` or ``en``.

    Returns
    -------
    str
        In Chinese the plans' own term.
    """
    if language == "zh":
        return category
    for table in (categories(), designations(), departments()):
        if category in table:
            return str(table[category].en)
    if category in _data()["ownership"]:
        return str(_data()["ownership"][category]["en"])
    level = _LEVEL.fullmatch(category)
    if level is None:
        return category
    rank, grade, above = level.groups()
    said = f"level {'一二三'.index(rank) + 1}{_GRADES.get(grade or '', '')}"
    return f"{said} or above" if above else said
