"""Every state of every page under axe-core: no violation that it calls serious or critical."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser import settled, visit
from carecircle.outputs.pages.gallery import write_gallery
from carecircle.outputs.siting import write_siting
from carecircle.siting.remedy import site
from trialtown import town_analysis

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python absent")
SCREENS = {"desktop": (1440, 900), "phone": (390, 844)}
READERS = [("zh", "desktop"), ("en", "phone")]
"""Each language and each width once for every state of the map (one state takes two seconds)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the crooked town with findings, what a siting study adds to it, and a gallery of both."""
    folder = tmp_path_factory.mktemp("access")
    analysis = town_analysis(folder)
    analysis.write(folder / "run")
    write_siting(site(analysis, clauses=["W.walk"], sites=2), folder / "run")
    write_gallery([folder / "run"], folder / "gallery.html", "zh")
    return folder


def opening(tab: Any) -> None:
    """As it opens."""


def why_red(tab: Any) -> None:
    tab.locator("[data-rule='W.walk']").click()
    tab.evaluate("() => carecircle.map.fire('click', {latlng: carecircle.map.getCenter()})")
    assert tab.locator("[data-cc=why]").is_visible()


def trial(tab: Any) -> None:
    tab.locator("[data-rule='W.walk']").click()
    tab.locator("#cc-try").click()
    tab.locator("#cc-arm").click()
    tab.evaluate("() => carecircle.map.fire('click', {latlng: carecircle.map.getCenter()})")
    tab.keyboard.press("Escape")
    settled(tab)
    assert tab.locator(".cc-site").count() == 1


def side_by_side(tab: Any) -> None:
    trial(tab)
    tab.locator("#cc-name").fill("A")
    tab.locator("#cc-name").press("Enter")
    tab.locator("#cc-trial > .cc-link").click()
    assert tab.locator("[data-cc=scenarios]").is_visible()


def findings_on(tab: Any) -> None:
    tab.locator("#cc-layers summary").click()
    tab.locator("#cc-layers input[value=findings]").check()
    assert tab.evaluate("JSON.parse(document.getElementById('cc-page').textContent).findings"
                        ".some((f) => f.lon !== null)")  # fmt: skip


def swiped(tab: Any) -> None:
    tab.locator("[data-rule='R.radius']").click()
    tab.locator("#cc-compare").click()
    assert tab.locator("[data-cc=swipe]").is_visible()


def printed(tab: Any) -> None:
    tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")


def searched(tab: Any) -> None:
    tab.locator("#cc-find").fill("第")


def layers_open(tab: Any) -> None:
    tab.locator("#cc-layers summary").click()


STATES: dict[str, Callable[[Any], None]] = {
    f.__name__: f
    for f in (
        opening, why_red, trial, side_by_side, swiped, findings_on, searched, layers_open, printed,
    )
}  # fmt: skip


def serious(tab: Any) -> list[str]:
    """What axe-core calls serious or critical: rule, what to mend, and where."""
    found = axe.Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{v['id']}: {v['help']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:4]
    ]


def in_language(tab: Any, language: str) -> None:
    """Every page opens in Chinese; its switch says the other language's name."""
    if language == "en":
        tab.locator("#cc-language, #cs-language").click()
    assert tab.evaluate("document.documentElement.lang").startswith(language)


@pytest.mark.browser
@pytest.mark.parametrize(("language", "screen"), READERS)
@pytest.mark.parametrize("state", STATES)
def test_no_serious_violation(browser: Any, folder: Path, state: str, language: str, screen: str) -> None:
    width, height = SCREENS[screen]
    with visit(browser, folder / "run" / "gap_map.html", width=width, height=height, bypass_csp=True) as seen:
        in_language(seen.page, language)
        STATES[state](seen.page)
        assert serious(seen.page) == []


def siting(tab: Any) -> None:
    """As it opens: after."""


def siting_before(tab: Any) -> None:
    tab.locator("#cs-switch button").first.click()


def siting_site(tab: Any) -> None:
    tab.locator("[data-cc=sites] button").first.click()


@pytest.mark.browser
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", [siting, siting_before, siting_site], ids=lambda f: f.__name__)
def test_nor_on_the_siting_map(
    browser: Any, folder: Path, state: Callable[[Any], None], language: str, screen: str
) -> None:
    width, height = SCREENS[screen]
    page = folder / "run" / "siting_map.html"
    with visit(browser, page, width=width, height=height, bypass_csp=True) as seen:
        in_language(seen.page, language)
        state(seen.page)
        assert serious(seen.page) == []
        seen.clean()


@pytest.mark.browser
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", ["run/index.html", "gallery.html"])
def test_nor_on_the_index_and_the_gallery(
    browser: Any, folder: Path, page: str, language: str, screen: str
) -> None:
    width, height = SCREENS[screen]
    with visit(browser, folder / page, width=width, height=height, bypass_csp=True) as seen:
        in_language(seen.page, language)
        assert serious(seen.page) == []
