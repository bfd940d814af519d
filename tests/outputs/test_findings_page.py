"""The doctor's map as a page: it stands, has a height, and its list can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser import visit
from carecircle.doctor import examine
from carecircle.outputs.findings_map import write_findings
from worlds import street_study


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_of_findings_fills_its_page(browser: Any, tmp_path: Path, language: Any) -> None:
    page = tmp_path / "findings.html"
    write_findings(examine(street_study(tmp_path / "street")), page, language)
    with visit(browser, page, width=1200, height=800) as seen:
        drawn = seen.page.locator(".folium-map").bounding_box()
        assert drawn["height"] == pytest.approx(800, abs=1)
        assert drawn["width"] == pytest.approx(1200, abs=1)
        assert seen.page.locator(".cc-findings li").count() > 0
        outline = seen.page.locator(".folium-map path.leaflet-interactive").first.bounding_box()
        assert min(outline["width"], outline["height"]) > 20
        font = seen.page.evaluate("() => getComputedStyle(document.body).fontFamily")
        assert "PingFang" in font
        seen.clean()
