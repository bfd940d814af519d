"""National and world norms: rules of no region, quoted or second-hand, each in a world judged by hand."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from carecircle.outputs.terminal.summary import baseline_lines, verdict_lines
from carecircle.rules import Outcome, Rule, Verdict, judge, load_plan, required
from carecircle.rules.language.cited import cited
from carecircle.rules.language.plan import Plan
from carecircle.runs.baseline import baseline_verdicts
from realdata import plan_text
from ruleworlds import answers, areas_of, demand_of, facilities_of, inputs_of, reached_of, totals_of

NORMS = ("china", "world")
COUNTIES = ("luojiang", "wutongqiao", "taonan", "beibei", "panzhihua")
PLANS = {plan: load_plan(plan) for plan in (*NORMS, *COUNTIES)}
RULES = [(plan, rule) for plan in NORMS for rule in PLANS[plan].rules]
IDS = [rule.id for _, rule in RULES]
STATION = {"category": "急救中心（站）"}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def one(plan_id: str, rule_id: str, costs: list[tuple[float, str]] | None = None, **world: Any) -> Verdict:
    plan = PLANS[plan_id]
    alone = plan.model_copy(update={"rule": (plan.find(rule_id).model_copy(update={"any_of": ()}),)})
    reached = {} if costs is None else answers(alone, reached_of(*costs))
    return judge(alone, inputs_of(**world), reached)[0]


# ---- where the words are from ----
@pytest.mark.parametrize(("plan", "rule"), RULES, ids=IDS)
def test_a_rule_is_quoted_or_stated_never_both(plan: str, rule: Rule) -> None:
    assert rule.provenance in ("quoted", "secondary")
    assert bool(rule.quote) == (rule.provenance == "quoted")
    assert bool(rule.states and rule.source) == (rule.provenance == "secondary")
    assert bool(rule.section) == (rule.provenance == "quoted")
    assert rule.title_zh
    assert rule.title_en
    # no number of a document that nobody here has read
    assert not re.search(r"〔|号|GB|\bNo\b", f"{rule.states}{rule.source.title if rule.source else ''}")


@pytest.mark.real
@pytest.mark.parametrize(("plan", "rule"), RULES, ids=IDS)
def test_a_quotation_is_a_county_plan_s_own_sentence(plan: str, rule: Rule) -> None:
    if rule.provenance != "quoted":
        return
    source = next(p for p in COUNTIES if rule.section.startswith(PLANS[p].title))
    text = squeezed(plan_text(f"{source}.txt").read_text(encoding="utf-8"))
    for quote in (rule.quote, *(u.quote for u in rule.unless)):
        assert squeezed(quote) in text, quote
    numbered = re.sub(r"[（(].*?[)）]", "", rule.section.removeprefix(PLANS[source].title))
    for part in re.findall(r"第[一二三四五六七八九十]+[章节]", numbered):
        assert part in text


@pytest.mark.parametrize(("plan", "rule"), RULES, ids=IDS)
def test_its_place_says_how_near_it_is_to_the_text(plan: str, rule: Rule) -> None:
    said = {language: cited(rule).text(language) for language in ("zh", "en")}  # type: ignore[arg-type]
    words = {"quoted": ("未见原件", "was not seen"), "secondary": ("转述", "second-hand")}[rule.provenance]
    assert words[0] in said["zh"]
    assert words[1] in said["en"]
    assert (rule.source.title if rule.source else rule.section) in said["zh"]


def test_a_draft_is_measured_and_says_so() -> None:
    plan = PLANS["world"]
    draft = plan.find("G1").model_copy(update={"provenance": "draft"})
    alone = plan.model_copy(update={"rule": (draft,)})
    there = facilities_of({"category": "医院", "designations": ("三项基本手术",)})
    people = demand_of({"residents": 100.0})
    frame = answers(alone, reached_of((10.0, "reached")))
    verdict = judge(alone, inputs_of(demand=people, facilities=there), frame)[0]
    assert (verdict.outcome, verdict.observed) == (Outcome.NO_THRESHOLD, 1.0)
    assert "measured, not judged" in verdict.cited.text("en")


@pytest.mark.parametrize("plan", NORMS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_of_the_terminal_says_whose_words_it_shows(plan: str, language: Any) -> None:
    loaded, verdicts = PLANS[plan], baseline_verdicts(PLANS[plan])
    plain = Console(width=2000, record=True, file=StringIO())
    verdict_lines(verdicts, language, plain)
    told = plain.export_text()
    for verdict in verdicts:
        assert verdict.cited.text(language) in told
        assert verdict.to_dict(language)["provenance"] in ("quoted", "secondary")
        assert any(a.key.startswith("rules.tier_") for a in verdict.assumptions)
    baseline_lines(loaded, verdicts, language, plain)
    assert ("转述" if language == "zh" else "second-hand") in plain.export_text()


# ---- no region, no towns, no figures of its own ----
@pytest.mark.parametrize("plan", NORMS)
def test_nothing_is_judged_where_nothing_is_known(plan: str) -> None:
    assert PLANS[plan].plan.region == ""
    for verdict in baseline_verdicts(PLANS[plan]):
        assert verdict.outcome is Outcome.NOT_ASSESSED, verdict.rule
        assert verdict.missing_inputs, verdict.rule


def test_a_county_and_a_prefecture_are_asked_alike() -> None:
    plan = PLANS["china"]
    one_county = inputs_of(areas=areas_of({"level": "county", "name": "甲县"}))
    both = inputs_of(areas=areas_of({"level": "county", "name": "甲县"}, {"level": "county", "name": "乙县"}))
    asked = [{v.rule for v in judge(plan, world, {})} for world in (one_county, both)]
    assert asked[0] == asked[1] == {r.id for r in plan.rules}


# ---- china, by hand ----
def test_city_residents_within_5_km_of_a_station() -> None:
    people = demand_of({"residents": 900.0}, {"residents": 100.0}, {"residents": 50.0, "urban": False})
    there = facilities_of(STATION)
    for far, outcome in ((5000.0, Outcome.PASS), (5000.1, Outcome.FAIL)):
        costs = [(4000.0, "reached"), (far, "reached"), (9000.0, "reached")]
        verdict = one("china", "C1.urban", costs, demand=people, facilities=there)
        assert verdict.outcome is outcome
    assert (verdict.observed, verdict.residents_affected) == (0.9, 100.0)


def test_rural_residents_within_20_km_of_a_station_or_network_site() -> None:
    people = demand_of({"residents": 70.0, "urban": False}, {"residents": 30.0, "urban": False})
    there = facilities_of({"category": "乡镇卫生院", "designations": ("急救网络站点",)})
    for far, observed in ((20_000.0, 1.0), (20_001.0, 0.7)):
        costs = [(12_000.0, "reached"), (far, "reached")]
        assert one("china", "C1.rural", costs, demand=people, facilities=there).observed == observed


@pytest.mark.parametrize(("out", "outcome"), [(95, Outcome.PASS), (94, Outcome.FAIL)])
def test_three_minutes_to_turn_out(out: float, outcome: Outcome) -> None:
    there = facilities_of(
        {**STATION, "attributes": {"emergency_calls": 100, "emergency_calls_out_3_min": out}}
    )
    verdict = one("china", "C1.turnout", facilities=there)
    assert (verdict.outcome, verdict.observed) == (outcome, out / 100)


@pytest.mark.parametrize(("residents", "outcome"), [(30_000, "PASS"), (100_000, "PASS"), (100_001, "FAIL")])
def test_a_centre_for_30_000_to_100_000(residents: float, outcome: str) -> None:
    people = totals_of(("", "residents_urban", float(residents), 2025))
    there = facilities_of({"category": "社区卫生服务中心"})
    assert one("china", "C2.load", facilities=there, totals=people).outcome.value == outcome


def test_a_street_without_a_centre_may_be_met_by_numbers() -> None:
    plan = PLANS["china"]
    either = plan.model_copy(update={"rule": (plan.find("C2.street"), plan.find("C2.load"))})
    streets = areas_of({"level": "town", "name": "甲街道"}, {"level": "town", "name": "乙街道"})
    there = facilities_of({"category": "社区卫生服务中心", "area_id": "a0"})
    for residents, outcome in ((90_000.0, Outcome.PASS), (150_000.0, Outcome.FAIL)):
        world = inputs_of(
            areas=streets, facilities=there, totals=totals_of(("", "residents_urban", residents, 2025))
        )
        assert [v.outcome for v in judge(either, world, {})] == [outcome, outcome]


def test_a_centre_within_1_000_m() -> None:
    people = demand_of({"residents": 3.0}, {"residents": 1.0})
    there = facilities_of({"category": "社区卫生服务中心"})
    verdict = one(
        "china", "C2.radius", [(1000.0, "reached"), (1000.5, "reached")], demand=people, facilities=there
    )
    assert (verdict.outcome, verdict.observed) == (Outcome.FAIL, 0.75)


@pytest.mark.parametrize(("near", "outcome"), [(80.0, Outcome.PASS), (79.0, Outcome.FAIL)])
def test_80_percent_within_15_minutes_of_any_care(near: float, outcome: Outcome) -> None:
    people = demand_of({"residents": near}, {"residents": 100.0 - near})
    there = facilities_of({"category": "村卫生室"})
    costs = [(15.0, "reached"), (15.1, "reached")]
    assert one("china", "C5.nearest", costs, demand=people, facilities=there).outcome is outcome


def test_a_hospital_of_the_county_in_every_county() -> None:
    counties = areas_of({"level": "county", "name": "甲县"}, {"level": "county", "name": "乙县"})
    own = {"category": "综合医院", "area_id": "a0", "attributes": {"ownership": "县办"}}
    other = {"category": "综合医院", "area_id": "a1", "attributes": {"ownership": "市办"}}
    verdict = one("china", "C4.general", areas=counties, facilities=facilities_of(own, other))
    assert [(u.name, u.outcome) for u in verdict.units] == [("甲县", Outcome.PASS), ("乙县", Outcome.FAIL)]


@pytest.mark.parametrize(("ambulances", "outcome"), [(2, Outcome.PASS), (1, Outcome.FAIL)])
def test_an_ambulance_for_30_000(ambulances: float, outcome: Outcome) -> None:
    people = totals_of(("", "residents", 60_000.0, 2025))
    there = facilities_of({**STATION, "attributes": {"ambulances": ambulances}})
    verdict = one("china", "C12.ambulances", facilities=there, totals=people)
    assert (verdict.outcome, verdict.observed) == (outcome, ambulances / 2)


def test_specialised_beds_are_permitted_never_asked() -> None:
    there = facilities_of(
        {"category": "综合医院", "attributes": {"beds": 90, "ownership": "县办"}},
        {"category": "精神病医院", "attributes": {"beds": 10, "ownership": "县办"}},
    )
    verdict = one("china", "C10.specialised", facilities=there)
    assert (verdict.outcome, verdict.observed) == (Outcome.NO_THRESHOLD, 0.1)


# ---- world, by hand ----
@pytest.mark.parametrize(("near", "outcome"), [(80.0, Outcome.PASS), (79.9, Outcome.FAIL)])
def test_80_percent_within_two_hours_of_surgery(near: float, outcome: Outcome) -> None:
    people = demand_of({"residents": near}, {"residents": 100.0 - near})
    there = facilities_of({"category": "医院", "designations": ("三项基本手术",)})
    costs = [(120.0, "reached"), (120.1, "reached")]
    assert one("world", "G1", costs, demand=people, facilities=there).outcome is outcome
    assert {q.designations for q in required(PLANS["world"])} >= {("三项基本手术",), ("基本产科急救",)}


@pytest.mark.parametrize(
    ("basic", "full", "facilities", "comprehensive"),
    [(4, 1, "PASS", "PASS"), (5, 0, "PASS", "FAIL"), (3, 1, "FAIL", "PASS"), (9, 2, "PASS", "PASS")],
)
def test_five_for_500_000_one_of_them_comprehensive(
    basic: int, full: int, facilities: str, comprehensive: str
) -> None:
    people = totals_of(("", "residents", 500_000.0, 2030))
    there = facilities_of(
        *[{"category": "医院", "designations": ("基本产科急救",)}] * basic,
        *[{"category": "医院", "designations": ("综合产科急救",)}] * full,
    )
    world: dict[str, Any] = {"facilities": there, "totals": people}
    assert one("world", "G2.facilities", **world).outcome.value == facilities
    assert one("world", "G2.comprehensive", **world).outcome.value == comprehensive


def test_a_plan_without_region_is_a_plan() -> None:
    for plan in NORMS:
        loaded = PLANS[plan]
        assert isinstance(loaded, Plan)
        assert (loaded.plan.region, loaded.plan.adcode, loaded.projects) == ("", "", ())
