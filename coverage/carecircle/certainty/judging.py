"""Verdicts of a draw: what `reanalyze` would judge, without what it writes down beside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.analysis.asking import Asker, leads, reaches_of, servings_in
from carecircle.analysis.changed import changed_inputs, changed_roads, class_factors, road_classes
from carecircle.analysis.scenario import EVERY_CLASS, Scenario
from carecircle.certainty.turns import Counted, counted
from carecircle.ledgers import UNPLACED
from carecircle.profiles import profile
from carecircle.reach.asked import LEAD
from carecircle.reach.roads import Roads
from carecircle.rules import Outcome, judge
from carecircle.rules.judging.groups import weights
from carecircle.rules.judging.weighing import decide
from carecircle.rules.language.query import main_query

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.analysis import Analysis
    from carecircle.certainty.sampling import Draw, Sampler
    from carecircle.inputs.load import Inputs
    from carecircle.rules import ReachQuery, Verdict

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Judged:
    """What a rule comes to in a draw: its outcome, and its figure (NaN where it has none)."""

    outcome: Outcome
    observed: float


class DrawJudge:
    """Judges the people-verdicts of an analysis in draws.

    Parameters
    ----------
    analysis
        The study as it is.
    sampler
        Makes the draws.
    """

    def __init__(self, analysis: Analysis, sampler: Sampler) -> None:
        self._analysis, self._sampler = analysis, sampler
        self._shares: dict[str, Counted] = {}
        self._others: dict[str, Verdict] = {}
        for verdict in analysis.verdicts:
            found = counted(analysis, verdict)
            if found is not None:
                self._shares[verdict.rule] = found
            elif _of_people(verdict) and main_query(verdict.rule_def) in analysis.reached:
                self._others[verdict.rule] = verdict
        self._fixed = _Fixed(analysis)
        self._scope = {rule: _scopes(found.verdict) for rule, found in self._shares.items()}

    @property
    def rules(self) -> list[str]:
        """Ids of the rules that are judged, in the plan's order."""
        return [v.rule for v in self._analysis.verdicts if v.rule in self._shares or v.rule in self._others]

    def judge(self, draw: Draw) -> dict[str, Judged]:
        """Every rule's outcome and figure in a draw."""
        ways = _Ways(self._analysis, self._fixed, self._sampler, draw)
        found = {}
        for rule, counts in self._shares.items():
            asked = counts.verdict.rule_def
            drawn = None if asked.group else draw.residents  # a group's own numbers are not drawn
            people = weights(self._analysis.inputs, asked) if drawn is None else drawn
            found[rule] = self._share(rule, ways.cost(counts.query), people)
        for rule, verdict in self._others.items():
            found[rule] = self._other(verdict, ways)
        return found

    def _share(self, rule: str, cost: Array, people: Array) -> Judged:
        counts, (in_scope, undecided) = self._shares[rule], self._scope[rule]
        within = in_scope & ~undecided & (cost <= counts.limit)
        whole = float(people[in_scope].sum())
        if not whole > 0:
            return Judged(Outcome.NOT_ASSESSED, math.nan)
        covered = float(people[within].sum())
        low, high = covered / whole, (covered + float(people[undecided].sum())) / whole
        outcome = decide(low, high, ">=", counts.crowd.target)
        if outcome is Outcome.FAIL and counts.verdict.open_listing:
            outcome = Outcome.NOT_ASSESSED
        return Judged(outcome, low)

    def _other(self, verdict: Verdict, ways: _Ways) -> Judged:
        """A rule about a mean, judged as any: with the frames of the draw."""
        query = main_query(verdict.rule_def)
        assert query is not None
        plan = self._analysis.plan.model_copy(update={"rule": (verdict.rule_def,)})
        after = judge(plan, ways.inputs_judged, {query: ways.frame(query)})[0]
        return Judged(after.outcome, math.nan if after.observed is None else after.observed)


def _of_people(verdict: Verdict) -> bool:
    """Whether a verdict about people is judged and has a figure."""
    judged = verdict.outcome is not Outcome.NO_THRESHOLD and verdict.observed is not None
    return verdict.people is not None and judged


def _scopes(verdict: Verdict) -> tuple[Array, Array]:
    """bool[p] rows in scope or possibly so, and of these whom nobody can tell."""
    assert verdict.people is not None
    status = verdict.people
    return (status != "outside").to_numpy(), status.isin(["no_data", *UNPLACED]).to_numpy()


class _Fixed:
    """What is the same in every draw, found once: who serves a query, the class of each row of a network."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._rows: dict[ReachQuery, list[Array]] = {}
        self._classes: dict[str, pd.Categorical] = {}

    def servings(self, inputs: Inputs, query: ReachQuery) -> list[gpd.GeoDataFrame]:
        """Each leg's facilities, where a draw puts them."""
        if inputs is not self._analysis.inputs and not inputs.study.assumptions.count_outside:
            return [*servings_in(inputs, query)]  # a move may take one across the border
        if query not in self._rows:
            everyone = pd.Index(self._analysis.inputs.facilities["facility_id"])
            own = servings_in(self._analysis.inputs, query)
            self._rows[query] = [everyone.get_indexer(pd.Index(s["facility_id"])) for s in own]
        return [inputs.facilities.iloc[rows] for rows in self._rows[query]]

    def factor(self, mode: str, by_class: Mapping[str, float]) -> Array:
        """float64[m]: what the seconds of each row of a network are multiplied by.

        Raises
        ------
        UsageError
            If no road is of a class that is named.
        """
        if mode not in self._classes:
            edges, network = self._analysis.inputs.edges, self._analysis.networks[mode]
            assert edges is not None
            rows = pd.Index(edges["edge_id"]).get_indexer(network.edge_id)
            self._classes[mode] = road_classes(edges)[rows]
        return class_factors(self._classes[mode], mode, by_class)


class _Ways:
    """The costs of one draw: each query once."""

    def __init__(self, analysis: Analysis, fixed: _Fixed, sampler: Sampler, draw: Draw) -> None:
        self._analysis, self._fixed, self._draw = analysis, fixed, draw
        moved = Scenario(move=sampler.places(draw))
        self.inputs: Inputs = analysis.inputs if moved.empty else changed_inputs(analysis.inputs, moved)
        self._costs: dict[ReachQuery, Array] = {}
        self._retimed: dict[str, tuple[Roads, float]] = {}

    @cached_property
    def inputs_judged(self) -> Inputs:
        """The inputs with the residents drawn."""
        return changed_inputs(self.inputs, Scenario(residents=self._draw.residents))

    def cost(self, query: ReachQuery) -> Array:
        """float64[p] of a query; inf unreached."""
        if query not in self._costs:
            self._costs[query] = self._sought(query)
        return self._costs[query]

    def _sought(self, query: ReachQuery) -> Array:
        if self._draw.offsets is None and not self._touched(query):
            return self._analysis.reached[query]["cost"].to_numpy(float)
        reaches = self._analysis.reaches
        by_road = all(
            leg.metric == "minutes" and leg.nth == 1 and isinstance(reaches.of(leg.metric, leg.mode), Roads)
            for leg in query.legs
        )
        if query.origin != "residents" or not by_road:
            return np.asarray(self.frame(query)["cost"], float)
        demand = self._analysis.inputs.demand
        assert demand is not None
        total = np.zeros(len(demand))
        for leg, serving in zip(query.legs, self._fixed.servings(self.inputs, query), strict=True):
            roads, slower = self._roads(leg.mode or "")
            if leg.start:
                serving = serving.assign(**{LEAD: leads(self.inputs, leg, serving)})
            beside, on_roads, _ = roads.split(demand, serving, direction=leg.direction, slower=slower)
            total += beside + slower * on_roads
        return total

    def frame(self, query: ReachQuery) -> Any:
        """The reached frame of a query, as `reanalyze` has it."""
        analysis = self._analysis
        if self._touched(query):
            factors = {m: f for m, f in self._draw.time_factors().items() if self._factors(m)}
            inputs, networks, _ = changed_roads(
                self.inputs, analysis.networks, Scenario(time_factors=factors), analysis.brought
            )
            reaches = reaches_of(inputs, networks, analysis.brought)
        else:
            inputs, reaches = self.inputs, analysis.reaches
        return Asker(inputs, reaches).reach(query, *self._fixed.servings(inputs, query))

    def _touched(self, query: ReachQuery) -> bool:
        """Whether a leg travels on roads that are slower or faster in this draw."""
        return any(leg.metric == "minutes" and self._factors(leg.mode) for leg in query.legs)

    def _factors(self, mode: str | None) -> Mapping[str, float]:
        """What minutes of a mode are multiplied by, class by class; nothing where they are as they are."""
        if mode is None or mode not in self._analysis.networks:
            return {}
        own = {profile(m).mode: f for m, f in self._draw.time_factors().items()}
        return own.get(profile(mode).mode, {})

    def _roads(self, mode: str) -> tuple[Roads, float]:
        """The roads of a mode and what all their minutes are multiplied by: one factor needs no network."""
        if mode not in self._retimed:
            roads, factors = self._analysis.reaches.of("minutes", mode), self._factors(mode)
            assert isinstance(roads, Roads)
            slower = 1.0
            if set(factors) == {EVERY_CLASS}:
                slower = factors[EVERY_CLASS]
            elif factors:
                network = self._analysis.networks[mode]
                roads = roads.retimed(network.slowed(self._fixed.factor(mode, factors)))
            self._retimed[mode] = roads, slower
        return self._retimed[mode]
