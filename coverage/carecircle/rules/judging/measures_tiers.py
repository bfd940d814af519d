"""The residents' way through the tiers: to the nearest facility, and on to where it refers them."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import numpy as np

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.measures_people import Reached, empty_scope, ledger_of, settling, unsure_of
from carecircle.rules.judging.parts import Outcome
from carecircle.rules.judging.referring import Referrals
from carecircle.rules.judging.referring_said import Found, detours, lacks, longest, no_way, referral, unit_of
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.language.referring import referral_query
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    import pandas as pd


def judge_tiers(rule: Rule, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge the residents' way to the nearest of the rule's facilities and on from there.

    Parameters
    ----------
    rule
        Its own facilities are the first the residents go to; ``to`` receive in the end.
    evidence
        Of the study.
    reached
        The answers to `referral_queries`.

    Returns
    -------
    Verdict
        The share within the limit (the mean without one) beside that of the direct way, which is no longer
        for anybody; a way that is unknown lies between never and the direct one.
    """
    first, direct = (reached[referral_query(rule, what)] for what in ("first", "direct"))
    ways, known = Referrals(rule, evidence, reached), {f.id: f for f in evidence.facilities}
    found = [(known[i], ways.way(known[i])) for i in sorted(set(first["facility_id"].dropna()))]
    through, blank = _through(first, found)
    limit = sys.float_info.max if rule.limit is None else rule.limit * rule.factor
    people, ledger = ledger_of(rule, evidence, through, limit)
    if ledger.in_scope <= 0:
        return empty_scope(rule, people, ledger)
    rows = tuple(referral(*pair) for pair in found)
    notes = (*detours(found), *longest(found), *no_way(found))
    missing = (*lacks(found), *settling(rule, ledger))
    weight = evidence.demand["residents"].to_numpy(float)
    if rule.limit is None:
        there = (people == "covered").to_numpy()
        mean = (
            math.fsum(weight[there] * through["cost"].to_numpy()[there]) / ledger.covered
            if there.any()
            else None
        )
        facts = {"mean": shown(mean, "min"), "residents": ledger.covered}
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED if mean is None else Outcome.NO_THRESHOLD,
            reason=Sentence("rules.no_number", facts), observed=None if mean is None else mean / rule.factor,
            unit=unit_of(rule), ledger=ledger, people=people, referrals=rows,
            missing_inputs=missing if mean is None else (), assumptions=notes,
        )  # fmt: skip
    share = ledger.covered / ledger.in_scope
    _, straight = ledger_of(rule, evidence, direct, limit)
    facts = {
        "share": shown(share, "share"), "direct": shown(straight.covered / ledger.in_scope, "share"),
        "limit": shown(rule.limit, rule.limit_unit),
        "residents": max(0.0, straight.covered - ledger.covered),
    }  # fmt: skip
    likely = weight[blank & (direct["cost"].to_numpy(float) <= limit)]
    high = share + math.fsum([*likely, ledger.unplaced, ledger.no_data]) / ledger.in_scope
    target = rule.target if isinstance(rule.target, float) else None
    outcome = Outcome.NO_THRESHOLD if target is None else decide(share, high, ">=", target)
    unsure = unsure_of(rule, evidence)
    if unsure and (outcome is Outcome.FAIL or rule.via) and target is not None:
        outcome = Outcome.NOT_ASSESSED
    undecided = outcome is Outcome.NOT_ASSESSED
    return Verdict(
        rule_def=rule, outcome=outcome, reason=Sentence("rules.referral_tiers", facts), observed=share,
        target=target, target_source=rule.target_source,
        margin=None if target is None else margin(share, outcome, ">=", target),
        residents_affected=None if undecided or target is None else ledger.lacking, ledger=ledger,
        open_listing=bool(unsure), missing_inputs=(*missing, *unsure) if undecided else (),
        assumptions=notes, people=people, referrals=rows,
    )  # fmt: skip


def _through(first: pd.DataFrame, found: Found) -> tuple[pd.DataFrame, np.ndarray]:
    """The frame of the whole way, and who is sent on by a way that is unknown (reached never, so far)."""
    after = {f.id: math.nan if way.minutes is None else way.minutes for f, way in found}
    onward = first["facility_id"].map(after).to_numpy(float)
    sent = first["facility_id"].notna().to_numpy()
    blank, shut = sent & np.isnan(onward), sent & np.isinf(onward)
    cost = np.where(blank | shut, np.inf, first["cost"].to_numpy(float) + np.nan_to_num(onward, posinf=0.0))
    status = np.where(shut, "one_way", first["status"].to_numpy(object))
    return first.assign(cost=cost, status=status), blank
