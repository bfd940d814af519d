"""A plan held against where it starts, what it builds, how few it speaks of, and the official divisions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from carecircle import categories
from carecircle.categories.roles import Level, level
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.finding import Inconsistency, decimals, finding, number
from carecircle.rules.language.plan import Plan
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

_ROUNDING = 0.02
"""What is left of a whole may shrink by this share before it is more than a slip of rounding."""
_GROWTH = 0.25
"""As in ``other_set``."""
_FEW = 3
"""So few facilities that a share of them is all or none."""
_ADDED = "_added"
"""How the attribute of what is built new ends (``childcare_places_added``)."""
_UNITS = {"street": "streets", "township": "townships", "community": "communities", "village": "villages"}


def clashes(plan: Plan) -> Iterator[Inconsistency]:
    """Every finding of this room's checks, in the order of the checks."""
    for check in (
        _more_already, _two_strengths, _must_shrink, _small_denominator, _more_than_built,
        _looser_than_reached, _table_rows, _beside_divisions,
    ):  # fmt: skip
        yield from check(plan)


# ---- how many are set, and how many there were ----
def _more_already(plan: Plan) -> Iterator[Inconsistency]:
    """Exactly so many are set where the starting year has more of the same category."""
    for start in plan.rules:
        if kind_of(start).number != "start" or not start.categories or start.numerator:
            continue
        kinds = set(start.categories)
        if not _levels(start.designations):
            continue
        same = [r for r in plan.rules if set(r.categories) == kinds and _exactly(r) is not None]
        same = [r for r in same if _owners(r) and not _levels(r.designations)]
        most: dict[tuple[str, ...], float] = {}
        for rule in same:
            owner = _owners(rule)
            most[owner] = max(most.get(owner, 0.0), _exactly(rule) or 0.0)
        found = number(start.target)
        if same and found is not None and found > math.fsum(most.values()):
            ids = (start.id, *(r.id for r in same))
            yield finding("more_already", ids, found=found, set=math.fsum(most.values()))


def _exactly(rule: Rule) -> float | None:
    """The number of facilities that a rule sets in the whole region, no more and no fewer."""
    if rule.by != "region" or rule.has:
        return None
    if rule.comparison == "==" and kind_of(rule).number == "total" and not rule.numerator:
        return number(rule.target)
    each = rule.each
    exact = each is not None and each.attribute == "facilities" and each.comparison == "=="
    return each.value if each is not None and exact and kind_of(rule).exceptions else None


def _levels(roles: Iterable[str]) -> list[Level]:
    return [found for role in roles if (found := level(role.removesuffix("及以上"))) is not None]


def _owners(rule: Rule) -> tuple[str, ...]:
    return tuple(role for role in rule.designations if categories.is_ownership(role))


# ---- the same thing, firmly and softly ----
def _two_strengths(plan: Plan) -> Iterator[Inconsistency]:
    """One place says 均配备, another 力争, of the same thing and the same number."""
    firm = [r for r in plan.rules if not r.softeners and r.target is not None]
    by_subject: dict[object, list[Rule]] = {}
    for rule in firm:
        by_subject.setdefault(_asked(rule), []).append(rule)
    for soft in plan.rules:
        if not soft.softeners or soft.target is None or kind_of(soft).number not in ("ratio", "share"):
            continue
        for other in by_subject.get(_asked(soft), ()):
            if other.section != soft.section and _within(soft, other):
                one, two, words = other.section, soft.section, list(soft.softeners)
                yield finding("two_strengths", (other.id, soft.id), one=one, two=two, words=words)


def _asked(rule: Rule) -> tuple[object, ...]:
    """What is asked of whatever facilities, and the number."""
    each = rule.each and (rule.each.attribute, rule.each.comparison, rule.each.value, rule.each.share_of)
    return (rule.kind, rule.by, rule.numerator, rule.denominator, rule.per, rule.has, each, rule.target)


def _within(soft: Rule, firm: Rule) -> bool:
    """Whether the facilities of one rule are among the other's."""
    return all(
        any(set(kinds) <= set(wide) and set(fewer) <= set(roles) for wide, fewer in firm.facilities.parts)
        for kinds, roles in soft.facilities.parts
    )


# ---- what is left of a whole ----
def _must_shrink(plan: Plan) -> Iterator[Inconsistency]:
    """A whole and one part that both hold only if everything else becomes fewer."""
    for part in plan.rules:
        whole = plan.find(part.part_of) if part.part_of else None
        if whole is None or kind_of(part).number not in ("ratio", "total") or part.measured_only:
            continue
        ends, own = _path(whole), _path(part)
        if ends is None or own is None or whole.per != part.per:
            continue
        before = ends[0] - own[0]
        after = ends[1] * (1 + whole.tolerance) - own[1] * (1 - part.tolerance)
        grows = own[1] - own[0] > ends[1] - ends[0]
        if grows and 0 <= after < before * (1 - _ROUNDING) and not _other_facilities(own, ends):
            yield finding(
                "must_shrink", (part.id, whole.id), before=round(before, 4), after=round(after, 4),
                part=own[1], whole=ends[1],
            )  # fmt: skip


def _path(rule: Rule) -> tuple[float, float] | None:
    """Where a rule starts and where it is to end; None where the plan does not say both."""
    target = number(rule.target)
    return None if target is None or rule.baseline is None else (rule.baseline, target)


def _other_facilities(part: tuple[float, float], whole: tuple[float, float]) -> bool:
    """Whether the part's figure of the starting year is of other facilities: told by ``other_set``."""
    return part[1] - part[0] > whole[1] - whole[0] + _GROWTH * whole[0]


# ---- a share of very few ----
def _small_denominator(plan: Plan) -> Iterator[Inconsistency]:
    """A share that so few facilities cannot come to: 33 % of one or two, 60 % of two."""
    sets = [r for r in plan.rules if r.categories and _exactly(r) is not None]
    for rule in plan.rules:
        if kind_of(rule).number != "share" or rule.by != "region":
            continue
        if rule.baseline is None and rule.target == 1:
            continue
        exact, few = _how_many(plan, rule, sets)
        if few is None:
            continue
        start = None if rule.baseline is None else rule.baseline / 100
        target = number(rule.target)
        if exact and start is not None and all(_none_comes_to(start, n, rule.baseline or 0.0) for n in few):
            yield finding("small_denominator", (rule.id,), share=f"{rule.baseline:g}%", n=few[-1])
        elif target is not None and target < 1 and 1 < few[0] == few[-1] <= _FEW:
            n = few[0]
            if math.ceil(target * n - 1e-9) == n:
                yield finding("small_denominator", (rule.id,), share=f"{target:.0%}", n=n)


def _none_comes_to(share: float, n: int, printed: float) -> bool:
    """Whether no whole number out of n comes to a share as it is printed (in percent)."""
    slack = 0.5 / 100 / 10 ** decimals(printed)
    return all(abs(share - k / n) > slack + 1e-12 for k in range(n + 1))


def _how_many(plan: Plan, rule: Rule, sets: list[Rule]) -> tuple[int, range | None]:
    """How many facilities a share is of: those that the plan sets, and the range with those that it names."""
    kinds = categories.kinds_of(rule.categories)
    if any(not set(r.categories) <= kinds and _overlaps(r, kinds) for r in sets):
        return 0, None
    most: dict[tuple[str, ...], float] = {}
    for other in sets:
        if set(other.categories) <= kinds:
            most[other.categories] = max(most.get(other.categories, 0.0), _exactly(other) or 0.0)
    exact = int(math.fsum(most.values()))
    wanted = min(_levels(rule.designations), default=None)
    named = {
        name
        for r in plan.rules
        if r.by == "named" and wanted is not None and any(own >= wanted for own in _levels(r.has))
        for name in r.names
        if (kind := categories.from_name(name.partition("|")[0])) is not None and kind in kinds
    }
    low, high = max(exact, len(named)), exact + len(named)
    return exact, range(low, high + 1) if low > 0 and high <= _FEW else None


def _overlaps(rule: Rule, kinds: frozenset[str]) -> bool:
    return bool(categories.kinds_of(rule.categories) & kinds)


# ---- what is built, and what is needed ----
def _more_than_built(plan: Plan) -> Iterator[Inconsistency]:
    """A ratio whose growth asks for more than the plan builds of it."""
    residents = None if plan.official is None else plan.official.residents
    if residents is None:
        return
    for built in plan.rules:
        adds = number(built.target)
        if not built.numerator.endswith(_ADDED) or adds is None or kind_of(built).number != "total":
            continue
        for rule in plan.rules:
            same = rule.numerator == built.numerator.removesuffix(_ADDED) and rule.denominator == "residents"
            target = number(rule.target)
            if not same or target is None or rule.baseline is None or kind_of(rule).number != "ratio":
                continue
            needed = (target - rule.baseline) * residents / rule.per
            if needed > adds * (1 + _ROUNDING):
                ids = (rule.id, built.id)
                yield finding("more_than_built", ids, needed=round(needed), adds=adds, residents=residents)


# ---- a limit that is reached already ----
def _looser_than_reached(plan: Plan) -> Iterator[Inconsistency]:
    """A published figure that may, by its target, become worse than it is."""
    for rule in plan.rules:
        own, target = rule.published, number(rule.target)
        if own is None or target is None:
            continue
        worse = own.value < target if rule.comparison in ("<=", "<") else (
            rule.comparison in (">=", ">") and own.value > target
        )  # fmt: skip
        if worse:
            yield finding(
                "looser_than_reached", (rule.id,), target=target, found=own.value, in_=str(own.year)
            )


# ---- a count, and the rows that make it up ----
def _table_rows(plan: Plan) -> Iterator[Inconsistency]:
    """A count in the text beside the rows of the table that names each."""
    for rule in plan.rules:
        target = number(rule.target)
        names = {name for other in rule.listed for name in plan.find(other).names}
        if target is not None and names and len(names) != target:
            yield finding("table_rows", (rule.id, *rule.listed), count=target, rows=len(names))


# ---- the official divisions ----
def _beside_divisions(plan: Plan) -> Iterator[Inconsistency]:
    """One a town or village, so many in all, and another number of towns or villages."""
    official = plan.official
    if official is None:
        return
    for count in plan.rules:
        sets = _exactly(count)
        if sets is None:
            continue
        ones = [r for r in plan.rules if _one_each(r) and set(r.categories) == set(count.categories)]
        for units in dict.fromkeys(r.units for r in ones):
            there = getattr(official, _UNITS[units])
            if there is None or there == sets:
                continue
            said = Sentence(f"rules.units_only_{units}", {"n": there})
            ids = (count.id, *(r.id for r in ones if r.units == units))
            yield finding("beside_divisions", ids, count=sets, units=said, in_=str(official.year))


def _one_each(rule: Rule) -> bool:
    """Whether every 街道, 乡镇, 社区 or 行政村 is to have one, and nothing else would do."""
    each = rule.each
    one = each is None or (each.attribute == "facilities" and each.value == 1)
    return rule.units in _UNITS and one and not rule.any_of and kind_of(rule).exceptions
