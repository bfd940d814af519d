"""The page's own what-if against the analysis: the same moves must give the same people and times."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

import carecircle
from browser import visit
from carecircle.outputs import gap_map, ways
from carecircle.outputs.pack import Block
from worlds import box, east, write_csv, write_features

_HEAD = '[plan]\nid = "town"\ntitle = "测试镇的规则（为测试而编）"\nregion = "测试镇"\n'
_RULE = """
[[rule]]
id = "{id}"
clause = "{id}"
section = "一"
quote = "为测试而编的一条规则，仅此而已"
kind = "{kind}"
categories = {categories}
metric = "{metric}"
direction = "{direction}"
mode = "{mode}"
limit = {limit}
limit_unit = "{unit}"
{more}
"""
RULES = (
    {"id": "W.walk", "kind": "time", "categories": ["乡镇卫生院"], "metric": "minutes",
     "direction": "to_facility", "mode": "walk", "limit": 12, "unit": "min", "more": "target = 0.8"},
    {"id": "D.drive", "kind": "time", "categories": ["医院", "乡镇卫生院"], "metric": "minutes",
     "direction": "to_facility", "mode": "drive", "limit": 2, "unit": "min", "more": "target = 0.6"},
    {"id": "E.come", "kind": "response", "categories": ["急救中心（站）"], "metric": "minutes",
     "direction": "from_facility", "mode": "ambulance", "limit": 5, "unit": "min", "more": ""},
    {"id": "R.radius", "kind": "radius", "categories": ["急救中心（站）"], "metric": "straight_m",
     "direction": "from_facility", "mode": "ambulance", "limit": 1, "unit": "km", "more": "target = 0.9"},
)  # fmt: skip


def _write_town(folder: Path) -> Path:
    """A crooked town of 3 km: bent streets, one-ways, a motorway, an island, people off the roads."""
    rng = np.random.default_rng(11)
    n = 13
    places = {
        (i, j): (250 * i + rng.uniform(-70, 70), 250 * j + rng.uniform(-70, 70))
        for i in range(n)
        for j in range(n)
    }
    streets = []
    for (i, j), (x, y) in places.items():
        for other in ((i + 1, j), (i, j + 1)):
            if other not in places or rng.random() < 0.12:
                continue
            u, v = places[other]
            bend = ((x + u) / 2 + rng.uniform(-40, 40), (y + v) / 2 + rng.uniform(-40, 40))
            kind = rng.choice(["residential", "secondary", "tertiary", "motorway"], p=[0.6, 0.2, 0.17, 0.03])
            one_way = rng.choice(["no", "yes", "-1"], p=[0.7, 0.2, 0.1])
            streets.append(
                (
                    "LineString",
                    [list(east(*p)) for p in ((x, y), bend, (u, v))],
                    {"highway": kind, "oneway": one_way},
                )
            )
    island = [(4200.0, 500.0), (5000.0, 500.0), (5000.0, 1200.0), (4200.0, 500.0)]
    streets.append(
        ("LineString", [list(east(*p)) for p in island], {"highway": "residential", "oneway": "no"})
    )
    write_features(folder / "roads.geojson", streets)
    area = {"area_id": "000001", "name": "测试镇"}
    write_features(folder / "county.geojson", [("Polygon", box(-900, -900, 6200, 4000), area)])
    kinds = ["乡镇卫生院", "综合医院", "急救中心（站）"]
    facilities = []
    for k in range(12):
        lon, lat = east(rng.uniform(0, 3000), rng.uniform(0, 3000))
        facilities.append(
            {"facility_id": f"f{k:02}", "name": f"第{k}所", "category": kinds[k % 3], "lon": lon, "lat": lat}
        )
    write_csv(folder / "facilities.csv", facilities)
    people = []
    for k in range(400):
        x, y = (
            (rng.uniform(-300, 3300), rng.uniform(-300, 3300))
            if k % 20
            else (rng.uniform(3000, 6000), rng.uniform(0, 2000))
        )
        lon, lat = east(x, y)
        people.append(
            {"demand_id": f"d{k}", "lon": lon, "lat": lat, "population": round(rng.uniform(0, 90), 3)}
        )
    write_csv(folder / "residents.csv", people)
    rules = "".join(
        _RULE.format(**{**r, "categories": str(r["categories"]).replace("'", '"')}) for r in RULES
    )
    (folder / "plan.toml").write_text(_HEAD + rules, encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(
        'version = 1\nname = "town"\nplan = "plan.toml"\n[boundaries]\npath = "county.geojson"\n'
        '[facilities]\npath = "facilities.csv"\n[residents]\npath = "residents.csv"\nformat = "points"\n'
        '[roads]\npath = "roads.geojson"\nformat = "edges"\n[assumptions]\nmax_snap_m = 300\n'
        "[outputs]\nsurface_cell_m = 500\n",
        encoding="utf-8",
    )
    return study


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return carecircle.analyze(_write_town(tmp_path_factory.mktemp("town")))


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
    for verdict in now.verdicts:
        said = told[verdict.rule]
        assert verdict.ledger is not None
        assert said["ledger"] == verdict.ledger.to_dict(), verdict.rule
        assert said["outcome"] == verdict.outcome.value, verdict.rule
        assert said["observed"] == pytest.approx(verdict.observed, rel=1e-9, abs=1e-12), verdict.rule
        if verdict.rule_def.kind != "response":
            assert said["residents_affected"] == verdict.residents_affected
            assert said["margin"] == pytest.approx(verdict.margin, rel=1e-9, abs=1e-12)
        reached = _main(now, verdict)
        found = page.evaluate("(rule) => carecircle.whatif.reached(rule)", verdict.rule)
        expected = [None if math.isinf(c) else c for c in reached["cost"]]
        assert [c is None for c in found["cost"]] == [c is None for c in expected], verdict.rule
        ours, theirs = ([c or 0.0 for c in costs] for costs in (found["cost"], expected))
        straight = verdict.rule_def.metric == "straight_m"  # the page keeps places to 0.1 mm
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=3e-4 if straight else 1e-9)
        assert found["facility"] == list(reached["facility_id"]), verdict.rule


def _main(analysis: carecircle.Analysis, verdict: carecircle.Verdict) -> Any:
    from carecircle.rules.query import main_query

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
        _same(tab, carecircle.reanalyze(town, add=list(sites.values()), close=sorted(closed)))
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
    after = tab.evaluate("() => carecircle.whatif.verdicts().find((v) => v.rule === 'W.walk').newly_covered")
    assert before != after
    tab.locator("[data-cc=whatif] .cc-button", has_text="存为方案").click()
    assert tab.locator(".cc-kept tbody tr").count() == 2
    with tab.expect_download() as saved:
        tab.locator("[data-cc=whatif] .cc-button", has_text="导出表格").click()
    assert saved.value.suggested_filename == "town-sites.csv"
    tab.locator("[data-cc=whatif] .cc-link", has_text="全部撤销").click()
    assert tab.locator(".cc-site").count() == 0
    tab.locator("#cc-try").click()
    assert card.is_hidden()


def test_roads_too_many_or_another_projection_are_said(
    town: carecircle.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    queries = list(town.reached)
    monkeypatch.setattr(ways, "MOST_POINTS", 10)
    data, why = ways.roads(town, queries, Block())
    assert data is None
    assert "10" in why.text("zh")
    monkeypatch.undo()
    conic = pyproj.CRS("+proj=lcc +lat_1=25 +lat_2=47 +lon_0=104 +datum=WGS84")
    inputs = dataclasses.replace(town.inputs, crs=conic)
    data, why = ways.roads(dataclasses.replace(town, inputs=inputs), queries, Block())
    assert data is None
    assert why is not None
