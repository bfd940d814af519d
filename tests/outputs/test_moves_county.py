"""200 random what-ifs on the embedded county: the page has the analysis's doubles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import carecircle
from moves import compare


@pytest.mark.campaign
@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_embedded_county(browser: Any, embedded: carecircle.Analysis, tmp_path: Path) -> None:
    made = compare(browser, embedded, tmp_path)
    assert min(made.values()) >= 10
