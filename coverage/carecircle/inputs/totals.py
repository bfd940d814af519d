"""Official figures: a table of area, attribute, value, year and source."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from carecircle.errors import CarecircleError, raise_all
from carecircle.inputs.tables import read_table
from carecircle.schema import Finding


def read_totals(path: Path) -> tuple[pd.DataFrame, list[Finding]]:
    """Read official figures.

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
    table = read_table(path, columns=("area_id", "attribute", "value", "year", "source"))
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
