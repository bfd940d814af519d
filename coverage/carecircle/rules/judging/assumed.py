"""What a verdict rests on beside the plan's own words: mode, share, speeds, barriers, who counts as urban."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from carecircle.profiles import profile
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import region_figure
from carecircle.rules.judging.shown import shown
from carecircle.rules.language.leg import mode_name
from carecircle.rules.language.rule import Rule
from carecircle.study import Study
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan


def target_share(rule: Rule, evidence: Evidence) -> tuple[float, str]:
    """The share of residents asked for, and whose figure it is: the plan's, the study's or assumed."""
    own = evidence.study.assumptions.target_share
    if rule.target_source == "assumed" and own is not None:
        return own, "study"
    target = rule.target if isinstance(rule.target, float) else 1.0
    return target, "assumed" if rule.target is None else rule.target_source


def assumptions_of(rule: Rule, plan: Plan, evidence: Evidence, source: str) -> tuple[Sentence, ...]:
    """Everything a people-verdict assumes, as sentences; ``source`` says whose its target share is."""
    said = []
    study = evidence.study
    if rule.metric != "straight_m" and rule.mode is not None:
        way = "chain" if rule.stations else "referral" if rule.to or rule.along else rule.direction
        direction = Sentence(f"rules.direction_{way}")
        said.append(Sentence("rules.mode_assumed", {"mode": mode_name(rule.mode), "direction": direction}))
    if source != "plan" and rule.limit is not None:
        share = shown(target_share(rule, evidence)[0], "share")
        said.append(Sentence(f"rules.target_{source}", {"share": share}))
    if rule.metric == "minutes" and rule.mode is not None:
        said.append(_speeds(rule.mode, study))
    if rule.metric != "straight_m":
        if rule.mode is not None:
            said += _closed_by_study(rule.mode, study)
        if by_ground(rule, evidence):
            said += _crossed(rule, evidence)
        else:
            said.append(Sentence("rules.junctions_ignored", {"max_snap_m": study.assumptions.max_snap_m}))
        if study.roads is not None and study.roads.format == "pbf":
            said.append(Sentence(f"rules.barriers_{study.roads.barriers}"))
    if rule.scope != "all":
        said.extend(urban_notes(plan, evidence))
    waiting = sum(held is True for wanted in rule.served_by for _, held in evidence.among(wanted, "planned"))
    if waiting:
        said.append(Sentence("rules.planned_not_counted", {"facilities": waiting}))
    return tuple(said)


def by_ground(rule: Rule, evidence: Evidence) -> bool:
    """Whether a rule's way leads over the ground of a study with terrain, not along roads alone."""
    ground = evidence.inputs.ground
    return ground is not None and rule.metric != "straight_m" and rule.mode in ground.minutes_per_m


def _crossed(rule: Rule, evidence: Evidence) -> Iterator[Sentence]:
    """How the ground off the roads is crossed, and what becomes of places on closed ground."""
    ground, study = evidence.inputs.ground, evidence.study
    assert ground is not None
    law = "flat" if ground.elevation_m is None else ground.law
    if not any(on_foot.any() for on_foot in ground.on_foot.values()) and ground.on_foot:
        law = "none"  # whoever made the friction has the slopes in it
    size = math.sqrt(float(ground.east_m.mean() * ground.north_m.mean()))
    facts = {"metres": round(size), "moves": ground.moves, "slopes": Sentence(f"rules.slopes_{law}")}
    yield Sentence("rules.ground_crossed", facts)
    speeds = [c.kph for c in ground.classes if c.kph > 0 and c.mode != rule.mode] or [
        c.kph for c in ground.classes if c.kph > 0
    ]
    if speeds:
        yield Sentence("rules.ground_speeds", {"low": min(speeds), "high": max(speeds)})
    if rule.mode not in ground.walked and ground.roads:
        yield Sentence(f"rules.ride_{ground.ride}")
    if ground.portal_spacing_m is not None and ground.roads:
        yield Sentence("rules.portal_spacing", {"metres": ground.portal_spacing_m})
    yield Sentence("rules.ground_junctions", {"max_snap_m": study.assumptions.max_snap_m})


def _closed_by_study(mode: str, study: Study) -> Iterator[Sentence]:
    """The classes of road and the access tags that the study itself closes to the mode."""
    told = study.profiles.get(mode)
    if told is None:
        return
    if told.closed_classes:
        facts = {"mode": mode_name(mode), "roads": list(told.closed_classes)}
        yield Sentence("rules.closed_by_study", facts)
    if told.closed_values is not None:
        facts = {"mode": mode_name(mode), "words": list(told.closed_values) or "—"}
        yield Sentence("rules.access_by_study", facts)


def _speeds(mode: str, study: Study) -> Sentence:
    """How fast the mode goes: the slowest and fastest road class, and the leg between door and road."""
    known = profile(mode, study.own_profiles)
    speeds = [kph for road, kph in known.speed_kph.items() if road != "steps"]
    facts = {"low": min(speeds), "high": max(speeds), "access": known.access_speed_kph}
    key = "speed_limits" if known.obeys_maxspeed else "speed_classes"
    if min(speeds) == max(speeds):
        key = "speed"
    said = Sentence(f"rules.{key}", {**facts, "mode": mode_name(mode)})
    told = study.profiles.get(mode)
    if told is None or not (told.speed_kph or told.access_speed_kph):
        return said
    return Sentence("rules.speed_by_study", {"speeds": said})


def urban_notes(plan: Plan, evidence: Evidence) -> list[Sentence]:
    """How urban and rural residents were told apart, and the census's urban residents beside those found."""
    said = [evidence.inputs.urban_method] if evidence.inputs.urban_method is not None else []
    found = math.fsum(evidence.demand["residents"][evidence.in_scope("urban") == True])  # noqa: E712
    census = region_figure(evidence, plan, "residents_urban")
    if census is not None:
        said.append(Sentence("rules.urban_beside_census", {"found": found, "census": census[0]}))
    else:
        said.append(Sentence("rules.urban_found", {"found": found}))
    return said
