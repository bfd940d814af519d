"""Where the next ambulances stand, from a study: by hand on a street, against every fleet, by its laws."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from python_calamine import CalamineWorkbook

import carecircle
from carecircle.errors import UsageError
from carecircle.outputs.siting import write_siting
from carecircle.rules import Verdict
from carecircle.siting import models
from carecircle.siting.ambulances import station_ambulances
from carecircle.siting.placing import Placing
from carecircle.siting.result import SitingResult
from chainworlds import RULE, STAGES, street
from commands import call
from worlds import east, write_csv

RESPONSE = """
[[rule]]
id = "R1"
clause = "R1"
section = "四"
quote = "急救平均反应时间≤16分钟"
kind = "response"
categories = ["急救中心（站）"]
metric = "minutes"
mode = "ambulance"
direction = "from_facility"
limit = 16
limit_unit = "min"
"""
CALLS = STAGES + "calls_per_1000_year = 500\n"


def own(*metres: float) -> gpd.GeoDataFrame:
    """Places so far along the street where a station might be."""
    points = [shapely.Point(*east(m)) for m in metres]
    return gpd.GeoDataFrame({"facility_id": [f"p{m:g}" for m in metres]}, geometry=points, crs=4326)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    """Residents of 400, 300, 200, 100 at 0, 0.9, 4 and 9 km; 1 + 0.5 + 1 min pass before a unit sets out."""
    folder = tmp_path_factory.mktemp("street")
    return carecircle.analyze(street(folder, rule=RULE + RESPONSE, stages=CALLS, ambulances="1"))


def placed(found: SitingResult) -> dict[str, int]:
    return dict(zip(found.moves["facility_id"], found.moves["ambulances"], strict=True))


def verdict(analysis: carecircle.Analysis, rule: str) -> Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def test_expected_covering_by_hand(study: carecircle.Analysis) -> None:
    """Within 7 minutes: 2 km of way. One at the station serves 700; another there half of them again (350).

    At 4 km it would serve half of 200 and at 9 km half of 100 at once: 100 and 50, at a busy share of 0.5.
    """
    found = station_ambulances(
        study, clause="R1", placing=Placing(1, busy=0.5, limit=7), places=own(4000, 9000)
    )
    assert (found.aim, found.status, placed(found)) == ("expected", "optimal", {"station": 1})
    assert found.fleet is not None
    assert (found.fleet.before, found.fleet.standing) == (350, 1)
    assert found.moves["newly_covered"].tolist() == [pytest.approx(175)]
    assert found.best is not None
    assert found.best.worth == found.best.bound == pytest.approx(175)
    assert found.after is not None
    assert carecircle_units(found.after, "station") == 2
    three = station_ambulances(
        study, clause="R1", placing=Placing(3, busy=0.5, limit=7), places=own(4000, 9000)
    )
    assert placed(three) == {"station": 2, "site-1": 1}
    assert three.moves["newly_covered"].tolist() == pytest.approx([175 + 87.5, 100])
    assert three.moves["standing"].tolist() == [1, 0]
    assert [c.residents for c in three.closings] == [700]


def carecircle_units(analysis: carecircle.Analysis, facility: str) -> Any:
    rows = analysis.inputs.facilities.set_index("facility_id")
    return rows.at[facility, "attributes"]["ambulances"]


def test_a_chains_way_to_the_hospital_counts(study: carecircle.Analysis) -> None:
    """31 minutes: 2.5 before, 10 at the scene, 2 min a km: at 4 km 8 to the hospital, so 10.5 remain.

    At 9 km 18 to the hospital remain half a minute: from there, an ambulance is in time; from 4 km not.
    """
    asked = Placing(1, busy=0.0)
    near = station_ambulances(study, clause="S3", placing=asked, places=own(4000))
    assert placed(near) == {}
    assert near.best is not None
    assert (near.best.worth, near.after) == (0, None)
    there = station_ambulances(study, clause="S3", placing=asked, places=own(4000, 8900))
    assert placed(there) == {"site-1": 1}
    assert there.moves["newly_covered"].tolist() == [100]
    assert there.after is not None
    before, after = (verdict(a, "S3").ledger.covered for a in (study, there.after))  # type: ignore[union-attr]
    assert after - before == 100
    assert there.allocation[["demand_id", "residents"]].values.tolist() == [["d", 100]]
    assert there.allocation["cost"].tolist() == [pytest.approx(2.5 + 0.2 + 10 + 18, abs=1e-3)]


def test_without_a_busy_share_the_calls_make_it(study: carecircle.Analysis) -> None:
    found = station_ambulances(study, clause="R1", placing=Placing(2, limit=7), places=own(4000, 9000))
    assert found.fleet is not None
    assert found.fleet.busy is not None
    assert not found.fleet.busy_given
    assert found.fleet.busy_after == pytest.approx(found.fleet.busy, abs=0.005)
    assert 0 < found.fleet.busy < 0.2  # 525 calls a year of about 40 minutes, three ambulances
    said = verdict(found.after, "R1").by_busy  # type: ignore[arg-type]
    assert said is not None
    assert said.busy == pytest.approx(found.fleet.busy_after, abs=1e-6)
    assert said.ambulances == 3


def test_calls_that_nobody_can_serve_are_refused(tmp_path: Path) -> None:
    many = CALLS.replace("500", "900000")
    busy = carecircle.analyze(street(tmp_path / "s", rule=RULE + RESPONSE, stages=many, ambulances="1"))
    with pytest.raises(UsageError) as caught:
        station_ambulances(busy, clause="R1", placing=Placing(1), places=own(4000))
    assert caught.value.sentence.key == "siting.calls_unserved"


def test_the_double_standard_by_hand(study: carecircle.Analysis) -> None:
    """Near 7, far 15 minutes: 6.25 km of way. One at 4 km is far enough for all but needs one near 90 %."""
    asked = Placing(1, aim="double", limit=7, far=15, share=0.6)
    found = station_ambulances(study, clause="R1", placing=asked, places=own(4000))
    assert placed(found) == {"site-1": 1}  # 9 km is 18 minutes from the station, 10 from 4 km
    assert found.best is not None
    assert found.best.worth == 0
    two = station_ambulances(
        study, clause="R1", placing=Placing(2, aim="double", limit=7, far=15, share=0.6), places=own(4000)
    )
    assert placed(two) == {"site-1": 1, "station": 1}
    assert two.best is not None
    assert two.best.worth == 700
    assert two.allocation["residents"].sum() == 700


def test_standards_that_nothing_keeps_say_who_is_too_far_and_how_many_would_do(
    study: carecircle.Analysis,
) -> None:
    asked = Placing(1, aim="double", limit=7, far=10, share=0.6)
    found = station_ambulances(study, clause="R1", placing=asked, places=own(4000))
    assert (found.status, found.after) == ("infeasible", None)
    (wall,) = found.impossible
    assert (wall.limit, wall.beyond, wall.out_of_reach) == (10, 100, ("d",))
    assert wall.smallest_limit == pytest.approx(12.5, abs=1e-3)
    assert [(c.demand_id, c.nearest_move) for c in wall.certificate] == [("d", "new:emergency station:p4000")]
    # Everybody within 8 minutes takes one at 4 km and one at 9 km beside that of the station.
    few = station_ambulances(
        study, clause="R1", placing=Placing(1, aim="double", limit=7, far=8, share=0.6),
        places=own(4000, 9000),
    )  # fmt: skip
    (short,) = few.impossible
    assert short.sentence.text("en") == "R1: 1 more ambulance cannot keep both standards; it takes 2"
    wide = Placing(1, aim="double", limit=7, far=15, share=0.99)  # 50 of 1,050 are off every road
    (unplaced,) = station_ambulances(study, clause="R1", placing=wide, places=own(4000, 9000)).impossible
    assert (unplaced.limit, unplaced.unplaced) == (7, 50)


@pytest.mark.parametrize("seed", range(8))
def test_against_every_fleet(study: carecircle.Analysis, seed: int) -> None:
    """Minutes along the street worked out here, fleets enumerated: both aims, and their laws."""
    rng = np.random.default_rng(seed)
    spots = sorted(rng.choice(np.arange(0, 10_000, 100), 4, replace=False).tolist())
    more, limit = int(rng.integers(1, 4)), float(rng.uniform(3, 20))
    busy = (0.0, 0.3, 0.6)[seed % 3]
    homes, people = np.array([0, 900, 4000, 9000]), np.array([400.0, 300, 200, 100])
    minutes = 2.5 + np.abs(homes[:, None] - np.array([0, *spots])) / 500
    near = minutes <= limit + 1e-4
    fleets = []
    for chosen in itertools.combinations_with_replacement(range(5), more):
        held = np.array([1, 0, 0, 0, 0])
        np.add.at(held, list(chosen), 1)
        fleets.append(held)
    best = max(math.fsum(people * (1 - busy ** (near @ held))) for held in fleets)
    asked = Placing(more, busy=busy, limit=limit + 1e-4)
    found = station_ambulances(study, clause="R1", placing=asked, places=own(*spots))
    assert found.best is not None
    assert found.fleet is not None
    assert found.best.worth + found.fleet.before == pytest.approx(best, abs=1e-6)
    assert found.moves["newly_covered"].sum() == pytest.approx(found.best.worth)
    if busy == 0:
        cost = np.where(near, 0.0, np.inf)
        stands = models.Conditions(keep=(0,))
        covered = models.mclp(cost, people, limit=0, sites=more, conditions=stands)
        assert found.best.worth + found.fleet.before == pytest.approx(covered.objective)
    far = minutes <= limit * 1.5 + 1e-4
    able = [
        float(people @ (near @ held >= 2)) for held in fleets
        if (far @ held >= 1).all() and people @ (near @ held >= 1) >= 0.5 * 1050
        and (held <= np.maximum(2, [1, 0, 0, 0, 0])).all()
    ]  # fmt: skip
    twice = Placing(more, aim="double", limit=limit + 1e-4, far=limit * 1.5 + 1e-4, share=0.5)
    double = station_ambulances(study, clause="R1", placing=twice, places=own(*spots), time_limit=30)
    if not able:
        assert double.best is None
        assert double.impossible
    else:
        assert double.best is not None
        assert double.fleet is not None
        assert double.best.worth + double.fleet.before == max(able)


@pytest.mark.parametrize(
    ("placing", "means", "key"),
    [
        (Placing(0, busy=0.1), {}, "siting.bad_ambulances"),
        (Placing(1, busy=1.0), {}, "siting.bad_busy"),
        (Placing(1, busy=-0.1), {}, "siting.bad_busy"),
        (Placing(1, busy=0.1, limit=-1), {}, "siting.bad_limit"),
        (Placing(1, busy=0.1, most=0), {}, "siting.bad_most"),
        (Placing(1, busy=0.1, far=20), {}, "siting.only_double"),
        (Placing(1, aim="double", far=20), {}, "siting.double_no_share"),
        (Placing(1, aim="double", share=0.9), {}, "siting.double_no_far"),
        (Placing(1, aim="double", share=0.9, far=3, limit=7), {}, "siting.near_beyond_far"),
        (Placing(1, aim="double", share=1.2, far=20), {}, "siting.bad_share"),
        (Placing(1, aim="double", share=0.9, far=20, busy=0.2), {}, "siting.only_expected"),
        (Placing(1, busy=0.1), {"budget": 3.0}, "siting.not_with_ambulances"),
        (Placing(1, busy=0.1), {"upgrade": ["村卫生室"]}, "siting.not_with_ambulances"),
        (Placing(1, busy=0.1), {"category": "村卫生室", "places": own(4000)}, "siting.serves_nothing"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(
    study: carecircle.Analysis, placing: Placing, means: Any, key: str
) -> None:
    with pytest.raises(UsageError) as caught:
        station_ambulances(study, clause="R1", placing=placing, **means)
    assert caught.value.sentence.key == key
    assert caught.value.sentence.text("zh") != caught.value.sentence.text("en")


@pytest.mark.parametrize(
    ("clause", "key"), [("S2", "siting.clause_without_ambulances"), ("X9", "siting.clause_unknown")]
)
def test_only_clauses_about_ambulances_are_meant(study: carecircle.Analysis, clause: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        station_ambulances(study, clause=clause, placing=Placing(1, busy=0.1))
    assert caught.value.sentence.key == key


def test_calls_or_a_busy_share_must_be_known(tmp_path: Path) -> None:
    quiet = carecircle.analyze(street(tmp_path / "s"))
    with pytest.raises(UsageError) as caught:
        station_ambulances(quiet, clause="S3", placing=Placing(1))
    assert caught.value.sentence.key == "siting.busy_unknown"


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    study = street(folder, rule=RULE + RESPONSE, stages=STAGES, ambulances="1")
    lon, lat = east(4000)
    write_csv(folder / "places.csv", [
        {"facility_id": "p", "name": "西桥", "category": "急救中心（站）", "lon": lon, "lat": lat}
    ])  # fmt: skip
    return study


def test_the_command_places_ambulances(
    on_disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--ambulances", "2", "--busy", "0.2", "--within-min", "7"]
    own_places = ["--candidates", on_disk.parent / "places.csv", "--out", on_disk.parent / "out"]
    assert call(monkeypatch, "site", on_disk, "--clause", "R1", *options, *own_places, "--lang", "en") == 0
    said = capsys.readouterr().out
    assert "2 more ambulances at 2 stations raise the residents covered in expectation" in said
    assert "Busy share: 20.0% (given)" in said
    written = json.loads((on_disk.parent / "out" / "siting.json").read_text(encoding="utf-8"))
    assert sorted((s["kind"], s["ambulances"]) for s in written["sites"]) == [("new", 1), ("station", 1)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--clause", "R1", "--busy", "0.3"], "--busy is for placing ambulances only"),
        (["--clause", "R1", "--ambulances", "1", "--busy", "1"], "the busy share 1.0 cannot be used"),
        (["--clause", "R1", "--ambulances", "1"], "how busy the ambulances are is not known"),
        (["--clause", "R1", "--ambulances", "0", "--busy", "0.1"], "the number of ambulances to place, 0"),
        (["--clause", "R1", "--ambulances", "1", "--busy", "0.1", "--sites", "2"], "“sites” is not used"),
        (["--clause", "R1", "--clause", "S3", "--ambulances", "1", "--busy", "0.1"], "for one clause"),
        (["--clause", "R1", "--ambulances", "1", "--aim", "double"], "needs a far limit"),
        (["--clause", "R1", "--ambulances", "1", "--aim", "double", "--target", "1.4", "--far-min", "20"],
         "the share 1.4 cannot be used"),
    ],
)  # fmt: skip
def test_the_command_refuses_at_once(
    on_disk: Path, options: list[str], said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert call(monkeypatch, "site", on_disk, *options, "--lang", "en") == 2
    assert said in capsys.readouterr().err
    assert not (on_disk.parent / "maps").exists()


def test_every_output_shows_the_ambulances(study: carecircle.Analysis, tmp_path: Path) -> None:
    found = station_ambulances(
        study, clause="R1", placing=Placing(3, busy=0.5, limit=7), places=own(4000, 9000)
    )
    write_siting(found, tmp_path)
    written = json.loads((tmp_path / "siting.json").read_text(encoding="utf-8"))
    assert (written["aim"], written["fleet"]["placed"], written["fleet"]["busy"]) == ("expected", 3, 0.5)
    assert [s["ambulances"] for s in written["sites"]] == [2, 1]
    assert [(r["limit"], r["covered"]) for r in written["rules"]] == [(7, 700)]
    sheet = CalamineWorkbook.from_path(str(tmp_path / "siting.xlsx")).get_sheet_by_index(0).to_python()
    header = next(row for row in sheet if "新增救护车" in row)
    assert [row[header.index("新增救护车")] for row in sheet[sheet.index(header) + 1 :]] == [2, 1]
    layer = gpd.read_file(tmp_path / "siting.gpkg", layer="sites")
    assert layer[["standing", "ambulances"]].values.tolist() == [[1, 2], [0, 1]]
    page = (tmp_path / "siting_map.html").read_text(encoding="utf-8")
    assert "2 more (now 1)" in page
    assert "3 more ambulances at 2 stations raise the residents covered" in page
