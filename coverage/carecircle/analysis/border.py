"""What the border hides: who might have a nearer facility beyond what was read, and how far to read."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from carecircle.analysis.asking import Asker, serving_in, with_leads
from carecircle.inputs.load import Inputs
from carecircle.inputs.near import Border
from carecircle.profiles import profile
from carecircle.reach.beyond import Doubt, Edge
from carecircle.reach.straight import StraightLine
from carecircle.rules import Leg, Plan, ReachQuery, Verdict, required
from carecircle.rules.judging.beyond import BeyondBorder
from carecircle.rules.language.query import main_query
from carecircle.texts import Sentence

ListEnds = Literal["boundary", "read", "beyond"]

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from carecircle.inputs.near import Farther
    from carecircle.study import Study

Array = np.ndarray[Any, Any]

MARGIN_M = 1000.0
"""So much farther than a facility that is wanted is read, beside what a place on a road may be off."""
_SLOPE = 2.0
"""Nobody crosses the ground faster, downhill, than so many times the speed on the level."""


@dataclass(frozen=True, eq=False)
class Beyond:
    """What one query leaves open about the ground beyond what was read.

    Parameters
    ----------
    doubt
        Who might do better there; a row among the unseen is one of ``Border.beyond``.
    list_ends
        Where the lists of the query's facilities end: at the ``boundary``, where reading ended (``read``),
        or farther out (``beyond``).
    unlisted
        bool[p]: who is as near to that end as to the facility they have.
    """

    doubt: Doubt
    list_ends: ListEnds
    unlisted: Array

    @cached_property
    def uncertain(self) -> Array:
        """bool[p]: whose nearest facility is not certain."""
        found: Array = self.doubt.nearer | self.doubt.quicker | self.unlisted
        return found


class Lookout:
    """Asks what may lie beyond what a study read.

    Parameters
    ----------
    asker
        Who answered the queries.
    """

    def __init__(self, asker: Asker) -> None:
        self.asker, self.inputs = asker, asker.inputs

    def beyond(
        self, reached: Mapping[ReachQuery, pd.DataFrame], known: Mapping[ReachQuery, Beyond] | None = None
    ) -> dict[ReachQuery, Beyond]:
        """What each query of residents leaves open; those known already are not asked again.

        Nothing is asked where facilities beyond the boundary do not count, or nobody knows how far was read.
        """
        known = known or {}
        if self.inputs.border is None or not self.inputs.study.assumptions.count_outside:
            return {}
        found = {
            query: known[query] if query in known else self._of(query, frame)
            for query, frame in reached.items()
            if query.origin == "residents" and len(query.legs) == 1
        }
        return {query: beyond for query, beyond in found.items() if beyond is not None}

    def _of(self, query: ReachQuery, frame: pd.DataFrame) -> Beyond | None:
        demand, leg, border = self.inputs.demand, query.leg, self._border
        assert demand is not None
        reach = self.asker.reach_of(leg)
        seen = serving_in(self.inputs, leg)
        unseen = serving_in(dataclasses.replace(self.inputs, facilities=border.beyond), leg)
        how: dict[str, Any] = {"direction": leg.direction, "fastest_kph": self._fastest_kph(leg)}
        doubt = self._edge.doubt(
            reach, demand, frame, with_leads(self.inputs, leg, seen), unseen, nth=leg.nth, **how
        )
        if doubt is None:
            return None
        row = np.append(border.beyond.index.get_indexer(unseen.index), -1)[doubt.facility]
        ends = self._list_ends(leg)
        unlisted: Array | None = np.zeros(len(demand), bool)
        if ends != "beyond":
            shape = self.inputs.region if ends == "boundary" else None
            unlisted = self._edge.leaves_sooner(reach, demand, frame, shape, **how)
        assert unlisted is not None
        return Beyond(dataclasses.replace(doubt, facility=row), ends, unlisted)

    def _list_ends(self, leg: Leg) -> ListEnds:
        """Where the lists that hold a leg's facilities end."""
        near, far = self.inputs.facilities, self._border.beyond
        own = {s for f in (near, far) if len(f) for s in f["source"][leg.facilities.select(f)].dropna()}
        if len(far) and far["source"].isin(own).any():
            return "beyond"
        outside = near["source"].isin(own) & ~near["inside"].astype(bool)
        return "read" if outside.any() else "boundary"

    def _fastest_kph(self, leg: Leg) -> float:
        """Nobody travels faster by a leg's mode, by its own classes of road or by those that were read."""
        if leg.mode is None or leg.metric == "straight_m":
            return math.inf
        how = profile(leg.mode, self.inputs.study.own_profiles)
        speeds = [how.access_speed_kph, *how.speed_kph.values()]
        network, ground = self.asker.reaches.network(leg.mode), self.inputs.ground
        if network is not None:
            open_ = np.isfinite(network.seconds) & (network.seconds > 0)
            speeds.append(3.6 * float((network.length_m[open_] / network.seconds[open_]).max(initial=0.0)))
        if ground is not None and leg.mode in ground.minutes_per_m:
            least = float(np.nanmin(ground.minutes_per_m[leg.mode]))
            speeds.append(_SLOPE * 0.06 / least if least > 0 else math.inf)
        return max(speeds)

    @property
    def _border(self) -> Border:
        assert self.inputs.border is not None
        return self.inputs.border

    @cached_property
    def _edge(self) -> Edge:
        return Edge(self._border.around, self.inputs.study.assumptions.max_snap_m)


def read_to(study: Study, region: BaseGeometry, wanted: gpd.GeoDataFrame) -> float:
    """Metres beyond the boundary that must be read for some facilities to be among those that serve."""
    metres = shapely.distance(region, wanted.geometry.to_numpy())
    metres = metres[metres <= study.assumptions.widest_km * 1000.0]
    return math.ceil(float(metres.max(initial=0.0)) + MARGIN_M) if len(metres) else 0.0


def widens(study: Study) -> bool:
    """Whether more is read where somebody may need it."""
    assumed = study.assumptions
    return (
        study.boundaries is not None and assumed.count_outside and 0 < assumed.buffer_km < assumed.widest_km
    )


def foreseen(plan: Plan, study: Study) -> Farther:
    """How far to read before any road is known: to the facilities that are nearest in a straight line."""
    asked = [query for query in required(plan) if query.origin == "residents"]
    sets = dict.fromkeys(leg.facilities for query in asked for leg in query.legs)
    most_m = study.assumptions.widest_km * 1000.0

    def farther(
        near: gpd.GeoDataFrame, beyond: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, region: BaseGeometry
    ) -> float:
        within = beyond[shapely.distance(region, beyond.geometry.to_numpy()) <= most_m]
        wanted = np.zeros(len(within), bool)
        for facilities in sets:
            own = _open_of(within, facilities)
            if not len(own):
                continue
            listed = pd.concat([_open_of(near, facilities), own])
            found = StraightLine().nearest(demand, gpd.GeoDataFrame(listed, crs=near.crs))
            wanted |= within["facility_id"].isin(found["facility_id"].dropna().unique()).to_numpy()
        return read_to(study, region, within[wanted])

    return farther


def _open_of(frame: gpd.GeoDataFrame, facilities: Any) -> gpd.GeoDataFrame:
    return frame[facilities.select(frame) & frame.geometry.notna()][["facility_id", "geometry"]]


def wanted_m(inputs: Inputs, found: Mapping[ReachQuery, Beyond]) -> float | None:
    """How far to read so that those who might have a nearer facility know; None where no reading helps."""
    if inputs.border is None or not widens(inputs.study):
        return None
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *(b.doubt.facility for b in found.values())]))
    metres = read_to(inputs.study, inputs.region, inputs.border.beyond.iloc[rows[rows >= 0]])
    return metres if metres > inputs.border.metres else None


def told(inputs: Inputs, found: Mapping[ReachQuery, Beyond], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """On each verdict about people, whose nearest facility is not certain."""
    if not found or inputs.demand is None or inputs.border is None:
        return list(verdicts)
    residents = inputs.demand["residents"].to_numpy(float)
    result = []
    for verdict in verdicts:
        query = main_query(verdict.rule_def)
        beyond = found.get(query) if query is not None and verdict.people is not None else None
        if beyond is None or verdict.people is None:
            result.append(verdict)
            continue
        people = verdict.people.to_numpy(object)
        asked = ~np.isin(people, ("outside", "no_data"))

        def count(who: Array, asked: Array = asked) -> float:
            return math.fsum(residents[who & asked])

        border = BeyondBorder(
            read_km=round(inputs.border.metres / 1000, 3),
            list_ends=beyond.list_ends,
            uncertain=count(beyond.uncertain),
            uncertain_not_covered=count(beyond.uncertain & (people != "covered")),
            nearer=count(beyond.doubt.nearer),
            quicker=count(beyond.doubt.quicker),
            unlisted=count(beyond.unlisted),
        )
        said = (*verdict.assumptions, *_sentences(border))
        result.append(dataclasses.replace(verdict, border=border, assumptions=said))
    return result


def _sentences(border: BeyondBorder) -> list[Sentence]:
    facts = {"read_km": round(border.read_km, 1)}
    kinds = {
        "border_nearer": border.nearer, "border_quicker": border.quicker,
        f"border_list_{border.list_ends}": border.unlisted,
    }  # fmt: skip
    return [Sentence(f"analysis.{key}", {**facts, "residents": n}) for key, n in kinds.items() if n]
