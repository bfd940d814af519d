"""Straight lines against brute force on the ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

import drawn
import reach_town as town
from carecircle.errors import UsageError
from carecircle.reach.straight import nearest_straight
from carecircle.reach.travel import nearest_facility, service_areas, travel_time_matrix


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


def test_tables_and_areas_in_a_straight_line_are_geodesic_not_by_road():
    """Two corners of a grid of 400 m: 800 m east and north is 1,600 m by road, 1,131.8 m on the ground."""
    network = town.grid(3, 3)
    homes, clinics = town.places([(0, 0), None, (0, 400)]), town.places([(800, 800), (0, 0)], prefix="f")
    far = 1131.8
    for roads in (network, None):
        table = travel_time_matrix(roads, homes, clinics, metric="straight_m")
        assert table.shape == (3, 2)
        assert table[0, 0] == pytest.approx(far, abs=0.05)
        assert table[2, 1] == pytest.approx(400 / 0.9996, rel=1e-6)
        assert np.diff(table.indptr).tolist() == [2, 0, 2]  # a stored 0 is a cost of 0
        areas = service_areas(roads, homes, clinics, metric="straight_m", limit=1000)
        assert areas["facility_id"].tolist() == ["f000", "f001", "f001"]
        assert areas["demand_id"].tolist() == ["r002", "r000", "r002"]
        assert areas["cost"].tolist() == pytest.approx([894.8, 0.0, 400.2], abs=0.1)
    road = travel_time_matrix(network, homes, clinics, metric="road_m")
    assert road[0, 0] == pytest.approx(1600)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 50.0, 2e3, np.inf]), st.sampled_from([town.CRS, 4326]))
def test_pairs_within_a_limit_equal_brute_force_in_any_crs(seed, limit, crs):
    rng = np.random.default_rng(seed)
    homes = town.places(rng.uniform(-5e3, 5e3, (25, 2)))
    clinics = town.places(rng.uniform(-5e3, 5e3, (9, 2)), prefix="f")
    every = np.array([_all(homes, clinics, i) for i in range(25)])
    table = travel_time_matrix(None, homes.to_crs(crs), clinics, metric="straight_m", limit=limit)
    found = np.full(every.shape, np.inf)
    row = np.repeat(np.arange(25), np.diff(table.indptr))
    found[row, table.indices] = table.data
    np.testing.assert_allclose(found, np.where(every <= limit, every, np.inf), atol=1e-6)


def test_no_network_measures_a_straight_line():
    network = town.grid(3, 3)
    with pytest.raises(UsageError, match="straight_m"):
        network.cost("straight_m")
    with pytest.raises(UsageError, match="road_m requires a network"):
        service_areas(None, town.places([(0, 0)]), town.places([(0, 0)]), metric="road_m", limit=1)


def _xy(places):
    return places.geometry.get_coordinates().to_numpy()


def _all(homes, clinics, i):
    to_wgs84 = Transformer.from_crs(town.CRS, 4326, always_xy=True)
    lon, lat = to_wgs84.transform(*_xy(homes)[i])
    f_lon, f_lat = to_wgs84.transform(*_xy(clinics).T)
    return Geod(ellps="WGS84").inv(np.full(9, lon), np.full(9, lat), f_lon, f_lat)[2]
