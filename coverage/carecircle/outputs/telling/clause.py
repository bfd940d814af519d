"""A verdict in words: title, result, what is asked, where it would turn, and the order of clauses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from carecircle.rules.judging.shown import shown_margin
from carecircle.rules.judging.verdict import SIGNS
from carecircle.rules.language.leg import mode_name
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules import Verdict
    from carecircle.rules.judging.parts import ByPeriod, Flip

ORDER = ("FAIL", "NOT_ASSESSED", "NO_THRESHOLD", "PASS")
"""Outcomes as clauses are listed: what is unmet first."""
_NEEDS = 3
"""What an undecided clause lacks is named as far as this where it is said in one sentence."""


def order(verdicts: tuple[Verdict, ...]) -> list[int]:
    """Clauses as they are listed: unmet first, by the people left out, those about reach before others."""

    def rank(i: int) -> tuple[int, float, bool, int]:
        verdict = verdicts[i]
        return (
            ORDER.index(verdict.outcome.value),
            -(verdict.residents_affected or 0.0),
            verdict.people is None,
            i,
        )

    return sorted(range(len(verdicts)), key=rank)


def worst(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Clauses that fail, the worst first: by the people left out, then by how far off they are."""
    failing = [v for v in verdicts if v.outcome.value == "FAIL"]
    return sorted(failing, key=lambda v: (v.surplus, -(v.residents_affected or 0.0), -_off(v), v.rule))


def _off(verdict: Verdict) -> float:
    """How far a figure is from what is asked, as a part of that (1 where nothing is there)."""
    asked, found = verdict.target, verdict.observed
    ends = [end for end in (asked if isinstance(asked, tuple) else (asked,)) if end]
    if found is None or not ends:
        return 0.0
    return min(abs(found - end) / abs(end) for end in ends)


def named(rules: Sequence[str], verdicts: Iterable[Verdict], most: int = _NEEDS) -> Sentence:
    """Rules by their titles, the first few, and how many there are."""
    titles = {v.rule: v.title for v in verdicts}
    said: list[object] = [titles.get(rule, rule) for rule in rules[:most]]
    if len(rules) <= most:
        return Sentence("outputs.rules_named", {"rules": said})
    return Sentence("outputs.rules_named_more", {"rules": said, "count": len(rules)})


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
    """What would meet a clause that is missed, undo one that is met, decide one that is open."""
    outcome = verdict.outcome.value
    if outcome == "NOT_ASSESSED":
        needs = list(verdict.missing_inputs[:_NEEDS])
        return Sentence("outputs.turn_open", {"needs": needs}) if needs else None
    if verdict.flip is None or outcome not in ("PASS", "FAIL"):
        return None
    if verdict.people is not None and verdict.rule_def.limit is not None:
        return _turn_of_people(verdict, verdict.flip)
    if verdict.unit == "residents_per_facility":
        return _turn_of_load(verdict, verdict.flip)
    return _turn_of_number(verdict, verdict.flip)


def _turn_of_people(verdict: Verdict, turn: Flip) -> Sentence | None:
    """By how many residents, or at which limit, a clause about reach turns."""
    facts: dict[str, object] = {}
    if turn.limit is not None and math.isfinite(turn.limit):
        facts["limit"] = Sentence(f"outputs.limit_{verdict.rule_def.limit_unit}", {"value": turn.limit})
    if _whole(turn):
        facts["residents"] = _whole(turn)
    if not facts:
        return None
    what = "both" if len(facts) > 1 else next(iter(facts))
    return Sentence(f"outputs.turn_people_{what}_{verdict.outcome.value}", facts)


def _turn_of_load(verdict: Verdict, turn: Flip) -> Sentence | None:
    """How many more facilities serve all the residents, or how many residents more or fewer are too many."""
    band, parts = verdict.target, verdict.parts
    if verdict.outcome.value == "PASS":
        return Sentence("outputs.turn_load_PASS", {"residents": _whole(turn)}) if _whole(turn) else None
    if verdict.surplus or parts is None or parts[1] is None or not isinstance(band, tuple):
        return None
    return Sentence("outputs.turn_load_FAIL", {"facilities": math.ceil(parts[0] / band[1]) - parts[1]})


def _turn_of_number(verdict: Verdict, turn: Flip) -> Sentence | None:
    """How much a figure lacks, or up to which number the clause would still be met."""
    if verdict.outcome.value == "FAIL":
        if verdict.target is None or not verdict.margin or verdict.state == "surplus":
            return None
        way = {"<=": "down", "<": "down", "between": "into"}.get(verdict.comparison, "up")
        short = shown_margin(abs(verdict.margin), verdict.unit)
        return Sentence(
            f"outputs.turn_number_{way}", {"target": verdict.shown(verdict.target), "short": short}
        )
    if turn.limit is None or not math.isfinite(turn.limit) or verdict.comparison == "between":
        return None
    way = "below" if verdict.comparison in ("<=", "<") else "above"
    return Sentence(f"outputs.turn_number_{way}", {"limit": verdict.shown(turn.limit)})


def _whole(turn: Flip) -> int:
    """Residents as whole people: nobody turns a verdict by halves."""
    return math.ceil(turn.residents - 1e-6) if turn.residents else 0


def periods(verdict: Verdict) -> Sentence | None:
    """What a verdict comes to in each period of the study, the worst named; None without periods."""
    rows = verdict.by_period
    if not rows:
        return None

    def told(row: ByPeriod) -> Sentence:
        facts = {"name": row.name, "observed": verdict.shown(row.observed), "outcome": row.outcome.sentence}
        hours = Sentence("outputs.period_hours", {"hours": row.hours}) if row.hours else ""
        assumed = "" if row.source else Sentence("outputs.period_assumed")
        return Sentence("outputs.period", {**facts, "hours": hours, "assumed": assumed})

    worst = next(row for row in rows if row.worst)
    return Sentence("outputs.periods", {"periods": [told(row) for row in rows], "worst": worst.name})


def alternative(verdict: Verdict, mode: str, value: float) -> Sentence:
    """What a verdict would be by another mode of travel."""
    return Sentence("outputs.alternative", {"mode": mode_name(mode), "value": verdict.shown(value)})
