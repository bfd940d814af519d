"""Access measures here and in the package ``access``, on one table of pairs within 60 minutes, in one run.

Run: python benchmarks/catchments.py [--rows 20000] [--columns 500] [--raam]
(needs ``access``: pip install 'carecircle[peers]')

Origins and destinations stand at nodes of a road-like graph of 100,000 nodes; the table is made by our own
searches, its time and memory beside. Both sides get the pairs in the form they ask for (rows, or CSR);
making that form is not timed. Processor seconds; the median of the rounds, by turns.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from roadlike import roadlike

LIMIT = 60.0
NODES = 100_000


def pairs(rows: int, columns: int) -> tuple[sp.csr_array, dict[str, float]]:
    """Minutes within the limit by our engine, and what they took."""
    from carecircle.reach import kernels

    indptr, indices, cost, *_ = roadlike(NODES)
    rng = np.random.default_rng(0)
    nodes = len(indptr) - 1
    at, there = rng.choice(nodes, rows, replace=False), rng.choice(nodes, columns, replace=False)
    kernels.table(indptr, indices, cost, there[:2], at[:2], limit=60.0)  # compiled
    before, start = _peak(), time.process_time()
    seconds = kernels.table(indptr, indices, cost, there, at, limit=LIMIT * 60)
    took = time.process_time() - start
    near = np.isfinite(seconds.T)
    near &= seconds.T <= LIMIT * 60
    row, column = np.nonzero(near)
    table = sp.csr_array((seconds.T[row, column] / 60, (row, column)), shape=(rows, columns))
    return table, {"seconds": took, "memory_mib": (_peak() - before) / 2**20, "pairs": float(table.nnz)}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def sides(table: sp.csr_array, with_raam: bool) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """By measure: ours and theirs."""
    import access as theirs
    from carecircle import access as ours

    rng = np.random.default_rng(1)
    rows, columns = table.shape
    people, beds = rng.integers(1, 900, rows), rng.integers(5, 200, columns).astype(float)
    row = np.repeat(np.arange(rows), np.diff(table.indptr))
    costs = pd.DataFrame({"origin": row, "dest": table.indices, "cost": table.data})
    demand = pd.DataFrame({"demand": people}, index=pd.RangeIndex(rows))
    supply = pd.DataFrame({"supply": beds}, index=pd.RangeIndex(columns))
    named: dict[str, Any] = {"demand_index": True, "supply_index": True}
    zones = {10: 1.0, 20: 0.68, 30: 0.42, 60: 0.09}
    steps, ours_steps = theirs.weights.step_fn(zones), ours.stepped(zones)
    bell, ours_bell = theirs.weights.gaussian(20), ours.gaussian(20).within(LIMIT)
    given = table, beds, people
    found = {
        "2SFCA": (
            lambda: ours.two_step_fca(*given, limit=LIMIT),
            lambda: theirs.fca.two_stage_fca(demand, supply, costs, LIMIT, **named),
        ),
        "E2SFCA": (
            lambda: ours.enhanced_two_step_fca(*given, decay=ours_steps),
            lambda: theirs.fca.two_stage_fca(demand, supply, costs, LIMIT, weight_fn=steps, **named),
        ),
        "3SFCA": (
            lambda: ours.three_step_fca(*given, decay=ours_bell),
            lambda: theirs.fca.three_stage_fca(demand, supply, costs, LIMIT, weight_fn=bell, **named),
        ),
        "cumulative": (
            lambda: ours.cumulative(table, beds, limit=LIMIT),
            lambda: theirs.fca.weighted_catchment(
                supply,
                costs,
                LIMIT,
                cost_source="dest",
                cost_dest="origin",
                loc_index=True,
                loc_value="supply",
            ),
        ),
    }
    if with_raam:
        found["RAAM"] = (
            lambda: ours.raam(*given, tau=60).burden,
            lambda: theirs.raam.raam(demand, supply, costs, tau=60).sort_index(),
        )
    return found


def compared(name: str, ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> dict[str, Any]:
    """Processor seconds of both by turns, and how far apart the figures are."""
    a, b = np.asarray(ours(), float), theirs()
    b = b.reindex(range(len(a))).fillna(0.0).to_numpy(float)
    apart = float(np.max(np.abs(a - b) / np.maximum(np.abs(a), 1e-300), where=np.isfinite(a), initial=0.0))
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for side, run in zip(took, (ours, theirs), strict=True):
            start = time.process_time()
            run()
            side.append(time.process_time() - start)
    mine, other = (statistics.median(side) for side in took)
    return {"measure": name, "ours_s": mine, "theirs_s": other, "times": other / mine, "apart": apart}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--raam", action="store_true", help="RAAM too: minutes, nearly all of them theirs")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    table, made = pairs(asked.rows, asked.columns)
    print(json.dumps({"table": made}), flush=True)
    for name, (ours, theirs) in sides(table, asked.raam).items():
        print(json.dumps(compared(name, ours, theirs, 1 if name == "RAAM" else asked.rounds)), flush=True)


if __name__ == "__main__":
    main()
