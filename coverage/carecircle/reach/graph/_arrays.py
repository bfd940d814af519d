"""A network's arrays, and what follows from them: graph, streets, components, the streets to snap to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from carecircle.errors import UsageError
from carecircle.reach.graph._build import row_pointers

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]
Metric = Literal["minutes", "road_m"]

LEAST_COMPONENT_M = 1000.0
"""Components with less road than this are kept and reported, never snapped to."""


@dataclass(frozen=True, eq=False)
class NetworkArrays:
    """What a `carecircle.reach.network.Network` holds; see there for the fields."""

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
    structure: Array

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
        return row_pointers(self.tail, self.nodes)

    @cached_property
    def _by_head(self) -> Array:
        """The rows in the order of their heads: the slots of the reversed graph."""
        return np.lexsort((self.edge_id, self.head)).astype(np.int32)

    @cached_property
    def _indptr_by_head(self) -> Array:
        return row_pointers(self.head, self.nodes)

    def cost(self, metric: Metric) -> Array:
        """What each row costs.

        Parameters
        ----------
        metric
            ``minutes`` (seconds are given) or ``road_m``.

        Returns
        -------
        ndarray
            float32[m]: seconds or metres; inf where closed.

        Raises
        ------
        UsageError
            If the metric is neither: a straight line is no matter of roads.
        """
        if metric not in ("minutes", "road_m"):
            raise UsageError("reach.bad_road_metric", value=metric)
        return self.seconds if metric == "minutes" else self.length_m

    def csr(self, metric: Metric, *, reversed_: bool = False) -> tuple[Array, Array, Array]:
        """The graph as the search kernels take it, or its reverse.

        Parameters
        ----------
        metric
            ``minutes`` or ``road_m``.
        reversed_
            Whether every edge is turned round.

        Returns
        -------
        tuple of ndarray
            indptr int64[n + 1], indices int32[m], cost float32[m] (see `cost`).
        """
        if not reversed_:
            return self.indptr, self.head, self.cost(metric)
        return self._indptr_by_head, self.tail[self._by_head], self.cost(metric)[self._by_head]

    def rows_of_slots(self, slots: Array, *, reversed_: bool) -> Array:
        """Row numbers of slots of `csr`.

        Parameters
        ----------
        slots
            int[k]: places in the indices of `csr`.
        reversed_
            As it was given to `csr`.

        Returns
        -------
        ndarray
            int[k]: row numbers.
        """
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
        """The snappable streets by cell of a grid; see `carecircle.reach.graph._grid.grid_of`."""
        from carecircle.reach.graph._grid import grid_of

        return grid_of(self.snappable, self.coords, self.offsets)

    @cached_property
    def snap_tree(self) -> tuple[Array, shapely.STRtree]:
        """The snappable streets as LineStrings, and the STRtree over them."""
        lines = self.lines(self.snappable)
        return lines, shapely.STRtree(lines)

    def components(self) -> pd.DataFrame:
        """The parts of the network that hang together.

        Returns
        -------
        DataFrame
            component, nodes, road_km, and snapped_to (whether points are); the largest first.
        """
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
        """The streets as lines.

        Parameters
        ----------
        streets
            int[k]: numbers of streets; all of them if None.

        Returns
        -------
        ndarray
            object[k]: LineStrings as drawn, in the network's CRS.
        """
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
