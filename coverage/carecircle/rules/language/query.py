"""What a plan needs to know about reach: stated here, answered elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from carecircle.categories import FacilitySet
from carecircle.errors import UsageError
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.leg import Direction, Leg, Metric, Part
from carecircle.rules.language.plan import Plan
from carecircle.rules.language.rule import Rule
from carecircle.texts import Language, Sentence


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
