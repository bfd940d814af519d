"""Run the notebooks beside a copy of the data; as a program, store them again with light outputs.

    python tests/notebook_runner.py [02 05 …]

writes ``notebooks/*.ipynb`` (or those whose names begin so) anew from their ``.py``: tables and figures are
kept, maps (a megabyte each) are not.
"""

from __future__ import annotations

import os
import shutil
import sys
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
    """The notebook without heavy outputs, finished progress lines, time stamps and random ids."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell["outputs"] = [o for o in cell.outputs if o.get("data", {}).get("text/html") != ""]
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = data.get("text/html", "")
            if len(html) > LIGHT_OUTPUT or "<iframe" in html:
                data.pop("text/html")
                data["text/plain"] = "(the map: run this cell to see it)"
            elif html:
                data["text/plain"] = "(a table)"
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Store the notebooks again."""
    wanted = tuple(sys.argv[1:])
    os.environ["PYTHONPATH"] = str(ROOT / "coverage")
    for script in sorted((ROOT / "notebooks").glob("*.py")):
        if wanted and not script.name.startswith(wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(lighten(run_notebook(script, Path(folder))), script.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
