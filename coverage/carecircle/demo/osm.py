"""The fictional county's roads as an OpenStreetMap extract: ways of shaped nodes, tagged as mappers do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import osmium.osm.mutable
import shapely
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from carecircle.crs import between
from carecircle.demo.dice import Dice, Floats
from carecircle.demo.gazetteer import CRS, gazetteer, place
from carecircle.demo.land import Land
from carecircle.demo.roads import CLASSES, SECONDARY, TERTIARY, Roads

MOTORWAY = (
    [-26.0, 7.6],
    [-17.0, 6.1],
    [-8.5, 4.6],
    [0.5, 5.6],
    [8.0, 5.5],
    [14.0, 7.3],
    [20.0, 6.6],
    [27.0, 9.4],
)
"""Where the motorway runs, km from the county seat; north of the river all the way."""

INTERCHANGES = (-9.3, 1.2, 10.9)
"""Eastings of its interchanges, km."""


@dataclass
class Extract:
    """Nodes and ways on their way into a file.

    Parameters
    ----------
    at
        Position of each node, metres; a node's id is its place in the list plus one.
    ways
        Node ids and tags of each way.
    corner
        The node that stands at a point of the cloud, by point.
    """

    at: list[Floats] = field(default_factory=list)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    corner: dict[int, int] = field(default_factory=dict)

    def node(self, xy: Floats) -> int:
        """A new node."""
        self.at.append(np.asarray(xy, dtype=np.float64))
        return len(self.at)

    def junction(self, point: int, points: Floats) -> int:
        """The node that stands at a point of the cloud, made when first asked for."""
        if point not in self.corner:
            self.corner[point] = self.node(points[point])
        return self.corner[point]

    def way(self, nodes: Sequence[int], **tags: str) -> None:
        """A new way."""
        self.ways.append((list(nodes), tags))

    def write(self, file: Path) -> None:
        """Write an .osm.pbf: nodes, then ways, by rising id; positions to 1e-7 degrees, as OSM keeps them."""
        to_wgs = between(CRS, "EPSG:4326")
        lon, lat = to_wgs.transform(*np.array(self.at).T)
        header = osmium.io.Header()
        header.set("generator", "carecircle")
        with osmium.SimpleWriter(str(file), header=header, overwrite=True) as writer:
            for i, (x, y) in enumerate(zip(np.round(lon, 7), np.round(lat, 7), strict=True), start=1):
                writer.add_node(osmium.osm.mutable.Node(id=i, version=1, location=(float(x), float(y))))
            for i, (nodes, tags) in enumerate(self.ways, start=1):
                writer.add_way(osmium.osm.mutable.Way(id=i, version=1, nodes=nodes, tags=tags))


def chains(roads: Roads) -> list[tuple[list[int], list[int]]]:
    """Built edges strung together between junctions and changes of kind: (points, edges) of each."""
    built = np.flatnonzero(roads.rank > 0)
    kind = {
        int(e): (
            int(roads.rank[e]),
            int(roads.oneway[e]),
            bool(roads.block[e]),
            roads.name.get(int(e), ""),
            int(e) in roads.bridges,
            roads.special.get(int(e)),
        )
        for e in built
    }
    at: dict[int, list[int]] = defaultdict(list)
    for e in built.tolist():
        at[int(roads.a[e])].append(e)
        at[int(roads.b[e])].append(e)

    def passes(point: int) -> bool:
        here = at[point]
        return len(here) == 2 and kind[here[0]] == kind[here[1]] and kind[here[0]][1] == 0

    used: set[int] = set()
    found = []
    ends = [p for p in sorted(at) if not passes(p)]
    for start in [*ends, *(p for p in sorted(at) if passes(p))]:  # the latter: rings without a junction
        for first in at[start]:
            if first in used:
                continue
            points, edges, edge = [start], [], first
            while True:
                used.add(edge)
                edges.append(edge)
                point = int(roads.b[edge] if roads.a[edge] == points[-1] else roads.a[edge])
                points.append(point)
                if not passes(point) or point == start:
                    break
                edge = next(e for e in at[point] if e != edge)
            found.append((points, edges))
    return found


def _rounded(line: Floats) -> Floats:
    """A line with its corners cut twice (Chaikin), its ends kept."""
    for _ in range(2):
        if len(line) < 3:
            return line
        inner = np.empty((2 * len(line) - 2, 2))
        inner[0::2] = 0.75 * line[:-1] + 0.25 * line[1:]
        inner[1::2] = 0.25 * line[:-1] + 0.75 * line[1:]
        line = np.concatenate([line[:1], inner[1:-1], line[-1:]])
    return line


def _tags(roads: Roads, edge: int, dice: Dice, in_town: bool) -> dict[str, str]:
    rank = int(roads.rank[edge])
    tags = {"highway": CLASSES[rank]}
    name = roads.name.get(edge, "")
    if name:
        tags["name"] = name
    if name[:2] in ("国道", "省道", "县道"):
        tags["ref"] = name[2:]
    if edge in roads.bridges:
        tags |= {"bridge": "yes", "layer": "1", "name": roads.bridges[edge]}
    special = roads.special.get(edge)
    if special in ("pedestrian", "steps"):
        return {"highway": special}
    if special == "private":
        return {"highway": "service", "access": "private"}
    if special == "tunnel":
        tags |= {"tunnel": "yes", "layer": "-1", "name": "云栈隧道"}
    if roads.oneway[edge]:
        tags["oneway"] = "yes"
    if rank >= TERTIARY and not in_town and dice.one() < 0.55:
        tags["maxspeed"] = {3: "40", 4: "60", 5: "70", 6: "80"}[rank]
    elif rank >= SECONDARY and in_town:
        tags["maxspeed"] = "50"
    return tags


def _local_roads(extract: Extract, roads: Roads, seed: int) -> None:
    dice = Dice(seed, "signs")
    for points, edges in chains(roads):
        edge = edges[0]
        if roads.oneway[edge] and (roads.a[edge] == points[0]) != (roads.oneway[edge] > 0):
            points = points[::-1]
        line = roads.points[points]
        if not roads.block[edge]:
            line = _rounded(line)
        first, last = (extract.junction(p, roads.points) for p in (points[0], points[-1]))
        nodes = [first, *(extract.node(xy) for xy in line[1:-1]), last]
        extract.way(nodes, **_tags(roads, edge, dice, bool(roads.block[edge])))


def _motorway(extract: Extract, roads: Roads) -> None:
    """Two carriageways, driving on the right, that touch the other roads only through ramps."""
    knots = np.array([place(xy) for xy in MOTORWAY])
    s = np.arange(len(knots)) * 1.0
    t = np.linspace(0, s[-1], 360)
    line = CubicSpline(s, knots)(t)
    ahead = np.gradient(line, axis=0)
    right = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1) / np.hypot(*ahead.T)[:, None]
    tags = {
        "highway": "motorway",
        "oneway": "yes",
        "name": "澜山高速",
        "ref": "G9001",
        "maxspeed": "100",
        "layer": "1",
    }
    east = [extract.node(xy) for xy in line + 17 * right]
    west = [extract.node(xy) for xy in line - 17 * right]
    for carriageway in (east, west[::-1]):
        extract.way(carriageway, **tags)
    _ramps(extract, roads, line, right, (east, west))


def _ramps(
    extract: Extract, roads: Roads, line: Floats, right: Floats, carriageways: tuple[list[int], list[int]]
) -> None:
    """Interchanges: from each carriageway down to the nearest main road, and up again."""
    ahead = np.stack([-right[:, 1], right[:, 0]], axis=1)
    good = np.flatnonzero((roads.rank >= TERTIARY) & ~roads.block)
    ends = np.unique(np.r_[roads.a[good], roads.b[good]])
    joints = np.array([p for p in ends if p in extract.corner])
    tree = cKDTree(roads.points[joints])
    for x in INTERCHANGES:
        mid = int(np.argmin(np.abs(line[:, 0] - place([x, 0])[0])))
        foot = extract.corner[int(joints[tree.query(line[mid])[1]])]
        for nodes, step in zip(carriageways, (1, -1), strict=True):
            leave, enter = nodes[mid - 4 * step], nodes[mid + 4 * step]
            bow = line[mid] + 160 * step * right[mid]
            out = extract.node(bow - 90 * step * ahead[mid])
            into = extract.node(bow + 90 * step * ahead[mid])
            extract.way([leave, out, foot], highway="motorway_link", oneway="yes", maxspeed="40")
            extract.way([foot, into, enter], highway="motorway_link", oneway="yes", maxspeed="40")


def _water(extract: Extract, land: Land, roads: Roads) -> None:
    """The river, the lake, and the ferry that is the isle's only way out."""
    book = gazetteer()
    middle = shapely.simplify(land.water.river, 8)
    extract.way(
        [extract.node(np.array(xy)) for xy in middle.coords], waterway="river", name=book["river"]["name"]
    )
    shore = [extract.node(np.array(xy)) for xy in land.water.lake.exterior.coords[:-1]]
    extract.way([*shore, shore[0]], natural="water", water="lake", name=book["lake"]["name"])
    on_isle = np.isin(list(extract.corner), land.isle_points)
    corners = np.array(list(extract.corner))
    here, there = corners[on_isle], corners[~on_isle]
    away, nearest = (np.atleast_1d(a) for a in cKDTree(roads.points[there]).query(roads.points[here]))
    pier, landing = here[away.argmin()], there[nearest[away.argmin()]]
    extract.way(
        [extract.corner[int(pier)], extract.corner[int(landing)]],
        route="ferry", name=f"{book['lake']['name']}渡船", foot="yes", motor_vehicle="no", duration="00:20",
    )  # fmt: skip


def write_roads(file: Path, seed: int, land: Land, roads: Roads) -> None:
    """Write the county's roads, river, lake and ferry as an .osm.pbf.

    Parameters
    ----------
    file
        Where to write; replaced if it is there.
    seed
        For the speed limits that are signed.
    land, roads
        What to write.
    """
    extract = Extract()
    _local_roads(extract, roads, seed)
    _motorway(extract, roads)
    _water(extract, land, roads)
    extract.write(file)
