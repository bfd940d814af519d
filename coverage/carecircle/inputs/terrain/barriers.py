"""What nobody crosses but by bridge or tunnel: every cell that a barrier touches is closed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from carecircle.crs import between
from carecircle.errors import InputError
from carecircle.inputs.bounds import check_table
from carecircle.inputs.datum import checked_crs
from carecircle.inputs.formats import admit
from carecircle.inputs.roads.water import water_of
from carecircle.inputs.tables.layers import features
from carecircle.inputs.terrain.frame import Frame
from carecircle.study import Barrier, Roads


def burnt(
    barriers: tuple[Barrier, ...], roads: Roads | None, frame: Frame, crs: pyproj.CRS, around: BaseGeometry
) -> npt.NDArray[np.bool_]:
    """Which cells of a frame a barrier touches.

    Every cell that a line so much as touches is closed, so that no move slips through between two that meet
    at a corner.

    Raises
    ------
    InputError
        If a layer cannot be read, or holds neither lines nor polygons.
    """
    closed = np.zeros((frame.height, frame.width), dtype=bool)
    for barrier in barriers:
        shapes = _shapes(barrier, roads, crs, around)
        own = _on_frame(shapes, frame)
        if len(own):
            closed |= rasterize(
                own, out_shape=closed.shape, transform=frame.transform, all_touched=True, dtype="uint8"
            ).astype(bool)
    return closed


def _shapes(barrier: Barrier, roads: Roads | None, crs: pyproj.CRS, around: BaseGeometry) -> gpd.GeoSeries:
    if barrier.path is None:
        water = water_of(roads, crs, around.envelope)
        return gpd.GeoSeries([], crs=crs) if water is None else water.geometry
    admit(barrier.path)
    check_table(barrier.path)
    geometry = features(barrier.path, barrier.layer, [])[1]
    shapes = None if geometry is None else geometry.dropna()
    if shapes is None or not np.isin(shapely.get_type_id(shapes.to_numpy()), (1, 3, 5, 6)).all():
        raise InputError("inputs.not_barriers", file=barrier.path)
    return gpd.GeoSeries(shapes.to_numpy(), crs=checked_crs(shapes.crs, barrier.path))


def _on_frame(shapes: gpd.GeoSeries, frame: Frame) -> list[BaseGeometry]:
    """Shapes in a frame's CRS, long sides divided so that they bend as the ground does."""
    found = shapely.force_2d(shapes.to_numpy())
    found = found[~shapely.is_empty(found)]
    if not len(found):
        return []
    if shapes.crs != frame.crs:
        size = 0.01 if shapes.crs.is_geographic else 1000.0
        found = shapely.segmentize(found, size)
        forward = between(shapes.crs, frame.crs)
        found = shapely.transform(found, lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1])))
    finite = np.isfinite(shapely.bounds(found)).all(axis=1)
    inside = shapely.intersects(found[finite], shapely.box(*frame.bounds))
    return list(found[finite][inside])
