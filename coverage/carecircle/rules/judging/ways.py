"""A rule judged by itself, then either way where the plan allows one; what is measured only is not judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle.rules.judging.asked import judged_by_above
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.measures_people import Reached
from carecircle.rules.judging.parts import Outcome
from carecircle.rules.judging.track import on_track
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan


def judged_each(
    rules: Iterable[Rule], plan: Plan, evidence: Evidence, reached: Reached
) -> dict[str, Verdict]:
    """Every rule judged on the evidence, by its id; a clause that may be met either way, either way."""
    own = {rule.id: kind_of(rule).measure(rule, plan, evidence, reached) for rule in rules}
    above = judged_by_above(plan, evidence)
    settled = {}
    for rule_id, verdict in own.items():
        either = _either_way(verdict, [own[o] for o in verdict.rule_def.any_of if o in own])
        alone = either is verdict and not above  # a county is on no line of its prefecture's
        line = on_track(either, plan, evidence.inputs.study.year) if alone else None
        only = _only_measured(either)
        settled[rule_id] = only if line is None else replace(only, on_track=line)
    return settled


def nothing_to_judge(verdict: Verdict) -> bool:
    """Whether a rule speaks of what the study has none of (no 街道): no input would settle it."""
    return verdict.outcome is Outcome.NOT_ASSESSED and not verdict.missing_inputs


def _only_measured(verdict: Verdict) -> Verdict:
    """A permission, a reserve or a draft is measured beside the text's number, never judged."""
    why = verdict.rule_def.measured_only
    if not why or verdict.observed is None or verdict.outcome is Outcome.NO_THRESHOLD:
        return verdict
    facts = {"observed": verdict.shown(verdict.observed), "target": verdict.shown(verdict.target)}
    units = tuple(
        u if u.outcome is Outcome.WAIVED else replace(u, outcome=Outcome.NO_THRESHOLD, state="")
        for u in verdict.units
    )
    return replace(
        verdict, outcome=Outcome.NO_THRESHOLD, reason=Sentence(f"rules.measured_{why}", facts), margin=None,
        flip=None, residents_affected=None, missing_inputs=(), surplus=False, units=units,
    )  # fmt: skip


def _either_way(own: Verdict, others: list[Verdict]) -> Verdict:
    """Settle a clause that may be met either way: the way that passes speaks for the clause.

    Where no way passes, an undecided way leaves the clause undecided; a way that the study has nothing of is
    no way.
    """
    others = [o for o in others if not nothing_to_judge(o)]
    if not others or own.outcome is Outcome.PASS:
        return own
    facts = {"own": own.reason, "outcome": own.outcome.sentence}
    passed = next((o for o in others if o.outcome is Outcome.PASS), None)
    failed = next((o for o in others if o.outcome is Outcome.FAIL), None)
    only = failed if nothing_to_judge(own) else None
    if passed is not None or only is not None:
        other = passed or only
        assert other is not None  # one of the two
        key = "rules.met_otherwise" if passed is not None else "rules.only_otherwise"
        reason = Sentence(key, {**facts, "rule": other.rule, "other": other.reason})
        return replace(other, rule_def=own.rule_def, reason=reason, measure=other.rule_def.kind)
    undecided = next((o for o in others if o.outcome is Outcome.NOT_ASSESSED), None)
    if own.outcome is Outcome.FAIL and undecided is not None:
        reason = Sentence(
            "rules.open_otherwise", {**facts, "rule": undecided.rule, "other": undecided.reason}
        )
        missing = undecided.missing_inputs
        return replace(own, outcome=Outcome.NOT_ASSESSED, reason=reason, missing_inputs=missing)
    return own
