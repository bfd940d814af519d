"""Groups and likely lanes of a network's map: what is said of each, and its lines from the road outwards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from carecircle.missing_roads.groups import Gathered, gathered
from carecircle.missing_roads.links import from_root, lines_of, served, tree_of

if TYPE_CHECKING:
    from carecircle.reach.asked import Reach
    from carecircle.reach.network.model import Network

Array = np.ndarray[Any, Any]

DOOR_M = 25.0
"""Whoever lives farther than this from a road may live along a lane that is not mapped."""
GAP_M = 150.0
"""The widest step between two homes along a lane: the diagonal of a cell of 100 m, and a little."""
LEAST = 10.0
"""Fewer residents than this, along a lane and beyond it, propose none."""
_LANE_HOMES = 100
"""Of more places than this only the trunk of the tree is proposed."""
_GROUPS = ("group_id", "residents", "off_road", "off_m", "on_foot_min", "lane_m", "geometry")
_LINKS = ("group_id", "residents", "metres", "joins", "geometry")


@dataclass(frozen=True, eq=False)
class Proposed:
    """Groups and lanes as frames, and which of the places are in which group."""

    groups: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    gathered: Gathered


def propose(
    network: Network, places: gpd.GeoDataFrame, *, beyond_m: float, door_m: float = DOOR_M,
    gap_m: float = GAP_M, least: float = LEAST, reach: Reach | None = None, kph: float = 4.0,
) -> Proposed:  # fmt: skip
    """Groups of people off a network's roads, and the lanes that are likely missing.

    Parameters
    ----------
    network
        What is mapped.
    places
        ``residents`` and points in the network's CRS, none missing.
    beyond_m, door_m, gap_m, least
        As in `carecircle.missing_roads.groups.gathered`.
    reach
        Travelling on foot over the ground, in minutes; None: straight lines.
    kph
        On foot along a lane.
    """
    xy = np.column_stack([places.geometry.x, places.geometry.y])
    people = places["residents"].to_numpy(np.float64)
    snap = network.snap(places, max_snap_m=math.inf)
    off_m = np.where(np.isfinite(snap.snap_m), snap.snap_m, np.inf)
    found = gathered(xy, off_m, people, beyond_m=beyond_m, door_m=door_m, gap_m=gap_m, least=least)
    groups, links = [], []
    for number, (rows, pairs) in enumerate(_each(found), 1):
        here = found.row[rows]
        road = snap.xy[here]
        about, lanes = _group(xy[here], pairs, off_m[here], road, people[here], least, gap_m / 2, reach, kph)
        off_road = math.fsum(people[here][off_m[here] > beyond_m])
        groups.append({"group_id": f"g{number}", **about, "off_road": off_road})
        links += [{"group_id": f"g{number}", **lane} for lane in lanes]
    return Proposed(_frame(groups, _GROUPS, network), _frame(links, _LINKS, network), found)


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...], network: Network) -> gpd.GeoDataFrame:
    plain = {c: [row[c] for row in rows] for c in columns if c != "geometry"}
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=network.crs)
    return gpd.GeoDataFrame(plain, geometry=shapes, crs=network.crs)


def _each(found: Gathered) -> list[tuple[Array, Array]]:
    """Of each group the positions of its places, and its pairs counted within them."""
    if not len(found.group):
        return []
    order = np.argsort(found.group, kind="stable")
    sizes = np.bincount(found.group)
    ends = np.cumsum(sizes)
    local = np.empty(len(order), np.int64)
    local[order] = np.arange(len(order)) - np.repeat(ends - sizes, sizes)
    whose = found.group[found.pairs[:, 0]]
    by_group = np.argsort(whose, kind="stable")
    pairs = np.split(local[found.pairs[by_group]], np.cumsum(np.bincount(whose, minlength=len(sizes)))[:-1])
    return list(zip(np.split(order, ends[:-1]), pairs, strict=True))


def _group(
    homes: Array, pairs: Array, off_m: Array, road: Array, residents: Array, least: float, near_m: float,
    reach: Reach | None, kph: float,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
    """One group: what is said of it, and its lanes from the road outwards.

    No branch goes to fewer than ``least`` residents, or than a hundredth of the group (a tenth, where homes
    are as many as a grid of residents makes them). One that ends within ``near_m`` of a road is taken to meet
    it: most lanes lead through.
    """
    root = int(np.argmin(off_m))
    order, parent = tree_of(homes, pairs, root)
    beyond = served(order, parent, residents)
    share = 0.01 if len(homes) <= _LANE_HOMES else 0.1
    kept = beyond >= max(least, share * float(residents.sum()))
    kept[root] = True
    links: list[dict[str, Any]] = []
    joined_min, joined_m = 0.0, float(off_m[root])
    if math.isfinite(joined_m):
        far = reach if joined_m > near_m else None
        join, joined_min = _joining(homes[root], road[root], joined_m, far, kph)
        links.append(
            {"residents": float(beyond[root]), "metres": join.length, "joins": True, "geometry": join}
        )
    for line in lines_of(order, parent, kept):
        shape = shapely.LineString(homes[line])
        links.append(
            {"residents": float(beyond[line[1]]), "metres": shape.length, "joins": False, "geometry": shape}
        )
        end = line[-1]
        if not (kept & (parent == end)).any() and off_m[end] <= near_m:
            shape = shapely.LineString([homes[end], road[end]])
            links.append(
                {"residents": float(beyond[end]), "metres": shape.length, "joins": True, "geometry": shape}
            )
    along = from_root(homes, order, parent) * 0.06 / kph + joined_min
    mean = float(np.average(along, weights=residents))
    middle = int(np.argmin(np.abs(along - mean)))
    about = {
        "residents": math.fsum(residents), "off_m": float(off_m.max()),
        "on_foot_min": mean if math.isfinite(joined_m) else math.nan,
        "lane_m": math.fsum(float(link["metres"]) for link in links),
        "geometry": shapely.Point(homes[middle]),
    }  # fmt: skip
    return about, links


def _joining(
    home: Array, place: Array, metres: float, reach: Reach | None, kph: float
) -> tuple[shapely.LineString, float]:
    """The line from the road to a home, and minutes on foot along it: over the ground where there is any."""
    straight = shapely.LineString([place, home])
    way = (
        None
        if reach is None
        else reach.way(shapely.Point(home), shapely.Point(place), direction="to_facility")
    )
    if way is None:
        return straight, metres * 0.06 / kph
    parts = [way.access[0], way.geometry, way.access[1]]
    xy = np.concatenate([shapely.get_coordinates(part) for part in parts if not part.is_empty])
    return shapely.LineString(xy[::-1]), way.minutes
