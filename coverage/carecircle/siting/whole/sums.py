"""Clauses judged from tables as sums: what each version alone changes in what the judge counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from carecircle.rules import Outcome, Rule, Verdict
from carecircle.rules.judging.measures_load import load_band
from carecircle.rules.judging.parts import RuleUnit
from carecircle.rules.kinds import kind_of
from carecircle.siting.whole.asks import Line, UnitAsk, Units

KINDS = ("presence", "share", "conditional", "ratio", "count", "load")
"""Kinds whose outcome the tables alone decide."""
Versions = Mapping[int, Verdict]
"""A clause judged with each version alone, by its column; those that change nothing of it are absent."""
_AREAS = ("town", "village", "county")
_SLACK = 1e-9


def fingerprint(verdict: Verdict) -> tuple[object, ...]:
    """What a clause came to and was counted from: two that are equal are the same to every sum."""
    units = tuple((u.id, u.outcome, u.observed, u.residents) for u in verdict.units)
    return verdict.outcome, verdict.observed, verdict.parts, units


def summed(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], Units | None] | None:
    """What a clause asks, as sums; None where only the judge can say.

    What one version changes is added to what another changes: that holds as versions are of different
    facilities, each of which is counted by itself. A figure known only to lie between two ends enters with
    its lower end, so that nothing possible is ruled out; `reanalyze` has the last word.

    Parameters
    ----------
    base
        Judged from the tables with nothing done.
    by
        The same with each version alone.
    """
    rule = base.rule_def
    if rule.any_of or rule.per_class or base.counties:
        return None
    made = _MADE.get(rule.kind)
    return None if made is None else made(base, by)


def _between(
    value: Callable[[Verdict], float | None], base: Verdict, by: Versions, asked: object, sign: str
) -> tuple[Line, ...] | None:
    """The lines of one figure against its target."""
    start = value(base)
    others = {c: value(v) for c, v in by.items()}
    if start is None or None in others.values():
        return None
    change = {c: v - start for c, v in others.items() if v is not None and v != start}
    return _lines(start, change, asked, sign)


def _lines(start: float, change: Mapping[int, float], asked: object, sign: str) -> tuple[Line, ...]:
    low, high = asked if isinstance(asked, tuple) else (asked, asked)
    found = []
    slack = _SLACK * max(1.0, abs(float(low)), abs(float(high)), abs(start))
    if sign in (">=", ">", "==", "between"):
        found.append(Line(start - float(low) + slack, dict(change)))
    if sign in ("<=", "<", "between"):
        found.append(Line(float(high) - start + slack, {c: -v for c, v in change.items()}))
    return tuple(found)


def _count(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], None] | None:
    rule = base.rule_def
    comparison, target = rule.asked

    def value(verdict: Verdict) -> float | None:
        if rule.by == "named":
            return verdict.observed
        return None if verdict.parts is None else verdict.parts[0]

    lines = _between(value, base, by, target, comparison)
    return None if lines is None else (lines, None)


def _ratio(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], Units | None] | None:
    rule = base.rule_def
    if rule.by == "facility":
        return _passing(base, by)
    comparison, target = rule.asked
    if rule.by != "region":
        return (
            None if target is None else _by_unit(base, by, lambda u: _figure_lines(u, by, target, comparison))
        )
    if base.parts is None or any(v.parts is None for v in by.values()) or target is None:
        return None
    low, high = target if isinstance(target, tuple) else (target, target)

    def against(goal: float) -> Callable[[Verdict], float | None]:
        def value(verdict: Verdict) -> float | None:
            top, bottom = verdict.parts or (math.nan, None)
            return None if bottom is None else (top * rule.per - goal * bottom)

        return value

    lines: list[Line] = []
    for goal, sign in ((low, ">="), (high, "<=")):
        if comparison in ("between", "==") or comparison[0] == sign[0]:
            if comparison == "==" and sign == "<=":
                continue  # more is a surplus, no gap
            found = _between(against(float(goal)), base, by, 0.0, sign)
            if found is None:
                return None
            scale = max(1.0, abs(float(goal)) * abs(base.parts[1] or 1.0))
            lines += [Line(one.base + _SLACK * scale, one.by) for one in found]
    return tuple(lines), None


def _passing(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], None]:
    """Facilities as units, each counted by itself: those that comply, against the target's share of all."""
    target = _share(base.rule_def)

    def value(verdict: Verdict) -> float:
        judged = [u for u in verdict.units if u.outcome is not Outcome.WAIVED]
        return sum(u.outcome is Outcome.PASS for u in judged) - target * len(judged)

    lines = _between(value, base, by, 0.0, ">=")
    assert lines is not None
    return lines, None


def _share(rule: Rule) -> float:
    """The share of the units that must comply: all, where the target is not one."""
    return rule.target if kind_of(rule).share_target and isinstance(rule.target, float) else 1.0


def _presence(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], Units | None] | None:
    rule = base.rule_def
    each = rule.each
    if rule.each_role:
        return _by_unit(base, by, lambda u: _figure_lines(u, by, 1.0, ">="))
    if rule.by == "named" or (each is not None and each.of_one):
        return _by_unit(base, by, lambda u: _any_lines(u, by))
    value, sign = (1.0, ">=") if each is None else (each.value, each.comparison)
    return _by_unit(base, by, lambda u: _figure_lines(u, by, value, sign))


def _conditional(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], Units | None] | None:
    return _presence(base, by) if base.rule_def.by in _AREAS else _passing(base, by)


def _by_unit(
    base: Verdict, by: Versions, lines: Callable[[RuleUnit], tuple[Line, ...] | None]
) -> tuple[tuple[Line, ...], Units] | None:
    """The units of a clause; None where a version changes which they are, or the share asked is unlike."""
    ids = [u.id for u in base.units]
    if any([u.id for u in v.units] != ids for v in by.values()) and base.rule_def.by != "named":
        return None
    found = []
    for place, unit in enumerate(base.units):
        own = lines(unit)
        if own is None:
            return None
        excused = tuple(
            c for c, v in by.items() if len(v.units) > place and v.units[place].outcome is Outcome.WAIVED
        )
        found.append(UnitAsk(own, unit.outcome is Outcome.WAIVED, excused))
    target = _share(base.rule_def)
    return (), Units(tuple(found), target)


def _at(verdict: Verdict, unit: RuleUnit) -> RuleUnit | None:
    return next((u for u in verdict.units if u.id == unit.id), None)


def _figure_lines(unit: RuleUnit, by: Versions, asked: object, sign: str) -> tuple[Line, ...]:
    """A unit's figure, added up over its facilities."""
    start = unit.observed or 0.0
    others = {c: _at(v, unit) for c, v in by.items()}
    change = {c: (u.observed or 0.0) - start for c, u in others.items() if u is not None}
    return _lines(start, {c: v for c, v in change.items() if v}, asked, sign)


def _any_lines(unit: RuleUnit, by: Versions) -> tuple[Line, ...]:
    """A unit that complies where one facility shows enough: some version must, if it does not now."""
    if unit.outcome is Outcome.PASS:
        return ()
    good = (Outcome.PASS, Outcome.WAIVED)
    place = {c: v for c, v in by.items() if any(u.name == unit.name and u.outcome in good for u in v.units)}
    return (Line(-1.0, dict.fromkeys(place, 1.0)),)


def _load(base: Verdict, by: Versions) -> tuple[tuple[Line, ...], Units | None] | None:
    rule = base.rule_def
    low, high = rule.target if isinstance(rule.target, tuple) else (0.0, math.inf)
    if rule.by in _AREAS:
        return _by_unit(base, by, lambda u: _loaded(u, by, low, high))
    if base.parts is None or any(v.parts is None for v in by.values()):
        return None
    needed, _ = load_band(base.parts[0], low, high)
    lines = _between(lambda v: None if v.parts is None else v.parts[1], base, by, float(needed), ">=")
    return None if lines is None else (lines, None)


def _loaded(unit: RuleUnit, by: Versions, low: float, high: float) -> tuple[Line, ...]:
    """As many facilities as an area's residents ask for, and no more."""
    if unit.residents is None:
        return (Line(-1.0),)

    def number(one: RuleUnit | None) -> float:
        return 0.0 if one is None or not one.observed else float(round((one.residents or 0.0) / one.observed))

    needed, most = load_band(unit.residents, low, high)
    start = number(unit)
    change = {c: number(_at(v, unit)) - start for c, v in by.items()}
    return _lines(start, {c: v for c, v in change.items() if v}, (needed, most), "between")


_MADE: Mapping[str, Callable[[Verdict, Versions], tuple[tuple[Line, ...], Units | None] | None]] = {
    "count": _count, "ratio": _ratio, "share": _passing, "presence": _presence, "conditional": _conditional,
    "load": _load,
}  # fmt: skip
