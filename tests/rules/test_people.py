"""Radius, time and response: every hand-made case around a target, its margin, flip and people."""

from __future__ import annotations

import math
from typing import Any

import jsonschema
import pandas as pd
import pytest

from carecircle.rules import Outcome, by_area, judge, required, verdict_schema
from carecircle.rules.judging.weighing import margin
from ruleworlds import answers, demand_of, facilities_of, inputs_of, plan_of, reached_of, totals_of

INF = math.inf
TIME = {
    "kind": "time", "categories": ["医院"], "metric": "minutes", "mode": "walk", "limit": 15,
    "limit_unit": "min", "target": 0.8, "target_source": "plan",
}  # fmt: skip
RADIUS = {
    "kind": "radius", "categories": ["急救中心（站）"], "metric": "straight_m", "mode": "ambulance",
    "direction": "from_facility", "limit": 5, "limit_unit": "km",
}  # fmt: skip
HOSPITAL = {"category": "综合医院"}


def _one(rule: dict, people: list[dict], costs: list[tuple[float, str]], **world):
    plan = plan_of(rule)
    inputs = inputs_of(demand=demand_of(*people), facilities=facilities_of(HOSPITAL), **world)
    return judge(plan, inputs, answers(plan, reached_of(*costs)))[0]


# residents: covered, not covered, unreachable, unsnapped, no data -> outcome at a target of 0.8
CASES = [
    ((80, 20, 0, 0, 0), Outcome.PASS),  # exactly at
    ((79, 21, 0, 0, 0), Outcome.FAIL),  # just below
    ((81, 19, 0, 0, 0), Outcome.PASS),  # just above
    ((80, 0, 20, 0, 0), Outcome.PASS),  # unreachable residents are not covered ...
    ((79, 0, 21, 0, 0), Outcome.FAIL),
    ((79, 20, 0, 1, 0), Outcome.NOT_ASSESSED),  # one unsnapped resident decides
    ((79, 20, 0, 0, 1), Outcome.NOT_ASSESSED),  # one resident of unknown place decides
    ((78, 21, 0, 1, 0), Outcome.FAIL),  # even with him it fails
    ((80, 10, 0, 10, 0), Outcome.PASS),  # even without them it passes
    ((80, 10, 0, 0, 10), Outcome.PASS),
    ((79, 10, 10, 1, 0), Outcome.NOT_ASSESSED),
    ((79, 10, 10.5, 0, 0.5), Outcome.FAIL),
    ((0, 0, 0, 100, 0), Outcome.NOT_ASSESSED),
    ((0, 0, 100, 0, 0), Outcome.FAIL),
    ((0, 0, 0, 0, 0), Outcome.NOT_ASSESSED),  # no residents: never a vacuous pass
]


@pytest.mark.parametrize(("parts", "outcome"), CASES)
def test_every_case_around_a_target(parts: tuple[float, ...], outcome: Outcome) -> None:
    costs = [(15.0, "reached"), (15.0001, "reached"), (INF, "island"), (INF, "unsnapped"), (1.0, "reached")]
    people = [{"residents": float(n)} for n in parts]
    people[4]["geometry"] = None
    verdict = _one(TIME, people, costs, outside=7.0)
    assert verdict.outcome is outcome
    if sum(parts):
        assert verdict.observed == parts[0] / sum(parts)
        assert (verdict.margin >= 0) == (outcome is Outcome.PASS)
        assert verdict.residents_affected == parts[1] + parts[2]
        assert verdict.flip.residents == pytest.approx(abs(0.8 * sum(parts) - parts[0]))
    assert verdict.ledger.outside == 7.0
    assert math.fsum(list(verdict.ledger.to_dict().values())[1:]) == verdict.ledger.total
    assert (outcome is Outcome.NOT_ASSESSED) == bool(verdict.missing_inputs)


def test_the_limit_is_inclusive_and_flip_says_where_it_turns() -> None:
    people = [{"residents": 50.0}, {"residents": 30.0}, {"residents": 20.0}]
    costs = [(5.0, "reached"), (15.0, "reached"), (30.0, "reached")]
    verdict = _one(TIME, people, costs)
    assert (verdict.outcome, verdict.margin, verdict.flip.limit) == (Outcome.PASS, 0.0, 15.0)
    later = _one({**TIME, "limit": 14.9}, people, costs)
    assert (later.outcome, later.flip.limit, later.flip.residents) == (Outcome.FAIL, 15.0, 30.0)
    assert later.margin == pytest.approx(-0.3)
    never = _one({**TIME, "target": 1.0}, people, [*costs[:2], (INF, "one_way")])
    assert never.flip.limit is None
    in_hours = _one({**TIME, "limit": 0.25, "limit_unit": "h"}, people, costs)
    assert (in_hours.outcome, in_hours.flip.limit) == (Outcome.PASS, 0.25)


def test_an_assumed_target_is_the_study_s_where_it_sets_one() -> None:
    people, costs = [{"residents": 9.0}, {"residents": 1.0}], [(1.0, "reached"), (99.0, "reached")]
    rule = {**TIME, "target": 1.0, "target_source": "assumed"}
    assert _one(rule, people, costs).outcome is Outcome.FAIL
    own = _one(rule, people, costs, target_share=0.9)
    assert (own.outcome, own.target, own.target_source) == (Outcome.PASS, 0.9, "study")
    assert _one({**rule, "target_source": "plan"}, people, costs, target_share=0.9).outcome is Outcome.FAIL


def test_scope_takes_the_marked_and_leaves_the_unmarked_undecided() -> None:
    people = [
        {"residents": 60.0, "urban": True},
        {"residents": 30.0, "urban": False},
        {"residents": 10.0, "urban": None},
    ]
    costs = [(1.0, "reached"), (99.0, "reached"), (1.0, "reached")]
    urban = _one({**TIME, "scope": "urban", "target": 1.0}, people, costs)
    assert urban.outcome is Outcome.NOT_ASSESSED
    assert urban.ledger.to_dict() == {
        "total": 100.0, "outside": 30.0, "no_data": 10.0, "unsnapped": 0.0, "unreachable": 0.0,
        "covered": 60.0, "not_covered": 0.0,
    }  # fmt: skip
    assert _one({**TIME, "scope": "rural"}, people, costs).outcome is Outcome.FAIL
    nobody = _one({**TIME, "scope": "rural"}, people[:1], costs[:1])
    assert nobody.outcome is Outcome.NOT_ASSESSED


def test_radius_is_judged_on_paper_and_the_road_stands_beside_it() -> None:
    plan = plan_of(RADIUS)
    straight, road = required(plan)
    assert (straight.metric, straight.mode, road.metric, road.mode) == (
        "straight_m",
        None,
        "road_m",
        "ambulance",
    )
    inputs = inputs_of(
        demand=demand_of({"residents": 70.0}, {"residents": 20.0}, {"residents": 10.0}),
        facilities=facilities_of({"category": "急救中心（站）"}),
    )
    reached = {
        straight: reached_of((4999.0, "reached"), (5000.0, "reached"), (4000.0, "reached")),
        road: reached_of((5000.0, "reached"), (5001.0, "reached"), (INF, "island")),
    }
    verdict = judge(plan, inputs, reached)[0]
    assert verdict.outcome is Outcome.PASS
    assert verdict.flip.limit == 5.0
    assert (verdict.by_road.observed, verdict.by_road.residents_affected) == (0.7, 30.0)
    assert verdict.by_road.paper_only == 30.0
    alone = judge(plan, inputs, {straight: reached[straight]})[0]
    assert (alone.outcome, alone.by_road) == (Outcome.PASS, None)


def test_the_share_of_the_ground_is_told_beside() -> None:
    from shapely.geometry import box

    plan = plan_of(RADIUS)
    station = facilities_of({"category": "急救中心（站）"})
    around = box(-5000, -5000, 5000, 5000)
    inputs = inputs_of(demand=demand_of({"residents": 1.0}), facilities=station, region=around)
    verdict = judge(plan, inputs, answers(plan, reached_of((1.0, "reached"))))[0]
    (said,) = [a for a in verdict.assumptions if a.key == "rules.area_share"]
    assert said.facts["share"].facts["value"] == pytest.approx(100 * math.pi / 4, abs=0.02)


def test_a_rule_without_a_number_is_measured_only() -> None:
    rule = {k: v for k, v in RADIUS.items() if k != "limit"}
    verdict = _one(rule, [{"residents": 3.0}, {"residents": 1.0}], [(1000.0, "reached"), (5000.0, "reached")])
    assert (verdict.outcome, verdict.observed, verdict.unit) == (Outcome.NO_THRESHOLD, 2.0, "km")
    assert verdict.margin is None


def test_missing_inputs_are_named_and_nothing_is_guessed() -> None:
    plan = plan_of(TIME, {**RADIUS, "id": "R2"})
    demand, hospital = demand_of({"residents": 1.0}), facilities_of(HOSPITAL, {"category": "急救中心（站）"})
    straight = next(q for q in required(plan) if q.metric == "straight_m")
    no_roads = judge(
        plan,
        inputs_of(demand=demand, facilities=hospital, roads=False),
        {straight: reached_of((1.0, "reached"))},
    )
    assert [v.outcome for v in no_roads] == [Outcome.NOT_ASSESSED, Outcome.PASS]
    assert [m.key for m in no_roads[0].missing_inputs] == ["rules.need_roads"]
    nothing = judge(plan, inputs_of(roads=False), {})
    assert [m.key for m in nothing[0].missing_inputs] == [
        "rules.need_residents",
        "rules.need_facilities",
        "rules.need_roads",
    ]


def test_no_facility_of_the_category_fails_and_unknown_levels_do_not() -> None:
    unreached = [(INF, "beyond")]
    assert _one(TIME, [{"residents": 5.0}], unreached).outcome is Outcome.FAIL
    verdict = _one({**TIME, "designations": ["三级甲等"]}, [{"residents": 5.0}], unreached)
    assert verdict.outcome is Outcome.NOT_ASSESSED
    assert [m.key for m in verdict.missing_inputs] == ["rules.need_role"]
    partial = totals_of(("region", "partial_inventory", 1, 2020))
    assert _one(TIME, [{"residents": 5.0}], unreached, totals=partial).outcome is Outcome.NOT_ASSESSED


RESPONSE = {"kind": "response", "categories": ["急救中心（站）"], "metric": "minutes", "mode": "ambulance",
            "direction": "from_facility", "limit": 16, "limit_unit": "min", "comparison": "<="}  # fmt: skip


CALLS = {"call_min": 1, "dispatch_min": 1, "calls_per_1000_year": 1e-6}
"""Hardly any: an ambulance is as good as always free."""


@pytest.mark.parametrize(("minutes", "outcome"), [(13.999, Outcome.PASS), (14.001, Outcome.FAIL)])
def test_response_is_the_mean_plus_call_and_dispatch(minutes: float, outcome: Outcome) -> None:
    verdict = _response([minutes - 4, minutes + 4], CALLS)
    assert verdict.outcome is outcome
    assert verdict.observed == pytest.approx(minutes + 2)
    assert verdict.margin == pytest.approx(14 - minutes, abs=1e-6)
    assert verdict.residents_affected == 10.0


def _response(minutes: list[float], emergency: dict, rule: dict = RESPONSE, **station):
    """Places of 10 residents each at so many minutes from the only station, its turn-out among them."""
    plan = plan_of(rule)
    facilities = facilities_of({"category": "急救中心（站）", "attributes": station})
    inputs = inputs_of(
        demand=demand_of(*({"residents": 10.0} for _ in minutes)), facilities=facilities, emergency=emergency
    )
    frame = reached_of(*((m, "reached") for m in minutes)).assign(every_f1=minutes)
    return judge(plan, inputs, answers(plan, frame))[0]


def test_a_response_without_calls_is_a_floor_that_fails_and_never_passes() -> None:
    stages = {"call_min": 1, "dispatch_min": 1}
    late = _response([10.0, 19.0], stages)
    assert (late.outcome, late.reason.key) == (Outcome.FAIL, "rules.response_floor")
    open_ = _response([6.0, 14.0], stages)
    assert (open_.outcome, open_.reason.key) == (Outcome.NOT_ASSESSED, "rules.response_calls")
    assert [m.key for m in open_.missing_inputs] == ["rules.need_calls"]
    busy = open_.by_busy
    assert (busy.busy, busy.observed, busy.always_free) == (None, None, pytest.approx(12))
    # One ambulance, busy a share p: a share p of the calls waits s / (1 - p) minutes, s a whole service:
    # 1 turn-out + 2.8 ways of 9 + 10 at the scene + 0.8 of 15 at the hospital = 48.2; 12 + s p / (1 - p).
    service = 1 + 2.8 * 9 + 10 + 0.8 * 15
    assert busy.at_40 == pytest.approx(12 + service * 0.4 / 0.6)
    assert busy.turns_at == pytest.approx(4 / (4 + service), abs=1e-3)
    assert (busy.ambulances, busy.model) == (1, "hypercube")


@pytest.mark.parametrize(("shift", "outcome"), [(0.99, Outcome.PASS), (1.01, Outcome.FAIL)])
def test_the_calls_decide_a_response(shift: float, outcome: Outcome) -> None:
    service = 1 + 2.8 * 9 + 10 + 0.8 * 15
    share = 4 / (4 + service) * shift
    calls = share / service * 525_600 / 20 * 1000  # of 20 residents, one ambulance
    verdict = _response([6.0, 14.0], {"call_min": 1, "dispatch_min": 1, "calls_per_1000_year": calls})
    assert verdict.outcome is outcome
    assert verdict.by_busy.busy == pytest.approx(share)
    assert verdict.observed == pytest.approx(12 + service * share / (1 - share))


def test_calls_that_cannot_be_served_fail_a_response() -> None:
    verdict = _response([6.0, 14.0], {"calls_per_1000_year": 1_000_000})
    assert (verdict.outcome, verdict.reason.key) == (Outcome.FAIL, "rules.response_overrun")


def test_a_response_by_its_90th_percentile() -> None:
    rule = {**RESPONSE, "statistic": "p90"}
    verdict = _response([float(m) for m in range(1, 12)], CALLS, rule)
    assert verdict.by_busy.always_free == 12  # the tenth of eleven places, and two minutes before
    assert verdict.observed == pytest.approx(12, abs=1e-6)
    assert "90th percentile" in verdict.reason.text("en")


def test_more_ambulances_at_one_station_wait_less() -> None:
    found = [_response([6.0, 14.0], {}, ambulances=n).by_busy for n in (1.0, 2.0, 4.0)]
    assert [b.ambulances for b in found] == [1, 2, 4]
    assert found[0].at_60 > found[1].at_60 > found[2].at_60 > found[2].always_free


def test_response_names_whoever_the_mean_leaves_out() -> None:
    near = [(1.0, "reached"), (INF, "unsnapped")]
    few = _one(RESPONSE, [{"residents": 99.0}, {"residents": 1.0}], near)
    assert (few.outcome, few.reason.key) == (Outcome.NOT_ASSESSED, "rules.response_pairs")
    assert _one(RESPONSE, [{"residents": 98.0}, {"residents": 2.0}], near).outcome is Outcome.FAIL
    island = [(1.0, "reached"), (INF, "island")]
    verdict = _one(RESPONSE, [{"residents": 9999.0}, {"residents": 0.5}], island)
    assert verdict.outcome is Outcome.FAIL
    assert (verdict.observed, verdict.margin, verdict.flip.limit) == (2.0, None, None)  # no limit turns it
    late = _one({**RESPONSE, "limit": 1.5}, [{"residents": 9999.0}, {"residents": 0.5}], island)
    assert (late.outcome, late.margin, late.flip.limit) == (Outcome.FAIL, -0.5, None)
    hidden = [{"residents": 90.0}, {"residents": 10.0, "geometry": None}]
    assert _one(RESPONSE, hidden, [(1.0, "reached"), (1.0, "reached")]).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("status", "outcome", "where"),
    [
        ("island", Outcome.FAIL, "5 residents without a route"),
        ("unsnapped", Outcome.FAIL, "5 residents off the roads"),
        ("closed", Outcome.FAIL, "5 residents on closed ground"),
        ("cut_off", Outcome.FAIL, "5 residents without a route"),
        ("placeless", Outcome.NOT_ASSESSED, "5 residents of unknown place or scope"),
    ],
)
def test_a_response_that_reaches_nobody_says_so_in_words(status: str, outcome: Outcome, where: str) -> None:
    people = [{"residents": 5.0} | ({"geometry": None} if status == "placeless" else {})]
    verdict = _one(RESPONSE, people, [(INF, "island" if status == "placeless" else status)])
    assert (verdict.outcome, verdict.observed, verdict.margin) == (outcome, None, None)
    assert verdict.flip.limit is None
    assert verdict.reason.text("en") == f"no resident can be reached, so there is no mean: {where}"
    assert "—" not in verdict.reason.text("zh")


@pytest.mark.parametrize(
    ("rule", "key"), [(TIME, "rules.ground_only"), (RADIUS, "rules.ground_only_by_road")]
)
def test_those_covered_over_open_ground_alone_are_told(rule: dict[str, Any], key: str) -> None:
    """Of 100 residents 70 are covered, 10 of them off every road; 20 more off the roads are not covered."""
    people = [{"residents": n} for n in (60.0, 10.0, 20.0, 10.0)]
    costs = reached_of((1.0, "reached"), (2.0, "reached"), (9e9, "reached"), (9e9, "reached"))
    plan, kind = plan_of(rule), {"category": rule["categories"][0].replace("医院", "综合医院")}
    inputs = inputs_of(demand=demand_of(*people), facilities=facilities_of(kind))
    off = costs.assign(off_road=[False, True, True, False])
    (told,) = judge(plan, inputs, answers(plan, off))[0].assumptions[-1:]
    assert told.key == key
    assert "10 live more than" in told.text("en")
    assert "70% with them, 60% without" in told.text("en")
    assert "计入为 70%，不计入为 60%" in told.text("zh")
    for frame in (costs, costs.assign(off_road=[False, False, True, True])):
        said = judge(plan, inputs, answers(plan, frame))[0].assumptions
        assert not {s.key for s in said} & {"rules.ground_only", "rules.ground_only_by_road"}


def test_observed_target_and_margin_add_up() -> None:
    """Residents of unknown place may lift the share; the margin is what was found against what is asked."""
    people = [{"residents": 9932.0}, {"residents": 44.0}, {"residents": 24.0, "geometry": None}]
    costs = [(1.0, "reached"), (99.0, "reached"), (1.0, "reached")]
    verdict = _one({**TIME, "target": 1.0}, people, costs)
    assert (verdict.outcome, verdict.observed) == (Outcome.FAIL, 0.9932)
    assert verdict.margin == pytest.approx(-0.0068)
    assert verdict.shown_margin.text("en") == "-0.68 percentage points"


@pytest.mark.parametrize(
    ("observed", "outcome", "comparison", "slack"),
    [
        (5.0, Outcome.PASS, ">=", 0.0),
        (5.0, Outcome.FAIL, ">", 0.0),  # missed at its own number, by nothing
        (5.0, Outcome.NOT_ASSESSED, ">=", None),  # holds as far as is known: what is open decides
        (4.0, Outcome.NOT_ASSESSED, ">=", -1.0),
        (6.0, Outcome.FAIL, ">=", None),  # whoever is out of reach fails it, not the number
        (INF, Outcome.FAIL, "<=", None),
    ],
)
def test_a_margin_has_a_meaning_or_is_absent(
    observed: float, outcome: Outcome, comparison: str, slack: float | None
) -> None:
    assert margin(observed, outcome, comparison, 5.0) == slack


def test_alternatives_by_other_modes_never_change_the_outcome() -> None:
    plan = plan_of({**TIME, "alternatives": ["drive"]})
    walk, drive = required(plan)
    inputs = inputs_of(demand=demand_of({"residents": 1.0}), facilities=facilities_of(HOSPITAL))
    verdict = judge(plan, inputs, {walk: reached_of((99.0, "reached")), drive: reached_of((1.0, "reached"))})[
        0
    ]
    assert (verdict.outcome, verdict.alternatives) == (Outcome.FAIL, (("drive", 1.0),))


def test_by_area_splits_the_verdict_and_keeps_every_resident() -> None:
    from ruleworlds import areas_of

    areas = areas_of({"area_id": "t1", "level": "town"}, {"area_id": "t2", "level": "town"})
    people = [
        {"residents": 5.0, "area_id": "t1"},
        {"residents": 7.0, "area_id": "t1"},
        {"residents": 2.0, "area_id": "t2"},
    ]
    plan = plan_of(TIME)
    inputs = inputs_of(demand=demand_of(*people), facilities=facilities_of(HOSPITAL), areas=areas)
    verdict = judge(
        plan, inputs, answers(plan, reached_of((1.0, "reached"), (99.0, "reached"), (INF, "island")))
    )[0]
    table = by_area(verdict, inputs, "town").set_index("area_id")
    assert table.loc["t1", ["residents", "covered", "not_covered"]].tolist() == [12.0, 5.0, 7.0]
    assert table.loc["t2", "unreachable"] == 2.0
    assert table.index[0] == "t1"


def test_verdicts_fit_their_schema_in_both_languages() -> None:
    plan = plan_of(TIME, {**RADIUS, "id": "R2"}, {**RESPONSE, "id": "R3"})
    inputs = inputs_of(demand=demand_of({"residents": 1.0}), facilities=facilities_of(HOSPITAL))
    verdicts = judge(plan, inputs, answers(plan, reached_of((INF, "island"))))
    for language in ("zh", "en"):
        document = {
            "schema": "carecircle/verdicts/1", "study": "t", "plan": "p", "year": 2025, "ledger": None,
            "verdicts": [v.to_dict(language) for v in verdicts],
        }  # fmt: skip
        jsonschema.validate(document, verdict_schema())


def test_people_hold_the_index_of_demand() -> None:
    verdict = _one(TIME, [{"residents": 1.0}] * 3, [(1.0, "reached"), (99.0, "reached"), (INF, "unsnapped")])
    assert isinstance(verdict.people, pd.Series)
    assert verdict.people.tolist() == ["covered", "not_covered", "unsnapped"]
