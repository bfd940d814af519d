"""The opening: everybody whom an unmet clause leaves out, and a map that flies to whatever is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from browser import Visit, visit
from carecircle.outputs import gap_map, telling
from carecircle.rules import Outcome

pytestmark = pytest.mark.browser
LACKING = ("not_covered", "unreachable")


@pytest.fixture(scope="module")
def page(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("everyone") / "gap_map.html"
    gap_map(analysis).save(str(path))
    return path


@pytest.fixture
def opened(browser: Any, page: Path) -> Iterator[Visit]:
    with visit(browser, page) as seen:
        yield seen
        seen.clean()


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


def test_clauses_stand_by_the_people_they_leave_out() -> None:
    """Whatever they are about: a load that leaves out 300 before a circle that leaves out 200."""
    rows = [("FAIL", 200.0, "people"), ("PASS", None, None), ("FAIL", 300.0, None), ("FAIL", 200.0, None)]
    verdicts: Any = [SimpleNamespace(outcome=Outcome(o), residents_affected=n, people=p) for o, n, p in rows]
    assert telling.order(verdicts) == [2, 0, 3, 1]
