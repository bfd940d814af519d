"""Rules about how many residents share a facility: as many facilities as the band asks for, and no more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from carecircle.rules.judging.assumed import urban_notes
from carecircle.rules.judging.conclude import units_reason, without_areas
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import both_counts, counted, listing_needs, need, unsure_needs
from carecircle.rules.judging.measures_people import Reached
from carecircle.rules.judging.measures_totals import changed, left_open
from carecircle.rules.judging.parts import Flip, Outcome, RuleUnit
from carecircle.rules.judging.shown import LEAST, shown
from carecircle.rules.judging.units import area_units
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide
from carecircle.rules.language.leg import mode_name
from carecircle.rules.language.query import main_query
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan


def judge_load(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge how many residents share a facility: needed = ceil(r / high), most = max(needed, floor(r / low)).

    The region (or each unit) has between ``needed`` and ``most`` facilities. Residents whose scope or place
    is unknown widen r; the rule is decided only where every r between agrees. Catchments are a diagnostic.
    """
    low, high = rule.target if isinstance(rule.target, tuple) else (0.0, math.inf)
    if not evidence.has_facilities:
        return left_open(rule, (need("facilities"),))
    if rule.by in ("town", "village", "county"):
        return _load_by_unit(rule, plan, evidence, low, high)
    people = both_counts(evidence, plan, rule.scope)
    if not math.isfinite(people.high):
        return left_open(rule, people.missing if evidence.has_residents else (need("residents"),))
    if people.high <= 0:
        reason = Sentence("rules.no_residents_in_scope", {"scope": Sentence(f"rules.scope_{rule.scope}")})
        return changed(left_open(rule, (need("urban"),)), reason=reason)
    centres = counted(evidence, plan, rule.facilities, rule.total)
    n = int(centres.low)
    outcome = load_outcome(people.low, people.high, n, low, high)
    missing = people.missing
    if not centres.known and outcome is not Outcome.NOT_ASSESSED:
        outcome, missing = Outcome.NOT_ASSESSED, centres.missing
    said = [people.source, *people.notes, *centres.notes, Sentence("rules.load_counting")]
    if rule.scope != "all" and evidence.has_residents:
        said += urban_notes(plan, evidence)
    units = _catchments(rule, evidence, reached, low, high)
    if units:
        said.append(Sentence("rules.catchments", {"mode": mode_name(rule.mode)}))
    needed, most = load_band(people.high, low, high)
    over, under = max(0.0, people.low - high * n), max(0.0, low * n - people.high) if n > most else 0.0
    counts: dict[str, object] = {
        "residents": people.low, "facilities": n, "needed": needed, "most": most,
        "asked": _asked(needed, most, low),
        "off": Sentence(f"rules.load_{'over' if over else 'under'}", {"n": over or under}),
        "band": shown((low, high), "residents_per_facility"),
    }  # fmt: skip
    return Verdict(
        rule_def=rule,
        outcome=outcome,
        reason=Sentence(f"rules.load_{outcome.value.lower()}", counts),
        observed=people.low / n if n else None,
        target=(low, high),
        target_source=rule.target_source,
        unit="residents_per_facility",
        comparison="between",
        margin=_load_margin(people.low, n, low, high, outcome),
        flip=Flip(people.low / n if n else None, _load_turn(people.low, n, low, high)),
        residents_affected=over if centres.known else None,
        missing_inputs=missing if outcome is Outcome.NOT_ASSESSED else (),
        assumptions=tuple(dict.fromkeys(said)),
        units=tuple(units),
        surplus=outcome is Outcome.FAIL and not over,
        parts=(people.low, float(n)),
    )


def _asked(needed: int, most: int, low: float) -> Sentence:
    """How many facilities are asked for, by the ends that bind: one resident a facility is no lower end."""
    if low <= LEAST:
        return Sentence("rules.load_asked_least", {"needed": needed})
    kind = "exactly" if needed == most else "band"
    return Sentence(f"rules.load_asked_{kind}", {"needed": needed, "most": most})


def load_band(people: float, low: float, high: float) -> tuple[int, int]:
    """How many facilities so many residents need, and the most the band allows."""
    needed = math.ceil(people / high)
    return needed, max(needed, math.floor(people / low)) if low else needed


def load_outcome(least: float, most: float, facilities: int, low: float, high: float) -> Outcome:
    """The outcome for residents known to lie in ``[least, most]``.

    n facilities pass for r residents exactly where r <= n * high and (r >= n * low or r > (n - 1) * high):
    one contiguous range, so both ends and whether the range lies between decide.
    """
    holds = [_fits(r, facilities, low, high) for r in (least, most)]
    if all(holds):
        return Outcome.PASS
    inside = least < facilities * high < most
    return Outcome.NOT_ASSESSED if any(holds) or inside else Outcome.FAIL


def _fits(people: float, facilities: int, low: float, high: float) -> bool:
    needed, most = load_band(people, low, high)
    return needed <= facilities <= most


def _load_margin(people: float, n: int, low: float, high: float, outcome: Outcome) -> float | None:
    """Slack in residents per facility: to the upper end, and to the lower one where fewer would do."""
    slack = _load_slack(people, n, low, high)
    return slack if (slack >= 0) is (outcome is Outcome.PASS) else None


def _load_slack(people: float, n: int, low: float, high: float) -> float:
    if not n:
        return -people
    needed, _ = load_band(people, low, high)
    floor = min(low, people / needed) if needed else low
    return min(high - people / n, people / n - floor)


def _load_turn(people: float, n: int, low: float, high: float) -> float:
    """How many residents more or fewer turn the outcome: the distance to the nearer end of n's range."""
    ends = [n * high, min(n * low, (n - 1) * high) if n else 0.0]
    return min(abs(people - end) for end in ends)


def _load_by_unit(rule: Rule, plan: Plan, evidence: Evidence, low: float, high: float) -> Verdict:
    more = listing_needs(evidence, rule.facilities)
    units = []
    chosen, unsure = evidence.counting(rule.facilities)
    for unit in area_units(rule, evidence, chosen, unsure):
        outcome = Outcome.NOT_ASSESSED
        if unit.residents is not None and not unit.unsure and not more:
            outcome = load_outcome(unit.residents, unit.residents, len(unit.facilities), low, high)
        n = len(unit.facilities)
        value = unit.residents / n if n and unit.residents is not None else None
        units.append(RuleUnit(unit.id, unit.name, value, outcome, unit.residents))
    if not units:
        return without_areas(rule, evidence)
    bad = [u for u in units if u.outcome is Outcome.FAIL]
    open_ = [u for u in units if u.outcome is Outcome.NOT_ASSESSED]
    outcome = Outcome.FAIL if bad else Outcome.NOT_ASSESSED if open_ else Outcome.PASS
    good = len(units) - len(bad) - len(open_)
    share = good / len(units)
    people = [need("unit_residents")] if any(u.residents is None for u in units) else []
    missing = (*more, *unsure_needs(rule.facilities, unsure), *people) or (need("facility_areas"),)
    return Verdict(
        rule_def=rule, outcome=outcome, reason=units_reason(rule, units, outcome),
        observed=share, target=1.0, target_source=rule.target_source,
        margin=share - 1.0, flip=Flip(share, None),
        residents_affected=math.fsum(u.residents or 0 for u in bad),
        missing_inputs=missing if outcome is Outcome.NOT_ASSESSED else (),
        units=tuple(units),
    )  # fmt: skip


def _catchments(rule: Rule, evidence: Evidence, reached: Reached, low: float, high: float) -> list[RuleUnit]:
    """Residents of each facility's catchment (whoever is nearest): a diagnostic, never the outcome."""
    query = main_query(rule)
    if query is None or query not in reached or not evidence.has_residents:
        return []
    demand, nearest = evidence.demand, reached[query]["facility_id"]
    counts = (evidence.in_scope(rule.scope) == True) & nearest.notna()  # noqa: E712
    people = demand["residents"][counts].groupby(nearest[counts]).agg(math.fsum)
    names = {f.id: f.name for f in evidence.facilities}
    units = []
    for key, total in people.items():
        name = names.get(str(key), str(key))
        outcome = decide(total, total, "between", (low, high))
        units.append(RuleUnit(str(key), name, float(total), outcome, float(total)))
    return units
