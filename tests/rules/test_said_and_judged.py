"""What was judged or said amiss once, over the real catalogue: each with the plan's own figures or words."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from carecircle import categories
from carecircle.outputs import telling
from carecircle.outputs.terminal.summary import baseline_lines, missing_lines
from carecircle.rules import Outcome, Verdict, catalogue, judge, load_plan, need_sentence, needs, unlocks
from carecircle.rules.kinds import kind_of
from carecircle.runs.baseline import baseline_inputs, baseline_verdicts, named_facilities
from ruleworlds import answers, areas_of, demand_of, facilities_of, inputs_of, plan_of, reached_of, totals_of


@pytest.fixture(scope="module")
def baselines() -> dict[str, list[Verdict]]:
    return {plan: baseline_verdicts(load_plan(plan)) for plan in catalogue()}


def of(plan: str, rule: str, **world: Any) -> Verdict:
    return next(v for v in judge(load_plan(plan), inputs_of(**world), {}) if v.rule == rule)


def printed(plan: str, verdicts: list[Verdict]) -> str:
    out = io.StringIO()
    baseline_lines(load_plan(plan), verdicts, "en", Console(file=out, width=200))
    return out.getvalue()


# ---- falling targets, targets that may be exceeded ----
def test_a_ratio_that_is_meant_to_fall_fails_above_its_target() -> None:
    """医护比 1:1.55 in 2020, 1:1.23 in 2025: 1.40 is not there yet, 1.20 is."""
    for nurses, outcome in ((140, Outcome.FAIL), (120, Outcome.PASS)):
        there = facilities_of({"category": "综合医院", "attributes": {"nurses": nurses, "physicians": 100}})
        assert of("taonan", "T7.nurse_physician", facilities=there).outcome is outcome


def test_every_falling_target_lies_below_its_own_start() -> None:
    told = 0
    for plan in catalogue():
        for rule in load_plan(plan).rules:
            start = rule.baseline if rule.published is None else rule.published.value
            if rule.falls and isinstance(rule.target, float) and start is not None:
                assert rule.comparison in ("<=", "<")
                assert rule.target < start, rule.id
                told += 1
    assert told >= 5  # 医护比, 平均住院日, 近视率, 慢性病死亡率, 个人支出


# ---- a plan on its own figures ----
def test_nothing_planned_passes_the_plan_s_own_count(baselines: dict[str, list[Verdict]]) -> None:
    """What a plan is only going to build cannot be what it has: no count is met by a planned facility."""
    for plan, verdicts in baselines.items():
        loaded = load_plan(plan)
        planned = {n["name"] for n in named_facilities(loaded) if n.get("status") == "planned"}
        for verdict in verdicts:
            rule = verdict.rule_def
            if rule.by == "named" and {n.partition("|")[0] for n in rule.names} & planned:
                assert verdict.outcome is not Outcome.PASS, (plan, rule.id)
        without = baseline_inputs(loaded)
        kept = without.facilities[without.facilities["status"] != "planned"]
        again = {v.rule: v.outcome for v in judge(loaded, replace(without, facilities=kept), {})}
        for verdict in verdicts:
            if verdict.outcome is Outcome.PASS:
                assert again[verdict.rule] is Outcome.PASS, (plan, verdict.rule)


def test_a_planned_facility_is_there_in_no_plan(baselines: dict[str, list[Verdict]]) -> None:
    built = {"panzhihua": {"攀枝花市花城新区医院"}, "luojiang": {"区中医医院分院", "健康教育所"}}
    for plan, names in built.items():
        planned = {n["name"] for n in named_facilities(load_plan(plan)) if n.get("status") == "planned"}
        assert names <= planned


def test_a_starting_figure_is_asked_of_nobody(baselines: dict[str, list[Verdict]]) -> None:
    """No 要求 and no ≥ beside a figure that is judged by nothing."""
    for verdicts in baselines.values():
        for verdict in verdicts:
            if kind_of(verdict.rule_def).number == "start":
                assert telling.sign(verdict) == ""
                for language in ("zh", "en"):
                    assert "≥" not in verdict.reason.text(language)
                    assert "要求" not in verdict.reason.text(language)


def test_year_modality_softeners_and_contradictions_stand_on_every_line(
    baselines: dict[str, list[Verdict]],
) -> None:
    for plan, verdicts in baselines.items():
        said = " ".join(printed(plan, verdicts).split())
        assert said.count("against the target of") == len(verdicts)
        for word in {w for v in verdicts for w in v.rule_def.softeners}:
            assert word in said


def test_a_long_list_of_needs_is_whole_or_names_the_file_that_holds_it(
    baselines: dict[str, list[Verdict]],
) -> None:
    def lines(table: Path | None) -> list[str]:
        out = io.StringIO()
        missing_lines(baselines["luojiang"], "en", Console(file=out, width=400), table=table)
        return [line for line in out.getvalue().splitlines() if line.startswith("  - ")]

    wanted = unlocks(baselines["luojiang"])
    assert len(wanted) > 20
    assert len(lines(None)) == len(wanted)
    short = lines(Path("maps") / "verdicts.xlsx")
    assert len(short) == 6
    assert f"all {len(wanted)} are in" in short[-1]
    assert "verdicts.xlsx" in short[-1]


# ---- what is said ----
def test_one_facility_is_one_and_ten_are_ten() -> None:
    rule = {"kind": "count", "categories": ["综合医院"], "designations": ["三级甲等"], "target": 2}
    there = facilities_of({"category": "综合医院", "attributes": {"level": "三级甲等"}},
                          *({"category": "综合医院"} for _ in range(10)))  # fmt: skip
    found = judge(plan_of(rule), inputs_of(facilities=there), {})[0]
    assert "1 facility known" in found.reason.text("en")
    assert "1 facilities" not in found.reason.text("en")
    assert "not enough to compare with 1" not in found.reason.text("en")
    (need,) = found.missing_inputs
    assert "10" in need.text("en")
    share = {"kind": "share", "categories": ["综合医院"], "target": 1.0,
             "each": {"attribute": "beds", "value": 1}}  # fmt: skip
    lacking = judge(plan_of(share), inputs_of(facilities=there.iloc[1:]), {})[0]
    said = " ".join(n.text("en") for n in lacking.missing_inputs)
    assert "1 of 10" not in said
    assert "10" in said


def test_where_nothing_is_listed_nobody_lacks_a_way() -> None:
    plan = load_plan("luojiang")
    demand = demand_of({"residents": 500.0, "urban": True})
    world = inputs_of(facilities=facilities_of({"category": "村卫生室"}), demand=demand)
    found = {v.rule: v for v in judge(plan, world, answers(plan, reached_of((float("inf"), "island"))))}
    reason = found["L1.urban"].reason
    assert reason.key == "rules.none_listed"
    assert "无路可达" not in reason.text("zh")


def test_the_column_that_is_asked_for_is_the_one_that_tells() -> None:
    """A role is a department's, a designation's, an owner's or a level's: each asks for its own column."""
    told = {"急诊科": "科室", "社区医院": "称号", "县办": "办医", "三级甲等": "级"}
    for role, word in told.items():
        rule = {"kind": "share", "categories": ["综合医院"], "has": [role], "target": 1.0}
        there = facilities_of({"category": "综合医院", "roles_told": frozenset()})
        found = judge(plan_of(rule), inputs_of(facilities=there), {})[0]
        said = " ".join(n.text("zh") for n in found.missing_inputs)
        assert word in said, (role, said)
        others = [w for w in told.values() if w != word and w != "级"]
        assert not any(other in said for other in others), (role, said)


def test_a_failed_named_rule_says_which_role_it_lacks() -> None:
    there = facilities_of(
        {"name": "罗江区人民医院", "category": "综合医院", "designations": ("卒中中心", "胸痛中心")}
    )
    found = of("luojiang", "L6.named", facilities=there)
    said = " ".join(a.text("zh") for a in found.assumptions)
    assert found.outcome is Outcome.FAIL
    for role in ("创伤中心", "危重孕产妇救治中心", "危重新生儿救治中心"):
        assert role in said
    assert "卒中中心" not in said


def test_a_blank_of_those_who_bear_no_such_figure_blocks_nothing() -> None:
    """Childcare places are a nursery's: a clinic without the figure leaves B9.childcare known."""
    there = facilities_of(
        {"category": "托育机构", "attributes": {"childcare_places": 450.0}}, {"category": "诊所"},
        {"category": "村卫生室"},
    )  # fmt: skip
    totals = totals_of(("region", "residents", 100_000.0, 2025))
    found = of("beibei", "B9.childcare", facilities=there, totals=totals)
    assert (found.outcome, found.observed) == (Outcome.PASS, 4.5)


# ---- whose a facility is ----
def test_an_owner_in_either_column_grants_the_role() -> None:
    asked = (
        ("县办", "L9.county", "luojiang", 1.0),
        ("市办", "P6.city", "panzhihua", 1.0),
        ("市办", "L9.county", "luojiang", 0.0),
    )
    for owner, rule, plan, counted in asked:
        totals = totals_of(("region", "residents", 100_000.0, 2025))
        beds = {"beds": 100.0}
        column = facilities_of({"category": "妇幼保健机构", "attributes": {**beds, "ownership": owner}})
        among = facilities_of({"category": "妇幼保健机构", "designations": (owner,), "attributes": beds})
        for there in (column, among):
            assert of(plan, rule, facilities=there, totals=totals).observed == counted


def test_the_city_s_own_maternal_hospital_is_found() -> None:
    there = facilities_of({"category": "妇幼保健机构", "attributes": {"ownership": "市办"}})
    assert of("panzhihua", "P5.mch_city", facilities=there).outcome is Outcome.PASS
    assert of("panzhihua", "P5.mch_county", facilities=there).observed == 0


# ---- words of the plans ----
def test_the_plans_own_words_are_understood() -> None:
    roles = {"精神（心理）科": "精神科", "发热门诊（诊室、哨点）": "发热诊室",
             "县域医疗卫生服务次中心": "次中心", "社会心理服务站": "心理咨询站"}  # fmt: skip
    for word, meant in roles.items():
        assert categories.role(word) == meant, word
    assert categories.role("标准化村卫生室") is not None
    assert categories.area_attribute("服务半径较大") is not None
    assert categories.attribute("卫生技术人员") == categories.attribute("卫生技术人员数") is not None
    for kind in ("疗养院", "医学检验实验室", "养老机构"):
        assert categories.canonical(kind) == kind


def test_every_category_and_role_of_the_catalogue_is_known() -> None:
    for plan in catalogue():
        for rule in load_plan(plan).rules:
            for code in needs(rule):
                assert need_sentence(code).text("zh")
            if rule.by == "named" and "疗养院" in "".join(rule.names):
                assert any(categories.from_name(n.partition("|")[0]) == "疗养院" for n in rule.names)
    assert categories.kinds_of(["疗养院"]) <= categories.kinds_of(["医疗卫生机构"])
    for kind in ("养老机构",):
        assert kind not in categories.kinds_of(["医院"])
    assert "医学检验实验室" not in categories.kinds_of(["医院"])


def test_a_farm_and_a_holding_area_ask_for_nothing() -> None:
    """洮南's lists of 2023 hold 市原种场 and 市原种场虚拟生活区 beside towns and villages."""
    areas = areas_of(
        {"level": "town", "name": "瓦房镇"}, {"level": "town", "name": "市原种场"},
        {"name": "甲村", "parent_id": "a0"}, {"name": "市原种场虚拟生活区", "parent_id": "a1"},
    )  # fmt: skip
    there = facilities_of(
        {"category": "乡镇卫生院", "area_id": "a0", "attributes": {"ownership": "乡镇办"}},
        {"category": "村卫生室", "area_id": "a2", "designations": ("达标村卫生室",)},
    )
    for rule in ("T1", "T2"):
        found = of("taonan", rule, facilities=there, areas=areas)
        assert found.outcome is Outcome.PASS, rule
        assert any("市原种场" in a.text("zh") for a in found.assumptions)


# ---- one institution, two names ----
def test_one_institution_of_two_names_stands_once_in_the_template() -> None:
    """罗江区第二人民医院（金山镇中心卫生院）: one row, found by either name."""
    names = [n["name"] for n in named_facilities(load_plan("luojiang"))]
    assert sum("第二人民医院" in n or "金山镇中心卫生院" in n for n in names) == 1
    for own in ("罗江区第二人民医院", "金山镇中心卫生院"):
        row = {"name": own, "category": "医院", "designations": ("次中心",), "attributes": {"level": "二级"}}
        assert of("luojiang", "L15.second", facilities=facilities_of(row)).outcome is Outcome.PASS


def test_two_rows_of_one_institution_count_once() -> None:
    rows = [
        {"name": "罗江区第二人民医院", "category": "综合医院", "attributes": {"beds": 200.0}},
        {"name": "金山镇中心卫生院", "category": "中心卫生院", "attributes": {"beds": 200.0}},
        {"name": "罗江区人民医院", "category": "综合医院", "attributes": {"beds": 500.0}},
    ]
    totals = totals_of(("region", "residents", 100_000.0, 2025))
    found = of("luojiang", "L9.beds", facilities=facilities_of(*rows), totals=totals)
    assert found.observed == 7.0  # 700 beds, not 900
    assert any("第二人民医院" in a.text("zh") for a in found.assumptions)


# ---- units ----
def test_figures_bear_the_units_of_the_plan() -> None:
    """单位：台 of box 2, （万人） of table 1, 1:0.45 as a ratio and no percentage."""
    there = facilities_of(
        {"category": "综合医院", "attributes": {"ct_64": 3.0, "beds": 100.0, "physicians": 40.0}}
    )
    ct = of("beibei", "B11.ct", facilities=there)
    assert (ct.unit, ct.shown(ct.observed).text("zh"), ct.shown(4.0).text("en")) == (
        "devices", "3 台", "4 devices",
    )  # fmt: skip
    centre = facilities_of({"category": "疾病预防控制机构", "attributes": {"health_staff": 1200.0}})
    staff = of("panzhihua", "P8.public_health", facilities=centre)
    assert (staff.observed, staff.shown(staff.observed).text("zh")) == (0.12, "0.12 万人")
    ratio = of("beibei", "B9.bed_physician", facilities=there)
    assert "%" not in ratio.shown(ratio.target).text("zh")
    beds = of("luojiang", "L8.general.beds", facilities=facilities_of(
        {"category": "综合医院", "attributes": {"ownership": "县办", "beds": 551.0}}))  # fmt: skip
    assert beds.shown(beds.observed).text("zh") == "551 张"
