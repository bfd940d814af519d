"""How much memory work would take, against what there is: refuse with the number, or go in chunks."""

from __future__ import annotations

import os
from pathlib import Path

from carecircle.errors import CapacityError

_UNKNOWN = 1 << 62


def available_bytes() -> int:
    """Memory that can be taken without swapping; a very large number where the system does not say."""
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN


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
