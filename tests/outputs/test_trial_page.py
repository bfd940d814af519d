"""A trial in the page: one site at a time, kept on this computer, told in the panel, taken away in Word."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

import carecircle
from browser import Visit, settled, visit
from carecircle.outputs import gap_map, telling
from trialtown import town_analysis
from worlds import east

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return town_analysis(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def page(town: carecircle.Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "gap_map.html"
    gap_map(town).save(str(path))
    return path


def _add(tab: Any, name: str = "新院") -> dict[str, Any]:
    lon, lat = east(1500, 2800)
    site = {"facility_id": "new-1", "name": name, "category": "乡镇卫生院", "lon": lon, "lat": lat}
    tab.evaluate("(s) => carecircle.whatif.add({...s, id: s.facility_id})", site)
    return site


def test_a_site_is_placed_once(opened: Visit) -> None:
    tab = opened.page
    tab.locator("[data-rule='W.walk']").click()
    tab.locator("#cc-try").click()
    tab.locator("#cc-arm").click()
    for _ in range(2):
        tab.evaluate("() => carecircle.map.fire('click', {latlng: carecircle.map.getCenter()})")
    assert tab.locator(".cc-site").count() == 1
    assert tab.locator("#cc-arm").get_attribute("aria-pressed") == "false"
    assert tab.locator("#cc-why").is_visible()


def test_headline_and_rows_tell_the_trial(opened: Visit, town: carecircle.Analysis) -> None:
    tab = opened.page
    tab.locator("#cc-try").click()
    now = carecircle.reanalyze(town, add=[_add(tab)], surfaces=False)
    settled(tab)
    before, after = telling.residents_in_gap(town), telling.residents_in_gap(now)
    assert after < before
    said = tab.locator("#cc-answer .cc-big").inner_text()
    assert f"{after:,.0f}" in said
    assert f"{before:,.0f}" in said
    moved = tab.locator("[data-cc=moved] [data-rule]").evaluate_all("(all) => all.map((e) => e.dataset.rule)")
    old = {v.rule: v for v in town.verdicts}
    expected = {v.rule for v in now.verdicts if v.residents_affected != old[v.rule].residents_affected}
    assert set(moved) == expected
    for verdict in now.verdicts:
        if verdict.rule in expected:
            row = tab.locator(f"[data-rule='{verdict.rule}']").inner_text()
            assert f"{verdict.residents_affected:,.0f}" in row
    tab.evaluate("() => carecircle.whatif.reset()")
    settled(tab)
    assert tab.locator("[data-cc=moved]").count() == 0


def test_a_trial_survives_a_reload_until_it_is_cleared(opened: Visit) -> None:
    tab = opened.page
    _add(tab, "新<院>")
    tab.evaluate("() => { carecircle.whatif.toggle('f03'); carecircle.whatif.keep('甲'); }")
    settled(tab)
    table = tab.evaluate("() => carecircle.whatif.table()")
    tab.reload()
    tab.wait_for_selector("body[data-ready=yes]")
    assert tab.evaluate("() => carecircle.whatif.table()") == table
    assert tab.locator("#cc-whatif").is_visible()
    assert tab.locator("[data-cc=whatif] .cc-link", has_text="并排比较").is_visible()
    tab.locator("[data-cc=memory] button").click()
    settled(tab)
    tab.reload()
    tab.wait_for_selector("body[data-ready=yes]")
    assert tab.locator(".cc-site").count() == 0
    assert tab.evaluate("() => Object.keys(localStorage)") == []


def test_where_nothing_may_be_kept_the_page_says_so(browser: Any, page: Path) -> None:
    forbid = "Storage.prototype.setItem = () => { throw new Error('no'); };"
    with visit(browser, page, script=forbid) as seen:
        _add(seen.page)
        seen.page.locator("#cc-try").click()
        settled(seen.page)
        assert "刷新后模拟方案消失" in seen.page.locator("[data-cc=memory]").inner_text()
        seen.clean()


def test_the_word_page_opens_in_word(opened: Visit, town: carecircle.Analysis) -> None:
    docx = pytest.importorskip("docx")
    tab = opened.page
    now = carecircle.reanalyze(town, add=[_add(tab, "新<院>&")], surfaces=False)
    held = bytes(tab.evaluate("() => carecircle.whatif.word()"))
    read = docx.Document(io.BytesIO(held))
    text = "\n".join(p.text for p in read.paragraphs)
    assert f"{telling.residents_in_gap(town):,.0f} 人变为 {telling.residents_in_gap(now):,.0f} 人" in text
    clauses, sites = read.tables
    cells = {row.cells[0].text: row.cells[4].text for row in clauses.rows[1:]}
    walk = next(v for v in now.verdicts if v.rule == "W.walk")
    assert cells[walk.title.text("zh")] == f"{walk.residents_affected:,.0f}"
    assert sites.rows[1].cells[1].text == "新<院>&"
    (shape,) = read.inline_shapes
    assert shape.width.cm < 17
    assert held.count(b"\x89PNG\r\n") == 1


@pytest.mark.slow
def test_a_real_kind_mends_every_clause_that_counts_it(
    browser: Any, embedded: carecircle.Analysis, tmp_path: Path
) -> None:
    """A centre, not “an institution”: it answers the circle and halves the load, as the analysis has it."""
    gap_map(embedded).save(str(tmp_path / "page.html"))
    with visit(browser, tmp_path / "page.html") as seen:
        tab = seen.page
        tab.locator("[data-rule='B1.circle']").click()
        tab.locator("#cc-try").click()
        offered = tab.locator("#cc-kind option").all_inner_texts()
        assert "社区卫生服务中心" in offered
        assert "社区卫生服务机构" not in offered
        at = tab.evaluate("() => carecircle.map.getCenter()")
        site = {
            "facility_id": "n",
            "name": "新",
            "category": "社区卫生服务中心",
            "lon": at["lng"],
            "lat": at["lat"],
        }
        tab.evaluate("(s) => carecircle.whatif.add({...s, id: s.facility_id})", site)
        now = carecircle.reanalyze(embedded, add=[site], surfaces=False)
        outcomes = tab.evaluate("() => carecircle.whatif.standings()")
        judged = {v.rule: v.outcome.value for v in now.verdicts}
        assert outcomes == judged
        assert judged["L2.load"] == "PASS"
        assert tab.evaluate("() => carecircle.whatif.headline()") == telling.residents_in_gap(now)
        settled(tab)
        load = next(v for v in now.verdicts if v.rule == "L2.load")
        assert f"{load.observed:,.0f}" in tab.locator("[data-rule='L2.load']").inner_text()
        seen.clean()
