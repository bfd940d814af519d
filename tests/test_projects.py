"""A plan's projects, done by a year: on the street of 10 km, and by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import carecircle
from carecircle import Scenario, reanalyze
from carecircle.analysis.projects import with_projects
from carecircle.inputs.load import Inputs
from carecircle.rules import Project
from carecircle.rules.language.plan import Plan
from ruleworlds import facilities_of, inputs_of, plan_of
from worlds import street_study

PROJECT = {
    "id": "P1",
    "section": "五",
    "quote": "新建区人民医院的有关规定",
    "name": "区人民医院",
    "year": 2024,
}


def planned(**project: object) -> Plan:
    plan = plan_of({"kind": "count", "categories": ["医院"], "target": 1})
    done = Project.model_validate({**PROJECT, **project})
    return plan.model_copy(update={"project": (done,)})


def inputs_with(*rows: dict[str, object]) -> Inputs:
    return inputs_of(facilities=facilities_of(*rows))


def table(inputs: Inputs) -> list[tuple[str, str, str]]:
    frame = inputs.facilities
    return list(zip(frame["name"], frame["category"], frame["status"], strict=True))


def test_a_planned_row_opens() -> None:
    world = inputs_with({"name": "区人民医院", "category": "综合医院", "status": "planned"})
    done = with_projects(planned(change="new", category="综合医院"), world, 2025)
    assert table(done) == [("区人民医院", "综合医院", "open")]
    assert [f.sentence.key for f in done.findings] == ["analysis.project_new"]
    assert table(world) == [("区人民医院", "综合医院", "planned")]
    early = with_projects(planned(change="new", category="综合医院"), world, 2023)
    assert table(early) == table(world)


def test_a_new_one_without_a_row_counts_without_a_place() -> None:
    plan = planned(change="new", category="综合医院", attributes={"beds": 100})
    done = with_projects(plan, inputs_with({"category": "诊所", "name": "甲"}), 2025)
    assert table(done)[1] == ("区人民医院", "综合医院", "open")
    assert done.facilities.geometry.isna().tolist() == [False, True]
    assert done.facilities["attributes"].iloc[1] == {"beds": 100}
    assert carecircle.judge(plan, done, {})[0].observed == 1


def test_moved_extended_upgraded_and_merged() -> None:
    old = {"name": "区人民医院", "category": "医院", "attributes": {"beds": 50}, "facility_id": "old"}
    new = {**old, "facility_id": "new", "status": "planned"}
    moved = with_projects(planned(change="moved"), inputs_with(old, new), 2025)
    assert [s for _, _, s in table(moved)] == ["closed", "open"]
    stays = with_projects(planned(change="moved"), inputs_with(old), 2025)
    assert [s for _, _, s in table(stays)] == ["open"]
    assert [f.sentence.key for f in stays.findings] == ["analysis.project_stays"]
    more = planned(change="upgraded", category="综合医院", attributes={"beds": 90}, designations=["卒中中心"])
    upgraded = with_projects(more, inputs_with(old), 2025).facilities.iloc[0]
    assert (upgraded["category"], upgraded["attributes"]) == ("综合医院", {"beds": 90})
    assert upgraded["designations"] == ("卒中中心",)
    less = with_projects(planned(change="reduced", attributes={"beds": 30}), inputs_with(old), 2025)
    assert less.facilities["attributes"].iloc[0] == {"beds": 30}
    assert [f.sentence.key for f in less.findings] == ["analysis.project_reduced"]
    gone = with_projects(planned(change="merged", into="区中医医院"), inputs_with(old), 2025)
    assert [s for _, _, s in table(gone)] == ["closed"]
    nobody = with_projects(planned(change="extended", attributes={"beds": 9}), inputs_with(), 2025)
    assert [f.sentence.key for f in nobody.findings] == ["analysis.project_unknown"]


def test_panzhihua_s_table_of_beds_is_fulfilled_by_its_projects() -> None:
    plan = carecircle.load_plan("panzhihua")
    rows = [r for r in plan.rules if r.part_of == "P7.total"]
    changed = {r.names[0]: r.target for r in rows if r.target != r.baseline}
    projects = {p.name: p.attributes["beds_authorised"] for p in plan.projects if p.id.startswith("P7.")}
    assert projects == changed
    falls = {p.name for p in plan.projects if p.change == "reduced"}
    assert falls == {r.names[0] for r in rows if (r.baseline or 0) > (r.target or 0)}  # type: ignore[operator]
    assert len(falls) == 1


BUILT = """
[[project]]
id = "P"
section = "五"
quote = "2024年新建东街急救中心"
name = "东街急救中心"
change = "new"
year = 2024
category = "急救中心（站）"
"""


@pytest.fixture
def street(tmp_path: Path) -> Path:
    study = street_study(tmp_path / "street")
    with (study.parent / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(BUILT)
    return study


def test_a_run_as_planned_by_a_year(street: Path) -> None:
    before = carecircle.analyze(street)
    text = street.read_text(encoding="utf-8")
    street.write_text(text.replace("\n[", "\ninclude_projects = 2025\n\n[", 1), encoding="utf-8")
    after = carecircle.analyze(street)
    assert len(after.inputs.facilities) == len(before.inputs.facilities) + 1
    assert any("东街急救中心" in f.sentence.text("zh") for f in after.findings)
    assert after.manifest["parameters"]["include_projects"] == 2025
    again = reanalyze(before, scenario=Scenario(name="2025", projects=2025))
    assert [v.outcome for v in again.verdicts] == [v.outcome for v in after.verdicts]
    assert "P" in set(again.inputs.facilities["facility_id"])
