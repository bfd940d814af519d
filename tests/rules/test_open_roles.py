"""An open world of roles: a blank says that a role is not held only in a list that is seen to speak of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

import carecircle
from carecircle import categories
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.facilities.told import with_roles_named
from carecircle.rules import Outcome, Verdict, catalogue, judge, load_plan
from carecircle.rules.judging.names import first_form
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.rule import Rule
from carecircle.runs.baseline import baseline_inputs, baseline_verdicts
from carecircle.study import Facilities
from ruleworlds import CRS, answers, areas_of, demand_of, facilities_of, inputs_of, plan_of, reached_of

BLANK: frozenset[str] = frozenset()
STROKE = {"categories": ["综合医院"], "designations": ["卒中中心"]}
HEADER = "机构名称,机构类别,称号,科室,级别,办医性质,次中心,经度,纬度\n"
SURGERY = "三项基本手术"


def listed(folder: Path, *rows: str, header: str = HEADER, **stated: Any) -> gpd.GeoDataFrame:
    """A table as it is read at the door, its rows without the coordinates."""
    path = folder / "list.csv"
    path.write_text(header + "".join(f"{row},104,31\n" for row in rows), encoding="utf-8")
    source = Facilities(path=path, **stated)
    frame = with_roles_named(read_facilities(source)[0], [source]).to_crs(CRS)
    return frame.assign(inside=True, area_id=None)


def one(rule: dict[str, Any], there: gpd.GeoDataFrame, **world: Any) -> Verdict:
    plan = plan_of(rule)
    frame = reached_of((float("inf"), "island"))
    inputs = inputs_of(facilities=there, **world)
    return judge(plan, inputs, answers(plan, frame) if inputs.demand is not None else {})[0]


def holds(there: gpd.GeoDataFrame, role: str) -> list[bool | None]:
    return list(categories.roles_held(there, [role]))


# ---- what a table says by a blank ----
def test_a_blank_speaks_of_a_role_that_some_row_holds(tmp_path: Path) -> None:
    rows = ["甲院,综合医院,卒中中心,,,,", "乙院,综合医院,,,,,", "丙院,综合医院,胸痛中心,,,,"]
    there = listed(tmp_path, *rows)
    assert holds(there, "卒中中心") == [True, False, False]
    assert holds(there, "胸痛中心") == [False, False, True]
    assert holds(there, SURGERY) == [None, None, None]


def test_who_holds_more_holds_what_it_implies_and_who_lacks_that_lacks_the_more(tmp_path: Path) -> None:
    there = listed(tmp_path, "甲,乡镇卫生院,基本标准,,,,", "乙,乡镇卫生院,,,,,")
    assert holds(there, "优质服务基层行推荐标准") == [None, False]
    there = listed(tmp_path, "甲,急救中心（站）,市级急救网络站点,,,,", "乙,急救中心（站）,,,,,")
    assert holds(there, "急救网络站点") == [True, False]
    assert holds(there, "120急救平台") == [True, False]  # through two steps
    assert holds(there, "急救网络医院") == [None, False]


def test_a_row_may_say_itself_that_it_holds_none(tmp_path: Path) -> None:
    there = listed(tmp_path, "甲院,综合医院,无,无,,,", "乙院,综合医院,,,,,")
    assert holds(there, SURGERY) == [False, None]
    assert holds(there, "急诊科") == [False, None]


def test_another_rank_or_owner_leaves_no_room(tmp_path: Path) -> None:
    there = listed(tmp_path, "甲,疾病预防控制机构,县级,,,,", "乙,疾病预防控制机构,,,,,")
    assert holds(there, "市级") == [False, None]
    owners = ["县办", "公立", "", "企业办"]
    there = listed(tmp_path, *(f"院{n},综合医院,,,,{owner}," for n, owner in enumerate(owners)))
    assert holds(there, "大企业办") == [False, None, None, True]
    there = listed(tmp_path, "甲院,综合医院,大企业办,,,,", "乙院,综合医院,,,,,", "丙院,综合医院,,,,公立,")
    assert holds(there, "大企业办") == [True, False, False]


def test_departments_are_told_by_their_own_column(tmp_path: Path) -> None:
    there = listed(tmp_path, "甲院,综合医院,,急诊科、儿科,,,", "乙院,综合医院,,儿科,,,", "丙院,综合医院,,,,,")
    assert holds(there, "急诊科") == [True, False, None]
    assert holds(there, "煎药室") == [None, None, None]
    there = listed(tmp_path, "甲院,综合医院,发热门诊,,,,", "乙院,综合医院,,,,,")
    assert holds(there, "发热门诊") == [True, False]


def test_levels_and_owners_are_told_row_by_row(tmp_path: Path) -> None:
    there = listed(tmp_path, "甲院,综合医院,,,三级甲等,政府办,", "乙院,综合医院,,,,,")
    assert holds(there, "三级") == [True, None]
    assert holds(there, "政府办") == [True, None]


def test_a_table_without_the_column_says_nothing_of_titles_even_if_it_is_whole(tmp_path: Path) -> None:
    bare = "机构名称,机构类别,经度,纬度\n"
    assert holds(listed(tmp_path, "甲院,综合医院", header=bare, complete=True), "卒中中心") == [None]


@pytest.mark.parametrize(
    ("complete", "expected"),
    [
        (True, [False, False]),
        (["医院"], [False, None]),
        (["村卫生室"], [None, False]),
        (["中风中心", "卒中中心"][1:], [False, False]),
        (["胸痛中心"], [None, None]),
    ],
)
def test_a_list_that_is_complete_speaks_of_what_it_is_complete_for(
    tmp_path: Path, complete: Any, expected: list[bool | None]
) -> None:
    there = listed(tmp_path, "甲院,综合医院,,,,,", "乙室,村卫生室,,,,,", complete=complete)
    assert holds(there, "卒中中心") == expected


def test_a_role_in_complete_settles_every_list_and_closes_the_count(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        'name = "x"\nplan = "plan.toml"\n[facilities]\npath = "a.csv"\n[[more_facilities]]\n'
        'path = "b.csv"\ncomplete = ["stroke centre"]\n',
        encoding="utf-8",
    )
    bare = "机构名称,机构类别,经度,纬度"
    (tmp_path / "a.csv").write_text(f"{bare}\n甲院,综合医院,104,31\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(f"{bare},称号\n乙院,三级医院,104,31,卒中中心\n", encoding="utf-8")
    (tmp_path / "plan.toml").write_text(
        '[plan]\nid = "p"\ntitle = "t"\n[[rule]]\nid = "R"\nclause = "R"\nsection = "一"\n'
        'quote = "一条测试用的规则，共十六个字"\nkind = "count"\ncategories = ["医院"]\n'
        'designations = ["卒中中心"]\ntarget = 2\n',
        encoding="utf-8",
    )
    (tmp_path / "b.csv").write_text(f"{bare},称号\n乙院,综合医院,104,31,卒中中心\n", encoding="utf-8")
    found = carecircle.analyze(tmp_path / "study.toml").verdicts[0]
    assert (found.outcome, found.observed) == (Outcome.FAIL, 1.0)
    text = (tmp_path / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(text.replace('complete = ["stroke centre"]\n', ""), encoding="utf-8")
    found = carecircle.analyze(tmp_path / "study.toml").verdicts[0]
    assert (found.outcome, found.observed) == (Outcome.NOT_ASSESSED, 1.0)
    assert 'complete = ["卒中中心"]' in found.missing_inputs[0].text("en")
    (tmp_path / "study.toml").write_text(text.replace("stroke centre", "stroke center!"), encoding="utf-8")
    with pytest.raises(carecircle.CarecircleError, match="stroke center!"):
        carecircle.load_study(tmp_path / "study.toml")


# ---- what each kind makes of it: nobody wrote the role, one row holds it ----
HOSPITALS = ["甲院,综合医院,,,,,", "乙院,综合医院,,,,,"]
ONE_HOLDS = ["甲院,综合医院,卒中中心,,,,", "乙院,综合医院,,,,,"]
REACH = {
    **STROKE,
    "metric": "minutes",
    "limit": 60,
    "limit_unit": "min",
    "target": 0.8,
    "target_source": "plan",
}
KINDS: dict[str, tuple[dict[str, Any], Outcome]] = {
    "count": ({"kind": "count", **STROKE, "target": 2}, Outcome.FAIL),
    "count has": (
        {"kind": "count", "categories": ["综合医院"], "has": ["卒中中心"], "target": 2},
        Outcome.FAIL,
    ),
    "share": (
        {"kind": "share", "categories": ["综合医院"], "has": ["卒中中心"], "target": 1.0},
        Outcome.FAIL,
    ),
    "presence": ({"kind": "presence", **STROKE, "by": "region"}, Outcome.PASS),
    "each role": (
        {"kind": "presence", "categories": ["综合医院"], "by": "region", "has": ["卒中中心", "胸痛中心"],
         "each_role": True},
        Outcome.NOT_ASSESSED,  # 胸痛中心 remains
    ),
    "named": (
        {"kind": "presence", "by": "named", "names": ["甲院", "乙院"], "has": ["卒中中心"]},
        Outcome.FAIL,
    ),
    "conditional": (
        {"kind": "conditional", "categories": ["综合医院"], "by": "facility", "has": ["卒中中心"],
         "when": [{"attribute": "beds", "comparison": ">=", "value": 0}]},
        Outcome.FAIL,
    ),
    "load": ({"kind": "load", **STROKE, "comparison": "between", "target": [1, 50]}, Outcome.FAIL),
    "time": ({"kind": "time", **REACH, "mode": "drive"}, Outcome.FAIL),
    "radius": (
        {"kind": "radius", **STROKE, "metric": "straight_m", "mode": "walk", "limit": 1, "limit_unit": "km",
         "target": 0.8, "target_source": "plan"},
        Outcome.FAIL,
    ),
    "chain": (
        {"kind": "chain", **REACH, "mode": "ambulance", "stations": [{"categories": ["综合医院"]}]},
        Outcome.FAIL,
    ),
    "response": (
        {"kind": "response", **STROKE, "metric": "minutes", "mode": "ambulance", "limit": 16,
         "direction": "from_facility", "limit_unit": "min", "comparison": "<="},
        Outcome.FAIL,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_that_nobody_wrote_is_undecided_and_named(tmp_path: Path, kind: str) -> None:
    rule, told = KINDS[kind]
    world: dict[str, Any] = {"demand": demand_of({"residents": 100.0})}
    beds = [{"attributes": {"beds": 10.0}}] * 2
    blank, held = listed(tmp_path, *HOSPITALS), listed(tmp_path, *ONE_HOLDS)
    blank["attributes"] = held["attributes"] = [b["attributes"] for b in beds]
    found = one(rule, blank, **world)
    assert found.outcome is Outcome.NOT_ASSESSED
    assert found.residents_affected in (None, 0.0)
    said = {language: " ".join(n.text(language) for n in found.missing_inputs) for language in ("zh", "en")}
    assert "卒中中心" in said["zh"]
    assert "stroke centre" in said["en"]
    assert one(rule, held, **world).outcome is told


def test_a_mean_is_measured_to_those_that_surely_count(tmp_path: Path) -> None:
    rule = {"kind": "time", **STROKE, "metric": "minutes", "mode": "drive", "limit_unit": "min"}
    demand = demand_of({"residents": 100.0})
    found = one(rule, listed(tmp_path, *HOSPITALS), demand=demand)
    assert (found.outcome, found.observed) == (Outcome.NO_THRESHOLD, None)
    assert "卒中中心" in found.reason.text("zh")
    plan = plan_of({**rule, "designations": ["卒中中心", "三级"]})
    world = inputs_of(
        facilities=listed(tmp_path, "甲,综合医院,卒中中心,,三级,,", HOSPITALS[1]), demand=demand
    )
    found = judge(plan, world, answers(plan, reached_of((12.0, "reached"))))[0]
    assert found.observed == 12.0
    assert "rules.measured_to_known" not in {s.key for s in found.assumptions}
    there = listed(tmp_path, "甲,综合医院,卒中中心,,三级,,", "乙,综合医院,卒中中心,,,,")
    unknown = inputs_of(facilities=there, demand=demand)
    found = judge(plan, unknown, answers(plan, reached_of((12.0, "reached"))))[0]
    assert found.observed == 12.0
    assert "rules.measured_to_known" in {s.key for s in found.assumptions}


def test_a_town_without_the_role_is_undecided_until_some_row_holds_it(tmp_path: Path) -> None:
    areas = areas_of({"level": "town", "name": "甲镇"}, {"level": "town", "name": "乙镇"})
    rule = {"kind": "presence", "categories": ["乡镇卫生院"], "designations": ["次中心"], "by": "town"}
    blank = listed(tmp_path, "甲,乡镇卫生院,,,,,", "乙,乡镇卫生院,,,,,").assign(area_id=["a0", "a1"])
    found = one(rule, blank, areas=areas)
    assert [u.outcome for u in found.units] == [Outcome.NOT_ASSESSED] * 2
    held = listed(tmp_path, "甲,乡镇卫生院,次中心,,,,", "乙,乡镇卫生院,,,,,").assign(area_id=["a0", "a1"])
    found = one(rule, held, areas=areas)
    assert [u.outcome for u in found.units] == [Outcome.PASS, Outcome.FAIL]


def test_a_role_of_one_category_of_several_leaves_the_others_alone(tmp_path: Path) -> None:
    """医院, or 乡镇卫生院 that are 社区医院: the hospital counts, the health centre may."""
    rule = {
        "kind": "count", "categories": ["医院"], "also": [
            {"categories": ["乡镇卫生院"], "designations": ["社区医院"]}
        ], "target": 1,
    }  # fmt: skip
    there = listed(tmp_path, "甲院,综合医院,,,,,", "乙,乡镇卫生院,,,,,")
    assert one(rule, there).outcome is Outcome.PASS
    assert one({**rule, "target": 2}, there).outcome is Outcome.NOT_ASSESSED
    assert one({**rule, "target": 3}, there).outcome is Outcome.FAIL


def test_an_outreach_nobody_wrote_leaves_a_village_undecided() -> None:
    rule = {
        "kind": "presence", "categories": ["村卫生室"], "by": "village",
        "unless": [{"when": "outreach", "quote": "人口较少的村可以巡回医疗"}],
    }  # fmt: skip
    marks = {"sparsely_populated": 1, "transport_radius_large": 1}
    areas = areas_of({"name": "甲村", **marks}, {"name": "乙村", **marks})
    base = {"category": "乡镇卫生院", "area_id": "a0"}
    clinic = {"category": "村卫生室", "area_id": "a1"}
    for told, outcome in (
        (BLANK, Outcome.NOT_ASSESSED),
        (frozenset({"巡回医疗", "驻村服务", "移动智慧医疗"}), Outcome.FAIL),
    ):
        there = facilities_of({**base, "roles_told": told}, {**clinic, "roles_told": told})
        found = one(rule, there, areas=areas)
        assert [u.outcome for u in found.units] == [outcome, Outcome.PASS]
    there = facilities_of({**base, "designations": ("巡回医疗",), "roles_told": BLANK}, clinic)
    assert [u.outcome for u in one(rule, there, areas=areas).units] == [Outcome.WAIVED, Outcome.PASS]


def test_a_table_of_some_facilities_may_leave_any_role_out() -> None:
    """partial_inventory: a row with a role is told by its list; one without any may hold any."""
    from ruleworlds import totals_of

    partial = totals_of(("", "partial_inventory", 1, 2025))
    there = facilities_of({"category": "综合医院", "designations": ("胸痛中心",)}, {"category": "综合医院"})
    rule = {"kind": "share", "categories": ["综合医院"], "has": ["卒中中心"], "target": 1.0}
    found = one(rule, there, totals=partial)
    assert [u.outcome for u in found.units] == [Outcome.FAIL, Outcome.NOT_ASSESSED]


# ---- the catalogue ----
def asks_of_titles(rule: Rule) -> bool:
    asked = {*rule.facilities.roles, *rule.has, *rule.denominator_facilities.roles}
    asked |= {r for wanted in rule.served_by for r in wanted.roles}
    return bool(asked & ({*categories.designations()} | {*categories.departments()}))


@pytest.mark.parametrize("name", catalogue())
def test_a_verdict_holds_whichever_roles_turn_out_to_be_held(name: str) -> None:
    """Nobody wrote a role: what is PASS or FAIL then is so too if all hold every role, and if none does."""
    plan = load_plan(name)
    titles = tuple(categories.designations())
    everything = {"departments": tuple(categories.departments())}
    kinds = sorted({k for r in plan.rules for k in r.categories} | {"村卫生室"})
    names = sorted({n for r in plan.rules for n in r.names})
    demand = demand_of({"residents": 1000.0})
    areas = areas_of({"level": "town", "name": "甲镇"})

    def verdicts(near: bool, **row: Any) -> dict[str, Verdict]:
        rows = [{"category": k, "area_id": "a0", **row} for k in kinds]
        rows += [{"category": "综合医院", "name": first_form(n), "area_id": "a0", **row} for n in names]
        frame = reached_of((0.0, "reached") if near else (float("inf"), "island"))
        there = inputs_of(facilities=facilities_of(*rows), demand=demand, areas=areas)
        return {v.rule: v for v in judge(plan, there, answers(plan, frame))}

    unwritten = verdicts(False, roles_told=BLANK)
    none = verdicts(False, attributes={"departments": ()})
    every = verdicts(True, designations=titles, attributes=everything)
    asked = [r for r in plan.rules if r.id in unwritten and asks_of_titles(r) and kind_of(r).inputs(r)]
    assert asked
    for rule in asked:
        own = unwritten[rule.id].outcome
        if own in (Outcome.PASS, Outcome.FAIL):
            ends = {none[rule.id].outcome, every[rule.id].outcome}
            assert ends == {own}, (rule.id, own, ends)


def test_the_world_s_standards_fail_nothing_where_nobody_wrote_the_roles(tmp_path: Path) -> None:
    rows = ["甲院,综合医院,卒中中心,急诊科,,,", "乙,乡镇卫生院,,,,,", "丙,村卫生室,,,,,"]
    world = inputs_of(
        facilities=listed(tmp_path, *rows), demand=demand_of({"residents": 1_000_000.0}), complete=False
    )
    plan = load_plan("world")
    found = judge(plan, world, answers(plan, reached_of((float("inf"), "island"))))
    assert {v.outcome for v in found} == {Outcome.NOT_ASSESSED}
    assert all(v.residents_affected is None or not v.residents_affected for v in found)


@pytest.mark.parametrize("name", catalogue())
def test_a_plan_on_its_own_figures_fails_nobody_for_a_role(name: str) -> None:
    plan = load_plan(name)
    told = baseline_inputs(plan).facilities
    assert all(t == BLANK for t in told["roles_told"])
    assert not any("designations" in a for a in told["attributes"])
    for verdict in baseline_verdicts(plan):
        if verdict.outcome is Outcome.FAIL and verdict.rule_def.by == "named":
            assert not verdict.rule_def.has, verdict.rule
