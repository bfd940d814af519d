"""Tables at the door: any file a planner keeps rows in, read as text under known headers.

Spreadsheets, CSV in any of the usual encodings and GIS layers all become a `Table`: text cells under their
own headers, the planner's row numbers, the column each canonical name was found in, and the geometry
where the file has one. Codes stay text, so that none is broken by arithmetic.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.errors import CarecircleError, InputError
from carecircle.inputs.bounds import check_table
from carecircle.inputs.formats import admit
from carecircle.inputs.tables.headers import with_header
from carecircle.inputs.tables.layers import features
from carecircle.inputs.tables.places import without_datum
from carecircle.inputs.tables.rows import data_rows, spread
from carecircle.inputs.tables.sheets import SHEETS, TEXTS, Merged, book_rows, text_rows
from carecircle.inputs.tables.values import fold, number, unit_of
from carecircle.schema import Finding
from carecircle.strict import LARGEST, is_data
from carecircle.texts import Sentence

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
        told = [column_name(c) for c in missing]
        present = list(self.frame.columns)
        return [InputError("inputs.missing_column", file=self.file, missing=told, present=present)]


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Canonical column -> the headers that mean it, most telling first."""
    text = (resources.files("carecircle.inputs.tables") / "headers.toml").read_text(encoding="utf-8")
    return {column: tuple(found) for column, found in tomllib.loads(text).items()}


_HEADERS_TOLD = 5
"""Headers that a message names of those that a column may have."""


def column_name(column: str) -> Sentence:
    """A canonical column by a header in each language, with the headers that mean it.

    Parameters
    ----------
    column
        As in ``headers.toml``; another one stands for itself.
    """
    known = aliases().get(column, (column,))
    chinese = next((h for h in known if not h.isascii()), column)
    name = Sentence("inputs.column_name", {"zh": chinese, "en": column})
    return Sentence("inputs.column_by_headers", {"name": name, "headers": list(known[:_HEADERS_TOLD])})


def read_table(
    path: Path,
    *,
    columns: Sequence[str],
    given: Mapping[str, str] | None = None,
    layer: str | None = None,
    known: Sequence[str] = (),
    sums: bool = False,
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
    sums
        Whether rows of sums (合计) are data, as in official figures; elsewhere they are left out.

    Raises
    ------
    InputError
        If the file is missing, unreadable or empty, or a given header is not in it.
    """
    if not is_data(path):
        raise InputError("errors.missing_file", file=path)
    admit(path)
    check_table(path)
    findings: list[Finding] = []
    geometry = None
    suffix = path.suffix.lower()
    wanted = [*(given or {}).values(), *known, *(a for c in columns for a in aliases().get(c, (c,)))]
    if suffix in (*SHEETS, *TEXTS):
        terms = {fold(w) for w in wanted}
        merged: list[Merged] = []
        if suffix in SHEETS:
            rows, merged = book_rows(path, layer, terms, findings)
        else:
            rows = text_rows(path, terms)
        frame = with_header(path, rows, terms, findings)
        headers, factors = _match(path, frame, columns, given or {})
        spread(path, frame, headers, merged, findings)
        frame = data_rows(path, frame, headers, findings, sums=sums)
    else:
        frame, geometry = features(path, layer, findings)
        headers, factors = ({}, {}) if frame.empty else _match(path, frame, columns, given or {})
    if frame.empty:
        raise InputError("inputs.empty_table", file=path)
    return Table(path, frame, headers, factors, geometry, tuple(findings))


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
    _cut(path, frame, columns, headers)
    factors = {c: unit_of(h)[1] or 1.0 for c, h in headers.items()}
    return headers, factors


_CUT_AT = 10
"""Bytes that a shapefile's header may have: three Chinese characters in UTF-8."""


def _cut(path: Path, frame: pd.DataFrame, columns: Sequence[str], headers: dict[str, str]) -> None:
    """Find columns under headers that a shapefile has cut (机构类 for 机构类别), into ``headers`` itself."""
    if path.suffix.lower() not in (".shp", ".zip", ".dbf"):
        return
    for column in columns:
        free = [h for h in frame.columns if h not in headers.values()]
        cut = [h for h in free if _CUT_AT - 2 <= len(h.encode()) <= _CUT_AT and not h.isascii()]
        starts = (h for alias in aliases().get(column, ()) for h in cut if alias.startswith(h))
        if column not in headers and (found := next(starts, None)) is not None:
            headers[column] = found


def _says_nothing(frame: pd.DataFrame, column: str, header: str) -> bool:
    """Whether a column of ids is blank from top to bottom, as in an export that knows none."""
    return column in ("facility_id", "demand_id", "area_id") and bool(frame[header].isna().all())
