"""Binary files with something wrong inside: workbooks, GeoPackages, rasters, extracts, Parquet."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import rasterio
import xlsxwriter
from affine import Affine

import wild

# ---- workbooks ----------------------------------------------------------------------------------------


def workbook(rows: list[list[Any]], path: Path, dice: random.Random) -> None:
    """A sheet of rows with wild cells, merged cells, rows of sums; or its XML with a thing wrong."""
    rows = [list(row) for row in rows]
    for _ in range(dice.choice((0, 1, 1, 2, 6))):
        row = dice.choice(rows)
        row[dice.randrange(len(row))] = wild.scalar(dice)
    if dice.random() < 0.2:
        rows.insert(dice.randrange(len(rows)), [dice.choice(("合计", "注：", None, "一览表"))])
    options = {"nan_inf_to_errors": True, "strings_to_formulas": dice.random() < 0.5}
    with warnings.catch_warnings(), xlsxwriter.Workbook(path, options) as book:
        warnings.simplefilter("ignore")
        sheets = [book.add_worksheet() for _ in range(dice.choice((1, 1, 1, 2)))]
        for number, row in enumerate(rows):
            for column, held in enumerate(row):
                with suppress(Exception):  # the writer may refuse what the reader should be spared
                    sheets[-1].write(number, column, held)
        if dice.random() < 0.2:
            with suppress(Exception):
                first = dice.randrange(len(rows))
                sheets[-1].merge_range(first, 0, first + dice.randrange(3), dice.randrange(1, 4), "合并")
    if dice.random() < 0.4:
        _rezipped(path, dice)


def _rezipped(path: Path, dice: random.Random) -> None:
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = dice.choice(sorted(n for n in parts if n.endswith((".xml", ".rels"))))
    parts[name] = wild.as_xml(parts[name], dice)
    if dice.random() < 0.1:
        del parts[dice.choice(sorted(parts))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, held in parts.items():
            book.writestr(name, held)


# ---- GeoPackages --------------------------------------------------------------------------------------


def geopackage(path: Path, dice: random.Random) -> None:
    """Changed by statements that any SQLite shell takes."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA writable_schema = ON")
        for trigger in [r[0] for r in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            base.execute(f'DROP TRIGGER "{trigger}"')  # they call functions that SQLite alone has not
        for _ in range(dice.choice((1, 1, 2, 4))):
            with suppress(sqlite3.Error, OverflowError, ValueError, IndexError):
                _changed(base, dice)
        base.commit()


def _changed(base: sqlite3.Connection, dice: random.Random) -> None:
    tables = [r[0] for r in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    layers = [t for t in tables if not t.startswith(("sqlite", "rtree"))]
    table = dice.choice(layers)
    columns = [r[1] for r in base.execute(f'PRAGMA table_info("{table}")')]
    column = dice.choice(columns)
    kind = dice.randrange(12)
    new = wild.scalar(dice)
    if kind == 0:
        base.execute(f'DELETE FROM "{table}" WHERE rowid % ? = 0', (dice.choice((1, 2, 3)),))
    elif kind == 1:
        base.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "{dice.choice(wild.TEXTS)}"')
    elif kind == 2:
        base.execute(
            f'ALTER TABLE "{table}" ADD COLUMN "{dice.choice(wild.TEXTS)}" DEFAULT {dice.randrange(9)}'
        )
    elif kind == 3:
        base.execute(f'DROP TABLE "{table}"')
    elif kind == 4:
        base.execute(f'INSERT INTO "{table}" SELECT * FROM "{table}"')
    elif kind == 5:
        base.execute(
            f"PRAGMA {dice.choice(('application_id', 'user_version', 'encoding'))} = {dice.randrange(9)}"
        )
    elif "geom" in columns and kind < 10:
        _reshaped(base, table, dice)
    else:
        base.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid % ? = 0', (new, dice.choice((1, 2))))


def _reshaped(base: sqlite3.Connection, table: str, dice: random.Random) -> None:
    rows = base.execute(f'SELECT rowid, geom FROM "{table}" WHERE geom IS NOT NULL').fetchall()
    if not rows:
        return
    row, blob = dice.choice(rows)
    base.execute(f'UPDATE "{table}" SET geom = ? WHERE rowid = ?', (_shape(blob, dice), row))


def _shape(blob: bytes, dice: random.Random) -> bytes:
    """A geometry with a number, its type or its bytes changed."""
    raw = bytearray(blob)
    kind = dice.randrange(4)
    if kind == 0 and len(raw) > 16:
        at = len(raw) - 8 * dice.randrange(1, max(2, (len(raw) - 9) // 8))
        raw[at : at + 8] = struct.pack("<d", dice.choice([float(n) for n in wild.NUMBERS]))
        return bytes(raw)
    if kind == 1 and len(raw) > 45:
        raw[41:45] = struct.pack("<I", dice.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 16, 17, 1003, 3001)))
        return bytes(raw)
    return wild.damaged(blob, dice)


# ---- rasters ------------------------------------------------------------------------------------------


def raster(path: Path, dice: random.Random) -> None:
    """Residents around the street in any type, system, scale and fill; then perhaps a tag changed."""
    kind = dice.choice(("uint8", "int16", "int32", "float32", "float32", "float64", "uint32"))
    cells: Any = np.random.default_rng(dice.randrange(1 << 30)).uniform(0, 9, (12, 24))
    exact = kind.startswith("float")
    if dice.random() < 0.4:
        odd = (-1, 0, 255, 1e4) if not exact else (-1, 1e8, 1e12, 3.4e38, np.nan, np.inf, -np.inf, 1e-40)
        cells[dice.randrange(12), dice.randrange(24)] = dice.choice(odd)
    step = dice.choice((0.005,) * 6 + (0.0001, 0.5, 1e-9, 1000.0))
    place = Affine(step, 0, 104.48, 0, -step * dice.choice((1, 1, 1, 1, -1, 2, 1e-6)), 31.33)
    if dice.random() < 0.1:
        place @= Affine.rotation(dice.choice((1e-9, 30, 90)))
    told: dict[str, Any] = {
        "nodata": dice.choice((None, None, 0, 255 if not exact else -9999.0)),
        "crs": dice.choice(("EPSG:4326",) * 6 + (None, "EPSG:4490", "EPSG:3857", "EPSG:2334", "EPSG:4978")),
        "compress": dice.choice(("deflate", "lzw", None)),
        "tiled": False,
        "count": dice.choice((1, 1, 1, 1, 2, 4)),
    }
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        values = cells.astype(kind)
        with rasterio.open(
            path, "w", driver="GTiff", height=12, width=24, dtype=kind, transform=place, **told
        ) as out:  # fmt: skip
            for band in range(1, told["count"] + 1):
                out.write(values, band)
            if dice.random() < 0.15:
                out.scales = [dice.choice((0.1, 0.0, -1.0, 1e300, np.nan))] * told["count"]
            if dice.random() < 0.1:
                out.offsets = [dice.choice((1.0, -5.0, np.inf))] * told["count"]
    if dice.random() < 0.25:
        _retagged(path, dice)


def _retagged(path: Path, dice: random.Random) -> None:
    """A field of the first directory changed: its tag, type, count or value."""
    raw = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", raw, 4)
    (fields,) = struct.unpack_from("<H", raw, at)
    entry = at + 2 + 12 * dice.randrange(fields)
    part = dice.choice((0, 2, 4, 8))
    struct.pack_into("<H" if part < 4 else "<I", raw, entry + part, dice.choice((0, 1, 2, 12, 255, 65535)))
    path.write_bytes(raw)


# ---- extracts -----------------------------------------------------------------------------------------

TAGS = {
    "highway": (
        "residential",
        "primary",
        "footway",
        "motorway",
        "steps",
        "construction",
        "",
        "a;b",
        "pedestrian",
    ),
    "oneway": ("yes", "-1", "no", "reversible", "1", "T"),
    "maxspeed": ("30", "none", "50 mph", "CN:urban", "1e9", "-5", "0", "30;50"),
    "access": ("private", "no", "yes", "customers", "x"),
    "barrier": ("gate", "bollard", "lift_gate", "x"),
    "amenity": ("clinic", "hospital", "doctors", "pharmacy"),
    "name": ("甲", "", "x" * 300, "\u202e", "=1"),
    "area": ("yes", "no"),
    "type": ("multipolygon", "boundary", "restriction"),
}


def _tags(dice: random.Random, **sure: str) -> dict[str, str]:
    chosen = {k: dice.choice(TAGS[k]) for k in dice.sample(sorted(TAGS), dice.randrange(3))}
    return {**sure, **chosen} if dice.random() < 0.6 else {**chosen, **sure}


def extract(path: Path, places: list[tuple[float, float]], dice: random.Random) -> None:
    """A street with clinics on it: tags, order, references and relations as editors never leave them."""
    things: list[tuple[str, Any]] = []
    for number, (lon, lat) in enumerate(places, 1):
        sure = {"amenity": "clinic"} if number % 20 == 1 else {}
        odd = (
            (dice.choice((0.0, 179.9, -lon)), dice.choice((lat, 89.0, -lat)))
            if dice.random() < 0.01
            else (lon, lat)
        )
        things.append(
            (
                "node",
                osmium.osm.mutable.Node(id=number, location=odd, tags=_tags(dice, **sure) if sure else {}),
            )
        )
    ids = list(range(1, len(places) + 1))
    for number in range(dice.choice((1, 1, 2, 5))):
        some = ids if number == 0 else [dice.choice([*ids, 10**6, 0]) for _ in range(dice.randrange(1, 9))]
        way = osmium.osm.mutable.Way(id=number + 1, nodes=some, tags=_tags(dice, highway="residential"))
        things.append(("way", way))
    if dice.random() < 0.3:
        members = [
            (dice.choice("nwr"), dice.choice((1, 2, 10**6)), dice.choice(("outer", "inner", "x")))
            for _ in range(3)
        ]
        things.append(("relation", osmium.osm.mutable.Relation(id=1, members=members, tags=_tags(dice))))
    if dice.random() < 0.08:
        dice.shuffle(things)
    with suppress(RuntimeError, ValueError), osmium.SimpleWriter(str(path), overwrite=True) as out:
        for kind, thing in things:
            getattr(out, f"add_{kind}")(thing)
    if dice.random() < 0.35:
        path.write_bytes(_reblocked(path.read_bytes(), dice))


def _fields(raw: bytes) -> Iterator[tuple[int, int, Any]]:
    """The fields of a protobuf message: number, wire type, value."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        if key & 7 == 0:
            held: Any
            held, at = _varint(raw, at)
        else:
            size, at = _varint(raw, at)
            held, at = raw[at : at + size], at + size
        yield key >> 3, key & 7, held


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (raw[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if not raw[at - 1] & 128:
            return value, at


def _as_varint(number: int) -> bytes:
    said = bytearray()
    while number > 127:
        said.append(number & 127 | 128)
        number >>= 7
    return bytes([*said, number])


def _message(*fields: tuple[int, Any]) -> bytes:
    parts = []
    for number, held in fields:
        if isinstance(held, int):
            parts.append(_as_varint(number << 3) + _as_varint(held))
        else:
            parts.append(_as_varint(number << 3 | 2) + _as_varint(len(held)) + held)
    return b"".join(parts)


def _reblocked(raw: bytes, dice: random.Random) -> bytes:
    """An extract with bytes changed inside a block, whose lengths and checksums are right again."""
    blocks, at = [], 0
    while at < len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        header = {n: held for n, _, held in _fields(raw[at + 4 : at + 4 + size])}
        start = at + 4 + size
        blob = {n: held for n, _, held in _fields(raw[start : start + header[3]])}
        blocks.append((header[1], zlib.decompress(blob[3]) if 3 in blob else blob.get(1, b"")))
        at = start + header[3]
    one = dice.randrange(len(blocks))
    blocks[one] = (blocks[one][0], wild.damaged(blocks[one][1], dice))
    said = io.BytesIO()
    for kind, held in blocks:
        blob_now = _message((2, len(held)), (3, zlib.compress(held)))
        head = _message((1, kind), (3, len(blob_now)))
        said.write(struct.pack(">I", len(head)) + head + blob_now)
    return said.getvalue()


# ---- Parquet ------------------------------------------------------------------------------------------


def parquet(sound: Path, path: Path, dice: random.Random) -> None:
    """Columns of other types, nulls, shapes that are none, the note on geometry changed."""
    table = pq.read_table(sound)
    for _ in range(dice.choice((1, 1, 2, 3))):
        name = dice.choice(table.column_names)
        at = table.column_names.index(name)
        kind = dice.randrange(6)
        held = table.column(name)
        if kind == 0 and len(table.column_names) > 1:
            table = table.drop_columns([name])
        elif kind == 1:
            table = table.append_column(dice.choice(wild.TEXTS), held)
        elif kind == 2 and b"geo" in (table.schema.metadata or {}):
            geo = wild.as_json(table.schema.metadata[b"geo"], dice)
            table = table.replace_schema_metadata({**table.schema.metadata, b"geo": geo})
        elif kind == 3 and pa.types.is_binary(held.type):
            blobs = [None if b is None else wild.damaged(b, dice) for b in held.to_pylist()]
            table = table.set_column(at, name, pa.array(blobs, pa.binary()))
        elif kind == 4:
            with suppress(pa.ArrowException):
                goal = dice.choice(
                    (pa.string(), pa.float64(), pa.int8(), pa.bool_(), pa.date32(), pa.large_string())
                )
                table = table.set_column(at, name, pc.cast(held, goal, safe=False))
        else:
            with suppress(pa.ArrowException, OverflowError):
                new = [wild.value(dice)] * table.num_rows
                table = table.set_column(at, name, pa.array(new))
    if dice.random() < 0.1:
        table = table.replace_schema_metadata(json.loads(json.dumps({"pandas": "{}"})))
    pq.write_table(table, path)
