"""Small worlds, each lacking something, under every plan: whole outputs, and no infinity in any."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from rich.console import Console

import carecircle
from carecircle.errors import CarecircleError
from carecircle.outputs.files import tables
from carecircle.outputs.terminal.summary import verdict_lines
from carecircle.rules import catalogue
from sweepworlds import COARSE, WORLDS
from worlds import street_study

REFUSED = {"no way is known": "no usable roads"}
"""What cannot be judged, and what is said of it."""
_NO_WORD = re.compile(r"(?<![\w.])[+-]?(inf|Infinity|nan|NaN|None)(?!\w)")


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


@pytest.mark.parametrize(("number", "world"), list(enumerate(WORLDS)))
def test_a_plan_ends_whole_and_finite(
    number: int, world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every world under one of the plans in turn; under all of them in the sweep."""
    monkeypatch.setenv("CARECIRCLE_CACHE", str(tmp_path / "cache"))
    study = street_study(tmp_path / "street", extra=COARSE)
    WORLDS[world](study)
    plan = catalogue()[number % len(catalogue())]
    loaded = carecircle.load_study(study).model_copy(update={"plan": plan})
    if world in REFUSED:
        with pytest.raises(CarecircleError) as refusal:
            carecircle.analyze(loaded)
        assert REFUSED[world] in refusal.value.text("en")
        return
    analysis = carecircle.analyze(loaded)
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
def test_the_whole_folder_is_written(world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan and the worlds in which a response rule reaches nobody."""
    monkeypatch.setenv("CARECIRCLE_CACHE", str(tmp_path / "cache"))
    study = street_study(tmp_path / "street", extra=COARSE)
    WORLDS[world](study)
    analysis = carecircle.analyze(carecircle.load_study(study).model_copy(update={"plan": "beibei"}))
    out = tmp_path / "out"
    analysis.write(out)
    for name in ("verdicts.json", "manifest.json", "index.html"):
        text = (out / name).read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.-])(Infinity|NaN|None)(?![\w])", text), name
    assert (out / "results.gpkg").is_file()
