"""Borders as they are drawn: those of very many corners made coarser once, for every picture of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.inputs.bounds import PLAIN_BORDER

STRAY_OF = 6_000
"""A coarser border strays by at most this part of the study's longer side: a third of a pixel of a screen."""


@dataclass(frozen=True, eq=False)
class Outlines:
    """What pictures are drawn from; residents, shares and files for a GIS stand on the borders as read.

    Parameters
    ----------
    region
        The study's boundary.
    areas
        The areas frame.
    """

    region: BaseGeometry
    areas: gpd.GeoDataFrame


def outlined(region: BaseGeometry, areas: gpd.GeoDataFrame) -> Outlines:
    """The borders to draw: as they are, up to 50,000 corners of a level; else within a stated tolerance.

    Parameters
    ----------
    region, areas
        As `carecircle.inputs.Inputs` holds them.

    Returns
    -------
    Outlines
        With finer borders within the `STRAY_OF`-th part of the region's longer side; neighbours of a level
        keep one common border.
    """
    west, south, east, north = region.bounds
    metres = max(east - west, north - south) / STRAY_OF
    shapes: npt.NDArray[np.object_] = np.array(areas.geometry.to_numpy(), dtype=object)
    level = areas["level"].to_numpy()
    coarse = shapes.copy()
    for name in np.unique(level):
        rows = np.flatnonzero((level == name) & ~shapely.is_missing(shapes))
        if shapely.get_num_coordinates(shapes[rows]).sum() > PLAIN_BORDER:
            coarse[rows] = _coarser(shapes[rows], metres)
    changed = [i for i, shape in enumerate(shapes) if coarse[i] is not shape]
    drawn = areas.set_geometry(gpd.GeoSeries(coarse, index=areas.index, crs=areas.crs)) if changed else areas
    if shapely.get_num_coordinates(region) <= PLAIN_BORDER:
        return Outlines(region, drawn)
    same = next((i for i in changed if shapely.equals_exact(shapes[i], region)), None)
    return Outlines(_coarser(np.array([region]), metres)[0] if same is None else coarse[same], drawn)


def _coarser(shapes: npt.NDArray[np.object_], metres: float) -> Any:
    """One alone by the distance of its corners; several together, so that what they share stays shared."""
    if len(shapes) == 1:
        return shapely.simplify(shapes, metres, preserve_topology=True)
    return shapely.coverage_simplify(shapes, metres)
