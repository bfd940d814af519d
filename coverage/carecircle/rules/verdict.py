"""The verdict: what was found, what was asked, how far apart they are, and who is affected."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

from carecircle.cards import Mark, card
from carecircle.rules.language import Rule
from carecircle.schema import PeopleLedger
from carecircle.texts import Language, Sentence

Target = float | tuple[float, float] | None


class Outcome(StrEnum):
    """What a rule comes to; a unit of a rule may also be WAIVED by the plan's own exception.

    Attributes
    ----------
    PASS
        Holds even if every undecided resident were uncovered.
    FAIL
        Does not hold even if every undecided resident were covered.
    NOT_ASSESSED
        An input is missing, or the undecided residents decide.
    NO_THRESHOLD
        The plan gives no number: measured, not judged.
    WAIVED
        Of a unit: the plan excepts it, and it leaves numerator and denominator.
    """

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_ASSESSED = "NOT_ASSESSED"
    NO_THRESHOLD = "NO_THRESHOLD"
    WAIVED = "WAIVED"

    @property
    def sentence(self) -> Sentence:
        """The outcome's name, free to be said in either language."""
        return Sentence(f"rules.outcome_{self.value.lower()}")


_TONES = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.NOT_ASSESSED: "open"}
_SIGNS = {">=": "≥ ", "<=": "≤ ", "==": "= ", ">": "> ", "<": "< "}


@dataclass(frozen=True)
class Flip:
    """Where the outcome would turn.

    Parameters
    ----------
    limit
        The value of the rule's own number (limit or target, in its unit) at which it turns; None where no
        value would do.
    residents
        How many residents would have to change sides; None where the rule does not count people.
    """

    limit: float | None
    residents: float | None


@dataclass(frozen=True)
class ByRoad:
    """A straight-line rule's result by road, beside it and without influence on it.

    Parameters
    ----------
    observed
        Share of residents in scope (0-1) within the limit by road.
    residents_affected
        Residents beyond the limit by road, or without a way.
    paper_only
        Residents within the limit on paper and beyond it, or without a way, by road.
    """

    observed: float
    residents_affected: float
    paper_only: float


@dataclass(frozen=True)
class RuleUnit:
    """One area, facility or named thing of a rule.

    Parameters
    ----------
    id, name
        Of the area or facility; the name as the plan writes it for a named one.
    observed
        Its own figure in the verdict's unit; None where it cannot be known.
    outcome
        Its own outcome, WAIVED included.
    residents
        Who live in it, where the rule counts people.
    waived_by
        The plan's sentence that excepts it.
    """

    id: str
    name: str
    observed: float | None
    outcome: Outcome
    residents: float | None = None
    waived_by: str | None = None


@dataclass(frozen=True, eq=False)
class Verdict:
    """A rule judged; the fields are those of verdicts.json.

    Parameters
    ----------
    rule_def
        The rule as the plan writes it.
    outcome
        What it came to.
    reason
        Why, as a sentence free to be said in either language.
    observed, target
        What was found and what is asked (a pair for a band), in `unit`; None where there is none.
    target_source
        Whose the target is: ``plan``, ``assumed`` or ``study``.
    unit
        ``share`` (0-1, percent only in print), ``min``, ``h``, ``km``, ``m``, ``facilities``, ``number``,
        or what a ratio or load is per (``per_1000_residents``, ``residents_per_facility`` ...).
    comparison
        How `observed` must stand to `target`: ``>=``, ``<=``, ``==``, ``>``, ``<`` or ``between``.
    margin
        Signed slack in `unit`, at least 0 exactly when the outcome is PASS.
    flip
        Where the outcome would turn.
    by_road
        A straight-line rule's result by road, beside it.
    alternatives
        Mode and its observed figure, for the modes reported beside.
    residents_affected
        Residents in scope who are not covered.
    ledger
        Where all residents went; its boxes add up to the total.
    missing_inputs, assumptions
        What would settle it, and what the plan leaves open.
    units
        One an area, facility or named thing, for rules that are judged unit by unit.
    measure
        What was measured, where it is not the rule's own kind.
    language
        Of the study: the verdict's card in a notebook speaks it.
    people
        Rules about people: one of outside, no_data, unsnapped, unreachable, covered, not_covered a
        demand row, on the index of the demand frame. Never written.
    """

    rule_def: Rule
    outcome: Outcome
    reason: Sentence
    observed: float | None = None
    target: Target = None
    target_source: str = "plan"
    unit: str = "share"
    comparison: str = ">="
    margin: float | None = None
    flip: Flip | None = None
    by_road: ByRoad | None = None
    alternatives: tuple[tuple[str, float], ...] = ()
    residents_affected: float | None = None
    ledger: PeopleLedger | None = None
    missing_inputs: tuple[Sentence, ...] = ()
    assumptions: tuple[Sentence, ...] = ()
    units: tuple[RuleUnit, ...] = ()
    measure: str = ""
    language: Language = "zh"
    people: pd.Series | None = field(default=None, repr=False)

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.rule_def.id

    @property
    def clause(self) -> str:
        """The clause's id."""
        return self.rule_def.clause

    @property
    def quote(self) -> str:
        """The plan's own words."""
        return self.rule_def.quote

    def shown(self, value: float | Target) -> Sentence:
        """A value of this verdict as a reader expects it: percent for shares, else with its unit.

        Parameters
        ----------
        value
            In the verdict's unit; a pair is a band, None is nothing.

        Returns
        -------
        Sentence
            Free to be said in either language.
        """
        return shown(value, self.unit)

    @property
    def mark(self) -> Mark:
        """The outcome on a colour."""
        return Mark(self.outcome.sentence, _TONES.get(self.outcome, "plain"))

    def __repr__(self) -> str:
        return f"<Verdict {self.rule}: {self.outcome.value}, {self.shown(self.observed).text('en')}>"

    def _repr_html_(self) -> str:
        """The verdict as a small card, in the study's language."""
        asked = _SIGNS.get(self.comparison, "") + self.shown(self.target).text(self.language)
        missing = [need.text(self.language) for need in self.missing_inputs]
        facts = (
            (Sentence("cards.observed"), self.shown(self.observed)),
            (Sentence("cards.asked"), None if self.target is None else asked),
            (Sentence("cards.affected"), self.residents_affected or None),
            (Sentence("cards.paper_only"), self.by_road.paper_only if self.by_road else None),
            (Sentence("cards.reason"), self.reason),
            (Sentence("cards.missing"), "; ".join(missing) or None),
        )
        return card(self.language, self.rule, facts, mark=self.mark, quote=self.quote)

    def to_dict(self, language: Language) -> dict[str, Any]:
        """The verdict of verdicts.json, our own sentences said in one language.

        Parameters
        ----------
        language
            ``zh`` or ``en``; the plan's quotation stays as it was written.

        Returns
        -------
        dict
            Plain data, as ``docs/schemas/verdicts.schema.json`` states it.
        """
        rule = self.rule_def
        return {
            "rule": rule.id, "clause": rule.clause, "section": rule.section, "quote": rule.quote,
            "modality": rule.modality, "softeners": list(rule.softeners), "kind": rule.kind,
            "measure": self.measure or rule.kind, "scope": rule.scope, "by": rule.by,
            "outcome": self.outcome.value, "observed": _finite(self.observed),
            "comparison": self.comparison,
            "target": list(self.target) if isinstance(self.target, tuple) else self.target,
            "target_source": self.target_source, "unit": self.unit, "margin": _finite(self.margin),
            "flip": None if self.flip is None else {
                "limit": _finite(self.flip.limit), "residents": _finite(self.flip.residents)},
            "by_road": None if self.by_road is None else {
                "observed": self.by_road.observed, "residents_affected": self.by_road.residents_affected,
                "paper_only": self.by_road.paper_only},
            "alternatives": [{"mode": mode, "observed": value} for mode, value in self.alternatives],
            "residents_affected": _finite(self.residents_affected),
            "ledger": None if self.ledger is None else self.ledger.to_dict(),
            "reason": self.reason.text(language),
            "missing_inputs": [s.text(language) for s in self.missing_inputs],
            "assumptions": [s.text(language) for s in self.assumptions],
            "contradicts": list(rule.contradicts),
            "units": [
                {"id": u.id, "name": u.name, "observed": _finite(u.observed), "outcome": u.outcome.value,
                 "residents": _finite(u.residents), "waived_by": u.waived_by}
                for u in self.units
            ],
        }  # fmt: skip


def shown(value: float | Target, unit: str) -> Sentence:
    """A value with its unit, as a sentence: percent for shares, a band with a dash, a dash for nothing."""
    if isinstance(value, tuple):
        ends = {"low": _plain(value[0], unit), "high": _plain(value[1], unit)}
        return Sentence(f"rules.unit_{unit}", {"value": Sentence("rules.band", ends)})
    if value is None or not math.isfinite(value):
        return Sentence("rules.nothing")
    return Sentence(f"rules.unit_{unit}", {"value": _plain(value, unit)})


def _plain(value: float, unit: str) -> float:
    return round(value * 100, 2) if unit == "share" else value


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def decide(low: float, high: float, comparison: str, target: float | tuple[float, float]) -> Outcome:
    """Judge a figure known to lie in ``[low, high]``: only what holds at both ends is PASS or FAIL.

    Parameters
    ----------
    low, high
        The ends of what is known, in the target's unit; equal where all is known.
    comparison
        ``>=``, ``<=``, ``==``, ``>``, ``<`` or ``between``.
    target
        A number, or a pair for a band (its ends included).

    Returns
    -------
    Outcome
        PASS, FAIL or NOT_ASSESSED.
    """
    at_low, at_high = _holds(low, comparison, target), _holds(high, comparison, target)
    if at_low and at_high:
        return Outcome.PASS
    if at_low or at_high or _straddles(low, high, comparison, target):
        return Outcome.NOT_ASSESSED
    return Outcome.FAIL


def margin(low: float, high: float, comparison: str, target: float | tuple[float, float]) -> float:
    """Signed slack of a figure known to lie in ``[low, high]``: at least 0 exactly where `decide` says PASS.

    A FAIL is measured from the end nearest the target, an undecided figure from the far one. Strict
    comparisons count the smallest step beyond the target.
    """
    outcome = decide(low, high, comparison, target)
    values = [_slack(low, comparison, target), _slack(high, comparison, target)]
    slack = max(values) if outcome is Outcome.FAIL else min(values)
    if outcome is not Outcome.PASS and slack >= 0:
        return -math.ulp(1.0)
    return slack


def _holds(value: float, comparison: str, target: float | tuple[float, float]) -> bool:
    if isinstance(target, tuple):
        return target[0] <= value <= target[1]
    if comparison in (">", "<"):
        return value > target if comparison == ">" else value < target
    return {">=": value >= target, "<=": value <= target, "==": value == target}[comparison]


def _straddles(low: float, high: float, comparison: str, target: float | tuple[float, float]) -> bool:
    """Whether a value between the ends could hold though neither end does."""
    if isinstance(target, tuple):
        return low < target[0] and high > target[1]
    return comparison == "==" and low < target < high


def _slack(value: float, comparison: str, target: float | tuple[float, float]) -> float:
    if isinstance(target, tuple):
        return min(value - target[0], target[1] - value)
    if comparison == "==":
        return -abs(value - target)
    return value - target if comparison in (">=", ">") else target - value


def verdict_schema() -> dict[str, Any]:
    """The JSON Schema of verdicts.json.

    Returns
    -------
    dict
        Draft 2020-12, ``$id`` ``carecircle/verdicts/1``.
    """
    number = {"type": ["number", "null"]}
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}

    def table(fields: dict[str, Any], *, nullable: bool = False) -> dict[str, Any]:
        return {
            "type": ["object", "null"] if nullable else "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        }

    people = ("total", "outside", "no_data", "unsnapped", "unreachable", "covered", "not_covered")
    unit = table(
        {"id": text, "name": text, "observed": number, "outcome": {"enum": [o.value for o in Outcome]},
         "residents": number, "waived_by": {"type": ["string", "null"]}}
    )  # fmt: skip
    verdict = table({
        "rule": text, "clause": text, "section": text, "quote": text,
        "modality": {"enum": ["binding", "expected", "stated"]}, "softeners": texts, "kind": text,
        "measure": text, "scope": {"enum": ["all", "urban", "rural"]}, "by": text,
        "outcome": {"enum": [o.value for o in Outcome if o is not Outcome.WAIVED]}, "observed": number,
        "comparison": {"enum": [">=", "<=", "==", ">", "<", "between"]},
        "target": {
            "type": ["number", "array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "target_source": {"enum": ["plan", "assumed", "study"]}, "unit": text, "margin": number,
        "flip": table({"limit": number, "residents": number}, nullable=True),
        "by_road": table(
            {"observed": number, "residents_affected": number, "paper_only": number}, nullable=True),
        "alternatives": {"type": "array", "items": table({"mode": text, "observed": number})},
        "residents_affected": number,
        "ledger": table({name: {"type": "number"} for name in people}, nullable=True),
        "reason": text, "missing_inputs": texts, "assumptions": texts, "contradicts": texts,
        "units": {"type": "array", "items": unit},
    })  # fmt: skip
    inputs = table({n: {"type": "number"} for n in ("total", "inside", "outside", "no_data")}, nullable=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "carecircle/verdicts/1",
        **table(
            {"schema": {"const": "carecircle/verdicts/1"}, "study": text, "plan": text,
             "year": {"type": "integer"}, "ledger": inputs, "verdicts": {"type": "array", "items": verdict}}
        ),
    }  # fmt: skip
