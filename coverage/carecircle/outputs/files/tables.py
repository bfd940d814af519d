"""verdicts.xlsx: an overview, all units, all people, then a sheet a clause with its words and areas."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.certainty import sureness
from carecircle.ledgers import lacking
from carecircle.outputs import telling
from carecircle.outputs.files import blank_spots, missing, needed, periods, referrals
from carecircle.outputs.files.book import Book, Cell, booked
from carecircle.outputs.files.counties import all_counties, county_table
from carecircle.rules import by_area
from carecircle.schema import GROUND_STATUSES, LEVELS
from carecircle.texts import Sentence, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict


def workbook(analysis: Analysis, path: Path) -> None:
    """Write the workbook in the study's language.

    Text stays text: a cell that begins with ``=`` is never a formula, one that looks like a link is never
    a link. Numbers are numbers, exactly those of verdicts.json.
    """
    with booked(analysis, path) as writer:
        _overview(writer, analysis)
        _all_units(writer, analysis)
        _all_people(writer, analysis)
        needed.sheet(writer, analysis)
        all_counties(writer, analysis)
        periods.sheet(writer, analysis)
        missing.sheet(writer, analysis)
        blank_spots.sheet(writer, analysis)
        for verdict in analysis.verdicts:
            _clause(writer, analysis, verdict)


def _overview(writer: Book, analysis: Analysis) -> None:
    sheet = writer.sheet(writer.say("sheet_overview"), [36, 16, 12, 22, 22, 22, 14, 14, 60, 26, 50])
    writer.put(sheet, 0, 0, analysis.study.title or analysis.study.name, writer.title)
    writer.put(sheet, 1, 0, analysis.plan.title, writer.label)
    ledger = analysis.inputs.ledger
    row = 3
    if ledger is not None:
        for key, value in ledger.to_dict().items():
            writer.put(sheet, row, 0, writer.say(f"page_inputs_{key}"), writer.label)
            writer.put(sheet, row, 1, value)
            row += 1
    row += 1
    header = [
        writer.say(f"column_{c}")
        for c in (
            "title",
            "rule",
            "outcome",
            "observed",
            "target",
            "margin",
            "affected",
            "modality",
            "quote",
            "section",
            "on_track",
        )
    ]
    for column, text in enumerate(header):
        writer.put(sheet, row, column, text, writer.head)
    first = row
    for index in telling.order(analysis.verdicts):
        row += 1
        _overview_row(writer, sheet, row, analysis.verdicts[index])
    sheet.autofilter(first, 0, max(row, first), len(header) - 1)
    sheet.freeze_panes(first + 1, 2)


def _overview_row(writer: Book, sheet: Any, row: int, verdict: Verdict) -> None:
    rule, language = verdict.rule_def, writer.language
    form = writer.share if verdict.unit == "share" else writer.number
    target: Cell = (
        verdict.target
        if isinstance(verdict.target, float | int)
        else verdict.shown(verdict.target).text(language)
    )
    writer.put(sheet, row, 0, telling.title(verdict).text(language))
    writer.put(sheet, row, 1, verdict.rule)
    writer.put(sheet, row, 2, verdict.came_to.text(language), writer.outcomes[verdict.outcome.value])
    writer.put(sheet, row, 3, verdict.observed, form)
    writer.put(sheet, row, 4, target, form if not isinstance(target, str) else None)
    margin = verdict.margin
    if margin is not None and verdict.unit == "share":
        margin, form = 100 * margin, writer.points
    writer.put(sheet, row, 5, margin, form)
    writer.put(sheet, row, 6, verdict.residents_affected)
    writer.put(sheet, row, 7, writer.say(f"modality_{rule.modality}"))
    writer.put(sheet, row, 8, verdict.quote)
    writer.put(sheet, row, 9, verdict.cited.text(language))
    writer.put(sheet, row, 10, None if verdict.progress is None else verdict.progress.text(language))


def _all_units(writer: Book, analysis: Analysis) -> None:
    """The units of every clause on one sheet."""
    sheet = writer.sheet(writer.say("sheet_units"), [36, 16, 30, 18, 14, 18, 14, 14, 50])
    header = [
        writer.say(f"column_{c}")
        for c in ("title", "rule", "unit", "id", "outcome", "observed", "measured_in", "residents", "waived")
    ]
    rows = (
        (
            telling.title(v).text(writer.language),
            v.rule,
            u.name,
            u.id,
            u.came_to.text(writer.language),
            u.observed,
            say(f"rules.measured_in_{v.unit}", writer.language),
            u.residents,
            u.waived_by,
        )
        for v in analysis.verdicts
        for u in v.units
    )
    writer.table(sheet, 0, header, rows, {}, filtered=True)
    sheet.freeze_panes(1, 2)


def _all_people(writer: Book, analysis: Analysis) -> None:
    """The ledger of every clause about people on one sheet."""
    sheet = writer.sheet(writer.say("sheet_people"), [36, 16, *([16] * 7)])
    parts = telling.ledger_parts(analysis)
    header = [writer.say("column_title"), writer.say("column_rule")]
    header += [writer.say(f"page_part_{part}") for part in parts]
    rows = (
        (telling.title(v).text(writer.language), v.rule, *(getattr(v.ledger, part) for part in parts))
        for v in analysis.verdicts
        if v.ledger is not None
    )
    writer.table(sheet, 0, header, rows, {}, filtered=True)
    sheet.freeze_panes(1, 1)


def _clause(writer: Book, analysis: Analysis, verdict: Verdict) -> None:
    language = writer.language
    sheet = writer.sheet(verdict.rule, [30, 26, 16, 16, 16, 16, 16, 16])
    writer.put(sheet, 0, 0, f"{telling.title(verdict).text(language)}  {verdict.rule}", writer.title)
    row = 2
    for key, value in _facts(writer, analysis, verdict):
        writer.put(sheet, row, 0, writer.say(key), writer.label)
        writer.put(sheet, row, 1, value)
        row += 1
    for key, number in _beside(verdict):
        form = writer.share if key == "column_by_road" and verdict.unit == "share" else writer.number
        writer.put(sheet, row, 0, writer.say(key), writer.label)
        writer.put(sheet, row, 1, number, form)
        row += 1
    if verdict.ledger is not None:
        row += 1
        for part in telling.ledger_parts(analysis):
            writer.put(sheet, row, 0, writer.say(f"page_part_{part}"), writer.label)
            writer.put(sheet, row, 1, getattr(verdict.ledger, part))
            row += 1
    if verdict.counties:
        row = county_table(writer, sheet, row + 1, verdict)
    if verdict.units:
        row = _units(writer, sheet, row + 1, verdict)
    if verdict.referrals:
        row = referrals.table(writer, sheet, row + 1, verdict)
    if verdict.people is not None and analysis.inputs.demand is not None:
        for level in LEVELS:
            row = _areas(writer, sheet, row + 1, analysis, verdict, level)


def _facts(writer: Book, analysis: Analysis, verdict: Verdict) -> list[tuple[str, Cell]]:
    language = writer.language

    def text(sentences: Iterable[Sentence]) -> str:
        return "\n".join(s.text(language) for s in sentences)

    return [
        ("column_outcome", verdict.came_to.text(language)),
        ("column_observed", verdict.shown(verdict.observed).text(language)),
        ("column_target", verdict.shown(verdict.target).text(language)),
        ("column_margin", verdict.shown_margin.text(language)),
        ("column_quote", verdict.quote),
        ("column_section", verdict.cited.text(language)),
        ("column_modality", writer.say(f"modality_{verdict.rule_def.modality}")),
        ("column_softeners", "、".join(verdict.rule_def.softeners)),
        ("column_contradicts", "、".join(verdict.rule_def.contradicts)),
        ("column_alternatives", text(telling.alternative(verdict, m, v) for m, v in verdict.alternatives)),
        ("column_reason", verdict.reason.text(language)),
        ("column_on_track", None if verdict.progress is None else verdict.progress.text(language)),
        ("column_stands", text(sureness(analysis, verdict))),
        ("column_periods", text(s for s in [telling.periods(verdict)] if s)),
        ("column_missing", text(verdict.missing_inputs)),
        ("column_assumptions", text(verdict.assumptions)),
    ]


def _beside(verdict: Verdict) -> list[tuple[str, float]]:
    """The road's result beside a straight line, where there is one."""
    if verdict.by_road is None:
        return []
    return [
        ("column_by_road", verdict.by_road.observed),
        ("column_by_road_affected", verdict.by_road.residents_affected),
        ("column_paper_only", verdict.by_road.paper_only),
    ]


def _units(writer: Book, sheet: Any, row: int, verdict: Verdict) -> int:
    header = [writer.say(f"column_{c}") for c in ("unit", "id", "outcome", "observed", "residents", "waived")]
    form = writer.share if verdict.unit == "share" else writer.number
    rows = [
        (u.name, u.id, u.came_to.text(writer.language), u.observed, u.residents, u.waived_by)
        for u in verdict.units
    ]
    return writer.table(sheet, row, header, rows, {3: form}, filtered=True)


def _areas(writer: Book, sheet: Any, row: int, analysis: Analysis, verdict: Verdict, level: str) -> int:
    """The areas of a level by the people they leave without; nothing where there are none."""
    frame = by_area(verdict, analysis.inputs, level)
    if not len(frame):
        return row - 1
    frame = frame.assign(lacking=lacking(frame))
    frame = frame.sort_values(["lacking", "area_id"], ascending=[False, True])
    grounds = [name for name in GROUND_STATUSES[::-1] if name in frame]
    boxes = ["covered", "not_covered", "unreachable", "unsnapped", *grounds, "no_data"]
    columns = ["name", "area_id", "residents", *boxes, "share"]
    header = [writer.say(f"page_level_{level}"), writer.say("column_id"), writer.say("column_residents")]
    header += [writer.say(f"page_part_{c}") for c in boxes] + [writer.say("column_share")]
    rows = ([_plain(v) for v in line] for line in frame[columns].itertuples(index=False))
    return writer.table(sheet, row, header, rows, {len(columns) - 1: writer.share}, filtered=True)


def _plain(value: Any) -> Cell:
    if isinstance(value, str):
        return value
    return None if value is None or value != value else float(value)
