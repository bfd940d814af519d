"""Stations of a rule about ambulances: where they may stand, what stands there, how soon each is where."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from carecircle.analysis import Analysis
from carecircle.analysis.asking import leads, serving_in
from carecircle.emergency.made import busy_share
from carecircle.errors import UsageError
from carecircle.ledgers import LACKING, UNPLACED
from carecircle.rules import Leg, ReachQuery, Rule, Verdict
from carecircle.rules.judging.stations import service_of
from carecircle.rules.language.query import main_query
from carecircle.schema import leg_column
from carecircle.siting.conditions import Conditions
from carecircle.siting.matrix import Csr, Floats, Ints
from carecircle.siting.means import Means, known
from carecircle.siting.moves import new_moves, places_of
from carecircle.siting.needs import Need
from carecircle.siting.problem import MOST_MOVES, SitingProblem, costs, demand_of
from carecircle.study.emergency import units_of

_YEAR_MIN = 365 * 24 * 60
EVEN_MIN = 1e-9
"""Minutes by which sums of the same stages, added in another order, may differ."""


@dataclass(frozen=True, eq=False)
class Stations:
    """Every station of a rule, as it stands or as one that might, and the rule's minutes from each.

    Parameters
    ----------
    analysis, verdict
        The study as it is, and the rule as it is judged now.
    leg
        The way of an ambulance to a patient.
    moves
        One row a station: ``station`` (stands now) or ``new``, with ``standing`` (ambulances there now).
    rows
        Demand rows (positions) that the rule speaks of and an ambulance might reach.
    unplaced
        Demand rows with residents that have no place on the roads, or of which it is unknown whether the rule
        speaks of them.
    after_min
        float64[rows]: what follows the way, at the scene and to the hospital; infinite where there is no way.
    assumed
        Stations whose table does not say how many ambulances they have: one each.
    """

    analysis: Analysis
    verdict: Verdict
    leg: Leg
    moves: gpd.GeoDataFrame
    rows: Ints
    unplaced: Ints
    after_min: Floats
    assumed: tuple[str, ...]

    @property
    def people(self) -> Floats:
        """Residents of `rows`."""
        everybody = demand_of(self.analysis)["residents"].to_numpy(dtype=np.float64)
        return np.asarray(everybody[self.rows])

    @property
    def standing(self) -> Ints:
        """Ambulances at each station now."""
        return np.asarray(self.moves["standing"], dtype=np.int64)

    @cached_property
    def reachable(self) -> npt.NDArray[np.bool_]:
        """bool[rows]: whether an ambulance from anywhere comes, and goes on to where it has to."""
        demand = demand_of(self.analysis).iloc[self.rows]
        places = self.moves.assign(facility_id=self.moves["move_id"])
        found = self.analysis.reach_of(self.leg).nearest(demand, places, direction=self.leg.direction)
        return np.asarray(np.isfinite(found["cost"].to_numpy(float)) & np.isfinite(self.after_min))

    def only(self, rows: npt.NDArray[np.bool_]) -> Stations:
        """The same stations for some of the rows."""
        return replace(self, rows=self.rows[rows], after_min=self.after_min[rows])

    def room(self, most: int | None, ambulances: int) -> list[int]:
        """The most ambulances each may have; nothing is added to stations beyond the boundary."""
        inside = self.moves["inside"].to_numpy(dtype=bool)
        bound = self.standing + ambulances if most is None else np.maximum(self.standing, most)
        return [int(n) for n in np.where(inside, bound, self.standing)]

    def minutes(self, limit: float, columns: Ints | None = None, *, whole: bool = True) -> Csr:
        """The rule's minutes from every station to every row, absent beyond a limit (inclusive).

        Parameters
        ----------
        limit
            Minutes.
        columns
            Only these stations.
        whole
            What follows the way is among them; otherwise only what passes until an ambulance is there.
        """
        moves = self.moves if columns is None else self.moves.iloc[columns]
        stages = self.analysis.study.emergency
        after = self.after_min if whole else np.zeros(len(self.rows))
        before = (
            np.array(leads(self.analysis.inputs, self.leg, moves)) + stages.call_min + stages.dispatch_min
        )
        shape = (len(self.rows), len(moves))
        least = float(after.min(initial=math.inf)) + min(before, default=math.inf)
        left = limit + EVEN_MIN - least if math.isfinite(least) else -math.inf
        if left < 0:
            return sp.csr_array(shape)
        demand = demand_of(self.analysis).iloc[self.rows]
        query = ReachQuery(legs=[replace(self.leg, start="", every=False)])
        way = costs(self.analysis, query, demand, moves, limit=left)
        row = np.repeat(np.arange(shape[0]), np.diff(way.indptr))
        total = way.data + before[way.indices] + after[row]
        kept = (total <= limit + EVEN_MIN) & np.isfinite(total)
        pointers = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=shape[0]))])
        return sp.csr_array((total[kept], way.indices[kept], pointers), shape=shape)

    def busy(self, held: Floats) -> float:
        """The busy share that the study's calls make of a fleet: 1 or more where they cannot be served.

        Parameters
        ----------
        held
            Ambulances at each station.
        """
        stages = self.analysis.study.emergency
        used = np.nonzero(held)[0].astype(np.int64)
        found = self.minutes(math.inf, used, whole=False)
        table = np.full(found.shape, np.inf)
        table[np.repeat(np.arange(found.shape[0]), np.diff(found.indptr)), found.indices] = found.data
        there = np.isfinite(table).any(axis=1) & (self.people > 0)
        table, weight = table[there], self.people[there]
        if not len(table) or stages.calls_per_1000_year is None:
            return math.inf
        start = np.array(leads(self.analysis.inputs, self.leg, self.moves.iloc[used]))
        mean_start = float(weight @ start[np.argmin(table, axis=1)] / weight.sum())
        ledger = self.verdict.ledger
        assert ledger is not None
        calls = stages.calls_per_1000_year * ledger.in_scope / 1000 / _YEAR_MIN
        units = np.repeat(table, held[used].astype(np.int64), axis=1)
        return busy_share(units, weight, calls_a_min=calls, service=service_of(stages, mean_start))

    def problem(self, near: Csr, limit: float, target: float, *, times: int) -> SitingProblem:
        """The same as every siting study has it: the gap are rows with fewer ambulances in time.

        Parameters
        ----------
        near
            Minutes up to the limit.
        limit, target
            Of the aim.
        times
            How many ambulances a row needs within the limit.
        """
        lacking = within(near) @ self.standing < times
        ledger = self.verdict.ledger
        assert ledger is not None
        need = Need(
            verdict=self.verdict, query=ReachQuery(legs=[self.leg]), limit=limit, rows=self.rows,
            open_rows=self.rows[lacking], unplaced=self.unplaced, residents=self.people,
            in_scope=ledger.in_scope, target=target,
        )  # fmt: skip
        return SitingProblem(self.analysis, (need,), self.moves, (near[lacking],), Conditions())


def within(near: Csr) -> Csr:
    """Ones in the place of minutes."""
    return sp.csr_array((np.ones(near.nnz), near.indices, near.indptr), shape=near.shape)


def stations_of(analysis: Analysis, rule: Rule, means: Means) -> Stations:
    """The stations that a rule's ambulances stand at or might stand at.

    Raises
    ------
    UsageError
        If the rule could not be judged, there is nowhere to stand, nothing that might be built is a station,
        or more than 20,000 stations would have to be compared.
    """
    verdict = next(v for v in analysis.verdicts if v.rule == rule.id)
    query = main_query(rule)
    unjudged = verdict.people is None or verdict.ledger is None or not verdict.ledger.in_scope > 0
    if query is None or unjudged or query not in analysis.reached:
        raise UsageError("siting.clause_unjudged", value=rule.id, reason=verdict.reason)
    assert verdict.people is not None
    marks = verdict.people.to_numpy(dtype=object)
    everybody = demand_of(analysis)["residents"].to_numpy(dtype=np.float64)
    after = np.zeros(len(marks))
    if len(query.legs) > 1:
        after = analysis.reached[query][leg_column(2, "cost")].to_numpy(float)
        after = after + analysis.study.emergency.scene_min
    placed = np.isin(marks, ["covered", *LACKING])
    lost = np.isin(marks, [*UNPLACED, "no_data"]) & (everybody > 0)
    rows = np.nonzero(placed)[0].astype(np.int64)
    leg = query.legs[0]
    here = serving_in(analysis.inputs, replace(leg, start=""))
    return Stations(
        analysis, verdict, leg, _moves(analysis, rule, leg, here, means), rows,
        np.nonzero(lost)[0].astype(np.int64), after[rows],
        tuple(str(n) for n, a in zip(here["name"], here["attributes"], strict=True)
              if units_of(a or {}) is None),
    )  # fmt: skip


def _moves(
    analysis: Analysis, rule: Rule, leg: Leg, here: gpd.GeoDataFrame, means: Means
) -> gpd.GeoDataFrame:
    """Every station that stands, and every place where one might."""
    parts = rule.station_facilities.parts if rule.stations else rule.facilities.parts
    kinds, roles = next((part for part in parts if part[0]), parts[0])
    category = known(means.category) if means.category is not None else next(iter(kinds), None)
    if category is None:
        raise UsageError("siting.station_category", value=rule.id)
    stands = gpd.GeoDataFrame(
        {
            "move_id": [f"={f}" for f in here["facility_id"]],
            "kind": "station",
            "category": here["category"].to_numpy(dtype=object),
            "designations": here["designations"].to_numpy(dtype=object),
            "name": here["name"].astype(str).to_numpy(),
            "replaces": None,
            "price": 0.0,
            "attributes": here["attributes"].to_numpy(dtype=object),
            "inside": here["inside"].to_numpy(dtype=bool),
            "standing": [1 if (n := units_of(a or {})) is None else n for a in here["attributes"]],
        },
        geometry=here.geometry.to_numpy(), crs=here.crs,
    )  # fmt: skip
    new = new_moves(places_of(analysis, means), [(category, tuple(roles))], means.price)
    built = sorted(set(new["category"])) or [category]
    rows = zip(new["category"], new["designations"], strict=True)
    new = new[[leg.facilities.counts(c, d, {}) is True for c, d in rows]]
    if new.empty and (isinstance(means.places, gpd.GeoDataFrame) or stands.empty):
        wanted = list(dict.fromkeys(k for own, _ in parts for k in own))
        raise UsageError("siting.serves_nothing", value=built, wanted=wanted)
    new = new.assign(attributes=[{}] * len(new), inside=True, standing=0)
    frames = [f for f in (stands, new) if len(f)]
    moves = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=analysis.inputs.crs)
    if len(moves) > MOST_MOVES:
        raise UsageError("siting.too_many_moves", value=len(moves), most=MOST_MOVES, spacing=means.spacing_m)
    return moves
