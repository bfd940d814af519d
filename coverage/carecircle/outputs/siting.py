"""The siting folder: siting.json, siting_map.html, siting.xlsx and siting.gpkg, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from carecircle.delivery import delivered
from carecircle.errors import writing
from carecircle.inputs.provenance import files_read
from carecircle.outputs.ours import INDEX, SITING, ensure_writable, spare
from carecircle.outputs.pages.index import with_index, write_index
from carecircle.outputs.sites.gis import siting_geopackage
from carecircle.outputs.sites.tables import siting_workbook
from carecircle.outputs.siting_map import siting_map
from carecircle.siting.result import SitingResult


def write_siting(result: SitingResult, folder: str | Path) -> list[Path]:
    """Write what a siting study found into a folder.

    They appear all at once or not at all (`carecircle.delivery`). Where a run lies in the folder, its
    ``index.html`` is written again with them and lists them; other files stay as they are. The improved study
    itself is ``result.after.write(folder)``.

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
    read = files_read(result.before.study)
    ensure_writable(target)
    names = siting_names(target)
    with writing(target), delivered(target, names, check=lambda: spare(target, names, read)) as fresh:
        for name, writer in _WRITERS.items():
            writer(result, fresh / name)
        if INDEX in names:
            write_index(target, fresh)
    return [target / name for name in _WRITERS]


def siting_names(folder: Path) -> list[str]:
    """What a siting study replaces in a folder: its own files and, where a run lies there, the index."""
    return with_index(folder, SITING)


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
