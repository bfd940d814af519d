"""The whole way of an emergency: by hand on a street, and against every station and hospital in 200 towns."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import carecircle
from carecircle.analysis.asking import Asker, reaches_of, same_service, servings_in
from carecircle.errors import InputError, PlanError
from carecircle.reach.network.model import Network
from carecircle.reach.roads import Roads
from carecircle.rules import Leg, Outcome, ReachQuery, Verdict, load_plan
from carecircle.rules.language.query import main_query
from carecircle.study import load_study
from chainworlds import RULE, STAGES, street
from reach_town import edge_frame, places
from ruleworlds import facilities_of, inputs_of
from worlds import east, street_study


def chain_of(analysis: carecircle.Analysis, rule: str = "S3") -> Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def test_every_stage_is_added_once(tmp_path: Path) -> None:
    """30 km/h, 2 min a km, a station and a hospital at 0 m; 400, 300, 200, 100 at 0, 0.9, 4 and 9 km.

    1 call + 0.5 dispatch + 3 of its own turn-out + 10 at the scene are 14.5; the ways are 0, 3.6, 16 and 36.
    """
    found = carecircle.analyze(street(tmp_path / "s", turnout_min="3", ambulances="2"))
    verdict = chain_of(found)
    query = main_query(verdict.rule_def)
    assert query is not None
    frame = found.reached[query]
    assert frame["leg_1_cost"].tolist()[:4] == pytest.approx([3, 4.8, 11, 21], abs=1e-3)
    assert frame["leg_2_cost"].tolist()[:4] == pytest.approx([0, 1.8, 8, 18], abs=1e-3)
    assert (verdict.ledger.covered, verdict.ledger.not_covered, verdict.ledger.unsnapped) == (900, 100, 50)
    assert (verdict.outcome, verdict.observed) == (Outcome.PASS, pytest.approx(900 / 1050))
    # 80 % of 1,050 are 840: reached with the third place, whose chain takes 30.5.
    assert verdict.flip.limit == pytest.approx(30.5, abs=1e-3)
    parts = {p.name: p for p in verdict.stages}
    assert list(parts) == ["call", "dispatch", "turnout", "to_patient", "scene", "to_hospital"]
    mean_way = (300 * 1.8 + 200 * 8 + 100 * 18) / 1000
    minutes = [p.minutes for p in verdict.stages]
    assert minutes == pytest.approx([1, 0.5, 3, mean_way, 10, mean_way], abs=1e-3)
    assert parts["scene"].turns_at == pytest.approx(10.5, abs=1e-3)
    assert parts["to_patient"].turns_at is None
    # 50.5 minutes at the far end: with half the scene 45.5, with half a way 41.5: nobody more within 31.
    assert parts["scene"].halved == pytest.approx(900 / 1050)
    said = " ".join(s.text("en") for s in verdict.assumptions)
    assert "call handling 1 min (source: 年报)" in said
    assert "at the scene 10 min (set by the study, no source given)" in said
    assert "dispatch 0.5 min (assumed)" in said
    assert "do not say how many" not in said
    written = chain_of(found).to_dict("zh")
    assert [p["name"] for p in written["stages"]] == list(parts)


def test_what_would_turn_the_clause_turns_it(tmp_path: Path) -> None:
    over = carecircle.analyze(street(tmp_path / "o", stages=STAGES.replace("10", "10.51"), turnout_min="3"))
    under = carecircle.analyze(street(tmp_path / "u", stages=STAGES.replace("10", "10.49"), turnout_min="3"))
    assert [chain_of(a).outcome for a in (over, under)] == [Outcome.FAIL, Outcome.PASS]


def test_blank_turnouts_are_the_studys_and_blank_ambulances_are_said(tmp_path: Path) -> None:
    found = carecircle.analyze(street(tmp_path / "s"))
    frame = found.reached[main_query(chain_of(found).rule_def)]  # type: ignore[index]
    assert frame["leg_1_cost"].iloc[0] == pytest.approx(1, abs=1e-3)
    said = [s for s in chain_of(found).assumptions if s.key == "rules.ambulances_assumed"]
    assert said[0].text("zh") == "1 个站点的救护车数空缺，各按 1 辆计：急救站"


def test_a_station_without_ambulances_does_not_serve(tmp_path: Path) -> None:
    found = carecircle.analyze(street(tmp_path / "s", ambulances="0"))
    verdict = chain_of(found)
    assert verdict.ledger.covered == 0
    assert main_query(verdict.rule_def) in found.reached


def test_a_squad_is_mustered_and_ends_at_the_patient(tmp_path: Path) -> None:
    rule = RULE.replace('categories = ["社区卫生服务中心"]\n', "mustering = true\n")
    found = carecircle.analyze(street(tmp_path / "s", rule=rule, stages="[emergency]\nmuster_min = 20\n"))
    verdict = chain_of(found)
    assert [p.name for p in verdict.stages] == ["call", "dispatch", "turnout", "to_patient"]
    frame = found.reached[main_query(verdict.rule_def)]  # type: ignore[index]
    assert frame["cost"].tolist()[:4] == pytest.approx([20, 21.8, 28, 38], abs=1e-3)
    assert verdict.ledger.covered == 900  # 29 minutes with the call and the dispatch, of 31


def test_a_changed_turnout_is_asked_again(tmp_path: Path) -> None:
    before = carecircle.analyze(street(tmp_path / "s", turnout_min="3"))
    later = carecircle.Scenario(change={"station": {"turnout_min": 5.0}})
    after = carecircle.reanalyze(before, scenario=later, surfaces=False)
    query = main_query(chain_of(before).rule_def)
    assert query is not None
    assert not same_service(before.inputs, after.inputs, query)
    more = after.reached[query]["cost"] - before.reached[query]["cost"]
    assert more[:4].tolist() == pytest.approx([2] * 4)


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"turnout_min": "两分钟"}, "inputs.not_minutes"),
        ({"turnout_min": "-1"}, "inputs.negative_attribute"),
        ({"ambulances": "1.5"}, "inputs.not_whole"),
        ({"ambulances": "-2"}, "inputs.negative_attribute"),
    ],
)
def test_cells_that_cannot_be_meant_are_refused_with_their_place(
    tmp_path: Path, cells: dict[str, str], key: str
) -> None:
    with pytest.raises(InputError) as caught:
        carecircle.analyze(street(tmp_path / "s", **cells))
    fault = caught.value
    assert (fault.sentence.key, fault.row, fault.column) == (key, 2, next(iter(cells)))
    assert fault.file.endswith("facilities.csv")


def test_call_handling_and_turnout_are_never_added_twice(tmp_path: Path) -> None:
    study = street(tmp_path / "s", stages=STAGES + "[assumptions]\nturnout_min = 2\n")
    with pytest.raises(InputError) as caught:
        load_study(study)
    assert (caught.value.sentence.key, caught.value.column) == (
        "study.turnout_moved",
        "assumptions.turnout_min",
    )
    assert caught.value.row is not None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('stations = [{ categories = ["急救中心（站）"] }]\n', "", "rules.missing_field"),
        ('[{ categories = ["急救中心（站）"] }]', "[{ }]", "rules.also_empty"),
        ('[{ categories = ["急救中心（站）"] }]', '[{ categories = ["急救"] }]', "rules.unmapped_category"),
        ('kind = "chain"', 'kind = "time"', "rules.field_unused"),
        ('limit_unit = "min"', 'limit_unit = "km"', "rules.wrong_unit"),
    ],
)
def test_chains_that_mean_nothing_are_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    street_study(tmp_path / "s")
    plan = tmp_path / "s" / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8") + RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        load_plan(str(plan))
    assert key in {f.sentence.key for f in getattr(caught.value, "faults", [caught.value])}


# ---- against every station and every hospital ----
QUERY = ReachQuery(
    legs=[
        Leg(("急救中心（站）",), mode="ambulance", direction="from_facility", start="turnout"),
        Leg(("综合医院",), mode="ambulance", direction="to_facility"),
    ]
)


def town(seed: int) -> tuple[Any, Network, nx.DiGraph, list[int], list[int], list[float]]:
    """A grid of streets, many of them one-way, at random speeds; everything stands at crossings."""
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
    edges = edge_frame(lines, seconds=seconds, metres=[300.0] * len(lines), both=both, modes=("ambulance",))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(spots)))
    at = {spot: i for i, spot in enumerate(spots)}
    for line, two, s in zip(lines, both, seconds, strict=True):
        graph.add_edge(at[line[0]], at[line[1]], weight=s / 60)
        if two:
            graph.add_edge(at[line[1]], at[line[0]], weight=s / 60)
    used = sorted(max(nx.weakly_connected_components(graph), key=len))  # networks leave scraps out
    stations, hospitals = rng.choice(used, 3).tolist(), rng.choice(used, 2).tolist()
    leads = rng.integers(0, 6, 3).astype(float).tolist()
    homes = places([spots[i] for i in used], prefix="d")
    homes.index = pd.RangeIndex(len(homes))
    found = enumerate(zip(stations, leads, strict=True))
    rows = [
        *({"facility_id": f"s{i}", "category": "急救中心（站）", "attributes": {"turnout_min": t},
           "geometry": places([spots[n]]).geometry.iloc[0]} for i, (n, t) in found),
        *({"facility_id": f"h{i}", "category": "综合医院", "geometry": places([spots[n]]).geometry.iloc[0]}
          for i, n in enumerate(hospitals)),
    ]  # fmt: skip
    facilities = facilities_of(*rows).set_crs(homes.crs, allow_override=True)
    inputs = dataclasses.replace(inputs_of(facilities=facilities), demand=homes, crs=homes.crs)
    network = Network.from_edges(edges, mode="ambulance", access_speed_kph=3.6)
    return (inputs, used), network, graph, stations, hospitals, leads


class Foreign:
    """Roads that do not know what passes at a station before its unit sets out."""

    def __init__(self, roads: Roads) -> None:
        self.roads = roads

    def nearest(self, demand: Any, facilities: Any, **options: Any) -> Any:
        return self.roads.nearest(demand, facilities.drop(columns="lead_min", errors="ignore"), **options)

    def pairs(self, demand: Any, facilities: Any, **options: Any) -> Any:
        return self.roads.pairs(demand, facilities.drop(columns="lead_min", errors="ignore"), **options)

    def surface(self, facilities: Any, cells: Any, **options: Any) -> Any:
        return self.roads.surface(facilities.drop(columns="lead_min", errors="ignore"), cells, **options)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(200))
def test_chain_is_the_best_of_every_station_and_hospital(seed: int) -> None:
    (inputs, used), network, graph, stations, hospitals, leads = town(seed)
    frame = Asker(inputs, reaches_of(inputs, {"ambulance": network})).reach(
        QUERY, *servings_in(inputs, QUERY)
    )
    away = dict(nx.all_pairs_dijkstra_path_length(graph))
    for row, home in enumerate(used):
        pairs = [
            lead + away[s].get(home, math.inf) + away[home].get(h, math.inf)
            for s, lead in zip(stations, leads, strict=True)
            for h in hospitals
        ]
        assert frame["cost"].iloc[row] == pytest.approx(min(pairs), abs=1e-9)
    legs = frame[["leg_1_cost", "leg_2_cost"]].to_numpy()
    assert (frame["cost"].to_numpy()[:, None] >= legs).all()
    alone = Asker(inputs, reaches_of(inputs, {"ambulance": network})).reach(
        ReachQuery(legs=[QUERY.legs[1]]), servings_in(inputs, QUERY)[1]
    )
    np.testing.assert_array_equal(alone["cost"], legs[:, 1])
    brought: Any = {("minutes", "ambulance"): Foreign(Roads(network))}
    other = Asker(inputs, reaches_of(inputs, {}, brought)).reach(QUERY, *servings_in(inputs, QUERY))
    np.testing.assert_allclose(other["cost"], frame["cost"], rtol=1e-12)
    assert other["leg_1_facility_id"].tolist() == frame["leg_1_facility_id"].tolist()


@pytest.mark.parametrize("seed", range(0, 200, 40))
def test_a_reach_that_knows_of_no_leads_draws_the_same_surface(seed: int) -> None:
    (inputs, _), network, *_ = town(seed)
    inputs = dataclasses.replace(inputs, region=inputs.demand.union_all().envelope.buffer(100))
    servings = servings_in(inputs, QUERY)
    ours = Asker(inputs, reaches_of(inputs, {"ambulance": network})).surface(QUERY, *servings)
    brought: Any = {("minutes", "ambulance"): Foreign(Roads(network))}
    theirs = Asker(inputs, reaches_of(inputs, {}, brought)).surface(QUERY, *servings)
    assert np.isfinite(ours.values).any()
    np.testing.assert_allclose(theirs.values, ours.values, rtol=1e-5)


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_no_stages_and_a_hospital_at_every_station_are_two_plain_legs(seed: int) -> None:
    """Then the way out is the plain leg from the hospitals, the way in the plain leg to them."""
    (inputs, _), network, *_ = town(seed)
    both = inputs.facilities[inputs.facilities["category"] == "急救中心（站）"].copy()
    twins = both.assign(facility_id="h" + both["facility_id"], category="综合医院")
    both["attributes"] = [{"turnout_min": 0.0}] * len(both)
    again = dataclasses.replace(inputs, facilities=pd.concat([both, twins], ignore_index=True))
    asker = Asker(again, reaches_of(again, {"ambulance": network}))
    frame = asker.reach(QUERY, *servings_in(again, QUERY))
    for number, direction in ((1, "from_facility"), (2, "to_facility")):
        plain = Roads(network).nearest(again.demand, twins, direction=direction)  # type: ignore[arg-type]
        np.testing.assert_array_equal(frame[f"leg_{number}_cost"], plain["cost"])


def test_the_street_is_driven_from_its_own_end(tmp_path: Path) -> None:
    """A squad station moved: chain and single leg move together."""
    lon, lat = east(9000)
    found = carecircle.analyze(street(tmp_path / "s", turnout_min="0"))
    new = {"facility_id": "far", "category": "急救中心（站）", "lon": lon, "lat": lat, "turnout_min": 4}
    after = carecircle.reanalyze(found, add=[new], surfaces=False)
    frame = after.reached[main_query(chain_of(after).rule_def)]  # type: ignore[index]
    assert frame["leg_1_cost"].tolist()[:4] == pytest.approx([0, 1.8, 8, 4], abs=1e-3)
    assert frame["leg_1_facility_id"].tolist()[:4] == ["station", "station", "station", "far"]
