"""Rules about units: every area has its facility, every facility shows what the plan asks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carecircle import categories
from carecircle.rules.conclude import concluded, lacking_inputs, published, target_of, undecided
from carecircle.rules.figures import (
    area_figure,
    attribute_name,
    facilities_of,
    facility_figure,
    has_facilities,
    need,
    official_figure,
    partial_inventory,
    region_name,
)
from carecircle.rules.language import Condition, Rule
from carecircle.rules.units import AreaUnit, area_units, figure_in, waived
from carecircle.rules.verdict import Outcome, RuleUnit, Verdict, decide
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs
    from carecircle.rules.plan import Plan

_OUTCOMES = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.NOT_ASSESSED}
_ONE = Condition(attribute="facilities", comparison=">=", value=1)


def judge_presence(rule: Rule, plan: Plan, inputs: Inputs) -> Verdict:
    """Judge whether every unit has its facility (or every named facility shows what it must).

    The share of units that do is compared with the target (1 unless the plan says less). A unit excused by
    the plan's own exception leaves numerator and denominator and is listed as WAIVED.
    """
    if not has_facilities(inputs):
        return lacking_inputs(rule, [need("facilities")])
    if rule.by == "named":
        return concluded(rule, *_named(rule, inputs))
    chosen, unsure = facilities_of(inputs, rule.categories, (*rule.designations, *rule.has))
    wanted = rule.each or _ONE
    if rule.by in ("region", "facility"):
        whole = [AreaUnit("region", region_name(inputs, plan), None, chosen, len(unsure))]
    else:
        whole = area_units(rule, inputs, chosen, unsure)
        if not whole:
            return lacking_inputs(rule, [need("areas", level=Sentence(f"rules.level_{rule.by}"))])
    partial = partial_inventory(inputs)
    missing: list[Sentence] = [need("inventory")] if partial else []
    units = []
    for unit in whole:
        low, high = figure_in(unit, wanted.attribute)
        outcome = decide(low, math.inf if partial else high, wanted.comparison, wanted.value)
        by = None
        if outcome is not Outcome.PASS and rule.unless:
            excused, by = waived(rule.unless, unit, whole, inputs)
            if excused:
                outcome = Outcome.WAIVED
            elif excused is None and outcome is Outcome.FAIL:
                outcome = Outcome.NOT_ASSESSED
                missing.append(need("unit_residents"))
        if outcome is Outcome.NOT_ASSESSED and high > low:
            missing.append(_settles(wanted, unit))
        units.append(RuleUnit(unit.area_id, unit.name, low, outcome, unit.residents, by))
    return concluded(rule, units, missing)


def judge_share(rule: Rule, plan: Plan, inputs: Inputs) -> Verdict:
    """Judge the share of a category's facilities that hold the roles or show the figure asked for."""
    official = official_figure(inputs, plan, rule.id)
    if not has_facilities(inputs):
        return lacking_inputs(rule, [need("facilities")]) if official is None else published(rule, official)
    chosen, unsure = facilities_of(inputs, rule.categories, rule.designations)
    missing = [need("role", lacking=len(unsure))] if len(unsure) else []
    units = [_facility_unit(rule, row, inputs) for _, row in chosen.iterrows()]
    units += [
        RuleUnit(str(r["facility_id"]), str(r["name"]), None, Outcome.NOT_ASSESSED)
        for _, r in unsure.iterrows()
    ]
    missing += _unknown(rule, units, len(unsure))
    verdict = concluded(rule, units, missing, partial=partial_inventory(inputs))
    if official is not None and verdict.outcome is Outcome.NOT_ASSESSED:
        return published(rule, official)
    return verdict


def judge_conditional(rule: Rule, plan: Plan, inputs: Inputs) -> Verdict:
    """Judge an "if ... then ..." on facilities or areas: only units that meet every ``when`` are bound.

    A unit whose condition is unknown stays undecided unless it does what is asked anyway.
    """
    if not has_facilities(inputs):
        return lacking_inputs(rule, [need("facilities")])
    if rule.by in ("town", "village", "county"):
        units = _bound_areas(rule, inputs)
        if units is None:
            return lacking_inputs(rule, [need("areas", level=Sentence(f"rules.level_{rule.by}"))])
    else:
        units = _bound_facilities(rule, inputs)
    missing = [need("total", name=attribute_name(c.attribute)) for c in rule.when] if undecided(units) else []
    if not units:
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=Sentence("rules.none_bound"),
            target=target_of(rule), target_source=rule.target_source,
            missing_inputs=(need("inventory"),) if partial_inventory(inputs) else (),
        )  # fmt: skip
    partial = rule.by not in ("town", "village", "county") and partial_inventory(inputs)
    return concluded(rule, units, missing, partial=partial)


def judge_each_ratio(rule: Rule, plan: Plan, inputs: Inputs) -> Verdict:
    """Judge a ratio facility by facility (观察床 of every hospital's beds): the share of facilities in it."""
    if not has_facilities(inputs):
        return lacking_inputs(rule, [need("facilities")])
    chosen, unsure = facilities_of(inputs, rule.categories, rule.designations)
    target = rule.band or rule.target
    units = []
    for _, row in chosen.iterrows():
        top = facility_figure(row["attributes"], rule.numerator)
        bottom = facility_figure(row["attributes"], rule.denominator)
        value = None if top is None or not bottom else top * rule.per / bottom
        outcome = Outcome.NOT_ASSESSED
        if value is not None and target is not None:
            outcome = decide(value, value, "between" if rule.band else rule.comparison, target)
        units.append(RuleUnit(str(row["facility_id"]), str(row["name"]), value, outcome))
    missing = [need("role", lacking=len(unsure))] if len(unsure) else []
    if undecided(units):
        lacking = sum(u.outcome is Outcome.NOT_ASSESSED for u in units)
        facts = {"lacking": lacking, "of": len(units)}
        missing += [
            need("attribute", attribute=attribute_name(a), **facts)
            for a in (rule.numerator, rule.denominator)
        ]
    units += [
        RuleUnit(str(r["facility_id"]), str(r["name"]), None, Outcome.NOT_ASSESSED)
        for _, r in unsure.iterrows()
    ]
    return concluded(rule, units, missing, share_target=1.0, partial=partial_inventory(inputs))


def judge_area_ratio(rule: Rule, plan: Plan, inputs: Inputs) -> Verdict:
    """Judge a ratio area by area: a facility attribute added up in the area over the area's own figure.

    Areas whose denominator is known to be 0 are not bound.
    """
    if not has_facilities(inputs):
        return lacking_inputs(rule, [need("facilities")])
    chosen, unsure = facilities_of(inputs, rule.categories, rule.designations)
    target = rule.band or rule.target
    units = []
    for unit in area_units(rule, inputs, chosen, unsure):
        bottom = area_figure(inputs, unit.area_id, rule.denominator)
        if bottom == 0 or target is None:
            continue
        low, high = figure_in(unit, rule.numerator)
        outcome = Outcome.NOT_ASSESSED
        if bottom is not None:
            ends = low * rule.per / bottom, high * rule.per / bottom
            outcome = decide(*ends, "between" if rule.band else rule.comparison, target)
        value = low * rule.per / bottom if bottom else None
        units.append(RuleUnit(unit.area_id, unit.name, value, outcome, unit.residents))
    missing = [need("total", name=attribute_name(rule.denominator))] if undecided(units) else []
    if not units:
        return lacking_inputs(rule, [need("areas", level=Sentence(f"rules.level_{rule.by}"))])
    return concluded(rule, units, missing, share_target=1.0)


def compare(value: float, condition: Condition) -> bool:
    """Whether a figure meets a condition."""
    return decide(value, value, condition.comparison, condition.value) is Outcome.PASS


def _facility_unit(rule: Rule, row: pd.Series, inputs: Inputs) -> RuleUnit:
    answer, value = _shows(rule, row, inputs)
    return RuleUnit(str(row["facility_id"]), str(row["name"]), value, _OUTCOMES[answer])


def _shows(rule: Rule, row: pd.Series, inputs: Inputs) -> tuple[bool | None, float | None]:
    """Whether a facility holds the roles and shows the figure asked for, and the figure.

    In a table that lists only some facilities, one without any designation is not known to have none.
    """
    designated = row["designations"] or ()
    silent = not designated and partial_inventory(inputs)
    answers: list[bool | None] = []
    for role in rule.has:
        held = categories.holds(designated, row["attributes"] or {}, role)
        answers.append(None if silent and held is False and role in categories.designations() else held)
    value = None
    if rule.each is not None and rule.each.attribute != "facilities":
        value = _conditioned(rule.each, row)
        answers.append(None if value is None else compare(value, rule.each))
    if False in answers:
        return False, value
    return (None if None in answers else True), value


def _conditioned(condition: Condition, row: pd.Series) -> float | None:
    value = facility_figure(row["attributes"], condition.attribute)
    if value is None or not condition.share_of:
        return value
    whole = facility_figure(row["attributes"], condition.share_of)
    return value / whole if whole else None


def _named(rule: Rule, inputs: Inputs) -> tuple[list[RuleUnit], list[Sentence]]:
    units, missing = [], []
    for name in rule.names:
        row = find_named(inputs, name)
        if row is not None:
            unit = _facility_unit(rule, row, inputs)
            if unit.outcome is Outcome.NOT_ASSESSED:
                missing.append(need("named_figure", name=name))
            units.append(unit)
            continue
        sought = bool(rule.has or rule.each) or partial_inventory(inputs)
        units.append(RuleUnit(name, name, None, Outcome.NOT_ASSESSED if sought else Outcome.FAIL))
        if sought:
            missing.append(need("named", name=name))
    return units, missing


def find_named(inputs: Inputs, name: str) -> pd.Series | None:
    """The open facility a plan calls by this name: equal, ending so, or the only one that holds it."""
    facilities = inputs.facilities
    facilities = facilities[facilities["status"] == "open"]
    plain = facilities["name"].astype(str).map(_plain)
    wanted = _plain(name)
    for fits in (plain == wanted, plain.str.endswith(wanted), plain.str.contains(wanted, regex=False)):
        if fits.any():
            row: pd.Series = facilities[fits].sort_values("facility_id").iloc[0]
            return row
    return None


def _plain(name: str) -> str:
    return name.translate(str.maketrans("（）", "()")).replace(" ", "")


def _bound_facilities(rule: Rule, inputs: Inputs) -> list[RuleUnit]:
    chosen, unsure = facilities_of(inputs, rule.categories, rule.designations)
    units = []
    for sure, frame in ((True, chosen), (False, unsure)):
        for _, row in frame.iterrows():
            values = [_conditioned(c, row) for c in rule.when]
            met = [None if v is None else compare(v, c) for v, c in zip(values, rule.when, strict=True)]
            if False in met:
                continue
            answer, value = _shows(rule, row, inputs)
            bound = sure and None not in met
            outcome = _OUTCOMES[answer] if bound or answer is True else Outcome.NOT_ASSESSED
            units.append(RuleUnit(str(row["facility_id"]), str(row["name"]), value, outcome))
    return units


def _bound_areas(rule: Rule, inputs: Inputs) -> list[RuleUnit] | None:
    chosen, unsure = facilities_of(inputs, rule.categories, (*rule.designations, *rule.has))
    whole = area_units(rule, inputs, chosen, unsure)
    if not whole:
        return None
    units = []
    for unit in whole:
        values = [area_figure(inputs, unit.area_id, c.attribute) for c in rule.when]
        met = [None if v is None else compare(v, c) for v, c in zip(values, rule.when, strict=True)]
        if False in met:
            continue
        wanted = rule.each or _ONE
        low, high = figure_in(unit, wanted.attribute)
        outcome = decide(low, high, wanted.comparison, wanted.value)
        if None in met and outcome is not Outcome.PASS:
            outcome = Outcome.NOT_ASSESSED
        units.append(RuleUnit(unit.area_id, unit.name, low, outcome, unit.residents))
    return units


def _settles(wanted: Condition, unit: AreaUnit) -> Sentence:
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
