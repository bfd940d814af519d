"""What a rule about facilities that refer to facilities needs to know about reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from carecircle.categories import FacilitySet
from carecircle.rules.language.query import ReachQuery, leg_of
from carecircle.rules.language.rule import Rule

LEAD = "医共体牵头单位"
"""The role that the lead of a 医共体 holds."""
Asked = Literal["to", "via", "alliance", "refers_to", "centres", "first", "direct", "residents_centres"]
_EVERY = ("alliance", "refers_to", "centres", "residents_centres")
_OF_RESIDENTS = ("first", "direct", "residents_centres")


def referral_queries(rule: Rule) -> tuple[ReachQuery, ...]:
    """The queries of a rule about facilities that refer to facilities.

    Parameters
    ----------
    rule
        Its own facilities refer, ``via`` receive first, ``to`` receive in the end.

    Returns
    -------
    tuple of ReachQuery
        Those of `referral_query` that the rule's fields ask for.
    """
    asked: list[Asked] = ["to"] if rule.to else []
    asked += ["via"] if rule.via else []
    asked += [rule.along] if rule.along else []
    asked += ["centres", "residents_centres"] if rule.by == "zone" else []
    asked += ["first", "direct"] if rule.by == "region" else []
    return tuple(referral_query(rule, what) for what in asked)


def referral_query(rule: Rule, what: Asked) -> ReachQuery:
    """One question of a rule about facilities that refer to facilities.

    Parameters
    ----------
    rule
        As for `referral_queries`.
    what
        Of every facility: ``to`` (the nearest that receives), ``via`` (the nearest that refers on),
        ``alliance`` (every lead of a 医共体), ``refers_to`` (every facility that some facility refers to),
        ``centres`` (every centre of a zone). Of the residents: ``first`` (the nearest of the rule's own),
        ``direct`` (the nearest that receives), ``residents_centres`` (every centre of a zone).

    Returns
    -------
    ReachQuery
        One leg in minutes, towards the facility.
    """
    sets: dict[str, FacilitySet] = {
        "to": rule.receiving, "centres": rule.receiving, "via": rule.between, "refers_to": FacilitySet(),
        "alliance": FacilitySet.of(roles=[LEAD]), "first": rule.facilities, "direct": rule.receiving,
        "residents_centres": rule.receiving,
    }  # fmt: skip
    leg = replace(
        leg_of(sets[what], rule.mode, "to_facility", "minutes"),
        every=what in _EVERY, named_by="refers_to" if what == "refers_to" else "",
    )  # fmt: skip
    return ReachQuery(legs=[leg], origin="residents" if what in _OF_RESIDENTS else "facilities")
