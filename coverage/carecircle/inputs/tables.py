"""Tables at the door: any file a planner keeps rows in, read as text under known headers.

Spreadsheets, CSV in any of the usual encodings and GIS layers all become a `Table`: text cells under their
own headers, the planner's row numbers, the column each canonical name was found in, and the geometry
where the file has one. Codes stay text, so that none is broken by arithmetic.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.headers import Row, is_table, with_header
from carecircle.inputs.places import without_datum
from carecircle.inputs.values import fold, number, plain, unit_of
from carecircle.schema import Finding
from carecircle.strict import LARGEST
from carecircle.texts import Sentence

SHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
PARQUETS = (".parquet", ".geoparquet", ".pq")
_MOST_FAULTS = 20


@dataclass(frozen=True, eq=False)
class Table:
    """Rows as they came in.

    Parameters
    ----------
    file
        Where they came from.
    frame
        Text cells (None: blank) under the file's own headers; the index is the file's row number.
    headers
        Canonical column -> the header it was found under.
    factors
        Canonical column -> what its header's unit multiplies by (1 where it names none).
    geometry
        Geometry of each row, where the file carries any, with its CRS as stated there.
    findings
        What was noticed in reading.
    """

    file: Path
    frame: pd.DataFrame
    headers: Mapping[str, str]
    factors: Mapping[str, float] = field(default_factory=dict)
    geometry: gpd.GeoSeries | None = None
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def has(self, column: str) -> bool:
        """Whether a canonical column was found."""
        return column in self.headers

    def text(self, column: str) -> pd.Series:
        """A canonical column as text; None everywhere where it is absent."""
        if column not in self.headers:
            return pd.Series([None] * len(self.frame), index=self.frame.index, dtype=object)
        cells: pd.Series = self.frame[self.headers[column]]
        return cells

    def rows(self, column: str) -> list[tuple[int, str | None]]:
        """A canonical column as pairs of the file's row number and the cell."""
        return list(zip(self.frame.index.tolist(), self.text(column).tolist(), strict=True))

    def numbers(self, column: str) -> tuple[pd.Series, pd.Series]:
        """A canonical column as float64 (NaN: blank or no number), and where it held text but no number."""
        cells = self.text(column)
        values = pd.Series(
            [np.nan if (v := number(c)) is None else v for c in cells], index=cells.index, dtype="float64"
        )
        factor = self.factors.get(column, 1.0)
        if factor != 1.0:
            values = (values * factor).where(lambda v: v.abs() <= LARGEST)
        return values, values.isna() & cells.notna()

    def others(self) -> list[str]:
        """Headers that no canonical column took."""
        taken = set(self.headers.values())
        return [h for h in self.frame.columns if h not in taken]

    def fault(self, key: str, row: int, column: str, **facts: object) -> InputError:
        """An error about one cell, named as the planner sees it."""
        return InputError(key, file=self.file, row=row, column=self.headers.get(column, column), **facts)

    def faults(self, key: str, where: pd.Series, column: str, **facts: object) -> list[CarecircleError]:
        """An error for each row of a mask (at most twenty), with the cell's text as its value."""
        cells = self.text(column)
        rows = where.index[where.fillna(False).astype(bool)].tolist()[:_MOST_FAULTS]
        return [self.fault(key, r, column, value=cells.loc[r] or "", **facts) for r in rows]

    def unique_ids(self, ids: pd.Series, column: str) -> list[CarecircleError]:
        """An error for each blank or repeated id (at most twenty), naming the row that holds it first."""
        faults = self.faults("inputs.missing_id", ids.isna(), column)
        first: dict[str, int] = {}
        for row, value in zip(ids.index.tolist(), ids.tolist(), strict=True):
            if value is None or value != value:
                continue
            if value in first:
                known = {"value": value, "first": first[value]}
                faults.append(self.fault("inputs.duplicate_id", row, column, **known))
            first.setdefault(value, row)
        return faults[:_MOST_FAULTS]

    def require(self, columns: Sequence[str]) -> list[CarecircleError]:
        """An error for each canonical column that was not found."""
        missing = [c for c in columns if c not in self.headers]
        if not missing:
            return []
        return [
            InputError(
                "inputs.missing_column", file=self.file, missing=missing, present=list(self.frame.columns)
            )
        ]


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Canonical column -> the headers that mean it, most telling first."""
    text = (resources.files("carecircle.inputs") / "headers.toml").read_text(encoding="utf-8")
    return {column: tuple(found) for column, found in tomllib.loads(text).items()}


def read_table(
    path: Path,
    *,
    columns: Sequence[str],
    given: Mapping[str, str] | None = None,
    layer: str | None = None,
    known: Sequence[str] = (),
) -> Table:
    """Read a table of any supported format.

    Parameters
    ----------
    path
        ``.csv``, ``.xlsx``, ``.xls``, ``.ods``, ``.gpkg``, ``.geojson``, ``.shp``, ``.parquet`` ...
    columns
        Canonical columns to look for, by the aliases of ``headers.toml``, each header taken once.
    given
        Canonical column -> the planner's own header; it wins over the aliases.
    layer
        Sheet or layer; by default the first that holds rows.
    known
        Further headers that tell a header row from a title row.

    Raises
    ------
    InputError
        If the file is missing, unreadable or empty, or a given header is not in it.
    """
    if not path.is_file():
        raise InputError("errors.missing_file", file=path)
    findings: list[Finding] = []
    geometry = None
    suffix = path.suffix.lower()
    wanted = [*(given or {}).values(), *known, *(a for c in columns for a in aliases().get(c, (c,)))]
    if suffix in (*SHEETS, *TEXTS):
        terms = {fold(w) for w in wanted}
        rows = _sheet(path, layer, terms, findings) if suffix in SHEETS else list(_text(path))
        frame = with_header(path, rows, terms, findings)
    else:
        frame, geometry = _features(path, layer, findings)
    if frame.empty:
        raise InputError("inputs.empty_table", file=path)
    headers, factors = _match(path, frame, columns, given or {})
    return Table(path, frame, headers, factors, geometry, tuple(findings))


def _text(path: Path) -> Iterator[tuple[int, list[str | None]]]:
    """Rows of a delimited text file, with their numbers."""
    text = _decode(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row, cells in enumerate(reader, 1):
            yield row, [plain(c) for c in cells]
    except csv.Error as error:
        raise InputError("inputs.cannot_read", file=path, why=str(error)) from error


def _decode(path: Path) -> str:
    """Text of a file in UTF-8 (with or without its mark), UTF-16 with its mark, or GB18030."""
    raw = path.read_bytes()
    if not raw.strip():
        raise InputError("inputs.empty_table", file=path)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif b"\x00" in raw:
        raise InputError("inputs.not_text", file=path)
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("inputs.not_text", file=path)


def _sheet(path: Path, layer: str | None, terms: Collection[str], findings: list[Finding]) -> list[Row]:
    """Rows of a workbook's first table, with their numbers; cells that arithmetic has broken are reported."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                  for name in book.sheet_names if layer in (None, name)}  # fmt: skip
    except BaseException as error:  # calamine's own panics are no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise InputError("inputs.cannot_read", file=path, why=_why(error)) from error
    if layer is not None and not sheets:
        raise InputError("inputs.no_layer", file=path, value=layer, known=list(book.sheet_names))
    texts: dict[str, list[Row]] = {
        name: [(n, [plain(c) for c in cells]) for n, cells in enumerate(rows, 1)]
        for name, rows in sheets.items()
        if any(_filled(r) for r in rows)
    }
    if not texts:
        raise InputError("inputs.empty_table", file=path)
    name = next((n for n, rows in texts.items() if is_table(rows, terms)), next(iter(texts)))
    if len(texts) > 1:
        facts = {"read": name, "others": [n for n in texts if n != name]}
        findings.append(Finding("note", Sentence("inputs.other_sheets", facts), file=str(path)))
    for row, cells in enumerate(sheets[name], 1):
        for cell in cells:
            if isinstance(cell, float) and abs(cell) >= 1e15:
                sentence = Sentence("inputs.broken_code", {"value": f"{cell:.0f}"})
                findings.append(Finding("warning", sentence, file=str(path), row=row))
    return texts[name]


def _filled(cells: Sequence[object]) -> bool:
    return any(plain(c) is not None for c in cells)


def _features(
    path: Path, layer: str | None, findings: list[Finding]
) -> tuple[pd.DataFrame, gpd.GeoSeries | None]:
    """Attributes as text and geometry of a GIS layer or a Parquet file."""
    try:
        if path.suffix.lower() in PARQUETS:
            frame = _parquet(path)
        else:
            known = [str(name) for name, _ in pyogrio.list_layers(path)]
            if layer is not None and layer not in known:
                raise InputError("inputs.no_layer", file=path, value=layer, known=known)
            if layer is None and len(known) > 1:
                facts = {"read": known[0], "others": known[1:]}
                findings.append(Finding("note", Sentence("inputs.other_sheets", facts), file=str(path)))
            frame = pyogrio.read_dataframe(
                path, layer=layer or (known[0] if known else None), encoding=_shapefile_encoding(path)
            )
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes its reader say
        raise InputError("inputs.cannot_read", file=path, why=_why(error)) from error
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


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet

    spatial = b"geo" in (pyarrow.parquet.read_schema(path).metadata or {})
    frame: pd.DataFrame = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
    return frame


def _shapefile_encoding(path: Path) -> str | None:
    """A shapefile without its .cpg is read as UTF-8 where that fits, else as GB18030."""
    if path.suffix.lower() != ".shp":
        return None
    if any(path.with_suffix(s).is_file() for s in (".cpg", ".CPG")):
        return None
    table = next((path.with_suffix(s) for s in (".dbf", ".DBF") if path.with_suffix(s).is_file()), None)
    if table is None:
        return None
    try:
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _as_text(cells: pd.Series) -> list[str | None]:
    return [
        plain("；".join(map(str, c)) if isinstance(c, list | tuple | np.ndarray) else _scalar(c))
        for c in cells.tolist()
    ]


def _scalar(cell: Any) -> object:
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _why(error: BaseException) -> str:
    """The first line of a reader's complaint."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _match(
    path: Path, frame: pd.DataFrame, columns: Sequence[str], given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, float]]:
    """Which header holds each canonical column, and the factor of its unit."""
    exact = {fold(h): h for h in reversed(list(frame.columns))}
    bare = {fold(unit_of(h)[0]): h for h in reversed(list(frame.columns))}
    grounded = {(c, without_datum(f)): h for f, h in bare.items() for c in ("lon", "lat")}
    headers: dict[str, str] = {}
    for column, header in given.items():
        found = exact.get(fold(header)) or bare.get(fold(header))
        if found is None:
            present = list(frame.columns)
            raise InputError("inputs.given_column", file=path, column=column, value=header, present=present)
        headers[column] = found
    for column in columns:
        if column in headers:
            continue
        for alias in aliases().get(column, (column,)):
            found = exact.get(fold(alias)) or bare.get(fold(alias)) or grounded.get((column, fold(alias)))
            if (
                found is not None
                and found not in headers.values()
                and not _says_nothing(frame, column, found)
            ):
                headers[column] = found
                break
    factors = {c: unit_of(h)[1] or 1.0 for c, h in headers.items()}
    return headers, factors


def _says_nothing(frame: pd.DataFrame, column: str, header: str) -> bool:
    """Whether a column of ids is blank from top to bottom, as in an export that knows none."""
    return column in ("facility_id", "demand_id", "area_id") and bool(frame[header].isna().all())
