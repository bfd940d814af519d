"""What the page says: study, answer, ledger and every clause, each sentence in both languages."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle import categories
from carecircle.rules.query import main_query, mode_name, road_query
from carecircle.texts import LANGUAGES, Sentence, wording

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import ReachQuery, Verdict

_ORDER = ("FAIL", "NOT_ASSESSED", "NO_THRESHOLD", "PASS")
_FICTION = ("虚构", "fictional")

Both = dict[str, str]


def words() -> dict[str, dict[str, str]]:
    """The page's own sentences, by the key under which its script asks for them."""
    return {
        key.partition(".")[2]: dict(forms)
        for key, forms in wording().items()
        if key.startswith(("outputs.page_", "layers.page_"))
    }


def study(analysis: Analysis) -> dict[str, Any]:
    """Title, plan, notice, attributions and what the printed map must carry."""
    study, manifest = analysis.study, analysis.manifest
    title = study.title or study.name
    said = " ".join([title, analysis.plan.title, *analysis.inputs.attributions])
    return {
        "title": title,
        "name": study.name,
        "year": study.year,
        "plan": analysis.plan.title,
        "notice": Sentence("outputs.fictional").both()
        if any(f in said.casefold() for f in _FICTION)
        else None,
        "attributions": list(analysis.inputs.attributions),
        "mapNumber": study.outputs.map_number,
        "attribution": study.outputs.attribution,
        "created": str(manifest.get("created", ""))[:10],
        "version": manifest.get("versions", {}).get("carecircle", ""),
        "hash": manifest_hash(manifest),
    }


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """Twelve digits that tell one run's inputs, parameters and versions from another's (not its time)."""
    kept = {k: v for k, v in manifest.items() if k != "created"}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def answer(analysis: Analysis) -> dict[str, Any]:
    """The page's first sentence: how many people live in the gap of a clause that is not met."""
    outcomes = [v.outcome.value for v in analysis.verdicts]
    tally = {o: outcomes.count(o) for o in _ORDER}
    people = residents_in_gap(analysis)
    facts: dict[str, object] = {
        "fail": tally["FAIL"],
        "unsure": tally["NOT_ASSESSED"],
        "passed": tally["PASS"],
    }
    if people > 0 and analysis.inputs.demand is not None:
        inside = math.fsum(analysis.inputs.demand["residents"])
        behind = [v.rule for v in analysis.verdicts if v.outcome.value == "FAIL" and counts_people(v)]
        says = Sentence(
            "outputs.answer_gap",
            {
                **facts,
                "share": _percent(people / inside),
                "rules": [*behind[:4], *(["…"] if len(behind) > 4 else [])],
            },
        )
    elif tally["FAIL"]:
        says = Sentence("outputs.answer_fail", facts)
    else:
        says = Sentence("outputs.answer_unsure" if tally["NOT_ASSESSED"] else "outputs.answer_pass", facts)
    return {"people": people, "tally": tally, "says": says.both()}


def residents_in_gap(analysis: Analysis) -> float:
    """Residents, each counted once, whom at least one unmet clause does not cover or cannot reach."""
    demand = analysis.inputs.demand
    if demand is None:
        return 0.0
    gap = np.zeros(len(demand), dtype=bool)
    for verdict in analysis.verdicts:
        if verdict.outcome.value == "FAIL" and verdict.people is not None:
            gap |= verdict.people.isin(["not_covered", "unreachable"]).to_numpy()
    return math.fsum(demand["residents"].to_numpy()[gap])


def order(verdicts: tuple[Verdict, ...]) -> list[int]:
    """Clauses as the page lists them: unmet first, those about reach before others, by people affected."""

    def rank(i: int) -> tuple[int, bool, float, int]:
        verdict = verdicts[i]
        return (
            _ORDER.index(verdict.outcome.value),
            verdict.people is None,
            -(verdict.residents_affected or 0.0),
            i,
        )

    return sorted(range(len(verdicts)), key=rank)


def counts_people(verdict: Verdict) -> bool:
    """Whether a verdict tells the covered from the others; a clause without a number only measures."""
    return verdict.people is not None and verdict.rule_def.limit is not None


def clause(
    analysis: Analysis, verdict: Verdict, numbers: Mapping[ReachQuery, int], asked: list[int]
) -> dict[str, Any]:
    """One verdict as the page shows it; ``numbers`` are the positions of the queries in the page."""
    rule = verdict.rule_def
    query, road = main_query(rule), road_query(rule)
    limit = rule.limit * rule.factor if rule.limit is not None else None
    judged = counts_people(verdict)
    straight = rule.kind == "radius" and rule.metric == "straight_m"
    return {
        "rule": verdict.rule,
        "section": rule.section,
        "quote": verdict.quote,
        "kind": rule.kind,
        "title": title(verdict).both(),
        "outcome": verdict.outcome.value,
        "modality": Sentence(f"outputs.modality_{rule.modality}").both(),
        "softeners": list(rule.softeners),
        "result": result(verdict).both(),
        "reason": verdict.reason.both(),
        "observed": verdict.shown(verdict.observed).both(),
        "target": target(verdict).both(),
        "targetSource": Sentence(f"outputs.target_{verdict.target_source}").both()
        if verdict.target is not None
        else None,
        "margin": verdict.shown_margin.both() if verdict.margin is not None else None,
        "flip": _flip(verdict),
        "affected": verdict.residents_affected or 0.0,
        "share": verdict.observed if judged and verdict.unit == "share" else None,
        "shareTarget": verdict.target
        if verdict.unit == "share" and isinstance(verdict.target, float | int)
        else None,
        "byRoad": None
        if verdict.by_road is None
        else {"observed": verdict.by_road.observed, "paperOnly": verdict.by_road.paper_only},
        "alternatives": [alternative(verdict, mode, value).both() for mode, value in verdict.alternatives],
        "ledger": None if verdict.ledger is None else verdict.ledger.to_dict(),
        "missing": [s.both() for s in verdict.missing_inputs],
        "assumptions": [s.both() for s in verdict.assumptions],
        "contradicts": list(rule.contradicts),
        "units": _units(analysis, verdict),
        "asked": asked,
        "people": None,
        "query": numbers.get(query) if judged and query is not None else None,
        "road": numbers.get(road) if judged and road is not None else None,
        "limitQuery": limit if judged else None,
        "limitRoad": limit if judged and road is not None else None,
        "radius": limit if straight else None,
        "loadRange": list(verdict.target)
        if rule.kind == "load" and isinstance(verdict.target, tuple | list)
        else None,
        "surface": None,
        "limit": rule.limit,
        "factor": rule.factor,
        "turnout": analysis.study.assumptions.turnout_min if rule.kind == "response" else 0.0,
        "unsure": _unsure(analysis, verdict),
    }


def _unsure(analysis: Analysis, verdict: Verdict) -> bool:
    """Whether the facility table leaves open which facilities count: then nothing is said to FAIL."""
    rule, facilities = verdict.rule_def, analysis.inputs.facilities
    totals = analysis.inputs.totals
    if ((totals["attribute"] == "partial_inventory") & (totals["value"] == 1)).any():
        return True
    of_kind = facilities[categories.in_categories(facilities, rule.categories)]
    return bool(rule.designations) and bool(categories.roles_held(of_kind, rule.designations).isna().any())


def title(verdict: Verdict) -> Sentence:
    """A clause in a few words: what, within what, for whom."""
    rule = verdict.rule_def
    who = _names(rule.categories, rule.designations) if rule.categories else Sentence("outputs.title_none")
    if rule.numerator:
        found = categories.attributes().get(rule.numerator) or categories.area_attributes().get(
            rule.numerator
        )
        who = Sentence("outputs.either", {"zh": found.zh, "en": found.en}) if found else who
    facts: dict[str, object] = {"who": who, "scope": Sentence(f"outputs.scope_{rule.scope}")}
    if rule.limit is not None:
        facts["limit"] = Sentence(f"outputs.limit_{rule.limit_unit}", {"value": rule.limit})
    facts["mode"] = mode_name(rule.mode)
    kind = (
        rule.kind
        if rule.limit is not None or rule.kind not in ("radius", "time", "response")
        else f"{rule.kind}_free"
    )
    return Sentence(f"outputs.title_{kind}", facts)


def _names(kinds: tuple[str, ...], roles: tuple[str, ...]) -> Sentence:
    """Categories (or the roles asked of them) by name, at most three."""
    terms = roles or kinds
    shown = {lang: [categories.label(t, lang) for t in terms[:3]] for lang in LANGUAGES}
    more = "等" if len(terms) > 3 else ""
    return Sentence(
        "outputs.either",
        {"zh": "、".join(shown["zh"]) + more, "en": ", ".join(shown["en"]) + (" …" if more else "")},
    )


def result(verdict: Verdict) -> Sentence:
    """The line under a clause's title: what was found against what is asked."""
    outcome = verdict.outcome.value
    facts = {"observed": verdict.shown(verdict.observed), "target": target(verdict)}
    if outcome == "NOT_ASSESSED" and verdict.missing_inputs:
        return Sentence("outputs.result_missing", {"missing": verdict.missing_inputs[0]})
    if verdict.observed is None:
        return verdict.reason
    if outcome == "NO_THRESHOLD" or verdict.target is None:
        return Sentence("outputs.result_measured", facts)
    covered = verdict.people is not None and verdict.unit == "share"
    return Sentence("outputs.result_share" if covered else "outputs.result", facts)


def target(verdict: Verdict) -> Sentence:
    """What a verdict asks, with its sign."""
    if verdict.target is None:
        return Sentence("outputs.no_target")
    sign = {">=": "≥ ", "<=": "≤ ", "==": "", ">": "> ", "<": "< ", "between": ""}[verdict.comparison]
    return Sentence("outputs.signed", {"sign": sign, "value": verdict.shown(verdict.target)})


def _flip(verdict: Verdict) -> Both | None:
    flip, rule = verdict.flip, verdict.rule_def
    if flip is None or (flip.limit is None and flip.residents is None):
        return None
    whole = math.ceil(flip.residents - 1e-6) if flip.residents else 0  # nobody turns a verdict by halves
    unit = rule.limit_unit if rule.limit is not None else ""
    limit = None
    if flip.limit is not None and math.isfinite(flip.limit):
        limit = (
            Sentence(f"outputs.limit_{unit}", {"value": flip.limit}) if unit else verdict.shown(flip.limit)
        )
    if limit is not None and whole:
        return Sentence("outputs.flip_both", {"limit": limit, "residents": whole}).both()
    if limit is not None:
        return Sentence("outputs.flip_limit", {"limit": limit}).both()
    return Sentence("outputs.flip_residents", {"residents": whole}).both() if whole else None


def alternative(verdict: Verdict, mode: str, value: float) -> Sentence:
    """What a verdict would be by another mode of travel."""
    return Sentence("outputs.alternative", {"mode": mode_name(mode), "value": verdict.shown(value)})


def _units(analysis: Analysis, verdict: Verdict) -> list[dict[str, Any]]:
    areas = {a: i for i, a in enumerate(analysis.inputs.areas["area_id"])}
    facilities = {f: i for i, f in enumerate(analysis.inputs.facilities["facility_id"])}
    return [
        {
            "id": u.id,
            "name": u.name,
            "outcome": u.outcome.value,
            "observed": verdict.shown(u.observed).both(),
            "residents": u.residents,
            "waived": None if u.waived_by is None else dict.fromkeys(LANGUAGES, u.waived_by),
            "area": areas.get(u.id, -1),
            "facility": facilities.get(u.id, -1),
        }
        for u in verdict.units
    ]


def beside(analysis: Analysis) -> list[Both]:
    """The official number of residents beside the sum of the points."""
    if analysis.inputs.demand is None:
        return []
    frame = analysis.inputs.areas
    top = frame[~frame["parent_id"].isin(list(frame["area_id"]))] if len(frame) else frame
    official = top["official_residents"].astype(float) if len(top) else None
    lines = []
    if official is not None and len(official) and official.notna().all():
        facts = {"official": math.fsum(official), "sum": math.fsum(analysis.inputs.demand["residents"])}
        lines.append(Sentence("outputs.beside_official", facts).both())
    if analysis.inputs.urban_method is not None:
        lines.append(analysis.inputs.urban_method.both())
    return lines


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%" if share >= 0.001 else f"{share * 100:.2g}%"
