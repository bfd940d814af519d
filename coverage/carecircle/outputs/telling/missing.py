"""Missing roads as every output tells them: looked for once a run, where people cross the ground."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from carecircle.crs import between
from carecircle.missing_roads import MissingRoads, missing_roads
from carecircle.schema import Finding
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

MOST_MARKS = 40
"""Groups that are marked on the map and listed; the GeoPackage and the workbook hold all."""
_FOUND: WeakKeyDictionary[Analysis, MissingRoads | None] = WeakKeyDictionary()


def missing_of(analysis: Analysis) -> MissingRoads | None:
    """Roads that are likely missing from a study's map; None without terrain, residents or roads."""
    if analysis not in _FOUND:
        able = analysis.inputs.ground is not None and analysis.inputs.demand is not None
        _FOUND[analysis] = missing_roads(analysis) if able and analysis.networks else None
    return _FOUND[analysis]


def missing_findings(analysis: Analysis) -> Iterator[Finding]:
    """A finding for each of the largest groups, in the middle of its homes."""
    found = missing_of(analysis)
    if found is None or found.groups.empty:
        return
    to_degrees = between(analysis.inputs.crs, 4326)
    for row in found.groups.head(MOST_MARKS).itertuples():
        lon, lat = to_degrees.transform(row.geometry.x, row.geometry.y)
        yield Finding("note", missing_group(row), lon=lon, lat=lat)


def missing_group(row: Any) -> Sentence:
    """What is said of a group: a row of `MissingRoads.groups`."""
    facts = {
        "residents": row.residents, "metres": round(row.off_m), "minutes": round(row.on_foot_min, 1),
        "lane": round(row.lane_m), "rules": row.rules or "—",
    }  # fmt: skip
    return Sentence("missing.group", facts)
