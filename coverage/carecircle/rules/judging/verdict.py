"""The verdict: what was found, what was asked, how far apart they are, and who is affected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from carecircle.cards import Mark, card
from carecircle.rules.judging.parts import ByBusy, ByRoad, ChainPart, Flip
from carecircle.rules.judging.shown import Target, shown, shown_margin
from carecircle.rules.language.rule import Rule
from carecircle.rules.language.titles import title
from carecircle.schema import PeopleLedger
from carecircle.texts import Language, Sentence

if TYPE_CHECKING:
    from carecircle.rules.judging.shapes import WrittenVerdict


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


State = Literal["gap", "surplus", "met", "unknown", "measured", "waived"]
STATES: Mapping[Outcome, State] = {
    Outcome.PASS: "met", Outcome.FAIL: "gap", Outcome.NOT_ASSESSED: "unknown",
    Outcome.NO_THRESHOLD: "measured", Outcome.WAIVED: "waived",
}  # fmt: skip
"""What an outcome means for the people it is about; more than asked is a ``surplus`` instead."""
_TONES = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.NOT_ASSESSED: "open"}
SIGNS = {">=": "≥ ", "<=": "≤ ", "==": "= ", ">": "> ", "<": "< "}
"""How a comparison is written before its target; a band has no sign."""


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
    state
        ``gap``, ``surplus``, ``met``, ``unknown``, ``measured`` or ``waived``: told from the outcome where
        it is not given.
    """

    id: str
    name: str
    observed: float | None
    outcome: Outcome
    residents: float | None = None
    waived_by: str | None = None
    state: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", self.state or STATES[self.outcome])

    @property
    def came_to(self) -> Sentence:
        """The outcome as people read it: a surplus says that more was found than is asked."""
        return came_to(self.outcome, self.state)


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
        Signed slack of `observed` against `target` in `unit`: at least 0 with PASS, below 0 where what was
        found falls short (0 where a strict comparison is missed at its own number). None where the outcome
        turns on something else: residents out of reach, or what is not known.
    flip
        Where the outcome would turn.
    by_road
        A straight-line rule's result by road, beside it.
    by_busy
        A response beside how busy the ambulances are.
    parts
        The stages of an emergency chain, in order.
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
    surplus
        More was found than is asked, and nothing less: no gap, and nobody is affected.
    open_listing
        Whether the tables leave open which facilities count: then nothing fails for lack of one. Never
        written.
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
    by_busy: ByBusy | None = None
    parts: tuple[ChainPart, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    residents_affected: float | None = None
    ledger: PeopleLedger | None = None
    missing_inputs: tuple[Sentence, ...] = ()
    assumptions: tuple[Sentence, ...] = ()
    units: tuple[RuleUnit, ...] = ()
    measure: str = ""
    language: Language = "zh"
    surplus: bool = False
    open_listing: bool = False
    people: pd.Series | None = field(default=None, repr=False)

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.rule_def.id

    @property
    def state(self) -> State:
        """``gap``, ``surplus`` (more than asked: no gap), ``met``, ``unknown`` or ``measured``."""
        return "surplus" if self.surplus else STATES[self.outcome]

    @property
    def title(self) -> Sentence:
        """A short title: the plan file's own, else one made of the rule's fields."""
        return title(self.rule_def)

    @property
    def clause(self) -> str:
        """The clause's id."""
        return self.rule_def.clause

    @property
    def quote(self) -> str:
        """The plan's own words; what is said in their place where the text is not at hand."""
        return self.rule_def.words

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
    def shown_margin(self) -> Sentence:
        """The margin as a reader expects it: between two shares it is percentage points, else in its unit."""
        return shown_margin(self.margin, self.unit)

    @property
    def came_to(self) -> Sentence:
        """The outcome as people read it: a surplus says that more was found than is asked."""
        return came_to(self.outcome, self.state)

    @property
    def mark(self) -> Mark:
        """The outcome on a colour."""
        return Mark(self.came_to, _TONES.get(self.outcome, "plain"))

    def __repr__(self) -> str:
        return f"<Verdict {self.rule}: {self.outcome.value}, {self.shown(self.observed).text('en')}>"

    def _repr_html_(self) -> str:
        """The verdict as a small card, in the study's language."""
        sign = "" if self.outcome is Outcome.NO_THRESHOLD else SIGNS.get(self.comparison, "")
        asked = sign + self.shown(self.target).text(self.language)
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

    def to_dict(self, language: Language) -> WrittenVerdict:
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
            "rule": rule.id, "title": self.title.text(language), "clause": rule.clause,
            "section": rule.section, "quote": rule.quote, "states": rule.states,
            "source": None if rule.source is None else rule.source.model_dump(),
            "provenance": rule.provenance,
            "modality": rule.modality, "softeners": list(rule.softeners), "kind": rule.kind,
            "measure": self.measure or rule.kind, "scope": rule.scope, "by": rule.by,
            "outcome": self.outcome.value, "state": self.state, "observed": _finite(self.observed),
            "comparison": self.comparison,
            "target": list(self.target) if isinstance(self.target, tuple) else self.target,
            "target_source": self.target_source, "unit": self.unit, "margin": _finite(self.margin),
            "flip": None if self.flip is None else _record(self.flip),
            "by_road": None if self.by_road is None else _record(self.by_road),
            "by_busy": None if self.by_busy is None else _record(self.by_busy),
            "parts": [_record(part) for part in self.parts],
            "alternatives": [{"mode": mode, "observed": value} for mode, value in self.alternatives],
            "residents_affected": _finite(self.residents_affected),
            "ledger": None if self.ledger is None else self.ledger.to_dict(),
            "reason": self.reason.text(language),
            "missing_inputs": [s.text(language) for s in self.missing_inputs],
            "assumptions": [s.text(language) for s in self.assumptions],
            "contradicts": list(rule.contradicts),
            "units": [_record(unit) for unit in self.units],
        }  # fmt: skip


def came_to(outcome: Outcome, state: str) -> Sentence:
    """An outcome as people read it: a surplus says that more was found than is asked."""
    if state != "surplus":
        return outcome.sentence
    return Sentence("rules.outcome_surplus", {"outcome": outcome.sentence})


def _record(part: Flip | ByRoad | ByBusy | ChainPart | RuleUnit) -> dict[str, Any]:
    """A verdict's part as plain data, field by field."""
    return {f.name: _written(getattr(part, f.name)) for f in fields(part)}


def _written(value: Any) -> Any:
    if isinstance(value, Outcome):
        return value.value
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
