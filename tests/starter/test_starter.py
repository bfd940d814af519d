"""A study folder ready to fill, and every plan judged on its own published figures."""

from __future__ import annotations

import csv
import os
import re
import shutil
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from carecircle import categories
from carecircle.doctor import examine
from carecircle.errors import InputError, UsageError
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.rules import Outcome, Verdict, catalogue, judge, load_plan
from carecircle.runs.baseline import baseline_inputs, named_facilities, published_figures
from carecircle.starter import init, template_columns
from carecircle.study import Facilities, load_study
from realdata import plan_text, real
from test_delivery import dying

NORMS = ("china", "world")
"""Plans of no region: they name no facility and publish no figure of their own."""


def by_rule(plan_id: str, extra: list[tuple[str, str, float, int, str]] | None = None) -> dict[str, Verdict]:
    plan = load_plan(plan_id)
    return {v.rule: v for v in judge(plan, baseline_inputs(plan, extra or ()), {})}


@pytest.mark.parametrize("plan", catalogue())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_folder_loads_and_its_table_is_read_back(plan: str, language: str, tmp_path: Path) -> None:
    folder = tmp_path / "研究 一"
    files = init(folder, plan, language=language)  # type: ignore[arg-type]
    assert all(f.is_file() for f in files)
    study = load_study(folder)
    target = load_plan(plan).plan.target_year
    assert (study.plan, study.year, study.name) == (plan, target, "研究 一")
    assert study.facilities is not None
    if not named_facilities(load_plan(plan)):  # norms name nobody: the table waits for its first row
        with pytest.raises(InputError, match=r"no rows|没有"):
            read_facilities(study.facilities)
        return
    frame, findings = read_facilities(study.facilities)
    named = named_facilities(load_plan(plan))
    plain = str.maketrans("（）", "()")
    assert [n.translate(plain) for n in frame["name"]] == [n["name"].translate(plain) for n in named]
    assert frame.geometry.isna().all()
    assert not [f for f in findings if f.level == "error"]


def test_panzhihua_s_template_lists_eighteen_hospitals_with_their_beds(tmp_path: Path) -> None:
    init(tmp_path, "panzhihua")
    frame, _ = read_facilities(Facilities(path=tmp_path / "机构.xlsx", layer="机构"))
    beds = [a["beds_authorised"] for a in frame["attributes"] if "beds_authorised" in a]
    assert (len(beds), sum(beds)) == (18, 7852)


NAMED = {"luojiang": 10, "wutongqiao": 11, "taonan": 7, "beibei": 33, "panzhihua": 21}


@pytest.mark.real
@pytest.mark.parametrize("plan", NAMED)
def test_every_name_in_the_template_is_the_plan_s_own(plan: str) -> None:
    text = re.sub(r"\s+", "", plan_text(f"{plan}.txt").read_text(encoding="utf-8"))
    rows = named_facilities(load_plan(plan))
    assert len(rows) == len({r["name"] for r in rows}) == NAMED[plan]
    for row in rows:
        assert SAID_APART.get(row["name"], row["name"]) in text, row["name"]
        assert row["category"] in categories.categories()


SAID_APART = {
    "天生街道社区卫生服务中心": "天生街道、歇马街道社区卫生服务中心",
    "澄江镇卫生院": "澄江、三圣镇卫生院",
}
"""Names that a plan says for several facilities at once."""

KINDS = {
    "luojiang": {"区第二人民医院（金山镇中心卫生院）": "中心卫生院", "区人民医院": "综合医院"},
    "taonan": {
        "市人民医院": "综合医院", "市中医医院": "中医医院", "市妇幼保健院": "妇幼保健机构",
        "市疾病预防控制中心": "疾病预防控制机构", "市结核病防治所": "专科疾病防治机构",
        "市120医疗急救中心": "急救中心（站）", "白城市洮南神经精神病医院": "精神病医院",
    },
    "panzhihua": {
        "攀枝花市第三人民医院": "精神病医院", "攀枝花市第四人民医院": "传染病医院", "市中心血站": "血站",
    },
    "beibei": {"静观医院": "乡镇卫生院", "蔡家医院": "乡镇卫生院"},
}  # fmt: skip


@pytest.mark.parametrize("plan", KINDS)
def test_a_named_facility_is_what_the_plan_has_it_be(plan: str) -> None:
    rows = {r["name"]: r["category"] for r in named_facilities(load_plan(plan))}
    assert {name: rows[name] for name in KINDS[plan]} == KINDS[plan]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_to_be_built_is_marked_planned_in_the_table(language: str, tmp_path: Path) -> None:
    for plan in NAMED:
        init(tmp_path / plan, plan, language=language)  # type: ignore[arg-type]
        study = load_study(tmp_path / plan)
        assert study.facilities is not None
        frame, _ = read_facilities(study.facilities)
        told = {r["facility_id"] for r in named_facilities(load_plan(plan)) if r.get("status") == "planned"}
        assert set(frame.loc[frame["status"] == "planned", "facility_id"]) == told
        new = [p for p in load_plan(plan).projects if p.change == "new" and p.state != "done"]
        assert bool(told) >= bool(new)


@pytest.mark.parametrize("plan", NAMED)
def test_the_doctor_names_what_the_template_lacks(plan: str, tmp_path: Path) -> None:
    init(tmp_path, plan)
    found = examine(tmp_path / "study.toml")
    assert not [f for f in found.findings if f.sentence.key.startswith("rules.")]
    said = " ".join(f.sentence.text("zh") for f in found.findings)
    assert "坐标" in said


def test_it_never_writes_over_a_planners_files(tmp_path: Path) -> None:
    init(tmp_path, "beibei")
    with pytest.raises(UsageError, match=r"study\.toml"):
        init(tmp_path, "beibei")


@pytest.mark.parametrize("plan", catalogue())
def test_every_column_is_explained_and_understood(plan: str) -> None:
    columns = template_columns(load_plan(plan), "zh")
    assert len({c.header for c in columns}) == len(columns)
    for column in columns:
        assert column.meaning
        if column.id in categories.attributes():
            assert categories.attribute(column.header) == column.id
    unlocked = {c.id for c in columns if c.rules}
    assert "designations" in unlocked
    assert ("departments" in unlocked) == (plan != "world")


@pytest.mark.parametrize("plan", catalogue())
def test_published_figures_are_the_plans_own(plan: str, tmp_path: Path) -> None:
    rows = published_figures(load_plan(plan))
    assert (len(rows) > 5) == (plan not in NORMS)
    assert {year for _, _, _, year, _ in rows} <= {2020, 2025}
    assert any(name == "partial_inventory" for _, name, *_ in rows) == bool(named_facilities(load_plan(plan)))
    assert len(init(tmp_path, plan)) == 2 + bool(rows)
    if not rows:
        assert load_study(tmp_path).totals is None
        return
    with (tmp_path / "totals.csv").open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in csv.DictReader(file)) == len(rows)


# ---- every plan on its own published figures ----
def test_ratios_and_shares_are_judged_on_the_figures_of_2020() -> None:
    beibei = by_rule("beibei")
    assert (beibei["B8.beds"].outcome, beibei["B8.beds"].observed) == (Outcome.FAIL, 6.57)
    assert beibei["B8.beds"].margin == pytest.approx(6.57 - 8.32)
    assert (beibei["B10.fever"].outcome, beibei["B10.fever"].observed) == (Outcome.FAIL, 0.2353)
    assert beibei["B10.tcm_hall"].outcome is Outcome.PASS
    assert all(
        beibei[f"B11.{i}"].outcome is Outcome.PASS for i in ("pet_ct", "robots", "ct", "mri", "accelerators")
    )
    assert any(a.key == "rules.years_differ" for a in beibei["B8.beds"].assumptions)
    taonan = by_rule("taonan")
    assert taonan["T7.nurse_physician"].observed == pytest.approx(1221 / 790)
    assert taonan["T6.beds"].outcome is Outcome.PASS  # 7.39 is 7.50 左右
    assert taonan["T6.public"].outcome is Outcome.FAIL


def test_named_hospitals_are_judged_on_their_beds_of_2020() -> None:
    panzhihua = by_rule("panzhihua")
    assert (panzhihua["P7.total"].outcome, panzhihua["P7.total"].observed) == (Outcome.FAIL, 7852)
    # table 2, 2020 and 2025: six rows are the same, 攀煤总医院 has 394 of 315, eleven have fewer
    beds = {
        1: (1496, 1496),
        2: (0, 980),
        3: (800, 800),
        4: (800, 1000),
        5: (220, 300),
        6: (800, 1000),
        7: (100, 300),
        8: (1073, 1100),
        9: (394, 315),
        10: (496, 500),
        11: (70, 70),
        12: (300, 400),
        13: (500, 500),
        14: (299, 299),
        15: (35, 50),
        16: (200, 200),
        17: (99, 100),
        18: (170, 300),
    }
    assert (sum(b for b, _ in beds.values()), sum(b for _, b in beds.values())) == (7852, 9710)
    for row, (had, wanted) in beds.items():
        verdict = panzhihua[f"P7.{row:02d}"]
        assert (verdict.observed, verdict.target) == (had, wanted)
        assert verdict.outcome is (Outcome.PASS if had >= wanted else Outcome.FAIL), row
    assert panzhihua["P7.09"].state == "surplus"
    # 花城新区医院 had none in 2020: it is planned, and says so
    assert any(a.key == "rules.named_planned" for a in panzhihua["P7.02"].assumptions)


@pytest.mark.parametrize("plan", catalogue())
def test_what_the_plan_does_not_publish_is_never_judged(plan: str) -> None:
    about_places = ("radius", "time", "response", "conditional")
    for verdict in by_rule(plan).values():
        if verdict.rule_def.kind in about_places:
            assert verdict.outcome in (Outcome.NOT_ASSESSED, Outcome.NO_THRESHOLD), verdict.rule
        if verdict.outcome is Outcome.NOT_ASSESSED:
            assert verdict.missing_inputs, verdict.rule


CENSUS = {"luojiang": "510604", "wutongqiao": "511112", "taonan": "220881", "beibei": "500109"}
PANZHIHUA = ("510402", "510403", "510411", "510421", "510422")


def census(*codes: str) -> dict[str, float]:
    with real("china/county_census2020.csv").open(encoding="utf-8-sig") as file:
        rows = [r for r in csv.DictReader(file) if r["区划代码"] in codes]
    assert len(rows) == len(codes)
    return {
        "residents": sum(float(r["人口数_合计"]) for r in rows),
        "residents_urban": sum(float(r["城镇人口"]) for r in rows),
        "residents_rural": sum(float(r["乡村人口"]) for r in rows),
    }


@pytest.mark.real
def test_the_census_beside_them_lets_the_load_of_a_plan_be_judged() -> None:
    rows = [("", k, v, 2020, "2020 census") for k, v in census(CENSUS["luojiang"]).items()]
    load = by_rule("luojiang", rows)["L2"]
    # the one centre is what is planned, not what was found: without a list of centres nothing is judged
    assert load.outcome is Outcome.NOT_ASSESSED
    rows = [("", k, v, 2020, "2020 census") for k, v in census(*PANZHIHUA).items()]
    # the 14 centres are what is planned, not what was found: without a list of centres nothing is judged
    assert by_rule("panzhihua", rows)["P2.load"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.real
def test_taonan_s_census_is_the_residents_its_pairs_imply() -> None:
    assert census(CENSUS["taonan"])["residents"] == pytest.approx(307_215, abs=1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_killed_init_leaves_nothing_that_the_next_refuses(tmp_path: Path) -> None:
    for at in range(1, 200, 3):
        pid = os.fork()
        if pid == 0:
            with pytest.MonkeyPatch.context() as patch, suppress(BaseException):
                dying(at, patch)
                init(tmp_path / "study", "luojiang")
                os._exit(0)
            os._exit(1)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert ended in (0, 9)
        there = [p.name for p in (tmp_path / "study").glob("[!.]*")]
        assert len(there) in (0, 3), at
        with pytest.raises(UsageError) if there else nullcontext():
            init(tmp_path / "study", "luojiang")
        assert len(list((tmp_path / "study").iterdir())) == 3
        assert [p.name for p in tmp_path.iterdir()] == ["study"]
        shutil.rmtree(tmp_path / "study")
        if ended == 0:
            return
    raise AssertionError("never came to its end")
