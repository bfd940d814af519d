"""gallery.html: many studies side by side, read from their output folders; offline, sortable."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from carecircle.errors import CarecircleError, InputError, UsageError, raise_all
from carecircle.outputs.ours import put_page
from carecircle.outputs.pages.folder import Run, read_run
from carecircle.outputs.pages.markup import page
from carecircle.texts import Language, say

_SORTS = ("people", "share", "unmet", "name")


def write_gallery(folders: Sequence[str | Path], out: str | Path, language: Language) -> Path:
    """Write one page that sets output folders side by side.

    Parameters
    ----------
    folders
        Folders that ``carecircle run`` wrote.
    out
        The page's file; links to each map are relative to it.
    language
        The page opens in; it can be switched.

    Raises
    ------
    InputError
        If a folder is not an output folder; every such folder is named.
    OutputError
        If the page cannot be written, or the file is there already and no gallery of ours.
    """
    if not folders:
        raise UsageError("pages.no_folders")
    runs: list[Run] = []
    faults: list[CarecircleError] = []
    for folder in folders:
        try:
            runs.append(read_run(folder))
        except InputError as fault:
            faults.append(fault)
    raise_all(faults)
    path = Path(out)
    put_page(path, gallery_page(runs, path.parent, language), mark='<div class="cc-cards">')
    return path


def gallery_page(runs: Sequence[Run], home: Path, language: Language) -> str:
    """The page, most people left out first; ``home`` is the folder that it will lie in."""
    ranked = sorted(runs, key=lambda r: (-(r.left_out or 0.0), r.title))
    return page(
        "gallery.html",
        say("pages.gallery", language),
        language,
        cards=[_card(run, home) for run in ranked],
        sorts=_SORTS,
        plans=len({r.plan for r in runs}),
    )


def _card(run: Run, home: Path) -> dict[str, Any]:
    there, index = _link(run.folder / "gap_map.html", home), run.folder / "index.html"
    return {
        "run": run,
        "data": {
            "people": f"{run.left_out or 0.0:.6f}",
            "share": f"{run.share_left_out or 0.0:.9f}",
            "unmet": str(run.outcomes["FAIL"]),
            "name": run.title,
        },
        "map": there,
        "first": _link(index, home) if index.is_file() else there,
    }


def _link(file: Path, home: Path) -> str:
    """A relative link; a whole one where the file lies on another drive."""
    try:
        return quote(Path(os.path.relpath(file.resolve(), home.resolve())).as_posix())
    except ValueError:
        return file.resolve().as_uri()
