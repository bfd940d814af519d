"""Where the next ambulances stand: chosen by expected covering or the double standard, and judged again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from carecircle import progress as watch
from carecircle.analysis import Analysis
from carecircle.errors import UsageError
from carecircle.siting.effort import Effort, Watch, aloud
from carecircle.siting.matrix import Csr, Floats
from carecircle.siting.means import MeansByName, means_of
from carecircle.siting.mexclp import mexclp
from carecircle.siting.placing import Placing, refuse_placing
from carecircle.siting.result import Choice, FleetFound, SitingResult
from carecircle.siting.sent import allocated, lone_stations, made, sent, worth_of
from carecircle.siting.solution import Solution
from carecircle.siting.stations import Stations, stations_of
from carecircle.siting.unkept import double_standard_of, standards_unkept
from carecircle.texts import Sentence

_FIRST, _SETTLED, _ROUNDS = 0.5, 0.005, 8
"""The busy share sought begins at the first; it is settled when another round changes it by less."""


def station_ambulances(
    analysis: Analysis,
    *,
    clause: str,
    placing: Placing,
    time_limit: float = 120.0,
    progress: watch.Tell | None = None,
    **means: Unpack[MeansByName],
) -> SitingResult:
    """Find where the next ambulances stand: at stations that are there, or at new ones.

    Ambulances that stand now are counted and stay; any number may stand at one station.

    Parameters
    ----------
    analysis
        The study as it is; it stays so.
    clause
        A rule about ambulances (``chain``, ``response``), or a clause that has one such rule. An ambulance
        counts for a place if the rule's whole time with it is within the limit: for a chain the way to the
        hospital is among it.
    placing
        How many, by which aim, within which minutes.
    time_limit
        Seconds for the search; what cannot be proven by then is returned with its gap.
    progress
        Called with a `Sentence` as each stage begins; None shows them under a notebook's cell.
    **means
        `Means`, field by field or whole: where a station might be built, and of which category.

    Returns
    -------
    SitingResult
        One row a station that gets ambulances (``ambulances`` more beside ``standing``), ``fleet`` with what
        the aim rests on, and every rule judged again with them there. Alternatives are not sought.

    Raises
    ------
    UsageError
        If the clause is not about ambulances or could not be judged, an argument is not valid, or the
        study's calls cannot be served.
    InputError
        If the facilities that result break the frame's contract.
    """
    given = means_of(means)
    rule = refuse_placing(analysis.study, analysis.plan, [clause], placing, given)
    limit = placing.near_min(rule)
    assert limit is not None
    with watch.watched(progress, analysis.study.language) as tell:
        tell(Sentence("siting.gathering"))
        stations = stations_of(analysis, rule, given)
        near = stations.minutes(limit)
        times = 2 if placing.aim == "double" else 1
        once = placing.once(rule)
        problem = stations.problem(near, limit, 1.0 if once is None else once, times=times)
        facts = {"moves": len(stations.moves), "residents": math.fsum(stations.people), "rules": [rule.id]}
        tell(Sentence("siting.searching", facts))
        clock = Effort(time_limit=time_limit, progress=aloud(tell, "most")).begin()
        asked = replace(placing, limit=limit, share=once if placing.aim == "double" else None)
        solve = _expected if placing.aim == "expected" else _double
        solution, fleet = solve(stations, near, asked, clock)
        best = None
        if solution.status != "infeasible":
            worth = solution.objective - fleet.before, solution.bound - fleet.before
            best = Choice(tuple(sorted(set(solution.new))), *worth, solution.status)
        moves, allocation = sent(stations, near, solution, fleet), allocated(problem, solution, times=times)
        after = None
        if len(moves):
            tell(Sentence("siting.judging"))
            after = made(analysis, moves, tell)
        tell(Sentence("siting.closing"))
        unkept = () if best is not None else standards_unkept(stations, near, asked, clock)
        return SitingResult(
            problem=problem, aim=placing.aim, best=best, moves=moves, allocation=allocation, after=after,
            alternatives=(), closings=lone_stations(stations, near, problem.needs[0]), impossible=unkept,
            fleet=fleet,
        )  # fmt: skip


def _expected(stations: Stations, near: Csr, asked: Placing, clock: Watch) -> tuple[Solution, FleetFound]:
    """Expected covering, at the given busy share or at the one that the calls make of its own fleet."""
    options: dict[str, Any] = {
        "limit": math.inf, "ambulances": asked.ambulances, "standing": stations.standing.tolist(),
        "most": stations.room(asked.most, asked.ambulances),
    }  # fmt: skip
    calls = stations.analysis.study.emergency.calls_per_1000_year is not None
    share, made_of_it = _FIRST if asked.busy is None else asked.busy, None
    for _ in range(_ROUNDS):
        effort = replace(clock.effort, time_limit=clock.left)
        solution = mexclp(near, stations.people, busy=share, effort=effort, **options)
        held = _held(solution, len(stations.moves))
        made_of_it = stations.busy(held) if calls else None
        if asked.busy is not None or made_of_it is None:
            break
        if made_of_it >= 1:
            raise UsageError("siting.calls_unserved", busy=f"{made_of_it:.0%}", ambulances=int(held.sum()))
        if abs(made_of_it - share) < _SETTLED or clock.over:
            break
        share = made_of_it
    return solution, _found(stations, near, asked, solution, busy=share, busy_after=made_of_it)


def _double(stations: Stations, near: Csr, asked: Placing, clock: Watch) -> tuple[Solution, FleetFound]:
    """The double standard; whom no ambulance reaches from anywhere need not be within the far limit."""
    assert asked.share is not None
    solution = double_standard_of(
        stations, asked, asked.ambulances, replace(clock.effort, time_limit=clock.left)
    )
    return solution, _found(stations, near, asked, solution)


def _found(
    stations: Stations, near: Csr, asked: Placing, solution: Solution, *,
    busy: float | None = None, busy_after: float | None = None,
) -> FleetFound:  # fmt: skip
    assert asked.limit is not None
    return FleetFound(
        placed=len(solution.new), standing=int(stations.standing.sum()), limit=asked.limit, far=asked.far,
        share=asked.share, busy=busy, busy_given=asked.busy is not None, busy_after=busy_after,
        before=worth_of(near, stations.people, busy)(stations.standing.astype(np.float64)),
        assumed=stations.assumed, without_way=math.fsum(stations.people[~stations.reachable]),
    )  # fmt: skip


def _held(solution: Solution, stations: int) -> Floats:
    """Ambulances at each station of an answer, those standing among them."""
    return np.bincount(np.array(solution.sites, dtype=np.int64), minlength=stations).astype(np.float64)
