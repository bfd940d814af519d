"""The whole folder, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.errors import OutputError
from carecircle.outputs import gis, tables
from carecircle.outputs.gap_map import gap_map

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

Writer = Callable[["Analysis", Path], None]


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
        ``gap_map.html``, ``verdicts.json``, ``verdicts.xlsx``, ``results.gpkg``, ``travel_time.tif`` (where
        there are roads), ``manifest.json``.

    Raises
    ------
    OutputError
        If the folder cannot be written; it is then as it was before.
    InputError
        If a file that the outputs draw on (the study's basemap, another run beside it) cannot be used.
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
        for name, writer in _WRITERS.items():
            try:
                writer(analysis, fresh / name)
            except OSError as error:
                raise _unwritable(target, error) from error
        _move_in(fresh, target, room / "old")
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return [target / name for name in _WRITERS if (target / name).exists()]


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
        for name in _WRITERS:
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


def _page(analysis: Analysis, path: Path) -> None:
    path.write_text(gap_map(analysis).get_root().render(), encoding="utf-8", newline="\n")


def _json(data: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


_WRITERS: Mapping[str, Writer] = {
    "gap_map.html": _page,
    "verdicts.json": lambda analysis, path: _json(analysis.to_dict(analysis.study.language), path),
    "verdicts.xlsx": lambda analysis, path: tables.workbook(analysis, path),
    "results.gpkg": lambda analysis, path: gis.geopackage(analysis, path),
    "travel_time.tif": lambda analysis, path: gis.travel_time(analysis, path),
    "manifest.json": lambda analysis, path: _json(analysis.manifest, path),
}
