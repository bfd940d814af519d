"""The rule language: what a rule of a plan file may say, and which combinations mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from carecircle import categories
from carecircle.profiles import modes, nearest_mode
from carecircle.rules.kinds.record import RuleKind, kind_of, kinds
from carecircle.strict import Strict


class _Registered:
    """The vocabulary of kinds: whatever the register holds when a plan is read or its schema written."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.known)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"enum": [kind.name for kind in kinds()], "type": "string"}

    @staticmethod
    def known(value: Any) -> str:
        names = [kind.name for kind in kinds()]
        if value in names:
            return str(value)
        expected = f"{', '.join(map(repr, names[:-1]))} or {names[-1]!r}"
        raise PydanticKnownError("literal_error", {"expected": expected})


Kind = Annotated[str, _Registered()]
By = Literal["region", "county", "town", "village", "facility", "named"]
Comparison = Literal[">=", "<=", "==", ">", "<", "between"]
When = Literal["shares_with_neighbour", "second_allowed", "outreach", "branches_kept"]

_PER_UNIT: dict[str, float] = {"km": 1000.0, "m": 1.0, "min": 1.0, "h": 60.0}


class MeaninglessRuleError(ValueError):
    """A combination that means nothing: which field (empty: the one being read), and the fix's sentence."""

    def __init__(self, field: str, key: str, /, **facts: object) -> None:
        self.field, self.key, self.facts = field, key, facts
        super().__init__(key)


class _KnownMode:
    """A mode of travel by its name in `carecircle.profiles`, where those from outside are registered too."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_known_mode, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"enum": list(modes()), "type": "string"}


def _known_mode(mode: str) -> str:
    if mode not in modes():
        facts = {"value": mode, "near": nearest_mode(mode), "known": modes()}
        raise MeaninglessRuleError("", "profiles.unknown_mode", **facts)
    return mode


Mode = Annotated[str, _KnownMode()]


class Waiver(Strict):
    """A plan's own exception: closed vocabulary and the sentence that grants it."""

    when: When
    """Which exception: of the closed vocabulary."""
    quote: str = Field(min_length=8)
    """The plan's sentence that grants it."""
    below: float | None = None
    """``shares_with_neighbour``: a unit with fewer residents may use a neighbouring unit's facility."""
    at_least: float | None = None
    """``second_allowed``: a unit with this many residents or more may have a second facility."""


class Condition(Strict):
    """A figure against a number: ``{attribute = "beds", comparison = ">=", value = 1}``."""

    attribute: str
    """A facility attribute, an area attribute, or ``facilities`` (their number)."""
    comparison: Literal[">=", "<=", "==", ">", "<"] = ">="
    """How the figure must stand to ``value``."""
    value: float
    """In the attribute's own unit; a share (0-1) with ``share_of``."""
    share_of: str = ""
    """The figure is divided by this one first (25 % of the physicians)."""


class Rule(Strict):
    """One number of one clause, as the plan writes it.

    The page about the rule language lists the fields each kind uses; what a kind requires, takes and
    refuses is in its record (`RuleKind`).
    """

    id: str = Field(min_length=1, pattern=r"^\S+$")
    """Unique in the plan: ``L1.radius``."""
    clause: str = Field(min_length=1)
    """The clause it belongs to: ``L1``."""
    section: str
    """Where in the plan."""
    quote: str = Field(min_length=8)
    """The sentence, verbatim."""
    kind: Kind
    """Which measure judges it."""
    categories: tuple[str, ...] = ()
    """The facilities it speaks of; a narrower category counts."""
    designations: tuple[str, ...] = ()
    """Roles that each of them must hold."""
    names: tuple[str, ...] = ()
    """``by = "named"``: the facilities' names as the plan writes them."""
    scope: Literal["all", "urban", "rural"] = "all"
    """Whose residents count."""
    by: By = "region"
    """Judged once for the region, or unit by unit."""
    units: Literal["", "street", "township", "community", "village"] = ""
    """Which areas of the level count: 街道 or 乡镇, 社区 or 行政村; empty: all."""
    unit_names: tuple[str, ...] = ()
    """Only the areas of these names."""
    metric: Literal["", "minutes", "straight_m", "road_m"] = ""
    """``radius``, ``time``, ``response``: what is measured, in minutes or metres."""
    direction: Literal["to_facility", "from_facility"] = "to_facility"
    """Residents travel to the facility, or an ambulance from it."""
    mode: Mode | None = None
    """By which mode; of a straight line, the mode of the road distance beside it."""
    alternatives: tuple[Mode, ...] = ()
    """Further modes whose result is shown with the outcome."""
    limit: float | None = Field(default=None, gt=0)
    """``radius``, ``time``, ``response``: inclusive, in ``limit_unit``."""
    limit_unit: Literal["", "km", "m", "min", "h"] = ""
    """Unit of ``limit``."""
    comparison: Comparison = ">="
    """How the figure must stand to ``target``."""
    target: float | tuple[float, float] | None = None
    """The number to reach (a share is 0-1), or both ends of a band."""
    target_source: Literal["plan", "assumed"] = "plan"
    """Whether the plan states the target; where assumed, a study may set its own share."""
    tolerance: float = Field(default=0.0, ge=0, lt=1)
    """左右: the share of the target by which a figure may miss it on either side."""
    modality: Literal["binding", "expected", "stated"] = "stated"
    """约束性, 预期性, or merely stated."""
    softeners: tuple[str, ...] = ()
    """原则上, 力争 …: shown, never judged."""
    each: Condition | None = None
    """``presence``: how many facilities a unit must have (attribute ``facilities``) or what a named one must
    show; ``share``: what a facility must show to count."""
    has: tuple[str, ...] = ()
    """Roles (designations, departments, levels) a facility must hold to count."""
    when: tuple[Condition, ...] = ()
    """``conditional``: every one of these must be so before ``each`` or ``has`` binds."""
    numerator: str = ""
    """``ratio``: the attribute that is summed."""
    denominator: str = ""
    """``residents``, ``residents_0_14``, ``residents_rural`` ..., or a facility attribute."""
    denominator_categories: tuple[str, ...] = ()
    """``ratio``: the facilities whose attribute is the denominator."""
    denominator_designations: tuple[str, ...] = ()
    """Roles that each of those must hold."""
    per: float = Field(default=1.0, gt=0)
    """``ratio``, ``load``: per so many of the denominator (1000 for 每千人口)."""
    total: str = ""
    """Name of the official figure (totals table) that may stand for the sum or count."""
    baseline: float | None = None
    """The plan's own figure of its starting year."""
    indicator: str = ""
    """What is measured, in one word for the consistency check; empty: told from the fields."""
    part_of: str = ""
    """The rule whose number this one is a part of."""
    total_of: str = ""
    """The ratio rule whose numerator this rule's number is: together they imply how many residents."""
    year: int | None = None
    """A target year other than the plan's."""
    note: Literal["", "assumed_units", "sum_of_parts"] = ""
    """``assumed_units``: the clause names no unit, this rule assumes one; ``sum_of_parts``: the rules that
    are ``part_of`` this one add up to it."""
    any_of: tuple[str, ...] = ()
    """Other rules of the plan that meet the clause as well."""
    unless: tuple[Waiver, ...] = ()
    """The plan's own exceptions."""
    contradicts: tuple[str, ...] = ()
    """Other rules of the plan that cannot hold together with this one."""

    @property
    def factor(self) -> float:
        """Metres or minutes in one ``limit_unit``."""
        return _PER_UNIT.get(self.limit_unit, 1.0)

    @property
    def band(self) -> tuple[float, float] | None:
        """The target as a band, where it is one (a stated tolerance makes one)."""
        if isinstance(self.target, tuple):
            return self.target
        if self.target is not None and self.tolerance:
            slack = abs(self.target) * self.tolerance
            return round(self.target - slack, 12), round(self.target + slack, 12)
        return None

    @model_validator(mode="after")
    def _meaningful(self) -> Self:
        fault = next(_faults(self), None)
        if fault is not None:
            raise fault
        return self


def _faults(rule: Rule) -> Iterator[MeaninglessRuleError]:
    kind = kind_of(rule)
    yield from _terms(rule)
    yield from _numbers(rule, kind)
    yield from _shape(rule, kind)
    yield from _exceptions(rule, kind)


def _terms(rule: Rule) -> Iterator[MeaninglessRuleError]:
    known = categories.categories()
    for field in ("categories", "denominator_categories"):
        for term in getattr(rule, field):
            if term not in known:
                near = categories.canonical(term) or categories.nearest(term) or "—"
                yield MeaninglessRuleError(field, "rules.unmapped_category", value=term, near=near)
    for field in ("designations", "denominator_designations", "has"):
        for term in getattr(rule, field):
            if not categories.is_role(term):
                yield MeaninglessRuleError(
                    field, "rules.unknown_role", value=term, near=categories.role(term) or "—"
                )
    figures = {**categories.attributes(), **categories.area_attributes()}
    asked = [("numerator", rule.numerator), ("denominator", rule.denominator)]
    asked += [("when", c.attribute) for c in rule.when]
    if rule.each is not None:
        asked += [("each", rule.each.attribute), ("each", rule.each.share_of)]
    for field, name in asked:
        if name and name not in figures and name != "facilities":
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
    if rule.tolerance and (rule.comparison != "==" or not isinstance(rule.target, float)):
        yield MeaninglessRuleError("tolerance", "rules.tolerance_needs_equal")


def _shape(rule: Rule, kind: RuleKind) -> Iterator[MeaninglessRuleError]:
    for field in kind.requires:
        if getattr(rule, field) in ((), "", None):
            yield MeaninglessRuleError(field, "rules.missing_field", field=field, kind=rule.kind)
    if kind.metrics and rule.metric not in kind.metrics:
        yield MeaninglessRuleError(
            "metric", "rules.wrong_metric", value=rule.metric, kind=rule.kind, wanted=kind.metrics
        )
    if kind.levels and rule.by not in kind.levels:
        yield MeaninglessRuleError("by", "rules.wrong_by", value=rule.by, kind=rule.kind, wanted=kind.levels)
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
