"""Missing roads of a study: the groups, their likely lanes, the minutes they cost, the verdicts on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.errors import UsageError
from carecircle.ledgers import LACKING, UNPLACED
from carecircle.missing_roads.proposing import DOOR_M, GAP_M, LEAST, propose
from carecircle.profiles import profile
from carecircle.rules.judging.groups import weights

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class MissingRoads:
    """What is likely missing from the map.

    Parameters
    ----------
    mode
        Whose roads were looked at.
    beyond_m
        Farther than this from any road is off the roads.
    groups
        group_id, residents (of the group), off_road (of them off every road), off_m (of the farthest home),
        on_foot_min (mean minutes on foot to the road, by residents), lane_m (of the lanes proposed), rules
        (whose residents here are not covered), geometry (a point: the home in their middle).
    links
        group_id, residents (along the line and beyond it), metres, joins (whether it meets the road),
        geometry: the likely lanes, from the road outwards.
    verdicts
        rule, outcome, residents (of the groups, whom it does not cover), could_pass (if all of them were).
    """

    mode: str
    beyond_m: float
    groups: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    verdicts: pd.DataFrame

    @property
    def residents(self) -> float:
        """Residents off every road, in the groups."""
        return math.fsum(self.groups["off_road"])


def missing_roads(
    analysis: Analysis, mode: str | None = None, *, beyond_m: float | None = None, door_m: float = DOOR_M,
    gap_m: float = GAP_M, least: float = LEAST,
) -> MissingRoads:  # fmt: skip
    """Where people live off every road of a study, and which lanes are likely missing from its map.

    A group is everybody farther than ``door_m`` from the roads who can be reached from one another by steps
    of at most ``gap_m``, with somebody among them farther than ``beyond_m``. Its lane is the shortest tree
    through their homes, joined to the nearest road, without branches to fewer than ``least`` residents.

    Parameters
    ----------
    analysis
        With residents and roads.
    mode
        Whose roads; None: the first of the study's, walking before others.
    beyond_m
        Metres; None: the study's ``max_snap_m``.
    door_m, gap_m
        Metres.
    least
        Residents.

    Returns
    -------
    MissingRoads
        In the study's CRS; groups with most residents off the roads first.

    Raises
    ------
    UsageError
        If the study has no residents, or no roads of the mode.
    """
    networks, demand = analysis.networks, analysis.inputs.demand
    known = sorted(networks, key=lambda m: (m != "walk", m))
    wanted = mode or next(iter(known), None)
    if demand is None or wanted is None or wanted not in networks:
        raise UsageError("missing.nothing_to_look_at", value=wanted or "—", known=known or "—")
    most = analysis.study.assumptions.max_snap_m if beyond_m is None else beyond_m
    ground = analysis.inputs.ground
    on_foot = ground is not None and "walk" in ground.walked
    placed = demand[demand.geometry.notna() & ~demand.geometry.is_empty]
    proposed = propose(
        networks[wanted], placed, beyond_m=most, door_m=door_m, gap_m=gap_m, least=least,
        reach=analysis.reaches.of("minutes", "walk") if on_foot else None,
        kph=profile("walk", analysis.study.own_profiles).access_speed_kph,
    )  # fmt: skip
    index = placed.index.to_numpy()[proposed.gathered.row]
    rules, verdicts = _hanging(analysis, index, proposed.gathered.group, len(proposed.groups))
    groups = proposed.groups.assign(rules=np.array(rules, dtype=object))
    return MissingRoads(wanted, most, groups, proposed.links, verdicts)


def _hanging(analysis: Analysis, index: Array, group: Array, count: int) -> tuple[list[str], pd.DataFrame]:
    """By group the rules whose residents there are not covered; by rule how many, and whether they decide."""
    demand = analysis.inputs.demand
    assert demand is not None
    by_group: list[list[str]] = [[] for _ in range(count)]
    rows = []
    for verdict in analysis.verdicts:
        if verdict.people is None or verdict.ledger is None:
            continue
        open_ = verdict.people.loc[index].isin([*LACKING, *UNPLACED]).to_numpy()
        people = pd.Series(weights(analysis.inputs, verdict.rule_def), index=demand.index)
        residents = np.where(open_, people.loc[index].to_numpy(), 0.0)
        total = np.bincount(group, residents, count) if count else np.zeros(0)
        for number in np.flatnonzero(total > 0):
            by_group[number].append(verdict.rule)
        ledger, target = verdict.ledger, verdict.target
        share = (ledger.covered + math.fsum(total)) / ledger.in_scope if ledger.in_scope > 0 else 0.0
        decides = verdict.unit == "share" and isinstance(target, float) and verdict.outcome.value != "PASS"
        rows.append(
            {
                "rule": verdict.rule, "outcome": verdict.outcome.value, "residents": math.fsum(total),
                "could_pass": bool(decides and isinstance(target, float) and share >= target),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["rule", "outcome", "residents", "could_pass"])
    return [", ".join(rules) for rules in by_group], frame[frame["residents"] > 0].reset_index(drop=True)
