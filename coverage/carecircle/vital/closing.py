"""Which facilities to close: those whose closure costs the clauses least, exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.analysis import Analysis
from carecircle.errors import UsageError
from carecircle.siting.effort import Watch
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats
from carecircle.siting.needs import Need
from carecircle.siting.problem import costs, demand_of
from carecircle.siting.reduce import merged
from carecircle.siting.solution import Status, out_of_time

_SLACK = 1e-9


@dataclass(frozen=True)
class Closed:
    """So many facilities closed as well as can be.

    Parameters
    ----------
    facilities
        Ids, in the study's order.
    rules_broken
        How many of the rules asked about held and hold no more.
    residents
        Residents who lose their cover, summed over those rules.
    bound
        No choice that breaks as few costs fewer residents.
    status
        ``optimal``: proven; ``feasible``: the best found in time.
    """

    facilities: tuple[str, ...]
    rules_broken: int
    residents: float
    bound: float
    status: Status

    def to_dict(self) -> dict[str, Any]:
        """The figures of vital.json.

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        return {
            "facilities": list(self.facilities), "rules_broken": self.rules_broken,
            "residents": self.residents, "bound": self.bound, "status": self.status,
        }  # fmt: skip


def close_well(
    analysis: Analysis, needs: Sequence[Need], count: int, watch: Watch, *, among: Sequence[str] | None = None
) -> Closed:
    r"""The facilities to close that break the fewest rules, and of those choices cost the fewest residents.

    .. math::

        \operatorname{lexmin} \left( \sum_k b_k,\; \sum_k \sum_{s} w_{ks} u_{ks} \right)
        \quad\text{s.t.}\quad \sum_j x_j = m - n,\quad u_{ks} + \sum_{j \in N_{ks}} x_j \ge 1,\quad
        \sum_s w_{ks} u_{ks} \le r_k + W_k b_k,\quad x_j, b_k \in \{0,1\},\; 0 \le u_{ks} \le 1

    with :math:`x_j` 1 if facility *j* of the *m* that may close stays, *n* the number to close,
    :math:`w_{ks}` the residents of rule *k* whom exactly the facilities :math:`N_{ks}` cover, :math:`u_{ks}`
    1 if none of these stays, :math:`b_k` 1 if rule *k* breaks (only those that hold now have one),
    :math:`r_k` how many of its residents may lose their cover first, and :math:`W_k` all of them. Solved
    twice on HiGHS.

    Parameters
    ----------
    analysis
        The study as it is.
    needs
        The rules: `carecircle.siting.needs.needs_of`.
    count
        How many facilities close.
    watch
        The clock of the search.
    among
        Ids that may close; all that serve one of the rules inside the boundary, if not given.

    Returns
    -------
    Closed
        Exactly ``count`` facilities.

    Raises
    ------
    UsageError
        If there are fewer facilities that may close, an id serves none of the rules, or time runs out
        before any choice is found.
    """
    ids = closable(analysis, needs, among)
    if not 0 <= count <= len(ids):
        raise UsageError("vital.too_many_to_close", value=count, most=len(ids))
    parts = [_cover(analysis, need, ids) for need in needs]
    m, sizes = len(ids), [len(people) for _, people in parts]
    holds = [need.covered >= need.target * need.in_scope - _SLACK for need in needs]
    model = Model(threads=watch.effort.threads)
    model.columns(np.zeros(m), np.zeros(m), np.ones(m), whole=True)
    lost = np.concatenate([people for _, people in parts]) if parts else np.zeros(0)
    model.columns(np.zeros(len(lost)), np.zeros(len(lost)), np.ones(len(lost)))
    model.columns(np.zeros(len(needs)), np.zeros(len(needs)), np.array(holds, dtype=float), whole=True)
    total = m + len(lost) + len(needs)
    model.rows(_row(total, np.arange(m), np.ones(m)), np.full(1, m - count), np.full(1, float(m - count)))
    if len(lost):
        sets = sp.csr_array(sp.vstack([near for near, _ in parts]))
        wide = sp.hstack([sets, sp.eye_array(len(lost)), sp.csr_array((len(lost), len(needs)))])
        model.rows(sp.csr_array(wide), np.ones(len(lost)), np.full(len(lost), math.inf))
    begin = m
    for k, need in enumerate(needs):
        people, columns = parts[k][1], np.arange(begin, begin + sizes[k])
        begin += sizes[k]
        if holds[k] and sizes[k]:
            spare = max(0.0, need.covered - need.target * need.in_scope) + _SLACK * max(1.0, need.in_scope)
            unit = 1.0 / max(1.0, float(people.sum()))
            row = _row(total, np.r_[columns, m + len(lost) + k], np.r_[people, -people.sum()] * unit)
            model.rows(row, np.full(1, -math.inf), np.full(1, spare * unit))
    broken = np.arange(m + len(lost), total)
    model.prices(broken, np.ones(len(needs)))
    first = model.run(time_limit=watch.left / 2)
    if first.x is None:
        raise out_of_time(watch.effort.time_limit)
    fewest = round(first.objective)
    model.rows(_row(total, broken, np.ones(len(needs))), np.full(1, -math.inf), np.full(1, fewest + 0.5))
    model.prices(broken, np.zeros(len(needs)))
    scale = 1.0 / max(1.0, float(lost.sum()))
    model.prices(np.arange(m, m + len(lost)), lost * scale)
    second = model.run(time_limit=watch.left, start=first.x)
    x = first.x if second.x is None else second.x
    shut = np.flatnonzero(x[:m] < 0.5)
    residents = _residents(parts, shut, m)
    proven = first.outcome == second.outcome == "optimal"
    bound = residents if proven else max(0.0, second.bound / scale) if math.isfinite(second.bound) else 0.0
    return Closed(tuple(ids[j] for j in shut), fewest, residents, bound, "optimal" if proven else "feasible")


def closable(analysis: Analysis, needs: Sequence[Need], among: Sequence[str] | None = None) -> list[str]:
    """Ids of the facilities that may close, in the study's order: see `close_well`.

    Raises
    ------
    UsageError
        If an id serves none of the rules.
    """
    serving: dict[str, bool] = {}
    for need in needs:
        here = analysis.serving(need.query)
        serving |= dict(zip(here["facility_id"].astype(str), here["inside"].astype(bool), strict=True))
    if among is not None:
        unknown = sorted(set(among) - set(serving))
        if unknown:
            raise UsageError("vital.serves_none", value=unknown)
    wanted = {f for f, inside in serving.items() if inside} if among is None else set(among)
    return [f for f in analysis.inputs.facilities["facility_id"].astype(str) if f in wanted]


def _cover(analysis: Analysis, need: Need, ids: list[str]) -> tuple[Csr, Floats]:
    """Sets of closable facilities that alone cover somebody, and how many residents each."""
    serving = analysis.serving(need.query)
    near = costs(analysis, need.query, demand_of(analysis).iloc[need.rows], serving, limit=need.limit)
    column = {f: j for j, f in enumerate(ids)}
    place = np.array([column.get(str(f), -1) for f in serving["facility_id"]], dtype=np.int64)
    row = np.repeat(np.arange(near.shape[0]), np.diff(near.indptr))
    at = place[near.indices]
    safe = np.zeros(near.shape[0], dtype=bool)
    safe[row[at < 0]] = True
    kept = (at >= 0) & ~safe[row] & (need.residents[row] > 0)
    shape = (near.shape[0], len(ids))
    sets = sp.csr_array((np.ones(int(kept.sum())), (row[kept], at[kept])), shape=shape)
    sets.sort_indices()
    rows, people, _ = merged(sets, need.residents)
    return rows, people


def _residents(parts: list[tuple[Csr, Floats]], shut: Any, m: int) -> float:
    stays = np.ones(m)
    stays[shut] = 0.0
    return math.fsum(math.fsum(people[near @ stays < 0.5]) for near, people in parts)


def _row(width: int, columns: Any, values: Any) -> Csr:
    return sp.csr_array((values, columns, [0, len(columns)]), shape=(1, width))
