"""Lanes likely missing, on the page: a layer that is off until asked for, and what hangs on them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from browser import settled, visit
from carecircle.analysis import Analysis
from carecircle.missing_roads import missing_roads
from carecircle.outputs import gap_map
from carecircle.outputs.map.lanes import lanes
from carecircle.outputs.map.pack import Block


def test_the_page_has_every_group_its_minutes_and_the_clauses(hills: Analysis) -> None:
    found, told = missing_roads(hills), lanes(hills, Block())
    assert told is not None
    assert len(told["groups"]) == len(found.groups) > 0
    assert told["residents"] == pytest.approx(math.fsum(found.groups["off_road"]))
    assert told["shapes"]["rings"][1] == len(found.links)
    first, group = told["groups"][0], found.groups.iloc[0]
    assert (first["residents"], first["minutes"]) == (group["off_road"], round(group["on_foot_min"], 1))
    place = found.groups.to_crs(4326).geometry.iloc[0]
    assert (first["lon"], first["lat"]) == pytest.approx((place.x, place.y), abs=1e-6)
    assert [v["en"].split(":")[0] for v in told["verdicts"]] == list(found.verdicts["rule"])
    for sentence, passes in zip(told["verdicts"], found.verdicts["could_pass"], strict=True):
        assert sentence["en"].endswith("would be met if it did not") == passes


def test_without_terrain_no_road_is_looked_for(embedded: Analysis) -> None:
    assert lanes(embedded, Block()) is None


@pytest.mark.browser
def test_the_layer_is_off_until_switched_on(browser: Any, hills: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "gap_map.html"
    gap_map(hills).save(str(path))
    with visit(browser, path) as seen:
        page = seen.page
        drawn = "() => document.querySelector('.leaflet-cc-lanes-pane canvas')"
        title = page.evaluate(
            "() => JSON.parse(document.getElementById('cc-page').textContent).words.page_layer_lanes.zh"
        )
        assert title not in page.locator("#cc-legend").inner_text()
        page.locator("#cc-layers summary").click()
        page.locator("#cc-layers input[value=lanes]").check()
        settled(page)
        legend = page.locator("#cc-legend")
        assert title in legend.inner_text()
        rule = lanes(hills, Block())["verdicts"][0]["zh"]
        assert rule in legend.inner_text()
        inked = page.evaluate(
            f"{drawn} && (() => {{ const c = ({drawn})();"
            " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0); })()"
        )
        assert inked
        legend.locator("button.cc-area").first.click()
        settled(page)
        assert page.locator("#cc-why").is_visible()
        seen.clean()
