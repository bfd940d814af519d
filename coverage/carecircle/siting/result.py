"""What a siting study returns: the choice of moves, what it changes in every clause, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.analysis import Analysis
from carecircle.cards import Mark, card
from carecircle.siting.limits import Closing, Impossibility
from carecircle.siting.needs import Need
from carecircle.siting.problem import SitingProblem
from carecircle.siting.solution import Status
from carecircle.texts import Language, Sentence

Aim = Literal["target", "most", "expected", "double"]


@dataclass(frozen=True)
class Choice:
    """A set of moves (columns of the problem), what it is worth, and the proven bound.

    With a target the worth is the price (less is better); otherwise residents newly covered, a resident
    counted once a rule (more is better).
    """

    moves: tuple[int, ...]
    worth: float
    bound: float
    status: Status

    @property
    def gap(self) -> float:
        """``|bound - worth| / max(|bound|, |worth|)``, 0 when proven."""
        largest = max(abs(self.bound), abs(self.worth))
        return abs(self.bound - self.worth) / largest if largest > 0 else 0.0


@dataclass(frozen=True)
class FleetFound:
    """What an aim about ambulances rests on.

    Parameters
    ----------
    placed, standing
        Ambulances that were placed, and those that stand there already.
    limit, far
        Minutes within which an ambulance counts; ``double``: within which everybody must have one.
    share
        ``double``: share of residents that must have one within ``limit``.
    busy, busy_given
        ``expected``: the share of time that an ambulance is busy, and whether it was given or is what the
        study's calls make of the fleet.
    busy_after
        The share that the calls make of the fleet; None where the study has no calls.
    before
        What the standing fleet is worth: residents in expectation, or with two ambulances in time.
    assumed
        Stations whose table does not say how many ambulances they have: one each.
    without_way
        Residents whom no ambulance reaches from anywhere (or who have no way on to a hospital).
    """

    placed: int
    standing: int
    limit: float
    far: float | None
    share: float | None
    busy: float | None
    busy_given: bool
    busy_after: float | None
    before: float
    assumed: tuple[str, ...]
    without_way: float

    def told(self) -> list[Sentence]:
        """What the answer rests on, in words.

        Returns
        -------
        list of Sentence
            Free to be said in either language.
        """
        facts: dict[str, object] = {"standing": self.standing, "limit": self.limit}
        said = []
        if self.busy is not None:
            after = None if self.busy_after is None else f"{self.busy_after:.1%}"
            how = "given" if self.busy_given else "found"
            said.append(Sentence(f"siting.busy_{how}", {"busy": f"{self.busy:.1%}"}))
            if self.busy_given and after is not None:
                said.append(Sentence("siting.busy_of_calls", {"busy": after}))
        if self.far is not None and self.share is not None:
            said.append(
                Sentence("siting.double_asked", {**facts, "far": self.far, "share": f"{self.share:.0%}"})
            )
        if self.assumed:
            said.append(Sentence("siting.fleet_assumed", {"n": len(self.assumed), "names": self.assumed[:8]}))
        if self.without_way > 0:
            said.append(Sentence("siting.fleet_without_way", {"residents": round(self.without_way)}))
        return said


@dataclass(frozen=True, eq=False)
class SitingResult:
    """What to build, what it changes, and how sure that is.

    Parameters
    ----------
    problem
        What was asked and what could be done.
    aim
        ``target`` (least price that reaches it), ``most`` (most residents for so many sites or so much), or
        of ambulances ``expected`` (most residents served in expectation) or ``double`` (most with two).
    best
        The choice of moves; None where the target is out of reach.
    moves
        One row a chosen move, in order of what each adds: rank, move_id, kind, name, category, replaces,
        price, newly_covered, facility_id, lon, lat, geometry; of ambulances also standing and ambulances
        (those there before, and those placed).
    allocation
        rule, demand_id, residents, move_id, cost of every resident newly covered.
    after
        The analysis with the moves made.
    alternatives
        The next best choices within 1 % of the best, each proven.
    closings
        Facilities whose closing would cost residents their compliance.
    impossible
        One a rule whose target no set of the moves reaches.
    fleet
        Where ambulances were placed: what the aim rests on.
    """

    problem: SitingProblem
    aim: Aim
    best: Choice | None
    moves: gpd.GeoDataFrame
    allocation: pd.DataFrame
    after: Analysis | None
    alternatives: tuple[Choice, ...]
    closings: tuple[Closing, ...]
    impossible: tuple[Impossibility, ...]
    fleet: FleetFound | None = None

    @property
    def before(self) -> Analysis:
        """The study as it is."""
        return self.problem.analysis

    @property
    def status(self) -> Status:
        """``optimal`` (proven), ``feasible`` (see the gap) or ``infeasible`` (see the certificate)."""
        return "infeasible" if self.best is None else self.best.status

    def clauses(self) -> list[dict[str, Any]]:
        """Every rule before and after.

        Returns
        -------
        list of dict
            One per rule, in the plan's order: rule, clause, asked (whether it was to be met), the outcomes
            before and after, observed and residents affected before and after, unit.
        """
        after = {v.rule: v for v in self.after.verdicts} if self.after is not None else {}
        rows = []
        for verdict in self.before.verdicts:
            then = after.get(verdict.rule, verdict)
            rows.append(
                {
                    "rule": verdict.rule, "clause": verdict.clause,
                    "asked": verdict.rule in {n.rule for n in self.problem.needs},
                    "before": verdict.outcome.value, "after": then.outcome.value,
                    "observed_before": _plain(verdict.observed), "observed_after": _plain(then.observed),
                    "residents_before": _plain(verdict.residents_affected),
                    "residents_after": _plain(then.residents_affected), "unit": verdict.unit,
                }
            )  # fmt: skip
        return rows

    def __repr__(self) -> str:
        rules = ", ".join(n.rule for n in self.problem.needs)
        return f"<SitingResult for {rules}: {len(self.moves)} moves, {self.status}>"

    def _repr_html_(self) -> str:
        """The sites, the proof and every rule that turns as a small card, in the study's language."""
        tone = {"optimal": "good", "feasible": "open", "infeasible": "bad"}[self.status]
        gap = None if self.best is None or self.best.gap == 0 else self.best.gap * 100
        facts = [(Sentence("cards.gap"), None if gap is None else Sentence("cards.percent", {"value": gap}))]
        rows: list[tuple[str | Sentence | Mark, ...]] = [
            (f"{r.rank}. {r.name}", r.category, self._added(r)) for r in self.moves.itertuples()
        ]
        after = {v.rule: v for v in self.after.verdicts} if self.after is not None else {}
        turned = [(v, after[v.rule]) for v in self.before.verdicts if v.rule in after]
        rows += [(b.rule, b.mark, a.mark) for b, a in turned if a.outcome != b.outcome]
        title = Sentence("cards.siting", {"rules": [n.rule for n in self.problem.needs]})
        mark = Mark(Sentence(f"cards.{self.status}"), tone)
        return card(self.before.study.language, title, facts, mark=mark, rows=rows)

    def _added(self, move: Any) -> Sentence:
        """What a move adds, for the card."""
        if self.fleet is None:
            return Sentence("cards.newly", {"residents": move.newly_covered})
        facts = {"ambulances": move.ambulances, "residents": round(move.newly_covered)}
        return Sentence("cards.ambulances", facts)

    def to_dict(self, language: Language | None = None) -> dict[str, Any]:
        """The content of siting.json (schema ``carecircle/siting/1``).

        Parameters
        ----------
        language
            ``zh`` or ``en``; the study's own if None.

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        spoken = language or self.before.study.language
        ids = self.problem.moves["move_id"].tolist()
        best = self.best
        shown = self.moves.drop(columns="geometry")
        return {
            "schema": "carecircle/siting/1",
            "study": self.before.study.name,
            "plan": self.before.plan.id,
            "rules": [
                {"rule": n.rule, "limit": n.limit, "target": n.target, "in_scope": n.in_scope,
                 "covered": n.covered if self.fleet is None else _in_time(n)}
                for n in self.problem.needs
            ],
            "aim": self.aim,
            "status": self.status,
            "objective": None if best is None else best.worth,
            "bound": None if best is None else best.bound,
            "gap": None if best is None else best.gap,
            "candidates": int((self.problem.moves["kind"] != "existing").sum()),
            "sites": [{k: _plain(v) for k, v in row.items()} for row in shown.to_dict("records")],
            "allocation": [
                {k: _plain(v) for k, v in row.items()} for row in self.allocation.to_dict("records")
            ],
            "clauses": self.clauses(),
            "alternatives": [
                {"moves": [ids[j] for j in a.moves], "objective": a.worth, "bound": a.bound,
                 "status": a.status}
                for a in self.alternatives
            ],
            "closings": [c.to_dict() for c in self.closings],
            "impossible": [i.to_dict(spoken) for i in self.impossible],
            **({} if self.fleet is None else {"fleet": asdict(self.fleet)}),
        }  # fmt: skip


def _in_time(need: Need) -> float:
    """Residents who have their ambulances in time now."""
    return math.fsum(need.residents[~np.isin(need.rows, need.open_rows)])


def _plain(value: Any) -> Any:
    """A value as JSON takes it: no NaN, no numpy, tuples as lists."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
