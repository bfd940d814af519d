"""Which part of a study a clause's map shows, and which areas it names first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from carecircle.ledgers import LACKING, lacking
from carecircle.rules import by_area
from carecircle.schema import LEVELS

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict

_ASPECT = 1.45
"""How much wider than high a part is."""
_LEAST, _MOST_PART = 0.12, 0.6
"""Of the study's extent: the smallest part that is drawn, and the largest that is drawn as a part."""
_NAMED = 5


def part_of_the_gap(analysis: Analysis, verdict: Verdict) -> tuple[float, float, float, float]:
    """The part of the study's bounds that holds a clause's gap; all of them where that is most."""
    inputs = analysis.inputs
    west, south, east, north = whole = inputs.region.bounds
    shapes: list[Any] = []
    if verdict.people is not None and inputs.demand is not None and verdict.rule_def.limit is not None:
        shapes += list(inputs.demand.geometry[verdict.people.isin(LACKING).to_numpy()])
    gone = {unit.id for unit in verdict.units if unit.state == "gap"}
    for frame, name in ((inputs.areas, "area_id"), (inputs.facilities, "facility_id")):
        shapes += list(frame.geometry[frame[name].isin(gone)])
    there = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not there:
        return whole
    left, low, right, high = (float(v) for v in shapely.total_bounds(there))
    least = max(_LEAST * max(east - west, north - south), 2_000.0)
    wide, tall = max(1.25 * (right - left), least), max(1.25 * (high - low), least)
    wide, tall = max(wide, tall * _ASPECT), max(tall, wide / _ASPECT)
    if wide * tall > _MOST_PART * (east - west) * (north - south):
        return whole
    x, y = (left + right) / 2, (low + high) / 2
    return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def worst_areas(analysis: Analysis, verdict: Verdict) -> list[str]:
    """The areas of the finest level that leave most people out."""
    for level in reversed(LEVELS):
        found = by_area(verdict, analysis.inputs, level)
        if len(found):
            found = found.assign(lacking=lacking(found)).sort_values("lacking", ascending=False)
            return [str(a) for a in found["area_id"][found["lacking"] > 0][:_NAMED]]
    return []
