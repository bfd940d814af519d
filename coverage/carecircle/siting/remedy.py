"""The cheapest set of moves that meets clauses: chosen, ranked, judged again, and proven."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp

from carecircle import progress as watch
from carecircle.analysis import Analysis, reanalyze
from carecircle.errors import UsageError, raise_all
from carecircle.rules import Plan
from carecircle.siting.cheapest import cheapest_shares
from carecircle.siting.conditions import Terms
from carecircle.siting.effort import Effort, aloud
from carecircle.siting.limits import closings, impossibilities
from carecircle.siting.matrix import Ints, nearest_open
from carecircle.siting.mclp import mclp
from carecircle.siting.means import Means, MeansByName, means_of
from carecircle.siting.needs import needs_of, unjudgeable
from carecircle.siting.problem import SitingProblem, build_problem, demand_of, knowing
from carecircle.siting.result import Aim, Choice, SitingResult
from carecircle.siting.solution import Status
from carecircle.study import Study
from carecircle.texts import Sentence

__all__ = ["Choice", "SitingResult", "as_facilities", "choose", "made", "next_best", "refuse", "site"]
_NEAR_BEST = 0.01


def site(
    analysis: Analysis,
    *,
    clauses: Sequence[str],
    target: float | None = None,
    sites: int | None = None,
    alternatives: int = 5,
    time_limit: float = 120.0,
    progress: watch.Tell | None = None,
    **means: Unpack[MeansByName],
) -> SitingResult:
    """Find where to build so that clauses hold, or so that a number of sites does the most.

    Parameters
    ----------
    analysis
        The study as it is; it stays so.
    clauses
        Clauses or rules to be met together: radius and time rules with a limit.
    target
        Share each must reach instead of its own, 0-1. With neither ``sites`` nor ``budget`` the cheapest
        moves that make every rule hold are sought.
    sites
        At most so many moves: without ``target``, those that newly cover most residents.
    alternatives
        How many further choices within 1 % of the best to look for.
    time_limit
        Seconds for the search, alternatives and all; what cannot be proven by then is returned with its gap.
    progress
        Called with a `Sentence` as each stage begins; None shows them under a notebook's cell.
    **means
        `Means`, field by field or whole: where one might build, what, at what price and within which budget.

    Returns
    -------
    SitingResult
        The moves (points in the study's CRS, lon and lat in WGS 84), how good they are proven to be, and
        every rule judged again with them made.

    Raises
    ------
    UsageError
        If a clause is unknown or not of a kind that sites can meet, or an argument is not valid.
    InputError
        If the facilities with the moves made break the frame's contract.
    """
    given = means_of(means)
    with watch.watched(progress, analysis.study.language) as tell:
        needs = needs_of(analysis, clauses, target=target, category=given.category)
        tell(Sentence("siting.gathering"))
        problem = build_problem(analysis, needs, means=given)
        most = target is None and (sites is not None or given.budget is not None)
        aim: Aim = "most" if most else "target"
        people = math.fsum(float(n.residents.sum()) for n in problem.needs)
        facts = {"moves": len(problem.moves), "residents": people, "rules": [n.rule for n in needs]}
        tell(Sentence("siting.searching", facts))
        terms = Terms(sites, problem.conditions)
        search = Effort(time_limit=time_limit, progress=aloud(tell, aim)).begin()
        best = choose(problem, aim, terms, search.effort)
        left = replace(search.effort, time_limit=search.left, progress=None)
        after = None
        moves, allocation = _ranked(problem, best)
        if best is not None and len(moves):
            tell(Sentence("siting.judging"))
            named = dict(zip(moves["facility_id"], moves["move_id"], strict=True))
            after = made(knowing(problem.analysis, named), moves, progress=tell)
        others: tuple[Choice, ...] = ()
        if best is not None and best.status == "optimal" and best.moves and alternatives > 0:
            tell(Sentence("siting.alternatives"))
            others = next_best(problem, aim, best, terms, left, count=alternatives)
        tell(Sentence("siting.closing"))
        short = best is None
        return SitingResult(
            problem=problem,
            aim=aim,
            best=best,
            moves=moves,
            allocation=allocation,
            after=after,
            alternatives=others,
            closings=closings(problem),
            impossible=impossibilities(problem, sites=sites, time_limit=left.time_limit) if short else (),
        )


def refuse(
    study: Study,
    plan: Plan,
    clauses: Sequence[str],
    means: Means,
    *,
    target: float | None = None,
    sites: int | None = None,
) -> None:
    """Refuse at once what no analysis is needed to refuse; the arguments are those of `site`.

    Raises
    ------
    UsageError
        Every fault of the arguments at once.
    """
    faults = unjudgeable(study, plan, clauses, category=means.category) + means.faults()
    if target is not None and not 0 <= target <= 1:
        faults.append(UsageError("siting.bad_share", value=str(target)))
    if sites is not None and sites < 0:
        faults.append(UsageError("siting.bad_sites", value=sites))
    if isinstance(means.places, str) and means.places == "nodes" and study.roads is None:
        faults.append(UsageError("siting.no_roads"))
    raise_all(faults)


def choose(problem: SitingProblem, aim: Aim, terms: Terms, effort: Effort) -> Choice | None:
    """Solve the problem once; None where the target is out of reach."""
    given = terms.conditions
    if aim == "most":
        cost, people = problem.stacked()
        kept = _covered_by(problem, list(given.keep))
        found = mclp(cost, people, limit=math.inf, terms=terms, effort=effort)
        if found.status == "infeasible":
            return None
        return Choice(found.new, found.objective - kept, found.bound - kept, found.status)
    if any(n.may_stay < 0 for n in problem.needs):
        return None
    blocks = []
    for need, reach in zip(problem.needs, problem.reach, strict=True):
        near = sp.csr_array((np.ones(reach.nnz), reach.indices, reach.indptr), shape=reach.shape)
        people = need.residents[np.isin(need.rows, need.open_rows)]
        blocks.append((near, people, need.may_stay))
    terms.check(len(problem.moves))
    cheapest = cheapest_shares(blocks, terms, effort.begin())
    if cheapest is None:
        return None
    status: Status = "optimal" if cheapest.price.proven else "feasible"
    return Choice(given.new(cheapest.sites), cheapest.price.objective, cheapest.price.bound, status)


def next_best(
    problem: SitingProblem, aim: Aim, best: Choice, terms: Terms, effort: Effort, *, count: int
) -> tuple[Choice, ...]:
    """Up to ``count`` further choices within 1 % of the best, in order, each the proven best of the rest.

    They share the seconds of the effort; one that cannot be found in its share is not told.
    """
    found: list[Choice] = []
    seen = [best.moves]
    search = effort.begin()
    while len(found) < count and not search.over:
        given = replace(terms, conditions=replace(terms.conditions, without=tuple(seen)))
        share = replace(effort, time_limit=search.left / (count - len(found)))
        try:
            other = choose(problem, aim, given, share)
        except UsageError:  # out of time
            break
        if other is None or other.status != "optimal" or not _as_good(aim, best.worth, other.worth):
            break
        if set(other.moves) in [set(s) for s in seen] or not other.moves:
            break
        found.append(other)
        seen.append(other.moves)
    return tuple(found)


def made(analysis: Analysis, moves: gpd.GeoDataFrame, *, progress: watch.Tell | None = None) -> Analysis:
    """The analysis with the moves made: new sites added, upgraded facilities replaced."""
    close = [f for f in moves["replaces"] if isinstance(f, str)]
    return reanalyze(analysis, add=as_facilities(analysis, moves), close=close, progress=progress)


def as_facilities(analysis: Analysis, moves: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Chosen moves as a facilities frame: what `carecircle.reanalyze` adds."""
    old = analysis.inputs.facilities.set_index("facility_id")
    replaced = [f if isinstance(f, str) else None for f in moves["replaces"]]
    frame = gpd.GeoDataFrame(
        {
            "facility_id": moves["facility_id"].to_numpy(dtype=object),
            "name": moves["name"].to_numpy(dtype=object),
            "category": moves["category"].to_numpy(dtype=object),
            "status": "open",
            "capacity": np.nan,
        },
        geometry=moves.geometry.to_numpy(), crs=moves.crs,
    )  # fmt: skip
    frame["designations"] = pd.Series(list(moves["designations"]), dtype=object)
    attributes = [{} if f is None else dict(old.at[f, "attributes"]) for f in replaced]
    frame["attributes"] = pd.Series(attributes, dtype=object)
    frame["area_id"] = _areas_of(analysis, frame)
    return frame


def _areas_of(analysis: Analysis, frame: gpd.GeoDataFrame) -> pd.Series:
    """The finest area that holds each point, the smaller id on a shared border; None outside all."""
    found: list[str | None] = [None] * len(frame)
    areas = analysis.inputs.areas
    for level in ("village", "town", "county"):
        own = areas[(areas["level"] == level) & areas.geometry.notna()].sort_values("area_id")
        if own.empty:
            continue
        point, area = own.sindex.query(frame.geometry, predicate="intersects", sort=True)
        for p, a in zip(point.tolist(), area.tolist(), strict=True):
            found[p] = found[p] or str(own["area_id"].iloc[a])
    return pd.Series(found, dtype=object)


def _ranked(problem: SitingProblem, best: Choice | None) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Chosen moves in the order of what each adds, and whom each newly covers."""
    order, gains = _order(problem, list(best.moves) if best is not None else [])
    moves = problem.moves.iloc[order].reset_index(drop=True)
    moves["rank"] = np.arange(1, len(moves) + 1)
    moves["newly_covered"] = gains
    moves["facility_id"] = fresh_ids(problem.analysis, len(moves))
    there = moves.geometry.to_crs(4326)
    moves["lon"], moves["lat"] = there.x.round(7), there.y.round(7)
    columns = [
        "rank", "facility_id", "move_id", "kind", "name", "category", "designations", "replaces", "price",
        "newly_covered", "lon", "lat", "geometry",
    ]  # fmt: skip
    return moves[columns], _allocated(problem, order)


def fresh_ids(analysis: Analysis, count: int) -> list[str]:
    """Ids of new sites by rank, which no facility of the study has."""
    taken = set(analysis.inputs.facilities["facility_id"])
    stem = "site"
    while any(f"{stem}-{rank + 1}" in taken for rank in range(count)):
        stem += "-new"
    return [f"{stem}-{rank + 1}" for rank in range(count)]


def _order(problem: SitingProblem, chosen: list[int]) -> tuple[list[int], list[float]]:
    """Greedy order of the chosen moves, and the residents each newly covers in it."""
    order: list[int] = []
    gains: list[float] = []
    now = _covered_by(problem, _standing(problem, []))
    while len(order) < len(chosen):
        rest = [j for j in sorted(chosen) if j not in order]
        worth = [_covered_by(problem, _standing(problem, [*order, j])) for j in rest]
        pick = int(np.argmax(worth))
        order.append(rest[pick])
        gains.append(worth[pick] - now)
        now = worth[pick]
    return order, gains


def _standing(problem: SitingProblem, chosen: Sequence[int]) -> list[int]:
    """Open columns when some moves are made: those, and the kept facilities they do not replace."""
    gone = {a for a, b in problem.conditions.upgrades if b in chosen}
    return [*chosen, *(j for j in problem.conditions.keep if j not in gone)]


def _covered_by(problem: SitingProblem, columns: Sequence[int]) -> float:
    """Residents of open rows that some columns cover, over all rules."""
    cost, people = problem.stacked()
    allocation, _ = nearest_open(cost, np.array(sorted(columns), dtype=np.int64))
    return math.fsum(people[allocation >= 0])


def _allocated(problem: SitingProblem, chosen: Sequence[int]) -> pd.DataFrame:
    """Every open row that a chosen move covers, and by which: the cheapest of them."""
    ids = problem.moves["move_id"].to_numpy(dtype=object)
    demand = demand_of(problem.analysis)
    parts = []
    sites: Ints = np.array(sorted(chosen), dtype=np.int64)
    for need, reach in zip(problem.needs, problem.reach, strict=True):
        allocation, cost = nearest_open(reach, sites)
        served = allocation >= 0
        rows = need.open_rows[served]
        parts.append(
            pd.DataFrame(
                {
                    "rule": need.rule,
                    "demand_id": demand["demand_id"].to_numpy(dtype=object)[rows],
                    "residents": demand["residents"].to_numpy(dtype=np.float64)[rows],
                    "move_id": ids[allocation[served]],
                    "cost": cost[served],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _as_good(aim: Aim, best: float, other: float) -> bool:
    slack = 1e-9 * max(1.0, abs(best))
    if aim == "most":
        return other >= best * (1 - _NEAR_BEST) - slack
    return other <= best * (1 + _NEAR_BEST) + slack
