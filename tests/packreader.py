"""Reads the figures of a written pack back: rows of the PDF, of the Word file, of the workbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import docx
import pytest

from carecircle.outputs.report import fonts

needs_font = pytest.mark.skipif(fonts.find() is None, reason=f"no Chinese font: {fonts.how_to_mend().text()}")
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext absent: sudo apt-get install poppler-utils"
)


FOOT = 780.0
"""Points from the top of the page; the running foot is below."""


def squeezed(text: str) -> str:
    """Without any space: typesetters break lines where they like."""
    return re.sub(r"\s", "", text)


def pdf_text(path: Path) -> str:
    """The text as laid out."""
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def word_tables(path: Path) -> list[list[list[str]]]:
    """Every table of a Word file: rows of cells, squeezed."""
    tables = docx.Document(str(path)).tables
    return [[[squeezed(c.text) for c in row.cells] for row in table.rows] for table in tables]


@dataclass(frozen=True)
class Word:
    """A word of a PDF: where it stands, in points from the top left of its page."""

    page: int
    left: float
    top: float
    right: float
    text: str


def pdf_words(path: Path) -> list[Word]:
    """Every word of a report with its place, in the order of the text; not its running foot."""
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    found, page = [], -1
    for line in done.stdout.decode("utf-8").splitlines():
        page += "<page " in line
        seen = re.search(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*)</word>', line
        )
        if seen:
            left, top, right = (float(v) for v in seen.groups()[:3])
            if top < FOOT:
                found.append(Word(page, left, top, right, unescape(seen[4])))
    return found


def pdf_rows(words: list[Word], begin: str, end: str, keys: list[str], columns: int) -> dict[str, list[str]]:
    """The right-aligned cells of a table's rows, by the key that stands in a column of its own.

    Parameters
    ----------
    begin, end
        What the words before and after the table say, squeezed.
    keys
        Whole cells, one below the other.
    columns
        How many right-aligned columns it has, the first two equally wide: where most words end.
    """
    text, starts = "", []
    for word in words:
        starts.append(len(text))
        text += squeezed(word.text)
    first = text.index(begin) + len(begin)
    last = text.index(end, first)
    body = [w for w, at in zip(words, starts, strict=True) if first <= at < last]
    left = min(w.left for w in body if w.text in keys)
    heads = [w for w in body if w.text in keys and abs(w.left - left) < 1]
    assert sorted(w.text for w in heads) == sorted(keys)
    ends = Counter(round(w.right) for w in body)
    edges = sorted(edge for edge, _ in ends.most_common(columns))
    begins = edges[0] - (edges[1] - edges[0])  # the first two of these columns are equally wide
    rows: dict[str, list[str]] = {}
    for head in heads:
        below = [h.top for h in heads if h.page == head.page and h.top > head.top + 1]
        mine = [
            w for w in body
            if w.page == head.page and head.top - 1 <= w.top < min(below, default=1e9) - 1 and w.left > begins
        ]  # fmt: skip
        cells = [""] * columns
        for word in sorted(mine, key=lambda w: (w.top, w.left)):
            column = next(
                (k for k, edge in enumerate(edges) if word.right <= edge + 4), None
            )  # points hang over
            if column is not None:
                cells[column] += word.text
        rows[head.text] = [squeezed(c) for c in cells]
    return rows
