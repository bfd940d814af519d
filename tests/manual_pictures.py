"""The manual's pictures of the page, made anew from the embedded county in both languages.

    PYTHONPATH=coverage:tests:tests/outputs python tests/manual_pictures.py FOLDER

FOLDER is what ``carecircle demo`` wrote. Run by hand when the page looks different; ``docs/pictures`` holds
what this writes. Needs Chromium and Pillow.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import test_states as states
from PIL import Image

from browser import chromium, settled, visit
from realdata import ROOT

WIDTH, HEIGHT, COLOURS = 1440, 900, 128
PLACE = [39.98393545939304, 101.90106993417702]
"""Where somebody clicks: homes in the embedded county too far from a community health institution."""


def _click(tab: Any) -> None:
    tab.evaluate("(at) => carecircle.map.fire('click', {latlng: L.latLng(at)})", PLACE)


def why(tab: Any) -> None:
    """Why the place is red."""
    states._clause(tab)
    settled(tab)
    _click(tab)


def whatif(tab: Any) -> None:
    """A site tried at the place."""
    states._clause(tab)
    settled(tab)
    tab.locator("#cc-try").click()
    tab.locator("#cc-arm").click()
    _click(tab)


STATES: dict[str, Callable[[Any], None]] = {
    "opening": states.opening,
    "clause": states._clause,
    "why": why,
    "whatif": whatif,
}
"""Name of a picture of the map, and what a reader has done before; the index is taken as it opens."""


def taken(folder: Path, language: str) -> dict[str, bytes]:
    """Each picture in one language, of few colours so that it is small."""
    found = {}
    with chromium() as browser:
        index = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        index.goto((folder / "index.html").resolve().as_uri())
        if language == "en":
            index.get_by_text("English", exact=True).click()
        found[f"{language}_index.png"] = small(index.screenshot(animations="disabled"))
        for name, act in STATES.items():
            with visit(browser, folder / "gap_map.html", width=WIDTH, height=HEIGHT) as seen:
                if language == "en":
                    seen.page.locator("#cc-language").click()
                act(seen.page)
                settled(seen.page)
                found[f"{language}_{name}.png"] = small(seen.page.screenshot(animations="disabled"))
    return found


def small(shot: bytes) -> bytes:
    """A picture of few colours."""
    few = Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Write every picture that a page of the manual shows."""
    shown = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("**/*.md"))
    for language in ("zh", "en"):
        for name, picture in taken(Path(sys.argv[1]), language).items():
            if name in shown:
                (ROOT / "docs" / "pictures" / name).write_bytes(picture)
                print(name, len(picture) // 1000, "kB")


if __name__ == "__main__":
    main()
