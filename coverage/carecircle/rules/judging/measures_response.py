"""How long help takes: a floor as if an ambulance were always free, and with ambulances that are busy."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.emergency.larson import larson
from carecircle.emergency.made import busy_share
from carecircle.emergency.response import Response, Service, response, weighted_quantile
from carecircle.emergency.turning import turning_share
from carecircle.ledgers import PeopleLedger
from carecircle.rules.judging.assumed import assumptions_of
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import need
from carecircle.rules.judging.measures_people import (
    ANY,
    Reached,
    empty_scope,
    ledger_of,
    missing_for_reach,
    people_parts,
    settling,
    unsure_of,
    without_inputs,
)
from carecircle.rules.judging.parts import ByBusy, Flip, Outcome
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.stations import called, service_of, stations_assumed
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.language.query import main_query
from carecircle.rules.language.rule import Rule
from carecircle.schema import every_column
from carecircle.study import Emergency
from carecircle.study.emergency import units_of
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

Array = np.ndarray[Any, Any]
UNSNAPPED_TOLERATED = 0.01
"""A mean may leave out this share of residents who cannot be placed on a road."""
_SHARES = (0.2, 0.4, 0.6)
_YEAR_MIN = 365 * 24 * 60


def judge_response(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge a response rule: call, dispatch, turn-out and way, the mean or the 90th percentile.

    With an ambulance always free at every station the response is a floor: above the limit it fails the rule.
    It cannot pass it: that takes the study's calls, which say how busy the ambulances are. Anyone
    unreachable fails the rule, and so do unsnapped residents beyond 1 % of the scope; residents of unknown
    place or scope beyond that leave it undecided.
    """
    lacking = missing_for_reach(rule, evidence, reached)
    query = main_query(rule)
    if lacking or query is None or rule.limit is None:
        return replace(without_inputs(rule, lacking), unit="min", comparison="<=")
    stages = evidence.study.emergency
    frame = called(reached[query], stages.call_min + stages.dispatch_min)
    people, ledger = ledger_of(rule, evidence, frame, ANY)
    if ledger.in_scope <= 0:
        return replace(empty_scope(rule, people, ledger), unit="min", comparison="<=")
    there = people == "covered"
    floor = _static(rule, frame["cost"][there], evidence.demand["residents"][there], ledger)
    busy = None if floor is None else _by_busy(rule, evidence, frame, there, ledger, floor)
    tolerated = UNSNAPPED_TOLERATED * ledger.in_scope
    unreached = ledger.lacking
    left_out = unreached > 0 or ledger.unplaced > tolerated
    unsure = unsure_of(rule, evidence)
    outcome, key = _outcome(floor, busy, rule.limit, left_out, ledger.no_data > tolerated, bool(unsure))
    observed = floor if busy is None or busy.observed is None else busy.observed
    late = math.fsum(evidence.demand["residents"][there & (frame["cost"] > rule.limit)])
    open_ = outcome is Outcome.NOT_ASSESSED
    calls = (need("calls"),) if key == "response_calls" else ()
    return Verdict(
        rule_def=rule,
        outcome=outcome,
        reason=_reason(rule, key, floor, busy, ledger, unsure),
        observed=observed,
        target=rule.limit,
        unit="min",
        comparison="<=",
        margin=None if observed is None else margin(observed, outcome, "<=", rule.limit),
        flip=Flip(None if left_out else observed, None),
        residents_affected=None if open_ and unsure else math.fsum([late, unreached]),
        ledger=ledger,
        by_busy=busy,
        open_listing=bool(unsure),
        missing_inputs=(*settling(rule, ledger), *calls, *unsure) if open_ else (),
        assumptions=(
            *assumptions_of(rule, plan, evidence, "plan"),
            *stages.told("call_min", "dispatch_min", "turnout_min"),
            *(_busy_told(busy, stages)),
            *stations_assumed(evidence, frame["facility_id"][there]),
        ),
        people=people,
    )


_PEOPLE = {
    "response_unreached": ("no_way", "unplaced"),
    "response_nobody": ("no_way", "unplaced", "no_data"),
    "response_undecided": ("no_data",),
}
"""The residents that a sentence speaks of."""


def _reason(
    rule: Rule, key: str, floor: float | None, busy: ByBusy | None, ledger: PeopleLedger,
    unsure: tuple[Sentence, ...],
) -> Sentence:  # fmt: skip
    if key == "response_nobody" and unsure:
        return Sentence("rules.lacks", {"needs": list(unsure)})
    parts = people_parts(ledger, *_PEOPLE.get(key, ()))
    parts += [Sentence("rules.part_tables")] if key == "response_undecided" and unsure else []
    known = busy is not None and busy.observed is not None
    turns = busy.turns_at if busy is not None else None
    facts = {
        "statistic": Sentence(f"rules.statistic_{rule.statistic or 'mean'}"),
        "mean": shown(floor, "min"), "parts": parts, "limit": shown(rule.limit, "min"),
        "observed": shown(busy.observed if busy is not None and known else floor, "min"),
        "busy": shown(busy.busy if busy is not None else None, "share"),
        "turns": Sentence("rules.turns_never") if turns is None else shown(turns, "share"),
    }  # fmt: skip
    return Sentence(f"rules.{key}", facts)


def _static(rule: Rule, cost: pd.Series, weight: pd.Series, ledger: PeopleLedger) -> float | None:
    """Minutes if an ambulance were always free; None where nobody is reached."""
    if not ledger.covered > 0:
        return None
    if rule.statistic == "p90":
        return weighted_quantile(cost.to_numpy(float), weight.to_numpy(float), 0.9)
    return math.fsum(weight * cost) / ledger.covered


def _outcome(
    floor: float | None, busy: ByBusy | None, limit: float, left_out: bool, open_: bool, unsure: bool
) -> tuple[Outcome, str]:
    """What a response rule comes to, and the sentence that says why.

    ``floor`` is None where nobody is reached: there is nothing to take a mean of.
    """
    if left_out:
        outcome, key = Outcome.FAIL, "response_unreached"
    elif open_ or floor is None:
        outcome, key = Outcome.NOT_ASSESSED, "response_undecided"
    elif floor > limit:
        outcome, key = Outcome.FAIL, "response_floor"
    elif busy is None:
        outcome, key = Outcome.NOT_ASSESSED, "response_pairs"
    elif busy.busy is None:
        outcome, key = Outcome.NOT_ASSESSED, "response_calls"
    elif busy.observed is None:
        outcome, key = Outcome.FAIL, "response_overrun"
    else:
        outcome, key = decide(busy.observed, busy.observed, "<=", limit), "response_busy"
    if outcome is Outcome.FAIL and unsure:
        outcome, key = Outcome.NOT_ASSESSED, "response_undecided"
    return outcome, "response_nobody" if floor is None else key


def _by_busy(
    rule: Rule, evidence: Evidence, frame: pd.DataFrame, there: pd.Series, ledger: PeopleLedger, floor: float
) -> ByBusy | None:
    """The response beside how busy the ambulances are; None where not every station's ways are known."""
    assert rule.limit is not None
    stages = evidence.study.emergency
    stations = [f for f in evidence.facilities if every_column(f.id) in frame.columns]
    counts = [units_of(f.attributes) for f in stations]
    units = [1 if count is None else count for count in counts]
    if not sum(units):
        return None
    once = there.to_numpy() & (evidence.demand["residents"].to_numpy(float) > 0)
    ways = frame.loc[once, [every_column(f.id) for f in stations]].to_numpy(float)
    minutes = np.repeat(ways, units, axis=1) + (stages.call_min + stages.dispatch_min)
    weight = evidence.demand["residents"].to_numpy(float)[once]
    service = _service(stages, frame.loc[once], weight, evidence)

    def at(share: float, **model: Any) -> float:
        found: Response = response(minutes, weight, busy_share=share, service_min=service, **model)
        return found.p90 if rule.statistic == "p90" else found.mean

    busy = None
    if stages.calls_per_1000_year is not None:
        calls = stages.calls_per_1000_year * ledger.in_scope / 1000 / _YEAR_MIN
        busy = busy_share(minutes, weight, calls_a_min=calls, service=service)
    exact = response(minutes[:1], weight[:1], busy_share=0, service_min=service).busy.exact
    return ByBusy(
        busy=busy,
        observed=None if busy is None or busy >= 1 else at(busy),
        always_free=floor,
        **{f"at_{round(100 * share)}": at(share) for share in _SHARES},
        turns_at=turning_share(lambda share: at(share, model=larson), rule.limit, exact=at),
        ambulances=sum(units),
        model="hypercube" if exact else "larson",
    )


def _service(stages: Emergency, frame: pd.DataFrame, weight: Array, evidence: Evidence) -> Service:
    """Minutes that a call keeps an ambulance, from the minutes that the one which answers takes."""
    start = evidence.start_minutes("turnout", frame["facility_id"])
    return service_of(stages, float(weight @ start / weight.sum()))


def _busy_told(busy: ByBusy | None, stages: Emergency) -> list[Sentence]:
    """How busy the ambulances are, by which model, and what it rests on."""
    if busy is None:
        return []
    figures = stages.told("calls_per_1000_year", "scene_min", "handover_min", "transported_share")
    at = [
        Sentence("rules.at_busy", {"busy": shown(share, "share"), "minutes": shown(minutes, "min")})
        for share, minutes in zip((0.0, *_SHARES), (busy.always_free, busy.at_20, busy.at_40, busy.at_60),
                                  strict=True)
    ]  # fmt: skip
    model = Sentence(f"rules.busy_{busy.model}")
    return [
        Sentence("rules.by_busy", {"at": at, "ambulances": busy.ambulances, "model": model}),
        Sentence("rules.busy_rests_on", {"figures": figures}),
    ]
