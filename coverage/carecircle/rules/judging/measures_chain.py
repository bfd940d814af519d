"""The whole way of an emergency: call, dispatch, turn-out, way to the patient, scene, way to the hospital."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.measures_people import Reached, judge_reach
from carecircle.rules.judging.parts import ChainPart
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.stations import called, stations_assumed
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.language.query import ReachQuery, alternative_queries, main_query
from carecircle.rules.language.rule import Rule
from carecircle.schema import leg_column
from carecircle.study import Emergency
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan
    from carecircle.study import Emergency

Array = np.ndarray[Any, Any]
_FIXED = ("call", "dispatch", "scene")


def judge_chain(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge a chain rule: the share of residents whose whole chain is within the limit (inclusive).

    T = call + dispatch + the least of every station's turn-out and way to the patient + scene + the least of
    the ways to a hospital. The legs meet at the patient, so that each least may be sought for itself.
    """
    query = main_query(rule)
    assert query is not None
    fixed = fixed_stages(evidence.study.emergency, receives=rule.receives)
    passing = sum(fixed.values())
    asked = [q for q in (query, *alternative_queries(rule)) if q in reached]
    verdict = judge_reach(rule, plan, evidence, {q: called(reached[q], passing) for q in asked})
    used = ("call_min", "dispatch_min", "muster_min" if rule.mustering else "turnout_min")
    told = evidence.study.emergency.told(*used, *(["scene_min"] if rule.receives else []))
    if query not in asked or verdict.people is None or verdict.ledger is None or not verdict.ledger.in_scope:
        return replace(verdict, assumptions=(*verdict.assumptions, *told))
    parts, station = _parts(rule, evidence, query, reached[query], verdict, fixed)
    said = [*told, *_said(parts), *stations_assumed(evidence, station)]
    return replace(verdict, stages=parts, assumptions=(*verdict.assumptions, *said))


def passing_minutes(rule: Rule, stages: Emergency) -> float:
    """Minutes of a rule that pass for everybody beside the ways and the turn-out; 0 where it is no chain.

    Parameters
    ----------
    rule
        Of any kind.
    stages
        The study's.

    Returns
    -------
    float
        Call, dispatch and, where the patient is brought to a hospital, scene.
    """
    if not rule.stations:
        return 0.0
    return sum(fixed_stages(stages, receives=bool(rule.receives)).values())


def fixed_stages(stages: Emergency, *, receives: bool) -> dict[str, float]:
    """The stages that take everybody as long.

    Parameters
    ----------
    stages
        The study's.
    receives
        Whether the chain goes on to a hospital: then the scene is among them.

    Returns
    -------
    dict
        Minutes by stage.
    """
    at_scene = {"scene": stages.scene_min} if receives else {}
    return {"call": stages.call_min, "dispatch": stages.dispatch_min, **at_scene}


def _parts(
    rule: Rule, evidence: Evidence, query: ReachQuery, frame: pd.DataFrame, verdict: Verdict,
    fixed: dict[str, float],
) -> tuple[tuple[ChainPart, ...], pd.Series]:  # fmt: skip
    """Every stage with its mean minutes and what the clause would be with it changed; each station."""
    assert verdict.people is not None
    whole = verdict.people.isin(["covered", "not_covered"]).to_numpy() & np.isfinite(frame["cost"].to_numpy())
    frame = frame[whole]
    weight = evidence.demand["residents"].to_numpy(float)[whole]
    several = len(query.legs) > 1
    station = frame[leg_column(1, "facility_id") if several else "facility_id"]
    out = frame[leg_column(1, "cost") if several else "cost"].to_numpy(float)
    start = evidence.start_minutes(query.legs[0].start, station)
    minutes: dict[str, Array] = {
        "call": np.full(len(frame), fixed["call"]), "dispatch": np.full(len(frame), fixed["dispatch"]),
        "turnout": start, "to_patient": out - start,
    }  # fmt: skip
    if several:
        minutes["scene"] = np.full(len(frame), fixed["scene"])
        minutes["to_hospital"] = frame[leg_column(2, "cost")].to_numpy(float)
    total = np.sum([*minutes.values()], axis=0)
    parts = [
        ChainPart(
            name,
            float(weight @ part / weight.sum()) if weight.sum() > 0 else 0.0,
            _share(rule, verdict, total - part / 2, weight),
            _turns_at(rule, verdict, name, fixed),
        )
        for name, part in minutes.items()
    ]
    return tuple(parts), station


def _share(rule: Rule, verdict: Verdict, minutes: Array, weight: Array) -> float | None:
    """Share of the residents in scope whose chain takes so many minutes at most."""
    if rule.limit is None or verdict.ledger is None:
        return None
    return float(weight[minutes <= rule.limit * rule.factor].sum() / verdict.ledger.in_scope)


def _turns_at(rule: Rule, verdict: Verdict, name: str, fixed: dict[str, float]) -> float | None:
    """Minutes of a stage that is one figure for everybody at which the clause would turn."""
    if name not in _FIXED or rule.limit is None or verdict.flip is None or verdict.flip.limit is None:
        return None
    at = fixed[name] + (rule.limit - verdict.flip.limit) * rule.factor
    return at if at >= 0 else None


def _said(parts: tuple[ChainPart, ...]) -> list[Sentence]:
    """The stages and what each would change, in words."""

    def stage(part: ChainPart, value: Sentence) -> Sentence:
        return Sentence("rules.stage", {"stage": Sentence(f"rules.stage_{part.name}"), "value": value})

    total = sum(part.minutes for part in parts)
    each = [stage(part, shown(part.minutes, "min")) for part in parts]
    said = [Sentence("rules.chain_parts", {"total": shown(total, "min"), "parts": each})]
    halved = [stage(part, shown(part.halved, "share")) for part in parts if part.halved is not None]
    if halved:
        said.append(Sentence("rules.chain_halved", {"parts": halved}))
    turns = [stage(part, shown(part.turns_at, "min")) for part in parts if part.turns_at is not None]
    if turns:
        said.append(Sentence("rules.chain_turns", {"parts": turns}))
    return said
