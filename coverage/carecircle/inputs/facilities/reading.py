"""Facility files become the facilities frame: categories, roles, attributes, places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle import categories
from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.facilities.links import LINK_COLUMNS, LINKS
from carecircle.inputs.facilities.told import roles_told
from carecircle.inputs.facilities.words import unknown_words
from carecircle.inputs.tables import values
from carecircle.inputs.tables.points import points_of
from carecircle.inputs.tables.reading import Table, read_table
from carecircle.schema import Finding
from carecircle.study import Facilities
from carecircle.texts import Sentence

COLUMNS = (
    "facility_id", "name", "category", "designations", "status", "capacity", "lon", "lat", "area_id",
)  # fmt: skip
_OSM_KEYS = ("amenity", "healthcare")
"""Headers of a category column that holds OpenStreetMap's own values."""
_STATUS: Mapping[str, tuple[str, ...]] = {
    "open": ("open", "在用", "在营", "正常", "运营", "营业", "执业", "开业", "开放", "已建", "现状",
             "active", "operating"),
    "planned": ("planned", "规划", "拟建", "在建", "新建", "筹建", "计划", "construction", "proposed"),
    "closed": ("closed", "停用", "关闭", "停业", "撤销", "注销", "歇业", "撤并", "disused", "abandoned"),
}  # fmt: skip


def read_facilities(source: Facilities) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """One source of facilities (``table`` or ``cells``) as a frame.

    Returns
    -------
    facilities
        ``facility_id, name, category, designations, status, capacity, area_id, attributes``,
        ``roles_told`` (of which roles a blank speaks), ``source`` and ``row`` (file name and row in it),
        and points in WGS 84 (None: the table gives no coordinates).
    findings
        What was noticed.

    Raises
    ------
    InputError
        Missing columns, blank or repeated ids, unknown categories (with the nearest known one), unknown
        statuses, coordinates that are swapped, out of range, half given or no numbers: all at once.
    """
    attribute_words = [w for a in categories.attributes().values() for w in (a.id, a.zh, *a.aliases)]
    columns = [c for c in COLUMNS if source.format == "table" or c not in ("category", "capacity")]
    if source.category is not None and "category" in columns and "category" not in source.columns:
        columns.remove("category")
    table = read_table(
        source.path, columns=columns, given=source.columns, layer=source.layer, known=attribute_words
    )
    findings = list(table.findings)
    try:
        frame = (
            _cells(source, table, findings) if source.format == "cells" else _rows(source, table, findings)
        )
    except CarecircleError as fault:
        fault.noticed = tuple(findings)
        raise
    return frame, findings


def _rows(source: Facilities, table: Table, findings: list[Finding]) -> gpd.GeoDataFrame:
    faults = table.require([] if source.category is not None else ["category"])
    raise_all(faults)
    ids = _ids(table)
    faults += table.unique_ids(ids, "facility_id")
    kinds, wrong = _categories(source, table, findings)
    faults += wrong
    status, wrong = _statuses(table)
    faults += wrong
    geometry, wrong = points_of(table, source, findings)
    faults += wrong
    attributes, wrong = _attributes(table, findings)
    faults += wrong
    raise_all(faults)
    names = table.text("name")
    frame = gpd.GeoDataFrame(
        {
            "facility_id": ids.to_numpy(),
            "name": names.where(names.notna(), ids).to_numpy(),
            "category": kinds,
            "designations": _designations(table),
            "status": status,
            "capacity": table.numbers("capacity")[0].to_numpy(),
            "area_id": table.text("area_id").to_numpy(),
            "attributes": _objects(attributes),
            "source": source.path.name,
            "row": table.frame.index.to_numpy(),
        },
        geometry=geometry.to_numpy(),
        crs=4326,
    )
    none = [c is not None and not values.names(c) for c in table.text("designations")]
    frame["roles_told"] = _objects(roles_told(frame, source, none, has_column=table.has("designations")))
    if links := _named_columns(table, LINKS):
        frame[LINK_COLUMNS] = _objects([links] * len(frame))
    frame = frame[frame["category"] != ""].reset_index(drop=True)
    placeless = frame[frame.geometry.isna()]
    if len(placeless) == len(frame) and not table.has("lon") and table.geometry is None:
        facts = {"count": len(frame), "present": list(table.frame.columns)}
        findings.append(Finding("warning", Sentence("inputs.no_place_columns", facts), file=str(source.path)))
    elif len(placeless):
        facts = {"count": len(placeless), "name": placeless["name"].iloc[0]}
        findings.append(Finding("warning", Sentence("inputs.no_coordinates", facts), file=str(source.path)))
    findings += unknown_words(frame, str(source.path))
    return frame


def _ids(table: Table) -> pd.Series:
    """Ids as given, else the row numbers."""
    if table.has("facility_id"):
        return table.text("facility_id")
    stem = table.file.stem
    return pd.Series([f"{stem}-{row}" for row in table.frame.index], index=table.frame.index, dtype=object)


def _categories(
    source: Facilities, table: Table, findings: list[Finding]
) -> tuple[list[str], list[CarecircleError]]:
    """Each row's category; empty where the value is OpenStreetMap's and no health facility's."""
    if values.fold(table.headers.get("category", "")) in _OSM_KEYS:
        return _of_tags(table, findings), []
    cells = table.text("category")
    if source.category is not None:
        cells = cells.where(cells.notna(), source.category)
    found: list[str] = []
    faults: list[CarecircleError] = []
    for row, cell in zip(cells.index.tolist(), cells.tolist(), strict=True):
        known = categories.canonical(cell) if cell is not None else None
        found.append(known or "")
        if known is None:
            faults.append(_unknown_category(table, row, cell))
    return found, faults[:20]


def _of_tags(table: Table, findings: list[Finding]) -> list[str]:
    """Categories of rows exported from OpenStreetMap, by all their columns as tags."""
    found, other = [], Counter[str]()
    for tags, value in zip(table.frame.to_dict("records"), table.text("category"), strict=True):
        meant = categories.from_osm_tags({str(k): v for k, v in tags.items() if v is not None})
        known = meant[0] if meant is not None else categories.canonical(value or "")
        found.append(known or "")
        if known is None:
            other[value or "—"] += 1
    if other:
        facts = {"count": other.total(), "values": list(other)[:10]}
        findings.append(Finding("warning", Sentence("inputs.no_facility_values", facts), str(table.file)))
    if not any(found):
        raise InputError("inputs.no_osm_facilities", file=table.file)
    return found


def _unknown_category(table: Table, row: int, cell: str | None) -> InputError:
    if cell is None:
        return table.fault("inputs.no_category", row, "category")
    near = categories.nearest(cell)
    if near is None:
        return table.fault("inputs.unknown_category", row, "category", value=cell)
    return table.fault("inputs.unknown_category_near", row, "category", value=cell, near=near)


def _statuses(table: Table) -> tuple[list[str], list[CarecircleError]]:
    known = {word: status for status, words in _STATUS.items() for word in words}
    found: list[str] = []
    faults: list[CarecircleError] = []
    for row, cell in table.rows("status"):
        status = "open" if cell is None else known.get(cell.lower())
        found.append(status or "open")
        if status is None:
            faults.append(table.fault("inputs.unknown_status", row, "status", value=cell))
    return found, faults[:20]


def _designations(table: Table) -> pd.Series:
    return _objects([values.names(cell) for cell in table.text("designations")])


def _objects(items: Sequence[object]) -> pd.Series:
    """A column of Python objects, tuples and dictionaries kept whole."""
    column = np.empty(len(items), dtype=object)
    for position, item in enumerate(items):  # a slice would take equal tuples for a table
        column[position] = item
    return pd.Series(column, dtype=object)


def _attributes(
    table: Table, findings: list[Finding]
) -> tuple[list[dict[str, object]], list[CarecircleError]]:
    """Each row's attributes under their canonical names; blank cells are absent, nothing is guessed."""
    rows: list[dict[str, object]] = [{} for _ in range(len(table))]
    faults: list[CarecircleError] = []
    for header, name, factor in _attribute_columns(table):
        kind = categories.attributes()[name].type if name and name in categories.attributes() else ""
        cells = zip(table.frame.index.tolist(), table.frame[header].tolist(), strict=True)
        for position, (row, cell) in enumerate(cells):
            if cell is None:
                continue
            value = _value(cell, kind, factor)
            place = {"file": table.file, "row": row, "column": header, "value": cell}
            refused = _refused(name or "", kind, value, **place)
            if refused is not None:
                faults.append(refused)
            elif value is None:
                sentence = Sentence("inputs.not_a_number_attribute", {"value": cell})
                findings.append(Finding("warning", sentence, str(table.file), row, header))
            else:
                rows[position][name or header] = value
    return rows, faults[:20]


def _attribute_columns(table: Table) -> list[tuple[str, str | None, float]]:
    """Every column that is none of ours: its header, the attribute that it means, and its unit's factor."""
    core = {*COLUMNS, "location"}
    given = {header: name for name, header in table.headers.items() if name not in core}
    found = []
    for header in [*given, *table.others()]:
        bare, factor = values.unit_of(header)
        name = given.get(header) or categories.attribute(bare) or categories.attribute(header)
        found.append((header, name, factor or 1.0))
    return found


def _named_columns(table: Table, names: Sequence[str]) -> dict[str, str]:
    """The headers under which a table has some attributes."""
    return {name: header for header, name, _ in _attribute_columns(table) if name and name in names}


def _refused(name: str, kind: str, read: object, **place: Any) -> InputError | None:
    """Why a cell is refused; None where it is let in, or is a figure that is unknown."""
    if kind != "number":
        return None
    asked = categories.attributes()[name]
    if read is None:
        key = "inputs.not_days" if asked.unit == "days" else "inputs.not_minutes"
        return InputError(key, **place) if asked.exact else None
    if isinstance(read, float) and read < 0:
        return InputError("inputs.negative_attribute", **place)
    if asked.whole and isinstance(read, float) and not read.is_integer():
        return InputError("inputs.not_whole", **place)
    if isinstance(read, float) and read > asked.most:
        return InputError("inputs.above_most", most=asked.most, **place)
    return None


def _value(cell: str, kind: str, factor: float) -> object:
    """A cell by the type of its attribute; None where it should be a number or mark and is not."""
    if kind == "names":
        return values.names(cell)
    if kind == "mark":
        return values.mark(cell)
    if kind == "ownership":
        return categories.ownership(cell) or cell
    if kind in ("level", "text"):
        return cell.strip()
    number = values.number(cell)
    if kind == "number":
        return None if number is None else number * factor
    return cell if number is None or len(cell) > 9 or cell.startswith("0") else number * factor


def _cells(source: Facilities, table: Table, findings: list[Finding]) -> gpd.GeoDataFrame:
    """A count per cell as that many facilities ``<id>-1 … n`` at the cell's point."""
    if source.count_column is None or source.category is None:
        need = "count_column" if source.count_column is None else "category"
        raise InputError("inputs.cells_need", file=source.path, value=need)
    headers = {values.fold(h): h for h in table.frame.columns}
    header = headers.get(values.fold(source.count_column))
    if header is None:
        present = list(table.frame.columns)
        raise InputError(
            "inputs.missing_column", file=source.path, missing=[source.count_column], present=present
        )
    faults = table.require(["facility_id"])
    raise_all(faults)
    ids = table.text("facility_id")
    faults += table.unique_ids(ids, "facility_id")
    counts = []
    for row, cell in zip(table.frame.index.tolist(), table.frame[header].tolist(), strict=True):
        number = values.number(cell) if cell is not None else 0.0
        if number is None or number < 0 or not float(number).is_integer() or number > 10_000:
            faults.append(
                InputError("inputs.bad_count", file=source.path, row=row, column=header, value=cell)
            )
            number = 0.0
        counts.append(int(number))
    geometry, wrong = points_of(table, source, findings)
    raise_all([*faults[:20], *wrong])
    rows = np.repeat(np.arange(len(table)), counts)
    facility_ids = [f"{ids.iloc[i]}-{n}" for i, count in enumerate(counts) for n in range(1, count + 1)]
    return gpd.GeoDataFrame(
        {
            "facility_id": facility_ids,
            "name": facility_ids,
            "category": source.category,
            "designations": _objects([()] * len(rows)),
            "status": "open",
            "capacity": np.nan,
            "area_id": table.text("area_id").to_numpy()[rows],
            "attributes": _objects([{} for _ in rows]),
            "roles_told": _objects([frozenset()] * len(rows)),
            "source": source.path.name,
            "row": table.frame.index.to_numpy()[rows],
        },
        geometry=geometry.to_numpy()[rows],
        crs=4326,
    )
