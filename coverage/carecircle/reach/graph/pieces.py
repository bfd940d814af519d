"""What each street cuts off: pieces of a network too small for anybody to be placed on without it."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from carecircle.reach.graph._arrays import LEAST_COMPONENT_M, NetworkArrays

Array = np.ndarray[Any, Any]


class Pieces:
    """The streets without which points on other streets would be placed elsewhere.

    Without a cut edge (a bridge in the sense of graphs) its two sides are components of their own; those
    with less than 1 km of road are not snapped to. A street of a loop counts if the rest of its component is
    as small.

    Parameters
    ----------
    network
        Its open streets.
    """

    def __init__(self, network: NetworkArrays) -> None:
        self.network = network
        length = np.full(network.streets, np.nan)
        open_ = np.isfinite(network.seconds)
        length[network.street[open_]] = network.length_m[open_]
        self.open = np.flatnonzero(np.isfinite(length))
        ends = network.street_ends[self.open]
        cut = _cuts(ends, network.nodes)
        kept = ends[~cut]
        graph = csr_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(network.nodes,) * 2)
        count, part = connected_components(graph, directed=False)
        metres = np.bincount(part[kept[:, 0]], length[self.open[~cut]], count)
        self._order(part, metres, self.open[cut], ends[cut], length)

    def moved(self, street: int) -> Array:
        """bool[s]: the streets on which nobody could be placed any more without one, itself among them."""
        found = np.zeros(self.network.streets, bool)
        found[street] = True
        for low, high in self.small.get(street, ()):
            found |= (self.position >= low) & (self.position < high)
        return found

    def beyond(self, streets: Array, weights: Array) -> Array:
        """How much weight lies on what each street would cut off, itself not counted.

        Parameters
        ----------
        streets, weights
            int[k], float64[k]: what lies where.

        Returns
        -------
        ndarray
            float64[s].
        """
        found = np.zeros(self.network.streets)
        known = self.position[streets] >= 0
        summed = np.r_[
            0.0,
            np.cumsum(np.bincount(self.position[streets][known], weights[known], self.count)),
        ]
        for street, spans in self.small.items():
            found[street] = sum(summed[high] - summed[low] for low, high in spans)
        return found

    def _order(self, part: Array, metres: Array, cut: Array, ends: Array, length: Array) -> None:
        """Number the parts so that whatever lies beyond a cut street is a span of numbers."""
        self.count = len(metres)
        beside: list[list[tuple[int, int]]] = [[] for _ in range(self.count)]
        for street, (a, b) in zip(cut.tolist(), part[ends].tolist(), strict=True):
            beside[a].append((b, street))
            beside[b].append((a, street))
        number, last = np.full(self.count, -1), np.zeros(self.count, np.int64)
        own = metres.copy()
        self.small: dict[int, list[tuple[int, int]]] = {}
        taken = 0
        sums: list[tuple[int, int]] = []
        for first in range(self.count):
            if number[first] >= 0:
                continue
            begin, trail = taken, [(first, -1, -1)]
            hanging: list[tuple[int, int, int]] = []
            while trail:
                here, before, street = trail.pop()
                number[here] = taken
                taken += 1
                hanging.append((here, before, street))
                trail += [(there, here, by) for there, by in beside[here] if there != before]
            for here, before, street in reversed(hanging):
                last[here] = max(last[here], number[here] + 1)
                if before >= 0:
                    own[before] += own[here] + length[street]
                    last[before] = max(last[before], last[here])
            sums.append((begin, taken))
            whole = own[first]
            self._pieces_of(hanging, number, last, own, length, (begin, taken), whole)
        self.position = np.full(self.network.streets, -1)
        self.position[self.open] = number[part[self.network.street_ends[self.open, 0]]]
        self._loops(own, number, sums, length, set(cut.tolist()))

    def _pieces_of(
        self, hanging: list[tuple[int, int, int]], number: Array, last: Array, own: Array, length: Array,
        span: tuple[int, int], whole: float,
    ) -> None:  # fmt: skip
        """Both sides of every cut street of a component, where they are too small."""
        if whole < LEAST_COMPONENT_M:
            return
        for here, _, street in hanging[1:]:
            low, high = int(number[here]), int(last[here])
            spans = []
            if own[here] < LEAST_COMPONENT_M:
                spans.append((low, high))
            if whole - own[here] - length[street] < LEAST_COMPONENT_M:
                spans += [(span[0], low), (high, span[1])]
            if spans:
                self.small[street] = spans

    def _loops(
        self, own: Array, number: Array, spans: list[tuple[int, int]], length: Array, cut: set[int]
    ) -> None:
        """Streets of loops whose components are too small without them."""
        first = np.argsort(number)
        for low, high in spans:
            whole = own[first[low]]
            if whole < LEAST_COMPONENT_M:
                continue
            inside = self.open[(self.position[self.open] >= low) & (self.position[self.open] < high)]
            for street in inside[whole - length[inside] < LEAST_COMPONENT_M].tolist():
                if street not in cut:
                    self.small[street] = [(low, high)]


def _cuts(ends: Array, nodes: int) -> Array:
    """bool[k]: which streets are the only way between their two sides."""
    low, high = ends.min(axis=1).astype(np.int64), ends.max(axis=1).astype(np.int64)
    key = low * nodes + high
    names, first, times = np.unique(key, return_index=True, return_counts=True)
    graph = nx.Graph()
    graph.add_edges_from(zip(low[first].tolist(), high[first].tolist(), strict=True))
    graph.remove_edges_from([(a, a) for a in low[low == high].tolist()])
    single = set(names[times == 1].tolist())
    bridges = [min(a, b) * nodes + max(a, b) for a, b in nx.bridges(graph)]
    return np.isin(key, [b for b in bridges if b in single])
