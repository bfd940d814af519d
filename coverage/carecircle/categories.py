"""Facility categories in the plans' own terms: spellings, hierarchy, roles, levels, attributes, OSM tags."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import pandas as pd

from carecircle.texts import Language

AttributeType = Literal["number", "mark", "level", "ownership", "names"]
OWNERSHIP: Mapping[str, str] = {"政府办": "government", "公立": "public", "社会办": "private"}
"""Ownership as a role: 政府办 (run by government), 公立 (government or other public), 社会办 (private)."""

_OWNERSHIP_WORDS = {
    "government": ("government", "政府办", "政府", "政府举办", "县办", "区属", "市办"),
    "public": ("public", "公立", "国有", "企业办", "集体"),
    "private": ("private", "社会办", "民营", "私立", "非公立", "个体", "社会力量"),
}
_LEVEL = re.compile(r"([一二三123])级?(特等|甲等|乙等|丙等|甲|乙|丙)?")
_ABOVE = ("及以上", "或以上", "以上")


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
    """

    id: str
    en: str
    parent: str | None
    aliases: tuple[str, ...]
    osm: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Role:
    """A designation or a department: what a facility holds beside its category."""

    id: str
    en: str
    aliases: tuple[str, ...]
    implies: tuple[str, ...]


@dataclass(frozen=True)
class Attribute:
    """A column of a facility table (or of an areas file) that rules may ask for."""

    id: str
    type: AttributeType
    zh: str
    en: str
    aliases: tuple[str, ...]

    def label(self, language: Language) -> str:
        """The column's name in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, order=True)
class Level:
    """A hospital's level (1-3) and grade (0 none, 1 丙, 2 乙, 3 甲, 4 特)."""

    level: int
    grade: int = 0


@cache
def _data() -> dict[str, Any]:
    text = (resources.files("carecircle") / "categories.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def categories() -> Mapping[str, Category]:
    """Every category, by its id."""
    return {
        name: Category(
            name, c["en"], c.get("parent"), tuple(c.get("aliases", ())), tuple(c.get("osm", ()))
        )
        for name, c in _data()["categories"].items()
    }  # fmt: skip


def _roles(table: str) -> dict[str, Role]:
    return {
        name: Role(name, r["en"], tuple(r["aliases"]), tuple(r.get("implies", ())))
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
        name: Attribute(name, a["type"], a["zh"], a["en"], tuple(a["aliases"]))
        for name, a in _data()[table].items()
    }


@cache
def attributes() -> Mapping[str, Attribute]:
    """Every facility attribute, by its id."""
    return _attributes("attributes")


@cache
def area_attributes() -> Mapping[str, Attribute]:
    """Every mark or figure of an area that rules may ask for, by its id."""
    return _attributes("area_attributes")


def _fold(text: str) -> str:
    """A spelling without what does not matter: width, case, spaces, kind of bracket, hyphen or underscore."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return re.sub(r"[\s_\-—–~～/]+", "", folded)


def _index(entries: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    index: dict[str, str] = {}
    pairs = [(name, tuple(spellings)) for name, spellings in entries]
    for name, _ in pairs:
        index[_fold(name)] = name
    for name, spellings in pairs:
        for spelling in spellings:
            index.setdefault(_fold(spelling), name)
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
    """The category a spelling means, or None."""
    return _category_index().get(_fold(text))


def nearest(text: str) -> str | None:
    """The known category most like an unknown spelling, for "did you mean", or None."""
    folded = _fold(text)
    index = _category_index()
    inside = [known for known in index if len(known) > 1 and known in folded]
    if inside:
        return index[max(inside, key=len)]
    close = difflib.get_close_matches(folded, list(index), n=1, cutoff=0.5)
    return index[close[0]] if close else None


@cache
def role(text: str) -> str | None:
    """The designation or department a spelling means, or None."""
    return _role_index().get(_fold(text))


def attribute(header: str) -> str | None:
    """The facility attribute a table's header means, or None."""
    return _attribute_index("attributes").get(_fold(header))


def area_attribute(header: str) -> str | None:
    """The area attribute a header (or a totals row's attribute) means, or None."""
    return _attribute_index("area_attributes").get(_fold(header))


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
    """``government``, ``public`` or ``private`` for the common words, or None."""
    folded = _fold(str(text))
    return next((k for k, words in _OWNERSHIP_WORDS.items() if folded in map(_fold, words)), None)


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


def label(category: str, language: Language = "zh") -> str:
    """A category's or a role's name in one language; an unknown term stands for itself."""
    if language == "zh":
        return category
    for table in (categories(), designations(), departments()):
        if category in table:
            return str(table[category].en)
    words = {"政府办": "government-run", "公立": "public", "社会办": "private"}
    return words.get(category, category)


def is_role(text: str) -> bool:
    """Whether a rule may ask for this role: a designation, department, level or ownership word."""
    plain = text
    for ending in _ABOVE:
        plain = plain.removesuffix(ending)
    known = text in designations() or text in departments() or text in OWNERSHIP
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
        that or more) or an ownership (政府办, 公立, 社会办).
    stated
        Whether its table has a column of designations at all; without one the lack of a designation says
        nothing.
    """
    held = {role(r) or r for r in facility_roles}
    if wanted in held:
        return True
    if wanted in OWNERSHIP:
        return _owned(attributes.get("ownership"), wanted)
    ending = next((e for e in _ABOVE if wanted.endswith(e)), "")
    asked = level(wanted.removesuffix(ending))
    if asked is not None and wanted not in designations():
        return _levelled(attributes.get("level"), held, asked, bool(ending))
    if wanted in departments():
        named = attributes.get("departments")
        if _absent(named):
            return None
        held |= {role(n) or n for n in _names(named)}
    known = {**designations(), **departments()}
    if wanted in held or any(wanted in known[h].implies for h in held if h in known):
        return True
    return False if stated or wanted not in designations() else None


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [n.strip() for n in re.split(r"[、,，;；|]", value) if n.strip()]
    return [str(v) for v in value]


def _owned(value: Any, wanted: str) -> bool | None:
    owner = None if _absent(value) else ownership(value)
    if owner is None:
        return None
    return owner in {"公立": ("government", "public")}.get(wanted, (OWNERSHIP[wanted],))


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

    Returns
    -------
    Series of bool
        On the index of ``facilities``.
    """
    return in_categories(facilities, categories) & (roles_held(facilities, designations) == True)  # noqa: E712


def from_osm_tags(tags: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """Category and designations of an OpenStreetMap feature, or None for something else.

    The most specific tag set wins; a Chinese name that carries a narrower category's own term
    (…社区卫生服务中心, …卫生院) refines it.
    """
    fits = [
        (len(wanted), category.id)
        for category in categories().values()
        for wanted in category.osm
        if all(tags.get(key) == value for key, value in wanted.items())
    ]
    if not fits:
        return None
    category = max(fits, key=lambda fit: fit[0])[1]
    named = from_name(tags.get("name:zh") or tags.get("name") or "")
    if named is not None and category in ("医院", "门诊部", "诊所", "社区卫生服务中心"):
        category = named
    roles = ("急救网络医院",) if tags.get("emergency") == "yes" and category in descendants("医院") else ()
    return category, roles


@cache
def _name_terms() -> list[tuple[str, str]]:
    """Terms that say what a facility is when its name ends with (or holds) them, longest first."""
    terms = [(t, c.id) for c in categories().values() for t in (c.id, *c.aliases)]
    chinese = [(t, c) for t, c in terms if len(t) >= 3 and re.search("[一-鿿]", t)]
    return sorted(chinese, key=lambda pair: (-len(pair[0]), pair[0]))


def from_name(name: str) -> str | None:
    """The category a Chinese facility name tells (…社区卫生服务中心, …卫生院), or None."""
    plain = unicodedata.normalize("NFKC", name)
    return next((c for t, c in _name_terms() if unicodedata.normalize("NFKC", t) in plain), None)
