"""The whole question put together: every clause that is to hold or to go on holding, and what each asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from carecircle.errors import UsageError
from carecircle.rules import Outcome, Rule, Verdict, kind_of, nearest_query
from carecircle.rules.language.query import main_query
from carecircle.siting.whole import people, sums
from carecircle.siting.whole.asks import Ask
from carecircle.siting.whole.deeds import area_of
from carecircle.siting.whole.fleet import Fleet
from carecircle.siting.whole.judging import Judge, holds
from carecircle.siting.whole.versions import Versions
from carecircle.study.mending import Weights

_ADDING = ("chain", "response", "radius", "time", "access")
"""Kinds that one more facility never makes worse."""


@dataclass(frozen=True, eq=False)
class Question:
    """Versions and clauses, ready for the program.

    Parameters
    ----------
    judge
        Judges every choice.
    choices
        What may be chosen.
    asks
        Clauses to be made to hold, then those that hold and that some version changes.
    open
        Clauses that are neither met nor unmet and were not asked for by name: the tables leave them open.
    """

    judge: Judge
    choices: Versions
    asks: tuple[Ask, ...]
    open: tuple[Verdict, ...]

    @property
    def aims(self) -> tuple[Ask, ...]:
        """The clauses to be made to hold."""
        return tuple(a for a in self.asks if a.aimed)


def aimed_at(verdicts: Sequence[Verdict], clauses: Sequence[str]) -> tuple[str, ...]:
    """Rules that are to be made to hold: those of some clauses, else every one that is not met.

    Raises
    ------
    UsageError
        If a clause is unknown, or none of its rules can be judged as met or unmet.
    """
    if not clauses:
        return tuple(v.rule for v in verdicts if v.outcome is Outcome.FAIL and not holds(v))
    known = list(dict.fromkeys(v.clause for v in verdicts))
    found: list[str] = []
    for clause in clauses:
        mine = [v for v in verdicts if clause in (v.rule, v.clause)]
        if not mine:
            raise UsageError("siting.mend_unknown", value=clause, known=known)
        judged = [v for v in mine if v.outcome in (Outcome.PASS, Outcome.FAIL)]
        if not judged:
            raise UsageError("siting.mend_open", value=clause, reason=mine[0].reason)
        found += [v.rule for v in judged if not holds(v)]
    return tuple(dict.fromkeys(found))


def question(
    judge: Judge, choices: Versions, aimed: Sequence[str], weights: Weights | None = None
) -> Question:
    """Ask every clause what it asks.

    Parameters
    ----------
    judge
        Of the study, the plan's projects by a year done.
    choices
        Every version.
    aimed
        Rules to be made to hold; those among them that hold already (by a project) go on holding.
    weights
        What a clause counts by its modality.
    """
    weigh = weights or Weights()
    base = judge.base
    fleet = Fleet(judge, choices)
    now = {v.rule: v for v in base.verdicts}
    wanted = [v for v in base.verdicts if v.rule in set(aimed) or holds(v)]
    tables = [v.rule_def for v in wanted if v.rule_def.kind in sums.KINDS]
    at_rest, alone = _judged_alone(judge, choices, tables)
    asks = []
    for verdict in wanted:
        aims = verdict.rule in aimed and not holds(verdict)
        weight = float(getattr(weigh, verdict.rule_def.modality)) if aims else 0.0
        ask = _ask(judge, fleet, verdict, at_rest.get(verdict.rule), alone, aims, weight)
        if ask.touch or aims:
            asks.append(ask)
    asks.sort(key=lambda a: not a.aimed)
    left = [v for v in now.values() if v.outcome is Outcome.NOT_ASSESSED and v.rule not in aimed]
    return Question(judge, choices, tuple(asks), tuple(left))


def _ask(
    judge: Judge, fleet: Fleet, verdict: Verdict, rest: Verdict | None,
    alone: Mapping[int, Mapping[str, Verdict]], aims: bool, weight: float,
) -> Ask:  # fmt: skip
    """What one clause asks."""
    if rest is not None:
        mark = sums.fingerprint(rest)
        own = {c: v[verdict.rule] for c, v in alone.items() if verdict.rule in v}
        by = {c: v for c, v in own.items() if sums.fingerprint(v) != mark}
        made = sums.summed(rest, by)
        lines, units = made if made is not None else ((), None)
        return Ask(verdict, aims, weight, lines, units, touch=frozenset(by))
    if people.fits(verdict):
        found, touch, grows = people.people_of(judge.base, fleet, verdict)
        return Ask(verdict, aims, weight, people=found, touch=touch, grows=grows)
    touch, opens = _touching(fleet, verdict.rule_def)
    return Ask(verdict, aims, weight, touch=touch, grows=opens and verdict.rule_def.kind in _ADDING)


def _touching(fleet: Fleet, rule: Rule) -> tuple[frozenset[int], bool]:
    """Versions of what a rule's questions of reach ask about, and whether all of them only open."""
    record = kind_of(rule)
    queries = [q for q in (main_query(rule), *record.more_queries(rule)) if q is not None]
    if not queries and rule.categories:
        queries = [nearest_query(rule)]
    rows = [fleet.rows(leg) for q in queries for leg in q.legs]
    if any(q.origin == "facilities" for q in queries):
        rows.append(np.arange(len(fleet.frame)))
    groups = {int(fleet.group[r]) for own in rows for r in own}
    columns = frozenset(c for c, g in enumerate(fleet.choices.group) if g in groups)
    moves = [fleet.choices.moves[m] for c in columns for m in fleet.choices.columns[c]]
    return columns, all(m.kind == "open" for m in moves)


def _judged_alone(
    judge: Judge, choices: Versions, rules: Sequence[Rule]
) -> tuple[dict[str, Verdict], dict[int, dict[str, Verdict]]]:
    """The rules that tables decide, judged with nothing done and with each version alone.

    New sites of one table in one area are alike to every table: they are judged once.
    """
    if not rules:
        return {}, {}
    sites = [m for m in choices.moves if m.kind == "open" and m.place is not None]
    areas = area_of(judge.base.inputs, [m.place for m in sites if m.place is not None])
    area = {m.id: a for m, a in zip(sites, areas, strict=True)}
    found: dict[int, dict[str, Verdict]] = {}
    alike: dict[tuple[int, str | None, str], int] = {}
    for column, own in enumerate(choices.columns):
        first = choices.moves[own[0]]
        if first.kind == "open":
            key = (first.line, area.get(first.id), first.name)
            if alike.setdefault(key, column) != column:
                found[column] = found[alike[key]]
                continue
        found[column] = judge.tables([choices.moves[m] for m in own], rules)
    return judge.tables((), rules), found
