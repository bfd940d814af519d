"""What one facility shows against what is asked of it: the roles it holds, its figure, what it comes to."""

from __future__ import annotations

from carecircle.rules.judging.evidence import Facility
from carecircle.rules.judging.parts import Outcome, RuleUnit
from carecircle.rules.judging.weighing import decide
from carecircle.rules.language.rule import Condition, Rule

OUTCOMES = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.NOT_ASSESSED}
"""What an answer comes to; None: the table does not say."""


def compare(value: float, condition: Condition) -> bool:
    """Whether a figure meets a condition."""
    return decide(value, value, condition.comparison, condition.value) is Outcome.PASS


def facility_unit(rule: Rule, facility: Facility) -> RuleUnit:
    """One facility as a unit of a rule."""
    answer, value = shows(rule, facility)
    return RuleUnit(facility.id, facility.name, value, OUTCOMES[answer])


def shows(rule: Rule, facility: Facility) -> tuple[bool | None, float | None]:
    """Whether a facility holds the roles and shows the figure asked for, and the figure."""
    answers: list[bool | None] = [facility.holds([role]) for role in rule.has]
    value = None
    if rule.each is not None and rule.each.attribute != "facilities":
        value = conditioned(rule.each, facility)
        answers.append(None if value is None else compare(value, rule.each))
    if False in answers:
        return False, value
    return (None if None in answers else True), value


def conditioned(condition: Condition, facility: Facility) -> float | None:
    """A facility's figure as a condition asks for it: its share of another where it says so."""
    value = facility.figure(condition.attribute)
    if value is None or not condition.share_of:
        return value
    whole = facility.figure(condition.share_of)
    return value / whole if whole else None
