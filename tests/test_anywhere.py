"""Studies of any extent: wider than a projection's zone, across the antimeridian, towards the poles."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from carecircle import analyze
from carecircle.errors import InputError
from carecircle.inputs.extent import crs_of, distortion, extent, unwound
from carecircle.outputs.map import layers
from realdata import real
from worlds import write_features


@pytest.mark.real
def test_a_county_wider_than_four_degrees_is_written_whole(tmp_path: Path) -> None:
    analysis = analyze(real("field/35-wide-county/study.toml"))
    analysis.write(tmp_path / "out")
    (verdict,) = analysis.verdicts
    assert (verdict.outcome.value, verdict.ledger.covered) == ("PASS", 200)
    written = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"gap_map.html", "verdicts.json", "report.pdf", "results.gpkg", "manifest.json"} <= written


GEOD = pyproj.Geod(ellps="WGS84")


def _series(*bounds: tuple[float, float, float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.box(*b) for b in bounds], crs=4326)


@pytest.mark.parametrize(
    ("boxes", "west", "east"),
    [
        ([(100, 30, 102, 31)], 100, 102),
        ([(177, -19, 180, -16), (-180, -19, -178, -16)], 177, 182),
        ([(-180, -19, -178, -16), (170, -19, 171, -16), (177, -19, 180, -16)], 170, 182),
        ([(-179, 50, -60, 60), (19, 50, 179, 60)], 19, 300),
        ([(-170, 0, 170, 5)], -170, 170),
    ],
)
def test_the_extent_leaves_out_the_widest_gap(boxes: list[Any], west: float, east: float) -> None:
    found = extent(_series(*boxes))
    assert (found[0], found[2]) == (west, east)


@pytest.mark.parametrize(
    ("bounds", "most"),
    [
        ((97, 26, 109, 34), 0.0025),  # a province 12 degrees wide
        ((87, 38, 92.5, 39), 0.002),
        ((168, -20, 180, -12), 0.003),
        ((73, 18, 135, 54), 0.035),
        ((-75, -34, -34, 6), 0.07),
    ],
)
def test_lengths_in_the_chosen_crs_against_the_geodesic(bounds: Any, most: float) -> None:
    crs = crs_of(_series(bounds))
    rng = np.random.default_rng(8)
    lon, lat = rng.uniform(bounds[0], bounds[2], 400), rng.uniform(bounds[1], bounds[3], 400)
    azimuth = rng.uniform(0, 360, 400)
    lon2, lat2, _ = GEOD.fwd(lon, lat, azimuth, np.full(400, 1000.0))
    there = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    a, b = np.array(there.transform(lon, lat)), np.array(there.transform(lon2, lat2))
    assert np.abs(np.hypot(*(a - b)) / 1000.0 - 1.0).max() <= most
    assert distortion(crs, bounds) <= most


def test_a_zone_that_serves_is_kept() -> None:
    assert crs_of(_series((104.4, 31.0, 105.2, 31.7))).to_epsg() == 4544
    assert crs_of(_series((176.5, -19, 180, -16), (-180, -19, -179.9, -16))).to_epsg() == 32760


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((0, 80, 20, 90), "latitude 90"),
        ((0, -90, 20, -80), "latitude -90"),
        ((-170, 0, 170, 5), "340 degrees"),
    ],
)
def test_what_no_plane_shows_is_refused(bounds: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        crs_of(_series(bounds))


def test_a_border_that_steps_over_the_antimeridian_is_cut_there() -> None:
    leaping = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    for drawn in (leaping, shapely.box(179, 0, 181, 1), shapely.box(-181, 0, -179, 1)):
        cut = unwound(drawn)
        assert cut.equals(shapely.union(shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)))
    wide = shapely.box(-170, 0, 170, 5)
    assert unwound(wide) is not None


FIJI = {
    "split": [[[[179, -17], [180, -17], [180, -16], [179, -16], [179, -17]]],
              [[[-180, -17], [-179, -17], [-179, -16], [-180, -16], [-180, -17]]]],
    "on": [[[[179, -17], [181, -17], [181, -16], [179, -16], [179, -17]]]],
    "leaping": [[[[179, -17], [-179, -17], [-179, -16], [179, -16], [179, -17]]]],
}  # fmt: skip


@pytest.mark.parametrize("drawn", FIJI)
def test_a_study_on_both_sides_of_the_antimeridian(tmp_path: Path, drawn: str) -> None:
    shutil.copytree(real("field/35-wide-county"), tmp_path / "s")
    folder = tmp_path / "s"
    for file in (folder, *folder.iterdir()):
        file.chmod(0o755)
    write_features(folder / "county.geojson", [("MultiPolygon", FIJI[drawn], {"area_id": "1", "name": "岛"})])
    (folder / "facilities.csv").write_text(
        "facility_id,name,category,lon,lat\nw,西院,医院,179.95,-16.5\n", encoding="utf-8"
    )
    (folder / "residents.csv").write_text(
        "demand_id,lon,lat,population\na,-179.97,-16.5,100\nb,179.9,-16.5,40\nc,-179.1,-16.5,7\n",
        encoding="utf-8",
    )
    analysis = analyze(folder / "study.toml")
    (verdict,) = analysis.verdicts
    assert (verdict.ledger.covered, verdict.ledger.not_covered) == (140, 7)
    (asked,) = analysis.reached
    far = GEOD.inv(179.95, -16.5, -179.97, -16.5)[2]
    assert analysis.reached[asked]["cost"].iloc[0] == pytest.approx(far, abs=1e-3)
    assert analysis.inputs.region.area == pytest.approx(213.1e3 * 110.7e3, rel=0.01)
    west, _, east, _ = layers.bounds(analysis)
    assert (west, east) == pytest.approx((179, 181), abs=1e-6)
    analysis.write(tmp_path / "out")
