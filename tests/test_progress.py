"""Progress is seen where somebody looks: a terminal, a file, a notebook's cell; and nowhere else."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from rich.console import Console

from carecircle.analysis import analyze
from carecircle.progress import terminal, watched
from carecircle.texts import Sentence
from realdata import ROOT
from worlds import street_study

STAGE = Sentence("analysis.reaching", {"number": 3, "of": 7, "query": "?"})


def test_a_terminal_shows_the_stage_and_how_far_it_is() -> None:
    written = io.StringIO()
    with terminal("zh", Console(file=written, force_terminal=True, width=100)) as tell:
        tell(STAGE)
    assert "计算可达性 3/7" in written.getvalue()
    assert "━" in written.getvalue()


def test_a_file_gets_plain_lines() -> None:
    written = io.StringIO()
    with terminal("en", Console(file=written)) as tell:
        tell(STAGE)
        tell(Sentence("analysis.judging", {"rules": 2}))
    assert written.getvalue().splitlines() == ["· computing reach 3/7: ?", "· judging 2 rules"]


def test_a_script_is_silent_and_a_callers_own_is_used(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []
    analyze(street_study(tmp_path), progress=lambda stage: heard.append(stage.key))
    assert heard[0] == "analysis.reading"
    assert "inputs.reading" in heard
    assert heard[-1] == "analysis.judging"
    with watched(None, "en") as tell:
        tell(STAGE)
    assert not "".join(capsys.readouterr())


CELL = """
import sys
from carecircle import progress
from carecircle.texts import Sentence
with progress.watched(None, "en") as tell:
    tell(Sentence("analysis.judging", {"rules": 2}))
print("ipywidgets" in sys.modules)
"""


def test_a_notebooks_cell_has_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "coverage"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    seen: list[str] = []

    class Watching(NotebookClient):
        def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
            seen.append(str(msg["content"].get("data", {}).get("text/html", "")))
            return super().process_message(msg, cell, cell_index)

    Watching(notebook, timeout=120, kernel_name="python3").execute()
    assert any("judging 2 rules" in html for html in seen)
    outputs = notebook.cells[0].outputs
    assert [o["data"]["text/html"] for o in outputs if "data" in o] == [""]
    assert [o["text"].strip() for o in outputs if o.output_type == "stream"] == ["False"]


def test_importing_it_needs_no_notebook() -> None:
    code = "import sys, carecircle.progress; print('IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
