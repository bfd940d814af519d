"""Periods: by hand on a street of 10 km, laws on a crooked town, and the study as it was without them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import python_calamine

import carecircle
from carecircle import Analysis, Outcome, Scenario, StudyError, UsageError, reanalyze
from carecircle.analysis.periods import period_scenario
from carecircle.certainty.splitting import Splitter
from carecircle.outputs import telling
from carecircle.outputs.files.tables import workbook
from carecircle.outputs.map.panel import clause
from carecircle.rules import ByPeriod, Verdict, verdict_schema
from carecircle.study import Period
from trialtown import town_analysis
from worlds import PLAN, east, street_study, write_csv

DRIVEN = PLAN.replace('mode = "walk"', 'mode = "drive"').replace(
    'limit = 15\nlimit_unit = "min"', 'limit = 15\nlimit_unit = "min"\ntarget = 0.8'
)
RUSH = """
[[periods]]
name = "早高峰"
hours = "工作日 7:30–9:00"
source = "交通局 2024"
[periods.factor.drive]
residential = 2
"""
NIGHT = """
[[periods]]
name = "夜间"
closed_categories = ["社区卫生服务中心"]
"""


def street(folder: Path, extra: str = "", *, night: bool = False) -> Analysis:
    """The street driven at 30 km/h; homes at 0, 900, 4,000, 9,000 m: 400, 300, 200, 100, and 50 off it."""
    study = street_study(folder, extra=extra)
    (folder / "plan.toml").write_text(DRIVEN, encoding="utf-8")
    if night:
        rows = []
        for place, x, day, asleep in (("a", 0, 400, 100), ("b", 900, 300, 100), ("d", 9000, 100, 800)):
            lon, lat = east(x)
            rows.append({"demand_id": place, "lon": lon, "lat": lat, "population": day, "night": asleep})
        write_csv(folder / "residents.csv", rows)
        text = study.read_text("utf-8")
        study.write_text(
            text.replace('format = "points"', 'format = "points"\ngroups = {night = "night"}', 1), "utf-8"
        )
    return carecircle.analyze(study)


def verdict(analysis: Analysis, rule: str = "S2") -> Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def periods(analysis: Analysis, rule: str = "S2") -> dict[str, ByPeriod]:
    return {row.name: row for row in verdict(analysis, rule).by_period}


def test_a_rush_hour_and_a_night_by_hand(tmp_path: Path) -> None:
    """At twice the minutes 9 km take 36 and 4 km 16: beyond 15. At night the centre is shut."""
    found = street(tmp_path, RUSH + NIGHT)
    rows = periods(found)
    assert [*rows] == ["早高峰", "夜间"]
    rush, night = rows.values()
    assert (rush.observed, rush.residents_affected, rush.outcome) == (700 / 1050, 300, Outcome.FAIL)
    assert (night.observed, night.outcome, night.worst) == (0, Outcome.FAIL, True)
    assert (rush.worst, rush.source, night.source) == (False, "交通局 2024", "")
    assert verdict(found).outcome is Outcome.PASS  # the verdict itself stays as it was
    assert verdict(found).observed == 900 / 1050
    radius = periods(found, "S1")["早高峰"]
    assert radius.observed == verdict(found, "S1").observed  # no road asked


def test_it_is_what_reanalyze_says_of_the_period(tmp_path: Path) -> None:
    found = street(tmp_path, RUSH + NIGHT)
    for name in ("早高峰", "夜间"):
        after = reanalyze(found, scenario=period_scenario(found, name))
        assert after.scenarios[0].period == name
        for one in after.verdicts:
            row = periods(found, one.rule)[name]
            assert (row.outcome, row.observed, row.margin) == (one.outcome, one.observed, one.margin)
            assert one.by_period == ()  # a period has none of its own
    with pytest.raises(UsageError, match="早高峰"):
        period_scenario(found, "noon")
    both = reanalyze(found, scenario=Scenario(close=["centre"]))  # what is changed is judged in each period
    assert periods(both)["早高峰"].observed == 0


def test_closed_roads_and_edges(tmp_path: Path) -> None:
    shut = '[[periods]]\nname = "汛期"\nclosed_roads = ["residential"]\n'
    found = street(tmp_path / "roads", shut)
    assert periods(found)["汛期"].observed == 0
    edges = found.inputs.edges
    assert edges is not None
    ids = edges["edge_id"].tolist()
    one_way = f'[[periods]]\nname = "单向"\nclosed_edges = {[i for i in ids if i % 2]}\n'
    again = street(tmp_path / "edges", one_way)
    after = reanalyze(found, scenario=Scenario(closed_edges=[i for i in ids if i % 2]))
    assert periods(again)["单向"].observed == verdict(after).observed != verdict(found).observed


def test_residents_where_they_are_at_night(tmp_path: Path) -> None:
    """1,000 by day, 800 of them nearby; at night 200 of 1,000."""
    asleep = '[[periods]]\nname = "夜间"\nresidents = "night"\n'
    found = street(tmp_path, asleep, night=True)
    assert verdict(found).observed == 700 / 800
    night = periods(found)["夜间"]
    assert (night.observed, night.residents_affected) == (0.2, 800)


def test_a_class_that_the_roads_do_not_have_changes_nothing(tmp_path: Path) -> None:
    found = street(tmp_path, '[[periods]]\nname = "冬"\n[periods.factor.drive]\nmotorway = 3\n')
    assert periods(found)["冬"].observed == verdict(found).observed


def test_everything_that_is_written_names_the_worst(tmp_path: Path) -> None:
    found = street(tmp_path, RUSH + NIGHT)
    said = telling.periods(verdict(found))
    assert said is not None
    assert said.text("zh") == (
        "分时段：早高峰（工作日 7:30–9:00）66.67%，未达标、夜间0%，未达标（系数为假定）；最差：夜间"
    )
    assert said.text("en").endswith("worst: 夜间")
    written = found.to_dict()
    jsonschema.validate(written, verdict_schema())
    rows = written["verdicts"][1]["by_period"]
    assert [row["worst"] for row in rows] == [False, True]
    book = tmp_path / "verdicts.xlsx"
    workbook(found, book)
    sheet = python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_name("分时段")
    cells = sheet.to_python()[1:]
    assert [(r[0], r[1]) for r in cells] == [(r, n) for r in ("S1", "S2") for n in ("早高峰", "夜间")]
    assert [(r[7], r[8]) for r in cells if r[0] == "S2"] == [("", "交通局 2024"), ("最差", "假定")]
    assert said.both() in clause(found, verdict(found), {}, [])["stands"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return town_analysis(tmp_path_factory.mktemp("town"))


def _with(town: Analysis, *told: Period) -> Analysis:
    """The town with periods, judged anew."""
    study = town.study.model_copy(update={"periods": told or None})
    inputs = replace(town.inputs, study=study)
    return reanalyze(replace(town, study=study, inputs=inputs), surfaces=False)


@pytest.mark.parametrize("factor", [2.0, 1.3])
def test_a_uniform_factor_gives_exactly_so_many_times_the_network_minutes(
    town: Analysis, factor: float
) -> None:
    period = Period(name="slow", factor={"drive": {"*": factor}})
    there = _with(town, period)
    after = reanalyze(there, scenario=period_scenario(there, "slow"), surfaces=False)
    query = next(q for q in town.reached if q.mode == "drive")
    beside, on_roads = Splitter(town).split(query, factor)  # the ways that are best at that slowness
    found = after.reached[query]["cost"].to_numpy()
    reached = np.isfinite(found)
    assert reached.sum() > 300
    # seconds of an edge are float32: exact where a factor keeps them so, else within their last half bit
    step = 1e-12 if factor == 2 else 2.0**-24
    np.testing.assert_allclose(found[reached], (beside + factor * on_roads)[reached], rtol=step)
    ours, theirs = after.networks["drive"], town.networks["drive"]
    seconds = (theirs.seconds.astype(np.float64) * factor).astype(np.float32)
    np.testing.assert_array_equal(ours.seconds, seconds)


def test_a_factor_of_at_least_one_never_raises_a_share(town: Analysis) -> None:
    rng = np.random.default_rng(5)
    told = [
        Period(
            name=str(n),
            factor={
                mode: {road: float(1 + rng.exponential()) for road in ("residential", "secondary", "*")}
                for mode in ("drive", "ambulance")
            },
        )
        for n in range(4)
    ]
    found = _with(town, *told)
    for one in found.verdicts:
        for row in one.by_period:
            assert row.observed is not None
            assert one.observed is not None
            if one.unit == "share":
                assert row.observed <= one.observed
            else:
                assert row.observed >= one.observed
    walk = verdict(found, "W.walk")
    assert {row.observed for row in walk.by_period} == {walk.observed}  # nobody walks slower


def test_a_period_equal_to_the_base_gives_the_base_bit_for_bit(town: Analysis) -> None:
    same = {mode: {"*": 1.0} for mode in ("drive", "ambulance")}
    found = _with(town, Period(name="same", factor=same))
    after = reanalyze(found, scenario=period_scenario(found, "same"), surfaces=False)
    for query, frame in town.reached.items():
        pd.testing.assert_frame_equal(frame, after.reached[query], check_exact=True)
    for one in found.verdicts:
        (row,) = one.by_period
        assert (row.outcome, row.observed, row.margin) == (one.outcome, one.observed, one.margin)
        assert row.residents_affected == one.residents_affected


def test_without_periods_nothing_is_written_of_them(town: Analysis) -> None:
    assert "period" not in json.dumps(town.to_dict())
    assert "periods" not in town.study.to_dict()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[periods]]\nname = "x"\n', "differs"),
        ('[[periods]]\nname = "x"\n[periods.factor.walk]\n"*" = 2\n', "walking takes no factor"),
        ('[[periods]]\nname = "x"\n[periods.factor.drvie]\n"*" = 2\n', "drive"),
        ('[[periods]]\nname = "x"\n[periods.factor.drive]\n"*" = 0\n', "above 0"),
        ('[[periods]]\nname = "x"\n[periods.factor.drive]\nprimry = 2\n', "primary"),
        ('[[periods]]\nname = "x"\nclosed_roads = ["trak"]\n', "track"),
        ('[[periods]]\nname = "x"\nresidents = "day"\n', "periods.0.residents"),
        ('[[periods]]\nname = "x"\nclosed_categories = ["社区卫生服务中兴"]\n', "社区卫生服务中心"),
        (RUSH + RUSH, "two periods"),
        ("[[periods]]\nname = \"x\"\nclosed_facilities = ['nobody']\n", "nobody"),
        ('[[periods]]\nname = "x"\nclosed_edges = [987654]\n', "987654"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((StudyError, UsageError), match=said):
        street(tmp_path, text)
