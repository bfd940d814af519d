"""Ambulances that were placed: in which order, whom they reach, and the study with them there."""

from __future__ import annotations

import math
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle import progress as watch
from carecircle.analysis import Analysis, Scenario, reanalyze
from carecircle.siting.limits import Closing
from carecircle.siting.matrix import Csr, Floats, Ints, nearest_open
from carecircle.siting.needs import Need
from carecircle.siting.problem import SitingProblem, demand_of
from carecircle.siting.remedy import as_facilities, fresh_ids
from carecircle.siting.result import FleetFound
from carecircle.siting.solution import Solution
from carecircle.siting.stations import Stations, within

Worth = Callable[[Floats], float]
"""What a fleet is worth, from the ambulances at each station."""


def worth_of(near: Csr, people: Floats, busy: float | None) -> Worth:
    """Residents served in expectation at a busy share; without one, those with two ambulances in time."""
    inside = within(near)
    if busy is None:
        return lambda held: math.fsum(people[inside @ held >= 1.5])
    return lambda held: math.fsum(people * (1 - busy ** (inside @ held)))


def sent(stations: Stations, near: Csr, solution: Solution, fleet: FleetFound) -> gpd.GeoDataFrame:
    """Stations that get ambulances, in the order of what each adds to the aim."""
    more = np.bincount(np.array(solution.new, dtype=np.int64), minlength=len(stations.moves)).astype(np.int64)
    order, gains = _ranked(worth_of(near, stations.people, fleet.busy), stations.standing, more)
    moves = stations.moves.iloc[order].reset_index(drop=True)
    moves["rank"] = np.arange(1, len(moves) + 1)
    moves["newly_covered"] = np.array(gains, dtype=np.float64)
    moves["ambulances"] = more[order]
    new = iter(fresh_ids(stations.analysis, int((moves["kind"] == "new").sum())))
    ids = [
        next(new) if kind == "new" else m[1:] for m, kind in zip(moves["move_id"], moves["kind"], strict=True)
    ]
    moves["facility_id"] = pd.Series(ids, dtype=object)
    there = moves.geometry.to_crs(4326)
    moves["lon"], moves["lat"] = there.x.round(7), there.y.round(7)
    columns = [
        "rank", "facility_id", "move_id", "kind", "name", "category", "designations", "replaces", "price",
        "standing", "ambulances", "newly_covered", "lon", "lat", "geometry",
    ]  # fmt: skip
    return moves[columns]


def _ranked(worth: Worth, standing: Ints, more: Ints) -> tuple[list[int], list[float]]:
    """Stations by what their ambulances add, the best first, and what each adds in that order."""
    held = standing.astype(np.float64)
    left = np.nonzero(more)[0].tolist()
    order: list[int] = []
    gains: list[float] = []
    now = worth(held) if left else 0.0
    while left:
        trials = []
        for j in left:
            trial = held.copy()
            trial[j] += more[j]
            trials.append(worth(trial))
        pick = int(np.argmax(trials))
        order.append(left.pop(pick))
        held[order[-1]] += more[order[-1]]
        gains.append(trials[pick] - now)
        now = trials[pick]
    return order, gains


def allocated(problem: SitingProblem, solution: Solution, *, times: int) -> pd.DataFrame:
    """Every row of the gap that has its ambulances now, and the station of those placed that is nearest."""
    (need,), (near,) = problem.needs, problem.reach
    held = np.bincount(np.array(solution.sites, dtype=np.int64), minlength=near.shape[1]).astype(np.float64)
    placed = np.unique(np.array(solution.new, dtype=np.int64))
    nearest, cost = nearest_open(near, placed)
    served = (within(near) @ held >= times) & (nearest >= 0)
    rows = demand_of(problem.analysis).iloc[need.open_rows[served]]
    ids = problem.moves["move_id"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "rule": need.rule,
            "demand_id": rows["demand_id"].to_numpy(dtype=object),
            "residents": rows["residents"].to_numpy(dtype=np.float64),
            "move_id": ids[nearest[served]],
            "cost": cost[served],
        }
    )


def made(analysis: Analysis, moves: gpd.GeoDataFrame, progress: watch.Tell | None = None) -> Analysis:
    """The analysis with the ambulances there: more at stations that stand, the others built."""
    new, old = moves[moves["kind"] == "new"], moves[moves["kind"] != "new"]
    built = None
    if len(new):
        built = as_facilities(analysis, new.reset_index(drop=True))
        counts = [{"ambulances": int(n)} for n in new["ambulances"]]
        built["attributes"] = pd.Series(counts, dtype=object)
    change = {str(r.facility_id): {"ambulances": int(r.standing + r.ambulances)} for r in old.itertuples()}
    return reanalyze(analysis, scenario=Scenario(add=built, change=change), progress=progress)


def lone_stations(stations: Stations, near: Csr, need: Need) -> tuple[Closing, ...]:
    """Stations without which residents had no ambulance in time, the most residents first."""
    standing = np.nonzero(stations.standing)[0]
    inside = within(near)[:, standing]
    reached = np.diff(inside.indptr)
    covered = math.fsum(stations.people[reached > 0])
    holds = covered >= need.target * need.in_scope
    found = []
    for k, j in enumerate(standing):
        alone = (reached == 1) & (inside[:, [k]].toarray().ravel() > 0)
        lost = math.fsum(stations.people[alone])
        if lost <= 0:
            continue
        share = (covered - lost) / need.in_scope
        station = stations.moves.iloc[int(j)]
        found.append(
            Closing(
                need.rule, str(station["move_id"])[1:], str(station["name"]), lost, share,
                single_point=bool(holds and share < need.target),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda c: (-c.residents, c.facility_id)))
