"""How many residents share a facility: ``load``."""

from __future__ import annotations

from collections.abc import Iterator

from carecircle.rules.judging.measures_load import judge_load
from carecircle.rules.kinds.record import RuleKind
from carecircle.rules.language.query import ReachQuery, nearest_query
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.rules.language.rule import Rule


def _faults(rule: Rule) -> Iterator[MeaninglessRuleError]:
    if not isinstance(rule.target, tuple):
        yield MeaninglessRuleError("target", "rules.band_missing")


def _query(rule: Rule) -> ReachQuery | None:
    """Catchments are shown where a mode tells by which way."""
    return None if rule.mode is None else nearest_query(rule)


def _inputs(rule: Rule) -> tuple[str, ...]:
    return ("facilities", "residents")


def _unit(rule: Rule) -> str:
    return "residents_per_facility"


LOAD = RuleKind(
    name="load",
    measure=judge_load,
    requires=("categories", "target"),
    faults=_faults,
    query=_query,
    inputs=_inputs,
    unit=_unit,
    catchments=True,
)
