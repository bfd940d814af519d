"""The study's own speeds and closed roads, worked out by hand on a street of 10 km."""

from __future__ import annotations

from pathlib import Path

import pytest

from carecircle import analyze
from carecircle.errors import CarecircleError
from carecircle.passage import Profile
from carecircle.profiles import profile
from carecircle.study import load_study
from worlds import street_study

COARSE = "[outputs]\nsurface_cell_m = 2000\n"


def verdict(folder: Path, extra: str):
    analysis = analyze(street_study(folder, extra=extra + COARSE))
    return analysis, next(v for v in analysis.verdicts if v.rule == "S2")


@pytest.mark.parametrize(
    ("extra", "covered", "said"),
    [
        ("", 700, "on foot at 4 km/h"),  # 900 m at 4 km/h: 13.5 min
        ("[profiles.walk]\nspeed_kph = { all = 3.5 }\n", 400, "3.5 km/h"),  # 15.4 min
        ("[profiles.walk]\nspeed_kph = { residential = 16.1 }\n", 900, "16.1 km/h"),  # 4,000 m: 14.9 min
        ("[profiles.walk]\nspeed_kph = { all = 3.5, residential = 4 }\n", 700, "3.5–4 km/h"),
        ("[profiles.drive]\nspeed_kph = { residential = 1 }\n", 700, "4 km/h"),
    ],
)
def test_walkers_go_as_fast_as_the_study_says(extra: str, covered: float, said: str, tmp_path: Path) -> None:
    analysis, found = verdict(tmp_path, extra)
    assert found.ledger.covered == covered
    speeds = next(s for s in found.assumptions if s.key in ("rules.speed_by_study", "rules.speed"))
    assert (speeds.key == "rules.speed_by_study") == ("profiles.walk" in extra)
    assert said in speeds.text("en")
    assert speeds.text("en").endswith("set by the study") == ("profiles.walk" in extra)
    kph = analysis.manifest["profiles"]["walk"]["speed_kph"]["residential"]
    assert kph == analysis.inputs.study.own_profiles.get("walk", profile("walk")).speed_kph["residential"]


def test_a_class_the_study_closes_is_closed(tmp_path: Path) -> None:
    with pytest.raises(CarecircleError, match="no usable roads"):
        verdict(tmp_path, '[profiles.walk]\nclosed_classes = ["residential"]\n'
                          '[profiles.ambulance]\nclosed_classes = ["residential"]\n')  # fmt: skip


def test_what_the_study_closes_is_said(tmp_path: Path) -> None:
    extra = '[profiles.walk]\nclosed_classes = ["steps", "trunk"]\nclosed_values = ["no"]\n'
    said = {s.key: s.text("en") for s in verdict(tmp_path, extra)[1].assumptions}
    assert said["rules.closed_by_study"] == "classes of road not used on foot, set by the study: steps, trunk"
    assert (
        said["rules.access_by_study"]
        == "access tags that close a road to travel on foot, set by the study: no"
    )


def test_the_leg_to_the_road_goes_as_fast_as_the_study_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Place n, 2 km off: at 60 km/h across the field it takes 2 min more than along the road."""
    monkeypatch.setenv("CARECIRCLE_CACHE", str(tmp_path / "kept"))
    far = "[assumptions]\nmax_snap_m = 3000\n"
    fast = far + "[profiles.walk]\nspeed_kph = { all = 60 }\naccess_speed_kph = 60\n"
    slow = far + "[profiles.walk]\nspeed_kph = { all = 60 }\n"  # 2,000 m at 4 km/h: 30 min
    assert verdict(tmp_path / "fast", fast)[1].ledger.covered == 1050
    assert verdict(tmp_path / "slow", slow)[1].ledger.covered == 1000  # from the same cache folder
    assert verdict(tmp_path / "fast", fast)[1].ledger.covered == 1050


@pytest.mark.parametrize(
    ("extra", "parts"),
    [
        ("[profiles.wlak]\nspeed_kph = { all = 5 }\n", ("profiles", "wlak", "walk")),
        ("[profiles.walk]\nspeed_kph = { residental = 5 }\n", ("speed_kph", "residental", "residential")),
        ('[profiles.walk]\nclosed_classes = ["step"]\n', ("closed_classes", "step", "steps")),
        ('[profiles.drive]\nclosed_values = ["privat"]\n', ("closed_values", "privat", "private")),
        ("[profiles.walk]\nspeed = 5\n", ("profiles.walk.speed", "speed_kph")),
        ("[profiles.walk]\nspeed_kph = { all = 0 }\n", ("profiles.walk.speed_kph", "above 0")),
        ("[profiles.walk]\nspeed_kph = { all = 301 }\n", ("profiles.walk.speed_kph", "300")),
        ("[profiles.walk]\naccess_speed_kph = -1\n", ("profiles.walk.access_speed_kph",)),
        ("[profiles.walk]\nspeed_kph = 5\n", ("profiles.walk.speed_kph",)),
    ],
)  # fmt: skip
def test_what_no_mode_knows_is_refused(extra: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(CarecircleError) as fault:
        load_study(street_study(tmp_path, extra=extra))
    assert all(part in fault.value.text("en") for part in parts), fault.value.text("en")


def test_closing_everything_is_refused(tmp_path: Path) -> None:
    every = ", ".join(f'"{road}"' for road in profile("drive").speed_kph)
    with pytest.raises(CarecircleError, match="at least one"):
        load_study(street_study(tmp_path, extra=f"[profiles.drive]\nclosed_classes = [{every}]\n"))


def test_the_shipped_profiles_stay_as_they_are(tmp_path: Path) -> None:
    before = profile("drive").key
    own: Profile = load_study(
        street_study(tmp_path, extra="[profiles.drive]\nspeed_kph = { footway = 10 }\nclosed_values = []\n")
    ).own_profiles["drive"]
    assert own.passage({"highway": "footway"}).forward_kph == 10
    assert own.passage({"highway": "residential", "access": "private"}).open
    assert not own.passage({"highway": "residential", "access:conditional": "no @ (winter)"}).open
    assert profile("drive").key == before != own.key
