"""The work on one county: a study file in, its outputs and a receipt out; nothing else is touched.

The receipt is written last. It holds what the county was made from (its key) and the SHA-256 of each file, so
that whoever comes next knows whether all of it still stands. Only paths travel: the same function runs here,
in a process beside, and on a cluster.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from carecircle import keep
from carecircle.analysis import analyze
from carecircle.certainty import uncertainty
from carecircle.delivery import put
from carecircle.errors import CapacityError, CarecircleError, OutputError
from carecircle.inputs.provenance import files_read
from carecircle.outputs import write
from carecircle.study import load_study
from carecircle.texts import LANGUAGES, Sentence

SCHEMA = "carecircle/receipt/1"


@dataclass(frozen=True)
class Job:
    """One county to be done.

    Parameters
    ----------
    county, name
        Its code, and what it is called.
    study, out, receipt
        Its study file, the folder for its outputs, and the file for its receipt.
    nodes
        Nodes of roads within its box: what its work and memory are guessed by.
    """

    county: str
    name: str
    study: str
    out: str
    receipt: str
    nodes: int = 0

    @property
    def memory_mb(self) -> float:
        """Memory that a process needs for it: a guess on the safe side."""
        return 600.0 + self.nodes * 0.0025


@dataclass(frozen=True)
class Receipt:
    """What became of a county.

    Parameters
    ----------
    county, name, key
        Which county, and what it was made from.
    fault
        The message in each language, where it could not be done.
    faults
        Keys of what was wrong.
    files
        SHA-256 of each file written.
    processor_s, peak_mb
        What it took: seconds of processor, and the most memory of its process, in megabytes.
    """

    county: str
    name: str
    key: str = ""
    fault: Mapping[str, str] | None = None
    faults: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    processor_s: float = 0.0
    peak_mb: float = 0.0

    @property
    def done(self) -> bool:
        """Whether the county's outputs stand."""
        return self.fault is None

    def to_dict(self) -> dict[str, Any]:
        """As it is written.

        Returns
        -------
        dict
            Plain data.
        """
        return {"schema": SCHEMA, **asdict(self), "faults": list(self.faults), "files": dict(self.files)}


def run_county(job: Job) -> Receipt:
    """Judge one county, write its folder and then its receipt; a fault of its inputs is written there too.

    Parameters
    ----------
    job
        Which county, and where everything lies.

    Returns
    -------
    Receipt
        Also where the county could not be done.
    """
    began, key = time.process_time(), ""
    try:
        key = key_of(Path(job.study))
        analysis = analyze(job.study, progress=_silent)
        if analysis.study.uncertainty is not None:
            analysis = uncertainty(analysis, progress=_silent).analysis
        written = write(analysis, job.out)
        receipt = Receipt(job.county, job.name, key, files={p.name: keep.file_digest(p) for p in written})
    except Exception as error:
        receipt = failed(job, error, key)
    took = round(time.process_time() - began, 3)
    receipt = replace(receipt, processor_s=took, peak_mb=round(_peak_mb(), 1))
    try:
        text = json.dumps(receipt.to_dict(), ensure_ascii=False, indent=1) + "\n"
        put(Path(job.receipt), text.encode())
    except OSError as error:  # the files may stand, but nobody could know it
        return failed(job, error, key)
    return receipt


def failed(job: Job, error: Exception, key: str = "") -> Receipt:
    """The receipt of a county that could not be done, in words of ours."""
    if isinstance(error, MemoryError) and not isinstance(error, CapacityError):
        error = CapacityError("errors.no_memory")
    elif isinstance(error, OSError) and not isinstance(error, CarecircleError):
        why = error.strerror or str(error)
        error = OutputError("errors.system", file=error.filename or job.out, why=why)
    if not isinstance(error, CarecircleError):
        log = _logged(job, error)
        error = OutputError("errors.internal", kind=type(error).__name__, log=str(log))
    each = getattr(error, "faults", (error,))
    return Receipt(
        job.county, job.name, key, {lang: error.text(lang) for lang in LANGUAGES},
        tuple(sorted({fault.sentence.key for fault in each})),
    )  # fmt: skip


def still_stands(job: Job) -> Receipt | None:
    """The receipt of a county that was done from the same and whose files are as they were; else None."""
    try:
        held = json.loads(Path(job.receipt).read_text(encoding="utf-8"))
        if held.pop("schema") != SCHEMA or held["fault"] is not None:
            return None
        receipt = Receipt(**{**held, "faults": tuple(held["faults"])})
        if receipt.key != key_of(Path(job.study)):
            return None
        stand = all(keep.file_digest(Path(job.out) / n) == digest for n, digest in receipt.files.items())
    except (OSError, ValueError, KeyError, TypeError, CarecircleError):
        return None
    return receipt if stand and receipt.files else None


def key_of(study: Path) -> str:
    """What a county is made from: its study, every file that it reads, the program, and the time it carries.

    Raises
    ------
    StudyError
        If the study file cannot be used.
    """
    loaded = load_study(study)
    files = [f"{os.path.relpath(p, study.parent)} {keep.file_digest(p)}" for p in files_read(loaded)]
    return keep.digest("county", _program(), os.environ.get("SOURCE_DATE_EPOCH", ""), *sorted(files))


@cache
def _program() -> str:
    """One hash of all code and data of the package."""
    total = hashlib.sha256()
    root = Path(str(resources.files("carecircle")))
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        total.update(f"{path.relative_to(root).as_posix()}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _silent(_: Sentence) -> None:
    return


def _logged(job: Job, error: Exception) -> Path:
    path = Path(job.receipt).with_suffix(".log")
    try:
        put(path, "".join(traceback.format_exception(error)).encode())
    except OSError:
        return Path("—")
    return path


def _peak_mb() -> float:
    """The most memory that this process has held, in megabytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(held) / (1e6 if sys.platform == "darwin" else 1e3)
