"""Files arrive in a folder all at once or not at all, whoever else writes there and whatever dies when.

They are first made in a *room*, a folder of our own beside the target. When all are there and on the disk,
the two folders change places in one step of the system where the target holds nothing but what is replaced;
else the files move one by one under a *journal*, which says what belongs where. A room that a dead run left
is cleared by the next run: without a journal nothing had been touched; with one, the moves are carried to
their end, by the next reader too. A *lock* that the system frees when its holder dies keeps writers apart.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from carecircle import disk
from carecircle.disk import grip, let_go, lock, wait_for

LOCK = ".carecircle-lock"
ROOM = ".carecircle-room-"
WAIT_S = 120.0
"""How long a writer waits for another that is just writing."""
_PARTIAL = ".carecircle-"
_MARK, _JOURNAL = "carecircle.json", "journal.json"
_SCHEMA = "carecircle/delivery/1"
_SIDES = ("-wal", "-shm", "-journal")
"""What SQLite leaves beside a GeoPackage: of no use, and harmful, beside another one."""


class BusyError(OSError):
    """Another run is writing to the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(errno.EBUSY, os.strerror(errno.EBUSY), str(folder))


def _nothing() -> None:
    return


@contextmanager
def delivered(
    folder: Path,
    names: Sequence[str] | None = None,
    *,
    check: Callable[[], None] = _nothing,
    wait_s: float = WAIT_S,
) -> Iterator[Path]:
    """A folder to make files in; they stand in the target, all of them, when the block ends without error.

    Parameters
    ----------
    folder
        The target; made where it does not exist.
    names
        What may be replaced in it: those that the block made arrive, the others are taken away. None: what
        the block made.
    check
        Called before anything is made and before anything moves; what it raises leaves the target as it was.
    wait_s
        How long to wait for another writer.

    Raises
    ------
    BusyError
        If another run is still writing there after that time.
    OSError
        If the target cannot be written; it is then as it was.
    """
    target = Path(os.path.realpath(folder))
    made = [p for p in (target, *target.parents) if not p.exists()]
    try:
        with _locked(target, wait_s):
            _clear_stale(target)
            check()
            room = _room(target)
            try:
                fresh = room / "new"
                fresh.mkdir()
                yield fresh
                check()
                _move_in(room, target, names or [p.name for p in fresh.iterdir()])
            finally:
                _leave(room)
    finally:
        for place in made:
            with suppress(OSError):  # no trace of a target that got nothing
                place.rmdir()


def settle(folder: Path) -> None:
    """Carry to the end what a run that died was moving into a folder; nothing to do almost always.

    Raises
    ------
    OSError
        If there is something to carry on and the folder cannot be written.
    """
    target = Path(os.path.realpath(folder))
    if target.is_dir() and any((room / _JOURNAL).exists() for room in _rooms(target)):
        with _locked(target, WAIT_S):
            _clear_stale(target)


def is_ours(path: Path) -> bool:
    """Whether a file or folder is one that this module made and takes away again."""
    return path.name == LOCK or (path.name.startswith(ROOM) and _ours(path, path.parent))


def busy(folder: Path) -> bool:
    """Whether another run is writing to a folder just now."""
    path = Path(os.path.realpath(folder)) / LOCK
    if not path.exists():
        return False
    held = grip(path)
    if held is not None:
        let_go(path, held)
    return held is None


def put(path: Path, *content: bytes | memoryview, check: Callable[[], None] = _nothing) -> None:
    """Write one file, whole or not at all; its folder is made where it does not exist.

    Parameters
    ----------
    check
        Called just before the file appears; what it raises leaves everything as it was.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    clear_partials(target.parent, target.name)
    partial = target.parent / f".{target.name}{_PARTIAL}{secrets.token_hex(8)}"
    try:
        with partial.open("xb") as file:
            lock(file.fileno())
            for part in content:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
            check()
            if os.name != "nt":  # where an open file moves
                os.replace(partial, target)  # noqa: PTH105 (moves over an existing file everywhere)
        if os.name == "nt":
            os.replace(partial, target)  # noqa: PTH105
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def clear_partials(folder: Path, name: str | None = None) -> None:
    """Delete what runs that died left of a file that they were writing with `put`; of every file: None."""
    stem = ".*" if name is None else re.escape(name)
    partial = re.compile(rf"\.{stem}{re.escape(_PARTIAL)}[0-9a-f]{{16}}")
    for left in folder.iterdir():
        if partial.fullmatch(left.name) and left.is_file() and (held := grip(left)) is not None:
            let_go(left, held)  # nobody holds it: its writer is dead


# ---- one writer at a time -----------------------------------------------------------------------------


@contextmanager
def _locked(target: Path, wait_s: float) -> Iterator[None]:
    path = target / LOCK
    held = wait_for(path, wait_s)
    if held is None:
        raise BusyError(target)
    try:
        yield
    finally:
        let_go(path, held)


# ---- rooms --------------------------------------------------------------------------------------------


def _room(target: Path) -> Path:
    """A new room: beside the target where that is the same disk, else within it."""
    for place, stem in ((target.parent, f".{target.name}{ROOM}"), (target, ROOM)):
        room = place / f"{stem}{secrets.token_hex(8)}"
        if place.stat().st_dev != target.stat().st_dev:
            continue
        try:
            room.mkdir()
        except OSError:
            if place == target:
                raise
            continue
        about = {"schema": _SCHEMA, "folder": target.name}
        (room / _MARK).write_text(json.dumps(about), encoding="utf-8")
        break
    return room


def _rooms(target: Path) -> list[Path]:
    """Rooms made for this target; whoever holds its lock knows that nobody works in them."""
    found = []
    for place, stem in ((target.parent, f".{target.name}{ROOM}"), (target, ROOM)):
        with suppress(OSError):
            named = re.compile(re.escape(stem) + "[0-9a-f]{16}")
            found += [p for p in place.iterdir() if named.fullmatch(p.name) and _ours(p, target)]
    return found


def _ours(room: Path, target: Path) -> bool:
    if room.is_symlink() or not room.is_dir():
        return False
    if not any(room.iterdir()):
        return True  # killed before it was marked, or after all in it was cleared
    with suppress(OSError, ValueError):
        about = json.loads((room / _MARK).read_text(encoding="utf-8"))
        return bool(about == {"schema": _SCHEMA, "folder": target.name})
    return False


def _clear_stale(target: Path) -> None:
    for room in _rooms(target):
        if (room / _JOURNAL).exists():
            _carry(room, target)
        _leave(room)


def _leave(room: Path) -> None:
    """Clear a room away, its mark last, so that a kill midway leaves one that is still known as ours."""
    if (room / _JOURNAL).exists():
        return  # neither forward nor back could be ended: the next run goes on
    for part in ("new", "old"):
        shutil.rmtree(room / part, ignore_errors=True)
    with suppress(OSError):
        (room / _MARK).unlink(missing_ok=True)
        room.rmdir()


# ---- moving in ----------------------------------------------------------------------------------------


def _move_in(room: Path, target: Path, names: Sequence[str]) -> None:
    """Bring in what was made and take away what it replaces; an error on the way puts everything back."""
    fresh = room / "new"
    for path in fresh.rglob("*"):
        disk.to_disk(path)
    disk.to_disk(fresh)
    new = [n for n in names if os.path.lexists(fresh / n)]
    had = [n for n in (*names, *_beside(names)) if os.path.lexists(target / n)]
    ours = {LOCK, *had}
    alone = {p.name for p in target.iterdir()} <= ours
    if alone and _linked(target / LOCK, fresh / LOCK) and disk.swapped(fresh, target):
        for late in [p for p in fresh.iterdir() if p.name not in ours]:  # came since we looked: not ours
            os.rename(late, target / late.name)  # noqa: PTH104
        return
    (room / "old").mkdir()
    try:
        _note(room, {"way": "on", "new": new, "had": had})
        _carry(room, target)
    except BaseException:
        _note(room, {"way": "back", "new": new, "had": had})
        _carry(room, target)
        raise


def _beside(names: Sequence[str]) -> list[str]:
    return [f"{n}{side}" for n in names if n.endswith(".gpkg") for side in _SIDES]


def _note(room: Path, moves: dict[str, Any]) -> None:
    """Write the journal: from here on, whoever comes next can carry the moves on."""
    partial = room / "new" / ".journal"
    partial.write_text(json.dumps(moves), encoding="utf-8")
    disk.to_disk(partial)
    os.replace(partial, room / _JOURNAL)  # noqa: PTH105
    disk.to_disk(room)


def _carry(room: Path, target: Path) -> None:
    """Carry the journal's moves to their end, however many of them are done, and strike the journal."""
    moves = json.loads((room / _JOURNAL).read_text(encoding="utf-8"))
    new, old = room / "new", room / "old"

    def stands(place: Path, name: str) -> bool:
        return os.path.lexists(place / name)

    def move(name: str, start: Path, end: Path) -> None:
        os.replace(start / name, end / name)  # noqa: PTH105

    if moves["way"] == "on":
        for name in dict.fromkeys([*moves["had"], *moves["new"]]):
            if name in moves["had"] and stands(target, name) and not stands(old, name):
                move(name, target, old)
            if stands(new, name):
                move(name, new, target)
    else:
        for name in moves["new"]:
            arrived = not stands(new, name) and (name not in moves["had"] or stands(old, name))
            if arrived and stands(target, name):
                move(name, target, new)
        for name in moves["had"]:
            if stands(old, name):
                move(name, old, target)
    disk.to_disk(target)
    (room / _JOURNAL).unlink()


def _linked(lock: Path, other: Path) -> bool:
    """Give the lock that is held a second name: the folder that takes the target's place is locked too."""
    try:
        other.hardlink_to(lock)
    except OSError:
        return False
    return True
