"""What a feature of OpenStreetMap is: by its tags, refined by its Chinese name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from carecircle.categories.terms import categories, descendants


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
