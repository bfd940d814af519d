"""How a run shows itself: the content of verdicts.json, and its card in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carecircle.cards import card
from carecircle.texts import Language, Sentence

if TYPE_CHECKING:
    from carecircle.analysis.result import Analysis


def document(analysis: Analysis, language: Language) -> dict[str, Any]:
    """See `carecircle.Analysis.to_dict`."""
    ledger = analysis.inputs.ledger
    found: dict[str, Any] = {
        "schema": "carecircle/verdicts/1",
        "study": analysis.study.name,
        "plan": analysis.plan.id,
        "year": analysis.study.year,
        "ledger": None if ledger is None else ledger.to_dict(),
        "verdicts": [v.to_dict(language) for v in analysis.verdicts],
    }
    if analysis.blank_spots is not None:
        found["blank_spots"] = [spot.to_dict() for spot in analysis.blank_spots.spots]
    return found


def outcomes_card(analysis: Analysis) -> str:
    """The outcome of every rule by its title, in the study's language."""
    ledger = analysis.inputs.ledger
    facts = (
        (Sentence("cards.plan"), analysis.plan.title),
        (Sentence("cards.residents"), None if ledger is None else ledger.inside),
        (Sentence("cards.facilities"), len(analysis.inputs.facilities)),
        (Sentence("cards.findings"), len(analysis.findings) or None),
    )
    rows = [(v.mark, v.title, v.shown(v.observed), v.rule) for v in analysis.verdicts]
    return card(analysis.study.language, analysis.study.title or analysis.study.name, facts, rows=rows)


def in_one_line(analysis: Analysis) -> str:
    """Study, plan and how many rules came to what."""
    came = [v.outcome.value for v in analysis.verdicts]
    counts = ", ".join(f"{came.count(o)} {o}" for o in sorted(set(came)))
    return f"<Analysis of {analysis.study.name} by {analysis.plan.id}: {counts}>"
