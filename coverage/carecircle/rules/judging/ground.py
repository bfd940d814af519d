"""How much of the ground lies within a radius: told beside the residents, never judged."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.language.rule import Rule

_SEGMENTS = 64
"""Segments of a quarter circle: its area is then short by 0.01 %."""


def area_share(rule: Rule, evidence: Evidence) -> float | None:
    """Share of the scope's area within a straight-line limit of a facility; None where no outline tells.

    Areas are planar, in the study's projected CRS.
    """
    ground = _ground(rule.scope, evidence)
    if ground is None or ground.is_empty or rule.limit is None:
        return None
    facilities = evidence.inputs.facilities
    chosen = rule.facilities.select(facilities) & facilities.geometry.notna()
    if not evidence.study.assumptions.count_outside:
        chosen &= facilities["inside"].astype(bool)
    circles = shapely.buffer(
        facilities.geometry[chosen].to_numpy(), rule.limit * rule.factor, quad_segs=_SEGMENTS
    )
    return float(shapely.union_all(circles).intersection(ground).area / ground.area)


def _ground(scope: str, evidence: Evidence) -> BaseGeometry | None:
    """The region, or its urban or rural areas (of the finest level that is marked)."""
    if scope == "all":
        region: BaseGeometry | None = evidence.inputs.region
        return region
    areas = evidence.inputs.areas
    for level in ("village", "town", "county"):
        own = areas[(areas["level"] == level) & areas.geometry.notna()]
        marks = own["urban"].map(lambda mark: None if mark is None or mark != mark else bool(mark))
        if marks.notna().any():
            shapes = own.geometry[(marks == (scope == "urban")).to_numpy()]
            return shapely.union_all(shapes.to_numpy())
    return None
