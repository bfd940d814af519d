"""Time tools in interleaved rounds, and the memory of each in a process of its own."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from roadlike import roadlike, roadlike_network

CACHE = Path(tempfile.gettempdir()) / "carecircle-bench"


@dataclass
class Case:
    """One piece of work and the tools that do it.

    ``tools`` make, from nothing, a function that does the work once and returns costs to compare (or None);
    what they build before (a graph of their own) is not timed. ``share`` says what part of the work a slow
    reference is given; its times are divided by it.
    """

    title: str
    reference: str
    aim: float | None
    rounds: int
    tools: dict[str, Callable[[], Callable[[], object]]]
    share: dict[str, float] = field(default_factory=dict)
    note: str = ""


def graph(nodes):
    """The arrays of `roadlike`, generated once a machine."""
    CACHE.mkdir(exist_ok=True)
    folder = CACHE / f"graph-{nodes}"
    names = ("indptr", "indices", "cost", "xy")
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        partial.mkdir(exist_ok=True)
        for name, array in zip(names, roadlike(nodes), strict=True):
            np.save(partial / f"{name}.npy", array)
        partial.rename(folder)
    return [np.load(folder / f"{name}.npy") for name in names[:3]]


def places(nodes):
    """Coordinates of the nodes of `graph`."""
    graph(nodes)
    return np.load(CACHE / f"graph-{nodes}" / "xy.npy")


def network(nodes):
    """The `Network` of `roadlike_network`, built once a machine."""
    from carecircle.reach.network.model import Network

    path = CACHE / f"network-{nodes}.network"
    if not path.exists():
        roadlike_network(nodes).save(path)
    return Network.load(path)


def rounds(case: Case) -> dict:
    """Seconds (wall, processor) of every tool and round; how far its costs lie from carecircle's."""
    work, failed = {}, {}
    for name, make in case.tools.items():
        try:
            work[name] = make()
            if name in ("carecircle", "C"):
                work[name]()  # compile
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"[:200]
            work.pop(name, None)
    seconds: dict[str, list[float]] = {name: [] for name in work}
    processor: dict[str, list[float]] = {name: [] for name in work}
    results = {}
    for _ in range(case.rounds):
        for name, run in work.items():
            share = case.share.get(name, 1.0)
            start, spent = time.perf_counter(), time.process_time()
            results[name] = run()
            processor[name].append((time.process_time() - spent) / share)
            seconds[name].append((time.perf_counter() - start) / share)
    ours = results.get("carecircle")
    differs = {
        name: _difference(ours, result)
        for name, result in results.items()
        if name != "carecircle" and isinstance(result, np.ndarray) and isinstance(ours, np.ndarray)
    }
    return {"seconds": seconds, "processor": processor, "differs": differs, "failed": failed}


def _difference(ours, theirs) -> float | None:
    if ours.shape != theirs.shape:
        return None
    both = np.isfinite(ours) & np.isfinite(theirs)
    return float(np.max(np.abs(ours[both] - theirs[both]) / np.maximum(ours[both], 1.0), initial=0.0))


def peak_mib(case: Case, tool: str) -> float:
    """Peak memory of this process after one run of one tool: interpreter, graph and work."""
    case.tools[tool]()()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
