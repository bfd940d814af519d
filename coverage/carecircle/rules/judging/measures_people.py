"""Rules about where people live: radius and time, judged in residents; what other people-rules share."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from carecircle.ledgers import LACKING, PeopleLedger
from carecircle.rules.judging.assumed import assumptions_of, by_ground, target_share
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import listing_needs, need, unsure_needs
from carecircle.rules.judging.ground import area_share
from carecircle.rules.judging.groups import missing_group, of_group
from carecircle.rules.judging.ledger import people_ledger, people_status
from carecircle.rules.judging.parts import ByRoad, Flip, Outcome
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.turning import Crowd, pass_at
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.language.query import ReachQuery, alternative_queries, main_query, road_query
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

Reached = Mapping[ReachQuery, pd.DataFrame]
ANY = sys.float_info.max
"""A limit that holds whoever is reached at all."""


def judge_reach(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge a radius or time rule: the share of residents within the limit (inclusive).

    Share = covered / (total - outside). Its upper end counts unsnapped residents and those of unknown
    scope or place as covered; PASS and FAIL are said only where both ends agree.
    """
    lacking = missing_for_reach(rule, evidence, reached)
    query = main_query(rule)
    if lacking or query is None:
        return without_inputs(rule, lacking)
    frame, evidence = reached[query], of_group(rule, evidence)
    if rule.limit is None:
        return _measured(rule, plan, evidence, frame)
    people, ledger = ledger_of(rule, evidence, frame, rule.limit * rule.factor)
    if ledger.in_scope <= 0:
        return empty_scope(rule, people, ledger)
    low = ledger.covered / ledger.in_scope
    high = math.fsum([ledger.covered, ledger.unplaced, ledger.no_data]) / ledger.in_scope
    target, source = target_share(rule, evidence)
    outcome = decide(low, high, ">=", target)
    unsure = unsure_of(rule, evidence)
    if outcome is Outcome.FAIL and unsure:
        outcome, high = Outcome.NOT_ASSESSED, 1.0
    undecided = outcome is Outcome.NOT_ASSESSED
    sure = all(any(held for _, held in evidence.among(wanted)) for wanted in rule.served_by)
    if not sure and outcome is not Outcome.PASS:
        return _none_listed(rule, evidence, outcome, people, ledger, unsure if undecided else ())
    return Verdict(
        rule_def=rule,
        outcome=outcome,
        reason=_reason(rule, outcome, ledger, low, high, bool(unsure)),
        observed=low,
        target=target,
        target_source=source,
        margin=margin(low, outcome, ">=", target),
        flip=_flip(rule, evidence, frame, ledger, target),
        by_road=_by_road(rule, evidence, reached, people),
        alternatives=tuple(_alternatives(rule, evidence, reached)),
        residents_affected=None if unsure and undecided else ledger.lacking,
        ledger=ledger,
        open_listing=bool(unsure),
        missing_inputs=(*(settling(rule, ledger) if undecided else ()), *(unsure if undecided else ())),
        assumptions=(
            *assumptions_of(rule, plan, evidence, source),
            *_on_the_ground(rule, evidence),
            *_over_open_ground(rule, evidence, reached),
        ),
        people=people,
    )


def _none_listed(
    rule: Rule, evidence: Evidence, outcome: Outcome, people: pd.Series, ledger: PeopleLedger,
    missing: tuple[Sentence, ...],
) -> Verdict:  # fmt: skip
    """The verdict where no facility surely is of the kind: nobody lacks a way, there is nowhere to go."""
    open_ = outcome is Outcome.NOT_ASSESSED
    target, source = target_share(rule, evidence)
    return Verdict(
        rule_def=rule, outcome=outcome,
        reason=Sentence("rules.lacks" if missing else "rules.none_listed", {"needs": list(missing)}),
        observed=None if open_ else 0.0, target=target, target_source=source,
        margin=None if open_ else margin(0.0, outcome, ">=", target),
        residents_affected=None if open_ else ledger.lacking, ledger=ledger, missing_inputs=missing,
        open_listing=bool(missing), people=people,
    )  # fmt: skip


def missing_for_reach(rule: Rule, evidence: Evidence, reached: Reached) -> tuple[Sentence, ...]:
    """The evidence without which a rule about reach cannot be judged."""
    found = []
    if not evidence.has_residents:
        found.append(need("residents"))
    found += missing_group(rule, evidence)
    if not evidence.has_facilities:
        found.append(need("facilities"))
    query = main_query(rule)
    by_road = query is not None and query.metric != "straight_m"
    if query not in reached and (not found or (by_road and evidence.inputs.edges is None)):
        found.append(need("roads"))
    return tuple(found)


def without_inputs(rule: Rule, lacking: tuple[Sentence, ...]) -> Verdict:
    """The verdict of a rule that lacks what it is judged from."""
    return Verdict(
        rule_def=rule,
        outcome=Outcome.NOT_ASSESSED,
        reason=Sentence("rules.lacks", {"needs": list(lacking)}),
        target=rule.target,
        target_source=rule.target_source,
        missing_inputs=lacking,
    )


def empty_scope(rule: Rule, people: pd.Series, ledger: PeopleLedger) -> Verdict:
    """The verdict where nobody lives whom the rule speaks of."""
    missing = (need("urban"),) if rule.scope != "all" else (need("residents"),)
    reason = Sentence("rules.no_residents_in_scope", {"scope": Sentence(f"rules.scope_{rule.scope}")})
    return Verdict(
        rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=reason, target=rule.target,
        target_source=rule.target_source, ledger=ledger, missing_inputs=missing, people=people,
    )  # fmt: skip


def ledger_of(
    rule: Rule, evidence: Evidence, frame: pd.DataFrame, limit: float
) -> tuple[pd.Series, PeopleLedger]:
    """What became of each resident under a rule, and the sums."""
    people = _people(rule, evidence, frame, limit)
    ledger = evidence.inputs.ledger
    assert ledger is not None  # residents come with their ledger
    return people, people_ledger(evidence.demand, people, ledger, ground=by_ground(rule, evidence))


def _people(rule: Rule, evidence: Evidence, frame: pd.DataFrame, limit: float) -> pd.Series:
    return people_status(evidence.demand, frame, limit=limit, in_scope=evidence.in_scope(rule.scope))


def _measured(rule: Rule, plan: Plan, evidence: Evidence, frame: pd.DataFrame) -> Verdict:
    """A rule without a number: the residents-weighted mean distance or time is reported, nothing judged."""
    unit = rule.limit_unit or "min"
    people, ledger = ledger_of(rule, evidence, frame, ANY)
    if ledger.in_scope <= 0:
        return empty_scope(rule, people, ledger)
    there = people == "covered"
    weights = evidence.demand["residents"][there]
    mean = None
    if ledger.covered > 0:
        mean = math.fsum(weights * frame["cost"][there]) / ledger.covered / rule.factor
    unsure = unsure_of(rule, evidence)
    reason = Sentence("rules.no_number", {"mean": shown(mean, unit), "residents": ledger.covered})
    if unsure and mean is None:
        reason = Sentence("rules.lacks", {"needs": list(unsure)})
    said = assumptions_of(rule, plan, evidence, "plan")
    if unsure and mean is not None:
        said = (*said, Sentence("rules.measured_to_known", {"needs": list(unsure)}))
    return Verdict(
        rule_def=rule, outcome=Outcome.NO_THRESHOLD, reason=reason, observed=mean, unit=unit, ledger=ledger,
        assumptions=said, people=people,
    )  # fmt: skip


def _reason(
    rule: Rule, outcome: Outcome, ledger: PeopleLedger, low: float, high: float, unsure: bool
) -> Sentence:
    open_ = outcome is Outcome.NOT_ASSESSED
    parts = people_parts(ledger, *(("unplaced", "no_data") if open_ else ("beyond", "no_way")))
    facts = {
        "covered": ledger.covered, "in_scope": ledger.in_scope, "share": shown(low, "share"),
        "high": shown(high, "share"), "limit": shown(rule.limit, rule.limit_unit),
        "parts": [*parts, *([Sentence("rules.part_tables")] if unsure else [])],
    }  # fmt: skip
    return Sentence(f"rules.people_{outcome.value.lower()}", facts)


def people_parts(ledger: PeopleLedger, *boxes: str) -> list[Sentence]:
    """How many residents are in some boxes of a ledger, those in which there is nobody left out.

    Parameters
    ----------
    ledger
        Of the verdict.
    boxes
        ``beyond`` the limit, without a way (``no_way``), ``unplaced`` (off the roads, on closed ground),
        ``no_data``: in this order in the sentence.
    """
    counts = {
        "beyond": {"beyond": ledger.not_covered},
        "no_way": {"no_way": ledger.no_way},
        "unplaced": {"off_roads": ledger.unsnapped, "closed": ledger.closed or 0.0},
        "no_data": {"no_data": ledger.no_data},
    }
    return [Sentence(f"rules.part_{at}", {"n": n}) for box in boxes for at, n in counts[box].items() if n > 0]


def settling(rule: Rule, ledger: PeopleLedger) -> tuple[Sentence, ...]:
    """What would settle a verdict that residents off the roads or of unknown place leave open."""
    found = []
    if ledger.unsnapped > 0:
        found.append(need("roads_near", residents=ledger.unsnapped))
    if ledger.closed:
        found.append(need("open_ground", residents=ledger.closed))
    if ledger.no_data > 0:
        found.append(need("urban") if rule.scope != "all" else need("places"))
    return tuple(found)


def unsure_of(rule: Rule, evidence: Evidence) -> tuple[Sentence, ...]:
    """What the facility table leaves open about the facilities of a rule."""
    found: list[Sentence] = []
    for wanted in rule.served_by:
        counted = evidence.among(wanted)
        unknown = [f for f, held in counted if held is None]
        placeless = [f for f, held in counted if held is not False and not f.placed]
        found += [*unsure_needs(wanted, unknown), *listing_needs(evidence, wanted)]
        if placeless:
            found.append(need("coordinates", lacking=len(placeless), name=placeless[0].name))
    return tuple(dict.fromkeys(found))


def _flip(rule: Rule, evidence: Evidence, frame: pd.DataFrame, ledger: PeopleLedger, target: float) -> Flip:
    """The smallest limit that holds the target share, and the residents between here and there."""
    there = (_people(rule, evidence, frame, ANY) == "covered").to_numpy()
    residents = evidence.demand["residents"].to_numpy(float)[there]
    at = pass_at(Crowd(residents, 0.0, ledger.in_scope, target), frame["cost"].to_numpy(float)[there])
    limit = at / rule.factor if math.isfinite(at) else None
    return Flip(limit, abs(math.fsum([target * ledger.in_scope, -ledger.covered])))


def _by_road(rule: Rule, evidence: Evidence, reached: Reached, on_paper: pd.Series) -> ByRoad | None:
    query = road_query(rule)
    if query is None or query not in reached or rule.limit is None:
        return None
    people, ledger = ledger_of(rule, evidence, reached[query], rule.limit * rule.factor)
    fails = people.isin(LACKING) & (on_paper == "covered")
    return ByRoad(
        observed=ledger.covered / ledger.in_scope,
        residents_affected=ledger.lacking,
        paper_only=math.fsum(evidence.demand["residents"][fails]),
    )


def _alternatives(rule: Rule, evidence: Evidence, reached: Reached) -> list[tuple[str, float]]:
    found = []
    for query in alternative_queries(rule):
        mode = query.legs[0].mode
        if query in reached and rule.limit is not None and mode is not None:
            _, ledger = ledger_of(rule, evidence, reached[query], rule.limit * rule.factor)
            found.append((mode, ledger.covered / ledger.in_scope))
    return found


def _over_open_ground(rule: Rule, evidence: Evidence, reached: Reached) -> tuple[Sentence, ...]:
    """Residents who live off every road and are covered: only because the ground is crossed."""
    query = road_query(rule) if rule.metric == "straight_m" else main_query(rule)
    frame = None if query is None else reached.get(query)
    if frame is None or "off_road" not in frame or rule.limit is None:
        return ()
    people, ledger = ledger_of(rule, evidence, frame, rule.limit * rule.factor)
    only = math.fsum(evidence.demand["residents"][(people == "covered") & frame["off_road"].to_numpy()])
    if only == 0:
        return ()
    rest = max(math.fsum([ledger.covered, -only]), 0.0)
    facts = {
        "residents": only, "share": shown(ledger.covered / ledger.in_scope, "share"),
        "rest": shown(rest / ledger.in_scope, "share"), "max_snap_m": evidence.study.assumptions.max_snap_m,
    }  # fmt: skip
    return (Sentence(f"rules.ground_only{'_by_road' if rule.metric == 'straight_m' else ''}", facts),)


def _on_the_ground(rule: Rule, evidence: Evidence) -> tuple[Sentence, ...]:
    """The share of the area beside the share of the residents, for a straight-line radius."""
    share = area_share(rule, evidence) if rule.metric == "straight_m" else None
    return () if share is None else (Sentence("rules.area_share", {"share": shown(share, "share")}),)
