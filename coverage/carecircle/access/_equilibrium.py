"""The steps towards an equilibrium of residents and crowded places: every origin chooses anew.

A pair of origin *i* and destination *j* costs ``way + users[j] / room[j]``. In an equilibrium every pair in
use costs its origin as little as any other. Loops as numba compiles them; plain Python runs them too.
"""

from __future__ import annotations

import numpy as np

from carecircle.costs import Floats, Ints


def choose(
    pointers: Ints, column: Ints, way: Floats, people: Floats, room: Floats, flow: Floats, users: Floats
) -> None:
    """Every origin in turn chooses anew, exactly, with all others as they are (in place).

    Its residents fill the cheapest destinations up to one level, each ``room`` residents a unit of cost.
    """
    for i in range(len(people)):
        low, high = pointers[i], pointers[i + 1]
        if people[i] <= 0.0 or low == high:
            continue
        floor = np.inf
        for e in range(low, high):
            users[column[e]] -= flow[e]
            base = way[e] + users[column[e]] / room[column[e]]
            if base < floor:
                floor = base
        capacity, filled, level = 0.0, people[i], floor
        while floor <= level and floor < np.inf:
            after = np.inf
            for e in range(low, high):
                base = way[e] + users[column[e]] / room[column[e]]
                if base == floor:
                    capacity += room[column[e]]
                    filled += room[column[e]] * base
                elif floor < base < after:
                    after = base
            level = filled / capacity
            floor = after
        for e in range(low, high):
            base = way[e] + users[column[e]] / room[column[e]]
            flow[e] = room[column[e]] * (level - base) if base < level else 0.0
        total = 0.0
        for e in range(low, high):
            total += flow[e]
        for e in range(low, high):
            if flow[e] > 0.0:
                flow[e] *= people[i] / total
                users[column[e]] += flow[e]


def spare(pointers: Ints, column: Ints, way: Floats, room: Floats, flow: Floats, users: Floats) -> float:
    """The most that anybody could gain by going elsewhere."""
    most = 0.0
    for i in range(len(pointers) - 1):
        least, worst = np.inf, 0.0
        for e in range(pointers[i], pointers[i + 1]):
            total = way[e] + users[column[e]] / room[column[e]]
            if total < least:
                least = total
            if flow[e] > 0.0 and total > worst:
                worst = total
        if worst - least > most:
            most = worst - least
    return most
