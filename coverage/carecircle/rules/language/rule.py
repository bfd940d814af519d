"""The rule language: what a rule of a plan file may say, and which combinations mean nothing."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from carecircle.categories import FacilitySet
from carecircle.rules.language.refusals import faults
from carecircle.rules.language.vocabulary import Kind, Mode
from carecircle.strict import Strict

By = Literal["region", "county", "town", "village", "facility", "named", "zone"]
Comparison = Literal[">=", "<=", "==", ">", "<", "between"]
Provenance = Literal["official", "quoted", "secondary", "draft"]
When = Literal["shares_with_neighbour", "second_allowed", "outreach", "branches_kept"]

_PER_UNIT: dict[str, float] = {"km": 1000.0, "m": 1.0, "min": 1.0, "h": 60.0}


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
    of_one: bool = False
    """One facility of the unit must hold the figure: the largest counts, not the sum."""


class AlsoCounts(Strict):
    """A further set that counts: ``{categories = ["医院"], designations = ["急救网络医院"]}``."""

    categories: tuple[str, ...] = ()
    """Of these categories (or narrower ones); none: of any."""
    designations: tuple[str, ...] = ()
    """Roles that each of them must hold."""


class Published(Strict):
    """A figure that the plan itself publishes: ``{value = 9.9, year = 2020}``."""

    value: float
    """In the unit of ``target``."""
    year: int = Field(ge=1900, le=2200)
    """Of which year it is."""


class Source(Strict):
    """Where a rule stands whose text is not at hand: ``{title = "…", year = 2015}``."""

    title: str = Field(min_length=4)
    """Of the document or report."""
    year: int = Field(ge=1900, le=2200)
    """Of its publication."""


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
    quote: str = ""
    """The sentence, verbatim, at least 8 characters; a rule of tier ``secondary`` has ``states`` instead."""
    states: str = ""
    """``secondary`` (or ``draft``): what is asked, in our own words."""
    source: Source | None = None
    """``secondary`` (or ``draft``): the document or report that says so."""
    provenance: Provenance = "official"
    """``official``, ``quoted`` by a plan, ``secondary``, ``draft`` (measured only); absent: the plan's."""
    title_zh: str = Field(default="", max_length=40)
    """A short title in Chinese, unique in the plan; absent: one is made of the fields."""
    title_en: str = Field(default="", max_length=90)
    """The same in English."""
    kind: Kind
    """Which measure judges it."""
    categories: tuple[str, ...] = ()
    """The facilities it speaks of; a narrower category counts."""
    designations: tuple[str, ...] = ()
    """Roles that each of them must hold."""
    also: tuple[AlsoCounts, ...] = ()
    """Further sets of facilities that count as well, each with its own roles."""
    stations: tuple[AlsoCounts, ...] = ()
    """``chain``: the sets of facilities an ambulance may come from; the rule's own are the hospitals."""
    mustering: bool = False
    """``chain``: the unit is not on call and is mustered first (应急分队)."""
    to: tuple[AlsoCounts, ...] = ()
    """``referral``: the sets of facilities that receive in the end; of a zone its centres."""
    via: tuple[AlsoCounts, ...] = ()
    """``referral``: the nearest of these receives first, and refers on to the nearest of ``to``."""
    along: Literal["", "alliance", "refers_to"] = ""
    """``referral``: to the lead of its own 医共体, or to whom the table says; absent: the nearest."""
    nth: int | None = Field(default=None, ge=2, le=20)
    """``radius``, ``time``: so many facilities must be within the limit; absent: one."""
    measure: Literal["", "cumulative", "two_step_fca", "balanced_fca"] = ""
    """``access``: what is measured within ``limit`` (absent: ``two_step_fca``)."""
    statistic: Literal["", "mean", "p90"] = ""
    """``response``: the mean over all calls (absent), or the minutes that 90 of 100 do not exceed."""
    not_categories: tuple[str, ...] = ()
    """Categories left out of the set, with everything narrower."""
    names: tuple[str, ...] = ()
    """``by = "named"``: the facilities' names as the plan writes them; forms of one name apart by ``|``."""
    region_only: bool = True
    """``by = "named"``: only facilities inside the study's boundary are meant."""
    for_level: Literal["", "prefecture", "county"] = ""
    """Of which level of region it can be asked; empty: of both."""
    scope: Literal["all", "urban", "rural"] = "all"
    """Whose residents count."""
    group: str = Field(default="", max_length=40)
    """``radius``, ``time``: only the residents of this group of the study's ``[residents] groups`` count."""
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
    """左右: the share of the target by which a figure may miss it: on either side of ``==``, below ``>=``,
    above ``<=``."""
    falls: bool = False
    """The plan means the figure to fall: ``baseline`` lies above ``target``, ``comparison`` is at most."""
    permission: bool = False
    """可, 可按照 …: what the plan allows; measured, never judged."""
    reserve: bool = False
    """预留 …: room the plan keeps; measured, never judged."""
    modality: Literal["binding", "expected", "stated"] = "stated"
    """约束性, 预期性, or merely stated."""
    softeners: tuple[str, ...] = ()
    """原则上, 力争 …: shown, never judged."""
    each: Condition | None = None
    """``presence``: how many facilities a unit must have (attribute ``facilities``) or what a named one must
    show; ``share``: what a facility must show to count."""
    has: tuple[str, ...] = ()
    """Roles (designations, departments, levels) a facility must hold to count."""
    each_role: bool = False
    """``presence``: each role of ``has`` must be held by some facility; the units are the roles."""
    per_class: bool = False
    """``share``, ``ratio``: judged for each of ``categories`` by itself; the units are the classes."""
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
    denominator_also: tuple[AlsoCounts, ...] = ()
    """``ratio``: further sets of facilities whose attribute is the denominator as well."""
    per: float = Field(default=1.0, gt=0)
    """``ratio``, ``load``: per so many of the denominator (1000 for 每千人口)."""
    total: str = ""
    """Name of the official figure (totals table) that may stand for the sum or count."""
    baseline: float | None = None
    """The plan's own figure of its starting year."""
    published: Published | None = None
    """``published``: the plan's own figure, judged where the totals have none under the rule's id."""
    indicator: str = ""
    """What is measured, in one word for the consistency check; empty: told from the fields."""
    part_of: str = ""
    """The rule whose number this one is a part of."""
    listed: tuple[str, ...] = ()
    """The rules that name, one by one, what this rule counts: a count in words beside its table's rows."""
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
    def facilities(self) -> FacilitySet:
        """The facilities it speaks of: ``categories`` with ``designations``, or any set of ``also``."""
        return _set(self.categories, self.designations, self.also, self.not_categories)

    @property
    def receiving(self) -> FacilitySet:
        """``referral``: the facilities that receive in the end."""
        return FacilitySet(tuple((s.categories, s.designations) for s in self.to))

    @property
    def between(self) -> FacilitySet:
        """``referral``: the facilities that receive first and refer on."""
        return FacilitySet(tuple((s.categories, s.designations) for s in self.via))

    @property
    def station_facilities(self) -> FacilitySet:
        """``chain``: the facilities that an ambulance may come from."""
        return FacilitySet(tuple((s.categories, s.designations) for s in self.stations))

    @property
    def receives(self) -> bool:
        """``chain``: whether it ends at a hospital (of its own facilities), not at the patient."""
        return bool(self.categories or self.designations or self.also)

    @property
    def served_by(self) -> tuple[FacilitySet, ...]:
        """Every set of facilities of which one must be reached: of a chain its stations and its hospitals."""
        if self.to:
            return (*((self.between,) if self.via else ()), self.receiving)
        if not self.stations:
            return (self.facilities,)
        return (self.station_facilities, *((self.facilities,) if self.receives else ()))

    @property
    def denominator_facilities(self) -> FacilitySet:
        """``ratio``: the facilities whose attribute is the denominator; its own where none are named."""
        kinds, roles = self.denominator_categories, self.denominator_designations
        if not (kinds or roles or self.denominator_also):
            return self.facilities
        return _set(kinds, roles, self.denominator_also)

    @property
    def of_everybody(self) -> bool:
        """Whether one facility within the limit is enough, and every resident counts."""
        return self.nth is None and not self.group

    @property
    def measured_only(self) -> str:
        """Why it is measured and never judged: ``permission``, ``reserve`` or ``draft``; empty: it is."""
        return "permission" if self.permission else "reserve" if self.reserve else (
            "draft" if self.provenance == "draft" else ""
        )  # fmt: skip

    @property
    def words(self) -> str:
        """The sentence, or what is said in its place where the text is not at hand."""
        return self.quote or self.states

    @property
    def factor(self) -> float:
        """Metres or minutes in one ``limit_unit``."""
        return _PER_UNIT.get(self.limit_unit, 1.0)

    @property
    def asked(self) -> tuple[str, float | tuple[float, float] | None]:
        """How a figure must stand to what, a stated tolerance taken into account (it makes ``==`` a band)."""
        if not isinstance(self.target, float) or not self.tolerance:
            return self.comparison, self.target
        slack = abs(self.target) * self.tolerance
        low, high = round(self.target - slack, 12), round(self.target + slack, 12)
        if self.comparison == "==":
            return "between", (low, high)
        return self.comparison, low if self.comparison == ">=" else high

    @model_validator(mode="after")
    def _meaningful(self) -> Self:
        fault = next(faults(self), None)
        if fault is not None:
            raise fault
        return self


def _set(
    kinds: tuple[str, ...], roles: tuple[str, ...], also: tuple[AlsoCounts, ...], left: tuple[str, ...] = ()
) -> FacilitySet:
    more = tuple((a.categories, a.designations) for a in also)
    own = () if more and not (kinds or roles) else ((kinds, roles),)
    return FacilitySet((*own, *more), left)
