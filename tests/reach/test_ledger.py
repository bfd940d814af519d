"""Which box every resident goes into, and that the boxes balance."""

from __future__ import annotations

import pandas as pd
import pytest

import reach_town as town
from carecircle.ledgers import InputsLedger
from carecircle.rules.judging.ledger import people_ledger, people_status

CASES = [
    # in_scope, place, status, cost, limit, box
    (True, True, "reached", 15.0, 15.0, "covered"),
    (True, True, "reached", 15.000001, 15.0, "not_covered"),
    (True, True, "reached", 0.0, 15.0, "covered"),
    (True, True, "beyond", float("inf"), 15.0, "not_covered"),
    (True, True, "unsnapped", float("inf"), 15.0, "unsnapped"),
    (True, True, "island", float("inf"), 15.0, "unreachable"),
    (True, True, "one_way", float("inf"), 15.0, "unreachable"),
    (True, False, "unsnapped", float("inf"), 15.0, "no_data"),
    (None, True, "reached", 1.0, 15.0, "no_data"),
    (float("nan"), True, "reached", 1.0, 15.0, "no_data"),
    (None, False, "unsnapped", float("inf"), 15.0, "no_data"),
    (False, True, "reached", 1.0, 15.0, "outside"),
    (False, False, "unsnapped", float("inf"), 15.0, "outside"),
    (False, True, "island", float("inf"), 15.0, "outside"),
]


def frames(cases):
    demand = town.places([(0, 0) if place else None for _, place, *_ in cases])
    demand["residents"] = [2.0**i for i in range(len(cases))]
    reached = pd.DataFrame({"status": [c[2] for c in cases], "cost": [c[3] for c in cases]})
    scope = pd.Series([c[0] for c in cases], dtype=object, index=demand.index)
    return demand, reached, scope


@pytest.mark.parametrize("case", CASES)
def test_every_resident_has_one_box(case):
    demand, reached, scope = frames([case])
    assert people_status(demand, reached, limit=case[4], in_scope=scope).tolist() == [case[5]]


def test_the_ledger_balances_with_the_inputs():
    demand, reached, scope = frames(CASES)
    status = people_status(demand, reached, limit=15.0, in_scope=scope)
    assert status.tolist() == [case[5] for case in CASES]
    total = demand["residents"].sum()
    placeless = demand["residents"][demand.geometry.isna()].sum()
    inputs = InputsLedger(total=total + 1000.5, inside=total - placeless, outside=1000.5, no_data=placeless)
    ledger = people_ledger(demand, status, inputs)
    by_box = {box: sum(2.0**i for i, c in enumerate(CASES) if c[5] == box) for box in set(status)}
    assert ledger.outside == by_box["outside"] + 1000.5
    for box in ("no_data", "unsnapped", "unreachable", "covered", "not_covered"):
        assert getattr(ledger, box) == by_box[box]
    assert ledger.total == total + 1000.5


def test_a_scope_may_come_as_plain_booleans():
    demand, reached, _ = frames(CASES[:2])
    status = people_status(demand, reached, limit=15.0, in_scope=pd.Series([False, True]))
    assert status.tolist() == ["outside", "not_covered"]
