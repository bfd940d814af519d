"""Every figure of verdicts.json stands in the PDF, the Word file and the workbook, in its clause's row."""

from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace
from typing import Any

import pytest
import python_calamine

from carecircle.outputs import telling
from carecircle.outputs.files import tables
from carecircle.outputs.report import write_report
from carecircle.outputs.report.clauses import Said
from carecircle.rules.judging.shown import shown, shown_margin
from packreader import needs_font, needs_poppler, pdf_rows, pdf_words, squeezed, word_tables

PARTS = ("covered", "not_covered", "unreachable", "unsnapped", "no_data", "outside", "total")
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
COLUMNS = ("observed", "target", "margin", "people")


@pytest.fixture(
    scope="module",
    params=[
        ("made up", "zh"),
        ("made up", "en"),
        pytest.param(("county", "zh"), marks=pytest.mark.slow),
        pytest.param(("county", "en"), marks=pytest.mark.slow),
    ],
    ids=lambda p: f"{p[0]}-{p[1]}",
)
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is read here of a folder, of the small county of these tests and of the embedded one."""
    which, language = request.param
    of = request.getfixturevalue("embedded" if which == "county" else "analysis")
    said = tuple(dataclasses.replace(v, language=language) for v in of.verdicts)
    study = of.study.model_copy(update={"language": language})
    found = dataclasses.replace(of, study=study, verdicts=said)
    folder = tmp_path_factory.mktemp("figures")
    (folder / "verdicts.json").write_text(json.dumps(found.to_dict(language)), encoding="utf-8")
    tables.workbook(found, folder / "verdicts.xlsx")
    write_report(found, folder)
    document = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    return SimpleNamespace(analysis=found, folder=folder, say=Said(language), document=document)


def expected(verdict: dict[str, Any], say: Said) -> dict[str, str]:
    """What a row says, computed from verdicts.json alone."""
    target, unit, people = verdict["target"], verdict["unit"], verdict["residents_affected"]
    asked = shown(tuple(target) if isinstance(target, list) else target, unit)
    sign, told = SIGNS.get(verdict["comparison"], ""), verdict["outcome"] != "NOT_ASSESSED"
    return {
        "observed": squeezed(say.of(shown(verdict["observed"], unit))),
        "target": squeezed(sign + say.of(asked))
        if target is not None
        else squeezed(say.outputs("no_target")),
        "margin": squeezed(say.of(shown_margin(verdict["margin"] if told else None, unit))),
        "people": "—" if people is None or not told else f"{people:,.0f}",
    }


def ledger_row(verdict: dict[str, Any]) -> list[str]:
    return [f"{verdict['ledger'][part]:,.0f}" for part in PARTS]


def test_a_margin_between_shares_is_in_percentage_points(pack: Any) -> None:
    points = "个百分点" if pack.say.language == "zh" else "percentage point"
    for verdict in pack.document["verdicts"]:
        text = pack.say.of(shown_margin(verdict["margin"], verdict["unit"]))
        if verdict["margin"] is not None:
            assert (points in text) == (verdict["unit"] == "share")
            assert "%" not in text


@needs_font
def test_the_word_file(pack: Any) -> None:
    tables = word_tables(pack.folder / "report.docx")
    everything = next(t for t in tables if squeezed(pack.say.outputs("column_margin")) in t[0])
    ledger = next((t for t in tables if squeezed(pack.say.outputs("page_part_covered")) in t[0]), [])
    verdicts = pack.document["verdicts"]
    assert sorted(r[1] for r in everything[1:]) == sorted(v["rule"] for v in verdicts)
    assert sorted(r[1] for r in ledger[1:]) == sorted(v["rule"] for v in verdicts if v["ledger"])
    for verdict in verdicts:
        row = next(r for r in everything if r[1] == verdict["rule"])
        asked = expected(verdict, pack.say)
        assert dict(zip(COLUMNS, row[3:], strict=True)) == asked
        if verdict["ledger"] is not None:
            assert next(r for r in ledger if r[1] == verdict["rule"])[2:] == ledger_row(verdict)
    unmet = [v for v in verdicts if v["outcome"] == "FAIL"]
    ranked = sorted(unmet, key=lambda v: -(v["residents_affected"] or 0))
    first = next(t for t in tables if len(t) == 1 + len(unmet) and len(t[0]) == 5)
    assert [r[1] for r in first[1:]] == [v["rule"] for v in ranked]
    for row, verdict in zip(first[1:], ranked, strict=True):
        asked = expected(verdict, pack.say)
        assert row[2:] == [asked["observed"], asked["target"], asked["people"]]


@needs_font
@needs_poppler
def test_the_pdf(pack: Any) -> None:
    words = pdf_words(pack.folder / "report.pdf")
    verdicts = pack.document["verdicts"]
    heads = [squeezed(pack.say(f"section_{name}")) for name in ("all", "ledger")]
    rows = pdf_rows(words, *heads, [v["rule"] for v in verdicts], len(COLUMNS))
    counted = [v for v in verdicts if v["ledger"] is not None]
    marks = [squeezed(pack.say(key))[:12] for key in ("ledger_title", "ledger_note")]
    ledger = pdf_rows(words, *marks, [v["rule"] for v in counted], len(PARTS))
    for verdict in verdicts:
        asked = expected(verdict, pack.say)
        assert dict(zip(COLUMNS, rows[verdict["rule"]], strict=True)) == asked
    for verdict in counted:
        assert ledger[verdict["rule"]] == ledger_row(verdict)
    flat = "".join(squeezed(w.text) for w in words)
    for verdict in verdicts:
        if verdict["outcome"] == "FAIL":
            assert squeezed(verdict["quote"]) in flat
            assert squeezed(verdict["section"]) in flat
    assert f"{telling.residents_in_gap(pack.analysis):,.0f}" in flat
    assert telling.manifest_hash(pack.analysis.manifest) in flat
    assert "\ufffd" not in flat


def cell(value: float | None) -> Any:
    """A number as a workbook holds it: 16 digits; nothing is an empty cell."""
    return "" if value is None else pytest.approx(value, rel=1e-15)


def test_the_workbook(pack: Any) -> None:
    book = python_calamine.CalamineWorkbook.from_path(str(pack.folder / "verdicts.xlsx"))
    rows = book.get_sheet_by_index(0).to_python()
    head = next(r for r in rows if pack.say.outputs("column_margin") in r)
    place = {
        c: head.index(pack.say.outputs(f"column_{c}")) for c in ("observed", "target", "margin", "affected")
    }
    people = book.get_sheet_by_index(2).to_python()
    for verdict in pack.document["verdicts"]:
        line = next(r for r in rows if r[1] == verdict["rule"])
        share = verdict["unit"] == "share"
        found = {name: line[column] for name, column in place.items()}
        assert found["observed"] == cell(verdict["observed"])
        if isinstance(verdict["target"], float | int):
            assert found["target"] == verdict["target"]
        else:
            asked = tuple(verdict["target"]) if verdict["target"] else None
            assert found["target"] == pack.say.of(shown(asked, verdict["unit"]))
        if verdict["margin"] is None:
            assert found["margin"] == ""
        else:
            assert found["margin"] == pytest.approx(verdict["margin"] * (100 if share else 1), rel=1e-12)
        affected = verdict["residents_affected"]
        assert found["affected"] == cell(affected)
        own = book.get_sheet_by_name(verdict["rule"][:28]).to_python()
        facts = {r[0]: r[1] for r in own}
        said = pack.say.of(shown_margin(verdict["margin"], verdict["unit"]))
        assert facts[pack.say.outputs("column_margin")] == said
        if verdict["ledger"] is not None:
            counted = next(r for r in people if r[1] == verdict["rule"])
            assert counted[2:] == [cell(verdict["ledger"][part]) for part in PARTS]
        for part in PARTS if verdict["ledger"] else ():
            assert facts[pack.say.outputs(f"page_part_{part}")] == cell(verdict["ledger"][part])
        for unit in verdict["units"]:
            cells = next(r for r in own if len(r) > 1 and r[1] == unit["id"])
            assert cells[3] == (
                "" if unit["observed"] is None else pytest.approx(unit["observed"], rel=1e-15)
            )
