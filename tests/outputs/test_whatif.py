"""The page's own what-if against the analysis: the same moves must give the same people and times."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

import carecircle
from browser import settled, visit
from carecircle.outputs import gap_map, telling
from carecircle.outputs.map import ways
from carecircle.outputs.map.pack import Blocks
from trialtown import town_analysis, write_town
from worlds import east


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return town_analysis(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def tab(browser: Any, town: carecircle.Analysis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("page") / "gap_map.html"
    gap_map(town).save(str(path))
    with visit(browser, path) as seen:
        yield seen.page
        seen.clean()


def _same(page: Any, now: carecircle.Analysis) -> None:
    """The page's verdicts, people and costs are those of an analysis of the same scenario."""
    told = {v["rule"]: v for v in page.evaluate("() => carecircle.whatif.verdicts()")}
    assert page.evaluate("() => carecircle.whatif.headline()") == telling.residents_in_gap(now)
    for verdict in now.verdicts:
        said = told[verdict.rule]
        assert verdict.ledger is not None
        assert said["ledger"] == verdict.ledger.to_dict(), verdict.rule
        assert said["outcome"] == verdict.outcome.value, verdict.rule
        assert (said["observed"], said["margin"]) == (verdict.observed, verdict.margin), verdict.rule
        assert said["residents_affected"] == verdict.residents_affected, verdict.rule
        reached = _main(now, verdict)
        found = page.evaluate("(rule) => carecircle.whatif.reached(rule)", verdict.rule)
        expected = [None if math.isinf(c) else c for c in reached["cost"]]
        if verdict.rule_def.metric == "straight_m":  # the page holds places in billionths of a degree
            assert found["cost"] == pytest.approx(expected, rel=0, abs=2e-4), verdict.rule
        else:
            assert found["cost"] == expected, verdict.rule
        assert found["facility"] == list(reached["facility_id"]), verdict.rule


def _main(analysis: carecircle.Analysis, verdict: carecircle.Verdict) -> Any:
    from carecircle.rules.language.query import main_query

    query = main_query(verdict.rule_def)
    assert query is not None
    return analysis.reached[query]


@pytest.mark.browser
def test_nothing_moved_is_the_analysis(tab: Any, town: carecircle.Analysis) -> None:
    tab.evaluate("() => carecircle.whatif.reset()")
    _same(tab, town)
    statuses = set(town.reached[next(q for q in town.reached if q.mode == "walk")]["status"])
    assert {"reached", "unsnapped", "island"} <= statuses


@pytest.mark.browser
@pytest.mark.slow
def test_random_moves_give_what_the_analysis_gives(tab: Any, town: carecircle.Analysis) -> None:
    """Add, move, remove, switch off and on again, in any order, in both directions of travel."""
    rng = np.random.default_rng(3)
    tab.evaluate("() => carecircle.whatif.reset()")
    sites: dict[str, dict[str, Any]] = {}
    closed: set[str] = set()
    kinds = ["乡镇卫生院", "医院", "急救中心（站）"]
    for step in range(30):
        lon, lat = (round(v, 6) for v in east(rng.uniform(-200, 3300), rng.uniform(-200, 3300)))
        act = rng.choice(["add", "move", "remove", "toggle"], p=[0.4, 0.2, 0.15, 0.25])
        if act == "add":
            site = {
                "facility_id": f"new-{step:02}",
                "name": "新",
                "category": kinds[step % 3],
                "lon": lon,
                "lat": lat,
            }
            sites[site["facility_id"]] = site
            tab.evaluate("(s) => carecircle.whatif.add({...s, id: s.facility_id})", site)
        elif act == "move" and sites:
            chosen = sorted(sites)[int(rng.integers(len(sites)))]
            sites[chosen].update(lon=lon, lat=lat)
            tab.evaluate("([id, x, y]) => carecircle.whatif.move(id, x, y)", [chosen, lon, lat])
        elif act == "remove" and sites:
            chosen = sorted(sites)[int(rng.integers(len(sites)))]
            del sites[chosen]
            tab.evaluate("(id) => carecircle.whatif.remove(id)", chosen)
        else:
            chosen = f"f{int(rng.integers(12)):02}"
            closed ^= {chosen}
            tab.evaluate("(id) => carecircle.whatif.toggle(id)", chosen)
        now = carecircle.reanalyze(town, add=list(sites.values()), close=sorted(closed), surfaces=False)
        _same(tab, now)
    tab.evaluate("() => carecircle.whatif.reset()")
    _same(tab, town)


@pytest.mark.browser
def test_the_table_of_a_scenario_is_taken_by_the_command_line(
    tab: Any, town: carecircle.Analysis, tmp_path: Path
) -> None:
    from carecircle.inputs.sites import read_sites

    tab.evaluate("() => carecircle.whatif.reset()")
    lon, lat = east(1234, 987)
    site = {"id": "new-a", "name": '一,"二"', "category": "乡镇卫生院", "lon": lon, "lat": lat}
    tab.evaluate("(s) => { carecircle.whatif.add(s); carecircle.whatif.toggle('f00'); }", site)
    table = tab.evaluate("() => carecircle.whatif.table()")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [r["name"] for r in rows] == ['一,"二"', "第0所"]
    path = tmp_path / "sites.csv"
    path.write_text(table, encoding="utf-8-sig", newline="")
    add, close = read_sites(path)
    _same(tab, carecircle.reanalyze(town, add=add, close=close))
    tab.evaluate("() => carecircle.whatif.reset()")


@pytest.mark.browser
def test_the_way_drawn_is_the_way_of_the_analysis(tab: Any, town: carecircle.Analysis) -> None:
    """Metres along the way that the page draws, against `Analysis.path`."""
    tab.evaluate("() => carecircle.whatif.reset()")
    tab.locator("[data-rule='W.walk']").click()
    query = next(q for q in town.reached if q.mode == "walk")
    assert town.inputs.demand is not None
    places = town.inputs.demand.geometry.to_crs(4326)
    told = 0
    for row in range(0, 400, 23):
        path = town.path(town.inputs.demand["demand_id"][row], query)
        found = tab.evaluate(
            "([x, y]) => carecircle.explain(x, y).clauses.find((c) => c.rule === 'W.walk').way",
            [places[row].x, places[row].y],
        )
        assert (found is None) == (path is None)
        if path is not None:
            assert found["metres"] == pytest.approx(path.metres, rel=1e-9)
            along = found["access"] + sum(step["cost"] for step in found["steps"])
            assert sum(step["places"] for step in found["steps"]) == len(found["places"])
            assert along <= found["cost"] + 1e-9  # what is left is the seat's own way to its street
            assert found["cost"] - along < 2
            told += 1
    assert told > 5


@pytest.mark.browser
def test_by_hand_with_the_mouse(tab: Any) -> None:
    tab.evaluate("() => carecircle.whatif.reset()")
    tab.locator("[data-rule='W.walk']").click()
    tab.locator("#cc-try").click()
    card = tab.locator("[data-cc=whatif]")
    assert card.is_visible()
    tab.locator("#cc-arm").click()
    lon, lat = east(1500, 2800)
    spot = tab.evaluate("([y, x]) => carecircle.map.latLngToContainerPoint([y, x])", [lat, lon])
    box_ = tab.locator(".folium-map").bounding_box()
    tab.mouse.click(box_["x"] + spot["x"], box_["y"] + spot["y"])
    assert tab.locator(".cc-site").count() == 1
    before = tab.evaluate("() => carecircle.whatif.verdicts().find((v) => v.rule === 'W.walk').newly_covered")
    marker = tab.locator(".cc-site").bounding_box()
    tab.keyboard.press("Escape")
    tab.mouse.move(marker["x"] + 13, marker["y"] + 13)
    tab.mouse.down()
    tab.mouse.move(marker["x"] - 120, marker["y"] + 160, steps=6)
    tab.mouse.up()
    settled(tab)  # the answer in full comes when the hand rests, and the card is drawn anew with it
    after = tab.evaluate("() => carecircle.whatif.verdicts().find((v) => v.rule === 'W.walk').newly_covered")
    assert before != after
    tab.locator("#cc-name").fill("东边")
    tab.locator("[data-cc=whatif] .cc-button", has_text="存为方案").click()
    tab.locator("[data-cc=whatif] .cc-link", has_text="并排比较").click()
    heads = tab.locator("[data-cc=scenarios] thead th")
    assert heads.count() == 3
    assert "东边" in heads.last.inner_text()
    tab.locator("[data-cc=scenarios] .cc-close").click()
    with tab.expect_download() as saved:
        tab.locator("[data-cc=whatif] .cc-button", has_text="导出表格").click()
    assert saved.value.suggested_filename == "town-东边.csv"
    tab.locator("[data-cc=whatif] .cc-link", has_text="全部撤销").click()
    assert tab.locator(".cc-site").count() == 0
    tab.locator("#cc-try").click()
    assert card.is_hidden()


@pytest.mark.browser
def test_by_hand_without_a_mouse(tab: Any) -> None:
    """Enter builds at the middle of the map, arrows move what stands there, Delete takes it away."""
    tab.evaluate("() => carecircle.whatif.reset()")
    tab.locator("#cc-try").press("Enter")
    tab.locator("#cc-arm").press("Enter")
    tab.keyboard.press("Enter")
    assert tab.locator(".cc-site").count() == 1
    before = tab.evaluate("() => carecircle.whatif.table()")
    tab.locator(".cc-site").press("Shift+ArrowLeft")
    assert tab.evaluate("() => carecircle.whatif.table()") != before
    tab.locator(".cc-site").press("Delete")
    assert tab.locator(".cc-site").count() == 0
    tab.keyboard.press("Escape")
    tab.locator("#cc-try").press("Enter")


@pytest.mark.browser
def test_a_name_being_typed_stays_while_the_card_is_drawn_anew(tab: Any) -> None:
    """Right after a move, when the answer in full comes, and under another clause."""
    tab.evaluate("() => carecircle.whatif.reset()")
    tab.locator("[data-rule='W.walk']").click()
    tab.locator("#cc-try").click()
    lon, lat = east(700, 2100)
    tab.evaluate(
        "(s) => carecircle.whatif.add(s)",
        {"id": "new-n", "name": "北", "category": "医院", "lon": lon, "lat": lat},
    )
    tab.locator("#cc-name").focus()
    tab.keyboard.type("ab")
    settled(tab)
    tab.keyboard.type("cd")
    tab.evaluate("() => carecircle.whatif.toggle('f01')")
    tab.keyboard.type("ef")
    assert tab.locator("#cc-name").input_value() == "abcdef"
    tab.locator("[data-rule='D.drive']").click()
    assert tab.locator("#cc-name").input_value() == "abcdef"
    tab.locator("#cc-name").press("Enter")
    assert tab.locator("#cc-name").input_value() == ""
    assert tab.locator("[data-cc=whatif] .cc-link", has_text="并排比较").is_visible()
    tab.evaluate("() => carecircle.whatif.reset()")
    tab.locator("#cc-try").click()


@pytest.mark.browser
def test_a_named_scenario_comes_back_as_it_was(tab: Any) -> None:
    tab.evaluate("() => carecircle.whatif.reset()")
    lon, lat = east(700, 2100)
    site = {"id": "new-b", "name": "北", "category": "医院", "lon": lon, "lat": lat}
    kept = tab.evaluate(
        """(s) => { const w = carecircle.whatif; w.add(s); w.toggle('f03'); w.keep('甲');
        const table = w.table(), verdicts = w.verdicts(); w.reset(); w.load('甲');
        return [table === w.table(), JSON.stringify(verdicts) === JSON.stringify(w.verdicts())]; }""",
        site,
    )
    assert kept == [True, True]
    tab.evaluate("() => carecircle.whatif.reset()")


@pytest.mark.browser
@pytest.mark.slow
def test_run_takes_the_table_and_comes_to_the_same_verdicts(
    tab: Any, town: carecircle.Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's export through the command line, end to end."""
    import json

    from carecircle import cli

    tab.evaluate("() => carecircle.whatif.reset()")
    lon, lat = east(2222, 1111)
    site = {"id": "new-c", "name": "东", "category": "急救中心（站）", "lon": lon, "lat": lat}
    tab.evaluate("(s) => { carecircle.whatif.add(s); carecircle.whatif.toggle('f02'); }", site)
    told = tab.evaluate("() => carecircle.whatif.verdicts()")
    table = tmp_path / "town-sites.csv"
    table.write_text(tab.evaluate("() => carecircle.whatif.table()"), encoding="utf-8-sig", newline="")
    tab.evaluate("() => carecircle.whatif.reset()")
    study = write_town(tmp_path)
    monkeypatch.setattr(
        sys, "argv", ["carecircle", "run", str(study), "--with", str(table), "--out", str(tmp_path / "out")]
    )
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    written = json.loads((tmp_path / "out" / "verdicts.json").read_text(encoding="utf-8"))["verdicts"]
    found = {v["rule"]: v for v in written}
    for said in told:
        ours = found[said["rule"]]
        assert (said["outcome"], said["ledger"]) == (ours["outcome"], ours["ledger"])
        assert (said["observed"], said["margin"]) == (ours["observed"], ours["margin"])


def test_roads_too_many_or_another_projection_are_said(
    town: carecircle.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    queries = list(town.reached)
    monkeypatch.setattr(ways, "MOST_POINTS", 10)
    data, why = ways.roads(town, queries, Blocks())
    assert data is None
    assert "10" in why.text("zh")
    monkeypatch.undo()
    conic = pyproj.CRS("+proj=lcc +lat_1=25 +lat_2=47 +lon_0=104 +datum=WGS84")
    inputs = dataclasses.replace(town.inputs, crs=conic)
    data, why = ways.roads(dataclasses.replace(town, inputs=inputs), queries, Blocks())
    assert data is None
    assert why is not None
