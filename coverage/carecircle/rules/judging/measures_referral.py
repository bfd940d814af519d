"""Facilities that refer to facilities: each one's way within the limit, or the mean; beside it the direct."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle.rules.judging.assumed import assumptions_of
from carecircle.rules.judging.conclude import concluded
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.figures import listing_needs, need, unsure_needs
from carecircle.rules.judging.measures_people import Reached, unsure_of, without_inputs
from carecircle.rules.judging.measures_tiers import judge_tiers
from carecircle.rules.judging.measures_zones import judge_zones
from carecircle.rules.judging.parts import Outcome, RuleUnit
from carecircle.rules.judging.referring import Referrals, Way
from carecircle.rules.judging.referring_said import detours, lacks, longest, no_way, referral, unit_of
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.language.referring import referral_queries
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan


def judge_referral(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge where patients are sent on: by facility, by zone, or (``by = "region"``) for the residents.

    By facility the share of those whose way is within the limit; of the region the share of residents whose
    way to the nearest of the rule's facilities and on from there is. Without a limit the mean is reported,
    without a target the share, and nothing is judged.
    """
    lacking = _missing(rule, evidence, reached)
    if lacking:
        return replace(without_inputs(rule, lacking), unit=unit_of(rule))
    if rule.by == "zone":
        verdict = judge_zones(rule, evidence, reached)
    elif rule.by == "region":
        verdict = judge_tiers(rule, evidence, reached)
    else:
        verdict = _judge_facilities(rule, evidence, reached)
    source = rule.target_source if rule.target is not None else "plan"
    told = assumptions_of(rule, plan, evidence, source)
    return replace(verdict, assumptions=(*verdict.assumptions, *told))


def _missing(rule: Rule, evidence: Evidence, reached: Reached) -> tuple[Sentence, ...]:
    found = [] if evidence.has_facilities else [need("facilities")]
    asked = [q for q in referral_queries(rule) if q not in reached]
    if any(q.origin == "residents" for q in asked) and not evidence.has_residents:
        found += [need("residents")] if rule.by == "region" else []
        asked = [q for q in asked if q.origin == "facilities"]
    if rule.by == "zone":  # a county of a prefecture is told without its residents' own minutes
        asked = [q for q in asked if q.origin == "facilities"]
    return (*found, *([need("roads")] if asked and not found else []))


# ---- by facility ----
def _judge_facilities(rule: Rule, evidence: Evidence, reached: Reached) -> Verdict:
    ways = Referrals(rule, evidence, reached)
    chosen, unsure = evidence.counting(rule.facilities)
    found = [(f, ways.way(f)) for f in sorted(chosen, key=lambda f: f.id)]
    open_ = unsure_of(rule, evidence) if rule.to else ()
    units = [_unit(rule, f, way, bool(open_)) for f, way in found]
    units += [RuleUnit(f.id, f.name, None, Outcome.NOT_ASSESSED) for f in unsure]
    missing = [*unsure_needs(rule.facilities, unsure), *lacks(found), *open_]
    notes = [*detours(found), *longest(found), *no_way(found)]
    if rule.limit is None or rule.target is None:
        verdict = _measured(rule, units, found, missing)
    else:
        verdict = concluded(rule, units, missing, more=listing_needs(evidence, rule.facilities))
    rows = tuple(referral(f, way) for f, way in found)
    return replace(verdict, referrals=rows, assumptions=(*verdict.assumptions, *notes))


def _unit(rule: Rule, facility: Facility, way: Way, open_: bool) -> RuleUnit:
    """A facility's own outcome; one that the tables do not list may lie nearer, and refer on elsewhere."""
    minutes = way.minutes
    known = minutes is not None and math.isfinite(minutes)
    if minutes is None:
        outcome = Outcome.NOT_ASSESSED
    elif rule.limit is None or rule.target is None:
        outcome = Outcome.NO_THRESHOLD
    elif minutes <= rule.limit * rule.factor:
        outcome = Outcome.NOT_ASSESSED if open_ and rule.via else Outcome.PASS
    else:
        outcome = Outcome.NOT_ASSESSED if open_ and rule.along != "refers_to" else Outcome.FAIL
    shown_here = minutes / rule.factor if known and minutes is not None and rule.limit is None else None
    return RuleUnit(facility.id, facility.name, shown_here, outcome)


def _measured(
    rule: Rule, units: Sequence[RuleUnit], found: Sequence[tuple[Facility, Way]], missing: list[Sentence]
) -> Verdict:
    """The mean of the ways that are known, or the share of them within the limit; nothing is judged."""
    minutes = [w.minutes for _, w in found if w.minutes is not None]
    there = [m for m in minutes if math.isfinite(m)]
    facts: dict[str, object] = {"n": len(there), "of": len(units)}
    if not minutes or (rule.limit is None and not there):
        lacking = tuple(dict.fromkeys(missing))
        reason = next(iter(no_way(found)), Sentence("rules.none_bound"))
        if lacking:
            reason = Sentence("rules.lacks", {"needs": list(lacking)})
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=reason, unit=unit_of(rule),
            missing_inputs=lacking, units=tuple(units),
        )  # fmt: skip
    if rule.limit is None:
        observed = math.fsum(there) / len(there) / rule.factor
        key = "rules.referral_mean"
    else:
        observed = sum(m <= rule.limit * rule.factor for m in minutes) / len(minutes)
        facts |= {"limit": shown(rule.limit, rule.limit_unit), "n": len(minutes)}
        key = "rules.referral_share"
    facts["value"] = shown(observed, unit_of(rule))
    return Verdict(
        rule_def=rule, outcome=Outcome.NO_THRESHOLD, reason=Sentence(key, facts), observed=observed,
        unit=unit_of(rule), units=tuple(units),
    )  # fmt: skip
