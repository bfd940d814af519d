"""gallery.html: many studies side by side, read from their output folders; offline, sortable."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from carecircle.errors import CarecircleError, InputError, UsageError, raise_all
from carecircle.outputs.folder import Run, read_run
from carecircle.outputs.markup import both, headline, page, picture, tally
from carecircle.outputs.ours import put_page
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
    choices = "".join(
        f'<button type="button" data-sort="{key}" aria-pressed="{"true" if key == "people" else "false"}">'
        f"{both(f'sort_{key}')}</button>"
        for key in _SORTS
    )
    warning = f'<p class="cc-small">{both("different_plans")}</p>' if len({r.plan for r in runs}) > 1 else ""
    cards = "".join(_card(run, home) for run in ranked)
    reading = f'<p class="cc-small">{both("key")}</p>'
    body = (
        f"<h1>{both('gallery')}</h1><p>{both('gallery_lead', n=len(runs))}</p>{reading}{warning}"
        f'<p class="cc-sort">{both("sort")} {choices}</p><div class="cc-cards">{cards}</div>'
    )
    return page(say("pages.gallery", language), language, body)


def _card(run: Run, home: Path) -> str:
    share = run.share_left_out
    keys = {
        "people": f"{run.left_out or 0.0:.6f}",
        "share": f"{share or 0.0:.9f}",
        "unmet": str(run.outcomes["FAIL"]),
        "name": run.title,
    }
    data = " ".join(f'data-{k}="{escape(v, quote=True)}"' for k, v in keys.items())
    there = _link(run.folder / "gap_map.html", home)
    index = run.folder / "index.html"
    first = _link(index, home) if index.is_file() else there
    made = both("made", version=run.version, date=run.created, run=run.fingerprint)
    number = f"<br>{both('map_number', number=run.map_number)}" if run.map_number else ""
    return (
        f'<article {data}><a class="cc-picture" href="{there}">{picture(run)}</a>'
        f'<h2><a href="{first}">{escape(run.title)}</a></h2><p class="cc-small">{escape(run.plan)}</p>'
        f'{headline(run)}{tally(run)}<p class="cc-links"><a href="{there}">{both("open_map")}</a></p>'
        f'<p class="cc-small">{made}{number}</p>'
        "</article>"
    )


def _link(file: Path, home: Path) -> str:
    """A relative link; a whole one where the file lies on another drive."""
    try:
        return quote(Path(os.path.relpath(file.resolve(), home.resolve())).as_posix())
    except ValueError:
        return file.resolve().as_uri()
