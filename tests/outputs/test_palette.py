"""One source of colours, classes and roundings: said once, carried to the page whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

from carecircle import colours
from carecircle.outputs import palette
from carecircle.outputs.map.pack import page_json
from carecircle.reach.snapping.snap import TRIAL_DIGITS

HOME = Path(palette.__file__).parent
PACKAGE = Path(colours.__file__).parent
WRITTEN = {".py", ".js", ".css", ".html", ".typ"}
COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?!-)|(?:rgb|hsl)a?\(\s*\d", re.IGNORECASE)
"""As Python, typst, style sheets and scripts write one."""
BUNDLES = {"map/page/page.js", "sites/page/siting.js"}


def test_every_colour_stands_in_one_room() -> None:
    """Also where one is used once: what draws names it, and is handed it by `carecircle.colours`."""
    rooms = {PACKAGE / "colours.py", *(HOME / bundle for bundle in BUNDLES)}
    found = {
        f"{path.relative_to(PACKAGE)}:{number}: {colour[0]}"
        for path in PACKAGE.rglob("*")
        if path.suffix in WRITTEN and path not in rooms
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for colour in [COLOUR.search(line)]
        if colour
    }
    assert found == set()


def test_a_colour_is_known_however_it_is_written() -> None:
    for one in (
        "#fff",
        "color:#0b4fa6;",
        "'#F3D9CF'",
        "#0003",
        "rgba(29,42,51,.5)",
        "rgb( 1 2 3 )",
        "hsl(1,2%,3%)",
    ):
        assert COLOUR.search(one), one
    for none in (
        "#cc-panel",
        "#cs-foot",
        "rgba(INK)",
        "rgba(var(--ink-rgb),.5)",
        "rgb(data.palette.ink)",
        "#faces",
    ):
        assert not COLOUR.search(none), none


def test_every_variable_that_a_style_sheet_uses_is_there() -> None:
    there = set(re.findall(r"(--[\w-]+):", palette.css()))
    for path in HOME.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        own = set(re.findall(r"(--[\w-]+):", text))
        script = " ".join(p.read_text(encoding="utf-8") for p in path.parent.rglob("*.js"))
        wanted = {v for v in re.findall(r"var\((--[\w-]+)", text) if f"'{v}'" not in script}
        assert wanted <= there | own, path.name


def test_no_sheet_or_script_sets_a_variable_of_the_palette_to_something_else() -> None:
    ours = set(re.findall(r"(--[\w-]+):", palette.css()))
    for path in HOME.rglob("*"):
        if path.suffix in {".css", ".js", ".html"}:
            set_here = set(re.findall(r"(--[\w-]+):|setProperty\(['\"](--[\w-]+)", path.read_text("utf-8")))
            assert not ours & {name for pair in set_here for name in pair}, path.name


def test_the_page_counts_with_what_python_counts_with() -> None:
    numbers = json.loads(page_json(palette.for_page()))["numbers"]
    assert numbers["placeStep"] == 10**TRIAL_DIGITS == 1000
    assert numbers["timeBreaks"] == list(palette.TIME_BREAKS)
    assert numbers["unreached"] == 4294967295
    assert len(colours.TIMES) == len(palette.TIME_BREAKS) + 1


def test_a_colour_as_qgis_and_word_write_it() -> None:
    assert palette.rgba("#1d2a33") == "29,42,51,255"
    assert palette.rgba("#ffffff", 90) == "255,255,255,90"
    assert palette.rgba("#fff") == "255,255,255,255"
    assert palette.rgba("#1d2a33", None) == "29,42,51"
    assert palette.bare("#9c2a10") == "9C2A10"
