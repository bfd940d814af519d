"""Travel-time matrices at the door: origin, destination and minutes, one row a pair, from CSV or Parquet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from scipy.sparse import csr_array

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.bounds import MOST_BYTES
from carecircle.inputs.tables.reading import aliases
from carecircle.inputs.tables.values import fold, number, plain
from carecircle.study import Matrix

_COLUMNS = ("origin", "destination", "minutes")
_MOST_PAIRS = 100_000_000
_MOST_FAULTS = 20
_BLOCK = 1 << 24
_LINE = re.compile(r"Row #(\d+): ")
_PER_MINUTE = {"min": 1.0, "s": 60.0}


@dataclass(frozen=True, eq=False)
class TimeTable:
    """Minutes from origins to destinations, by their ids.

    Parameters
    ----------
    file
        Where they came from.
    origins, destinations
        Ids of the rows and of the columns, in the order in which the file names them first.
    minutes
        float64[origins, destinations]; an absent entry is no way.
    """

    file: Path
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    minutes: csr_array


def read_matrix(section: Matrix) -> TimeTable:
    """Read a matrix of travel times, a block of rows at a time.

    Parameters
    ----------
    section
        Of study.toml: the file, its unit and its headers. A blank time is no way.

    Returns
    -------
    TimeTable
        In minutes.

    Raises
    ------
    InputError
        If a column is missing, an id is blank, a time is no number or negative, a pair stands twice, or there
        are too many rows: with file, row and column, at most twenty at once.
    """
    path = section.path
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt", ".tsv", ".parquet", ".pq"):
        raise InputError("inputs.matrix_format", file=path, value=suffix)
    if path.stat().st_size > MOST_BYTES:
        raise InputError("inputs.too_many_bytes", file=path, found=path.stat().st_size, most=MOST_BYTES)
    ends: tuple[dict[str, int], dict[str, int]] = ({}, {})
    parts: list[tuple[Any, Any, Any, Any]] = []
    faults: list[CarecircleError] = []
    total = 0
    columns, blocks, first = (
        _text(path, section) if suffix not in (".parquet", ".pq") else _parquet(path, section)
    )
    try:
        for block in blocks:
            parts.append(_block(block, columns, path, first + total, ends, faults))
            total += len(block)
            if total > _MOST_PAIRS:
                raise InputError("inputs.too_many_pairs", file=path, most=_MOST_PAIRS)
            if len(faults) >= _MOST_FAULTS:
                break
    except pa.ArrowInvalid as error:
        raise _unreadable(path, error) from error
    raise_all(faults[:_MOST_FAULTS])
    if not parts:
        raise InputError("inputs.empty_table", file=path)
    row, origin, destination, time = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((destination, origin))  # stable: of equal pairs the earlier row comes first
    origin, destination = origin[order], destination[order]
    twice = np.flatnonzero((np.diff(origin) == 0) & (np.diff(destination) == 0))
    names = tuple(ends[0]), tuple(ends[1])
    raise_all(
        InputError(
            "inputs.pair_twice", file=path, row=int(row[order[k + 1]]), column=columns["destination"],
            origin=names[0][origin[k]], destination=names[1][destination[k]], first=str(row[order[k]]),
        )
        for k in twice[:_MOST_FAULTS]
    )  # fmt: skip
    pointers = np.concatenate([[0], np.cumsum(np.bincount(origin, minlength=len(names[0])))])
    minutes = time[order] / _PER_MINUTE[section.unit]
    return TimeTable(
        path, *names, csr_array((minutes, destination, pointers), shape=(len(names[0]), len(names[1])))
    )


def _text(path: Path, section: Matrix) -> tuple[dict[str, str], Iterator[pa.RecordBatch], int]:
    """Header, blocks of text cells, and the number of the first row of data."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    encoding = "utf-8"
    try:
        head.rsplit(b"\n", 1)[0].decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "gb18030"
    line = head.split(b"\n", 1)[0].decode(encoding, "replace").lstrip("\ufeff").rstrip("\r")
    delimiter = max(",;\t|", key=line.count)
    headers = [cell.strip().strip('"') for cell in line.split(delimiter)]
    columns = _columns(path, headers, section)
    try:
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                block_size=_BLOCK, encoding=encoding, skip_rows=1, column_names=headers,
                use_threads=False,  # so that a faulty row has a number
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(headers, pa.string()), include_columns=list(columns.values()),
                strings_can_be_null=False,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise InputError("inputs.empty_table", file=path) from error
        raise _unreadable(path, error) from error
    return columns, iter(reader), 2


def _parquet(path: Path, section: Matrix) -> tuple[dict[str, str], Iterator[pa.RecordBatch], int]:
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error
    if file.metadata.num_rows > _MOST_PAIRS:
        raise InputError("inputs.too_many_pairs", file=path, most=_MOST_PAIRS)
    columns = _columns(path, list(file.schema_arrow.names), section)
    return columns, file.iter_batches(batch_size=1 << 20, columns=list(columns.values())), 1


def _columns(path: Path, headers: list[str], section: Matrix) -> dict[str, str]:
    """The header of each column: the study's own, else the first alias."""
    by_word = {fold(header): header for header in reversed(headers)}
    found, missing = {}, []
    for column in _COLUMNS:
        own = section.columns.get(column)
        if own is not None and fold(own) not in by_word:
            raise InputError("inputs.given_column", file=path, column=column, value=own, present=headers)
        words = (own,) if own is not None else aliases()[column]
        header = next((by_word[fold(w)] for w in words if fold(w) in by_word), None)
        if header is None:
            missing.append(column)
        else:
            found[column] = header
    if missing:
        raise InputError("inputs.missing_column", file=path, missing=missing, present=headers)
    return found


def _block(
    block: pa.RecordBatch, columns: dict[str, str], path: Path, first: int,
    ends: tuple[dict[str, int], dict[str, int]], faults: list[CarecircleError],
) -> tuple[Any, Any, Any, Any]:  # fmt: skip
    """File rows, origins, destinations and times of one block; what is wrong goes to the faults."""
    cells = [block.column(columns[name]) for name in _COLUMNS]
    codes = []
    for name, known, column in zip(_COLUMNS, ends, cells, strict=False):
        words = column.cast(pa.string()).dictionary_encode()
        of = [plain(word) for word in words.dictionary.to_pylist()]
        own = np.array([-1 if w is None else known.setdefault(w, len(known)) for w in of] or [-1], np.int64)
        at = np.asarray(words.indices.fill_null(-1))
        code = np.where(at < 0, -1, own[np.maximum(at, 0)])
        faults += [
            InputError("inputs.missing_id", file=path, row=first + int(k), column=columns[name])
            for k in np.flatnonzero(code < 0)[:_MOST_FAULTS]
        ]
        codes.append(code)
    time = _times(cells[2], path, first, columns["minutes"], faults)
    kept = np.isfinite(time)
    row = first + np.flatnonzero(kept)
    return row, codes[0][kept], codes[1][kept], time[kept]


def _times(column: pa.Array, path: Path, first: int, header: str, faults: list[CarecircleError]) -> Any:
    """float64[n]: each time; NaN where the cell is blank, or faulty and named so."""
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        time = np.asarray(column.cast(pa.float64()).fill_null(np.nan), np.float64)
        odd: Any = np.zeros(0, np.int64)
    else:
        text = column.cast(pa.string())
        try:
            time = np.asarray(text.cast(pa.float64()).fill_null(np.nan), np.float64)
            odd = np.zeros(0, np.int64)
        except pa.ArrowInvalid:  # blanks, or words: cell by cell
            words = [plain(word) for word in text.to_pylist()]
            read = [None if word is None else number(word) for word in words]
            time = np.array([np.nan if value is None else value for value in read], np.float64)
            odd = np.flatnonzero([w is not None and v is None for w, v in zip(words, read, strict=True)])
    wrong = [("inputs.not_a_number", k) for k in odd] + [
        ("inputs.negative", k) for k in np.flatnonzero(time < 0)
    ]
    wrong += [("inputs.not_a_number", k) for k in np.flatnonzero(np.isinf(time))]
    faults += [
        InputError(key, file=path, row=first + int(k), column=header, value=str(column[int(k)].as_py()))
        for key, k in wrong[:_MOST_FAULTS]
    ]
    return time


def _unreadable(path: Path, error: Exception) -> InputError:
    found = _LINE.search(str(error))
    row = int(found[1]) if found else None
    why = str(error).splitlines()[0][found.end() if found else 0 :][:200]
    return InputError("inputs.matrix_unreadable", file=path, row=row, why=why)
