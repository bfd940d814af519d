"""How much care residents have once everybody shares it: ``access``."""

from __future__ import annotations

from collections.abc import Iterator

from carecircle.rules.judging.measures_access import judge_access, unit_of
from carecircle.rules.kinds.reach import people_inputs
from carecircle.rules.kinds.record import RuleKind
from carecircle.rules.language.query import every_query
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.rules.language.rule import Rule


def _faults(rule: Rule) -> Iterator[MeaninglessRuleError]:
    if rule.comparison == "<=":
        yield MeaninglessRuleError("comparison", "rules.access_at_most")


ACCESS = RuleKind(
    name="access",
    measure=judge_access,
    requires=("categories", "mode", "limit"),
    limit_units=("min", "h"),
    metrics=("minutes",),
    levels=("region",),
    takes=("measure",),
    faults=_faults,
    query=every_query,
    inputs=people_inputs,
    unit=unit_of,
)
"""The page shows it as it was judged."""
