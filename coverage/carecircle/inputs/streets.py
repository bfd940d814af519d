"""Streets as each road format gives them: lines between nodes, with the tags that say who may use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from carecircle.errors import InputError
from carecircle.inputs.datum import checked_crs, place
from carecircle.inputs.osm_ways import EMPTY, Bounds, Tags, decoded, read_ways
from carecircle.inputs.tables import Table, read_table
from carecircle.profiles import TAGS, profiles

_KEPT = (*TAGS, "name")
_DIGITS = 7
"""Ends of lines within 1e-7 degrees (about a centimetre) are one node."""


@dataclass(frozen=True, eq=False)
class Streets:
    """Streets between nodes, each once, drawn in its forward direction.

    Parameters
    ----------
    geometry
        LineStrings in WGS 84.
    from_node, to_node
        Node ids of their ends.
    which
        Position in ``tags`` of each street's tags.
    tags
        Distinct sets of tags.
    bounds
        West, south, east, north of everything the file holds.
    """

    geometry: npt.NDArray[np.object_]
    from_node: npt.NDArray[np.int64]
    to_node: npt.NDArray[np.int64]
    which: npt.NDArray[np.int64]
    tags: Sequence[Mapping[str, Any]]
    bounds: Bounds


# ---- OpenStreetMap ------------------------------------------------------------------------------------


def from_pbf(path: Path, bounds: Bounds | None = None) -> Streets:
    """The streets of an OpenStreetMap extract, split where they meet.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees: ways that do not touch it are passed over while reading.

    Raises
    ------
    InputError
        If the file is cut short or not a PBF.
    """
    known: dict[Tags, int] = {}
    tags: list[Mapping[str, Any]] = []
    parts, numbers = [], []
    for ways in read_ways(path, "highway", _KEPT, bounds):
        numbers.append(np.array([_numbered_tags(t, known, tags) for t in ways.tags], dtype=np.int64))
        parts.append(ways)
    extent = _around([ways.bounds for ways in parts])
    open_runs = [n >= 0 for n in numbers]
    which = _joined(n[o] for n, o in zip(numbers, open_runs, strict=True))
    if not len(which):
        none = np.array([], dtype=np.int64)
        return Streets(np.array([], dtype=object), none, none, none, [], extent)
    rows = [np.repeat(o, w.length) for w, o in zip(parts, open_runs, strict=True)]
    refs = _joined(w.node[r] for w, r in zip(parts, rows, strict=True))
    xy = np.concatenate([w.xy[r] for w, r in zip(parts, rows, strict=True)])
    lengths = _joined(w.length[o] for w, o in zip(parts, open_runs, strict=True))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    last = starts + lengths - 1
    _, inverse, counts = np.unique(refs, return_inverse=True, return_counts=True)
    split = counts[inverse] > 1
    split[starts] = split[last] = True
    way = np.repeat(np.arange(len(lengths)), lengths)
    cuts = np.flatnonzero(split)
    pair = way[cuts[:-1]] == way[cuts[1:]]
    begin, end = cuts[:-1][pair], cuts[1:][pair]
    sizes = end - begin + 1
    owner = np.repeat(np.arange(len(begin)), sizes)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    lines = shapely.linestrings(xy[np.repeat(begin, sizes) + within], indices=owner)
    return Streets(lines, refs[begin], refs[end], which[way[begin]], tags, extent)


def _numbered_tags(found: Tags, known: dict[Tags, int], tags: list[Mapping[str, Any]]) -> int:
    """Position of a set of tags among the distinct ones; -1 where no mode may use such a road.

    What no mode may use is not kept, and crossing it makes no node.
    """
    number = known.get(found)
    if number is None:
        each = decoded(found)
        usable = _usable(tuple(t for t in each.items() if t[0] != "name"))
        number = known[found] = len(tags) if usable else -1
        if usable:
            tags.append(each)
    return number


@cache
def _usable(tags: tuple[tuple[str, str], ...]) -> bool:
    """Whether any mode may use a road."""
    return any(p.passage(dict(tags)).open for p in profiles().values())


def _around(several: Sequence[Bounds]) -> Bounds:
    """The bounds of all bounds; `EMPTY` of none."""
    each = np.array([b for b in several if np.isfinite(b[0])]).reshape(-1, 4)
    if not len(each):
        return EMPTY
    low, high = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _joined(parts: Iterable[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    return np.concatenate([*parts, np.array([], dtype=np.int64)])


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
        graph = osmnx.load_graphml(path)
    except Exception as error:  # whatever a damaged file makes its reader say
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError("inputs.cannot_read", file=path, why=why) from error
    return from_graph(graph, path)


def from_graph(graph: Any, path: Path) -> Streets:
    """The streets of a ``MultiDiGraph`` with node attributes ``x``, ``y`` and ``graph["crs"]``.

    Each pair of opposite edges becomes two streets drawn in their own direction; an edge without an opposite,
    or tagged one-way, is one-way to vehicles.
    """
    crs = checked_crs(graph.graph.get("crs"), path)
    numbers = {node: n for n, node in enumerate(graph.nodes)}
    ids = [node if isinstance(node, int) and abs(node) < 2**63 else numbers[node] for node in graph.nodes]
    known: dict[tuple[tuple[str, str], ...], int] = {}
    lines, ends, which = [], [], []
    for u, v, data in graph.edges(data=True):
        a, b = graph.nodes[u], graph.nodes[v]
        line = data.get("geometry") or shapely.LineString([(a["x"], a["y"]), (b["x"], b["y"])])
        tags = {k: _one(k, data[k]) for k in _KEPT if data.get(k) is not None}
        if data.get("speed_kph"):
            tags["maxspeed"] = str(data["speed_kph"])
        back = graph.has_edge(v, u) and u != v
        one_way = data.get("oneway") in (True, "True", "yes", "1") or not back
        if one_way:
            tags["oneway"] = "yes"
        elif back:  # its opposite is a street of its own, so this one is drawn forward only
            tags |= {"oneway": "yes", "oneway:foot": "yes"}
        key = tuple(sorted((k, str(t)) for k, t in tags.items()))
        which.append(known.setdefault(key, len(known)))
        lines.append(line)
        ends.append((ids[numbers[u]], ids[numbers[v]]))
    placed = place(gpd.GeoSeries(lines, crs=crs), crs).to_numpy() if lines else np.array([], dtype=object)
    nodes = np.array(ends, dtype=np.int64).reshape(-1, 2)
    bounds = shapely.total_bounds(placed) if len(placed) else EMPTY
    return Streets(
        placed, nodes[:, 0], nodes[:, 1], np.array(which, dtype=np.int64), [dict(k) for k in known],
        (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3])),
    )  # fmt: skip


def _one(key: str, value: Any) -> Any:
    """A tag of a simplified graph: all of several speeds (the lowest will count), else the first value."""
    if not isinstance(value, list | tuple | set):
        return value
    return ";".join(map(str, value)) if key.startswith("maxspeed") else next(iter(value), None)


# ---- edge tables --------------------------------------------------------------------------------------


def from_table(path: Path, *, layer: str | None = None, datum: str = "wgs84") -> Streets:
    """The streets of a GIS layer of lines with a ``highway`` class.

    Rows are drawn in their direction of travel; ``oneway`` (yes, no, -1, true, 1 ...) says whether the other
    is open too. Nodes are ``from_node`` and ``to_node`` where given, else the lines' ends to a centimetre:
    lines that cross without an end there do not meet.

    Raises
    ------
    InputError
        If it cannot be read, holds anything but lines, or lacks ``highway`` or a CRS.
    """
    table = read_table(
        path, columns=("highway", "from_node", "to_node", "speed_kph", *_KEPT[1:]), layer=layer
    )
    if table.geometry is None:
        raise InputError("inputs.not_lines", file=path)
    if not table.has("highway"):
        raise InputError(
            "inputs.missing_column", file=path, missing=["highway"], present=list(table.frame.columns)
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
    from_node, to_node = _ends(table, placed, row)
    tags, which = _row_tags(table, row)
    bounds = shapely.total_bounds(placed)
    return Streets(placed, from_node, to_node, which, tags, tuple(bounds.tolist()))


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


def _row_tags(table: Table, row: npt.NDArray[np.int64]) -> tuple[list[dict[str, Any]], npt.NDArray[np.int64]]:
    columns = {k: table.text(k).tolist() for k in (*_KEPT, "speed_kph") if table.has(k)}
    known: dict[tuple[tuple[str, str], ...], int] = {}
    numbers = []
    for position in range(len(table)):
        tags = {k: cells[position] for k, cells in columns.items() if cells[position] is not None}
        speed = tags.pop("speed_kph", None)
        if speed is not None:
            tags["maxspeed"] = speed
        numbers.append(known.setdefault(tuple(tags.items()), len(known)))
    return [dict(k) for k in known], np.array(numbers, dtype=np.int64)[row]
