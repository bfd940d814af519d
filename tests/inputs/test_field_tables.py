"""Tables, rasters and boundaries as they are found: right answers written down before they were run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from carecircle import analyze
from carecircle.errors import CarecircleError
from realdata import real

pytestmark = pytest.mark.real

Right = dict[str, tuple[str, float]]

ANSWERS: dict[str, Right] = {
    "13-dbf-names-cut": {"W": ("PASS", 150)},
    "13b-dbf-names-cut-no-cpg": {"W": ("PASS", 150)},
    "14-wrong-cpg": {"W": ("PASS", 150)},
    "21-csv-title-tabs": {"W": ("PASS", 150)},
    "21b-csv-sep-line": {"W": ("PASS", 150)},
    "24-datav-district": {"W": ("PASS", 150)},
    "22-amap-location": {"W": ("PASS", 150)},
    "22b-wkt-column": {"W": ("PASS", 150)},
    "28-file-geodatabase": {"W": ("PASS", 150)},
    "53-study-in-gbk": {"W": ("PASS", 150)},
    "54-osm-values-as-categories": {"W": ("PASS", 150)},
    "27-x-is-north": {"W": ("PASS", 150)},
    "30-kml-points": {"W": ("PASS", 150)},
    "31-geojson-gbk": {"W": ("PASS", 150)},
    "32-header-says-gcj02": {"W": ("PASS", 150)},
    "46-degrees-minutes": {"W": ("PASS", 150)},
    "55-census-polygons": {"W": ("PASS", 150)},
    "58-merged-category-cells": {"W": ("PASS", 150)},
    "59-total-row": {"W": ("PASS", 150)},
    "59b-total-row-facilities": {"W": ("PASS", 150)},
    "64-some-facilities-without-place": {"W": ("NOT_ASSESSED", 100)},
}
"""The outcome of a rule and the residents it covers."""
OUTCOMES = {
    "23-null-island": {"N": "PASS", "W": "PASS"},
    "25-census-table": {"B": "NOT_ASSESSED"},  # its one row of 医院 says nothing of other beds
    "26-towns-beyond-county": {"T": "PASS"},
    "25b-follow-the-message-totals": {"B": "NOT_ASSESSED"},
}
"""The outcome of rules that count no residents."""
SAID = {
    "19-krasovsky-albers": "inputs.bare_ellipsoid",
    "22-amap-location": "inputs.one_cell",
    "39-multi-band": "inputs.several_bands",
    "23-null-island": "inputs.zero_zero",
    "27-x-is-north": "inputs.northing_first",
    "32-header-says-gcj02": "inputs.datum_by_header",
    "54-osm-values-as-categories": "inputs.no_facility_values",
    "55-census-polygons": "inputs.areas_as_points",
    "26-towns-beyond-county": "inputs.areas_beyond",
    "58-merged-category-cells": "inputs.merged_cells",
    "59-total-row": "inputs.total_rows",
    "59b-total-row-facilities": "inputs.total_rows",
}
"""A finding that must be among those of the run."""
PEOPLE = {
    "10-raster-scale": 1000.0, "19-krasovsky-albers": 8000.0, "39-multi-band": 1000.0,
    "17-kontur-hexagons": 150.0, "18-healthsites-mixed": 150.0,
}  # fmt: skip
"""Residents inside the boundary."""
REFUSED: dict[str, tuple[str, ...]] = {
    "40-fill-not-declared": ("3.4028234663852886e+38", "nodata"),
    "40b-fill-uint32": ("4294967295", "nodata"),
    "52-backslash-paths": ("data\\facilities.csv", "forward slashes"),
    "52b-backslash-users": ("C:\\Users\\me", "forward slashes"),
}


@pytest.mark.parametrize("case", [*ANSWERS, *OUTCOMES, *PEOPLE])
def test_the_answer_written_down_before(case: str) -> None:
    analysis = analyze(real(f"field/{case}/study.toml"))
    found = {v.rule: v for v in analysis.verdicts}
    for rule, (outcome, covered) in ANSWERS.get(case, {}).items():
        ledger = found[rule].ledger
        assert ledger is not None
        assert (found[rule].outcome.value, ledger.covered) == (outcome, covered)
    for rule, outcome in OUTCOMES.get(case, {}).items():
        assert found[rule].outcome.value == outcome
    keys = {f.sentence.key for f in analysis.findings}
    assert SAID.get(case, "inputs.urban_unknown") in keys
    if case in PEOPLE:
        assert analysis.inputs.ledger is not None
        assert analysis.inputs.ledger.inside == pytest.approx(PEOPLE[case], rel=0.01)


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words_that_help(case: str) -> None:
    with pytest.raises(CarecircleError) as fault:
        analyze(real(f"field/{case}/study.toml"))
    for word in REFUSED[case]:
        assert word in fault.value.text("en")


def test_an_open_clause_names_the_coordinates_it_lacks() -> None:
    analysis = analyze(real("field/64-some-facilities-without-place/study.toml"))
    assert [n.key for n in analysis.verdicts[0].missing_inputs] == ["rules.need_coordinates"]
    assert "县二院" in analysis.verdicts[0].missing_inputs[0].text("en")


@pytest.mark.parametrize("case", ["14-wrong-cpg", "31-geojson-gbk"])
def test_names_are_whole(case: str) -> None:
    inputs = analyze(real(f"field/{case}/study.toml")).inputs
    assert "县" in "".join([*inputs.facilities["name"], *inputs.areas["name"]])
    assert not any("\ufffd" in n for n in [*inputs.facilities["name"], *inputs.areas["name"]])


@pytest.mark.parametrize("mend", ['"data/facilities.csv"', "'data\\facilities.csv'"])
def test_the_advice_on_backslashes_works(tmp_path: Path, mend: str) -> None:
    study = Path(shutil.copytree(real("field/52-backslash-paths"), tmp_path / "study"))
    file = study / "study.toml"
    file.chmod(0o644)
    text = file.read_text(encoding="utf-8").replace('"data\\facilities.csv"', mend)
    file.write_text(text, encoding="utf-8")
    assert analyze(study).verdicts[0].outcome.value == "PASS"


def test_control_characters_of_names_stay_outside() -> None:
    inputs = analyze(real("field/20-control-characters/study.toml")).inputs
    assert all(name.isprintable() for name in [*inputs.facilities["name"], *inputs.areas["name"]])


@pytest.mark.parametrize("case", ["25-census-table", "25b-follow-the-message-totals"])
def test_the_census_decides_once_the_list_is_said_to_be_whole(case: str, tmp_path: Path) -> None:
    """100 beds for 2,000 residents, 60 asked per 1,000: 50; the advice given leads there."""
    study = Path(shutil.copytree(real(f"field/{case}"), tmp_path / case)) / "study.toml"
    (open_list,) = analyze(study).verdicts
    assert any("complete" in n.text("en") for n in open_list.missing_inputs), open_list.missing_inputs
    text = study.read_text(encoding="utf-8").replace("[facilities]", "[facilities]\ncomplete = true")
    study.write_text(text, encoding="utf-8")
    (verdict,) = analyze(study).verdicts
    assert (verdict.outcome.value, verdict.observed) == ("FAIL", 50)
