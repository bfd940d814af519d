"""The siting folder: siting.json, siting_map.html, siting.xlsx and siting.gpkg, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from carecircle.errors import InputError, OutputError
from carecircle.outputs.index import write_index
from carecircle.outputs.siting_gis import siting_geopackage
from carecircle.outputs.siting_map import siting_map
from carecircle.outputs.siting_tables import siting_workbook
from carecircle.outputs.write import ensure_writable
from carecircle.siting.result import SitingResult


def write_siting(result: SitingResult, folder: str | Path) -> list[Path]:
    """Write what a siting study found into a folder.

    Everything is written beside the folder first and moved in when all of it is there. An ``index.html`` in
    the folder is written anew and lists them; other files stay as they are; the improved study itself is
    ``result.after.write(folder)``.

    Parameters
    ----------
    result
        What `carecircle.siting.remedy.site` found.
    folder
        Where to; made if it does not exist.

    Returns
    -------
    list of Path
        ``siting.json``, ``siting_map.html``, ``siting.xlsx``, ``siting.gpkg``.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    InputError
        If a file that the outputs draw on (another run beside it) cannot be used.
    """
    target = Path(folder)
    ensure_writable(target)
    try:
        target.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".siting-", dir=target))
    except OSError as error:
        raise OutputError("errors.output_folder", file=target, why=error.strerror or str(error)) from error
    try:
        for name, writer in _WRITERS.items():
            writer(result, fresh / name)
        for name in _WRITERS:
            os.replace(fresh / name, target / name)  # noqa: PTH105 (moves over an existing file everywhere)
    except OSError as error:
        raise OutputError("errors.output_folder", file=target, why=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    with suppress(InputError):  # a folder that no run of this version has written has no index to update
        write_index(target)
    return [target / name for name in _WRITERS]


def _json(result: SitingResult, path: Path) -> None:
    text = json.dumps(result.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _page(result: SitingResult, path: Path) -> None:
    path.write_text(siting_map(result).get_root().render(), encoding="utf-8", newline="\n")


_WRITERS: Mapping[str, Callable[[SitingResult, Path], None]] = {
    "siting.json": _json,
    "siting_map.html": _page,
    "siting.xlsx": siting_workbook,
    "siting.gpkg": siting_geopackage,
}
