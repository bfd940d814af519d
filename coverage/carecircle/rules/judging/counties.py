"""A prefecture's clauses county by county: each on the county's own evidence, beside the whole's verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle import schema
from carecircle.ledgers import UNPLACED
from carecircle.rules.judging.asked import counties
from carecircle.rules.judging.evidence import Evidence, canonical
from carecircle.rules.judging.ledger import by_area
from carecircle.rules.judging.measures_people import Reached
from carecircle.rules.judging.parts import CountyRow, Outcome
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.ways import judged_each, nothing_to_judge
from carecircle.rules.judging.weighing import decide
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

_EVERYWHERE = "partial_inventory"
"""The totals' row that speaks of every facility table, whatever its area."""


def broken_down(
    whole: Mapping[str, Verdict], plan: Plan, evidence: Evidence, reached: Reached
) -> dict[str, Verdict]:
    """The verdicts of a study of several counties, each with its rows county by county.

    Parameters
    ----------
    whole
        The verdicts of the whole study, by rule.
    plan, evidence, reached
        Those they were judged from.

    Returns
    -------
    dict of str to Verdict
        As they were for a study of one county. A clause that says how many residents share a facility is
        settled county by county, and so is what it may stand for.
    """
    parts = counties(evidence)
    if len(parts) < 2:
        return dict(whole)
    rules = [v.rule_def for v in whole.values() if v.rule_def.by != "named" and v.people is None]
    ways = {query: frame for query, frame in reached.items() if query.origin == "facilities"}
    apart = {at: judged_each(rules, plan, _within(evidence, at[0]), ways) for at in parts}
    homeless = sum(f.inside and f.status == "open" and f.area_id not in evidence.above("county")
                   for f in evidence.facilities)  # fmt: skip
    found = {}
    for rule_id, verdict in whole.items():
        if verdict.people is not None:
            rows = tuple(_people_rows(verdict, evidence))
        else:
            own = [(at, apart[at][rule_id]) for at in parts if rule_id in apart[at]]
            rows = tuple(_row(at, one) for at, one in own if not _elsewhere(one))
            if own and _shared(verdict.rule_def, plan):
                verdict = _settled(verdict, dict(own))
        if rows and homeless and verdict.people is None:
            told = (*verdict.assumptions, Sentence("rules.in_no_county", {"n": homeless}))
            verdict = replace(verdict, assumptions=told)
        found[rule_id] = replace(verdict, counties=rows)
    return found


def _within(evidence: Evidence, county: str) -> Evidence:
    """What a study holds of one county; which facilities its lists can hold is told by the whole study."""
    inputs = evidence.inputs
    inside = schema.descendants(inputs.areas, "county")
    own = [area for area, at in inside.items() if at == county]
    totals = inputs.totals
    kept = totals["area_id"].isin(own) | (totals["attribute"].map(canonical) == _EVERYWHERE)
    demand = inputs.demand
    part = replace(
        inputs,
        areas=inputs.areas[inputs.areas["area_id"].isin(own)],
        facilities=inputs.facilities[inputs.facilities["area_id"].isin(own)],
        demand=None if demand is None else demand[demand["area_id"].isin(own)],
        totals=totals[kept],
    )
    return Evidence(part, whole=evidence)


def _row(county: tuple[str, str], verdict: Verdict) -> CountyRow:
    """A county's row; a clause asked of the prefecture as a whole is measured there, not judged."""
    other = verdict.measure not in ("", verdict.rule_def.kind)  # met by another rule's figure
    top, bottom = (None, None) if other or verdict.parts is None else verdict.parts
    if verdict.observed is None and verdict.outcome is Outcome.NOT_ASSESSED:
        top = None  # nothing of it is known
    asked = verdict.rule_def.for_level != "prefecture"
    outcome = verdict.outcome if asked else Outcome.NO_THRESHOLD
    state = verdict.state if asked else ""
    return CountyRow(*county, top, bottom, None if other else verdict.observed, outcome, state)


def _elsewhere(verdict: Verdict) -> bool:
    """Whether a row would say nothing: the rule names other counties, or nothing is measured by it."""
    named = bool(verdict.rule_def.unit_names) and nothing_to_judge(verdict)
    return named or not kind_of(verdict.rule_def).inputs(verdict.rule_def)


def _people_rows(verdict: Verdict, evidence: Evidence) -> Iterator[CountyRow]:
    """Residents covered and in scope county by county, where a rule asks for a share of them."""
    if verdict.unit != "share" or not isinstance(verdict.target, float):
        return
    asked = verdict.rule_def.for_level != "prefecture"
    table = by_area(verdict, evidence.inputs, "county").sort_values("area_id")
    for row in table.to_dict("records"):
        scope = float(row["residents"])
        if not scope:
            continue
        low = row["covered"] / scope
        high = math.fsum(row.get(box, 0.0) for box in ("covered", *UNPLACED, "no_data")) / scope
        outcome = decide(low, high, ">=", verdict.target) if asked else Outcome.NO_THRESHOLD
        if outcome is Outcome.FAIL and verdict.open_listing:
            outcome = Outcome.NOT_ASSESSED
        if verdict.outcome is Outcome.NO_THRESHOLD:
            outcome = Outcome.NO_THRESHOLD
        yield CountyRow(str(row["area_id"]), str(row["name"]), float(row["covered"]), scope, low, outcome)


def _shared(rule: Rule, plan: Plan) -> bool:
    """Whether a clause, or what it may stand for, says how many residents share a facility."""
    ways = (rule, *(plan.find(other) for other in rule.any_of))
    return rule.for_level != "prefecture" and any(kind_of(w).catchments and w.by == "region" for w in ways)


def _settled(verdict: Verdict, apart: Mapping[tuple[str, str], Verdict]) -> Verdict:
    """A clause that holds where it holds in every county: no county's centre serves another's residents."""
    judged = {name: v for (_, name), v in apart.items() if not nothing_to_judge(v)}
    bad = [name for name, v in judged.items() if v.outcome is Outcome.FAIL]
    open_ = [name for name, v in judged.items() if v.outcome is Outcome.NOT_ASSESSED]
    if not judged:
        return verdict
    outcome = Outcome.FAIL if bad else Outcome.NOT_ASSESSED if open_ else Outcome.PASS
    facts = {"good": len(judged) - len(bad) - len(open_), "n": len(judged), "bad": bad, "open": open_}
    missing = dict.fromkeys(n for v in judged.values() for n in v.missing_inputs)
    hit = [v.residents_affected or 0.0 for v in judged.values() if v.outcome is Outcome.FAIL]
    return replace(
        verdict, outcome=outcome, reason=Sentence(f"rules.counties_{outcome.value.lower()}", facts),
        margin=None, flip=None, residents_affected=math.fsum(hit),
        missing_inputs=tuple(missing) if outcome is Outcome.NOT_ASSESSED else (),
        surplus=bool(bad) and all(judged[name].surplus for name in bad),
    )  # fmt: skip
