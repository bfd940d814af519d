"""Every state of every page under axe-core: no violation that it calls serious or critical."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser import visit
from carecircle.outputs import gap_map
from trialtown import town_analysis

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python absent")
SPOT = [1500, 2000]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("access")
    gap_map(town_analysis(folder)).save(str(folder / "gap_map.html"))
    return folder / "gap_map.html"


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
    tab.wait_for_timeout(400)
    assert tab.locator(".cc-site").count() == 1


def side_by_side(tab: Any) -> None:
    trial(tab)
    tab.locator("#cc-name").fill("A")
    tab.locator("#cc-name").press("Enter")
    tab.locator("#cc-trial > .cc-link").click()
    assert tab.locator("[data-cc=scenarios]").is_visible()


def printed(tab: Any) -> None:
    tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")


def english(tab: Any) -> None:
    tab.locator("#cc-language").click()


def searched(tab: Any) -> None:
    tab.locator("#cc-find").fill("第")


def layers_open(tab: Any) -> None:
    tab.locator("#cc-layers summary").click()


STATES: dict[str, Callable[[Any], None]] = {
    f.__name__: f for f in (opening, why_red, trial, side_by_side, printed, english, searched, layers_open)
}


def serious(tab: Any) -> list[str]:
    """What axe-core calls serious or critical: rule, what to mend, and where."""
    found = axe.Axe().run(tab).response["violations"]
    return [
        f"{v['id']}: {v['help']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:4]
    ]


@pytest.mark.browser
@pytest.mark.parametrize("state", STATES)
def test_no_serious_violation(browser: Any, page: Path, state: str) -> None:
    with visit(browser, page, bypass_csp=True) as seen:
        STATES[state](seen.page)
        assert serious(seen.page) == []


@pytest.mark.browser
@pytest.mark.parametrize("state", ["opening", "why_red", "trial"])
def test_nor_on_a_phone(browser: Any, page: Path, state: str) -> None:
    with visit(browser, page, width=390, height=844, bypass_csp=True) as seen:
        if state != "opening":
            seen.page.evaluate("() => { document.body.dataset.sheet = 'full'; }")
        STATES[state](seen.page)
        assert serious(seen.page) == []
