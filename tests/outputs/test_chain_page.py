"""A place's chain on the page: its line of minutes, both legs on the map, the answer to a new station."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import carecircle
from browser import settled, visit
from carecircle.outputs import gap_map
from chainworlds import street
from worlds import east


@pytest.mark.browser
def test_a_places_chain_in_minutes_and_on_the_map(browser: Any, tmp_path: Path) -> None:
    """At 4 km: 1 + 0.5 + 3 and 8 out, 10 at the scene, 8 on: 30.5 of 31. From 6 km the way out is 4."""
    analysis = carecircle.analyze(street(tmp_path / "s", turnout_min="3", ambulances="1"))
    path = tmp_path / "gap_map.html"
    gap_map(analysis).save(str(path))
    with visit(browser, path) as seen:
        page = seen.page
        page.locator("[data-rule=S3] button, button[data-rule=S3]").first.click()
        settled(page)

        def line() -> list[float]:
            lon, lat = east(4000)
            page.evaluate(
                "([lat, lng]) => carecircle.map.fire('click', {latlng: L.latLng(lat, lng)})", [lat, lon]
            )
            settled(page)
            said = page.locator("#cc-why .cc-now [data-cc=chain]").inner_text()
            return [float(n) for n in re.findall(r"(\d+\.\d) ", str(said))]

        assert line() == [1.0, 0.5, 3.0, 8.0, 10.0, 8.0, 30.5, 31.0]
        assert page.evaluate(_DRAWN) > 0
        page.evaluate(
            "([lon, lat]) => carecircle.whatif.add({category: '急救中心（站）', lon, lat})", list(east(6000))
        )
        settled(page)
        assert line() == [1.0, 0.5, 1.0, 4.0, 10.0, 8.0, 24.5, 31.0]
        page.screenshot(path=str(tmp_path / "chain.png"))
        seen.clean()


_DRAWN = """() => {
  const canvas = document.querySelector('.leaflet-cc-way-pane canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let drawn = 0;
  for (let i = 3; i < data.length; i += 4) drawn += data[i] > 0;
  return drawn;
}"""
