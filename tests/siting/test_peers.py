"""The same instances given to spopt and CBC: equal objectives, and its San Francisco study reproduced."""

from __future__ import annotations

import math
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from carecircle.reach.search._numba import numba
from carecircle.siting import models

# The peer warns of its own next version when its solver is made.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

INSTANCES = range(50)


@pytest.fixture(scope="module")
def locate() -> Any:
    numba()  # the peer imports it too, unguarded
    return pytest.importorskip(
        "spopt.locate", reason="spopt is not installed (pip install 'carecircle[peers]')"
    )


@pytest.fixture(scope="module")
def cbc(locate: Any) -> Any:
    return pytest.importorskip("pulp").PULP_CBC_CMD(msg=False)  # with threads=1 it may sleep for ten seconds


def instance(seed: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float, int]:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(10, 60)), int(rng.integers(5, 15))
    apart = rng.random((rows, 1, 2)) - rng.random((1, columns, 2))
    cost = np.hypot(apart[..., 0], apart[..., 1]) * 100
    residents = rng.integers(1, 100, rows).astype(float)
    return cost, residents, float(rng.uniform(20, 60)), int(rng.integers(2, 5))


def theirs(model: Any, cbc: Any) -> float:
    """The optimum of spopt's model, NaN where it has none."""
    model.problem.solve(cbc)
    value: float = model.problem.objective.value()
    return value if model.problem.status == 1 else math.nan


@pytest.mark.parametrize("seed", INSTANCES)
def test_objectives_equal_spopt(seed: int, locate: Any, cbc: Any) -> None:
    cost, residents, limit, p = instance(seed)
    covering = theirs(locate.LSCP.from_cost_matrix(cost, limit), cbc)
    lscp = models.lscp(cost, limit=limit)
    backup = models.lscp_backup(cost, limit=limit)
    if math.isnan(covering):
        assert lscp.status == backup.status == "infeasible"
    else:
        assert lscp.objective == round(covering)
        # spopt counts rows that a single candidate reaches as backed up: their variable is in no constraint.
        alone = int(((cost <= limit).sum(axis=1) == 1).sum())
        counted = theirs(locate.LSCPB.from_cost_matrix(cost, limit, cbc), cbc)
        assert backup.objective == round(counted) - alone
    mclp = models.mclp(cost, residents, limit=limit, sites=p)
    assert mclp.objective == round(theirs(locate.MCLP.from_cost_matrix(cost, residents, limit, p), cbc))
    median = models.p_median(cost, residents, sites=p)
    assert median.objective == pytest.approx(
        theirs(locate.PMedian.from_cost_matrix(cost, residents, p), cbc), rel=1e-9
    )
    center = models.p_center(cost, sites=p)
    assert center.objective == pytest.approx(theirs(locate.PCenter.from_cost_matrix(cost, p), cbc), rel=1e-6)
    rng = np.random.default_rng(seed)
    points = rng.random((12, 2)) * 100
    between = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
    apart = models.p_dispersion(between, sites=p)
    assert apart.objective == pytest.approx(
        theirs(locate.PDispersion.from_cost_matrix(between, p), cbc), rel=1e-6
    )
    assert {m.status for m in (mclp, median, center, apart)} == {"optimal"}


def francisco() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """205 census tracts x 16 stores, road metres, and each tract's residents."""
    data = resources.files("spopt") / "tests" / "test_locate" / "data"
    table = pd.read_csv(data / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    demand = pd.read_csv(data / "SF_demand_205_centroid_uniform_weight.csv").sort_values("NAME")
    cost = table.pivot_table(values="distance", index="DestinationName", columns="name")
    return cost.to_numpy(), demand["POP2000"].to_numpy(dtype=float)


def test_san_francisco(locate: Any) -> None:
    cost, residents = francisco()
    mclp = models.mclp(cost, residents, limit=5000, sites=4)
    assert mclp.status == "optimal"
    assert (mclp.allocation == -1).sum() == 21
    assert 100 * (mclp.allocation >= 0).mean() == pytest.approx(89.75609756097561, rel=1e-15)
    median = models.p_median(cost, residents, sites=4)
    assert median.status == "optimal"
    assert median.objective / residents.sum() == pytest.approx(2982.1268579890657, rel=1e-12)
