"""Verdicts under what a study is unsure of: closed forms, draws judged anew, and intervals that cover."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import carecircle
from carecircle import Analysis, UsageError, reanalyze, uncertainty
from carecircle.certainty.judging import DrawJudge
from carecircle.certainty.sampling import Sampler
from carecircle.certainty.sensitivity import design, indices
from carecircle.study.certainty import Unsure
from trialtown import town_analysis
from worlds import PLAN, east, street_study, write_csv

SPEED = {
    "uniform": (Unsure(what="speed", distribution="uniform", low=0.8, high=1.2), 0.33333333333333326),
    "lognormal": (Unsure(what="speed", distribution="lognormal", sd=0.1), 0.259338792296987),
    "normal": (Unsure(what="speed", distribution="normal", sd=0.1), 0.2524925375469229),
}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """40, 30, 20, 10 residents 10, 14, 16, 20 minutes by road from the centre; 90 % within 15 minutes."""
    study = street_study(tmp_path_factory.mktemp("street"))
    plan = PLAN.replace('mode = "walk"', 'mode = "drive"')
    plan = plan.replace('limit = 15\nlimit_unit = "min"', 'limit = 15\nlimit_unit = "min"\ntarget = 0.9')
    (study.parent / "plan.toml").write_text(plan, encoding="utf-8")
    rows = []
    for place, metres, residents in (("a", 5000, 40), ("b", 7000, 30), ("c", 8000, 20), ("d", 10_000, 10)):
        lon, lat = east(metres)
        rows.append({"demand_id": place, "lon": lon, "lat": lat, "population": residents})
    write_csv(study.parent / "residents.csv", rows)
    return carecircle.analyze(study)


@pytest.mark.parametrize("name", SPEED)
def test_the_probability_is_the_closed_form(street: Analysis, name: str) -> None:
    """It passes from 16/15 of the speed on; half of 2^14 points are looked at on either side of it."""
    unsure, truth = SPEED[name]
    sampler = Sampler(street, (unsure,))
    points = design(sampler.sizes, 2**13, 3)
    both = np.concatenate([points.first, points.second])[:, :1]
    speeds = np.array([sampler.draw(p).speeds["drive"]["*"] for p in both])
    assert np.mean(speeds >= 16 / 15) == pytest.approx(truth, abs=1e-3)


def test_outcomes_are_counted_as_they_fall_and_never_folded(street: Analysis) -> None:
    found = uncertainty(street, draws=512, seed=5, unsure=(SPEED["lognormal"][0],))
    robust = found.robust["S2"]
    assert robust.p_pass == pytest.approx(0.2593, abs=0.004)
    assert robust.p_pass + robust.p_fail + robust.p_not_assessed == 1
    assert found.draws == robust.draws == 512
    assert [v.outcome for v in found.analysis.verdicts] == [v.outcome for v in street.verdicts]
    assert (robust.p5, robust.p50, robust.p95) == pytest.approx(
        (0.4, 0.7, 0.9)
    )  # at 14/15 the thirty fall out
    assert "robust" not in json.dumps(street.to_dict())
    assert found.analysis.to_dict()["verdicts"][1]["robust"]["p_pass"] == robust.p_pass


def test_the_indices_of_ishigami_are_its_own() -> None:
    """a = 7, b = 0.1: closed forms of Ishigami and Homma (1990)."""

    def figure(u: np.ndarray) -> np.ndarray:
        x = -np.pi + 2 * np.pi * u
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    points = design([1, 1, 1], 2**14, 1)
    rows = np.array([points.row(j) for j in range(len(points.first))])
    first, second, *mixed = (figure(rows[:, k]) for k in range(rows.shape[1]))
    of_first, total = indices(first, second, np.stack(mixed, axis=1))
    assert of_first == pytest.approx([0.31390519114781146, 0.4424111447900409, 0], abs=0.01)
    assert total == pytest.approx([0.5575888552099592, 0.4424111447900409, 0.2436836640621477], abs=0.01)


ALL = (
    Unsure(what="speed", distribution="lognormal", sd=0.2),
    Unsure(what="speed", mode="drive", road="secondary", distribution="uniform", low=0.5, high=1.5),
    Unsure(what="residents", by="region", distribution="triangular", low=0.5, high=2),
    Unsure(what="facilities", distribution="normal", sd=60),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return town_analysis(tmp_path_factory.mktemp("town"))


def _alone(analysis: Analysis, rule: str) -> Analysis:
    """The analysis with one verdict: the others cost a search a draw."""
    return replace(analysis, verdicts=tuple(v for v in analysis.verdicts if v.rule == rule))


def test_ten_draws_are_what_reanalyze_says(town: Analysis) -> None:
    sampler = Sampler(town, ALL)
    judge = DrawJudge(town, sampler)
    assert set(judge.rules) == {"W.walk", "D.drive", "E.come", "R.radius"}
    for point in np.random.default_rng(8).random((10, sum(sampler.sizes))):
        draw = sampler.draw(point)
        after = reanalyze(town, scenario=sampler.scenario(draw), surfaces=False)
        found = judge.judge(draw)
        for verdict in after.verdicts:
            mine = found[verdict.rule]
            assert mine.outcome is verdict.outcome, verdict.rule
            assert mine.observed == pytest.approx(verdict.observed, rel=1e-6), verdict.rule


def test_the_same_seed_gives_the_same_bytes_in_parallel_too(town: Analysis) -> None:
    town = _alone(town, "D.drive")
    once, again = (uncertainty(town, draws=16, seed=2, unsure=ALL, threads=n) for n in (1, 2))
    assert json.dumps(once.analysis.to_dict()) == json.dumps(again.analysis.to_dict())
    other = uncertainty(town, draws=16, seed=3, unsure=ALL)
    assert json.dumps(once.analysis.to_dict()) != json.dumps(other.analysis.to_dict())
    assert len(once.robust["D.drive"].drivers) == len(ALL)


def test_intervals_cover_the_truth_as_often_as_they_say(town: Analysis) -> None:
    """2,000 truths of speed, each a draw of its own: nine in ten lie in the 90 % interval."""
    town = _alone(town, "D.drive")
    unsure = (Unsure(what="speed", distribution="lognormal", sd=0.2),)
    robust = uncertainty(town, draws=256, seed=0, unsure=unsure).robust["D.drive"]
    sampler = Sampler(town, unsure)
    judge = DrawJudge(town, sampler)
    truths = np.random.default_rng(20261128).random((2000, 1))
    shares = np.array([judge.judge(sampler.draw(u))["D.drive"].observed for u in truths])
    assert 0.88 <= np.mean((shares >= robust.p5) & (shares <= robust.p95)) <= 0.92


def test_stopped_after_some_draws_it_answers_from_them(town: Analysis) -> None:
    told, town = [], _alone(town, "D.drive")

    def tell(sentence: object) -> None:
        told.append(sentence)
        raise KeyboardInterrupt

    found = uncertainty(town, draws=64, unsure=ALL[:1], progress=tell)
    assert found.draws == found.robust["D.drive"].draws == 32
    assert len(told) == 1


def test_what_cannot_be_drawn_is_refused(street: Analysis, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"uncertainty\.of"):
        uncertainty(street)
    odd = Unsure(what="speed", mode="drive", road="primary", distribution="normal", sd=0.1)
    with pytest.raises(UsageError, match="primary"):
        uncertainty(street, draws=2, unsure=(odd,))
    with pytest.raises(UsageError, match="village"):
        uncertainty(street, draws=2, unsure=(Unsure(what="residents", distribution="normal", sd=0.1),))
    study = street_study(
        tmp_path, extra='[[uncertainty.of]]\nwhat = "speed"\ndistribution = "uniform"\nlow = 1.2\nhigh = 1'
    )
    with pytest.raises(carecircle.StudyError, match=r"low 1\.2"):
        carecircle.load_study(study)
    nothing = street_study(
        tmp_path / "0",
        extra='[[uncertainty.of]]\nwhat = "speed"\ndistribution = "uniform"\nlow = 0\nhigh = 1',
    )
    with pytest.raises(carecircle.StudyError, match="the factor 0"):
        carecircle.load_study(nothing)
