"""Every notebook runs, its two forms are one, and what is stored of its output is light."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest

from notebook_runner import run_notebook
from realdata import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
LIGHT = 60_000


def test_there_is_a_first_map() -> None:
    assert "01_first_map" in [n.stem for n in NOTEBOOKS]


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda n: n.stem)
def test_both_forms_hold_the_same_cells(script: Path) -> None:
    paired = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    cells = jupytext.read(script).cells
    assert [(c.cell_type, c.source) for c in paired.cells] == [(c.cell_type, c.source) for c in cells]
    assert script.with_suffix(".ipynb").stat().st_size < LIGHT


@pytest.mark.slow
@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda n: n.stem)
def test_it_runs(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "coverage"))
    notebook = run_notebook(script, tmp_path)
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.output_type == "error"]
    drawn = [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    assert any(len(html) > 100_000 for html in drawn), "no map"
    assert (tmp_path / "maps" / "first_map" / "gap_map.html").stat().st_size > 100_000
