"""Many bounded searches, one after another on the same labels, compiled: what one facility reaches.

The queue has one level: an area of a few hundred thousand cells stays in the cache as it is. Labels are costs
alone; the nodes a search has seen are listed, so that the next one finds the labels as they were. A node is
its place in the labels: a cell of the padded grid, or a place on the roads beyond them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach.ground._bits import fetch, lowest_bit
from carecircle.reach.ground._moves import could_improve, price
from carecircle.reach.search._numba import jit

Array = Any

ENTRY = np.dtype([("cost", "f8"), ("node", "i4"), ("next", "i4")], align=True)
_U4 = np.uint32
_U8 = np.uint64
_I8 = np.int64
_LEAP = 4096
"""Empty buckets in a row after which the queue looks for the next that is not."""


@jit
def spread(
    cell: Array, cells: int, width: int, moves: int, offsets: Array, kind: Any, law: int, base: float,
    steepest: float, halves: Array, per_ms: Array, row_step: int, source: Array, spent: Array, limit: float,
    per_width: float, first: Array, entry: Array, gate: Array, gate_to: Array, gate_cost: Array, road: Array,
    road_to: Array, road_cost: Array, touched: Array, seen: int,
) -> int:  # fmt: skip
    """Spread from the sources into ``cell``; ``touched`` lists the nodes seen, of which there are ``seen``.

    ``first`` is -1 everywhere, before and after; ``gate`` may be empty. Returns the nodes seen now; below 0
    where ``entry`` had too few, as ``~seen``.
    """
    mask = len(first) - 1
    pool = len(entry)
    free = np.int32(-1)
    used = 0
    live = 0
    cost = np.empty(16)
    rise = np.empty(16)
    slow = np.empty(16)
    ridden = np.empty(16)
    least = np.empty(16)
    half = np.empty(16)
    per_m = np.empty(16)
    offset = np.empty(16, np.int32)
    for move in range(16):
        half[move] = halves[0, move]
        per_m[move] = per_ms[0, move]
        offset[move] = offsets[move]
    known = _I8(0)  # the row whose metres these are
    gated = len(gate) > 0
    bucket = _I8(1) << _I8(60)
    for i in range(len(source)):
        if spent[i] <= limit:
            bucket = min(bucket, _I8(min(spent[i] * per_width, 1e17)))
    for i in range(len(source)):
        v = source[i]
        c = spent[i]
        if c > limit or c == np.inf or c >= cell[v].cost:
            continue
        if used == pool:
            first[:] = -1
            return ~seen
        if cell[v].cost == np.inf:
            touched[seen] = v
            seen += 1
        cell[v].cost = c
        to = _U8(min(_I8(min(c * per_width, 1e17)), bucket + mask) & mask)
        entry[used].cost = c
        entry[used].node = v
        entry[used].next = first[to]
        first[to] = used
        used += 1
        live += 1
    idle = 0
    while live > 0:
        slot = _U8(bucket & mask)
        idle = idle + 1 if first[slot] < 0 else 0
        if idle > _LEAP:  # costs that differ by orders of magnitude: on to the next that waits, wherever
            idle = 0
            soonest = np.inf
            for i in range(mask + 1):
                chain = first[i]
                while chain >= 0:
                    soonest = min(soonest, entry[_U4(chain)].cost)
                    chain = entry[_U4(chain)].next
            bucket = max(bucket, _I8(min(soonest * per_width, 1e17)))
            continue
        while first[slot] >= 0:
            chain = first[slot]
            first[slot] = -1
            while chain >= 0:
                e = _U4(chain)
                u = entry[e].node
                c = entry[e].cost
                chain = entry[e].next
                at = _I8(min(c * per_width, 1e17))
                if at > bucket:  # it lay beyond the last bucket when it was queued
                    to = _U8(min(at, bucket + mask) & mask)
                    entry[e].next = first[to]
                    first[to] = np.int32(e)
                    continue
                entry[e].next = free
                free = np.int32(e)
                live -= 1
                un = _U4(u)
                if c != cell[un].cost:
                    continue
                low, high = 0, 0
                found = _U4(0)
                su = 0.0
                if u < cells:
                    su = np.float64(cell[un].slow)
                    if row_step > 0 and _I8(u // width) != known:
                        known = _I8(u // width)
                        for move in range(16):
                            half[move] = halves[known, move]
                            per_m[move] = per_ms[known, move]
                    found = could_improve(
                        cell, un, c, limit, moves, offset, kind, law, base, half, per_m, cost, rise, slow,
                        ridden, least,
                    )  # fmt: skip
                    if gated:
                        low, high = gate[un], gate[un + _U4(1)]
                else:
                    low, high = road[u - cells], road[u - cells + 1]
                while found != 0 or low < high:
                    if found != 0:
                        k = _U4(lowest_bit(found))
                        found &= found - _U4(1)
                        v = _U4(un + _U4(offset[k]))
                        old = cost[k]
                        reached = c + price(su, k, kind, law, base, steepest, half, rise, slow, ridden)
                    elif u < cells:
                        v = _U4(gate_to[low])
                        old = cell[v].cost
                        reached = c + gate_cost[low]
                        low += 1
                    else:
                        v = _U4(road_to[low])
                        old = cell[v].cost
                        reached = c + road_cost[low]
                        low += 1
                    if not (reached < old and reached <= limit):
                        continue
                    if old == np.inf:
                        touched[seen] = np.int32(v)
                        seen += 1
                        for rows in (-2, -1, 1, 2):  # what its turn will read
                            fetch(cell, _I8(v) + rows * width)
                    cell[v].cost = reached
                    if free >= 0:
                        n = _U4(free)
                        free = entry[n].next
                    elif used < pool:
                        n = _U4(used)
                        used += 1
                    else:
                        first[:] = -1
                        return ~seen
                    to = _U8(min(_I8(min(reached * per_width, 1e17)), bucket + mask) & mask)
                    entry[n].cost = reached
                    entry[n].node = np.int32(v)
                    entry[n].next = first[to]
                    first[to] = np.int32(n)
                    live += 1
        bucket += 1
    return seen


@jit
def crossings(
    cell: Array, cells: int, touched: Array, begin: int, seen: int, pointer: Array, to: Array, cost: Array,
    limit: float, on_roads: bool, node: Array, spent: Array,
) -> int:  # fmt: skip
    """Where the nodes seen lead over the doors: fills ``node`` and ``spent``, returns how many."""
    count = 0
    for i in range(begin, seen):
        u = touched[i]
        if (u >= cells) != on_roads:
            continue
        r = u - cells if on_roads else u
        for j in range(pointer[r], pointer[r + 1]):
            reached = cell[u].cost + cost[j]
            if reached <= limit:
                node[count] = to[j]
                spent[count] = reached
                count += 1
    return count


@jit
def clear(cell: Array, touched: Array, seen: int) -> None:
    """Labels as they were before a search."""
    for i in range(seen):
        cell[_U4(touched[i])].cost = np.inf


@jit
def gather(
    cell: Array, touched: Array, seen: int, pointer: Array, seat: Array, leg: Array, best: Array, rows: Array
) -> int:
    """The least cost at the points seated on the nodes seen, into ``best``; ``rows`` says which points."""
    count = 0
    for i in range(seen):
        u = _U4(touched[i])
        c = cell[u].cost
        for j in range(pointer[u], pointer[u + _U4(1)]):
            p = seat[j]
            total = c + leg[j]
            if total < best[p]:
                if best[p] == np.inf:
                    rows[count] = p
                    count += 1
                best[p] = total
    return count
