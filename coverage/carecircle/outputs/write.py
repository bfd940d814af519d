"""The whole folder, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.errors import OutputError
from carecircle.outputs import gis, panel, tables
from carecircle.outputs.gap_map import gap_map
from carecircle.outputs.index import write_index
from carecircle.outputs.overlays import proposals
from carecircle.outputs.report import Written, write_report
from carecircle.outputs.report.maps import overview

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

NAMES = (
    "index.html", "gap_map.html", "report.pdf", "report.docx", "verdicts.xlsx", "verdicts.json",
    "results.gpkg", "areas.parquet", "facilities.parquet", "demand.parquet", "travel_time.tif",
    "overview.svg", "manifest.json",
)  # fmt: skip
"""Every file that a run may write, the first to open first."""


def write(analysis: Analysis, folder: str | Path) -> list[Path]:
    """Write every output of an analysis into a folder.

    Everything is first written beside the folder; only when all of it is there does it move in, file by
    file. Files of ours from an earlier run are replaced (and taken away where this run has none); other
    files stay as they are.

    Parameters
    ----------
    analysis
        What `carecircle.analyze` found.
    folder
        Where to; made if it does not exist.

    Returns
    -------
    list of Path
        Those of `NAMES` that were written: ``travel_time.tif`` only where there are roads, ``demand.parquet``
        only where there are residents, the reports only where this computer has a Chinese font (the
        manifest says why not).

    Raises
    ------
    OutputError
        If the folder cannot be written; it is then as it was before.
    InputError
        If a file that the outputs draw on (the study's basemap, another run beside it) cannot be used.
    UsageError
        If a mode the analysis travels by is registered no more.
    """
    target = Path(folder)
    ensure_writable(target)
    try:
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=_standing(target.absolute().parent)))
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        fresh = room / "new"
        fresh.mkdir()
        try:
            _make(analysis, fresh, proposals(target, analysis.study.name))
        except OSError as error:
            raise _unwritable(target, error) from error
        _move_in(fresh, target, room / "old")
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return [target / name for name in NAMES if (target / name).exists()]


def ensure_writable(folder: Path) -> None:
    """Fail now rather than after the work, leaving no trace.

    Raises
    ------
    OutputError
        If the folder (or the nearest one above it that exists) cannot be written, or is a file.
    """
    at = _standing(folder.absolute())
    try:
        for place in {at, folder.absolute().parent} if folder.exists() else {at}:
            with tempfile.TemporaryFile(dir=place):
                pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _standing(place: Path) -> Path:
    """The nearest folder at or above a place that exists already."""
    return next(p for p in (place, *place.parents) if p.exists())


def _unwritable(folder: Path, error: OSError) -> OutputError:
    why = error.text() if isinstance(error, OutputError) else error.strerror or str(error)
    return OutputError("errors.output_folder", file=folder, why=why)


def _move_in(fresh: Path, target: Path, old: Path) -> None:
    """Move the new files in; if one cannot be moved, put everything back."""
    made = [p for p in [target, *target.parents] if not p.exists()]
    moved: list[str] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        old.mkdir()
        for name in NAMES:
            if (target / name).exists():
                os.replace(target / name, old / name)  # noqa: PTH105 (moves over an existing file everywhere)
            if (fresh / name).exists():
                os.replace(fresh / name, target / name)  # noqa: PTH105
                moved.append(name)
    except OSError as error:
        for name in moved:
            (target / name).unlink(missing_ok=True)
        for kept in old.iterdir() if old.exists() else ():
            os.replace(kept, target / kept.name)  # noqa: PTH105
        for place in made:
            if place.exists() and not any(place.iterdir()):
                place.rmdir()
        raise _unwritable(target, error) from error


def _make(analysis: Analysis, fresh: Path, proposed: Sequence[dict[str, Any]]) -> None:
    """Every file, the index last: it lists the others."""
    language = analysis.study.language
    page = gap_map(analysis, proposed=proposed).get_root().render()
    (fresh / "gap_map.html").write_text(page, encoding="utf-8", newline="\n")
    (fresh / "overview.svg").write_text(overview(analysis, language), encoding="utf-8", newline="\n")
    _json(analysis.to_dict(language), fresh / "verdicts.json")
    tables.workbook(analysis, fresh / "verdicts.xlsx")
    gis.geopackage(analysis, fresh / "results.gpkg")
    gis.geoparquet(analysis, fresh)
    gis.travel_time(analysis, fresh / "travel_time.tif")
    _json(_manifest(analysis, write_report(analysis, fresh)), fresh / "manifest.json")
    write_index(fresh)


def _manifest(analysis: Analysis, report: Written) -> dict[str, Any]:
    """The run's manifest, with what the index and the gallery say first and what became of the report."""
    said = None if report.why_not is None else report.why_not.text(analysis.study.language)
    people = None if analysis.inputs.demand is None else panel.residents_in_gap(analysis)
    return {
        **analysis.manifest,
        "title": analysis.study.title or analysis.study.name,
        "run": panel.manifest_hash(analysis.manifest),
        "left_out": people,
        "report": {"files": list(report.files), "fonts": list(report.fonts), "why_not": said},
    }


def _json(data: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
