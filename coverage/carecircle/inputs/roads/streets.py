"""Streets as each road format gives them: lines between nodes, with the tags that say who may use them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from carecircle.errors import InputError
from carecircle.inputs.datum import checked_crs, place
from carecircle.inputs.osm.ways import EMPTY, Bounds, read_ways
from carecircle.inputs.roads.barriers import Runs, read_barriers, with_stubs
from carecircle.inputs.roads.letters import LETTERED, in_words
from carecircle.inputs.roads.tagsets import TagSets
from carecircle.inputs.tables.reading import Table, column_name, read_table
from carecircle.profiles import TAGS, Profile, profiles

KEPT = (*TAGS, "name")
"""The tags of a way that are read."""
_DIGITS = 7
"""Ends of lines within 1e-7 degrees (about a centimetre) are one node."""


@dataclass(frozen=True, eq=False)
class Streets:
    """Streets between nodes, each once, drawn in its forward direction.

    Parameters
    ----------
    xy
        float64[n, 2], the points of the lines in one row: degrees (longitude, latitude; WGS 84).
    points
        int64[s], points of each line, at least two.
    from_node, to_node
        int64[s], node ids of their ends.
    which
        int64[s], position in ``tags`` of each street's tags.
    name
        object[s], str or None.
    tags
        Distinct sets of tags, names aside.
    bounds
        Gives west, south, east, north of everything the file holds.
    shut
        Roads that a tag closes to every mode asked for, by the tag.
    """

    xy: npt.NDArray[np.float64]
    points: npt.NDArray[np.int64]
    from_node: npt.NDArray[np.int64]
    to_node: npt.NDArray[np.int64]
    which: npt.NDArray[np.int64]
    name: npt.NDArray[np.object_]
    tags: Sequence[Mapping[str, Any]]
    bounds: Callable[[], Bounds]
    shut: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points)


# ---- OpenStreetMap ------------------------------------------------------------------------------------


def from_pbf(
    path: Path,
    bounds: Bounds | None = None,
    *,
    modes: Sequence[str] | None = None,
    barriers: bool = True,
    own: Mapping[str, Profile] | None = None,
) -> Streets:
    """The streets of an OpenStreetMap extract, split where they meet.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees: ways that do not touch it are passed over while reading.
    modes
        What none of these modes may use is not kept, and crossing it makes no node (None: all known modes).
    barriers
        Whether gates and bollards close a road to the modes that they stop (`inputs.roads.barriers`).

    own
        Profiles that the study sets itself, by mode.

    Raises
    ------
    InputError
        If the file is cut short or not a PBF.
    """
    sets = TagSets(tuple(profiles()) if modes is None else modes, own)
    node, xy, length, which, name, extents = [], [], [], [], [], []
    shut: Counter[str] = Counter()
    for ways in read_ways(path, "highway", KEPT, sets.usable, bounds, sets.shut_by):
        shut.update(ways.shut)
        known = [sets.known(text) for text in ways.tags]
        node.append(ways.node)
        xy.append(ways.xy)
        length.append(ways.length)
        which.append(np.array([number for number, _ in known], dtype=np.int64)[ways.which])
        name.append(np.array([street for _, street in known], dtype=object)[ways.which])
        extents.append(ways.bounds)
    if not sum(map(len, length)):
        none = np.array([], dtype=np.int64)
        return Streets(
            np.empty((0, 2)),
            none,
            none,
            none,
            none,
            np.array([], dtype=object),
            [],
            lambda: _around(extents),
            shut,
        )
    length_of = np.concatenate(length)
    runs = Runs(
        np.concatenate(node), np.concatenate(xy), np.repeat(np.arange(len(length_of)), length_of),
        np.full(int(length_of.sum()), -1, dtype=np.int64),
    )  # fmt: skip
    numbers = np.concatenate(which)
    standing = list(read_barriers(path, runs.node).items()) if barriers else []
    if standing:
        ids = np.array([ref for ref, _ in standing], dtype=np.int64)
        runs = with_stubs(
            runs.node, runs.xy, runs.run, _position(ids, runs.node),
            lambda barrier, way: sets.stopped(int(numbers[way]), standing[barrier][1]),
        )  # fmt: skip
    begin, end = _between_nodes(runs)
    sizes = end - begin + 1
    kind = numbers[runs.run[begin]]
    at = np.maximum(runs.barrier[begin], runs.barrier[end])
    for street in np.flatnonzero((at >= 0) & (sizes == 2)).tolist():
        kind[street] = sets.stub(int(kind[street]), standing[at[street]][1])
    return Streets(
        runs.xy[spread(begin, sizes)], sizes, runs.node[begin], runs.node[end],
        kind, np.concatenate(name)[runs.run[begin]], sets.tags, lambda: _around(extents), shut,
    )  # fmt: skip


def _position(ids: npt.NDArray[np.int64], nodes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each node stands among ids; -1 where it does not."""
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids, nodes, sorter=order), len(ids) - 1)
    return np.where(ids[order[place]] == nodes, order[place], -1)


def _between_nodes(runs: Runs) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last row of each street: runs cut where ways meet and at barriers and their stubs."""
    _, inverse, counts = np.unique(runs.node, return_inverse=True, return_counts=True)
    split = (counts[inverse] > 1) | (runs.node < 0) | (runs.barrier >= 0)
    turn = runs.run[1:] != runs.run[:-1]
    split |= np.r_[True, turn] | np.r_[turn, True]
    cuts = np.flatnonzero(split)
    pair = runs.run[cuts[:-1]] == runs.run[cuts[1:]]
    return cuts[:-1][pair], cuts[1:][pair]


def spread(begin: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """``begin[0], begin[0] + 1 …``, ``sizes[0]`` of them, then those from ``begin[1]``, and so on."""
    steps = np.arange(int(sizes.sum()))
    steps += np.repeat(begin - np.cumsum(sizes) + sizes, sizes)
    return steps


def _around(several: Sequence[Callable[[], Bounds]]) -> Bounds:
    """The bounds of all bounds; `EMPTY` of none."""
    each = np.array([b for one in several if np.isfinite((b := one())[0])]).reshape(-1, 4)
    if not len(each):
        return EMPTY
    low, high = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


# ---- OSMnx --------------------------------------------------------------------------------------------


def from_graphml(path: Path) -> Streets:
    """The streets of an OSMnx GraphML file.

    Raises
    ------
    InputError
        If it is not one.
    """
    import osmnx

    try:
        return from_graph(osmnx.load_graphml(path), path)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes its reader say
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError("inputs.cannot_read", file=path, why=why) from error


def from_graph(graph: Any, path: Path) -> Streets:
    """The streets of a ``MultiDiGraph`` with node attributes ``x``, ``y`` and ``graph["crs"]``.

    Each pair of opposite edges becomes two streets drawn in their own direction; an edge without an opposite,
    or tagged one-way, is one-way to vehicles.
    """
    crs = checked_crs(graph.graph.get("crs"), path)
    numbers = {node: n for n, node in enumerate(graph.nodes)}
    ids = [node if isinstance(node, int) and abs(node) < 2**63 else numbers[node] for node in graph.nodes]
    known: dict[tuple[tuple[str, str], ...], int] = {}
    lines, ends, which, names = [], [], [], []
    for u, v, data in graph.edges(data=True):
        a, b = graph.nodes[u], graph.nodes[v]
        line = data.get("geometry") or shapely.LineString([(a["x"], a["y"]), (b["x"], b["y"])])
        tags = {k: _one(k, data[k]) for k in KEPT if data.get(k) is not None}
        if data.get("speed_kph"):
            tags["maxspeed"] = str(data["speed_kph"])
        back = graph.has_edge(v, u) and u != v
        one_way = data.get("oneway") in (True, "True", "yes", "1") or not back
        if one_way:
            tags["oneway"] = "yes"
        elif back:  # its opposite is a street of its own, so this one is drawn forward only
            tags |= {"oneway": "yes", "oneway:foot": "yes"}
        names.append(tags.pop("name", None))
        key = tuple(sorted((k, str(t)) for k, t in tags.items()))
        which.append(known.setdefault(key, len(known)))
        lines.append(line)
        ends.append((ids[numbers[u]], ids[numbers[v]]))
    placed = place(gpd.GeoSeries(lines, crs=crs), crs).to_numpy() if lines else np.array([], dtype=object)
    nodes = np.array(ends, dtype=np.int64).reshape(-1, 2)
    bounds = shapely.total_bounds(placed) if len(placed) else np.array(EMPTY)
    return Streets(
        shapely.get_coordinates(placed), shapely.get_num_points(placed).astype(np.int64),
        nodes[:, 0], nodes[:, 1], np.array(which, dtype=np.int64), np.array(names, dtype=object),
        [dict(k) for k in known], lambda: tuple(bounds.tolist()),
    )  # fmt: skip


def _one(key: str, value: Any) -> Any:
    """A tag of a simplified graph: all of several speeds (the lowest will count), else the first value."""
    if not isinstance(value, list | tuple | set):
        return value
    return ";".join(map(str, value)) if key.startswith("maxspeed") else next(iter(value), None)


# ---- edge tables --------------------------------------------------------------------------------------


def from_table(
    path: Path, *, layer: str | None = None, datum: str = "wgs84", columns: Mapping[str, str] | None = None
) -> Streets:
    """The streets of a GIS layer of lines with a ``highway`` class.

    ``columns`` names the planner's own headers. Geofabrik's letters are read (`inputs.roads.letters`).
    Rows are drawn in their direction of travel; ``oneway`` (yes, no, -1, true, 1 ...) says whether the other
    is open too. Nodes are ``from_node`` and ``to_node`` where given, else the lines' ends to a centimetre:
    lines that cross without an end there do not meet.

    Raises
    ------
    InputError
        If it cannot be read, holds anything but lines, or lacks ``highway`` or a CRS.
    """
    table = read_table(
        path, columns=("highway", "from_node", "to_node", "speed_kph", *KEPT[1:]), given=columns, layer=layer
    )
    if table.geometry is None:
        raise InputError("inputs.not_lines", file=path)
    if not table.has("highway"):
        raise InputError(
            "inputs.missing_column",
            file=path,
            missing=[column_name("highway")],
            present=list(table.frame.columns),
        )
    crs = checked_crs(table.geometry.crs, path)
    shapes = table.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    if not np.isin(kinds, (-1, 1, 5)).all():
        raise InputError("inputs.not_lines", file=path)
    parts, row = shapely.get_parts(shapes, return_index=True)
    usable = ~shapely.is_empty(parts) & (shapely.get_num_points(parts) > 1)
    parts, row = parts[usable], row[usable]
    placed = place(gpd.GeoSeries(parts, crs=crs), crs, datum).to_numpy()
    finite = np.isfinite(shapely.bounds(placed)).all(axis=1)
    placed, row = placed[finite], row[finite]
    if not len(placed):
        raise InputError("inputs.no_roads", file=path)
    from_node, to_node = _ends(table, placed, row)
    tags, which = _row_tags(table)
    names = table.text("name").to_numpy(object) if table.has("name") else np.full(len(table), None)
    bounds = shapely.total_bounds(placed)
    return Streets(
        shapely.get_coordinates(placed), shapely.get_num_points(placed).astype(np.int64), from_node, to_node,
        which[row], names[row], tags, lambda: tuple(bounds.tolist()),
    )  # fmt: skip


def _ends(
    table: Table, lines: npt.NDArray[np.object_], row: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    single = len(np.unique(row)) == len(row)
    if table.has("from_node") and table.has("to_node") and single:
        named = np.concatenate([table.text(c).to_numpy()[row] for c in ("from_node", "to_node")])
        if all(v is not None for v in named):
            return _numbered(named)
    start, end = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    xy = np.round(shapely.get_coordinates(np.concatenate([start, end])), _DIGITS)
    _, numbers = np.unique(xy, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.int64)
    return numbers[: len(lines)], numbers[len(lines) :]


def _numbered(named: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Node ids as they are where they are whole numbers, else numbered in their sorted order."""
    half = len(named) // 2
    if all(v.lstrip("-").isdigit() and len(v) < 19 for v in named):
        ids = np.array([int(v) for v in named], dtype=np.int64)
    else:
        _, ids = np.unique(named.astype(str), return_inverse=True)
        ids = ids.reshape(-1).astype(np.int64)
    return ids[:half], ids[half:]


def _row_tags(table: Table) -> tuple[list[dict[str, Any]], npt.NDArray[np.int64]]:
    columns = {k: table.text(k).tolist() for k in (*TAGS, "speed_kph") if table.has(k)}
    columns |= {k: in_words(table, k, columns[k]) for k in LETTERED if k in columns}
    known: dict[tuple[tuple[str, str], ...], int] = {}
    numbers = []
    for position in range(len(table)):
        tags = {k: cells[position] for k, cells in columns.items() if cells[position] is not None}
        speed = tags.pop("speed_kph", None)
        if speed is not None:
            tags["maxspeed"] = speed
        numbers.append(known.setdefault(tuple(tags.items()), len(known)))
    return [dict(k) for k in known], np.array(numbers, dtype=np.int64)
