"""Rules judged class by class: every category against the target by itself, the classes as units."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.categories import FacilitySet
from carecircle.rules.judging.conclude import concluded
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.parts import Outcome, RuleUnit
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan


def judge_classes(
    rule: Rule,
    plan: Plan,
    evidence: Evidence,
    judged: Callable[[Rule, Plan, Evidence, FacilitySet], Verdict],
) -> Verdict:
    """Judge each of a rule's categories by itself; the rule holds where every class does.

    Parameters
    ----------
    rule, plan, evidence
        As every measure takes them.
    judged
        Judges the facilities of one class against the rule's target.

    Returns
    -------
    Verdict
        Its units are the classes. A class that has no facility (and of which the lists would show one) is
        not bound.
    """
    units: list[RuleUnit] = []
    missing: list[Sentence] = []
    parts: list[tuple[float, float]] = []
    for category in rule.categories:
        own = FacilitySet((((category,), rule.designations),), rule.not_categories)
        if not any(evidence.counting(own)) and not evidence.is_open(own):
            continue
        found = judged(rule, plan, evidence, own)
        name = categories.label(category, evidence.study.language)
        units.append(RuleUnit(category, name, found.observed, found.outcome))
        if found.parts is not None:
            parts.append((found.parts[0], found.parts[1] or 0.0))
        if found.outcome is Outcome.NOT_ASSESSED:
            missing += found.missing_inputs
    tops, bottoms = ([p[at] for p in parts] for at in (0, 1))
    summed = (math.fsum(tops), math.fsum(bottoms)) if parts else None
    return replace(concluded(rule, units, missing, share_target=1.0, of="class"), parts=summed)
