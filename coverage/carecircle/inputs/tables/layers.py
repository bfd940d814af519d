"""Features of GIS files as text attributes and geometry, in whatever encoding their attributes are kept."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from carecircle.errors import InputError
from carecircle.inputs.tables.sheets import why
from carecircle.inputs.tables.values import plain
from carecircle.schema import Finding
from carecircle.texts import Sentence

PARQUETS = (".parquet", ".geoparquet", ".pq")
_TEXTS = (".geojson", ".json", ".geojsonl", ".geojsons", ".kml", ".gml")
_BYTES = "ISO-8859-1"
"""The encoding in which every byte is a character of its own."""
_DECLARED = re.compile(r"(<\?xml[^>]*encoding=[\"'])[^\"']*", re.IGNORECASE)

_FIELD = re.compile(rb"(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^>]*?\bname\s*=\s*)([\"'])([^\"'<>]*)\2")


def features(
    path: Path, layer: str | None, findings: list[Finding]
) -> tuple[pd.DataFrame, gpd.GeoSeries | None]:
    """Attributes as text and geometry of a GIS layer or a Parquet file.

    Raises
    ------
    InputError
        If it cannot be read, or lacks the layer asked for.
    """
    try:
        columnar = path.suffix.lower() in PARQUETS
        frame = _parquet(path) if columnar else _layer(path, layer, findings)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes its reader say
        raise InputError("inputs.cannot_read", file=path, why=why(error)) from error
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = frame.geometry
        frame = pd.DataFrame(frame.drop(columns=geometry.name))
    index = pd.RangeIndex(1, len(frame) + 1)
    text = pd.DataFrame({str(c): _as_text(frame[c]) for c in frame.columns}, dtype=object)
    if frame.columns.empty:
        text = pd.DataFrame(index=range(len(frame)))
    text.index = index
    if geometry is not None:
        geometry = gpd.GeoSeries(geometry.to_numpy(), index=index, crs=geometry.crs)
    return text, geometry


def _layer(path: Path, layer: str | None, findings: list[Finding]) -> pd.DataFrame:
    raw = _in_utf8(path) if path.suffix.lower() in (*_TEXTS, ".kmz") else None
    names: dict[str, str] = {}
    if path.suffix.lower() in (".kml", ".kmz"):
        raw, names = _fields_numbered(path.read_bytes() if raw is None else raw)
    source: Any = path if raw is None else io.BytesIO(raw)
    known = [str(name) for name, _ in pyogrio.list_layers(source)]
    if layer is not None and layer not in known:
        raise InputError("inputs.no_layer", file=path, value=layer, known=known)
    if layer is None and len(known) > 1:
        facts = {"read": known[0], "others": known[1:]}
        findings.append(Finding("note", Sentence("inputs.other_sheets", facts), file=str(path)))
    chosen = layer or (known[0] if known else None)
    if raw is not None:  # a file in memory has no name that its only layer could bear
        source, chosen = io.BytesIO(raw), layer or (known[0] if len(known) > 1 else None)
    encoding = _of_shapefile(path, chosen)
    if encoding is None:
        frame: pd.DataFrame = pyogrio.read_dataframe(source, layer=chosen)
        return frame.rename(columns=names)
    return _recoded(pyogrio.read_dataframe(source, layer=chosen, encoding=_BYTES), encoding)


def _in_utf8(path: Path) -> bytes | None:
    """A text file in UTF-8 (None: it is so), whatever it was saved in; the document inside a .kmz."""
    raw = path.read_bytes()
    if path.suffix.lower() == ".kmz":
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith(".kml")]
            raw = archive.read(min(names, key=lambda n: n.lower() != "doc.kml"))
    for encoding in ("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain_file = encoding == "utf-8-sig" and path.suffix.lower() != ".kmz"
        return None if plain_file else _DECLARED.sub(r"\1UTF-8", text, count=1).encode()
    raise InputError("inputs.not_text", file=path)


def _fields_numbered(raw: bytes) -> tuple[bytes, dict[str, str]]:
    """A KML whose fields' names GDAL leaves as they are, and what each is called.

    It writes an underscore for every byte of a Chinese name: fields of as many characters become one.
    """
    numbered: dict[bytes, bytes] = {}

    def number(found: re.Match[bytes]) -> bytes:
        name = found[3]
        if not re.fullmatch(rb"\w+", name):
            name = numbered.setdefault(name, b"field_%d" % len(numbered))
        return found[1] + found[2] + name + found[2]

    changed = _FIELD.sub(number, raw)
    return changed, {new.decode(): unescape(old.decode("utf-8", "replace")) for old, new in numbered.items()}


def _of_shapefile(path: Path, layer: str | None) -> str | None:
    """What a shapefile's attributes are kept in, by their bytes; None where GDAL is to read them itself.

    A .cpg that names neither UTF-8 nor a Chinese encoding is believed. Otherwise the bytes decide: a header
    or cell cut in the middle of a character tells no less than a whole one.
    """
    read, stated = _beside(path, layer)
    if read is None or not (stated is None or _chinese_or_utf8(stated)):
        return None
    cells = _cells(read())
    if all(_fits(c, "utf-8") for c in cells):
        return "utf-8"
    return "gb18030" if all(_fits(c, "gb18030") for c in cells) else None


def _beside(path: Path, layer: str | None) -> tuple[Callable[[], bytes] | None, str | None]:
    """A reader of a shapefile's table, and what its .cpg says (None: nothing)."""
    suffix = path.suffix.lower()
    if suffix == ".shp":
        parts = {p.suffix.lower(): p for p in path.parent.glob(f"{_escaped(path.stem)}.*")}
        cpg = parts[".cpg"].read_text("latin-1").strip() if ".cpg" in parts else None
        return (parts[".dbf"].read_bytes if ".dbf" in parts else None), cpg
    if suffix != ".zip" or not zipfile.is_zipfile(path):
        return None, None
    with zipfile.ZipFile(path) as archive:
        names = {n.lower(): n for n in archive.namelist()}
        tables = [n for n in names if n.endswith(".dbf")]
        own = [n for n in tables if Path(n).stem == (layer or "").lower()] or (
            tables if len(tables) == 1 else []
        )
        if not own:
            return None, None
        table = archive.read(names[own[0]])
        cpg = names.get(f"{own[0][:-4]}.cpg")
        return (lambda: table), archive.read(cpg).decode("latin-1").strip() if cpg else None


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _chinese_or_utf8(stated: str) -> bool:
    code = re.sub(r"^(cp|ansi|oem|windows)[\s_-]*", "", stated.casefold())
    if code in ("936", "54936", "65001", "", "gbk", "1.0"):
        return True
    try:
        return codecs.lookup(code).name in ("utf-8", "gbk", "gb2312", "gb18030")
    except LookupError:
        return False


def _cells(table: bytes) -> list[bytes]:
    """Headers and text cells of a dBASE table, without their padding."""
    if len(table) < 33:
        return []
    start, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    headers, spans, at = [], [], 1
    for field in range(32, min(start, len(table)) - 31, 32):
        if table[field] == 0x0D:
            break
        headers.append(table[field : field + 11].split(b"\x00")[0])
        length = table[field + 16]
        if table[field + 11 : field + 12] == b"C":
            spans.append((at, at + length))
        at += length
    rows = range(start, len(table) - width + 1, width) if width else range(0)
    found = {table[row + a : row + b].rstrip(b" \x00") for row in rows for a, b in spans}
    return [*headers, *(c for c in found if not c.isascii())]


def _fits(cell: bytes, encoding: str) -> bool:
    """Whether bytes are text of an encoding, its last character perhaps cut."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(cell, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _recoded(frame: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """A frame read byte by byte, its headers and text cells as they are meant."""
    own = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None

    def meant(text: Any) -> Any:
        if not isinstance(text, str) or text.isascii():
            return text
        return codecs.getincrementaldecoder(encoding)("replace").decode(text.encode(_BYTES), final=False)

    for column in frame.columns:
        if column != own and not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = pd.Series([meant(c) for c in frame[column]], index=frame.index, dtype=object)
    return frame.rename(columns={c: meant(c) for c in frame.columns if c != own})


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet

    spatial = b"geo" in (pyarrow.parquet.read_schema(path).metadata or {})
    frame: pd.DataFrame = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
    return frame


def _as_text(cells: pd.Series) -> list[str | None]:
    return [
        plain("；".join(map(str, c)) if isinstance(c, list | tuple | np.ndarray) else _scalar(c))
        for c in cells.tolist()
    ]


def _scalar(cell: Any) -> object:
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
