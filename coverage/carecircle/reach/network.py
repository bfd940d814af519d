"""A road network of one mode: compact arrays to search, streets to snap to.

Rows (directed edges) are sorted by their tail, so that row numbers are CSR slots. Nodes are numbered along
a Hilbert curve: neighbours on the ground are neighbours in memory. Nothing depends on the order of the
rows that came in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from carecircle.errors import InputError, UsageError
from carecircle.profiles import profile
from carecircle.reach._streets import hilbert_rank, pair_streets
from carecircle.schema import check_edges, stop_column, time_column

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import pandas as pd

    from carecircle.reach.snap import Snap

Array = np.ndarray[Any, Any]
Metric = Literal["minutes", "road_m"]

LEAST_COMPONENT_M = 1000.0
"""Components with less road than this are kept and reported, never snapped to."""


@dataclass(frozen=True, eq=False)
class Network:
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
    """

    mode: str
    crs: pyproj.CRS
    access_speed_kph: float
    node_id: Array
    node_xy: Array
    edge_id: Array
    tail: Array
    head: Array
    seconds: Array
    length_m: Array
    street: Array
    along: Array
    may_stop: Array
    coords: Array
    offsets: Array

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
            See `carecircle.schema`: ``edge_id, from_node, to_node, length_m, travel_time_s_<mode>, geometry``
            and, where known, ``may_stop_<mode>`` (absent: everywhere).
        mode
            Which travel time counts.
        access_speed_kph
            Instead of the profile's.

        Raises
        ------
        InputError
            If the frame breaks its contract or has no CRS.
        """
        check_edges(edges, modes=(mode,))
        if edges.crs is None:
            raise InputError("errors.frame_no_crs", frame="edges")
        seconds = edges[time_column(mode)].to_numpy(np.float32)
        rows = np.flatnonzero(np.isfinite(seconds))
        rows = rows[np.argsort(edges["edge_id"].to_numpy(np.int64)[rows], kind="stable")]
        stop = stop_column(mode)
        lines = np.asarray(edges.geometry.array, dtype=object)[rows]
        return _assemble(
            mode=mode,
            crs=pyproj.CRS(edges.crs),
            access_speed_kph=profile(mode).access_speed_kph if access_speed_kph is None else access_speed_kph,
            edge_id=edges["edge_id"].to_numpy(np.int64)[rows],
            from_node=edges["from_node"].to_numpy(np.int64)[rows],
            to_node=edges["to_node"].to_numpy(np.int64)[rows],
            seconds=seconds[rows],
            length_m=edges["length_m"].to_numpy(np.float32)[rows],
            may_stop=edges[stop].to_numpy(bool)[rows] if stop in edges.columns else np.ones(len(rows), bool),
            lines=lines,
        )

    @classmethod
    def from_networkx(
        cls, G: nx.MultiDiGraph, *, mode: str, access_speed_kph: float | None = None
    ) -> Network:  # fmt: skip
        """Build from a graph as osmnx makes it; see `carecircle.reach.interchange.edges_from_networkx`."""
        from carecircle.reach.interchange import edges_from_networkx

        return cls.from_edges(edges_from_networkx(G, mode=mode), mode=mode, access_speed_kph=access_speed_kph)

    def to_networkx(self) -> nx.MultiDiGraph:
        """The open rows as a graph as osmnx writes it (x, y, length, travel_time, geometry, crs)."""
        from carecircle.reach.interchange import to_networkx

        return to_networkx(self)

    def save(self, path: str | Path, *, key: str = "") -> None:
        """Write the network to one file, whole or not at all; see `carecircle.reach.store.save`."""
        from carecircle.reach.store import save

        save(self, Path(path), key=key)

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read what `save` wrote."""
        from carecircle.reach.store import load

        return load(Path(path))

    def snap(self, points: Any, *, max_snap_m: float) -> Snap:
        """Place points on the nearest street; see `carecircle.reach.snap.snap_points`."""
        from carecircle.reach.snap import snap_points

        return snap_points(self, points, max_snap_m=max_snap_m)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_id)

    @property
    def streets(self) -> int:
        """Number of streets, open or closed."""
        return len(self.may_stop)

    @cached_property
    def indptr(self) -> Array:
        """int64[n + 1]: the rows of each node."""
        return _row_pointers(self.tail, self.nodes)

    @cached_property
    def _by_head(self) -> Array:
        """The rows in the order of their heads: the slots of the reversed graph."""
        return np.lexsort((self.edge_id, self.head)).astype(np.int32)

    @cached_property
    def _indptr_by_head(self) -> Array:
        return _row_pointers(self.head, self.nodes)

    def cost(self, metric: Metric) -> Array:
        """float32[m]: seconds or metres of the rows."""
        return self.seconds if metric == "minutes" else self.length_m

    def csr(self, metric: Metric, *, reversed_: bool = False) -> tuple[Array, Array, Array]:
        """indptr, indices and cost for `kernels`, of this graph or of its reverse."""
        if not reversed_:
            return self.indptr, self.head, self.cost(metric)
        return self._indptr_by_head, self.tail[self._by_head], self.cost(metric)[self._by_head]

    def rows_of_slots(self, slots: Array, *, reversed_: bool) -> Array:
        """Row numbers of slots of `csr`."""
        return self._by_head[slots] if reversed_ else slots

    @cached_property
    def street_rows(self) -> Array:
        """int32[s, 2]: of each street the row as drawn and the row against it; -1 where there is none."""
        rows = np.full((self.streets, 2), -1, np.int32)
        rows[self.street, np.where(self.along, 0, 1)] = np.arange(len(self.street), dtype=np.int32)
        return rows

    @cached_property
    def street_ends(self) -> Array:
        """int32[s, 2]: the nodes at the start and the end of each street as drawn."""
        ends = np.empty((self.streets, 2), np.int32)
        ends[self.street[self.along]] = np.stack([self.tail, self.head], axis=1)[self.along]
        against = ~self.along
        ends[self.street[against]] = np.stack([self.head, self.tail], axis=1)[against]
        return ends

    @cached_property
    def component(self) -> Array:
        """int32[n]: weakly connected component of each node, over open rows."""
        open_ = np.isfinite(self.seconds)
        graph = csr_array(
            (np.ones(int(open_.sum()), np.int8), (self.tail[open_], self.head[open_])),
            shape=(self.nodes, self.nodes),
        )
        labels = connected_components(graph, directed=True, connection="weak")[1]
        return np.asarray(labels, np.int32)

    @cached_property
    def component_road_m(self) -> Array:
        """float64[c]: metres of open street in each component (a two-way street counts once)."""
        metres = np.full(self.streets, np.nan)
        open_ = np.isfinite(self.seconds)
        metres[self.street[open_]] = self.length_m[open_]
        used = np.isfinite(metres)
        count = int(self.component.max()) + 1 if self.nodes else 0
        return np.bincount(
            self.component[self.street_ends[used, 0]], weights=metres[used], minlength=count
        ).astype(float)

    @cached_property
    def snappable(self) -> Array:
        """int64[…]: streets that points are snapped to."""
        open_street = np.zeros(self.streets, bool)
        open_street[self.street[np.isfinite(self.seconds)]] = True
        candidates = np.flatnonzero(open_street & self.may_stop)
        road = self.component_road_m[self.component[self.street_ends[candidates, 0]]]
        return np.asarray(candidates[road >= LEAST_COMPONENT_M])

    @cached_property
    def snap_grid(self) -> tuple[Any, ...]:
        """The snappable streets by cell of a grid; see `carecircle.reach.snap.grid_of`."""
        from carecircle.reach.snap import grid_of

        return grid_of(self)

    def components(self) -> pd.DataFrame:
        """Every component: nodes, road_km, and whether points are snapped to it; the largest first."""
        import pandas as pd

        count = len(self.component_road_m)
        frame = pd.DataFrame(
            {
                "component": np.arange(count),
                "nodes": np.bincount(self.component, minlength=count),
                "road_km": self.component_road_m / 1000,
                "snapped_to": self.component_road_m >= LEAST_COMPONENT_M,
            }
        )
        order = frame.sort_values(["road_km", "component"], ascending=[False, True], kind="stable")
        return order.reset_index(drop=True)

    def lines(self, streets: Array | None = None) -> Array:
        """LineStrings of streets (all of them if None), as drawn."""
        if streets is None:
            if self.streets == 0:
                return np.zeros(0, object)
            return np.asarray(
                shapely.from_ragged_array(shapely.GeometryType.LINESTRING, self.coords, (self.offsets,))
            )
        size = np.diff(self.offsets)[streets]
        offsets = np.concatenate([[0], np.cumsum(size)])
        step = np.arange(int(size.sum())) - np.repeat(offsets[:-1], size)
        coords = self.coords[np.repeat(self.offsets[:-1][streets], size) + step]
        if len(size) == 0:
            return np.zeros(0, object)
        return np.asarray(shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coords, (offsets,)))

    def reverse(self) -> Network:
        """The same roads with every direction turned round."""
        order = self._by_head
        return dataclasses.replace(
            self, tail=self.head[order], head=self.tail[order], edge_id=self.edge_id[order],
            seconds=self.seconds[order], length_m=self.length_m[order], street=self.street[order],
            along=~self.along[order],
        )  # fmt: skip

    def without(self, edge_ids: Iterable[int]) -> Network:
        """The network with some edges closed: a scenario, nothing is rebuilt.

        Parameters
        ----------
        edge_ids
            Directed edges; name both to close a two-way street.

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


def _row_pointers(nodes: Array, count: int) -> Array:
    pointers = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(nodes, minlength=count), out=pointers[1:])
    return pointers


def _assemble(
    *, mode: str, crs: pyproj.CRS, access_speed_kph: float, edge_id: Array, from_node: Array, to_node: Array,
    seconds: Array, length_m: Array, may_stop: Array, lines: Array,
) -> Network:  # fmt: skip
    """Number nodes along the Hilbert curve, pair rows (ids ascending) into streets, sort rows by tail."""
    coords, offsets = np.zeros((0, 2)), np.zeros(1, np.int64)
    if len(lines):
        _, coords, parts = shapely.to_ragged_array(lines)
        coords, offsets = np.ascontiguousarray(coords[:, :2], np.float64), np.asarray(parts[0], np.int64)
    node_id, first, number = np.unique(
        np.concatenate([from_node, to_node]), return_index=True, return_inverse=True
    )
    m = len(edge_id)
    end_point = np.concatenate([offsets[:-1], offsets[1:] - 1])
    node_xy = coords[end_point[first]]
    order = np.lexsort((node_id, hilbert_rank(node_xy)))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    tail, head = rank[number[:m]], rank[number[m:]]
    street, along = pair_streets(tail, head, coords, offsets)
    drawn = np.flatnonzero(along)
    drawn = drawn[np.argsort(street[drawn])]
    stop = np.zeros(len(drawn), bool)
    stop[street[may_stop]] = True
    size = np.diff(offsets)[drawn]
    street_offsets = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    step = np.arange(int(size.sum())) - np.repeat(street_offsets[:-1], size)
    by_tail = np.lexsort((edge_id, tail))
    return Network(
        mode=mode, crs=crs, access_speed_kph=float(access_speed_kph), node_id=node_id[order],
        node_xy=node_xy[order], edge_id=edge_id[by_tail], tail=tail[by_tail], head=head[by_tail],
        seconds=seconds[by_tail], length_m=length_m[by_tail], street=street[by_tail], along=along[by_tail],
        may_stop=stop, coords=coords[np.repeat(offsets[:-1][drawn], size) + step], offsets=street_offsets,
    )  # fmt: skip
