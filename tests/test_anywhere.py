"""Studies of any extent: wider than a projection's zone, across the antimeridian, towards the poles."""

from __future__ import annotations

from pathlib import Path

import pytest

from carecircle import analyze
from realdata import real


@pytest.mark.real
def test_a_county_wider_than_four_degrees_is_written_whole(tmp_path: Path) -> None:
    analysis = analyze(real("field/35-wide-county/study.toml"))
    analysis.write(tmp_path / "out")
    (verdict,) = analysis.verdicts
    assert (verdict.outcome.value, verdict.ledger.covered) == ("PASS", 200)
    written = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"gap_map.html", "verdicts.json", "report.pdf", "results.gpkg", "manifest.json"} <= written
