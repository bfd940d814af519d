"""Zones and their centres: who belongs to a zone, which towns it serves, how long the ways are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from carecircle.rules.judging.conclude import concluded
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.figures import attribute_name, need, unsure_needs
from carecircle.rules.judging.parts import Outcome, Referral, RuleUnit
from carecircle.rules.judging.referring_said import unit_of
from carecircle.rules.judging.shown import minutes_shown, shown
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.language.query import ReachQuery
from carecircle.rules.language.referring import referral_query
from carecircle.rules.language.rule import Rule
from carecircle.schema import every_column
from carecircle.texts import Sentence

Reached = Mapping[ReachQuery, pd.DataFrame]
_NAMED = 8


@dataclass(frozen=True)
class Zone:
    """One 片区: its facilities that refer, its centres, those that may be, and its towns."""

    name: str
    members: tuple[Facility, ...]
    centres: tuple[Facility, ...]
    unsure: tuple[Facility, ...]
    towns: tuple[str, ...]


def judge_zones(rule: Rule, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge each zone by the farthest of its facilities from the zone's own centre.

    Parameters
    ----------
    rule
        Its ``to`` are the centres, its own facilities (all where it names none) refer to them.
    evidence
        A blank zone is unknown: no zone then passes for certain.
    reached
        The answers to `referral_queries`; without the residents' the towns are told without minutes.

    Returns
    -------
    Verdict
        One unit a zone, one referral a town; a zone without a centre fails, and is named.
    """
    zones, blank = zones_of(rule, evidence)
    lacking = []
    if blank:
        whole = len(blank) + sum(len(z.members) for z in zones)
        facts = {"attribute": attribute_name("zone"), "lacking": len(blank), "of": whole}
        lacking.append(need("attribute", **facts))
    if not zones:
        lacking = lacking or [need("column", name=attribute_name("zone"))]
        reason = Sentence("rules.lacks", {"needs": lacking})
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=reason, missing_inputs=tuple(lacking),
            unit=unit_of(rule),
        )  # fmt: skip
    frame = reached[referral_query(rule, "centres")]
    rows = dict(zip(frame["demand_id"], frame.to_dict("records"), strict=True))
    farthest = {z.name: _farthest(z, rows) for z in zones}
    towns = [row for z in zones for row in _towns(rule, z, evidence, reached)]
    units = [_unit(rule, z, farthest[z.name], evidence) for z in zones]
    bare = [z for z in zones if not z.centres]
    missing = [s for z in bare for s in unsure_needs(rule.receiving, [f for f in z.unsure if _zone(f)])]
    strays = dict.fromkeys(f.name for z in zones for f in z.unsure if not _zone(f))
    if strays:
        missing.append(need("centre_zone", n=len(strays), names=[*strays][:_NAMED]))
    placeless = [m.name for z in zones if z.centres for m in z.members if math.isnan(_minutes(m, z, rows))]
    if placeless:
        missing.append(need("referral_place", n=len(placeless), names=placeless[:_NAMED]))
    if rule.limit is None or rule.target is None:
        verdict = _measured(rule, units, farthest, [*missing, *lacking])
    else:
        verdict = concluded(rule, units, missing, more=lacking)
    notes = _said(zones, towns, farthest)
    return replace(verdict, referrals=tuple(towns), assumptions=(*verdict.assumptions, *notes))


def zones_of(rule: Rule, evidence: Evidence) -> tuple[list[Zone], list[Facility]]:
    """The zones that open facilities inside name, and the facilities of the rule that name none."""
    inside = [f for f in evidence.facilities if f.status == "open" and f.inside]
    refer = {f.id for f in evidence.counting(rule.facilities)[0]}
    everywhere = [f for f in evidence.root.facilities if f.status == "open"]
    towns = _by_town(inside, evidence)
    found = []
    strays = [f for f in everywhere if not _zone(f) and f.one_of(rule.receiving, evidence.plain)]
    for name in sorted({str(f.attributes["zone"]) for f in inside if f.attributes.get("zone")}):
        held = [(f, f.one_of(rule.receiving, evidence.plain)) for f in everywhere if _zone(f) == name]
        centres = tuple(f for f, is_ in held if is_)
        members = tuple(f for f in inside if _zone(f) == name and f.id in refer and f not in centres)
        unsure = (*(f for f, is_ in held if is_ is None), *strays)
        found.append(Zone(
            name, members, centres, unsure,
            tuple(t for t, of in towns.items() if of == {name}),
        ))  # fmt: skip
    return found, [f for f in inside if f.id in refer and not _zone(f)]


def _zone(facility: Facility) -> str:
    return str(facility.attributes.get("zone") or "")


def _by_town(inside: Sequence[Facility], evidence: Evidence) -> dict[str, set[str]]:
    """The zones that the facilities of each town name; a town of several is of none."""
    above = evidence.above("town")
    found: dict[str, set[str]] = {}
    for facility in inside:
        town = above.get(facility.area_id or "")
        if town is not None and _zone(facility):
            found.setdefault(town, set()).add(_zone(facility))
    return found


def _minutes(member: Facility, zone: Zone, rows: Mapping[str, dict[str, Any]]) -> float:
    """Minutes from a facility to the nearest centre of its zone; NaN where it has no place."""
    row = rows.get(member.id)
    if row is None or not member.placed or row["status"] in ("unsnapped", "closed"):
        return math.nan
    ways = [float(row[every_column(c.id)]) for c in zone.centres if every_column(c.id) in row]
    return min(ways, default=math.nan)


def _farthest(zone: Zone, rows: Mapping[str, dict[str, Any]]) -> tuple[float | None, bool]:
    """The longest of a zone's ways, None without a known one; and whether every way is known."""
    ways = [_minutes(m, zone, rows) for m in zone.members] if zone.centres else []
    known = [w for w in ways if not math.isnan(w)]
    if not zone.members and zone.centres:
        return 0.0, True  # the centre is all there is
    return (max(known) if known else None), len(known) == len(zone.members)


def _unit(rule: Rule, zone: Zone, farthest: tuple[float | None, bool], evidence: Evidence) -> RuleUnit:
    minutes, whole = farthest
    people = [evidence.residents_at("town").get(t) for t in zone.towns]
    residents = math.fsum(p for p in people if p is not None) if zone.towns else None
    name = zone.name if not zone.centres else f"{zone.name}（{'、'.join(c.name for c in zone.centres)}）"
    if not zone.centres:
        outcome = Outcome.NOT_ASSESSED if zone.unsure else Outcome.FAIL
    elif minutes is None:
        outcome = Outcome.NOT_ASSESSED
    elif rule.limit is not None and minutes > rule.limit * rule.factor:
        outcome = Outcome.NOT_ASSESSED if zone.unsure else Outcome.FAIL
    else:
        outcome = Outcome.PASS if whole else Outcome.NOT_ASSESSED
    measured = rule.limit is None or rule.target is None
    if measured and outcome is not Outcome.NOT_ASSESSED:
        outcome = Outcome.NO_THRESHOLD
    known = minutes is not None and math.isfinite(minutes) and rule.limit is None
    return RuleUnit(zone.name, name, minutes / rule.factor if known and minutes is not None else None,
                    outcome, residents)  # fmt: skip


def _measured(
    rule: Rule, units: Sequence[RuleUnit], farthest: Mapping[str, tuple[float | None, bool]],
    missing: list[Sentence],
) -> Verdict:  # fmt: skip
    """The mean of the zones' longest ways, or the share within the limit; nothing is judged."""
    ways = [m for m, _ in farthest.values() if m is not None]
    there = [m for m in ways if math.isfinite(m)]
    if not ways or (rule.limit is None and not there):
        lacking = tuple(dict.fromkeys(missing))
        reason = (
            Sentence("rules.lacks", {"needs": list(lacking)}) if lacking else Sentence("rules.zones_bare")
        )
        return Verdict(
            rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=reason, unit=unit_of(rule),
            missing_inputs=lacking, units=tuple(units),
        )  # fmt: skip
    if rule.limit is None:
        observed = math.fsum(there) / len(there) / rule.factor
    else:
        observed = sum(m <= rule.limit * rule.factor for m in ways) / len(units)
    facts = {"value": shown(observed, unit_of(rule)), "n": len(ways), "of": len(units)}
    key = "rules.zones_mean" if rule.limit is None else "rules.zones_share"
    return Verdict(
        rule_def=rule, outcome=Outcome.NO_THRESHOLD, reason=Sentence(key, facts), observed=observed,
        unit=unit_of(rule), units=tuple(units),
    )  # fmt: skip


def _towns(rule: Rule, zone: Zone, evidence: Evidence, reached: Reached) -> list[Referral]:
    """Each town of a zone with its residents and their mean minutes to the zone's centre."""
    names = {a.id: a.name for a in evidence.areas_at("town")}
    frame = reached.get(referral_query(rule, "residents_centres"))
    columns = (
        [] if frame is None else [c for c in map(every_column, (c.id for c in zone.centres)) if c in frame]
    )
    to = "、".join(c.name for c in zone.centres), "、".join(c.id for c in zone.centres)
    rows = []
    for town in zone.towns:
        people = evidence.residents_at("town").get(town)
        mean = direct = None
        if frame is not None and columns and evidence.has_residents and len(frame) == len(evidence.demand):
            there = (evidence.inputs.home_at("town") == town).to_numpy()
            mean = _mean(frame[columns].min(axis=1).to_numpy(float)[there], evidence, there)
            direct = _mean(frame["cost"].to_numpy(float)[there], evidence, there)
        detour = None if mean is None or direct is None else mean - direct
        rows.append(Referral(town, names[town], zone.name, "", to[1], to[0], mean, direct, detour, people))
    return rows


def _mean(cost: np.ndarray[Any, Any], evidence: Evidence, there: np.ndarray[Any, Any]) -> float | None:
    """Mean minutes over the residents who have a way."""
    weight = evidence.demand["residents"].to_numpy(float)[there]
    known = np.isfinite(cost) & (weight > 0)
    return float(weight[known] @ cost[known] / weight[known].sum()) if known.any() else None


def _said(
    zones: Sequence[Zone], towns: Sequence[Referral], farthest: Mapping[str, tuple[float | None, bool]]
) -> list[Sentence]:
    """Each centre with the towns and residents it serves; zones without one; towns of several zones."""
    said = []
    for zone in zones:
        own = [t for t in towns if t.zone == zone.name]
        if not zone.centres:
            continue
        each = [
            Sentence("rules.zone_town", {"name": t.from_name, "minutes": minutes_shown(t.minutes)})
            for t in own
        ]
        facts = {
            "zone": zone.name, "centres": [c.name for c in zone.centres], "towns": each or "—",
            "residents": math.fsum(t.residents or 0.0 for t in own),
            "farthest": minutes_shown(farthest[zone.name][0]),
        }  # fmt: skip
        said.append(Sentence("rules.zone_serves", facts))
    bare = [z.name for z in zones if not z.centres and not z.unsure]
    if bare:
        said.append(Sentence("rules.zones_without_centre", {"n": len(bare), "names": bare[:_NAMED]}))
    return said
