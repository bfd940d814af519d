"""Live peers: ``access`` and ``inequalipy`` agree where they are right; and where they are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from carecircle import access as ours
from carecircle.access import inequality

pytestmark = pytest.mark.filterwarnings("ignore")
WHY = "{0} is not installed (pip install 'carecircle[peers]')"


@pytest.fixture(scope="module")
def theirs() -> Any:
    return pytest.importorskip("access", reason=WHY.format("access"))


@pytest.fixture(scope="module")
def inequalipy() -> Any:
    return pytest.importorskip("inequalipy", reason=WHY.format("inequalipy"))


def frames(minutes: Any, supply: Any, residents: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    row, column = np.nonzero(np.isfinite(minutes))
    costs = pd.DataFrame({"origin": row, "dest": column, "cost": minutes[row, column]})
    people = pd.DataFrame({"demand": residents}, index=pd.RangeIndex(len(residents)))
    return people, pd.DataFrame({"supply": supply}, index=pd.RangeIndex(len(supply))), costs


def town(seed: int, origins: int = 80, places: int = 12) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    at, there = rng.random((origins, 2)) * 60, rng.random((places, 2)) * 60
    minutes = np.hypot(*(at[:, None] - there[None]).transpose(2, 0, 1))
    return minutes, rng.integers(5, 60, places).astype(float), rng.integers(1, 900, origins)


def filled(found: pd.Series, origins: int) -> Any:
    return found.reindex(range(origins)).fillna(0.0).to_numpy()


@pytest.mark.parametrize("seed", range(5))
def test_floating_catchments_agree(seed: int, theirs: Any) -> None:
    given = town(seed)
    people, supply, costs = frames(*given)
    named: dict[str, Any] = {"demand_index": True, "supply_index": True}
    two = theirs.fca.two_stage_fca(people, supply, costs, 25, **named)
    np.testing.assert_allclose(ours.two_step_fca(*given, limit=25), filled(two, 80), rtol=1e-12)
    step = theirs.weights.step_fn({10: 1, 20: 0.68, 30: 0.22})
    enhanced = theirs.fca.two_stage_fca(people, supply, costs, 30, weight_fn=step, **named)
    zones = ours.stepped({10: 1, 20: 0.68, 30: 0.22})
    np.testing.assert_allclose(
        ours.enhanced_two_step_fca(*given, decay=zones), filled(enhanced, 80), rtol=1e-12
    )
    bell = theirs.weights.gaussian(12)
    three = theirs.fca.three_stage_fca(people, supply, costs.copy(), 30, weight_fn=bell, **named)
    decay = ours.gaussian(12)
    found = ours.three_step_fca(*given, decay=decay.within(30), choice=decay)
    np.testing.assert_allclose(found, filled(three, 80), rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_their_raam_stops_short(seed: int, theirs: Any) -> None:
    """They move whole people by shrinking steps: near the equilibrium on average, not at every place."""
    given = town(seed)
    people, supply, costs = frames(*given)
    found = theirs.raam.raam(people, supply, costs, tau=60).sort_index().to_numpy()
    exact = ours.raam(*given, tau=60)
    assert exact.gap <= 1e-12
    off = np.abs(found / exact.burden - 1)
    assert 0.001 < off.max() < 0.2
    assert np.average(found, weights=given[2]) == pytest.approx(
        np.average(exact.burden, weights=given[2]), rel=0.02
    )


@pytest.mark.parametrize("seed", range(5))
def test_equity_agrees(seed: int, inequalipy: Any) -> None:
    rng = np.random.default_rng(seed)
    a, w = rng.gamma(2, 10, 50), rng.integers(1, 90, 50)
    assert inequality.gini(a, w) == pytest.approx(inequalipy.gini(a, w), rel=1e-11)
    kappa = inequality.kappa_of_inequality_aversion(a, w, epsilon=-0.7)
    assert kappa == pytest.approx(inequalipy.kolmpollak.calc_kappa(a, -0.7, w), rel=1e-12)
    assert inequality.kolm_pollak(a, w, kappa=kappa) == pytest.approx(
        inequalipy.kolmpollak.ede(a, kappa=kappa, weights=w), rel=1e-12
    )
