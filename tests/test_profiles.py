"""Access, direction and speed, tag by tag."""

from __future__ import annotations

import math

import pytest

from carecircle.errors import UsageError
from carecircle.profiles import parse_maxspeed, profile, profiles


@pytest.mark.parametrize(
    ("value", "kph"),
    [
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("30 mph", 48.28032),
        ("CN:urban", 50.0),
        ("walk", 4.0),
        ("none", 120.0),
        ("50;30", 30.0),
        ("60|40", 40.0),
        (["60", "40 mph"], 60.0),
        ("signals", None),
        ("", None),
        (None, None),
        (math.nan, None),
        ("0", None),
        ("5000", None),
        (40, 40.0),
        ("XX:urban", None),
        (["signals"], None),
    ],
)
def test_maxspeed(value: object, kph: float | None) -> None:
    assert parse_maxspeed(value) == (kph if kph is None else pytest.approx(kph))


@pytest.mark.parametrize(
    ("mode", "tags", "forward", "backward", "stop"),
    [
        ("drive", {"highway": "residential"}, 30, 30, True),
        ("drive", {"highway": "residential", "oneway": "yes"}, 30, 0, True),
        ("drive", {"highway": "residential", "oneway": "-1"}, 0, 30, True),
        ("drive", {"highway": "residential", "oneway": "reversible"}, 0, 0, False),
        ("drive", {"highway": "primary", "oneway": "alternating"}, 50, 50, True),
        ("drive", {"highway": "primary", "junction": "roundabout"}, 50, 0, True),
        ("drive", {"highway": "primary", "junction": "roundabout", "oneway": "no"}, 50, 50, True),
        ("drive", {"highway": "motorway"}, 120, 0, False),
        ("drive", {"highway": "primary", "maxspeed": "60"}, 60, 60, True),
        ("drive", {"highway": "primary", "maxspeed": "60", "maxspeed:backward": "40"}, 60, 40, True),
        ("drive", {"highway": "primary", "tunnel": "yes"}, 50, 50, False),
        ("drive", {"highway": "service", "access": "private"}, 0, 0, False),
        ("drive", {"highway": "service", "access": "destination"}, 15, 15, True),
        ("drive", {"highway": "primary", "access": "no", "motor_vehicle": "yes"}, 50, 50, True),
        ("drive", {"highway": "primary", "motor_vehicle": "yes", "motorcar": "no"}, 0, 0, False),
        ("drive", {"highway": "residential", "motor_vehicle": "agricultural;forestry"}, 0, 0, False),
        ("drive", {"highway": "residential", "motor_vehicle": "Agricultural; destination"}, 30, 30, True),
        ("walk", {"highway": "residential", "motor_vehicle": "agricultural;forestry"}, 4, 4, True),
        ("ambulance", {"highway": "residential", "motor_vehicle": "agricultural;forestry"}, 30, 30, True),
        ("drive", {"highway": "residential", "motor_vehicle:forward": "no"}, 0, 30, True),
        ("drive", {"highway": "residential", "access:backward": "no"}, 30, 0, True),
        ("drive", {"highway": "residential", "access:backward": "no", "motorcar": "yes"}, 30, 30, True),
        ("drive", {"highway": "track", "maxspeed": "none"}, 15, 15, True),
        ("drive", {"highway": "track", "maxspeed": "30"}, 30, 30, True),
        ("drive", {"highway": "trunk", "maxspeed": "none"}, 120, 120, True),
        ("drive", {"highway": "residential", "smoothness": "impassable"}, 0, 0, False),
        ("walk", {"highway": "residential", "smoothness": "impassable"}, 4, 4, True),
        ("walk", {"highway": "path", "ice_road": "yes"}, 0, 0, False),
        ("drive", {"highway": "residential", "winter_road": "yes"}, 0, 0, False),
        ("ambulance", {"highway": "residential", "seasonal": "dry_season"}, 0, 0, False),
        ("drive", {"highway": "residential", "seasonal": "no"}, 30, 30, True),
        ("drive", {"highway": "residential", "motor_vehicle:conditional": "no @ (Nov-Apr)"}, 0, 0, False),
        ("drive", {"highway": "residential", "access:conditional": "no @ (22:00-06:00)"}, 30, 30, True),
        ("drive", {"highway": "footway"}, 0, 0, False),
        ("drive", {"highway": "steps"}, 0, 0, False),
        ("drive", {"highway": "construction"}, 0, 0, False),
        ("drive", {"highway": "proposed"}, 0, 0, False),
        ("drive", {"highway": "primary", "route": "ferry"}, 0, 0, False),
        ("drive", {"route": "ferry"}, 0, 0, False),
        ("walk", {"highway": "residential", "oneway": "yes", "maxspeed": "30"}, 4, 4, True),
        ("walk", {"highway": "footway", "oneway:foot": "yes"}, 4, 0, True),
        ("walk", {"highway": "primary", "junction": "roundabout"}, 4, 4, True),
        ("walk", {"highway": "steps"}, 2, 2, True),
        ("walk", {"highway": "motorway"}, 0, 0, False),
        ("walk", {"highway": "trunk"}, 4, 4, False),
        ("walk", {"highway": "trunk", "motorroad": "yes"}, 0, 0, False),
        ("walk", {"highway": "primary", "foot": "no"}, 0, 0, False),
        ("walk", {"highway": "service", "access": "private", "foot": "yes"}, 4, 4, True),
        ("walk", {"highway": "cycleway"}, 0, 0, False),
        ("walk", {"highway": "cycleway", "foot": "designated"}, 4, 4, True),
        ("ambulance", {"highway": "service", "access": "private"}, 15, 15, True),
        ("ambulance", {"highway": "service", "access": "no", "emergency": "yes"}, 15, 15, True),
        ("ambulance", {"highway": "service", "emergency": "no"}, 0, 0, False),
        ("ambulance", {"highway": "primary", "oneway": "yes"}, 50, 0, True),
        ("ambulance", {"highway": "primary", "oneway": "yes", "oneway:emergency": "no"}, 50, 50, True),
        ("ambulance", {"highway": "pedestrian"}, 0, 0, False),
        ("ambulance", {"highway": "pedestrian", "emergency": "yes"}, 10, 10, True),
    ],
)
def test_passage(mode: str, tags: dict[str, str], forward: float, backward: float, stop: bool) -> None:
    passage = profile(mode).passage(tags)
    assert (passage.forward_kph, passage.backward_kph, passage.may_stop) == (forward, backward, stop)
    assert passage.open == (forward + backward > 0)


@pytest.mark.parametrize(
    ("barrier", "walk", "drive", "ambulance"),
    [
        ({"barrier": "bollard"}, True, False, False),
        ({"barrier": "bollard", "bollard": "rising"}, True, True, True),
        ({"barrier": "bollard", "bollard": "removable"}, True, False, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True, True, True),
        ({"barrier": "bollard", "motorcar": "no", "emergency": "yes"}, True, False, True),
        ({"barrier": "gate"}, True, True, True),
        ({"barrier": "lift_gate", "access": "private"}, False, False, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, True, False, True),
        ({"barrier": "gate", "access": "no"}, False, False, False),
        ({"barrier": "Gate ", "access": " No"}, False, False, False),
        ({"barrier": "gate", "access:conditional": "no @ (Nov-Apr)"}, False, False, False),
        ({"barrier": "gate", "access:conditional": "no @ (22:00-06:00)"}, True, True, True),
        ({"barrier": "gate;bollard"}, True, False, False),
        ({"barrier": "stile"}, True, False, False),
        ({"barrier": "wall"}, False, False, False),
        ({"barrier": "wall", "foot": "yes"}, True, False, False),
        ({"barrier": "no"}, True, True, True),
        ({"barrier": "stone_nobody_named"}, True, False, False),
    ],
)
def test_who_passes_a_barrier(barrier: dict[str, str], walk: bool, drive: bool, ambulance: bool) -> None:
    passed = [profile(mode).passes(barrier) for mode in ("walk", "drive", "ambulance")]
    assert passed == [walk, drive, ambulance]
    beside = {"highway": "residential", **{f"node:{k}": v for k, v in barrier.items()}}
    assert [profile(mode).passage(beside).open for mode in ("walk", "drive", "ambulance")] == passed


def test_words_are_read_whatever_their_case() -> None:
    assert profile("drive").passage({"highway": " Residential"}).forward_kph == 30
    assert not profile("walk").passage({"highway": "trunk", "motorroad": "Yes"}).open
    assert not profile("drive").passage({"highway": "primary", "route": "Ferry"}).open
    assert not profile("drive").passage({"highway": "primary", "tunnel": "YES"}).may_stop
    assert profile("drive").passage({"highway": "primary", "tunnel": "No"}).may_stop


@pytest.mark.parametrize(
    ("mode", "tags", "unread"),
    [
        ("ambulance", {"access": "private"}, []),
        ("walk", {"access": "psv"}, []),
        ("drive", {"access": "rhubarb"}, [("access", "rhubarb")]),
        ("drive", {"access": "no; rhubarb"}, [("access", "rhubarb")]),
        ("walk", {"motor_vehicle": "rhubarb"}, []),
        ("drive", {"motor_vehicle:forward": "rhubarb"}, [("motor_vehicle:forward", "rhubarb")]),
        ("drive", {"oneway": "sometimes"}, [("oneway", "sometimes")]),
        ("drive", {"oneway": "alternating"}, []),
        (
            "drive",
            {"access:conditional": "no @ (22:00-06:00)"},
            [("access:conditional", "no @ (22:00-06:00)")],
        ),
        ("drive", {"access:conditional": "no @ (Nov-Apr)"}, []),
    ],
)
def test_what_nobody_understands_is_named(
    mode: str, tags: dict[str, str], unread: list[tuple[str, str]]
) -> None:
    assert list(profile(mode).unread({"highway": "residential", **tags})) == unread


def test_the_condition_that_closes_is_the_one_named() -> None:
    tags = {"highway": "residential", "motorcar:conditional": "no @ (22:00-06:00)"}
    assert profile("drive").shut_by(tags) is None
    tags["access:conditional"] = "no @ (snow)"
    assert profile("drive").shut_by(tags) == "access:conditional"


def test_every_figure_has_a_source() -> None:
    for one in profiles().values():
        assert one.access_speed_kph > 0
        assert one.sources["access_speed"]
        for name, kph in one.speed_kph.items():
            assert kph > 0
            assert one.sources[f"speed_kph.{name}"], name


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(UsageError, match="walk, drive, ambulance"):
        profile("fly")
