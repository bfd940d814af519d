"""The siting map in Chromium: both languages whole, sites by keyboard, nothing fetched; pictures are kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from browser import settled, visit
from carecircle import categories
from carecircle.outputs.siting import write_siting
from carecircle.siting.remedy import site
from carecircle.siting.result import SitingResult
from carecircle.texts import LANGUAGES
from trialtown import town_analysis

pytestmark = pytest.mark.browser
CJK = re.compile(r"[\u3400-\u9fff]+")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[SitingResult, Path]:
    folder = tmp_path_factory.mktemp("siting")
    result = site(town_analysis(folder), clauses=["W.walk", "D.drive"], sites=2)
    write_siting(result, folder / "out")
    return result, folder / "out" / "siting_map.html"


def own_words(result: SitingResult) -> set[str]:
    """What the planner's files say: never translated."""
    inputs = result.before.inputs
    names = [inputs.study.title or inputs.study.name, result.before.plan.title]
    return {*names, *inputs.facilities["name"], *result.moves["name"], *inputs.attributions}


def shown(tab: Any) -> str:
    """All that a reader sees, hears or hovers over, but for the language's own name on its switch."""
    return str(
        tab.evaluate(
            "() => [...document.querySelectorAll('body *')].filter((e) => e.id !== 'cs-language' && "
            "!['SCRIPT', 'STYLE'].includes(e.tagName)).flatMap((e) => [e.title, e.ariaLabel, "
            "...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data)]).filter(Boolean)"
            ".join('\\n') + '\\n' + document.title"
        )
    )


def test_every_word_in_both_languages(browser: Any, found: tuple[SitingResult, Path]) -> None:
    result, path = found
    with visit(browser, path) as seen:
        chinese = shown(seen.page)
        assert "Zoom" not in chinese
        assert "residents" not in chinese
        seen.page.locator("#cs-language").click()
        assert seen.page.evaluate("document.documentElement.lang") == "en"
        english = shown(seen.page)
        for name in sorted(own_words(result), key=len, reverse=True):
            english = english.replace(name, "")
        assert CJK.findall(english) == []
        assert seen.page.locator("[data-cc=answer]").inner_text() != ""
        seen.page.locator("#cs-language").click()
        assert shown(seen.page) == chinese
        seen.clean()


def test_what_hovers_is_said_in_the_language_shown(browser: Any, found: tuple[SitingResult, Path]) -> None:
    result, path = found
    with visit(browser, path) as seen:
        for language in LANGUAGES:
            if language == "en":
                seen.page.locator("#cs-language").click()
            said = seen.page.evaluate(
                "() => { const found = []; carecircle_siting.map.eachLayer((l) => { if (l.getTooltip && "
                "l.getTooltip()) found.push(l.getTooltip()._content(l).textContent); }); return found; }"
            )
            label = categories.label(result.moves["category"].iloc[0], language)
            assert any(label in text for text in said)


def test_a_site_is_found_from_the_keyboard(browser: Any, found: tuple[SitingResult, Path]) -> None:
    result, path = found
    with visit(browser, path) as seen:
        button = seen.page.locator("[data-cc=sites] button").first
        button.focus()
        seen.page.keyboard.press("Enter")
        settled(seen.page)
        at = seen.page.evaluate("() => carecircle_siting.map.getCenter()")
        assert (at["lat"], at["lng"]) == pytest.approx(
            (result.moves["lat"].iloc[0], result.moves["lon"].iloc[0]), abs=1e-4
        )
        assert seen.page.locator("[aria-pressed=true]").count() == 2


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture(
    browser: Any, found: tuple[SitingResult, Path], root: Path, language: str, width: int, height: int
) -> None:
    _, path = found
    kept = root / "maps" / "pictures" / f"siting-{language}-{width}.png"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with visit(browser, path, width=width, height=height) as seen:
        if language == "en":
            seen.page.locator("#cs-language").click()
        seen.page.screenshot(path=kept)
        assert seen.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        seen.clean()
