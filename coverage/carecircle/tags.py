"""What OpenStreetMap's words say of a road: lists, one-way words, directions, seasons.

A value is read lower-cased and trimmed; a list (``agricultural;forestry``) says several things at once. What
is not understood is named by `unread`, so that nobody takes silence for an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

SEASON = "season"
"""The word that stands for a condition which closes a road for a part of the year."""
Direction = Literal["forward", "backward"]

_ALONG = frozenset({"yes", "true", "1"})
_AGAINST = frozenset({"-1", "reverse"})
_BOTH = frozenset({"no", "false", "0"})
_BY_THE_HOUR = frozenset({"reversible"})
_ALTERNATING = frozenset({"alternating"})
_IN_SEASON = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|winter|summer|spring|autumn|fall|snow|ice|icy|wet|rain"
    r"|flood|easter)",
)
_CLAUSE = re.compile(r"([^@;]+)@\s*(\([^)]*\)|[^;]*)")


def values(value: object) -> tuple[str, ...]:
    """The words of a tag's value, in its order; empty where there is none.

    Parameters
    ----------
    value
        Of one tag; ``;`` and ``|`` divide a list.
    """
    if value is None:
        return ()
    words = (word.strip().lower() for word in re.split(r"[;|]", str(value)))
    return tuple(word for word in words if word)


def directions(tags: Mapping[str, Any], keys: Sequence[str], *, implied: bool = False) -> tuple[bool, bool]:
    """Whether a road may be used along and against the direction in which it is drawn.

    Parameters
    ----------
    tags
        Of the road.
    keys
        One-way tags that bind, the most specific first: the first present decides.
    implied
        Whether the road is one-way where no tag says so.
    """
    found = next((values(tags[k]) for k in keys if values(tags.get(k))), ("yes",) if implied else ())
    if any(word in _BY_THE_HOUR for word in found):
        return False, False
    return (
        not any(word in _AGAINST for word in found),
        not any(word in _ALONG for word in found),
    )


def admitting(tags: Mapping[str, Any], keys: Sequence[str], way: Direction) -> tuple[str, ...]:
    """The words that decide who may use a road in one direction; empty where none does.

    Parameters
    ----------
    tags
        Of the road.
    keys
        Access tags that bind, the most specific first: the first present decides, its ``:forward`` or
        ``:backward`` before itself.
    way
        Along or against the direction in which the road is drawn.

    Returns
    -------
    tuple of str
        ``("season",)`` where the deciding tag closes the road for a part of the year.
    """
    for key in keys:
        if in_season(tags, key):
            return (SEASON,)
        for name in (f"{key}:{way}", key):
            words = values(tags.get(name))
            if words:
                return words
    return ()


def in_season(tags: Mapping[str, Any], key: str) -> bool:
    """Whether a condition on an access tag closes a road for a part of the year.

    Parameters
    ----------
    tags
        Of the road.
    key
        The access tag without its ``:conditional``.
    """
    return any(closed and season for closed, season in _conditions(tags.get(f"{key}:conditional")))


def unread(
    tags: Mapping[str, Any], oneway: Sequence[str], access: Sequence[str], known: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Keys and values that nothing here understands.

    Parameters
    ----------
    tags
        Of one road.
    oneway, access
        The keys that bind a mode.
    known
        Access words that have a meaning.
    """
    understood = _ALONG | _AGAINST | _BOTH | _BY_THE_HOUR | _ALTERNATING
    for key in oneway:
        yield from ((key, word) for word in values(tags.get(key)) if word not in understood)
    for key in access:
        for name in (key, f"{key}:forward", f"{key}:backward"):
            yield from ((name, word) for word in values(tags.get(name)) if word not in known)
        conditional = tags.get(f"{key}:conditional")
        if conditional and not any(season for _, season in _conditions(conditional)):
            yield f"{key}:conditional", str(conditional)


def _conditions(value: object) -> Iterator[tuple[bool, bool]]:
    """Of each ``value @ (condition)``: whether it closes, and whether for a part of the year."""
    for word, condition in _CLAUSE.findall("" if value is None else str(value).lower()):
        yield word.strip() in ("no", "private"), bool(_IN_SEASON.search(condition))
