"""Access measures on the page: their classes, their legend, who is worst off, as the analysis has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import carecircle
from browser import visit
from carecircle.outputs import gap_map
from carecircle.outputs.map import fair
from carecircle.outputs.map.gap_map import page_data
from carecircle.outputs.map.pack import Blocks
from carecircle.outputs.palette import TIMES
from trialtown import write_town

ASKED = """
[[access]]
measure = "nearest_nth"
title = "去卫生院"
categories = ["乡镇卫生院"]
mode = "walk"
[[access]]
measure = "two_step_fca"
categories = ["乡镇卫生院"]
mode = "drive"
limit_min = 6
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    study = write_town(tmp_path_factory.mktemp("fair"))
    study.write_text(study.read_text("utf-8") + ASKED, encoding="utf-8")
    return carecircle.analyze(study)


def test_classes_part_people_evenly_and_the_best_is_first(town: carecircle.Analysis) -> None:
    for told, found in zip(fair.access(town, Blocks()), town.accesses, strict=True):
        value = found.frame["value"].to_numpy(float)
        people = found.frame["residents"].to_numpy(float)
        classes = fair._classes(value, people, told["breaks"], more=found.more)
        assert (classes[~np.isfinite(value) & (people > 0)] == fair.NONE).all()
        placed = np.isfinite(value) & (people > 0)
        order = np.argsort(value[placed], kind="stable")
        assert (np.diff(classes[placed][order]) * (-1 if found.more else 1) >= 0).all()
        assert classes[placed].max() < len(TIMES)
    minutes = fair.access(town, Blocks())[0]
    held = [people[placed & (fair._classes(value, people, minutes["breaks"], more=False) == 0)].sum()
            for value, people in [(town.accesses[0].frame["value"].to_numpy(float),
                                   town.accesses[0].frame["residents"].to_numpy(float))]
            for placed in [np.isfinite(value)]]  # fmt: skip
    whole = town.accesses[0].frame["residents"][np.isfinite(town.accesses[0].frame["value"])].sum()
    assert held[0] / whole == pytest.approx(1 / len(TIMES), abs=0.02)


def test_a_page_without_them_has_no_word_of_them(town: carecircle.Analysis) -> None:
    data, _ = page_data(town)
    assert len(data["access"]) == 2
    assert data["words"]["page_shade_access0"]["zh"] == "去卫生院"
    bare = town.study.model_copy(update={"access": None})
    inputs = replace(town.inputs, study=bare)
    data, _ = page_data(carecircle.Analysis(**{**vars_of(town), "study": bare, "inputs": inputs}))
    assert "access" not in data
    assert not [key for key in data["words"] if key.startswith(("page_shade_access", "page_shade_worst"))]


def vars_of(analysis: carecircle.Analysis) -> dict[str, Any]:
    return {name: getattr(analysis, name) for name in analysis.__dataclass_fields__}


@pytest.mark.browser
def test_the_page_shades_them(browser: Any, town: carecircle.Analysis, tmp_path: Path) -> None:
    path = tmp_path / "gap_map.html"
    path.write_text(gap_map(town).get_root().render(), encoding="utf-8")
    with visit(browser, path) as seen:
        page = seen.page
        page.evaluate("document.getElementById('cc-layers').open = true")
        page.check("input[name=cc-shading][value=access0]")
        legend = page.inner_text("[data-cc=legend]")
        assert "去卫生院" in legend
        page.check("input[name=cc-shading][value=worst0]")
        worst = town.accesses[0].worst_off(0.1)["residents"].sum()
        assert f"{worst:,.0f}" in page.inner_text("[data-cc=legend]")
        assert page.locator("[data-cc=worst] li").count() == 1
        page.check("input[name=cc-shading][value=access1]")
        assert "2SFCA" in page.inner_text("[data-cc=legend]")
