"""One-way traps: streets that one can enter and never leave, or leave and never enter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from carecircle.reach.network.model import Network
from carecircle.reach.snapping.snap import Snap


@dataclass(frozen=True, eq=False)
class Trap:
    """Streets that hang together and from which no way leads to the rest of the network (or to them none).

    Parameters
    ----------
    places
        int64[k]: positions of the snapped places in it.
    edge_id
        int64[j]: the one-way roads between it and the rest.
    """

    places: npt.NDArray[np.int64]
    edge_id: npt.NDArray[np.int64]


def strong_components(network: Network) -> npt.NDArray[np.int32]:
    """Strongly connected component of each node."""
    labels: npt.NDArray[np.int32] = connected_components(_graph(network), True, "strong")[1]
    return labels


def traps(network: Network, snap: Snap, *, leaving: bool) -> list[Trap]:
    """The traps that hold snapped places, that of the most places first.

    Parameters
    ----------
    network
        Of one mode.
    snap
        Places on it; those on roads that hang together with no others (islands) are passed over.
    leaving
        True: no way leads out; False: no way leads in.
    """
    graph = _graph(network) if leaving else _graph(network).T.tocsr()
    labels = connected_components(graph, True, "strong")[1]
    core = int(np.flatnonzero(labels == np.bincount(labels).argmax())[0])
    free = np.zeros(network.nodes, bool)
    free[breadth_first_order(graph.T.tocsr(), core, True, False)] = True
    node, cost = snap.departures("minutes") if leaving else snap.arrivals("minutes")
    first = np.isfinite(cost)
    on_main = snap.snapped & (snap.component == network.component[core])
    held = np.flatnonzero(on_main & ~(first & free[node]).any(axis=1) & first.any(axis=1))
    if not len(held):
        return []
    rows = graph.tocoo()
    inside = ~free[rows.row] & ~free[rows.col]
    pocket = connected_components(
        csr_array((rows.data[inside], (rows.row[inside], rows.col[inside])), shape=graph.shape), False
    )[1]
    behind = np.where(first[held, 0], node[held, 0], node[held, 1])
    tail, head = (network.tail, network.head) if leaving else (network.head, network.tail)
    gate = np.isfinite(network.seconds) & free[tail] & ~free[head]
    found = [
        Trap(held[pocket[behind] == number], np.sort(network.edge_id[gate & (pocket[head] == number)]))
        for number in np.unique(pocket[behind])
    ]
    return sorted(found, key=lambda trap: -len(trap.places))


def _graph(network: Network) -> csr_array:
    """The open rows as a graph of ones."""
    indptr, indices, cost = network.csr("minutes")
    open_ = np.isfinite(cost)
    tail = np.repeat(np.arange(network.nodes), np.diff(indptr))[open_]
    return csr_array((np.ones(len(tail), np.int8), (tail, indices[open_])), shape=(network.nodes,) * 2)
