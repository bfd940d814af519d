"""What a run found as frames: figures equal the verdicts', ground is shared out once, reprs stay short."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import carecircle
from carecircle.errors import UsageError
from carecircle.rules import Outcome
from carecircle.texts import LANGUAGES, Language
from worlds import east, street_study

CELL = "[outputs]\nsurface_cell_m = 200\n"


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    """The street with a second centre at 4,000 m."""
    lon, lat = east(4000)
    site = {
        "facility_id": "second",
        "name": "第二中心",
        "category": "社区卫生服务中心",
        "lon": lon,
        "lat": lat,
    }
    start = carecircle.analyze(street_study(tmp_path_factory.mktemp("frames"), extra=CELL))
    return carecircle.reanalyze(start, add=[site])


def test_a_gap_is_who_is_left_out_and_why(analysis: carecircle.Analysis) -> None:
    """By hand: of 1,050 only the 100 at 9,000 m are beyond a quarter of an hour of either centre."""
    found = analysis.gaps("S2")
    assert list(found["demand_id"]) == ["d"]
    row = found.iloc[0]
    assert (row["residents"], row["why"], row["facility"]) == (100.0, "not_covered", "第二中心")
    assert row["cost"] == pytest.approx(5000 / 1000 / 4 * 60, rel=1e-3)  # 5 km at 4 km/h
    assert found.crs == analysis.inputs.crs
    assert list(analysis.gaps("S1")["demand_id"]) == ["d"]


def test_the_whole_gap_counts_everybody_once(analysis: carecircle.Analysis) -> None:
    failing = [v for v in analysis.verdicts if v.outcome is Outcome.FAIL]
    whole = analysis.gaps()
    assert whole["demand_id"].is_unique
    by_rule = {v.rule: set(analysis.gaps(v.rule)["demand_id"]) for v in failing}
    assert set(whole["demand_id"]) == set().union(*by_rule.values())
    for row in whole.itertuples():
        assert set(str(row.rules).split("、")) == {r for r, ids in by_rule.items() if row.demand_id in ids}


def test_the_gap_of_every_clause_adds_up_to_its_verdict(embedded: carecircle.Analysis) -> None:
    frame = embedded.verdicts_frame()
    told = 0
    for verdict in embedded.verdicts:
        try:
            found = embedded.gaps(verdict.rule)
        except UsageError:
            assert verdict.people is None
            assert not verdict.units
            continue
        told += 1
        assert found.crs == embedded.inputs.crs
        if verdict.residents_affected is not None:
            people = math.fsum(found["residents"])
            assert people == pytest.approx(frame.at[verdict.rule, "residents_affected"], abs=1e-6)
        if verdict.people is None:
            assert len(found) == frame.at[verdict.rule, "failing_units"]
    assert told > 6
    villages = embedded.gaps("B3.villages")
    assert set(villages.geom_type) <= {"Polygon", "MultiPolygon"}
    assert len(villages) > 0


def test_service_areas_share_the_ground_out_once(analysis: carecircle.Analysis) -> None:
    """By hand: 15 minutes at 4 km/h are 1,000 m of street; the centres' areas meet in the middle without."""
    found = analysis.service_areas("S2").set_index("facility_id")
    assert list(found["residents"]) == [700.0, 200.0]
    every = analysis.service_areas("S2", limit=math.inf).set_index("facility_id")
    assert list(every["residents"]) == [700.0, 300.0]
    assert every.area.sum() > found.area.sum()
    first, second = every.geometry
    assert first.intersection(second).area == 0
    middle = gpd.GeoSeries([shapely.Point(east(2000))], crs=4326).to_crs(analysis.inputs.crs).iloc[0]
    assert first.distance(middle) < 200
    assert second.distance(middle) < 200
    assert found.crs == analysis.inputs.crs


def test_each_cell_is_its_nearest_facilitys(analysis: carecircle.Analysis) -> None:
    """Against the straight line: of every vertex of the grid inside a shape, no other station is nearer."""
    lon, lat = east(6000, 500)
    site = {"facility_id": "out", "name": "第二站", "category": "急救中心（站）", "lon": lon, "lat": lat}
    two = carecircle.reanalyze(analysis, add=[site])
    found = two.service_areas("S1", limit=math.inf, cell_m=500).set_index("facility_id")
    stations = two.inputs.facilities.set_index("facility_id").geometry
    west, south, right, north = two.inputs.region.bounds
    grid = shapely.points(*np.meshgrid(np.arange(west, right, 170.0), np.arange(south, north, 170.0)))
    seen = 0
    for name, shape in found.geometry.items():
        inside = grid[shapely.contains(shape, grid)]
        other = [s for s in found.index if s != name]
        mine, theirs = (shapely.distance(inside, stations[s]) for s in (name, *other))
        assert (mine <= theirs + 500 * math.sqrt(2)).all()
        seen += len(inside)
    assert seen > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_is_a_row(embedded: carecircle.Analysis, language: Language) -> None:
    frame = embedded.verdicts_frame(language)
    written = {v["rule"]: v for v in embedded.to_dict(language)["verdicts"]}
    assert list(frame.index) == list(written)
    for rule, row in frame.iterrows():
        told = written[str(rule)]
        assert (row["title"], row["outcome"], row["reason"]) == (
            told["title"],
            told["outcome"],
            told["reason"],
        )
        low = told["target"][0] if isinstance(told["target"], list) else told["target"]
        for mine, its in ((row["observed"], told["observed"]), (row["target"], low)):
            assert (its is None and pd.isna(mine)) or mine == its
    assert frame.at["L2.load", "target_to"] == 100_000


def test_siting_is_a_method(analysis: carecircle.Analysis) -> None:
    found = analysis.site("S2", sites=1, alternatives=0)
    assert len(found.moves) == 1
    assert found.moves["newly_covered"].iloc[0] == 100


def test_frames_draw_themselves(analysis: carecircle.Analysis) -> None:
    for frame in (analysis.gaps("S2"), analysis.gaps(), analysis.service_areas("S2")):
        assert "leaflet" in frame.explore(tiles=None).get_root().render()


def test_what_has_no_place_is_refused_with_its_reason(
    embedded: carecircle.Analysis, analysis: carecircle.Analysis
) -> None:
    refused = {
        "L2.load": "verdicts_frame", "L13.observation_beds": "not assessed", "B1.circel": "B1.circle",
        "L1": "L1.radius",
    }  # fmt: skip
    for rule, word in refused.items():
        with pytest.raises(UsageError, match=word):
            embedded.gaps(rule)
    with pytest.raises(UsageError, match="nearest facility"):
        embedded.service_areas("B3.villages")
    for options in ({"cell_m": 0.0}, {"limit": -1.0}, {"limit": math.nan}):
        with pytest.raises(UsageError, match="cannot be used"):
            analysis.service_areas("S2", **options)


def test_without_residents_or_roads_nothing_is_made_up(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    text = study.read_text(encoding="utf-8")
    study.write_text(text[: text.index("[roads]")], encoding="utf-8")
    bare = carecircle.analyze(study)
    with pytest.raises(UsageError, match="not assessed"):
        bare.gaps("S2")
    with pytest.raises(UsageError, match="not computed"):
        bare.service_areas("S2")
    study.write_text(text[: text.index("[residents]")], encoding="utf-8")
    with pytest.raises(UsageError, match="no residents"):
        carecircle.analyze(study).gaps()


def test_a_session_shows_short_lines(analysis: carecircle.Analysis) -> None:
    assert repr(analysis.inputs).startswith("<Inputs of street: 3 facilities, 1 areas, 5 demand points, ")
    for thing in (analysis, analysis.inputs, analysis.plan, *analysis.verdicts):
        assert len(repr(thing)) < 160
        assert "\n" not in repr(thing)
        assert str(thing) == repr(thing)
