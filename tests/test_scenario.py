"""Scenarios: by hand on a street of 10 km, then laws on a crooked town."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carecircle
from carecircle import Analysis, Scenario, UsageError, Verdict, reanalyze
from carecircle.analysis.asking import leads
from carecircle.reach.asked import LEAD
from carecircle.reach.network.model import Network
from carecircle.reach.travel import nearest_facility, travel_time_matrix
from trialtown import town_analysis
from worlds import PLAN, street_study

few = settings(max_examples=4, deadline=None)
DRIVEN = PLAN.replace('mode = "walk"', 'mode = "drive"')


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """The street driven at 30 km/h: 2 minutes a km. Homes at 0, 900, 4,000, 9,000 m: 400, 300, 200, 100."""
    study = street_study(tmp_path_factory.mktemp("street"))
    (study.parent / "plan.toml").write_text(DRIVEN, encoding="utf-8")
    return carecircle.analyze(study)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return town_analysis(tmp_path_factory.mktemp("town"))


def verdict(analysis: Analysis, rule: str) -> Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def covered(analysis: Analysis, rule: str = "S2") -> float:
    ledger = verdict(analysis, rule).ledger
    assert ledger is not None
    return ledger.covered


def same_answers(one: Analysis, other: Analysis) -> None:
    assert one.to_dict() == other.to_dict()
    for query, frame in one.reached.items():
        pd.testing.assert_frame_equal(frame, other.reached[query])


# ---- by hand ------------------------------------------------------------------------------------------


def test_slower_roads(street: Analysis) -> None:
    # 9,000 m take 18 minutes; 4,000 m take 8, and 16 at twice the minutes.
    assert covered(street) == 900
    slow = reanalyze(street, scenario=Scenario(time_factors={"drive": {"residential": 2}}))
    assert covered(slow) == 700
    (query,) = [q for q in slow.reached if q.metric == "minutes"]
    assert slow.reached[query]["cost"].tolist()[:4] == pytest.approx([0, 3.6, 16, 36], abs=1e-3)
    assert slow.baseline is street
    fast = reanalyze(slow, scenario=Scenario(time_factors={"drive": {"*": 0.4}}))  # 0.8 in all: 14.4 minutes
    assert covered(fast) == 1000
    assert fast.baseline is street
    assert len(fast.scenarios) == 2
    same_answers(reanalyze(street, scenario=Scenario(time_factors={"walk": {"*": 2}})), street)
    assert covered(street) == 900
    assert street.inputs.edges is not None
    assert fast.inputs.edges is not None
    ratio = fast.inputs.edges["travel_time_s_drive"] / street.inputs.edges["travel_time_s_drive"]
    assert ratio.to_numpy() == pytest.approx(0.8, rel=1e-6)


def test_a_closed_street(street: Analysis) -> None:
    assert street.inputs.edges is not None
    ids = street.inputs.edges["edge_id"].tolist()
    shut = reanalyze(street, scenario=Scenario(closed_edges=ids))
    assert covered(shut) == 0
    assert covered(shut, "S1") == 950  # the straight line asks no road
    one_way = reanalyze(street, scenario=Scenario(closed_edges=[i for i in ids if i % 2]))
    assert {covered(one_way), covered(street)} == {900, 400}  # against the traffic nobody gets back to 0 m


def test_facilities_changed_by_id(street: Analysis) -> None:
    other = reanalyze(street, scenario=Scenario(change={"centre": {"category": "村卫生室", "beds": 3}}))
    assert covered(other) == 0
    row = other.inputs.facilities.set_index("facility_id").loc["centre"]
    assert (row["category"], row["attributes"]["beds"]) == ("村卫生室", 3)
    assert street.inputs.facilities.set_index("facility_id").loc["centre", "category"] != "村卫生室"
    planned = Scenario(change={"centre": {"status": "planned"}})
    assert covered(reanalyze(street, scenario=planned)) == 0
    both = Scenario(change={"station": {"category": "社区卫生服务中心"}}, close=["centre"])
    assert covered(reanalyze(street, scenario=both)) == 900


def test_another_draw_of_the_residents(street: Analysis) -> None:
    demand = street.inputs.demand
    assert demand is not None
    drawn = pd.Series({"n": 0.0, "d": 900.0, "c": 50.0, "b": 50.0, "a": 0.0})
    assert demand["demand_id"].tolist() == ["a", "b", "c", "d", "n"]
    for residents in (drawn, [0.0, 50.0, 50.0, 900.0, 0.0]):
        after = reanalyze(street, scenario=Scenario(residents=residents))
        assert covered(after) == 100
        assert verdict(after, "S2").observed == pytest.approx(0.1)
        assert after.inputs.ledger is not None
        assert after.inputs.ledger.to_dict() == {"total": 1000, "inside": 1000, "outside": 0, "no_data": 0}
        for query, frame in after.reached.items():
            assert frame is street.reached[query]  # nobody moved: no search
    assert demand["residents"].tolist() == [400, 300, 200, 100, 50]


def test_a_year_and_a_period_are_recorded(street: Analysis) -> None:
    rush = Scenario(
        name="rush hour", period="07:30-09:00", year=2030, time_factors={"drive": {"residential": 1.5}}
    )
    after = reanalyze(street, scenario=rush)
    assert after.to_dict()["year"] == after.study.year == 2030
    assert json.loads(json.dumps(after.manifest))["scenarios"] == [
        {
            "name": "rush hour", "period": "07:30-09:00", "year": 2030,
            "time_factors": {"drive": {"residential": 1.5}},
        }
    ]  # fmt: skip
    assert "scenarios" not in reanalyze(street, close=["centre"]).manifest
    assert street.study.year == 2025


def test_what_cannot_be_meant_is_refused(street: Analysis) -> None:
    for scenario, word in (
        (lambda: Scenario(time_factors={"drive": {"*": 0.0}}), "0.0"),
        (lambda: Scenario(residents=[1.0, -1.0]), "-1.0"),
        (lambda: Scenario(time_factors={"walking": {"*": 2.0}}), "nearest known one is walk"),
        (lambda: Scenario(time_factors={"drive": {"motorway": 2.0}}), "residential"),
        (lambda: Scenario(closed_edges=[10**6]), "1000000"),
        (lambda: Scenario(residents=[1.0]), "5 are required"),
        (lambda: Scenario(residents=pd.Series({"a": 1.0, "zz": 2.0})), "zz"),
        (lambda: Scenario(change={"nobody": {"beds": 1}}), "nobody"),
        (lambda: Scenario(change={"centre": {"category": "社区卫生中新"}}), "社区"),
        (lambda: Scenario(change={"centre": {"geometry": None}}), "geometry"),
        (lambda: Scenario(close=["nobody"]), "nobody"),
    ):
        with pytest.raises(UsageError, match=word):
            reanalyze(street, scenario=scenario())
    with pytest.raises(UsageError, match="in the scenario"):
        reanalyze(street, scenario=Scenario(), close=["centre"])
    with pytest.raises(carecircle.InputError, match="shut"):
        reanalyze(street, scenario=Scenario(change={"centre": {"status": "shut"}}))


def test_a_scenario_is_frozen() -> None:
    people, changes = np.array([1.0, 2.0]), {"f": {"beds": 1}}
    scenario = Scenario(residents=people, change=changes, close=["b", "a"], closed_edges={3, 1})
    people[0], changes["f"]["beds"] = 9.0, 9
    assert np.asarray(scenario.residents).tolist() == [1.0, 2.0]
    assert scenario.change["f"]["beds"] == 1
    assert (scenario.close, scenario.closed_edges) == (("b", "a"), (1, 3))
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.year = 2030  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.change["f"]["beds"] = 2  # type: ignore[index]
    assert Scenario().empty
    assert not Scenario(period="night").empty


# ---- laws ---------------------------------------------------------------------------------------------


def test_an_empty_scenario_and_factors_of_one_change_nothing(town: Analysis) -> None:
    same_answers(reanalyze(town, scenario=Scenario()), town)
    assert reanalyze(town, scenario=Scenario()).scenarios == ()
    ones = {mode: {"*": 1.0} for mode in town.networks}
    same_answers(reanalyze(town, scenario=Scenario(time_factors=ones)), town)
    demand = town.inputs.demand
    assert demand is not None
    same_answers(reanalyze(town, scenario=Scenario(residents=demand["residents"].to_numpy())), town)


@few
@given(factor=st.floats(0.25, 4.0))
def test_a_factor_on_every_class_scales_the_network_s_minutes_alone(town: Analysis, factor: float) -> None:
    after = reanalyze(town, scenario=Scenario(time_factors={"drive": {"*": factor}}), surfaces=False)
    demand, facilities, most = town.inputs.demand, town.inputs.facilities, 300.0
    costs = []
    for analysis in (town, after):
        network = analysis.networks["drive"]
        costs.append(travel_time_matrix(network, demand, facilities, max_snap_m=most).toarray())
    network = town.networks["drive"]
    legs = [
        network.snap(points, max_snap_m=most).access_cost("minutes") / 60 for points in (demand, facilities)
    ]
    access = np.add.outer(*legs)
    on = costs[0] > 0
    base, now, off_road = costs[0][on], costs[1][on], access[on]
    across = base < off_road * (1 - 1e-9)  # who meets straight across takes no road
    expected = np.where(across, base, off_road + factor * (base - off_road))
    assert np.allclose(now, expected, rtol=2e-6, atol=0)
    for query, frame in after.reached.items():
        if query.mode != "drive":
            assert frame is town.reached[query]


@few
@given(seed=st.integers(0, 10**6))
def test_slower_classes_and_closed_edges_equal_a_network_built_anew(town: Analysis, seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = town.inputs.edges
    assert edges is not None
    classes = sorted(set(edges["highway"]))
    factors = {road: float(rng.uniform(0.5, 3)) for road in classes if rng.random() < 0.6}
    closed = rng.choice(edges["edge_id"], size=int(rng.integers(0, 60)), replace=False).tolist()
    scenario = Scenario(time_factors={"drive": factors}, closed_edges=closed)
    after = reanalyze(town, scenario=scenario, surfaces=False)
    rest = edges[~edges["edge_id"].isin(closed)].copy()
    seconds = rest["travel_time_s_drive"] * rest["highway"].map(factors).fillna(1.0)
    rest["travel_time_s_drive"] = seconds.astype(np.float32)
    for query, frame in after.reached.items():
        if query.mode is None:
            continue
        serving = town.serving(query)
        serving = serving.assign(**{LEAD: leads(town.inputs, query.leg, serving)})
        for built in (Network.from_edges(rest, mode=query.mode), _again(after, query.mode)):
            expected = nearest_facility(
                built, town.inputs.demand, serving, direction=query.direction,
                metric=query.metric, max_snap_m=300,
            )  # fmt: skip
            pd.testing.assert_frame_equal(frame[[*expected]], expected)


def _again(analysis: Analysis, mode: str) -> Network:
    """The network built from the edges that the scenario left."""
    return Network.from_edges(analysis.inputs.edges, mode=mode)


@few
@given(seed=st.integers(0, 10**6))
def test_scenarios_one_after_the_other_are_one(town: Analysis, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = town.inputs.facilities["facility_id"].tolist()
    edges = town.inputs.edges
    assert edges is not None
    closed = rng.choice(edges["edge_id"], size=20, replace=False).tolist()
    gone = rng.choice(ids, size=3, replace=False).tolist()
    factors = {"walk": {"*": float(rng.choice([0.5, 2.0]))}}
    site = {"facility_id": "x", "category": "乡镇卫生院", "lon": 104.51, "lat": 31.31}
    people = rng.uniform(0, 50, len(town.inputs.demand))  # type: ignore[arg-type]
    once = Scenario(add=[site], close=gone, closed_edges=closed, time_factors=factors, residents=people)
    parts = (
        Scenario(closed_edges=closed), Scenario(add=[site]), Scenario(time_factors=factors),
        Scenario(residents=people), Scenario(close=gone),
    )  # fmt: skip
    step = town
    for part in parts:
        step = reanalyze(step, scenario=part, surfaces=False)
    whole = reanalyze(town, scenario=once, surfaces=False)
    same_answers(step, whole)
    assert step.baseline is whole.baseline is town
    assert step.scenarios == parts
    ledger = whole.inputs.ledger
    assert ledger is not None
    assert ledger.inside == math.fsum(people)


@few
@given(factor=st.floats(1.0, 5.0))
def test_slower_never_covers_more(town: Analysis, factor: float) -> None:
    everywhere = {mode: {"*": factor} for mode in town.networks}
    after = reanalyze(town, scenario=Scenario(time_factors=everywhere), surfaces=False)
    for before, now in zip(town.verdicts, after.verdicts, strict=True):
        if before.ledger is not None and now.ledger is not None:
            assert now.ledger.covered <= before.ledger.covered


def test_a_changed_study_is_drawn_and_written(town: Analysis, tmp_path: Path) -> None:
    assert town.inputs.edges is not None
    closed = town.inputs.edges["edge_id"].tolist()[::7]
    after = reanalyze(town, scenario=Scenario(closed_edges=closed, time_factors={"drive": {"*": 1.5}}))
    written = {path.name: path for path in after.write(tmp_path)}
    manifest = json.loads(written["manifest.json"].read_text(encoding="utf-8"))
    assert manifest["scenarios"][0]["time_factors"] == {"drive": {"*": 1.5}}
    (query,) = [q for q in after.reached if q.mode == "drive"]
    far = after.reached[query]
    home = far["demand_id"][far["status"] == "reached"].iloc[5]
    way = after.path(home, query)
    assert way is not None
    assert way.minutes == pytest.approx(far.set_index("demand_id").loc[home, "cost"], rel=1e-5)
    assert not set(way.edge_ids) & set(closed)
