"""Two standards that no fleet keeps: who is too far from every station, or how many ambulances would do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from carecircle.errors import UsageError
from carecircle.siting.double import double_standard
from carecircle.siting.effort import Effort, Watch
from carecircle.siting.limits import Certificate, Impossibility
from carecircle.siting.matrix import Csr, Floats
from carecircle.siting.placing import Placing
from carecircle.siting.problem import demand_of
from carecircle.siting.solution import Solution, impossible
from carecircle.siting.stations import EVEN_MIN, Stations
from carecircle.texts import Sentence

_TWO = 2
"""Ambulances that a station may have where nothing else is said, as the model's authors have it."""
_MORE = 40
"""So many more ambulances are tried before the number that would do is left open."""


@dataclass(frozen=True)
class TooFewAmbulances(Impossibility):
    """Every standard could be kept, but not with so few: ``fewest`` would do (None: not found in time)."""

    placed: int = 0
    fewest: int | None = None

    @property
    def sentence(self) -> Sentence:
        """The finding in words."""
        key = "siting.double_short" if self.fewest is None else "siting.double_fewest"
        return Sentence(key, {"rule": self.rule, "placed": self.placed, "fewest": self.fewest or 0})


def double_standard_of(stations: Stations, asked: Placing, ambulances: int, effort: Effort) -> Solution:
    """The double standard over stations; whom nobody reaches from anywhere need not be within the far limit.

    The share is one of all residents that the rule speaks of, those without any way among them.
    """
    assert asked.far is not None
    assert asked.limit is not None
    assert asked.share is not None
    some = stations.only(stations.reachable)
    people, ledger = some.people, stations.verdict.ledger
    assert ledger is not None
    share = asked.share * ledger.in_scope / max(math.fsum(people), 1e-9)
    if share > 1 + 1e-12:
        return impossible("double_standard", len(people))
    return double_standard(
        some.minutes(asked.far), people,
        near=asked.limit + EVEN_MIN, far=asked.far + EVEN_MIN, share=min(share, 1.0),
        ambulances=ambulances, standing=stations.standing.tolist(),
        most=stations.room(asked.most or _TWO, ambulances), effort=effort,
    )  # fmt: skip


def standards_unkept(
    stations: Stations, near: Csr, asked: Placing, clock: Watch
) -> tuple[Impossibility, ...]:
    """Why so many ambulances cannot keep the double standard.

    Parameters
    ----------
    near
        Minutes up to the near limit, of every row.
    asked
        With its limits and its share.
    clock
        Says when to stop trying more ambulances.
    """
    assert asked.far is not None
    assert asked.limit is not None
    assert asked.share is not None
    ledger = stations.verdict.ledger
    assert ledger is not None
    able = stations.only(stations.reachable)
    walls = [
        _wall(able, able.minutes(asked.far), asked.far, 1.0, math.fsum(able.people)),
        _wall(stations, near, asked.limit, asked.share, ledger.in_scope),
    ]
    hard = tuple(w for w in walls if w.best_share < w.target - 1e-12)
    if hard:
        return hard
    fewest = _fewest(stations, asked, clock)
    facts = {f: getattr(walls[1], f) for f in walls[1].__dataclass_fields__}
    return (TooFewAmbulances(**facts, placed=asked.ambulances, fewest=fewest),)


def _fewest(stations: Stations, asked: Placing, clock: Watch) -> int | None:
    for number in range(asked.ambulances + 1, asked.ambulances + _MORE + 1):
        if clock.over:
            return None
        effort = Effort(time_limit=clock.left, gap=1.0)
        try:
            if double_standard_of(stations, asked, number, effort).status != "infeasible":
                return number
        except UsageError:  # out of time
            return None
    return None


def _wall(stations: Stations, near: Csr, limit: float, target: float, in_scope: float) -> Impossibility:
    """What every station together reaches within a limit, and who is beyond."""
    people = stations.people
    out = (np.diff(near.indptr) == 0) & (people > 0)
    ids = demand_of(stations.analysis)["demand_id"].to_numpy(dtype=object)[stations.rows]
    reached = math.fsum(people[~out])
    best = reached / in_scope if in_scope > 0 else 1.0
    order = np.nonzero(out)[0]
    order = order[np.argsort(-people[order], kind="stable")]
    short: tuple[Certificate, ...] = ()
    smallest: float | None = limit
    if best < target - 1e-12:
        beyond = stations.only(np.isin(np.arange(len(people)), order))
        least, station = _nearest(beyond)
        back = {int(row): k for k, row in enumerate(beyond.rows)}
        enough = int(np.searchsorted(np.cumsum(people[order]), (1 - target) * in_scope, side="right")) + 1
        short = tuple(
            _certificate(stations, str(ids[i]), float(people[i]), least, station, back[int(stations.rows[i])])
            for i in order[:enough]
        )
        smallest = _smallest(limit, reached, people[np.sort(order)], least, target * in_scope)
    return Impossibility(
        stations.verdict.rule, target, limit, in_scope, best, smallest, math.fsum(people[out]),
        max(in_scope - math.fsum(people), 0.0), tuple(str(i) for i in ids[out]), short,
    )  # fmt: skip


def _nearest(stations: Stations) -> tuple[Floats, Floats]:
    """Minutes from the nearest station to each row, and which; infinite where there is none."""
    found = stations.minutes(math.inf)
    least, station = np.full(found.shape[0], math.inf), np.full(found.shape[0], -1, dtype=np.int64)
    for row in range(found.shape[0]):
        part = slice(found.indptr[row], found.indptr[row + 1])
        if part.stop > part.start:
            at = int(np.argmin(found.data[part]))
            least[row], station[row] = found.data[part][at], found.indices[part][at]
    return least, station


def _certificate(
    stations: Stations, demand_id: str, residents: float, least: Floats, station: Floats, at: int
) -> Certificate:
    if station[at] < 0:
        return Certificate(demand_id, residents, None, None)
    return Certificate(
        demand_id, residents, str(stations.moves["move_id"].iloc[int(station[at])]), float(least[at])
    )


def _smallest(limit: float, reached: float, people: Floats, least: Floats, wanted: float) -> float | None:
    """The least limit at which every station together reaches as many as are wanted."""
    order = np.argsort(least, kind="stable")
    order = order[np.isfinite(least[order])]
    held = reached + np.cumsum(people[order])
    place = int(np.searchsorted(held, wanted * (1 - 1e-12)))
    return max(limit, float(least[order[place]])) if place < len(order) else None
