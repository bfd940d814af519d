"""Road files as they are found: small studies whose right answer was written down before they were run."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest

from carecircle import analyze
from carecircle.errors import CarecircleError
from realdata import real

pytestmark = pytest.mark.real

Right = dict[str, tuple[str, float]]

ANSWERS: dict[str, Right] = {
    "01-geofabrik-letters": {"D": ("FAIL", 0), "W": ("PASS", 100)},
    "01b-geofabrik-as-downloaded": {"D": ("FAIL", 0), "W": ("PASS", 100)},
    "01c-geofabrik-oneway-only": {"D": ("FAIL", 0), "W": ("PASS", 100)},
    "01d-follow-the-message-roads": {"D": ("FAIL", 0), "W": ("PASS", 100)},
    "02-agricultural-forestry": {"D": ("FAIL", 0), "W": ("PASS", 100), "A": ("PASS", 100)},
    "03-maxspeed-none-track": {"D": ("FAIL", 0), "A": ("FAIL", 0)},
    "04-bollard": {"D": ("FAIL", 0), "W": ("PASS", 100)},
    "04b-gate-locked": {"D": ("FAIL", 0), "W": ("FAIL", 0)},
    "05-josm-negative-ids": {"D": ("PASS", 100)},
    "08-plaza-multipolygon": {"W": ("PASS", 100)},
    "09-impassable": {"D": ("FAIL", 0), "W": ("PASS", 100)},
    "09b-seasonal": {"D": ("FAIL", 0)},
    "33-gated-compound": {"W": ("NOT_ASSESSED", 0), "D": ("NOT_ASSESSED", 0)},
    "34-osm-bz2": {"W": ("PASS", 150)},
}
REFUSED = {"06-history-file": "history file", "07-ways-before-nodes": "osmium sort"}


@pytest.mark.parametrize("case", ANSWERS)
def test_the_answer_written_down_before(case: str) -> None:
    analysis = analyze(real(f"field/{case}/study.toml"))
    found = {v.rule: v for v in analysis.verdicts}
    for rule, (outcome, covered) in ANSWERS[case].items():
        verdict = found[rule]
        assert verdict.ledger is not None
        assert (verdict.outcome.value, verdict.ledger.covered) == (outcome, covered)
    inside = analysis.inputs.ledger
    assert inside is not None
    assert inside.inside == inside.total


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words_that_help(case: str) -> None:
    with pytest.raises(CarecircleError) as fault:
        analyze(real(f"field/{case}/study.toml"))
    assert REFUSED[case] in fault.value.text("en")


@pytest.mark.parametrize(
    ("case", "key"),
    [("09b-seasonal", "inputs.shut_roads"), ("33-gated-compound", "inputs.private_roads")],
)
def test_what_closes_a_road_is_said(case: str, key: str) -> None:
    analysis = analyze(real(f"field/{case}/study.toml"))
    assert key in {f.sentence.key for f in analysis.findings}


def test_an_edited_table_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARECIRCLE_CACHE", str(tmp_path / "kept"))
    study = Path(shutil.copytree(real("field/37-dbf-edited-alone"), tmp_path / "study"))
    for file in study.iterdir():
        file.chmod(0o644)
    roads = gpd.read_file(study / "roads.shp")
    open_roads = roads.assign(access=None)
    open_roads.to_file(study / "roads.shp")
    before = analyze(study)
    assert before.verdicts[0].ledger is not None
    shape = (study / "roads.shp").read_bytes()
    open_roads.assign(access="no").to_file(study / "roads.shp")
    assert (study / "roads.shp").read_bytes() == shape
    with pytest.raises(CarecircleError, match="no usable roads"):
        analyze(study)
