"""The register of blank spots: by hand, in every output, and over several runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import python_calamine

import carecircle
from carecircle.rules import blank_spots
from carecircle.runs.blank_spots import blank_history
from commands import call
from referworlds import STREET, referral_study, rule
from ruleworlds import areas_of, demand_of, facilities_of, inputs_of, totals_of

POST = "巡回医疗（驻村）服务点"
VILLAGES = [
    {"area_id": "t", "name": "一镇", "level": "town"},
    *({"area_id": f"v{n}", "name": f"第{n}村", "parent_id": "t"} for n in range(6)),
]


def register(*rows: dict[str, Any], complete: bool | list[str] = True, marks: Any = None) -> Any:
    inputs = inputs_of(
        facilities=facilities_of(*rows), areas=areas_of(*VILLAGES), complete=complete, totals=marks,
        demand=demand_of(*({"residents": 100.0 * (n + 1), "area_id": f"v{n}"} for n in range(6))),
    )  # fmt: skip
    return blank_spots(inputs)


CLINIC = {"category": "村卫生室", "area_id": "v0"}


def test_every_state_by_hand() -> None:
    """A clinic; rounds of 4 and of 2 days; resident staff, days unknown; nobody at work; a mark; none."""
    found = register(
        CLINIC,
        {"category": POST, "area_id": "v1", "attributes": {"days_per_month": 4.0}},
        {"category": POST, "area_id": "v1", "attributes": {"days_per_month": 2.0}},
        {"category": "其他医疗卫生机构", "area_id": "v2", "designations": ("驻村",)},
        {"category": "村卫生室", "area_id": "v3", "attributes": {"village_doctors": 0.0, "physicians": 0.0}},
        {"category": POST, "area_id": "v5", "attributes": {"days_per_month": 0.0}},
        marks=totals_of(("v4", "outreach_service", 1.0, 2025)),
    )
    spots = {s.area_id: (s.state, s.days_per_month, s.residents) for s in found.spots}
    assert spots == {
        "v0": ("fixed", None, 100), "v1": ("visited", 6.0, 200), "v2": ("visited", None, 300),
        "v3": ("unstaffed", None, 400), "v4": ("visited", None, 500), "v5": ("blank", None, 600),
        "t": ("visited", 6.0, 2100),
    }  # fmt: skip
    village, town = found.findings
    assert village.sentence.text("zh") == (
        "空白点（行政村，共 6 个）：2 个（居民 1,000 人）：第3村、第5村；巡回医疗或驻村服务 3 个"
        "（居民 1,000 人，占 47.62%，平均每月 6 天）；0 个资料不足，未计入"
    )
    assert (village.level, town.level) == ("warning", "note")


def test_what_no_list_settles_is_unknown_not_blank() -> None:
    """A list that is not complete for clinics, or a clinic whose place is not known."""
    post = {"category": POST, "area_id": "v1", "attributes": {"days_per_month": 4.0}}
    open_ = register(post, complete=False)
    assert {s.state for s in open_.at("village")} == {"visited", "unknown"}
    lost = register(post, CLINIC, {"category": "村卫生室", "area_id": None})
    assert [s.state for s in lost.at("village")] == ["fixed", "visited", *["unknown"] * 4]


def test_no_register_without_care_that_comes() -> None:
    assert register(CLINIC, {"category": "其他医疗卫生机构", "designations": ("巡回医疗",)}) is None


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of the street: in the first nobody comes to 三镇, and it has no health centre."""
    folder = tmp_path_factory.mktemp("runs")
    via = '[{ categories = ["综合医院"], designations = ["二级"] }]'
    for year, days in ((2023, "0"), (2024, "3")):
        rows = [r for r in STREET if r["facility_id"] != "w3"]
        rows.append({"facility_id": "tour", "name": "三镇巡回点", "category": POST, "at": 9000,
                     "days_per_month": days})  # fmt: skip
        study = referral_study(
            folder / str(year), rule("double", via=via, limit="15", target="0.6"), rows=rows
        )
        text = study.read_text(encoding="utf-8").replace('name = "street"', f'name = "street"\nyear = {year}')
        study.write_text(text, encoding="utf-8")
        carecircle.analyze(study).write(folder / f"out{year}")
    return folder


def test_the_register_is_in_every_output(out: Path) -> None:
    folder = out / "out2024"
    written = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    assert [(s["name"], s["state"]) for s in written["blank_spots"]] == [
        ("一镇", "fixed"), ("二镇", "fixed"), ("三镇", "visited"),
    ]  # fmt: skip
    book = python_calamine.CalamineWorkbook.from_path(str(folder / "verdicts.xlsx"))
    cells = book.get_sheet_by_name("空白点").to_python()
    assert ["乡镇（街道）", "三镇", "t3", 100, "巡回或驻村", 3, "三镇巡回点"] in cells
    layer = gpd.read_file(folder / "results.gpkg", layer="blank_spots")
    assert layer["state"].tolist() == ["fixed", "fixed", "visited"]
    ways = gpd.read_file(folder / "results.gpkg", layer="referrals")
    assert ways["minutes"].round(2).tolist() == [16.0, 8.0]
    assert ways.geometry.notna().all()
    clause = book.get_sheet_by_name("double").to_python()
    assert any(row[:1] == ["一镇卫生院"] and "县医院" in row for row in clause)


def test_several_runs_tell_what_was_cleared(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = [
        json.loads((out / f"out{year}" / "verdicts.json").read_text(encoding="utf-8"))
        for year in (2024, 2023)
    ]
    first, second = blank_history(documents)
    assert (first.year, first.blank, first.residents, first.since) == (2023, 1, 100, None)
    assert (second.year, second.blank, second.visited, second.cleared) == (2024, 0, 1, ("三镇",))
    assert blank_history([{**d, "blank_spots": []} for d in documents]) == []
    runs = (out / "out2023", out / "out2024")
    assert call(monkeypatch, "compare", *runs, "--lang", "zh") == 0
    said = capsys.readouterr().out
    assert "乡镇 2023 年：空白点 1 个（居民 100 人）" in said
    assert "2023—2024 年清零 1 个：三镇" in said
    assert call(monkeypatch, "compare", *runs, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [year["blank"] for year in told["blank_spots"]] == [1, 0]
