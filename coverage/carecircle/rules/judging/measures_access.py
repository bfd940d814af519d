"""How much care residents have once everybody shares it: the mean of an access measure over residents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.access.decay import binary
from carecircle.access.measures import measure_of
from carecircle.rules.judging.assumed import assumptions_of
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import attribute_name, need
from carecircle.rules.judging.measures_people import (
    ANY,
    Reached,
    empty_scope,
    ledger_of,
    missing_for_reach,
    settling,
    unsure_of,
    without_inputs,
)
from carecircle.rules.judging.parts import Outcome
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.language.query import main_query
from carecircle.rules.language.rule import Rule
from carecircle.schema import every_column
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

_DEFAULT = "two_step_fca"
_PLACED = ("covered", "not_covered", "unreachable", "cut_off")
Array = np.ndarray[Any, Any]


def judge_access(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Measure what residents have within the catchment, and judge its mean where the plan gives a number.

    All residents of the study share the supply; the mean is over those in the rule's scope, and whoever
    reaches none has 0. Residents who cannot be placed may have nothing or as much as anybody; a facility
    that does not say what it offers counts 0, so that it can only raise the mean.
    """
    lacking = missing_for_reach(rule, evidence, reached)
    query = main_query(rule)
    if lacking or query is None or rule.limit is None:
        return without_inputs(rule, lacking)
    frame = reached[query]
    people, ledger = ledger_of(rule, evidence, frame, ANY)
    if ledger.in_scope <= 0:
        return empty_scope(rule, people, ledger)
    value, blank = _values(rule, evidence, frame, rule.limit * rule.factor)
    among = people.isin(_PLACED).to_numpy()
    residents = evidence.demand["residents"].to_numpy(float)
    held = math.fsum(value[among] * residents[among])
    unknown = math.fsum([ledger.unplaced, ledger.no_data])
    low = held / ledger.in_scope
    high = (held + unknown * float(value.max(initial=0.0))) / ledger.in_scope
    facts: dict[str, object] = {
        "mean": shown(low, unit_of(rule)), "limit": shown(rule.limit, rule.limit_unit),
        "none": math.fsum(residents[among & (value <= 0)]), "residents": ledger.in_scope,
    }  # fmt: skip
    notes = assumptions_of(rule, plan, evidence, "plan")
    if rule.target is None:
        return Verdict(
            rule_def=rule, outcome=Outcome.NO_THRESHOLD, reason=Sentence("rules.access_measured", facts),
            observed=low, unit=unit_of(rule), ledger=ledger, missing_inputs=blank, assumptions=notes,
            people=people,
        )  # fmt: skip
    comparison, target = rule.asked
    assert target is not None
    facts["target"] = shown(target, unit_of(rule))
    outcome = decide(low, high, comparison, target)
    unsure = (*blank, *unsure_of(rule, evidence))
    if outcome is Outcome.FAIL and unsure:
        outcome = Outcome.NOT_ASSESSED
    open_ = outcome is Outcome.NOT_ASSESSED
    return Verdict(
        rule_def=rule, outcome=outcome,
        reason=Sentence(f"rules.access_{outcome.value.lower()}", facts),
        observed=low, target=rule.target, unit=unit_of(rule), comparison=comparison,
        margin=margin(low, outcome, comparison, target), ledger=ledger,
        missing_inputs=(*settling(rule, ledger), *unsure) if open_ else (), open_listing=bool(unsure),
        assumptions=notes, people=people,
    )  # fmt: skip


def unit_of(rule: Rule) -> str:
    """So many per so many residents; of what is merely within reach a number."""
    if (rule.measure or _DEFAULT) == "cumulative" or rule.per == 1:
        return "number"
    return f"per_{rule.per:g}_residents"


def _values(
    rule: Rule, evidence: Evidence, frame: pd.DataFrame, limit: float
) -> tuple[Array, tuple[Sentence, ...]]:
    """The measure at every place, and what the facility table leaves blank."""
    offering = [f for f, held in evidence.among(rule.facilities) if held and every_column(f.id) in frame]
    supply = [f.figure(rule.numerator) if rule.numerator else 1.0 for f in offering]
    lacking = sum(amount is None for amount in supply)
    facts = {"attribute": attribute_name(rule.numerator), "lacking": lacking, "of": len(supply)}
    blank = (need("attribute", **facts),) if lacking else ()
    if not offering:
        return np.zeros(len(frame)), blank
    minutes = frame[[every_column(f.id) for f in offering]].to_numpy(float)
    amounts = np.array([0.0 if a is None else a for a in supply])
    measure = measure_of(rule.measure or _DEFAULT)
    residents = evidence.demand["residents"].to_numpy(float)
    per = 1.0 if measure.name == "cumulative" else rule.per
    return per * measure.function(minutes, amounts, residents, decay=binary(limit)), blank
