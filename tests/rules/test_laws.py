"""Laws of judging: knowing more never contradicts knowing less; margins agree with outcomes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecircle.rules import Outcome, decide, judge
from carecircle.rules.judging.weighing import margin
from ruleworlds import answers, demand_of, facilities_of, inputs_of, plan_of, reached_of

NUMBER = st.floats(0, 100, allow_nan=False)
COMPARISON = st.sampled_from([">=", "<=", "==", ">", "<"])
TARGET = st.one_of(
    st.tuples(COMPARISON, NUMBER),
    st.tuples(st.just("between"), st.tuples(NUMBER, NUMBER).map(lambda p: (min(p), max(p)))),
)


@given(a=NUMBER, b=NUMBER, target=TARGET)
def test_a_margin_never_contradicts_the_outcome(a, b, target) -> None:  # type: ignore[no-untyped-def]
    low, high = min(a, b), max(a, b)
    outcome = decide(low, high, *target)
    slack = margin(low, outcome, *target)
    if outcome is Outcome.NOT_ASSESSED:
        assert slack is None or slack < 0
    else:
        assert (slack >= 0) == (outcome is Outcome.PASS) or (slack == 0 and target[0] in (">", "<"))


@given(a=NUMBER, b=NUMBER, inside=st.floats(0, 1), target=TARGET)
def test_knowing_more_never_turns_a_pass_into_a_fail(a, b, inside, target) -> None:  # type: ignore[no-untyped-def]
    low, high = min(a, b), max(a, b)
    exact = min(high, max(low, low + inside * (high - low)))
    known, vague = decide(exact, exact, *target), decide(low, high, *target)
    assert known in (Outcome.PASS, Outcome.FAIL)
    assert vague in (known, Outcome.NOT_ASSESSED)


TIME = {
    "kind": "time", "categories": ["医院"], "metric": "minutes", "mode": "walk", "limit": 15,
    "limit_unit": "min", "target": 0.8,
}  # fmt: skip
PEOPLE = st.lists(
    st.tuples(st.integers(0, 50), st.floats(0, 40), st.sampled_from(["reached", "island", "unsnapped"])),
    min_size=1,
    max_size=8,
)


def _judged(people: list[tuple[int, float, str]], **changes: float):  # type: ignore[no-untyped-def]
    plan = plan_of({**TIME, **changes})
    demand = demand_of(*[{"residents": float(n)} for n, _, _ in people])
    rows = [(cost if status == "reached" else float("inf"), status) for _, cost, status in people]
    inputs = inputs_of(demand=demand, facilities=facilities_of({"category": "医院"}))
    return judge(plan, inputs, answers(plan, reached_of(*rows)))[0]


@given(people=PEOPLE)
def test_a_larger_limit_never_covers_fewer(people: list[tuple[int, float, str]]) -> None:
    near, far = _judged(people), _judged(people, limit=20)
    if near.observed is not None:
        assert far.observed >= near.observed
        assert not (near.outcome is Outcome.PASS and far.outcome is Outcome.FAIL)


@given(people=PEOPLE)
def test_the_outcome_turns_where_flip_says(people: list[tuple[int, float, str]]) -> None:
    verdict = _judged(people)
    if verdict.flip is None or verdict.flip.limit is None or verdict.flip.limit <= 0:
        return
    at = _judged(people, limit=verdict.flip.limit)
    assert at.outcome is Outcome.PASS
    below = min(verdict.flip.limit * (1 - 1e-9), math.nextafter(verdict.flip.limit, 0))
    if below > 0:
        assert _judged(people, limit=below).outcome is not Outcome.PASS


@given(people=PEOPLE)
def test_the_order_of_residents_changes_nothing(people: list[tuple[int, float, str]]) -> None:
    one, other = _judged(people), _judged(people[::-1])
    assert (one.outcome, one.observed, one.margin, one.flip) == (
        other.outcome,
        other.observed,
        other.margin,
        other.flip,
    )


@pytest.mark.parametrize("comparison", [">=", "<=", "==", ">", "<"])
def test_a_single_number_is_always_decided(comparison: str) -> None:
    assert {decide(v, v, comparison, 5.0) for v in (4.0, 5.0, 6.0)} <= {Outcome.PASS, Outcome.FAIL}
