"""Facilities that a plan calls by name: inside the boundary, in any form of the name, and no neighbour's."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.categories import FacilitySet
from carecircle.rules.judging.evidence import Evidence, Facility

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan
    from carecircle.rules.language.rule import Rule

_BRACKETS = re.compile(r"[()]")


def forms(name: str) -> tuple[str, ...]:
    """Every form of a name: those apart by ``|``, and what stands before and within brackets.

    Parameters
    ----------
    name
        As a plan or a table writes it: ``区第二人民医院|金山镇中心卫生院``, ``区妇幼保健院（妇儿医院）``.

    Returns
    -------
    tuple of str
        In one width and without spaces, the whole first.
    """
    found: dict[str, None] = {}
    for form in name.split("|"):
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", form))
        parts = [p for p in _BRACKETS.split(plain) if len(p) > 2] if "(" in plain else []
        found.update(dict.fromkeys([plain, *parts]))
    return tuple(found)


def first_form(name: str) -> str:
    """A name as people read it: its first form."""
    return name.partition("|")[0].strip()


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
    there = (f for f in evidence.facilities if f.status == status and (f.inside or not region_only))
    for facility in sorted(there, key=lambda f: f.id):
        own = forms(facility.name)
        if set(own) & set(wanted):
            return facility
        if nearest is None and any(_ours(o, w, regions) for o in own for w in wanted):
            nearest = facility
    return nearest


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
