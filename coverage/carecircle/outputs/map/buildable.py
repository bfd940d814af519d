"""What a planner may build in the page: real kinds of facilities, with the clauses that each answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from carecircle import categories
from carecircle.rules.kinds import kind_of
from carecircle.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carecircle.analysis import Analysis
    from carecircle.rules import ReachQuery, Rule, Verdict


def kinds(
    analysis: Analysis, verdicts: Sequence[Verdict], queries: Sequence[ReachQuery]
) -> list[dict[str, Any]]:
    """What a planner may add, by what the clauses about reach and about load ask for, in their order.

    A plan asks for 社区卫生服务机构; what is built is a 社区卫生服务中心 or a 站. A broad category
    gives its narrower ones that the study knows, and stays for tables that name it, not ``offered``.
    ``serves`` are the numbers of the queries that such a facility would answer, ``counts`` the clauses about
    load that it would count in, both by the rules' own selection.
    """
    facilities = analysis.inputs.facilities
    loads = [v for v in verdicts if kind_of(v.rule_def).catchments]
    found: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
    for verdict in verdicts:
        if verdict.people is None and verdict not in loads:
            continue
        for category, roles in _parts(verdict.rule_def):
            real = _real(category, roles, facilities)
            for kind in (*real, category):
                key = (kind, roles)
                site = _site(analysis, key)
                serves = [
                    i for i, q in enumerate(queries) if any(g.facilities.select(site).any() for g in q.legs)
                ]
                counts = [v.rule for v in loads if v.rule_def.facilities.select(site).any()]
                if key not in found and (serves or counts):
                    found[key] = {
                        "category": kind,
                        "designations": list(roles),
                        "serves": serves,
                        "counts": counts,
                        "offered": False,
                        **{lang: _name(key, lang) for lang in LANGUAGES},
                    }
                if key in found and kind in real:
                    found[key]["offered"] = True
    return list(found.values())


def _real(category: str, roles: tuple[str, ...], facilities: gpd.GeoDataFrame) -> tuple[str, ...]:
    """The kinds built where a plan asks for a category: itself where there is such, else narrower ones."""
    asked = categories.descendants(category)
    holders = categories.select(facilities, (category,), roles)
    known = [c for c in dict.fromkeys(facilities["category"][holders]) if c in asked]
    leaves = [c for c in categories.categories() if c in asked and categories.descendants(c) == {c}]
    if category in known:
        return (category,)
    return tuple(known or leaves[:1] or (category,))


def _parts(rule: Rule) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every category of a rule's facilities with the roles asked of it; a role alone is no thing to add."""
    for wanted in rule.served_by:
        for kinds, roles in wanted.parts:
            yield from ((kind, roles) for kind in kinds)


def _name(key: tuple[str, tuple[str, ...]], language: Any) -> str:
    roles = [categories.label(r, language) for r in key[1]]
    name = categories.label(key[0], language)
    if not roles:
        return name
    return f"{name}（{'、'.join(roles)}）" if language == "zh" else f"{name} ({', '.join(roles)})"


def _site(analysis: Analysis, key: tuple[str, tuple[str, ...]]) -> gpd.GeoDataFrame:
    """A facility of a kind as a table of one row."""
    return gpd.GeoDataFrame(
        {
            "facility_id": ["x"],
            "category": [key[0]],
            "designations": [key[1]],
            "status": ["open"],
            "attributes": [{}],
        },
        geometry=gpd.points_from_xy([0.0], [0.0], crs=analysis.inputs.crs),
    )
