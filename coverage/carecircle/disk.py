"""What the system can do with files beyond Python's own words: hold, exchange, write through to the disk."""

from __future__ import annotations

import ctypes
import errno
import os
import time
from contextlib import suppress
from pathlib import Path


def grip(path: Path) -> int | None:
    """Hold a file, made where it is missing; None where another run holds it."""
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    if lock(held) and _is(path, held):
        return held
    os.close(held)
    return None


def wait_for(path: Path, most_s: float) -> int | None:
    """Hold a file as `grip` does, once whoever holds it has let go; None where that takes longer."""
    end = time.monotonic() + most_s
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # a run that failed has just taken away the folder it had made
            held = grip(path)
            if held is not None:
                return held
        if time.monotonic() >= end:
            return None
        time.sleep(0.05)


def let_go(path: Path, held: int) -> None:
    """Take a held file away and free it; one that has taken its name meanwhile stays."""
    if os.name == "nt":
        os.close(held)  # an open file cannot be removed there
        with suppress(OSError):
            path.unlink()
        return
    with suppress(OSError):
        if _is(path, held):
            path.unlink()
    os.close(held)


def _is(path: Path, held: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(held))
    except FileNotFoundError:
        return False


def lock(held: int) -> bool:
    """Ask the system for the one lock on a file, which ends with its holder."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(held, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)  # else: a disk without locks
    return True


def swapped(fresh: Path, target: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot, or somebody stands in one."""
    about = target.stat()
    here = Path(os.path.realpath(os.curdir))
    if fresh.parent.parent == target or here.is_relative_to(target) or os.name == "nt":
        return False
    if (fresh.stat().st_uid, fresh.stat().st_gid) != (about.st_uid, about.st_gid):
        return False
    fresh.chmod(about.st_mode & 0o7777)
    libc = ctypes.CDLL(None, use_errno=True)
    one, other = os.fsencode(fresh), os.fsencode(target)
    if hasattr(libc, "renameat2"):
        done = libc.renameat2(-100, one, -100, other, 2)  # AT_FDCWD twice, RENAME_EXCHANGE
    elif hasattr(libc, "renamex_np"):
        done = libc.renamex_np(one, other, 2)  # RENAME_SWAP
    else:
        return False
    if done == 0:
        to_disk(target.parent)
    return bool(done == 0)


def to_disk(path: Path) -> None:
    """Have the system write a file, or the names of a folder, to the disk now."""
    with suppress(PermissionError):  # a folder cannot be opened everywhere
        held = os.open(path, os.O_RDONLY)
        try:
            os.fsync(held)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EBADF):  # no such thing on this disk
                raise
        finally:
            os.close(held)
