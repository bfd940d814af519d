"""What no change can achieve, with a certificate; and what closing a facility would break."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from carecircle.siting.conditions import Terms
from carecircle.siting.effort import Effort
from carecircle.siting.matrix import Floats, Ints
from carecircle.siting.mclp import mclp
from carecircle.siting.needs import Need
from carecircle.siting.problem import SitingProblem, costs, demand_of, serving
from carecircle.texts import Language, Sentence


@dataclass(frozen=True)
class Certificate:
    """One demand point that no move reaches within the limit, and the nearest that any comes."""

    demand_id: str
    residents: float
    nearest_move: str | None
    cost: float | None


@dataclass(frozen=True)
class Impossibility:
    """Why a rule's target is out of reach.

    Parameters
    ----------
    rule, target, limit
        What was asked.
    best_share
        The largest share any permitted set of moves reaches (with the bound on their number, if any).
    smallest_limit
        The smallest limit at which all moves together reach the target; None if none does.
    beyond
        Residents no move reaches though they are placed; ``unplaced``: those with no place on the network, or
        of whom it is unknown whether the rule speaks of them.
    out_of_reach
        Every demand point with residents that no move reaches, the unplaced among them.
    certificate
        Demand points no move reaches, largest first, as many as it takes to miss the target: their
        residents exceed ``(1 - target) * in_scope``. Empty where only the number of
        sites or the budget is too small.
    """

    rule: str
    target: float
    limit: float
    in_scope: float
    best_share: float
    smallest_limit: float | None
    beyond: float
    unplaced: float
    out_of_reach: tuple[str, ...]
    certificate: tuple[Certificate, ...]

    @property
    def sentence(self) -> Sentence:
        """The finding in words."""
        facts: dict[str, object] = {
            "rule": self.rule, "target": f"{self.target:.2%}", "share": f"{self.best_share:.2%}",
            "beyond": self.beyond, "limit": self.smallest_limit or math.inf,
        }  # fmt: skip
        return Sentence("siting.impossible" if self.certificate else "siting.too_few", facts)

    def to_dict(self, language: Language) -> dict[str, Any]:
        """The figures of siting.json."""
        return {**asdict(self), "certificate": [asdict(c) for c in self.certificate],
                "reason": self.sentence.text(language)}  # fmt: skip


@dataclass(frozen=True)
class Closing:
    """What closing one facility costs one rule.

    Parameters
    ----------
    residents
        Residents covered now who would no longer be: nobody else is within the limit.
    single_point
        The rule's target holds now and would not without this facility.
    """

    rule: str
    facility_id: str
    name: str
    residents: float
    share_after: float
    single_point: bool

    def to_dict(self) -> dict[str, Any]:
        """The figures of siting.json."""
        return asdict(self)


def impossibilities(
    problem: SitingProblem, *, sites: int | None = None, time_limit: float = 60.0
) -> tuple[Impossibility, ...]:
    """One a rule whose target no permitted set of the moves reaches.

    Where each rule alone could be reached by all moves, but not with so few or so cheap ones, the best
    share they reach is told for each: the bound, where the seconds do not suffice for more.
    """
    found = [_impossibility(problem, k) for k in range(len(problem.needs))]
    hard = [f for f in found if f.best_share < f.target - 1e-12]
    if hard:
        return tuple(hard)
    effort = Effort(time_limit=time_limit / max(1, len(found)))
    return tuple(_too_few(problem, k, f, sites, effort) for k, f in enumerate(found))


def closings(problem: SitingProblem) -> tuple[Closing, ...]:
    """For each rule, the facilities that alone cover somebody, the most residents first."""
    found = []
    for need in problem.needs:
        analysis = problem.analysis
        open_now = analysis.serving(need.query)
        demand = demand_of(analysis).iloc[need.rows]
        near = costs(analysis, need.query, demand, open_now, limit=need.limit)
        alone = np.nonzero(np.diff(near.indptr) == 1)[0]
        facility = near.indices[near.indptr[alone]]
        holds = need.covered >= need.target * need.in_scope
        for j in np.unique(facility):
            lost = math.fsum(need.residents[alone[facility == j]])
            if lost <= 0:
                continue
            share = (need.covered - lost) / need.in_scope
            row = open_now.iloc[int(j)]
            found.append(
                Closing(
                    need.rule, str(row["facility_id"]), str(row["name"]), lost, share,
                    single_point=bool(holds and share < need.target),
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda c: (c.rule, -c.residents, c.facility_id)))


def _impossibility(problem: SitingProblem, which: int) -> Impossibility:
    need, reach = problem.needs[which], problem.reach[which]
    demand = demand_of(problem.analysis)
    ids, everybody = (
        demand["demand_id"].to_numpy(dtype=object),
        demand["residents"].to_numpy(dtype=np.float64),
    )
    people = everybody[need.open_rows]
    out = need.open_rows[(np.diff(reach.indptr) == 0) & (people > 0)]
    lost = np.concatenate([out, need.unplaced])
    beyond, unplaced = math.fsum(everybody[out]), math.fsum(everybody[need.unplaced])
    best = (need.in_scope - math.fsum(everybody[lost])) / need.in_scope
    short: tuple[Certificate, ...] = ()
    smallest: float | None = need.limit
    if best < need.target:
        nearest, move = _nearest_move(problem, need)
        at = {int(row): k for k, row in enumerate(need.open_rows)}
        order = lost[np.lexsort((lost, -everybody[lost]))]
        allowed = (1.0 - need.target) * need.in_scope
        enough = int(np.searchsorted(np.cumsum(everybody[order]), allowed, side="right")) + 1
        short = tuple(
            _certificate(problem, str(ids[row]), float(everybody[row]), at.get(int(row)), nearest, move)
            for row in order[:enough]
        )
        smallest = _smallest_limit(need, people, nearest)
    reachless = tuple(str(i) for i in ids[lost])
    return Impossibility(
        need.rule, need.target, need.limit, need.in_scope, best, smallest, beyond, unplaced, reachless, short
    )  # fmt: skip


def _certificate(
    problem: SitingProblem, demand_id: str, residents: float, at: int | None, nearest: Floats, move: Ints
) -> Certificate:
    if at is None or move[at] < 0:
        return Certificate(demand_id, residents, None, None)
    name = str(problem.moves["move_id"].iloc[int(move[at])])
    return Certificate(demand_id, residents, name, float(nearest[at]))


def _too_few(
    problem: SitingProblem, which: int, found: Impossibility, sites: int | None, effort: Effort
) -> Impossibility:
    """The same with the best share that so few (or so cheap) moves reach for this rule alone."""
    need = problem.needs[which]
    people = need.residents[np.isin(need.rows, need.open_rows)]
    count = len(problem.moves) if sites is None else sites
    reach, given = problem.reach[which], problem.conditions
    most = mclp(reach, people, limit=math.inf, terms=Terms(count, given), effort=effort)
    safe = math.fsum(need.residents) - math.fsum(people)
    reached = 0.0 if most.status == "infeasible" else most.bound
    share = (safe + reached) / need.in_scope
    return replace(found, best_share=share, smallest_limit=None)


def _nearest_move(problem: SitingProblem, need: Need) -> tuple[Floats, Ints]:
    """Cost from each open row to the nearest move of any distance, and which; inf and -1 for none."""
    analysis, moves = problem.analysis, problem.moves
    points = moves[serving(moves, need.query)]
    places = points.assign(facility_id=points["move_id"])
    rows = demand_of(analysis).iloc[need.open_rows]
    frame = analysis.reach_of(need.query).nearest(rows, places, direction=need.query.direction)
    at = dict(zip(moves["move_id"], range(len(moves)), strict=True))
    column = np.array([at.get(f, -1) if isinstance(f, str) else -1 for f in frame["facility_id"]])
    return frame["cost"].to_numpy(dtype=np.float64), column.astype(np.int64)


def _smallest_limit(need: Need, people: Floats, nearest: Floats) -> float | None:
    """The least limit at which everything existing and every move together reach the target."""
    safe = math.fsum(need.residents) - math.fsum(people)
    order = np.argsort(nearest, kind="stable")
    order = order[np.isfinite(nearest[order])]
    reached = safe + np.cumsum(people[order])
    place = int(np.searchsorted(reached, need.target * need.in_scope * (1 - 1e-12)))
    return max(need.limit, float(nearest[order[place]])) if place < len(order) else None
