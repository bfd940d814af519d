"""Borders of very many corners: made coarser once for all pictures, and exact where shares are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import carecircle
from carecircle.inputs.areas import outlines
from carecircle.inputs.areas.outlines import STRAY_OF, outlined
from carecircle.outputs.map.gap_map import page_data
from carecircle.outputs.report.maps import overview
from carecircle.rules.judging import ground
from carecircle.rules.judging.ground import shared_area
from worlds import east, street_study, write_features


def _jagged(corners: int, middle: tuple[float, float], wide: float, high: float) -> np.ndarray[Any, Any]:
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    far = 1 + 0.02 * np.sin(40 * turn) + 0.0002 * np.random.default_rng(1).uniform(-1, 1, corners)
    return np.column_stack([middle[0] + wide * far * np.cos(turn), middle[1] + high * far * np.sin(turn)])


def _frame(*shapes: shapely.Geometry, level: str = "town") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"level": level}, index=range(len(shapes)), geometry=list(shapes), crs=32648)


def test_a_plain_border_is_drawn_as_it_is() -> None:
    region = shapely.Polygon(_jagged(900, (0, 0), 40_000, 30_000))
    areas = _frame(region, level="county")
    found = outlined(region, areas)
    assert found.region is region
    assert found.areas is areas


def test_a_fine_border_is_drawn_within_the_stated_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "PLAIN_BORDER", 500)
    region = shapely.Polygon(_jagged(5_000, (0, 0), 40_000, 30_000))
    found = outlined(region, _frame(region, level="county"))
    assert found.areas.geometry.iloc[0] is found.region
    assert shapely.get_num_coordinates(found.region) < 2_500
    west, _, east_, _ = region.bounds
    assert shapely.hausdorff_distance(found.region, region) <= (east_ - west) / STRAY_OF


def test_fine_neighbours_keep_one_border(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "PLAIN_BORDER", 500)
    y = np.linspace(0, 10_000, 4_000)
    middle = np.column_stack([5_000 + np.random.default_rng(2).uniform(-1, 1, len(y)), y])
    left = shapely.Polygon([(0, 10_000), (0, 0), *middle])
    right = shapely.Polygon([(10_000, 0), (10_000, 10_000), *middle[::-1]])
    region = shapely.box(0, 0, 10_000, 10_000)
    found = outlined(region, _frame(left, right))
    assert found.region is region
    assert shapely.get_num_coordinates(found.areas.geometry.to_numpy()).sum() < 4_000
    assert shapely.union_all(found.areas.geometry.to_numpy()).area == pytest.approx(region.area, rel=1e-12)
    assert shapely.area(found.areas.geometry.to_numpy()).sum() == pytest.approx(region.area, rel=1e-12)


def test_the_corners_of_a_fine_border_are_gone_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pictures are drawn of it: counted are the corners that any simplification is given."""
    monkeypatch.setattr(outlines, "PLAIN_BORDER", 500)
    study = street_study(tmp_path, extra="[outputs]\nsurface_cell_m = 2000\n")
    ring = _jagged(6_000, east(5000), 0.08, 0.05).tolist()
    county = {"area_id": "000000", "name": "一条街"}
    write_features(tmp_path / "county.geojson", [("Polygon", [[*ring, ring[0]]], county)])
    analysis = carecircle.analyze(study)
    given: list[int] = []

    def counted(real: Any) -> Any:
        def count(shapes: Any, *rest: Any, **more: Any) -> Any:
            given.append(int(shapely.get_num_coordinates(shapes).sum()))
            return real(shapes, *rest, **more)

        return count

    for name in ("simplify", "coverage_simplify"):
        monkeypatch.setattr(shapely, name, counted(getattr(shapely, name)))
    for _ in range(2):
        page_data(analysis)
        overview(analysis, "zh")
    assert sum(n > 5_000 for n in given) == 1, given
    assert len(given) > 6


def test_a_share_of_the_ground_is_exact_however_fine_its_border(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "_PLAIN", 60)
    region = shapely.Polygon(_jagged(3_000, (0, 0), 9_000, 7_000), [_jagged(400, (0, 0), 900, 700)])
    for circles in (
        shapely.union_all(shapely.buffer(shapely.points([-4_000, 3_500], [0, 800]), 4_000, quad_segs=64)),
        shapely.Point(0, 0).buffer(30_000),
        shapely.Point(40_000, 0).buffer(500),
        shapely.Polygon(),
    ):
        wanted = circles.intersection(region).area
        assert shared_area(region, circles) == pytest.approx(wanted, rel=1e-12, abs=1e-6)


def test_a_border_along_the_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quarters that meet along sides of the border itself."""
    monkeypatch.setattr(ground, "_PLAIN", 4)
    comb = shapely.union_all(shapely.box(np.arange(-8, 8, 2), -8, np.arange(-7, 9, 2), 8))
    comb = comb.union(shapely.box(-8, -1, 8, 0))
    for circles in (shapely.box(-8, -8, 8, 8), shapely.box(-4, -4, 4, 4), shapely.Point(0, 0).buffer(8)):
        assert shared_area(comb, circles) == pytest.approx(circles.intersection(comb).area, rel=1e-12)
