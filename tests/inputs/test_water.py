"""Water is read once, with the inputs: the county's river and lake, kept between runs, absent where it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import osmium
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import carecircle
from carecircle import keep
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.inputs.roads import water
from carecircle.outputs import gap_map
from carecircle.study import load_study


@pytest.fixture
def inputs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inputs:
    monkeypatch.setenv(keep.VARIABLE, str(tmp_path / "kept"))
    return load_inputs(load_study(root / "data"), modes=())


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("the extract was read again")


def test_the_county_has_a_river_and_a_lake_in_its_frame(inputs: Inputs) -> None:
    found = inputs.water
    assert found is not None
    assert found is inputs.water
    assert set(found["kind"]) == {"area", "line"}
    assert found.crs == inputs.crs
    frame = inputs.region.buffer(inputs.study.assumptions.buffer_km * 250).envelope
    assert shapely.covers(frame.buffer(1e-6), found.geometry.to_numpy()).all()
    assert (found.geometry[found["kind"] == "area"].area > 0).all()
    assert (found.geometry[found["kind"] == "line"].length > 0).all()
    assert found.geometry[found["kind"] == "line"].intersects(inputs.region).any()


def test_a_second_run_reads_no_extract(inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    first = inputs.water
    monkeypatch.setattr(osmium, "FileProcessor", refuse)
    again = replace(inputs)
    assert again.water is not first
    assert first is not None
    assert_geodataframe_equal(first, again.water)
    elsewhere = replace(inputs, region=inputs.region.buffer(100))
    with pytest.raises(AssertionError, match="read again"):
        _ = elsewhere.water


@pytest.mark.parametrize("left", ["half", "folder"])
def test_what_cannot_be_kept_or_read_costs_time_alone(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    first = inputs.water
    assert first is not None
    (path,) = (tmp_path / "kept" / keep.FOLDER).glob("water-*.kept")
    if left == "half":
        path.write_bytes(path.read_bytes()[:300])
    else:
        shutil.rmtree(tmp_path / "kept")
        (tmp_path / "kept").write_text("")
    assert_geodataframe_equal(first, replace(inputs).water)


@pytest.mark.parametrize("kept", ["kept", ""])
def test_an_extract_cut_short_that_no_clause_needed_has_no_water(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    monkeypatch.setenv(keep.VARIABLE, str(tmp_path / kept) if kept else "")
    roads = inputs.study.roads
    assert roads is not None
    cut = tmp_path / "roads.osm.pbf"
    cut.write_bytes(roads.path.read_bytes()[:3000])
    assert water.water_of(roads.model_copy(update={"path": cut}), inputs.crs, inputs.region) is None
    assert water.water_of(None, inputs.crs, inputs.region) is None
    assert water.water_of(roads.model_copy(update={"format": "edges"}), inputs.crs, inputs.region) is None


def test_the_map_asks_the_inputs_and_never_the_extract(
    embedded: carecircle.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert embedded.inputs.water is not None
    monkeypatch.setattr(osmium, "FileProcessor", refuse)
    page = gap_map(embedded).get_root().render()
    assert '"water":{"areas"' in page.replace(" ", "")
