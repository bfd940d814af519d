"""How much memory work would take, against what there is: refuse with the number, or go in chunks."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

from carecircle.errors import CapacityError

_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_LIMITS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Of control groups, version 2 and 1: the limit, what is used, what of that is freed when it is wanted."""


def available_bytes() -> int:
    """Memory that can be taken without swapping: of the machine, of the container, of the process."""
    return max(0, min([int(psutil.virtual_memory().available), *_in_container(), *_in_process()]))


def _in_container() -> list[int]:
    """What the control groups of this process leave it, those above them too."""
    left = []
    for folder in _groups():
        for limit, used, free in _LIMITS:
            with contextlib.suppress(OSError, ValueError):  # no such file; or "max", which is no number
                most = int((folder / limit).read_text(encoding="ascii"))
                taken = int((folder / used).read_text(encoding="ascii"))
                stated = (folder / "memory.stat").read_text(encoding="ascii").split()
                freed = dict(zip(stated[::2], stated[1::2], strict=False)).get(free, "0")
                left.append(most - taken + int(freed))
    return left


def _groups() -> list[Path]:
    """The folders of this process's control groups that may limit memory."""
    try:
        lines = _OWN.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        top = _GROUPS / "memory" if controllers else _GROUPS
        own = top / path.lstrip("/")
        found += [top, own, *(p for p in own.parents if p.is_relative_to(top))]
    return list(dict.fromkeys(found))


def _in_process() -> list[int]:
    """What a limit on this process's own addresses (``ulimit -v``) leaves."""
    try:
        import resource
    except ImportError:  # not on Windows
        return []
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return [] if most == resource.RLIM_INFINITY else [most - int(psutil.Process().memory_info().vms)]


def require(needed: int, *, work: str) -> None:
    """Refuse work that would not fit.

    Parameters
    ----------
    needed
        Estimate in bytes.
    work
        What for, as ``nodes × targets`` or the like.

    Raises
    ------
    CapacityError
        Naming the estimate and what there is.
    """
    there = available_bytes()
    if needed > there:
        raise CapacityError("reach.no_memory", value=work, needed=needed / 2**30, available=there / 2**30)


def chunk_length(bytes_each: int, *, least: int = 1) -> int:
    """How many pieces of work of this size may be held at once: a quarter of the memory there is."""
    return max(least, available_bytes() // 4 // max(1, bytes_each))
