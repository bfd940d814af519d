"""Several counties at a time on this machine: processes of our own, each on one core, watched over.

A county begins where a process is free and the memory guessed for it fits beside what is running; the
heaviest come first. A process is replaced after some counties, so that memory goes back to the system.
Where one dies (killed, out of memory) its county is done again by another, and given up after three deaths.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import psutil

from carecircle.batch.county import Job, Receipt, failed
from carecircle.errors import CapacityError
from carecircle.reach.search._engine import processors

RECYCLED = 20
"""Counties after which a process gives way to a new one."""
DEATHS = 3
"""Processes that may die over a county before it is given up."""
_SHARE = 0.85
"""Of the memory that is free at the beginning, so much may be used."""
_ONE_CORE = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "65536",
}  # fmt: skip
"""Nothing that readers of files look at: what is kept, and the store, are known by those settings too."""
WORKER = ("-m", "carecircle.batch.worker")
_Event = tuple["_Process", str | None]


def run_local(
    jobs: Sequence[Job], *, workers: int | None = None, memory_mb: float | None = None
) -> Iterator[Receipt]:
    """Do counties in processes of our own.

    Parameters
    ----------
    jobs
        The counties.
    workers
        Processes at a time (None: one for each processor).
    memory_mb
        Memory that all of them may use together, megabytes (None: most of what is free).

    Yields
    ------
    Receipt
        One for each county, as it is done.
    """
    most = max(1, min(workers or processors(), len(jobs)))
    budget = memory_mb or psutil.virtual_memory().available / 1e6 * _SHARE
    waiting = sorted(jobs, key=lambda job: (-job.nodes, job.county))
    deaths: Counter[str] = Counter()
    events: queue.Queue[_Event] = queue.Queue()
    team: list[_Process] = []
    try:
        while waiting or any(p.job for p in team):
            _hand_out(waiting, team, most, budget, events)
            process, line = events.get()
            job, process.job = process.job, None
            if process in team and (line is None or process.done >= RECYCLED):
                process.end()
                team.remove(process)
            if job is None:
                continue
            if line is not None:
                yield _received(line)
            elif deaths[job.county] + 1 < DEATHS:
                deaths[job.county] += 1
                waiting.insert(0, job)
            else:
                yield failed(job, CapacityError("batch.process_died", count=DEATHS))
    finally:
        for process in team:
            process.end()


def _hand_out(
    waiting: list[Job], team: list[_Process], most: int, budget: float, events: queue.Queue[_Event]
) -> None:
    """Give counties to free processes as long as memory suffices; one alone is never too large."""
    while waiting:
        busy = [p for p in team if p.job]
        left = budget - sum(p.job.memory_mb for p in busy if p.job)
        fit = next((job for job in waiting if job.memory_mb <= left or not busy), None)
        if fit is None or len(busy) >= most:
            return
        free = next((p for p in team if not p.job), None)
        if free is None:
            free = _Process(events, {p.core for p in team})
            team.append(free)
        waiting.remove(fit)
        free.give(fit)


def _received(line: str) -> Receipt:
    held = json.loads(line)
    held.pop("schema")
    return Receipt(**{**held, "faults": tuple(held["faults"])})


class _Process:
    """A worker with the thread that listens to it."""

    def __init__(self, events: queue.Queue[_Event], taken: set[int]) -> None:
        self.job: Job | None = None
        self.done = 0
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
        self.core = next((c for c in cores if c not in taken), cores[0])
        self._popen = subprocess.Popen(
            [sys.executable, *WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8", env={**os.environ, **_ONE_CORE},
        )  # fmt: skip
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self._popen.pid, {self.core})
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def give(self, job: Job) -> None:
        """Let it do a county."""
        self.job = job
        self.done += 1
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(json.dumps(vars(job)) + "\n")
            self._popen.stdin.flush()
        except OSError:  # dead already: its end is on the way
            return

    def _listen(self, events: queue.Queue[_Event]) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            events.put((self, line))
        events.put((self, None))

    def end(self) -> None:
        """Let it go, and take away what is left of it."""
        self._popen.kill()
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
