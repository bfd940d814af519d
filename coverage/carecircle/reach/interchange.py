"""Networks and osmnx graphs, one made from the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from carecircle.errors import InputError
from carecircle.passage import structure
from carecircle.profiles import profile
from carecircle.reach._geodesy import line_lengths_m
from carecircle.reach.graph._arrays import NetworkArrays
from carecircle.schema import STRUCTURE, STRUCTURES, stop_column, time_column

if TYPE_CHECKING:
    import networkx as nx


def edges_from_networkx(G: nx.MultiDiGraph, *, mode: str, crs: Any = None) -> gpd.GeoDataFrame:
    """The edge frame of a directed graph as osmnx makes it, for one mode.

    Every directed edge becomes a row, numbered in the graph's order (or by its own ``edge_id``). Seconds are
    its ``travel_time``; else ``length`` at ``speed_kph``; else the profile's speed for its ``highway`` class
    and ``maxspeed``. A ``length`` shorter than the drawn line's geodesic length is raised to that: osmnx
    measures on a sphere, up to 0.6 % short, and no road is shorter than its line.

    Parameters
    ----------
    G
        Nodes with ``x``, ``y`` in ``G.graph["crs"]``; edges with ``length`` (m) and, where curved,
        ``geometry``.
    mode
        Names the columns of the frame.
    crs
        Projected CRS of the frame; if None the graph's, or the UTM zone of a graph in degrees.

    Returns
    -------
    GeoDataFrame
        In that CRS: edge_id, from_node, to_node, length_m, ``travel_time_s_<mode>``, ``may_stop_<mode>``,
        ``structure``, geometry.

    Raises
    ------
    InputError
        Without a CRS or coordinates, or where an edge offers no way to know its travel time.
    UsageError
        If the mode is unknown.
    """
    if G.graph.get("crs") is None:
        raise InputError("reach.graph_no_crs")
    nodes = dict(G.nodes(data=True))
    bare = [n for n, data in nodes.items() if "x" not in data or "y" not in data]
    if bare:
        raise InputError("reach.node_no_place", value=bare[0], count=len(bare))
    own_ids = all(isinstance(n, int) for n in nodes)
    number = {n: n if own_ids else i for i, n in enumerate(nodes)}
    rows = list(G.edges(data=True))
    straight = [
        shapely.LineString([(nodes[u]["x"], nodes[u]["y"]), (nodes[v]["x"], nodes[v]["y"])])
        if data.get("geometry") is None
        else data["geometry"]
        for u, v, data in rows
    ]
    frame = gpd.GeoDataFrame(
        {
            "edge_id": np.array([d.get("edge_id", i) for i, (_, _, d) in enumerate(rows)], np.int64),
            "from_node": np.array([number[u] for u, _, _ in rows], np.int64),
            "to_node": np.array([number[v] for _, v, _ in rows], np.int64),
        },
        geometry=straight,
        crs=G.graph["crs"],
    )
    if crs is not None:
        frame = frame.to_crs(crs)
    elif frame.crs.is_geographic:
        frame = frame.to_crs(frame.estimate_utm_crs())
    drawn = line_lengths_m(pyproj.CRS(frame.crs), frame.geometry.array)
    given = np.array([_number(d.get("length")) for _, _, d in rows])
    length = np.fmax(given, drawn)
    frame["length_m"] = length.astype(np.float32)
    passed = [_seconds(data, metres, mode) for (_, _, data), metres in zip(rows, length, strict=True)]
    frame[time_column(mode)] = np.array([seconds for seconds, _ in passed], np.float32)
    frame[stop_column(mode)] = np.array([stop for _, stop in passed], bool)
    frame[STRUCTURE] = np.array([_structure(data) for _, _, data in rows], np.int8)
    return frame


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _structure(edge: dict[str, Any]) -> int:
    """How an edge meets the ground: as `to_networkx` wrote it, else by its tags."""
    if STRUCTURE in edge:
        return STRUCTURES.index(edge[STRUCTURE])
    return structure({k: v[0] if isinstance(v, list) else v for k, v in edge.items()})


def _seconds(edge: dict[str, Any], length_m: float, mode: str) -> tuple[float, bool]:
    """Seconds of an edge, and whether a journey may begin or end on it."""
    tags = {k: v[0] if isinstance(v, list) and k != "maxspeed" else v for k, v in edge.items()}
    passage = profile(mode).passage(tags) if tags.get("highway") else None
    stop = bool(
        edge.get(stop_column(mode), passage.may_stop if passage is not None and passage.open else True)
    )
    given = _number(edge.get("travel_time"))
    if given >= 0:
        return given, stop
    kph = _number(edge.get("speed_kph"))
    if not kph > 0:
        if passage is None:
            raise InputError("reach.edge_no_speed", value=edge.get("osmid", edge.get("edge_id", "?")))
        kph = max(passage.forward_kph, 0.0)
    return (length_m * 3.6 / kph if kph > 0 else float("inf")), stop


def to_networkx(network: NetworkArrays) -> nx.MultiDiGraph:
    """The open rows of a network as a graph as osmnx writes it.

    Parameters
    ----------
    network
        Closed rows are left out.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes keep the planner's ids with ``x``, ``y`` in ``G.graph["crs"]``, the network's CRS; edges have
        ``edge_id``, ``length`` (m), ``travel_time`` (s), ``may_stop_<mode>``, ``structure`` and ``geometry``
        in the direction of travel.
    """
    import networkx as nx

    G = nx.MultiDiGraph(crs=network.crs.to_string(), mode=network.mode)
    ids = network.node_id.tolist()
    G.add_nodes_from((i, {"x": x, "y": y}) for i, (x, y) in zip(ids, network.node_xy.tolist(), strict=True))
    lines = network.lines()
    rows = pd.DataFrame(
        {
            "tail": network.node_id[network.tail], "head": network.node_id[network.head],
            "edge_id": network.edge_id, "length": network.length_m.astype(float),
            "travel_time": network.seconds.astype(float), "street": network.street, "along": network.along,
        }
    )  # fmt: skip
    rows = rows[np.isfinite(rows["travel_time"])].sort_values("edge_id")
    for row in rows.itertuples(index=False):
        line = lines[row.street]
        G.add_edge(
            row.tail, row.head, edge_id=row.edge_id, length=row.length, travel_time=row.travel_time,
            geometry=line if row.along else shapely.reverse(line),
            **{
                stop_column(network.mode): bool(network.may_stop[row.street]),
                STRUCTURE: STRUCTURES[network.structure[row.street]],
            },
        )  # fmt: skip
    return G
