"""The verdict over units: how many comply, how many cannot be determined, who is exempted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import Figure, need
from carecircle.rules.judging.parts import Flip, Outcome, RuleUnit
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence


def undecided(units: Sequence[RuleUnit]) -> bool:
    """Whether any unit cannot be determined."""
    return any(u.outcome is Outcome.NOT_ASSESSED for u in units)


def units_by_name(rule: Rule, number: int, of: str = "") -> Sentence:
    """So many of what a rule judges, by the name of its level (or ``of`` facilities): ``79 villages``."""
    name = of or (f"only_{rule.units}" if rule.units else rule.by)
    return Sentence(f"rules.units_{name}", {"n": number})


def target_of(rule: Rule, share_target: float | None = None) -> float:
    """The share of units asked for: all of them where the rule gives no share."""
    if share_target is not None:
        return share_target
    return rule.target if isinstance(rule.target, float) else 1.0


def lacking_inputs(rule: Rule, missing: list[Sentence]) -> Verdict:
    """The verdict of a rule whose inputs are not there at all."""
    return Verdict(
        rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=Sentence("rules.lacks", {"needs": missing}),
        target=target_of(rule), target_source=rule.target_source, missing_inputs=tuple(missing),
    )  # fmt: skip


def without_areas(rule: Rule, evidence: Evidence) -> Verdict:
    """The verdict of a rule about areas where the study has none that it speaks of."""
    level = Sentence(f"rules.level_{rule.by}")
    there = evidence.areas_at(rule.by)
    if not there:
        return lacking_inputs(rule, [need("areas", level=level)])
    facts = {"level": level, "names": list(rule.unit_names)}
    reason = Sentence("rules.no_such_areas" if rule.unit_names else "rules.no_areas_of_kind", facts)
    return replace(lacking_inputs(rule, []), reason=reason)


def units_reason(rule: Rule, units: Sequence[RuleUnit], outcome: Outcome, of: str = "") -> Sentence:
    """How many units comply and which do not; nothing is said of what there is none of."""
    tally = {o: [u.name for u in units if u.outcome is o] for o in Outcome}
    good, bad = tally[Outcome.PASS], tally[Outcome.FAIL]
    open_, waived = tally[Outcome.NOT_ASSESSED], tally[Outcome.WAIVED]

    def parts(**counted: list[str]) -> list[Sentence]:
        return [Sentence(f"rules.part_{name}", {"n": len(them)}) for name, them in counted.items() if them]

    beside = parts(**({} if outcome is Outcome.PASS else {"undecided": open_}), waived=waived)
    facts = {
        "good": len(good), "units": units_by_name(rule, len(units) - len(waived), of),
        "bad": bad[:8], "failing": len(bad), "parts": parts(good=good, bad=bad, open=open_, waived=waived),
        "beside": Sentence("rules.in_brackets", {"parts": beside}) if beside else "",
    }  # fmt: skip
    return Sentence(f"rules.units_{outcome.value.lower()}", facts)


def published(rule: Rule, figure: Figure) -> Verdict:
    """The verdict of a published share (in percent) where the facility table cannot tell."""
    share, target = figure.low / 100, target_of(rule)
    outcome = decide(share, share, ">=", target)
    facts = {"share": shown(share, "share"), "target": shown(target, "share")}
    return Verdict(
        rule_def=rule, outcome=outcome, reason=Sentence("rules.official_share", facts), observed=share,
        target=target, target_source=rule.target_source, margin=margin(share, outcome, ">=", target),
        flip=Flip(share, None), assumptions=figure.notes,
    )  # fmt: skip


def concluded(
    rule: Rule,
    units: Sequence[RuleUnit],
    missing: Sequence[Sentence],
    *,
    share_target: float | None = None,
    more: Sequence[Sentence] = (),
    notes: Sequence[Sentence] = (),
    of: str = "",
) -> Verdict:
    """The verdict over units: their share against the target, undecided ones on either side.

    ``of`` says what the units are where the rule's level does not: ``facility``, ``role``, ``class``.
    Where there may be ``more`` facilities than the lists hold (what would tell), nothing passes, and only a
    rule for all of them can fail.
    """
    target = target_of(rule, share_target)
    tally = {o: [u for u in units if u.outcome is o] for o in Outcome}
    judged = len(units) - len(tally[Outcome.WAIVED])
    missing = [*missing, *more]
    if not judged:
        reason = Sentence("rules.no_units", {"waived": len(tally[Outcome.WAIVED])})
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=reason, target=target,
            target_source=rule.target_source, missing_inputs=tuple(missing), units=tuple(units),
        )  # fmt: skip
    low = len(tally[Outcome.PASS]) / judged
    high = (len(tally[Outcome.PASS]) + len(tally[Outcome.NOT_ASSESSED])) / judged
    nothing = (low, high) == (0.0, 1.0)
    if more:
        low, high = 0.0, math.nextafter(1.0, 0.0) if tally[Outcome.FAIL] else 1.0
    outcome = decide(low, high, ">=", target)
    found = len(tally[Outcome.PASS]) / judged
    people = [u.residents for u in tally[Outcome.FAIL]]
    known = [p for p in people if p is not None]
    said = [Sentence("rules.units_assumed")] if rule.note == "assumed_units" else []
    over = [u.name for u in units if u.state == "surplus"]
    if over:
        said.append(Sentence("rules.units_surplus", {"n": len(over), "names": over[:8]}))
    return Verdict(
        rule_def=rule,
        outcome=outcome,
        reason=units_reason(rule, units, outcome, of),
        observed=None if nothing else found,
        target=target,
        target_source=rule.target_source,
        margin=None if nothing else margin(found, outcome, ">=", target),
        flip=None if nothing or more else Flip(low, None),
        residents_affected=math.fsum(known) if known and len(known) == len(people) else None,
        missing_inputs=tuple(dict.fromkeys(missing)) if outcome is Outcome.NOT_ASSESSED else (),
        assumptions=(*said, *notes),
        surplus=bool(over) and not tally[Outcome.FAIL],
        parts=None if nothing else (float(len(tally[Outcome.PASS])), float(judged)),
        units=tuple(units),
    )
