"""Which village and which point of the fictional county plays which part in its known answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from carecircle.demo.areas import Place, Town
from carecircle.demo.land import Land
from carecircle.demo.roads import Roads


@dataclass(frozen=True)
class Cast:
    """The county's special villages, by code.

    Parameters
    ----------
    isle
        Lies on the lake's island: its roads touch no others.
    big
        More than 2,500 residents: a second clinic is allowed, and stands there.
    sharing
        Pairs of small neighbours: the second of each pair uses the first one's clinic.
    without
        Has no clinic and no excuse.
    remote
        Its clinic stands more than 500 m from any road.
    far
        The urban community more than 5 km from the emergency centre.
    """

    isle: str
    big: str
    sharing: tuple[tuple[str, str], ...]
    without: str
    remote: str
    far: str

    @property
    def small(self) -> tuple[str, ...]:
        """Both villages of every pair that shares a clinic."""
        return tuple(code for pair in self.sharing for code in pair)


def _by_distance(land: Land, town: Town) -> list[Place]:
    """A town's villages, the farthest from its seat first."""
    villages = [p for p in town.places if p.kind == "village"]
    seat = land.points[town.seat.centre]
    return sorted(villages, key=lambda p: -float(np.hypot(*(land.points[p.centre] - seat))))


def choose(land: Land, towns: Sequence[Town]) -> Cast:
    """Give out the parts, each to a village that suits it."""
    of = {town.name: town for town in towns}
    places = {p.name: p.code for town in towns for p in town.places}
    sharing = []
    for name in ("松涧镇", "石榴湾镇", "云栈镇"):
        far = _by_distance(land, of[name])
        ground = land.ground(far[0].cells)
        border = {p.code: ground.intersection(land.ground(p.cells)).length for p in far[1:]}
        sharing.append((far[0].code, max(border, key=lambda code: border[code])))
    taken = {code for pair in sharing for code in pair}
    remote = next(p.code for p in _by_distance(land, of["云栈镇"]) if p.code not in taken)
    return Cast(
        isle=places["镜心村"],
        big=_by_distance(land, of["桐澜镇"])[-1].code,
        sharing=tuple(sharing),
        without=_by_distance(land, of["杏垭镇"])[0].code,
        remote=remote,
        far=places["高新社区"],
    )


def off_the_roads(land: Land, roads: Roads, spot: Place) -> tuple[int, float]:
    """The point of a village's ground that is farthest from any road, and how far that is in metres."""
    built = np.flatnonzero(roads.rank > 0)
    ends = np.stack([land.points[roads.a[built]], land.points[roads.b[built]]], axis=1)
    lines = np.array([shapely.LineString(pair) for pair in ends])
    tree = shapely.STRtree(lines)
    points = shapely.points(land.points[spot.cells])
    away = shapely.distance(points, lines[tree.nearest(points)])
    return int(spot.cells[away.argmax()]), float(away.max())
