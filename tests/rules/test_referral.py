"""Referral from facility to facility: by hand on a street, then every pair, then laws."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import carecircle
from carecircle.analysis.asking import Asker, reaches_of, servings_in
from carecircle.errors import PlanError
from carecircle.reach.network.model import Network
from carecircle.rules import Leg, Outcome, ReachQuery, Rule, Verdict, load_plan
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.referring import Referrals
from carecircle.rules.language.referring import referral_queries
from reach_town import edge_frame, places
from referworlds import STREET, referral_study, rule
from ruleworlds import BASE, facilities_of, inputs_of
from worlds import east

VIA = '[{ categories = ["综合医院"], designations = ["二级"] }]'
NEAREST = rule("near", limit="9", target="0.6")
DOUBLE = rule("double", via=VIA, limit="15", target="0.6")
ALLIANCE = rule("alliance", along='"alliance"', limit="15", target="1.0")
LEADS = rule("leads", along='"alliance"', to="")
TOLD = rule("told", along='"refers_to"', limit="10", target="0.5")
ZONES = rule("zones", by='"zone"', to='[{ designations = ["次中心"] }]', limit="6.5", target="1.0")
ZONES_FREE = rule("zones_free", by='"zone"', to='[{ designations = ["次中心"] }]')
TIERS = rule("tiers", by='"region"', via=VIA, limit="16.1", target="0.6")
TIERS_FREE = rule("tiers_free", by='"region"', via=VIA, limit="16.1")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    rules = (NEAREST, DOUBLE, ALLIANCE, LEADS, TOLD, ZONES, ZONES_FREE, TIERS, TIERS_FREE)
    return carecircle.analyze(referral_study(tmp_path_factory.mktemp("street") / "s", *rules))


def of(analysis: carecircle.Analysis, rule_id: str) -> Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule_id)


def ways(verdict: Verdict) -> dict[str, tuple[Any, ...]]:
    return {r.from_id: (r.via, r.to_id, r.minutes, r.direct, r.detour) for r in verdict.referrals}


def near(*values: Any) -> Any:
    return tuple(pytest.approx(v, abs=2e-3) if isinstance(v, float) else v for v in values)


def test_the_nearest_of_a_level(street: carecircle.Analysis) -> None:
    """The city hospital is 7, 4 and 1 km off: 14, 8 and 2 minutes."""
    verdict = of(street, "near")
    assert ways(verdict) == {
        "w1": near("", "top", 14.0, 14.0, 0.0), "w2": near("", "top", 8.0, 8.0, 0.0),
        "w3": near("", "top", 2.0, 2.0, 0.0),
    }  # fmt: skip
    assert (verdict.outcome, verdict.observed, verdict.unit) == (Outcome.PASS, pytest.approx(2 / 3), "share")
    assert {u.id: u.outcome for u in verdict.units} == {
        "w1": Outcome.FAIL, "w2": Outcome.PASS, "w3": Outcome.PASS,
    }  # fmt: skip


def test_a_double_hop_goes_to_the_nearest_that_refers_on(street: carecircle.Analysis) -> None:
    """一镇 0.5 km back to the county hospital, then 7.5 km: 16 where direct is 14. 三镇 3 km back, then 2."""
    verdict = of(street, "double")
    assert ways(verdict) == {
        "w1": near("县医院", "top", 16.0, 14.0, 2.0), "w2": near("县中医院", "top", 8.0, 8.0, 0.0),
        "w3": near("县中医院", "top", 10.0, 2.0, 8.0),
    }  # fmt: skip
    assert verdict.outcome is Outcome.PASS
    said = {s.key: s.text("zh") for s in verdict.assumptions}
    assert said["rules.referral_detour"] == (
        "隶属或逐级比直达最近的多走：3 家中 2 家，平均 3.3 分钟，最多 8 分钟（三镇卫生院）"
    )
    assert "一镇卫生院 → 县医院 → 市医院 16 分钟（直达 14 分钟）" in said["rules.referral_longest"]


def test_belonging_leads_to_the_own_lead_and_a_blank_is_unknown(street: carecircle.Analysis) -> None:
    """甲 is led at 6 km, 乙 at 0.5 km; 三镇 does not say whose member it is."""
    verdict = of(street, "alliance")
    assert ways(verdict) == {
        "w1": near("县中医院", "top", 14.0, 14.0, 0.0), "w2": near("县医院", "top", 22.0, 8.0, 14.0),
        "w3": ("", "", None, pytest.approx(2, abs=2e-3), None),
    }  # fmt: skip
    assert [u.outcome for u in verdict.units] == [Outcome.PASS, Outcome.FAIL, Outcome.NOT_ASSESSED]
    assert verdict.outcome is Outcome.FAIL  # all are asked, one fails for certain
    free = of(street, "leads")
    assert ways(free)["w1"] == near("", "mid", 10.0, 1.0, 9.0)
    assert ways(free)["w2"] == near("", "low", 7.0, 4.0, 3.0)
    assert (free.outcome, free.unit) == (Outcome.NO_THRESHOLD, "min")
    assert free.observed == pytest.approx(8.5, abs=2e-3)
    assert free.reason.text("zh") == "条文未给出数值：仅测算，3 家机构中 2 家的转诊路程平均 8.5 分钟"


def test_what_the_table_says_is_followed_to_its_end(street: carecircle.Analysis) -> None:
    """一镇 refers to 二镇 (3 km), that to the city (4 km); 三镇 does not say."""
    verdict = of(street, "told")
    assert ways(verdict)["w1"] == near("二镇卫生院", "top", 14.0, 14.0, 0.0)
    assert ways(verdict)["w2"] == near("", "top", 8.0, 8.0, 0.0)
    assert ways(verdict)["w3"][2] is None
    assert verdict.outcome is Outcome.NOT_ASSESSED  # one of three, and one unknown, of a half
    needs = [s.text("zh") for s in verdict.missing_inputs]
    assert needs == ["机构表“上转机构”列（3 家机构中 1 家未填）"]


def test_a_zone_is_served_by_its_own_centre_and_one_without_is_named(street: carecircle.Analysis) -> None:
    """东: 一镇 is 3 km from the centre at 二镇. Its towns: 700 residents at 6 to 8 minutes, 200 at none."""
    verdict = of(street, "zones")
    east, west = verdict.units
    assert (east.id, east.outcome, east.residents) == ("东片区", Outcome.PASS, 950)
    assert (west.id, west.name, west.outcome) == ("西片区", "西片区", Outcome.FAIL)
    towns = ways(verdict)
    mean = (400 * 8 + 300 * 6.2) / 700
    assert towns["t1"] == near("", "w2", mean, mean, 0.0)
    assert towns["t2"] == near("", "w2", 0.0, 0.0, 0.0)
    assert towns["t3"][:3] == ("", "", None)
    assert [r.residents for r in verdict.referrals] == [700, 250, 100]
    said = {s.key: s.text("zh") for s in verdict.assumptions}
    assert said["rules.zones_without_centre"] == "1 个片区没有中心：西片区"
    assert said["rules.zone_serves"] == (
        "东片区由二镇卫生院服务：一镇 7.2 分钟、二镇 0 分钟；居民 950 人；最远成员 6 分钟"
    )
    free = of(street, "zones_free")
    assert (free.outcome, free.unit, free.observed) == (
        Outcome.NO_THRESHOLD,
        "min",
        pytest.approx(6, abs=2e-3),
    )
    assert "1 个片区没有中心：西片区" in [s.text("zh") for s in free.assumptions]


def test_the_residents_way_through_the_tiers_beside_the_direct(street: carecircle.Analysis) -> None:
    """0 m: 2 to 一镇 and 16 on, 18 where direct is 16; 900 m: 16.2 and 14.2; 4 km 8; 9 km 10 and 2."""
    verdict = of(street, "tiers")
    assert verdict.observed == pytest.approx(300 / 1050)
    assert verdict.ledger is not None
    assert (verdict.ledger.covered, verdict.ledger.not_covered, verdict.ledger.unsnapped) == (300, 700, 50)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.residents_affected == 700
    assert verdict.reason.text("zh") == (
        "逐级转诊 16.1 分钟内可达的居民占 28.57%，直接前往占 95.24%：700 名居民直接可达、逐级则超时"
    )
    free = of(street, "tiers_free")
    assert (free.outcome, free.target, free.observed) == (
        Outcome.NO_THRESHOLD, None, pytest.approx(300 / 1050),
    )  # fmt: skip


def test_a_list_that_may_hold_more_leaves_failures_open(tmp_path: Path) -> None:
    """Another hospital may lie nearer; a double hop may then pass and fail."""
    rows = [r for r in STREET if r["facility_id"] in ("w1", "w2", "w3", "top")]
    any_ = {"to": '[{ categories = ["医院"], designations = ["三级甲等"] }]'}
    rules = (
        rule("near", limit="9", target="0.6", **any_),
        rule("double", via=VIA.replace("综合", ""), limit="15", target="0.6"),
    )
    study = referral_study(tmp_path / "s", *rules, rows=rows, complete=False)
    found = carecircle.analyze(study)
    near_, double = of(found, "near"), of(found, "double")
    assert {u.id: u.outcome for u in near_.units}["w1"] is Outcome.NOT_ASSESSED
    assert double.outcome is Outcome.NOT_ASSESSED


def test_an_alliance_whose_lead_is_not_known_is_undecided_and_named(tmp_path: Path) -> None:
    """甲 has no lead among the listed; without the column nobody knows who leads 乙."""
    rows = [r for r in STREET if r["facility_id"] != "mid"]
    found = of(carecircle.analyze(referral_study(tmp_path / "s", LEADS, rows=rows)), "leads")
    assert [(u.id, u.outcome) for u in found.units][:2] == [
        ("w1", Outcome.NOT_ASSESSED), ("w2", Outcome.NO_THRESHOLD),
    ]  # fmt: skip
    blank = carecircle.analyze(referral_study(tmp_path / "b", LEADS, leave=["designations"]))
    needs = [s.text("zh") for s in of(blank, "leads").missing_inputs]
    assert "2 个医共体的牵头单位（称号“医共体牵头单位”）：甲、乙" in needs


def test_without_residents_facilities_still_refer(tmp_path: Path) -> None:
    study = referral_study(tmp_path / "s", NEAREST, ZONES, TIERS)
    text = study.read_text(encoding="utf-8")
    start = text.index("[residents]")
    study.write_text(text[:start] + text[text.index("[roads]") :], encoding="utf-8")
    found = carecircle.analyze(study)
    assert ways(of(found, "near"))["w1"][2] == pytest.approx(14, abs=2e-3)
    assert of(found, "zones").units[0].outcome is Outcome.PASS
    assert of(found, "tiers").outcome is Outcome.NOT_ASSESSED
    assert "人口分布" in of(found, "tiers").missing_inputs[0].text("zh")


def test_a_site_that_opens_is_referred_to(street: carecircle.Analysis) -> None:
    lon, lat = east(2000)
    new = {"facility_id": "new", "category": "综合医院", "lon": lon, "lat": lat, "level": "三级甲等"}
    after = carecircle.reanalyze(street, add=[new], surfaces=False)
    assert ways(of(after, "near"))["w1"] == near("", "new", 2.0, 2.0, 0.0)
    told = carecircle.reanalyze(
        street, scenario=carecircle.Scenario(change={"w3": {"refers_to": "top"}}), surfaces=False
    )
    assert ways(of(told, "told"))["w3"] == near("", "top", 2.0, 2.0, 0.0)


# ---- refused ----
@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"to": ""}, "rules.missing_field"),
        ({"to": "[{ }]"}, "rules.also_empty"),
        ({"to": '[{ categories = ["三甲"] }]'}, "rules.unmapped_category"),
        ({"via": VIA, "along": '"alliance"'}, "rules.referral_two_ways"),
        ({"by": '"zone"', "along": '"alliance"'}, "rules.zone_own_centre"),
        ({"by": '"town"'}, "rules.wrong_by"),
        ({"categories": ""}, "rules.missing_field"),
        ({"limit": "30", "limit_unit": '"km"'}, "rules.wrong_unit"),
        ({"direction": '"from_facility"'}, "rules.referral_direction"),
        ({"kind": '"time"', "by": '"region"'}, "rules.field_unused"),
        (
            {"kind": '"presence"', "by": '"zone"', "to": "", "limit_unit": "", "metric": "", "mode": ""},
            "rules.wrong_by",
        ),
    ],
)
def test_referrals_that_mean_nothing_are_refused(tmp_path: Path, fields: dict[str, str], key: str) -> None:
    referral_study(tmp_path / "s", rule("bad", **fields))
    with pytest.raises(PlanError) as caught:
        load_plan(str(tmp_path / "s" / "plan.toml"))
    faults = getattr(caught.value, "faults", [caught.value])
    assert key in {f.sentence.key for f in faults}
    assert all(f.file and f.row for f in faults)


# ---- every pair, and laws ----
def town(seed: int) -> tuple[Any, Network, Network, nx.DiGraph, dict[str, int]]:
    """A grid of streets, many of them one-way; facilities of every tier stand at crossings."""
    rng = np.random.default_rng(seed)
    across, up = int(rng.integers(3, 6)), int(rng.integers(3, 6))
    spots = [(x * 300.0, y * 300.0) for x in range(across) for y in range(up)]
    lines = [
        [a, b] for a in spots for b in spots
        if (b[0] - a[0], b[1] - a[1]) in ((300.0, 0.0), (0.0, 300.0)) and rng.random() < 0.9
    ]  # fmt: skip
    lines = [line if rng.random() < 0.5 else line[::-1] for line in lines]
    both = (rng.random(len(lines)) < 0.6).tolist()
    seconds = rng.integers(20, 200, len(lines)).astype(float).tolist()
    graph, at = nx.DiGraph(), {spot: i for i, spot in enumerate(spots)}
    for line, two, s in zip(lines, both, seconds, strict=True):
        graph.add_edge(at[line[0]], at[line[1]], weight=s / 60)
        if two:
            graph.add_edge(at[line[1]], at[line[0]], weight=s / 60)
    used = sorted(max(nx.weakly_connected_components(graph), key=len))
    kinds = {"w": ("乡镇卫生院", {}, 4), "v": ("综合医院", {"level": "二级甲等"}, 3),
             "t": ("综合医院", {"level": "三级甲等"}, 2)}  # fmt: skip
    stand: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for letter, (category, attributes, count) in kinds.items():
        for number, node in enumerate(rng.choice(used, count).tolist()):
            stand[f"{letter}{number}"] = node
            rows.append({
                "facility_id": f"{letter}{number}", "category": category, "attributes": dict(attributes),
                "geometry": places([spots[node]]).geometry.iloc[0],
            })  # fmt: skip
    ids = list(stand)
    for n, row in enumerate(rows):
        row["attributes"] |= {"alliance": f"a{rng.integers(2)}"}
        if n + 1 < len(rows) and row["facility_id"][0] != "t":
            row["attributes"]["refers_to"] = str(rng.choice(ids[n + 1 :]))
        row["designations"] = ("医共体牵头单位",) if row["facility_id"] in ("v0", "v1") else ()
    facilities = facilities_of(*rows).set_crs(places([(0, 0)]).crs, allow_override=True)
    inputs = dataclasses.replace(inputs_of(facilities=facilities), crs=facilities.crs)

    def network(drawn: list[Any]) -> Network:
        edges = edge_frame(
            drawn, seconds=seconds, metres=[300.0] * len(drawn), both=both, modes=("ambulance",)
        )
        return Network.from_edges(edges, mode="ambulance", access_speed_kph=3.6)

    return inputs, network(lines), network([line[::-1] for line in lines]), graph, stand


def rule_of(**fields: Any) -> Rule:
    base = {
        **BASE, "kind": "referral", "metric": "minutes", "mode": "ambulance", "limit_unit": "min",
        "by": "facility", "categories": ["乡镇卫生院"],
        "to": [{"categories": ["综合医院"], "designations": ["三级"]}],
    }  # fmt: skip
    return Rule.model_validate({**base, **fields})


@pytest.mark.parametrize("seed", range(40))
def test_every_way_is_that_of_every_pair(seed: int) -> None:
    """networkx from every facility to every facility, one-way streets included; direct is never longer."""
    inputs, network, _, graph, stand = town(seed)
    asker = Asker(inputs, reaches_of(inputs, {"ambulance": network}))
    away = dict(nx.all_pairs_dijkstra_path_length(graph))

    def cost(one: str, other: str) -> float:
        return away[stand[one]].get(stand[other], math.inf)

    def least(one: str, letter: str) -> tuple[float, str]:
        return min((cost(one, other), other) for other in stand if other[0] == letter)

    attributes = dict(zip(inputs.facilities["facility_id"], inputs.facilities["attributes"], strict=True))

    def onward(first: float, through: list[str], stops: Any) -> float:
        chosen = {s.id for s in stops} & {*through} or {through[0]}
        return first + least(chosen.pop(), "t")[0]

    def told(one: str) -> float:
        total = 0.0
        while one[0] != "t":
            after = attributes[one]["refers_to"]
            total, one = total + cost(one, after), after
        return total

    def double(one: str) -> float:
        first, _ = least(one, "v")
        near_ = [v for v in stand if v[0] == "v" and cost(one, v) <= first + 1e-9]  # of equal ways any
        return onward(first, near_, ways.way(facility).stops)

    def own(one: str) -> float | None:
        leads = [v for v in ("v0", "v1") if attributes[v]["alliance"] == attributes[one]["alliance"]]
        if not leads:
            return None
        first = min(cost(one, lead) for lead in leads)
        return onward(first, [v for v in leads if cost(one, v) <= first + 1e-9], ways.way(facility).stops)

    via = [{"categories": ["综合医院"], "designations": ["二级"]}]
    asked = ((rule_of(), lambda one: least(one, "t")[0]), (rule_of(via=via), double),
             (rule_of(along="refers_to"), told), (rule_of(along="alliance"), own))  # fmt: skip
    evidence = Evidence(inputs)
    for wanted, expected in asked:
        queries = referral_queries(wanted)
        reached = {q: asker.reach(q, *servings_in(inputs, q)) for q in queries}
        ways = Referrals(wanted, evidence, reached)
        for facility in evidence.facilities:
            if facility.category != "乡镇卫生院":
                continue
            way, minutes = ways.way(facility), expected(facility.id)
            assert way.minutes == (None if minutes is None else pytest.approx(minutes, abs=1e-9))
            assert way.direct == pytest.approx(least(facility.id, "t")[0], abs=1e-9)
            assert way.minutes is None or way.direct <= way.minutes + 1e-9


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_a_reversed_search_is_a_search_on_reversed_roads(seed: int) -> None:
    inputs, network, turned, *_ = town(seed)
    leg = {"mode": "ambulance", "every": True}
    back = ReachQuery(legs=[Leg(("综合医院",), direction="from_facility", **leg)], origin="facilities")
    on = ReachQuery(legs=[Leg(("综合医院",), direction="to_facility", **leg)], origin="facilities")
    found = [
        Asker(inputs, reaches_of(inputs, {"ambulance": roads})).reach(q, *servings_in(inputs, q))
        for roads, q in ((network, back), (turned, on))
    ]
    assert any(c.startswith("every_") for c in found[0])
    for name in ("cost", *(c for c in found[0] if c.startswith("every_"))):
        np.testing.assert_allclose(found[0][name], found[1][name], rtol=1e-12)
