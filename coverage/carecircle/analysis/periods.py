"""The hours of ``[[periods]]``: each a scenario, judged for every verdict about people."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from carecircle.analysis.asking import Asker, reaches_of, same_service, servings_in
from carecircle.analysis.changed import changed_inputs, changed_roads, is_touched
from carecircle.analysis.scenario import EVERY_CLASS, Scenario
from carecircle.categories import FacilitySet
from carecircle.errors import UsageError
from carecircle.progress import Tell
from carecircle.rules import ByPeriod, Outcome, Plan, ReachQuery, Verdict, judge, required
from carecircle.texts import Sentence

if TYPE_CHECKING:
    import pandas as pd

    from carecircle.analysis.result import Analysis
    from carecircle.inputs.load import Inputs
    from carecircle.reach.choice import Brought, Reaches
    from carecircle.reach.network.model import Network
    from carecircle.study import Period

_WORST_FIRST = (Outcome.FAIL, Outcome.NOT_ASSESSED, Outcome.NO_THRESHOLD, Outcome.PASS)


def period_scenario(analysis: Analysis, name: str) -> Scenario:
    """A period of the study as a scenario, for `carecircle.reanalyze`.

    Parameters
    ----------
    analysis
        Of a study that has it.
    name
        One of its periods.

    Returns
    -------
    Scenario
        Its factors of time, closed edges and facilities, and residents. Classes of road that the study does
        not have are left out.

    Raises
    ------
    UsageError
        If the study has no such period.
    """
    periods = {period.name: period for period in analysis.study.periods or ()}
    if name not in periods:
        raise UsageError("analysis.no_such_period", value=name, known=[*periods] or "—")
    return _scenario(analysis.inputs, periods[name])


def _scenario(inputs: Inputs, period: Period) -> Scenario:
    edges, facilities, demand = inputs.edges, inputs.facilities, inputs.demand
    shut = {*period.closed_facilities}
    _there(period, "closed_facilities", shut - {*facilities["facility_id"]})
    if period.closed_categories:
        kinds = FacilitySet.of(period.closed_categories)
        shut |= {*facilities["facility_id"][kinds.select(facilities)]}
    closed = {*period.closed_edges}
    _there(period, "closed_edges", closed - ({*edges["edge_id"]} if edges is not None else set()))
    factors: dict[str, Mapping[str, float]] = {}
    if edges is not None:
        roads = edges.get("highway")
        here = {EVERY_CLASS, *(() if roads is None else roads.dropna().unique())}
        if roads is not None:
            closed |= {*edges["edge_id"][roads.isin(period.closed_roads)].tolist()}
        own = {m: {r: f for r, f in by.items() if r in here} for m, by in period.factor.items()}
        factors = {mode: by_class for mode, by_class in own.items() if by_class}
    people = demand[period.residents].to_numpy(float) if period.residents and demand is not None else None
    return Scenario(
        name=period.name, period=period.name, close=sorted(shut), closed_edges=closed,
        time_factors=factors, residents=people,
    )  # fmt: skip


def _there(period: Period, what: str, unknown: Collection[object]) -> None:
    if unknown:
        few = sorted(map(str, unknown))[:5]
        raise UsageError("analysis.period_unknown", name=period.name, what=what, value=few)


def with_periods(
    plan: Plan,
    inputs: Inputs,
    networks: Mapping[str, Network],
    reaches: Reaches,
    brought: Brought,
    reached: Mapping[ReachQuery, pd.DataFrame],
    verdicts: Sequence[Verdict],
    tell: Tell,
) -> list[Verdict]:
    """The verdicts about people, each with what it comes to in every period of the study.

    Only what a period changes is sought anew: each query once a period.

    Raises
    ------
    UsageError
        If a period closes an edge or a facility that is not there.
    """
    told = [v.rule for v in verdicts if v.people is not None]
    periods = inputs.study.periods or ()
    if not (told and periods):
        return [*verdicts]
    own = plan.model_copy(update={"rule": tuple(r for r in plan.rules if r.id in told)})
    rows: dict[str, list[ByPeriod]] = {rule: [] for rule in told}
    for period in periods:
        tell(Sentence("analysis.period", {"name": period.name}))
        scenario = _scenario(inputs, period)
        after, slowed, touched = changed_roads(changed_inputs(inputs, scenario), networks, scenario, brought)
        asker = Asker(after, reaches_of(after, slowed, brought) if touched else reaches)
        frames = {}
        for query in required(own):
            if query in reached:
                same = same_service(inputs, after, query) and not is_touched(query, touched)
                frames[query] = reached[query] if same else asker.reach(query, *servings_in(after, query))
        for verdict in judge(own, after, frames):
            rows[verdict.rule].append(_row(period, verdict))
    return [
        dataclasses.replace(v, by_period=_worst_named(v, rows[v.rule])) if v.rule in rows else v
        for v in verdicts
    ]


def _row(period: Period, verdict: Verdict) -> ByPeriod:
    return ByPeriod(
        name=period.name, hours=period.hours, outcome=verdict.outcome, observed=verdict.observed,
        margin=verdict.margin, residents_affected=verdict.residents_affected, worst=False,
        source=period.source,
    )  # fmt: skip


def _worst_named(verdict: Verdict, rows: Sequence[ByPeriod]) -> tuple[ByPeriod, ...]:
    """The rows, the worst marked: by outcome, then by figure; of equals the first."""
    more_is_better = verdict.unit == "share"

    def rank(row: ByPeriod) -> tuple[int, float]:
        figure = row.observed
        if figure is None:
            figure = -math.inf if more_is_better else math.inf
        return _WORST_FIRST.index(row.outcome), figure if more_is_better else -figure

    worst = min(range(len(rows)), key=lambda i: rank(rows[i]))
    return tuple(dataclasses.replace(row, worst=i == worst) for i, row in enumerate(rows))
