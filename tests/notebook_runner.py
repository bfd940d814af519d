"""Run the notebooks beside a copy of the data; as a program, store them again with light outputs.

    python tests/notebook_runner.py

writes every ``notebooks/*.ipynb`` anew from its ``.py``: tables are kept, maps (a megabyte each) are not.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

from realdata import ROOT

LIGHT_OUTPUT = 20_000


def run_notebook(script: Path, folder: Path) -> nbformat.NotebookNode:
    """A notebook with its outputs, executed in ``folder/notebooks`` with ``folder/data`` beside it."""
    shutil.copytree(ROOT / "data", folder / "data", dirs_exist_ok=True)
    (folder / "notebooks").mkdir(exist_ok=True)
    notebook = jupytext.read(script)
    resources = {"metadata": {"path": str(folder / "notebooks")}}
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources=resources).execute()
    return notebook


def lighten(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without heavy outputs, time stamps and random ids, so that a rerun changes nothing."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if len(data.get("text/html", "")) > LIGHT_OUTPUT:
                data.pop("text/html")
                data["text/plain"] = "(the map: run this cell to see it)"
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Store every notebook again."""
    os.environ["PYTHONPATH"] = str(ROOT / "coverage")
    for script in sorted((ROOT / "notebooks").glob("*.py")):
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(lighten(run_notebook(script, Path(folder))), script.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
