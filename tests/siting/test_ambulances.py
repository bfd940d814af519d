"""Ambulances on stations: expected covering and the double standard, enumerated, and San Francisco."""

from __future__ import annotations

import itertools
import math
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from carecircle.errors import UsageError
from carecircle.reach.search._numba import numba
from carecircle.siting import models

Floats = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def san_francisco() -> tuple[Floats, Floats, list[int]]:
    numba()  # the peer imports it too, unguarded
    pytest.importorskip("spopt", reason="spopt is not installed (pip install 'carecircle[peers]')")
    data = resources.files("spopt") / "tests" / "test_locate" / "data"
    with (data / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").open("rb") as file:  # type: ignore[arg-type]
        ways = pd.read_csv(file).pivot_table(index="DestinationName", columns="name", values="distance")
    with (data / "SF_demand_205_centroid_uniform_weight.csv").open("rb") as file:  # type: ignore[arg-type]
        tracts = pd.read_csv(file).set_index("NAME")
    people = tracts.loc[ways.index, "POP2000"].to_numpy(float)
    assert people.sum() == 955_113
    return ways.to_numpy(), people, [int(name.split("_")[1]) for name in ways.columns]


@pytest.mark.parametrize(
    ("ambulances", "busy", "objective", "stations"),
    [
        (4, 0.1, 803326.644, [3, 11, 12, 16]),
        (4, 0.3, 670543.0914, [3, 12, 14, 16]),
        (4, 0.6, 462992.8384, [3, 12, 16, 16]),
        (5, 0.3, 729166.6914, [3, 11, 12, 14, 16]),
        (5, 0.6, 525784.79424, [3, 12, 14, 16, 16]),
        (6, 0.3, 777920.5203, [2, 11, 12, 14, 15, 16]),
    ],
)
def test_expected_covering_of_san_francisco(
    san_francisco: Any, ambulances: int, busy: float, objective: float, stations: list[int]
) -> None:
    cost, people, names = san_francisco
    found = models.mexclp(cost, people, limit=5000, busy=busy, ambulances=ambulances)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(objective, abs=1e-6)
    assert sorted(names[j] for j in found.sites) == stations


@pytest.mark.parametrize(
    ("ambulances", "residents", "stations"), [(4, 319_473, [3, 5, 11, 16]), (5, 558_549, [4, 5, 11, 15, 16])]
)
def test_double_standard_of_san_francisco(
    san_francisco: Any, ambulances: int, residents: int, stations: list[int]
) -> None:
    cost, people, names = san_francisco
    found = models.double_standard(cost, people, near=5000, far=7500, share=0.85, ambulances=ambulances)
    assert found.status == "optimal"
    assert found.objective == residents
    assert sorted(names[j] for j in found.sites) == stations


@pytest.mark.parametrize(("p", "objective", "sites"), [(1, 4, {0}), (2, 6, {1, 2}), (3, 6, None)])
def test_free_ambulances_are_maximal_covering(p: int, objective: int, sites: set[int] | None) -> None:
    """JEMSS.jl's example of maximal covering: who is covered by each of three sites."""
    covered = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]])
    cost = np.where(covered.T == 1, 0.0, np.inf)
    found = models.mexclp(cost, [2, 2, 1, 1], limit=0, busy=0, ambulances=p)
    assert found.objective == models.mclp(cost, [2, 2, 1, 1], limit=0, sites=p).objective == objective
    assert sites is None or set(found.sites) == sites


def world(seed: int) -> tuple[Floats, Floats, float, int, list[int], int | None]:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(2, 10)), int(rng.integers(2, 6))
    cost = np.round(rng.random((rows, columns)) * 10, 1)
    if seed % 3 == 0:
        cost[rng.random(cost.shape) < 0.3] = np.inf
    standing = rng.integers(0, 2, columns).tolist() if seed % 4 == 0 else [0] * columns
    return (
        cost, rng.integers(0, 20, rows).astype(float), float(rng.uniform(1, 8)), int(rng.integers(1, 4)),
        standing, int(rng.integers(1, 3)) if seed % 2 else None,
    )  # fmt: skip


def fleets(columns: int, more: int, standing: list[int], most: int | None) -> list[Floats]:
    """Every way to place up to so many more."""
    found = []
    for number in range(more + 1):
        for stations in itertools.combinations_with_replacement(range(columns), number):
            held = np.array(standing, float)
            np.add.at(held, list(stations), 1)
            if most is None or (held <= np.maximum(standing, most)).all():
                found.append(held)
    return found


@pytest.mark.parametrize("seed", range(120))
def test_expected_covering_against_every_fleet(seed: int) -> None:
    cost, people, limit, more, standing, most = world(seed)
    busy = (0.0, 0.2, 0.5, 0.9)[seed % 4]
    near = cost <= limit
    best = max(
        math.fsum(people * (1 - busy ** (near @ held))) if busy else float(people @ (near @ held > 0))
        for held in fleets(cost.shape[1], more, standing, most)
    )
    found = models.mexclp(cost, people, limit=limit, busy=busy, ambulances=more, standing=standing, most=most)
    assert (found.status, found.objective) == ("optimal", pytest.approx(best, abs=1e-9))
    assert len(found.new) <= more
    assert len(found.sites) == len(found.new) + sum(standing)


@pytest.mark.parametrize("seed", range(120))
def test_double_standard_against_every_fleet(seed: int) -> None:
    cost, people, near, more, standing, most = world(seed)
    far, share = near * 1.5, (0.0, 0.5, 0.9)[seed % 3]
    close, wide = cost <= near, cost <= far
    able = [
        float(people @ (close @ held >= 2))
        for held in fleets(cost.shape[1], more, standing, most)
        if (wide @ held >= 1).all() and people @ (close @ held >= 1) >= share * people.sum() * (1 - 1e-12)
    ]
    found = models.double_standard(
        cost, people, near=near, far=far, share=share, ambulances=more, standing=standing, most=most
    )
    if not able:
        assert found.status == "infeasible"
    else:
        assert (found.status, found.objective) == ("optimal", max(able))


@pytest.mark.parametrize("seed", range(40))
def test_double_standard_of_equal_limits_covers_as_the_set_covering(seed: int) -> None:
    cost, people, limit, *_ = world(seed)
    fewest = models.lscp(cost, limit=limit)
    for number in range(1, cost.shape[1] + 1):
        found = models.double_standard(
            cost, people, near=limit, far=limit, share=1.0, ambulances=number, most=1
        )
        holds = fewest.status != "infeasible" and number >= fewest.objective
        assert (found.status != "infeasible") == holds


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mexclp", {"limit": 1, "busy": 1.0, "ambulances": 1}),
        ("mexclp", {"limit": 1, "busy": -0.1, "ambulances": 1}),
        ("mexclp", {"limit": 1, "busy": 0.5, "ambulances": -1}),
        ("mexclp", {"limit": 1, "busy": 0.5, "ambulances": 1.5}),
        ("mexclp", {"limit": 1, "busy": 0.5, "ambulances": 1, "standing": [0, -1]}),
        ("mexclp", {"limit": 1, "busy": 0.5, "ambulances": 1, "most": 0}),
        ("double_standard", {"near": 2, "far": 1, "share": 0.5, "ambulances": 1}),
        ("double_standard", {"near": 1, "far": 2, "share": 1.5, "ambulances": 1}),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        getattr(models, name)(np.ones((3, 2)), np.ones(3), **options)
