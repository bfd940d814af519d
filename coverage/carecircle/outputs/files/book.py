"""A workbook of ours: text stays text, its formats, and sheet names that a spreadsheet accepts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from carecircle.colours import CELL_HEAD, CELL_LABEL, CELLS
from carecircle.strict import clean
from carecircle.texts import Language, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
}  # fmt: skip
"""A cell that begins with ``=`` is never a formula, one that looks like a link is never a link."""
_LONGEST_CELL, _LONGEST_TITLE = 32_767, 255
"""Characters that a cell and a property of a workbook may have."""
Cell = str | float | int | None


@contextmanager
def booked(analysis: Analysis, path: Path) -> Iterator[Book]:
    """A new workbook about a study, in its language, of the time of its run; written at the end.

    Parameters
    ----------
    analysis
        The study.
    path
        Where to.
    """
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        created = datetime.fromisoformat(analysis.manifest["created"]).replace(tzinfo=None)
        title = (analysis.study.title or analysis.study.name)[:_LONGEST_TITLE]
        book.set_properties({"title": title, "created": created})
        book.set_calc_mode("auto")
        yield Book(book, analysis.study.language)


class Book:
    """A workbook with its formats, and sheet names that a spreadsheet accepts."""

    def __init__(self, book: Any, language: Language) -> None:
        self.book, self.language = book, language
        self._names: set[str] = set()
        common = {
            "font_name": "Microsoft YaHei" if language == "zh" else "Calibri",
            "font_size": 10,
            "valign": "top",
        }
        self.plain = book.add_format({**common, "text_wrap": True})
        self.number = book.add_format({**common, "num_format": "#,##0.##"})
        self.share = book.add_format({**common, "num_format": "0.00%"})
        points = say("rules.points", language, value="")
        self.points = book.add_format({**common, "num_format": f'0.00"{points}"'})
        self.head = book.add_format(
            {**common, "bold": True, "bottom": 1, "bg_color": CELL_HEAD, "text_wrap": True}
        )
        self.title = book.add_format({**common, "bold": True, "font_size": 14})
        self.label = book.add_format({**common, "font_color": CELL_LABEL})
        self.outcomes = {
            o: book.add_format({**common, "bg_color": c, "bold": True}) for o, c in CELLS.items()
        }

    def say(self, key: str, **facts: object) -> str:
        """A sentence of the outputs in the workbook's language."""
        return say(f"outputs.{key}", self.language, **facts)

    def sheet(self, name: str, widths: Sequence[int]) -> Any:
        """A new sheet; characters that no spreadsheet allows are left out, repeated names numbered."""
        short = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:28] or "—"
        unique, n = short, 2
        while unique.casefold() in self._names:
            unique, n = f"{short}~{n}", n + 1
        self._names.add(unique.casefold())
        sheet = self.book.add_worksheet(unique)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def put(self, sheet: Any, row: int, column: int, value: Cell, form: Any = None) -> None:
        """Write one cell: text stays text, whatever it begins with; a cell holds finite numbers alone."""
        if value is None or value == "" or (not isinstance(value, str) and not math.isfinite(value)):
            sheet.write_blank(row, column, None, form or self.plain)
        elif isinstance(value, str):
            sheet.write_string(row, column, clean(value)[:_LONGEST_CELL], form or self.plain)
        else:
            sheet.write_number(row, column, value, form or self.number)

    def table(
        self,
        sheet: Any,
        row: int,
        header: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        forms: dict[int, Any],
        *,
        filtered: bool = False,
    ) -> int:
        """A header and its rows (with a filter of their own); the row after them."""
        top = row
        for column, text in enumerate(header):
            self.put(sheet, row, column, text, self.head)
        for line in rows:
            row += 1
            for column, value in enumerate(line):
                self.put(sheet, row, column, value, forms.get(column))
        if filtered and row > top:
            columns = [{"header": text, "header_format": self.head} for text in header]
            sheet.add_table(
                top, 0, row, len(header) - 1, {"columns": columns, "style": "Table Style Light 1"}
            )
        return row + 1
