"""A prefecture's clauses county by county, as the workbook has them: one sheet of all, a table a clause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.files.book import Book, Cell
    from carecircle.rules import Verdict

_COLUMNS = ("county", "numerator", "denominator", "observed", "outcome")


def all_counties(writer: Book, analysis: Analysis) -> None:
    """Every clause county by county on one sheet; none for a study of one county."""
    if not any(v.counties for v in analysis.verdicts):
        return
    sheet = writer.sheet(writer.say("sheet_counties"), [18, 16, 16, 16, 14, 18, 14])
    header = [writer.say("column_rule"), *_header(writer), writer.say("column_measured_in")]
    rows = (
        (v.rule, *line, say(f"rules.measured_in_{v.unit}", writer.language))
        for v in analysis.verdicts
        for line in _rows(writer, v)
    )
    writer.table(sheet, 0, header, rows, {}, filtered=True)
    sheet.freeze_panes(1, 2)


def county_table(writer: Book, sheet: Any, row: int, verdict: Verdict) -> int:
    """The counties of one clause on its own sheet; the row after them."""
    form = writer.share if verdict.unit == "share" else writer.number
    return writer.table(sheet, row, _header(writer), _rows(writer, verdict), {3: form}, filtered=True)


def _header(writer: Book) -> list[str]:
    return [writer.say(f"page_counties_{c}") for c in _COLUMNS]


def _rows(writer: Book, verdict: Verdict) -> list[tuple[Cell, ...]]:
    return [
        (c.name, c.numerator, c.denominator, c.observed, c.came_to.text(writer.language))
        for c in verdict.counties
    ]
