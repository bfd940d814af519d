"""Whether every siting model keeps the seconds it is given: asked, taken, and how far it came.

Run: python benchmarks/limits.py [--model NAME] [--seconds 5] [--seconds 20]

Instances are too large to be proven in the time (uniform points of a square, residents 1-100, seed 0). A
limit holds if no more than 1.1 times its seconds and one more pass on the wall; ``cpu`` (user, this process)
tells a model that was slow from a machine that was busy. Unless the model was done, a limit is used whole
if at least nine tenths of it pass.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting import models


def plane(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances between uniform points, and residents."""
    rng = np.random.default_rng(0)
    a, b = rng.random((rows, 2)), rng.random((columns, 2))
    cost = np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
    return cost, rng.integers(1, 101, rows).astype(float)


def near(rows: int, columns: int, limit: float) -> tuple[sp.csr_array, np.ndarray]:
    """Only the pairs within a limit."""
    cost, people = plane(rows, columns)
    return sp.csr_array(np.where(cost <= limit, np.maximum(cost, 1e-9), 0.0)), people


def squares(count: int) -> np.ndarray:
    """Distances among uniform points."""
    there = np.random.default_rng(0).random((count, 2))
    return np.hypot(*(there[:, None] - there[None]).transpose(2, 0, 1))


Run = Callable[..., Any]


def runs() -> dict[str, Callable[[], Run]]:
    """Each model on its instance, made before the clock starts."""

    def on(made: tuple[Any, np.ndarray], solve: Callable[..., Any]) -> Run:
        return lambda **asked: solve(*made, **asked)

    def share(people: np.ndarray, of: float) -> float:
        return float(people.sum() * of)

    def covering(c: Any, w: np.ndarray, **o: Any) -> Any:
        return models.mclp(c, w, limit=0.05, sites=60, **o)

    def expected(c: Any, w: np.ndarray, **o: Any) -> Any:
        return models.mexclp(c, w, limit=0.05, busy=0.3, ambulances=60, **o)

    def capacitated(c: Any, w: np.ndarray, **o: Any) -> Any:
        return models.capacitated_p_median(c, w, capacity=share(w, 0.06), sites=20, **o)

    return {
        "mclp": lambda: on(plane(20_000, 1000), covering),
        "p_median": lambda: on(plane(3000, 1500), lambda c, w, **o: models.p_median(c, w, sites=40, **o)),
        "p_center": lambda: on(plane(5000, 2000), lambda c, _, **o: models.p_center(c, sites=40, **o)),
        "p_dispersion": lambda: lambda **o: models.p_dispersion(squares(300), sites=25, **o),
        "lscp": lambda: on(plane(20_000, 2000), lambda c, _, **o: models.lscp(c, limit=0.08, **o)),
        "lscp_backup": lambda: on(
            near(20_000, 2000, 0.08), lambda c, w, **o: models.lscp_backup(c, w, limit=0.08, **o)
        ),
        "partial_cover": lambda: on(
            plane(20_000, 1000), lambda c, w, **o: models.partial_cover(c, w, limit=0.05, share=0.9, **o)
        ),
        "capacitated_mclp": lambda: on(
            near(20_000, 2000, 0.04),
            lambda c, w, **o: models.capacitated_mclp(
                c, w, limit=0.04, capacity=share(w, 0.01), sites=60, **o
            ),
        ),
        "capacitated_p_median": lambda: on(plane(400, 100), capacitated),
        "mexclp": lambda: on(plane(20_000, 1000), expected),
        "double_standard": lambda: on(
            plane(5000, 400),
            lambda c, w, **o: models.double_standard(
                c, w, near=0.12, far=0.25, share=0.8, ambulances=40, **o
            ),
        ),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = runs()
    parser.add_argument("--model", action="append", choices=[*known])
    parser.add_argument("--seconds", action="append", type=float)
    asked = parser.parse_args()
    print("model | limit | taken | cpu | told | status | gap | holds | used whole")
    for name in asked.model or known:
        run = known[name]()
        for limit in asked.seconds or [5.0, 20.0]:
            told: list[float] = []
            began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
            try:
                found = run(time_limit=limit, progress=lambda *at: told.append(at[2]))  # noqa: B023
                status, gap = found.status, f"{found.gap:.2%}"
            except UsageError:
                status, gap = "out of time", "—"
            taken = time.perf_counter() - began
            used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - used
            done = status in ("optimal", "infeasible")
            whole = "done" if done else "yes" if taken >= 0.9 * limit else "no"
            holds = "yes" if taken <= 1.1 * limit + 1 else "NO"
            print(" | ".join((name, f"{limit:g}", f"{taken:.1f}", f"{used:.1f}", str(len(told)), status, gap,
                              holds, whole)), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
