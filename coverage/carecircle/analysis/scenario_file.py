"""scenario.json: a scenario as a file, so that ``carecircle run --with`` judges exactly what was proposed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from carecircle.analysis.scenario import Scenario
from carecircle.errors import InputError, UsageError
from carecircle.strict import fits

SCHEMA = "carecircle/scenario/1"
_KEYS = {"schema", "name", "add", "close", "change", "move", "projects"}


def scenario_data(scenario: Scenario) -> dict[str, Any]:
    """A scenario of facilities and projects as plain data: what `read_scenario` reads.

    Parameters
    ----------
    scenario
        That adds mappings, closes, changes and moves facilities, or does the plan's projects.

    Returns
    -------
    dict
        Places in WGS 84, in full.
    """
    rows = [dict(row) for row in scenario.add or () if not isinstance(row, str)]
    for row in rows:
        row["designations"] = list(row.get("designations") or ())
    return {
        "schema": SCHEMA,
        "name": scenario.name,
        "add": rows,
        "close": list(scenario.close),
        "change": {i: {k: _plain(v) for k, v in facts.items()} for i, facts in scenario.change.items()},
        "move": {i: list(place) for i, place in scenario.move.items()},
        "projects": scenario.projects,
    }


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario of facilities from a file.

    Parameters
    ----------
    path
        JSON, as `scenario_data` gives it.

    Returns
    -------
    Scenario
        For `carecircle.reanalyze`.

    Raises
    ------
    InputError
        If the file is missing, no JSON, or not of this shape: naming the key.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError("errors.missing_file", file=file)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("analysis.scenario_not_json", file=file) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError("analysis.scenario_schema", file=file, value=SCHEMA)
    wrong = next((key for key, good in _fits(data).items() if not good), None)
    if wrong is not None:
        raise InputError("analysis.scenario_key", file=file, column=wrong)
    rows = [{**row, "designations": tuple(row.get("designations") or ())} for row in data.get("add", [])]
    change = {
        i: {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
        for i, facts in data.get("change", {}).items()
    }
    try:
        return Scenario(
            name=data.get("name", ""), add=rows, close=data.get("close", []), change=change,
            move={i: (lon, lat) for i, (lon, lat) in data.get("move", {}).items()},
            projects=data.get("projects"),
        )  # fmt: skip
    except UsageError as error:
        raise InputError("analysis.scenario_key", file=file, column="move") from error


def _fits(data: dict[str, Any]) -> dict[str, bool]:
    """Of each key whether it is known and of its shape."""
    found = dict.fromkeys(sorted(set(data) - _KEYS), False)
    add, close = data.get("add", []), data.get("close", [])
    change, move = data.get("change", {}), data.get("move", {})
    year = data.get("projects")
    found["name"] = isinstance(data.get("name", ""), str)
    found["add"] = isinstance(add, list) and all(isinstance(r, dict) and _placed(r) for r in add)
    found["close"] = isinstance(close, list) and all(isinstance(i, str) for i in close)
    found["change"] = isinstance(change, dict) and all(isinstance(f, dict) for f in change.values())
    found["move"] = isinstance(move, dict) and all(
        isinstance(p, list) and len(p) == 2 and all(map(_number, p)) for p in move.values()
    )
    found["projects"] = year is None or (isinstance(year, int) and 1900 <= year <= 2200)
    return found


def _placed(row: dict[str, Any]) -> bool:
    text = all(isinstance(row.get(k), str) and row[k] for k in ("facility_id", "category"))
    figures = row.get("attributes", {})
    return text and all(_number(row.get(k)) for k in ("lon", "lat")) and isinstance(figures, dict)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and fits(value)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | set | frozenset) else value
