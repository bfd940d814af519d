"""Shares of cells by walking an outline: hand-computed cells, overlays as oracle, a jagged county."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

import drawn
from carecircle.inputs.residents.cells import held
from carecircle.inputs.residents.shares import pieces_of, share_block

UNIT = Affine(1, 0, 0, 0, -1, 0)


def _shares(shape: shapely.Geometry, height: int, width: int, t: Affine = UNIT) -> np.ndarray:
    parts = held(shape, t, height, width)
    grid = np.zeros((height, width))
    grid[parts.row, parts.column] = parts.share
    assert len(parts.row) == len(set(zip(parts.row.tolist(), parts.column.tolist(), strict=True)))
    return grid


def test_a_triangle_a_hole_and_what_lies_left_of_the_grid() -> None:
    triangle = shapely.Polygon([(0, 0), (2, 0), (0, -2)])
    assert _shares(triangle, 2, 2) == pytest.approx(np.array([[1, 0.5], [0.5, 0]]))
    frame = shapely.box(0, -3, 3, 0).difference(shapely.box(0.5, -2.5, 2.5, -0.5))
    ring = [[0.75, 0.5, 0.75], [0.5, 0, 0.5], [0.75, 0.5, 0.75]]
    assert _shares(frame, 3, 3) == pytest.approx(np.array(ring))
    beyond = shapely.box(-5, -9, 1.5, 9)
    assert _shares(beyond, 2, 3) == pytest.approx(np.array([[1, 0.5, 0], [1, 0.5, 0]]))
    assert _shares(shapely.box(-5, 5, 9, 9), 2, 3).sum() == 0


def test_the_centroid_of_a_part() -> None:
    parts = held(shapely.Polygon([(0, 0), (1, 0), (0, -1)]), UNIT, 1, 1)
    assert (parts.x[0], parts.y[0]) == pytest.approx((1 / 3, 1 / 3))
    assert held(shapely.Polygon(), UNIT, 4, 4).row.size == 0


def test_cells_far_smaller_than_the_polygon_cost_no_more() -> None:
    grid = Affine(1e-9, 0, 0.3, 0, -1e-9, 0.7)
    assert _shares(shapely.box(0, 0, 1, 1), 3, 4, grid).sum() == 12
    assert _shares(shapely.Polygon([(0, 0), (1, 0), (1, 1)]), 3, 4, grid).sum() == 0


@settings(max_examples=60, deadline=None)
@given(
    star=st.sampled_from([12, 200]).flatmap(lambda corners: drawn.star(corners, 1, 9)),
    down=st.booleans(),
    hole=st.floats(0.1, 2),
)
def test_every_share_and_centroid_is_the_overlays(star: drawn.Numbers, down: bool, hole: float) -> None:
    outline = shapely.make_valid(shapely.Polygon(star + np.array([5, -4])))
    shape = outline.difference(shapely.Point(5, -4).buffer(hole))
    t = Affine(0.7, 0, -1, 0, -0.9 if down else 0.9, 2 if down else -9)
    parts = held(shape, t, 11, 14)
    left, top = t.c + t.a * parts.column, t.f + t.e * parts.row
    cells = shapely.box(left, np.minimum(top, top + t.e), left + t.a, np.maximum(top, top + t.e))
    inside = shapely.intersection(cells, shape)
    assert parts.share == pytest.approx(shapely.area(inside) / abs(t.a * t.e), abs=1e-9)
    centre = shapely.centroid(inside)
    thick = parts.share > 1e-4
    assert (t.c + t.a * parts.x)[thick] == pytest.approx(shapely.get_x(centre)[thick], abs=1e-7)
    assert (t.f + t.e * parts.y)[thick] == pytest.approx(shapely.get_y(centre)[thick], abs=1e-7)
    window = shapely.box(t.c, min(t.f, t.f + 11 * t.e), t.c + 14 * t.a, max(t.f, t.f + 11 * t.e))
    assert parts.share.sum() * abs(t.a * t.e) == pytest.approx(shape.intersection(window).area)


def test_a_jagged_county_is_shared_quickly_and_whole() -> None:
    """360,000 cells of one resident, a county and four quarters with borders of 20,000 corners."""
    rng = np.random.default_rng(7)
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    radius = 230 * (1 + 0.2 * np.sin(3 * angle)) + rng.normal(scale=0.4, size=len(angle))
    county = shapely.make_valid(
        shapely.Polygon(np.column_stack([300 + radius * np.cos(angle), -300 + radius * np.sin(angle)]))
    )
    quarters = [shapely.box(x, y, x + 300, y + 300) for x in (0, 300) for y in (-600, -300)]
    begun = time.process_time()
    shares = share_block(np.ones((600, 600)), UNIT, county, pieces_of(county, [*quarters, county]))
    assert time.process_time() - begun < 10
    assert math.fsum([*shares.people, *shares.outside]) == pytest.approx(360_000, rel=1e-14)
    assert math.fsum(shares.people) == pytest.approx(county.area, rel=1e-12)
    for number, quarter in enumerate(quarters):
        people = math.fsum(shares.people[shares.area == number])
        assert people == pytest.approx(county.intersection(quarter).area, rel=1e-12)
