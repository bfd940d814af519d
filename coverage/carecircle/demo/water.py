"""The fictional county's river, lake and island."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from carecircle.demo.dice import Floats
from carecircle.demo.gazetteer import gazetteer, place


@dataclass(frozen=True)
class Water:
    """Where it is wet, metres of the plane; the isle lies in the lake."""

    river: shapely.LineString
    lake: shapely.Polygon
    isle: shapely.Polygon


def river_y(x: Floats) -> Floats:
    """Northing in km of the river's middle at an easting in km."""
    slow = 0.85 * np.sin(x / 2.6 + 0.6) + 0.42 * np.sin(x / 1.05 + 1.0)
    winding: Floats = -1.45 + slow + 0.9 * np.sin(x / 8.0 - 0.4)
    return winding


def north_of_river(km: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether places, shape (n, 2) in km, lie on the northern bank."""
    return np.asarray(km[:, 1] > river_y(km[:, 0]))


def make_water() -> Water:
    """The county's waters; they are the same for every seed."""
    x = np.arange(-30, 33, 0.12)
    river = shapely.LineString([place([a, b]) for a, b in zip(x, river_y(x), strict=True)])
    lake = gazetteer()["lake"]
    return Water(river, _pond(lake["radius"], 0.10), _pond(lake["isle"], 0.13))


def _pond(radius: float, wobble: float) -> shapely.Polygon:
    """A wobbly disc about the lake's centre."""
    t = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    r = radius * (1 + wobble * np.sin(3 * t + 0.7) + 0.6 * wobble * np.sin(5 * t + 2.0))
    x, y = gazetteer()["lake"]["centre"]
    return shapely.Polygon([place([x + a * np.cos(b), y + a * np.sin(b)]) for a, b in zip(r, t, strict=True)])
