"""What a machine may do to a run (no memory, no room, a closed stream, odd settings): exit 2, a sentence."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from carecircle.analysis.manifest import created, epoch
from carecircle.cli.shell import FailOnMet, failures_in
from carecircle.errors import CapacityError, InputError, UsageError

COVERAGE = Path(__file__).resolve().parents[1] / "coverage"


def _exit_of(error: BaseException, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left, failures_in("en"):
        raise error
    return int(left.value.code or 0), capsys.readouterr().err


def _wrapped(error: BaseException) -> InputError:
    """As a reader does that takes whatever goes wrong for a damaged file."""
    try:
        try:
            raise error
        except BaseException as cause:
            raise InputError("inputs.cannot_read", file="roads.csv", why=str(cause)) from cause
    except InputError as told:
        return told


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "out of memory"),
        (RuntimeError("std::bad_alloc"), "out of memory"),
        (RuntimeError("can't start new thread"), "out of memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "out of memory"),
        (_wrapped(MemoryError("Unable to allocate 9 GiB")), "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/results.gpkg"), "No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "Permission denied"),
        (CapacityError("errors.no_memory"), "out of memory"),
    ],
)
def test_the_machine_is_named_and_the_exit_is_two(
    error: BaseException, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = _exit_of(error, capsys)
    assert code == 2
    assert said in told
    assert "inside carecircle" not in told
    assert "damaged" not in told


def test_a_fault_of_ours_is_still_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_of(ZeroDivisionError("x"), capsys)[0] == 3
    assert _exit_of(FailOnMet(), capsys)[0] == 1


@pytest.mark.parametrize("text", ["", "  ", "0", "1735689600", "-5"])
def test_a_source_date_that_can_be_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    assert (epoch() is None) == (not text.strip())
    assert created().year >= 1970


@pytest.mark.parametrize("text", ["soon", "1e9", "9" * 30, "2025-01-01"])
def test_a_source_date_that_cannot_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        created()


def _run(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(COVERAGE), **options.pop("env", {})}
    command = [sys.executable, "-m", "carecircle.cli", *arguments]
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        command, cwd=cwd, env=env, stderr=subprocess.PIPE, text=True, check=False, **options
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = _run("plans", "--lang", "en", cwd=tmp_path, stdout=full)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_reader_that_goes_away_is_not_an_unmet_clause(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        done = _run("plans", "luojiang", cwd=tmp_path, stdout=pipe)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr


def test_numba_told_not_to_compile_leaves_the_searches_to_scipy(tmp_path: Path) -> None:
    asked = "from carecircle.reach.search._numba import numba; print(numba())"
    env = {**os.environ, "PYTHONPATH": str(COVERAGE), "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "None")
