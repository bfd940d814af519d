"""The opening: everybody whom an unmet clause leaves out, and a map that flies to whatever is chosen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from browser import Visit
from carecircle.outputs import gap_map, telling
from carecircle.rules import Outcome, by_area

pytestmark = pytest.mark.browser
LACKING = ("not_covered", "unreachable")


@pytest.fixture(scope="module")
def page(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("everyone") / "gap_map.html"
    gap_map(analysis).save(str(path))
    return path


def left_out(analysis: Any, *rules: str) -> Any:
    """The places of the residents whom any of these clauses leaves out, in degrees."""
    verdicts = [v for v in analysis.verdicts if v.rule in rules]
    gone = [any(v.people[i] in LACKING for v in verdicts) for i in analysis.inputs.demand.index]
    return analysis.inputs.demand.geometry[gone].to_crs(4326)


def all_in_view(tab: Any, places: Any) -> bool:
    """Whether every place stands clear of the edges and of the legend on the right."""
    return bool(
        tab.evaluate(
            """(places) => {
              const size = carecircle.map.getSize(), legend = document.getElementById('cc-legend');
              return places.every((at) => {
                const p = carecircle.map.latLngToContainerPoint(at);
                return p.x >= 0 && p.y >= 0 && p.x <= size.x - legend.offsetWidth && p.y <= size.y;
              });
            }""",
            [[p.y, p.x] for p in places],
        )
    )


def test_it_opens_on_everybody_counted_as_the_headline_counts(opened: Visit, analysis: Any) -> None:
    tab, people = opened.page, telling.residents_in_gap(analysis)
    row = tab.locator("[data-cc=everyone]")
    assert row.get_attribute("aria-expanded") == "true"
    assert f"{people:,.0f} 人" in row.inner_text().replace("\n", " ")
    assert f"{people:,.0f}" in tab.locator("#cc-answer .cc-big").inner_text()
    assert "全部缺口" in tab.locator("[data-cc=legend]").inner_text()
    fails = [v.rule for v in analysis.verdicts if v.outcome == "FAIL" and v.people is not None]
    assert all_in_view(tab, left_out(analysis, *fails))


@pytest.mark.parametrize("rule", ["M1.radius", "M2.time"])
def test_a_clause_chosen_flies_to_those_it_leaves_out(opened: Visit, analysis: Any, rule: str) -> None:
    tab = opened.page
    tab.evaluate("() => carecircle.map.setView([31.2, 104.9], 16, {animate: false})")
    assert tab.locator("#cc-locator").is_visible()
    tab.locator(f"[data-rule='{rule}']").click()
    assert all_in_view(tab, left_out(analysis, rule))


def test_the_inset_brings_the_whole_back(opened: Visit) -> None:
    tab = opened.page
    tab.evaluate("() => carecircle.map.setView([31.2, 104.9], 16, {animate: false})")
    tab.locator("#cc-locator").click()
    assert tab.locator("#cc-locator").is_hidden()


def test_a_town_found_shows_how_every_clause_stands_there(opened: Visit, analysis: Any) -> None:
    tab = opened.page
    tab.locator("#cc-find").fill("东 河镇")  # whatever the spaces
    tab.locator("#cc-find").press("Enter")
    assert tab.locator("#cc-found").is_hidden()
    card = tab.locator("[data-cc=village]")
    said = card.inner_text()
    rows = analysis.inputs.demand["area_id"].str.startswith("t0", na=False)
    assert f"居民 {analysis.inputs.demand['residents'][rows].sum():,.0f} 人" in said
    for rule in ("M1.radius", "M2.time"):
        verdict = next(v for v in analysis.verdicts if v.rule == rule)
        table = by_area(verdict, analysis.inputs, "town").set_index("name")
        out = table.loc["东河镇", "not_covered"] + table.loc["东河镇", "unreachable"]
        line = card.locator("li", has_text=verdict.title.text("zh")).inner_text()
        assert (f"{out:,.0f} 人未覆盖" if out >= 0.5 else "全部覆盖") in line
    card.locator("li button", has_text="分钟").first.click()
    assert tab.locator("[data-rule='M2.time']").get_attribute("aria-expanded") == "true"


def test_the_pointer_is_told_of_areas_discs_and_facilities(opened: Visit, analysis: Any) -> None:
    tab = opened.page
    tab.locator("[data-rule='M1.radius']").click()
    verdict = next(v for v in analysis.verdicts if v.rule == "M1.radius")
    table = by_area(verdict, analysis.inputs, "town").set_index("name")
    out = table["not_covered"] + table["unreachable"]

    def told(latlng: list[float]) -> str:
        tab.evaluate(
            "(at) => { const m = carecircle.map, p = m.latLngToContainerPoint(at);"
            " m.fire('mousemove', {latlng: L.latLng(at), containerPoint: p}); }",
            latlng,
        )
        return str(tab.locator("#cc-tip").text_content())

    places = analysis.inputs.demand.geometry[:-1].to_crs(4326)
    facility = analysis.inputs.facilities.geometry[:1].to_crs(4326).iloc[0]
    assert told([facility.y, facility.x]) == "县急救站"
    tab.locator("#cc-layers summary").click()
    tab.locator("#cc-layers input[value=gap]").uncheck()
    corner = places.iloc[0]
    assert told([corner.y, corner.x]) == f"东河镇：{out['东河镇']:,.0f} 人未覆盖"
    tab.locator("#cc-layers input[value=gap]").check()
    gone = next(i for i in places.index if verdict.people[i] in LACKING)
    assert "此处" in told([places[gone].y, places[gone].x])


def test_clauses_stand_by_the_people_they_leave_out() -> None:
    """Whatever they are about: a load that leaves out 300 before a circle that leaves out 200."""
    rows = [("FAIL", 200.0, "people"), ("PASS", None, None), ("FAIL", 300.0, None), ("FAIL", 200.0, None)]
    verdicts: Any = [SimpleNamespace(outcome=Outcome(o), residents_affected=n, people=p) for o, n, p in rows]
    assert telling.order(verdicts) == [2, 0, 3, 1]
