"""The OR-Library's uncapacitated p-median files (Beasley 1985): p-median and p-center, each to proof.

Run: python benchmarks/orlib.py FOLDER [--case pmed36] [--model p_median] [--seconds 300]

FOLDER holds ``pmedN.txt``: the number of vertices, of edges and p, then an edge a line, its ends and length;
an edge named again replaces the earlier. Published optima of the p-median:
http://people.brunel.ac.uk/~mastjjb/jeb/orlib/pmedinfo.html. Each run has a process of its own; ``cpu`` is
the processor's seconds of the model alone, ``seconds`` those on the wall.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra


def instance(path: Path) -> tuple[np.ndarray, int]:
    """Shortest lengths between all vertices, and p."""
    figures = np.array(path.read_text().split(), dtype=np.int64)
    vertices, _, p = figures[:3].tolist()
    length = {}
    for one, other, far in figures[3:].reshape(-1, 3).tolist():
        length[min(one, other) - 1, max(one, other) - 1] = far
    ends = np.array([*length]).T
    graph = csr_array((np.array([*length.values()], float), ends), shape=(vertices, vertices))
    return dijkstra(graph, directed=False), p


def solve(path: Path, model: str, seconds: float) -> str:
    """One run's line."""
    from carecircle.siting.models import p_center, p_median

    cost, p = instance(path)
    asked = {"sites": p, "time_limit": seconds}
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = p_median(cost, np.ones(len(cost)), **asked) if model == "p_median" else p_center(cost, **asked)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - used
    wall = time.perf_counter() - began
    told = (path.stem, model, len(cost), p, f"{found.objective:g}", f"{found.bound:g}", found.status)
    return " | ".join(map(str, (*told, f"{used:.1f}", f"{wall:.1f}")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--case", action="append")
    parser.add_argument("--model", action="append", choices=["p_median", "p_center"])
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    models = asked.model or ["p_median", "p_center"]
    cases = asked.case or [
        f.stem for f in sorted(asked.folder.glob("pmed*.txt"), key=lambda f: int(f.stem[4:]))
    ]
    if asked.alone:
        print(solve(asked.folder / f"{cases[0]}.txt", models[0], asked.seconds), flush=True)
        return
    print("case | model | vertices | p | objective | bound | status | cpu | seconds")
    for case in cases:
        for model in models:
            own = ["--case", case, "--model", model, "--seconds", str(asked.seconds), "--alone"]
            subprocess.run([sys.executable, __file__, str(asked.folder), *own], check=True)


if __name__ == "__main__":
    main()
