"""Access on a study: the engine's own table, areas, equity, who is worst off; the second nearest in rules."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import carecircle
from carecircle import access
from carecircle.errors import InputError, PlanError, StudyError, UsageError
from carecircle.outputs.report.blocks import Heading, Picture, Text
from carecircle.outputs.report.content import report
from carecircle.rules import load_plan
from trialtown import town_analysis, write_hilly_town, write_town

KINDS = ["医院", "乡镇卫生院"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return town_analysis(tmp_path_factory.mktemp("town"))


def table(town: carecircle.Analysis, measure: str = "nearest_nth") -> tuple[Any, Any]:
    """Every pair by the public search, dense."""
    found = town.access(measure, KINDS, mode="walk")
    serving = town.serving(found.query)
    costs = town.reach_of(found.query).pairs(town.inputs.demand, serving, direction="to_facility")
    dense = np.full(costs.shape, np.inf)
    dense[np.repeat(np.arange(costs.shape[0]), np.diff(costs.indptr)), costs.indices] = costs.data
    return dense, serving


def test_measures_are_those_of_the_table(town: carecircle.Analysis) -> None:
    minutes, serving = table(town)
    people = town.inputs.demand["residents"].to_numpy(float)  # type: ignore[index]
    ones = np.ones(len(serving))
    named: dict[str, Any] = {"mode": "walk"}
    found = town.access("two_step_fca", KINDS, limit=20, **named)
    np.testing.assert_allclose(found.frame["value"], access.two_step_fca(minutes, ones, people, limit=20))
    near = access.gaussian(8)
    found = town.access("three_step_fca", KINDS, limit=25, decay=near, **named)
    expected = access.three_step_fca(minutes, ones, people, decay=near.within(25))
    np.testing.assert_allclose(found.frame["value"], expected)
    second = town.access("nearest_nth", KINDS, n=2, **named)
    np.testing.assert_array_equal(second.frame["value"], np.sort(minutes, axis=1)[:, 1])
    crowded = town.access("raam", KINDS, tau=20, **named)
    np.testing.assert_allclose(crowded.frame["value"], access.raam(minutes, ones, people, tau=20).burden)
    assert town.access("gravity", KINDS, mode=None, metric="straight_m", limit=900).mean() > 0


def test_equity_and_areas(town: carecircle.Analysis) -> None:
    found = town.access("nearest_nth", KINDS, mode="walk")
    value, people = found.frame["value"].to_numpy(float), found.frame["residents"].to_numpy(float)
    there = np.isfinite(value)
    figures = found.equity(line=12, groups=(value > np.median(value)).tolist())
    assert figures["mean"] == pytest.approx(np.average(value[there], weights=people[there]))
    assert figures["unreached"] == pytest.approx(people[~there].sum())
    assert figures["theil"] == pytest.approx(figures["theil_between"] + figures["theil_within"])
    assert figures["poor"] == pytest.approx(people[value > 12].sum() / people.sum())
    assert figures["kappa"] < 0 < figures["equivalent"] - figures["mean"]
    areas = found.by_area("county")
    assert areas["people"].sum() == pytest.approx(people.sum())
    assert areas["mean"].tolist() == [pytest.approx(figures["mean"])]
    shares, held = found.lorenz()
    assert (shares[0], shares[-1], held[-1]) == (0, 1, 1)


def test_who_is_worst_off(town: carecircle.Analysis) -> None:
    found = town.access("nearest_nth", KINDS, mode="walk")
    worst = found.worst_off(0.1)
    people = found.frame["residents"]
    assert 0.1 * people.sum() <= worst["residents"].sum() < 0.1 * people.sum() + worst["residents"].iloc[-1]
    rest = found.frame.loc[~found.frame.index.isin(worst.index) & (people > 0), "value"]
    assert worst["value"].min() >= rest.max()
    assert np.isinf(worst["value"].iloc[0]) or not np.isinf(found.frame["value"]).any()
    shared = town.access("two_step_fca", KINDS, mode="walk", limit=20).worst_off(0.2)
    assert shared["value"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ({"measure": "fca"}, "access.no_such_measure"),
        ({"measure": "two_step_fca"}, "access.needs"),
        ({"measure": "raam"}, "access.needs"),
        ({"measure": "nearest_nth", "people": "cats"}, "access.no_such_people"),
        ({"measure": "nearest_nth", "supply": "beds"}, "access.no_supply"),
        ({"measure": "nearest_nth", "facilities": ["庙"]}, "analysis.site_category"),
        ({"measure": "nearest_nth", "mode": "boat"}, "reach.no_reach"),
    ],
)
def test_what_is_refused(town: carecircle.Analysis, named: dict[str, Any], key: str) -> None:
    with pytest.raises(UsageError) as caught:
        town.access(**{"facilities": KINDS, "mode": "walk", **named})
    assert caught.value.sentence.key == key


# ---- nth ---------------------------------------------------------------------------------------------------


def with_second(folder: Path, kind: str = "W.walk") -> Path:
    study = write_town(folder)
    plan = (folder / "plan.toml").read_text(encoding="utf-8")
    folder.joinpath("plan.toml").write_text(
        plan.replace(f'id = "{kind}"', f'nth = 2\nid = "{kind}"'), encoding="utf-8"
    )
    return study


def test_the_second_nearest_is_judged(tmp_path: Path, town: carecircle.Analysis) -> None:
    study = with_second(tmp_path)
    plan = (tmp_path / "plan.toml").read_text(encoding="utf-8")
    (tmp_path / "plan.toml").write_text(plan.replace('id = "R.radius"', 'nth = 2\nid = "R.radius"'), "utf-8")
    found = carecircle.analyze(study)
    for rule, limit in (("W.walk", 12.0), ("R.radius", 1000.0)):
        verdict = next(v for v in found.verdicts if v.rule == rule)
        query = next(q for q in found.reached if q.leg.nth == 2 and (q.mode == "walk") == (rule == "W.walk"))
        serving = found.serving(query)
        costs = found.reach_of(query).pairs(found.inputs.demand, serving, direction=query.direction)
        people = found.inputs.demand["residents"].to_numpy(float)  # type: ignore[index]
        second = [
            sorted(costs.data[a:b])[1] if b - a > 1 else math.inf
            for a, b in zip(costs.indptr[:-1], costs.indptr[1:], strict=True)
        ]
        np.testing.assert_array_equal(found.reached[query]["cost"], second)
        share = people[np.array(second) <= limit].sum() / people.sum()
        assert verdict.observed == pytest.approx(share)
        once = next(v for v in town.verdicts if v.rule == rule)
        assert verdict.observed < once.observed  # type: ignore[operator]
        assert "2" in verdict.title.text("en")
        assert query not in found.surfaces


def test_others_do_not_take_it(tmp_path: Path) -> None:
    with_second(tmp_path, "E.come")
    with pytest.raises(PlanError, match="nth"):
        load_plan(str(tmp_path / "plan.toml"))


# ---- [[access]] and [residents] groups ---------------------------------------------------------------------

ASKED = """
[[access]]
measure = "nearest_nth"
categories = ["医院", "乡镇卫生院"]
mode = "walk"
line = 12
[[access]]
measure = "enhanced_two_step_fca"
title = "老人的床"
categories = ["乡镇卫生院"]
mode = "drive"
zones = {3 = 1.0, 6 = 0.5}
people = "65+"
"""


def with_groups(folder: Path, more: str = ASKED) -> Path:
    study = write_town(folder)
    table = pd.read_csv(folder / "residents.csv")
    table["老人"] = (table["population"] * np.linspace(0.1, 0.4, len(table))).round(3)
    table.to_csv(folder / "residents.csv", index=False)
    text = study.read_text(encoding="utf-8")
    text = text.replace('format = "points"', 'format = "points"\ngroups = {"65+" = "老人"}')
    study.write_text(text + more, encoding="utf-8")
    return study


def test_what_a_study_asks_is_reckoned_and_told(tmp_path: Path) -> None:
    found = carecircle.analyze(with_groups(tmp_path))
    near, beds = found.accesses
    old = found.inputs.demand["65+"]  # type: ignore[index]
    assert old.sum() == pytest.approx(pd.read_csv(tmp_path / "residents.csv")["老人"].sum(), rel=0.01)
    minutes, _ = costs_of(found, beds)
    expected = access.enhanced_two_step_fca(
        minutes, None, old.to_numpy(float), decay=access.stepped({3: 1.0, 6: 0.5})
    )
    np.testing.assert_allclose(beds.frame["value"], expected)
    told = report(found, "serif")
    headings = [b.text for b in told.blocks if isinstance(b, Heading)]
    assert "老人的床" in headings
    assert any("可达性与公平" in h for h in headings)
    curves = [b for b in told.blocks if isinstance(b, Picture) and "洛伦兹" in b.caption]
    assert len(curves) == 2
    for curve in curves:
        ElementTree.fromstring(curve.svg)
    worst = near.worst_off(0.1)
    assert any(f"{worst['residents'].sum():,.0f}" in b.text for b in told.blocks if isinstance(b, Text))
    assert any(f"65+ {worst['65+'].sum():,.0f}" in b.text for b in told.blocks if isinstance(b, Text))


def costs_of(town: carecircle.Analysis, found: Any) -> tuple[Any, Any]:
    serving = town.serving(found.query)
    costs = town.reach_of(found.query).pairs(town.inputs.demand, serving, direction="to_facility")
    dense = np.full(costs.shape, np.inf)
    dense[np.repeat(np.arange(costs.shape[0]), np.diff(costs.indptr)), costs.indices] = costs.data
    return dense, serving


def test_without_them_nothing_is_told(town: carecircle.Analysis) -> None:
    told = report(town, "serif")
    assert not [b for b in told.blocks if isinstance(b, Heading) and "公平" in b.text]
    assert {"access", "matrix"}.isdisjoint(town.study.to_dict())
    assert "groups" not in town.study.to_dict()["residents"]
    assert town.accesses == ()


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ('measure = "raam"\ncategories = ["医院"]', "study.access_tau"),
        ('measure = "gravity"\ncategories = ["医院"]', "study.access_decay"),
        ('measure = "gravity"\ncategories = ["庙"]\nlimit_min = 9', "study.unknown_category"),
        (
            'measure = "gravity"\ncategories = ["医院"]\nlimit_min = 9\nmode = "boat"',
            "study.unknown_in_profile",
        ),
        ('measure = "gravity"\ncategories = ["医院"]\nzones = {"a" = 1.0}', "study.access_zones"),
        ('measure = "fca"\ncategories = ["医院"]', "study.bad_value"),
    ],
)
def test_what_a_study_may_not_ask(tmp_path: Path, entry: str, key: str) -> None:
    study = with_groups(tmp_path, f"[[access]]\n{entry}\n")
    with pytest.raises(StudyError) as caught:
        carecircle.load_study(study)
    assert caught.value.sentence.key == key


def test_groups_are_faulted_by_cell(tmp_path: Path) -> None:
    study = with_groups(tmp_path)
    table = pd.read_csv(tmp_path / "residents.csv", dtype=str)
    table.loc[4, "老人"] = "-3"
    table.to_csv(tmp_path / "residents.csv", index=False)
    with pytest.raises(InputError) as caught:
        carecircle.analyze(study)
    assert (caught.value.row, caught.value.column) == (6, "老人")


def test_access_on_terrain_is_that_of_each_facility_sought_alone(tmp_path: Path) -> None:
    """Off the road and on it: one table for all measures, against the nearest of one facility at a time."""
    hills = carecircle.analyze(write_hilly_town(tmp_path))
    assert hills.inputs.ground is not None
    found = hills.access("two_step_fca", ["乡镇卫生院"], mode="walk", limit=30)
    serving, demand = hills.serving(found.query), hills.inputs.demand
    assert demand is not None
    assert len(serving) > 1
    reach = hills.reach_of(found.query)
    alone = [reach.nearest(demand, serving.iloc[[n]], direction="to_facility") for n in range(len(serving))]
    minutes = np.stack([frame["cost"].to_numpy(float) for frame in alone], axis=1)
    people = demand["residents"].to_numpy(float)
    expected = access.two_step_fca(minutes, None, people, limit=30)
    np.testing.assert_allclose(found.frame["value"], expected, rtol=1e-9)
    off_road = (alone[0]["off_road"] & np.isfinite(minutes.min(axis=1))).to_numpy()
    assert (expected[off_road] > 0).any()  # whoever lives off every road has a figure too
    assert math.fsum(people * expected) == pytest.approx(len(serving), rel=1e-12)
    nearest = hills.access("nearest_nth", ["乡镇卫生院"], mode="walk", n=2)
    np.testing.assert_allclose(nearest.frame["value"], np.sort(minutes, axis=1)[:, 1], rtol=1e-9)
