"""What a plan needs to know about reach: stated here, answered elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from carecircle import categories
from carecircle.categories import FacilitySet, attributes
from carecircle.errors import UsageError
from carecircle.profiles import mode_by
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.plan import Plan
from carecircle.rules.language.rule import Rule
from carecircle.study import Start
from carecircle.texts import Language, Sentence

Part = tuple[tuple[str, ...], tuple[str, ...]]
"""Categories and the roles asked of them."""
Direction = Literal["to_facility", "from_facility"]
Metric = Literal["minutes", "road_m", "straight_m"]


@dataclass(frozen=True)
class Leg:
    """One way between a place and the nearest facility of some categories.

    Parameters
    ----------
    categories, designations
        The facilities that may answer (a narrower category counts), holding every designation.
    mode
        A mode of `carecircle.profiles` (``walk``, ``drive``, ``ambulance`` …); None for a straight line.
    direction
        ``to_facility`` (residents travel) or ``from_facility`` (an ambulance travels).
    metric
        ``minutes``, ``road_m`` or ``straight_m``.
    also, without
        Further sets that may answer, as (categories, designations); categories that may not.
    start
        What passes before a facility's unit sets out (``turnout``, ``muster``): part of the cost, in minutes;
        a facility without ambulances then does not answer.
    every
        The cost from every facility is asked too, not only the nearest one's.
    named_by
        Only facilities that this column of some facility names may answer (``refers_to``); empty: any.
    nth
        The n-th nearest facility is asked, with its cost.
    """

    categories: tuple[str, ...]
    designations: tuple[str, ...] = ()
    mode: str | None = None
    direction: Direction = "to_facility"
    metric: Metric = "minutes"
    also: tuple[Part, ...] = ()
    without: tuple[str, ...] = ()
    start: Start = ""
    every: bool = False
    named_by: Literal["", "refers_to"] = ""
    nth: int = 1

    @property
    def facilities(self) -> FacilitySet:
        """The facilities that may answer."""
        return FacilitySet(((self.categories, self.designations), *self.also), self.without)

    @property
    def key(self) -> str:
        """Short, stable, ASCII: safe as the name of a file, a band or a page element."""
        who = "|".join([*self.categories, "+", *self.designations])
        who += "".join("|or|" + "|".join([*kinds, "+", *roles]) for kinds, roles in self.also)
        who += "".join(f"|not|{kind}" for kind in self.without)
        who += f"|{self.start}" if self.start else ""
        who += "|every" if self.every else ""
        who += f"|{self.named_by}" if self.named_by else ""
        who += f"|{self.nth}" if self.nth > 1 else ""
        parts = [self.metric, *([self.mode] if self.mode else [])]
        parts += ["from" if self.direction == "from_facility" else "to", f"{zlib.crc32(who.encode()):08x}"]
        return "_".join(parts)

    @property
    def title(self) -> Sentence:
        """What is asked, as a sentence free to be said in either language."""
        who = Sentence("rules.who", {"zh": self._who("zh"), "en": self._who("en")})
        asked = Sentence(f"rules.query_{self.metric}", {"who": who, "mode": mode_name(self.mode)})
        return asked if self.nth == 1 else Sentence("rules.query_nth", {"query": asked, "n": self.nth})

    def _who(self, language: Language) -> str:
        if self.named_by:
            return attributes()[self.named_by].label(language)
        return (" 或 " if language == "zh" else " or ").join(
            _part_name(kinds, roles, language) for kinds, roles in self.facilities.parts
        )


@dataclass(frozen=True, init=False)
class ReachQuery:
    """What one reached frame answers: the nearest facility by one leg, or several legs that meet.

    ``ReachQuery(("医院",), (), "walk", "to_facility", "minutes")`` asks one leg and reads as that leg. Of
    several (``legs=``, all of one metric) each is sought for itself from the place where they meet, and the
    costs are added: station to resident, and resident to hospital.

    Parameters
    ----------
    categories, designations, mode, direction, metric, also, without
        Of a single leg, as in `Leg`.
    legs
        Instead of these: every leg, at least one.
    origin
        Whose places the legs meet at: ``residents`` (one row a demand point) or ``facilities`` (one row a
        facility of the study, its id as ``demand_id``).

    Raises
    ------
    UsageError
        If there is no leg, both forms are given, or the legs are not of one metric.
    """

    legs: tuple[Leg, ...]
    origin: Literal["residents", "facilities"] = "residents"

    def __init__(
        self, categories: tuple[str, ...] | None = None, designations: tuple[str, ...] = (),
        mode: str | None = None, direction: Direction = "to_facility", metric: Metric = "minutes", *,
        also: tuple[Part, ...] = (), without: tuple[str, ...] = (),
        legs: Sequence[Leg] | None = None, origin: Literal["residents", "facilities"] = "residents",
    ) -> None:  # fmt: skip
        given = legs
        if categories is not None:
            legs = (Leg(categories, designations, mode, direction, metric, also, without),)
        both = categories is not None and given is not None
        if both or not legs or len({leg.metric for leg in legs}) > 1:
            raise UsageError("rules.query_form", value=str([categories, given]))
        object.__setattr__(self, "legs", tuple(legs))
        object.__setattr__(self, "origin", origin)

    @property
    def leg(self) -> Leg:
        """The only leg.

        Raises
        ------
        UsageError
            If there are several: then ask each of `legs`.
        """
        if len(self.legs) > 1:
            raise UsageError("rules.query_legs_several", value=self.key, legs=len(self.legs))
        return self.legs[0]

    @property
    def categories(self) -> tuple[str, ...]:
        """The only leg's categories."""
        return self.leg.categories

    @property
    def designations(self) -> tuple[str, ...]:
        """The only leg's designations."""
        return self.leg.designations

    @property
    def facilities(self) -> FacilitySet:
        """The facilities that may answer the only leg."""
        return self.leg.facilities

    @property
    def mode(self) -> str | None:
        """The only leg's mode; None for a straight line."""
        return self.leg.mode

    @property
    def direction(self) -> Direction:
        """The only leg's direction."""
        return self.leg.direction

    @property
    def metric(self) -> Metric:
        """``minutes``, ``road_m`` or ``straight_m``: the same for every leg."""
        return self.legs[0].metric

    @property
    def key(self) -> str:
        """Short, stable, ASCII: safe as the name of a file, a band or a page element."""
        way = "__".join(leg.key for leg in self.legs)
        return way if self.origin == "residents" else f"{self.origin}_{way}"

    @property
    def title(self) -> Sentence:
        """What is asked, as a sentence free to be said in either language."""
        if len(self.legs) == 1:
            return self.legs[0].title
        return Sentence("rules.query_legs", {"legs": [leg.title for leg in self.legs]})

    def label(self, language: Language) -> str:
        """The title in one language.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        str
            Facilities, mode and what is measured.
        """
        return self.title.text(language)


def _part_name(kinds: tuple[str, ...], roles: tuple[str, ...], language: Language) -> str:
    comma = "、" if language == "zh" else ", "
    named = comma.join(categories.label(k, language) for k in kinds)
    held = comma.join(categories.label(r, language) for r in roles)
    if not (named and held):
        return named or held
    return f"{named}（{held}）" if language == "zh" else f"{named} ({held})"


def mode_name(mode: str | None) -> Sentence:
    """How one travels by a mode, or in a straight line."""
    return Sentence("rules.mode_straight") if mode is None else mode_by(mode)


def main_query(rule: Rule) -> ReachQuery | None:
    """The query a rule is judged by, or None where it asks for no reach."""
    return kind_of(rule).query(rule)


def nearest_query(rule: Rule) -> ReachQuery:
    """The query of a rule about the way to the nearest of its facilities, as its fields tell.

    Parameters
    ----------
    rule
        Its categories, designations, mode, direction and metric are asked; no metric is minutes.

    Returns
    -------
    ReachQuery
        By no mode where a straight line is measured.
    """
    metric = rule.metric or "minutes"
    if metric == "straight_m":
        return _query_of(rule, None, "to_facility", metric)
    return _query_of(rule, rule.mode, rule.direction, metric)


def response_query(rule: Rule) -> ReachQuery:
    """The query of a rule about when help arrives: turn-out and way, from the nearest station and from every.

    Parameters
    ----------
    rule
        Its facilities are the stations.

    Returns
    -------
    ReachQuery
        One leg, the costs with each station's own turn-out.
    """
    leg = leg_of(rule.facilities, rule.mode, rule.direction, "minutes")
    return ReachQuery(legs=[replace(leg, start="turnout", every=True)])


def every_query(rule: Rule) -> ReachQuery:
    """The query of a rule about all facilities within reach: the nearest, and the cost from every one.

    Parameters
    ----------
    rule
        Its facilities share the residents.

    Returns
    -------
    ReachQuery
        One leg.
    """
    leg = leg_of(rule.facilities, rule.mode, rule.direction, "minutes")
    return ReachQuery(legs=[replace(leg, every=True)])


def chain_query(rule: Rule) -> ReachQuery:
    """The query of a rule about the whole way of an emergency: station to patient, patient to hospital.

    Parameters
    ----------
    rule
        Its ``stations`` send, its own facilities receive; without any the chain ends at the patient.

    Returns
    -------
    ReachQuery
        One or two legs that meet at the patient.
    """
    legs = [replace(
        leg_of(rule.station_facilities, rule.mode, "from_facility", "minutes"),
        start="muster" if rule.mustering else "turnout",
    )]  # fmt: skip
    if rule.receives:
        legs.append(leg_of(rule.facilities, rule.mode, "to_facility", "minutes"))
    return ReachQuery(legs=legs)


def _query_of(rule: Rule, mode: str | None, direction: Direction, metric: Metric) -> ReachQuery:
    """A question about a rule's facilities."""
    return ReachQuery(legs=[replace(leg_of(rule.facilities, mode, direction, metric), nth=rule.nth or 1)])


def leg_of(wanted: FacilitySet, mode: str | None, direction: Direction, metric: Metric) -> Leg:
    """A way to or from some facilities; the order in which a rule names them does not matter.

    Parameters
    ----------
    wanted
        The facilities that may answer.
    mode, direction, metric
        As in `Leg`.

    Returns
    -------
    Leg
        With categories and roles sorted: two rules that ask the same have one answer.
    """
    (kinds, roles), *also = [(tuple(sorted(kinds)), tuple(sorted(roles))) for kinds, roles in wanted.parts]
    left = tuple(sorted(wanted.without))
    return Leg(kinds, roles, mode, direction, metric, also=tuple(sorted(also)), without=left)


def road_query(rule: Rule) -> ReachQuery | None:
    """The road distance shown with a rule, or None."""
    return kind_of(rule).road_query(rule)


def road_beside(rule: Rule) -> ReachQuery | None:
    """The road distance of a straight line, by the mode that a rule names for it."""
    if rule.metric != "straight_m" or rule.mode is None:
        return None
    return _query_of(rule, rule.mode, rule.direction, "road_m")


def alternative_queries(rule: Rule) -> Iterator[ReachQuery]:
    """The same question by the other modes a rule reports beside its own."""
    query = main_query(rule)
    if query is None or query.metric == "straight_m":
        return
    for mode in rule.alternatives:
        yield ReachQuery(legs=[replace(leg, mode=mode) for leg in query.legs], origin=query.origin)


def required(plan: Plan) -> list[ReachQuery]:
    """Every distinct query a plan needs, in the order of its rules.

    Parameters
    ----------
    plan
        From `carecircle.load_plan`.

    Returns
    -------
    list of ReachQuery
        Those its rules are judged by, the road beside a straight line, and the other modes reported.
    """
    found: dict[ReachQuery, None] = {}
    for rule in plan.rules:
        beside = (*alternative_queries(rule), *kind_of(rule).more_queries(rule))
        for query in (main_query(rule), road_query(rule), *beside):
            if query is not None:
                found[query] = None
    return list(found)
