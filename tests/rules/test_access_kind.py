"""The kind ``access`` by hand on two places: who shares what, blanks, residents off the roads."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from carecircle.errors import PlanError
from carecircle.rules import Outcome, judge
from carecircle.rules.language.query import main_query
from carecircle.schema import every_column
from ruleworlds import demand_of, facilities_of, inputs_of, plan_of, reached_of

RULE: dict[str, Any] = {
    "kind": "access", "categories": ["医院"], "metric": "minutes", "mode": "drive", "limit": 30,
    "limit_unit": "min", "numerator": "beds", "per": 1000,
}  # fmt: skip
HOSPITALS = ({"category": "综合医院", "attributes": {"beds": 40}},
             {"category": "综合医院", "attributes": {"beds": 10}})  # fmt: skip


def judged(rule: dict[str, Any], *, status: str = "reached", hospitals: Any = HOSPITALS) -> Any:
    """600 people reach both hospitals, 300 the first only, 100 none within 30 minutes (or at all)."""
    plan = plan_of({**RULE, **rule})
    inputs = inputs_of(
        demand=demand_of({"residents": 600.0}, {"residents": 300.0}, {"residents": 100.0}),
        facilities=facilities_of(*hospitals),
    )
    frame = reached_of((5, "reached"), (20, "reached"), (45 if status == "reached" else float("inf"), status))
    far = frame["cost"][2]
    costs = pd.DataFrame(
        {every_column("f1"): [5.0, 20.0, far], every_column("f2"): [30.0, 31.0, float("inf")]}
    )
    query = main_query(plan.rules[0])
    assert query is not None
    (verdict,) = judge(plan, inputs, {query: pd.concat([frame, costs], axis=1)})
    return verdict


def test_measured_without_a_number() -> None:
    """40 beds for 900, 10 for 600: all 50 are shared, so the mean of 1,000 residents is 50 a thousand."""
    verdict = judged({})
    assert verdict.outcome is Outcome.NO_THRESHOLD
    assert verdict.observed == pytest.approx(50.0)
    assert verdict.unit == "per_1000_residents"
    assert "100" in verdict.reason.text("en")


@pytest.mark.parametrize(("target", "outcome"), [(49.9, "PASS"), (50.0, "PASS"), (50.1, "FAIL")])
def test_judged_where_the_plan_gives_one(target: float, outcome: str) -> None:
    assert judged({"target": target}).outcome.value == outcome


def test_what_is_merely_within_reach() -> None:
    """600 reach 50 beds, 300 reach 40, 100 none: 42 on average, whatever ``per`` says."""
    verdict = judged({"measure": "cumulative", "target": 42.0})
    assert (verdict.observed, verdict.outcome) == (pytest.approx(42.0), Outcome.PASS)
    assert judged({"measure": "cumulative", "numerator": "", "per": 1}).observed == pytest.approx(1.5)


def test_residents_off_the_roads_leave_it_open() -> None:
    """The 100 may have as much as the best off: 40/900 + 10/600 each."""
    best = 1000 * (40 / 900 + 10 / 600)
    low, high = 50.0, 50.0 + 0.1 * best
    assert judged({"target": low}, status="unsnapped").outcome is Outcome.PASS
    assert judged({"target": high - 0.01}, status="unsnapped").outcome is Outcome.NOT_ASSESSED
    assert judged({"target": high + 0.01}, status="unsnapped").outcome is Outcome.FAIL


def test_a_blank_can_only_raise_it() -> None:
    blank = (HOSPITALS[0], {"category": "综合医院"})
    assert judged({"target": 40.0}, hospitals=blank).outcome is Outcome.PASS
    verdict = judged({"target": 45.0}, hospitals=blank)
    assert verdict.outcome is Outcome.NOT_ASSESSED
    assert "1 of 2" in verdict.missing_inputs[0].text("en")


def test_at_most_is_refused() -> None:
    with pytest.raises((PlanError, ValueError)):
        plan_of({**RULE, "comparison": "<=", "target": 3.0})
