"""What a rule may not say: combinations of its fields that mean nothing, each with the mend's sentence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.rules.kinds.record import RuleKind, kind_of

if TYPE_CHECKING:
    from carecircle.rules.language.rule import AlsoCounts, Rule


_ONLY_SOME = (
    "each_role", "per_class", "denominator_also", "falls", "published", "stations", "mustering", "statistic",
    "to", "via", "along",
    "nth", "measure", "group",
)  # fmt: skip
"""Fields that only some kinds understand."""
_SETS = ("stations", "to", "via")
"""Fields that hold sets of facilities other than the rule's own."""
_LEVELS = ("region", "county", "town", "village", "facility", "named")
"""What ``by`` may be where a kind does not say; a zone is a referral's alone."""
_ABOUT = ("==", ">=", "<=")
"""Comparisons that a tolerance (左右) widens."""
_SHORTEST = 8
"""Characters that a quotation has at least."""


class MeaninglessRuleError(ValueError):
    """A combination that means nothing: which field (empty: the one being read), and the mend's sentence."""

    def __init__(self, field: str, key: str, /, **facts: object) -> None:
        self.field, self.key, self.facts = field, key, facts
        super().__init__(key)


def faults(rule: Rule) -> Iterator[MeaninglessRuleError]:
    """Every combination of a rule's fields that means nothing.

    Yields
    ------
    MeaninglessRuleError
        With the field, and the sentence that says what would mean something.
    """
    kind = kind_of(rule)
    yield from _words(rule)
    yield from _terms(rule)
    yield from _taken(rule, kind)
    yield from _sets(rule)
    yield from _measured(rule, kind)
    yield from _numbers(rule, kind)
    yield from _shape(rule, kind)
    yield from _exceptions(rule, kind)


def _words(rule: Rule) -> Iterator[MeaninglessRuleError]:
    """A quotation, or for what is not at hand what it states and where."""
    if rule.provenance == "secondary" and rule.quote:
        yield MeaninglessRuleError("quote", "rules.quote_of_secondary")
    second_hand = rule.provenance in ("secondary", "draft")
    if not second_hand and (rule.states or rule.source):
        field = "states" if rule.states else "source"
        yield MeaninglessRuleError(field, "rules.states_of_text", value=rule.provenance)
    if second_hand and not rule.quote:
        for field in ("states", "source"):
            if not getattr(rule, field):
                yield MeaninglessRuleError(field, "rules.tier_lacks", field=field, value=rule.provenance)
    elif not rule.quote:
        yield MeaninglessRuleError("quote", "rules.missing_key", value="quote")
    if 0 < len(rule.words) < _SHORTEST:
        field = "quote" if rule.quote else "states"
        yield MeaninglessRuleError(field, "rules.quote_too_short", value=rule.words)
    if bool(rule.title_zh) != bool(rule.title_en):
        yield MeaninglessRuleError("title_en" if rule.title_zh else "title_zh", "rules.title_in_one_language")


def _categories(rule: Rule) -> list[tuple[str, tuple[str, ...]]]:
    own = [
        ("categories", rule.categories), ("denominator_categories", rule.denominator_categories),
        ("not_categories", rule.not_categories),
    ]  # fmt: skip
    return own + [(field, more.categories) for field, more in _further(rule)]


def _roles(rule: Rule) -> list[tuple[str, tuple[str, ...]]]:
    own = [
        ("designations", rule.designations), ("denominator_designations", rule.denominator_designations),
        ("has", rule.has),
    ]  # fmt: skip
    return own + [(field, more.designations) for field, more in _further(rule)]


def _further(rule: Rule) -> list[tuple[str, AlsoCounts]]:
    """Every further set of facilities, with the field it stands in."""
    fields = ("also", "denominator_also", *_SETS)
    return [(field, more) for field in fields for more in getattr(rule, field)]


def _sets(rule: Rule) -> Iterator[MeaninglessRuleError]:
    """Further sets that add nothing, and categories left out that were never in."""
    pairs = (
        ("also", rule.also, rule.categories, rule.designations),
        (
            "denominator_also", rule.denominator_also, rule.denominator_categories,
            rule.denominator_designations,
        ),
    )  # fmt: skip
    for field, also, kinds, roles in pairs:
        if also and not (kinds or roles):
            yield MeaninglessRuleError(field, "rules.also_of_all", field=field)
        for more in also:
            if not (more.categories or more.designations):
                yield MeaninglessRuleError(field, "rules.also_empty", field=field)
            elif (more.categories, more.designations) == (kinds, roles):
                yield MeaninglessRuleError(field, "rules.also_twice", field=field)
    for field in _SETS:
        if any(not (s.categories or s.designations) for s in getattr(rule, field)):
            yield MeaninglessRuleError(field, "rules.also_empty", field=field)
    if rule.not_categories and rule.categories:
        named = (*rule.categories, *(c for a in rule.also for c in a.categories))
        for left in rule.not_categories:
            if not categories.broader(left) & set(named):
                yield MeaninglessRuleError(
                    "not_categories", "rules.left_out_of_nothing", value=left, kinds=list(named)
                )


def _taken(rule: Rule, kind: RuleKind) -> Iterator[MeaninglessRuleError]:
    """Fields that only some kinds understand, and what those fields need beside them."""
    for field in _ONLY_SOME:
        if getattr(rule, field) and field not in kind.takes:
            yield MeaninglessRuleError(field, "rules.field_unused", field=field, kind=rule.kind)
    if rule.each_role and (len(rule.has) < 2 or rule.by != "region" or rule.each is not None):
        yield MeaninglessRuleError("each_role", "rules.each_role_needs")
    if rule.per_class and (len(rule.categories) < 2 or rule.by != "region" or rule.also):
        yield MeaninglessRuleError("per_class", "rules.per_class_needs")
    if not rule.region_only and rule.by != "named":
        yield MeaninglessRuleError("region_only", "rules.region_only_named")


def _measured(rule: Rule, kind: RuleKind) -> Iterator[MeaninglessRuleError]:
    """What is only measured, and what is meant to fall."""
    if rule.permission and rule.reserve:
        yield MeaninglessRuleError("reserve", "rules.permission_or_reserve")
    for field in ("permission", "reserve"):
        if getattr(rule, field) and kind.number == "start":
            yield MeaninglessRuleError(field, "rules.field_unused", field=field, kind=rule.kind)
        if getattr(rule, field) and rule.modality == "binding":
            yield MeaninglessRuleError(field, "rules.permission_binding", field=field)
    if not rule.falls:
        return
    if rule.comparison not in ("<=", "<"):
        yield MeaninglessRuleError("comparison", "rules.falls_at_most", value=rule.comparison)
    start = rule.baseline if rule.published is None else rule.published.value
    if start is None:
        yield MeaninglessRuleError("falls", "rules.falls_from")
    elif isinstance(rule.target, float) and start <= rule.target:
        yield MeaninglessRuleError("falls", "rules.rises", baseline=start, target=rule.target)


@cache
def _figures() -> frozenset[str]:
    """Whatever a rule may ask of a facility or an area."""
    return frozenset({*categories.attributes(), *categories.area_attributes(), "facilities", ""})


def _terms(rule: Rule) -> Iterator[MeaninglessRuleError]:
    known = categories.categories()
    for field, terms in _categories(rule):
        for term in terms:
            if term not in known:
                near = categories.canonical(term) or categories.nearest(term) or "—"
                yield MeaninglessRuleError(field, "rules.unmapped_category", value=term, near=near)
    for field, terms in _roles(rule):
        for term in terms:
            if not categories.is_role(term):
                yield MeaninglessRuleError(
                    field, "rules.unknown_role", value=term, near=categories.role(term) or "—"
                )
    figures = _figures()
    asked = [("numerator", rule.numerator), ("denominator", rule.denominator)]
    asked += [("when", c.attribute) for c in rule.when]
    if rule.each is not None:
        asked += [("each", rule.each.attribute), ("each", rule.each.share_of)]
    for field, name in asked:
        if name not in figures:
            yield MeaninglessRuleError(
                field, "rules.unknown_attribute", value=name, near=categories.attribute(name) or "—"
            )


def _numbers(rule: Rule, kind: RuleKind) -> Iterator[MeaninglessRuleError]:
    wanted = kind.limit_units
    if not wanted and (rule.limit is not None or rule.limit_unit):
        yield MeaninglessRuleError("limit", "rules.limit_unused", kind=rule.kind)
    if wanted and rule.limit_unit not in wanted:
        yield MeaninglessRuleError(
            "limit_unit", "rules.wrong_unit", value=rule.limit_unit, kind=rule.kind, wanted=wanted
        )
    if "limit" in kind.requires and rule.limit is None:
        yield MeaninglessRuleError("limit", "rules.missing_field", field="limit", kind=rule.kind)
    if isinstance(rule.target, tuple):
        low, high = rule.target
        if not 0 <= low < high:
            yield MeaninglessRuleError("target", "rules.impossible_band", low=low, high=high)
        if rule.comparison != "between":
            yield MeaninglessRuleError("comparison", "rules.band_comparison", value=rule.comparison)
    elif rule.comparison == "between":
        yield MeaninglessRuleError("target", "rules.band_missing")
    if kind.share_target and isinstance(rule.target, float) and not 0 <= rule.target <= 1:
        yield MeaninglessRuleError("target", "rules.share_beyond_one", value=rule.target)
    if rule.tolerance and (rule.comparison not in _ABOUT or not isinstance(rule.target, float)):
        yield MeaninglessRuleError("tolerance", "rules.tolerance_needs_equal")


def _shape(rule: Rule, kind: RuleKind) -> Iterator[MeaninglessRuleError]:
    for field in kind.requires:
        if getattr(rule, field) in ((), "", None):
            yield MeaninglessRuleError(field, "rules.missing_field", field=field, kind=rule.kind)
    if kind.metrics and rule.metric not in kind.metrics:
        yield MeaninglessRuleError(
            "metric", "rules.wrong_metric", value=rule.metric, kind=rule.kind, wanted=kind.metrics
        )
    levels = kind.levels or _LEVELS
    if rule.by not in levels:
        yield MeaninglessRuleError("by", "rules.wrong_by", value=rule.by, kind=rule.kind, wanted=levels)
    if (rule.by == "named") != bool(rule.names):
        yield MeaninglessRuleError("names", "rules.names_and_named")
    yield from kind.faults(rule)


def _exceptions(rule: Rule, kind: RuleKind) -> Iterator[MeaninglessRuleError]:
    for exception in rule.unless:
        if exception.when == "shares_with_neighbour" and exception.below is None:
            yield MeaninglessRuleError("unless", "rules.missing_field", field="below", kind=exception.when)
        if exception.when == "second_allowed" and exception.at_least is None:
            yield MeaninglessRuleError("unless", "rules.missing_field", field="at_least", kind=exception.when)
    if rule.unless and not kind.exceptions:
        yield MeaninglessRuleError("unless", "rules.unless_presence", kind=rule.kind)
