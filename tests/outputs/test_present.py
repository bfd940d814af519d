"""The page for a meeting, by keyboard alone, and its set on paper; layers by question; large targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser import Visit, visit
from carecircle.outputs import gap_map, telling

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("present") / "gap_map.html"
    gap_map(analysis).save(str(path))
    return path


def _unmet(analysis: Any) -> list[Any]:
    verdicts = [analysis.verdicts[i] for i in telling.order(analysis.verdicts)]
    return [v for v in verdicts if v.outcome == "FAIL"]


def test_a_meeting_is_led_by_the_keyboard(opened: Visit, analysis: Any) -> None:
    """Headline, then every unmet clause with its people, and back to where one was."""
    tab, unmet = opened.page, _unmet(analysis)
    tab.locator("[data-rule='M2.time']").click()
    tab.locator("#cc-present").press("Enter")
    show = tab.locator("[data-cc=show]")
    assert f"{telling.residents_in_gap(analysis):,.0f}" in show.inner_text()
    assert not tab.locator("#cc-panel").is_visible()
    for verdict in unmet:
        tab.keyboard.press("ArrowRight")
        assert verdict.title.text("zh") in show.inner_text()
        if verdict.residents_affected:
            assert f"{verdict.residents_affected:,.0f}" in show.inner_text()
    tab.keyboard.press("ArrowRight")  # the last one stays
    assert f"{len(unmet) + 1} / {len(unmet) + 1}" in show.inner_text()
    tab.keyboard.press("Home")
    assert f"1 / {len(unmet) + 1}" in show.inner_text()
    size = tab.locator("[data-cc=show] .cc-show-big strong").evaluate("(e) => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) > 40
    tab.keyboard.press("Escape")
    assert show.is_hidden()
    assert tab.locator("[data-rule='M2.time']").get_attribute("aria-expanded") == "true"
    assert tab.evaluate("() => document.activeElement.id") == "cc-present"


def test_the_set_prints_a_page_for_each(opened: Visit, analysis: Any) -> None:
    tab = opened.page
    tab.evaluate("() => { window.print = () => { window.printed = true; }; }")
    tab.locator("#cc-present").click()
    tab.locator("[data-cc=show] button", has_text="打印整套").click()
    tab.wait_for_function("() => window.printed")
    sheet = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert sheet.count(b"/Type /Page\n") == len(_unmet(analysis)) + 1
    box = [float(v) for v in sheet.split(b"/MediaBox [")[1].split(b"]")[0].split()]
    assert box[2] / 72 * 25.4 == pytest.approx(297, abs=1)
    tab.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("#cc-set *").count() == 0


def test_layers_are_grouped_by_question(opened: Visit) -> None:
    tab = opened.page
    tab.locator("[data-rule='M2.time']").click()
    tab.locator("#cc-layers summary").click()
    groups = tab.locator("#cc-layers fieldset").evaluate_all(
        "(all) => Object.fromEntries(all.map((f) => [f.querySelector('legend').textContent,"
        " [...f.querySelectorAll('input')].map((i) => i.value)]))"
    )
    assert {"town", "village", "gap"} <= set(groups["谁未覆盖"])
    assert {"surface", "people"} <= set(groups["多久到"])
    assert {"catchments", "asked", "others"} <= set(groups["由谁服务"])
    assert {"population", "urban"} <= set(groups["人在哪"])


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_layers_and_legend_never_lie_over_one_another(
    browser: Any, page: Path, width: int, height: int
) -> None:
    with visit(browser, page, width=width, height=height) as seen:
        tab = seen.page
        tab.locator("#cc-layers > summary").click()
        assert tab.locator("#cc-legend").evaluate("(e) => e.open") is False
        body = tab.locator(".cc-layers-body").bounding_box()
        assert body["x"] >= 0
        assert body["x"] + body["width"] <= width
        assert body["y"] + body["height"] <= height
        seen.clean()


def test_every_target_suits_a_finger(browser: Any, page: Path) -> None:
    with visit(browser, page, width=390, height=844, has_touch=True, is_mobile=True) as seen:
        tab = seen.page
        tab.locator("#cc-layers > summary").click()
        small = tab.evaluate(
            """() => [...document.querySelectorAll('#cc-tools button, #cc-tools summary, #cc-tools label,'
              + ' #cc-answer button, #cc-language, #cc-find, .cc-clause')]
              .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5)
              .map((e) => `${e.id} ${e.className} ${e.textContent.trim()}`)"""
        )
        assert small == []
        seen.clean()
