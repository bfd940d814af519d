"""The streets and bridges that a clause hangs on: those whose loss costs most residents, exactly."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from carecircle.analysis import Analysis
from carecircle.reach.hanging import Hanging
from carecircle.reach.network.model import Network
from carecircle.reach.roads import Roads
from carecircle.rules import Outcome, Verdict
from carecircle.schema import STRUCTURE, STRUCTURES
from carecircle.siting.effort import Watch
from carecircle.siting.needs import Need, fits, needs_of
from carecircle.siting.problem import demand_of

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Street:
    """One street whose closure, in both directions and to every mode, takes cover from residents.

    Parameters
    ----------
    rule
        Which rule they are covered by.
    edge_ids
        Its directed edges: what ``Scenario(closed_edges=…)`` takes.
    name, highway, structure
        As the roads have them; ``structure`` is ``ground``, ``bridge`` or ``tunnel``.
    residents
        Residents who lose their cover.
    share_after
        Of all residents the rule speaks of, covered without it.
    breaks
        The rule holds now and would not without it.
    line
        In the study's CRS.
    """

    rule: str
    edge_ids: tuple[int, ...]
    name: str
    highway: str
    structure: str
    residents: float
    share_after: float
    breaks: bool
    line: shapely.LineString

    def to_dict(self) -> dict[str, Any]:
        """The figures of vital.json.

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        names = ("rule", "name", "highway", "structure", "residents", "share_after", "breaks")
        return {**{n: getattr(self, n) for n in names}, "edge_ids": list(self.edge_ids)}


@dataclass(frozen=True)
class Vital:
    """The streets of one rule, those that cost most residents first.

    Parameters
    ----------
    rule
        The rule's id.
    streets
        As many as were asked for, and every one that breaks the rule.
    most_unseen
        No other street costs more residents than this.
    finished
        False where time ended before these were known to be the most vital.
    """

    rule: str
    streets: tuple[Street, ...]
    most_unseen: float
    finished: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The figures of vital.json.

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        return {
            "rule": self.rule, "finished": self.finished, "most_unseen": self.most_unseen,
            "streets": [s.to_dict() for s in self.streets],
        }  # fmt: skip


def hangs_on_roads(analysis: Analysis, verdict: Verdict) -> bool:
    """Whether the streets of a rule can be told: a limit on one way by road, judged in residents."""
    if not fits(verdict) or verdict.rule_def.any_of or verdict.rule_def.unless:
        return False
    need = needs_of(analysis, [verdict.rule])[0]
    return isinstance(analysis.reach_of(need.query), Roads) and _Hung(analysis, need).sound


def vital_streets(analysis: Analysis, verdict: Verdict, watch: Watch, *, most: int = 10) -> Vital:
    """The most vital streets of a rule, exactly.

    Streets are looked at in the order of how many covered residents could lose their cover at most, ever
    more closely: by the tree of shortest ways, by a search without the street, and by the whole query on
    the network without it, with everybody placed anew; until no other can be among those asked for.

    Parameters
    ----------
    analysis
        The study as it is.
    verdict
        For which `hangs_on_roads`.
    watch
        The clock of the search.
    most
        How many are told; all that break the rule are told in any case.

    Returns
    -------
    Vital
        Each as `carecircle.reanalyze` with its edges closed would have it.
    """
    need = needs_of(analysis, [verdict.rule])[0]
    hung = _Hung(analysis, need)
    spare = math.inf
    if verdict.outcome is Outcome.PASS:
        spare = max(0.0, need.covered - need.target * need.in_scope)
    heap = [(-bound, 0, label) for label, bound in hung.bounds()]
    heapq.heapify(heap)
    found: list[tuple[int, float, float]] = []
    known: dict[int, tuple[float, float]] = {}
    while heap:
        bound, looked, label = -heap[0][0], heap[0][1], heap[0][2]
        if (len(found) >= most and bound <= spare + _slack(need)) or watch.over:
            break
        heapq.heappop(heap)
        if looked == 2:
            found.append((label, *known[label]))
            continue
        if looked == 0:
            lost, exact = hung.without(label)
            net = lost
        else:
            lost, net = hung.closed(label)
            exact = True
        known[label] = lost, net
        if lost > 0:
            heapq.heappush(heap, (-lost, 2 if exact else 1, label))
    streets = tuple(_street(analysis, need, spare, hung, *one) for one in found)
    unseen = -heap[0][0] if heap else 0.0
    done = len(found) >= most and unseen <= spare + _slack(need)
    return Vital(verdict.rule, streets, unseen, done or not heap)


class _Hung:
    """A rule's covered residents and the ways they hang on, by label (`labels`) of a street."""

    def __init__(self, analysis: Analysis, need: Need) -> None:
        self.analysis, self.need = analysis, need
        reach = analysis.reach_of(need.query)
        assert isinstance(reach, Roads)
        self.roads = reach
        self.demand, self.serving = demand_of(analysis), analysis.serving(need.query)
        marks = need.verdict.people
        assert marks is not None
        self.covered = (marks == "covered").to_numpy()
        everybody = self.demand["residents"].to_numpy(dtype=np.float64)
        self.people = np.where(self.covered, everybody, 0.0)
        self.spoken = np.zeros(len(everybody))
        self.spoken[need.rows] = need.residents

    @property
    def sound(self) -> bool:
        """Whether the rule covers just those within its limit."""
        within = self.hanging.cost[self.need.rows] <= self.need.limit
        return bool((within == self.covered[self.need.rows]).all()) and not (
            np.delete(self.covered, self.need.rows).any()
        )

    @cached_property
    def hanging(self) -> Hanging:
        return Hanging(self.roads, self.demand, self.serving, direction=self.need.query.direction)

    @cached_property
    def labels(self) -> dict[int, int]:
        """Label of every edge: the smallest edge id of its street, in whatever mode."""
        return labels(self.analysis.networks.values())

    @cached_property
    def street(self) -> dict[int, int]:
        """The street of each label on this network."""
        network = self.roads.network
        return {
            self.labels[e]: s for e, s in zip(network.edge_id.tolist(), network.street.tolist(), strict=True)
        }

    def bounds(self) -> Iterable[tuple[int, float]]:
        """Each label and the most residents that its loss can cost; of those not named nobody."""
        used = self.hanging.used(self.people)
        return [(label, float(used[s])) for label, s in self.street.items() if used[s] > 0]

    def without(self, label: int) -> tuple[float, bool]:
        """The most residents its loss can cost, and whether it is what it costs."""
        street = self.street[label]
        cost = self.hanging.without(street)
        return math.fsum(self.people[~(cost <= self.need.limit)]), self.hanging.exact(street)

    def closed(self, label: int) -> tuple[float, float]:
        """Residents who lose their cover, everybody placed anew; and those less those who gain it."""
        network: Network = self.roads.network
        ids = network.edge_id[network.street == self.street[label]].tolist()
        other = Roads(network.without(ids), self.roads.metric, max_snap_m=self.roads.max_snap_m)
        frame = other.nearest(self.demand, self.serving, direction=self.need.query.direction)
        within = frame["cost"].to_numpy(dtype=np.float64) <= self.need.limit
        lost = math.fsum(self.people[~within])
        return lost, lost - math.fsum(self.spoken[within & ~self.covered])


def labels(networks: Iterable[Network]) -> dict[int, int]:
    """One label for all directed edges that are one street in any mode: the smallest of their ids."""
    found: dict[int, int] = {}
    for network in networks:
        for rows in network.street_rows.tolist():
            ids = [int(network.edge_id[r]) for r in rows if r >= 0]
            least = min(found.get(e, e) for e in ids)
            for e in ids:
                found[e] = least
    for edge in sorted(found):
        found[edge] = found[found[edge]]
    return found


def _slack(need: Need) -> float:
    return 1e-9 * max(1.0, need.in_scope)


def _street(
    analysis: Analysis, need: Need, spare: float, hung: _Hung, label: int, lost: float, net: float
) -> Street:
    """One found street in the words of the roads."""
    ids = tuple(sorted(e for e, of in hung.labels.items() if of == label))
    edges = analysis.inputs.edges
    assert edges is not None
    row = edges[edges["edge_id"] == ids[0]].iloc[0]
    kind = STRUCTURES[int(row[STRUCTURE])] if STRUCTURE in edges.columns else STRUCTURES[0]
    after = need.covered - net
    return Street(
        rule=need.rule, edge_ids=ids, name=_text(row.get("name")), highway=_text(row.get("highway")),
        structure=str(kind), residents=lost, share_after=after / need.in_scope,
        breaks=bool(math.isfinite(spare) and net > spare + _slack(need)), line=row.geometry,
    )  # fmt: skip


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
