"""Files arrive whole: over kills at every move, errors, interrupts, two writers, and among a user's files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from carecircle import delivery, disk

NAMES = ("a", "b", "c.gpkg", "manifest")
OLD = {"a": b"old a", "c.gpkg": b"old c", "manifest": b"old manifest"}
NEW = {"a": b"new a", "b": b"new b", "manifest": b"new manifest"}
OURS = {**OLD, "c.gpkg-wal": b"a log of the old"}
MINE = {"notes.txt": b"mine", ".carecircle-room-of-my-own/x": b"mine too", "sub/a": b"also mine"}


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here asks what a power cut leaves."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, held in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(held)


def deliver(folder: Path, **options: Any) -> None:
    with delivery.delivered(folder, NAMES, **options) as fresh:
        fill(fresh, NEW)


@pytest.fixture(params=["ours alone", "among others"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    """A folder that an earlier run wrote, and what in it is the user's."""
    mine = MINE if request.param == "among others" else {}
    fill(tmp_path / "out", {**OURS, **mine})
    return tmp_path / "out", mine


def nothing_left(folder: Path) -> bool:
    names = [*(p.name for p in folder.iterdir()), *(p.name for p in folder.parent.iterdir())]
    return not any(".carecircle" in n and n != ".carecircle-room-of-my-own" for n in names)


def test_what_was_made_arrives_and_the_rest_stays(target: tuple[Path, dict[str, bytes]]) -> None:
    folder, mine = target
    deliver(folder)
    assert content(folder) == {**NEW, **mine}
    assert nothing_left(folder)


def test_a_folder_is_made_with_its_parents_and_ordinary_modes(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        deliver(tmp_path / "x" / "y")
        delivery.put(tmp_path / "page.html", b"page")
    finally:
        os.umask(umask)
    assert content(tmp_path / "x" / "y") == NEW
    assert stat.S_IMODE((tmp_path / "x" / "y").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "x" / "y" / "a").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "page.html").stat().st_mode) == 0o644


def half(folder: Path, error: BaseException) -> None:
    with delivery.delivered(folder, NAMES) as fresh:
        (fresh / "a").write_bytes(b"half")
        raise error


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt()])
def test_an_error_while_making_leaves_no_trace(
    target: tuple[Path, dict[str, bytes]], tmp_path: Path, error: BaseException
) -> None:
    folder, mine = target
    for place in (folder, tmp_path / "new" / "deep"):
        with pytest.raises(type(error)):
            half(place, error)
    assert content(folder) == {**OURS, **mine}
    assert nothing_left(folder)
    assert not (tmp_path / "new").exists()


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> Iterator[list[int]]:
    """The n-th move of a file fails, before it or after it was done."""
    count = [0]
    real = os.replace

    def replace(source: Any, goal: Any) -> None:
        count[0] += 1
        if count[0] == at and isinstance(error, OSError):
            raise error
        real(source, goal)
        if count[0] == at:
            raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        yield count


@pytest.mark.parametrize("error", [OSError(13, "in use"), KeyboardInterrupt()])
def test_an_error_at_any_move_puts_everything_back(
    target: tuple[Path, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    folder, mine = target
    for at in range(1, 30):
        with failing(monkeypatch, at, error) as count:
            try:
                deliver(folder)
            except type(error):
                pass
            else:
                assert count[0] < at
                break
        assert content(folder) == {**OURS, **mine}, at
        assert nothing_left(folder)
    assert content(folder) == {**NEW, **mine}
    assert at > (7 if mine else 0)


STEPS = ("replace", "mkdir", "unlink", "rmdir", "fsync")


def dying(at: int, patch: pytest.MonkeyPatch) -> None:
    """Let this process die at its n-th step on the disk, before or after it is done."""
    count = [0]

    def fatal(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            for once in (True, False):
                count[0] += 1
                if count[0] == at:
                    os._exit(9)
                if once:
                    done = real(*arguments, **options)
            return done

        return call

    for name in STEPS:
        patch.setattr(os, name, fatal(getattr(os, name)))
    patch.setattr(disk, "swapped", fatal(disk.swapped))


def steps(folder: Path) -> Iterator[int]:
    """Kill at one step after another, in forked children, until one lives to the end."""
    for at in range(1, 400):
        pid = os.fork()
        if pid == 0:
            with pytest.MonkeyPatch.context() as patch:
                dying(at, patch)
                with suppress(BaseException):
                    deliver(folder)
                    os._exit(0)
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        ended = os.waitstatus_to_exitcode(status)
        assert ended in (0, 9)
        if ended == 0:
            return
        yield at
    raise AssertionError("never came to its end")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("by", ["a reader", "the next run"])
def test_whoever_dies_at_any_step_leaves_the_old_or_the_new(
    target: tuple[Path, dict[str, bytes]], by: str
) -> None:
    folder, mine = target
    before, after = {**OURS, **mine}, {**NEW, **mine}
    came = []
    for at in steps(folder):
        delivery.settle(folder)
        now = {n: held for n, held in content(folder).items() if n != delivery.LOCK}
        assert now in (before, after), at
        came.append(now == after)
        if by == "the next run":
            deliver(folder)
            assert content(folder) == after
            assert nothing_left(folder)
            for name in NAMES:
                (folder / name).unlink(missing_ok=True)
            fill(folder, OURS)
        elif came[-1]:
            for name in NAMES:
                (folder / name).unlink(missing_ok=True)
            fill(folder, OURS)
    assert any(came)
    assert not all(came)
    assert content(folder) == after
    assert nothing_left(folder)


def test_one_swap_leaves_no_moment_between(tmp_path: Path) -> None:
    """Where all in a folder is ours, even one that nobody settles is whole."""
    fill(tmp_path / "out", OURS)
    (tmp_path / "probe").mkdir()
    if not disk.swapped(tmp_path / "probe", tmp_path / "out"):
        pytest.skip("this system cannot exchange two folders")
    assert disk.swapped(tmp_path / "probe", tmp_path / "out")
    for at in steps(tmp_path / "out"):
        now = {n: held for n, held in content(tmp_path / "out").items() if n != delivery.LOCK}
        assert now in (OURS, NEW), at
        if now == NEW:
            deliver(tmp_path / "out")
            for name in NAMES:
                (tmp_path / "out" / name).unlink(missing_ok=True)
            fill(tmp_path / "out", OURS)


def test_two_writers_come_one_after_the_other(target: tuple[Path, dict[str, bytes]]) -> None:
    folder, mine = target
    with delivery.delivered(folder, NAMES) as fresh:
        fill(fresh, NEW)
        assert delivery.busy(folder)
        with pytest.raises(delivery.BusyError):
            deliver(folder, wait_s=0.1)
    assert not delivery.busy(folder)
    assert content(folder) == {**NEW, **mine}


def test_the_lock_is_held_until_all_is_cleared_away(
    target: tuple[Path, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two folders change places too: else the next writer clears the room of this one."""
    folder, _ = target
    leave, held = delivery._leave, []

    def watched(room: Path) -> None:
        held.append(delivery.busy(folder))
        leave(room)

    monkeypatch.setattr(delivery, "_leave", watched)
    deliver(folder)
    assert held == [True]


RACING = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from carecircle import delivery, disk
import test_delivery as t
for turn in range(12):
    with delivery.delivered(Path({folder!r}), t.NAMES) as fresh:
        t.fill(fresh, {{name: {who!r} for name in t.NAMES}})
"""


def test_many_writers_never_mix(target: tuple[Path, dict[str, bytes]]) -> None:
    folder, mine = target
    path = [str(Path(__file__).parent), *sys.path]
    running = [
        subprocess.Popen([sys.executable, "-c", RACING.format(path=path, folder=str(folder), who=who)])
        for who in (b"one", b"two", b"three")
    ]
    assert [r.wait(120) for r in running] == [0, 0, 0]
    now = content(folder)
    assert {n: now[n] for n in mine} == mine
    assert len({now[n] for n in NAMES}) == 1
    assert set(now) == {*NAMES, *mine}
    assert nothing_left(folder)


def test_a_lock_left_by_a_dead_run_is_no_obstacle(target: tuple[Path, dict[str, bytes]]) -> None:
    folder, mine = target
    (folder / delivery.LOCK).write_bytes(b"")
    began = time.monotonic()
    assert not delivery.busy(folder)
    deliver(folder)
    assert time.monotonic() - began < 5
    assert content(folder) == {**NEW, **mine}


def test_a_stranger_that_comes_while_files_are_made_is_asked_about_again(tmp_path: Path) -> None:
    def check() -> None:
        if (tmp_path / "out" / "b").exists():
            raise ValueError("not ours")

    def late() -> None:
        with delivery.delivered(tmp_path / "out", NAMES, check=check) as fresh:
            fill(fresh, NEW)
            fill(tmp_path / "out", {"b": b"just come"})

    with pytest.raises(ValueError, match="not ours"):
        late()
    assert content(tmp_path / "out") == {"b": b"just come"}


def test_one_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.html"
    delivery.put(page, b"one")
    with failing(monkeypatch, 1, OSError(28, "full")), pytest.raises(OSError, match="full"):
        delivery.put(page, b"two")
    with interrupted(monkeypatch), pytest.raises(KeyboardInterrupt):
        delivery.put(page, b"two")
    assert content(tmp_path) == {"page.html": b"one"}
    mine = {f".page.html.carecircle-{'z' * 16}": b"mine", ".page.html.carecircle-1": b"mine"}
    fill(tmp_path, {f".page.html.carecircle-{'0' * 16}": b"left by a dead run", **mine})
    delivery.put(page, b"two")
    assert content(tmp_path) == {"page.html": b"two", **mine}


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fsync(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield
