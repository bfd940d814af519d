"""The files of what a study hangs on: vital.json, vital.xlsx and vital.gpkg, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from carecircle.outputs.beside import write_beside, write_json
from carecircle.outputs.files.book import booked
from carecircle.outputs.files.layers import write_layers
from carecircle.outputs.ours import VITAL
from carecircle.outputs.pages.index import with_index
from carecircle.outputs.telling.vital import said, tables
from carecircle.texts import say
from carecircle.vital.study import VitalResult


def write_vital(result: VitalResult, folder: str | Path) -> list[Path]:
    """Write what a study hangs on into a folder.

    They appear all at once or not at all (`carecircle.delivery`). Where a run lies in the folder, its
    ``index.html`` is written again with them and lists them; other files stay as they are.

    Parameters
    ----------
    result
        What `carecircle.vital.study.vital` found.
    folder
        Where to; made if it does not exist.

    Returns
    -------
    list of Path
        ``vital.json``, ``vital.xlsx`` (in the study's language) and ``vital.gpkg`` (layers ``streets``,
        ``facilities`` and ``losers`` in the study's CRS).

    Raises
    ------
    OutputError
        If the folder cannot be written.
    InputError
        If a file that the outputs draw on (another run beside it) cannot be used.
    """
    return write_beside(result.before.study, folder, {n: partial(w, result) for n, w in _WRITERS.items()})


def vital_names(folder: Path) -> list[str]:
    """What is replaced in a folder: the files of this question and, where a run lies there, the index."""
    return with_index(folder, VITAL)


def _json(result: VitalResult, path: Path) -> None:
    write_json(result.to_dict(), path)


def _workbook(result: VitalResult, path: Path) -> None:
    language = result.before.study.language
    with booked(result.before, path) as writer:
        first = writer.sheet(say("vital.sheet_summary", language), [100])
        for row, sentence in enumerate(said(result)):
            writer.put(first, row, 0, sentence.text(language), writer.title if row == 0 else None)
        for name, (columns, rows) in tables(result).items():
            sheet = writer.sheet(say(f"vital.sheet_{name}", language), [max(12, 2 * len(c)) for c in columns])
            writer.table(sheet, 0, [say(f"vital.column_{c}", language) for c in columns], rows, {})
            sheet.freeze_panes(1, 0)


def _geopackage(result: VitalResult, path: Path) -> None:
    losers = ("losers", _losers(result), "Point")
    facilities = ("facilities", _facilities(result), "Point")
    write_layers(path, (("streets", _streets(result), "LineString"), facilities, losers))


def _streets(result: VitalResult) -> gpd.GeoDataFrame:
    """One row a rule and street."""
    found = [s for one in result.streets for s in one.streets]
    names = ("rule", "name", "highway", "structure", "residents", "share_after", "breaks")
    columns = {n: [getattr(s, n) for s in found] for n in names}
    columns["edge_ids"] = [" ".join(map(str, s.edge_ids)) for s in found]
    return gpd.GeoDataFrame(columns, geometry=[s.line for s in found], crs=result.before.inputs.crs)


def _facilities(result: VitalResult) -> gpd.GeoDataFrame:
    """Those to close and the single points of failure, with the rules that break without them."""
    facilities = result.before.inputs.facilities
    single = {p.facility_id: p for p in result.single}
    close = set(result.closed.facilities) if result.closed is not None else set()
    rows = facilities[facilities["facility_id"].isin([*single, *close])]
    ids = rows["facility_id"].tolist()
    return gpd.GeoDataFrame(
        {
            "facility_id": ids, "name": rows["name"].tolist(), "category": rows["category"].tolist(),
            "close": [i in close for i in ids],
            "breaks": [" ".join(single[i].rules) if i in single else "" for i in ids],
        },
        geometry=list(rows.geometry), crs=facilities.crs,
    )  # fmt: skip


def _losers(result: VitalResult) -> gpd.GeoDataFrame:
    """Who loses cover, by change."""
    changes = [
        (name, c) for name, c in (("closing", result.closing), ("flood", result.flood)) if c is not None
    ]
    if not changes:
        return gpd.GeoDataFrame(
            {"change": pd.Series(dtype=object)}, geometry=[], crs=result.before.inputs.crs
        )
    frames = [c.losers.assign(change=name) for name, c in changes]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=frames[0].crs)


_WRITERS: Mapping[str, Callable[[VitalResult, Path], None]] = {
    "vital.json": _json,
    "vital.xlsx": _workbook,
    "vital.gpkg": _geopackage,
}
