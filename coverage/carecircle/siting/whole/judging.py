"""The judge of a set of moves: `reanalyze`, each set once; and single versions judged without any search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from carecircle.analysis import Analysis, Scenario, reanalyze
from carecircle.analysis.changed import changed_inputs
from carecircle.inputs.load import Inputs
from carecircle.rules import Rule, Verdict, judge
from carecircle.siting.whole.deeds import deeds
from carecircle.siting.whole.offers import Move
from carecircle.texts import Sentence

_KEPT = 6


def holds(verdict: Verdict) -> bool:
    """Whether a clause is met: at least what it asks; more than that is no gap."""
    return verdict.state in ("met", "surplus")


def _silent(_: Sentence) -> None:
    """Nobody listens to a judgement among many."""


class Judge:
    """Judges sets of moves, made to a study with the plan's projects due by a year done.

    Parameters
    ----------
    analysis
        The study as it is.
    projects
        The plan's projects due by this year are done first; None: none of them.
    """

    def __init__(self, analysis: Analysis, projects: int | None = None) -> None:
        self.analysis = analysis
        due = projects is not None and any(p.year <= projects for p in analysis.plan.projects)
        self.projects = projects if due else None
        self.base = analysis
        if self.projects is not None:
            self.base = reanalyze(
                analysis, scenario=Scenario(projects=self.projects), surfaces=False, progress=_silent
            )
        self._judged: dict[frozenset[str], Mapping[str, Verdict]] = {
            frozenset(): {v.rule: v for v in self.base.verdicts}
        }
        self._after: dict[frozenset[str], Analysis] = {frozenset(): self.base}

    def scenario(self, moves: Iterable[Move], *, name: str = "") -> Scenario:
        """The moves as a scenario of the study as it is, the projects among them.

        Parameters
        ----------
        moves
            That go together.
        name
            Of the scenario.
        """
        return deeds(self.base.inputs, moves, projects=self.projects, name=name)

    def after(self, moves: Sequence[Move]) -> Analysis:
        """The study with some moves made.

        Parameters
        ----------
        moves
            That go together.
        """
        key = frozenset(m.id for m in moves)
        if key not in self._after:
            while len(self._after) >= _KEPT:  # an Analysis is large; its verdicts are kept below
                del self._after[next(k for k in self._after if k)]
            found = reanalyze(self.analysis, scenario=self.scenario(moves), surfaces=False, progress=_silent)
            self._after[key] = found
            self._judged[key] = {v.rule: v for v in found.verdicts}
        return self._after[key]

    def verdicts(self, moves: Sequence[Move]) -> Mapping[str, Verdict]:
        """Every rule judged with some moves made.

        Parameters
        ----------
        moves
            That go together.
        """
        key = frozenset(m.id for m in moves)
        if key not in self._judged:
            self.after(moves)
        return self._judged[key]

    def inputs(self, moves: Iterable[Move]) -> Inputs:
        """The inputs with some moves made, nothing searched or judged.

        Parameters
        ----------
        moves
            That go together.
        """
        return changed_inputs(self.base.inputs, replace(deeds(self.base.inputs, moves), projects=None))

    def tables(self, moves: Iterable[Move], rules: Sequence[Rule]) -> dict[str, Verdict]:
        """Some rules that ask nothing of reach, judged with some moves made.

        Parameters
        ----------
        moves
            That go together.
        rules
            Of the plan.
        """
        part = self.analysis.plan.model_copy(update={"rule": tuple(rules)})
        return {v.rule: v for v in judge(part, self.inputs(moves), {})}
