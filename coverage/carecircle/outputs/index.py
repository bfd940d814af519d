"""index.html: the first thing to open in an output folder; the answer, then every file with its use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from carecircle.outputs.folder import FILES, Run, read_run, sizes_in
from carecircle.outputs.markup import both, headline, key, page, picture, spoken, tally
from carecircle.rules.verdict import shown
from carecircle.texts import Sentence

_MOST = 12
_SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< "}


def write_index(folder: Path, into: Path | None = None) -> None:
    """Write the index of an output folder from what lies in it.

    Parameters
    ----------
    folder
        Holds a run.
    into
        Where the index goes, and lists the files of this folder too: they are on their way into the other.

    Raises
    ------
    InputError
        If the folder is not an output folder.
    """
    run = read_run(folder)
    if into is not None:
        run = replace(run, sizes=sizes_in(into, folder))
    ((into or folder) / "index.html").write_text(index_page(run), encoding="utf-8", newline="\n")


def index_page(run: Run) -> str:
    """The page; links are relative, nothing is fetched."""
    map_link = f'<a class="cc-go" href="gap_map.html">{both("open_map")}</a>'
    if "report.pdf" in run.sizes:
        map_link += f'<a class="cc-go cc-quiet" href="report.pdf">{both("open_report")}</a>'
    made = both("made", version=run.version, date=run.created, run=run.fingerprint)
    number = f"<li>{both('map_number', number=run.map_number)}</li>" if run.map_number else ""
    eyebrow = Sentence("outputs.page_eyebrow", {"plan": run.plan, "year": str(run.year)})
    body = (
        f'<p class="cc-eyebrow">{spoken(eyebrow)}</p><h1>{escape(run.title)}</h1>'
        f'<div class="cc-top"><div>{headline(run)}{tally(run)}<p class="cc-links">{map_link}</p></div>'
        f'<a class="cc-picture" href="gap_map.html">{picture(run)}{key(run)}</a></div>'
        f"<h2>{both('unmet')}</h2>{_unmet(run)}<h2>{both('files')}</h2>{_files(run)}"
        f'<ul class="cc-foot"><li>{made}</li>'
        f"{number}<li>{both('offline')}</li></ul>"
    )
    return page(run.title, run.language, body)


def _unmet(run: Run) -> str:
    if not run.unmet:
        return f"<p>{both('none_unmet')}</p>"
    rows = "".join(_clause(v) for v in run.unmet[:_MOST])
    rest = len(run.unmet) - _MOST
    more = f'<p class="cc-small">{both("more", n=rest)}</p>' if rest > 0 else ""
    return f'<ol class="cc-unmet">{rows}</ol>{more}'


def _clause(verdict: Mapping[str, Any]) -> str:
    unit, target = verdict["unit"], verdict["target"]
    asked = shown(tuple(target) if isinstance(target, list) else target, unit)
    signed = Sentence("outputs.signed", {"sign": _SIGNS.get(verdict["comparison"], ""), "value": asked})
    facts = {"observed": shown(verdict["observed"], unit), "target": signed}
    found = both("of_asked", **facts) if verdict["observed"] is not None else escape(verdict["reason"])
    people = verdict["residents_affected"]
    affected = both("affected", n=f"{people:,.0f}") if people is not None else ""
    return (
        f'<li><b class="cc-rule">{escape(verdict["rule"])}</b>'
        f'<span class="cc-words">「{escape(verdict["quote"])}」'
        f'<small>{found}</small></span><b class="cc-people">{affected}</b></li>'
    )


def _files(run: Run) -> str:
    rows = "".join(
        f'<tr><td><a href="{name}">{name}</a></td><td>{both(f"file_{FILES[name]}")}</td>'
        f"<td>{_size(size)}</td></tr>"
        for name, size in run.sizes.items()
    )
    return f'<table class="cc-files">{rows}</table>'


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
