"""An open world: a missing row is an absence only where the list would show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import carecircle
from carecircle.categories import FacilitySet
from carecircle.outputs import telling
from carecircle.rules import Outcome, Verdict, catalogue, judge, load_plan
from carecircle.rules.judging.listing import Listing, unlisted
from realdata import real
from ruleworlds import answers, areas_of, demand_of, facilities_of, inputs_of, plan_of, reached_of, totals_of

HOSPITALS = {"kind": "count", "categories": ["综合医院"], "target": 1}


def one(rule: dict[str, Any], **world: Any) -> Verdict:
    return judge(plan_of(rule), inputs_of(**world), {})[0]


def rows(*kinds: str, **more: Any) -> Any:
    return facilities_of(*({"category": kind, **more} for kind in kinds))


# ---- what a list speaks of ----
@pytest.mark.parametrize(
    ("present", "asked", "lacks"),
    [
        ({"村卫生室"}, ["村卫生室"], ()),
        ({"村卫生室"}, ["医院"], ("医院",)),
        ({"村卫生室"}, ["基层医疗卫生机构"], ("基层医疗卫生机构",)),
        ({"村卫生室", "乡镇卫生院"}, ["基层医疗卫生机构"], ()),
        ({"基层医疗卫生机构"}, ["基层医疗卫生机构"], ()),
        ({"乡镇卫生院", "社区卫生服务中心", "诊所"}, ["村卫生室"], ("村卫生室",)),
        ({"乡镇卫生院", "村卫生室"}, ["乡镇卫生院", "社区卫生服务中心"], ()),
        ({"医院"}, ["中医医院"], ("中医医院",)),
        ({"综合医院", "中医医院"}, ["医院"], ()),
        (set(), ["医院"], ("医院",)),
    ],
)
def test_what_a_table_speaks_of(present: set[str], asked: list[str], lacks: tuple[str, ...]) -> None:
    assert unlisted([Listing(frozenset(present))], FacilitySet.of(asked)) == lacks


def test_an_extract_speaks_of_what_tags_express() -> None:
    tags = Listing(frozenset({"医院", "中医医院", "诊所", "社区卫生服务中心"}), tagged=True)
    assert unlisted([tags], FacilitySet.of(["医院"])) == ()
    assert unlisted([tags], FacilitySet.of(["中医医院"])) == ("中医医院",)
    assert unlisted([tags], FacilitySet.of(["基层医疗卫生机构"])) == ("基层医疗卫生机构",)
    assert unlisted([tags], FacilitySet.of(["急救中心（站）"])) == ("急救中心（站）",)


def test_several_lists_and_what_is_stated_of_them() -> None:
    clinics, hospitals = Listing(frozenset({"村卫生室"})), Listing(frozenset({"综合医院"}))
    either = FacilitySet((((("村卫生室",)), ()), (("综合医院",), ())))
    assert unlisted([clinics], either) == ("综合医院",)
    assert unlisted([clinics, hospitals], either) == ()
    stated = Listing(frozenset({"村卫生室"}), complete=frozenset({"医院", "中医医院"}))
    assert unlisted([stated], FacilitySet.of(["中医医院"])) == ()
    assert unlisted([stated], FacilitySet.of(["血站"])) == ("血站",)
    assert unlisted([Listing(frozenset(), complete=None)], FacilitySet.of(["血站"])) == ()


# ---- what a study states ----
def test_complete_makes_absence_absence() -> None:
    there = rows("村卫生室", "乡镇卫生院")
    silent = one(HOSPITALS, facilities=there, complete=False)
    assert (silent.outcome, silent.state, silent.observed) == (Outcome.NOT_ASSESSED, "unknown", None)
    assert any("综合医院" in need.text("zh") for need in silent.missing_inputs)
    assert "general hospital" in silent.missing_inputs[0].text("en")
    assert one(HOSPITALS, facilities=there, complete=True).outcome is Outcome.FAIL
    assert one(HOSPITALS, facilities=there, complete=["医院"]).outcome is Outcome.FAIL
    assert one(HOSPITALS, facilities=there, complete=["村卫生室"]).outcome is Outcome.NOT_ASSESSED


def test_a_category_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        'name = "x"\nplan = "luojiang"\n[facilities]\npath = "f.csv"\ncomplete = ["村医务室"]\n',
        encoding="utf-8",
    )
    (tmp_path / "f.csv").write_text("机构名称,机构类别\n甲,村卫生室\n", encoding="utf-8")
    with pytest.raises(carecircle.CarecircleError, match="村医务室") as caught:
        carecircle.load_study(path)
    assert caught.value.row == 5


# ---- a hospital that is there is never none ----
def test_a_public_hospital_is_never_none() -> None:
    """区人民医院, 公立, 600 beds: it may be the county's, and may be a general hospital."""
    luojiang = load_plan("luojiang")
    there = facilities_of(
        {"name": "区人民医院", "category": "医院", "attributes": {"ownership": "公立", "beds": 600}},
        {"name": "区中医医院", "category": "医院", "attributes": {"ownership": "公立", "beds": 200}},
    )
    for complete in (True, False):
        for verdict in judge(luojiang, inputs_of(facilities=there, complete=complete), {}):
            rule = verdict.rule_def
            owned = set(rule.facilities.roles) <= {"公立", "政府办", "县办"}
            asked = bool(rule.facilities.categories) and rule.facilities.of_kind("医院")
            if asked and owned and verdict.outcome is Outcome.FAIL:
                assert verdict.observed != 0 or rule.has, verdict.rule
    rule = {"kind": "count", "categories": ["综合医院"], "designations": ["政府办"], "target": 1}
    found = one(rule, facilities=there)
    assert found.outcome is Outcome.NOT_ASSESSED
    said = " ".join(need.text("zh") for need in found.missing_inputs)
    assert "区人民医院" in said
    beds = {**rule, "numerator": "beds", "target": 550}
    assert one(beds, facilities=there).outcome is Outcome.NOT_ASSESSED


# ---- a list of primary care alone ----
def primary() -> Any:
    return facilities_of(
        *({"category": k, "area_id": "a0"} for k in ("乡镇卫生院", "村卫生室", "社区卫生服务中心"))
    )


@pytest.mark.parametrize("plan", catalogue())
def test_a_list_of_primary_care_fails_no_hospital(plan: str) -> None:
    loaded = load_plan(plan)
    world = inputs_of(facilities=primary(), complete=False, demand=demand_of({"residents": 1000.0}))
    frame = reached_of((0.0, "island"))
    for verdict in judge(loaded, world, answers(loaded, frame)):
        asked = {kind for wanted in verdict.rule_def.served_by for kind in wanted.categories}
        elsewhere = asked and not any(
            carecircle.categories.kinds_of([kind]) & carecircle.categories.kinds_of(["基层医疗卫生机构"])
            for kind in asked
        )
        if elsewhere:
            assert verdict.outcome is not Outcome.FAIL, verdict.rule


def test_nobody_is_affected_by_what_nobody_brought() -> None:
    rule = {
        "kind": "time", "categories": ["综合医院"], "metric": "minutes", "mode": "drive", "limit": 60,
        "limit_unit": "min", "target": 0.9,
    }  # fmt: skip
    plan = plan_of(rule)
    demand = demand_of({"residents": 900.0}, {"residents": 100.0})
    reached = answers(plan, reached_of((0.0, "island"), (0.0, "island")))
    world = inputs_of(facilities=primary(), complete=False, demand=demand)
    found = judge(plan, world, reached)[0]
    assert (found.outcome, found.observed, found.residents_affected) == (Outcome.NOT_ASSESSED, None, None)
    closed = judge(plan, inputs_of(facilities=primary(), demand=demand), reached)[0]
    assert (closed.outcome, closed.residents_affected) == (Outcome.FAIL, 1000.0)
    assert "listed" in closed.reason.text("en")


@pytest.mark.real
def test_an_extract_of_heidelberg_fails_nothing_that_it_cannot_hold(tmp_path: Path) -> None:
    extract = next(iter(sorted(real("heidelberg").glob("*.osm.pbf"))), None)
    if extract is None:
        pytest.skip("no extract of Heidelberg")
    (tmp_path / "study.toml").write_text(
        f'name = "h"\nplan = "luojiang"\n[facilities]\npath = "{extract.as_posix()}"\nformat = "osm"\n',
        encoding="utf-8",
    )
    analysis = carecircle.analyze(tmp_path / "study.toml")
    assert len(analysis.inputs.facilities) > 5
    held = {c.id for c in carecircle.categories.categories().values() if c.osm}
    for verdict in analysis.verdicts:
        if verdict.outcome is Outcome.FAIL:
            asked = verdict.rule_def.facilities
            assert set(asked.categories) <= held, verdict.rule
            assert not asked.roles, verdict.rule


# ---- two where one is planned ----
ONE_EACH = {
    "kind": "presence", "categories": ["乡镇卫生院"], "by": "town", "units": "township",
    "each": {"attribute": "facilities", "comparison": "==", "value": 1},
}  # fmt: skip


def test_two_in_a_town_are_a_surplus() -> None:
    areas = areas_of(
        {"level": "town", "name": "甲镇", "official_residents": 5000.0},
        {"level": "town", "name": "乙镇", "official_residents": 7000.0},
    )
    two = facilities_of(*({"category": "乡镇卫生院", "area_id": a} for a in ("a0", "a1", "a1")))
    found = one(ONE_EACH, areas=areas, facilities=two)
    assert [u.state for u in found.units] == ["met", "surplus"]
    assert (found.state, found.outcome) == ("surplus", Outcome.PASS)
    assert not found.residents_affected
    assert any("乙镇" in s.text("zh") for s in found.assumptions)
    assert found.to_dict("en")["state"] == "surplus"
    assert found.to_dict("en")["units"][1]["state"] == "surplus"
    assert "more" in telling.result(found).text("en")
    forbids = {**ONE_EACH, "each": {"attribute": "facilities", "comparison": "<=", "value": 1}}
    assert one(forbids, areas=areas, facilities=two).outcome is Outcome.FAIL
    lacking = one(ONE_EACH, areas=areas, facilities=two.iloc[1:])
    assert [u.state for u in lacking.units] == ["gap", "surplus"]
    assert (lacking.state, lacking.residents_affected) == ("gap", 5000.0)


def test_more_than_a_number_is_a_surplus() -> None:
    rule = {"kind": "count", "categories": ["综合医院"], "comparison": "==", "target": 1}
    found = one(rule, facilities=rows("综合医院", "综合医院"))
    assert (found.outcome, found.state, found.observed, found.margin) == (Outcome.PASS, "surplus", 2, 1)
    assert one({**rule, "comparison": "<="}, facilities=rows("综合医院", "综合医院")).state == "gap"


# ---- a neighbour's hospital, a seed farm ----
def test_a_neighbours_hospital_passes_no_named_rule() -> None:
    luojiang = load_plan("luojiang")
    neighbour = facilities_of(
        {"name": "旌阳区人民医院", "category": "综合医院", "inside": False, "attributes": {"beds": 900}},
        {"name": "旌阳区中医医院", "category": "中医医院", "attributes": {"beds": 900}},
    )
    for verdict in judge(luojiang, inputs_of(facilities=neighbour), {}):
        if verdict.rule_def.by == "named":
            assert verdict.outcome is not Outcome.PASS, verdict.rule


def test_a_seed_farm_asks_for_no_health_centre() -> None:
    areas = areas_of({"level": "town", "name": "甲镇"}, {"level": "town", "name": "市原种场"})
    for units in ("", "township"):
        rule = {**ONE_EACH, "units": units}
        found = one(rule, areas=areas, facilities=facilities_of({"category": "乡镇卫生院", "area_id": "a0"}))
        assert (found.outcome, [u.name for u in found.units]) == (Outcome.PASS, ["甲镇"])
        assert any("市原种场" in s.text("zh") for s in found.assumptions)
    village = {**ONE_EACH, "by": "village", "units": "village", "categories": ["村卫生室"]}
    areas = areas_of({"name": "甲村"}, {"name": "虚拟生活区"})
    found = one(village, areas=areas, facilities=facilities_of({"category": "村卫生室", "area_id": "a0"}))
    assert [u.name for u in found.units] == ["甲村"]


def test_places_that_only_one_category_has_are_not_none_where_it_is_not_listed() -> None:
    rule = {
        "kind": "ratio", "numerator": "childcare_places", "denominator": "residents", "per": 1000,
        "target": 4.5,
    }  # fmt: skip
    people = totals_of(("", "residents", 1000.0, 2025))
    clinics = facilities_of({"category": "村卫生室"}, {"category": "乡镇卫生院"})
    without = inputs_of(facilities=clinics, totals=people, complete=False)
    verdict = judge(plan_of(rule), without, {})[0]
    assert verdict.outcome is Outcome.NOT_ASSESSED
    assert "childcare" in " ".join(n.text("en") for n in verdict.missing_inputs).lower()
    nursery = {"category": "托育机构", "attributes": {"childcare_places": 3}}
    listed = facilities_of({"category": "村卫生室"}, nursery)
    found = judge(plan_of(rule), inputs_of(facilities=listed, totals=people, complete=False), {})[0]
    assert (found.outcome, found.observed) == (Outcome.FAIL, 3.0)
