"""Which files GDAL may open: those whose first bytes are the data they are named for, never a description.

GDAL tries every format it knows, whatever a file is called. Some of these formats hold no data but the
address of some: a server's, or another file's. Such a file is refused before GDAL sees it.
"""

from __future__ import annotations

import re
import sqlite3
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from carecircle.errors import InputError

_HEAD = 65_536
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SQLITE = (b"SQLite format 3\0",)
_BYTES: Mapping[str, tuple[bytes, ...]] = {
    ".gpkg": _SQLITE, ".sqlite": _SQLITE, ".db": _SQLITE, ".mbtiles": _SQLITE,
    ".shp": (b"\0\0\x27\x0a",), ".fgb": (b"fgb",), ".tif": _TIFF, ".tiff": _TIFF, ".zip": (b"PK",),
    ".kmz": (b"PK",),
}  # fmt: skip
"""What files of these names begin with."""
_RASTERS: Mapping[str, tuple[bytes, ...]] = {
    "GTiff": _TIFF, "HFA": (b"EHFA_HEADER_TAG",), "netCDF": (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF"),
}  # fmt: skip
_ASCII_GRID = re.compile(rb"\s*(ncols|nrows|xll|yll|cellsize)", re.IGNORECASE)
_DESCRIBES = re.compile(
    rb"<(OGRVRTDataSource|VRTDataset|GDAL_W\w+|GDALWarp\w*|OGRWFSDataSource|WMS_\w+|WMT_MS_\w+|WFS_\w+"
    rb"|TileMap\w*|GDALTileIndex\w*|Capabilities|(?:\w+:)?(?:WFS|WMS|WMTS)_Capabilities|MRF_META|CSWDataSource"
    rb"|WCS_GDAL|OGCAPI\w*|Service)\b"
    rb"|\"gdal_streamed_alg\"|\"stac_version\"|\"tilejson\"|\"conformsTo\"",
)
_SIDECARS = (".msk", ".ovr")
_MOST_ROWS_OF_A_VIEW = 5_000_000
_STEPS_OF_A_VIEW = 40_000
"""Thousands of SQLite's own steps in which a view must have been counted: some five seconds."""


def admit(path: Path) -> None:
    """Let a vector file in, if it holds data of its own.

    Raises
    ------
    InputError
        If its first bytes are not what its name says, it describes data elsewhere, or a view in it recurses.
    """
    if not path.is_file():
        return
    head = _head(path)
    _check(path, path.suffix.lower(), head, path.name)
    if head[:2] == b"PK" and zipfile.is_zipfile(path):
        _check_members(path)
    if head.startswith(_SQLITE):
        _check_views(path)


def raster_driver(path: Path) -> str:
    """The one GDAL driver that may open a raster, by its first bytes.

    Raises
    ------
    InputError
        If it is of no format that holds a grid by itself, or a file beside it is not.
    """
    head = _head(path)
    for suffix in _SIDECARS:
        beside = path.with_name(path.name + suffix)
        if beside.is_file() and not _head(beside).startswith(_TIFF):
            raise InputError("inputs.not_its_own_data", file=beside, value=beside.name)
    for driver, starts in _RASTERS.items():
        if head.startswith(starts):
            return driver
    if _ASCII_GRID.match(head):
        return "AAIGrid"
    if _DESCRIBES.search(head):
        raise InputError("inputs.not_its_own_data", file=path, value=path.name)
    raise InputError("inputs.unknown_raster", file=path)


def _check_members(path: Path) -> None:
    """The same of every file in a .zip (a workbook is one, too)."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as inner:
                    _check(path, Path(entry.filename).suffix.lower(), inner.read(_HEAD), entry.filename)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        return  # a damaged archive: its reader says so


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _check(path: Path, suffix: str, head: bytes, name: str) -> None:
    starts = _BYTES.get(suffix)
    known = starts is not None and head.startswith(starts)
    if not known and _DESCRIBES.search(head):
        raise InputError("inputs.not_its_own_data", file=path, value=name)
    if suffix == ".vrt":
        raise InputError("inputs.not_its_own_data", file=path, value=name)


def _check_views(path: Path) -> None:
    """Refuse views that do not end, and virtual tables that would read what is not in the file."""
    steps = 0

    def spent() -> int:
        nonlocal steps
        steps += 1
        return int(steps > _STEPS_OF_A_VIEW)

    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as book:
            made = book.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            for kind, name, text in made:
                virtual = re.match(r"\s*create\s+virtual\s+table.*?\busing\s+(\w+)", str(text), re.I | re.S)
                if virtual and virtual[1].lower() not in ("rtree", "fts3", "fts4", "fts5"):
                    raise InputError("inputs.not_its_own_data", file=path, value=str(name))
                if kind == "view":
                    quoted = '"' + str(name).replace('"', '""') + '"'
                    book.set_progress_handler(spent, 1000)
                    steps = 0
                    count = f"SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT {_MOST_ROWS_OF_A_VIEW + 1})"
                    if _endless(book, count):
                        raise InputError("inputs.endless_view", file=path, value=str(name))
                    book.set_progress_handler(None, 0)
    except (sqlite3.Error, UnicodeDecodeError):
        return  # a damaged file: its reader says so


def _endless(book: sqlite3.Connection, count: str) -> bool:
    try:
        return int(book.execute(count).fetchone()[0]) > _MOST_ROWS_OF_A_VIEW
    except sqlite3.OperationalError as error:
        return "interrupted" in str(error)
