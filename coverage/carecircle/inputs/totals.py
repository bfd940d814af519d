"""Official figures: a table of area, attribute, value, year and source, or a census table as published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from carecircle.errors import CarecircleError, raise_all
from carecircle.inputs.tables.reading import Table, read_table
from carecircle.inputs.tables.values import is_sum, is_whole
from carecircle.schema import Finding

_FIGURES = ("residents", "residents_urban", "residents_rural", "residents_0_14")


def read_totals(path: Path, columns: Mapping[str, str] | None = None) -> tuple[pd.DataFrame, list[Finding]]:
    """Read official figures.

    Parameters
    ----------
    path
        Of the table.
    columns
        Canonical column -> the planner's own header.

    Returns
    -------
    totals
        ``area_id`` (empty: the whole study; an area's name where the table has no codes), ``attribute``,
        ``value`` float64, ``year`` float64 (NaN: not stated), ``source``.
    findings
        What was noticed.

    Raises
    ------
    InputError
        Missing columns, values or years that are no numbers, negative values: all at once.
    """
    own = columns or {}
    long = ("area_id", "name", "attribute", "value", "year", "source")
    given = {k: v for k, v in own.items() if k in long}
    if any(c in own for c in (*_FIGURES, "share_0_14")):
        return _wide(path, own)
    table = read_table(path, columns=long, given=given, sums=True)
    if not table.has("attribute") and not table.has("value"):
        return _wide(path, own)
    raise_all(table.require(["attribute", "value"]))
    value, bad = table.numbers("value")
    year, bad_year = table.numbers("year")
    faults: list[CarecircleError] = table.faults("inputs.not_a_number", bad, "value")
    faults += table.faults("inputs.not_a_number", bad_year, "year")
    faults += table.faults("inputs.negative", value < 0, "value")
    raise_all(faults)
    areas = _areas(table)
    known = value.notna() & table.text("attribute").notna() & areas.notna()
    totals = pd.DataFrame(
        {
            "area_id": areas.to_numpy(),
            "attribute": table.text("attribute").to_numpy(),
            "value": value.to_numpy(),
            "year": year.to_numpy(),
            "source": [s or path.name for s in table.text("source")],
        }
    )
    return totals[known.to_numpy()].reset_index(drop=True), list(table.findings)


def _wide(path: Path, own: Mapping[str, str]) -> tuple[pd.DataFrame, list[Finding]]:
    """A census table: one row an area, one column a figure; shares of children become numbers of children."""
    columns = (
        "area_id",
        "name",
        "residents",
        "residents_urban",
        "residents_rural",
        "residents_0_14",
        "share_0_14",
        "year",
    )
    table = read_table(path, columns=columns, given=own, sums=True)
    raise_all(table.require(["residents"] if table.has("name") else ["area_id", "residents"]))
    figures: dict[str, pd.Series] = {}
    faults: list[CarecircleError] = []
    for column in columns[2:]:
        if table.has(column):
            figures[column], bad = table.numbers(column)
            faults += table.faults("inputs.not_a_number", bad, column)
            faults += table.faults("inputs.negative", figures[column] < 0, column)
    raise_all(faults)
    year = figures.pop("year", pd.Series(float("nan"), index=table.frame.index))
    share = figures.pop("share_0_14", None)
    if share is not None and "residents_0_14" not in figures:
        figures["residents_0_14"] = figures["residents"] * share / 100.0
    areas = _areas(table)
    frames = [
        pd.DataFrame(
            {
                "area_id": areas.to_numpy(),
                "attribute": name,
                "value": values.to_numpy(),
                "year": year.to_numpy(),
                "source": path.name,
            }
        )
        for name, values in figures.items()
    ]
    totals = pd.concat(frames, ignore_index=True)
    known = totals["value"].notna() & totals["area_id"].notna()
    return totals[known].reset_index(drop=True), list(table.findings)


def _areas(table: Table) -> pd.Series:
    """Each row's area: its code, or its name in a table without codes.

    Empty for the whole study, None for a sum of a part of it.
    """
    by_code = table.has("area_id")
    found: list[str | None] = []
    for code, name in zip(table.text("area_id").tolist(), table.text("name").tolist(), strict=True):
        said = code if by_code else name
        part = any(is_sum(c) and not is_whole(c) for c in (code, name))
        found.append(None if part else "" if said is None or is_whole(said) else said)
    return pd.Series(found, index=table.frame.index, dtype=object)
