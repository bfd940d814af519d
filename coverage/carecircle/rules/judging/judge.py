"""Judging: every rule of a plan against what the study holds, in the plan's order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle.rules.judging.asked import asked_of, judged_by_above
from carecircle.rules.judging.counties import broken_down
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.measures_people import Reached
from carecircle.rules.judging.named import twins
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.ways import judged_each
from carecircle.rules.language.cited import tier
from carecircle.rules.language.consistency import touching
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
    evidence.twins = twins(evidence, plan)
    asked = asked_of(plan, evidence)
    own = broken_down(judged_each(asked, plan, evidence, reached), plan, evidence, reached)
    above = [Sentence("rules.plan_above", {"plan": plan.title})] if judged_by_above(plan, evidence) else []
    alike = _alike(evidence)
    verdicts = []
    for rule in asked:
        verdict = own[rule.id]
        said = [
            Sentence("rules.inconsistent", {"finding": f.sentence})
            for f in touching(plan.disagreements, rule.id)
        ]
        if rule.contradicts:
            others = [f"{o}「{plan.find(o).words}」" for o in rule.contradicts]
            said.append(Sentence("rules.contradicted", {"others": others}))
        said += [near] if (near := tier(rule)) is not None else []
        told = (*verdict.assumptions, *said, *alike, *above)
        year = rule.year or plan.plan.target_year
        verdicts.append(replace(verdict, assumptions=told, target_year=year, language=inputs.study.language))
    return verdicts


def _alike(evidence: Evidence) -> list[Sentence]:
    """Says which rows the plan calls one institution: each is counted once."""
    names = {f.id: f.name for f in evidence.facilities} if evidence.twins else {}
    pairs = [f"{names[first]} = {names[second]}" for second, first in evidence.twins.items()]
    return [Sentence("rules.one_institution", {"names": pairs})] if pairs else []
