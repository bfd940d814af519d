"""How much a file may hold, told before it is reached: bytes, rows, columns, cells, corners."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import ParseError

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError

MOST_BYTES = 2_000_000_000
"""Of a vector file, or of a workbook unpacked."""
MOST_TEXT_BYTES = 512_000_000
"""Of delimited text, or of all texts in a workbook's cells."""
MOST_COLUMNS = 16_384
"""Of a table; no workbook has more."""
MOST_TABLE_CELLS = 50_000_000
"""Rows times the widest row."""
MOST_RASTER_CELLS = 5_000_000_000
MOST_SOURCES = 500
"""Files of facilities in one study."""
MOST_CROSSINGS = 200_000
"""Of a polygon's border with itself, beyond which no repair is tried."""
PLAIN_BORDER = 50_000
"""Corners up to which a border is widened, and drawn, as it is."""
_STRAY = 0.001
"""Share of the buffer by which a longer border may stray before it is widened (10 m of 10 km)."""
_SMALL = 300
"""Columns, or corners, that harm nobody."""
_SAMPLE = 40
"""Sides of a border that are held against all others."""
_CELL = re.compile(rb"<c\b[^>]*?\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_TEXT_CELL = re.compile(rb"<c\b[^>]*\bt=\"s\"[^>]*><v>([0-9]{1,9})</v>")
_CHUNK = 1 << 22


def check_table(path: Path) -> None:
    """Refuse a table that would not fit into memory once opened.

    Raises
    ------
    InputError
        With what it holds and what it may hold.
    """
    suffix, size = path.suffix.lower(), path.stat().st_size
    if suffix in (".csv", ".txt", ".tsv"):
        _check(path, "bytes", size, MOST_TEXT_BYTES)
        _check_text(path)
    else:
        _check(path, "bytes", size, MOST_BYTES)
    if suffix in (".xlsx", ".xlsm", ".xlsb", ".ods", ".zip", ".kmz"):
        _check_archive(path)


def check_raster(path: Path, width: int, height: int) -> None:
    """Refuse a grid of more cells than can be looked over."""
    _check(path, "cells", width * height, MOST_RASTER_CELLS)


def check_sources(path: Path | None, count: int) -> None:
    """Refuse a study of more facility files than anybody keeps."""
    _check(path, "sources", count, MOST_SOURCES)


def _check(path: Path | None, what: str, found: int, most: int) -> None:
    if found > most:
        raise InputError(f"inputs.too_many_{what}", file=path, found=found, most=most)


def _check_text(path: Path) -> None:
    """The widest row by any delimiter, quoted or not: more than enough for every honest table."""
    widest = rows = 0
    with path.open("rb") as file:
        for line in file:
            rows += 1
            if len(line) > widest:
                widest = max(widest, *(line.count(d) + 1 for d in b",\t;|"))
    _check(path, "columns", widest, MOST_COLUMNS)
    _check(path, "table_cells", rows * widest if widest > _SMALL else 0, MOST_TABLE_CELLS)


def _check_archive(path: Path) -> None:
    """What a workbook or archive holds when it is unpacked; a damaged one is left to its reader."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check(path, "bytes", sum(e.file_size for e in entries), MOST_BYTES)
            lengths = np.zeros(0, dtype=np.int64)
            for entry in entries:
                if entry.filename.lower().endswith("sharedstrings.xml"):
                    text = archive.read(entry)
                    ends = np.array([m.end() for m in re.finditer(rb"</si>|<si/>", text)], dtype=np.int64)
                    lengths = np.diff(ends, prepend=0)
            for entry in entries:
                if "worksheets/" in entry.filename.lower() and entry.filename.lower().endswith(".xml"):
                    _check_sheet(path, archive, entry, lengths)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ParseError):
        return


def _check_sheet(
    path: Path,
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    lengths: npt.NDArray[np.int64],
) -> None:
    rows, columns, characters = [10**9, 0], [10**9, 0], 0
    rest = b""
    with archive.open(entry) as sheet:
        while chunk := sheet.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"<c")
            rest, text = (text[cut:], text[:cut]) if cut > 0 and len(text) - cut < _CHUNK else (b"", text)
            if len(chunk) < _CHUNK:
                text, rest = text + rest, b""
            for letters, number in set(_CELL.findall(text)):
                column, row = _column(letters), int(number)
                rows = [min(rows[0], row), max(rows[1], row)]
                columns = [min(columns[0], column), max(columns[1], column)]
            found = np.array(_TEXT_CELL.findall(text), dtype=np.int64)
            characters += int(lengths[found[found < len(lengths)]].sum()) if len(lengths) else 0
    if rows[1]:
        cells = (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1)
        _check(path, "table_cells", cells, MOST_TABLE_CELLS)
    _check(path, "bytes", characters, MOST_TEXT_BYTES)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def tangled(shape: BaseGeometry) -> bool:
    """Whether a border crosses itself so often that a repair would never end (judged by a sample)."""
    xy = shapely.get_coordinates(shape)
    if len(xy) < _SMALL:
        return False
    ring = np.stack([xy[:-1], xy[1:]], axis=1)
    sides: npt.NDArray[np.object_] = np.asarray(shapely.linestrings(ring), dtype=object)
    sample = sides[np.linspace(0, len(sides) - 1, _SAMPLE).astype(int)]
    pairs = int(shapely.STRtree(sides).query(sample, predicate="crosses").shape[1])
    return pairs * len(xy) / _SAMPLE / 2 > MOST_CROSSINGS


def widened(region: BaseGeometry, metres: float) -> BaseGeometry:
    """A region with a buffer around it, in seconds however finely its border is drawn.

    Holes narrower than twice the buffer vanish in it and are left out beforehand. A border of more than
    50,000 corners may stray by a thousandth of the buffer, which is added to it: nothing within ``metres``
    of the region is lost.
    """
    if metres <= 0 or shapely.get_num_coordinates(region) <= PLAIN_BORDER:
        return region.buffer(metres)
    stray = metres * _STRAY
    parts = [shapely.Polygon(p.exterior, _wide_holes(p, metres)) for p in shapely.get_parts(region)]
    coarse = shapely.simplify(np.array(parts, dtype=object), stray, preserve_topology=True)
    coarse = shapely.make_valid(coarse)
    joined: BaseGeometry = shapely.union_all(shapely.buffer(coarse, metres + stray, quad_segs=48))
    return joined


def frame_about(region: BaseGeometry, metres: float) -> BaseGeometry:
    """The upright rectangle about a region with a buffer around it, in no time however fine its border."""
    if shapely.get_num_coordinates(region) <= PLAIN_BORDER:
        return region.buffer(metres).envelope
    west, south, east, north = region.bounds
    return shapely.box(west - metres, south - metres, east + metres, north + metres)


def _wide_holes(polygon: shapely.Polygon, metres: float) -> list[shapely.LinearRing]:
    holes = shapely.get_rings(polygon)[1:]
    west, south, east, north = shapely.bounds(holes).reshape(-1, 4).T
    return list(holes[np.minimum(east - west, north - south) > 2 * metres])
