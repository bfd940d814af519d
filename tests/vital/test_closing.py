"""Which facilities to close, against every choice there is, each judged again; who loses by it."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from python_calamine import CalamineWorkbook

from carecircle import Outcome, UsageError, reanalyze
from carecircle.analysis import Analysis
from carecircle.outputs.vital import write_vital
from carecircle.siting.effort import Effort
from carecircle.siting.needs import needs_of
from carecircle.vital.closing import closable, close_well
from carecircle.vital.flooded import flooded
from carecircle.vital.losing import losers, losses
from carecircle.vital.single import candidates
from carecircle.vital.study import vital
from vitaltowns import town


def cost_of(analysis: Analysis, rules: list[str], close: tuple[str, ...]) -> tuple[int, float]:
    """Rules that break and residents who lose cover, by judging all again."""
    after = {v.rule: v for v in reanalyze(analysis, close=close, surfaces=False).verdicts}
    broken, lost = 0, 0.0
    people = analysis.inputs.demand["residents"]  # type: ignore[index]
    for verdict in analysis.verdicts:
        if verdict.rule in rules:
            then = after[verdict.rule]
            broken += verdict.outcome is Outcome.PASS and then.outcome is not Outcome.PASS
            lost += math.fsum(people[(verdict.people == "covered") & (then.people != "covered")])
    return broken, lost


@pytest.mark.parametrize("seed", range(6))
def test_no_other_choice_costs_less(seed: int, tmp_path: Path) -> None:
    analysis = town(tmp_path, seed)
    rules = ["W", "D", "F"]
    needs = needs_of(analysis, rules)
    ids = closable(analysis, needs)
    assert len(ids) == 3
    for count in (1, 2):
        found = close_well(analysis, needs, count, Effort().begin())
        every = {c: cost_of(analysis, rules, c) for c in itertools.combinations(ids, count)}
        assert found.status == "optimal"
        assert len(found.facilities) == count
        assert (found.rules_broken, pytest.approx(found.residents)) == min(every.values())
        assert every[found.facilities] == (found.rules_broken, pytest.approx(found.residents))


def test_a_larger_number_never_costs_less_and_a_smaller_choice_never_either(tmp_path: Path) -> None:
    analysis = town(tmp_path, 2)
    needs = needs_of(analysis, ["W", "F"])
    found = [
        close_well(analysis, needs, n, Effort().begin()) for n in range(len(closable(analysis, needs)) + 1)
    ]
    costs = [(f.rules_broken, f.residents) for f in found]
    assert costs[0] == (0, 0.0)
    assert costs == sorted(costs)
    some = close_well(analysis, needs, 1, Effort().begin(), among=["f0"])
    assert some.facilities == ("f0",)
    assert (some.rules_broken, some.residents) >= costs[1]


@pytest.mark.parametrize("seed", range(4))
def test_single_points_are_those_of_closing_each_in_turn(seed: int, tmp_path: Path) -> None:
    analysis = town(tmp_path, seed)
    truth = set()
    for facility in analysis.inputs.facilities["facility_id"]:
        after = {v.rule: v for v in reanalyze(analysis, close=[facility], surfaces=False).verdicts}
        truth |= {
            (facility, v.rule) for v in analysis.verdicts
            if v.outcome is Outcome.PASS and after[v.rule].outcome is not Outcome.PASS
        }  # fmt: skip
    found = vital(analysis, streets=0)
    assert {(p.facility_id, r) for p in found.single for r in p.rules} == truth
    assert {f for f, _ in truth} <= set(candidates(analysis))
    assert found.unjudged == 0


def test_who_loses_and_how_old_they_are(tmp_path: Path) -> None:
    analysis = town(tmp_path, 0, groups=True)
    after = reanalyze(analysis, close=["f0"], surfaces=False)
    rows = losers(analysis, after)
    demand = analysis.inputs.demand
    assert demand is not None
    for loss in losses(analysis, after):
        own = rows[rows["rule"] == loss.rule]
        assert loss.residents == pytest.approx(own["residents"].sum())
        assert loss.groups == {"old": pytest.approx(own["old"].sum())}
        was = next(v for v in analysis.verdicts if v.rule == loss.rule)
        limit = was.rule_def.limit
        assert (own["cost_before"] <= limit).all()
        assert not (own["cost_after"] <= limit).any()
        ledgers = [v.ledger for a in (analysis, after) for v in a.verdicts if v.rule == loss.rule]
        assert ledgers[0].covered - ledgers[1].covered == pytest.approx(loss.residents - loss.gained)  # type: ignore[union-attr,operator]


def test_water_closes_what_it_crosses(tmp_path: Path) -> None:
    analysis = town(tmp_path, 3)
    edges = analysis.inputs.edges
    assert edges is not None
    middle = gpd.GeoDataFrame(geometry=[shapely.box(*edges.total_bounds)], crs=edges.crs)
    assert flooded(analysis, middle.to_crs(4326)) == tuple(sorted(edges["edge_id"].tolist()))
    dry = flooded(analysis, middle, bridges=False)
    assert set(dry) == set(edges.loc[edges["structure"] != 1, "edge_id"])
    far = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(1)], crs=edges.crs)
    assert flooded(analysis, far) == ()
    found = vital(analysis, streets=0, water=middle.to_crs(4326))
    assert found.flood is not None
    assert sum(loss.residents or 0 for loss in found.flood.losses) == pytest.approx(
        found.flood.losers["residents"].sum()
    )


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    analysis = town(tmp_path, 1)
    for asked, key in (
        ({"close": 9}, "vital.too_many_to_close"),
        ({"close": 0}, "vital.bad_close"),
        ({"close": 1, "among": ["nobody"]}, "vital.serves_none"),
        ({"streets": -1}, "vital.bad_streets"),
        ({"clauses": ["X"]}, "siting.clause_unknown"),
    ):
        with pytest.raises(UsageError) as caught:
            vital(analysis, **asked)  # type: ignore[arg-type]
        assert caught.value.sentence.key == key


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_folder(language: str, tmp_path: Path) -> None:
    town(tmp_path / "town", 0)
    study = tmp_path / "town" / "study.toml"
    study.write_text(
        study.read_text("utf-8").replace("version = 1", f'version = 1\nlanguage = "{language}"'), "utf-8"
    )
    import carecircle

    analysis = carecircle.analyze(study)
    edges = analysis.inputs.edges
    assert edges is not None
    water = gpd.GeoDataFrame(geometry=[edges.geometry.iloc[0].buffer(30)], crs=edges.crs)
    found = vital(analysis, close=1, streets=3, water=water)
    files = write_vital(found, tmp_path / "out")
    assert [f.name for f in files] == ["vital.json", "vital.xlsx", "vital.gpkg"]
    told = json.loads(files[0].read_text("utf-8"))
    assert told["schema"] == "carecircle/vital/1"
    assert told["closing"]["facilities"] == list(found.closed.facilities)  # type: ignore[union-attr]
    sheets = CalamineWorkbook.from_path(str(files[1])).sheet_names
    assert sheets[0] == ("结论" if language == "zh" else "Summary")
    layers = {str(name) for name, _ in pyogrio.list_layers(files[2])}
    assert layers == {"streets", "facilities", "losers"}
    assert len(gpd.read_file(files[2], layer="streets")) == sum(len(v.streets) for v in found.streets)
    write_vital(found, tmp_path / "out")  # its own files may be replaced
