"""What the page carries of every clause: its figures, its words and its units, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from carecircle.certainty import sureness
from carecircle.outputs import telling
from carecircle.rules.kinds import kind_of
from carecircle.rules.language.query import main_query, road_query
from carecircle.texts import LANGUAGES, Sentence, wording

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import ReachQuery, Verdict


def words() -> dict[str, dict[str, str]]:
    """The page's own sentences, by the key under which its script asks for them."""
    return {
        key.partition(".")[2]: dict(forms)
        for key, forms in wording().items()
        if key.startswith(("outputs.page_", "layers.page_", "gap.page_"))
    }


def clause(
    analysis: Analysis, verdict: Verdict, numbers: Mapping[ReachQuery, int], asked: list[int]
) -> dict[str, Any]:
    """One verdict as the page shows it; ``numbers`` are the positions of the queries in the page."""
    rule, kind = verdict.rule_def, kind_of(verdict.rule_def)
    query, road = main_query(rule), road_query(rule)
    limit = rule.limit * rule.factor if rule.limit is not None else None
    judged = telling.counts_people(verdict)
    tried = judged and bool(kind.people) and rule.statistic != "p90" and rule.of_everybody
    stages = analysis.study.emergency
    straight = rule.metric == "straight_m"
    return {
        "rule": verdict.rule,
        "cited": _cited(analysis, verdict).both(),
        "quote": verdict.quote,
        "kind": rule.kind,
        "byMean": kind.people == "mean",
        "title": telling.title(verdict).both(),
        "outcome": verdict.outcome.value,
        "state": verdict.state,
        "mark": telling.mark(verdict),
        "modality": Sentence(f"outputs.modality_{rule.modality}").both(),
        "softeners": list(rule.softeners),
        "result": telling.result(verdict).both(),
        "reason": verdict.reason.both(),
        "onTrack": None if verdict.progress is None else verdict.progress.both(),
        "observed": verdict.shown(verdict.observed).both(),
        "target": telling.target(verdict).both(),
        "targetSource": Sentence(f"outputs.target_{verdict.target_source}").both()
        if verdict.target is not None
        else None,
        "margin": verdict.shown_margin.both() if verdict.margin is not None else None,
        "flip": None if (turn := telling.flip(verdict)) is None else turn.both(),
        "stands": [s.both() for s in (*sureness(analysis, verdict), telling.periods(verdict)) if s],
        "affected": verdict.residents_affected or 0.0,
        "share": verdict.observed if judged and verdict.unit == "share" else None,
        "shareTarget": verdict.target
        if verdict.unit == "share" and isinstance(verdict.target, float | int)
        else None,
        "byRoad": None
        if verdict.by_road is None
        else {"observed": verdict.by_road.observed, "paperOnly": verdict.by_road.paper_only},
        "alternatives": [
            telling.alternative(verdict, mode, value).both() for mode, value in verdict.alternatives
        ],
        "ledger": None if verdict.ledger is None else verdict.ledger.to_dict(),
        "missing": [s.both() for s in verdict.missing_inputs],
        "assumptions": [s.both() for s in verdict.assumptions],
        "contradicts": list(rule.contradicts),
        "units": _units(analysis, verdict),
        "counties": _counties(verdict),
        "asked": asked,
        "people": None,
        "query": numbers.get(query) if tried and query is not None else None,
        "road": numbers.get(road) if tried and road is not None else None,
        "limitQuery": limit if judged else None,
        "limitRoad": limit if judged and road is not None else None,
        "radius": limit if straight else None,
        "loadRange": list(verdict.target)
        if kind.catchments and isinstance(verdict.target, tuple | list)
        else None,
        "scope": rule.scope,
        "load": _load(verdict),
        "surface": None,
        "limit": rule.limit,
        "factor": rule.factor,
        "turnout": stages.call_min + stages.dispatch_min if kind.people == "mean" else 0.0,
        "unsure": verdict.open_listing,
    }


def _load(verdict: Verdict) -> dict[str, float | None] | None:
    """Residents and the facilities they share, of a clause about their load in the study as a whole."""
    if not kind_of(verdict.rule_def).catchments or verdict.parts is None:
        return None
    residents, facilities = verdict.parts
    return {"residents": residents, "facilities": facilities}


def _counties(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "numerator": row.numerator,
            "denominator": row.denominator,
            "observed": verdict.shown(row.observed).both(),
            "outcome": row.outcome.value,
            "said": row.came_to.both(),
        }
        for row in verdict.counties
    ]


def _cited(analysis: Analysis, verdict: Verdict) -> Sentence:
    """The plan and the section; what is no official text names where it is from itself."""
    if verdict.rule_def.provenance != "official":
        return verdict.cited
    return Sentence("outputs.cite", {"plan": analysis.plan.title, "section": verdict.cited})


def _units(analysis: Analysis, verdict: Verdict) -> list[dict[str, Any]]:
    areas = {a: i for i, a in enumerate(analysis.inputs.areas["area_id"])}
    facilities = {f: i for i, f in enumerate(analysis.inputs.facilities["facility_id"])}
    return [
        {
            "id": u.id,
            "name": u.name,
            "outcome": u.outcome.value,
            "state": u.state,
            "observed": verdict.shown(u.observed).both(),
            "residents": u.residents,
            "waived": None if u.waived_by is None else dict.fromkeys(LANGUAGES, u.waived_by),
            "area": areas.get(u.id, -1),
            "facility": facilities.get(u.id, -1),
        }
        for u in verdict.units
    ]
