"""A plan held against itself: repeats, parts and wholes, the ratios and residents its numbers imply."""

from __future__ import annotations

import math
import re
import statistics
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from carecircle import categories
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.clashes import clashes
from carecircle.rules.language.finding import Inconsistency, decimals, finding, half, number
from carecircle.rules.language.plan import Plan
from carecircle.rules.language.rule import Rule
from carecircle.texts import Language, Sentence

_SLIGHT = 0.02
"""A ratio whose own numbers miss it by less is a slip of rounding, not a contradiction."""
_GROWTH = 0.25
"""A part that grows by this share of the whole more than the whole does was measured on other facilities."""


def inconsistencies(plan: Plan) -> list[Inconsistency]:
    """Every way a plan's own numbers disagree, found by machine over its rules.

    Parameters
    ----------
    plan
        From `carecircle.load_plan`.

    Returns
    -------
    list of Inconsistency
        Repeats, sums, parts beyond their whole, ratios and residents that its numbers imply; what it starts
        with, builds and lists; the official divisions.
    """
    checks = (_twice, _sums, _implied_ratios, _implied_residents, _other_set, _below_baseline)
    return [*(found for check in checks for found in check(plan)), *clashes(plan)]


@cache
def known_inconsistencies() -> Mapping[str, Mapping[str, str]]:
    """The recorded findings of the catalogue: plan -> key -> what a reader should make of it.

    Returns
    -------
    mapping of str to mapping of str to str
        By the plan's id, then by the finding's `Inconsistency.key`.
    """
    text = (resources.files("carecircle.rules.language") / "known_inconsistencies.toml").read_text(
        encoding="utf-8"
    )
    return tomllib.loads(text)


def touching(found: Iterable[Inconsistency], rule_id: str) -> list[Inconsistency]:
    """The findings that concern one rule."""
    return [f for f in found if rule_id in f.rules]


# ---- the same thing twice ----
def _twice(plan: Plan) -> Iterator[Inconsistency]:
    groups: dict[tuple[object, ...], list[Rule]] = {}
    for rule in plan.rules:
        if rule.target is not None and rule.year is None:
            groups.setdefault(_subject(rule), []).append(rule)
    for rules in groups.values():
        first = rules[0]
        for other in rules[1:]:
            ids = (first.id, other.id)
            if other.target != first.target and other.section != first.section:
                facts: dict[str, Any] = {"one": first.section, "two": other.section}
                yield finding(
                    "two_numbers", ids, first=number(first.target), second=number(other.target), **facts
                )
            elif other.target == first.target and _who(other) != _who(first):
                facts = {"one": _label(first), "two": _label(other)}
                yield finding("two_labels", ids, number=number(first.target), **facts)


def _subject(rule: Rule) -> tuple[object, ...]:
    """What a rule measures; two rules of one subject must give one number."""
    if rule.indicator:
        return (rule.indicator, _counts(rule) == "start")
    parts = (rule.numerator, rule.denominator, rule.denominator_categories, rule.per, rule.total)
    asked = (rule.has, None if rule.each is None else (rule.each.attribute, rule.each.share_of))
    whom = (rule.scope, rule.group)
    where = (rule.kind, rule.by, *whom, rule.units, rule.unit_names, rule.names, rule.comparison == "<=")
    return (*where, *_who(rule), *parts, *asked)


def _counts(rule: Rule) -> str:
    """What a rule's number is: a ``ratio``, a ``share``, a ``total`` or a figure of the ``start``."""
    return kind_of(rule).number


def _label(rule: Rule) -> Sentence:
    """The facilities a rule speaks of, by name in each language."""

    def named(language: Language, joiner: str, brackets: str, either: str, without: str) -> str:
        def listed(terms: Iterable[str]) -> str:
            return joiner.join(categories.label(t, language) for t in terms)

        sets = [
            listed(kinds) + (brackets.format(listed(roles)) if roles else "")
            for kinds, roles in ((rule.categories, rule.designations), *_further(rule))
        ]
        left = without.format(listed(rule.not_categories)) if rule.not_categories else ""
        return either.join(s for s in sets if s) + left

    zh = named("zh", "、", "（{}）", "，或", "（不含{}）")
    return Sentence("rules.who", {"zh": zh, "en": named("en", ", ", " ({})", " or ", " (without {})")})


def _further(rule: Rule) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple((a.categories, a.designations) for a in rule.also)


def _who(rule: Rule) -> tuple[object, ...]:
    """Which facilities a rule speaks of, whatever the order in which it names them."""
    sets = ((rule.categories, rule.designations), *_further(rule))
    own = sorted((tuple(sorted(kinds)), tuple(sorted(roles))) for kinds, roles in sets)
    return (tuple(own), tuple(sorted(rule.not_categories)))


# ---- parts and wholes ----
def _sums(plan: Plan) -> Iterator[Inconsistency]:
    for whole in [plan.find(i) for i in dict.fromkeys(r.part_of for r in plan.rules) if i]:
        parts = [r for r in plan.rules if r.part_of == whole.id]
        for year in ("target", "baseline"):
            total = _of(whole, year)
            summed = math.fsum(_with_parts(plan, p, year) for p in parts)
            if total is None or not summed:
                continue
            ids = (whole.id, *(p.id for p in parts))
            exact = whole.note == "sum_of_parts"
            if exact and not math.isclose(total, summed, rel_tol=1e-9):
                yield finding("sum", ids, year, whole=total, sum=summed)
            elif not exact and summed > total * (1 + 1e-9):
                yield finding("parts_exceed", ids, year, whole=total, sum=summed)


def _of(rule: Rule, year: str) -> float | None:
    return number(rule.target) if year == "target" else rule.baseline


def _with_parts(plan: Plan, rule: Rule, year: str) -> float:
    """A part's number, or what its own parts come to where that is more."""
    inner = math.fsum(_with_parts(plan, r, year) for r in plan.rules if r.part_of == rule.id)
    return max(_of(rule, year) or 0.0, inner)


# ---- ratios implied by others ----
def _implied_ratios(plan: Plan) -> Iterator[Inconsistency]:
    """A per B where the plan also gives A and B per so many residents."""
    by_residents = {
        r.numerator: r
        for r in reversed(plan.rules)
        if _counts(r) == "ratio" and r.denominator == "residents" and not r.categories and not r.designations
    }
    for rule in plan.rules:
        top, bottom = by_residents.get(rule.numerator), by_residents.get(rule.denominator)
        if _counts(rule) != "ratio" or top is None or bottom is None or rule.categories:
            continue
        undone = _met_then_missed(rule, top, bottom)
        yield from [undone] if undone else _implied(rule, top, bottom, "target")
        yield from _implied(rule, top, bottom, "baseline")


def _met_then_missed(rule: Rule, top: Rule, bottom: Rule) -> Inconsistency | None:
    """A ratio that the plan's figures of the starting year meet, and its own targets no longer."""
    stated, scale = number(rule.target), bottom.per / top.per * rule.per
    ends = [(number(r.target), r.baseline) for r in (top, bottom)]
    if stated is None or rule.comparison != ">=" or any(not v for pair in ends for v in pair):
        return None
    (a, a_before), (b, b_before) = ends
    after, before = (a or 0.0) / (b or 1.0) * scale, (a_before or 0.0) / (b_before or 1.0) * scale
    if not after + half(stated) < stated <= before:
        return None
    return finding(
        "met_then_missed", (rule.id, top.id, bottom.id), stated=stated, before=before, after=after,
        top=top.id, bottom=bottom.id,
    )  # fmt: skip


def _implied(rule: Rule, top: Rule, bottom: Rule, year: str) -> Iterator[Inconsistency]:
    stated, a, b = (_of(r, year) for r in (rule, top, bottom))
    if stated is None or a is None or not b:
        return
    scale = bottom.per / top.per * rule.per
    implied = a / b * scale
    slack = half(stated)
    least = most = implied
    if year == "baseline":  # measured figures are rounded as printed; targets are meant as printed
        least, most = (a - half(a)) / (b + half(b)) * scale, (a + half(a)) / (b - half(b)) * scale
    # A target asks for at least so much: only a smaller implied ratio denies it. A baseline is one number.
    if most >= stated - slack and (year == "target" or least <= stated + slack):
        return
    off = abs(implied - stated) / stated
    yield finding(
        "implied_ratio", (rule.id, top.id, bottom.id), year, slight=off < _SLIGHT,
        stated=stated, implied=implied, top=a, bottom=b,
    )  # fmt: skip


# ---- residents implied by totals ----
def implied_residents(plan: Plan, year: str = "baseline") -> dict[str, tuple[float, float, float]]:
    """Residents that each pair of a total and its ratio implies: total's rule -> (least, likely, most).

    The ends allow for the rounding of the printed ratio.
    """
    found = {}
    for rule in plan.rules:
        if not rule.total_of:
            continue
        other = plan.find(rule.total_of)
        if year == "baseline":
            total = number(rule.target) if _counts(rule) == "start" else rule.baseline
            share = other.baseline
        else:
            total = None if _counts(rule) == "start" else number(rule.target)
            share = number(other.target)
        if total is None or not share:
            continue
        slack = 0.5 * 10 ** -max(decimals(share), _quoted_decimals(other, share))
        low, high = total / (share + slack), total / (share - slack)
        found[rule.id] = (low * other.per, total / share * other.per, high * other.per)
    return found


def _quoted_decimals(rule: Rule, value: float) -> int:
    """Digits after the point in the quotation, where it prints trailing zeros (3.20)."""
    printed = [n for n in re.findall(r"\d+\.\d+", rule.quote) if math.isclose(float(n), value)]
    return max((len(n.partition(".")[2]) for n in printed), default=0)


def _implied_residents(plan: Plan) -> Iterator[Inconsistency]:
    for year in ("baseline", "target"):
        ranges = implied_residents(plan, year)
        if len(ranges) < 2:
            continue
        ends = sorted(end for low, _, high in ranges.values() for end in (low, high))
        agreed = max(ends, key=lambda at: sum(low <= at <= high for low, _, high in ranges.values()))
        fits = [r for r, (low, _, high) in ranges.items() if low <= agreed <= high]
        if len(fits) * 2 <= len(ranges):
            likely = [middle for _, middle, _ in ranges.values()]
            yield finding("implied_spread", ranges, year, least=min(likely), most=max(likely))
            continue
        around = statistics.median([ranges[r][1] for r in fits])
        for rule_id, (_, middle, _) in ranges.items():
            if rule_id not in fits:
                ids = (rule_id, plan.find(rule_id).total_of)
                yield finding("implied_residents", ids, year, implied=middle, others=around)


# ---- a baseline of another set of facilities ----
def _other_set(plan: Plan) -> Iterator[Inconsistency]:
    for part in plan.rules:
        whole = plan.find(part.part_of) if part.part_of else None
        if whole is None or _counts(part) != "ratio" or part.baseline is None or whole.baseline is None:
            continue
        ends = number(part.target), number(whole.target)
        if ends[0] is None or ends[1] is None:
            continue
        growth, room = ends[0] - part.baseline, ends[1] - whole.baseline
        if growth > room + _GROWTH * whole.baseline:
            yield finding(
                "other_set", (part.id, whole.id), before=part.baseline, after=ends[0],
                whole_before=whole.baseline, whole_after=ends[1],
            )  # fmt: skip


def _below_baseline(plan: Plan) -> Iterator[Inconsistency]:
    """A "at least" target below where the plan starts."""
    for rule in plan.rules:
        target = number(rule.target)
        if target is None or rule.baseline is None or rule.comparison != ">=" or _counts(rule) == "start":
            continue
        start = rule.baseline / 100 if _counts(rule) == "share" else rule.baseline
        if target < start:
            yield finding("below_baseline", (rule.id,), target=target, baseline=start)
