"""Rows of spreadsheets and delimited text, as text cells with the planner's row numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from carecircle.errors import InputError
from carecircle.inputs.tables.headers import Row, is_table, likeness
from carecircle.inputs.tables.values import plain
from carecircle.schema import Finding
from carecircle.texts import Sentence

SHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
_DELIMITERS = ",\t;|"
_LOOKED_AT = 20
"""Rows from which the delimiter is told."""

Merged = tuple[int, int, int]
"""A cell merged downwards: first and last row as the planner counts them, and its column from 0."""


def text_rows(path: Path, terms: Collection[str]) -> list[Row]:
    """Rows of a delimited text file, with their numbers; its delimiter is the one that shows a header.

    Raises
    ------
    InputError
        If it is empty or no text.
    """
    text = decoded(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    top = "\n".join(text.split("\n", _LOOKED_AT)[:_LOOKED_AT])

    def rank(delimiter: str) -> tuple[int, int]:
        try:
            return likeness(list(_parsed(path, top, delimiter)), terms), first.count(delimiter)
        except InputError:
            return -1, 0

    return list(_parsed(path, text, max(_DELIMITERS, key=rank)))


def _parsed(path: Path, text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row, cells in enumerate(reader, 1):
            yield row, [plain(c) for c in cells]
    except csv.Error as error:
        raise InputError("inputs.cannot_read", file=path, why=str(error)) from error


def decoded(path: Path) -> str:
    """Text of a file in UTF-8 (with or without its mark), UTF-16 with its mark, or GB18030.

    Raises
    ------
    InputError
        If it is empty or in none of these.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise InputError("inputs.empty_table", file=path)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif b"\x00" in raw:
        raise InputError("inputs.not_text", file=path)
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("inputs.not_text", file=path)


def book_rows(
    path: Path, layer: str | None, terms: Collection[str], findings: list[Finding]
) -> tuple[list[Row], list[Merged]]:
    """Rows of a workbook's first table and its cells merged downwards; codes broken by arithmetic are told.

    Raises
    ------
    InputError
        If it cannot be read, is empty, or lacks the sheet asked for.
    """
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names if layer in (None, name)}
        cells = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
    except BaseException as error:  # calamine's own panics are no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise InputError("inputs.cannot_read", file=path, why=why(error)) from error
    if layer is not None and not cells:
        raise InputError("inputs.no_layer", file=path, value=layer, known=list(book.sheet_names))
    texts: dict[str, list[Row]] = {
        name: [(n, [plain(c) for c in row]) for n, row in enumerate(rows, 1)]
        for name, rows in cells.items()
        if any(_filled(r) for r in rows)
    }
    if not texts:
        raise InputError("inputs.empty_table", file=path)
    name = next((n for n, rows in texts.items() if is_table(rows, terms)), next(iter(texts)))
    if len(texts) > 1:
        facts = {"read": name, "others": [n for n in texts if n != name]}
        findings.append(Finding("note", Sentence("inputs.other_sheets", facts), file=str(path)))
    for number, row in enumerate(cells[name], 1):
        for cell in row:
            if isinstance(cell, float) and abs(cell) >= 1e15:
                sentence = Sentence("inputs.broken_code", {"value": f"{cell:.0f}"})
                findings.append(Finding("warning", sentence, file=str(path), row=number))
    ranges = sheets[name].merged_cell_ranges or []
    merged = [(r0 + 1, r1 + 1, c) for (r0, c), (r1, c1) in ranges if r1 > r0 and c == c1]
    return texts[name], merged


def _filled(cells: Sequence[object]) -> bool:
    return any(plain(c) is not None for c in cells)


def why(error: BaseException) -> str:
    """The first line of a reader's complaint."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
