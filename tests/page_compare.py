"""Compare two gap maps: data, blocks, what 200 places and 200 moves come to, and pictures pixel by pixel.

``python tests/page_compare.py BEFORE.html AFTER.html FOLDER [STATE ...]``: what each page shows is kept in
FOLDER under its hash, so that a page is driven once; without states all are pictured.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from matplotlib.image import imread

from browser import chromium, visit

SIZES = ((1440, 900), (390, 844))
SEED = 2025
"""Of the places and the moves: a linear congruence, the same in both pages."""
DRAW = """let seed = %d; const draw = () => (seed = (seed * 1103515245 + 12345) %% 2147483648) / 2147483648;
const page = JSON.parse(document.getElementById('cc-page').textContent);
const [west, south, east, north] = page.bounds;
const lon = () => west + draw() * (east - west), lat = () => south + draw() * (north - south);"""
PLACES = (
    "() => {" + DRAW % SEED + " return Array.from({length: 200}, () => carecircle.explain(lon(), lat())) }"
)
MOVES = (
    "() => {"
    + DRAW % (SEED + 1)
    + """
  const try_ = carecircle.whatif, said = [], sites = [];
  const shops = [...new Set(page.queries.flatMap((q) => q.serving))];
  for (let k = 0; k < 200; k++) {
    const act = draw();
    if (act < 0.4 || !sites.length) {
      const kind = page.kinds[k % page.kinds.length];
      const {category, designations} = kind;
      sites.push(try_.add({category, designations, lon: lon(), lat: lat(), name: `n${k}`}));
    } else if (act < 0.65) try_.move(sites[Math.floor(draw() * sites.length)], lon(), lat());
    else if (act < 0.75) try_.remove(sites.splice(Math.floor(draw() * sites.length), 1)[0]);
    else try_.toggle(shops[Math.floor(draw() * shops.length)]);
    said.push(try_.verdicts());
    if (k % 40 === 39) said.push(page.clauses.filter((c) => c.people && c.query !== null)
      .map((c) => try_.reached(c.rule)), try_.table());
  }
  try_.reset();
  return said.concat(try_.verdicts());
}"""
)


def held(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The page's JSON, and its other blocks as text."""
    text = path.read_text(encoding="utf-8")
    found = dict(
        re.findall(r'<script type="application/json" id="(cc-[^"]+)">(.*?)</script>', text, re.DOTALL)
    )
    return json.loads(found.pop("cc-page")), found


def differences(before: Any, after: Any, at: str = "") -> Iterator[str]:
    """Where two JSON values differ; ``+`` marks keys that only the second has."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            if key not in after:
                yield f"- {at}.{key}"
            elif key not in before:
                yield f"+ {at}.{key}"
            else:
                yield from differences(before[key], after[key], f"{at}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{at}[{i}]")
    elif before != after:
        yield f"! {at}: {str(before)[:60]} -> {str(after)[:60]}"


def _clause(tab: Any, rule: str = "B1.circle") -> None:
    named = tab.locator(f"[data-rule='{rule}']")
    (named if named.count() else tab.locator("[data-rule]").nth(1)).click()


def _ask(tab: Any) -> None:
    tab.evaluate(
        "() => { const map = carecircle.map, at = map.getCenter();"
        " const near = carecircle.explain(at.lng, at.lat, []);"
        " map.fire('click', {latlng: L.latLng(near.lat, near.lon),"
        " containerPoint: map.latLngToContainerPoint([near.lat, near.lon])}); }"
    )


def _layers(tab: Any) -> None:
    tab.locator("#cc-layers > summary").click()
    for name in ("findings", "islands", "others"):
        if tab.locator(f"#cc-layers input[value={name}]").count():
            tab.locator(f"#cc-layers input[value={name}]").click()


def _why(tab: Any) -> None:
    _clause(tab)
    _ask(tab)


def _trial(tab: Any) -> None:
    _clause(tab)
    tab.locator("#cc-try").click()
    tab.locator("#cc-arm").click()
    _ask(tab)
    tab.locator("#cc-arm").click()


def _scenarios(tab: Any) -> None:
    _trial(tab)
    tab.evaluate("() => carecircle.whatif.keep('one')")
    tab.evaluate("() => carecircle.whatif.load('one')")
    tab.locator("#cc-trial > .cc-link").click()


def _swipe(tab: Any) -> None:
    _trial(tab)
    tab.locator("#cc-try").click()
    tab.locator("#cc-compare").click()


def _swipe_clauses(tab: Any) -> None:
    tab.locator("#cc-compare").click()
    options = tab.locator("#cc-swipe-kind option")
    tab.locator("#cc-swipe-kind").select_option(options.last.get_attribute("value"))


def _print(tab: Any) -> None:
    _clause(tab)
    tab.emulate_media(media="print")
    tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")


def _shading(name: str) -> Callable[[Any], None]:
    def choose(tab: Any) -> None:
        _clause(tab, "L1.radius" if name == "paper" else "B1.circle")
        tab.locator("#cc-layers > summary").click()
        tab.locator(f"#cc-layers input[value={name}]").click()

    return choose


STATES: dict[str, Callable[[Any], None]] = {
    "findings": _layers,
    "why": _why,
    "trial": _trial,
    "scenarios": _scenarios,
    "swipe": _swipe,
    "swipe_clauses": _swipe_clauses,
    "print": _print,
    "english": lambda tab: tab.locator("#cc-language").click(),
    **{f"shade_{name}": _shading(name) for name in ("village", "surface", "people", "catchments", "paper")},
}
STILL = """() => { carecircle.map.fire('moveend');
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 400))); }"""
"""All is drawn anew (a part drawn alone differs by a shade at its edge), with what rests a moment."""


def driven(path: Path, folder: Path, states: list[str]) -> tuple[list[Any], dict[str, bytes]]:
    """What a page answers to the places and the moves, and a picture of each state at each size."""
    kept = folder / hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    kept.mkdir(parents=True, exist_ok=True)
    shown: dict[str, bytes] = {}
    with chromium() as browser:
        if not (kept / "answers.json").exists():
            with visit(browser, path) as seen:
                told = [seen.page.evaluate(PLACES), seen.page.evaluate(MOVES)]
                seen.clean()
            (kept / "answers.json").write_text(json.dumps(told), encoding="utf-8")
        for width, height in SIZES:
            for name in states:
                picture = kept / f"{name}-{width}.png"
                if not picture.exists():
                    with visit(browser, path, width=width, height=height, reduced_motion="reduce") as seen:
                        seen.page.set_default_timeout(20_000)
                        STATES[name](seen.page)
                        seen.page.mouse.move(5, 5)
                        seen.page.evaluate("() => document.activeElement && document.activeElement.blur()")
                        seen.page.evaluate(STILL)
                        seen.page.screenshot(path=picture, animations="disabled")
                        seen.clean()
                shown[f"{name}-{width}"] = picture.read_bytes()
    return json.loads((kept / "answers.json").read_text(encoding="utf-8")), shown


def differing(before: bytes, after: bytes) -> int:
    """Pixels of two pictures that differ; all where their sizes do."""
    one, other = imread(io.BytesIO(before)), imread(io.BytesIO(after))
    return int((one != other).any(axis=2).sum()) if one.shape == other.shape else one.size


def main(before: Path, after: Path, folder: Path, states: list[str]) -> int:
    """Say every difference; returns 1 where answers, blocks, values or pictures are not the same."""
    (data, blocks), (data2, blocks2) = held(before), held(after)
    said = list(differences(data, data2, "page"))
    said += [f"! block {name}" for name in {**blocks, **blocks2} if blocks.get(name) != blocks2.get(name)]
    (told, shown), (told2, shown2) = (driven(path, folder, states) for path in (before, after))
    for name, one, other in zip(("explain", "whatif"), told, told2, strict=True):
        said += list(differences(one, other, name))[:5]
        print(f"{name}: {len(one)} answers compared")
    for name in shown:
        pixels = differing(shown[name], shown2[name])
        print(f"{name}: {pixels} pixels differ")
        if pixels:
            said.append(f"! picture {name}")
    bad = [line for line in said if not line.startswith("+")]
    print(*said, f"{len(bad)} differences besides new keys", sep="\n")
    return int(bool(bad))


if __name__ == "__main__":
    one, other, kept = map(Path, sys.argv[1:4])
    sys.exit(main(one, other, kept, sys.argv[4:] or list(STATES)))
