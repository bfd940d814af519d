"""From an analysis and some clauses to the siting problem: needs, moves, and who each move would reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp

from carecircle import categories
from carecircle.analysis import Analysis
from carecircle.errors import UsageError, raise_all
from carecircle.rules import ReachQuery, Verdict
from carecircle.rules.query import main_query
from carecircle.siting.conditions import Conditions
from carecircle.siting.matrix import Csr, Floats, Ints
from carecircle.siting.moves import Places, existing, new_moves, places_of, upgradable, upgrades

_KINDS = ("radius", "time")
_MOST_MOVES = 20_000


@dataclass(frozen=True, eq=False)
class Need:
    """What one rule asks, in people.

    Parameters
    ----------
    verdict
        The rule as it is judged now.
    query
        Whom it counts as reached.
    limit
        In minutes or metres, inclusive.
    rows
        Demand rows (positions) the rule speaks of that are placed: those a move might reach.
    open_rows
        Among `rows`, those that no facility which stays as it is covers.
    unplaced
        Demand rows (positions) with residents that have no place on the network, or of which it is unknown
        whether the rule speaks of them: no move reaches them.
    residents
        Residents of `rows`.
    in_scope
        All residents the rule speaks of, the unplaced among them.
    target
        Share of `in_scope` that must be covered.
    """

    verdict: Verdict
    query: ReachQuery
    limit: float
    rows: Ints
    open_rows: Ints
    unplaced: Ints
    residents: Floats
    in_scope: float
    target: float

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.verdict.rule

    @property
    def covered(self) -> float:
        """Residents covered now."""
        return self.verdict.ledger.covered if self.verdict.ledger is not None else 0.0

    @property
    def may_stay(self) -> float:
        """How many residents in `open_rows` may stay uncovered (negative: too many are out of any reach)."""
        safe = math.fsum(self.residents[~np.isin(self.rows, self.open_rows)])
        left = math.fsum(self.residents[np.isin(self.rows, self.open_rows)])
        return left - (self.target * self.in_scope - safe)


@dataclass(frozen=True, eq=False)
class SitingProblem:
    """Needs, moves and reach, ready for the models.

    Parameters
    ----------
    analysis
        The study as it is.
    needs
        One a rule.
    moves
        One row a column of the models: move_id, kind (new | upgrade | existing), category, designations,
        name, replaces (facility id or None), price, and geometry in the study's CRS.
    reach
        For each need: cost from its `open_rows` to every move (CSR, absent beyond the limit or where the
        move does not serve the rule).
    conditions
        What may be built.
    """

    analysis: Analysis
    needs: tuple[Need, ...]
    moves: gpd.GeoDataFrame
    reach: tuple[Csr, ...]
    conditions: Conditions

    def stacked(self) -> tuple[Csr, Floats]:
        """Cost and residents of all needs, one below the other."""
        people = [n.residents[np.isin(n.rows, n.open_rows)] for n in self.needs]
        return sp.csr_array(sp.vstack(self.reach)), np.concatenate(people)


def needs_of(analysis: Analysis, clauses: Sequence[str], *, target: float | None = None) -> list[Need]:
    """The rules of some clauses that siting can speak of: a radius or a time with a limit, judged in people.

    Parameters
    ----------
    clauses
        Ids of clauses (all their rules that fit) or of rules.
    target
        Share to reach instead of each rule's own.

    Raises
    ------
    UsageError
        If a clause does not exist, or none of its rules fits, naming those that do.
    """
    if target is not None and not 0 <= target <= 1:
        raise UsageError("siting.bad_share", value=str(target))
    fits = {v.rule: v for v in analysis.verdicts if _fits(v)}
    chosen: dict[str, Verdict] = {}
    faults = []
    for clause in clauses:
        found = {r: v for r, v in fits.items() if clause in (r, v.clause)}
        if not found:
            known = any(clause in (v.rule, v.clause) for v in analysis.verdicts)
            faults.append(
                UsageError(
                    "siting.clause_unfit" if known else "siting.clause_unknown",
                    value=clause, known=sorted(fits),
                )
            )  # fmt: skip
        chosen |= found
    if not clauses:
        faults.append(UsageError("siting.no_clause", known=sorted(fits)))
    raise_all(faults)
    return [_need(analysis, v, target) for v in chosen.values()]


def build_problem(
    analysis: Analysis,
    needs: Sequence[Need],
    *,
    places: Places | gpd.GeoDataFrame = "auto",
    spacing_m: float = 500.0,
    exclude: gpd.GeoDataFrame | None = None,
    upgrade: Sequence[str] = (),
    price: float = 1.0,
    upgrade_price: float = 1.0,
    budget: float | None = None,
    must_open: Sequence[str] = (),
    exclusive: Sequence[Sequence[str]] = (),
) -> SitingProblem:
    """Put the siting problem together.

    Parameters
    ----------
    places
        Where one might build: ``cells`` (the most populous demand point of each square of the spacing),
        ``villages`` (a point inside each), ``nodes`` (road nodes thinned to the spacing), ``auto`` (cells
        and villages), or a planner's own frame of points (columns name, category, price as far as given).
    spacing_m
        Side of the thinning squares in metres.
    exclude
        Polygons on which nothing may be built.
    upgrade
        Categories whose open facilities may become what the clause asks for.
    price, upgrade_price
        Of a new site and of an upgrade, in the planner's own unit.
    budget
        The most that all moves may cost together.
    must_open
        Move ids that are decided already.
    exclusive
        Groups of move ids of which at most one may be chosen.

    Raises
    ------
    UsageError
        If there is nowhere to build, or more than 20,000 moves would have to be compared.
    """
    kinds = list(
        dict.fromkeys((n.verdict.rule_def.categories, n.verdict.rule_def.designations) for n in needs)
    )
    points = places_of(analysis, places, spacing_m)
    if exclude is not None:
        shut = exclude.to_crs(analysis.inputs.crs).geometry.union_all()
        points = points[~points.geometry.intersects(shut)].reset_index(drop=True)
    rows = [new_moves(points, kind[0][0], kind[1], price) for kind in kinds]
    rows += [upgrades(analysis, upgrade, kind[0][0], kind[1], upgrade_price) for kind in kinds if upgrade]
    if upgrade:
        rows.append(existing(analysis, upgrade))
    if not any((r["kind"] != "existing").any() for r in rows):
        raise UsageError("siting.nowhere")
    moves = gpd.GeoDataFrame(
        pd.concat([r for r in rows if len(r)], ignore_index=True), crs=analysis.inputs.crs
    )
    if len(moves) > _MOST_MOVES:
        raise UsageError("siting.too_many_moves", value=len(moves), most=_MOST_MOVES, spacing=spacing_m)
    exposed = [_exposed(analysis, need, upgrade) for need in needs]
    reach = tuple(_reach(analysis, need, moves) for need in exposed)
    column = {m: j for j, m in enumerate(moves["move_id"])}
    unknown = sorted({m for group in (must_open, *exclusive) for m in group} - set(column))
    if unknown:
        raise UsageError("siting.no_such_move", value=unknown)
    stays = {f: column[f"={f}"] for f in moves.loc[moves["kind"] == "existing", "replaces"]}
    grown = moves.index[moves["kind"] == "upgrade"]
    conditions = Conditions(
        keep=tuple(stays.values()),
        must_open=tuple(column[m] for m in must_open),
        exclusive=tuple(tuple(column[m] for m in group) for group in exclusive),
        upgrades=tuple((stays[moves.at[j, "replaces"]], int(j)) for j in grown),
        cost=tuple(moves["price"].astype(float)),
        budget=budget,
    )
    return SitingProblem(analysis, tuple(exposed), moves, reach, conditions)


def demand_of(analysis: Analysis) -> gpd.GeoDataFrame:
    """The demand frame of an analysis that has judged people."""
    assert analysis.inputs.demand is not None
    return analysis.inputs.demand


def serves(category: str, designations: Sequence[str], query: ReachQuery) -> bool:
    """Whether a facility of a category and roles answers a query."""
    kinds = frozenset[str]().union(*(categories.descendants(c) for c in query.categories))
    return category in kinds and set(query.designations) <= set(designations)


def costs(
    analysis: Analysis,
    query: ReachQuery,
    demand: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    *,
    limit: float,
) -> Csr:
    """Demand x points within a limit, measured exactly as the rule's query measures."""
    if len(demand) == 0 or len(points) == 0:
        return sp.csr_array((len(demand), len(points)))
    frame = points.assign(facility_id=points["move_id"]) if "facility_id" not in points else points
    return analysis.reach_of(query).pairs(demand, frame, direction=query.direction, limit=limit)


def _fits(verdict: Verdict) -> bool:
    rule = verdict.rule_def
    return (
        rule.kind in _KINDS
        and rule.limit is not None
        and verdict.people is not None
        and isinstance(verdict.target, float | int)
        and verdict.ledger is not None
        and verdict.ledger.in_scope > 0
    )


def _need(analysis: Analysis, verdict: Verdict, target: float | None) -> Need:
    query = main_query(verdict.rule_def)
    people, ledger, demand = verdict.people, verdict.ledger, analysis.inputs.demand
    if query is None or people is None or ledger is None or demand is None or verdict.rule_def.limit is None:
        raise AssertionError("a rule that does not fit was let through")
    marks = people.to_numpy(dtype=object)
    rows = np.nonzero(np.isin(marks, ["covered", "not_covered", "unreachable"]))[0].astype(np.int64)
    everybody = demand["residents"].to_numpy(dtype=np.float64)
    lost = np.nonzero(np.isin(marks, ["unsnapped", "no_data"]) & (everybody > 0))[0].astype(np.int64)
    share = float(verdict.target) if target is None else target  # type: ignore[arg-type]
    return Need(
        verdict=verdict,
        query=query,
        limit=verdict.rule_def.limit * verdict.rule_def.factor,
        rows=rows,
        open_rows=rows[marks[rows] != "covered"],
        unplaced=lost,
        residents=everybody[rows],
        in_scope=ledger.in_scope,
        target=share,
    )


def _exposed(analysis: Analysis, need: Need, upgrade: Sequence[str]) -> Need:
    """The need with everybody open whom only an upgradable facility covers."""
    serving = analysis.serving(need.query)
    may_go = upgradable(analysis, upgrade)["facility_id"] if upgrade else []
    staying = serving[~serving["facility_id"].isin(may_go)]
    if len(staying) == len(serving):
        return need
    demand = demand_of(analysis).iloc[need.rows]
    near = costs(analysis, need.query, demand, staying, limit=need.limit)
    return replace(need, open_rows=need.rows[np.diff(near.indptr) == 0])


def _reach(analysis: Analysis, need: Need, moves: gpd.GeoDataFrame) -> Csr:
    """Cost from a need's open rows to every move that serves it; other columns are empty."""
    serving = np.array(
        [serves(c, d, need.query) for c, d in zip(moves["category"], moves["designations"], strict=True)]
    )
    demand = demand_of(analysis).iloc[need.open_rows]
    few = costs(analysis, need.query, demand, moves[serving], limit=need.limit)
    wide = np.nonzero(serving)[0].astype(few.indices.dtype)
    return sp.csr_array((few.data, wide[few.indices], few.indptr), shape=(len(demand), len(moves)))
