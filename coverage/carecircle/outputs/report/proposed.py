"""What is proposed: the mended plan of a mend.json beside the report, year by year, with its map."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.outputs import telling
from carecircle.outputs.report import maps
from carecircle.outputs.report.blocks import Block, Picture, Table, Text
from carecircle.outputs.report.clauses import Said
from carecircle.rules.judging.shapes import misfit
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

_MOVE: dict[str, Any] = {
    "type": "object", "required": ["what", "price", "lon", "lat", "rules", "residents"],
    "properties": {
        "what": {"type": "string"}, "price": {"type": "number"}, "lon": {"type": ["number", "null"]},
        "lat": {"type": ["number", "null"]},
        "rules": {"type": ["array", "null"], "items": {"type": "string"}},
        "residents": {"type": ["number", "null"]},
    },
}  # fmt: skip
_PHASE: dict[str, Any] = {
    "type": "object", "required": ["year", "spent", "residents_gained", "mended", "moves"],
    "properties": {
        "year": {"type": ["integer", "null"]}, "spent": {"type": "number"},
        "residents_gained": {"type": "number"}, "mended": {"type": "array", "items": {"type": "string"}},
        "moves": {"type": "array", "items": _MOVE},
    },
}  # fmt: skip
_SHAPE: dict[str, Any] = {
    "type": "object", "required": ["schema", "study", "plan", "unit", "answer", "failing", "phases"],
    "properties": {
        "schema": {"const": "carecircle/mend/1"}, "study": {"type": "string"}, "plan": {"type": "string"},
        "unit": {"type": "string"}, "answer": {"type": "string"},
        "failing": {"type": "array", "items": {"type": "string"}},
        "phases": {"type": "array", "items": _PHASE},
    },
}  # fmt: skip
"""What is read of a mend.json; one of another shape is left alone."""


def proposed(folder: Path, analysis: Analysis) -> Mapping[str, Any] | None:
    """The mended plan that lies in a folder, if it is of this study and plan.

    Parameters
    ----------
    folder
        Of the outputs.
    analysis
        That the report is about.
    """
    file = folder / "mend.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if misfit(found, _SHAPE) is not None or found["schema"] != "carecircle/mend/1":
        return None
    same = (found["study"], found["plan"]) == (analysis.study.name, analysis.plan.id)
    return found if same else None


def proposed_blocks(
    analysis: Analysis, said: Said, family: str, roads: maps.Roads, plan: Mapping[str, Any] | None
) -> Iterator[Block]:
    """The section: the answer, a map, what is done in which year, at what price, for what.

    Parameters
    ----------
    analysis, said, family, roads
        As every section takes them.
    plan
        From `proposed`; nothing is said without one.
    """
    if plan is None:
        return
    yield Text(said.tidy(plan["answer"]))
    names = {v.rule: said.of(telling.title(v)) for v in analysis.verdicts}
    points = [
        (f"{phase['year'] or ''}", move["lon"], move["lat"])
        for phase in plan["phases"]
        for move in phase["moves"]
        if move["lon"] is not None and move["lat"] is not None
    ]
    if points:
        title = said.of(Sentence("mending.map_title"))
        drawn = maps.moves_map(analysis, points, said.language, family, roads)
        yield Picture(drawn, said.figure(title), title, 0.8)
    head = [said.of(Sentence(f"mending.column_{c}")) for c in ("year", "what", "price", "rules", "residents")]
    rows = [
        (str(phase["year"] or "—"), move["what"], said.number(move["price"]),
         "、".join(names.get(r, r) for r in move["rules"] or ()),
         said.people(move["residents"]) if move["residents"] else "")
        for phase in plan["phases"] for move in phase["moves"]
    ]  # fmt: skip
    if rows:
        yield Table(head, rows, (0, 3.4, 1.0, 2.2, 1.8), right=(2, 4))
    head = [said.of(Sentence(f"mending.column_{c}")) for c in ("year", "spent", "gained", "mended")]
    years = [
        (str(p["year"] or "—"), said.number(p["spent"]), said.people(p["residents_gained"]),
         "、".join(names.get(r, r) for r in p["mended"]))
        for p in plan["phases"]
    ]  # fmt: skip
    yield Table(head, years, (0, 1.2, 2.0, 4.0), right=(1, 2))
    if plan["unit"]:
        yield Text(said.of(Sentence("mending.unit_note", {"unit": plan["unit"]})), small=True)
