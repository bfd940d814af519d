"""What lies over the map besides the clauses: water, islands of road, sites, findings, the study before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from carecircle import categories
from carecircle.doctor import network_findings
from carecircle.outputs import telling
from carecircle.outputs.map.layers import degrees, to_degrees
from carecircle.outputs.map.pack import Block
from carecircle.rules.judging.shapes import misfit
from carecircle.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict
    from carecircle.schema import Finding

_MOST_ISLAND_POINTS = 40_000
_MOST_WATER_POINTS = 60_000

_SITE: dict[str, Any] = {
    "type": "object", "required": ["rank", "name", "category", "lon", "lat", "newly_covered"],
    "properties": {
        "rank": {"type": ["integer", "null"]}, "name": {"type": ["string", "null"]},
        "category": {"type": "string"}, "lon": {"type": "number"}, "lat": {"type": "number"},
        "newly_covered": {"type": ["number", "null"]},
    },
}  # fmt: skip
"""What is read of a site of siting.json; one without a place is not drawn."""


def water(analysis: Analysis, block: Block, tolerance: float) -> dict[str, Any] | None:
    """Lakes and wide rivers as polygons, rivers and canals as lines.

    Parameters
    ----------
    tolerance
        Metres by which the drawn lines may stray; doubled until the points fit.

    Returns
    -------
    dict or None
        ``areas`` and ``lines`` (columns of the block); None where the inputs hold no water.
    """
    found = analysis.inputs.water
    if found is None or not len(found):
        return None
    kinds = (("areas", "area", 2), ("lines", "line", 1))
    drawn = {name: found.geometry[found["kind"] == kind].to_numpy() for name, kind, _ in kinds}
    while sum(int(shapely.get_num_coordinates(d).sum()) for d in drawn.values()) > _MOST_WATER_POINTS:
        tolerance *= 2
        drawn = {name: shapely.simplify(shapes, tolerance) for name, shapes in drawn.items()}
    return {
        name: block.add_shapes(_wgs84(analysis, shapely.simplify(drawn[name], tolerance), dimension))
        for name, _, dimension in kinds
    }


def _wgs84(analysis: Analysis, shapes: Any, dimension: int) -> Any:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    kept = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    return to_degrees(analysis, kept)


def islands(analysis: Analysis, block: Block, tolerance: float) -> dict[str, Any]:
    """Per mode the streets that hang together with nothing else, as lines; the largest part is left out.

    Only those that touch the study's region are drawn: beyond it the roads are cut at the buffer's edge.
    """
    found: dict[str, Any] = {}
    for mode, network in sorted(analysis.networks.items()):
        if not network.nodes:
            continue
        largest = int(np.argmax(network.component_road_m))
        usable = np.isfinite(network.seconds)
        streets = np.unique(network.street[usable])
        apart = streets[network.component[network.street_ends[streets, 0]] != largest]
        lines = _lines(network, apart)
        lines = lines[shapely.intersects(analysis.inputs.region, lines)]
        if not len(lines):
            continue
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings([lines])))
        drawn = shapely.simplify(merged, tolerance)
        if shapely.get_num_coordinates(drawn).sum() <= _MOST_ISLAND_POINTS:
            found[mode] = {
                "shapes": block.add_shapes(to_degrees(analysis, drawn)),
                "parts": len(merged),
            }
    return found


def _lines(network: Any, streets: Any) -> Any:
    first, last = network.offsets[:-1], network.offsets[1:]
    return np.array([shapely.LineString(network.coords[first[s] : last[s]]) for s in streets], dtype=object)


def sites(analysis: Analysis, proposed: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Facilities added or closed against the baseline, and what a siting study proposes.

    Parameters
    ----------
    analysis
        What was analysed; its ``baseline`` tells what changed.
    proposed
        Rows of siting.json's ``sites``: ``rank, name, category, lon, lat, newly_covered``.
    """
    found: list[dict[str, Any]] = []
    baseline = analysis.baseline
    if baseline is not None:
        frame, old = analysis.inputs.facilities, baseline.inputs.facilities
        before = dict(zip(old["facility_id"], old["status"], strict=True))
        for i, (facility_id, status) in enumerate(zip(frame["facility_id"], frame["status"], strict=True)):
            if facility_id not in before:
                found.append(_site(analysis, i, "added"))
            elif status == "closed" and before[facility_id] != "closed":
                found.append(_site(analysis, i, "closed"))
    return found + [_proposal(row) for row in proposed]


def _proposal(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "proposed",
        "facility": -1,
        "name": str(row["name"]),
        "rank": row["rank"],
        "people": row["newly_covered"],
        "lon": round(float(row["lon"]), 6),
        "lat": round(float(row["lat"]), 6),
        "category": {lang: categories.label(str(row["category"]), lang) for lang in LANGUAGES},
    }


def _site(analysis: Analysis, row: int, kind: str) -> dict[str, Any]:
    facility = analysis.inputs.facilities.iloc[row]
    point = facility.geometry
    lon = lat = None
    if point is not None and not point.is_empty:
        lon, lat = (round(float(v), 6) for v in degrees(analysis).transform(point.x, point.y))
    return {
        "kind": kind,
        "facility": row,
        "name": str(facility["name"]),
        "rank": None,
        "people": None,
        "lon": lon,
        "lat": lat,
        "category": {lang: categories.label(facility["category"], lang) for lang in LANGUAGES},
    }


def proposals(folder: Path, study: str) -> list[dict[str, Any]]:
    """The sites of a siting.json in a folder, where there is one and it is of this study."""
    file = folder / "siting.json"
    if not file.is_file():
        return []
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(found, dict) or found.get("study") != study:
        return []
    rows = found.get("sites")
    return [row for row in rows if misfit(row, _SITE) is None] if isinstance(rows, list) else []


def findings(analysis: Analysis) -> list[dict[str, Any]]:
    """What the doctor knows of the inputs: both languages, how grave, and where as far as known."""
    return [
        {
            **f.sentence.both(),
            "level": f.level,
            "file": Path(f.file).name if f.file else "",
            "row": f.row,
            "lon": f.lon if f.lat is not None else None,
            "lat": f.lat,
        }
        for f in findings_of(analysis)
    ]


_FOUND: WeakKeyDictionary[Analysis, tuple[Finding, ...]] = WeakKeyDictionary()


def findings_of(analysis: Analysis) -> tuple[Finding, ...]:
    """What could change a verdict: found in reading the inputs, and on the networks of the run.

    Parameters
    ----------
    analysis
        Looked over once, however many outputs ask.
    """
    if analysis not in _FOUND:
        found = analysis.findings
        if analysis.networks and analysis.inputs.edges is not None:
            found = (*found, *network_findings(analysis.inputs, analysis.networks))
        found = (*found, *telling.missing_findings(analysis))
        _FOUND[analysis] = found
    return _FOUND[analysis]


def before_clause(analysis: Analysis, verdict: Verdict, block: Block) -> dict[str, Any] | None:
    """How a clause stood in the baseline: outcome, share and every resident's code."""
    from carecircle.outputs.map.layers import people
    from carecircle.outputs.telling import counts_people

    baseline = analysis.baseline
    old = None if baseline is None else next((v for v in baseline.verdicts if v.rule == verdict.rule), None)
    if old is None:
        return None
    told = old.people is not None and counts_people(old) and not old.rule_def.group
    return {
        "outcome": old.outcome.value,
        "observed": old.shown(old.observed).both(),
        "affected": old.residents_affected or 0.0,
        "people": people(old.people, block) if told and old.people is not None else None,
    }
