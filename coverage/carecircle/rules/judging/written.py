"""A verdict as plain data: what verdicts.json holds of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carecircle.rules.judging.parts import finite, record
from carecircle.texts import Language

if TYPE_CHECKING:
    from carecircle.rules.judging.shapes import WrittenVerdict
    from carecircle.rules.judging.verdict import Verdict


def written(verdict: Verdict, language: Language) -> WrittenVerdict:
    """One verdict of verdicts.json, our own sentences said in one language; nothing that is not finite."""
    rule = verdict.rule_def
    found: WrittenVerdict = {
        "rule": rule.id, "title": verdict.title.text(language), "clause": rule.clause,
        "section": rule.section, "quote": rule.quote, "states": rule.states,
        "source": None if rule.source is None else rule.source.model_dump(),
        "provenance": rule.provenance,
        "modality": rule.modality, "softeners": list(rule.softeners), "kind": rule.kind,
        "measure": verdict.measure or rule.kind, "scope": rule.scope, "by": rule.by,
        "outcome": verdict.outcome.value, "state": verdict.state, "observed": finite(verdict.observed),
        "comparison": verdict.comparison,
        "target": list(verdict.target) if isinstance(verdict.target, tuple) else verdict.target,
        "target_source": verdict.target_source, "unit": verdict.unit, "margin": finite(verdict.margin),
        "flip": None if verdict.flip is None else record(verdict.flip),
        "by_road": None if verdict.by_road is None else record(verdict.by_road),
        "by_busy": None if verdict.by_busy is None else record(verdict.by_busy),
        "stages": [record(stage) for stage in verdict.stages],
        "alternatives": [{"mode": mode, "observed": value} for mode, value in verdict.alternatives],
        "residents_affected": finite(verdict.residents_affected),
        "ledger": None if verdict.ledger is None else verdict.ledger.to_dict(),
        "reason": verdict.reason.text(language),
        "missing_inputs": [s.text(language) for s in verdict.missing_inputs],
        "assumptions": [s.text(language) for s in verdict.assumptions],
        "contradicts": list(rule.contradicts),
        "target_year": verdict.target_year,
        "on_track": None if verdict.on_track is None else record(verdict.on_track),
        "units": [record(unit) for unit in verdict.units],
        "counties": [record(county) for county in verdict.counties],
    }  # fmt: skip
    if verdict.referrals:
        found["referrals"] = [record(way) for way in verdict.referrals]
    if verdict.by_period:
        found["by_period"] = [record(period) for period in verdict.by_period]
    if verdict.robust is not None:
        found["robust"] = record(verdict.robust)
    if verdict.border is not None:
        found["border"] = record(verdict.border)
    return found
