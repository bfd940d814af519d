"""Plans as plain data: what other programs read of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from carecircle.rules.language.plan import Plan
from carecircle.rules.language.rule import Rule
from carecircle.rules.language.titles import title
from carecircle.rules.needs import needs


def plans_json(plans: Iterable[Plan]) -> dict[str, Any]:
    """Plans as plain data: what ``carecircle plans --json`` prints.

    Parameters
    ----------
    plans
        From `load_plan`.

    Returns
    -------
    dict
        ``plans``: id, title, region, adcode and rules (rule, title, clause, kind,
        section, quote, states, source, provenance, modality, softeners, target, needs) and projects.
    """
    return {
        "plans": [
            {
                "id": plan.id, "title": plan.title, "region": plan.plan.region, "adcode": plan.plan.adcode,
                "rules": [
                    {"rule": r.id, "title": title(r).both(), "clause": r.clause, "kind": r.kind,
                     "section": r.section, "quote": r.quote, "states": r.states,
                     "source": None if r.source is None else r.source.model_dump(),
                     "provenance": r.provenance, "modality": r.modality, "softeners": list(r.softeners),
                     "target": asked(r), "needs": list(needs(r))}
                    for r in plan.rules
                ],
                "projects": [p.model_dump(mode="json") for p in plan.projects],
            }
            for plan in plans
        ]
    }  # fmt: skip


def asked(rule: Rule) -> Any:
    """The number that a rule asks: its limit, its target (both ends of a band), or what each must have."""
    if rule.limit is not None:
        return rule.limit
    if isinstance(rule.target, tuple):
        return list(rule.target)
    if rule.target is None and rule.each is not None:
        return rule.each.value
    return rule.target
