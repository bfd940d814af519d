"""Pictures of the page in each state, kept in maps/pictures/ to be looked at; none blank, none too wide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

import carecircle
from browser import settled, visit
from carecircle.outputs import gap_map


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, embedded: carecircle.Analysis) -> Path:
    path = tmp_path_factory.mktemp("states") / "gap_map.html"
    gap_map(embedded).save(str(path))
    return path


def _clause(tab: Any) -> None:
    tab.locator("[data-rule='B1.circle']").click()


def _ask(tab: Any) -> None:
    """A click on residents in the middle of what is seen of the map whom the chosen clause leaves out."""
    tab.evaluate(
        """() => {
          const map = carecircle.map, narrow = innerWidth < 820;
          const middle = narrow ? L.point(195, 220) : map.getSize().divideBy(2);
          if (narrow) map.setZoomAround(middle, map.getZoom() + 2.5, {animate: false});
          const seen = [], left = (c) => c.rule === 'B1.circle' && c.status === 'not_covered';
          for (let x = -200; x <= 200; x += 10) for (let y = -200; y <= 200; y += 10) {
            const at = map.containerPointToLatLng(middle.add([x, y]));
            const here = carecircle.explain(at.lng, at.lat, []);
            if (here && here.clauses.some(left)) seen.push(here);
          }
          const most = seen.sort((a, b) => b.residents - a.residents)[0];
          map.fire('click', {latlng: L.latLng(most.lat, most.lon)});
        }"""
    )


def opening(tab: Any) -> None:
    """As it opens."""


def why_red(tab: Any) -> None:
    _clause(tab)
    _ask(tab)


def added(tab: Any) -> None:
    _clause(tab)
    tab.locator("#cc-try").click()
    tab.locator("#cc-arm").click()
    _ask(tab)


def dragged(tab: Any) -> None:
    added(tab)
    box = tab.locator(".cc-site").bounding_box()
    tab.mouse.move(box["x"] + 13, box["y"] + 13)
    tab.mouse.down()
    tab.mouse.move(box["x"] - 60, box["y"] + 90, steps=5)
    tab.mouse.up()


def switched_off(tab: Any) -> None:
    _clause(tab)
    tab.locator("#cc-try").click()
    tab.evaluate("() => carecircle.whatif.toggle(JSON.parse(document.getElementById('cc-page').textContent)"
                 ".clauses.find((c) => c.rule === 'B1.circle').asked[0])")  # fmt: skip


def side_by_side(tab: Any) -> None:
    added(tab)
    for name in ("东", "西"):
        tab.evaluate("(n) => carecircle.whatif.keep(n)", name)
    tab.locator("#cc-trial > .cc-link").click()


def english(tab: Any) -> None:
    tab.locator("#cc-language").click()
    _clause(tab)


def searched(tab: Any) -> None:
    tab.locator("#cc-find").fill("卫生")


def every_layer(tab: Any) -> None:
    tab.locator("#cc-layers summary").click()
    for box in tab.locator("#cc-layers input[type=checkbox]").all():
        box.check()


def printed(tab: Any) -> None:
    tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")


STATES: dict[str, Callable[[Any], None]] = {
    f.__name__: f
    for f in (
        opening, why_red, added, dragged, switched_off, side_by_side, english, searched, every_layer, printed,
    )
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "width", "height"),
    [*((s, 1440, 900) for s in STATES), *((s, 390, 844) for s in STATES if s not in ("dragged", "printed"))],
)
def test_a_picture(browser: Any, page: Path, root: Path, state: str, width: int, height: int) -> None:
    kept = root / "maps" / "pictures" / f"{state}-{width}.png"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with visit(browser, page, width=width, height=height) as seen:
        if width < 820 and state in ("english", "searched"):
            seen.page.evaluate("() => { document.body.dataset.sheet = 'full'; }")
        STATES[state](seen.page)
        settled(seen.page)
        seen.page.screenshot(path=kept)
        assert seen.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth") or (
            state == "printed"
        )
        seen.clean()
    colours = np.unique(imread(kept)[..., :3].reshape(-1, 3)[::7], axis=0)
    assert len(colours) > 200


@pytest.mark.browser
@pytest.mark.slow
def test_a_clause_that_does_not_ask_about_a_place_says_so_there(browser: Any, page: Path) -> None:
    """A village and a clause about urban residents: said in words, and no way is drawn."""
    with visit(browser, page) as seen:
        _clause(seen.page)
        found = seen.page.evaluate(
            """() => { const size = carecircle.map.getSize();
              for (let x = 100; x < size.x; x += 9) for (let y = 100; y < size.y; y += 9) {
                const at = carecircle.map.containerPointToLatLng([x, y]);
                const here = carecircle.explain(at.lng, at.lat, []);
                const mine = here.clauses.find((c) => c.rule === 'B1.circle');
                if (mine.status === 'outside' && mine.facility) return here;
              } }"""
        )
        place = [found["lat"], found["lon"]]
        seen.page.evaluate("(at) => carecircle.map.fire('click', {latlng: L.latLng(at)})", place)
        first = seen.page.locator("[data-cc=why] li").first
        assert "B1.circle" in first.inner_text()
        assert "本条不涉及此处居民" in first.inner_text()
        inked = """() => { const c = document.querySelector('.leaflet-cc-way-pane canvas');
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"""
        assert 0 < seen.page.evaluate(inked) < 1200  # the ring around the place, and nothing else
        seen.clean()
