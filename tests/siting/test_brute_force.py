"""Every model against all subsets of candidates, on two hundred tiny instances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp

from carecircle.siting import models
from carecircle.siting.models import Conditions

BLOCKS = [range(start, start + 20) for start in range(0, 200, 20)]


def each_seed(check: Callable[[int], None]) -> Callable[..., None]:
    """A test of two hundred seeds, twenty at a time; the traceback names the one that fails."""

    def every(seeds: range) -> None:
        for seed in seeds:
            check(seed)

    every.__name__, every.__doc__ = check.__name__, check.__doc__
    return pytest.mark.parametrize("seeds", BLOCKS, ids=lambda b: f"{b[0]}-{b[-1]}")(every)


@dataclass(frozen=True)
class World:
    cost: npt.NDArray[np.float64]
    residents: npt.NDArray[np.float64]
    limit: float
    sites: int

    def within(self) -> npt.NDArray[np.bool_]:
        return self.cost <= self.limit


def world(seed: int) -> World:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(2, 12)), int(rng.integers(2, 8))
    cost = np.round(rng.random((rows, columns)) * 10, 1)
    if seed % 3 == 0:
        cost[rng.random(cost.shape) < 0.3] = np.inf
    if seed % 5 == 0:
        cost[:, -1] = cost[:, 0]
    residents = rng.integers(0, 20, rows).astype(float)
    if seed % 4 == 0:
        residents = residents + rng.random(rows)
    return World(cost, residents, float(rng.uniform(0.5, 7)), int(rng.integers(1, columns + 1)))


def shape_of(seed: int, cost: npt.NDArray[np.float64]) -> object:
    """Dense on even seeds, sparse (zeros kept, the unreachable absent) on odd ones."""
    if seed % 2 == 0:
        return cost
    row, column = np.nonzero(np.isfinite(cost))
    return sp.csr_matrix((cost[row, column], (row, column)), shape=cost.shape)


def sets(columns: int, *, most: int | None = None) -> Iterator[list[int]]:
    for size in range((columns if most is None else most) + 1):
        yield from (list(s) for s in itertools.combinations(range(columns), size))


def nearest_of(cost: npt.NDArray[np.float64], chosen: list[list[int]]) -> npt.NDArray[np.float64]:
    """The cost to the nearest of each set, one row a set; infinite from none."""
    among = np.zeros((len(chosen), cost.shape[1]), bool)
    for row, s in enumerate(chosen):
        among[row, s] = True
    return np.where(among[:, None, :], cost, np.inf).min(axis=2, initial=np.inf)


def close(a: float, b: float) -> bool:
    return a == pytest.approx(b, rel=1e-9, abs=1e-9)


@each_seed
def test_mclp(seed: int) -> None:
    w = world(seed)
    best = max(w.residents[w.within()[:, s].any(axis=1)].sum() for s in sets(w.cost.shape[1], most=w.sites))
    found = models.mclp(shape_of(seed, w.cost), w.residents, limit=w.limit, sites=w.sites)
    assert found.status == "optimal"
    assert found.gap == 0
    assert close(found.objective, best)
    assert len(found.sites) <= w.sites
    assert close(w.residents[found.allocation >= 0].sum(), found.objective)


@each_seed
def test_p_median(seed: int) -> None:
    w = world(seed)
    spoken = w.residents > 0

    def total(s: list[int]) -> float:
        least = w.cost[spoken][:, s].min(axis=1) if s else np.full(spoken.sum(), np.inf)
        return float((w.residents[spoken] * least).sum()) if len(least) else 0.0

    best = min(total(s) for s in sets(w.cost.shape[1], most=w.sites))
    found = models.p_median(shape_of(seed, w.cost), w.residents, sites=w.sites)
    if math.isinf(best):
        assert found.status == "infeasible"
        assert all(np.isinf(w.cost[i]).all() for i in found.lacking)
    else:
        assert found.status == "optimal"
        assert close(found.objective, best)
        assert close(found.bound, best)


@each_seed
def test_lscp_and_its_backup(seed: int) -> None:
    w = world(seed)
    within = w.within()
    covers = [s for s in sets(w.cost.shape[1]) if within[:, s].any(axis=1).all()]
    found = models.lscp(shape_of(seed, w.cost), limit=w.limit)
    backup = models.lscp_backup(shape_of(seed, w.cost), w.residents, limit=w.limit)
    if not covers:
        assert found.status == backup.status == "infeasible"
        assert list(found.lacking) == np.nonzero(~within.any(axis=1))[0].tolist()
        return
    fewest = len(covers[0])
    assert (found.status, found.objective, found.bound) == ("optimal", fewest, fewest)
    assert within[:, list(found.sites)].any(axis=1).all()
    twice = max(w.residents[within[:, s].sum(axis=1) >= 2].sum() for s in covers if len(s) == fewest)
    assert backup.status == "optimal"
    assert len(backup.sites) == fewest
    assert close(backup.objective, twice)


@each_seed
def test_partial_cover(seed: int) -> None:
    w = world(seed)
    share = float(np.random.default_rng(seed + 1).choice([0.0, 0.3, 0.5, 0.8, 0.9, 1.0]))
    need = share * w.residents.sum() - 1e-9
    enough = [
        s for s in sets(w.cost.shape[1]) if w.residents[w.within()[:, s].any(axis=1)].sum() >= need
    ]  # fmt: skip
    found = models.partial_cover(shape_of(seed, w.cost), w.residents, limit=w.limit, share=share)
    if not enough:
        assert found.status == "infeasible"
        assert list(found.lacking) == np.nonzero(~w.within().any(axis=1))[0].tolist()
        return
    assert (found.status, found.objective) == ("optimal", len(enough[0]))
    assert w.residents[found.allocation >= 0].sum() >= need


@each_seed
def test_p_center(seed: int) -> None:
    w = world(seed)
    options = (w.cost[:, s].min(axis=1).max() for s in sets(w.cost.shape[1], most=w.sites) if s)
    best = min(options)
    found = models.p_center(shape_of(seed, w.cost), sites=w.sites)
    if math.isinf(best):
        assert found.status == "infeasible"
    else:
        assert (found.status, found.objective, found.bound) == ("optimal", best, best)


@each_seed
def test_p_dispersion(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.random((int(rng.integers(2, 9)), 2))
    cost = np.round(np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1)), 2)
    p = int(rng.integers(2, len(points) + 1))
    best = max(
        min(cost[j, k] for j, k in itertools.combinations(s, 2))
        for s in itertools.combinations(range(len(points)), p)
    )
    found = models.p_dispersion(cost, sites=p)
    assert (found.status, found.objective, found.bound) == ("optimal", best, best)
    assert len(found.sites) == p


def served(w: World, s: list[int], room: npt.NDArray[np.float64], pairs: npt.NDArray[np.bool_]) -> Iterator:
    """Every way to send whole demand rows to open sites within capacity (-1: nowhere)."""
    rows = np.nonzero(w.residents > 0)[0]
    choices = [[-1, *(j for j in s if pairs[i, j])] for i in rows]
    for way in itertools.product(*choices):
        load = np.zeros(len(room))
        for i, j in zip(rows, way, strict=True):
            if j >= 0:
                load[j] += w.residents[i]
        if (load <= room + 1e-9).all():
            yield dict(zip(rows.tolist(), way, strict=True))


@each_seed
def test_capacitated_models(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(2, 4))
    cost = np.round(rng.random((rows, columns)) * 10, 1)
    w = World(
        cost, rng.integers(1, 12, rows).astype(float), float(rng.uniform(2, 9)), int(rng.integers(1, 3))
    )
    room = rng.integers(3, 30, columns).astype(float)
    most, least = 0.0, math.inf
    everything = np.ones_like(cost, dtype=bool)
    for s in sets(columns, most=min(w.sites, columns)):
        for way in served(w, s, room, w.within()):
            most = max(most, sum(w.residents[i] for i, j in way.items() if j >= 0))
        for way in served(w, s, room, everything):
            if all(j >= 0 for j in way.values()):
                least = min(least, sum(w.residents[i] * cost[i, j] for i, j in way.items()))
    cover = models.capacitated_mclp(
        shape_of(seed, cost), w.residents, limit=w.limit, capacity=room, sites=w.sites
    )  # fmt: skip
    assert cover.status == "optimal"
    assert close(cover.objective, most)
    median = models.capacitated_p_median(shape_of(seed, cost), w.residents, capacity=room, sites=w.sites)
    if math.isinf(least):
        assert median.status == "infeasible"
    else:
        assert median.status == "optimal"
        assert close(median.objective, least)
    for found in (cover, median):
        for j in range(columns):
            assert w.residents[found.allocation == j].sum() <= room[j] + 1e-9


def conditions_of(seed: int, columns: int) -> Conditions:
    rng = np.random.default_rng(seed + 7)
    order = rng.permutation(columns).tolist()
    price = rng.integers(1, 5, columns).astype(float)
    return Conditions(
        keep=(order[0],),
        must_open=(order[1],) if seed % 2 else (),
        forbidden=(order[2],),
        exclusive=((order[3], order[4]),),
        upgrades=((order[0], order[5]),) if seed % 3 else (),
        cost=tuple(price),
        budget=float(rng.integers(3, 9)),
    )


def permitted(s: list[int], c: Conditions, most: int) -> bool:
    """The conditions once more, in few lines of their own."""
    chosen, kept = set(s), set(c.keep)
    new = chosen - kept
    upgraded = [b for _, b in c.upgrades if b in chosen]
    replaced = {a for a, b in c.upgrades if b in chosen}
    price = sum(c.cost[j] for j in new) if c.cost is not None else len(new)
    return (
        kept - replaced == chosen & kept
        and set(c.must_open) <= chosen
        and not chosen & set(c.forbidden)
        and all(len(chosen & set(group)) <= 1 for group in c.exclusive)
        and len(upgraded) <= 1
        and len(new) <= most
        and (c.budget is None or price <= c.budget)
    )


@each_seed
def test_conditions_bind_in_every_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(3, 12)), int(rng.integers(6, 9))
    cost = np.round(rng.random((rows, columns)) * 10, 1)
    people = rng.integers(1, 20, rows).astype(float)
    limit, most = float(rng.uniform(1, 5)), int(rng.integers(1, 4))
    c = conditions_of(seed, columns)
    without_count = [s for s in sets(columns) if permitted(s, c, columns)]
    away = nearest_of(cost, without_count)
    few = np.array([permitted(s, c, most) for s in without_count], bool)
    mclp = models.mclp(cost, people, limit=limit, sites=most, conditions=c)
    median = models.p_median(cost, people, sites=most, conditions=c)
    center = models.p_center(cost, sites=most, conditions=c)
    if not few.any():
        assert {mclp.status, median.status, center.status} == {"infeasible"}
        return
    within = away <= limit
    assert close(mclp.objective, (within @ people)[few].max())
    assert close(median.objective, (away @ people)[few].min())
    assert center.objective == away[few].max(axis=1).min()
    for found in (mclp, median, center):
        assert found.status == "optimal"
        assert permitted(list(found.sites), c, most)
    covers = within.all(axis=1)
    cheapest = models.lscp(cost, limit=limit, conditions=c)
    share = within @ people >= 0.7 * people.sum()
    partial = models.partial_cover(cost, people, limit=limit, share=0.7, conditions=c)
    price = np.array(c.cost)
    price[list(c.keep)] = 0
    prices = np.array([price[s].sum() for s in without_count])
    for found, wanted in ((cheapest, covers), (partial, share)):
        if wanted.any():
            assert found.status == "optimal"
            assert close(found.objective, prices[wanted].min())
            assert permitted(list(found.sites), c, columns)
        else:
            assert found.status == "infeasible"
