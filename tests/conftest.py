"""Shared by all tests: where things are, and a count of the real-data tests that ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("unhurried", deadline=None)  # a busy machine makes no law false
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-summary", action="store_true", help="say how many real-data tests ran and skipped"
    )
    parser.addoption(
        "--all-notebooks", action="store_true", help="run every notebook, not the short ones alone"
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs keep for the next goes to a folder of these tests, not to the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARECIRCLE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.getoption("--real-summary"):
        return
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for outcome, count in counts.items():
        reports = terminalreporter.stats.get(outcome, [])
        counts[outcome] = count + sum("real" in getattr(r, "keywords", {}) for r in reports)
    terminalreporter.write_line(
        f"real-data tests: {counts['passed'] + counts['failed']} ran, {counts['skipped']} skipped"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the page."""
    with chromium() as found:
        yield found
