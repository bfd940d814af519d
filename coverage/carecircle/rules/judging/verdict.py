"""The verdict: what was found, what was asked, how far apart they are, and who is affected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from carecircle.cards import Mark, card
from carecircle.ledgers import PeopleLedger
from carecircle.rules.judging.beyond import BeyondBorder
from carecircle.rules.judging.parts import (
    STATES,
    ByBusy,
    ByPeriod,
    ByRoad,
    ChainPart,
    CountyRow,
    Flip,
    OnTrack,
    Outcome,
    Referral,
    RuleUnit,
    State,
    came_to,
)
from carecircle.rules.judging.robust import Robust
from carecircle.rules.judging.shown import Target, shown, shown_margin
from carecircle.rules.judging.written import written
from carecircle.rules.language.cited import cited, words
from carecircle.rules.language.rule import Rule
from carecircle.rules.language.titles import title
from carecircle.texts import Language, Sentence

if TYPE_CHECKING:
    from carecircle.rules.judging.shapes import WrittenVerdict


_TONES = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.NOT_ASSESSED: "open"}
SIGNS = {">=": "≥ ", "<=": "≤ ", "==": "= ", ">": "> ", "<": "< "}
"""How a comparison is written before its target; a band has no sign."""


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
    by_period
        What it comes to in each period of the study, the worst marked; empty without periods.
    stages
        Of an emergency chain, in order.
    referrals
        The ways of a rule about referral: one a facility, by zone one a town.
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
    counties
        One a county, where a prefecture of several is judged.
    measure
        What was measured, where it is not the rule's own kind.
    language
        Of the study: the verdict's card in a notebook speaks it.
    target_year
        By when the plan asks it.
    on_track
        Where the figure stands beside the line from the plan's start to its target year; None where the
        plan gives no start or the figure is unknown.
    surplus
        More was found than is asked, and nothing less: no gap, and nobody is affected.
    open_listing
        Whether the tables leave open which facilities count: then nothing fails for lack of one. Never
        written.
    robust
        How likely it is under what the study is unsure of, where it was drawn.
    border
        Rules about people: whose nearest facility is not certain for what lies beyond what was read.
    parts
        What `observed` is made of: numerator, denominator (None where there is none). Never written.
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
    by_period: tuple[ByPeriod, ...] = ()
    stages: tuple[ChainPart, ...] = ()
    referrals: tuple[Referral, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    residents_affected: float | None = None
    ledger: PeopleLedger | None = None
    missing_inputs: tuple[Sentence, ...] = ()
    assumptions: tuple[Sentence, ...] = ()
    units: tuple[RuleUnit, ...] = ()
    counties: tuple[CountyRow, ...] = ()
    measure: str = ""
    language: Language = "zh"
    target_year: int | None = None
    on_track: OnTrack | None = None
    surplus: bool = False
    open_listing: bool = False
    robust: Robust | None = None
    border: BeyondBorder | None = None
    parts: tuple[float, float | None] | None = None
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

    @property
    def cited(self) -> Sentence:
        """Where those words stand; what is no official text says so."""
        return cited(self.rule_def)

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
    def progress(self) -> Sentence | None:
        """The line of the target and this figure beside it; None where there is no line."""
        line = self.on_track
        if line is None:
            return None
        facts = {
            "year": str(line.year), "start": self.shown(line.baseline), "from": str(line.baseline_year),
            "until": str(line.target_year), "expected": self.shown(line.expected),
            "observed": self.shown(self.observed), "off": shown_margin(abs(line.margin), self.unit),
        }  # fmt: skip
        return Sentence(f"rules.{'on' if line.on_track else 'off'}_track", facts)

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
            (Sentence("cards.tier"), None if self.rule_def.provenance == "official" else self.cited),
            (Sentence("cards.missing"), "; ".join(missing) or None),
        )
        return card(
            self.language, self.rule, facts, mark=self.mark, quote=words(self.rule_def).text(self.language)
        )

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
        return written(self, language)
