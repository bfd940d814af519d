"""200 random what-ifs on real streets: the page has the analysis's doubles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import carecircle
from moves import compare
from realstudy import real_study


@pytest.mark.campaign
@pytest.mark.browser
@pytest.mark.real
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_porto_alegre(browser: Any, tmp_path: Path) -> None:
    files = ("portoalegre/hexgrid.csv", "portoalegre/roads.osm.pbf")
    made = compare(browser, carecircle.analyze(real_study("portoalegre", tmp_path, *files)), tmp_path)
    assert min(made.values()) >= 10
