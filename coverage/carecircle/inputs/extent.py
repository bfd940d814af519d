"""How far a study reaches around the earth, and the projected CRS that holds all of it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertConformalConic2SPConversion, TransverseMercatorConversion
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.inputs.datum import study_crs

Bounds = tuple[float, float, float, float]

MOST_DISTORTION = 0.002
"""A zone in which a length anywhere in the study is off by more gives way to a CRS of the study's own."""
_MOST_OF_ALL = 0.1
"""No plane shows a study truly where lengths would be off by more."""
_CHOSEN_BY_LAMBERT = 0.005
"""Lengths in a transverse Mercator off by more than this, and a Lambert conic is tried."""
_MOST_LON = 540.0
"""Longitudes beyond the antimeridian may be counted on, once around."""
_MOST_LAT = 85.0
"""Web maps end here, and roads about a pole cannot be drawn on them."""


def extent(shapes: gpd.GeoSeries) -> Bounds:
    """West, south, east, north of WGS 84 shapes; ``east`` lies beyond 180 where they cross the antimeridian.

    The widest gap between the shapes' longitudes is what they do not cover; for shapes that reach less than
    half around the earth this is the one right reading.
    """
    parts = shapely.get_parts(shapes.dropna().to_numpy())
    west, south, east, north = (float(v) for v in shapely.total_bounds(parts))
    if not east - west > 180.0:
        return west, south, east, north
    spans = shapely.bounds(parts[~shapely.is_empty(parts)])[:, [0, 2]]
    spans = spans[np.argsort(spans[:, 0])]
    reached = np.maximum.accumulate(spans[:, 1])
    gaps = np.append(spans[1:, 0], spans[0, 0] + 360.0) - reached
    widest = int(np.argmax(gaps))
    if widest == len(spans) - 1:
        return west, south, east, north
    return float(spans[widest + 1, 0]), south, float(reached[widest]) + 360.0, north


def crs_of(shapes: gpd.GeoSeries) -> pyproj.CRS:
    """The projected CRS of a study, chosen by the middle and the extent of its WGS 84 shapes.

    Returns
    -------
    pyproj.CRS
        The zone of `carecircle.inputs.datum.study_crs` while no length in the study is off by more than
        `MOST_DISTORTION` in it; else a transverse Mercator about the study's own middle, its scale set so
        that the error is the same inside and outside; for countries that are wide, a Lambert conformal conic.

    Raises
    ------
    InputError
        If the study holds a pole, or is too wide for any plane.
    """
    west, south, east, north = extent(shapes)
    middle = (west + east) / 2.0
    zone = study_crs(middle - 360.0 if middle > 180.0 else middle, (south + north) / 2.0)
    if max(-south, north) > _MOST_LAT:
        raise InputError("inputs.pole", lat=round(north if north > _MOST_LAT else south, 3))
    if east - west > 180.0:
        raise InputError("inputs.too_wide", degrees=round(east - west))
    bounds = (west, south, east, north)
    if max(north, -south) > 80.0 or distortion(zone, bounds) <= MOST_DISTORTION:
        return zone
    own = _transverse(bounds)
    if distortion(own, bounds) > _CHOSEN_BY_LAMBERT and abs(south + north) > 1.0:
        own = min((own, _lambert(bounds)), key=lambda crs: distortion(crs, bounds))
    if not distortion(own, bounds) <= _MOST_OF_ALL:
        raise InputError("inputs.too_wide", degrees=round(max(east - west, north - south)))
    return own


def distortion(crs: pyproj.CRS, bounds: Bounds) -> float:
    """The largest share by which a length within bounds (WGS 84 degrees) is off in a conformal CRS."""
    west, south, east, north = bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    inner = (lon.ravel() + 180.0) % 360.0 - 180.0
    factors = pyproj.Proj(crs).get_factors(inner, lat.ravel(), errcheck=False)
    scale: npt.NDArray[np.float64] = np.asarray(factors.meridional_scale, dtype=np.float64)
    if not np.isfinite(scale).all():
        return float("inf")
    return float(np.abs(scale - 1.0).max())


def _transverse(bounds: Bounds) -> pyproj.CRS:
    """A transverse Mercator about the middle meridian, with equal errors at its middle and its sides."""
    lon = round((bounds[0] + bounds[2]) / 2.0, 2)
    lon = lon - 360.0 if lon > 180.0 else lon
    true = _named(f"WGS 84 / Transverse Mercator {lon:g}", lon, 1.0)
    scale = round(1.0 / (1.0 + min(distortion(true, bounds), 1.0) / 2.0), 5)
    return _named(f"WGS 84 / Transverse Mercator {lon:g}", lon, scale)


def _named(name: str, lon: float, scale: float) -> pyproj.CRS:
    conversion = TransverseMercatorConversion(
        longitude_natural_origin=lon, scale_factor_natural_origin=scale, false_easting=500_000.0
    )
    return ProjectedCRS(conversion, name=name, geodetic_crs=pyproj.CRS.from_epsg(4326))


def _lambert(bounds: Bounds) -> pyproj.CRS:
    """A Lambert conformal conic whose parallels stand a sixth of the height from both ends."""
    west, south, east, north = bounds
    lon, sixth = round((west + east) / 2.0, 2), (north - south) / 6.0
    conversion = LambertConformalConic2SPConversion(
        latitude_false_origin=round((south + north) / 2.0, 2),
        longitude_false_origin=lon - 360.0 if lon > 180.0 else lon,
        latitude_first_parallel=round(south + sixth, 2),
        latitude_second_parallel=round(north - sixth, 2),
        easting_false_origin=500_000.0,
    )
    return ProjectedCRS(conversion, name=f"WGS 84 / Lambert {lon:g}", geodetic_crs=pyproj.CRS.from_epsg(4326))


def unwound(shape: BaseGeometry | None) -> BaseGeometry | None:
    """A polygon in degrees whose border steps over the antimeridian, cut there; anything else as it is.

    A border that leaps by more than half the earth from one corner to the next means the short way around.
    """
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return shape
    west, _, east, _ = shape.bounds
    if east - west <= 180.0 and west >= -180.001 and east <= 180.001:
        return shape
    rings = [_along(r) for r in _rings(shape)]
    x = np.concatenate([r[:, 0] for r in rings])
    steps = np.abs(np.diff(shapely.get_coordinates(shape)[:, 0]))
    within = x.min() >= -180.001 and x.max() <= 180.001
    closed = all(abs(r[0, 0] - r[-1, 0]) < 1.0 for r in rings)
    if not (np.isfinite(steps).all() and np.abs(x).max() <= _MOST_LON and closed) or within:
        return shape
    pieces = []
    for part in shapely.get_parts(shape):
        shell, *holes = [_along(r) for r in _rings(part)]
        around = shapely.Polygon(shell)
        middle = around.centroid.x
        turned = [h + np.array([360.0 * np.round((middle - h[:, 0].mean()) / 360.0), 0.0]) for h in holes]
        whole = shapely.make_valid(shapely.Polygon(shell, turned))
        for turn in (-2, -1, 0, 1, 2):
            world = shapely.box(360.0 * turn - 180.0, -90.0, 360.0 * turn + 180.0, 90.0)
            pieces.append(translate(shapely.intersection(whole, world), -360.0 * turn))
    flat = shapely.get_parts(shapely.get_parts(np.array(pieces, dtype=object)))
    cut: BaseGeometry = shapely.union_all(flat[shapely.get_type_id(flat) == 3])
    return cut


def _rings(shape: BaseGeometry) -> npt.NDArray[np.object_]:
    found: npt.NDArray[np.object_] = shapely.get_rings(shapely.get_parts(shape))
    return found


def _along(ring: BaseGeometry) -> npt.NDArray[np.float64]:
    """A ring's corners with longitudes counted on from the first, by the short way."""
    xy = shapely.get_coordinates(ring)
    return np.column_stack([np.unwrap(xy[:, 0], period=360.0), xy[:, 1]])


def on_globe(bounds: tuple[float, float, float, float]) -> bool:
    """Whether west, south, east and north in degrees are on the globe, once round it at the most."""
    west, south, east, north = bounds
    return west >= -361.0 and east <= 361.0 and south >= -90.01 and north <= 90.01
