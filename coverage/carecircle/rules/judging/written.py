"""A verdict as plain data: what verdicts.json holds of it."""

from __future__ import annotations

import math
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from carecircle.texts import Language

if TYPE_CHECKING:
    from carecircle.rules.judging.shapes import WrittenVerdict
    from carecircle.rules.judging.verdict import Verdict


def written(verdict: Verdict, language: Language) -> WrittenVerdict:
    """One verdict of verdicts.json, our own sentences said in one language; nothing that is not finite."""
    rule = verdict.rule_def
    return {
        "rule": rule.id, "title": verdict.title.text(language), "clause": rule.clause,
        "section": rule.section, "quote": rule.quote, "states": rule.states,
        "source": None if rule.source is None else rule.source.model_dump(),
        "provenance": rule.provenance,
        "modality": rule.modality, "softeners": list(rule.softeners), "kind": rule.kind,
        "measure": verdict.measure or rule.kind, "scope": rule.scope, "by": rule.by,
        "outcome": verdict.outcome.value, "state": verdict.state, "observed": _finite(verdict.observed),
        "comparison": verdict.comparison,
        "target": list(verdict.target) if isinstance(verdict.target, tuple) else verdict.target,
        "target_source": verdict.target_source, "unit": verdict.unit, "margin": _finite(verdict.margin),
        "flip": None if verdict.flip is None else _record(verdict.flip),
        "by_road": None if verdict.by_road is None else _record(verdict.by_road),
        "alternatives": [{"mode": mode, "observed": value} for mode, value in verdict.alternatives],
        "residents_affected": _finite(verdict.residents_affected),
        "ledger": None if verdict.ledger is None else verdict.ledger.to_dict(),
        "reason": verdict.reason.text(language),
        "missing_inputs": [s.text(language) for s in verdict.missing_inputs],
        "assumptions": [s.text(language) for s in verdict.assumptions],
        "contradicts": list(rule.contradicts),
        "units": [_record(unit) for unit in verdict.units],
        "counties": [_record(county) for county in verdict.counties],
    }  # fmt: skip


def _record(part: Any) -> dict[str, Any]:
    """A verdict's part as plain data, field by field."""
    return {f.name: _plain(getattr(part, f.name)) for f in fields(part)}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
