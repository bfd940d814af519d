"""What a rule kind is: one record each, in the register that everybody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from carecircle.errors import UsageError
from carecircle.texts import LANGUAGES, bring, wording

if TYPE_CHECKING:
    import pandas as pd

    from carecircle.rules.language.plan import Plan
    from carecircle.rules.language.query import ReachQuery
    from carecircle.rules.language.refusals import MeaninglessRuleError
    from carecircle.rules.language.rule import Rule

    Measure = Callable[[Rule, Plan, Any, Mapping[ReachQuery, pd.DataFrame]], Any]
    OnEvidence = Callable[[Rule, Plan, Any], Any]


def _no_query(rule: Rule) -> ReachQuery | None:
    return None


def _no_more(rule: Rule) -> tuple[ReachQuery, ...]:
    return ()


def _no_fault(rule: Rule) -> Iterable[MeaninglessRuleError]:
    return ()


def _facilities(rule: Rule) -> tuple[str, ...]:
    return ("facilities",)


def _share(rule: Rule) -> str:
    return "share"


@dataclass(frozen=True, kw_only=True)
class RuleKind:
    """A kind of rule: what it may say, what it asks, how it is judged, and what others make of it.

    Parameters
    ----------
    name
        As a plan writes it: ``kind = "radius"``.
    measure
        Judges a rule from the plan, the evidence (`carecircle.rules.judging.evidence.Evidence`) and the
        answers to its queries: a `carecircle.rules.Verdict`.
    requires
        Fields without which a rule of this kind means nothing.
    limit_units
        Units its ``limit`` may have; empty: it has no use for ``limit`` and refuses it.
    metrics
        What its ``metric`` may be; empty: whatever the rule language knows.
    levels
        What its ``by`` may be; empty: whatever the rule language knows.
    share_target
        Its ``target`` is a share: 0 to 1.
    exceptions
        It may have ``unless``; otherwise that is refused.
    takes
        Further fields that only some kinds understand (``each_role``, ``per_class``, ``denominator_also``,
        ``falls``, ``published``, ``stations``, ``mustering``, ``statistic``, ``to``, ``via``, ``along``,
        ``nth``, ``measure``, ``group``); those it does not take are refused.
    faults
        Its own combinations of fields that mean nothing.
    query
        The question of reach it is judged by; None where it asks none.
    road_query
        The road distance that stands beside it; None where there is none.
    more_queries
        Further questions of reach that it is judged by.
    inputs
        What it is judged from (``facilities``, ``residents``, ``roads``); the columns, areas and figures that
        its fields name are added. Empty: it is judged from nothing.
    unit
        Unit of its figure for the whole region, as `Verdict.unit` has it.
    people
        What the page judges when facilities change: the ``share`` of residents within the limit, or their
        ``mean`` with the turn-out added. Empty: the verdict stands as it was.
    catchments
        The page shades the facilities by the residents they share, against the target's band.
    sites
        New facilities within its limit can close its gap: siting takes it.
    ambulances
        Its stations send ambulances: siting tells where the next ones stand.
    of_its_sets
        Its figure is counted from the facilities of its own sets alone: no other changes it.
    number
        What its number is to a plan held against itself: a ``total``, a ``ratio``, a ``share`` (its baseline
        in percent) or a figure of the ``start``, judged by nothing. Empty: none of these.
    """

    name: str
    measure: Measure
    requires: tuple[str, ...] = ()
    limit_units: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    share_target: bool = False
    exceptions: bool = False
    takes: tuple[str, ...] = ()
    faults: Callable[[Rule], Iterable[MeaninglessRuleError]] = field(default_factory=lambda: _no_fault)
    query: Callable[[Rule], ReachQuery | None] = field(default_factory=lambda: _no_query)
    road_query: Callable[[Rule], ReachQuery | None] = field(default_factory=lambda: _no_query)
    more_queries: Callable[[Rule], tuple[ReachQuery, ...]] = field(default_factory=lambda: _no_more)
    inputs: Callable[[Rule], tuple[str, ...]] = field(default_factory=lambda: _facilities)
    unit: Callable[[Rule], str] = field(default_factory=lambda: _share)
    people: Literal["", "share", "mean"] = ""
    catchments: bool = False
    sites: bool = False
    ambulances: bool = False
    of_its_sets: bool = False
    number: Literal["", "total", "ratio", "share", "start"] = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The sentences it needs: its name, and its title (one more for rules without a limit)."""
        titles = ("", "_free") if self.limit_units else ("",)
        return (f"rules.kind_{self.name}", *(f"outputs.title_{self.name}{end}" for end in titles))

    def title(self, rule: Rule) -> str:
        """The sentence that is a rule's title.

        Parameters
        ----------
        rule
            Of this kind.

        Returns
        -------
        str
            Its key: ``outputs.title_<name>``, or ``outputs.title_<name>_free`` where a limit is not given.
        """
        free = bool(self.limit_units) and rule.limit is None
        return f"outputs.title_{self.name}{'_free' if free else ''}"


_register: dict[str, RuleKind] = {}


def register(kind: RuleKind, words: Mapping[str, Mapping[str, str]] | None = None) -> RuleKind:
    """Make a kind of rule known: plans may name it, and every output shows it.

    Parameters
    ----------
    kind
        Its record.
    words
        Its sentences by key (``rules.kind_<name>``, ``outputs.title_<name>``, those its verdicts say), each
        in ``zh`` and ``en``; those that stand in ``wording/`` are left out.

    Returns
    -------
    RuleKind
        The same record.

    Raises
    ------
    UsageError
        If the name is taken, a sentence is said otherwise already, or one lacks a language or is not there.
    """
    if kind.name in _register:
        raise UsageError("rules.kind_taken", value=kind.name)
    given = words or {}
    for key, forms in given.items():
        if set(forms) != set(LANGUAGES):
            raise UsageError("rules.kind_half_said", kind=kind.name, value=key, wanted=LANGUAGES)
        if wording().get(key, forms) != forms:
            raise UsageError("rules.kind_said_already", kind=kind.name, value=key)
    lacking = [key for key in kind.words if key not in given and key not in wording()]
    if lacking:
        raise UsageError("rules.kind_unsaid", kind=kind.name, keys=lacking)
    bring(given)
    _register[kind.name] = kind
    return kind


def kinds() -> tuple[RuleKind, ...]:
    """Every kind that is known, in the order of registration.

    Returns
    -------
    tuple of RuleKind
        Those that come with carecircle first.
    """
    return tuple(_register.values())


def kind_of(rule: Rule) -> RuleKind:
    """The record of a rule's kind.

    Parameters
    ----------
    rule
        A rule of a plan.

    Returns
    -------
    RuleKind
        The one that ``rule.kind`` names.
    """
    return _register[rule.kind]


def on_evidence(measure: OnEvidence) -> Measure:
    """A measure that asks nothing of reach, as the register takes it."""

    def judged(rule: Rule, plan: Plan, evidence: Any, reached: Mapping[ReachQuery, pd.DataFrame]) -> Any:
        return measure(rule, plan, evidence)

    return judged
