"""Judging: every rule of a plan against what the study holds, in the plan's order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from carecircle import schema
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.measures_people import Reached
from carecircle.rules.judging.parts import Outcome
from carecircle.rules.judging.track import on_track
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.cited import tier
from carecircle.rules.language.consistency import inconsistencies, touching
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs
    from carecircle.rules.language.plan import Plan


def judge(plan: Plan, inputs: Inputs, reached: Reached) -> list[Verdict]:
    """Judge every rule of a plan.

    Parameters
    ----------
    plan
        From `carecircle.load_plan`.
    inputs
        What the study holds: ``analysis.inputs``.
    reached
        The answers to ``required(plan)``; a query without an answer leaves its rules NOT_ASSESSED.

    Returns
    -------
    list of Verdict
        In the plan's order; rules that cannot be asked of the study's level of region are left out.
    """
    evidence = Evidence(inputs)
    asked = asked_of(plan, evidence)
    own = {rule.id: kind_of(rule).measure(rule, plan, evidence, reached) for rule in asked}
    disagreements = inconsistencies(plan)
    above = [Sentence("rules.plan_above", {"plan": plan.title})] if judged_by_above(plan, evidence) else []
    verdicts = []
    for rule in asked:
        verdict = _either_way(own[rule.id], [own[other] for other in rule.any_of if other in own])
        alone = verdict is own[rule.id] and not above  # a county is on no line of its prefecture's
        line = on_track(verdict, plan, inputs.study.year) if alone else None
        verdict = _only_measured(verdict)
        said = [
            Sentence("rules.inconsistent", {"finding": f.sentence}) for f in touching(disagreements, rule.id)
        ]
        if rule.contradicts:
            others = [f"{o}「{plan.find(o).words}」" for o in rule.contradicts]
            said.append(Sentence("rules.contradicted", {"others": others}))
        said += [near] if (near := tier(rule)) is not None else []
        told = (*verdict.assumptions, *said, *above)
        year = rule.year or plan.plan.target_year
        verdict = replace(verdict, assumptions=told, target_year=year, on_track=line)
        verdicts.append(replace(verdict, language=inputs.study.language))
    return verdicts


def asked_of(plan: Plan, evidence: Evidence) -> tuple[Rule, ...]:
    """The rules of a plan that can be asked of a study: a county is not asked what is its prefecture's."""
    level = region_level(plan, evidence)
    return tuple(rule for rule in plan.rules if rule.for_level in ("", level))


def region_level(plan: Plan, evidence: Evidence) -> str:
    """``prefecture`` or ``county``: what the study is of, else what the plan is for."""
    if judged_by_above(plan, evidence):
        return "county"
    return "prefecture" if _of_prefecture(plan) or len(_counties(evidence)) > 1 else "county"


def judged_by_above(plan: Plan, evidence: Evidence) -> bool:
    """Whether a study of one county is judged by the plan of its prefecture."""
    counties = _counties(evidence)
    if not _of_prefecture(plan) or len(counties) != 1:
        return False
    return counties[0] not in ((plan.plan.adcode, counties[0][1]), (counties[0][0], plan.plan.region))


def _of_prefecture(plan: Plan) -> bool:
    return plan.plan.adcode.endswith("00")


def _counties(evidence: Evidence) -> list[tuple[str, str]]:
    """Ids and names of the counties that the study is made of."""
    tops = {i for i, _ in evidence.top}
    return [(a.id, a.name) for a in evidence.areas_at("county") if a.id in tops]


def _only_measured(verdict: Verdict) -> Verdict:
    """A permission, a reserve or a draft is measured beside the text's number, never judged."""
    why = verdict.rule_def.measured_only
    if not why or verdict.observed is None or verdict.outcome is Outcome.NO_THRESHOLD:
        return verdict
    facts = {"observed": verdict.shown(verdict.observed), "target": verdict.shown(verdict.target)}
    units = tuple(
        u if u.outcome is Outcome.WAIVED else replace(u, outcome=Outcome.NO_THRESHOLD, state="")
        for u in verdict.units
    )
    return replace(
        verdict, outcome=Outcome.NO_THRESHOLD, reason=Sentence(f"rules.measured_{why}", facts), margin=None,
        flip=None, residents_affected=None, missing_inputs=(), surplus=False, units=units,
    )  # fmt: skip


def _either_way(own: Verdict, others: list[Verdict]) -> Verdict:
    """Settle a clause that may be met either way: the way that passes speaks for the clause.

    Where no way passes, an undecided way leaves the clause undecided.
    """
    if not others or own.outcome is Outcome.PASS:
        return own
    passed = next((o for o in others if o.outcome is Outcome.PASS), None)
    facts = {"own": own.reason, "outcome": own.outcome.sentence}
    if passed is not None:
        reason = Sentence("rules.met_otherwise", {**facts, "rule": passed.rule, "other": passed.reason})
        return replace(passed, rule_def=own.rule_def, reason=reason, measure=passed.rule_def.kind)
    undecided = next((o for o in others if o.outcome is Outcome.NOT_ASSESSED), None)
    if own.outcome is Outcome.FAIL and undecided is not None:
        reason = Sentence(
            "rules.open_otherwise", {**facts, "rule": undecided.rule, "other": undecided.reason}
        )
        missing = undecided.missing_inputs
        return replace(own, outcome=Outcome.NOT_ASSESSED, reason=reason, missing_inputs=missing)
    return own


def by_area(verdict: Verdict, inputs: Inputs, level: str) -> pd.DataFrame:
    """A people-verdict area by area: residents covered, not covered, undecided, and the share.

    Parameters
    ----------
    verdict
        Of a rule about people (radius, time, response).
    inputs
        Those it was judged from: ``analysis.inputs``.
    level
        ``county``, ``town`` or ``village``.

    Returns
    -------
    DataFrame
        Columns area_id, name, residents (in scope or possibly so), covered, not_covered, unsnapped,
        unreachable, no_data, share; one row an area of the level, most uncovered first. Empty for verdicts
        that are not about people.
    """
    parts = ["covered", "not_covered", "unsnapped", "unreachable", "no_data"]
    columns = ["area_id", "name", "residents", *parts, "share"]
    if verdict.people is None or inputs.demand is None:
        return pd.DataFrame(columns=columns)
    above = schema.descendants(inputs.areas, level)
    home = inputs.demand["area_id"].map(dict(above))
    people = inputs.demand["residents"].groupby([home, verdict.people]).sum().unstack(fill_value=0.0)
    areas = inputs.areas[inputs.areas["level"] == level]
    table = people.reindex(index=list(areas["area_id"]), columns=parts, fill_value=0.0).fillna(0.0)
    table = table.rename_axis(None, axis=1).rename_axis("area_id").reset_index()
    table.insert(1, "name", list(areas["name"]))
    table.insert(2, "residents", table[parts].sum(axis=1))
    table["share"] = (table["covered"] / table["residents"]).where(table["residents"] > 0)
    table["_gap"] = table["not_covered"] + table["unreachable"]
    ranked: pd.DataFrame = table.sort_values(["_gap", "area_id"], ascending=[False, True], ignore_index=True)[
        columns
    ]
    return ranked
