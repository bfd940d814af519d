"""Counties on dask.distributed: on this machine, or on whatever cluster a scheduler's address leads to.

Only paths travel, so that every worker must see the same files under the same names (a shared disk), and have
the same carecircle. Workers of a cluster of one's own should have one thread each, a memory limit, and
``MALLOC_TRIM_THRESHOLD_=65536`` in their environment, as those have that are started here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carecircle.batch.county import Job, Receipt, failed, run_county
from carecircle.errors import CapacityError, UsageError
from carecircle.reach.search._engine import processors

DEATHS = 3


def run_dask(
    jobs: Sequence[Job], *, workers: int | None = None, scheduler: str | None = None
) -> Iterator[Receipt]:
    """Do counties on dask.

    Parameters
    ----------
    jobs
        The counties; the heaviest go first.
    workers
        Processes to start on this machine (None: one for each processor); not used with a scheduler.
    scheduler
        Address of a running scheduler (``tcp://host:8786``), or None to start processes here.

    Yields
    ------
    Receipt
        One for each county, as it is done.

    Raises
    ------
    UsageError
        If dask.distributed is not installed.
    """
    try:
        import dask
        from distributed import Client, as_completed
    except ImportError as error:
        raise UsageError("batch.no_dask") from error
    env = {
        "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 65536,
        "distributed.nanny.pre-spawn-environ.OMP_NUM_THREADS": 1,
        "distributed.scheduler.allowed-failures": DEATHS - 1,
    }
    with dask.config.set(env):
        here = {"n_workers": workers or processors(), "threads_per_worker": 1, "dashboard_address": None}
        with Client(scheduler) if scheduler else Client(**here) as client:
            heaviest = sorted(jobs, key=lambda job: (-job.nodes, job.county))
            asked = {client.submit(run_county, job, pure=False): job for job in heaviest}
            for future in as_completed(asked):
                if future.status == "finished":
                    yield future.result()
                else:
                    yield failed(asked[future], CapacityError("batch.process_died", count=DEATHS))
