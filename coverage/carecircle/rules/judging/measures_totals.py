"""Rules about totals: residents per facility, figures per residents, counts, and the plan's own baselines."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle.categories import FacilitySet
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import (
    Figure,
    attribute_name,
    attribute_total,
    counted,
    need,
    official_figure,
    ratio,
    region_figure,
    residents,
)
from carecircle.rules.judging.measures_classes import judge_classes
from carecircle.rules.judging.named import find_named, is_planned
from carecircle.rules.judging.names import first_form
from carecircle.rules.judging.parts import Flip, Outcome, RuleUnit
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

RESIDENTS = {
    "residents": ("all", ""),
    "residents_urban": ("urban", ""),
    "residents_rural": ("rural", ""),
    "residents_0_14": ("all", "_0_14"),
}


def judge_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge ``numerator * per / denominator`` for the whole region."""
    if rule.per_class:
        return judge_classes(rule, plan, evidence, _ratio_of)
    return _ratio_of(rule, plan, evidence, None)


def _ratio_of(rule: Rule, plan: Plan, evidence: Evidence, wanted: FacilitySet | None) -> Verdict:
    """The ratio of one class, or of all the rule's facilities."""
    top = attribute_total(evidence, plan, rule.numerator, wanted or rule.facilities, rule.total)
    bottom = _denominator(rule, plan, evidence, wanted)
    figure = ratio(top, bottom, rule.per)
    official = None if figure.known or wanted is not None else official_figure(evidence, plan, rule.id)
    if official is not None and _open_at(rule, figure):
        return _judged(rule, official, "ratio_official", {})
    facts = {
        "top": top.low, "top_name": attribute_name(rule.numerator),
        "bottom": bottom.low, "bottom_name": attribute_name(rule.denominator),
    }  # fmt: skip
    ends = (top.low, bottom.low) if math.isfinite(bottom.high) and bottom.low else None
    verdict = changed(_judged(rule, figure, "ratio", facts), parts=ends)
    if not (top.known and bottom.known) or rule.denominator not in RESIDENTS:
        return verdict
    target = verdict.target[0] if isinstance(verdict.target, tuple) else verdict.target
    carried = top.low * rule.per / target if target else None
    turn = None if carried is None else abs(carried - bottom.low)
    return changed(verdict, flip=Flip(figure.low, turn))


def judge_count(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a number of facilities, or an attribute added up over them, in the region or a named facility."""
    if rule.by == "named":
        return _named_count(rule, plan, evidence)
    wanted = rule.facilities.showing(rule.has)
    if rule.numerator:
        figure = attribute_total(evidence, plan, rule.numerator, wanted, rule.total)
    else:
        figure = counted(evidence, plan, wanted, rule.total)
    figure = replace(figure, low=figure.low / rule.per, high=figure.high / rule.per)
    if not figure.known and _open_at(rule, figure):
        figure = official_figure(evidence, plan, rule.id) or figure
    return changed(_judged(rule, figure, "count", {}), parts=(figure.low, None))


def _open_at(rule: Rule, figure: Figure) -> bool:
    """Whether the facility table leaves a rule undecided, so that a published figure may speak."""
    return decide(figure.low, figure.high, *asked_at_least(rule)) is Outcome.NOT_ASSESSED


def judge_baseline(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Show a figure of the plan's starting year; it is judged by nothing."""
    year, unit = plan.plan.baseline_year, kind_of(rule).unit(rule)
    name = rule.total or (rule.numerator if not rule.denominator else rule.id)
    found = region_figure(evidence, plan, name, year=year) if name else None
    facts = {"year": str(year), "published": shown(rule.target, unit)}
    return Verdict(
        rule_def=rule, outcome=Outcome.NO_THRESHOLD, reason=Sentence("rules.baseline", facts),
        observed=None if found is None else found[0] / rule.per, target=rule.target, unit=unit,
        comparison=rule.comparison,
    )  # fmt: skip


def judge_published(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a figure that only the plan publishes (a mean stay, a death rate) against its target.

    Of it and the totals' figure under the rule's id the one of the nearest year is judged, and its year said.
    """
    own = rule.published
    assert own is not None  # the rule language asks for one
    found = region_figure(evidence, plan, rule.id)
    later = found is not None and (
        found[1] is None or abs(found[1] - evidence.study.year) <= abs(own.year - evidence.study.year)
    )
    value, year = found if found is not None and later else (own.value, own.year)
    said = {"year": str(year), "target_year": str(evidence.study.year)}
    keys = ("source_official", "years_differ") if later else ("source_plan", "plan_own_figure")
    source, note = (Sentence(f"rules.{key}", said) for key in keys)
    notes = () if later and year in (None, evidence.study.year) else (note,)
    return _judged(rule, Figure(value, value, source, (), notes), "count", {})


def _named_count(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """An attribute of one named facility against its own number."""
    if not evidence.has_facilities:
        return left_open(rule, (need("facilities"),))
    name = first_form(rule.names[0])
    facility = find_named(evidence, plan, rule.names[0], region_only=rule.region_only)
    if facility is None and is_planned(evidence, plan, rule, rule.names[0]):
        note = Sentence("rules.named_planned", {"name": name})
        return _judged(rule, Figure(0.0, 0.0, Sentence("rules.nothing"), (), (note,)), "count", {})
    if facility is None:
        return left_open(rule, (need("named", name=name),))
    value = facility.figure(rule.numerator)
    if value is None:
        return left_open(rule, (need("named_figure", name=name),))
    verdict = _judged(rule, Figure(value, value, Sentence("rules.nothing")), "count", {})
    unit = RuleUnit(facility.id, facility.name, value, verdict.outcome)
    return changed(verdict, units=(unit,))


def _denominator(rule: Rule, plan: Plan, evidence: Evidence, wanted: FacilitySet | None) -> Figure:
    if rule.denominator in RESIDENTS:
        scope, ages = RESIDENTS[rule.denominator]
        return residents(evidence, plan, scope, ages=ages)
    return attribute_total(evidence, plan, rule.denominator, wanted or rule.denominator_facilities)


def _judged(rule: Rule, figure: Figure, key: str, facts: dict[str, object]) -> Verdict:
    unit = kind_of(rule).unit(rule)
    comparison, target = rule.asked
    assert target is not None  # the rule language asks for one
    weighed = asked_at_least(rule)
    outcome = decide(figure.low, figure.high, *weighed)
    undecided = outcome is Outcome.NOT_ASSESSED
    slack = margin(figure.low, outcome, *weighed)
    nothing = not figure.known and figure.low == 0
    said = [*figure.notes]
    if rule.tolerance:
        said.append(Sentence("rules.about", {"tolerance": shown(rule.tolerance, "share")}))
    reason = {
        "value": shown(figure.low, unit),
        "target": shown(target, unit),
        "short": shown(None if slack is None else abs(slack), unit),
    }
    end = "unknown" if key == "count" and nothing and undecided else outcome.value.lower()
    return Verdict(
        rule_def=rule,
        outcome=outcome,
        reason=Sentence(f"rules.{key}_{end}", {**reason, **facts, "source": figure.source}),
        observed=None if nothing and undecided else figure.low,
        target=target,
        target_source=rule.target_source,
        unit=unit,
        comparison=comparison,
        margin=None if nothing and undecided else slack,
        flip=None if nothing and undecided else Flip(figure.low, None),
        missing_inputs=tuple(dict.fromkeys(figure.missing)) if undecided else (),
        assumptions=tuple(said),
        surplus=comparison == "==" and isinstance(target, float) and figure.low > target,
    )


def asked_at_least(rule: Rule) -> tuple[str, float | tuple[float, float]]:
    """How a figure is weighed: "exactly so many" is missed by fewer; more is a surplus, no shortfall."""
    comparison, target = rule.asked
    assert target is not None  # the rule language asks for one
    return ">=" if comparison == "==" else comparison, target


def left_open(rule: Rule, missing: tuple[Sentence, ...]) -> Verdict:
    """The verdict of a rule whose inputs are not there."""
    return Verdict(
        rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=Sentence("rules.lacks", {"needs": list(missing)}),
        target=rule.target, target_source=rule.target_source, missing_inputs=missing,
        unit=kind_of(rule).unit(rule), comparison=rule.comparison,
    )  # fmt: skip


def changed(verdict: Verdict, **changes: object) -> Verdict:
    """A verdict with some of its fields as given."""
    return replace(verdict, **changes)  # type: ignore[arg-type]
