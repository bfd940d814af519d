"""What a clause's state looks like on the page: its own sign and words, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from browser import settled, visit
from carecircle.analysis import Analysis
from carecircle.outputs import gap_map, telling
from carecircle.rules import judge
from carecircle.rules.language.plan import Plan
from carecircle.study import Study

BEDS: dict[str, Any] = {
    "clause": "N", "section": "二", "quote": "床位数的一条测试用规则", "kind": "count", "numerator": "beds",
    "categories": ["乡镇卫生院"], "target": 30,
}  # fmt: skip
RULES: list[dict[str, Any]] = [
    {
        "id": "N1", "clause": "N", "section": "二", "quote": "设置1所乡镇卫生院的测试用规则",
        "kind": "count", "categories": ["乡镇卫生院"], "comparison": "==", "target": 1,
    },
    {**BEDS, "id": "N2", "permission": True},
    {**BEDS, "id": "N3", "reserve": True},
    {**BEDS, "id": "N4", "provenance": "draft"},
    {
        **BEDS, "id": "N5", "provenance": "secondary", "quote": "", "states": "thirty beds or more",
        "source": {"title": "A report", "year": 2015}, "section": "",
    },
    {
        "id": "N6", "clause": "N", "section": "二", "quote": "每个乡镇设置1所医疗卫生机构",
        "kind": "presence", "categories": ["综合医院", "乡镇卫生院"], "by": "town",
        "each": {"attribute": "facilities", "comparison": "==", "value": 1},
    },
]  # fmt: skip
MARKS = {
    "N1": "SURPLUS", "N2": "PERMISSION", "N3": "RESERVE", "N4": "DRAFT", "N5": "FAIL", "N6": "SURPLUS",
}  # fmt: skip
WORDS = {
    "SURPLUS": ("多于要求", "more than asked", "不是差距", "no gap"),
    "PERMISSION": ("允许", "permitted", "不评判", "not judged"),
    "RESERVE": ("预留", "room kept", "不评判", "not judged"),
    "DRAFT": ("草案", "draft", "不评判", "not judged"),
}


@pytest.fixture(scope="module")
def marked(analysis: Analysis) -> Analysis:
    """The county with six clauses more, its list complete."""
    more = Plan.model_validate({"plan": {"id": "made_up", "title": "made up"}, "rule": RULES})
    plan = analysis.plan.model_copy(update={"rule": (*analysis.plan.rule, *more.rule)})
    listed = {"path": "test", "complete": True, "format": "table"}
    study = Study.model_validate(
        {"name": "made_up", "title": "示例县（虚构）", "plan": "made_up", "year": 2025, "facilities": listed}
    )
    inputs = replace(analysis.inputs, study=study)
    verdicts = tuple(judge(plan, inputs, analysis.reached))
    return replace(analysis, study=study, plan=plan, inputs=inputs, verdicts=verdicts)


def test_each_state_has_a_mark_of_its_own(marked: Analysis) -> None:
    found = {v.rule: telling.mark(v) for v in marked.verdicts if v.rule in MARKS}
    assert found == MARKS
    for verdict in marked.verdicts:
        own = "SURPLUS" if verdict.state == "surplus" else verdict.outcome.value
        assert verdict.rule in MARKS or telling.mark(verdict) == own


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_the_list_and_the_card_say_it_in_both_languages(
    marked: Analysis, browser: Any, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "gap_map.html"
    gap_map(marked).save(str(path))
    with visit(browser, path, width=width, height=1000) as seen:
        tab = seen.page
        for turn in range(2):
            for rule, mark in MARKS.items():
                row = tab.locator(f".cc-clause[data-rule={rule}]")
                row.evaluate("(e) => { const g = e.closest('details'); if (g) g.open = true; }")
                assert row.locator(f".cc-badge.cc-{mark}").count() == 1
                assert row.locator(".cc-state").count() == (mark != "FAIL")
                row.click()
                card = tab.locator(".cc-open > .cc-detail")
                if mark != "FAIL":
                    word, says = WORDS[mark][turn], WORDS[mark][2 + turn]
                    assert word in row.locator(".cc-state").inner_text()
                    assert says in card.locator(".cc-state-line").inner_text()
                if rule == "N6":
                    assert ("no gap" if turn else "不是差距") in card.locator(".cc-more").first.inner_text()
                if rule == "N5":
                    assert "A report" in card.locator("cite").inner_text()
                    assert ("second-hand" if turn else "转述") in card.locator("cite").inner_text()
                if rule in ("N1", "N2"):
                    settled(tab)
                    folder = Path("maps") / "pictures"
                    folder.mkdir(parents=True, exist_ok=True)
                    row.scroll_into_view_if_needed()
                    tab.screenshot(path=str(folder / f"mark-{mark.lower()}-{width}-{['zh', 'en'][turn]}.png"))
            tab.locator("#cc-language").click()
            settled(tab)
        seen.clean()
