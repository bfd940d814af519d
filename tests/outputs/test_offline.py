from __future__ import annotations

import folium
import folium.plugins
import pytest

from carecircle.errors import UsageError
from carecircle.outputs.map.offline import (
    OfflineMap,
    escape_script,
    external_references,
    leaflet_css,
    leaflet_js,
)


def _map() -> OfflineMap:
    drawn = OfflineMap(
        bounds=(104.0, 31.0, 104.5, 31.5), title="甲</title><script>alert(1)</script>", language="zh"
    )
    folium.GeoJson({"type": "Point", "coordinates": [104.2, 31.2]}).add_to(drawn)
    return drawn


def test_the_page_asks_for_nothing() -> None:
    page = _map().get_root().render()
    assert external_references(page) == []
    assert "L.map(" in page
    assert "http://cdn" not in page
    assert "jsdelivr" not in page


def test_two_renderings_are_equal_to_the_byte() -> None:
    assert _map().get_root().render() == _map().get_root().render()


def test_the_title_is_text() -> None:
    assert "<script>alert(1)" not in _map().get_root().render()


def test_an_external_script_is_refused_by_name() -> None:
    drawn = _map()
    folium.plugins.HeatMap([[31.1, 104.1]]).add_to(drawn)
    with pytest.raises(UsageError, match="leaflet_heat"):
        drawn.get_root().render()


def test_a_plain_folium_map_is_left_as_it_was() -> None:
    OfflineMap(bounds=(0.0, 0.0, 1.0, 1.0), title="", language="en")
    assert len(folium.Map.default_js) > 0


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<img src="a.png">', ["a.png"]),
        ('<img src="data:image/png;base64,x">', []),
        ('<link rel="stylesheet" href="https://x/y.css">', ["https://x/y.css"]),
        ("<style>@import 'z.css'; a{background:url( \"q.png\" )}</style>", ["q.png", "z.css"]),
        ('<p style="background:url(w.png)">', ["w.png"]),
        ('<a href="https://elsewhere">', []),
        ("<script>var s = '<img src=x>'</script>", []),
    ],
)
def test_what_a_browser_would_fetch_is_found(page: str, found: list[str]) -> None:
    assert external_references(page) == found


def test_leaflet_is_whole_and_cannot_end_its_element() -> None:
    assert "</script" not in leaflet_js().lower()
    assert "sourceMappingURL" not in leaflet_js()
    assert leaflet_css().count("data:image/png;base64,") == 3


def test_script_text_cannot_end_its_element() -> None:
    assert escape_script("a</SCRIPT>b<!--") == "a<\\/SCRIPT>b<\\!--"


def test_the_policy_lets_nothing_be_fetched() -> None:
    page = _map().get_root().render()
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert "http" not in policy
    assert "*" not in policy
    assert "self" not in policy
