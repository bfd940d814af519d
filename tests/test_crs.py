"""The ways between coordinate systems: longitude first whatever the axis order, and made once."""

from __future__ import annotations

import pyproj
import pytest

from carecircle.crs import between

ZONE = pyproj.CRS.from_epsg(4547)
"""CGCS2000, three-degree zone around 114° E, whose own axes are northing, easting."""


def test_easting_comes_first_and_the_way_back_ends_where_it_began() -> None:
    x, y = between(4326, ZONE).transform(114.0, 30.0)
    assert x == pytest.approx(500_000, abs=1e-6)
    assert 3_300_000 < y < 3_330_000
    assert between(ZONE, 4326).transform(x, y) == pytest.approx((114.0, 30.0), abs=1e-9)


def test_a_way_is_made_once() -> None:
    assert between(4326, pyproj.CRS.from_epsg(4547)) is between(4326, ZONE)
