"""Studies that lack something: the page, the tables and the layers are there all the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from browser import visit
from carecircle.outputs import write as write_folder
from carecircle.rules import judge


def _without(analysis: Any, **changes: Any) -> Any:
    """The same study without some input, judged again."""
    inputs = dataclasses.replace(analysis.inputs, **changes)
    people = inputs.demand is not None
    reached = analysis.reached if people else {}
    verdicts = tuple(judge(analysis.plan, inputs, reached))
    surfaces = analysis.surfaces if people else {}
    return dataclasses.replace(analysis, inputs=inputs, reached=reached, surfaces=surfaces, verdicts=verdicts)


@pytest.mark.browser
@pytest.mark.parametrize("lacking", ["residents", "areas", "roads", "facilities", "everything"])
def test_a_study_without(browser: Any, analysis: Any, tmp_path: Path, lacking: str) -> None:
    inputs = analysis.inputs
    changes: dict[str, Any] = {}
    if lacking in ("residents", "everything"):
        changes |= {"demand": None, "ledger": None}
    if lacking in ("areas", "everything"):
        changes["areas"] = inputs.areas.iloc[:0]
    if lacking in ("roads", "everything"):
        changes["edges"] = None
    if lacking in ("facilities", "everything"):
        changes["facilities"] = inputs.facilities.iloc[:0]
    written = write_folder(_without(analysis, **changes), tmp_path / "out")
    assert len(written) >= 5
    with visit(browser, tmp_path / "out" / "gap_map.html") as seen:
        for rule in seen.page.locator("[data-rule]").evaluate_all("(all) => all.map((e) => e.dataset.rule)"):
            seen.page.locator(f"[data-rule='{rule}']").click()
        for part in ("legend", "ledger", "verdicts"):
            assert seen.page.locator(f"[data-cc={part}]").is_visible()
        assert "[object" not in seen.page.locator("#cc-panel").inner_text()
        seen.page.evaluate("() => carecircle.map.fire('click', {latlng: carecircle.map.getCenter()})")
        seen.clean()
