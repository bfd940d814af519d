"""Laws of access and equity on random tables: nothing is lost, no order matters, sparse is dense."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from carecircle import access
from carecircle.access import _within, inequality, rational
from carecircle.errors import UsageError

SEEDS = range(12)
ZONES = access.stepped({10: 1.0, 20: 0.68, 30: 0.22})
Given = tuple[Any, Any, Any]


def town(seed: int, origins: int = 60, places: int = 9) -> Given:
    """Minutes with some ways missing, one place that nobody reaches, an origin that reaches none."""
    rng = np.random.default_rng(seed)
    at, there = rng.random((origins, 2)) * 50, rng.random((places, 2)) * 50
    minutes = np.hypot(*(at[:, None] - there[None]).transpose(2, 0, 1))
    minutes[rng.random(minutes.shape) < 0.2] = np.inf
    minutes[:, 0], minutes[3] = np.inf, np.inf
    residents = rng.integers(0, 400, origins).astype(float)
    return minutes, rng.integers(1, 60, places).astype(float), residents


def sparse(minutes: Any) -> Any:
    row, column = np.nonzero(np.isfinite(minutes))
    return sp.coo_array((minutes[row, column], (row, column)), shape=minutes.shape)


CATCHMENTS: dict[str, Callable[..., Any]] = {
    "2SFCA": lambda *g: access.two_step_fca(*g, limit=20),
    "E2SFCA": lambda *g: access.enhanced_two_step_fca(*g, decay=ZONES),
    "3SFCA": lambda *g: access.three_step_fca(*g, decay=ZONES, choice=access.gaussian(9)),
    "M2SFCA": lambda *g: access.modified_two_step_fca(*g, decay=access.gaussian(9)),
    "BFCA": lambda *g: access.balanced_fca(*g, decay=access.linear(25)),
    "availability": lambda *g: access.spatial_availability(*g, decay=access.power(0.7)),
    "balancing": lambda *g: access.balancing_cost(*g),
    "RAAM": lambda *g: access.raam(*g, tau=20).burden,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "decay", [access.binary(20), ZONES, access.gaussian(8), access.exponential(0.2).within(40)]
)
def test_supply_is_shared_out_whole(seed: int, decay: access.Decay) -> None:
    minutes, supply, residents = town(seed)
    served = (decay(minutes) > 0) & (residents > 0)[:, None]
    whole = math.fsum(supply[served.any(axis=0)])
    for measure in (access.enhanced_two_step_fca, access.three_step_fca):
        held = math.fsum(residents * measure(minutes, supply, residents, decay=decay))
        assert held == pytest.approx(whole, rel=1e-12)
    shared = math.fsum(access.spatial_availability(minutes, supply, residents, decay=decay))
    assert shared == pytest.approx(whole, rel=1e-12)
    lost = math.fsum(residents * access.modified_two_step_fca(minutes, supply, residents, decay=decay))
    assert lost <= whole * (1 + 1e-12)


@pytest.mark.parametrize("name", CATCHMENTS)
def test_sparse_is_dense_and_order_changes_nothing(name: str) -> None:
    minutes, supply, residents = town(5)
    once = CATCHMENTS[name](minutes, supply, residents)
    np.testing.assert_allclose(CATCHMENTS[name](sparse(minutes), supply, residents), once, rtol=1e-12)
    rng = np.random.default_rng(1)
    r, c = rng.permutation(len(residents)), rng.permutation(len(supply))
    again = CATCHMENTS[name](minutes[r][:, c], supply[c], residents[r])
    np.testing.assert_allclose(again, once[r], rtol=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_balanced_keeps_the_level_of_service(seed: int) -> None:
    minutes, supply, residents = town(seed)
    weight = access.gaussian(8)(minutes)
    own = np.divide(weight, weight.sum(1, keepdims=True), out=np.zeros_like(weight),
                    where=weight.sum(1, keepdims=True) > 0)  # fmt: skip
    demand = residents @ own
    level = np.divide(supply, demand, out=np.zeros_like(supply), where=demand > 0)
    ours = access.balanced_fca(minutes, supply, residents, decay=access.gaussian(8))
    assert ours.sum() == pytest.approx(level.sum(), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_gains_by_going_elsewhere(seed: int) -> None:
    minutes, supply, residents = town(seed, origins=150, places=15)
    found = access.raam(minutes, supply, residents, tau=20)
    assert found.gap <= 1e-12
    reaching = np.isfinite(minutes).any(axis=1)
    assert found.users.sum() == pytest.approx(residents[reaching].sum(), rel=1e-12)
    assert np.isinf(found.burden[~reaching]).all()
    assert found.users[0] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_equilibrium_is_the_least_of_its_sum(seed: int) -> None:
    """The dual of the convex sum has the same value: whatever the flows are, both can only meet there."""
    minutes, supply, residents = town(seed)
    reaching = np.isfinite(minutes).any(axis=1)
    rho = residents[reaching].sum() / supply[1:].sum()
    found = access.raam(minutes, supply, residents, tau=20, rho=rho)
    price = found.users / (rho * supply)
    dual = residents[reaching] @ (minutes[reaching] / 20 + price).min(axis=1)
    held = (residents[reaching] @ found.burden[reaching]) - (found.users * price).sum()
    assert dual == pytest.approx(residents[reaching] @ found.burden[reaching], rel=1e-12)
    rng = np.random.default_rng(seed)
    for _ in range(20):  # no other price gives a higher dual
        other = np.abs(price + rng.normal(0, 0.05, len(price)))
        worse = residents[reaching] @ (minutes[reaching] / 20 + other).min(axis=1)
        assert (
            worse - rho * (supply * other**2).sum() / 2 <= dual - rho * (supply * price**2).sum() / 2 + 1e-9
        )
    assert held > 0


def test_the_equilibrium_without_compiled_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    given = town(2)
    once = access.raam(*given, tau=20)
    loops = rational._equilibrium, rational._settling
    plain = [getattr(f, "py_func", f) for f in (loops[0].choose, loops[0].spare)]
    plain += [loops[1].uncycled, loops[1].solved]
    monkeypatch.setattr(rational, "_compiled", lambda: tuple(plain))
    np.testing.assert_allclose(access.raam(*given, tau=20).burden, once.burden, rtol=1e-12)


def test_two_places_by_hand() -> None:
    """100 people stand at one of two places 10 minutes apart: crowding 1 at home is worth half the way."""
    found = access.raam([[0.0, 10.0]], [1.0, 1.0], [100.0], tau=20, rho=50)
    assert found.users.tolist() == pytest.approx([62.5, 37.5])  # x/50 = 1/2 + (100 - x)/50
    assert found.burden.tolist() == pytest.approx([1.25])


def test_nth_nearest_by_hand() -> None:
    minutes = [[5.0, 3.0, 9.0], [np.inf, 4.0, np.inf], [np.inf] * 3]
    assert access.nearest_nth(minutes, n=2).tolist() == [5.0, math.inf, math.inf]
    assert access.nearest_nth(minutes, n=2, supply=[1, 2, 1]).tolist() == [3.0, 4.0, math.inf]
    assert access.balancing_cost(minutes, [1, 2, 1], [2, 0, 1]).tolist() == [5.0, 0.0, math.inf]
    assert access.balancing_cost(minutes, [1, 2, 1], [2, 0, 1], strictly=False).tolist() == [3, 0, math.inf]


@pytest.mark.parametrize("seed", SEEDS)
def test_equity_of_people_one_by_one(seed: int) -> None:
    """A row of so many residents is so many rows of one."""
    rng = np.random.default_rng(seed)
    a, w = rng.gamma(2, 10, 12), rng.integers(0, 6, 12)
    each = np.repeat(a, w)
    apart = np.abs(each[:, None] - each[None]).sum() / (2 * each.mean() * len(each) ** 2)
    assert inequality.gini(a, w) == pytest.approx(apart, rel=1e-12)
    towns = rng.integers(0, 3, 12)
    parts = inequality.theil(a, w, towns)
    assert parts.total == pytest.approx(parts.between + parts.within, rel=1e-12)
    assert parts.total == pytest.approx(inequality.theil(each).total, rel=1e-12)
    income = rng.random(12)
    for corrected in (False, True):
        split = inequality.concentration(each, None, np.repeat(income, w), corrected=corrected)
        assert inequality.concentration(a, w, income, corrected=corrected) == pytest.approx(split, abs=1e-12)
    assert inequality.kolm_pollak(a, w, kappa=-0.1) == pytest.approx(
        math.log(np.exp(0.1 * each).mean()) / 0.1, rel=1e-12
    )
    beyond = each[each > 20]
    assert inequality.poverty(a, w, line=20, degree=1, above=True) == pytest.approx(
        ((beyond - 20) / 20).sum() / len(each), rel=1e-12
    )
    assert inequality.weighted_quantile(a, w, 0.9) == pytest.approx(np.quantile(each, 0.9), rel=1e-12)


def test_equity_at_its_ends() -> None:
    assert inequality.gini([7, 7, 7], [1, 5, 2]) == pytest.approx(0, abs=1e-15)
    assert inequality.theil([7, 7], [1, 5], ["a", "b"]).total == pytest.approx(0, abs=1e-15)
    assert inequality.theil([0, 2], [1, 1]).total == pytest.approx(math.log(2))
    assert inequality.gini([0, 2], [1, 1]) == pytest.approx(0.5)
    assert inequality.kolm_pollak([10, 30], kappa=-9.0) == pytest.approx(30 - math.log(2) / 9)
    assert inequality.kolm_pollak([1e5, 1e5], kappa=-1.0) == pytest.approx(1e5)  # no overflow
    people, held = inequality.lorenz([3, 1], [1, 1])
    assert (people.tolist(), held.tolist()) == ([0, 0.5, 1], [0, 0.25, 1])


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: access.cumulative([[1, 2]], [1], limit=1), "costs.amounts_shape"),
        (lambda: access.two_step_fca([[1, 2]], [1, -1], [1], limit=1), "costs.amounts_value"),
        (lambda: access.cumulative([[-1.0]], [1], limit=1), "costs.negative"),
        (lambda: access.raam([[1.0]], [1], [1], tau=0), "access.not_above_zero"),
        (lambda: access.stepped({}), "access.no_zones"),
        (lambda: access.stepped({10: 2}), "access.bad_weight"),
        (lambda: access.cumulative_interval([[1.0]], None, limits=[]), "access.no_limits"),
        (lambda: access.binary(-1), "access.below"),
        (lambda: inequality.gini([1, np.inf]), "access.value_not_finite"),
        (lambda: inequality.gini([1, -1]), "access.value_negative"),
        (lambda: inequality.gini([0, 0]), "access.all_zero"),
        (lambda: inequality.gini([1, 2], [0, 0]), "access.nobody"),
        (lambda: inequality.palma([1, 2], None, [1]), "access.unlike_shapes"),
        (lambda: inequality.kolm_pollak([1], kappa=math.inf), "access.not_finite"),
    ],
)  # fmt: skip
def test_what_is_refused(call: Callable[[], Any], key: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.sentence.key == key
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_cost_at_a_limit_is_in_its_zone() -> None:
    zones = {10: 1.0, 20: 0.5}
    assert access.stepped(zones)([0, 10, 10.1, 20, 20.1]).tolist() == [1, 1, 0.5, 0.5, 0]
    assert access.stepped(zones, closed=False)([10, 20]).tolist() == [0.5, 0]
    assert access.exponential(0.1).within(20)([20, 20.1, np.inf]).tolist() == [
        pytest.approx(np.exp(-2)),
        0,
        0,
    ]


@pytest.mark.parametrize("limit", [12.0, 60.0, 0.0])
def test_the_compiled_way_within_a_limit_is_the_common_one_to_the_last_bit(limit: float) -> None:
    rng = np.random.default_rng(4)
    there = rng.random((60, 25)) < 0.4
    there[7], there[:, 3] = False, False
    table = sp.csr_array(there * rng.integers(1, 600, there.shape) / 10)
    supply, people = rng.integers(0, 90, 25).astype(float), rng.integers(0, 900, 60)
    for given in (table, table.astype(np.float64).tocsc().tocsr()):
        decay = access.binary(limit)
        own = access.two_step_fca(given, supply, people, limit=limit)
        common = access.enhanced_two_step_fca(given, supply, people, decay=decay)
        np.testing.assert_array_equal(own, common)
        reached = access.cumulative(given, supply, limit=limit)
        np.testing.assert_array_equal(reached, access.gravity(given, supply, decay=decay))
    assert _within.ratios_within(table, supply, people, limit) is not None


@pytest.mark.parametrize(
    ("costs", "columns", "refused"),
    [
        ([1.0, -2.0], [0, 1], True),
        ([1.0, np.nan], [0, 1], True),
        ([1.0, np.inf], [0, 1], False),
        ([1.0, 2.0], [1, 0], False),
        ([1.0, 2.0], [1, 1], True),
    ],
)
def test_what_it_cannot_take_goes_the_common_way(
    costs: list[float], columns: list[int], refused: bool
) -> None:
    table = sp.csr_array(
        (np.array(costs), np.array(columns, np.int32), np.array([0, 2], np.int32)), shape=(1, 2)
    )
    assert _within.supply_within(table, [3.0, 4.0], 1.0) is None
    if refused:
        with pytest.raises(UsageError):
            access.cumulative(table, [3.0, 4.0], limit=1.0)
    else:
        assert access.cumulative(table, [3.0, 4.0], limit=1.0).tolist() == [[3.0, 4.0][columns[0]]]
