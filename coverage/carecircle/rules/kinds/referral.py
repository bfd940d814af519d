"""Where patients are sent on: ``referral``, from facility to facility."""

from __future__ import annotations

from collections.abc import Iterator

from carecircle.rules.judging.measures_referral import judge_referral
from carecircle.rules.judging.referring_said import unit_of
from carecircle.rules.kinds.reach import people_inputs
from carecircle.rules.kinds.record import RuleKind
from carecircle.rules.language.referring import referral_queries
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.rules.language.rule import Rule


def _faults(rule: Rule) -> Iterator[MeaninglessRuleError]:
    if not rule.to and (rule.along != "alliance" or rule.by == "region"):
        yield MeaninglessRuleError("to", "rules.missing_field", field="to", kind=rule.kind)
    if rule.via and rule.along:
        yield MeaninglessRuleError("via", "rules.referral_two_ways", value=rule.along)
    if rule.by == "zone" and (rule.via or rule.along):
        yield MeaninglessRuleError("via" if rule.via else "along", "rules.zone_own_centre")
    if rule.by != "zone" and not (rule.categories or rule.designations):
        yield MeaninglessRuleError("categories", "rules.missing_field", field="categories", kind=rule.kind)
    if rule.direction != "to_facility":
        yield MeaninglessRuleError("direction", "rules.referral_direction")


def _inputs(rule: Rule) -> tuple[str, ...]:
    return people_inputs(rule) if rule.by in ("zone", "region") else ("facilities", "roads")


REFERRAL = RuleKind(
    name="referral",
    measure=judge_referral,
    requires=("mode",),
    limit_units=("min", "h"),
    metrics=("minutes",),
    levels=("facility", "zone", "region"),
    share_target=True,
    takes=("to", "via", "along"),
    faults=_faults,
    more_queries=referral_queries,
    inputs=_inputs,
    unit=unit_of,
)
"""The page shows it as it was judged: its search moves residents, not facilities."""
