from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from browser import Visit, visit
from carecircle.outputs import gap_map, telling
from carecircle.outputs.map import layers, panel
from carecircle.outputs.map.offline import external_references
from carecircle.rules import by_area


@pytest.fixture(scope="module")
def page(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map alone in an empty folder with Chinese characters and a space in its name."""
    path = tmp_path_factory.mktemp("空 folder") / "gap_map.html"
    path.write_text(gap_map(analysis).get_root().render(), encoding="utf-8")
    return path


def test_it_is_a_folium_map_whole_in_itself(analysis: Any) -> None:
    drawn = gap_map(analysis)
    assert isinstance(drawn, folium.Map)
    text = drawn.get_root().render()
    assert external_references(text) == []
    assert text == gap_map(analysis).get_root().render()


def test_planners_text_never_becomes_markup_or_template(analysis: Any) -> None:
    text = gap_map(analysis).get_root().render()
    assert "<img src=x" not in text
    assert "{{ 7*7 }}" in text
    assert text.count("</script") == text.count("<script")


def test_people_in_a_gap_are_counted_once(analysis: Any) -> None:
    demand = analysis.inputs.demand
    fails = [v for v in analysis.verdicts if v.outcome == "FAIL" and v.people is not None]
    gap = [any(v.people[i] in ("not_covered", "unreachable") for v in fails) for i in demand.index]
    assert telling.residents_in_gap(analysis) == math.fsum(demand["residents"][gap])


def test_unmet_clauses_come_first(analysis: Any) -> None:
    outcomes = [analysis.verdicts[i].outcome.value for i in telling.order(analysis.verdicts)]
    assert outcomes == sorted(outcomes, key=["FAIL", "NOT_ASSESSED", "NO_THRESHOLD", "PASS"].index)


def test_every_word_of_the_page_is_in_both_languages(root: Path) -> None:
    import re

    scripts = "".join(
        p.read_text(encoding="utf-8") for p in (root / "coverage/carecircle/outputs/map/page").glob("*.*")
    )
    asked = set(re.findall(r"'(page_\w+)'", scripts)) | set(re.findall(r'data-say="(page_\w+)"', scripts))
    words = panel.words()
    assert asked <= set(words)
    assert all(set(forms) == {"zh", "en"} for forms in words.values())


def test_the_surface_is_a_small_palette_picture_in_mercator(analysis: Any) -> None:
    surface = next(iter(analysis.surfaces.values()))
    pixels = np.array([[0, 1, 2], [3, 0, 7]], dtype=np.uint8)
    colours = ["0000ff", "00ff00", "ff0000", "111111", "222222", "333333", "444444"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(io.BytesIO(layers.palette_png(pixels, colours))) as picture:
            assert np.array_equal(picture.read(1), pixels)
            assert picture.colormap(1)[1] == (0, 0, 255, 255)
            assert picture.colormap(1)[0][3] == 0
    drawn = layers.surface_picture(surface, 15.0)
    assert len(drawn["png"]) < 4_000
    west, south, east, north = drawn["bounds"]
    outline = layers.bounds(analysis)
    assert west <= outline[0] + 1e-3
    assert south <= outline[1] + 1e-3
    assert east >= outline[2] - 1e-3
    assert north >= outline[3] - 1e-3


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_it_opens_alone_with_everything_visible(browser: Any, page: Path, width: int, height: int) -> None:
    with visit(browser, page, width=width, height=height) as seen:
        for part in ("legend", "ledger", "verdicts"):
            assert seen.page.locator(f"[data-cc={part}]").is_visible()
        assert seen.page.locator(".folium-map").is_visible()
        assert seen.page.locator("[data-cc=why]").is_hidden()
        assert seen.page.evaluate("() => carecircle.map instanceof L.Map")
        assert seen.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        seen.clean()


@pytest.mark.browser
def test_a_facility_named_like_an_attack_does_nothing(opened: Visit) -> None:
    page = opened.page
    page.locator("[data-rule='M2.time']").click()
    page.evaluate("() => carecircle.map.fire('click', {latlng: L.latLng(31.1500, 104.8640)})")
    assert "<img src=x onerror" in page.locator("[data-cc=why]").inner_text()
    assert page.evaluate("() => window.hacked === undefined")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("b", has_text="西山乡").count() == 0


@pytest.mark.browser
def test_both_languages(opened: Visit) -> None:
    page = opened.page
    chinese = page.locator("#cc-panel").inner_text()
    page.locator("#cc-language").click()
    english = page.locator("#cc-panel").inner_text()
    assert "未达标" in chinese
    assert "not met" in english
    assert "[object" not in chinese + english
    assert "undefined" not in chinese + english
    assert page.evaluate("() => document.documentElement.lang") == "en"
    page.locator("#cc-language").click()
    assert page.locator("#cc-panel").inner_text() == chinese


@pytest.mark.browser
def test_every_clause_and_layer_draws(opened: Visit) -> None:
    page = opened.page
    page.locator("#cc-layers summary").click()
    seen = set()
    for clause in page.locator("[data-rule]").evaluate_all("(all) => all.map((e) => e.dataset.rule)"):
        page.locator(f"[data-rule='{clause}']").click()
        for value in page.locator("#cc-layers input").evaluate_all("(all) => all.map((e) => e.value)"):
            page.locator(f"#cc-layers input[value={value}]").click()
            seen.add(value)
        assert clause in page.locator("[data-cc=legend]").inner_text()
    assert {
        "town",
        "village",
        "surface",
        "people",
        "none",
        "gap",
        "asked",
        "others",
        "circles",
        "roads",
        "names",
    } <= seen


@pytest.mark.browser
def test_the_ranking_says_what_python_counted(opened: Visit, analysis: Any) -> None:
    verdict = next(v for v in analysis.verdicts if v.rule == "M1.radius")
    opened.page.locator("[data-rule='M1.radius']").click()
    rows = opened.page.locator("[data-cc=ranking] tbody tr").evaluate_all(
        "(all) => all.map((r) => r.innerText.split(/\\s*\\t\\s*/))"
    )
    table = by_area(verdict, analysis.inputs, "town")
    expected = [
        [r.name, f"{r.not_covered + r.unreachable:,.0f}", f"{r.share * 100:.1f}%".replace(".0%", "%")]
        for r in table.itertuples(index=False)
    ]
    assert [[cell.strip() for cell in row] for row in rows] == expected


@pytest.mark.browser
def test_explain_says_what_the_analysis_holds(opened: Visit, analysis: Any) -> None:
    demand = analysis.inputs.demand
    places = demand.geometry[:-1].to_crs(4326)
    query, reached = next((q, r) for q, r in analysis.reached.items() if q.metric == "minutes")
    verdict = next(v for v in analysis.verdicts if v.rule == "M2.time")
    for row in range(0, 900, 61):
        said = opened.page.evaluate("([x, y]) => carecircle.explain(x, y)", [places[row].x, places[row].y])
        mine = next(c for c in said["clauses"] if c["rule"] == "M2.time")
        assert said["residents"] == demand["residents"][row]
        assert mine["status"] == verdict.people[row]
        if math.isinf(reached["cost"][row]):
            assert mine["cost"] is None
            assert mine["reach"] == reached["status"][row]
            continue
        assert abs(mine["cost"] - reached["cost"][row]) <= 0.005 + 1e-9
        facility = analysis.inputs.facilities.set_index("facility_id").loc[
            reached["facility_id"][row], "name"
        ]
        assert mine["facility"]["name"] == facility
    assert query.mode == "drive"


@pytest.mark.browser
def test_an_area_in_the_ranking_is_zoomed_to(opened: Visit) -> None:
    page = opened.page
    before = page.evaluate("() => carecircle.map.getZoom()")
    page.locator(".cc-tabs button", has_text="村").click()
    page.locator("[data-cc=ranking] .cc-area").first.click()
    page.wait_for_function("(z) => carecircle.map.getZoom() > z", arg=before)


@pytest.mark.browser
def test_the_keyboard_reaches_everything(opened: Visit) -> None:
    page = opened.page
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => `${document.activeElement.id} ${document.activeElement.className}`"))
    for part in ("cc-language", "cc-clause", "folium-map", "cc-area"):
        assert any(part in str(r) for r in reached)
    page.evaluate("() => carecircle.map.fire('click', {latlng: L.latLng(31.13, 104.86)})")
    page.keyboard.press("Escape")
    assert page.locator("[data-cc=why]").is_hidden()


@pytest.mark.browser
def test_names_are_found_and_shown(opened: Visit) -> None:
    page = opened.page
    page.locator("#cc-find").fill("东河镇")
    names = page.locator("#cc-found b").all_inner_texts()
    assert names[0] == "东河镇"
    assert "东河镇卫生院" in names
    page.locator("#cc-found button", has_text="东河镇卫生院").click()
    assert "东河镇卫生院" in page.locator("[data-cc=why]").inner_text()
    page.locator("#cc-find").fill("无坐标")
    page.locator("#cc-find").press("Enter")
    assert "没有坐标" in page.locator("[data-cc=why]").inner_text()
    page.locator("#cc-find").fill("不存在的地方")
    assert page.locator("#cc-found button").count() == 0


@pytest.mark.browser
def test_the_print_is_an_a3_sheet_with_an_annex_and_leaves_the_map_as_it_was(opened: Visit) -> None:
    page = opened.page
    before = page.evaluate("() => [carecircle.map.getCenter().lng, carecircle.map.getSize().x]")
    page.evaluate(
        "() => { window.inks = 0; window.addEventListener('beforeprint', () => {"
        " const c = document.getElementById('cc-paper');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " for (let i = 3; i < d.length; i += 4) if (d[i]) window.inks++; }); }"
    )
    sheet = page.pdf(prefer_css_page_size=True, print_background=True)
    assert sheet.count(b"/Type /Page\n") == 2
    box = [float(v) for v in sheet.split(b"/MediaBox [")[1].split(b"]")[0].split()]
    assert box[2] / 72 * 25.4 == pytest.approx(420, abs=1)
    assert page.evaluate("() => window.inks") > 100_000
    after = page.evaluate("() => [carecircle.map.getCenter().lng, carecircle.map.getSize().x]")
    assert after == pytest.approx(before, abs=0.01)
    assert page.locator("#cc-paper").count() == 0
    assert page.locator("#cc-annex *").count() == 0
