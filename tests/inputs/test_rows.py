"""Rows that are no data (totals, notes) and cells merged downwards."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from carecircle.errors import InputError
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.residents.population import read_points
from carecircle.inputs.tables.values import is_sum, is_whole
from carecircle.inputs.totals import read_totals
from carecircle.study import Facilities, Residents

PEOPLE = "村名,常住人口,经度,纬度\n甲村,100,104.50,31.30\n乙村,50,104.49,31.30\n"


def _people(tmp_path: Path, text: str) -> tuple[float, list[str]]:
    file = tmp_path / "r.csv"
    file.write_text(text, encoding="utf-8")
    frame, _, findings = read_points(Residents(path=file, format="points"))
    return frame["residents"].sum(), [f.sentence.key for f in findings]


@pytest.mark.parametrize(
    "label", ["合计", "合 计", "总计：", "全县合计", "小计", "东街镇小计", "Total", "（合计）"]
)
def test_a_row_of_sums_is_nobody(tmp_path: Path, label: str) -> None:
    people, said = _people(tmp_path, f"{PEOPLE}{label},150,,\n")
    assert people == 150.0
    assert said == ["inputs.total_rows"]


def test_sums_among_the_rows_are_left_out(tmp_path: Path) -> None:
    text = "村名,常住人口,经度,纬度\n东镇小计,100,,\n甲村,100,104.5,31.3\n西镇小计,50,,\n乙村,50,104.4,31.3\n"
    assert _people(tmp_path, text) == (150.0, ["inputs.total_rows"])


def test_a_last_row_without_a_word_that_is_the_sum_of_the_others(tmp_path: Path) -> None:
    assert _people(tmp_path, f"{PEOPLE},150,,\n") == (150.0, ["inputs.total_rows"])


def test_a_village_as_large_as_the_others_together_stays(tmp_path: Path) -> None:
    people, said = _people(tmp_path, f"{PEOPLE}丙村,150,104.51,31.30\n")
    assert (people, said) == (300.0, [])
    people, said = _people(tmp_path, f"{PEOPLE}丙村,140,,\n")
    assert (people, said) == (290.0, ["inputs.residents_placeless"])


@pytest.mark.parametrize("note", ["注：数据截至2024年底", "数据来源：县统计局", "备注: x", "Source: census"])
def test_notes_under_a_table_are_left_out(tmp_path: Path, note: str) -> None:
    assert _people(tmp_path, f"{PEOPLE}{note},,,\n") == (150.0, ["inputs.note_rows"])


@pytest.mark.parametrize(
    ("cell", "whole", "some"),
    [("合计", True, True), ("东街镇小计", False, True), ("全县", True, True), ("合计镇卫生院", False, False),
     ("县医院", False, False), (None, False, False)],
)  # fmt: skip
def test_words_for_sums(cell: str | None, whole: bool, some: bool) -> None:
    assert (is_whole(cell), is_sum(cell)) == (whole, some)


def _book(tmp_path: Path, rows: list[list[object]], *merged: str) -> Path:
    file = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
        for cells in merged:
            row, column = xlsxwriter.utility.xl_cell_to_rowcol(cells.split(":")[0])
            sheet.merge_range(cells, rows[row][column])
    return file


def test_a_merged_category_speaks_for_its_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["机构编号", "机构类别", "机构名称", "床位数"],
        ["1", "医院", "甲", 300],
        ["2", None, "乙", None],
        ["3", "诊所", "丙", None],
    ]
    found, said = read_facilities(Facilities(path=_book(tmp_path, rows, "B2:B3", "D2:D4")))
    assert found["category"].tolist() == ["医院", "医院", "诊所"]
    assert [a.get("beds") for a in found["attributes"]] == [300.0, None, None]
    assert {"inputs.merged_cells", "inputs.merged_number"} <= {f.sentence.key for f in said}


def test_a_blank_category_that_is_not_merged_stays_blank(tmp_path: Path) -> None:
    rows: list[list[object]] = [["机构编号", "机构类别", "机构名称"], ["1", "医院", "甲"], ["2", None, "乙"]]
    with pytest.raises(InputError, match="category is blank"):
        read_facilities(Facilities(path=_book(tmp_path, rows)))


def test_a_census_sheet_without_codes_goes_by_names(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["各地区人口", None, None, None],
        ["地 区", "常 住 人 口", None, None],
        [None, "合 计", "男", "女"],
        ["全 县", "３０００", 1500, 1500],
        ["东 镇", 2000, 1000, 1000],
        ["小 计", 2000, 1000, 1000],
        ["西 镇", 1000, 500, 500],
    ]
    totals, _ = read_totals(_book(tmp_path, rows, "A1:D1", "A2:A3", "B2:D2"))
    assert dict(zip(totals["area_id"], totals["value"], strict=True)) == {
        "": 3000.0, "东 镇": 2000.0, "西 镇": 1000.0,
    }  # fmt: skip
