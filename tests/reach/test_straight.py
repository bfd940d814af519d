"""Straight lines against brute force on the ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

import drawn
import reach_town as town
from carecircle.reach.straight import nearest_straight
from carecircle.reach.travel import nearest_facility


def brute_force(xy, facility_xy):
    to_wgs84 = Transformer.from_crs(town.CRS, 4326, always_xy=True)
    lon, lat = to_wgs84.transform(*xy.T)
    f_lon, f_lat = to_wgs84.transform(*facility_xy.T)
    geod = Geod(ellps="WGS84")
    return np.array(
        [geod.inv(f_lon * 0 + a, f_lat * 0 + b, f_lon, f_lat)[2] for a, b in zip(lon, lat, strict=True)]
    )


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 60), st.sampled_from([10.0, 5e3, 3e5]))
def test_distances_equal_brute_force(data, facilities, extent):
    xy = data.draw(drawn.spots(30, -extent, extent)) + town.ORIGIN
    facility_xy = data.draw(drawn.spots(facilities, -extent, extent)) + town.ORIGIN
    together = data.draw(drawn.numbers(facilities, 0, 1, steps=10)) > 0.7
    facility_xy[together] = facility_xy[0]  # several in one building
    metres, nearest = nearest_straight(CRS(town.CRS), xy, facility_xy)
    every = brute_force(xy, facility_xy)
    np.testing.assert_allclose(metres, every.min(axis=1), atol=1e-6, rtol=0)
    np.testing.assert_allclose(every[np.arange(30), nearest], every.min(axis=1), atol=1e-6, rtol=0)
    first_there = [(facility_xy == facility_xy[f]).all(axis=1).argmax() for f in nearest]
    assert nearest.tolist() == first_there


def test_the_frame_ties_limits_and_the_placeless():
    homes = town.places([(0, 0), None, (0, 5000), (0, 100)])
    clinics = town.places([(300, 0), (-300, 0), None], prefix="f").iloc[::-1]
    frame = nearest_facility(None, homes, clinics, metric="straight_m", limit=1000)
    assert frame["status"].tolist() == ["reached", "unsnapped", "beyond", "reached"]
    assert frame["facility_id"].tolist() == ["f000", None, None, "f000"]
    assert frame["cost"][0] == pytest.approx(300 / 0.9996, rel=1e-6)
    assert np.isinf(frame["cost"][[1, 2]]).all()
    assert frame["snap_m"].isna().all()
    nobody = nearest_facility(None, homes, clinics.iloc[:1], metric="straight_m")
    assert nobody["status"].tolist() == ["island", "unsnapped", "island", "island"]
