"""Official figures: a table of area, attribute, value, year and source, or a census table as published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from carecircle.errors import CarecircleError, raise_all
from carecircle.inputs.tables import read_table
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
        ``area_id`` (empty: the whole study), ``attribute``, ``value`` float64, ``year`` float64 (NaN: not
        stated), ``source``.
    findings
        What was noticed.

    Raises
    ------
    InputError
        Missing columns, values or years that are no numbers, negative values: all at once.
    """
    own = columns or {}
    long = ("area_id", "attribute", "value", "year", "source")
    table = read_table(path, columns=long, given={k: v for k, v in own.items() if k in long})
    if not table.has("attribute") and not table.has("value"):
        return _wide(path, own)
    raise_all(table.require(["attribute", "value"]))
    value, bad = table.numbers("value")
    year, bad_year = table.numbers("year")
    faults: list[CarecircleError] = table.faults("inputs.not_a_number", bad, "value")
    faults += table.faults("inputs.not_a_number", bad_year, "year")
    faults += table.faults("inputs.negative", value < 0, "value")
    raise_all(faults)
    known = value.notna() & table.text("attribute").notna()
    totals = pd.DataFrame(
        {
            "area_id": [a or "" for a in table.text("area_id")],
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
        "residents",
        "residents_urban",
        "residents_rural",
        "residents_0_14",
        "share_0_14",
        "year",
    )
    table = read_table(path, columns=columns, given=own)
    raise_all(table.require(["area_id", "residents"]))
    figures: dict[str, pd.Series] = {}
    faults: list[CarecircleError] = []
    for column in columns[1:]:
        if table.has(column):
            figures[column], bad = table.numbers(column)
            faults += table.faults("inputs.not_a_number", bad, column)
            faults += table.faults("inputs.negative", figures[column] < 0, column)
    raise_all(faults)
    year = figures.pop("year", pd.Series(float("nan"), index=table.frame.index))
    share = figures.pop("share_0_14", None)
    if share is not None and "residents_0_14" not in figures:
        figures["residents_0_14"] = figures["residents"] * share / 100.0
    frames = [
        pd.DataFrame(
            {
                "area_id": [a or "" for a in table.text("area_id")],
                "attribute": name,
                "value": values.to_numpy(),
                "year": year.to_numpy(),
                "source": path.name,
            }
        )
        for name, values in figures.items()
    ]
    totals = pd.concat(frames, ignore_index=True)
    return totals[totals["value"].notna()].reset_index(drop=True), list(table.findings)
