"""Costs told apart: minutes that no speed changes, and minutes on the roads, at any slowness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.analysis.asking import leads, servings_in
from carecircle.reach.asked import LEAD
from carecircle.reach.roads import Roads

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Leg, ReachQuery

Array = np.ndarray[Any, Any]


class Splitter:
    """The costs of an analysis told apart; each query and slowness is sought once.

    Parameters
    ----------
    analysis
        Whose queries are asked.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._known: dict[tuple[ReachQuery, float], tuple[Array, Array]] = {}

    def can(self, query: ReachQuery) -> bool:
        """Whether every leg is minutes by road: no straight line, terrain or reach from outside."""
        return query.origin == "residents" and all(self._by_road(leg) for leg in query.legs)

    def _by_road(self, leg: Leg) -> bool:
        reaches = self._analysis.reaches
        if leg.metric != "minutes" or leg.nth > 1 or not reaches.has(leg.metric, leg.mode):
            return False
        return isinstance(reaches.of(leg.metric, leg.mode), Roads)

    def split(self, query: ReachQuery, slower: float) -> tuple[Array, Array]:
        """float64[p] minutes beside the roads and on them, where all roads take ``slower`` times as long."""
        key = (query, slower)
        if key not in self._known:
            self._known[key] = self._sought(query, slower)
        return self._known[key]

    def _sought(self, query: ReachQuery, slower: float) -> tuple[Array, Array]:
        analysis = self._analysis
        demand = analysis.inputs.demand
        assert demand is not None
        beside, on_roads = np.zeros(len(demand)), np.zeros(len(demand))
        for leg, serving in zip(query.legs, servings_in(analysis.inputs, query), strict=True):
            reach = analysis.reaches.of(leg.metric, leg.mode)
            assert isinstance(reach, Roads)
            if leg.start:
                serving = serving.assign(**{LEAD: leads(analysis.inputs, leg, serving)})
            parts = reach.split(demand, serving, direction=leg.direction, slower=slower)
            beside += parts[0]
            on_roads += parts[1]
        return beside, on_roads
