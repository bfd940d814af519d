"""A mended plan as plain data: what mend.json holds, and every other output says."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from carecircle import categories
from carecircle.analysis.scenario_file import scenario_data
from carecircle.outputs import telling
from carecircle.rules import Verdict
from carecircle.siting.whole.judging import holds
from carecircle.siting.whole.mend import Mended
from carecircle.siting.whole.offers import Move
from carecircle.siting.whole.phases import Phase
from carecircle.siting.whole.reasons import covered
from carecircle.texts import LANGUAGES, Language, Sentence

SCHEMA = "carecircle/mend/1"


def mended_data(mended: Mended) -> dict[str, Any]:
    """Everything that was found, as plain data; sentences in the study's language.

    Parameters
    ----------
    mended
        From `carecircle.siting.whole.mend.mend`.

    Returns
    -------
    dict
        Prices in the planner's unit, places in WGS 84, shares 0-1.
    """
    study = mended.before.study
    language = study.language
    worth, price = mended.found.stages[:2]
    return {
        "schema": SCHEMA, "study": study.name, "plan": mended.before.plan.id, "unit": mended.mending.unit,
        "aim": mended.mending.aim, "proven": mended.found.proven, "price": mended.price,
        "price_bound": _number(max(0.0, price.bound)), "gap": _number(price.gap),
        "weight": _number(-worth.worth + 0.0), "weight_bound": _number(-worth.bound + 0.0),
        "schedule_proven": mended.schedule is None or mended.schedule.proven,
        "answer": answer(mended).text(language),
        "mended": list(mended.mended), "failing": list(mended.failing),
        "by_projects": list(mended.by_projects), "open": [v.rule for v in mended.asked.open],
        "phases": [_phase(mended, n) for n in range(len(mended.phases))],
        "clauses": clauses(mended, language),
        "conflict": None if mended.conflict is None else {
            "alone": list(mended.conflict.alone), "together": list(mended.conflict.together),
            "smallest": None if mended.conflict.smallest is None else list(mended.conflict.smallest),
            "proven": mended.conflict.proven,
        },
        "reachable": [
            {"rule": r.rule, "share": r.share, "lost": r.lost, "limit": r.limit,
             "demand_ids": list(r.demand_ids)}
            for r in mended.reachable
        ],
        "alternatives": [
            {"price": cost, "moves": [m.id for m in moves]} for moves, cost in mended.alternatives.choices
        ],
        "shared": [m.id for m in mended.alternatives.shared],
        "front": [
            {"price": p.price, "left_out": p.left_out, "proven": p.proven, "moves": [m.id for m in p.moves]}
            for p in mended.front
        ],
    }  # fmt: skip


def answer(mended: Mended) -> Sentence:
    """The answer in one sentence: how many clauses hold in the end, for what, and whether that is proven."""
    facts = {
        "mended": len(mended.mended), "aimed": len(mended.aimed), "moves": len(mended.moves),
        "price": money(mended, mended.price), "failing": titles(mended, mended.failing),
        "years": year_name(mended.phases[-1]),
        "proof": Sentence("mending.proven" if mended.found.proven else "mending.not_proven",
                          {"gap": f"{mended.found.stages[1].gap:.1%}"}),
    }  # fmt: skip
    if not mended.aimed:
        return Sentence("mending.nothing_unmet")
    if not mended.moves:
        return Sentence("mending.answer_nothing", facts)
    return Sentence("mending.answer_all" if not mended.failing else "mending.answer_some", facts)


def year_name(phase: Phase) -> str:
    """A phase's year, as it is printed."""
    return "—" if phase.year is None else str(phase.year)


def money(mended: Mended, value: float) -> Sentence:
    """A price with the planner's unit."""
    return Sentence("mending.money", {"value": value, "unit": mended.mending.unit})


def titles(mended: Mended, rules: Iterable[str]) -> list[Sentence]:
    """Rules by their titles."""
    known = {v.rule: telling.title(v) for v in mended.before.verdicts}
    return [known[r] for r in rules if r in known]


def _term(term: str) -> Sentence:
    """A category, role or figure in the reader's language."""
    own = categories.attributes().get(term)
    said: dict[str, object] = {
        lang: categories.label(term, lang) if own is None else own.label(lang) for lang in LANGUAGES
    }
    return Sentence("rules.who", said)


def what(move: Move) -> Sentence:
    """What is done, in a few words."""
    offer = move.offer
    sign = "more" if move.kind == "extend" else "figure"
    figures = [
        Sentence(f"mending.{sign}", {"name": _term(name), "value": value})
        for name, value in offer.attributes.items()
    ]
    facts = {
        "name": move.name, "category": _term(offer.category) if offer.category else "", "into": offer.into,
        "more": [*figures, *(_term(r) for r in offer.designations)],
    }  # fmt: skip
    if move.kind == "upgrade" and not offer.category:
        return Sentence("mending.what_upgrade_roles", facts)
    if move.kind == "open" and offer.name:
        return Sentence("mending.what_open_named", facts)
    return Sentence(f"mending.what_{move.kind}", facts)


def why(mended: Mended, move: Move) -> Sentence | None:
    """What a move is for: the clauses that fail without it, the residents it serves; None where not told."""
    reason = next((r for r in mended.reasons if r.move == move.id), None)
    if reason is None:
        return None
    facts = {"rules": titles(mended, reason.rules), "residents": round(reason.residents)}
    both = "rules_people" if reason.rules and reason.residents > 0 else "rules" if reason.rules else "people"
    return Sentence(f"mending.why_{both}", facts)


def first_things_first(mended: Mended, moves: tuple[Move, ...]) -> list[Move]:
    """Moves of a phase, the one on which most hangs first."""
    reason = {r.move: r for r in mended.reasons}

    def key(move: Move) -> tuple[float, float, int, str]:
        own = reason.get(move.id)
        return (-len(own.rules), -own.residents, move.line, move.id) if own else (0, 0, move.line, move.id)

    return sorted(moves, key=key)


def turned(mended: Mended, number: int) -> tuple[list[str], list[str]]:
    """Rules that hold from a phase on and not before it, and those that no longer do."""
    before = _verdicts_before(mended, number)
    after = mended.phases[number].verdicts
    gained = [r for r in after if r in before and holds(after[r]) and not holds(before[r])]
    lost = [r for r in after if r in before and holds(before[r]) and not holds(after[r])]
    return gained, lost


def gained_people(mended: Mended, number: int) -> float:
    """Residents whom a phase newly covers, summed over the clauses aimed at."""
    before, after = _verdicts_before(mended, number), mended.phases[number].verdicts
    return math.fsum(covered(after[r]) - covered(before[r]) for r in mended.aimed)


def _verdicts_before(mended: Mended, number: int) -> dict[str, Verdict]:
    if number == 0:
        return {v.rule: v for v in mended.before.verdicts}
    return mended.phases[number - 1].verdicts


def _phase(mended: Mended, number: int) -> dict[str, Any]:
    phase = mended.phases[number]
    gained, lost = turned(mended, number)
    return {
        "year": phase.year, "budget": phase.budget, "spent": phase.spent,
        "price": math.fsum(m.price for m in phase.moves), "residents_gained": gained_people(mended, number),
        "mended": gained, "lost": lost,
        "holding": sorted(r for r, v in phase.verdicts.items() if holds(v)),
        "projects": [p.id for p in _projects(mended, number)],
        "moves": [_move(mended, m) for m in first_things_first(mended, phase.moves)],
        "scenario": scenario_data(phase.judge.scenario(phase.made, name=f"mend-{year_name(phase)}")),
    }  # fmt: skip


def _projects(mended: Mended, number: int) -> list[Any]:
    """The plan's own projects that fall into a phase."""
    if not mended.mending.projects:
        return []
    until = mended.phases[number].year
    since = mended.phases[number - 1].year if number else None
    return [
        p for p in mended.before.plan.projects
        if until is not None and p.year <= until and (since is None or p.year > since)
    ]  # fmt: skip


def _move(mended: Mended, move: Move) -> dict[str, Any]:
    language = mended.before.study.language
    reason = next((r for r in mended.reasons if r.move == move.id), None)
    place = place_of(mended, move)
    return {
        "id": move.id, "kind": move.kind, "table": move.line, "name": move.name,
        "what": what(move).text(language), "category": move.offer.category,
        "facilities": list(move.facilities), "price": move.price, "running": move.running,
        "lon": None if place is None else place[0], "lat": None if place is None else place[1],
        "rules": None if reason is None else list(reason.rules),
        "residents": None if reason is None else reason.residents,
    }  # fmt: skip


def place_of(mended: Mended, move: Move) -> tuple[float, float] | None:
    """Where a move is seen: its own place, else that of its facility (WGS 84); None without one."""
    if move.place is not None:
        return move.place
    facilities = mended.asked.judge.base.inputs.facilities
    own = facilities[facilities["facility_id"] == move.facilities[0]].geometry.to_crs(4326)
    point = own.iloc[0] if len(own) else None
    return None if point is None or point.is_empty else (float(point.x), float(point.y))


def clauses(mended: Mended, language: Language) -> list[dict[str, Any]]:
    """Every rule before and after, and the year from which it holds."""
    rows = []
    for verdict in mended.before.verdicts:
        now = mended.verdicts.get(verdict.rule)
        if now is None:
            continue
        since = next((p.year for p in mended.phases if holds(p.verdicts[verdict.rule])), None)
        rows.append(
            {
                "rule": verdict.rule, "clause": verdict.clause,
                "title": telling.title(verdict).text(language),
                "aimed": verdict.rule in mended.aimed, "before": verdict.outcome.value,
                "after": now.outcome.value, "observed_before": verdict.observed,
                "observed_after": now.observed,
                "unit": verdict.unit, "residents_before": verdict.residents_affected,
                "residents_after": now.residents_affected,
                "since": since if not holds(verdict) else None,
            }
        )  # fmt: skip
    return rows


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
