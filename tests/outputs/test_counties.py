"""A prefecture county by county, as page, workbook and report tell it: the same rows in each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import python_calamine

from carecircle.analysis import Analysis
from carecircle.outputs.files.tables import workbook
from carecircle.outputs.map.gap_map import page_data
from carecircle.outputs.report.blocks import Heading, Table
from carecircle.outputs.report.content import report
from carecircle.rules import CountyRow, Outcome

ROWS = (
    CountyRow("510402", "东区", 4000.0, 411_427.0, 9.7223, Outcome.NO_THRESHOLD),
    CountyRow("510422", "盐边县", 600.0, 178_797.0, 3.3558, Outcome.FAIL),
)


@pytest.fixture
def broken_down(analysis: Analysis) -> Analysis:
    first, *rest = analysis.verdicts
    told = replace(first, unit="per_1000_residents", counties=ROWS)
    return replace(analysis, verdicts=[told, *rest])


def test_the_workbook_has_them_on_a_sheet_and_on_the_clause_s(broken_down: Analysis, tmp_path: Path) -> None:
    workbook(broken_down, tmp_path / "v.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "v.xlsx"))
    every = book.get_sheet_by_name("各县（区）明细").to_python()
    rule = broken_down.verdicts[0].rule
    assert every[0] == ["条款", "县（区）", "分子", "分母", "现状", "结论", "计量单位"]
    assert every[1] == [rule, "东区", 4000, 411_427, 9.7223, "仅测算", "每千人口"]
    assert every[2][1:6] == ["盐边县", 600, 178_797, 3.3558, "未达标"]
    own = book.get_sheet_by_name(rule).to_python()
    assert any(row[:5] == ["盐边县", 600, 178_797, 3.3558, "未达标"] for row in own)


def test_one_county_has_no_such_sheet(analysis: Analysis, tmp_path: Path) -> None:
    workbook(analysis, tmp_path / "v.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "v.xlsx"))
    assert "各县（区）明细" not in book.sheet_names


def test_the_page_carries_them(broken_down: Analysis) -> None:
    data, _ = page_data(broken_down)
    clause = data["clauses"][0]
    assert [c["name"] for c in clause["counties"]] == ["东区", "盐边县"]
    assert clause["counties"][0]["said"] == {"zh": "仅测算", "en": "measured"}
    assert clause["counties"][1]["numerator"] == 600.0
    assert data["clauses"][1]["counties"] == []


def test_the_report_has_a_section_of_them(broken_down: Analysis) -> None:
    blocks = report(broken_down, "x").blocks
    heads = [b.text for b in blocks if isinstance(b, Heading)]
    assert any("各县（区）情况" in head for head in heads)
    table = next(b for b in blocks if isinstance(b, Table) and b.head[1:2] == ["县（区）"])
    assert [row[1] for row in table.rows] == ["东区", "盐边县"]
    assert table.rows[1][2:4] == ("600", "178,797")
