"""Commands in children forked from one warm parent: each under limits, its end and its cost told."""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import struct
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from carecircle import cli
from carecircle.outputs.report import fonts, paper

MOST_SECONDS = 60
MOST_BYTES = 4 << 30
_HANGING_S = 900
"""A child without an end, however busy the machine is: it waits for something that never comes."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (a signal's number below zero), what it said, what it took."""

    code: int
    said: str
    cpu_s: float
    peak_bytes: int


def _piece(kind: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))


_PIXEL = b"".join(
    (
        b"\x89PNG\r\n\x1a\n",
        _piece(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        _piece(b"IDAT", zlib.compress(b"\0\0")),
        _piece(b"IEND", b""),
    )
)


def without_typst(*_: object, **asked: object) -> bytes | list[bytes]:
    """Stand for typst's compiler, whose threads a fork would lose."""
    inputs = asked.get("sys_inputs")
    if asked["format"] == "pdf" or not isinstance(inputs, dict):
        return b"%PDF-1.7 stands for a report"
    return [_PIXEL] * len(json.loads(inputs["pictures"]))


def warm(*commands: Sequence[str | Path]) -> None:
    """Run commands in this process, so that its children find everything imported and compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper.typst, "compile", without_typst)
        for arguments in commands:
            code = _called(arguments)
            assert code == 0, (arguments, code)


def _called(arguments: Sequence[str | Path]) -> int:
    sys.argv = ["carecircle", *map(str, arguments)]
    try:
        cli.main()
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def begun(
    arguments: Sequence[str | Path],
    before: Callable[[], object] = lambda: None,
    said: int | None = None,
    report: str = "stood for",
) -> int:
    """Begin a command in a child; returns its process id.

    Its report is set ("set"), set by a stand-in for typst ("stood for"), or left out ("none").
    """
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        out = os.open(os.devnull, os.O_WRONLY) if said is None else said
        os.dup2(out, 1)
        os.dup2(out, 2)
        if report != "set":
            paper.typst.compile = without_typst  # type: ignore[assignment]
        if report == "none":
            fonts.find = lambda: None  # type: ignore[assignment]
        before()
        code = _called(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for a child: its exit code, or a signal's number below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def limited(arguments: Sequence[str | Path], report: str = "stood for") -> Ended:
    """A command in a child under the limits of time and memory."""
    with os.fdopen(os.memfd_create("said"), "r+b", buffering=0) as file:
        pid = begun(arguments, _limits, file.fileno(), report)
        _, status, used = os.wait4(pid, 0)
        file.seek(0)
        said = file.read().decode("utf-8", "replace")
    cpu = used.ru_utime + used.ru_stime
    return Ended(os.waitstatus_to_exitcode(status), said, cpu, used.ru_maxrss * 1024)


def _limits() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.register(signal.SIGALRM, all_threads=True, chain=True)
    signal.alarm(_HANGING_S)
