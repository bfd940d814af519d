"""Figures known to lie between two ends: residents of a scope, attributes added up, facilities counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from carecircle import categories
from carecircle.categories import FacilitySet
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.texts import LANGUAGES, Sentence

if TYPE_CHECKING:
    from carecircle.rules.language.plan import Plan

_SUFFIX = {"all": "", "urban": "_urban", "rural": "_rural"}


@dataclass(frozen=True)
class Figure:
    """A number known to lie between two ends, where it is from, and what would settle it.

    ``missing`` names inputs; a figure with equal ends may still carry ``notes`` (assumptions).
    """

    low: float
    high: float
    source: Sentence
    missing: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()

    @property
    def known(self) -> bool:
        """Whether both ends are the same finite number."""
        return self.low == self.high and math.isfinite(self.low)


def need(code: str, **facts: object) -> Sentence:
    """An input that would settle a rule, as a sentence."""
    return Sentence(f"rules.need_{code}", facts)


def role_column(role: str) -> str:
    """The column of a facility table that says whether a role is held."""
    if role in categories.departments():
        return "departments"
    if categories.is_ownership(role):
        return "ownership"
    return "designations" if role in categories.designations() else "level"


def role_needs(roles: Iterable[str], lacking: int) -> list[Sentence]:
    """What would tell whether so many facilities hold the roles: columns, and words that no list has yet."""
    named = dict.fromkeys(roles)
    unsaid = [r for r in named if role_column(r) in ("designations", "departments")]
    others = [r for r in named if r not in unsaid]
    return [
        need(
            f"role{kind}", lacking=lacking, roles=[term_label(r) for r in some], terms=_quoted(some),
            columns=[Sentence(f"rules.column_{c}") for c in dict.fromkeys(role_column(r) for r in some)],
        )
        for kind, some in (("_unsaid", unsaid), ("", others))
        if some
    ]  # fmt: skip


def _quoted(terms: Iterable[str]) -> str:
    """Terms as a list in a study file."""
    return ", ".join(f'"{term}"' for term in terms)


def unsure_needs(wanted: FacilitySet, unsure: Sequence[Facility]) -> list[Sentence]:
    """What would tell whether these facilities are of a set: a narrower category, or who holds the roles."""
    narrower = categories.kinds_of(wanted.categories)
    wide = [f for f in unsure if wanted.categories and f.category not in narrower]
    found = []
    if wide:
        facts = {
            "lacking": len(wide),
            "names": [f.name for f in wide[:3]],
            "kinds": [term_label(k) for k in wanted.categories],
        }
        found.append(need("narrower", **facts))
    rest = [f for f in unsure if f not in wide]
    if wanted.roles and rest:
        open_ = [r for r in wanted.roles if any(f.holds([r]) is None for f in rest)]
        found += role_needs(open_ or wanted.roles, len(rest))
    return found


def listing_needs(evidence: Evidence, wanted: FacilitySet) -> list[Sentence]:
    """What would tell that no facility of a set is left out of the lists; nothing where they tell it."""
    if evidence.partial_inventory:
        return [need("inventory")]
    kinds = evidence.unlisted(wanted)
    return [need("listing", kinds=[term_label(kind) for kind in kinds])] if kinds else []


def term_label(term: str) -> Sentence:
    """A category's or role's name, free to be said in either language."""
    return Sentence("rules.who", {lang: categories.label(term, lang) for lang in LANGUAGES})


def attribute_name(name: str) -> Sentence:
    """An attribute's name, free to be said in either language."""
    spec = categories.attributes().get(name) or categories.area_attributes().get(name)
    zh, en = (spec.zh, spec.en) if spec else (name, name)
    return Sentence("rules.who", {"zh": zh, "en": en})


def region_name(evidence: Evidence, plan: Plan) -> str:
    """What to call the whole study: its one top area's name, else the plan's region."""
    names = [name for _, name in evidence.top]
    return names[0] if len(names) == 1 else plan.plan.region or plan.title


def region_figure(
    evidence: Evidence, plan: Plan, name: str, *, year: int | None = None
) -> tuple[float, int | None] | None:
    """An official figure of the whole study and its year: its own row, else the sum over its top areas."""
    year = evidence.study.year if year is None else year
    found = evidence.official(_whole(evidence, plan), name, year)
    ids = _counties_with(evidence, plan)
    if found is not None or not ids:
        return found
    parts = [evidence.official([a], name, year) for a in ids]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    return math.fsum(v for v, _ in known), min((y for _, y in known if y is not None), default=None)


def _whole(evidence: Evidence, plan: Plan) -> list[str]:
    """Ids under which a figure of the whole study may stand."""
    ids = [i for i, _ in evidence.top]
    whole = [plan.plan.adcode, "region", ""] if plan.plan.adcode else ["region", ""]
    return [*(ids if len(ids) == 1 else []), *whole]


def _counties_with(evidence: Evidence, plan: Plan) -> list[str]:
    """Ids whose figures add up to the whole: the study's top areas, else the prefecture's counties."""
    return [i for i, _ in evidence.top] or evidence.counties_in_totals(plan.plan.adcode)


def _added_up(evidence: Evidence, plan: Plan, name: str) -> tuple[Sentence, ...]:
    """Says that a figure of the whole is the sum of its counties', where it is."""
    ids = _counties_with(evidence, plan)
    if len(ids) < 2 or evidence.official(_whole(evidence, plan), name, evidence.study.year) is not None:
        return ()
    return (Sentence("rules.added_up", {"n": len(ids)}),)


def official_figure(evidence: Evidence, plan: Plan, name: str) -> Figure | None:
    """An official figure of the whole study, with its year said where it is not the study's; or None."""
    found = region_figure(evidence, plan, name)
    if found is None:
        return None
    return _dated(found, evidence, Sentence("rules.source_official"), _added_up(evidence, plan, name))


def residents(evidence: Evidence, plan: Plan, scope: str = "all", *, ages: str = "") -> Figure:
    """Residents of a scope: the study's official figure, else the areas', else the sum of its points.

    Parameters
    ----------
    scope
        ``all``, ``urban`` or ``rural``.
    ages
        ``_0_14`` for children; only an official figure can tell.
    """
    name = f"residents{ages}{_SUFFIX[scope]}"
    found = region_figure(evidence, plan, name)
    if found is not None:
        said = _added_up(evidence, plan, name)
        return _dated(found, evidence, Sentence("rules.residents_official"), said)
    if not ages and scope == "all" and evidence.top:
        frame = evidence.inputs.areas
        top = frame["area_id"].isin([i for i, _ in evidence.top])
        own = pd.to_numeric(frame["official_residents"][top], errors="coerce")
        if own.notna().all():
            total = math.fsum(own)
            return Figure(total, total, Sentence("rules.residents_areas"))
    if ages or not evidence.has_residents:
        return Figure(0.0, math.inf, Sentence("rules.nothing"), (need("total", name=attribute_name(name)),))
    return _summed(evidence, scope)


def both_counts(evidence: Evidence, plan: Plan, scope: str) -> Figure:
    """Residents of a scope between the official figure and what the areas' marks find, where both speak."""
    own = residents(evidence, plan, scope)
    if scope == "all" or not evidence.has_residents or not own.known:
        return own
    found = _summed(evidence, scope)
    if not found.low or found.low == own.low:
        return own
    missing = (need("one_count", official=own.low, found=found.low),)
    low, high = sorted((own.low, found.low))
    return replace(own, low=low, high=high, missing=missing)


def _summed(evidence: Evidence, scope: str) -> Figure:
    demand, marks = evidence.demand, evidence.in_scope(scope)
    placed = demand["geometry"].notna()
    sure = math.fsum(demand["residents"][(marks == True) & placed])  # noqa: E712
    maybe = math.fsum(demand["residents"][marks.isna() | ((marks == True) & ~placed)])  # noqa: E712
    missing = (need("urban"),) if marks.isna().any() and scope != "all" else ()
    if maybe and not missing:
        missing = (need("places"),)
    note = Sentence("rules.residents_summed")
    return Figure(sure, sure + maybe, note, missing if maybe else (), (note,))


def _dated(
    found: tuple[float, int | None], evidence: Evidence, source: Sentence, said: tuple[Sentence, ...]
) -> Figure:
    value, year = found
    notes = said
    if year is not None and year != evidence.study.year:
        facts = {"year": str(year), "target_year": str(evidence.study.year)}
        notes = (Sentence("rules.years_differ", facts), *said)
    return Figure(value, value, source, (), notes)


def attribute_total(
    evidence: Evidence, plan: Plan, name: str, wanted: FacilitySet, total: str = ""
) -> Figure:
    """An attribute added up over facilities; an official figure stands in where the table cannot tell.

    Of all facilities the official figure of the attribute itself is asked for, otherwise the one named
    ``total``. A facility without a figure leaves the upper end open.
    """
    own = _added(evidence, name, wanted)
    return _or_official(evidence, plan, own, total or (name if wanted.anything else ""))


def counted(evidence: Evidence, plan: Plan, wanted: FacilitySet, total: str = "") -> Figure:
    """How many facilities there are; the official count ``total`` stands in where the table cannot tell."""
    chosen, unsure = evidence.counting(wanted)
    missing: list[Sentence] = []
    high = float(len(chosen))
    if unsure:
        missing += unsure_needs(wanted, unsure)
        high += len(unsure)
    more = listing_needs(evidence, wanted)
    if more:
        missing += more
        high = math.inf
    source = Sentence("rules.source_sum", {"facilities": len(chosen)})
    return _or_official(evidence, plan, Figure(float(len(chosen)), high, source, tuple(missing)), total)


def _or_official(evidence: Evidence, plan: Plan, own: Figure, name: str) -> Figure:
    """The facility table's own figure where it is known, else the official one, else what is known."""
    if not evidence.has_facilities:
        own = Figure(0.0, math.inf, Sentence("rules.nothing"), (need("facilities"),))
    if own.known or not name:
        return own
    return official_figure(evidence, plan, name) or own


def _figure_of(facility: Facility, name: str) -> float | None:
    """An attribute of a facility; blank means none where facilities of its category do not bear it."""
    value = facility.figure(name)
    if value is not None:
        return value
    bearers = _bearers(name)
    return 0.0 if bearers and facility.category not in categories.kinds_of(bearers) else None


def _bearers(name: str) -> tuple[str, ...]:
    """Categories whose facilities have such a figure; none: any may."""
    return categories.attributes()[name].borne_by if name in categories.attributes() else ()


def _added(evidence: Evidence, name: str, wanted: FacilitySet) -> Figure:
    chosen, unsure = evidence.counting(wanted)
    figures = [_figure_of(f, name) for f in chosen]
    known = [f for f in figures if f is not None]
    low = math.fsum(known)
    missing: list[Sentence] = []
    if len(known) < len(figures):
        facts = {"attribute": attribute_name(name), "lacking": len(figures) - len(known), "of": len(figures)}
        missing.append(need("attribute", **facts))
    if unsure:
        missing += unsure_needs(wanted, unsure)
    bearers = _bearers(name) if wanted.anything else ()
    missing += listing_needs(evidence, FacilitySet(((bearers, ()),)) if bearers else wanted)
    high = math.inf if missing else low
    return Figure(low, high, Sentence("rules.source_sum", {"facilities": len(chosen)}), tuple(missing))


def ratio(top: Figure, bottom: Figure, per: float) -> Figure:
    """``top * per / bottom`` with every end kept."""
    low = 0.0 if not math.isfinite(bottom.high) or bottom.high <= 0 else top.low * per / bottom.high
    high = math.inf if bottom.low <= 0 or not math.isfinite(top.high) else top.high * per / bottom.low
    notes = tuple(dict.fromkeys((*top.notes, *bottom.notes)))
    return replace(top, low=low, high=high, missing=(*top.missing, *bottom.missing), notes=notes)
