"""Facilities placed in a study: inside its boundary, as far beyond as is read, and farther out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import CarecircleError
from carecircle.inputs.areas.boundaries import joined
from carecircle.inputs.bounds import widened
from carecircle.inputs.datum import project
from carecircle.inputs.door import Door
from carecircle.inputs.tables.points import swapped_places
from carecircle.schema import FACILITIES, Finding, check_facilities
from carecircle.study import Study
from carecircle.texts import Sentence

_BESIDE = ("roles_told", "source", "row")
"""Columns of the facilities frame beyond its contract: what its own table said, and where."""


@dataclass(frozen=True, eq=False)
class Border:
    """How far beyond a study's boundary its inputs were read.

    Parameters
    ----------
    around
        The outline in the study's CRS: roads that touch it are there whole, facilities within it.
    metres
        Of it, beyond the boundary (of a study without one: beyond the hull of the residents).
    beyond
        Facilities that are listed and lie farther out, as the facilities frame has them.
    """

    around: BaseGeometry
    metres: float
    beyond: gpd.GeoDataFrame


class Farther(Protocol):
    """Says how far beyond the boundary is to be read."""

    def __call__(
        self, near: gpd.GeoDataFrame, beyond: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, region: BaseGeometry
    ) -> float:
        """Metres, from facilities within the buffer and beyond it, and the residents."""


def outline(study: Study, region: BaseGeometry, metres: float) -> BaseGeometry:
    """What roads and facilities are read of: the boundary and so far beyond; without one the hull itself."""
    return widened(region, metres) if study.boundaries is not None else region


def placed(
    door: Door, areas: gpd.GeoDataFrame, region: BaseGeometry, around: BaseGeometry, crs: pyproj.CRS,
    faults: list[CarecircleError],
) -> gpd.GeoDataFrame:  # fmt: skip
    """Every facility in the study's CRS, told inside from outside.

    Places that were swapped are faults where they lie beyond ``around``.
    """
    if door.facilities is None:
        return nothing((*FACILITIES, *_BESIDE), crs)
    frame = door.facilities.set_geometry(project(door.facilities.geometry, crs))
    shapes = frame.geometry.to_numpy()
    there = ~shapely.is_missing(shapes)
    faults += swapped_places(door.facilities[~_within(shapes, around)], around, crs)
    frame["inside"] = np.where(there, shapely.intersects(shapes, region), True).astype(bool)
    frame["area_id"] = pd.Series(joined(frame, areas), index=frame.index, dtype=object)
    return frame[[*FACILITIES, *_BESIDE]]


def cut(frame: gpd.GeoDataFrame, around: BaseGeometry) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Facilities within an outline or without a place, and those beyond it."""
    near = _within(frame.geometry.to_numpy(), around)
    return check_facilities(frame[near].reset_index(drop=True)), frame[~near].reset_index(drop=True)


def left_out(beyond: gpd.GeoDataFrame, metres: float, study: Study) -> list[Finding]:
    """What to say of facilities that lie too far beyond the boundary to be read."""
    found = []
    if metres > study.assumptions.buffer_km * 1000.0:
        facts = {"buffer_km": study.assumptions.buffer_km, "read_km": round(metres / 1000, 1)}
        found.append(Finding("note", Sentence("inputs.read_farther", facts)))
    if len(beyond):
        first = beyond.iloc[0]
        sentence = Sentence(
            "inputs.outside_buffer",
            {
                "count": len(beyond), "buffer_km": round(metres / 1000, 1),
                "facilities": (beyond["facility_id"] + " " + beyond["name"]).tolist()[:5],
            },
        )  # fmt: skip
        found.append(Finding("warning", sentence, file=str(first["source"]), row=int(first["row"])))
    return found


def nothing(columns: Sequence[str], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """A frame of no rows."""
    empty = {c: pd.Series([], dtype=object) for c in columns if c != "geometry"}
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _within(shapes: np.ndarray, around: BaseGeometry) -> np.ndarray:
    return np.where(shapely.is_missing(shapes), True, shapely.intersects(shapes, around)).astype(bool)
