"""Who loses when a study changes: residents no longer covered, the minutes they gain, how old they are."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.analysis import Analysis
from carecircle.rules import Outcome, Verdict
from carecircle.rules.language.query import main_query


@dataclass(frozen=True)
class Loss:
    """What a change takes from one rule.

    Parameters
    ----------
    rule, clause
        The rule.
    before, after
        Its outcomes.
    residents, gained
        Residents covered before and not after, and the other way round; None of a rule of another kind.
    cut_off
        Of ``residents`` those who reach nothing at all after.
    farther
        Residents, covered or not, whose way becomes longer.
    mean_before, mean_after
        Mean cost of those who lose, in ``unit``: of all before, of those with a way after; None for none.
    unit
        ``min`` or ``m``.
    groups
        By group of residents (``[residents] groups``): how many of those who lose.
    """

    rule: str
    clause: str
    before: Outcome
    after: Outcome
    residents: float | None
    gained: float | None
    cut_off: float | None
    farther: float | None
    mean_before: float | None
    mean_after: float | None
    unit: str
    groups: dict[str, float]

    @property
    def breaks(self) -> bool:
        """Whether the rule held and holds no more."""
        return self.before is Outcome.PASS and self.after is not Outcome.PASS

    def to_dict(self) -> dict[str, Any]:
        """The figures of vital.json.

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        return {**asdict(self), "before": self.before.value, "after": self.after.value, "breaks": self.breaks}


def losses(before: Analysis, after: Analysis) -> tuple[Loss, ...]:
    """What a change takes from every rule, in the plan's order.

    Parameters
    ----------
    before, after
        The study as it is, and as `carecircle.reanalyze` has it.

    Returns
    -------
    tuple of Loss
        Those from which it takes nothing and that come out the same are not among them.
    """
    then = {v.rule: v for v in after.verdicts}
    found = [_loss(before, after, v, then[v.rule]) for v in before.verdicts]
    return tuple(f for f in found if f.before is not f.after or f.residents or f.gained or f.farther)


def losers(before: Analysis, after: Analysis) -> gpd.GeoDataFrame:
    """Every demand row that some rule no longer covers, once a rule.

    Parameters
    ----------
    before, after
        As for `losses`.

    Returns
    -------
    GeoDataFrame
        rule, demand_id, residents, a column a group of residents, cost_before, cost_after (minutes or metres,
        NaN for no way), unit, point in the study's CRS.
    """
    demand = before.inputs.demand
    groups = _groups(before)
    columns = ["rule", "demand_id", "residents", *groups, "cost_before", "cost_after", "unit", "geometry"]
    parts = []
    then = {v.rule: v for v in after.verdicts}
    for verdict in before.verdicts:
        lost = _lost(verdict, then[verdict.rule])
        if demand is None or lost is None or not lost.any():
            continue
        rows = demand[lost]
        cost = [_cost(a, verdict)[lost] for a in (before, after)]
        part = rows[["demand_id", "residents", *groups, "geometry"]].assign(
            rule=verdict.rule, unit=_unit(verdict), cost_before=cost[0], cost_after=cost[1]
        )
        parts.append(part[part["residents"] > 0])
    if not parts:
        return gpd.GeoDataFrame(
            {c: pd.Series(dtype=object if c in ("rule", "demand_id", "unit") else float)
             for c in columns[:-1]}, geometry=[], crs=before.inputs.crs,
        )  # fmt: skip
    return gpd.GeoDataFrame(
        pd.concat(parts, ignore_index=True)[columns], geometry="geometry", crs=before.inputs.crs
    )


def _loss(before: Analysis, after: Analysis, was: Verdict, now: Verdict) -> Loss:
    demand, lost = before.inputs.demand, _lost(was, now)
    if demand is None or lost is None or was.people is None or now.people is None:
        return Loss(
            was.rule, was.clause, was.outcome, now.outcome, None, None, None, None, None, None, "", {}
        )
    people = demand["residents"].to_numpy(dtype=np.float64)
    other = (was.people != "covered").to_numpy() & (now.people == "covered").to_numpy()
    old, new = _cost(before, was), _cost(after, now)
    with np.errstate(invalid="ignore"):
        farther = np.isfinite(old) & ~(new <= old) & (was.people != "outside").to_numpy()
    way = lost & np.isfinite(new)
    return Loss(
        was.rule, was.clause, was.outcome, now.outcome,
        residents=math.fsum(people[lost]), gained=math.fsum(people[other]),
        cut_off=math.fsum(people[lost & ~np.isfinite(new)]), farther=math.fsum(people[farther]),
        mean_before=_mean(old, people, lost), mean_after=_mean(new, people, way), unit=_unit(was),
        groups={g: math.fsum(demand[g].to_numpy(dtype=np.float64)[lost]) for g in _groups(before)},
    )  # fmt: skip


def _lost(was: Verdict, now: Verdict) -> np.ndarray[Any, Any] | None:
    """Rows covered before and not after; None where the rule marks no people."""
    if was.people is None or now.people is None:
        return None
    return np.asarray((was.people == "covered").to_numpy() & (now.people != "covered").to_numpy())


def _cost(analysis: Analysis, verdict: Verdict) -> np.ndarray[Any, Any]:
    """Minutes or metres of each row by a rule's query; NaN where there is no way or no query."""
    query = main_query(verdict.rule_def)
    rows = 0 if analysis.inputs.demand is None else len(analysis.inputs.demand)
    if query is None or query not in analysis.reached or len(analysis.reached[query]) != rows:
        return np.full(rows, np.nan)
    cost = analysis.reached[query]["cost"].to_numpy(dtype=np.float64)
    return np.where(np.isfinite(cost), cost, np.nan)


def _mean(
    cost: np.ndarray[Any, Any], people: np.ndarray[Any, Any], rows: np.ndarray[Any, Any]
) -> float | None:
    rows = rows & np.isfinite(cost)
    total = math.fsum(people[rows])
    return math.fsum(people[rows] * cost[rows]) / total if total > 0 else None


def _unit(verdict: Verdict) -> str:
    query = main_query(verdict.rule_def)
    return "" if query is None else "min" if query.metric == "minutes" else "m"


def _groups(analysis: Analysis) -> list[str]:
    source = analysis.study.residents
    return [] if source is None else list(source.groups or {})
