"""Clauses about where people live: who is within the limit of which version of which facility."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp

from carecircle.analysis import Analysis
from carecircle.analysis.asking import serving_in
from carecircle.ledgers import LACKING
from carecircle.rules import ReachQuery, Verdict
from carecircle.rules.language.query import main_query
from carecircle.siting.matrix import Csr, Ints
from carecircle.siting.whole.asks import People
from carecircle.siting.whole.fleet import Fleet

KINDS = ("radius", "time")


def fits(verdict: Verdict) -> bool:
    """Whether a clause is one of residents within a limit, judged in people."""
    rule = verdict.rule_def
    return (
        rule.kind in KINDS
        and rule.limit is not None
        and not rule.any_of
        and not verdict.counties
        and verdict.people is not None
        and isinstance(verdict.target, float | int)
        and verdict.ledger is not None
        and verdict.ledger.in_scope > 0
        and main_query(rule) is not None
    )


def people_of(base: Analysis, fleet: Fleet, verdict: Verdict) -> tuple[People, frozenset[int], bool]:
    """Who is covered by what, the versions that change it, and whether none of them takes anything away.

    Costs are those of the clause's own query, by the same searches.

    Parameters
    ----------
    base
        Before any move.
    fleet
        Every facility that a move touches, as it is and in each version.
    verdict
        Of a clause that `fits`.
    """
    rule, query, demand = verdict.rule_def, main_query(verdict.rule_def), base.inputs.demand
    if (
        query is None
        or verdict.people is None
        or verdict.ledger is None
        or rule.limit is None
        or demand is None
    ):
        raise AssertionError("a clause that does not fit was let through")
    limit, nth = rule.limit * rule.factor, rule.nth or 1
    marks = verdict.people.to_numpy(dtype=object)
    everybody = demand["residents"].to_numpy(dtype=np.float64)
    rows: Ints = np.flatnonzero(np.isin(marks, ["covered", *LACKING]) & (everybody > 0)).astype(np.int64)
    placeless = np.flatnonzero(~np.isin(marks, ["covered", "outside", *LACKING]) & (everybody > 0)).astype(
        np.int64
    )
    slots, taken = fleet.serving(query)
    touched = set(fleet.touched)
    serving = serving_in(base.inputs, query)
    still = serving[~serving["facility_id"].isin(touched)]
    if len(still) == len(serving) and nth == 1:
        already = (marks[rows] == "covered").astype(np.int64)
    else:
        already = np.diff(_near(base, query, demand.iloc[rows], still, limit).indptr).astype(np.int64)
    open_rows = np.flatnonzero(already < nth)
    near = _near(base, query, demand.iloc[rows[open_rows]], slots.frame, limit)
    counted = sp.csr_array(near @ slots.of) if near.shape[1] else sp.csr_array((len(open_rows), slots.width))
    counted.sort_indices()
    reached = already[open_rows] + np.asarray(counted.sum(axis=1)).ravel() >= nth
    lost = np.concatenate([rows[open_rows[~reached]], placeless])
    merged = _merged(
        counted[np.flatnonzero(reached)], already[open_rows[reached]], everybody[rows[open_rows[reached]]]
    )
    found = People(
        near=merged[0], groups=slots.groups, columns=slots.columns, already=merged[1], residents=merged[2],
        nth=nth, safe=math.fsum(everybody[rows[already >= nth]]), in_scope=verdict.ledger.in_scope,
        target=float(verdict.target), lost=lost,  # type: ignore[arg-type]
    )  # fmt: skip
    return found, slots.changed, not taken


def _near(
    base: Analysis, query: ReachQuery, demand: gpd.GeoDataFrame, points: gpd.GeoDataFrame, limit: float
) -> Csr:
    """Demand x points: ones within the limit, as the query measures."""
    if not len(demand) or not len(points):
        return sp.csr_array((len(demand), len(points)))
    cost = base.reach_of(query).pairs(demand, points, direction=query.direction, limit=limit)
    return sp.csr_array((np.ones(cost.nnz), cost.indices, cost.indptr), shape=cost.shape)


def _merged(near: Csr, already: Ints, residents: np.ndarray) -> tuple[Csr, Ints, np.ndarray]:
    """Rows with the same slots put together."""
    keys = [
        (near.indices[a:b].tobytes(), near.data[a:b].tobytes(), int(n))
        for a, b, n in zip(near.indptr[:-1], near.indptr[1:], already, strict=True)
    ]
    code, _ = pd.factorize(pd.Series(keys, dtype=object))
    first = np.unique(code, return_index=True)[1] if len(code) else np.zeros(0, np.int64)
    sums = np.array([math.fsum(residents[g]) for g in _positions(code, len(first))])
    return sp.csr_array(near[first]), already[first], sums


def _positions(code: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(code, kind="stable")
    return np.split(order, np.searchsorted(code[order], np.arange(1, count))) if count else []
