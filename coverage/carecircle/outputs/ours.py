"""Which files of a folder an earlier run wrote: those may be replaced, all others stay."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from carecircle.delivery import busy, put
from carecircle.errors import OutputError, writing
from carecircle.inputs.provenance import files_read
from carecircle.study import Study
from carecircle.study.files import FILES

INDEX = "index.html"
RUN = FILES
"""Every file that a run may write, the first to open first."""
SITING = ("siting.json", "siting_map.html", "siting.xlsx", "siting.gpkg")
"""Every file that a siting study writes."""
VITAL = ("vital.json", "vital.xlsx", "vital.gpkg")
"""Every file that the question what a study hangs on writes."""
MEND = ("mend.html", "mend.json", "mend.xlsx", "mend.gpkg", "mend_scenario.json")
"""Every file that mending a plan writes."""


def spare(folder: Path, names: Sequence[str], read: Iterable[Path]) -> None:
    """Refuse to replace a file that this run reads, or one that no run of ours wrote.

    Parameters
    ----------
    folder
        Where the outputs go.
    names
        What would be replaced or taken away.
    read
        Files that the run reads.

    Raises
    ------
    OutputError
        Naming every such file.
    """
    there = [n for n in names if os.path.lexists(folder / n)]
    inputs = [p.stat() for p in read if p.exists()]
    taken = [n for n in there if (folder / n).exists() and _among((folder / n).stat(), inputs)]
    if taken:
        raise OutputError("errors.would_replace_input", file=folder, files=taken)
    ours = names_of_ours(folder)
    strange = [n for n in there if n not in ours]
    if strange:
        raise OutputError("errors.would_replace_other", file=folder, files=strange)


def ready(folder: Path, names: Sequence[str], study: Study, *further: Path | None) -> None:
    """Fail now rather than after the work, where the outputs could not be written or would replace others.

    Parameters
    ----------
    study, further
        What the run reads: the files of a study, and others.

    Raises
    ------
    OutputError
        As `spare`; if another run is writing there; if the folder cannot be written, or is a file.
    """
    ensure_writable(folder)
    if busy(folder):
        raise OutputError("errors.folder_busy", file=folder)
    spare(folder, names, [*files_read(study), *(p for p in further if p is not None)])


def ensure_writable(folder: Path) -> None:
    """Try whether a folder can be written, leaving no trace.

    Raises
    ------
    OutputError
        If the folder (or the nearest one above it that exists) cannot be written, or is a file.
    """
    with writing(folder):
        at = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
        trial = at / f".carecircle-{os.getpid()}"
        trial.mkdir()
        trial.rmdir()


def names_of_ours(folder: Path) -> frozenset[str]:
    """The files in a folder that runs of ours wrote, as their manifest.json and the files beside it tell."""
    names: set[str] = set()
    manifest = _about(folder / "manifest.json", "carecircle/manifest/1")
    if manifest is not None:
        names |= _written_by(manifest)
    if _about(folder / "siting.json", "carecircle/siting/1") is not None:
        names |= set(SITING)
    if _about(folder / "vital.json", "carecircle/vital/1") is not None:
        names |= set(VITAL)
    if _about(folder / "mend.json", "carecircle/mend/1") is not None:
        names |= set(MEND)
    return frozenset(n for n in names if (folder / n).is_file() and not (folder / n).is_symlink())


def put_page(path: Path, page: str, *, mark: str) -> None:
    """Write a page that is a file of its own, whole or not at all.

    Parameters
    ----------
    mark
        Stands in every page of this kind: a file without it is none of ours.

    Raises
    ------
    OutputError
        If the file cannot be written, or is there already and not of this kind.
    """
    ensure_writable(path.parent)

    def ours() -> None:
        if os.path.lexists(path) and not (path.is_file() and mark.encode() in path.read_bytes()):
            raise OutputError("errors.would_replace_other", file=path.parent, files=[path.name])

    with writing(path):
        ours()
        put(path, page.encode(), check=ours)


def _among(one: os.stat_result, others: Iterable[os.stat_result]) -> bool:
    return any(os.path.samestat(one, other) for other in others)


def _about(path: Path, schema: str) -> Mapping[str, Any] | None:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return held if isinstance(held, dict) and held.get("schema") == schema else None


def _written_by(manifest: Mapping[str, Any]) -> set[str]:
    """What the run of a manifest wrote: without residents, roads or fonts it left some files out."""
    names = set(RUN)
    report, parameters = manifest.get("report"), manifest.get("parameters")
    if isinstance(report, dict):
        names -= {"report.pdf", "report.docx"} - set(report.get("files", ()))
    if "left_out" in manifest and manifest["left_out"] is None:
        names.discard("demand.parquet")
    if isinstance(parameters, dict) and "roads" not in parameters:
        names.discard("travel_time.tif")
    return names
