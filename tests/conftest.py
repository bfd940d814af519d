"""Shared by all tests: where things are, and a count of the real-data tests that ran."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

import carecircle
from browser import chromium
from carecircle.rules.kinds import record
from carecircle.texts import wording
from order import Order

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from carecircle.analysis import Analysis

# a busy machine makes no law false
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-summary", action="store_true", help="say how many real-data tests ran and skipped"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Order(config), "order")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def embedded(root: Path) -> Analysis:
    """The embedded county judged by its own plan: once a worker, for whoever only looks at it."""
    return carecircle.analyze(root / "data")


@pytest.fixture(scope="session", autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs keep for the next goes to one folder of all workers, not to the user's."""
    session = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARECIRCLE_CACHE", str(session / "prepared"))
        yield


@pytest.fixture
def kinds_as_they_were() -> Iterator[None]:
    """Whatever a test registers and says is gone after it."""
    known, said = dict(record._register), dict(wording())
    yield
    words = wording()
    assert isinstance(words, dict)
    for now, before in ((record._register, known), (words, said)):
        now.clear()
        now.update(before)


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
