"""Which rows of a sheet are its header: below title rows, in one row or merged over two."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from carecircle.errors import InputError
from carecircle.inputs.tables.values import fold, is_whole, number, unit_of
from carecircle.schema import Finding
from carecircle.texts import Sentence

Row = tuple[int, list[str | None]]

_TITLE_ROWS = 15
_ENOUGH = 2
"""A row with this many known headers is a header row."""


def likeness(rows: Sequence[Row], terms: Collection[str]) -> int:
    """How many known headers the likeliest header row among the first rows holds.

    Parameters
    ----------
    rows
        Row numbers and cells, blank rows among them.
    terms
        Known headers, folded.
    """
    filled = [cells for _, cells in rows if any(c is not None for c in cells)]
    return max((sum(_known(c, terms) for c in cells) for cells in filled[:_TITLE_ROWS]), default=0)


def is_table(rows: Sequence[Row], terms: Collection[str]) -> bool:
    """Whether some row among the first looks like a header."""
    return likeness(rows, terms) >= _ENOUGH


def with_header(
    path: Path, rows: Sequence[Row], terms: Collection[str], findings: list[Finding]
) -> pd.DataFrame:
    """The rows under their header: the first of the top rows that looks like one.

    A header over two rows (坐标 merged above 经度 and 纬度, 名称 merged downwards) is read as one.

    Raises
    ------
    InputError
        If every row is blank.
    """
    rows = [(n, cells) for n, cells in rows if any(c is not None for c in cells)]
    if not rows:
        raise InputError("inputs.empty_table", file=path)
    scores = [sum(_known(c, terms) for c in cells) for _, cells in rows[:_TITLE_ROWS]]
    at = next((i for i, s in enumerate(scores) if s >= _ENOUGH), scores.index(max(scores)))
    width = max(len(cells) for _, cells in rows[max(at - 1, 0) :])
    cells = [[*c, *[None] * (width - len(c))] for _, c in rows]
    header, first = cells[at], at
    if at + 1 < len(cells) and _continues(header, cells[at + 1], terms):
        header = _over_two(header, cells[at + 1])
        first = at + 1
    elif at and scores[at - 1]:
        header = [
            low or (up if _known(up, terms) else None) for up, low in zip(cells[at - 1], header, strict=True)
        ]
    if at:
        sentence = Sentence("inputs.title_rows", {"header": rows[at][0]})
        findings.append(Finding("note", sentence, file=str(path), row=rows[at][0]))
    names = _distinct(header)
    body = rows[first + 1 :]
    frame = pd.DataFrame(cells[first + 1 :], columns=names, index=[n for n, _ in body], dtype=object)
    frame = frame[[h for h in names if not h.startswith("\x00")]]
    frame.attrs["positions"] = dict(enumerate(names))
    return frame


def _over_two(upper: Sequence[str | None], lower: Sequence[str | None]) -> list[str | None]:
    """Headers over two rows as one: the lower word, but 合计 under 常住人口 is 常住人口."""
    return [
        up if up is not None and is_whole(low) else low or up for up, low in zip(upper, lower, strict=True)
    ]


def _known(cell: str | None, terms: Collection[str]) -> bool:
    return cell is not None and (fold(unit_of(cell)[0]) in terms or fold(cell) in terms)


def _continues(upper: Sequence[str | None], lower: Sequence[str | None], terms: Collection[str]) -> bool:
    """Whether a row under a header row is its second row: known headers only where the first has none."""
    below = [low for low in lower if low is not None]
    if len(below) > 1 and any(is_whole(low) for low in below) and lower[0] is None:
        return all(number(low) is None for low in below)
    free = all(low is None or not _known(up, terms) for up, low in zip(upper, lower, strict=True))
    return free and any(_known(low, terms) for low in below) and all(number(low) is None for low in below)


def _distinct(cells: Sequence[str | None]) -> list[str]:
    """Headers made distinct; a blank one is marked to be left out."""
    found: dict[str, int] = {}
    names = []
    for position, cell in enumerate(cells):
        if cell is None:
            names.append(f"\x00{position}")
            continue
        found[cell] = found.get(cell, 0) + 1
        names.append(cell if found[cell] == 1 else f"{cell} ({found[cell]})")
    return names
