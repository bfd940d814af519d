"""Every notebook runs, its two forms are one, and what is stored of its output is light.

``make test`` runs those of `ALWAYS`, ``make samples`` the others.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import jupytext
import nbformat
import pytest

from carecircle.outputs.map.offline import external_references
from notebook_runner import lighten, run_notebook
from realdata import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
ALWAYS = ("01_first_map", "03_judging", "05_circle_against_road")
LIGHT = 150_000


def outputs_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [o for cell in notebook.cells for o in cell.get("outputs", [])]


def test_all_are_there() -> None:
    assert [n.stem[:2] for n in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"]
    assert {n.stem for n in NOTEBOOKS} >= set(ALWAYS)


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda n: n.stem)
def test_both_forms_hold_the_same_cells(script: Path) -> None:
    paired = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    cells = jupytext.read(script).cells
    assert [(c.cell_type, c.source) for c in paired.cells] == [(c.cell_type, c.source) for c in cells]


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda n: n.stem)
def test_what_is_stored_is_light_and_tells_nothing_of_the_machine(script: Path) -> None:
    text = script.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert len(text) < LIGHT
    assert not re.search(r"/(?:tmp|home|work)/|[A-Z]:\\\\", text)
    assert "<iframe" not in text
    assert outputs_of(nbformat.reads(text, as_version=4)), "stored without its outputs"


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda n: n.stem)
def test_every_text_is_in_both_languages(script: Path) -> None:
    for cell in jupytext.read(script).cells:
        if cell.cell_type == "markdown":
            assert re.search(r"[\u4e00-\u9fff]", cell.source), cell.source
            assert re.search(r"[a-z]{3,} [a-z]{2,}", cell.source) or cell.source.startswith("#"), cell.source


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [pytest.param(n, marks=[pytest.mark.campaign][n.stem in ALWAYS :], id=n.stem) for n in NOTEBOOKS],
)
def test_it_runs(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "coverage"))
    notebook = run_notebook(script, tmp_path)
    outputs = outputs_of(notebook)
    assert not [o for o in outputs if o.output_type == "error"]
    drawn = [o["data"] for o in outputs if "data" in o]
    maps = [d for d in drawn if len(d.get("text/html", "")) > 100_000]
    assert maps or [d for d in drawn if "image/png" in d], "neither figure nor map"
    assert not [found for d in maps for found in external_references(unescape(d["text/html"]))]
    if script.stem == "01_first_map":
        assert maps
        assert (tmp_path / "maps" / "first_map" / "gap_map.html").stat().st_size > 100_000
    assert len(nbformat.writes(lighten(notebook))) < LIGHT
