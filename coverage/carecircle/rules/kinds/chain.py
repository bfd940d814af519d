"""The whole way of an emergency, from the call to the hospital: ``chain``."""

from __future__ import annotations

from carecircle.rules.judging.measures_chain import judge_chain
from carecircle.rules.kinds.reach import people_inputs
from carecircle.rules.kinds.record import RuleKind
from carecircle.rules.language.query import chain_query
from carecircle.rules.language.rule import Rule


def _unit(rule: Rule) -> str:
    return "share" if rule.limit is not None else rule.limit_unit or "min"


CHAIN = RuleKind(
    name="chain",
    measure=judge_chain,
    requires=("stations", "mode"),
    limit_units=("min", "h"),
    metrics=("minutes",),
    levels=("region",),
    share_target=True,
    takes=("stations", "mustering"),
    query=chain_query,
    inputs=people_inputs,
    unit=_unit,
    people="share",
    ambulances=True,
)
