"""How each class of a land cover is crossed: known classifications, or a planner's own table."""

from __future__ import annotations

import math
from pathlib import Path

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.tables.reading import Table, read_table
from carecircle.passage import figures
from carecircle.profiles import modes, nearest_mode
from carecircle.study import ClassTable, Cover
from carecircle.terrain import GroundClass
from carecircle.texts import Language

WALK = "walk"
"""The mode of rows that name none."""
_FASTEST_KPH = 300.0
_COLUMNS = ("class", "label", "kph", "mode", "source")
_ACCESSMOD = {"walking": "walk", "motorized": "drive"}
"""What AccessMod's scenario tables call our modes."""


def classes_of(cover: Cover, language: Language) -> tuple[GroundClass, ...]:
    """The classes of a land cover, by value.

    Raises
    ------
    InputError
        Every fault of the planner's own table at once.
    """
    if cover.table is not None:
        return _own(cover.table)
    known = figures()["cover"][cover.classes]
    return tuple(
        GroundClass(int(value), str(row[language]), float(row["kph"]), WALK, _title(str(row["source"])))
        for value, row in known.items()
    )


def _title(source: str) -> str:
    """A source; empty where the figure is assumed."""
    return "" if source.startswith("assumed") else source


def _own(table: ClassTable) -> tuple[GroundClass, ...]:
    read = read_table(table.path, columns=_COLUMNS, given=table.columns, layer=table.layer)
    raise_all(read.require(["class", "kph"]))
    value, bad_value = read.numbers("class")
    kph, bad_kph = read.numbers("kph")
    faults = read.faults("inputs.not_a_number", bad_value | value.isna(), "class")
    faults += read.faults("inputs.class_not_whole", value.notna() & (value % 1 != 0), "class")
    faults += read.faults("inputs.not_a_number", bad_kph | kph.isna(), "kph")
    faults += read.faults(
        "inputs.class_speed", (kph < 0) | (kph > _FASTEST_KPH), "kph", most=f"{_FASTEST_KPH:g}"
    )
    raise_all(faults)
    found: dict[tuple[int, str], GroundClass] = {}
    for row in read.frame.index.tolist():
        one = _row(read, row, int(value[row]), float(kph[row]), faults)
        if (one.value, one.mode) in found:
            faults.append(read.fault("inputs.class_twice", row, "class", value=one.value, mode=one.mode))
        found[one.value, one.mode] = one
    raise_all(faults)
    return tuple(found.values())


def _row(read: Table, row: int, value: int, kph: float, faults: list[CarecircleError]) -> GroundClass:
    def text(column: str) -> str:
        return read.text(column).loc[row] or ""

    given = text("mode")
    mode = _ACCESSMOD.get(given.strip().lower(), given.strip().lower()) or WALK
    if mode not in modes():
        near = nearest_mode(given)
        faults.append(read.fault("inputs.class_mode", row, "mode", value=given, near=near, known=modes()))
    return GroundClass(value, text("label") or str(value), kph, mode, _title(text("source")))


def minutes_per_m(kph: float) -> float:
    """Minutes a metre at a speed; NaN where nobody passes."""
    return 0.06 / kph if kph > 0 else math.nan


def crossing(classes: tuple[GroundClass, ...], mode: str, off_road: str) -> dict[int, GroundClass]:
    """The row that counts for a mode in each class: its own, else that of how it leaves the road."""
    found = {c.value: c for c in classes if c.mode == off_road}
    return found | {c.value: c for c in classes if c.mode == mode}


def check_known(found: dict[int, int], classes: tuple[GroundClass, ...], file: Path) -> None:
    """Refuse a land cover with classes that no row speaks of.

    Parameters
    ----------
    found
        Cells by class.
    """
    known = {c.value for c in classes}
    unknown = {value: count for value, count in found.items() if value not in known and value not in (0, 255)}
    if unknown:
        values = [str(v) for v in sorted(unknown)[:20]]
        cells = sum(unknown.values())
        raise InputError("inputs.unknown_class", file=file, values=values, cells=cells, known=sorted(known))
