"""Draws: from a point of the unit cube to a study whose speeds, residents and places are a little other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from scipy.special import ndtri

from carecircle.analysis import Scenario
from carecircle.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from carecircle.analysis import Analysis
    from carecircle.study.certainty import Unsure

Array = np.ndarray[Any, Any]
_LEAST = 1e-3
"""A factor that a normal distribution would put at or below 0 is taken as this."""
_ON_FOOT = "walk"


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw of everything a study is unsure of.

    Parameters
    ----------
    speeds
        By mode and class of road (``*``: every class not named): what speeds are multiplied by.
    residents
        float64[p]: residents row by row; None: as they are.
    offsets
        float64[f, 2]: metres east and north from where each placed facility stands; None: where they stand.
    """

    speeds: dict[str, dict[str, float]] = field(default_factory=dict)
    residents: Array | None = None
    offsets: Array | None = None

    def time_factors(self) -> dict[str, dict[str, float]]:
        """What minutes are multiplied by, as a `Scenario` has it."""
        return {mode: {road: 1 / s for road, s in roads.items()} for mode, roads in self.speeds.items()}


class Sampler:
    """Draws of what a study is unsure of.

    Parameters
    ----------
    analysis
        Of the study.
    unsure
        Each figure that is not known for certain.

    Raises
    ------
    UsageError
        If residents are to vary by areas of a level that the study does not have.
    """

    def __init__(self, analysis: Analysis, unsure: tuple[Unsure, ...]) -> None:
        self._analysis, self._unsure = analysis, unsure
        facilities = analysis.inputs.facilities
        placed = facilities.geometry.notna() & ~facilities.geometry.is_empty
        self._placed: gpd.GeoDataFrame = facilities[placed]
        self._areas = [self._codes(u) if u.what == "residents" else None for u in unsure]
        self.sizes = [self._size(u, areas) for u, areas in zip(unsure, self._areas, strict=True)]

    def draw(self, point: Array) -> Draw:
        """The draw of a point of the unit cube (float64[d], within it)."""
        speeds: dict[str, dict[str, float]] = {}
        residents = offsets = None
        parts = np.split(point, np.cumsum(self.sizes)[:-1])
        for unsure, areas, part in zip(self._unsure, self._areas, parts, strict=True):
            value = _value(unsure, part)
            if unsure.what == "speed":
                for mode in self._modes(unsure):
                    by_class = speeds.setdefault(mode, {})
                    by_class[unsure.road] = by_class.get(unsure.road, 1.0) * float(value[0])
            elif areas is not None:
                factor = np.append(value, 1.0)[areas]  # residents of no area keep their number
                residents = (self._people() if residents is None else residents) * factor
            else:
                own = value.reshape(-1, 2)
                offsets = own if offsets is None else offsets + own
        return Draw(speeds, residents, offsets)

    def scenario(self, draw: Draw, name: str = "") -> Scenario:
        """The draw as changes that `carecircle.reanalyze` takes."""
        return Scenario(
            name=name, time_factors=draw.time_factors(), residents=draw.residents, move=self.places(draw)
        )

    def places(self, draw: Draw) -> dict[str, tuple[float, float]]:
        """By facility id: longitude and latitude of the draw; empty where all stand where they are."""
        if draw.offsets is None:
            return {}
        points = self._placed.geometry
        moved = gpd.GeoSeries(
            gpd.points_from_xy(points.x + draw.offsets[:, 0], points.y + draw.offsets[:, 1]), crs=points.crs
        ).to_crs(4326)
        ids = self._placed["facility_id"]
        return {str(i): (float(p.x), float(p.y)) for i, p in zip(ids, moved, strict=True)}

    def _people(self) -> Array:
        demand = self._analysis.inputs.demand
        if demand is None:
            raise UsageError("analysis.draw_without_residents")
        return np.asarray(demand["residents"], float)

    def _codes(self, unsure: Unsure) -> Array:
        """For each row of residents the number of its area; -1 in none."""
        if unsure.by == "region":
            return np.zeros(len(self._people()), np.int64)
        self._people()
        home: pd.Series[Any] = self._analysis.inputs.home_at(unsure.by)
        codes = home.astype("category").cat.codes.to_numpy(np.int64)
        if not (codes >= 0).any():
            raise UsageError("study.unsure_area", level=unsure.by)
        return codes

    def _size(self, unsure: Unsure, areas: Array | None) -> int:
        if unsure.what == "speed":
            return 1
        return 2 * len(self._placed) if areas is None else int(areas.max()) + 1

    def _modes(self, unsure: Unsure) -> list[str]:
        return [unsure.mode] if unsure.mode else [m for m in self._analysis.networks if m != _ON_FOOT]


def _value(unsure: Unsure, u: Array) -> Array:
    """Values at quantiles ``u`` of a distribution."""
    low, high, sd, centre = unsure.low or 0.0, unsure.high or 0.0, unsure.sd or 0.0, unsure.centre
    if unsure.distribution == "uniform":
        return np.asarray(low + (high - low) * u)
    if unsure.distribution == "triangular":
        turn = (centre - low) / (high - low)
        rising = low + np.sqrt(u * (high - low) * (centre - low))
        falling = high - np.sqrt((1 - u) * (high - low) * (high - centre))
        return np.where(u < turn, rising, falling)
    z = ndtri(u)
    if unsure.distribution == "lognormal":
        return np.asarray(centre * np.exp(sd * z))
    value: Array = centre + sd * z
    return value if unsure.what == "facilities" else np.maximum(value, _LEAST)
