"""The kinds that count units and totals at, just below and just above their numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from carecircle.rules import Outcome, Verdict, judge
from carecircle.rules.judging.measures_load import load_band, load_outcome
from ruleworlds import (
    answers,
    areas_of,
    demand_of,
    facilities_of,
    inputs_of,
    plan_of,
    reached_of,
    totals_of,
)

CENTRE = {"category": "社区卫生服务中心"}
LOAD = {
    "kind": "load",
    "categories": ["社区卫生服务中心"],
    "comparison": "between",
    "target": [30000, 100000],
}


def one(rule: dict[str, Any], **world: Any) -> Verdict:
    return judge(plan_of(rule), inputs_of(**world), {})[0]


# ---- load ----
@pytest.mark.parametrize(
    ("residents", "centres", "outcome", "margin"),
    [
        (100_000, 1, Outcome.PASS, 0),
        (100_001, 1, Outcome.FAIL, -1),
        (99_999, 1, Outcome.PASS, 1),
        (30_000, 1, Outcome.PASS, 0),
        (20_000, 1, Outcome.PASS, 0),  # fewer than the band: one is still needed, and enough
        (59_999, 2, Outcome.FAIL, -0.5),
        (60_000, 2, Outcome.PASS, 0),
        (100_001, 2, Outcome.PASS, 20_000.5),
        (100_000, 0, Outcome.FAIL, -100_000),
    ],
)
def test_load(residents: int, centres: int, outcome: Outcome, margin: float) -> None:
    verdict = one(
        LOAD,
        demand=demand_of({"residents": float(residents)}),
        facilities=facilities_of(*[CENTRE] * centres, {"category": "诊所"}),
    )
    assert verdict.outcome is outcome
    assert verdict.margin == pytest.approx(margin)
    assert (verdict.margin >= 0) == (outcome is Outcome.PASS)
    assert verdict.observed == (residents / centres if centres else None)
    assert verdict.target == (30000, 100000)


def test_load_says_how_many_residents_are_over_and_where_it_turns() -> None:
    verdict = one(LOAD, demand=demand_of({"residents": 250_000.0}), facilities=facilities_of(CENTRE, CENTRE))
    assert verdict.residents_affected == 50_000
    assert verdict.flip.residents == 50_000
    assert verdict.reason.facts["needed"] == 3
    assert verdict.reason.facts["most"] == 8


def test_load_with_undecided_residents_equals_trying_every_number() -> None:
    low, high = 3, 10
    for least in range(1, 40):
        for most in range(least, 40):
            for n in range(6):
                fits = {
                    load_band(r, low, high)[0] <= n <= load_band(r, low, high)[1]
                    for r in range(least, most + 1)
                }
                expected = (
                    Outcome.PASS
                    if fits == {True}
                    else Outcome.FAIL
                    if fits == {False}
                    else Outcome.NOT_ASSESSED
                )
                found = load_outcome(least, most, n, low, high)
                assert found is expected or (found, expected) == (Outcome.NOT_ASSESSED, Outcome.FAIL), (
                    least,
                    most,
                    n,
                )


def test_load_counts_only_its_scope_and_leaves_the_unmarked_open() -> None:
    people = [
        {"residents": 90_000.0},
        {"residents": 50_000.0, "urban": False},
        {"residents": 20_000.0, "urban": None},
    ]
    rule = {**LOAD, "scope": "urban"}
    assert (
        one(rule, demand=demand_of(*people), facilities=facilities_of(CENTRE)).outcome is Outcome.NOT_ASSESSED
    )
    assert one(rule, demand=demand_of(*people[:2]), facilities=facilities_of(CENTRE)).outcome is Outcome.PASS
    rural = [{**p, "urban": False} for p in people]
    assert (
        one(rule, demand=demand_of(*rural), facilities=facilities_of(CENTRE)).outcome is Outcome.NOT_ASSESSED
    )


def test_load_shows_each_catchment() -> None:
    rule = {**LOAD, "metric": "minutes", "mode": "walk"}
    plan = plan_of(rule)
    inputs = inputs_of(
        demand=demand_of({"residents": 70_000.0}, {"residents": 50_000.0}),
        facilities=facilities_of(CENTRE, CENTRE),
    )
    verdict = judge(plan, inputs, answers(plan, reached_of((1.0, "reached"), (2.0, "reached"))))[0]
    assert verdict.outcome is Outcome.PASS
    assert [(u.id, u.observed, u.outcome) for u in verdict.units] == [("f1", 120_000.0, Outcome.FAIL)]


# ---- presence ----
PRESENCE = {
    "kind": "presence", "categories": ["村卫生室"], "by": "village", "units": "village",
    "each": {"attribute": "facilities", "comparison": "==", "value": 1},
}  # fmt: skip


def clinic(area: str, **more: Any) -> dict[str, Any]:
    return {"category": "村卫生室", "area_id": area, **more}


def test_presence_counts_units_and_tells_those_that_lack_from_those_with_more() -> None:
    areas = areas_of(
        {"official_residents": 900.0}, {"official_residents": 1000.0}, {"official_residents": 700.0}
    )
    verdict = one(PRESENCE, areas=areas, facilities=facilities_of(clinic("a0"), clinic("a1"), clinic("a1")))
    assert [u.state for u in verdict.units] == ["met", "surplus", "gap"]
    assert (verdict.outcome, verdict.observed) == (Outcome.FAIL, 2 / 3)
    assert verdict.margin == pytest.approx(-1 / 3)
    assert verdict.residents_affected == 700.0
    full = one(PRESENCE, areas=areas, facilities=facilities_of(*[clinic(f"a{i}") for i in range(3)]))
    assert (full.outcome, full.margin) == (Outcome.PASS, 0.0)


@pytest.mark.parametrize(
    ("beds", "outcome"),
    [((10.0, 10.0), Outcome.FAIL), ((20.0, 0.0), Outcome.PASS), ((10.0, None), Outcome.NOT_ASSESSED)],
)
def test_one_facility_of_the_unit_must_hold_the_figure(
    beds: tuple[float | None, ...], outcome: Outcome
) -> None:
    each = {"attribute": "beds", "comparison": ">=", "value": 20}
    facilities = facilities_of(*[clinic("a0", attributes={} if n is None else {"beds": n}) for n in beds])
    single = one({**PRESENCE, "each": {**each, "of_one": True}}, areas=areas_of({}), facilities=facilities)
    assert single.outcome is outcome
    together = one({**PRESENCE, "each": each}, areas=areas_of({}), facilities=facilities)
    assert together.outcome is (Outcome.NOT_ASSESSED if None in beds else Outcome.PASS)


def test_presence_looks_at_the_areas_it_speaks_of() -> None:
    areas = areas_of({}, {"name": "城关社区"})
    assert one(PRESENCE, areas=areas, facilities=facilities_of(clinic("a0"))).outcome is Outcome.PASS
    assert one(PRESENCE, facilities=facilities_of(clinic("a0"))).outcome is Outcome.NOT_ASSESSED
    closed = facilities_of(clinic("a0", status="closed"))
    assert one(PRESENCE, areas=areas, facilities=closed).outcome is Outcome.FAIL
    nowhere = facilities_of(clinic("a9", area_id=None))
    assert one(PRESENCE, areas=areas, facilities=nowhere).outcome is Outcome.NOT_ASSESSED


SHARING = {"when": "shares_with_neighbour", "below": 800, "quote": "人口低于800人或服务半径较小的行政村"}
SECOND = {"when": "second_allowed", "at_least": 2500, "quote": "人口在2500人以上或服务半径较大的行政村"}


@pytest.mark.parametrize(
    ("residents", "outcome"), [(799, Outcome.WAIVED), (800, Outcome.FAIL), (801, Outcome.FAIL)]
)
def test_a_small_village_may_share_with_a_neighbour(residents: float, outcome: Outcome) -> None:
    areas = areas_of({"official_residents": residents}, {"official_residents": 2000.0})
    verdict = one({**PRESENCE, "unless": [SHARING]}, areas=areas, facilities=facilities_of(clinic("a1")))
    assert verdict.units[0].outcome is outcome
    if outcome is Outcome.WAIVED:
        assert verdict.units[0].waived_by == SHARING["quote"]
        assert (verdict.outcome, verdict.observed) == (Outcome.PASS, 1.0)


def test_sharing_needs_a_neighbour_that_touches_and_has_a_clinic() -> None:
    areas = areas_of(
        {"official_residents": 500.0}, {"official_residents": 500.0}, {"official_residents": 900.0}
    )
    rule = {**PRESENCE, "unless": [SHARING]}
    far = one(rule, areas=areas, facilities=facilities_of(clinic("a2")))
    assert [u.outcome for u in far.units] == [Outcome.FAIL, Outcome.WAIVED, Outcome.PASS]
    unknown = areas_of({}, {"official_residents": 900.0})
    verdict = one(rule, areas=unknown, facilities=facilities_of(clinic("a1")))
    assert (verdict.units[0].outcome, verdict.outcome) == (Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED)
    marked = unknown.assign(服务半径较小=[1, 0], official_residents=[5000.0, 900.0])
    assert one(rule, areas=marked, facilities=facilities_of(clinic("a1"))).units[0].outcome is Outcome.WAIVED


@pytest.mark.parametrize(("residents", "state"), [(2499, "surplus"), (2500, "waived"), (2501, "waived")])
def test_a_large_village_may_have_a_second_but_need_not(residents: float, state: str) -> None:
    rule = {**PRESENCE, "unless": [SHARING, SECOND]}
    areas = areas_of({"official_residents": residents}, {"official_residents": 900.0})
    two = one(rule, areas=areas, facilities=facilities_of(clinic("a0"), clinic("a0"), clinic("a1")))
    assert two.units[0].state == state
    single = one(rule, areas=areas, facilities=facilities_of(clinic("a0"), clinic("a1")))
    assert single.outcome is Outcome.PASS


def test_outreach_stands_in_only_where_the_village_is_marked() -> None:
    rule = {**PRESENCE, "unless": [{"when": "outreach", "quote": "可通过巡回医疗等方式，提高就医可及性"}]}
    areas = areas_of({}, {}).assign(sparsely_populated=[1, 0], transport_radius_large=[1, 1])
    no_service = one(rule, areas=areas, facilities=facilities_of(clinic("a1")))
    assert no_service.units[0].outcome is Outcome.FAIL
    rounds = {"category": "乡镇卫生院", "area_id": "a0", "designations": ("巡回医疗",)}
    assert (
        one(rule, areas=areas, facilities=facilities_of(clinic("a1"), rounds)).units[0].outcome
        is Outcome.WAIVED
    )
    served = areas.assign(outreach_service=[1, 1])
    verdict = one(rule, areas=served, facilities=facilities_of(clinic("a0")))
    assert [u.outcome for u in verdict.units] == [Outcome.PASS, Outcome.FAIL]


def test_branches_of_merged_townships_are_not_second_ones() -> None:
    kept = {"when": "branches_kept", "quote": "保留撤并乡镇卫生院，设置为分院或服务点"}
    rule = {**PRESENCE, "categories": ["乡镇卫生院"], "by": "town", "units": "", "unless": [kept]}
    areas = areas_of({"level": "town", "name": "甲镇"})
    main = {"category": "乡镇卫生院", "area_id": "a0", "name": "甲镇卫生院"}
    assert (
        one(rule, areas=areas, facilities=facilities_of(main, {**main, "name": "甲镇卫生院乙分院"}))
        .units[0]
        .outcome
        is Outcome.WAIVED
    )
    assert (
        one(rule, areas=areas, facilities=facilities_of(main, {**main, "name": "丙卫生院"})).units[0].state
        == "surplus"
    )
    branch = {**main, "category": "卫生院分院（服务点）"}
    assert one(rule, areas=areas, facilities=facilities_of(main, branch)).outcome is Outcome.PASS


def test_named_facilities_are_found_by_the_plans_short_names() -> None:
    rule = {"kind": "presence", "by": "named", "names": ["区人民医院", "区中医医院"], "has": ["三级及以上"]}
    people = {"category": "综合医院", "name": "德阳市罗江区人民医院", "attributes": {"level": "三级乙等"}}
    tcm = {"category": "中医医院", "name": "罗江区中医医院", "attributes": {"level": "二级甲等"}}
    found = named(rule, facilities=facilities_of(people, tcm))
    assert found.observed == 0.5
    assert any(
        "罗江区中医医院" in s.text("zh") or "区中医医院 未见" in s.text("zh") for s in found.assumptions
    )
    assert one(rule, facilities=facilities_of(people)).outcome is Outcome.NOT_ASSESSED
    exists = {**rule, "has": []}
    assert one(exists, facilities=facilities_of(people)).outcome is Outcome.FAIL
    assert named(exists, facilities=facilities_of(people, tcm)).outcome is Outcome.PASS


def named(rule: dict[str, Any], region: str = "德阳市罗江区", **world: Any) -> Verdict:
    """Judged by a plan for a region of that name."""
    plan = plan_of(rule)
    head = plan.plan.model_copy(update={"region": region})
    return judge(plan.model_copy(update={"plan": head}), inputs_of(**world), {})[0]


def test_either_way_will_do() -> None:
    street = {
        **PRESENCE,
        "id": "A",
        "categories": ["社区卫生服务中心"],
        "by": "town",
        "units": "street",
        "any_of": ["B"],
    }
    plan = plan_of(street, {**LOAD, "id": "B", "any_of": ["A"]})
    areas = areas_of({"level": "town", "name": "甲街道"}, {"level": "town", "name": "乙街道"})
    people = demand_of({"residents": 80_000.0})
    by_load, load = judge(
        plan, inputs_of(demand=people, areas=areas, facilities=facilities_of({**CENTRE, "area_id": "a0"})), {}
    )
    assert (by_load.outcome, by_load.measure, load.outcome) == (Outcome.PASS, "load", Outcome.PASS)
    assert by_load.margin == load.margin == 20_000
    neither = judge(
        plan, inputs_of(demand=people, areas=areas, facilities=facilities_of({"category": "诊所"})), {}
    )
    assert [v.outcome for v in neither] == [Outcome.FAIL, Outcome.FAIL]
    unknown = judge(plan, inputs_of(areas=areas, facilities=facilities_of({"category": "诊所"})), {})
    assert [v.outcome for v in unknown] == [Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED]


# ---- share ----
SHARE = {"kind": "share", "categories": ["乡镇卫生院"], "has": ["中医馆"], "target": 0.6}


@pytest.mark.parametrize(
    ("yes", "no", "unknown", "outcome"),
    [
        (3, 2, 0, Outcome.PASS),
        (2, 2, 0, Outcome.FAIL),
        (2, 2, 1, Outcome.NOT_ASSESSED),
        (3, 1, 1, Outcome.PASS),
        (1, 3, 1, Outcome.FAIL),
        (0, 0, 0, Outcome.NOT_ASSESSED),
    ],
)
def test_share_of_facilities(yes: int, no: int, unknown: int, outcome: Outcome) -> None:
    kinds = [{"departments": ("中医馆",)}] * yes + [{"departments": ()}] * no + [{}] * unknown
    verdict = one(
        SHARE, facilities=facilities_of(*[{"category": "中心卫生院", "attributes": a} for a in kinds])
    )
    assert verdict.outcome is outcome
    if kinds:
        assert verdict.observed == yes / len(kinds)
        assert (verdict.margin >= 0) == (outcome is Outcome.PASS)


def test_share_by_a_figure_and_by_the_official_share() -> None:
    rule = {
        **SHARE,
        "has": [],
        "each": {"attribute": "tcm_physicians", "share_of": "physicians", "comparison": ">=", "value": 0.25},
    }
    kinds = [{"tcm_physicians": 1, "physicians": 4}, {"tcm_physicians": 1, "physicians": 5}]
    world = facilities_of(*[{"category": "乡镇卫生院", "attributes": a} for a in kinds])
    assert one(rule, facilities=world).observed == 0.5
    published = totals_of(("", "R1", 60, 2020))
    assert one(rule, facilities=world, totals=published).observed == 0.5
    for unknowing in (None, facilities_of({"category": "乡镇卫生院"})):
        official = one(rule, facilities=unknowing, totals=published)
        assert (official.outcome, official.observed) == (Outcome.PASS, 0.6)


def test_a_partial_table_passes_no_share_and_fails_only_what_all_must_do() -> None:
    partial = totals_of(("", "partial_inventory", 1, 2020))
    kinds = [{"departments": ("中医馆",)}, {"departments": ()}]
    world = facilities_of(*[{"category": "乡镇卫生院", "attributes": a} for a in kinds])
    assert one({**SHARE, "target": 0.5}, facilities=world, totals=partial).outcome is Outcome.NOT_ASSESSED
    assert one({**SHARE, "target": 1.0}, facilities=world, totals=partial).outcome is Outcome.FAIL
    assert one({**SHARE, "target": 0.9}, facilities=world, totals=partial).outcome is Outcome.NOT_ASSESSED


# ---- conditional ----
CONDITIONAL = {
    "kind": "conditional", "categories": ["综合医院"], "designations": ["公立"], "by": "facility",
    "when": [{"attribute": "bed_use_percent", "comparison": "<", "value": 75},
             {"attribute": "mean_stay_days", "comparison": ">", "value": 9}],
    "each": {"attribute": "beds_added", "comparison": "<=", "value": 0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("use", "stay", "added", "outcome"),
    [
        (74.9, 9.1, 10, Outcome.FAIL),
        (74.9, 9.1, 0, Outcome.PASS),
        (75, 9.1, 10, Outcome.NOT_ASSESSED),  # not bound: nothing to judge
        (74.9, 9, 10, Outcome.NOT_ASSESSED),
        (None, 9.1, 10, Outcome.NOT_ASSESSED),  # may be bound
        (None, 9.1, 0, Outcome.PASS),  # does what is asked anyway
    ],
)
def test_conditional(use: float | None, stay: float, added: float, outcome: Outcome) -> None:
    attributes = {"mean_stay_days": stay, "beds_added": added, "ownership": "public"}
    if use is not None:
        attributes["bed_use_percent"] = use
    verdict = one(CONDITIONAL, facilities=facilities_of({"category": "综合医院", "attributes": attributes}))
    assert verdict.outcome is outcome


def test_conditional_on_areas() -> None:
    many = {"attribute": "pneumoconiosis_patients", "comparison": ">", "value": 100}
    rule = {"kind": "conditional", "designations": ["康复站（点）"], "by": "town", "when": [many]}
    areas = areas_of(*[{"level": "town", "name": f"{n}镇"} for n in "甲乙丙"])
    totals = totals_of(
        ("a0", "尘肺病患者数", 101, 2020),
        ("a1", "尘肺病患者数", 100, 2020),
        ("a2", "尘肺病患者数", 300, 2020),
    )
    point = {"category": "乡镇卫生院", "area_id": "a0", "designations": ("康复点",)}
    verdict = one(rule, areas=areas, totals=totals, facilities=facilities_of(point))
    assert [(u.id, u.outcome) for u in verdict.units] == [("a0", Outcome.PASS), ("a2", Outcome.FAIL)]


# ---- ratio ----
RATIO = {"kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000, "target": 7.1}


@pytest.mark.parametrize(("beds", "outcome"), [(710, Outcome.PASS), (709, Outcome.FAIL), (711, Outcome.PASS)])
def test_ratio(beds: float, outcome: Outcome) -> None:
    totals = totals_of(("999999", "常住人口", 100_000, 2025), ("", "床位数", beds, 2025))
    verdict = one(RATIO, totals=totals)
    assert (verdict.outcome, verdict.observed) == (outcome, beds / 100)
    assert verdict.margin == pytest.approx(beds / 100 - 7.1)
    assert verdict.flip.residents == pytest.approx(abs(beds * 1000 / 7.1 - 100_000))


def test_ratio_adds_up_facilities_and_never_fails_on_what_is_missing() -> None:
    people = demand_of({"residents": 1000.0})
    some = facilities_of({"attributes": {"beds": 5.0}}, {"attributes": {}})
    verdict = one(RATIO, demand=people, facilities=some)
    assert verdict.outcome is Outcome.NOT_ASSESSED
    assert [m.key for m in verdict.missing_inputs] == ["rules.need_attribute"]
    enough = facilities_of({"attributes": {"beds": 8.0}}, {"attributes": {}})
    assert one(RATIO, demand=people, facilities=enough).outcome is Outcome.PASS
    assert one(RATIO, facilities=some).outcome is Outcome.NOT_ASSESSED


def test_ratio_of_a_figure_published_as_such_and_by_other_years() -> None:
    verdict = one(RATIO, totals=totals_of(("", "R1", 4.7, 2020)))
    assert (verdict.outcome, verdict.observed) == (Outcome.FAIL, 4.7)
    totals = totals_of(("", "residents", 1000, 2020), ("", "residents", 2000, 2010), ("", "beds", 8, 2020))
    older = one(RATIO, totals=totals)
    assert older.observed == 8.0
    assert any(a.key == "rules.years_differ" for a in older.assumptions)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(7.125, Outcome.PASS), (7.875, Outcome.PASS), (7.12, Outcome.FAIL), (7.88, Outcome.FAIL)],
)
def test_about_is_five_percent_either_way(value: float, outcome: Outcome) -> None:
    rule = {**RATIO, "target": 7.5, "comparison": "==", "tolerance": 0.05}
    assert one(rule, totals=totals_of(("", "R1", value, 2020))).outcome is outcome


def test_a_ratio_of_each_facility() -> None:
    rule = {
        "kind": "ratio", "by": "facility", "categories": ["综合医院"], "numerator": "beds_emergency",
        "denominator": "beds", "comparison": "between", "target": [0.02, 0.03],
    }  # fmt: skip
    rows = [
        {"category": "综合医院", "attributes": {"beds": 100, "beds_emergency": n}} for n in (2, 3, 1.9, 3.1)
    ]
    verdict = one(rule, facilities=facilities_of(*rows))
    assert [u.outcome for u in verdict.units] == [Outcome.PASS, Outcome.PASS, Outcome.FAIL, Outcome.FAIL]
    assert (verdict.outcome, verdict.observed, verdict.margin) == (Outcome.FAIL, 0.5, -0.5)


# ---- count and baseline ----
@pytest.mark.parametrize(
    ("comparison", "count", "outcome", "margin"),
    [
        ("==", 2, Outcome.PASS, 0),
        ("==", 3, Outcome.PASS, 1),  # a surplus
        ("==", 1, Outcome.FAIL, -1),
        (">=", 2, Outcome.PASS, 0),
        (">=", 1, Outcome.FAIL, -1),
        ("<=", 2, Outcome.PASS, 0),
        ("<=", 3, Outcome.FAIL, -1),
    ],
)
def test_count(comparison: str, count: int, outcome: Outcome, margin: float) -> None:
    rule = {"kind": "count", "categories": ["社区卫生服务中心"], "comparison": comparison, "target": 2}
    verdict = one(rule, facilities=facilities_of(*[CENTRE] * count, {"category": "诊所"}))
    assert (verdict.outcome, verdict.observed, verdict.margin) == (outcome, count, margin)


def test_count_of_an_attribute_of_a_named_facility() -> None:
    rule = {
        "kind": "count",
        "by": "named",
        "names": ["米易县人民医院"],
        "numerator": "beds_authorised",
        "target": 500,
    }
    hospital = {"category": "综合医院", "name": "米易县人民医院", "attributes": {"beds_authorised": 500}}
    assert one(rule, facilities=facilities_of(hospital)).outcome is Outcome.PASS
    assert one({**rule, "target": 501}, facilities=facilities_of(hospital)).margin == -1
    assert one(rule, facilities=facilities_of(CENTRE)).outcome is Outcome.NOT_ASSESSED


def test_a_partial_inventory_never_fails_a_count() -> None:
    rule = {"kind": "count", "categories": ["村卫生室"], "target": 75}
    partial = totals_of(("", "partial_inventory", 1, 2020))
    assert one(rule, facilities=facilities_of(CENTRE), totals=partial).outcome is Outcome.NOT_ASSESSED
    assert one(rule, facilities=facilities_of(CENTRE)).outcome is Outcome.FAIL


def test_a_baseline_is_judged_by_nothing() -> None:
    rule = {"kind": "baseline", "numerator": "beds", "target": 1094}
    verdict = one(rule, totals=totals_of(("", "beds", 1100, 2020)))
    assert (verdict.outcome, verdict.observed, verdict.target, verdict.margin) == (
        Outcome.NO_THRESHOLD,
        1100,
        1094,
        None,
    )


def test_residents_come_from_the_official_figure_then_the_areas_then_the_points() -> None:
    areas = areas_of({"official_residents": 2000.0})
    people = demand_of({"residents": 500.0})
    beds = facilities_of({"attributes": {"beds": 10.0}})
    official = totals_of(("", "residents", 4000, 2025))
    assert one(RATIO, areas=areas, demand=people, facilities=beds, totals=official).observed == 2.5
    assert one(RATIO, areas=areas, demand=people, facilities=beds).observed == 5.0
    summed = one(RATIO, demand=people, facilities=beds)
    assert math.isclose(summed.observed or 0, 20.0)
    assert any(a.key == "rules.residents_summed" for a in summed.assumptions)


# ---- where each kind would turn ----
def test_every_kind_says_where_its_outcome_would_turn() -> None:
    shares = one(
        SHARE,
        facilities=facilities_of(
            *[{"category": "乡镇卫生院", "attributes": {"departments": d}} for d in (("中医馆",), (), ())]
        ),
    )
    assert (shares.flip.limit, shares.flip.residents) == (1 / 3, None)
    villages = one(PRESENCE, areas=areas_of({}, {}), facilities=facilities_of(clinic("a0")))
    assert (villages.flip.limit, villages.margin) == (0.5, -0.5)
    number = one(
        {"kind": "count", "categories": ["社区卫生服务中心"], "target": 3}, facilities=facilities_of(CENTRE)
    )
    assert (number.flip.limit, number.margin) == (1.0, -2.0)
    bound = {"bed_use_percent": 70, "mean_stay_days": 10, "beds_added": 5, "ownership": "public"}
    rule = one(CONDITIONAL, facilities=facilities_of({"category": "综合医院", "attributes": bound}))
    assert (rule.flip.limit, rule.margin) == (0.0, -1.0)
    totals = totals_of(("", "residents", 100_000, 2025), ("", "beds", 500, 2025))
    beds = one({**RATIO, "target": 4.0}, totals=totals)
    # 500 beds are 4 per 1,000 for 125,000 residents: 25,000 more and it turns
    assert (beds.flip.limit, beds.flip.residents, beds.margin) == (5.0, 25_000.0, 1.0)
    turning = one({**RATIO, "target": beds.flip.limit}, totals=totals)
    assert (turning.outcome, turning.margin) == (Outcome.PASS, 0.0)


def test_load_turns_at_the_number_of_residents_flip_says() -> None:
    for people, centres in ((250_000, 2), (100_000, 1), (45_000, 2), (130_000, 2)):
        facilities = facilities_of(*[CENTRE] * centres)
        before = one(LOAD, demand=demand_of({"residents": float(people)}), facilities=facilities)
        step = before.flip.residents
        near = [one(LOAD, demand=demand_of({"residents": people + d}), facilities=facilities).outcome
                for d in (step + 1, -step - 1) if people + d >= 0]  # fmt: skip
        assert any(outcome is not before.outcome for outcome in near), (people, centres)
