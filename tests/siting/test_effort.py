"""Seconds that hold and are used whole: the watch on a clock of ours, what the solver is told, who hears."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from carecircle.fetch.fetching import Sources, SourcesByName
from carecircle.siting import effort as efforts
from carecircle.siting import models
from carecircle.siting.center import _clique_rows
from carecircle.siting.conditions import Gate, Terms
from carecircle.siting.effort import Effort
from carecircle.siting.greedy import Covering, greedy, swapped
from carecircle.siting.highs import Model
from carecircle.siting.means import Means, MeansByName
from carecircle.siting.median import MedianOracle
from carecircle.siting.options import Options, asked
from carecircle.siting.search import Search


class Clock:
    """Seconds that pass when they are told to."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    mine = Clock()
    monkeypatch.setattr(efforts, "now", mine)
    return mine


def plane(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.hypot(*(rng.random((rows, 1, 2)) - rng.random((1, columns, 2))).transpose(2, 0, 1))


def test_a_watch_runs_down_and_its_parts_end_with_it(clock: Clock) -> None:
    watch = Effort(time_limit=10).begin()
    clock.at += 4
    assert (watch.left, watch.seconds, watch.over) == (6, 4, False)
    part = watch.part(0.5)
    assert part.left == 3
    assert watch.part(0.1, least=2.0).left == 2
    clock.at += 5
    assert (watch.left, part.left, part.over) == (1, 0, True)
    assert watch.part(0.1, least=2.0).left == 1  # no part outlives the whole
    assert Effort(time_limit=math.inf).begin().part(0.3, endless=60).left == 60


class Solver:
    """What HiGHS is told, instead of HiGHS."""

    def __init__(self, spent: float) -> None:
        self.spent, self.told = spent, {}

    def getRunTime(self) -> float:  # noqa: N802
        return self.spent

    def setOptionValue(self, name: str, value: Any) -> Any:  # noqa: N802
        import highspy

        self.told[name] = value
        return highspy.HighsStatus.kOk

    def run(self) -> None:
        return None

    def getModelStatus(self) -> Any:  # noqa: N802
        import highspy

        return highspy.HighsModelStatus.kInfeasible


@pytest.mark.parametrize(("whole", "limit"), [(False, 47.0), (True, 5.0)])
def test_earlier_runs_of_one_model_are_no_part_of_a_limit(whole: bool, limit: float) -> None:
    """HiGHS goes on counting between linear runs of one object; between whole-number runs it does not."""
    model = Model()
    solver = Solver(spent=42.0)
    model._highs = solver
    model.integers = {0} if whole else set()
    model.run(time_limit=5.0)
    assert solver.told["time_limit"] == limit


def test_the_solver_itself_counts_as_we_say() -> None:
    """A model run until its clock stands past the next limit still solves a linear run to its end."""
    model = Model()
    cost = np.random.default_rng(0).random(40)
    model.columns(cost, np.zeros(40), np.ones(40))
    rows = sp.csr_array((np.random.default_rng(1).random((60, 40)) < 0.2).astype(float))
    model.rows(rows, np.minimum(1.0, rows.sum(axis=1)), np.full(60, math.inf))
    rng = np.random.default_rng(2)
    while model._highs.getRunTime() < 0.6:
        model.prices(np.arange(40), rng.permutation(cost))
        assert model.run(time_limit=0.5).outcome == "optimal"


class Half:
    """A master that needs ten rounds of two seconds, and is never whole."""

    candidates, scale = 1, 1.0

    def __init__(self, clock: Clock) -> None:
        self.clock, self.limits, self.model = clock, [], self

    def run(self, *, time_limit: float, **_: Any) -> Any:
        from carecircle.siting.highs import Answer

        self.limits.append(time_limit)
        self.clock.at += min(2.0, time_limit)
        return Answer("optimal", np.zeros(1), 0.0, float(len(self.limits)))

    def whole(self, *_: Any) -> None:
        self.limits.append(-1.0)

    def grow(self, answer: Any, *, whole: bool) -> int:
        return int(len(self.limits) != 3)

    def near(self, sites: list[int]) -> tuple[list[int], ...]:
        return ()

    def value(self, sites: list[int]) -> float:
        return 100.0

    def start(self, sites: list[int]) -> np.ndarray:
        return np.zeros(1)


def test_a_search_uses_its_seconds_whole(clock: Clock) -> None:
    master = Half(clock)
    search = Search(master, Effort(time_limit=11).begin(), whole=False)  # type: ignore[arg-type]
    search.offer([0])
    search.relax()
    search.masters()
    assert master.limits == [11, 9, 7, -1, 5, 3, 1, -1]
    assert clock.at == 111
    assert (search.best, search.bound) == (100, 7)


def slow(monkeypatch: pytest.MonkeyPatch, clock: Clock, home: type, name: str) -> None:
    """Every call of a method takes a second of our clock."""
    own = getattr(home, name)

    def taken(self: Any, *given: Any) -> Any:
        clock.at += 1.0
        return own(self, *given)

    monkeypatch.setattr(home, name, taken)


@pytest.mark.parametrize("limit", [0.0, 3.0, 30.0])
def test_local_searches_stop_when_time_is_over(
    limit: float, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second to weigh a column: whatever is begun is ended, nothing is begun after time."""
    cost, people = plane(80, 40), np.ones(80)
    gate = Gate(Terms(sites=12), 40)
    oracle = MedianOracle(sp.csr_array(cost), people, gate)
    near = sp.csr_array((cost < 0.2).astype(float))
    free = oracle.value(oracle.improved([], Effort().begin()))
    slow(monkeypatch, clock, MedianOracle, "_savings")
    slow(monkeypatch, clock, Covering, "gain")
    slow(monkeypatch, clock, Covering, "relies_on")
    before = clock.at
    found = oracle.improved([], Effort(time_limit=limit).begin())
    assert clock.at - before <= limit + 1
    assert len(found) == 12  # filled up all the same
    assert free <= oracle.value(found) < math.inf
    before = clock.at
    watch = Effort(time_limit=limit).begin()
    some = greedy(near, people, gate, watch=watch)
    assert some is not None
    assert gate.holds(swapped(near, people, gate, some, watch))
    assert clock.at - before <= limit + 1


RUNS: dict[str, Callable[..., Any]] = {
    "mclp": lambda c, p, **o: models.mclp(c, p, limit=0.2, sites=5, **o),
    "p_median": lambda c, p, **o: models.p_median(c, p, sites=5, **o),
    "p_center": lambda c, p, **o: models.p_center(c, sites=5, **o),
    "p_dispersion": lambda c, p, **o: models.p_dispersion(c[:20, :20], sites=4, **o),
    "lscp": lambda c, p, **o: models.lscp(c, limit=0.4, **o),
    "lscp_backup": lambda c, p, **o: models.lscp_backup(c, p, limit=0.4, **o),
    "partial_cover": lambda c, p, **o: models.partial_cover(c, p, limit=0.3, share=0.8, **o),
    "capacitated_mclp": lambda c, p, **o: models.capacitated_mclp(
        c[:30], p[:30], limit=0.3, capacity=8.0, sites=4, **o
    ),
    "capacitated_p_median": lambda c, p, **o: models.capacitated_p_median(
        c[:30], p[:30], capacity=9.0, sites=4, **o
    ),
    "mexclp": lambda c, p, **o: models.mexclp(c, p, limit=0.2, busy=0.3, ambulances=4, **o),
    "double_standard": lambda c, p, **o: models.double_standard(
        c[:40], p[:40], near=0.3, far=0.8, share=0.5, ambulances=6, **o
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_every_model_says_how_far_it_is(name: str) -> None:
    told: list[tuple[float, float, float]] = []
    found = RUNS[name](plane(120, 30), np.ones(120), progress=lambda *x: told.append(x))
    assert found.status == "optimal"
    assert told
    assert told[-1][:2] == pytest.approx((found.objective, found.bound), rel=1e-6, abs=1e-6)
    assert [t[2] for t in told] == sorted(t[2] for t in told)


@pytest.mark.parametrize("name", RUNS)
def test_terms_and_effort_whole_or_by_name_are_one(name: str) -> None:
    cost, people = plane(60, 20, seed=4), np.ones(60)
    plain = RUNS[name](cost, people)
    threads = RUNS[name](cost, people, effort=Effort(time_limit=50, threads=2))
    assert plain.objective == pytest.approx(threads.objective, rel=1e-9)
    again = RUNS[name](cost, people, conditions=None, time_limit=50)
    assert (again.sites, again.objective) == (plain.sites, plain.objective)


def test_a_field_named_wins_and_no_other_is_taken() -> None:
    terms, effort = asked({"terms": Terms(sites=3), "sites": 4, "effort": Effort(gap=0.5), "time_limit": 9.0})
    assert (terms.sites, effort.gap, effort.time_limit) == (4, 0.5, 9.0)
    assert asked({}) == (Terms(), Effort())
    with pytest.raises(TypeError, match="no model takes site; the options are conditions, effort"):
        models.mclp([[1.0]], [1], limit=1, site=1)  # type: ignore[call-arg]
    named = {*Terms.__dataclass_fields__, *Effort.__dataclass_fields__, "terms", "effort"}
    assert set(Options.__annotations__) == named
    assert set(MeansByName.__annotations__) == {*Means.__dataclass_fields__, "means"}
    assert set(SourcesByName.__annotations__) == set(Sources.__dataclass_fields__)


def test_pairs_too_near_are_told_when_time_is_over_too(clock: Clock) -> None:
    """Cliques are a help, not the rule: without the time for them every pair is a row of its own."""
    one, other = np.triu_indices(12, 1)
    over, free = Effort(time_limit=0).begin(), Effort().begin()
    assert _clique_rows(one, other, 12, free).shape[0] == 1
    assert _clique_rows(one, other, 12, over).shape[0] == len(one)


def test_the_bound_of_a_dispersion_is_a_cost_where_every_pair_has_one() -> None:
    """No two chosen are farther apart than any two are, though not one step could be taken."""
    cost = plane(30, 30)[:30, :30]
    apart = np.minimum(cost, cost.T)
    found = models.p_dispersion(cost, sites=3, gap=1.0)
    assert found.bound <= apart[~np.eye(30, dtype=bool)].max()
    assert 0 <= found.gap <= 1


class Stopped(Model):
    """A solver whose time is over as soon as it has its start: it has no bound to tell."""

    def run(self, **asked: Any) -> Any:
        from carecircle.siting.highs import Answer

        if not self.integers:
            return super().run(**asked)
        count = self._highs.getNumCol()
        start = asked.get("start")
        return Answer("feasible", np.zeros(count) if start is None else start, math.inf, -math.inf)


@pytest.mark.parametrize("name", ["mexclp", "capacitated_mclp"])
def test_a_bound_is_a_number_though_the_solver_has_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more than everybody: the gap can always be told."""
    module = "mexclp" if name == "mexclp" else "capacitated"
    monkeypatch.setattr(f"carecircle.siting.{module}.Model", Stopped)
    found = RUNS[name](plane(60, 20), np.ones(60))
    assert found.objective <= found.bound <= 60
    assert 0 <= found.gap <= 1


class Silent(Model):
    """A solver whose time is over before it has anything."""

    def run(self, **asked: Any) -> Any:
        from carecircle.siting.highs import Answer

        return Answer("unknown", None, math.inf, -math.inf)


@pytest.mark.parametrize("seed", range(5))
def test_a_capacitated_covering_has_an_answer_from_the_first_moment_on(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A permitted one, within every capacity, and no better than the best."""
    rng = np.random.default_rng(seed)
    cost, people, room = plane(40, 12, seed), rng.integers(1, 9, 40).astype(float), rng.uniform(5, 40, 12)
    asked: dict[str, Any] = {"limit": 0.4, "capacity": room, "sites": 3}
    best = models.capacitated_mclp(cost, people, **asked)
    monkeypatch.setattr("carecircle.siting.capacitated.Model", Silent)
    quick = models.capacitated_mclp(cost, people, **asked)
    assert quick.status == "feasible"
    assert len(quick.sites) <= 3
    assert 0 < quick.objective <= best.objective <= quick.bound
    assert quick.flow is not None
    assert (quick.flow.sum(axis=0) <= room + 1e-9).all()
    served = sp.coo_array(quick.flow)
    assert (cost[served.coords] <= 0.4).all()
    assert (quick.flow.sum(axis=1) <= people).all()
    assert set(served.coords[1].tolist()) <= set(quick.sites)


def test_a_gap_that_is_good_enough_stops_the_center_too() -> None:
    exact = models.p_center(plane(120, 40), sites=6)
    near = models.p_center(plane(120, 40), sites=6, gap=0.5)
    assert near.objective >= exact.objective
    assert near.bound <= exact.objective
    assert near.gap <= 0.5


def test_trouble_of_the_listener_comes_out_of_the_solver() -> None:
    def broken(*_: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        RUNS["capacitated_p_median"](plane(60, 20), np.ones(60), progress=broken)
