"""On a phone the cards stand low over the map: the place asked or built on stays in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import Visit, settled, visit
from carecircle.outputs import gap_map
from trialtown import town_analysis

pytestmark = pytest.mark.browser
WIDTH, HEIGHT = 390, 844
LOW = 0.4 * HEIGHT
"""A card that has not been made higher covers no more."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phone")
    gap_map(town_analysis(folder)).save(str(folder / "page.html"))
    return folder / "page.html"


@pytest.fixture
def phone(browser: Any, town: Path) -> Iterator[Visit]:
    with visit(browser, town, width=WIDTH, height=HEIGHT, has_touch=True) as seen:
        seen.page.locator("#cc-verdicts [data-rule='W.walk']").click()
        yield seen
        seen.clean()


def top(tab: Any, card: str) -> float:
    box = tab.locator(card).bounding_box()
    assert box["y"] + box["height"] == pytest.approx(HEIGHT, abs=1)
    return float(box["y"])


def hidden_place(tab: Any) -> list[float]:
    """Residents low on the screen, where a card will cover them: the map is moved so that some are there."""
    place = tab.evaluate(
        "() => { document.body.dataset.sheet = 'peek'; const here = carecircle.map.getCenter(); "
        "const found = carecircle.explain(here.lng, here.lat); return [found.lat, found.lon]; }"
    )
    tab.evaluate(
        "(place) => carecircle.map.panBy(carecircle.map.latLngToContainerPoint(place).subtract([200, 620]), "
        "{animate: false})",
        place,
    )
    assert on_screen(tab, place)[1] == pytest.approx(620, abs=2)
    return list(place)


def on_screen(tab: Any, place: list[float]) -> tuple[float, float]:
    at = tab.evaluate("(at) => carecircle.map.latLngToContainerPoint(at)", place)
    return float(at["x"]), float(at["y"])


def in_sight(tab: Any, place: list[float], card: str) -> None:
    x, y = on_screen(tab, place)
    assert 0 < x < WIDTH
    tools = tab.locator("#cc-tools").bounding_box()
    assert tools["y"] + tools["height"] < y < top(tab, card)


def test_why_red_leaves_the_place_in_sight(phone: Visit) -> None:
    tab = phone.page
    place = hidden_place(tab)
    tab.evaluate("([lat, lng]) => carecircle.map.fire('click', {latlng: L.latLng(lat, lng)})", place)
    settled(tab)
    assert HEIGHT - top(tab, "#cc-why") <= LOW
    assert tab.evaluate("document.body.dataset.sheet") == "peek"
    in_sight(tab, place, "#cc-why")


def test_a_trial_site_stays_in_sight_too(phone: Visit) -> None:
    tab = phone.page
    place = hidden_place(tab)
    tab.locator("#cc-try").click()
    assert HEIGHT - top(tab, "#cc-whatif") <= LOW
    tab.locator("#cc-arm").click()
    tab.evaluate("([lat, lng]) => carecircle.map.fire('click', {latlng: L.latLng(lat, lng)})", place)
    settled(tab)
    assert HEIGHT - top(tab, "#cc-whatif") <= LOW
    in_sight(tab, place, "#cc-whatif")
    assert tab.locator("#cc-trial .cc-before-after").is_visible()
    before = tab.locator("#cc-trial .cc-before-after").bounding_box()
    assert before["y"] + before["height"] <= HEIGHT  # the answer needs no scrolling
    assert top(tab, "#cc-whatif") < before["y"]


@pytest.mark.parametrize("card", ["#cc-why", "#cc-whatif"])
def test_a_card_is_made_higher_and_lower_from_the_keyboard(phone: Visit, card: str) -> None:
    tab = phone.page
    if card == "#cc-why":
        tab.evaluate("() => carecircle.map.fire('click', {latlng: carecircle.map.getCenter()})")
    else:
        tab.locator("#cc-try").click()
    grip = tab.locator(f"{card} .cc-grip")
    assert grip.get_attribute("aria-expanded") == "false"
    assert grip.get_attribute("aria-label") == "展开或收起卡片"
    tab.locator(f"{card} .cc-close").focus()
    tab.keyboard.press("Shift+Tab")
    assert tab.evaluate("document.activeElement.className") == "cc-grip"
    tab.keyboard.press("Enter")
    assert grip.get_attribute("aria-expanded") == "true"
    assert tab.evaluate("(c) => getComputedStyle(document.querySelector(c)).maxHeight", card) != f"{LOW}px"
    assert (
        float(tab.evaluate("(c) => parseFloat(getComputedStyle(document.querySelector(c)).maxHeight)", card))
        > LOW
    )
    tab.keyboard.press("Space")
    assert grip.get_attribute("aria-expanded") == "false"
    assert HEIGHT - top(tab, card) <= LOW
    assert tab.evaluate("(c) => document.querySelector(c).scrollWidth <= 390", card)


def test_on_a_large_screen_the_card_is_docked_and_the_whole_way_is_seen(browser: Any, town: Path) -> None:
    """Nothing lies over the map; house, way and facility stand in it, clear of the legend."""
    with visit(browser, town) as seen:
        tab = seen.page
        tab.locator("[data-rule='W.walk']").click()
        way = tab.evaluate(
            """() => {
              const m = carecircle.map, middle = m.getSize().divideBy(2);
              for (let x = -200; x <= 200; x += 40) for (let y = -200; y <= 200; y += 40) {
                const at = m.containerPointToLatLng(middle.add([x, y]));
                const here = carecircle.explain(at.lng, at.lat, ['W.walk']);
                const { way } = here.clauses.find((k) => k.rule === 'W.walk');
                if (!way || way.places.length < 4) continue;
                m.setView(at, m.getZoom() + 3, {animate: false});
                m.fire('click', {latlng: L.latLng(here.lat, here.lon)});
                return way.places;
              }
            }"""
        )
        settled(tab)
        card, panel = tab.locator("#cc-why").bounding_box(), tab.locator("#cc-panel").bounding_box()
        assert (card["x"], card["width"]) == (panel["x"], panel["width"])
        assert panel["y"] + panel["height"] <= card["y"] + 1  # the headline stays in sight above it
        assert tab.locator("#cc-answer .cc-big").is_visible()
        assert not tab.locator("#cc-why .cc-grip").is_visible()
        assert tab.evaluate(
            """(places) => {
              const m = carecircle.map, size = m.getSize(), scale = m.options.crs.scale(m.getZoom());
              const corner = m.getPixelBounds().min;
              const legend = document.getElementById('cc-legend').offsetWidth;
              return places.every(([x, y]) => {
                const p = L.point(x * scale, y * scale).subtract(corner);
                return p.x >= 0 && p.y >= 0 && p.x <= size.x - legend && p.y <= size.y;
              });
            }""",
            way,
        )


def test_one_card_at_a_time_and_building_from_it(browser: Any, town: Path) -> None:
    with visit(browser, town) as seen:
        tab = seen.page
        tab.locator("[data-rule='W.walk']").click()
        tab.locator("#cc-try").click()
        tab.evaluate("() => carecircle.map.fire('click', {latlng: carecircle.map.getCenter()})")
        assert tab.locator("#cc-why").is_visible()
        assert not tab.locator("#cc-whatif").is_visible()
        tab.locator("#cc-why [data-cc=build]").click()
        assert not tab.locator("#cc-why").is_visible()
        assert tab.locator("#cc-whatif").is_visible()
        assert tab.locator(".cc-site").count() == 1


def test_the_cross_of_the_keyboard_is_not_shown_to_a_mouse(browser: Any, town: Path) -> None:
    cross = "getComputedStyle(document.querySelector('.folium-map'), '::after').content"
    with visit(browser, town) as seen:
        tab = seen.page
        tab.mouse.click(900, 450)
        assert tab.evaluate(cross) == "none"
        tab.keyboard.press("ArrowLeft")
        assert tab.evaluate(cross) == '""'
        tab.mouse.click(900, 450)
        assert tab.evaluate(cross) == "none"
