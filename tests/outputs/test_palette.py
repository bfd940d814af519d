"""One source of colours, classes and roundings: said once, carried to the page whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

from carecircle.outputs import palette
from carecircle.outputs.map.pack import page_json
from carecircle.reach.snapping.snap import TRIAL_DIGITS

HOME = Path(palette.__file__).parent
WRITTEN = {".py", ".js", ".css", ".html", ".typ"}
COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def test_no_colour_of_the_palette_is_written_a_second_time() -> None:
    own = set(COLOUR.findall((HOME / "palette.py").read_text(encoding="utf-8")))
    again = {
        f"{path.relative_to(HOME)}: {colour}"
        for path in HOME.rglob("*")
        if path.suffix in {".py", ".js", ".css", ".html", ".typ"}
        and path.name not in {"palette.py", "page.js"}
        for colour in own.intersection(COLOUR.findall(path.read_text(encoding="utf-8").lower()))
    }
    assert again == set()


def test_what_python_and_typst_draw_takes_its_colours_from_the_palette() -> None:
    """In workbooks, QGIS, the report and the siting page; the map page's own sheet has further tints."""
    own = {
        f"{path.relative_to(HOME)}: {colour}"
        for path in HOME.rglob("*")
        if path.suffix in {".py", ".typ"} or (path.suffix in WRITTEN and path.is_relative_to(HOME / "sites"))
        if path.name != "palette.py"
        for colour in re.findall(r"[\"']#[0-9a-fA-F]{3,8}\b|:\s*#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8"))
    }
    assert own == set()


def test_every_variable_that_a_style_sheet_uses_is_there() -> None:
    there = set(re.findall(r"(--[\w-]+):", palette.css()))
    for path in HOME.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        own = set(re.findall(r"(--[\w-]+):", text))
        script = " ".join(p.read_text(encoding="utf-8") for p in path.parent.rglob("*.js"))
        wanted = {v for v in re.findall(r"var\((--[\w-]+)", text) if f"'{v}'" not in script}
        assert wanted <= there | own, path.name


def test_the_page_counts_with_what_python_counts_with() -> None:
    numbers = json.loads(page_json(palette.for_page()))["numbers"]
    assert numbers["placeStep"] == 10**TRIAL_DIGITS == 1000
    assert numbers["timeBreaks"] == list(palette.TIME_BREAKS)
    assert numbers["unreached"] == 4294967295
    assert len(palette.TIMES) == len(palette.TIME_BREAKS) + 1


def test_a_colour_as_qgis_and_word_write_it() -> None:
    assert palette.rgba("#1d2a33") == "29,42,51,255"
    assert palette.rgba("#ffffff", 90) == "255,255,255,90"
    assert palette.bare("#9c2a10") == "9C2A10"
