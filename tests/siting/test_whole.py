"""The whole plan mended: every set of moves tried beside it, laws, years, conflicts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

import campaign
from carecircle.siting.whole.mend import Mended, mend
from carecircle.siting.whole.offers import Move
from wholeworlds import World, held, sets_of, world

SAMPLE = [1, 2, 3, 7]
CAMPAIGN = campaign.of([range(start, start + 20) for start in range(0, 200, 20)], 2)


def _mended(made: World, **more: object) -> Mended:
    return mend(
        made.analysis, offers=made.offers, mending=made.mending, time_limit=3600, progress=lambda _: None,
        **{"alternatives": 0, **more},  # type: ignore[arg-type]
    )  # fmt: skip


def _check(seed: int) -> None:
    """Brute force over all sets of moves equals what is found: clauses, price, front, conflicts, years."""
    made = world(seed)
    found = _mended(made, front=40)
    judge, moves = found.asked.judge, found.asked.choices.moves
    aims = {a.rule: a.weight for a in found.asked.aims}
    people = [a.rule for a in found.asked.aims if a.people is not None]
    kept = [r for r, good in held(judge, ()).items() if good]
    money = sum(made.mending.budget) if made.mending.budget else math.inf
    last = found.phases[-1].year
    possible: dict[tuple[Move, ...], frozenset[str]] = {}
    for own in sets_of(moves):
        holding = held(judge, own)
        late = [m for m in own if made.mending.budget and (m.offer.first_year or 0) > (last or 0)]
        if all(holding[r] for r in kept) and sum(m.price for m in own) <= money and not late:
            possible[own] = frozenset(r for r in aims if holding[r])
    best = min((-sum(aims[r] for r in s), sum(m.price for m in own)) for own, s in possible.items())
    assert found.found.proven
    assert (-sum(aims[r] for r in found.found.held[-1]), found.price) == best, seed
    assert found.found.held[-1] == possible[found.moves] == set(found.mended)
    _same_conflict(found, set(possible.values()), list(aims))
    _same_front(found, possible, people)
    _same_years(found, aims, people)


def _same_conflict(found: Mended, possible: set[frozenset[str]], aims: Sequence[str]) -> None:
    def can(rules: Sequence[str]) -> bool:
        return any(set(rules) <= s for s in possible)

    conflict = found.conflict
    if can(aims):
        assert conflict is None
        return
    assert conflict is not None
    assert conflict.proven
    assert list(conflict.alone) == [r for r in aims if not can([r])]
    rest = [r for r in aims if r not in conflict.alone]
    if can(rest):
        assert (conflict.together, conflict.smallest) == ((), ())
        return
    assert not can(conflict.together)
    assert all(can([r for r in conflict.together if r != left]) for left in conflict.together)
    sizes = [n for n in range(2, len(rest) + 1) if any(not can(s) for s in itertools.combinations(rest, n))]
    smallest = conflict.smallest or ()
    assert not can(smallest)
    assert len(smallest) == min(sizes)


def _left(found: Mended, own: Sequence[Move], people: Sequence[str]) -> float:
    ledgers = [found.asked.judge.verdicts(own)[r].ledger for r in people]
    return math.fsum(g.in_scope - g.covered for g in ledgers if g is not None)


def _same_front(
    found: Mended, possible: Mapping[tuple[Move, ...], frozenset[str]], people: Sequence[str]
) -> None:
    if not people:
        assert found.front == ()
        return
    pairs = {(sum(m.price for m in own), round(_left(found, own, people), 6)) for own in possible}
    front = {p for p in pairs if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in pairs)}
    assert {(p.price, round(p.left_out, 6)) for p in found.front} == front


def _same_years(found: Mended, aims: Mapping[str, float], people: Sequence[str]) -> None:
    """Every way of putting the moves into years, by the same order of what is wanted."""
    phases, moves = found.phases, found.moves
    assert phases[-1].made == moves
    budget = [p.budget for p in phases]
    if len(phases) < 2:
        return
    judge = found.asked.judge

    def worth(when: Sequence[int]) -> tuple[float, float, int] | None:
        weighed = reached = 0.0
        early = 0
        spent = had = 0.0
        for year, phase in enumerate(phases):
            made = tuple(m for m, at in zip(moves, when, strict=True) if at <= year)
            before = [m for m, at in zip(moves, when, strict=True) if at < year]
            fresh = [m for m in made if m not in before]
            if any((m.offer.first_year or 0) > (phase.year or 0) for m in fresh):
                return None
            spent += sum(m.price for m in fresh) + sum(m.running for m in before)
            had += budget[year] or 0.0
            holding = held(judge, made)
            kept = [r for r, good in held(judge, ()).items() if good]
            if spent > had + 1e-6 or not all(holding[r] for r in kept):
                return None
            if year < len(phases) - 1:
                weighed += sum(w for r, w in aims.items() if holding[r])
                reached += _left(found, (), people) - _left(found, made, people)
                early += len(made)
        return weighed, round(reached, 6), early

    ways = itertools.product(range(len(phases)), repeat=len(moves))
    every = [w for w in map(worth, ways) if w is not None]
    ours = worth([next(y for y, p in enumerate(phases) if m in p.moves) for m in moves])
    assert ours == max(every)


@pytest.mark.parametrize("seed", SAMPLE)
def test_every_set_of_moves_tried_finds_nothing_better(seed: int) -> None:
    _check(seed)


@pytest.mark.campaign
@pytest.mark.parametrize("seeds", CAMPAIGN, ids=lambda b: f"{b[0]}-{b[-1]}")
def test_two_hundred_worlds(seeds: range) -> None:
    for seed in seeds:
        _check(seed)


@pytest.mark.parametrize("seed", [8])
def test_more_money_mends_no_less_and_costs_are_kept(seed: int) -> None:
    made = world(seed)
    worth = []
    for money in (0.0, 4.0, 8.0, 1000.0):
        found = _mended(replace(made, mending=made.mending.model_copy(update={"budget": (money,)})))
        assert found.price <= money
        worth.append(-found.found.stages[0].worth)
    assert worth == sorted(worth)


@pytest.mark.parametrize("seed", [1])
def test_a_move_that_is_not_made_is_not_missed_and_one_more_never_dearer(seed: int) -> None:
    made = world(seed)
    made = replace(made, mending=made.mending.model_copy(update={"budget": ()}))
    found = _mended(made)
    used = {m.line - 1 for m in found.moves}
    idle = [n for n in range(len(made.offers)) if n not in used]
    without = _mended(replace(made, offers=[o for n, o in enumerate(made.offers) if n not in idle[:1]]))
    assert [s.worth for s in without.found.stages] == [s.worth for s in found.found.stages]
    fewer = _mended(
        replace(made, offers=[o for n, o in enumerate(made.offers) if n not in {*list(used)[:1]}])
    )
    assert [s.worth for s in fewer.found.stages] >= [s.worth for s in found.found.stages]


@pytest.mark.parametrize("seed", [5])
def test_the_last_year_is_the_plan_at_the_summed_budget(seed: int) -> None:
    made = world(seed)
    years = replace(
        made, mending=made.mending.model_copy(update={"budget": (4.0, 5.0, 6.0), "first_year": 2026})
    )
    at_once = replace(made, mending=made.mending.model_copy(update={"budget": (15.0,), "first_year": 2028}))
    one, other = _mended(years), _mended(at_once)
    assert [s.worth for s in one.found.stages] == [s.worth for s in other.found.stages]
    spent = 0.0
    for phase, money in zip(one.phases, (4.0, 9.0, 15.0), strict=True):
        spent += phase.spent
        assert spent <= money
