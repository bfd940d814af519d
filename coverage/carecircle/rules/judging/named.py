"""Facilities that a plan calls by name: inside the boundary, in any form of the name, and no neighbour's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.categories import FacilitySet
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.names import forms

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan
    from carecircle.rules.language.rule import Rule


def find_named(
    evidence: Evidence, plan: Plan, name: str, *, region_only: bool = True, status: str = "open"
) -> Facility | None:
    """The facility that a plan calls by this name.

    Parameters
    ----------
    evidence
        Of the study.
    plan
        Whose region's name may stand before the facility's.
    name
        As the plan writes it.
    region_only
        Whether only facilities inside the boundary are meant.
    status
        ``open``, or ``planned`` for one that is to be built.

    Returns
    -------
    Facility or None
        Of the same name, else of the name with the region's before it (罗江区人民医院 for 区人民医院). A
        neighbour's of the same ending (旌阳区人民医院) is not it.
    """
    wanted = forms(name)
    regions = _regions(evidence, plan)
    nearest: Facility | None = None
    for facility, own in evidence.forms:
        if facility.status != status or (region_only and not facility.inside):
            continue
        if set(own) & set(wanted):
            return facility
        if nearest is None and any(_ours(o, w, regions) for o in own for w in wanted):
            nearest = facility
    return nearest


def twins(evidence: Evidence, plan: Plan) -> dict[str, str]:
    """Rows that are one institution by a name of the plan (区第二人民医院|金山镇中心卫生院): second -> first.

    Parameters
    ----------
    evidence
        Of the study.
    plan
        Whose rules and projects write two names for one.

    Returns
    -------
    dict of str to str
        Ids of facilities that are counted already under the other name.
    """
    written = dict.fromkeys([*(n for r in plan.rules for n in r.names), *(p.name for p in plan.projects)])
    found: dict[str, str] = {}
    for name in written:
        own = [find_named(evidence, plan, form) for form in name.split("|")] if "|" in name else []
        ids = list(dict.fromkeys(f.id for f in own if f is not None and f.id not in found))
        found.update(dict.fromkeys(ids[1:], ids[0] if ids else ""))
    return found


def is_planned(evidence: Evidence, plan: Plan, rule: Rule, name: str) -> bool:
    """Whether the tables list a facility that a rule names as planned: known not to be there yet."""
    return find_named(evidence, plan, name, region_only=rule.region_only, status="planned") is not None


def named_set(rule: Rule, name: str) -> FacilitySet:
    """What kind of facility a name is of: the rule's, else what the name itself tells."""
    if not rule.facilities.anything:
        return rule.facilities
    told = categories.from_name(name)
    return FacilitySet() if told is None else FacilitySet.of([told])


def _regions(evidence: Evidence, plan: Plan) -> tuple[str, ...]:
    names = [plan.plan.region, *(name for _, name in evidence.top)]
    return tuple(dict.fromkeys(f for n in names if n for f in forms(n)))


def _ours(own: str, wanted: str, regions: tuple[str, ...]) -> bool:
    """Whether a name is another with the region's before it; both may share the region's last character."""
    for longer, shorter in ((own, wanted), (wanted, own)):
        before = longer.removesuffix(shorter)
        if before == longer or not before:
            continue
        for region in regions:
            for whole in (before, before + shorter[0]):
                if len(whole) > 1 and (region.endswith(whole) or whole.endswith(region)):
                    return True
    return False
