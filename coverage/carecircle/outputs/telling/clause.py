"""A verdict in words: title, result, what is asked, where it would turn, and the order of clauses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from carecircle.rules.judging.verdict import SIGNS
from carecircle.rules.language.query import mode_name
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules import Verdict

ORDER = ("FAIL", "NOT_ASSESSED", "NO_THRESHOLD", "PASS")
"""Outcomes as clauses are listed: what is unmet first."""


def order(verdicts: tuple[Verdict, ...]) -> list[int]:
    """Clauses as the page lists them: unmet first, those about reach before others, by people affected."""

    def rank(i: int) -> tuple[int, bool, float, int]:
        verdict = verdicts[i]
        return (
            ORDER.index(verdict.outcome.value),
            verdict.people is None,
            -(verdict.residents_affected or 0.0),
            i,
        )

    return sorted(range(len(verdicts)), key=rank)


def counts_people(verdict: Verdict) -> bool:
    """Whether a verdict tells the covered from the others; a clause without a number only measures."""
    return verdict.people is not None and verdict.rule_def.limit is not None


def title(verdict: Verdict) -> Sentence:
    """A clause in a few words: what, within what, for whom."""
    return verdict.title


def result(verdict: Verdict) -> Sentence:
    """The line under a clause's title: what was found against what is asked."""
    outcome = verdict.outcome.value
    facts = {"observed": verdict.shown(verdict.observed), "target": target(verdict)}
    if outcome == "NOT_ASSESSED" and verdict.missing_inputs:
        return Sentence("outputs.result_missing", {"missing": verdict.missing_inputs[0]})
    if verdict.observed is None:
        return verdict.reason
    if outcome == "NO_THRESHOLD" and verdict.target is not None:
        return verdict.reason
    if verdict.target is None:
        return Sentence("outputs.result_measured", facts)
    if verdict.state == "surplus":
        return Sentence("outputs.result_surplus", facts)
    covered = verdict.people is not None and verdict.unit == "share"
    return Sentence("outputs.result_share" if covered else "outputs.result", facts)


def mark(verdict: Verdict) -> str:
    """The sign a clause bears: its outcome's, or that of a surplus or of what is measured only, and why."""
    why = verdict.rule_def.measured_only
    if verdict.state == "surplus":
        return "SURPLUS"
    return why.upper() if why and verdict.outcome.value == "NO_THRESHOLD" else verdict.outcome.value


def sign(verdict: Verdict) -> str:
    """The sign before what a verdict asks; empty for a band, and where nothing is asked or judged."""
    asked = verdict.target is not None and verdict.outcome.value != "NO_THRESHOLD"
    return SIGNS.get(verdict.comparison, "") if asked else ""


def target(verdict: Verdict) -> Sentence:
    """What a verdict asks, with its sign."""
    if verdict.target is None:
        return Sentence("outputs.no_target")
    shown = "" if verdict.comparison == "==" else sign(verdict)
    return Sentence("outputs.signed", {"sign": shown, "value": verdict.shown(verdict.target)})


def flip(verdict: Verdict) -> Sentence | None:
    """Where a verdict would turn: at which value of its number, by how many residents."""
    turn, rule = verdict.flip, verdict.rule_def
    if turn is None or (turn.limit is None and turn.residents is None):
        return None
    whole = math.ceil(turn.residents - 1e-6) if turn.residents else 0  # nobody turns a verdict by halves
    unit = rule.limit_unit if rule.limit is not None else ""
    outcome = verdict.outcome.value
    then = Sentence(f"outputs.then_{outcome if outcome in ('PASS', 'FAIL') else 'open'}")
    limit = None
    if turn.limit is not None and math.isfinite(turn.limit):
        limit = (
            Sentence(f"outputs.limit_{unit}", {"value": turn.limit}) if unit else verdict.shown(turn.limit)
        )
    if limit is not None and whole:
        return Sentence("outputs.flip_both", {"limit": limit, "residents": whole, "then": then})
    if limit is not None:
        return Sentence("outputs.flip_limit", {"limit": limit, "then": then})
    return Sentence("outputs.flip_residents", {"residents": whole, "then": then}) if whole else None


def alternative(verdict: Verdict, mode: str, value: float) -> Sentence:
    """What a verdict would be by another mode of travel."""
    return Sentence("outputs.alternative", {"mode": mode_name(mode), "value": verdict.shown(value)})
