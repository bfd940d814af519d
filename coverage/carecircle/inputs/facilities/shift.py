"""Do a source's facilities stand where they say, or half a kilometre off on another datum?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from carecircle.crs import between
from carecircle.inputs import datum
from carecircle.schema import Finding
from carecircle.study import Facilities
from carecircle.texts import Sentence

Array = npt.NDArray[np.float64]

_FEWEST = 5
_MOST = 2000
"""Facilities of a source that are looked at, evenly spread over it."""
_FAR_M = 300.0
"""Distances count up to here: one lost facility proves nothing."""
_SIGMA = 4.0
"""The mean improvement must stand this many standard errors above nothing."""
_FORWARD = {"gcj02": datum.wgs84_to_gcj02, "bd09": datum.wgs84_to_bd09}


@dataclass(frozen=True)
class Shift:
    """A datum that fits better than the one declared.

    Parameters
    ----------
    datum
        What to write in the study file.
    metres
        Median distance between the facilities as read and as they would then stand.
    before_m, after_m
        Median distance to what they should fit (roads, or the areas they name), as read and shifted.
    """

    datum: str
    metres: float
    before_m: float
    after_m: float


def shifted_sources(
    sources: Iterable[Facilities],
    facilities: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None,
) -> list[Finding]:
    """A warning for each facility source that fits roads or areas clearly better on another datum.

    Parameters
    ----------
    sources
        Of the study.
    facilities, areas, edges
        As loaded, in the study's CRS.
    """
    found = []
    shapes = dict(zip(areas["area_id"], areas.geometry, strict=True))
    for source in sources:
        rows = facilities[(facilities["source"] == source.path.name) & facilities.geometry.notna()]
        rows = rows.iloc[:: len(rows) // _MOST + 1]
        owners = np.array([shapes.get(a) for a in rows["area_id"]], dtype=object)
        polygons = np.isin(shapely.get_type_id(owners), (3, 6)) if len(owners) else np.array([], dtype=bool)
        owners[~polygons] = None
        shift = detect_shift(rows.geometry, source.datum, edges=edges, owners=owners)
        if shift is not None:
            facts = {
                "metres": round(shift.metres), "before": round(shift.before_m), "after": round(shift.after_m),
                "datum": shift.datum,
            }  # fmt: skip
            found.append(Finding("warning", Sentence("doctor.datum_shift", facts), file=str(source.path)))
    return found


def detect_shift(
    points: gpd.GeoSeries,
    declared: str,
    *,
    edges: gpd.GeoDataFrame | None,
    owners: npt.NDArray[np.object_] | None,
) -> Shift | None:
    """The datum on which facilities fit roads, or the areas they are said to lie in, clearly better.

    Parameters
    ----------
    points
        Facilities of one source as placed, in the study's CRS, none missing.
    declared
        The source's ``datum`` in the study file.
    edges
        Roads; hospitals stand beside roads.
    owners
        The polygon each facility is said to lie in (None: not said), in the study's CRS.
    """
    if len(points) < _FEWEST:
        return None
    to_door = between(points.crs, 4326)
    back = between(4326, points.crs)
    shapes = points.to_numpy()
    lon, lat = to_door.transform(shapely.get_x(shapes), shapely.get_y(shapes))
    if not datum.in_china(lon, lat).all():
        return None
    raw = _FORWARD[declared](lon, lat) if declared in _FORWARD else (np.asarray(lon), np.asarray(lat))
    found: list[Shift] = []
    for other in ("wgs84", "gcj02", "bd09"):
        if other == declared or {other, declared} <= {"wgs84", "cgcs2000"}:
            continue
        x, y = back.transform(*datum.to_wgs84(raw[0], raw[1], other))
        moved = shapely.points(x, y)
        metres = float(np.median(shapely.distance(shapes, moved)))
        for before, after in _fits(shapes, moved, edges, owners):
            if _clearly_better(before, after):
                found.append(Shift(other, metres, float(np.median(before)), float(np.median(after))))
    return min(found, key=lambda s: s.after_m) if found else None


def _fits(
    shapes: npt.NDArray[np.object_],
    moved: npt.NDArray[np.object_],
    edges: gpd.GeoDataFrame | None,
    owners: npt.NDArray[np.object_] | None,
) -> list[tuple[Array, Array]]:
    """Distances before and after the shift, to the nearest road and to the area named."""
    found = []
    if edges is not None and len(edges):
        lines = edges.geometry.to_numpy()
        tree = shapely.STRtree(lines)
        before, after = (shapely.distance(lines[tree.nearest(s)], s) for s in (shapes, moved))
        found.append((before, after))
    if owners is not None:
        named = ~shapely.is_missing(owners)
        if named.sum() >= _FEWEST:
            before, after = (shapely.distance(owners[named], s[named]) for s in (shapes, moved))
            if (before > 0).sum() >= 3:
                found.append((before, after))
    return found


def _clearly_better(before: Array, after: Array) -> bool:
    """A paired test on log distances: the ratio counts, and a few outliers do not decide."""
    gain = np.log1p(np.minimum(before, _FAR_M) / 10.0) - np.log1p(np.minimum(after, _FAR_M) / 10.0)
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    better = float(gain.mean())
    return better > 0.2 and better > _SIGMA * error and float(after.mean()) < 0.6 * float(before.mean())
