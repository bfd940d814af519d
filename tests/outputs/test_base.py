"""GeoPandas' ``explore()`` on our blank map is drawn without the internet."""

from __future__ import annotations

from pathlib import Path

import folium
import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Browser

from carecircle.outputs.base import offline_base
from carecircle.outputs.map.offline import external_references
from carecircle.reach.search._numba import numba


@pytest.fixture
def rings() -> gpd.GeoDataFrame:
    boxes = [shapely.box(104, 31, 104.2, 31.2), shapely.box(104.05, 31.05, 104.1, 31.1)]
    return gpd.GeoDataFrame({"limit_min": [30, 15]}, geometry=boxes, crs=4326).to_crs(32648)


def explored(rings: gpd.GeoDataFrame) -> folium.Map:
    numba()  # what explore() imports would import it unguarded, beside a folder named coverage
    return rings.explore("limit_min", m=offline_base(rings, title="两圈", language="zh"), legend=False)


def test_the_page_asks_nobody_for_anything(rings: gpd.GeoDataFrame) -> None:
    page = explored(rings).get_root().render()
    assert not external_references(page)
    assert "<title>两圈</title>" in page


@pytest.mark.browser
def test_it_is_drawn_offline(rings: gpd.GeoDataFrame, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "rings.html"
    file.write_text(explored(rings).get_root().render(), encoding="utf-8")
    page = browser.new_page(offline=True)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("path.leaflet-interactive")
    box = page.locator("path.leaflet-interactive").first.bounding_box()
    page.close()
    assert not complaints
    assert box is not None
    assert box["height"] > 200
