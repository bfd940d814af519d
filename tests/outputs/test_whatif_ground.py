"""The page's own what-if over ground and roads: the same moves give the analysis's people and minutes."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

import carecircle
from browser import visit
from carecircle.outputs import gap_map
from carecircle.outputs.map import ground, ways
from carecircle.outputs.map.pack import Blocks
from moves import compare
from trialtown import write_hilly_town

WITHIN_MIN = 1e-6
"""The page reckons exponentials by itself, and rounds what follows to float32 as the analysis does."""

SOME = int(os.environ.get("CARECIRCLE_MOVES", "50"))
"""Moves that the suite makes; CARECIRCLE_MOVES=200 makes as many as along the roads."""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_moves_over_the_hills(browser: Any, hills: carecircle.Analysis, tmp_path: Path) -> None:
    made = compare(browser, hills, tmp_path, within=WITHIN_MIN, moves=SOME)
    assert min(made.values()) >= SOME // 20
    told = {v.rule: v.ledger for v in hills.verdicts}
    walked, straight = told["W.walk"], told["R.radius"]
    assert walked is not None
    assert straight is not None
    assert (walked.unsnapped, straight.closed) == (0, None)
    assert walked.closed  # those in the lake


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_moves_where_one_rides_again_over_square_cells(browser: Any, tmp_path: Path) -> None:
    again = carecircle.analyze(write_hilly_town(tmp_path, cell_m=70, ride="again"))
    compare(browser, again, tmp_path, within=WITHIN_MIN, moves=SOME // 2)


@pytest.mark.browser
def test_a_place_off_the_road_is_explained(browser: Any, hills: carecircle.Analysis, tmp_path: Path) -> None:
    """Stretches on foot and by road add up to the minutes told, and are those of the analysis's own way."""
    path = tmp_path / "gap_map.html"
    gap_map(hills).save(str(path))
    demand = hills.inputs.demand
    assert demand is not None
    places = demand.to_crs(4326).geometry
    facilities = hills.inputs.facilities.set_index("facility_id").geometry
    with visit(browser, path) as seen:
        for rule, mode in (("W.walk", "walk"), ("D.drive", "drive"), ("E.come", "ambulance")):
            query = next(q for q in hills.reached if q.mode == mode and q.metric == "minutes")
            frame, reach = hills.reached[query], hills.reaches.of(query.metric, query.mode)
            for i in frame[frame["status"] == "reached"].sort_values("cost").index[-40::13]:
                told = seen.page.evaluate(
                    "([lon, lat, rule]) =>"
                    " carecircle.explain(lon, lat, [rule]).clauses.find((c) => c.rule === rule).way",
                    [places[i].x, places[i].y, rule],
                )
                facility = facilities[frame["facility_id"][i]]
                way = reach.way(demand.geometry[i], facility, direction=query.direction)
                assert told["cost"] == pytest.approx(frame["cost"][i], abs=WITHIN_MIN)
                on = {k: [p for p in told["parts"] if p["on"] == k] for k in ("ground", "road")}
                minutes = sum(p["cost"] for part in on.values() for p in part)
                assert minutes == pytest.approx(way.minutes, abs=WITHIN_MIN)  # without what passes before
                assert told["metres"] == pytest.approx(way.metres, abs=1)
                walked = sum(p.metres for p in way.parts if p.on == "ground")
                legs = sum(p["metres"] for p in on["ground"]) - walked  # at doors: told on foot
                assert -1 < legs < 350, (rule, i)
        seen.clean()


def test_ground_too_large_for_a_page_is_said(
    hills: carecircle.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "MOST_CELLS", 10)
    data, why = ways.roads(hills, list(hills.reached), Blocks())
    assert data is None
    assert why is not None
    assert "10" in why.text("en")
    monkeypatch.undo()
    assert hills.inputs.ground is not None
    elsewhere = dataclasses.replace(hills.inputs.ground, crs="EPSG:3857")
    moved = dataclasses.replace(hills, inputs=dataclasses.replace(hills.inputs, ground=elsewhere))
    data, why = ways.roads(moved, list(hills.reached), Blocks())
    assert data is None
    assert why is not None
    assert "Mercator" in why.text("en")


def test_without_terrain_nothing_is_carried(embedded: carecircle.Analysis) -> None:
    held = Blocks()
    data, _ = ways.roads(embedded, list(embedded.reached), held)
    assert data is not None
    assert data["terrain"] is None
    assert set(held.texts()) <= {"ways", "terrain"}
