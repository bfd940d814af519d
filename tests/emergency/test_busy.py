"""Busy units: published figures, Erlang's laws, the approximation against the exact model, the response."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecircle.emergency.calls import Calls, calls_in_order, nearest_first
from carecircle.emergency.erlang import erlang_b, erlang_c, states
from carecircle.emergency.fleet import busy_units
from carecircle.emergency.hypercube import hypercube
from carecircle.emergency.larson import correction, larson
from carecircle.emergency.response import response, static
from carecircle.emergency.turning import turning_share
from carecircle.errors import UsageError

CITIES = 200


def odoni() -> Calls:
    """Larson and Odoni, Urban Operations Research, 5.4.3: three units, four kinds of calls."""
    orders = np.array([(1, 2, 3), (1, 3, 2), (2, 1, 3), (3, 1, 2)]) - 1
    return calls_in_order([0.50, 0.25, 0.35, 0.40], orders)


def city(seed: int, *, most: int = 9) -> Calls:
    rng = np.random.default_rng(seed)
    units, share = int(rng.integers(3, most + 1)), float(rng.uniform(0.1, 0.8))
    people, stations = rng.random((60, 2)), rng.random((units, 2))
    away = np.hypot(*np.moveaxis(people[:, None] - stations, 2, 0))
    return nearest_first(rng.random(60), away).scaled(share * units)


# ---- the published example ----
def test_workloads_of_the_published_example() -> None:
    busy = hypercube(odoni())
    assert np.round(busy.workload, 4).tolist() == [0.5574, 0.4734, 0.4693]
    assert busy.workload.mean() == pytest.approx(0.5, abs=1e-12)


def test_states_of_the_published_example() -> None:
    busy = hypercube(odoni())
    expected = [0.210526, 0.136690, 0.088633, 0.094887, 0.090466, 0.088945, 0.053011, 0.118421]
    assert np.round(busy.states, 6).tolist() == expected
    assert round(busy.waits - busy.states[-1], 6) == 0.118421


def test_waiting_of_the_published_example() -> None:
    assert hypercube(odoni()).waits == pytest.approx(0.23684210526315785, abs=1e-14)
    assert erlang_c(3, 1.5) == pytest.approx(0.23684210526315785, abs=1e-14)
    assert hypercube(odoni(), queue=False).waits == pytest.approx(0.1343283582089552, abs=1e-14)
    assert erlang_b(3, 1.5) == pytest.approx(0.1343283582089552, abs=1e-14)


def test_correction_of_the_published_example() -> None:
    factor = correction(3, 1.5)
    assert factor[0] == pytest.approx(1.0, abs=1e-14)
    assert np.round(factor, 5).tolist() == [1, 0.73684, 0.63158]


def test_correction_is_the_published_formula() -> None:
    for units, share in itertools.product((1, 2, 5, 9), (0.1, 0.5, 0.9)):
        idle = states(units, share * units)[0]
        for j, found in enumerate(correction(units, share * units)):
            terms = (
                math.factorial(units - j - 1) * (units - k) / math.factorial(k - j)
                * units**k / math.factorial(units) * share ** (k - j)
                for k in range(j, units)
            )  # fmt: skip
            assert found == pytest.approx(math.fsum(terms) * idle / (1 - share), rel=1e-11)


# ---- laws ----
@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), queue=st.booleans())
def test_levels_are_erlangs_whatever_the_preferences(seed: int, queue: bool) -> None:
    calls = city(seed, most=6)
    busy = hypercube(calls, queue=queue)
    level = np.array([state.bit_count() for state in range(1 << calls.units)])
    found = np.bincount(level, busy.states)
    expected = states(calls.units, calls.total, queue=queue)
    found[-1] = busy.waits
    assert found == pytest.approx(expected, abs=1e-12)
    served = calls.total if queue else calls.total * (1 - erlang_b(calls.units, calls.total))
    assert busy.workload.sum() == pytest.approx(served, rel=1e-11)
    assert busy.answers.sum(axis=1) == pytest.approx(np.full(len(calls.load), 1 - busy.waits), abs=1e-12)


def test_states_balance() -> None:
    """Against the whole chain of states, a line of 400 calls behind it, solved at once."""
    calls, line = odoni(), 400
    size = 8 + line
    rate = np.zeros((size, size))
    for state in range(7):
        for load, order in zip(calls.load, calls.order, strict=True):
            unit = next(u for u in order if not state >> u & 1)
            rate[state, state | 1 << unit] += load
    for state, unit in itertools.product(range(8), range(3)):
        if state >> unit & 1:
            rate[state, state ^ 1 << unit] += 1
    for waiting in range(line):
        rate[7 + waiting, 8 + waiting], rate[8 + waiting, 7 + waiting] = calls.total, 3
    rate -= np.diag(rate.sum(axis=1))
    system = np.vstack([rate.T, np.ones(size)])
    chance = np.linalg.lstsq(system, np.r_[np.zeros(size), 1.0], rcond=None)[0]
    assert hypercube(calls).states == pytest.approx(chance[:8], abs=1e-10)


@pytest.mark.parametrize("queue", [True, False])
def test_one_unit_and_equals_are_exact_in_the_approximation(queue: bool) -> None:
    alone = calls_in_order([0.4], [[0]])
    assert larson(alone, queue=queue).workload == pytest.approx(hypercube(alone, queue=queue).workload)
    turns = calls_in_order(np.full(6, 0.3), list(itertools.permutations(range(3))))
    even = hypercube(turns, queue=queue)
    assert larson(turns, queue=queue).workload == pytest.approx(even.workload, abs=1e-12)
    assert larson(turns, queue=queue).answers == pytest.approx(even.answers, abs=1e-12)


def approximation_errors() -> npt.NDArray[np.float64]:
    """Mean error of the workloads of each city, relative; also in the manual, by this very function."""
    errors = []
    for seed in range(CITIES):
        calls = city(seed)
        exact = hypercube(calls).workload
        errors.append(float(np.mean(np.abs(larson(calls).workload - exact) / exact)))
    return np.array(errors)


def test_error_of_the_approximation() -> None:
    errors = approximation_errors()
    assert np.median(errors) <= 0.02
    # What the manual says of them: half below 0.7 %, 95 of 100 below 2.0 %, the worst (city 136) 4.2 %.
    assert round(100 * float(np.median(errors)), 1) == 0.7
    assert round(100 * float(np.quantile(errors, 0.95)), 1) == 1.9
    assert (int(errors.argmax()), round(100 * float(errors.max()), 1)) == (136, 4.2)


def test_larger_fleets_are_approximated() -> None:
    rng = np.random.default_rng(3)
    assert busy_units(nearest_first([1.0] * 9, rng.random((9, 12))).scaled(3)).exact
    many = busy_units(nearest_first([1.0] * 9, rng.random((9, 13))).scaled(3))
    assert not many.exact
    assert many.workload.sum() == pytest.approx(3)
    with pytest.raises(UsageError, match="12"):
        hypercube(nearest_first([1.0] * 9, rng.random((9, 13))))


# ---- the response ----
@pytest.mark.parametrize("units", [1, 2, 7, 15, 16])
def test_places_of_one_order_are_merged_in_its_order(units: int) -> None:
    """Beside Python's own sorting of the orders, few and many units alike."""
    rng = np.random.default_rng(units)
    orders = np.array([rng.permutation(units) for _ in range(6)])[rng.integers(0, 6, 40)]
    load = rng.integers(1, 9, 40).astype(float)
    calls = calls_in_order(load, orders)
    every = sorted({tuple(row) for row in orders.tolist()})
    assert calls.order.tolist() == [list(row) for row in every]
    assert [every[i] for i in calls.of] == [tuple(row) for row in orders.tolist()]
    assert calls.load.tolist() == [
        sum(n for n, row in zip(load, orders.tolist(), strict=True) if tuple(row) == one) for one in every
    ]


def test_response_of_two_units_by_hand() -> None:
    """One place, units at 4 and 10 minutes, a quarter busy: half a service at once on two units.

    Erlang: none, one, both busy (or a line) 0.6, 0.3, 0.1, of which a line 0.025. The near one alone is busy
    with p: p (0.5 + 1) = 0.5 * 0.6 + 0.075, so p = 0.25; the far one alone 0.05.
    """
    assert states(2, 0.5) == pytest.approx([0.6, 0.3, 0.1])
    found = response([[4.0, 10.0]], [1.0], busy_share=0.25, service_min=40)
    assert found.busy.states == pytest.approx([0.6, 0.25, 0.05, 0.075])
    wait = 40 / (2 * 0.75)
    assert found.mean == pytest.approx(4 * (0.6 + 0.05) + 10 * 0.25 + 0.1 * ((4 + 10) / 2 + wait))
    assert (found.waits, found.wait_min) == pytest.approx((0.1, wait))
    # Before the far unit's ten minutes some 0.66 are answered, with it 0.9 and those that waited little.
    assert found.p90 == pytest.approx(10.0)


def test_no_calls_is_the_static_floor() -> None:
    rng = np.random.default_rng(8)
    minutes, weight = rng.random((40, 5)) * 30, rng.random(40)
    found = response(minutes, weight, busy_share=0.0, service_min=60)
    assert (found.mean, found.p90) == pytest.approx(static(minutes, weight), abs=1e-8)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_response_grows_with_the_busy_share(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes, weight = rng.random((20, 4)) * 30, rng.random(20)
    found = [response(minutes, weight, busy_share=b, service_min=50) for b in (0, 0.1, 0.3, 0.5, 0.7, 0.9)]
    floor = static(minutes, weight)
    for name, least in (("mean", floor[0]), ("p90", floor[1])):
        values = [getattr(f, name) for f in found]
        assert all(a <= b + 1e-9 for a, b in itertools.pairwise(values))
        assert values[0] >= least - 1e-9


def test_places_beyond_some_units_are_answered_by_the_others() -> None:
    minutes = np.array([[5.0, np.inf], [8.0, 3.0]])
    found = response(minutes, [1.0, 1.0], busy_share=0.4, service_min=30)
    assert math.isfinite(found.mean)
    with pytest.raises(UsageError):
        response([[np.inf, np.inf], [1.0, 2.0]], [1.0, 1.0], busy_share=0.4, service_min=30)


def test_busy_share_of_one_cannot_be_served() -> None:
    for share in (1.0, 1.2):
        with pytest.raises(UsageError, match=r"cannot be served"):
            response([[4.0, 10.0]], [1.0], busy_share=share, service_min=40)


def test_turning_share() -> None:
    assert turning_share(lambda b: 10 + 20 * b, 14) == pytest.approx(0.2, abs=6e-4)
    assert turning_share(lambda b: 10 + 20 * b, 9) == 0.0
    assert turning_share(lambda b: 10 + 20 * b, 40) is None
