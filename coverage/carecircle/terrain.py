"""Ground as people cross it off the road: cells with heights, and minutes a metre for each mode of travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
Law = Literal["tobler", "langmuir", "irmischer_clarke", "none"]
Ride = Literal["once", "again"]
LAWS = ("tobler", "langmuir", "irmischer_clarke", "none")
RIDES = ("once", "again")


@dataclass(frozen=True)
class GroundClass:
    """One row of a land cover's table: what a value is, how one crosses it, and who says so."""

    value: int
    label: str
    kph: float
    """Speed on the level; 0 is closed."""
    mode: str
    """The mode that crosses it."""
    source: str
    """Title of the source; empty where the figure is assumed."""


@dataclass(frozen=True)
class GroundCells:
    """The ground of a study, north up, ready to search.

    Cells may be metric or in degrees; ``east_m`` and ``north_m`` say how large they are on the ground, row by
    row. Points come in the study's CRS and are placed with `crs` and `transform`.
    """

    crs: str
    """Of the cells, as pyproj reads it."""
    transform: tuple[float, float, float, float, float, float]
    """Affine (a, b, c, d, e, f) of the cells' corners, b = d = 0 and e < 0."""
    east_m: Array
    """float64[rows]: metres from a cell's centre to its eastern neighbour's."""
    north_m: Array
    """float64[rows]: metres from a cell's centre to its northern neighbour's."""
    minutes_per_m: Mapping[str, Array]
    """By mode, float32[rows, cols]: minutes a metre on the level; NaN is closed (sea, barrier, no data)."""
    on_foot: Mapping[str, Array] = field(default_factory=dict)
    """By mode, bool[rows, cols]: where the law of slopes holds (one walks); absent: everywhere."""
    elevation_m: Array | None = None
    """float32[rows, cols]; None is flat. Finite wherever a cell is open."""
    moves: Literal[8, 16] = 16
    law: Law = "tobler"
    max_slope_deg: float | None = None
    """Steeper moves are closed."""
    ride: Ride = "once"
    """Driving: ``once`` to a road on foot, then by car, on foot again but to the end; ``again``: freely."""
    roads: bool = True
    """False: cells alone, roads burnt into them by whoever made them (AccessMod's way)."""
    portal_spacing_m: float | None = None
    """The most metres of street with one place to enter or leave it; None: one in every cell it crosses."""
    classes: tuple[GroundClass, ...] = ()
    walked: frozenset[str] = frozenset({"walk"})
    """Modes that go on foot on the roads too: ground and roads are one search, and slopes on roads count."""
    walking_minutes_per_m: float = 0.0
    """Added to every metre, under the law of slopes: GRASS's r.walk adds walking to a friction so."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = next(iter(self.minutes_per_m.values())).shape
        return rows, columns
