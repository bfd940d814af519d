"""Access on a study: the engine's own table, areas, equity, who is worst off; the second nearest in rules."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import carecircle
from carecircle import access
from carecircle.errors import PlanError, UsageError
from carecircle.rules import load_plan
from trialtown import town_analysis, write_town

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
