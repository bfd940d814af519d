"""The siting folder: siting.json, siting_map.html, siting.xlsx and siting.gpkg, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from carecircle.outputs.beside import write_beside, write_json
from carecircle.outputs.ours import SITING
from carecircle.outputs.pages.index import with_index
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
    return write_beside(result.before.study, folder, {n: partial(w, result) for n, w in _WRITERS.items()})


def siting_names(folder: Path) -> list[str]:
    """What a siting study replaces in a folder: its own files and, where a run lies there, the index."""
    return with_index(folder, SITING)


def _json(result: SitingResult, path: Path) -> None:
    write_json(result.to_dict(), path)


def _page(result: SitingResult, path: Path) -> None:
    path.write_text(siting_map(result).get_root().render(), encoding="utf-8", newline="\n")


_WRITERS: Mapping[str, Callable[[SitingResult, Path], None]] = {
    "siting.json": _json,
    "siting_map.html": _page,
    "siting.xlsx": siting_workbook,
    "siting.gpkg": siting_geopackage,
}
