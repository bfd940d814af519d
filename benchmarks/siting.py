"""Maximal covering here and in spopt + CBC, on the same instances: building, solving, total, memory.

Run: python benchmarks/siting.py [--quick] [--case NAME]   (needs spopt: pip install 'carecircle[peers]')

Each side runs in a process of its own on the same dense cost matrix. Uniform: residents 1-100 at uniform
points of a 100 x 100 square, limit 5. Clustered: 60 towns, spread 4. Times are wall clock; ``solving`` is
CBC's own for spopt (its log) and everything after the cover sets are merged for carecircle. ``memory`` is
the peak above what the process held with the matrix loaded, CBC's own process included.

spopt writes an expression over every pair of demand and candidate, covered or not: at 3,000 x 100,000 that
alone would take the better part of an hour. There ``cbc`` stands in: the same model for the same solver,
written over the covered pairs only, which is kinder to it than spopt is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CASES = {
    "uniform-1000x20000-p10": (1000, 20_000, 10, False),
    "uniform-1000x20000-p60": (1000, 20_000, 60, False),
    "uniform-3000x100000-p10": (3000, 100_000, 10, False),
    "clustered-1000x20000-p60": (1000, 20_000, 60, True),
}
LIMIT = 5.0
SECONDS = 120.0


def instance(name: str) -> tuple[np.ndarray, np.ndarray, int]:
    """Demand x candidates, residents, p."""
    candidates, rows, p, clustered = CASES[name]
    rng = np.random.default_rng(0)
    if clustered:
        towns = rng.random((60, 2)) * 100
        demand = np.clip(towns[rng.integers(0, 60, rows)] + rng.normal(0, 4, (rows, 2)), 0, 100)
        sites = np.clip(towns[rng.integers(0, 60, candidates)] + rng.normal(0, 5, (candidates, 2)), 0, 100)
    else:
        demand, sites = rng.random((rows, 2)) * 100, rng.random((candidates, 2)) * 100
    residents = rng.integers(1, 101, rows).astype(float)
    cost = np.empty((rows, candidates))
    for start in range(0, rows, 5000):
        apart = demand[start : start + 5000, None] - sites[None]
        cost[start : start + 5000] = np.hypot(apart[..., 0], apart[..., 1])
    return cost, residents, p


def ours(cost: np.ndarray, residents: np.ndarray, p: int) -> dict[str, object]:
    from carecircle.siting.matrix import cover
    from carecircle.siting.models import mclp
    from carecircle.siting.reduce import merged

    start = time.perf_counter()
    merged(cover(cost, LIMIT), residents)
    building = time.perf_counter() - start
    start = time.perf_counter()
    found = mclp(cost, residents, limit=LIMIT, sites=p, time_limit=SECONDS)
    total = time.perf_counter() - start
    return {
        "objective": found.objective, "status": found.status, "gap": found.gap,
        "building": building, "solving": total - building, "total": total,
    }  # fmt: skip


def spopt(cost: np.ndarray, residents: np.ndarray, p: int) -> dict[str, object]:
    import pulp
    from spopt.locate import MCLP

    start = time.perf_counter()
    model = MCLP.from_cost_matrix(cost, residents, LIMIT, p)
    built = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "cbc.log"
        model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, logPath=str(log), timeLimit=SECONDS))
        text = log.read_text()
    total = time.perf_counter() - start
    wall = re.findall(r"Wallclock seconds\):\s+([0-9.]+)", text)
    solving = float(wall[-1]) if wall else float("nan")
    chosen = [j for j, clients in enumerate(model.fac2cli) if len(clients)]
    return {
        "objective": float(residents[(cost[:, chosen] <= LIMIT).any(axis=1)].sum()),
        "status": pulp.LpStatus[model.problem.status], "gap": None, "modelling": built,
        "building": total - solving, "solving": solving, "total": total,
    }  # fmt: skip


def cbc(cost: np.ndarray, residents: np.ndarray, p: int) -> dict[str, object]:
    """spopt's model written over the covered pairs only."""
    import pulp

    start = time.perf_counter()
    rows, candidates = cost.shape
    model = pulp.LpProblem("mclp", pulp.LpMaximize)
    x = [pulp.LpVariable(f"x{j}", cat="Binary") for j in range(candidates)]
    y = [pulp.LpVariable(f"y{i}", cat="Binary") for i in range(rows)]
    model += pulp.LpAffineExpression(list(zip(y, residents.tolist(), strict=True)))
    for i in range(rows):
        near = np.nonzero(cost[i] <= LIMIT)[0].tolist()
        model += pulp.LpAffineExpression([*((x[j], 1) for j in near), (y[i], -1)]) >= 0
    model += pulp.lpSum(x) == p
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "cbc.log"
        model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, logPath=str(log), timeLimit=SECONDS))
        text = log.read_text()
    total = time.perf_counter() - start
    wall = re.findall(r"Wallclock seconds\):\s+([0-9.]+)", text)
    solving = float(wall[-1]) if wall else float("nan")
    chosen = [j for j in range(candidates) if (x[j].value() or 0) > 0.5]
    return {
        "objective": float(residents[(cost[:, chosen] <= LIMIT).any(axis=1)].sum()),
        "status": pulp.LpStatus[model.status], "gap": None,
        "building": total - solving, "solving": solving, "total": total,
    }  # fmt: skip


def held(key: str) -> float:
    """A figure of this process's memory in MiB, by its name in /proc (Linux)."""
    text = Path("/proc/self/status").read_text()
    found = re.search(rf"{key}:\s+(\d+) kB", text)
    return int(found[1]) / 1024 if found else float("nan")


def alone(side: str, name: str) -> dict[str, object]:
    """One side on one case in a fresh process; peak memory above the matrix itself."""
    done = subprocess.run(
        [sys.executable, __file__, "--side", side, "--case", name],
        capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--side", choices=["ours", "spopt", "cbc"])
    parser.add_argument("--case", choices=list(CASES), action="append")
    parser.add_argument("--quick", action="store_true", help="only the smallest case")
    asked = parser.parse_args()
    if asked.side:
        cost, residents, p = instance(asked.case[0])
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        before = held("VmRSS")
        found = {"ours": ours, "spopt": spopt, "cbc": cbc}[asked.side](cost, residents, p)
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(json.dumps({**found, "memory_mib": held("VmHWM") - before + child}))
        return
    columns = ("objective", "status", "gap", "building", "solving", "total", "memory_mib")
    print(" | ".join(("case", "side", *columns)))
    for name in asked.case or list(CASES)[: 1 if asked.quick else None]:
        for side in ("ours", "cbc" if CASES[name][1] > 50_000 else "spopt"):
            found = alone(side, name)
            shown = [f"{v:.4g}" if isinstance(v, float) and c != "objective" else str(v)
                     for c in columns for v in [found[c]]]  # fmt: skip
            print(" | ".join((name, side, *shown)), flush=True)


if __name__ == "__main__":
    main()
