"""What planners switch on, in a real browser without a network: layers, two sides, the ruler, tiles."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reach_town as town
from browser import Visit, settled, visit
from carecircle.outputs import gap_map
from carecircle.outputs.map import overlays
from carecircle.outputs.map.pack import Block
from carecircle.reach.network.model import Network
from carecircle.schema import Finding
from carecircle.texts import Sentence

WEST, SOUTH, EAST, NORTH = 104.7901, 31.0922, 105.0001, 31.2728
"""About the made-up county, WGS 84 degrees."""


@pytest.fixture(scope="module")
def rich(analysis: Any) -> Any:
    """The county with a baseline (one hospital fewer then), findings with places and a proposed site."""
    inputs = analysis.inputs
    old = dataclasses.replace(inputs, facilities=inputs.facilities.iloc[:4])
    verdicts = tuple(varied_verdict(v) if v.rule == "M2.time" else v for v in analysis.verdicts)
    baseline = dataclasses.replace(analysis, inputs=old, verdicts=verdicts)
    findings = (
        *inputs.findings,
        Finding(
            "warning", Sentence("errors.row", {"row": 7}), file="facilities.csv", row=7, lon=104.85, lat=31.15
        ),
    )
    return dataclasses.replace(analysis, baseline=baseline, findings=findings)


def varied_verdict(verdict: Any) -> Any:
    """The same verdict had nobody been covered."""
    return dataclasses.replace(verdict, people=verdict.people.replace("covered", "not_covered"))


PROPOSED = [
    {"rank": 1, "name": "候选一", "category": "乡镇卫生院", "lon": 104.9, "lat": 31.2, "newly_covered": 321.0}
]


@pytest.fixture(scope="module")
def page(rich: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("layers") / "gap_map.html"
    path.write_text(gap_map(rich, proposed=PROPOSED).get_root().render(), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Any, page: Path) -> Iterator[Visit]:
    with visit(browser, page) as seen:
        seen.page.locator("#cc-layers summary").click()
        yield seen
        seen.clean()


def ink(page: Any, layer: str) -> int:
    """Pixels that a canvas holds beside bare land."""
    script = """(name) => { const c = document.createElement('canvas');
      const of = document.querySelector(`.leaflet-cc-${name}-pane canvas`);
      c.width = of.width; c.height = of.height; c.getContext('2d').drawImage(of, 0, 0);
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      const land = (i) => d[i] === 247 && d[i + 1] === 245 && d[i + 2] === 240;
      let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i + 3] && !land(i)) n++;
      return n; }"""
    return int(page.evaluate(script, layer))


def legend(page: Any) -> str:
    return str(page.locator("[data-cc=legend]").inner_text())


def choose(page: Any, rule: str, shading: str) -> None:
    page.locator(f"[data-rule='{rule}']").click()
    page.locator(f"#cc-layers input[value={shading}]").check()


# ---- shadings ----


@pytest.mark.browser
def test_people_on_paper_only_are_counted_as_the_verdict_counts_them(opened: Visit, analysis: Any) -> None:
    choose(opened.page, "M1.radius", "paper")
    verdict = next(v for v in analysis.verdicts if v.rule == "M1.radius")
    assert ink(opened.page, "shade") > 5_000
    assert f"{verdict.by_road.paper_only:,.0f}" in legend(opened.page)


@pytest.mark.browser
def test_service_areas_hold_the_residents_of_the_nearest_facility(opened: Visit, analysis: Any) -> None:
    choose(opened.page, "M2.time", "catchments")
    query, reached = next((q, r) for q, r in analysis.reached.items() if q.metric == "minutes")
    people = analysis.inputs.demand["residents"]
    served = people.groupby(reached["facility_id"].to_numpy()).sum()
    names = analysis.inputs.facilities.set_index("facility_id")["name"]
    rows = opened.page.locator("[data-cc=catchments] li").all_inner_texts()
    said = {r.split("\n")[0].strip(): r.split("\n")[-1].split()[0] for r in rows}
    assert said == {names[f].strip(): f"{n:,.0f}" for f, n in served.items()}
    assert query.mode == "drive"
    assert ink(opened.page, "shade") > 20_000


@pytest.mark.browser
def test_the_map_of_a_load_clause_tells_its_verdict(opened: Visit, analysis: Any) -> None:
    """The residents it counts and what falls to each of its facilities: the verdict's own two figures."""
    verdict = next(v for v in analysis.verdicts if v.rule == "M3.load")
    choose(opened.page, "M3.load", "load")
    residents, facilities = verdict.parts
    said = legend(opened.page)
    assert f"{residents:,.0f} 人" in said
    assert f"{facilities:.0f} 所机构，每所 {verdict.observed:,.0f} 人" in said
    assert "30,000～100,000" in said
    assert "偏多" in said  # 20,000 residents share two where one would do
    assert opened.page.locator("#cc-layers input[value=catchments]").count() == 0  # no answers of these alone


@pytest.mark.browser
def test_population_and_town_and_country(opened: Visit, analysis: Any) -> None:
    people, urban = analysis.inputs.demand["residents"], analysis.inputs.demand["urban"]
    choose(opened.page, "M2.time", "population")
    assert ink(opened.page, "shade") > 20_000
    choose(opened.page, "M2.time", "urban")
    said = legend(opened.page)
    for mark in (True, False):
        total = math.fsum(people[[u is mark or u == mark for u in urban]])
        assert f"{total:,.0f}" in said
    assert "未注明城乡，100 人" in said


@pytest.mark.browser
def test_a_shading_by_people_hides_the_marks_over_it_until_asked(opened: Visit) -> None:
    page = opened.page
    choose(page, "M2.time", "town")
    assert ink(page, "gap") > 0
    page.locator("#cc-layers input[value=catchments]").check()
    assert ink(page, "gap") == 0
    page.locator("#cc-layers input[value=gap]").check()
    assert ink(page, "gap") > 0


# ---- overlays ----


@pytest.mark.browser
def test_failing_units_are_outlined(opened: Visit, analysis: Any) -> None:
    page = opened.page
    page.locator("[data-rule='M4.towns']").click()
    verdict = next(v for v in analysis.verdicts if v.rule == "M4.towns")
    fails = sum(u.outcome == "FAIL" for u in verdict.units)
    assert fails
    assert f"未达标的地区 {fails} 个" in legend(page)
    drawn = ink(page, "units")
    assert drawn > 1_000
    page.locator("#cc-layers input[value=units]").uncheck()
    assert ink(page, "units") == 0


@pytest.mark.browser
def test_people_cut_off_are_told_by_reason(opened: Visit, analysis: Any) -> None:
    page = opened.page
    page.locator("[data-rule='M2.time']").click()
    assert ink(page, "islands") == 0
    page.locator("#cc-layers input[value=islands]").check()
    query, reached = next((q, r) for q, r in analysis.reached.items() if q.metric == "minutes")
    people = analysis.inputs.demand["residents"].to_numpy()[:-1]
    for status, said in (("unsnapped", "离道路太远"), ("island", "所在路网与机构不相连")):
        n = math.fsum(people[(reached["status"] == status).to_numpy()[:-1]])
        assert f"{said}：{n:,.0f} 人" in legend(page)
    assert ink(page, "islands") > 50
    page.locator("[data-rule='M3.load']").click()
    assert "不涉及道路" in legend(page)
    assert query.mode == "drive"


@pytest.mark.browser
def test_sites_and_findings_are_drawn_listed_and_explained(opened: Visit) -> None:
    page = opened.page
    for said in ("候选 1：候选一（乡镇卫生院），新增覆盖 321 人", "新增："):
        assert said in legend(page)
    before = ink(page, "places")
    page.locator("#cc-layers input[value=findings]").check()
    assert ink(page, "places") > before
    page.locator(".cc-places button", has_text="7").first.click()
    assert "facilities.csv" in page.locator("[data-cc=why]").inner_text()
    page.keyboard.press("Escape")
    page.locator("#cc-layers summary").click()
    settled(page)
    page.locator("#cc-home").click()
    at = page.evaluate("() => carecircle.map.latLngToContainerPoint([31.2, 104.9])")
    box = page.locator(".folium-map").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    assert "候选一" in page.locator("[data-cc=why]").inner_text()


def test_streets_that_hang_together_with_nothing_are_found(analysis: Any) -> None:
    streets = [[(0, 0), (4000, 0)], [(0, 9000), (900, 9000)]]
    edges = town.edge_frame(streets, seconds=[1.0, 1.0], metres=[4000, 900], both=[True, True])
    west, south = analysis.inputs.areas.total_bounds[:2]
    moved = edges.geometry.translate(west + 100 - town.ORIGIN[0], south + 100 - town.ORIGIN[1])
    edges = edges.set_geometry(moved.set_crs(analysis.inputs.crs, allow_override=True))
    network = Network.from_edges(edges, mode="walk")
    found = overlays.islands(dataclasses.replace(analysis, networks={"walk": network}), Block(), 5.0)
    assert found["walk"]["parts"] == 1


def test_proposals_are_read_only_for_the_same_study(tmp_path: Path) -> None:
    (tmp_path / "siting.json").write_text(json.dumps({"study": "a", "sites": PROPOSED}), encoding="utf-8")
    assert overlays.proposals(tmp_path, "a") == PROPOSED
    assert overlays.proposals(tmp_path, "b") == []
    assert overlays.proposals(tmp_path / "none", "a") == []
    (tmp_path / "siting.json").write_text("{", encoding="utf-8")
    assert overlays.proposals(tmp_path, "a") == []


# ---- two sides ----


@pytest.mark.browser
def test_two_sides_under_a_slider_by_keyboard(opened: Visit) -> None:
    page = opened.page
    page.locator("[data-rule='M2.time']").click()
    page.locator("#cc-compare").focus()
    page.keyboard.press("Enter")
    kind = page.locator("#cc-swipe-kind")
    assert kind.input_value() == "run"
    assert [b.strip() for b in page.locator(".cc-swipe-side").all_inner_texts()] == ["之前", "之后"]
    slider = page.locator("#cc-swipe input")
    slider.focus()

    def at(where: str) -> int:
        page.keyboard.press(where)
        settled(page)
        return ink(page, "gap")

    after, before = at("Home"), at("End")
    assert before > after * 1.2  # nobody was covered before
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    assert float(slider.input_value()) == 70
    page.locator(".cc-swipe-close").focus()
    page.keyboard.press("Enter")
    assert page.locator("#cc-swipe").is_hidden()


@pytest.mark.browser
def test_circle_and_road_and_two_clauses_side_by_side(opened: Visit) -> None:
    page = opened.page
    page.locator("[data-rule='M1.radius']").click()
    page.locator("#cc-compare").click()
    kinds = page.locator("#cc-swipe-kind option").evaluate_all("(all) => all.map((o) => o.value)")
    assert {"run", "road", "c1"} <= set(kinds)
    for kind in ("road", "c1"):
        page.locator("#cc-swipe-kind").select_option(kind)
        settled(page)
        sides = page.locator(".cc-swipe-side").all_inner_texts()
        assert all(s.strip() for s in sides)
        assert sides[0] != sides[1]
    handle = page.locator(".cc-swipe-handle").bounding_box()
    page.mouse.move(handle["x"] + 17, handle["y"] + 17)
    page.mouse.down()
    page.mouse.move(handle["x"] + 217, handle["y"] + 17)
    page.mouse.up()
    assert float(page.locator("#cc-swipe input").input_value()) > 60
    assert page.evaluate("() => document.querySelector('[data-rule=\"M1.radius\"]').ariaExpanded") == "true"


# ---- the ruler ----


@pytest.mark.browser
def test_the_ruler_measures_along_the_geodesic_and_the_ground_within(opened: Visit) -> None:
    from pyproj import Geod

    page = opened.page
    page.locator("#cc-measure").click()
    places = [(104.83, 31.13), (104.93, 31.13), (104.93, 31.22)]
    for lon, lat in places:
        page.evaluate(
            "([x, y]) => carecircle.map.fire('click', {latlng: L.latLng(y, x),"
            " containerPoint: carecircle.map.latLngToContainerPoint([y, x])})",
            [lon, lat],
        )
    geod = Geod(ellps="WGS84")
    metres = geod.line_length(*zip(*places, strict=True))
    area, _ = geod.polygon_area_perimeter(*zip(*places, strict=True))
    said = page.locator("#cc-ruler").inner_text()
    assert f"{metres / 1000:.2f} 公里" in said
    assert float(said.split("面积 ")[1].split()[0]) == pytest.approx(abs(area) / 1e6, rel=5e-4)
    assert ink(page, "measure") > 100


@pytest.mark.browser
def test_the_ruler_by_keyboard(opened: Visit) -> None:
    page = opened.page
    page.locator("#cc-measure").focus()
    page.keyboard.press("Enter")
    page.locator(".folium-map").focus()
    page.keyboard.press("Enter")
    page.evaluate("() => carecircle.map.panBy([120, 0], {animate: false})")
    page.keyboard.press("Enter")
    assert "公里" in page.locator("#cc-ruler strong").inner_text()
    page.keyboard.press("Backspace")
    assert page.locator("#cc-ruler strong").count() == 0
    page.keyboard.press("Escape")
    assert page.locator("#cc-ruler").is_hidden()


# ---- both languages, small screens, paper ----


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_every_layer_in_english_on_every_screen(browser: Any, page: Path, width: int, height: int) -> None:
    with visit(browser, page, width=width, height=height) as seen:
        drawn = seen.page
        drawn.locator("#cc-language").click()
        drawn.locator("#cc-layers summary").click()
        for rule in ("M1.radius", "M4.towns"):
            drawn.evaluate("(r) => document.querySelector(`[data-rule='${r}']`).click()", rule)
            values = drawn.locator("#cc-layers input").evaluate_all("(all) => all.map((e) => e.value)")
            for value in values:
                drawn.locator(f"#cc-layers input[value={value}]").click()
            said = (
                drawn.locator("#cc-layers").text_content() + drawn.locator("[data-cc=legend]").text_content()
            )
            assert "undefined" not in said
            assert "page_" not in said
        for tool in ("#cc-compare", "#cc-measure"):
            drawn.locator(tool).click()
            box = drawn.locator(
                {"#cc-compare": ".cc-swipe-bar", "#cc-measure": "#cc-ruler"}[tool]
            ).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
            drawn.locator(tool).click()
        assert drawn.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        seen.clean()
