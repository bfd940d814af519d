"""Names and places of the fictional county, and the plane they lie in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from carecircle.demo.dice import Floats

CRS = "EPSG:4543"
"""CGCS2000, 3-degree Gauss-Krüger zone about 102° E: the plane the county is made in."""

Ints = npt.NDArray[np.int64]


@cache
def gazetteer() -> Mapping[str, Any]:
    """Everything in ``gazetteer.toml``."""
    text = (resources.files("carecircle.demo") / "gazetteer.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def place(xy: Sequence[float]) -> Floats:
    """Metres of the plane for a place given in km east and north of the county seat."""
    return np.asarray(gazetteer()["origin"], dtype=np.float64) + 1000.0 * np.asarray(xy, dtype=np.float64)


def km(points: Floats) -> Floats:
    """Km east and north of the county seat for points of the plane, shape (n, 2)."""
    away: Floats = (points - place([0, 0])) / 1000
    return away
