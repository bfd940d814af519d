"""Rules about units: every area has its facility, every facility shows what the plan asks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle.categories import FacilitySet
from carecircle.rules.judging.conclude import (
    concluded,
    lacking_inputs,
    published,
    target_of,
    undecided,
    without_areas,
)
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.figures import (
    attribute_name,
    listing_needs,
    need,
    official_figure,
    region_name,
    role_needs,
    term_label,
    unsure_needs,
)
from carecircle.rules.judging.measures_classes import judge_classes
from carecircle.rules.judging.named import find_named, is_planned, named_set
from carecircle.rules.judging.names import first_form
from carecircle.rules.judging.parts import Outcome, RuleUnit
from carecircle.rules.judging.shows import OUTCOMES, compare, conditioned, facility_unit, shows
from carecircle.rules.judging.units import AreaUnit, area_units, left_out, waived, waiver_needs
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide
from carecircle.rules.language.rule import Condition, Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

_LEVELS = ("town", "village", "county")
_ONE = Condition(attribute="facilities", comparison=">=", value=1)


def judge_presence(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge whether every unit has its facility (or every named facility shows what it must).

    The share of units that do is compared with the target (1 unless the plan says less). A unit excused by
    the plan's own exception leaves numerator and denominator and is listed as WAIVED.
    """
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    if rule.by == "named":
        return _judge_named(rule, plan, evidence)
    if rule.each_role:
        return replace(concluded(rule, *_roles_held(rule, evidence), of="role"), parts=None)
    counted = rule.facilities.showing(rule.has)
    chosen, unsure = evidence.counting(counted)
    wanted = rule.each or _ONE
    if rule.by in ("region", "facility"):
        whole = [AreaUnit("region", region_name(evidence, plan), None, chosen, len(unsure))]
    else:
        whole = area_units(rule, evidence, chosen, unsure)
        if not whole:
            return without_areas(rule, evidence)
    more = listing_needs(evidence, counted)
    missing: list[Sentence] = [*more]
    units = []
    for unit in whole:
        low, high = unit.figure(wanted.attribute, of_one=wanted.of_one)
        outcome, state = _weighed(low, math.inf if more else high, wanted)
        by = None
        if (outcome is not Outcome.PASS or state) and rule.unless:
            excused, by = waived(rule.unless, unit, whole, evidence)
            if excused:
                outcome, state = Outcome.WAIVED, ""
            elif excused is None and outcome is Outcome.FAIL:
                outcome = Outcome.NOT_ASSESSED
                missing += waiver_needs(rule.unless)
        if outcome is Outcome.NOT_ASSESSED and high > low:
            missing += _settles(wanted, unit, unsure_needs(counted, unsure))
        units.append(RuleUnit(unit.id, unit.name, low, outcome, unit.residents, by, state))
    found = concluded(rule, units, missing, notes=left_out(rule, evidence))
    if rule.by not in ("region", "facility"):
        return found
    return replace(found, parts=(units[0].observed or 0.0, None))  # how many there are


def _weighed(low: float, high: float, wanted: Condition) -> tuple[Outcome, str]:
    """A figure against its condition; more than "exactly so many" is a surplus, no shortfall."""
    if wanted.comparison != "==":
        return decide(low, high, wanted.comparison, wanted.value), ""
    return decide(low, high, ">=", wanted.value), "surplus" if low > wanted.value else ""


def judge_share(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge the share of a category's facilities that hold the roles or show the figure asked for."""
    official = official_figure(evidence, plan, rule.id)
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")]) if official is None else published(rule, official)
    if rule.per_class:
        verdict = judge_classes(rule, plan, evidence, _share_of)
    else:
        verdict = _share_of(rule, plan, evidence, rule.facilities)
    if official is not None and verdict.outcome is Outcome.NOT_ASSESSED:
        return published(rule, official)
    return verdict


def _share_of(rule: Rule, plan: Plan, evidence: Evidence, wanted: FacilitySet) -> Verdict:
    chosen, unsure = evidence.counting(wanted)
    units = [facility_unit(rule, f) for f in chosen]
    units += [RuleUnit(f.id, f.name, None, Outcome.NOT_ASSESSED) for f in unsure]
    missing = [*unsure_needs(wanted, unsure), *_unknown(rule, units, chosen)]
    return concluded(rule, units, missing, more=listing_needs(evidence, wanted), of="facility")


def judge_conditional(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge an "if ... then ..." on facilities or areas: only units that meet every ``when`` are bound.

    A unit whose condition is unknown stays undecided unless it does what is asked anyway.
    """
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    if rule.by in _LEVELS:
        units = _bound_areas(rule, evidence)
        if units is None:
            return without_areas(rule, evidence)
    else:
        units = _bound_facilities(rule, evidence)
    missing = [*_when_unknown(rule, units), *_held_unknown(rule, units, evidence)]
    more = listing_needs(evidence, rule.facilities)
    if not units:
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=Sentence("rules.none_bound"),
            target=target_of(rule), target_source=rule.target_source, missing_inputs=tuple(more),
        )  # fmt: skip
    areas = rule.by in _LEVELS
    return concluded(rule, units, missing, more=() if areas else more, of="" if areas else "facility")


def _when_unknown(rule: Rule, units: Sequence[RuleUnit]) -> list[Sentence]:
    """The figures that would tell whom a condition binds, and whether they comply."""
    lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units)
    if not lacking:
        return []
    names = [c.attribute for c in rule.when]
    if rule.by in _LEVELS:
        return [need("total", name=attribute_name(name)) for name in names]
    names += [rule.each.attribute] if rule.each is not None else []
    facts = {"lacking": lacking, "of": len(units)}
    return [need("attribute", attribute=attribute_name(name), **facts) for name in names]


def _held_unknown(rule: Rule, units: Sequence[RuleUnit], evidence: Evidence) -> list[Sentence]:
    """What would tell which facilities hold the roles that a condition speaks of or asks for."""
    wanted = rule.facilities.showing(rule.has)
    return unsure_needs(wanted, evidence.counting(wanted)[1]) if undecided(units) else []


def judge_each_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a ratio facility by facility (观察床 of every hospital's beds): the share of facilities in it."""
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    chosen, unsure = evidence.counting(rule.facilities)
    comparison, target = rule.asked
    units = []
    for facility in chosen:
        top = facility.figure(rule.numerator)
        bottom = facility.figure(rule.denominator)
        value = None if top is None or not bottom else top * rule.per / bottom
        outcome = Outcome.NOT_ASSESSED
        if value is not None and target is not None:
            outcome = decide(value, value, comparison, target)
        units.append(RuleUnit(facility.id, facility.name, value, outcome))
    missing = unsure_needs(rule.facilities, unsure)
    if undecided(units):
        lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units)
        facts = {"lacking": lacking, "of": len(units)}
        missing += [
            need("attribute", attribute=attribute_name(a), **facts)
            for a in (rule.numerator, rule.denominator)
        ]
    units += [RuleUnit(f.id, f.name, None, Outcome.NOT_ASSESSED) for f in unsure]
    more = listing_needs(evidence, rule.facilities)
    return concluded(rule, units, missing, share_target=1.0, more=more, of="facility")


def judge_area_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a ratio area by area: a facility attribute added up in the area over the area's own figure.

    Areas whose denominator is known to be 0 are not bound.
    """
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    chosen, unsure = evidence.counting(rule.facilities)
    comparison, target = rule.asked
    more = listing_needs(evidence, rule.facilities)
    units = []
    for unit in area_units(rule, evidence, chosen, unsure):
        bottom = evidence.area_figure(unit.id, rule.denominator)
        if bottom == 0 or target is None:
            continue
        low, high = unit.figure(rule.numerator)
        high = math.inf if more else high
        outcome = Outcome.NOT_ASSESSED
        if bottom is not None:
            ends = low * rule.per / bottom, high * rule.per / bottom
            outcome = decide(*ends, comparison, target)
        value = low * rule.per / bottom if bottom else None
        units.append(RuleUnit(unit.id, unit.name, value, outcome, unit.residents))
    missing = [need("total", name=attribute_name(rule.denominator)), *more] if undecided(units) else []
    missing += unsure_needs(rule.facilities, unsure) if missing else []
    if not units:
        return without_areas(rule, evidence)
    return concluded(rule, units, missing, share_target=1.0, notes=left_out(rule, evidence))


def _judge_named(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Every facility that the plan names shows what it must, or at least is there."""
    units, missing, notes = [], [], []
    for name in rule.names:
        shown = first_form(name)
        facility = find_named(evidence, plan, name, region_only=rule.region_only)
        if facility is not None:
            unit = facility_unit(rule, facility)
            if unit.outcome is Outcome.NOT_ASSESSED:
                missing += _named_needs(rule, facility, shown)
            lacking = [r for r in rule.has if facility.holds([r]) is False]
            if lacking:
                notes.append(Sentence("rules.named_lacks", {"name": shown, "roles": lacking}))
            units.append(unit)
            continue
        planned = is_planned(evidence, plan, rule, name)
        if planned:
            notes.append(Sentence("rules.named_planned", {"name": shown}))
        sought = not planned and (bool(rule.has or rule.each) or evidence.is_open(named_set(rule, name)))
        units.append(RuleUnit(shown, shown, None, Outcome.NOT_ASSESSED if sought else Outcome.FAIL))
        if sought:
            missing.append(need("named", name=shown))
    return concluded(rule, units, missing, notes=notes)


def _named_needs(rule: Rule, facility: Facility, shown: str) -> list[Sentence]:
    """What would tell whether a named facility shows what it must: the roles, and the figure."""
    roles = [r for r in rule.has if facility.holds([r]) is None]
    found = [need("named_roles", name=shown, roles=[term_label(r) for r in roles])] if roles else []
    figure = rule.each is not None and rule.each.attribute != "facilities"
    lacks = figure and rule.each is not None and conditioned(rule.each, facility) is None
    return [*found, *([need("named_figure", name=shown)] if lacks or not found else [])]


def _roles_held(rule: Rule, evidence: Evidence) -> tuple[list[RuleUnit], list[Sentence]]:
    """Whether each role is held by some facility of the set, and what would tell."""
    units, missing = [], []
    for role in rule.has:
        counted = rule.facilities.showing([role])
        chosen, unsure = evidence.counting(counted)
        more = listing_needs(evidence, counted)
        high = math.inf if more else float(len(chosen) + len(unsure))
        outcome = decide(float(len(chosen)), high, ">=", 1.0)
        if outcome is Outcome.NOT_ASSESSED:
            missing += [*unsure_needs(counted, unsure), *more]
        units.append(RuleUnit(role, role, float(len(chosen)), outcome))
    return units, missing


def _bound_facilities(rule: Rule, evidence: Evidence) -> list[RuleUnit]:
    chosen, unsure = evidence.counting(rule.facilities)
    units = []
    for sure, some in ((True, chosen), (False, unsure)):
        for facility in some:
            values = [conditioned(c, facility) for c in rule.when]
            met = [None if v is None else compare(v, c) for v, c in zip(values, rule.when, strict=True)]
            if False in met:
                continue
            answer, value = shows(rule, facility)
            bound = sure and None not in met
            outcome = OUTCOMES[answer] if bound or answer is True else Outcome.NOT_ASSESSED
            units.append(RuleUnit(facility.id, facility.name, value, outcome))
    return units


def _bound_areas(rule: Rule, evidence: Evidence) -> list[RuleUnit] | None:
    counted = rule.facilities.showing(rule.has)
    whole = area_units(rule, evidence, *evidence.counting(counted))
    if not whole:
        return None
    more = evidence.is_open(counted)
    units = []
    for unit in whole:
        values = [evidence.area_figure(unit.id, c.attribute) for c in rule.when]
        met = [None if v is None else compare(v, c) for v, c in zip(values, rule.when, strict=True)]
        if False in met:
            continue
        wanted = rule.each or _ONE
        low, high = unit.figure(wanted.attribute, of_one=wanted.of_one)
        outcome, state = _weighed(low, math.inf if more else high, wanted)
        if None in met and outcome is not Outcome.PASS:
            outcome = Outcome.NOT_ASSESSED
        units.append(RuleUnit(unit.id, unit.name, low, outcome, unit.residents, state=state))
    return units


def _settles(wanted: Condition, unit: AreaUnit, roles: list[Sentence]) -> list[Sentence]:
    if wanted.attribute == "facilities":
        return roles or [need("facility_areas")]
    lacking = sum(f.figure(wanted.attribute) is None for f in unit.facilities)
    facts = {"lacking": lacking, "of": len(unit.facilities)}
    return [
        *roles,
        *([need("attribute", attribute=attribute_name(wanted.attribute), **facts)] if lacking else []),
    ]


def _unknown(rule: Rule, units: Sequence[RuleUnit], chosen: Sequence[Facility]) -> list[Sentence]:
    """Which columns would tell what the table leaves open of facilities that count."""
    lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units[: len(chosen)])
    if not lacking:
        return []
    found = role_needs([r for r in rule.has if any(f.holds([r]) is None for f in chosen)], lacking)
    if rule.each is not None:
        facts = {"lacking": lacking, "of": len(units)}
        names = [n for n in (rule.each.attribute, rule.each.share_of) if n and n != "facilities"]
        found += [need("attribute", attribute=attribute_name(n), **facts) for n in names]
    return found
