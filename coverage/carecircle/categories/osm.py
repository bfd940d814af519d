"""What a feature of OpenStreetMap is: by its tags, refined by its Chinese name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from carecircle.categories.terms import categories, descendants

KEYS = ("amenity", "healthcare", "emergency")
"""The tags that make a feature a facility."""
_CARE_HOME = "养老机构"
_PAST = ("disused", "abandoned", "demolished", "razed", "removed", "destroyed", "ruins", "was")
"""Words of OpenStreetMap's life cycle, each a tag or a prefix of one."""
_HISTORICAL = re.compile(r"[（(]\s*(historical|历史|已停用|已撤销)\s*[)）]\s*$", re.IGNORECASE)


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
    if named is not None and category in ("医院", "门诊部", "诊所", "社区卫生服务中心", _CARE_HOME):
        category = named
    roles = ("急救网络医院",) if tags.get("emergency") == "yes" and category in descendants("医院") else ()
    return category, roles


def is_past(tags: Mapping[str, str]) -> bool:
    """Whether a feature's tags or name say that it serves nobody any more.

    ``disused=yes`` and its like; ``disused:amenity=hospital`` beside ``amenity=hospital`` (beside another
    value it tells what was there before); a name that ends in ``(historical)``.
    """
    if any(tags.get(word) == "yes" for word in _PAST):
        return True
    now = {tags[key] for key in KEYS if key in tags}
    if any(tags.get(f"{word}:{key}") in now for word in _PAST for key in KEYS):
        return True
    names = (tags.get(key, "") for key in ("name", "name:en", "name:zh"))
    return any(_HISTORICAL.search(name) for name in names)


@cache
def _name_terms() -> list[tuple[str, str]]:
    """Terms that say what a facility is when its name ends with (or holds) them, longest first.

    None of a care home for the elderly: its clinic and its nursing hospital bear its name too.
    """
    named = [c for c in categories().values() if c.id != _CARE_HOME]
    terms = [(t, c.id) for c in named for t in (c.id, *c.aliases)]
    chinese = [(t, c) for t, c in terms if len(t) >= 3 and re.search("[一-鿿]", t)]
    return sorted(chinese, key=lambda pair: (-len(pair[0]), pair[0]))


def from_name(name: str) -> str | None:
    """The category a Chinese facility name tells (…社区卫生服务中心, …卫生院), or None."""
    plain = unicodedata.normalize("NFKC", name)
    return next((c for t, c in _name_terms() if unicodedata.normalize("NFKC", t) in plain), None)
