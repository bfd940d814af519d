"""Rules about totals: residents per facility, figures per residents, counts, and the plan's own baselines."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from carecircle.categories import FacilitySet
from carecircle.rules.judging.assumed import urban_notes
from carecircle.rules.judging.conclude import units_by_name, without_areas
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import (
    Figure,
    attribute_name,
    attribute_total,
    both_counts,
    counted,
    listing_needs,
    need,
    official_figure,
    ratio,
    region_figure,
    residents,
)
from carecircle.rules.judging.measures_classes import judge_classes
from carecircle.rules.judging.measures_people import Reached
from carecircle.rules.judging.named import find_named, first_form
from carecircle.rules.judging.parts import Flip
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.units import area_units
from carecircle.rules.judging.verdict import Outcome, RuleUnit, Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.query import main_query, mode_name
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

RESIDENTS = {
    "residents": ("all", ""),
    "residents_urban": ("urban", ""),
    "residents_rural": ("rural", ""),
    "residents_0_14": ("all", "_0_14"),
}


def judge_ratio(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge ``numerator * per / denominator`` for the whole region."""
    if rule.per_class:
        return judge_classes(rule, plan, evidence, _ratio_of)
    return _ratio_of(rule, plan, evidence, None)


def _ratio_of(rule: Rule, plan: Plan, evidence: Evidence, wanted: FacilitySet | None) -> Verdict:
    """The ratio of one class, or of all the rule's facilities."""
    top = attribute_total(evidence, plan, rule.numerator, wanted or rule.facilities, rule.total)
    bottom = _denominator(rule, plan, evidence, wanted)
    figure = ratio(top, bottom, rule.per)
    official = None if figure.known or wanted is not None else official_figure(evidence, plan, rule.id)
    if official is not None and _open_at(rule, figure):
        return _judged(rule, official, "ratio_official", {})
    facts = {
        "top": top.low, "top_name": attribute_name(rule.numerator),
        "bottom": bottom.low, "bottom_name": attribute_name(rule.denominator),
    }  # fmt: skip
    verdict = _judged(rule, figure, "ratio", facts)
    if not (top.known and bottom.known) or rule.denominator not in RESIDENTS:
        return verdict
    target = verdict.target[0] if isinstance(verdict.target, tuple) else verdict.target
    carried = top.low * rule.per / target if target else None
    turn = None if carried is None else abs(carried - bottom.low)
    return _with(verdict, flip=Flip(figure.low, turn))


def judge_count(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a number of facilities, or an attribute added up over them, in the region or a named facility."""
    if rule.by == "named":
        return _named_count(rule, plan, evidence)
    wanted = rule.facilities.showing(rule.has)
    if rule.numerator:
        figure = attribute_total(evidence, plan, rule.numerator, wanted, rule.total)
    else:
        figure = counted(evidence, plan, wanted, rule.total)
    figure = replace(figure, low=figure.low / rule.per, high=figure.high / rule.per)
    if not figure.known and _open_at(rule, figure):
        figure = official_figure(evidence, plan, rule.id) or figure
    return _judged(rule, figure, "count", {})


def _open_at(rule: Rule, figure: Figure) -> bool:
    """Whether the facility table leaves a rule undecided, so that a published figure may speak."""
    return decide(figure.low, figure.high, *asked_at_least(rule)) is Outcome.NOT_ASSESSED


def judge_baseline(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Show a figure of the plan's starting year; it is judged by nothing."""
    year, unit = plan.plan.baseline_year, kind_of(rule).unit(rule)
    name = rule.total or (rule.numerator if not rule.denominator else rule.id)
    found = region_figure(evidence, plan, name, year=year) if name else None
    facts = {"year": str(year), "published": shown(rule.target, unit)}
    return Verdict(
        rule_def=rule, outcome=Outcome.NO_THRESHOLD, reason=Sentence("rules.baseline", facts),
        observed=None if found is None else found[0] / rule.per, target=rule.target, unit=unit,
        comparison=rule.comparison,
    )  # fmt: skip


def judge_published(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """Judge a figure that only the plan publishes (a mean stay, a death rate) against its target.

    The study's totals may hold a figure under the rule's id; of both the one of the year nearest the study's
    is judged, and the verdict says whose it is.
    """
    own = rule.published
    assert own is not None  # the rule language asks for one
    found = region_figure(evidence, plan, rule.id)
    later = found is not None and (
        found[1] is None or abs(found[1] - evidence.study.year) <= abs(own.year - evidence.study.year)
    )
    value, year = found if found is not None and later else (own.value, own.year)
    source = (
        Sentence("rules.source_official") if later else Sentence("rules.source_plan", {"year": str(year)})
    )
    notes = () if later else (Sentence("rules.plan_own_figure", {"year": str(year)}),)
    return _judged(rule, Figure(value, value, source, (), notes), "count", {})


def judge_load(rule: Rule, plan: Plan, evidence: Evidence, reached: Reached) -> Verdict:
    """Judge how many residents share a facility: needed = ceil(r / high), most = max(needed, floor(r / low)).

    The region (or each unit) has between ``needed`` and ``most`` facilities. Residents whose scope or place
    is unknown widen r; the rule is decided only where every r between agrees. Catchments are a diagnostic.
    """
    low, high = rule.target if isinstance(rule.target, tuple) else (0.0, math.inf)
    if not evidence.has_facilities:
        return _open(rule, (need("facilities"),))
    if rule.by in ("town", "village", "county"):
        return _load_by_unit(rule, plan, evidence, low, high)
    people = both_counts(evidence, plan, rule.scope)
    if not math.isfinite(people.high):
        return _open(rule, people.missing if evidence.has_residents else (need("residents"),))
    if people.high <= 0:
        facts = {"scope": Sentence(f"rules.scope_{rule.scope}")}
        return _with(_open(rule, (need("urban"),)), reason=Sentence("rules.no_residents_in_scope", facts))
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
        "over": over, "under": under, "low": low, "high": high,
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
        residents_affected=over,
        missing_inputs=missing if outcome is Outcome.NOT_ASSESSED else (),
        assumptions=tuple(dict.fromkeys(said)),
        units=tuple(units),
        surplus=outcome is Outcome.FAIL and not over,
    )


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
    for unit in area_units(rule, evidence, *evidence.counting(rule.facilities)):
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
    facts = {
        "good": good, "units": units_by_name(rule, len(units)), "bad": [u.name for u in bad][:8],
        "failing": len(bad), "open": len(open_), "waived": 0,
    }  # fmt: skip
    share = good / len(units)
    return Verdict(
        rule_def=rule, outcome=outcome, reason=Sentence(f"rules.units_{outcome.value.lower()}", facts),
        observed=share, target=1.0, target_source=rule.target_source,
        margin=share - 1.0, flip=Flip(share, None),
        residents_affected=math.fsum(u.residents or 0 for u in bad),
        missing_inputs=(*more, need("unit_residents")) if outcome is Outcome.NOT_ASSESSED else (),
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


def _named_count(rule: Rule, plan: Plan, evidence: Evidence) -> Verdict:
    """An attribute of one named facility against its own number."""
    if not evidence.has_facilities:
        return _open(rule, (need("facilities"),))
    name = first_form(rule.names[0])
    facility = find_named(evidence, plan, rule.names[0], region_only=rule.region_only)
    if facility is None:
        return _open(rule, (need("named", name=name),))
    value = facility.figure(rule.numerator)
    if value is None:
        return _open(rule, (need("named_figure", name=name),))
    verdict = _judged(rule, Figure(value, value, Sentence("rules.nothing")), "count", {})
    unit = RuleUnit(facility.id, facility.name, value, verdict.outcome)
    return _with(verdict, units=(unit,))


def _denominator(rule: Rule, plan: Plan, evidence: Evidence, wanted: FacilitySet | None) -> Figure:
    if rule.denominator in RESIDENTS:
        scope, ages = RESIDENTS[rule.denominator]
        return residents(evidence, plan, scope, ages=ages)
    return attribute_total(evidence, plan, rule.denominator, wanted or rule.denominator_facilities)


def _judged(rule: Rule, figure: Figure, key: str, facts: dict[str, object]) -> Verdict:
    unit = kind_of(rule).unit(rule)
    comparison, target = rule.asked
    assert target is not None  # the rule language asks for one
    weighed = asked_at_least(rule)
    outcome = decide(figure.low, figure.high, *weighed)
    undecided = outcome is Outcome.NOT_ASSESSED
    slack = margin(figure.low, outcome, *weighed)
    nothing = not figure.known and figure.low == 0
    said = [*figure.notes]
    if rule.tolerance:
        said.append(Sentence("rules.about", {"tolerance": shown(rule.tolerance, "share")}))
    reason = {
        "value": shown(figure.low, unit),
        "target": shown(target, unit),
        "short": shown(None if slack is None else abs(slack), unit),
    }
    return Verdict(
        rule_def=rule,
        outcome=outcome,
        reason=Sentence(f"rules.{key}_{outcome.value.lower()}", {**reason, **facts, "source": figure.source}),
        observed=None if nothing and undecided else figure.low,
        target=target,
        target_source=rule.target_source,
        unit=unit,
        comparison=comparison,
        margin=None if nothing and undecided else slack,
        flip=None if nothing and undecided else Flip(figure.low, None),
        missing_inputs=tuple(dict.fromkeys(figure.missing)) if undecided else (),
        assumptions=tuple(said),
        surplus=comparison == "==" and isinstance(target, float) and figure.low > target,
    )


def asked_at_least(rule: Rule) -> tuple[str, float | tuple[float, float]]:
    """How a figure is weighed: "exactly so many" is missed by fewer; more is a surplus, no shortfall."""
    comparison, target = rule.asked
    assert target is not None  # the rule language asks for one
    return ">=" if comparison == "==" else comparison, target


def _open(rule: Rule, missing: tuple[Sentence, ...]) -> Verdict:
    return Verdict(
        rule_def=rule, outcome=Outcome.NOT_ASSESSED, reason=Sentence("rules.lacks", {"needs": list(missing)}),
        target=rule.target, target_source=rule.target_source, missing_inputs=missing,
        unit=kind_of(rule).unit(rule), comparison=rule.comparison,
    )  # fmt: skip


def _with(verdict: Verdict, **changes: object) -> Verdict:
    return replace(verdict, **changes)  # type: ignore[arg-type]
