"""A road network of one mode: made from edges or a graph, changed, saved, snapped to.

Rows (directed edges) are sorted by their tail, so that row numbers are CSR slots. Nodes are numbered along
a Hilbert curve: neighbours on the ground are neighbours in memory. Nothing depends on the order of the
rows that came in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from carecircle.errors import InputError, UsageError
from carecircle.profiles import profile
from carecircle.reach.graph._arrays import Array, Metric, NetworkArrays
from carecircle.reach.graph._build import assemble
from carecircle.schema import STRUCTURE, check_edges, stop_column, time_column

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

    from carecircle.reach.snapping.snap import Snap

__all__ = ["Array", "Metric", "Network"]

_UNTIMED = (
    "indptr", "_by_head", "_indptr_by_head", "street_rows", "street_ends", "component", "component_road_m",
    "snappable", "snap_grid", "snap_tree",
)  # fmt: skip
"""What a network works out once that depends on which rows are open, not on how fast they are."""


@dataclass(frozen=True, eq=False)
class Network(NetworkArrays):
    """The roads open to one mode.

    Parameters
    ----------
    mode
        ``walk``, ``drive`` or ``ambulance``.
    crs
        Projected, in metres.
    access_speed_kph
        Speed on the access leg between a point and the road.
    node_id, node_xy
        int64[n], float64[n, 2]: the planner's ids and the coordinates of the nodes.
    edge_id, tail, head
        int64[m], int32[m], int32[m]: directed rows, sorted by tail; nodes by number.
    seconds, length_m
        float32[m]: travel time and geodesic length of each row; inf where closed (`without`).
    street, along
        int32[m], bool[m]: the street a row belongs to, and whether it runs as the street is drawn.
    may_stop
        bool[s]: streets on which a journey may begin or end.
    coords, offsets
        float64[k, 2], int64[s + 1]: the lines of the streets.
    structure
        int8[s]: how each street meets the ground, a position in `carecircle.schema.STRUCTURES`.
    """

    def __repr__(self) -> str:
        return f"Network({self.mode}, {self.nodes:,} nodes, {len(self.edge_id):,} edges, {self.crs.name})"

    @classmethod
    def from_edges(
        cls, edges: gpd.GeoDataFrame, *, mode: str, access_speed_kph: float | None = None
    ) -> Network:
        """Build from an edge frame; edges closed to the mode stay outside.

        Parameters
        ----------
        edges
            In a projected CRS, with columns ``edge_id, from_node, to_node, length_m, travel_time_s_<mode>``
            and a LineString in the direction of travel; where known ``may_stop_<mode>`` (absent: everywhere)
            and ``structure`` (absent: on the ground).
        mode
            Which travel time counts.
        access_speed_kph
            Instead of the profile's.

        Returns
        -------
        Network
            In the frame's CRS; the order of the rows that came in changes nothing.

        Raises
        ------
        InputError
            If the frame breaks its contract or has no CRS.
        UsageError
            If the mode is unknown, and no access speed is given.
        """
        check_edges(edges, modes=(mode,))
        if edges.crs is None:
            raise InputError("errors.frame_no_crs", frame="edges")
        seconds = edges[time_column(mode)].to_numpy(np.float32)
        rows = np.flatnonzero(np.isfinite(seconds))
        rows = rows[np.argsort(edges["edge_id"].to_numpy(np.int64)[rows], kind="stable")]
        stop = stop_column(mode)
        lines = np.asarray(edges.geometry.array, dtype=object)[rows]
        arrays = assemble(
            mode=mode,
            crs=pyproj.CRS(edges.crs),
            access_speed_kph=profile(mode).access_speed_kph if access_speed_kph is None else access_speed_kph,
            edge_id=edges["edge_id"].to_numpy(np.int64)[rows],
            from_node=edges["from_node"].to_numpy(np.int64)[rows],
            to_node=edges["to_node"].to_numpy(np.int64)[rows],
            seconds=seconds[rows],
            length_m=edges["length_m"].to_numpy(np.float32)[rows],
            may_stop=edges[stop].to_numpy(bool)[rows] if stop in edges.columns else np.ones(len(rows), bool),
            structure=edges[STRUCTURE].to_numpy(np.int8)[rows]
            if STRUCTURE in edges.columns
            else np.zeros(len(rows), np.int8),
            lines=lines,
        )
        return cls(**arrays)

    @classmethod
    def from_networkx(
        cls, G: nx.MultiDiGraph, *, mode: str, access_speed_kph: float | None = None
    ) -> Network:  # fmt: skip
        """Build from a graph as osmnx makes it.

        Parameters
        ----------
        G
            As `carecircle.reach.interchange.edges_from_networkx` takes it.
        mode
            ``walk``, ``drive`` or ``ambulance``.
        access_speed_kph
            Instead of the profile's.

        Returns
        -------
        Network
            In the graph's CRS, or in the UTM zone of a graph in degrees.

        Raises
        ------
        InputError
            Without a CRS or coordinates, or where an edge offers no way to know its travel time.
        UsageError
            If the mode is unknown.
        """
        from carecircle.reach.interchange import edges_from_networkx

        return cls.from_edges(edges_from_networkx(G, mode=mode), mode=mode, access_speed_kph=access_speed_kph)

    def to_networkx(self) -> nx.MultiDiGraph:
        """The open rows as a graph as osmnx writes it.

        Returns
        -------
        networkx.MultiDiGraph
            See `carecircle.reach.interchange.to_networkx`.
        """
        from carecircle.reach.interchange import to_networkx

        return to_networkx(self)

    def save(self, path: str | Path) -> None:
        """Write the network to one file, whole or not at all.

        Parameters
        ----------
        path
            NumPy arrays in a zip, uncompressed.
        """
        from carecircle.reach.network.store import save

        save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read what `save` wrote.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        Network
            Equal to the one that was saved.

        Raises
        ------
        InputError
            If the file is absent, damaged or of another format.
        """
        from carecircle.reach.network.store import load

        return load(Path(path))

    def snap(self, points: Any, *, max_snap_m: float) -> Snap:
        """Place points on the nearest street where the mode may stop.

        Parameters
        ----------
        points
            p points: a GeoDataFrame or GeoSeries in any stated CRS, or an array of shapely points in the
            network's CRS; None allowed.
        max_snap_m
            Points farther than this, in metres on the ellipsoid, stay unsnapped.

        Returns
        -------
        Snap
            Street, position on it and distance of each of the p points.
        """
        from carecircle.reach.snapping.snap import snap_points

        return snap_points(self, points, max_snap_m=max_snap_m)

    def reverse(self) -> Network:
        """The same roads with every direction turned round.

        Returns
        -------
        Network
            Its times from a place are this one's times to it.
        """
        order = self._by_head
        return dataclasses.replace(
            self, tail=self.head[order], head=self.tail[order], edge_id=self.edge_id[order],
            seconds=self.seconds[order], length_m=self.length_m[order], street=self.street[order],
            along=~self.along[order],
        )  # fmt: skip

    def slowed(self, factor: Array) -> Network:
        """The network with other travel times: a scenario, nothing is rebuilt.

        Parameters
        ----------
        factor
            float64[m]: what each row's seconds are multiplied by; above 0. Lengths and access legs stay.

        Returns
        -------
        Network
            All but the seconds is shared with this one.
        """
        seconds = (self.seconds * np.asarray(factor, np.float64)).astype(np.float32)
        slowed = dataclasses.replace(self, seconds=seconds)
        for name in _UNTIMED:
            if name in vars(self):
                vars(slowed)[name] = vars(self)[name]
        return slowed

    def without(self, edge_ids: Iterable[int]) -> Network:
        """The network with some edges closed: a scenario, nothing is rebuilt.

        Parameters
        ----------
        edge_ids
            Directed edges; name both to close a two-way street.

        Returns
        -------
        Network
            Those rows cost inf; all else is shared with this one.

        Raises
        ------
        UsageError
            If an id is not among the open edges of this mode.
        """
        ids = np.unique(np.asarray(list(edge_ids), np.int64))
        unknown = ids[~np.isin(ids, self.edge_id)]
        if len(unknown):
            raise UsageError("reach.no_such_edge", value=unknown[:5].tolist(), mode=self.mode)
        closed = np.isin(self.edge_id, ids)
        return dataclasses.replace(
            self,
            seconds=np.where(closed, np.float32(np.inf), self.seconds),
            length_m=np.where(closed, np.float32(np.inf), self.length_m),
        )
