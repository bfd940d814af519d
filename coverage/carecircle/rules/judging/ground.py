"""How much of the ground lies within a radius: told beside the residents, never judged."""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.language.rule import Rule

_SEGMENTS = 64
"""Segments of a quarter circle: its area is then short by 0.01 %."""
_PLAIN = 20_000
"""Corners of a border that are held against the circles at once."""
_MOST_CUTS = 12
_CUT_WELL = 1e-12
"""Share of an area by which its quarters may differ from it."""


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
    return shared_area(ground, shapely.union_all(circles)) / float(ground.area)


def shared_area(ground: BaseGeometry, circles: BaseGeometry, cuts: int = _MOST_CUTS) -> float:
    """Area that two shapes share, exact however fine the border of the ground is.

    Quarters of the plane that lie in the circles whole count as they are: only the corners of the border near
    the circles' edge are held against it.

    Parameters
    ----------
    ground, circles
        Valid polygons in one projected CRS.
    cuts
        How often the plane may be quartered.

    Returns
    -------
    float
        In the square of the CRS's unit.
    """
    if circles.area == 0.0:  # a quarter that the circles only touch
        return 0.0
    west, south, east, north = circles.bounds
    x, y = (west + east) / 2, (south + north) / 2
    too_narrow = not (west < x < east and south < y < north)
    if shapely.get_num_coordinates(ground) <= _PLAIN or not cuts or too_narrow:
        return float(circles.intersection(ground).area)
    quarters = ((west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north))
    within = shapely.clip_by_rect(ground, west, south, east, north)
    parts = [shapely.clip_by_rect(within, *quarter) for quarter in quarters]
    whole = float(shapely.area(within))
    if abs(math.fsum(shapely.area(parts)) - whole) > _CUT_WELL * whole:  # a cut along the border itself
        return float(circles.intersection(ground).area)
    shares = []
    for part, quarter in zip(parts, quarters, strict=True):
        near = shapely.clip_by_rect(circles, *quarter)
        covered = shapely.box(*quarter).difference(near).area == 0.0
        shares.append(float(shapely.area(part)) if covered else shared_area(part, near, cuts - 1))
    return math.fsum(shares)


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
