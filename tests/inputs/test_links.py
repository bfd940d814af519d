"""Columns that tie facilities together: refused with their place, and the advice given works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import carecircle
from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.load import load_inputs
from carecircle.study import load_study
from referworlds import STREET, referral_study, table


def changed(**cells: dict[str, Any]) -> list[dict[str, Any]]:
    """The street's facilities with cells of some of them changed."""
    return [{**row, **cells.get(row["facility_id"], {})} for row in STREET]


def refused(folder: Path, rows: list[dict[str, Any]]) -> list[InputError]:
    study = referral_study(folder, rows=rows)
    with pytest.raises(CarecircleError) as caught:
        load_inputs(load_study(study), modes=())
    return list(getattr(caught.value, "faults", [caught.value]))


def loaded(folder: Path, rows: list[dict[str, Any]]) -> carecircle.analysis.result.Inputs:
    table(folder, rows)
    return load_inputs(load_study(folder / "study.toml"), modes=())


def test_an_unknown_id_is_refused_and_the_one_that_is_proposed_is_taken(tmp_path: Path) -> None:
    """Row 2 refers to 市医院 by its name: its id is proposed."""
    (fault,) = refused(tmp_path, changed(w1={"refers_to": "市医院"}))
    assert (fault.sentence.key, fault.row, fault.column) == ("inputs.refers_to_unknown", 2, "refers_to")
    assert str(fault.file).endswith("facilities.csv")
    proposed = re.search(r"for example (\w+)", fault.sentence.text("en"))
    assert proposed is not None
    assert proposed[1] == "top"
    found = loaded(tmp_path, changed(w1={"refers_to": proposed[1]}))
    assert found.facilities["attributes"].iloc[0]["refers_to"] == "top"


def test_itself_is_refused_and_a_blank_is_taken(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, changed(top={"refers_to": "top"}))
    assert (fault.sentence.key, fault.row, fault.column) == ("inputs.refers_to_itself", 7, "refers_to")
    assert "留空" in fault.sentence.text("zh")
    found = loaded(tmp_path, changed(top={"refers_to": ""}))
    assert "refers_to" not in found.facilities["attributes"].iloc[5]


def test_a_circle_is_told_once_and_opened_where_it_is_highest(tmp_path: Path) -> None:
    """一镇 → 二镇 → 市医院 → 一镇; 三镇 leads into it and is no part of it."""
    (fault,) = refused(tmp_path, changed(top={"refers_to": "w1"}, w3={"refers_to": "w1"}))
    assert (fault.sentence.key, fault.row, fault.column) == ("inputs.refers_in_circle", 2, "refers_to")
    said = fault.sentence.text("en")
    assert "w1 一镇卫生院, w2 二镇卫生院, top 市医院, w1 一镇卫生院" in said
    assert "the highest" in said
    loaded(tmp_path, changed(top={"refers_to": ""}, w3={"refers_to": "w1"}))


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    faults = refused(tmp_path, changed(w1={"refers_to": "w1"}, w2={"refers_to": "nobody"}))
    assert [f.sentence.key for f in faults] == ["inputs.refers_to_itself", "inputs.refers_to_unknown"]


def test_a_zone_without_a_centre_is_named_and_either_advice_settles_it(tmp_path: Path) -> None:
    study = referral_study(tmp_path)
    found = [f for f in load_inputs(load_study(study), modes=()).findings if "zone" in f.sentence.key]
    assert [(f.level, f.row, f.column) for f in found] == [("warning", 4, "zone")]
    said = found[0].sentence.text("zh")
    assert said.startswith("片区“西片区”没有次中心（成员：三镇卫生院）")
    one = {"w3": {"designations": "次中心"}}
    other = {"mid": {"designations": "医共体牵头单位；次中心", "zone": "西片区"}}
    for cells in (one, other):
        after = loaded(tmp_path, changed(**cells))
        assert not [f for f in after.findings if "zone" in f.sentence.key]


def test_blanks_and_a_table_without_designations_leave_it_open(tmp_path: Path) -> None:
    study = referral_study(tmp_path, leave=["designations"])
    found = load_inputs(load_study(study), modes=())
    assert not [f for f in found.findings if "zone" in f.sentence.key]


def test_chinese_headers_are_told_as_the_planner_writes_them(tmp_path: Path) -> None:
    study = referral_study(tmp_path, rows=changed(w1={"refers_to": "w1"}))
    path = tmp_path / "facilities.csv"
    text = path.read_text(encoding="utf-8")
    for name, header in (("refers_to", "上转机构"), ("alliance", "医共体"), ("zone", "片区"),
                         ("days_per_month", "每月服务天数")):  # fmt: skip
        text = text.replace(name, header)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_inputs(load_study(study), modes=())
    assert (caught.value.row, caught.value.column) == (2, "上转机构")
    path.write_text(text.replace("w1,", "w1,", 1).replace(",w1,甲", ",w2,甲"), encoding="utf-8")
    first = load_inputs(load_study(study), modes=()).facilities["attributes"].iloc[0]
    assert first == {"refers_to": "w2", "alliance": "甲", "zone": "东片区"}


@pytest.mark.parametrize(
    ("value", "key"),
    [("每周一次", "inputs.not_days"), ("32", "inputs.above_most"), ("-1", "inputs.negative_attribute")],
)
def test_days_that_no_month_has_are_refused(tmp_path: Path, value: str, key: str) -> None:
    (fault,) = refused(tmp_path, changed(w3={"days_per_month": value}))
    assert (fault.sentence.key, fault.row, fault.column) == (key, 4, "days_per_month")
    found = loaded(tmp_path, changed(w3={"days_per_month": "4"}))
    assert found.facilities["attributes"].iloc[2]["days_per_month"] == 4.0
