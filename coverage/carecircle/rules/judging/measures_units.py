"""Rules about units: every area has its facility, every facility shows what the plan asks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.rules.judging.conclude import concluded, lacking_inputs, published, target_of, undecided
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.figures import attribute_name, need, official_figure, region_name, role_need
from carecircle.rules.judging.units import AreaUnit, area_units, waived
from carecircle.rules.judging.verdict import Outcome, RuleUnit, Verdict
from carecircle.rules.judging.weighing import decide
from carecircle.rules.language.rule import Condition, Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

_OUTCOMES = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.NOT_ASSESSED}
_ONE = Condition(attribute="facilities", comparison=">=", value=1)


def judge_presence(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge whether every unit has its facility (or every named facility shows what it must).

    The share of units that do is compared with the target (1 unless the plan says less). A unit excused by
    the plan's own exception leaves numerator and denominator and is listed as WAIVED.
    """
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    if rule.by == "named":
        return concluded(rule, *_named(rule, evidence))
    chosen, unsure = evidence.counting(rule.categories, (*rule.designations, *rule.has))
    wanted = rule.each or _ONE
    if rule.by in ("region", "facility"):
        whole = [AreaUnit("region", region_name(evidence, plan), None, chosen, len(unsure))]
    else:
        whole = area_units(rule, evidence, chosen, unsure)
        if not whole:
            return lacking_inputs(rule, [need("areas", level=Sentence(f"rules.level_{rule.by}"))])
    partial = evidence.partial_inventory
    missing: list[Sentence] = [need("inventory")] if partial else []
    units = []
    for unit in whole:
        low, high = unit.figure(wanted.attribute)
        outcome = decide(low, math.inf if partial else high, wanted.comparison, wanted.value)
        by = None
        if outcome is not Outcome.PASS and rule.unless:
            excused, by = waived(rule.unless, unit, whole, evidence)
            if excused:
                outcome = Outcome.WAIVED
            elif excused is None and outcome is Outcome.FAIL:
                outcome = Outcome.NOT_ASSESSED
                missing.append(need("unit_residents"))
        if outcome is Outcome.NOT_ASSESSED and high > low:
            missing.append(_settles(rule, wanted, unit, len(unsure)))
        units.append(RuleUnit(unit.id, unit.name, low, outcome, unit.residents, by))
    return concluded(rule, units, missing)


def judge_share(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge the share of a category's facilities that hold the roles or show the figure asked for."""
    official = official_figure(evidence, plan, rule.id)
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")]) if official is None else published(rule, official)
    chosen, unsure = evidence.counting(rule.categories, rule.designations)
    missing = [role_need(rule.designations, len(unsure))] if len(unsure) else []
    units = [_facility_unit(rule, f, evidence) for f in chosen]
    units += [RuleUnit(f.id, f.name, None, Outcome.NOT_ASSESSED) for f in unsure]
    missing += _unknown(rule, units, len(unsure))
    verdict = concluded(rule, units, missing, partial=evidence.partial_inventory)
    if official is not None and verdict.outcome is Outcome.NOT_ASSESSED:
        return published(rule, official)
    return verdict


def judge_conditional(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge an "if ... then ..." on facilities or areas: only units that meet every ``when`` are bound.

    A unit whose condition is unknown stays undecided unless it does what is asked anyway.
    """
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    if rule.by in ("town", "village", "county"):
        units = _bound_areas(rule, evidence)
        if units is None:
            return lacking_inputs(rule, [need("areas", level=Sentence(f"rules.level_{rule.by}"))])
    else:
        units = _bound_facilities(rule, evidence)
    missing = _when_unknown(rule, units)
    if not units:
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=Sentence("rules.none_bound"),
            target=target_of(rule), target_source=rule.target_source,
            missing_inputs=(need("inventory"),) if evidence.partial_inventory else (),
        )  # fmt: skip
    partial = rule.by not in ("town", "village", "county") and evidence.partial_inventory
    return concluded(rule, units, missing, partial=partial)


def _when_unknown(rule: Rule, units: Sequence[RuleUnit]) -> list[Sentence]:
    """The figures that would tell whom a condition binds, and whether they comply."""
    lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units)
    if not lacking:
        return []
    names = [c.attribute for c in rule.when]
    if rule.by in ("town", "village", "county"):
        return [need("total", name=attribute_name(name)) for name in names]
    names += [rule.each.attribute] if rule.each is not None else []
    facts = {"lacking": lacking, "of": len(units)}
    return [need("attribute", attribute=attribute_name(name), **facts) for name in names]


def judge_each_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a ratio facility by facility (观察床 of every hospital's beds): the share of facilities in it."""
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    chosen, unsure = evidence.counting(rule.categories, rule.designations)
    target = rule.band or rule.target
    units = []
    for facility in chosen:
        top = facility.figure(rule.numerator)
        bottom = facility.figure(rule.denominator)
        value = None if top is None or not bottom else top * rule.per / bottom
        outcome = Outcome.NOT_ASSESSED
        if value is not None and target is not None:
            outcome = decide(value, value, "between" if rule.band else rule.comparison, target)
        units.append(RuleUnit(facility.id, facility.name, value, outcome))
    missing = [role_need(rule.designations, len(unsure))] if len(unsure) else []
    if undecided(units):
        lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units)
        facts = {"lacking": lacking, "of": len(units)}
        missing += [
            need("attribute", attribute=attribute_name(a), **facts)
            for a in (rule.numerator, rule.denominator)
        ]
    units += [RuleUnit(f.id, f.name, None, Outcome.NOT_ASSESSED) for f in unsure]
    return concluded(rule, units, missing, share_target=1.0, partial=evidence.partial_inventory)


def judge_area_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a ratio area by area: a facility attribute added up in the area over the area's own figure.

    Areas whose denominator is known to be 0 are not bound.
    """
    if not evidence.has_facilities:
        return lacking_inputs(rule, [need("facilities")])
    chosen, unsure = evidence.counting(rule.categories, rule.designations)
    target = rule.band or rule.target
    units = []
    for unit in area_units(rule, evidence, chosen, unsure):
        bottom = evidence.area_figure(unit.id, rule.denominator)
        if bottom == 0 or target is None:
            continue
        low, high = unit.figure(rule.numerator)
        outcome = Outcome.NOT_ASSESSED
        if bottom is not None:
            ends = low * rule.per / bottom, high * rule.per / bottom
            outcome = decide(*ends, "between" if rule.band else rule.comparison, target)
        value = low * rule.per / bottom if bottom else None
        units.append(RuleUnit(unit.id, unit.name, value, outcome, unit.residents))
    missing = [need("total", name=attribute_name(rule.denominator))] if undecided(units) else []
    if not units:
        return lacking_inputs(rule, [need("areas", level=Sentence(f"rules.level_{rule.by}"))])
    return concluded(rule, units, missing, share_target=1.0)


def compare(value: float, condition: Condition) -> bool:
    """Whether a figure meets a condition."""
    return decide(value, value, condition.comparison, condition.value) is Outcome.PASS


def _facility_unit(rule: Rule, facility: Facility, evidence: Evidence) -> RuleUnit:
    answer, value = _shows(rule, facility, evidence)
    return RuleUnit(facility.id, facility.name, value, _OUTCOMES[answer])


def _shows(rule: Rule, facility: Facility, evidence: Evidence) -> tuple[bool | None, float | None]:
    """Whether a facility holds the roles and shows the figure asked for, and the figure.

    In a table that lists only some facilities, one without any designation is not known to have none.
    """
    silent = not facility.designations and evidence.partial_inventory
    answers: list[bool | None] = []
    for role in rule.has:
        held = categories.holds(facility.designations, facility.attributes, role)
        answers.append(None if silent and held is False and role in categories.designations() else held)
    value = None
    if rule.each is not None and rule.each.attribute != "facilities":
        value = _conditioned(rule.each, facility)
        answers.append(None if value is None else compare(value, rule.each))
    if False in answers:
        return False, value
    return (None if None in answers else True), value


def _conditioned(condition: Condition, facility: Facility) -> float | None:
    value = facility.figure(condition.attribute)
    if value is None or not condition.share_of:
        return value
    whole = facility.figure(condition.share_of)
    return value / whole if whole else None


def _named(rule: Rule, evidence: Evidence) -> tuple[list[RuleUnit], list[Sentence]]:
    units, missing = [], []
    for name in rule.names:
        facility = find_named(evidence, name)
        if facility is not None:
            unit = _facility_unit(rule, facility, evidence)
            if unit.outcome is Outcome.NOT_ASSESSED:
                missing.append(need("named_figure", name=name))
            units.append(unit)
            continue
        sought = bool(rule.has or rule.each) or evidence.partial_inventory
        units.append(RuleUnit(name, name, None, Outcome.NOT_ASSESSED if sought else Outcome.FAIL))
        if sought:
            missing.append(need("named", name=name))
    return units, missing


def find_named(evidence: Evidence, name: str) -> Facility | None:
    """The open facility a plan calls by this name: equal, ending so, or the only one that holds it."""
    wanted = _plain(name)
    named = sorted(((f.id, _plain(f.name), f) for f in evidence.of_kind(())), key=lambda n: n[:2])
    for fits in (
        [f for _, plain, f in named if plain == wanted],
        [f for _, plain, f in named if plain.endswith(wanted)],
    ):
        if fits:
            return fits[0]
    holding = [f for _, plain, f in named if wanted in plain]
    return holding[0] if len(holding) == 1 else None


def _plain(name: str) -> str:
    return name.translate(str.maketrans("（）", "()")).replace(" ", "")


def _bound_facilities(rule: Rule, evidence: Evidence) -> list[RuleUnit]:
    chosen, unsure = evidence.counting(rule.categories, rule.designations)
    units = []
    for sure, some in ((True, chosen), (False, unsure)):
        for facility in some:
            values = [_conditioned(c, facility) for c in rule.when]
            met = [None if v is None else compare(v, c) for v, c in zip(values, rule.when, strict=True)]
            if False in met:
                continue
            answer, value = _shows(rule, facility, evidence)
            bound = sure and None not in met
            outcome = _OUTCOMES[answer] if bound or answer is True else Outcome.NOT_ASSESSED
            units.append(RuleUnit(facility.id, facility.name, value, outcome))
    return units


def _bound_areas(rule: Rule, evidence: Evidence) -> list[RuleUnit] | None:
    chosen, unsure = evidence.counting(rule.categories, (*rule.designations, *rule.has))
    whole = area_units(rule, evidence, chosen, unsure)
    if not whole:
        return None
    units = []
    for unit in whole:
        values = [evidence.area_figure(unit.id, c.attribute) for c in rule.when]
        met = [None if v is None else compare(v, c) for v, c in zip(values, rule.when, strict=True)]
        if False in met:
            continue
        wanted = rule.each or _ONE
        low, high = unit.figure(wanted.attribute)
        outcome = decide(low, high, wanted.comparison, wanted.value)
        if None in met and outcome is not Outcome.PASS:
            outcome = Outcome.NOT_ASSESSED
        units.append(RuleUnit(unit.id, unit.name, low, outcome, unit.residents))
    return units


def _settles(rule: Rule, wanted: Condition, unit: AreaUnit, unsure: int) -> Sentence:
    if wanted.attribute == "facilities" and unsure:
        return role_need((*rule.designations, *rule.has), unsure)
    if wanted.attribute == "facilities":
        return need("facility_areas")
    return need("attribute", attribute=attribute_name(wanted.attribute), lacking=1, of=len(unit.facilities))


def _unknown(rule: Rule, units: Sequence[RuleUnit], unsure: int) -> list[Sentence]:
    """Which columns would tell what the facility table leaves open."""
    lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units) - unsure
    if not lacking:
        return []
    facts = {"lacking": lacking, "of": len(units)}
    found = [need("attribute", attribute=attribute_name("departments"), **facts)] if rule.has else []
    if rule.each is not None:
        names = [n for n in (rule.each.attribute, rule.each.share_of) if n and n != "facilities"]
        found += [need("attribute", attribute=attribute_name(n), **facts) for n in names]
    return found
