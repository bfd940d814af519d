"""The command line in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from carecircle import cli


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run the command and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["carecircle", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as done:
        return int(done.code or 0)
    return 0
