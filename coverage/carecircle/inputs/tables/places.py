"""Places as people write them: two coordinates in one cell, degrees and minutes, a datum in the header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import numpy as np
import pandas as pd
import shapely

from carecircle.inputs.tables.values import fold, number, plain

_DATUMS = {
    "gcj02": ("gcj02", "gcj", "火星", "高德", "腾讯", "amap", "gaode"),
    "bd09": ("bd09ll", "bd09", "百度", "baidu"),
    "cgcs2000": ("cgcs2000", "国家2000", "大地2000"),
    "wgs84": ("wgs84", "wgs"),
}
"""Words in a header that name the ground its coordinates stand on."""
_SHORT = {"gd": "gcj02", "bd": "bd09"}
"""Words that do so at the beginning or end of a header only."""
_PAIR = re.compile(r"^[(\[]?\s*([^,;\s]+?)(?:\s*[,;]\s*|\s+)([^,;\s]+?)\s*[)\]]?$")
_DEGREES = re.compile(
    r"^([NSEW])?([+-])?(\d{1,3})[°度d](?:(\d{1,2}(?:\.\d+)?)['′分m](?:(\d{1,2}(?:\.\d+)?)(?:''|\"|″|′′|秒|s)?)?)?([NSEW])?$"
)
_WKT = re.compile(
    r"^(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|POLYGON)\s*[ZM]*\s*\(.*\)$", re.IGNORECASE | re.DOTALL
)
_MOST_CELL = 1_000_000
"""Characters of a cell that may be taken for a geometry."""


def datum_of(header: str) -> str | None:
    """The datum that a header names (``lon_gcj02``, 高德经度), or None."""
    return _parted(fold(header))[1]


def without_datum(folded: str) -> str:
    """A folded header without the word for its datum."""
    return _parted(folded)[0]


def _parted(folded: str) -> tuple[str, str | None]:
    for datum, words in _DATUMS.items():
        for word in words:
            if word in folded:
                return re.sub(r"[()]", "", folded.replace(word, "", 1)), datum
    for word, datum in _SHORT.items():
        if folded.startswith(word) or folded.endswith(word):
            return folded.removeprefix(word).removesuffix(word), datum
    return folded, None


def degrees(cell: object) -> float | None:
    """A coordinate as decimal degrees: a number, or degrees, minutes and seconds (104°30′00″E)."""
    found = number(cell)
    text = plain(cell) if found is None else None
    if text is None or len(text) > 40:
        return found
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("”", '"').replace(" ", "")
    text = text.replace("东经", "E").replace("西经", "W").replace("北纬", "N").replace("南纬", "S")
    match = _DEGREES.match(text.upper().replace("D", "d").replace("M", "m"))
    if match is None:
        return found
    before, sign, whole, minutes, seconds, after = match.groups()
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        return None
    value = int(whole) + float(minutes or 0) / 60.0 + float(seconds or 0) / 3600.0
    return -value if sign == "-" or (before or after) in ("S", "W") else value


def in_one_cell(cell: str | None, *, lat_first: bool = False) -> tuple[float, float] | None:
    """Longitude and latitude of a cell that holds both: ``104.5,31.3`` or well-known text.

    A first number above 90 with a second below is a longitude; otherwise the header says which comes first.
    """
    if cell is None or len(cell) > _MOST_CELL:
        return None
    if _WKT.match(cell):
        return _of_text(cell)
    text = unicodedata.normalize("NFKC", cell).replace("、", ",").strip()
    match = _PAIR.match(text) if len(text) < 100 else None
    if match is None:
        return None
    first, second = degrees(match[1]), degrees(match[2])
    if first is None or second is None:
        return None
    turned = abs(second) > 90.0 if (abs(first) > 90.0) != (abs(second) > 90.0) else lat_first
    return (second, first) if turned else (first, second)


def _of_text(cell: str) -> tuple[float, float] | None:
    try:
        shape = shapely.from_wkt(cell.split(";", 1)[-1].strip())
    except (shapely.errors.GEOSException, ValueError):
        return None
    if shape is None or shape.is_empty:
        return None
    point = shape if shape.geom_type == "Point" else shape.representative_point()
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def column_of_places(frame: pd.DataFrame, headers: Collection[str]) -> str | None:
    """The first of some columns whose every filled cell holds a whole place, or None."""
    for header in headers:
        cells = [c for c in frame[header].tolist() if c is not None]
        if cells and all(in_one_cell(c) is not None for c in cells) and _on_globe(cells):
            return header
    return None


def _on_globe(cells: Collection[str]) -> bool:
    """Whether cells say places with a fraction of a degree: lists such as ``1,2`` do not."""
    found = np.array([in_one_cell(c) for c in cells])
    fits = (np.abs(found[:, 0]) <= 180).all() and (np.abs(found[:, 1]) <= 90).all()
    return bool(fits and any("." in c or "°" in c for c in cells))


def says_lat_first(header: str) -> bool:
    """Whether a header names the latitude before the longitude (纬经度, ``latlng``)."""
    folded = fold(header)
    lat = min((folded.find(w) for w in ("lat", "纬") if w in folded), default=-1)
    lon = min((folded.find(w) for w in ("lon", "lng", "经") if w in folded), default=-1)
    return 0 <= lat < lon
