"""Run the benchmarks: every case in a process of its own, every tool's memory in another.

    python benchmarks/run.py [CASE …] [--out benchmarks/results.json]

Results of cases not named are kept. `report.py` turns the file into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = (
    "numpy", "scipy", "numba", "shapely", "geopandas", "networkx", "igraph", "rustworkx", "networkit",
    "pandana", "osmnx", "pyrosm", "osmium", "pyvalhalla-weekly",
)  # fmt: skip


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def one(arguments: list[str]) -> dict:
    done = subprocess.run(
        [sys.executable, str(HERE / "run.py"), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr else "killed"}
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    parser.add_argument("--time", metavar="CASE")
    parser.add_argument("--memory", nargs=2, metavar=("CASE", "TOOL"))
    given = parser.parse_args()
    sys.path[:0] = [str(HERE), str(HERE.parent / "coverage")]
    from cases import CASES
    from measure import peak_mib, rounds

    if given.time:
        print(json.dumps(rounds(CASES[given.time])))
        return
    if given.memory:
        print(json.dumps({"peak_mib": peak_mib(CASES[given.memory[0]], given.memory[1])}))
        return
    results = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {"cases": {}}
    results["machine"] = {"processors": os.cpu_count(), "system": platform.platform(terse=True)}
    results["versions"] = versions()
    for name in given.cases or CASES:
        case = CASES[name]
        print(name, flush=True)
        found = one(["--time", name])
        found["peak_mib"] = {
            tool: one(["--memory", name, tool]).get("peak_mib") for tool in found.get("seconds", {})
        }
        found |= {"title": case.title, "reference": case.reference, "aim": case.aim, "note": case.note}
        results["cases"][name] = found
        given.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
