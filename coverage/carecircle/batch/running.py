"""The whole batch: what still stands is left, the rest is done, and the province is told at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from carecircle.batch.counties import RECEIPTS, County, Prepared, prepare
from carecircle.batch.county import Job, Receipt, still_stands
from carecircle.batch.local import run_local
from carecircle.batch.on_dask import run_dask
from carecircle.batch.province import Province
from carecircle.batch.rollup import write_rollup
from carecircle.delivery import BusyError
from carecircle.disk import let_go, wait_for
from carecircle.errors import CarecircleError, writing
from carecircle.inputs.storing import make_store
from carecircle.outputs.ours import ensure_writable
from carecircle.outputs.pages.gallery import write_gallery
from carecircle.progress import Tell
from carecircle.study import load_study
from carecircle.texts import Sentence

Engine = Literal["local", "dask"]
LOCK = ".carecircle-batch"
PAGE, GALLERY = "province.html", "gallery.html"


@dataclass(frozen=True, eq=False)
class Batch:
    """What became of the counties.

    Parameters
    ----------
    out
        The province's folder.
    receipts
        One for each county, by code; ``fault`` says why one could not be done.
    stood
        How many of them were done before and still stood.
    """

    out: Path
    receipts: tuple[Receipt, ...]
    stood: int

    @property
    def faults(self) -> tuple[Receipt, ...]:
        """Those that could not be done."""
        return tuple(r for r in self.receipts if not r.done)


def run_batch(
    province: Province,
    out: str | Path,
    *,
    only: Sequence[str] = (),
    files: str | None = None,
    engine: Engine = "local",
    workers: int | None = None,
    memory_mb: float | None = None,
    scheduler: str | None = None,
    resume: bool = True,
    progress: Tell | None = None,
) -> Batch:
    """Judge every county of a province as a study of its own, and write the province's page and roll-up.

    Parameters
    ----------
    province
        From `load_province`.
    out
        Its folder; made where it does not exist.
    only
        Codes of the counties wanted (empty: all).
    files
        Which outputs each county writes: ``light``, ``standard`` or ``all`` (None: as the template says).
    engine
        ``local``: processes of our own. ``dask``: dask.distributed, here or at a scheduler's address.
    workers, memory_mb
        Processes at a time, and the megabytes that all of them may use (``local``).
    scheduler
        Address of a dask scheduler.
    resume
        Whether counties that were done before from the same files, and whose outputs are as they were, stand.
    progress
        Called with a `Sentence` as each county is done.

    Returns
    -------
    Batch
        What became of each county: a faulty one is noted, the others go on.

    Raises
    ------
    InputError
        If the template, the boundaries or the table cannot be used at all.
    OutputError
        If the folder cannot be written, or another batch is running in it.
    UsageError
        If the engine is not installed.
    """
    tell = progress or (lambda _: None)
    place = Path(out).resolve()
    ensure_writable(place)
    with writing(place):
        held = wait_for(place / LOCK, 0.0)
        if held is None:
            raise BusyError(place)
        try:
            _store(province, tell)
            tell(Sentence("batch.preparing"))
            prepared = prepare(province, place, only=only, files=files)
            stood = {j.county: r for j in prepared.jobs if resume and (r := still_stands(j)) is not None}
            todo = [job for job in prepared.jobs if job.county not in stood]
            (place / RECEIPTS).mkdir(parents=True, exist_ok=True)
            if engine == "dask":
                answers = run_dask(todo, workers=workers, scheduler=scheduler)
            else:
                answers = run_local(todo, workers=workers, memory_mb=memory_mb)
            received = [*prepared.faults, *stood.values(), *_watched(todo, answers, len(stood), tell)]
            receipts = tuple(sorted(received, key=lambda r: r.county))
            _tell_province(province, prepared, receipts, place)
        finally:
            let_go(place / LOCK, held)
    return Batch(place, receipts, len(stood))


def _store(province: Province, tell: Tell) -> None:
    """The extract read once; where that cannot be (no room beside it), the counties read it themselves."""
    roads = load_study(province.template).roads
    if roads is None or roads.format != "pbf":
        return
    try:
        make_store(roads.path, tell)
    except CarecircleError as error:
        tell(error.sentence)


def _watched(todo: Sequence[Job], answers: Iterator[Receipt], stood: int, tell: Tell) -> Iterator[Receipt]:
    """Tell each county as it is done, and how long the rest will take at this pace."""
    began = time.monotonic()
    weight = {job.county: job.memory_mb for job in todo}
    rest = sum(weight.values())
    done = 0.0
    if not todo:
        return
    for number, receipt in enumerate(answers, stood + 1):
        done += weight[receipt.county]
        left = (time.monotonic() - began) * (rest - done) / done
        facts = {
            "number": number, "of": stood + len(todo), "name": receipt.name, "minutes": round(left / 60),
        }  # fmt: skip
        tell(Sentence("batch.county_done" if receipt.done else "batch.county_faulty", facts))
        yield receipt


def _tell_province(province: Province, prepared: Prepared, receipts: Sequence[Receipt], place: Path) -> None:
    language = province.language or prepared.template.language
    shapes: dict[str, County] = {c.code: c for c in prepared.counties}
    jobs = {job.county: job for job in prepared.jobs}
    done = [r for r in receipts if r.done]
    outs = {r.county: Path(jobs[r.county].out) for r in done}
    write_rollup(province, receipts, shapes, outs, place, language)
    if outs:
        write_gallery([*outs.values()], place / GALLERY, language)
