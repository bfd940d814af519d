"""The order in which several workers take the tests: longest first, as the last run measured them.

How long each file took is kept in pytest's own cache. Without one (a fresh clone, ``-p no:cacheprovider``)
the files with most tests marked ``slow`` come first. A worker that is done takes over half of what another
still has before it (``--dist worksteal``), so that the order need only be about right.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict

import pytest

KEPT = "carecircle/seconds"


class Order:
    """Sorts the files for workers, and measures them for the next run."""

    def __init__(self, config: pytest.Config) -> None:
        self.cache = config.cache if config.pluginmanager.hasplugin("cacheprovider") else None
        self.took: dict[str, float] = defaultdict(float)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if "PYTEST_XDIST_WORKER" not in os.environ:
            return
        slow = Counter(str(item.path) for item in items if item.get_closest_marker("slow"))
        kept = self.cache.get(KEPT, {}) if self.cache else {}
        items.sort(key=lambda i: (-kept.get(_file(i.nodeid), 0.0), -slow[str(i.path)]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[_file(report.nodeid)] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.cache and "PYTEST_XDIST_WORKER" not in os.environ:
            self.cache.set(KEPT, self.cache.get(KEPT, {}) | {f: round(s, 1) for f, s in self.took.items()})


def _file(nodeid: str) -> str:
    return nodeid.split("::")[0]
