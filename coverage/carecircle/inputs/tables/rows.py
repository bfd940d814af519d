"""Which rows of a table are no data: totals among or below the rest, and notes under it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from carecircle.inputs.tables.sheets import Merged
from carecircle.inputs.tables.values import is_sum, number
from carecircle.schema import Finding
from carecircle.texts import Sentence

_NOTE = re.compile(
    r"^[\s(（*※]*(注|备注|附注|说明|数据来源|资料来源|来源|填表人|填报人|填表单位|填报单位|制表|制表人|审核|审核人"
    r"|负责人|联系电话|notes?|sources?|remarks?)\d*\s*[:：.、]", re.IGNORECASE
)  # fmt: skip
_MOST_IN_A_NOTE = 2
"""A note under a table fills no more cells than this."""
_NEEDED = ("facility_id", "demand_id", "area_id", "name", "category", "lon", "lat")
_ONE_BY_ONE = ("residents", "official_residents", "capacity", "facility_id", "demand_id", "value")
"""Columns in which a merged cell does not speak for each of its rows."""


def data_rows(
    path: Path, frame: pd.DataFrame, headers: Mapping[str, str], findings: list[Finding], *, sums: bool
) -> pd.DataFrame:
    """The rows that are data; totals and notes are left out and named.

    Parameters
    ----------
    path
        The table's file.
    frame
        Text cells, indexed by row numbers.
    headers
        Canonical column -> its header.
    findings
        Takes a note for each kind that was left out.
    sums
        Whether rows of sums are wanted (in official figures they are the whole study's).
    """
    cells: dict[int, list[str | None]] = dict(
        zip(frame.index.tolist(), frame.to_numpy(dtype=object).tolist(), strict=True)
    )
    notes = [row for row, own in cells.items() if _is_note(own)]
    labelled: dict[int, str] = {}
    if not sums:
        for row, own in cells.items():
            label = next((str(c) for c in own if is_sum(c)), None)
            if label is not None and row not in notes:
                labelled[row] = label
        rest = frame.drop(index=[*notes, *labelled])
        if (last := _sum_of_the_others(rest, headers)) is not None:
            labelled[last] = next((c for c in cells[last] if c is not None), "")
    if notes:
        first = str(next(c for c in cells[notes[0]] if c is not None))
        facts = {"count": len(notes), "value": first[:40]}
        findings.append(Finding("note", Sentence("inputs.note_rows", facts), str(path), int(notes[0])))
    if labelled:
        row, label = next(iter(labelled.items()))
        facts = {"count": len(labelled), "value": label}
        findings.append(Finding("warning", Sentence("inputs.total_rows", facts), str(path), int(row)))
    return frame.drop(index=[*notes, *labelled])


def _is_note(cells: Sequence[str | None]) -> bool:
    filled = [c for c in cells if c is not None]
    return 0 < len(filled) <= _MOST_IN_A_NOTE and _NOTE.match(filled[0]) is not None


def _sum_of_the_others(frame: pd.DataFrame, headers: Mapping[str, str]) -> int | None:
    """The last row, if it lacks what every other row has and its every number is the sum of those above."""
    if len(frame) < 3:
        return None
    last, above = frame.iloc[-1], frame.iloc[:-1]
    needed = [headers[c] for c in _NEEDED if c in headers]
    if not any(last[h] is None and above[h].notna().all() for h in needed):
        return None
    if any(last[headers[c]] is not None for c in ("lon", "lat") if c in headers):
        return None
    sums = 0
    for header, cell in last.items():
        found = number(cell)
        if found is None or header in needed:
            continue
        parts = [n for c in above[header] if (n := number(c)) is not None]
        if len(parts) < 2 or not math.isclose(found, math.fsum(parts), rel_tol=1e-9) or found == 0:
            return None
        sums += 1
    return int(frame.index[-1]) if sums else None


def spread(
    path: Path,
    frame: pd.DataFrame,
    headers: Mapping[str, str],
    merged: Collection[Merged],
    findings: list[Finding],
) -> None:
    """Let a cell merged downwards speak for all its rows, in ``frame`` itself.

    A number stays in its first row, unless its column is one of places or codes: 300 beds over three rows
    are not 900.
    """
    positions = frame.attrs.get("positions", {})
    single = {headers[c] for c in _ONE_BY_ONE if c in headers}
    known = set(headers.values())
    filled = 0
    for first, last, position in merged:
        header = positions.get(position)
        if header is None or first not in frame.index:
            continue
        cell = frame.at[first, header]
        if cell is None or header in single or (number(cell) is not None and header not in known):
            if cell is not None:
                facts = {"value": header}
                findings.append(Finding("warning", Sentence("inputs.merged_number", facts), str(path), first))
            continue
        for row in (r for r in frame.index.tolist() if first < r <= last):
            frame.at[row, header] = str(cell)
            filled += 1
    if filled:
        findings.append(Finding("note", Sentence("inputs.merged_cells", {"count": filled}), file=str(path)))
