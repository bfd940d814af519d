"""The equations of the pairs in use, solved exactly: a forest of shared origins and their destinations.

Destinations that share the residents of one origin cost it the same. Along a tree of such pairs every
crowding therefore follows from one, and that one from the residents of the whole tree; the flows follow from
the leaves inwards. Loops as numba compiles them; plain Python runs them too.

Nodes: destination *j* is node *j*, the *q*-th shared origin is node ``places + q``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.costs import Floats, Ints


def forest(origin: Ints, place: Ints, flow: Floats, places: int, origins: int) -> Any:
    """Every tree of pairs in use, walked from a place outwards.

    Returns
    -------
    order
        Nodes, each after the one before it; how many there are.
    before, via, root
        Of each node: the node before it (-1), the pair between (-1), and the root of its tree.
    """
    size = places + origins
    first = np.zeros(size + 1, np.int64)
    for k in range(len(flow)):
        if flow[k] > 0.0:
            first[place[k] + 1] += 1
            first[places + origin[k] + 1] += 1
    for v in range(size):
        first[v + 1] += first[v]
    at, pair = first.copy(), np.empty(first[size], np.int64)
    for k in range(len(flow)):
        if flow[k] > 0.0:
            pair[at[place[k]]] = k
            at[place[k]] += 1
            pair[at[places + origin[k]]] = k
            at[places + origin[k]] += 1
    order, before, via = np.empty(size, np.int64), np.full(size, -1), np.full(size, -1)
    root, count = np.full(size, -1), 0
    for start in range(places):
        if root[start] >= 0:
            continue
        root[start], order[count] = start, start
        read, count = count, count + 1
        while read < count:
            v = order[read]
            read += 1
            for a in range(first[v], first[v + 1]):
                k = pair[a]
                other = places + origin[k] if v < places else place[k]
                if root[other] < 0:
                    root[other], before[other], via[other] = start, v, k
                    order[count] = other
                    count += 1
    return order, count, before, via, root


def uncycled(origin: Ints, place: Ints, way: Floats, flow: Floats, places: int, origins: int) -> None:
    """Push residents round every cycle of pairs, the way that saves, until a pair empties (in place).

    Pairs join a forest one by one: ``up`` and ``via`` lead from each node towards its root.
    """
    up, via = np.full(places + origins, -1), np.full(places + origins, -1)
    for k in range(len(flow)):
        one, other = places + origin[k], place[k]
        rerooted(up, via, one)
        v = other
        while v != one and up[v] >= 0:
            v = up[v]
        if v != one:  # two trees become one
            up[one], via[one] = other, k
            continue
        saved, sign, v = -way[k], -1.0, other
        while v != one:  # signs alternate round the cycle: what one pair gains the next one loses
            saved -= sign * way[via[v]]
            sign, v = -sign, up[v]
        turn = 1.0 if saved > 0.0 else -1.0
        most, emptied = (np.inf, -1) if turn > 0.0 else (flow[k], one)
        sign, v = -turn, other
        while v != one:
            if sign < 0.0 and flow[via[v]] < most:
                most, emptied = flow[via[v]], v
            sign, v = -sign, up[v]
        flow[k] = max(flow[k] + turn * most, 0.0)
        sign, v = -turn, other
        while v != one:
            flow[via[v]] = max(flow[via[v]] + sign * most, 0.0)
            sign, v = -sign, up[v]
        if emptied == one:
            flow[k] = 0.0
            continue
        flow[via[emptied]] = 0.0
        up[emptied], via[emptied] = -1, -1
        rerooted(up, via, other)
        up[other], via[other] = one, k


def rerooted(up: Ints, via: Ints, node: int) -> None:
    """Make a node the root of its tree (in place)."""
    v, after, pair = node, -1, -1
    while v >= 0:
        further, by = up[v], via[v]
        up[v], via[v] = after, pair
        after, pair, v = v, by, further


def solved(
    origin: Ints, place: Ints, way: Floats, flow: Floats, load: Floats, room: Floats, origins: int
) -> None:
    """Solve the equations of the forest; a pair that would fall below 0 empties and is let go (in place).

    ``load``: residents at each place who come by other pairs.
    """
    places = len(room)
    while True:
        order, count, before, via, root = forest(origin, place, flow, places, origins)
        offset, lacking = np.zeros(places + origins), np.zeros(places + origins)
        held, short = np.zeros(places), np.zeros(places)
        users = load.copy()
        for k in range(len(flow)):
            users[place[k]] += flow[k]
        for a in range(count):
            v = order[a]
            if before[v] >= 0:
                offset[v] = offset[before[v]] + (way[via[v]] if v >= places else -way[via[v]])
            if v < places:
                held[root[v]] += room[v]
                short[root[v]] += users[v] - room[v] * offset[v]
        for j in range(places):
            if held[root[j]] > 0.0:
                lacking[j] = room[j] * (short[root[j]] / held[root[j]] + offset[j]) - users[j]
        change = np.zeros(len(flow))
        for a in range(count - 1, -1, -1):
            v = order[a]
            if before[v] >= 0:
                change[via[v]] = lacking[v] if v < places else -lacking[v]
                lacking[before[v]] += lacking[v]
        step, emptied = 1.0, -1
        for k in range(len(flow)):
            if change[k] < 0.0 and flow[k] < -change[k] * step:
                step, emptied = flow[k] / -change[k], k
        for k in range(len(flow)):
            flow[k] = max(flow[k] + step * change[k], 0.0)
        if emptied < 0:
            return
        flow[emptied] = 0.0
