"""Which rules can be asked of a study: a prefecture, a county, a county under its prefecture's plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.names import first_form
from carecircle.rules.language.rule import Rule

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

_COUNTY = re.compile(r"(..{1,4}?[县区旗])(?!级)")
"""The county that a facility's name begins with: 盐边县中医院, but not 区人民医院."""


def asked_of(plan: Plan, evidence: Evidence) -> tuple[Rule, ...]:
    """The rules of a plan that can be asked of a study: a county is not asked what is its prefecture's."""
    level = region_level(plan, evidence)
    own = [name for _, name in counties(evidence)] if judged_by_above(plan, evidence) else []
    return tuple(r for r in plan.rules if r.for_level in ("", level) and not (own and _of_another(r, own[0])))


def _of_another(rule: Rule, county: str) -> bool:
    """Whether a rule names only areas or facilities of other counties than this one."""
    if rule.by == "county" and rule.unit_names:
        return not county.endswith(rule.unit_names)
    named = [found[1] for name in rule.names if (found := _COUNTY.match(first_form(name)))]
    return bool(named) and len(named) == len(rule.names) and county not in named


def region_level(plan: Plan, evidence: Evidence) -> str:
    """``prefecture`` or ``county``: what the study is of, else what the plan is for."""
    if judged_by_above(plan, evidence):
        return "county"
    return "prefecture" if _of_prefecture(plan) or len(counties(evidence)) > 1 else "county"


def judged_by_above(plan: Plan, evidence: Evidence) -> bool:
    """Whether a study of one county is judged by the plan of its prefecture."""
    own = counties(evidence)
    if not _of_prefecture(plan) or len(own) != 1:
        return False
    return own[0] not in ((plan.plan.adcode, own[0][1]), (own[0][0], plan.plan.region))


def _of_prefecture(plan: Plan) -> bool:
    return plan.plan.adcode.endswith("00")


def counties(evidence: Evidence) -> list[tuple[str, str]]:
    """Ids and names of the counties that the study is made of."""
    tops = {i for i, _ in evidence.top}
    return [(a.id, a.name) for a in evidence.areas_at("county") if a.id in tops]
