"""Datums and projections against published points and their own inverses."""

from __future__ import annotations

import csv
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from carecircle.errors import InputError
from carecircle.inputs import datum
from realdata import real


def _metres(lon: np.ndarray, lat: np.ndarray, lon2: np.ndarray, lat2: np.ndarray) -> np.ndarray:
    return pyproj.Geod(ellps="WGS84").inv(lon, lat, lon2, lat2)[2]


@pytest.mark.parametrize(
    ("forward", "back"),
    [
        (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
        (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
        (datum.gcj02_to_bd09, datum.bd09_to_gcj02),
    ],
)
def test_inverses_on_a_million_points(forward: object, back: object) -> None:
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(73.5, 134.8, 1_000_000), rng.uniform(18.0, 53.5, 1_000_000)
    assert _metres(lon, lat, *back(*forward(lon, lat))).max() < 1e-3  # type: ignore[operator]
    few = slice(0, 50_000)
    assert _metres(lon[few], lat[few], *forward(*back(lon[few], lat[few]))).max() < 1e-3  # type: ignore[operator]


def test_gcj02_against_published_town_points() -> None:
    with real("china/town_points_2016.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    values = np.array(
        [[float(r[c]) for c in ("lon_gcj02", "lat_gcj02", "lon_wgs84", "lat_wgs84")] for r in rows]
    )
    found = datum.gcj02_to_wgs84(values[:, 0], values[:, 1])
    assert _metres(*found, values[:, 2], values[:, 3]).max() < 1.0  # printed to six digits
    shift = _metres(values[:, 0], values[:, 1], *found)
    assert shift.min() > 300
    assert shift.max() < 600


def _prcoords(lon: float, lat: float) -> tuple[float, ...]:
    import prcoords

    return (*prcoords.wgs_gcj((lat, lon))[::-1], *prcoords.wgs_bd((lat, lon))[::-1])


def _coord_convert(lon: float, lat: float) -> tuple[float, ...]:
    from coord_convert import transform

    return (*transform.wgs2gcj(lon, lat), *transform.wgs2bd(lon, lat))


@pytest.mark.parametrize("peer", [_prcoords, _coord_convert])
def test_against_other_implementations(peer: Callable[[float, float], tuple[float, ...]]) -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(98, 122, 10_000), rng.uniform(24, 45, 10_000)
    theirs = np.array([peer(*place) for place in zip(lon.tolist(), lat.tolist(), strict=True)])
    assert _metres(*datum.wgs84_to_gcj02(lon, lat), *theirs[:, :2].T).max() < 1e-2
    assert _metres(*datum.wgs84_to_bd09(lon, lat), *theirs[:, 2:].T).max() < 1e-2


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (104.5, 31.3, True),
        (101.7, 26.6, True),
        (122.8, 45.3, True),
        (116.4, 39.9, True),
        (87.6, 43.8, True),
        (91.1, 29.65, True),
        (110.3, 20.0, True),
        (121.5, 31.2, True),
        (114.06, 22.54, True),
        (126.6, 45.75, True),
        (126.98, 37.57, False),
        (125.75, 39.02, False),
        (105.85, 21.03, False),
        (106.9, 47.9, False),
        (85.3, 27.7, False),
        (121.5, 25.03, False),
        (139.7, 35.7, False),
        (77.2, 28.6, False),
    ],
)
def test_in_china(lon: float, lat: float, inside: bool) -> None:
    assert bool(datum.in_china(lon, lat)) is inside


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (104.5, 31.3, 4544),
        (106.4, 29.8, 4544),
        (101.7, 26.6, 4543),
        (122.8, 45.3, 4550),
        (103.8, 29.4, 4544),
        (7.1, 50.5, 32632),
        (-51.2, -30.0, 32722),
        (126.98, 37.57, 32652),
        (180.0, 10.0, 32660),
        (0.0, 86.0, 32661),
    ],
)
def test_study_crs(lon: float, lat: float, epsg: int) -> None:
    assert datum.study_crs(lon, lat).to_epsg() == epsg


def test_the_study_crs_is_the_zone_of_the_nearest_meridian() -> None:
    for epsg in range(4534, 4555):
        meridian = 75 + 3 * (epsg - 4534)
        crs = pyproj.CRS.from_epsg(epsg)
        stated = [
            p.value for p in crs.coordinate_operation.params if p.name.startswith("Longitude of natural")
        ]
        assert stated == [meridian]


def test_axis_order_of_cgcs2000_zones() -> None:
    point = gpd.GeoSeries([shapely.Point(104.5, 31.3)], crs=4326)
    projected = datum.project(point, pyproj.CRS.from_epsg(4544))
    assert projected.x[0] == pytest.approx(452_396, abs=1000)  # easting first: half a degree west of 105
    assert projected.y[0] == pytest.approx(3_464_000, abs=3000)
    back = datum.place(projected, pyproj.CRS.from_epsg(4544))
    assert _metres(back.x[0], back.y[0], 104.5, 31.3) < 1e-4


@pytest.mark.parametrize("epsg", [4610, 4214, 2334, 2411])
def test_old_datums_are_refused(tmp_path: object, epsg: int) -> None:
    with pytest.raises(InputError, match="Xian 1980 or Beijing 1954"):
        datum.checked_crs(pyproj.CRS.from_epsg(epsg), tmp_path)  # type: ignore[arg-type]


def test_an_old_datum_with_parameters_is_accepted(tmp_path: object) -> None:
    bound = pyproj.CRS.from_proj4("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3 +type=crs")
    assert datum.checked_crs(bound, tmp_path).is_bound  # type: ignore[arg-type]


@pytest.mark.parametrize("crs", [None, 'LOCAL_CS["site",UNIT["metre",1]]', "not a crs"])
def test_no_ground_is_refused(tmp_path: object, crs: object) -> None:
    with pytest.raises(InputError, match="no usable coordinate reference system"):
        datum.checked_crs(crs, tmp_path)  # type: ignore[arg-type]
