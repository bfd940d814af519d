"""Which ground a coordinate stands on: datums, projections, and the projected CRS of a study.

GCJ-02 and BD-09 are the published forward formulas; their inverses are solved by fixed-point steps to well
under a millimetre. CGCS2000 and WGS 84 agree to centimetres and are taken as one. Xian 1980 and Beijing 1954
need parameters that nobody publishes, so they are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from carecircle.crs import between
from carecircle.errors import InputError
from carecircle.schema import Finding
from carecircle.texts import Sentence

Array = npt.NDArray[np.float64]
Pair = tuple[Array, Array]

_A = 6378245.0
"""Krassovsky's semi-major axis in metres, on which GCJ-02 is defined."""
_EE = 0.00669342162296594323
"""Its squared eccentricity."""
_X_PI = np.pi * 3000.0 / 180.0
_STEPS = 4

_BARE_ELLIPSOIDS = {6378245.0: "Beijing 1954", 6378140.0: "Xian 1980"}
"""Semi-major axes in metres of the ellipsoids under China's old datums."""

_OLD = ("xian 1980", "xian_1980", "beijing 1954", "beijing_1954", "new beijing", "new_beijing")

# A coarse outline of China's mainland and Hainan, some 10 km true on land: enough to choose a zone, and to
# say that a GCJ-02 shift means nothing in Seoul or Hanoi. It holds every Chinese border town of the tests;
# of towns on both banks of a river it may hold the other bank too. Drawn by hand for this purpose only.
_CHINA = (
    (73.4, 39.4), (74.8, 40.6), (76.8, 41.0), (80.1, 42.1), (80.1, 42.75), (80.35, 43.1), (80.1, 43.75),
    (80.15, 43.9), (80.35, 44.15), (80.3, 45.1), (82.5, 45.4), (82.4, 45.7), (82.5, 46.1), (82.65, 46.6),
    (82.75, 47.0), (83.1, 47.25), (85.4, 47.05), (85.45, 47.5), (85.55, 48.3), (86.8, 49.15), (87.8, 49.2),
    (91.0, 46.8), (91.0, 45.2), (95.3, 44.3), (96.4, 42.8), (101.5, 42.6), (105.0, 41.75), (107.3, 42.5),
    (109.5, 42.5), (111.8, 43.7), (111.8, 45.0), (114.5, 45.4), (116.2, 46.4), (119.7, 46.7), (115.6, 47.8),
    (116.5, 49.8), (119.2, 50.1), (119.9, 52.8), (121.0, 53.4), (123.5, 53.6), (126.0, 52.8),
    (126.95, 51.35), (127.33, 50.5), (127.62, 50.3), (130.6, 48.9), (131.0, 47.8), (132.4, 47.85),
    (133.1, 48.2), (134.2, 48.45), (134.85, 48.45), (134.75, 48.2), (134.6, 47.7), (134.25, 47.1),
    (134.15, 46.75), (133.95, 46.4), (133.8, 46.0), (133.6, 45.75), (133.3, 45.45), (133.15, 45.1),
    (132.9, 45.0), (132.0, 45.28), (131.92, 45.2), (131.5, 44.95), (131.1, 44.85), (131.15, 44.65),
    (131.27, 44.5), (131.28, 44.35), (131.37, 44.1), (131.3, 43.95), (131.2, 43.5), (130.62, 42.8),
    (130.625, 42.41), (129.7, 42.38), (129.2, 42.2), (128.95, 42.02), (128.35, 41.9), (128.3, 41.36),
    (127.9, 41.33), (127.2, 41.45), (126.95, 41.75), (126.5, 41.3), (126.28, 41.05), (125.6, 40.65),
    (125.1, 40.4), (124.6, 40.12), (124.38, 40.02), (124.2, 39.75), (123.9, 39.0), (122.9, 37.0),
    (121.5, 35.0), (122.5, 31.5), (123.3, 30.0), (121.8, 27.2), (119.2, 24.6), (117.6, 23.2), (114.6, 21.9),
    (112.0, 21.2), (111.5, 19.0), (109.5, 17.9), (108.4, 18.8), (108.6, 20.8), (107.95, 21.47),
    (107.35, 21.58), (107.05, 21.75), (106.65, 21.95), (106.5, 22.05), (106.5, 22.45), (106.6, 22.75),
    (106.3, 22.82), (105.9, 22.9), (105.35, 23.22), (105.0, 23.12), (104.9, 22.9), (104.6, 22.78),
    (104.3, 22.7), (104.0, 22.45), (103.9, 22.45), (102.4, 22.58), (102.4, 22.3), (101.7, 21.1),
    (100.0, 21.4), (99.1, 22.1), (98.7, 23.9), (97.5, 23.85), (97.5, 24.8), (98.05, 25.2), (98.5, 25.9),
    (98.65, 26.5), (98.6, 27.3), (98.25, 27.55), (97.3, 28.2), (94.2, 29.0), (93.2, 28.35), (92.4, 28.05),
    (92.0, 27.75), (91.6, 27.78), (91.2, 28.0), (90.3, 28.05), (89.8, 28.1), (89.45, 27.95), (89.15, 27.6),
    (89.05, 27.3), (88.9, 27.3), (88.78, 27.5), (88.8, 27.9), (88.1, 27.85), (87.45, 27.8), (86.9, 27.92),
    (86.0, 27.9), (84.2, 28.8), (83.6, 29.15), (82.6, 29.75), (82.1, 30.15), (81.5, 30.25), (81.25, 30.1),
    (81.0, 30.2), (78.7, 31.3), (78.5, 32.5), (79.3, 33.0), (78.2, 35.4), (76.0, 35.9), (74.6, 37.1),
    (74.9, 38.4),
)  # fmt: skip


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """WGS 84 degrees to GCJ-02 degrees, the same everywhere (no test for being in China).

    Parameters
    ----------
    lon, lat
        Degrees in WGS 84, float64[n] or numbers.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes as Amap and Tencent write them, degrees, float64[n].
    """
    lon, lat = _arrays(lon, lat)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    w2 = 1.0 - _EE * np.sin(phi) ** 2
    meridian = _A * (1.0 - _EE) / (w2 * np.sqrt(w2))
    parallel = _A / np.sqrt(w2) * np.cos(phi)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """GCJ-02 degrees to BD-09 degrees."""
    lon, lat = _arrays(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """WGS 84 degrees to BD-09 degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """GCJ-02 degrees to WGS 84 degrees; the residual of the way back is under 1 mm in China."""
    return _invert(wgs84_to_gcj02, lon, lat)


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """BD-09 degrees to GCJ-02 degrees; the residual of the way back is under 1 mm in China."""
    return _invert(gcj02_to_bd09, lon, lat)


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """BD-09 degrees to WGS 84 degrees; the residual of the way back is under 1 mm in China."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: str) -> Pair:
    """Longitude and latitude of a study file's ``datum`` as WGS 84.

    Parameters
    ----------
    lon, lat
        Degrees, float64[n] or numbers.
    datum
        ``wgs84`` and ``cgcs2000`` (taken as they are), ``gcj02`` or ``bd09`` (within 1 mm in China).

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes, degrees in WGS 84, float64[n].

    References
    ----------
    The forward formula of GCJ-02 as published by its users, inverted by fixed-point iteration; checked
    against coord-convert and prcoords in ``tests/inputs/test_datum.py``.
    """
    if datum == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    if datum == "bd09":
        return bd09_to_wgs84(lon, lat)
    return _arrays(lon, lat)


def _arrays(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _invert(forward: Callable[[Array, Array], Pair], lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Solve ``forward(x) = given`` by x <- x + (given - forward(x)); the shift varies slowly."""
    lon, lat = _arrays(lon, lat)
    x, y = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        u, v = forward(x, y)
        x, y = x + (lon - u), y + (lat - v)
    return x, y


_MOST_LON = 540.0
"""Longitudes beyond the antimeridian may be counted on, once around."""


@cache
def _china() -> shapely.Polygon:
    outline = shapely.Polygon(_CHINA)
    shapely.prepare(outline)
    return outline


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether points lie on China's mainland or Hainan, by a coarse outline (some 10 km true on land)."""
    x, y = _arrays(lon, lat)
    inside: npt.NDArray[np.bool_] = shapely.contains_xy(_china(), x, y)
    return inside


def study_crs(lon: float, lat: float) -> pyproj.CRS:
    """The projected CRS a study is computed in, in metres.

    Parameters
    ----------
    lon, lat
        The middle of the study, WGS 84 degrees.

    Returns
    -------
    pyproj.CRS
        In China the CGCS2000 3-degree Gauss-Krüger zone of the nearest central meridian, without zone prefix
        (EPSG 4534-4554); elsewhere the WGS 84 UTM zone; beyond 84 N and 80 S the polar stereographic.
    """
    if not (abs(lon) <= _MOST_LON and abs(lat) <= 90.0):  # neither holds for what is not a number
        raise InputError("inputs.nowhere")
    if bool(in_china(lon, lat)):
        zone = min(max(round((lon - 75.0) / 3.0), 0), 20)
        return pyproj.CRS.from_epsg(4534 + zone)
    if lat > 84 or lat < -80:
        return pyproj.CRS.from_epsg(32661 if lat > 0 else 32761)
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def checked_crs(crs: object, file: Path) -> pyproj.CRS:
    """A file's CRS, if coordinates in it can be placed on the ground.

    Raises
    ------
    InputError
        If it has none, an undefined or local one, or stands on Xian 1980 or Beijing 1954 without
        transformation parameters.
    """
    if crs is None:
        raise InputError("inputs.no_crs", file=file)
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise InputError("inputs.no_crs", file=file) from error
    horizontal = known.sub_crs_list[0] if known.is_compound and known.sub_crs_list else known
    on_ground = horizontal.is_geographic or horizontal.is_projected
    if not on_ground or "undefined" in horizontal.name.lower():
        raise InputError("inputs.no_crs", file=file)
    base = horizontal.geodetic_crs
    named = f"{horizontal.name} {base.name if base is not None else ''}".lower()
    if any(old in named for old in _OLD) and not known.is_bound:
        raise InputError("inputs.old_datum", file=file, value=horizontal.name)
    return known


def unsure_ground(crs: pyproj.CRS, file: Path) -> list[Finding]:
    """A warning where a CRS stands on the bare ellipsoid of an old Chinese datum, and names no datum.

    Parameters
    ----------
    crs
        As `checked_crs` let it pass.
    file
        Whose it is.
    """
    base = crs.geodetic_crs
    if base is None or base.ellipsoid is None or crs.is_bound:
        return []
    old = _BARE_ELLIPSOIDS.get(base.ellipsoid.semi_major_metre)
    names = f"{base.name} {base.datum.name if base.datum is not None else ''}".casefold()
    bare = "unknown" in names or "krass" in names or "krasov" in names or "iag" in names or "1975" in names
    if old is None or not bare:
        return []
    facts = {"value": base.ellipsoid.name, "old": old}
    return [Finding("warning", Sentence("inputs.bare_ellipsoid", facts), file=str(file))]


def place(geometry: gpd.GeoSeries, crs: pyproj.CRS, datum: str = "wgs84") -> gpd.GeoSeries:
    """Geometry of a file as WGS 84 longitude/latitude.

    Parameters
    ----------
    geometry
        In ``crs``, x before y whatever the axis order of its definition.
    datum
        ``gcj02`` or ``bd09`` where the coordinates carry that shift although the file calls them WGS 84.
    """
    known = pyproj.CRS.from_user_input(crs)
    wgs84 = pyproj.CRS.from_epsg(4326)
    found = geometry.to_numpy()
    if known != wgs84:
        forward = between(known, wgs84)
        found = _moved(found, lambda x, y: forward.transform(x, y))
    if datum in ("gcj02", "bd09"):
        found = _moved(found, lambda x, y: to_wgs84(x, y, datum))
    return gpd.GeoSeries(found, index=geometry.index, crs=wgs84)


def project(geometry: gpd.GeoSeries, crs: pyproj.CRS) -> gpd.GeoSeries:
    """WGS 84 geometry in the study's CRS, x before y."""
    forward = between(4326, crs)
    moved = _moved(geometry.to_numpy(), lambda x, y: forward.transform(x, y))
    return gpd.GeoSeries(moved, index=geometry.index, crs=crs)


def project_points(xy: Array, crs: pyproj.CRS) -> Array:
    """WGS 84 longitude and latitude, float64[n, 2], in the study's CRS."""
    forward = between(4326, crs)
    return np.column_stack(forward.transform(xy[:, 0], xy[:, 1]))


def _moved(
    geometry: npt.NDArray[np.object_], move: Callable[[Array, Array], Pair]
) -> npt.NDArray[np.object_]:
    def both(xy: Array) -> Array:
        return np.column_stack(move(xy[:, 0], xy[:, 1])) if len(xy) else xy

    flat = shapely.force_2d(geometry) if shapely.has_z(geometry).any() else geometry
    moved: npt.NDArray[np.object_] = shapely.transform(flat, both)
    return moved
