"""A second run takes roads and networks from where the first kept them, and only if all is the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal

from carecircle import analyze, keep
from carecircle.inputs import roads
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.reach.network import Network
from carecircle.study import load_study
from worlds import street_study


@pytest.fixture(scope="module")
def study(root: Path) -> Path:
    return root / "data" / "study.toml"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(keep.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept" / keep.FOLDER


@pytest.fixture(scope="module")
def walked(study: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Inputs, Path]:
    """The county read for walkers, and the folder where that was kept: read once, spoilt in copies."""
    folder = tmp_path_factory.mktemp("walked") / keep.FOLDER
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(keep.VARIABLE, str(folder.parent))
        return load_inputs(load_study(study), modes=("walk",)), folder


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("read again")


def same(one: Inputs, other: Inputs) -> None:
    assert one.edges is not None
    assert other.edges is not None
    assert_geodataframe_equal(one.edges, other.edges)
    assert one.findings == other.findings


def test_a_second_run_reads_no_roads_and_builds_no_network(
    study: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = analyze(study)
    monkeypatch.setattr(roads, "from_pbf", refuse)
    monkeypatch.setattr(Network, "from_edges", refuse)
    second = analyze(study)
    same(first.inputs, second.inputs)
    assert first.to_dict() == second.to_dict()
    for query, reached in first.reached.items():
        assert np.array_equal(reached["cost"], second.reached[query]["cost"])


def test_other_ground_or_modes_are_read_anew(study: Path, walked: tuple[Inputs, Path], kept: Path) -> None:
    one, folder = walked
    shutil.copytree(folder, kept)
    other = load_inputs(load_study(study), modes=("walk", "drive"))
    assert one.roads_key != other.roads_key
    assert one.edges is not None
    assert "travel_time_s_drive" not in one.edges


@pytest.mark.parametrize("left", ["half", "nothing", "other"])
def test_what_a_killed_run_left_is_not_trusted(
    study: Path, walked: tuple[Inputs, Path], kept: Path, left: str
) -> None:
    whole, folder = walked
    shutil.copytree(folder, kept)
    (path,) = kept.glob("roads-*.parquet")
    if left == "half":
        path.write_bytes(path.read_bytes()[:2000])
    elif left == "nothing":
        path.unlink()
    else:
        path.with_suffix(".json").write_text('{"key": "other", "findings": []}')
    same(whole, load_inputs(load_study(study), modes=("walk",)))
    same(whole, load_inputs(load_study(study), modes=("walk",)))


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(keep.VARIABLE, str(tmp_path / "file" / "below"))
    assert load_inputs(load_study(study), modes=("walk",)).edges is not None


def test_an_empty_variable_keeps_nothing(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keep.VARIABLE, "")
    assert load_inputs(load_study(study), modes=("walk",)).roads_key == ""


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MOST_BYTES", 25)
    assert keep.opened(tmp_path / "kept")
    names = [f"roads-{age:064x}.parquet" for age in range(3)]
    for age, name in enumerate(names):
        (tmp_path / "kept" / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / "kept" / name, (1_000_000 - age, 1_000_000 - age))
    keep.prune(tmp_path / "kept")
    assert sorted(p.name for p in (tmp_path / "kept").iterdir()) == [keep.MARK, *names[:2]]


def strangers(folder: Path) -> dict[Path, bytes]:
    """A user's files, some named like ours, in a folder and below it."""
    names = (
        "thesis.docx", "roads-mine.parquet", f"water-{1:064x}.parquet", f"roads-{1:016x}.json",
        "walk-1.network",
        "photographs/river.jpg", "photographs/CACHEDIR.TAG", "residents.tif",
    )  # fmt: skip
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 50)
        os.utime(folder / name, (1_000 + number, 1_000 + number))
    return {folder / name: (folder / name).read_bytes() for name in names}


@pytest.mark.parametrize("below", ["", keep.FOLDER], ids=["beside our folder", "where our folder would be"])
def test_a_users_files_are_never_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    monkeypatch.setenv(keep.VARIABLE, str(tmp_path / "full"))
    monkeypatch.setattr(keep, "MOST_BYTES", 0)
    before = strangers(tmp_path / "full" / below)
    for _ in range(2):
        analyze(street_study(tmp_path / "street"))
    assert {p: p.read_bytes() for p in before} == before
    if below:
        assert set(before) == {p for p in (tmp_path / "full").rglob("*") if p.is_file()}


def test_strange_files_among_ours_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MOST_BYTES", 0)
    assert keep.opened(tmp_path / "kept")
    before = {
        tmp_path / "kept" / name: b"mine"
        for name in ("thesis.docx", "roads-mine.parquet", f"roads-{1:064x}.parquet.bak", "residents.tif")
    }
    for path, content in before.items():
        path.write_bytes(content)
    (tmp_path / "kept" / f"water-{2:064x}.parquet").write_bytes(b"ours")
    keep.prune(tmp_path / "kept")
    assert {p: p.read_bytes() for p in before} == before
    assert {p.name for p in (tmp_path / "kept").iterdir()} == {keep.MARK, *(p.name for p in before)}
