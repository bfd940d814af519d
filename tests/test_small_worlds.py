"""Small worlds, each lacking something, under every plan: whole outputs, and no infinity in any."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from rich.console import Console

import carecircle
from carecircle.errors import InputError
from carecircle.outputs.files import tables
from carecircle.outputs.terminal.summary import verdict_lines
from carecircle.rules import catalogue
from worlds import east, street_study, write_csv

_NO_WORD = re.compile(r"(?<![\w.])[+-]?(inf|Infinity|nan|NaN|None)(?!\w)")
_COARSE = "[outputs]\nsurface_cell_m = 1000\n"


def _facilities(folder: Path, *rows: dict[str, Any]) -> None:
    lon, lat = east(0)
    base = {"name": "甲", "category": "综合医院", "lon": lon, "lat": lat}
    write_csv(folder / "facilities.csv", [{"facility_id": f"f{n}", **base, **r} for n, r in enumerate(rows)])


def _without(study: Path, section: str) -> None:
    text = study.read_text(encoding="utf-8")
    cut = re.sub(rf"\[{section}\]\n(?:[^\[\n]*\n)*", "", text)
    assert cut != text
    study.write_text(cut, encoding="utf-8")


def _residents(folder: Path, *rows: tuple[float, float, float]) -> None:
    table = []
    for number, (x, y, residents) in enumerate(rows):
        lon, lat = east(x, y)
        table.append({"demand_id": f"d{number}", "lon": lon, "lat": lat, "population": residents})
    write_csv(folder / "residents.csv", table)


def _walkers_only(folder: Path) -> None:
    path = folder / "roads.geojson"
    path.write_text(path.read_text(encoding="utf-8").replace("residential", "footway"), encoding="utf-8")


def _zero_totals(study: Path) -> None:
    names = ("residents", "residents_urban", "residents_rural", "residents_0_14", "beds", "physicians")
    write_csv(
        study.parent / "totals.csv",
        [{"area_id": "region", "attribute": n, "value": 0, "year": 2025, "source": "x"} for n in names],
    )
    study.write_text(study.read_text(encoding="utf-8") + '[totals]\npath = "totals.csv"\n', encoding="utf-8")


def _at(x: float, y: float) -> dict[str, float]:
    lon, lat = east(x, y)
    return {"lon": lon, "lat": lat}


WORLDS: dict[str, Callable[[Path], None]] = {
    "as it is": lambda study: None,
    "no facilities": lambda study: _without(study, "facilities"),
    "none with a place": lambda study: _facilities(study.parent, {"lon": "", "lat": ""}),
    "all closed": lambda study: _facilities(study.parent, {"status": "停用"}, {"status": "停用"}),
    "all unsnapped": lambda study: _facilities(study.parent, _at(5000, 2500)),
    "no station": lambda study: _facilities(study.parent, {}),
    "a station alone": lambda study: _facilities(study.parent, {"category": "急救中心（站）"}),
    "two residents off the road": lambda study: _residents(study.parent, (4000, 2000, 2)),
    "one point": lambda study: _residents(study.parent, (0, 0, 1)),
    "nobody at most places": lambda study: _residents(study.parent, (0, 0, 0), (900, 0, 0), (9000, 0, 1)),
    "no residents": lambda study: _without(study, "residents"),
    "no roads": lambda study: _without(study, "roads"),
    "walkers only": lambda study: _walkers_only(study.parent),
    "zero totals": _zero_totals,
    "no bounds": lambda study: _without(study, "boundaries"),
}  # fmt: skip


def _values(data: Any) -> Iterator[Any]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in ("quote", "rule", "id"):
                yield from _values(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _values(value)
    else:
        yield data


def _finite(values: Iterator[Any], where: object) -> None:
    for value in values:
        if isinstance(value, str):
            assert not _NO_WORD.search(value), (where, value)
        elif isinstance(value, float):
            assert math.isfinite(value), where


def _every_plan() -> Iterator[Any]:
    """Each world under each plan; quick are the plan with a response rule, and one of the others in turn."""
    others = [p for p in catalogue() if p != "beibei"]
    for number, world in enumerate(WORLDS):
        for plan in catalogue():
            quick = plan in ("beibei", others[number % len(others)])
            yield pytest.param(world, plan, marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize(("world", "plan"), list(_every_plan()))
def test_every_plan_ends_whole_and_finite(world: str, plan: str, tmp_path: Path) -> None:
    study = street_study(tmp_path / "street", extra=_COARSE)
    WORLDS[world](study)
    loaded = carecircle.load_study(study).model_copy(update={"plan": plan})
    try:
        analysis = carecircle.analyze(loaded)
    except InputError as refusal:
        if world != "walkers only" or "no usable roads" not in refusal.text("en"):
            raise
        return  # the plan asks for vehicles alone, and no road is for them
    for language in ("zh", "en"):
        document = analysis.to_dict(language)
        json.dumps(document, allow_nan=False)
        _finite(_values(document), (world, plan))
    book = tmp_path / f"{plan}.xlsx"
    tables.workbook(analysis, book)
    for sheet in _sheets(book):
        _finite(_values(sheet), (world, plan, "workbook"))
    console = Console(file=io.StringIO(), width=200)
    verdict_lines(analysis.verdicts, "en", console)
    _finite(iter(console.file.getvalue().splitlines()), (world, plan, "terminal"))


def _sheets(path: Path) -> Iterator[list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        yield book.get_sheet_by_name(name).to_python()


@pytest.mark.parametrize("world", ["no station", "two residents off the road", "no facilities"])
def test_the_whole_folder_is_written(world: str, tmp_path: Path) -> None:
    """The plan and the worlds in which a response rule reaches nobody."""
    study = street_study(tmp_path / "street", extra=_COARSE)
    WORLDS[world](study)
    analysis = carecircle.analyze(carecircle.load_study(study).model_copy(update={"plan": "beibei"}))
    out = tmp_path / "out"
    analysis.write(out)
    for name in ("verdicts.json", "manifest.json", "index.html"):
        text = (out / name).read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.-])(Infinity|NaN|None)(?![\w])", text), name
    assert (out / "results.gpkg").is_file()
