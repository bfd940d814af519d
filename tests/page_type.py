"""The types of the pages' data, from what Python puts into pages; run, this writes both page.d.ts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import carecircle
from carecircle.outputs import siting_map
from carecircle.outputs.map import basemap, ways
from carecircle.outputs.map.gap_map import GapPage, page_data
from carecircle.outputs.map.pack import Blocks, page_json
from carecircle.rules import CountyRow, Outcome
from carecircle.rules.judging.parts import OnTrack
from carecircle.rules.language.query import main_query
from carecircle.siting.remedy import site
from carecircle.study import Accessed
from carecircle.terrain import GroundCells
from trialtown import town_analysis

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = ROOT / "coverage/carecircle/outputs"
KEPT, KEPT_SITING = OUTPUTS / "map/page/src/page.d.ts", OUTPUTS / "sites/page/src/page.d.ts"
HEAD = """// Written by tests/page_type.py from pages that Python makes; a test holds it equal. Do not edit.

/** A sentence in both languages. */
export interface Said {
  zh: string;
  en: string;
}
"""
BLOCKS = """
/** A column of a block: offset, count, type, whether each number adds to the one before, the block. */
export type Column = [number, number, string, boolean, string];

/** Outlines or lines: their points, how many each ring has, how many rings each shape. */
export interface Shapes {
  x: Column;
  y: Column;
  lengths: Column;
  rings: Column;
}
"""
TILES = ("{z}/{x}/{y}.png", "https://tiles.example/{z}/{x}/{y}.png")
RECORDS = (
    "page.words",
    "siting.words",
    "page.answer.tally",
    "page.islands",
    "page.basemap.tiles",
    "page.ways.modes",
    "page.ways.terrain.fields",
)
"""What is named by data (a rule, a mode, a tile), not by the program."""
NAMED = {"page.clauses[]": "Clause", "page.queries[]": "Query", "page.ways": "Ways", "page.kinds[]": "Kind",
         "page.ways.modes[]": "ModeWays", "page.ways.terrain": "Ground",
         "page.ways.terrain.fields[]": "GroundField", "page.sites[]": "Site",
         "page.access[]": "Accessed", "page.findings[]": "Finding",
         "page.facilities": "Facilities", "page.areas": "Areas", "page": "Page",
         "siting.facilities[]": "Facility", "siting.sites[]": "Site", "siting.rules[]": "Rule",
         "siting.clauses[]": "Clause", "siting.closings[]": "Closing", "siting": "SitingPage"}  # fmt: skip
PLACE = "[number, number]"
TOLD = {"siting.region": "GeoJSON.FeatureCollection", "siting.streets[][]": PLACE,
        "siting.sites[].at": PLACE, "siting.facilities[].at": PLACE}  # fmt: skip
"""What is said closer than samples show it."""


class Writer:
    """Collects the interfaces as they are met, the innermost first."""

    def __init__(self) -> None:
        self.interfaces: list[str] = []

    def of(self, values: list[Any], at: str) -> str:
        """The type of a place in the data, of all values that samples have there."""
        if at in TOLD:
            return TOLD[at]
        known = [v for v in values if v is not None]
        absent = " | null" if len(known) < len(values) else ""
        if not known:
            return "null"
        if all(isinstance(v, dict) for v in known):
            return self._object(known, at) + absent
        if all(isinstance(v, list) for v in known):
            if all(_column(v) for v in known):
                return "Column" + absent
            items = [item for v in known for item in v]
            inner = self.of(items, f"{at}[]") if items else "unknown"
            union = not inner.startswith("{") and "|" in inner
            return (f"({inner})[]" if union else f"{inner}[]") + absent
        names = {bool: "boolean", int: "number", float: "number", str: "string"}
        return " | ".join(sorted({names[type(v)] for v in known})) + absent

    def _object(self, known: list[dict[str, Any]], at: str) -> str:
        keys = list(dict.fromkeys(k for v in known for k in v))
        if set(keys) == {"zh", "en"}:
            return "Said"
        if set(keys) == {"x", "y", "lengths", "rings"} and all(_column(v["x"]) for v in known):
            return "Shapes"
        if at in RECORDS:
            return f"Record<string, {self.of([x for v in known for x in v.values()], f'{at}[]')}>"
        lines = []
        for key in keys:
            some = "" if all(key in v for v in known) else "?"
            lines.append(f"  {key}{some}: {self.of([v[key] for v in known if key in v], f'{at}.{key}')};")
        if at not in NAMED:
            return "{\n" + "\n".join(lines) + "\n}"
        self.interfaces.append(f"export interface {NAMED[at]} " + "{\n" + "\n".join(lines) + "\n}\n")
        return NAMED[at]


def _column(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 5
        and isinstance(value[2], str)
        and value[3] in (True, False)
    )


def page_type(samples: Iterable[dict[str, Any]]) -> str:
    """The declarations of map pages, indented."""
    return _declared(samples, "page", HEAD + BLOCKS)


def siting_type(samples: Iterable[dict[str, Any]]) -> str:
    """The declarations of siting pages, indented."""
    return _declared(samples, "siting", HEAD)


def _declared(samples: Iterable[dict[str, Any]], root: str, head: str) -> str:
    writer = Writer()
    writer.of(list(samples), root)
    depth, lines = 0, []
    for line in "\n".join(writer.interfaces).splitlines():
        text = line.strip()
        depth -= text.startswith("}")
        lines.append("  " * depth + text if text else "")
        depth += text.endswith("{")
    return head + "\n" + "\n".join(lines).rstrip() + "\n"


def samples(found: Analysis) -> list[dict[str, Any]]:
    """The page of the embedded county: with a clause on a line, sites added and closed, tiles of its own."""
    frame = found.inputs.facilities
    some = frame[frame.geometry.notna() & (frame["status"] == "open") & frame["inside"]].to_crs(4326).iloc[0]
    place = {"name": "新", "category": some["category"], "lon": some.geometry.x, "lat": some.geometry.y}
    tried = carecircle.reanalyze(
        found, add=[{**place, "facility_id": "new-1"}], close=[some["facility_id"]], surfaces=False
    )
    with tempfile.TemporaryDirectory() as folder:
        carried, asked = (_over(found, Path(folder), address) for address in TILES)
    line = OnTrack(2023, 0.2, 2020, 2025, 0.5, 0.1, True)
    row = CountyRow("1", "甲县", 1.0, 2.0, 0.5, Outcome.PASS)
    first, *rest = found.verdicts
    told = replace(
        found,
        verdicts=[
            replace(first, counties=(row, replace(row, numerator=None, denominator=None)), on_track=line),
            *rest,
        ],
    )
    near = Accessed(measure="nearest_nth", categories=("医院",))
    asking = found.study.model_copy(update={"access": (near,)})
    fair = replace(found, study=asking, inputs=replace(found.inputs, study=asking))
    pages = [_data(found), _data(told), _data(fair)]
    pages.append(_data(tried, [{**place, "rank": 1, "newly_covered": 1.0}]))
    # as of stations that turn out, and of a chain of two legs
    started = [{**query, "start": [0.5], "legs": [0, 1]} for query in pages[0]["queries"]]
    pages.append({**pages[0], "queries": started})
    pages += [_data(_over_ground(found, flat=flat)) for flat in (True, False)]
    return [*pages, {**pages[0], "basemap": carried["basemap"], "tileServer": asked["tileServer"]}]


def siting_samples(folder: Path) -> list[dict[str, Any]]:
    """The siting page of the crooked town: with a facility that must not close, and what cannot be done."""
    data = siting_map._data(site(town_analysis(folder), clauses=["W.walk", "D.drive"], sites=2))
    shut = {"name": "甲", "rule": "W.walk", "residents": 1, "single": True}
    told = {**data, "impossible": [data["answer"]], "closings": [shut], "attributions": ["甲"]}
    return [json.loads(page_json(sample)) for sample in (data, told)]


def _data(analysis: Analysis, proposed: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    held, (data, blocks) = Blocks(level=1), page_data(analysis, proposed=proposed)
    queries = [q for q in map(main_query, analysis.plan.rules) if q in analysis.reached]
    page = GapPage(data, blocks, ways.roads(analysis, queries, held), {})
    return json.loads(page_json(page.data))  # type: ignore[no-any-return]


def _over_ground(analysis: Analysis, *, flat: bool) -> Analysis:
    """The same with ground of square kilometres: of one speed and hilly, or flat and everywhere another."""
    size = 1000.0
    west, south, east, north = analysis.inputs.region.bounds
    rows, columns = int((north - south) / size) + 1, int((east - west) / size) + 1
    slow = np.linspace(0.01, 0.02, rows * columns) if flat else np.full(rows * columns, 0.015)
    cells = GroundCells(
        analysis.inputs.crs.to_wkt(), (size, 0.0, west, 0.0, -size, north), np.full(rows, size),
        np.full(rows, size),
        dict.fromkeys(analysis.networks, slow.reshape(rows, columns).astype(np.float32)),
        elevation_m=None if flat else np.zeros((rows, columns), np.float32),
        max_slope_deg=None if flat else 40.0,
    )  # fmt: skip
    return replace(analysis, inputs=replace(analysis.inputs, ground=cells))


def _over(analysis: Analysis, folder: Path, address: str) -> dict[str, Any]:
    """What a page carries of its own tiles, or of a server of tiles."""
    tile = folder / "0/0/0.png"
    tile.parent.mkdir(parents=True, exist_ok=True)
    tile.write_bytes(b"\x89PNG\r\n\x1a\n")
    outputs = analysis.study.outputs.model_copy(update={"basemap": address})
    study = analysis.study.model_copy(update={"outputs": outputs, "file": folder / "study.toml"})
    return {
        "basemap": basemap.carried(replace(analysis, study=study))[0],
        "tileServer": basemap.server(study),
    }


if __name__ == "__main__":
    KEPT.write_text(page_type(samples(carecircle.analyze(ROOT / "data"))), encoding="utf-8")
    with tempfile.TemporaryDirectory() as town:
        KEPT_SITING.write_text(siting_type(siting_samples(Path(town))), encoding="utf-8")
