"""One search over ground and roads from many sources, compiled: a bucket queue in two levels.

Coarse buckets hold tiles of the grid, not cells. A tile whose turn has come runs fine buckets of its own
until it has none left below the coarse bucket's end, so that its cells stay in the cache meanwhile; what
leads into another tile, or later, waits with that tile. Labels are (cost, owner), compared in that order and
corrected until nothing changes, as in `carecircle.reach.search._buckets`: the widths and the tiles change the
speed, never the result.

A node is a code: a cell is ``row << 16 | column`` of the padded grid, a place on the roads ``~number``.
In ``cell`` and ``own`` the places on the roads follow the cells.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carecircle.reach.ground._bits import lowest_bit
from carecircle.reach.ground._moves import could_improve, price
from carecircle.reach.search._numba import jit

Array = Any

ENTRY = np.dtype([("cost", "f8"), ("node", "i4"), ("next", "i4")], align=True)
_U4 = np.uint32
_I8 = np.int64
_NEVER = np.int64(1) << np.int64(60)
_LEAP = 4096
"""Empty buckets in a row after which the queue looks for the next that is not."""


@jit
def flood(
    cell: Array, own: Array, cells: int, width: int, tile_bits: int, tiles_across: int, tiles: int,
    moves: int, offsets: Array, step: Array, kind: Any, law: int, base: float, steepest: float, halves: Array,
    per_ms: Array, row_step: int, source: Array, spent: Array, owner: Array, limit: float, bound: Array,
    per_fine: float, fines: int, ring: int, pool: int, gate: Array, gate_code: Array, gate_cost: Array,
    road: Array, road_code: Array, road_cost: Array, road_tile: Array, most: int,
) -> bool:  # fmt: skip
    """Spread from the sources into ``cell`` and ``own``, which hold labels already (infinite, or a search's).

    ``bound`` says, by tile, beyond which cost nothing spreads on from there: such nodes have labels, but
    their own neighbours have not been looked at.

    ``gate`` says, by cell, which places on the roads it leads to (empty: none is entered); ``road`` what each
    place on the roads leads to. ``fines`` and ``ring`` are powers of two. Returns whether ``pool`` entries
    sufficed; if not, every label stands, but its neighbours may not have been looked at.
    """
    entry = np.empty(pool, ENTRY)
    free = np.int32(-1)
    used = 0
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
    late_code = np.empty(most, np.int32)
    late_cost = np.empty(most)
    pend = np.full(tiles, -1, np.int32)
    due = np.full(tiles, _NEVER, np.int64)
    turn = np.full(ring, -1, np.int32)
    tokens = tiles * 4 + pool // 8 + 1024
    token_tile = np.empty(tokens, np.int32)
    token_next = np.empty(tokens, np.int32)
    token_free = np.int32(-1)
    token_used = 0
    waiting = 0
    fine = np.full(fines, -1, np.int32)
    ring_mask = ring - 1
    gated = len(gate) > 0
    now = _NEVER
    for i in range(len(source)):
        if spent[i] <= limit:
            now = min(now, _I8(min(spent[i] * per_fine, 1e17)) // fines)
    for i in range(len(source)):
        code = source[i]
        c = spent[i]
        if code < 0:
            v = cells + ~code
            t = _I8(road_tile[~code])
        else:
            v = (code >> 16) * width + (code & 65535)
            t = _I8(((code >> 16) >> tile_bits) * tiles_across + ((code & 65535) >> tile_bits))
        if c > limit or c == np.inf or c > cell[v].cost or (c == cell[v].cost and owner[i] > own[v]):
            continue
        cell[v].cost = c
        own[v] = owner[i]
        if used == pool:
            return False
        entry[used].node = code
        entry[used].cost = c
        entry[used].next = pend[t]
        pend[t] = used
        used += 1
        b = min(_I8(min(c * per_fine, 1e17)) // fines, now + ring_mask)
        if b < due[t]:
            if token_used == tokens:
                return False
            due[t] = b
            token_tile[token_used] = t
            token_next[token_used] = turn[b & ring_mask]
            turn[b & ring_mask] = token_used
            token_used += 1
            waiting += 1
    idle = 0
    while waiting > 0:
        slot = now & ring_mask
        idle = idle + 1 if turn[slot] < 0 else 0
        if idle > _LEAP:  # costs that differ by orders of magnitude: on to the next that waits, wherever
            idle = 0
            soonest = np.inf
            for tile in range(tiles):
                chain = pend[tile]
                while chain >= 0:
                    soonest = min(soonest, entry[_U4(chain)].cost)
                    chain = entry[_U4(chain)].next
            now = _I8(min(soonest * per_fine, 1e17)) // fines
            turn[:] = -1
            due[:] = _NEVER
            token_free = np.int32(-1)
            token_used = 0
            waiting = 0
            for tile in range(tiles):
                if pend[tile] >= 0:
                    due[tile] = now
                    token_tile[token_used] = tile
                    token_next[token_used] = turn[now & ring_mask]
                    turn[now & ring_mask] = token_used
                    token_used += 1
                    waiting += 1
            continue
        while turn[slot] >= 0:
            token = turn[slot]
            turn[slot] = token_next[token]
            T = _I8(token_tile[token])
            token_next[token] = token_free
            token_free = np.int32(token)
            waiting -= 1
            if due[T] != now:
                continue
            due[T] = _NEVER
            chain = pend[T]
            pend[T] = -1
            far = bound[T]
            later = _NEVER
            live = 0
            while chain >= 0:  # what waits with the tile: into its fine buckets, or on waiting
                e = _U4(chain)
                chain = entry[e].next
                c = entry[e].cost
                code = entry[e].node
                u = cells + ~code if code < 0 else (code >> 16) * width + (code & 65535)
                if cell[u].cost != c or c > far:
                    entry[e].next = free
                    free = np.int32(e)
                    continue
                f = _I8(min(c * per_fine, 1e17))
                b = f // fines
                if b <= now:
                    to = f & (fines - 1) if b == now else _I8(0)
                    entry[e].next = fine[to]
                    fine[to] = np.int32(e)
                    live += 1
                else:
                    entry[e].next = pend[T]
                    pend[T] = np.int32(e)
                    later = min(later, b)
            at = 0
            while live > 0:
                while fine[at] >= 0:
                    chain = fine[at]
                    fine[at] = -1
                    while chain >= 0:
                        e = _U4(chain)
                        code = entry[e].node
                        c = entry[e].cost
                        chain = entry[e].next
                        entry[e].next = free
                        free = np.int32(e)
                        live -= 1
                        late = 0
                        if code < 0:
                            r = ~code
                            if c != cell[cells + r].cost or c > far:
                                continue
                            o = own[cells + r]
                            for j in range(road[r], road[r + 1]):
                                reached = c + road_cost[j]
                                to_code = road_code[j]
                                v = _U4(
                                    cells + ~to_code
                                    if to_code < 0
                                    else (to_code >> 16) * width + (to_code & 65535)
                                )
                                old = cell[v].cost
                                if reached <= limit and (
                                    reached < old or (reached == old and o < own[v] and reached < np.inf)
                                ):
                                    cell[v].cost = reached
                                    own[v] = o
                                    late_code[late] = to_code
                                    late_cost[late] = reached
                                    late += 1
                        else:
                            un = _U4((code >> 16) * width + (code & 65535))
                            if c != cell[un].cost or c > far:
                                continue
                            o = own[un]
                            su = np.float64(cell[un].slow)
                            row = _I8((code >> 16) * row_step)
                            if row != known:
                                known = row
                                for move in range(16):
                                    half[move] = halves[row, move]
                                    per_m[move] = per_ms[row, move]
                            found = could_improve(
                                cell, un, c, limit, moves, offset, kind, law, base, half, per_m, cost, rise,
                                slow, ridden, least,
                            )  # fmt: skip
                            while found != 0:
                                k = _U4(lowest_bit(found))
                                found &= found - _U4(1)
                                v = _U4(un + _U4(offset[k]))
                                old = cost[k]
                                reached = c + price(
                                    su, k, kind, law, base, steepest, half, rise, slow, ridden
                                )
                                if reached <= limit and (reached < old or (reached == old and o < own[v])):
                                    cell[v].cost = reached
                                    own[v] = o
                                    late_code[late] = np.int32(code + step[k])
                                    late_cost[late] = reached
                                    late += 1
                            if gated:
                                for j in range(gate[un], gate[un + _U4(1)]):
                                    reached = c + gate_cost[j]
                                    v = _U4(cells + ~gate_code[j])
                                    old = cell[v].cost
                                    if reached <= limit and (
                                        reached < old or (reached == old and o < own[v])
                                    ):
                                        cell[v].cost = reached
                                        own[v] = o
                                        late_code[late] = gate_code[j]
                                        late_cost[late] = reached
                                        late += 1
                        for i in range(late):
                            to_code = late_code[i]
                            reached = late_cost[i]
                            if free >= 0:
                                n = _U4(free)
                                free = entry[n].next
                            elif used < pool:
                                n = _U4(used)
                                used += 1
                            else:
                                return False
                            if to_code < 0:
                                t = _I8(road_tile[~to_code])
                            else:
                                t = _I8(
                                    ((to_code >> 16) >> tile_bits) * tiles_across
                                    + ((to_code & 65535) >> tile_bits)
                                )
                            entry[n].cost = reached
                            entry[n].node = to_code
                            f = _I8(min(reached * per_fine, 1e17))
                            b = f // fines
                            if t == T and b <= now:
                                to = max(f & (fines - 1) if b == now else _I8(0), _I8(at))
                                entry[n].next = fine[to]
                                fine[to] = np.int32(n)
                                live += 1
                                continue
                            entry[n].next = pend[t]
                            pend[t] = np.int32(n)
                            b = min(max(b, now), now + ring_mask)
                            if t == T:
                                later = min(later, b)
                            elif b < due[t]:
                                due[t] = b
                                if token_free >= 0:
                                    token = token_free
                                    token_free = token_next[token]
                                elif token_used < tokens:
                                    token = np.int32(token_used)
                                    token_used += 1
                                else:
                                    return False
                                token_tile[token] = t
                                token_next[token] = turn[b & ring_mask]
                                turn[b & ring_mask] = token
                                waiting += 1
                at += 1
            later = min(later, now + ring_mask)
            if pend[T] >= 0 and later < due[T]:
                due[T] = later
                if token_free >= 0:
                    token = token_free
                    token_free = token_next[token]
                elif token_used < tokens:
                    token = np.int32(token_used)
                    token_used += 1
                else:
                    return False
                token_tile[token] = T
                token_next[token] = turn[later & ring_mask]
                turn[later & ring_mask] = token
                waiting += 1
        now += 1
    return True
