"""Where the real inputs lie: tests that need one skip, saying so, where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("CARECIRCLE_REAL_DATA") or ROOT.parent / "shared" / "data")
PLAN_TEXTS = REAL_DATA.parent / "plans"


def real(name: str) -> Path:
    """The path of a real input, or a skip that names what is missing."""
    path = REAL_DATA / name
    if not path.exists():
        pytest.skip(f"real data absent: {name} (set CARECIRCLE_REAL_DATA)")
    return path


def plan_text(name: str) -> Path:
    """The path of a plan's published text, or a skip that names what is missing."""
    path = PLAN_TEXTS / name
    if not path.exists():
        pytest.skip(f"plan text absent: {name} (set CARECIRCLE_REAL_DATA)")
    return path
