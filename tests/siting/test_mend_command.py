"""``carecircle mend`` on a street worked out by hand: its files, its years, its refusals, and run --with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docx import Document

import carecircle
from carecircle.analysis.scenario_file import read_scenario
from carecircle.errors import CarecircleError, InputError
from carecircle.outputs.map.offline import external_references
from carecircle.outputs.ours import MEND
from carecircle.siting.whole.offers import offered
from carecircle.study import load_study
from commands import call
from worlds import east, street_study

OFFERS = """
[mend]
budget = [2, 3, 3]
unit = "万元"
[[moves]]
kind = "open"
category = "社区卫生服务中心"
price = 3
[[moves]]
kind = "open"
category = "急救中心（站）"
price = 2
"""
"""The street: station and centre at 0 m, people at 0, 900, 4,000 and 9,000 m, 50 off every road."""


def street(folder: Path, offers: str = OFFERS, *, station: float = 0.94, centre: float = 0.9) -> Path:
    study = street_study(folder, extra=offers)
    plan = folder / "plan.toml"
    text = plan.read_text(encoding="utf-8").replace("target = 0.7", f"target = {station}")
    plan.write_text(f'{text}target = {centre}\ntarget_source = "plan"\n', encoding="utf-8")
    return study


def test_years_files_and_a_fresh_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """990 of 1,050 need a station: one more, 2; 945 a centre within 15 minutes: at c and d, 6; 8 in all."""
    study, out = street(tmp_path / "street"), tmp_path / "out"
    assert call(monkeypatch, "mend", study, "--out", out, "--front", "9") == 0
    assert {p.name for p in out.iterdir()} == set(MEND)
    found = json.loads((out / "mend.json").read_text(encoding="utf-8"))
    assert (found["price"], found["proven"], found["mended"]) == (8.0, True, ["S1", "S2"])
    assert [[m["kind"] for m in p["moves"]] for p in found["phases"]] == [["open"]] * 3
    assert [p["mended"] for p in found["phases"]] == [["S1"], [], ["S2"]]
    assert [p["spent"] for p in found["phases"]] == [2, 3, 3]
    assert [m["rules"] for p in found["phases"] for m in p["moves"]] == [["S1"], ["S2"], ["S2"]]
    prices = [p["price"] for p in found["front"]]
    assert prices == sorted(prices, reverse=True)
    assert [p["left_out"] for p in found["front"]] == sorted(p["left_out"] for p in found["front"])
    page = (out / "mend.html").read_text(encoding="utf-8")
    assert external_references(page) == []
    assert "先做这一件" in page
    assert "Do this first" in page
    assert call(monkeypatch, "run", study, "--with", out / "mend_scenario.json", "--out", out) == 0
    words = (
        "".join(Document(out / "report.docx").element.itertext()) if (out / "report.docx").exists() else ""
    )
    assert not words or ("整个规划的建议" in words and "在一条街新设社区卫生服务中心" in words)
    verdicts = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))["verdicts"]
    told = {c["rule"]: (c["after"], c["observed_after"], c["residents_after"]) for c in found["clauses"]}
    assert {v["rule"]: (v["outcome"], v["observed"], v["residents_affected"]) for v in verdicts} == told


def test_what_cannot_hold_is_named_with_whom_nothing_reaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, out = street(tmp_path / "street", centre=1.0), tmp_path / "out"
    assert call(monkeypatch, "mend", study, "--out", out, "--lang", "en") == 0
    found = json.loads((out / "mend.json").read_text(encoding="utf-8"))
    assert (found["mended"], found["failing"], found["conflict"]["alone"]) == (["S1"], ["S2"], ["S2"])
    (reach,) = found["reachable"]
    assert (reach["lost"], reach["demand_ids"]) == (50.0, ["n"])
    assert reach["share"] == pytest.approx(1000 / 1050)


def test_clauses_that_the_money_does_not_reach_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, out = street(tmp_path / "street"), tmp_path / "out"
    assert call(monkeypatch, "mend", study, "--out", out, "--budget", "7") == 0
    found = json.loads((out / "mend.json").read_text(encoding="utf-8"))
    assert len(found["mended"]) == 1
    assert (found["price"], found["mended"]) == (2.0, ["S1"])  # the cheaper of the two
    assert found["conflict"]["together"] == found["conflict"]["smallest"] == ["S1", "S2"]


_CENTRE = 'facilities = ["centre"]'
BROKEN = {
    "study.move_needs": 'kind = "merge"\nprice = 1\n{C}',
    "study.move_foreign": 'kind = "close"\nprice = 1\n{C}\ncategory = "医院"',
    "study.move_place": 'kind = "open"\nprice = 1\ncategory = "医院"\nto = [[200, 31]]',
    "study.unknown_category": 'kind = "open"\nprice = 1\ncategory = "诊所儿"',
    "study.unknown_role": 'kind = "extend"\nprice = 1\n{C}\ndesignations = ["没有"]',
    "study.unknown_attribute": 'kind = "extend"\nprice = 1\n{C}\nattributes = { gold = 1 }',
    "study.missing_input": 'kind = "open"\nprice = 1\ncategory = "医院"\npath = "nowhere.csv"',
    "siting.offer_facility": 'kind = "close"\nprice = 1\nfacilities = ["nobody"]',
    "siting.offer_blank": 'kind = "extend"\nprice = 1\n{C}\nattributes = { physicians = 1 }',
    "siting.offer_nothing": 'kind = "upgrade"\nprice = 1\n{C}\ncategory = "社区卫生服务中心"',
    "siting.offer_itself": 'kind = "merge"\nprice = 1\n{C}\ninto = "centre"',
}  # fmt: skip


@pytest.mark.parametrize("key", BROKEN)
def test_a_move_that_cannot_be_meant_is_refused_with_its_place(
    tmp_path: Path, key: str, empty_street: carecircle.Analysis
) -> None:
    study = street(tmp_path / "street", f"[[moves]]\n{BROKEN[key]}\n".replace("{C}", _CENTRE))
    with pytest.raises(CarecircleError) as refused:
        offered(empty_street, load_study(study).moves)
    assert refused.value.sentence.key == key
    assert refused.value.text("zh") != refused.value.text("en")


@pytest.fixture(scope="module")
def empty_street(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return carecircle.analyze(street(tmp_path_factory.mktemp("empty") / "street", ""))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{", "analysis.scenario_not_json"),
        ('{"schema": "carecircle/siting/1"}', "analysis.scenario_schema"),
        ('{"schema": "carecircle/scenario/1", "open": []}', "analysis.scenario_key"),
        ('{"schema": "carecircle/scenario/1", "add": [{"facility_id": "x"}]}', "analysis.scenario_key"),
        ('{"schema": "carecircle/scenario/1", "move": {"x": [500, 0]}}', "analysis.scenario_key"),
    ],
)
def test_a_scenario_file_that_is_none_is_refused(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_scenario(path)
    assert refused.value.sentence.key == key


def test_a_move_and_a_change_are_judged_alike_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    lon, lat = east(4000)
    path.write_text(
        json.dumps({"schema": "carecircle/scenario/1", "move": {"centre": [lon, lat]},
                    "change": {"station": {"category": "社区卫生服务中心"}}}), encoding="utf-8",
    )  # fmt: skip
    after = carecircle.reanalyze(
        carecircle.analyze(street(tmp_path / "street")), scenario=read_scenario(path)
    )
    by_rule = {v.rule: v.observed for v in after.verdicts}
    assert by_rule["S2"] == pytest.approx(900 / 1050)  # both are centres now: a, b and c
