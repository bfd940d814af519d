"""How far residents live from a facility: ``radius`` in metres, ``time`` in minutes."""

from __future__ import annotations

from carecircle.rules.judging.measures_people import judge_reach
from carecircle.rules.kinds.record import RuleKind
from carecircle.rules.language.query import nearest_query, road_beside
from carecircle.rules.language.rule import Rule


def people_inputs(rule: Rule) -> tuple[str, ...]:
    """Facilities and residents, and roads unless a straight line is measured."""
    roads = () if rule.metric == "straight_m" else ("roads",)
    return ("facilities", "residents", *roads)


def _unit(rule: Rule) -> str:
    return "share" if rule.limit is not None else rule.limit_unit or "min"


RADIUS = RuleKind(
    name="radius",
    measure=judge_reach,
    requires=("categories", "metric"),
    limit_units=("km", "m"),
    metrics=("straight_m", "road_m"),
    levels=("region",),
    share_target=True,
    takes=("nth", "group"),
    query=nearest_query,
    road_query=road_beside,
    inputs=people_inputs,
    unit=_unit,
    people="share",
    sites=True,
)

TIME = RuleKind(
    name="time",
    measure=judge_reach,
    requires=("categories", "metric", "mode"),
    limit_units=("min", "h"),
    metrics=("minutes",),
    levels=("region",),
    share_target=True,
    takes=("nth", "group"),
    query=nearest_query,
    inputs=people_inputs,
    unit=_unit,
    people="share",
    sites=True,
)
