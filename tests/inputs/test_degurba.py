"""Degree of Urbanisation: thresholds and neighbours by hand, on places, and through a whole study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from carecircle.inputs.areas.degurba import CENTRE, CLUSTER, RURAL, classify, degree_of_urbanisation
from carecircle.inputs.load import load_inputs

Write = Callable[..., Any]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([[5000.0]], [[CLUSTER]]),
        ([[4999.0]], [[RURAL]]),
        ([[50_000.0]], [[CENTRE]]),
        ([[49_999.0]], [[CLUSTER]]),
        ([[300, 4700]], [[CLUSTER, CLUSTER]]),
        ([[299, 4701]], [[RURAL, RURAL]]),
        # diagonal neighbours make an urban cluster, not an urban centre
        ([[2500, 0], [0, 2500]], [[CLUSTER, RURAL], [RURAL, CLUSTER]]),
        ([[25_000, 0], [0, 25_000]], [[CLUSTER, RURAL], [RURAL, CLUSTER]]),
        ([[25_000, 25_000]], [[CENTRE, CENTRE]]),
        # a dense cell joined to a centre only through a thin one stays a cluster
        ([[50_000, 1_499, 1_500]], [[CENTRE, CLUSTER, CLUSTER]]),
    ],
)
def test_thresholds(cells: Any, expected: Any) -> None:
    assert classify(np.array(cells, dtype=float)).tolist() == expected


def _city(rows: list[str], dense: float = 9000.0, thin: float = 10.0) -> Any:
    """The centre (``#``) of a city drawn with ``#`` for dense cells and ``.`` for thin ones."""
    cells = np.array([[dense if c == "#" else thin for c in row] for row in rows])
    return ["".join("#" if v == CENTRE else "." for v in row) for row in classify(cells)]


def test_small_gaps_of_a_centre_are_filled_and_large_ones_stay() -> None:
    ring = ["#####", "#...#", "#...#", "#...#", "#####"]
    assert _city(ring) == ["#####"] * 5  # a gap of 9 km2
    small = ["######", "##...#", "#....#", "#....#", "#...##", "######"]
    assert _city(small) == ["######"] * 6  # 14 km2
    large = ["######", "#....#", "#....#", "#....#", "#....#", "######"]
    # 16 km2 stay a gap; in its corners five of eight neighbours are the city's
    assert _city(large) == ["######", "##..##", "#....#", "#....#", "##..##", "######"]


def test_edges_of_a_centre_are_smoothed_by_the_majority_rule() -> None:
    assert _city(["###", "#.#", "#.#"]) == ["###", "###", "###"]  # seven of eight, then five
    assert _city(["####", "##..", "##.."]) == ["####", "###.", "##.."]  # the inner corner: five, then three
    assert _city(["####", "#...", "#..."]) == ["####", "##..", "#..."]


def test_two_centres_do_not_add_up() -> None:
    """A cell with three neighbours in one centre and three in another joins neither."""
    assert _city(["#.#", "#.#", "#.#"], dense=20_000.0) == ["#.#", "#.#", "#.#"]


def test_a_cluster_is_neither_filled_nor_smoothed() -> None:
    ring = np.array([[400.0] * 5, [400, 0, 0, 0, 400], [400, 0, 0, 0, 400], [400.0] * 5])
    assert (classify(ring) == CLUSTER).sum() == 14


def test_cells_are_a_kilometre_square() -> None:
    step = 100.0 / 111_320.0
    ij = np.arange(40)
    east, north = (a.ravel() for a in np.meshgrid(ij, ij))
    lon, lat = 104.5 + east * step / np.cos(np.radians(31.3)), 31.3 + north * step
    degree = degree_of_urbanisation(lon, lat, np.full(lon.shape, 6.0))
    assert degree.classes.size >= 16
    assert (degree.at(lon, lat) == CLUSTER).mean() > 0.8  # 6 a hectare are 600 a km2; 9,600 in all
    assert degree.at(np.array([110.0]), np.array([40.0])).tolist() == [RURAL]


def test_a_cluster_does_not_end_at_the_boundary(study_of: Write, boundary: Write, raster: Write) -> None:
    """4,000 inside and 4,000 next door make one town of 8,000; alone neither would be."""
    cells = np.full((2, 8), 500.0)
    study = study_of(
        boundaries={"path": boundary({"1": (0, -0.02, 0.04, 0)})},
        residents={"path": raster(cells)},
        urban={"by": "degurba"},
    )
    found = load_inputs(study)
    assert found.ledger.inside == 4000
    assert found.demand["urban"].all()
    assert found.areas["urban"].tolist() == [True]
    assert found.urban_method.key == "inputs.urban_degurba"
    alone = study.model_copy(update={"assumptions": study.assumptions.model_copy(update={"buffer_km": 0.0})})
    west = raster(cells[:, :4], "west.tif")
    alone = alone.model_copy(update={"residents": alone.residents.model_copy(update={"path": west})})
    assert not load_inputs(alone).demand["urban"].any()


def test_degurba_of_points(study_of: Write, table: Write) -> None:
    path = table("id,population,lon,lat\na,6000,104.5,31.3\nb,10,104.6,31.3\nc,3,,\n")
    found = load_inputs(study_of(residents={"path": path, "format": "points"}, urban={"by": "degurba"}))
    assert found.demand["urban"].tolist() == [True, False, None]
