"""What must hold whatever the instance: more sites, larger limits, room without end, unused sites."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecircle.errors import UsageError
from carecircle.siting import models
from carecircle.siting.models import Conditions

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(2, 8))
    costs = draw(st.lists(st.integers(0, 30), min_size=rows * columns, max_size=rows * columns))
    people = draw(st.lists(st.integers(0, 50), min_size=rows, max_size=rows))
    return np.array(costs, dtype=float).reshape(rows, columns), np.array(people, dtype=float)


@few
@given(worlds(), st.integers(0, 6), st.integers(0, 30))
def test_more_sites_never_cover_less(world: tuple[np.ndarray, np.ndarray], p: int, limit: int) -> None:
    cost, people = world
    fewer = models.mclp(cost, people, limit=limit, sites=p)
    more = models.mclp(cost, people, limit=limit, sites=p + 1)
    assert more.objective >= fewer.objective


@few
@given(worlds(), st.integers(0, 29), st.integers(0, 10), st.floats(0, 1))
def test_a_larger_limit_never_needs_more_sites(
    world: tuple[np.ndarray, np.ndarray], limit: int, further: int, share: float
) -> None:
    cost, people = world
    for near, far in (
        (models.lscp(cost, limit=limit), models.lscp(cost, limit=limit + further)),
        (
            models.partial_cover(cost, people, limit=limit, share=share),
            models.partial_cover(cost, people, limit=limit + further, share=share),
        ),
    ):
        if near.status == "optimal":
            assert far.objective <= near.objective


@few
@given(worlds(), st.integers(1, 4), st.integers(0, 30), st.booleans())
def test_room_without_end_is_no_capacity(
    world: tuple[np.ndarray, np.ndarray], p: int, limit: int, split: bool
) -> None:
    cost, people = world
    cover = models.capacitated_mclp(cost, people, limit=limit, capacity=np.inf, sites=p, split=split)
    assert cover.objective == pytest.approx(models.mclp(cost, people, limit=limit, sites=p).objective)
    median = models.capacitated_p_median(cost, people, capacity=np.inf, sites=p, split=split)
    assert median.objective == pytest.approx(models.p_median(cost, people, sites=p).objective)


@few
@given(worlds(), st.integers(1, 4), st.integers(1, 30))
def test_capacity_is_respected_and_everybody_is_somewhere(
    world: tuple[np.ndarray, np.ndarray], p: int, room: int
) -> None:
    cost, people = world
    for split in (False, True):
        found = models.capacitated_p_median(cost, people, capacity=float(room), sites=p, split=split)
        if found.status == "infeasible":
            assert people.sum() > p * room or not split or cost.shape[1] < p
            continue
        assert found.flow is not None
        assert found.flow.sum(axis=1) == pytest.approx(people)
        assert (np.asarray(found.flow.sum(axis=0)) <= room * (1 + 1e-6)).all()


@few
@given(worlds(), st.integers(1, 3), st.integers(0, 30))
def test_forbidding_an_unused_site_changes_nothing(
    world: tuple[np.ndarray, np.ndarray], p: int, limit: int
) -> None:
    cost, people = world
    for run in (
        lambda c: models.mclp(cost, people, limit=limit, sites=p, conditions=c),
        lambda c: models.p_median(cost, people, sites=p, conditions=c),
        lambda c: models.p_center(cost, sites=p, conditions=c),
        lambda c: models.lscp(cost, limit=limit, conditions=c),
    ):
        free = run(Conditions())
        unused = [j for j in range(cost.shape[1]) if j not in free.sites]
        if free.status == "optimal" and unused:
            assert run(Conditions(forbidden=tuple(unused[:1]))).objective == pytest.approx(free.objective)


@few
@given(worlds(), st.integers(1, 3), st.integers(0, 30), st.randoms())
def test_order_of_rows_and_columns_changes_nothing(
    world: tuple[np.ndarray, np.ndarray], p: int, limit: int, random: np.random.Generator
) -> None:
    cost, people = world
    rows, columns = list(range(cost.shape[0])), list(range(cost.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    other, who = cost[rows][:, columns], people[rows]
    assert models.mclp(other, who, limit=limit, sites=p).objective == pytest.approx(
        models.mclp(cost, people, limit=limit, sites=p).objective
    )
    assert models.p_median(other, who, sites=p).objective == pytest.approx(
        models.p_median(cost, people, sites=p).objective
    )


@few
@given(worlds(), st.integers(1, 3), st.integers(0, 30))
def test_doubled_residents_double_the_worth(world: tuple[np.ndarray, np.ndarray], p: int, limit: int) -> None:
    cost, people = world
    once, twice = (models.mclp(cost, k * people, limit=limit, sites=p).objective for k in (1, 2))
    assert twice == pytest.approx(2 * once)


def test_an_explicit_zero_is_a_cost_and_an_absent_entry_is_none() -> None:
    cost = sp.csr_matrix((np.array([0.0, 4.0]), (np.array([0, 1]), np.array([0, 1]))), shape=(3, 2))
    found = models.mclp(cost, [5, 7, 9], limit=0, sites=2)
    assert (found.objective, found.sites, found.allocation.tolist()) == (5, (0,), [0, -1, -1])
    assert found.lacking == (1, 2)
    assert models.lscp(cost, limit=9).lacking == (2,)


def test_a_solution_says_who_nobody_can_reach() -> None:
    cost = np.array([[1.0, 9.0], [9.0, 9.0], [9.0, 1.0]])
    found = models.lscp(cost, limit=5)
    assert (found.status, found.lacking, found.sites) == ("infeasible", (1,), ())
    assert np.isnan(found.objective)


def test_progress_is_told_and_time_is_kept() -> None:
    rng = np.random.default_rng(0)
    cost = np.hypot(*(rng.random((600, 1, 2)) - rng.random((1, 200, 2))).transpose(2, 0, 1))
    told: list[tuple[float, float, float]] = []
    found = models.p_median(
        cost, np.ones(600), sites=12, time_limit=0.5, progress=lambda *x: told.append(x)
    )  # fmt: skip
    assert found.status in {"optimal", "feasible"}
    assert found.bound <= found.objective
    assert found.seconds < 20
    assert told
    assert all(bound <= best + 1e-6 for best, bound, _ in told)


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: models.mclp([[1.0, -1.0]], [1], limit=1, sites=1), "costs.negative"),
        (lambda: models.mclp([[1.0, np.nan]], [1], limit=1, sites=1), "costs.nan"),
        (lambda: models.mclp([[1.0]], [1, 2], limit=1, sites=1), "costs.amounts_shape"),
        (lambda: models.mclp([[1.0]], [-1], limit=1, sites=1), "costs.amounts_value"),
        (lambda: models.mclp([[1.0]], [1], limit=1), "siting.sites_or_budget"),
        (lambda: models.mclp([[1.0]], [1], limit=-1, sites=1), "siting.bad_limit"),
        (
            lambda: models.mclp([[1.0]], [1], limit=1, sites=1, conditions=Conditions(keep=(4,))),
            "siting.no_such_candidate",
        ),
        (
            lambda: models.lscp([[1.0]], limit=1, conditions=Conditions(keep=(0,), forbidden=(0,))),
            "siting.open_and_forbidden",
        ),
        (lambda: models.partial_cover([[1.0]], [1], limit=1, share=1.2), "siting.bad_share"),
        (lambda: models.p_dispersion([[1.0, 2.0]], sites=2), "siting.not_square"),
    ],
)
def test_what_cannot_be_meant_is_refused(call: object, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.sentence.key == key
    assert caught.value.text("zh") != caught.value.text("en")


def test_out_of_time_is_never_told_as_infeasible() -> None:
    rng = np.random.default_rng(3)
    cost = rng.random((400, 120))
    pairs = tuple((j, j + 1) for j in range(0, 118, 2))
    tight = Conditions(must_open=(0,), exclusive=pairs)
    for run in (
        lambda: models.capacitated_p_median(cost, np.ones(400), capacity=4, sites=100, time_limit=0.0),
        lambda: models.p_center(cost, sites=8, conditions=tight, time_limit=0.0),
    ):
        with pytest.raises(UsageError) as caught:
            run()
        assert caught.value.sentence.key == "siting.out_of_time"
