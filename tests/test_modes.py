"""A mode of travel brought from outside: no file of the package is touched, and a plan may name it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import carecircle
from carecircle import profiles
from carecircle.inputs.load import load_inputs
from carecircle.inputs.roads.kept import roads_of
from carecircle.profiles import Profile, modes, nearest_mode, profile, register
from carecircle.study import load_study
from worlds import PLAN, street_study


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modes registered by a test are gone after it."""
    monkeypatch.setattr(profiles, "_registered", {})


def bicycle(kph: float = 12.0) -> Profile:
    """Cycling at one speed on every road that cars may use, as walkers as to one-way streets."""
    return dataclasses.replace(
        profile("walk"), mode="bicycle",
        name={"zh": "骑车", "en": "cycling"}, by={"zh": "骑自行车", "en": "by bicycle"},
        access_speed_kph=4.0, speed_kph=dict.fromkeys(profile("drive").speed_kph, kph),
        sources={"speed_kph": "assumed, for this test"},
    )  # fmt: skip


def by_bicycle(folder: Path) -> Path:
    """The street of 10 km whose centre is to be reached within 15 minutes by bicycle (walking beside)."""
    study = street_study(folder)
    plan = PLAN.replace('mode = "walk"', 'mode = "bicycle"\nalternatives = ["walk"]')
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return study


@pytest.mark.usefixtures("fresh")
def test_a_plan_that_names_a_registered_mode_is_judged_and_written_by_it(tmp_path: Path) -> None:
    # 12 km/h: 3,000 m in 15 minutes. Homes at 0, 900, 4,000 and 9,000 m hold 400, 300, 200 and 100.
    study = by_bicycle(tmp_path / "study")
    register(bicycle())
    analysis = carecircle.analyze(study)
    time = next(v for v in analysis.verdicts if v.rule == "S2")
    assert time.ledger is not None
    assert time.ledger.covered == 700
    assert [mode for mode, _ in time.alternatives] == ["walk"]
    reached = next(frame for query, frame in analysis.reached.items() if query.mode == "bicycle")
    assert reached["cost"][:4].tolist() == pytest.approx([0.0, 4.5, 20.0, 45.0], abs=1e-4)
    said = [a.text("en") for a in time.assumptions], [a.text("zh") for a in time.assumptions]
    assert any("by bicycle" in s for s in said[0])
    assert any("骑自行车" in s for s in said[1])
    names = {path.name for path in analysis.write(tmp_path / "out")}
    assert {"gap_map.html", "verdicts.xlsx", "report.docx", "results.gpkg"} <= names
    register(bicycle(18.0))  # again, faster: 4,000 m in 13.3 minutes
    faster = carecircle.analyze(study)
    assert next(v for v in faster.verdicts if v.rule == "S2").ledger.covered == 900  # type: ignore[union-attr]


def test_a_plan_that_names_an_unknown_mode_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(carecircle.PlanError) as caught:
        carecircle.load_plan(_with_mode(tmp_path, '"ambulence"'))
    text = caught.value.text("en")
    assert caught.value.row == PLAN.split('mode = "walk"')[0].count("\n") + 1
    assert caught.value.column == "mode"
    assert "ambulence" in text
    assert "nearest known one is ambulance" in text
    with pytest.raises(carecircle.PlanError, match="walk, drive, ambulance") as caught:
        carecircle.load_plan(_with_mode(tmp_path, '"walk"\nalternatives = ["drive", "步行走"]'))
    assert caught.value.column == "alternatives"
    assert "nearest known one is walk" in caught.value.text("en")


def _with_mode(folder: Path, mode: str) -> Path:
    file = folder / "plan.toml"
    file.write_text(PLAN.replace('mode = "walk"', f"mode = {mode}"), encoding="utf-8")
    return file


@pytest.mark.usefixtures("fresh")
def test_what_a_mode_is_registered_with_is_checked() -> None:
    for change, word in (
        ({"mode": "walk"}, "profiles.toml"),
        ({"mode": "My bike"}, "My bike"),
        ({"by": {"en": "by bicycle"}}, "lacks its names"),
        ({"speed_kph": {"residential": 0.0}}, "residential"),
        ({"speed_kph": {}}, "no usable speeds"),
        ({"access_speed_kph": float("nan")}, "access_speed_kph"),
    ):
        with pytest.raises(carecircle.UsageError, match=word):
            register(dataclasses.replace(bicycle(), **change))  # type: ignore[arg-type]
    assert modes() == ("walk", "drive", "ambulance")
    register(bicycle())
    assert modes() == ("walk", "drive", "ambulance", "bicycle")
    assert nearest_mode("bycicle") == "bicycle"
    assert nearest_mode("骑自行车") == "bicycle"
    assert nearest_mode("zzz") == "—"
    assert "bicycle" in str(carecircle.rules.plan_schema()["$defs"]["Rule"]["properties"]["mode"])


@pytest.mark.usefixtures("fresh")
def test_roads_kept_for_another_speed_of_the_same_mode_do_not_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARECIRCLE_CACHE", str(tmp_path / "kept"))
    study = load_study(by_bicycle(tmp_path / "study"))
    keys = []
    for kph in (12.0, 12.0, 18.0):
        register(bicycle(kph))
        inputs = load_inputs(study, modes=("bicycle",))
        assert inputs.edges is not None
        assert study.roads is not None
        edges, _, key = roads_of(study.roads, inputs.crs, inputs.region, modes=("bicycle",))
        speed = 3.6 * edges["length_m"] / edges["travel_time_s_bicycle"]
        assert speed.to_numpy() == pytest.approx(kph, rel=1e-5)
        keys.append(key)
    assert keys[0] == keys[1] != keys[2]
