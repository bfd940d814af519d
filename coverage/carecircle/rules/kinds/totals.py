"""Numbers of the region: ``ratio`` (so many per so many), ``count``, ``baseline`` and ``published``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.measures_totals import (
    RESIDENTS,
    judge_baseline,
    judge_count,
    judge_published,
    judge_ratio,
)
from carecircle.rules.judging.measures_units import judge_area_ratio, judge_each_ratio
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.kinds.record import RuleKind, on_evidence
from carecircle.rules.language.rule import Rule

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan


_WAN = 10_000.0
"""万: a plan counts staff in ten thousands."""
_ONE_TO = re.compile(r"1\s*[:：∶]\s*\d")
"""How a plan writes a ratio of two different things."""


def _judge_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    if rule.by == "facility":
        return judge_each_ratio(rule, plan, evidence)
    return (judge_ratio if rule.by == "region" else judge_area_ratio)(rule, plan, evidence)


def _ratio_inputs(rule: Rule) -> tuple[str, ...]:
    """Residents alone where a published total may stand above them."""
    by_residents = rule.denominator == "residents"
    facilities = () if by_residents and not rule.categories else ("facilities",)
    return (*facilities, *(("residents",) if by_residents else ()))


def _nothing(rule: Rule) -> tuple[str, ...]:
    return ()


def _per_unit(rule: Rule) -> str:
    """So many per 1,000 residents, a share where no target is above a half, else a plain number.

    What the plan writes as one to so many (1:0.45) is a number too.
    """
    if rule.denominator in RESIDENTS:
        who = "children" if rule.denominator.endswith("0_14") else "residents"
        return f"per_{_digits(rule.per)}_{who}" if rule.per > 1 else "number"
    largest = rule.target[1] if isinstance(rule.target, tuple) else rule.target or 0.0
    whole = rule.target is not None and rule.per == 1 and largest <= 0.5
    return "share" if whole and not _ONE_TO.search(rule.words) else "number"


def _digits(number: float) -> str:
    """A number without a tail: 1000, 0.5."""
    return str(int(number)) if number == int(number) else repr(number)


def _count_unit(rule: Rule) -> str:
    if rule.denominator:
        return _per_unit(rule)
    return _total_unit(rule) if rule.numerator else "facilities"


def _total_unit(rule: Rule) -> str:
    """What an attribute counts (beds, people, devices), in ten thousands where the rule says so."""
    known = categories.attributes().get(rule.numerator)
    unit = known.unit if known is not None else ""
    if rule.per == 1:
        return unit or "number"
    return f"{unit}_{_digits(rule.per)}" if unit == "people" and rule.per == _WAN else "number"


def _published_unit(rule: Rule) -> str:
    """As a ratio's where it says per how many residents; else a plain number."""
    return _per_unit(rule) if rule.denominator in RESIDENTS else "number"


def _baseline_unit(rule: Rule) -> str:
    return _per_unit(rule) if rule.denominator else _total_unit(rule)


RATIO = RuleKind(
    name="ratio",
    measure=on_evidence(_judge_ratio),
    requires=("numerator", "denominator", "target"),
    takes=("per_class", "denominator_also", "falls"),
    inputs=_ratio_inputs,
    unit=_per_unit,
    number="ratio",
    of_its_sets=True,
)

COUNT = RuleKind(
    name="count",
    measure=on_evidence(judge_count),
    requires=("target",),
    takes=("falls",),
    unit=_count_unit,
    number="total",
)

BASELINE = RuleKind(
    name="baseline",
    measure=on_evidence(judge_baseline),
    requires=("target",),
    inputs=_nothing,
    unit=_baseline_unit,
    number="start",
)

PUBLISHED = RuleKind(
    name="published",
    measure=on_evidence(judge_published),
    requires=("published", "target"),
    levels=("region",),
    takes=("published", "falls"),
    inputs=_nothing,
    unit=_published_unit,
)
