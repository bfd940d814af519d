"""Sentences as an official would write them: only what there is, the end that binds, what was read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import carecircle
from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.outputs import telling
from carecircle.rules import Outcome, Verdict, catalogue, judge, load_plan
from carecircle.starter import template_columns
from carecircle.study import Facilities
from ruleworlds import answers, areas_of, demand_of, facilities_of, inputs_of, plan_of, reached_of

INF = float("inf")
LOAD = {"kind": "load", "categories": ["综合医院"], "comparison": "between"}
TIME = {
    "kind": "time", "categories": ["综合医院"], "metric": "minutes", "mode": "drive", "limit": 30,
    "limit_unit": "min", "target": 0.8, "target_source": "plan",
}  # fmt: skip


def hospitals(n: int, **more: Any) -> Any:
    return facilities_of(*({"category": "综合医院", **more} for _ in range(n)))


def load_of(people: float, n: int, low: float, high: float) -> Verdict:
    world = inputs_of(facilities=hospitals(n), demand=demand_of({"residents": people}))
    return judge(plan_of({**LOAD, "target": [low, high]}), world, {})[0]


def reach_of(people: list[float], costs: list[tuple[float, str]], **rule: Any) -> Verdict:
    plan = plan_of({**TIME, **rule})
    world = inputs_of(facilities=hospitals(1), demand=demand_of(*({"residents": p} for p in people)))
    return judge(plan, world, answers(plan, reached_of(*costs)))[0]


# ---- (a) a band without a real lower end ----
def test_a_band_that_begins_at_one_resident_is_said_by_its_other_end() -> None:
    """209,630 residents at 100,000 a facility: three at least, and no number of them is too many."""
    found = load_of(209_630, 2, 1, 100_000)
    assert found.outcome is Outcome.FAIL
    assert found.reason.text("zh") == "209,630 名居民、2 所机构：至少应设 3 所；超出服务能力 9,630 人"
    assert "209,630 required" not in found.reason.text("en")
    assert telling.target(found).text("zh") == "不超过 100,000 人/所"
    assert telling.flip(found).text("en") == "1 more facility"  # type: ignore[union-attr]
    assert "3～5 所" in load_of(150_000, 4, 30_000, 50_000).reason.text("zh")
    surplus = load_of(150_000, 6, 30_000, 50_000)
    assert surplus.reason.text("en").endswith(
        "3 to 5 required; 30,000 residents fewer than they should serve"
    )
    assert telling.flip(surplus) is None
    assert "应设 3 所" in load_of(150_000, 3, 50_000, 50_001).reason.text("zh")


# ---- (b) what would meet it, undo it, decide it ----
def test_what_would_meet_a_clause_about_reach() -> None:
    missed = reach_of([70.0, 30.0], [(20.0, "reached"), (45.0, "reached")])
    assert telling.flip(missed).text("zh") == "再有 10 名居民得到覆盖，或限值放宽到 45 分钟"  # type: ignore[union-attr]
    met = reach_of([90.0, 10.0], [(20.0, "reached"), (45.0, "reached")])
    assert telling.flip(met).text("zh") == (  # type: ignore[union-attr]
        "限值收紧到 20 分钟 以下，或覆盖居民减少 10 名以上，即不再达标"
    )
    cut_off = reach_of([70.0, 30.0], [(20.0, "reached"), (INF, "island")])
    assert telling.flip(cut_off).text("en") == "10 more residents within the limit"  # type: ignore[union-attr]


def test_what_would_meet_a_number() -> None:
    def said(rule: dict[str, Any], n: int = 2, **more: Any) -> str | None:
        world = inputs_of(facilities=hospitals(n, **more))
        turn = telling.flip(judge(plan_of({"categories": ["综合医院"], **rule}), world, {})[0])
        return None if turn is None else turn.text("zh")

    assert said({"kind": "count", "target": 5}) == "达到 5 个，还差 3 个"
    assert said({"kind": "count", "target": 1, "comparison": "<="}) == "降到 1 个，尚超出 1 个"
    assert said({"kind": "count", "target": 2}) == "要求高于 2 个，即不再达标"
    roles = {"kind": "share", "has": ["卒中中心"], "target": 0.5}
    assert said(roles) == "达到 50%，还差 50 个百分点"
    assert said(roles, roles_told=frozenset()) is not None
    assert said(roles, roles_told=frozenset()).startswith("补齐：2 家机构是否具备“卒中中心”")  # type: ignore[union-attr]


# ---- (c) nobody is named where there is nobody ----
ZERO = re.compile(r"(?<![\d.,%])0 ?(名居民|名|residents?\b|waived|undecided|个资料不足|个不符合|人\b)")


@pytest.mark.parametrize(
    ("costs", "zh"),
    [
        ([(20.0, "reached"), (INF, "unsnapped")], "覆盖率介于 70% 与 100% 之间，取决于：30 名居民远离道路"),
        (
            [(20.0, "reached"), (45.0, "reached")],
            "100 名居民中仅 70 名（70%）在 30 分钟以内；30 名居民超出限值",
        ),
        (
            [(20.0, "reached"), (INF, "island")],
            "100 名居民中仅 70 名（70%）在 30 分钟以内；30 名居民无路可达",
        ),
    ],
)
def test_only_those_are_named_who_are_there(costs: list[tuple[float, str]], zh: str) -> None:
    assert reach_of([70.0, 30.0], costs).reason.text("zh") == zh


def test_where_no_facility_surely_counts_the_verdict_names_what_would_tell() -> None:
    plan = plan_of({**TIME, "designations": ["卒中中心"]})
    there = hospitals(1, roles_told=frozenset())
    world = inputs_of(facilities=there, demand=demand_of({"residents": 5.0}))
    found = judge(plan, world, answers(plan, reached_of((INF, "island"))))[0]
    assert found.reason.text("zh").startswith("缺少：1 家机构是否具备“卒中中心”")
    assert found.residents_affected is None


@pytest.mark.parametrize("name", catalogue())
def test_no_sentence_of_the_catalogue_names_nobody(name: str) -> None:
    plan = load_plan(name)
    kinds = sorted({k for r in plan.rules for k in r.categories} | {"村卫生室"})
    rows = [{"category": k, "area_id": "a0", "roles_told": frozenset()} for k in kinds]
    areas = areas_of({"level": "town", "name": "甲镇"}, {"level": "town", "name": "乙镇"})
    demand = demand_of({"residents": 900.0}, {"residents": 100.0})
    for costs in ([(1.0, "reached"), (INF, "unsnapped")], [(1.0, "reached"), (1e6, "reached")]):
        world = inputs_of(facilities=facilities_of(*rows), demand=demand, areas=areas)
        for verdict in judge(plan, world, answers(plan, reached_of(*costs))):
            for language in ("zh", "en"):
                said = verdict.reason.text(language)
                assert not (verdict.outcome is Outcome.NOT_ASSESSED and ZERO.search(said)), said


def test_what_is_counted_is_called_by_its_name() -> None:
    world = inputs_of(facilities=hospitals(3))
    share = judge(
        plan_of({"kind": "share", "categories": ["综合医院"], "has": ["急诊科"], "target": 1}), world, {}
    )
    assert share[0].reason.text("zh") == "3 家机构中 3 个资料不足"
    rule = {
        "kind": "presence", "categories": ["综合医院"], "by": "region", "has": ["卒中中心", "胸痛中心"],
        "each_role": True,
    }  # fmt: skip
    roles = judge(plan_of(rule), inputs_of(facilities=hospitals(1, designations=("卒中中心",))), {})
    assert roles[0].reason.text("zh") == "2 项称号中 1 个不符合：胸痛中心"


# ---- (d) - (g): messages that point somewhere ----
def test_an_unknown_category_says_which_is_near_and_where_all_are_printed(tmp_path: Path) -> None:
    table = tmp_path / "f.csv"
    table.write_text("机构名称,机构类别\n甲,村医务室\n乙,qqqqq\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_facilities(Facilities(path=table))
    near, far = caught.value.faults  # type: ignore[attr-defined]
    assert (near.row, near.column, far.row) == (2, "机构类别", 3)
    assert "“医务室”" in near.text("zh")
    assert all("plans --categories" in fault.text("en") for fault in (near, far))
    study = tmp_path / "study.toml"
    study.write_text(
        'name = "x"\nplan = "luojiang"\n[facilities]\npath = "f.csv"\ncategory = "村医务室"\n',
        encoding="utf-8",
    )
    with pytest.raises(CarecircleError, match="村医务室") as refused:
        carecircle.load_study(study)
    assert refused.value.row == 5
    assert "plans --categories" in refused.value.text("zh")


def test_a_missing_column_is_named_by_the_headers_that_mean_it(tmp_path: Path) -> None:
    table = tmp_path / "f.csv"
    table.write_text("机构名称,经度,纬度\n甲,104,31\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_facilities(Facilities(path=table))
    assert "缺少列：类别（可用的表头：category、类别、机构类别" in caught.value.text("zh")
    assert "lacks category (headers that mean it: category, 类别" in caught.value.text("en")


@pytest.mark.parametrize("rows", [2, 9])
def test_coordinates_that_do_not_fit_a_crs_are_told_as_they_were_read(tmp_path: Path, rows: int) -> None:
    table = tmp_path / "f.csv"
    lines = "".join(f"n{n},医院,{3.8e9 + n},{3.4e9}\n" for n in range(rows))
    table.write_text(f"name,category,x,y\n{lines}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_facilities(Facilities(path=table, crs="EPSG:4544"))
    faults = getattr(caught.value, "faults", (caught.value,))
    assert len(faults) == (rows if rows < 5 else 1)
    for language in ("zh", "en"):
        assert "3,800,000,000" in faults[0].text(language)
        assert "EPSG:4544" in faults[0].text(language)
        assert "—" not in faults[0].text(language)


@pytest.mark.parametrize("name", catalogue())
def test_the_template_names_each_rule_once(name: str) -> None:
    for column in template_columns(load_plan(name), "zh"):
        assert len(column.rules) == len(set(column.rules)), column.id
