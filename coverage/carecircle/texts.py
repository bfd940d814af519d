"""Every sentence the tool itself says, in Chinese and English, looked up by key.

Sentences live in ``wording/<room>.toml``: one table a sentence, both languages side by side, with
``{name}`` placeholders. A sentence is addressed as ``"<room>.<name>"``. Where a number decides the form of
a word, ``{count:facility lies|facilities lie}`` lists the forms, in the order of the language's plural
categories (`plurals`). Quotations from plans and names from the planner's files are facts, not wording, and
are never translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal, get_args

from carecircle import plain_toml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_CHOICE = re.compile(r"\{(\w+):([^{}]*\|[^{}]*)\}")
_ORDER = ("zero", "one", "two", "few", "many", "other")


@cache
def wording() -> Mapping[str, Mapping[str, str]]:
    """All sentences: key ``"room.name"`` -> language -> template."""
    sentences: dict[str, dict[str, str]] = {}
    folder = resources.files("carecircle") / "wording"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        room = entry.name.removesuffix(".toml")
        for name, forms in plain_toml.loads(entry.read_text(encoding="utf-8")).items():
            sentences[f"{room}.{name}"] = forms
    return sentences


def bring(words: Mapping[str, Mapping[str, str]]) -> None:
    """Add sentences from outside by key, as a rule kind that is registered brings its own."""
    known = wording()
    assert isinstance(known, dict)  # read once, then kept
    known.update(words)


@cache
def plurals(language: Language) -> tuple[str, ...]:
    """The plural categories of a language, in the order in which a sentence lists its forms.

    Parameters
    ----------
    language
        ``zh`` or ``en``.

    Returns
    -------
    tuple of str
        As the Unicode CLDR names them: ``("one", "other")`` in English, ``("other",)`` in Chinese.
    """
    from babel import Locale

    tags = {*Locale(language).plural_form.tags, "other"}
    return tuple(tag for tag in _ORDER if tag in tags)


def _chosen(said: str, forms: str, language: Language) -> str:
    """The form that goes with a number as it is shown; with anything else, the form of many."""
    from babel import Locale

    listed = forms.split("|")
    if not re.fullmatch(r"-?[\d,]+(\.\d+)?", said):
        return listed[-1]
    tag = Locale(language).plural_form(Decimal(said.replace(",", "")))
    return listed[plurals(language).index(tag)]


class _Said(str):
    """A fact as it is said; in ``{count:facility|facilities}`` it chooses the form."""

    __slots__ = ("language",)
    language: Language

    def __format__(self, spec: str) -> str:
        return _chosen(str(self), spec, self.language) if "|" in spec else super().__format__(spec)


def pattern(key: str, language: Language = "en") -> str:
    """A sentence with its placeholders unfilled and its plural forms as for many, as the manual prints it.

    Parameters
    ----------
    key
        ``"room.name"`` in ``wording/``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    str
        For example ``"{count} facilities have no coordinates"``.
    """
    return _CHOICE.sub(lambda found: found[2].split("|")[-1], wording()[key][language])


def _number(value: float, language: Language) -> str:
    """A number as a reader expects it: grouped, and without a tail of noise digits."""
    if value != value or value in (float("inf"), float("-inf")):
        return "—"
    nearest = round(value)
    if abs(value - nearest) <= 1e-9 * max(1.0, abs(value)) and abs(value) < 1e15:
        return f"{nearest:,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


@dataclass(frozen=True)
class Sentence:
    """One sentence of ours with its facts, still free to be said in either language.

    Parameters
    ----------
    key
        ``"room.name"`` in ``wording/``.
    facts
        The placeholders' values. A fact may itself be a `Sentence`, a list of facts, a number or text.
    """

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The sentence in one language.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        str
            Its facts filled in, numbers grouped.
        """
        return say(self.key, language, **self.facts)

    def both(self) -> dict[str, str]:
        """The sentence in every language, as the map's page carries it.

        Returns
        -------
        dict of str to str
            By language.
        """
        return {language: self.text(language) for language in LANGUAGES}

    def __hash__(self) -> int:
        plain = ((k, v) for k, v in self.facts.items() if isinstance(v, str | int | float | Sentence))
        return hash((self.key, frozenset(plain)))


def _fact(value: object, language: Language) -> object:
    if isinstance(value, Sentence):
        return value.text(language)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _number(value, language)
    if isinstance(value, list | tuple | set | frozenset):
        joiner = "、" if language == "zh" else ", "
        return joiner.join(str(_fact(v, language)) for v in value)
    return value


def say(key: str, language: Language = "en", **facts: object) -> str:
    """Say one sentence.

    Raises
    ------
    KeyError
        If the key is unknown or a placeholder has no fact: a fault of ours, never the planner's.
    """
    said: dict[str, _Said] = {}
    for name, value in facts.items():
        said[name] = _Said(_fact(value, language))
        said[name].language = language
    return wording()[key][language].format(**said)
