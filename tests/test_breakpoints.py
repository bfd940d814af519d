"""Where verdicts turn: closed forms, and verdicts judged anew a hair on either side of each breakpoint."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import carecircle
from carecircle import Analysis, Outcome, Plan, Scenario, reanalyze
from carecircle.certainty import Breakpoint, breakpoints, stands
from carecircle.rules import judge
from carecircle.rules.judging.turning import Crowd, open_at, pass_at, speed_from
from realstudy import real_study
from trialtown import town_analysis
from worlds import PLAN, street_study

HAIR = 1e-5


def test_the_speed_at_which_enough_are_covered_is_sixteen_fifteenths() -> None:
    """40, 30, 20, 10 residents at 10, 14, 16, 20 minutes; 90 % within 15 minutes."""
    minutes = np.array([10.0, 14.0, 16.0, 20.0])
    crowd = Crowd(np.array([40.0, 30.0, 20.0, 10.0]), 0.0, 100.0, 0.9)
    assert pass_at(crowd, speed_from(np.zeros(4), minutes, 15.0)) == 1.0666666666666667
    assert pass_at(crowd, minutes) == 16.0
    assert pass_at(replace(crowd, target=0.7), minutes) == 14.0
    beside = np.array([0.0, 0.0, 1.0, 0.0])  # the sixteen minutes are one on foot and fifteen by road
    assert pass_at(crowd, speed_from(beside, minutes - beside, 15.0)) == pytest.approx(15 / 14, rel=1e-15)
    assert open_at(replace(crowd, undecided=20.0), minutes) == 14.0
    assert pass_at(replace(crowd, in_scope=1000.0), minutes) == math.inf
    assert open_at(replace(crowd, undecided=90.0), minutes) == -math.inf


def test_on_a_street_every_parameter_turns_where_the_hand_says(tmp_path: Path) -> None:
    """Driven at 30 km/h: 0, 1.8, 8 and 18 minutes for 400, 300, 200, 100; 50 have no road near them."""
    study = street_study(tmp_path)
    plan = PLAN.replace('mode = "walk"', 'mode = "drive"')
    plan = plan.replace('limit = 15\nlimit_unit = "min"', 'limit = 15\nlimit_unit = "min"\ntarget = 0.8')
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    analysis = carecircle.analyze(study)
    found = {p.what: p for p in breakpoints(analysis)["S2"]}
    assert carecircle.analyze(study).verdicts[1].outcome is Outcome.PASS
    assert found["limit"].low == pytest.approx(8.0, rel=1e-3)  # with those at 4 km 900 of 1,050
    assert found["limit"].high is None
    assert found["speed"].low == pytest.approx(8 / 15, rel=1e-3)
    assert found["share"] == Breakpoint("share", 0.8, None, 900 / 1050)
    assert found["residents"].high == pytest.approx((900 / 0.8 - 900 - 50) / 100)
    said = stands(analysis, analysis.verdicts[1])
    assert said is not None
    assert "道路车速不低于假定值的 53.3" in said.text("zh")


def _differ(analysis: Analysis, *, most: int = 100) -> int:
    """Checks the outcome on both sides of each breakpoint of speed and limit; how many there were."""
    checked = 0
    outcome = {v.rule: v.outcome for v in analysis.verdicts}
    for rule, points in breakpoints(analysis).items():
        for point in points:
            for end, inside in ((point.low, 1 + HAIR), (point.high, 1 - HAIR)):
                if end is None or point.what not in ("speed", "limit") or checked >= most:
                    continue
                at = {"speed": _at_speed, "limit": _at_limit}[point.what]
                assert at(analysis, rule, end * inside) is outcome[rule], (rule, point)
                assert at(analysis, rule, end * (2 - inside)) is not outcome[rule], (rule, point)
                checked += 1
    return checked


def _at_speed(analysis: Analysis, rule: str, speed: float) -> Outcome:
    slower = Scenario(time_factors={mode: {"*": 1 / speed} for mode in analysis.networks})
    return reanalyze(_alone(analysis, rule), scenario=slower, surfaces=False).verdicts[0].outcome


def _at_limit(analysis: Analysis, rule: str, limit: float) -> Outcome:
    return judge(_plan(analysis, rule, limit=limit), analysis.inputs, analysis.reached)[0].outcome


def _alone(analysis: Analysis, rule: str) -> Analysis:
    """The analysis of one rule."""
    return replace(analysis, plan=_plan(analysis, rule))


def _plan(analysis: Analysis, rule: str, **changed: float) -> Plan:
    one = analysis.plan.find(rule).model_copy(update=changed)
    return analysis.plan.model_copy(update={"rule": (one,)})


def test_the_embedded_county_turns_at_its_breakpoints(embedded: Analysis) -> None:
    assert _differ(embedded) >= 8


def test_a_town_whose_homes_change_their_facility_turns_at_its_breakpoints(tmp_path: Path) -> None:
    """Facilities off the road: at another speed others are the nearest."""
    assert _differ(town_analysis(tmp_path)) >= 1


def test_porto_alegre_turns_at_its_breakpoints(tmp_path: Path) -> None:
    assert _differ(carecircle.analyze(real_study("portoalegre", tmp_path, "portoalegre"))) >= 1
