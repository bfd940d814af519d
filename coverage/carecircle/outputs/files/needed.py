"""What to bring so that more clauses can be judged, as a sheet of the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carecircle.rules import unlocks

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.files.book import Book


def sheet(writer: Book, analysis: Analysis) -> None:
    """Every need, the most useful first, with the rules it settles; no sheet where nothing is lacking."""
    wanted = unlocks(analysis.verdicts)
    if not wanted:
        return
    titles = {v.rule: v.title.text(writer.language) for v in analysis.verdicts}
    page = writer.sheet(writer.say("sheet_needs"), [60, 16, 90])
    header = [writer.say(name) for name in ("column_need", "column_need_rules", "column_need_titles")]
    rows = (
        (need.text(writer.language), len(rules), "\n".join(f"{titles[rule]}  {rule}" for rule in rules))
        for need, rules in wanted
    )
    writer.table(page, 0, header, rows, {}, filtered=True)
    page.freeze_panes(1, 1)
