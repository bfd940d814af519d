"""Ground and roads beside their peers, in one run: processor seconds, memory, nanoseconds a reached cell.

    python benchmarks/ground.py [--side 1500] [--rounds 5] [--out benchmarks/ground.json]

GRASS (``apt install grass-core``) runs r.walk on the very same cells and must come to the same minutes;
scikit-image's MCP_Geometric has no slopes and runs on the flat. A peer that is not installed is left out, and
said to be. No test asserts a time.
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
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "coverage")]

from carecircle.reach.ground import Ground
from carecircle.reach.ground.areas import Area
from carecircle.reach.ground.engine import Lanes, Sources, World
from carecircle.reach.ground.field import Field
from carecircle.reach.network.model import Network
from carecircle.terrain import GroundCells

CRS = "EPSG:32650"
CELL_M = 30.0
WALKING = 0.72


def world(side, seed=0):
    """Hills of 120 m and three kinds of cover in patches, a thirtieth of it water."""
    rng = np.random.default_rng(seed)
    z = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), 20)
    cover = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), 6)
    cover /= cover.std()
    slow = (0.06 / np.where(cover > 0.4, 4.0, np.where(cover > -0.5, 2.5, 1.5))).astype(np.float32)
    slow[cover < np.quantile(cover, 1 / 30)] = np.nan
    return (z / z.std() * 120).astype(np.float32), slow


def cells_of(z, slow, mode="walk", **more):
    side = len(slow)
    return GroundCells(
        CRS, (CELL_M, 0, 0, 0, -CELL_M, side * CELL_M), np.full(side, CELL_M), np.full(side, CELL_M),
        {mode: slow}, elevation_m=z, **more,
    )  # fmt: skip


def sources_of(field, count, seed=1):
    open_ = np.argwhere(field.open)
    picked = open_[np.random.default_rng(seed).permutation(len(open_))[:count]]
    code = field.code(picked[:, 0], picked[:, 1])
    return Sources(code, np.zeros(count), np.arange(count, dtype=np.int32)), picked


def seconds(work, rounds):
    """Median of the processor seconds of some rounds, after one that compiles, and the last answer."""
    work()
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        answer = work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken), answer


def ours(z, slow, rounds):
    """One search over all cells, by law and moves."""
    found = {}
    for law, more in (("none", {}), ("tobler", {}), ("r.walk's", {"walking_minutes_per_m": WALKING / 60})):
        for moves in (8, 16):
            if law == "r.walk's":
                more["on_foot"] = {"walk": np.zeros(slow.shape, bool)}
            name = "langmuir" if law == "r.walk's" else law
            field = Field.of(cells_of(z, slow, law=name, moves=moves, **more), "walk", "minutes")
            place = World(field, Lanes.none(), 1.0, once=False)
            sources, _ = sources_of(field, 50)
            taken, (cost, owner) = seconds(lambda p=place, s=sources: p.nearest(s, np.inf), rounds)
            found[f"{law} {moves}"] = {"seconds": taken, "mean": float(cost[owner >= 0].mean())}
    return found


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


def grass(z, slow, rounds):
    """r.walk and r.walk -k on the same cells, from the same places."""
    if shutil.which("grass") is None:
        return "not installed"
    side = len(slow)
    _, at = sources_of(Field.of(cells_of(z, slow), "walk", "minutes"), 50)
    start = np.full((side, side), np.nan, np.float32)
    start[at[:, 0], at[:, 1]] = 1
    found = {}
    with tempfile.TemporaryDirectory() as room:
        subprocess.run(["grass", "-c", "XY", f"{room}/place", "-e"], check=True, capture_output=True)
        bounds = f"north={side * CELL_M} south=0 east={side * CELL_M} west=0"

        def run(command):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                ["grass", f"{room}/place/PERMANENT", "--exec", *command.split()], check=True,
                capture_output=True, env={**os.environ, "GRASS_OVERWRITE": "1"},
            )  # fmt: skip
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime - before.ru_utime

        run(f"g.region n={side * CELL_M} s=0 e={side * CELL_M} w=0 rows={side} cols={side}")
        for name, array in (("z", z), ("slow", slow * 60), ("start", start)):
            array.astype(np.float32).tofile(f"{room}/{name}.bin")
            run(
                f"r.in.bin -f input={room}/{name}.bin output={name} bytes=4 {bounds} rows={side} cols={side} "
                "anull=nan"
            )
        idle = run("g.region -p")
        for moves, flag in ((8, ""), (16, "-k ")):
            command = f"r.walk {flag}elevation=z friction=slow output=cost start_raster=start memory=4000"
            taken = statistics.median(run(command) for _ in range(rounds)) - idle
            run(f"r.out.bin input=cost output={room}/cost.bin bytes=8 null=nan")
            cost = np.fromfile(f"{room}/cost.bin")
            found[f"{moves}"] = {"seconds": taken, "mean": float(np.nanmean(cost))}
    return found


def skimage(slow, rounds):
    """MCP_Geometric on the flat, 8 moves."""
    try:
        from skimage.graph import MCP_Geometric
    except ImportError:
        return "not installed"
    _, at = sources_of(Field.of(cells_of(np.zeros_like(slow), slow), "walk", "minutes"), 50)
    costs = np.where(np.isnan(slow), -1, slow * 60 * CELL_M).astype(float)
    taken, (cost, _) = seconds(lambda: MCP_Geometric(costs).find_costs(at.tolist()), min(rounds, 2))
    return {"seconds": taken, "mean": float(cost[np.isfinite(cost)].mean())}


def areas(z, slow, minutes=30.0, count=200):
    """Nanoseconds a reached cell of many bounded areas."""
    found = {}
    for moves in (8, 16):
        field = Field.of(cells_of(z, slow, law="tobler", moves=moves), "walk", "minutes")
        sources, _ = sources_of(field, count)
        area = Area(World(field, Lanes.none(), -1.0, once=False))
        each = [Sources(sources.code[[i]], sources.spent[[i]], sources.owner[[i]]) for i in range(count)]

        def work(area=area, each=each):
            reached = 0
            for one in each:
                seen = area.search(one, minutes * 60)
                area.clear(seen)
                reached += seen
            return reached

        taken, reached = seconds(work, 3)
        found[str(moves)] = {"ns_a_cell": taken / reached * 1e9, "reached": reached}
    return found


def lattice(side_m, nodes, mode, kph, seed=3):
    """Crooked roads: a lattice with its nodes moved and two fifths of its edges taken out."""
    rng = np.random.default_rng(seed)
    n = int(np.sqrt(nodes))
    y, x = np.mgrid[:n, :n]
    xy = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5 + rng.uniform(-0.3, 0.3, (n * n, 2))) * side_m / n
    number = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
        ]
    )
    pairs = pairs[rng.random(len(pairs)) < 0.6]
    bend = (xy[pairs[:, 0]] + xy[pairs[:, 1]]) / 2 + rng.normal(0, 0.05 * side_m / n, (len(pairs), 2))
    ahead = shapely.linestrings(np.stack([xy[pairs[:, 0]], bend, xy[pairs[:, 1]]], axis=1))
    lines = np.concatenate([ahead, shapely.reverse(ahead)])
    length = shapely.length(lines)
    frame = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lines)), "from_node": np.r_[pairs[:, 0], pairs[:, 1]],
            "to_node": np.r_[pairs[:, 1], pairs[:, 0]], "length_m": length.astype(np.float32),
            f"travel_time_s_{mode}": (length * 3.6 / kph).astype(np.float32),
        },
        geometry=lines, crs=CRS,
    )  # fmt: skip
    return Network.from_edges(frame, mode=mode, access_speed_kph=4.0)


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
    found, whole = {"cells": slow.size}, 0.0
    for mode, kph in (("walk", 4.0), ("drive", 30.0), ("ambulance", 30.0)):
        network = lattice(side * CELL_M, nodes, mode, kph)
        cells = cells_of(z, slow, mode, law="tobler", moves=16)
        direction = "from_facility" if mode == "ambulance" else "to_facility"
        begun = time.process_time()
        ground = Ground(network, cells, mode)
        ground.nearest(people, health, direction=direction)
        taken = time.process_time() - begun
        joined, alone = ground._world(direction), World(ground.field, Lanes.none(), -1.0, once=False)
        sources = ground._sources(ground.place(health), leaving=direction != "to_facility")
        both, _ = seconds(lambda w=joined, s=sources: w.nearest(s, np.inf), rounds)
        bare, _ = seconds(lambda w=alone, s=sources: w.nearest(s.on(False), np.inf), rounds)
        found[mode] = {
            "whole_seconds": taken, "search_seconds": both, "grid_seconds": bare, "ratio": both / bare,
            "places": joined.lanes.places,
        }  # fmt: skip
        whole += taken
    found["three_modes_seconds"] = whole
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    z, slow = world(given.side)
    results = {"cells": given.side**2}
    for name, work in (
        ("carecircle", lambda: ours(z, slow, given.rounds)),
        ("grass", lambda: grass(z, slow, given.rounds)),
        ("scikit-image", lambda: skimage(slow, given.rounds)),
        ("areas", lambda: areas(z, slow)),
        ("bytes_a_cell", lambda: memory(given.side)),
        ("county", lambda: county(2000, given.rounds)),
    ):
        results[name] = work()
        print(name, json.dumps(results[name]), flush=True)
    if given.out:
        given.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
