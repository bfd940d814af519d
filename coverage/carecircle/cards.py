"""Small HTML cards by which results show themselves in a notebook: escaped, one language, no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from carecircle.colours import CARD_EDGE, CARDS, WHITE
from carecircle.texts import Language, Sentence

Value = Sentence | str | float | None

_CHINESE = re.compile("[\u3400-\u9fff]")
_BOX = f"border:1px solid {CARD_EDGE};border-radius:6px;padding:.5em .8em;max-width:48em;margin:.3em 0"
_MARK = f"color:{WHITE};border-radius:4px;padding:.05em .5em;font-weight:600;white-space:nowrap"
_CELL = "text-align:left;padding:.1em .9em .1em 0;vertical-align:top;background:none"


@dataclass(frozen=True)
class Mark:
    """A word on a coloured ground: an outcome, a status.

    Parameters
    ----------
    word
        What it says.
    tone
        One of `carecircle.colours.CARDS`.
    """

    word: Sentence | str
    tone: str = "plain"


def card(
    language: Language,
    title: Sentence | str,
    facts: Iterable[tuple[Sentence, Value]],
    *,
    mark: Mark | None = None,
    quote: str = "",
    rows: Sequence[Sequence[Value | Mark]] = (),
) -> str:
    """A card: a title, an optional mark, facts with their names, and rows below.

    Parameters
    ----------
    language
        Of every sentence on it.
    title, mark, quote
        The head; the words of a plan stand under it as they were written, in quotation marks of their own.
    facts
        Name and value; a value that is None is left out.
    rows
        A small table under the facts.

    Returns
    -------
    str
        HTML. Every text is escaped, so that a facility's or a plan's name never becomes markup.
    """
    parts = [f'<div lang="{language}" style="{_BOX}"><div><b>{_said(title, language)}</b>']
    parts += [f" {_marked(mark, language)}"] if mark is not None else []
    parts.append("</div>")
    if quote:
        own = ' lang="zh"' if _CHINESE.search(quote) else ""
        parts.append(f'<div{own} style="opacity:.75">{escape(quote)}</div>')
    kept = [(name, value) for name, value in facts if value is not None]
    parts += [_table([[name, value] for name, value in kept], language)] if kept else []
    parts += [_table(rows, language)] if rows else []
    return "".join([*parts, "</div>"])


def _table(rows: Iterable[Sequence[Value | Mark]], language: Language) -> str:
    lines = []
    for row in rows:
        cells = "".join(f'<td style="{_CELL}">{_cell(value, language)}</td>' for value in row)
        lines.append(f'<tr style="background:none">{cells}</tr>')
    return f'<table style="border-collapse:collapse;margin:.3em 0 0">{"".join(lines)}</table>'


def _cell(value: Value | Mark, language: Language) -> str:
    return _marked(value, language) if isinstance(value, Mark) else _said(value, language)


def _marked(mark: Mark, language: Language) -> str:
    return f'<span style="{_MARK};background:{CARDS[mark.tone]}">{_said(mark.word, language)}</span>'


def _said(value: Value, language: Language) -> str:
    if value is None:
        return "—"
    if isinstance(value, str):
        return escape(value)
    sentence = value if isinstance(value, Sentence) else Sentence("cards.value", {"value": value})
    return escape(sentence.text(language))
