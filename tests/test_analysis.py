"""The one verb on a street whose answers are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import carecircle
from carecircle import Outcome
from worlds import east, street_study


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return carecircle.analyze(street_study(tmp_path_factory.mktemp("street")))


def verdict(analysis: carecircle.Analysis, rule: str) -> carecircle.Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def test_the_inputs_add_up(analysis: carecircle.Analysis) -> None:
    assert analysis.inputs.ledger is not None
    assert analysis.inputs.ledger.to_dict() == {"total": 1050, "inside": 1050, "outside": 0, "no_data": 0}


def test_a_radius_counts_people_by_geodesic_distance(analysis: carecircle.Analysis) -> None:
    found = verdict(analysis, "S1")
    # 0, 900, 4000 m on the street and sqrt(4000² + 2000²) = 4472 m beside it are within 5 km; 9000 m is not.
    assert found.ledger is not None
    assert found.ledger.covered == 400 + 300 + 200 + 50
    assert found.ledger.not_covered == 100
    assert found.observed == pytest.approx(950 / 1050)
    assert found.outcome is Outcome.PASS
    assert found.margin == pytest.approx(950 / 1050 - 0.7)
    assert found.by_road is not None
    assert found.by_road.paper_only == 0  # the place beside the street is unsnapped: undecided, not lost


def test_a_time_counts_people_by_road(analysis: carecircle.Analysis) -> None:
    found = verdict(analysis, "S2")
    assert found.ledger is not None
    assert found.ledger.unsnapped == 50
    assert found.ledger.covered == 700
    assert found.ledger.not_covered == 300
    assert found.outcome is Outcome.FAIL
    assert found.target == 1.0
    assert found.target_source == "assumed"


def test_an_empty_scenario_is_the_baseline(analysis: carecircle.Analysis) -> None:
    again = carecircle.reanalyze(analysis)
    assert again.to_dict() == analysis.to_dict()


def test_adding_a_centre_covers_its_neighbours_and_closing_loses_them(analysis: carecircle.Analysis) -> None:
    lon, lat = east(4000)
    site = {"facility_id": "new", "name": "新中心", "category": "社区卫生服务中心", "lon": lon, "lat": lat}
    more = carecircle.reanalyze(analysis, add=[site])
    assert verdict(more, "S2").ledger.covered == 900  # type: ignore[union-attr]
    assert verdict(more, "S1").to_dict("en") == verdict(analysis, "S1").to_dict("en")
    fewer = carecircle.reanalyze(more, close=["centre"])
    assert verdict(fewer, "S2").ledger.covered == 200  # type: ignore[union-attr]
    none = carecircle.reanalyze(analysis, close=["centre"])
    assert verdict(none, "S2").outcome is Outcome.FAIL
    assert verdict(none, "S2").ledger.covered == 0  # type: ignore[union-attr]
    assert verdict(analysis, "S2").ledger.covered == 700  # type: ignore[union-attr]


def test_a_scenario_that_cannot_be_meant_is_refused(analysis: carecircle.Analysis) -> None:
    site = {"facility_id": "centre", "name": "x", "category": "社区卫生服务中心", "lon": 104.5, "lat": 31.3}
    with pytest.raises(carecircle.UsageError, match="nobody"):
        carecircle.reanalyze(analysis, close=["nobody"])
    with pytest.raises(carecircle.UsageError, match="centre"):
        carecircle.reanalyze(analysis, add=[site])
    with pytest.raises(carecircle.UsageError, match="社区"):
        carecircle.reanalyze(analysis, add=[{**site, "facility_id": "y", "category": "社区卫生中新"}])
    with pytest.raises(carecircle.UsageError, match="lat"):
        carecircle.reanalyze(analysis, add=[{"facility_id": "y", "category": "村卫生室", "lon": 104.5}])


def test_the_way_to_the_nearest_is_shown(analysis: carecircle.Analysis) -> None:
    query = next(q for q in analysis.reached if q.metric == "minutes" and q.mode == "walk")
    way = analysis.path("c", query)
    assert way is not None
    frame = analysis.reached[query].set_index("demand_id")
    assert way.minutes == pytest.approx(frame.loc["c", "cost"], rel=1e-6)
    assert way.metres == pytest.approx(4000, abs=2)
    assert analysis.path("n", query) is None
    with pytest.raises(carecircle.UsageError, match="nowhere"):
        analysis.path("nowhere", query)


def test_without_roads_only_the_straight_line_is_judged(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    text = study.read_text(encoding="utf-8")
    study.write_text(text[: text.index("[roads]")], encoding="utf-8")
    found = carecircle.analyze(study)
    assert verdict(found, "S1").outcome is Outcome.PASS
    assert verdict(found, "S1").by_road is None
    assert verdict(found, "S2").outcome is Outcome.NOT_ASSESSED
    assert verdict(found, "S2").missing_inputs


def test_facilities_beyond_the_boundary_may_serve_and_the_difference_is_said(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    lon, lat = east(11_500)
    with (tmp_path / "facilities.csv").open("a", encoding="utf-8") as file:
        file.write(f"far,界外急救站,急救中心（站）,{lon},{lat}\n")
    found = carecircle.analyze(study)
    assert verdict(found, "S1").observed == 1.0
    said = " ".join(s.text("en") for s in verdict(found, "S1").assumptions)
    assert "100 fewer residents are covered" in said
    study.write_text(study.read_text(encoding="utf-8") + "\n[assumptions]\ncount_outside = false\n")
    alone = carecircle.analyze(study)
    assert verdict(alone, "S1").observed == pytest.approx(950 / 1050)


def test_the_manifest_holds_hashes_versions_and_parameters(
    analysis: carecircle.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"roads.geojson", "facilities.csv", "plan.toml", "study.toml"} <= {
        Path(name).name for name in analysis.manifest["inputs"]
    }
    assert analysis.manifest["parameters"]["assumptions"]["max_snap_m"] == 500
    assert analysis.manifest["profiles"]["walk"]["speed_kph"]["residential"] == 4.0
    said = " ".join(s.text("en") for s in verdict(analysis, "S2").assumptions)
    assert "4 km/h" in said
    assert analysis.manifest["versions"]["carecircle"] == carecircle.__version__
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    again = carecircle.reanalyze(analysis)
    assert again.manifest["created"] == "2023-11-14T22:13:20+00:00"
