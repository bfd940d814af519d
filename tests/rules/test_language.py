"""What plans say: each field in a tiny world where a rule without it comes to something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carecircle.errors import CarecircleError
from carecircle.rules import Outcome, Verdict, judge, load_plan
from ruleworlds import areas_of, facilities_of, inputs_of, plan_of, totals_of

PEOPLE = totals_of(("", "residents", 10_000.0, 2025))


def one(rule: dict[str, Any], **world: Any) -> Verdict:
    return judge(plan_of(rule), inputs_of(**world), {})[0]


def hospital(beds: float, **more: Any) -> dict[str, Any]:
    attributes = {"beds": beds, **more.pop("attributes", {})}
    return {"category": "综合医院", "attributes": attributes, **more}


# ---- which facilities count ----
def test_a_role_or_a_category() -> None:
    rule = {"kind": "presence", "categories": ["急救中心（站）"], "by": "town"}
    areas = areas_of({"level": "town", "name": "甲镇"}, {"level": "town", "name": "乙镇"})
    there = facilities_of(
        {"category": "急救中心（站）", "area_id": "a0"},
        {"category": "乡镇卫生院", "area_id": "a1", "designations": ("急救网络站点",)},
    )
    assert one(rule, areas=areas, facilities=there).outcome is Outcome.FAIL
    either = {**rule, "also": [{"designations": ["急救网络站点"]}]}
    assert one(either, areas=areas, facilities=there).outcome is Outcome.PASS


def test_a_role_binds_some_of_the_categories() -> None:
    ratio = {"kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000, "target": 45}
    there = facilities_of(
        hospital(300, attributes={"ownership": "县办"}),
        hospital(200, attributes={"ownership": "市办"}),
        {"category": "乡镇卫生院", "attributes": {"beds": 150, "ownership": "乡镇办"}},
    )
    pooled = {**ratio, "categories": ["医院", "基层医疗卫生机构"], "designations": ["县办"]}
    assert one(pooled, facilities=there, totals=PEOPLE).observed == 30
    bound = {
        **ratio,
        "categories": ["医院"],
        "designations": ["县办"],
        "also": [{"categories": ["基层医疗卫生机构"]}],
    }
    found = one(bound, facilities=there, totals=PEOPLE)
    assert (found.outcome, found.observed) == (Outcome.PASS, 45)


def test_a_facility_in_several_sets_counts_once() -> None:
    rule = {
        "kind": "count", "numerator": "beds", "target": 300, "comparison": "<=",
        "categories": ["医院"], "also": [{"categories": ["综合医院"]}],
    }  # fmt: skip
    assert one(rule, facilities=facilities_of(hospital(300))).observed == 300


def test_categories_left_out() -> None:
    rule = {"kind": "count", "categories": ["专业公共卫生机构"], "comparison": "<=", "target": 3}
    kinds = ("疾病预防控制机构", "妇幼保健机构", "卫生监督机构", "急救中心（站）", "血站")
    there = facilities_of(*({"category": k} for k in kinds))
    assert one(rule, facilities=there).outcome is Outcome.FAIL
    left = {**rule, "not_categories": ["急救中心（站）", "血站"]}
    assert (one(left, facilities=there).outcome, one(left, facilities=there).observed) == (Outcome.PASS, 3)


def test_denominators_of_several_sets() -> None:
    rule = {
        "kind": "ratio", "numerator": "nurses", "categories": ["医院"], "denominator": "beds",
        "denominator_categories": ["医院"], "target": 0.5,
        "denominator_also": [{"categories": ["妇幼保健机构"]}],
    }  # fmt: skip
    there = facilities_of(
        hospital(100, attributes={"nurses": 60}),
        {"category": "妇幼保健机构", "attributes": {"beds": 100, "nurses": 90}},
    )
    assert one(rule, facilities=there).observed == 0.3
    assert one({**rule, "denominator_also": []}, facilities=there).observed == 0.6


# ---- ownership by level ----
@pytest.mark.parametrize(
    ("told", "asked", "outcome"),
    [
        ("县办", "县办", Outcome.PASS), ("区属", "县办", Outcome.PASS), ("县办", "政府办", Outcome.PASS),
        ("县办", "公立", Outcome.PASS), ("政府办", "县办", Outcome.NOT_ASSESSED),
        ("公立", "政府办", Outcome.NOT_ASSESSED), ("公立", "县办", Outcome.NOT_ASSESSED),
        ("市办", "县办", Outcome.FAIL), ("社会办", "公立", Outcome.FAIL), ("社会办", "县办", Outcome.FAIL),
        ("企业办", "政府办", Outcome.FAIL), ("企业办", "公立", Outcome.PASS),
        ("乡镇办", "政府办", Outcome.PASS), ("企业办", "大企业办", Outcome.PASS),
        ("企事业办", "大企业办", Outcome.PASS), ("集体", "大企业办", Outcome.FAIL),
        ("集体", "公立", Outcome.PASS), ("县办", "大企业办", Outcome.FAIL),
        ("不详", "公立", Outcome.NOT_ASSESSED), ("公立", "社会办", Outcome.FAIL),
    ],
)  # fmt: skip
def test_ownership_is_told_by_level(told: str, asked: str, outcome: Outcome) -> None:
    rule = {"kind": "count", "categories": ["医院"], "designations": [asked], "target": 1}
    assert one(rule, facilities=facilities_of(hospital(1, attributes={"ownership": told}))).outcome is outcome


def test_rank_is_no_ownership() -> None:
    rule = {"kind": "count", "categories": ["医院"], "designations": ["县级"], "target": 1}
    there = facilities_of(hospital(1, attributes={"ownership": "县办"}))
    assert one(rule, facilities=there).outcome is Outcome.FAIL
    assert one(rule, facilities=facilities_of(hospital(1, designations=("区级",)))).outcome is Outcome.PASS


# ---- each role, each class ----
def test_each_role_somewhere() -> None:
    rule = {"kind": "presence", "categories": ["医院"], "has": ["卒中中心", "胸痛中心"]}
    apart = facilities_of(hospital(1, designations=("卒中中心",)), hospital(1, designations=("胸痛中心",)))
    assert one(rule, facilities=apart).outcome is Outcome.FAIL
    found = one({**rule, "each_role": True}, facilities=apart)
    assert (found.outcome, [u.id for u in found.units]) == (Outcome.PASS, ["卒中中心", "胸痛中心"])
    lacking = one({**rule, "each_role": True}, facilities=apart.iloc[:1])
    assert [u.state for u in lacking.units] == ["met", "gap"]


def test_each_class_by_itself() -> None:
    rule = {
        "kind": "ratio", "numerator": "tcm_physicians", "denominator": "physicians", "target": 0.25,
        "categories": ["乡镇卫生院", "社区卫生服务中心"],
    }  # fmt: skip
    there = facilities_of(
        {"category": "乡镇卫生院", "attributes": {"tcm_physicians": 5, "physicians": 10}},
        {"category": "社区卫生服务中心", "attributes": {"tcm_physicians": 1, "physicians": 10}},
    )
    assert one(rule, facilities=there).outcome is Outcome.PASS  # pooled: 6 of 20
    found = one({**rule, "per_class": True}, facilities=there)
    assert (found.outcome, [u.observed for u in found.units]) == (Outcome.FAIL, [0.5, 0.1])
    share = {"kind": "share", "categories": rule["categories"], "has": ["中医馆"], "target": 0.5}
    halls = facilities_of(
        {"category": "乡镇卫生院", "attributes": {"departments": ("中医馆",)}},
        {"category": "社区卫生服务中心", "attributes": {"departments": ()}},
    )
    assert one(share, facilities=halls).outcome is Outcome.PASS
    assert one({**share, "per_class": True}, facilities=halls).outcome is Outcome.FAIL


# ---- measured, falling, published ----
@pytest.mark.parametrize("why", ["permission", "reserve"])
def test_what_is_allowed_is_measured(why: str) -> None:
    rule = {"kind": "count", "categories": ["专科医院"], "numerator": "beds", "target": 100}
    there = facilities_of({"category": "眼科医院", "attributes": {"beds": 20}})
    assert one(rule, facilities=there).outcome is Outcome.FAIL
    found = one({**rule, why: True}, facilities=there)
    assert (found.outcome, found.observed, found.target, found.state) == (
        Outcome.NO_THRESHOLD, 20, 100, "measured",
    )  # fmt: skip
    assert "20" in found.reason.text("en")
    assert "100" in found.reason.text("en")
    assert found.margin is None


def test_a_ratio_that_is_meant_to_fall() -> None:
    rule = {
        "kind": "ratio", "numerator": "nurses", "denominator": "physicians", "target": 1.25, "baseline": 1.4,
    }  # fmt: skip
    there = facilities_of(hospital(1, attributes={"nurses": 14, "physicians": 10}))
    assert one(rule, facilities=there).outcome is Outcome.PASS
    assert one({**rule, "comparison": "<=", "falls": True}, facilities=there).outcome is Outcome.FAIL


def test_a_published_figure_is_the_plans_own_and_says_so() -> None:
    rule = {
        "kind": "published", "published": {"value": 9.9, "year": 2020}, "comparison": "<", "target": 8,
        "falls": True,
    }  # fmt: skip
    found = one(rule)
    assert (found.outcome, found.observed) == (Outcome.FAIL, 9.9)
    assert any("2020" in s.text("en") and "own figure" in s.text("en") for s in found.assumptions)
    later = one(rule, totals=totals_of(("", "R1", 7.5, 2024)))
    assert (later.outcome, later.observed) == (Outcome.PASS, 7.5)
    assert not any("own figure" in s.text("en") for s in later.assumptions)
    older = one(rule, totals=totals_of(("", "R1", 7.5, 2015)))
    assert older.observed == 9.9


# ---- where it is from ----
def test_a_draft_is_measured_and_a_report_is_judged_and_says_so() -> None:
    rule = {"kind": "count", "categories": ["医院"], "target": 2}
    there = facilities_of(hospital(1))
    draft = one({**rule, "provenance": "draft"}, facilities=there)
    assert (draft.outcome, draft.observed) == (Outcome.NO_THRESHOLD, 1)
    told = {
        **rule, "quote": "", "states": "two hospitals for each county", "provenance": "secondary",
        "source": {"title": "A report on hospitals", "year": 2015},
    }  # fmt: skip
    second = one(told, facilities=there)
    assert second.outcome is Outcome.FAIL
    assert any("A report on hospitals (2015)" in s.text("en") for s in second.assumptions)
    assert second.quote == "two hospitals for each county"
    assert one(rule, facilities=there).assumptions == ()


def test_the_plans_tier_is_its_rules() -> None:
    plan = plan_of({"kind": "count", "target": 1})
    assert plan.rules[0].provenance == "official"
    data = plan.model_dump()
    data["plan"]["provenance"] = "draft"
    for rule in data["rule"]:
        del rule["provenance"]
    assert type(plan).model_validate(data).rules[0].provenance == "draft"


# ---- of which level ----
def test_a_county_is_asked_what_can_be_asked_of_a_county() -> None:
    rules = [
        {"id": "P", "kind": "count", "categories": ["医院"], "target": 1, "for_level": "prefecture"},
        {"id": "C", "kind": "count", "categories": ["医院"], "target": 1},
    ]
    plan = plan_of(*rules)
    head = plan.plan.model_copy(update={"adcode": "510400", "region": "某市"})
    plan = plan.model_copy(update={"plan": head})
    there = facilities_of(hospital(1))
    county = areas_of({"level": "county", "name": "米易县", "area_id": "510421"})
    told = judge(plan, inputs_of(areas=county, facilities=there), {})
    assert [v.rule for v in told] == ["C"]
    assert any("a county judged" in s.text("en") for s in told[0].assumptions)
    city = areas_of({"level": "county", "area_id": "510421"}, {"level": "county", "area_id": "510422"})
    whole = judge(plan, inputs_of(areas=city, facilities=there), {})
    assert [v.rule for v in whole] == ["P", "C"]
    assert not any(s.key == "rules.plan_above" for v in whole for s in v.assumptions)


# ---- named ----
@pytest.mark.parametrize(
    ("name", "called", "inside", "found"),
    [
        ("罗江区人民医院", "区人民医院", True, True),
        ("德阳市罗江区人民医院", "区人民医院", True, True),
        ("旌阳区人民医院", "区人民医院", True, False),
        ("罗江区人民医院", "区人民医院", False, False),
        ("人民医院", "罗江区人民医院", True, True),
        ("金山镇中心卫生院", "区第二人民医院|金山镇中心卫生院", True, True),
        ("区第二人民医院（金山镇中心卫生院）", "金山镇中心卫生院", True, True),
        ("罗江区中医医院", "区人民医院", True, False),
    ],
)
def test_a_name_is_bound_to_its_region(name: str, called: str, inside: bool, found: bool) -> None:
    plan = plan_of({"kind": "presence", "by": "named", "names": [called]})
    head = plan.plan.model_copy(update={"region": "德阳市罗江区"})
    plan = plan.model_copy(update={"plan": head})
    world = inputs_of(facilities=facilities_of({"category": "综合医院", "name": name, "inside": inside}))
    assert (judge(plan, world, {})[0].outcome is Outcome.PASS) is found


# ---- what is refused ----
HEAD = """[plan]
id = "mine"
title = "我的规划"

[[rule]]
id = "A"
clause = "A"
section = "一"
"""
COUNT = 'quote = "设置医院一所的规定"\nkind = "count"\ncategories = ["医院"]\ntarget = 1\n'
RATIO = (
    'quote = "床位比例的有关规定"\nkind = "ratio"\nnumerator = "beds"\n'
    'denominator = "physicians"\ntarget = 1\n'
)
PROJECT = (
    '[[project]]\nid = "P"\nsection = "一"\nquote = "新建医院一所的规定"\nname = "区医院"\nyear = 2024\n'
)


@pytest.mark.parametrize(
    ("rule", "key", "field"),
    [
        (COUNT + 'title_zh = "医院数"', "rules.title_in_one_language", "[[rule]]"),
        (COUNT + f'title_zh = "{"长" * 41}"\ntitle_en = "x"', "rules.too_long", "title_zh"),
        (COUNT + "also = [{}]", "rules.also_empty", "also"),
        (COUNT + 'also = [{ categories = ["医院"] }]', "rules.also_twice", "also"),
        (COUNT.replace("categories", "also").replace('["医院"]', "[{}]"), "rules.also_of_all", "also"),
        (COUNT + 'also = [{ categories = ["太空医院"] }]', "rules.unmapped_category", "also"),
        (COUNT + 'not_categories = ["诊所"]', "rules.left_out_of_nothing", "not_categories"),
        (COUNT + 'not_categories = ["医院"]', "rules.left_out_of_nothing", "not_categories"),
        (COUNT + "each_role = true", "rules.field_unused", "each_role"),
        (COUNT + "per_class = true", "rules.field_unused", "per_class"),
        (COUNT + "published = { value = 1, year = 2020 }", "rules.field_unused", "published"),
        (COUNT + 'denominator_also = [{ categories = ["医院"] }]', "rules.field_unused", "denominator_also"),
        (RATIO + "per_class = true", "rules.per_class_needs", "per_class"),
        (
            COUNT.replace('kind = "count"', 'kind = "presence"').replace("target = 1", 'has = ["急诊科"]')
            + "each_role = true",
            "rules.each_role_needs",
            "each_role",
        ),
        (COUNT + "region_only = false", "rules.region_only_named", "region_only"),
        (COUNT + "permission = true\nreserve = true", "rules.permission_or_reserve", "reserve"),
        (COUNT + 'permission = true\nmodality = "binding"', "rules.permission_binding", "permission"),
        (RATIO + "falls = true\nbaseline = 2", "rules.falls_at_most", "[[rule]]"),
        (RATIO + 'falls = true\ncomparison = "<="', "rules.falls_from", "falls"),
        (RATIO + 'falls = true\ncomparison = "<="\nbaseline = 0.5', "rules.rises", "falls"),
        (COUNT + 'tolerance = 0.1\ncomparison = ">"', "rules.tolerance_needs_equal", "tolerance"),
        (COUNT + 'provenance = "secondary"', "rules.quote_of_secondary", "quote"),
        (COUNT + 'states = "a hospital there is"', "rules.states_of_text", "states"),
        (
            COUNT.replace('quote = "设置医院一所的规定"', 'states = "one hospital for all"')
            + 'provenance = "secondary"',
            "rules.tier_lacks",
            "[[rule]]",
        ),
        (COUNT + 'for_level = "village"', "rules.not_in_vocabulary", "for_level"),
        (COUNT + PROJECT + 'change = "new"', "rules.new_without_category", "[[project]]"),
        (COUNT + PROJECT + 'change = "merged"', "rules.into_and_merged", "[[project]]"),
        (COUNT + PROJECT + 'change = "extended"', "rules.changes_nothing", "change"),
        (COUNT + PROJECT + 'change = "rebuilt"', "rules.not_in_vocabulary", "change"),
        (
            COUNT + PROJECT + 'change = "extended"\nattributes = { bets = 1 }',
            "rules.unknown_attribute",
            "attributes",
        ),
    ],
)  # fmt: skip
def test_combinations_that_mean_nothing(tmp_path: Path, rule: str, key: str, field: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(HEAD + rule + "\n", encoding="utf-8")
    with pytest.raises(CarecircleError) as caught:
        load_plan(path)
    assert caught.value.sentence.key == key
    row = caught.value.row
    assert row is not None
    assert path.read_text(encoding="utf-8").splitlines()[row - 1].startswith(field)
    assert caught.value.text("zh") != caught.value.text("en")


def test_titles_are_unique_in_each_language(tmp_path: Path) -> None:
    named = COUNT + 'title_zh = "医院数"\ntitle_en = "Hospitals"\n'
    text = HEAD + named + "[[rule]]\nid = 'B'\nclause = 'A'\nsection = '一'\n" + named
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CarecircleError, match="used twice"):
        load_plan(path)
    path.write_text(text[::-1].replace("数院医"[::1], "量数院医", 1)[::-1], encoding="utf-8")
    with pytest.raises(CarecircleError, match="Hospitals"):
        load_plan(path)


def test_a_rule_is_called_by_its_title() -> None:
    told = {"title_zh": "每县一所医院", "title_en": "A hospital in every county"}
    found = one(
        {"kind": "count", "categories": ["医院"], "target": 1, **told}, facilities=facilities_of(hospital(1))
    )
    assert found.to_dict("zh")["title"] == "每县一所医院"
    assert found.to_dict("en")["title"] == "A hospital in every county"
    made = one({"kind": "count", "categories": ["医院"], "target": 1}, facilities=facilities_of(hospital(1)))
    assert made.to_dict("en")["title"]
