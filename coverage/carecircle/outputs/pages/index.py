"""index.html: the first thing to open in an output folder; the answer, then every file with its use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from carecircle.errors import InputError
from carecircle.outputs.ours import INDEX
from carecircle.outputs.pages.folder import FILES, PUBLIC, Run, read_run, sizes_in
from carecircle.outputs.pages.markup import page
from carecircle.rules.judging.shown import shown
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


def with_index(folder: Path, names: Sequence[str]) -> list[str]:
    """Some files and, where a run lies in the folder, its index, which lists them.

    Parameters
    ----------
    folder
        Where they go.
    names
        The files.

    Returns
    -------
    list of str
        What is replaced in the folder.
    """
    with suppress(InputError):  # no run, or of an earlier version: no index to update
        read_run(folder)
        return [*names, INDEX]
    return [*names]


def index_page(run: Run) -> str:
    """The page; links are relative, nothing is fetched."""
    return page(
        "index.html",
        run.title,
        run.language,
        run=run,
        eyebrow=Sentence("outputs.page_eyebrow", {"plan": run.plan, "year": str(run.year)}),
        clauses=[_clause(v) for v in run.unmet[:_MOST]],
        rest=len(run.unmet) - _MOST,
        shelves=[
            (
                f"files_{shelf}",
                [_file(name, size) for name, size in run.sizes.items() if (name in PUBLIC) is public],
            )
            for shelf, public in (("public", True), ("technical", False))
        ],
    )


def _clause(verdict: Mapping[str, Any]) -> dict[str, Any]:
    unit, target = verdict["unit"], verdict["target"]
    asked = shown(tuple(target) if isinstance(target, list) else target, unit)
    return {
        "rule": verdict["rule"],
        "title": verdict["title"],
        "source": None
        if verdict["target_source"] == "plan"
        else Sentence(f"pages.target_{verdict['target_source']}"),
        "quote": verdict["quote"],
        "observed": None if verdict["observed"] is None else shown(verdict["observed"], unit),
        "reason": verdict["reason"],
        "target": Sentence("outputs.signed", {"sign": _SIGNS.get(verdict["comparison"], ""), "value": asked}),
        "people": verdict["residents_affected"],
    }


def _file(name: str, size: int) -> tuple[str, str, str]:
    """A file's line: its name, the sentence that says what it is for, its size."""
    return name, f"file_{FILES[name]}", _size(size)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
