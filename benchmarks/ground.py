"""Ground and roads beside their peers, in one run: every figure that is asked of them, with what is asked.

    python benchmarks/ground.py [--rounds 5] [--only walk,areas] [--out benchmarks/ground.json]

User seconds of the processor; tools take turns within each round, and a ratio is the median over the rounds.
GRASS (``apt install grass-core``) runs r.walk on the very same cells and must come to the same minutes.
xarray-spatial and scikit-image know no slopes and run on the flat. A peer that is not installed is left out,
and said to be. No test asserts a time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
from groundland import CELL_M, CRS, cells_of, field_of, lattice, sources_of, world

from carecircle.reach.ground import Ground
from carecircle.reach.ground.areas import Area
from carecircle.reach.ground.engine import Lanes, Sources, World
from carecircle.reach.ground.field import Field


def user() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def turns(tools, rounds):
    """User seconds of every tool and round, by turns; work that returns a number has measured itself."""
    for work in tools.values():
        if not getattr(work, "warm", False):
            work()  # compiles
    taken = {name: [] for name in tools}
    for _ in range(rounds):
        for name, work in tools.items():
            begun = user()
            told = work()
            taken[name].append(told if isinstance(told, float) else user() - begun)
    return taken


def ratio(taken, theirs, ours):
    return statistics.median(a / b for a, b in zip(taken[theirs], taken[ours], strict=True))


def told(taken):
    return {name: {"median": statistics.median(t), "least": min(t)} for name, t in taken.items()}


def search(z, slow, law, moves, means):
    """One search over all cells, as a tool; ``means`` takes the mean of its answers."""
    field = field_of(z, slow, law, moves)
    place, (sources, _) = World(field, Lanes.none(), 1.0, once=False), sources_of(field, 50)

    def work():
        cost, owner = place.nearest(sources, np.inf)
        means[f"carecircle {law} {moves}"] = float(cost[owner >= 0].mean())

    return work


def memory(side):
    """Bytes a cell that a search takes beyond its inputs, in a process of its own."""
    code = (
        "import sys, resource; sys.path[:0] = [sys.argv[1]]; import ground, numpy as np\n"
        "z, slow = ground.world(int(sys.argv[2])); f = ground.Field.of(ground.cells_of(z, slow, law='tobler',"
        " moves=16), 'walk', 'minutes'); f.open\n"
        "s, _ = ground.sources_of(f, 50); w = ground.World(f, ground.Lanes.none(), 1.0, once=False)\n"
        "c = ground.cells_of(z[:40, :40], slow[:40, :40], law='tobler', moves=16)\n"
        "small = ground.Field.of(c, 'walk', 'minutes'); t, _ = ground.sources_of(small, 5)\n"
        "ground.World(small, ground.Lanes.none(), 1.0, once=False).nearest(t, np.inf)\n"
        "here = int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize()\n"
        "open('/proc/self/clear_refs', 'w').write('5')\n"
        "w.nearest(s, np.inf)\n"
        "peak = [l for l in open('/proc/self/status') if l.startswith('VmHWM')][0].split()[1]\n"
        "print((int(peak) * 1024 - here) / f.size)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).resolve().parent), str(side)], capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return float(done.stdout) if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


class Grass:
    """A room of GRASS with the same cells in it."""

    def __init__(self, room, z, slow):
        self.room, side = room, len(slow)
        _, at = sources_of(Field.of(cells_of(z, slow), "walk", "minutes"), 50)
        start = np.full((side, side), np.nan, np.float32)
        start[at[:, 0], at[:, 1]] = 1
        subprocess.run(["grass", "-c", "XY", f"{room}/place", "-e"], check=True, capture_output=True)
        bounds = f"north={side * CELL_M} south=0 east={side * CELL_M} west=0"
        self.run(f"g.region n={side * CELL_M} s=0 e={side * CELL_M} w=0 rows={side} cols={side}")
        for name, array in (("z", z), ("slow", slow * 60), ("start", start)):
            array.astype(np.float32).tofile(f"{room}/{name}.bin")
            self.run(
                f"r.in.bin -f input={room}/{name}.bin output={name} bytes=4 {bounds} rows={side} cols={side} "
                "anull=nan"
            )
        self.idle, _ = self.run("g.region -p")
        self.peak_mib = 0.0

    def run(self, command):
        """User seconds and MiB of one command."""
        process = subprocess.Popen(
            ["grass", f"{self.room}/place/PERMANENT", "--exec", *command.split()], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "GRASS_OVERWRITE": "1"},
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        if status:
            raise RuntimeError(command)
        return used.ru_utime, used.ru_maxrss / 1024

    def walk(self, flag):
        """r.walk as a tool: its own user seconds, without what starting GRASS takes."""

        def work():
            command = f"r.walk {flag} elevation=z friction=slow output=cost start_raster=start memory=8000"
            taken, peak = self.run(command)
            self.peak_mib = max(self.peak_mib, peak)
            return float(taken - self.idle)

        work.warm = True
        return work

    def mean(self):
        """Of the last answer, in seconds."""
        self.run(f"r.out.bin input=cost output={self.room}/cost.bin bytes=8 null=nan")
        return float(np.nanmean(np.fromfile(f"{self.room}/cost.bin")))


def flat_peers(slow, means, *, small):
    """xarray-spatial and, as it is slow, on few cells scikit-image: 8 moves on the flat."""
    side, tools, absent = len(slow), {}, []
    _, at = sources_of(Field.of(cells_of(np.zeros_like(slow), slow), "walk", "minutes"), 50)
    try:
        import xarray
        from xrspatial.cost_distance import cost_distance
    except ImportError:
        absent.append("xarray-spatial")
    else:
        axis = (np.arange(side) + 0.5) * CELL_M
        start = np.zeros((side, side), np.float32)
        start[at[:, 0], at[:, 1]] = 1
        given = [xarray.DataArray(a, dims=("y", "x"), coords={"y": axis[::-1], "x": axis})
                 for a in (start, slow * 60)]  # fmt: skip

        def spatial():
            cost = cost_distance(*given).values
            means["xarray-spatial"] = float(cost[np.isfinite(cost)].mean(dtype=float))

        tools["xarray-spatial"] = spatial
    try:
        from skimage.graph import MCP_Geometric
    except ImportError:
        absent.append("scikit-image")
    else:
        costs = np.where(np.isnan(slow), -1, slow * 60 * CELL_M).astype(float)

        def image():
            cost, _ = MCP_Geometric(costs).find_costs(at.tolist())
            means["scikit-image"] = float(cost[np.isfinite(cost)].mean())

        if small:
            tools["scikit-image"] = image
    return tools, absent


def walk(side, rounds):
    """All cells of a grid, beside every peer."""
    z, slow = world(side)
    means, found = {}, {"cells": side * side}
    tools, absent = flat_peers(slow, means, small=side < 2000)
    tools = {f"{law} {moves}": search(z, slow, law, moves, means)
             for law, moves in (("r.walk", 8), ("r.walk", 16), ("none", 8), ("tobler", 8), ("tobler", 16))
             } | tools  # fmt: skip
    with tempfile.TemporaryDirectory() as room:
        if shutil.which("grass") is None:
            absent.append("GRASS")
        else:
            grass = Grass(room, z, slow)
            for name, flag in (("GRASS 8", ""), ("GRASS 16", "-k")):
                grass.walk(flag)()
                means[name] = grass.mean()
                tools[name] = grass.walk(flag)
        taken = turns(tools, rounds)
        if "GRASS 8" in tools:
            found["GRASS peak MiB"] = grass.peak_mib
    pairs = [("GRASS 8", "r.walk 8"), ("GRASS 16", "r.walk 16"), ("xarray-spatial", "none 8"),
             ("scikit-image", "none 8")]  # fmt: skip
    found["ratios"] = {theirs: ratio(taken, theirs, ours) for theirs, ours in pairs if theirs in taken}
    return {**found, "seconds": told(taken), "mean seconds": means, "absent": absent}


def areas(rounds, side=1500, minutes=30.0, count=200):
    """Nanoseconds a reached cell of many bounded areas."""
    z, slow = world(side)
    found = {}
    for moves in (8, 16):
        field = field_of(z, slow, "tobler", moves)
        sources, _ = sources_of(field, count)
        area = Area(World(field, Lanes.none(), -1.0, once=False))
        each = [Sources(sources.code[[i]], sources.spent[[i]], sources.owner[[i]]) for i in range(count)]

        def work(area=area, each=each):
            reached, begun = 0, user()
            for one in each:
                seen = area.search(one, minutes * 60)
                area.clear(seen)
                reached += seen
            return (user() - begun) / reached * 1e9

        found[str(moves)] = told(turns({"ns a cell": work}, rounds))["ns a cell"]
    return found


MODES = (("walk", 4.0), ("drive", 30.0), ("ambulance", 30.0))


def county(side, rounds, nodes=100_000):
    """Ground and roads together against ground alone, and a county asked for three modes from nothing."""
    z, slow = world(side)
    rng = np.random.default_rng(5)
    spots = rng.uniform(0, side * CELL_M, (10_050, 2))
    people = gpd.GeoDataFrame(
        {"demand_id": np.arange(10_000)}, geometry=gpd.points_from_xy(*spots[50:].T), crs=CRS
    )
    health = gpd.GeoDataFrame(
        {"facility_id": np.arange(50)}, geometry=gpd.points_from_xy(*spots[:50].T), crs=CRS
    )
    networks = {mode: lattice(side * CELL_M, nodes, mode, kph) for mode, kph in MODES}
    found = {"cells": slow.size}

    def ask(mode):
        direction = "from_facility" if mode == "ambulance" else "to_facility"
        ground = Ground(networks[mode], cells_of(z, slow, mode, law="tobler", moves=16), mode)
        ground.nearest(people, health, direction=direction)
        return ground, direction

    for mode in networks:
        ground, direction = ask(mode)
        alone = World(ground.field, Lanes.none(), ground._world(direction).sign, once=False)
        sources = ground._sources(ground.place(health), leaving=direction != "to_facility").on(False)
        stand, serving = ground.place(people), ground.place(health)
        taken = turns({
            "joined": lambda g=ground, p=(stand, serving, direction): g._nearest(*p)[0].sum() and None,
            "grid": lambda w=alone, s=sources: w.nearest(s, np.inf) and None,
        }, rounds)  # fmt: skip
        found[mode] = {"ratio": ratio(taken, "joined", "grid"), "seconds": told(taken),
                       "places": ground._world(direction).lanes.places}  # fmt: skip
    whole = turns({"three modes": lambda: [ask(mode) for mode in networks] and None}, rounds)
    return {**found, **told(whole)}


ASKED = (
    ("2.25M cells, 8 moves: × r.walk", 9, True, lambda r: r["walk"]["ratios"]["GRASS 8"]),
    ("2.25M cells, 16 moves: × r.walk -k", 10, True, lambda r: r["walk"]["ratios"]["GRASS 16"]),
    ("16M cells, 8 moves: × r.walk", 12, True, lambda r: r["walk_16m"]["ratios"]["GRASS 8"]),
    ("16M cells, 16 moves: × r.walk -k", 16, True, lambda r: r["walk_16m"]["ratios"]["GRASS 16"]),
    ("16M cells, flat: × xarray-spatial", 5, True, lambda r: r["walk_16m"]["ratios"]["xarray-spatial"]),
    ("bytes a cell beyond inputs", 24, False, lambda r: r["memory"]),
    ("areas, 8 moves: ns a reached cell", 100, False, lambda r: r["areas"]["8"]["median"]),
    ("areas, 16 moves: ns a reached cell", 150, False, lambda r: r["areas"]["16"]["median"]),
    *((f"joined, {size} cells, {mode}: × the grid", 2, False, lambda r, n=name, m=mode: r[n][m]["ratio"])
      for name, size in (("small", "0.5M"), ("county", "4M")) for mode, _ in MODES),
    ("a county, three modes: seconds", 10, False, lambda r: r["county"]["three modes"]["median"]),
)  # fmt: skip
"""What is asked: what, how much, whether more is better, and where it stands in the results."""


def summary(results):
    """What was asked and what was measured, row by row; None where it was not."""
    rows = []
    for what, wanted, more, where in ASKED:
        try:
            got = float(where(results))
        except (KeyError, TypeError, ValueError):
            got = None
        held = None if got is None else got >= wanted if more else got <= wanted
        rows.append(
            {"what": what, "asked": f"{'≥' if more else '≤'} {wanted}", "measured": got, "held": held}
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="of: walk, walk_16m, memory, areas, small, county")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    cases = {
        "areas": lambda: areas(given.rounds),
        "memory": lambda: memory(1500),
        "small": lambda: county(708, given.rounds, nodes=12_500),
        "county": lambda: county(2000, given.rounds),
        "walk": lambda: walk(1500, given.rounds),
        "walk_16m": lambda: walk(4000, given.rounds),
    }
    results = {}
    for name, work in cases.items():
        if given.only and name not in given.only.split(","):
            continue
        results[name] = work()
        print(name, json.dumps(results[name]), flush=True)
        if given.out:
            given.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    results["asked"] = summary(results)
    for row in results["asked"]:
        measured = "not measured" if row["measured"] is None else f"{row['measured']:12.2f}"
        missed = "not held" if row["held"] is False else ""
        print(f"{row['what']:50} {measured:>12}   asked {row['asked']:6} {missed}")
    if given.out:
        given.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
