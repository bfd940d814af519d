"""Every verdict about people in each period of the study, as the workbook has them: one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.files.book import Book

_COLUMNS = (
    "rule", "period", "period_hours", "outcome", "observed", "measured_in", "affected", "period_worst",
    "period_source",
)  # fmt: skip


def sheet(writer: Book, analysis: Analysis) -> None:
    """A row a verdict and period; none for a study without periods."""
    if not any(v.by_period for v in analysis.verdicts):
        return
    page = writer.sheet(writer.say("sheet_periods"), [18, 20, 26, 14, 14, 16, 16, 10, 40])
    header = [writer.say(f"column_{c}") for c in _COLUMNS]
    rows = [
        (
            v.rule,
            row.name,
            row.hours,
            row.outcome.sentence.text(writer.language),
            row.observed,
            say(f"rules.measured_in_{v.unit}", writer.language),
            row.residents_affected,
            writer.say("period_worst") if row.worst else "",
            row.source or writer.say("period_no_source"),
        )
        for v in analysis.verdicts
        for row in v.by_period
    ]
    writer.table(page, 0, header, rows, {}, filtered=True)
    page.freeze_panes(1, 2)
