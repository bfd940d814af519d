"""How long help takes on average: ``response``, the mean way and the turn-out."""

from __future__ import annotations

from carecircle.rules.judging.measures_response import judge_response
from carecircle.rules.kinds.reach import people_inputs
from carecircle.rules.kinds.record import RuleKind
from carecircle.rules.language.query import response_query
from carecircle.rules.language.rule import Rule


def _unit(rule: Rule) -> str:
    return "min"


RESPONSE = RuleKind(
    name="response",
    measure=judge_response,
    requires=("limit", "categories", "mode"),
    limit_units=("min",),
    metrics=("minutes",),
    levels=("region",),
    takes=("statistic",),
    query=response_query,
    inputs=people_inputs,
    unit=_unit,
    people="mean",
    ambulances=True,
)
