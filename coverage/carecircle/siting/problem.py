"""From an analysis and some clauses to the siting problem: needs, moves, and who each move would reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from carecircle.analysis import Analysis
from carecircle.errors import UsageError, raise_all
from carecircle.reach.matrix import Matrix
from carecircle.rules import ReachQuery
from carecircle.siting.conditions import Conditions
from carecircle.siting.matrix import Csr, Floats
from carecircle.siting.means import Means, MeansByName, known, means_of
from carecircle.siting.moves import existing, new_moves, places_of, upgradable, upgrades
from carecircle.siting.needs import Need

MOST_MOVES = 20_000
"""Beyond these a choice among them takes too long to be worth it."""


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


def build_problem(analysis: Analysis, needs: Sequence[Need], **means: Unpack[MeansByName]) -> SitingProblem:
    """Put the siting problem together.

    Parameters
    ----------
    **means
        `Means`, field by field or whole.

    Raises
    ------
    UsageError
        If there is nowhere to build, nothing that might be built answers a need, or more than 20,000 moves
        would have to be compared.
    """
    given = means_of(means)
    raise_all(given.faults())
    moves = _moves(analysis, needs, given)
    analysis = knowing(analysis, {move: _place_of(move) for move in moves["move_id"]})
    exposed = [_exposed(analysis, need, given.upgrade) for need in needs]
    reach = tuple(_reach(analysis, need, moves) for need in exposed)
    return SitingProblem(analysis, tuple(exposed), moves, reach, _conditions(moves, given))


def _moves(analysis: Analysis, needs: Sequence[Need], means: Means) -> gpd.GeoDataFrame:
    """Everything that might be built or upgraded, and what an upgrade would replace."""
    rules = [n.verdict.rule_def for n in needs]
    own = None if means.category is None else known(means.category)
    kinds = list(dict.fromkeys((own or r.categories[0], r.designations) for r in rules))
    rows = [new_moves(places_of(analysis, means), kinds, means.price)]
    if means.upgrade:
        rows += [upgrades(analysis, means.upgrade, *kind, means.upgrade_price) for kind in kinds]
        rows.append(existing(analysis, means.upgrade))
    if not any((r["kind"] != "existing").any() for r in rows):
        raise UsageError("siting.nowhere")
    moves = gpd.GeoDataFrame(
        pd.concat([r for r in rows if len(r)], ignore_index=True), crs=analysis.inputs.crs
    )
    if len(moves) > MOST_MOVES:
        raise UsageError("siting.too_many_moves", value=len(moves), most=MOST_MOVES, spacing=means.spacing_m)
    if not any(serving(moves[moves["kind"] != "existing"], need.query).any() for need in needs):
        built = sorted(set(moves.loc[moves["kind"] != "existing", "category"]))
        wanted = list(dict.fromkeys(c for r in rules for c in r.categories))
        raise UsageError("siting.serves_nothing", value=built, wanted=wanted)
    return moves


def _conditions(moves: gpd.GeoDataFrame, means: Means) -> Conditions:
    """What binds the choice of moves, by column."""
    column = {m: j for j, m in enumerate(moves["move_id"])}
    unknown = sorted({m for group in (means.must_open, *means.exclusive) for m in group} - set(column))
    if unknown:
        raise UsageError("siting.no_such_move", value=unknown)
    stays = {f: column[f"={f}"] for f in moves.loc[moves["kind"] == "existing", "replaces"]}
    grown = moves.index[moves["kind"] == "upgrade"]
    return Conditions(
        keep=tuple(stays.values()),
        must_open=tuple(column[m] for m in means.must_open),
        exclusive=tuple(tuple(column[m] for m in group) for group in means.exclusive),
        upgrades=tuple((stays[moves.at[j, "replaces"]], int(j)) for j in grown),
        cost=tuple(moves["price"].astype(float)),
        budget=means.budget,
    )


def knowing(analysis: Analysis, names: Mapping[str, str]) -> Analysis:
    """The analysis whose matrices of travel times know places by further ids (new id: known id) too."""
    own = {k: r.knowing(names) for k, r in analysis.brought.items() if isinstance(r, Matrix)}
    return replace(analysis, brought={**analysis.brought, **own}) if own else analysis


def _place_of(move: str) -> str:
    """The id of the place or facility that a move's id ends with: ``new:clinic:P7`` is at ``P7``."""
    return move.removeprefix("=") if move.startswith("=") else move.split(":", 2)[-1]


def demand_of(analysis: Analysis) -> gpd.GeoDataFrame:
    """The demand frame of an analysis that has judged people."""
    assert analysis.inputs.demand is not None
    return analysis.inputs.demand


def serving(moves: gpd.GeoDataFrame, query: ReachQuery) -> npt.NDArray[np.bool_]:
    """Which moves build what answers a query: a category it counts, with every role it asks."""
    built = zip(moves["category"], moves["designations"], strict=True)
    return np.array([query.facilities.counts(c, d, {}) is True for c, d in built], dtype=bool)


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


def _exposed(analysis: Analysis, need: Need, upgrade: Sequence[str]) -> Need:
    """The need with everybody open whom only an upgradable facility covers."""
    open_now = analysis.serving(need.query)
    may_go = upgradable(analysis, upgrade)["facility_id"] if upgrade else []
    staying = open_now[~open_now["facility_id"].isin(may_go)]
    if len(staying) == len(open_now):
        return need
    demand = demand_of(analysis).iloc[need.rows]
    near = costs(analysis, need.query, demand, staying, limit=need.limit)
    return replace(need, open_rows=need.rows[np.diff(near.indptr) == 0])


def _reach(analysis: Analysis, need: Need, moves: gpd.GeoDataFrame) -> Csr:
    """Cost from a need's open rows to every move that serves it; other columns are empty."""
    answers = serving(moves, need.query)
    demand = demand_of(analysis).iloc[need.open_rows]
    few = costs(analysis, need.query, demand, moves[answers], limit=need.limit)
    wide = np.nonzero(answers)[0].astype(few.indices.dtype)
    return sp.csr_array((few.data, wide[few.indices], few.indptr), shape=(len(demand), len(moves)))
