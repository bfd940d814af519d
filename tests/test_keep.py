"""A second run takes roads and networks from where the first kept them, and only if all is the same."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal

from carecircle import analyze, keep
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.inputs.roads import edges as roads
from carecircle.reach.network.model import Network
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


def opened(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make our folder there, with its mark and nothing in it."""
    patch.setenv(keep.VARIABLE, str(folder.parent))
    patch.setattr(keep, "FOLDER", folder.name)
    assert keep.kept("x", lambda: keep.digest("x"), lambda: b"made", bytes, bytes)[0] == b"made"
    for file in folder.glob("*.kept"):
        file.unlink()


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
def test_what_is_not_whole_or_not_its_own_is_not_trusted(
    study: Path, walked: tuple[Inputs, Path], kept: Path, left: str
) -> None:
    whole, folder = walked
    shutil.copytree(folder, kept)
    (path,) = kept.glob("roads-*.kept")
    if left == "half":
        path.write_bytes(path.read_bytes()[:2000])
    elif left == "nothing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"carecircle/kept/1", b"carecircle/kept/2"))
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
    opened(tmp_path / "kept", monkeypatch)
    names = [f"roads-{age:064x}.kept" for age in range(3)]
    for age, name in enumerate(names):
        (tmp_path / "kept" / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / "kept" / name, (1_000_000 - age, 1_000_000 - age))
    keep.prune(tmp_path / "kept")
    assert sorted(p.name for p in (tmp_path / "kept").iterdir()) == [keep.MARK, *names[:2]]


def strangers(folder: Path) -> dict[Path, bytes]:
    """A user's files, some named like ours, in a folder and below it."""
    names = (
        "thesis.docx", "roads-mine.kept", f"water-{1:064x}.kept", f"roads-{1:016x}.json",
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
    opened(tmp_path / "kept", monkeypatch)
    before = {
        tmp_path / "kept" / name: b"mine"
        for name in ("thesis.docx", "roads-mine.kept", f"roads-{1:064x}.kept.bak", ".x.carecircle-mine")
    }
    for path, content in before.items():
        path.write_bytes(content)
    (tmp_path / "kept" / f"water-{2:064x}.kept").write_bytes(b"ours")
    (tmp_path / "kept" / f".water-{2:064x}.kept.carecircle-{3:016x}").write_bytes(b"left by a killed run")
    keep.prune(tmp_path / "kept")
    assert {p: p.read_bytes() for p in before} == before
    assert {p.name for p in (tmp_path / "kept").iterdir()} == {keep.MARK, *(p.name for p in before)}


# ---- a tiny study, spoilt in every way ----------------------------------------------------------------


def verdicts(study: Path) -> list[dict[str, Any]]:
    return list(analyze(study).to_dict()["verdicts"])


def test_a_flipped_bit_in_anything_kept_changes_no_verdict(tmp_path: Path, kept: Path) -> None:
    study = street_study(tmp_path / "street")
    first = verdicts(study)
    whole = {p: p.read_bytes() for p in kept.glob("*.kept")}
    assert sorted(p.name.split("-")[0] for p in whole) == ["network", "network", "roads"]
    dice = random.Random(14)
    for path, content in whole.items():
        for at in [0, 20, 82, len(content) - 1, *(dice.randrange(len(content)) for _ in range(200))]:
            bad = bytearray(content)
            bad[at] ^= 1 << dice.randrange(8)
            path.write_bytes(bad)
            assert keep._verified(path) is None, at
            assert not path.exists(), "thrown away"
    for _ in range(3):
        for path, content in whole.items():
            bad = bytearray(content)
            bad[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            path.write_bytes(bad)
        assert verdicts(study) == first
        assert {p: p.read_bytes() for p in whole} == whole, "made again as they were"
    one, two, three = whole
    one.write_bytes(whole[two])
    three.write_bytes(whole[three][:-512] + bytes(512))
    assert verdicts(study) == first


def test_a_network_of_damaged_roads_is_not_found_again(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where damage was not seen: what was made of it bears its hash, not that of the whole."""
    study = street_study(tmp_path / "street")
    first = verdicts(study)
    whole = keep._verified

    def blind(path: Path) -> tuple[bytes, str] | None:
        found = whole(path)
        if found is None or not path.name.startswith("roads"):
            return found
        return found[0], "0" * 64

    monkeypatch.setattr(keep, "_verified", blind)
    analyze(study)
    assert len(list(kept.glob("network-*.kept"))) == 4
    monkeypatch.setattr(keep, "_verified", whole)
    monkeypatch.setattr(Network, "from_edges", refuse)
    assert verdicts(study) == first


def with_roads(study: Path, name: str, **options: Any) -> gpd.GeoDataFrame:
    """The street's roads in another format; its frame."""
    folder = study.parent
    frame = gpd.read_file(folder / "roads.geojson")[["highway", "geometry"]]
    frame.to_file(folder / name, **options)
    text = study.read_text(encoding="utf-8").replace("roads.geojson", name)
    study.write_text(text, encoding="utf-8")
    return frame


@pytest.mark.parametrize("part", [".dbf", ".prj", ".cpg", ".shp", ".shx"])
def test_every_part_of_a_shapefile_counts(tmp_path: Path, kept: Path, part: str) -> None:
    study = street_study(tmp_path / "street")
    with_roads(study, "roads.shp")
    loaded = load_study(study)
    one = load_inputs(loaded, modes=("walk",))
    path = study.parent / f"roads{part}"
    path.write_bytes(path.read_bytes() + b" ")
    again = load_inputs(loaded, modes=("walk",))
    assert len(list(kept.glob("roads-*.kept"))) == 2
    assert one.hashes[path.name] != again.hashes[path.name]


def test_a_class_changed_in_the_dbf_alone_changes_the_run(tmp_path: Path, kept: Path) -> None:
    study = street_study(tmp_path / "street")
    frame = with_roads(study, "roads.shp")
    walked = verdicts(study)
    shape = (study.parent / "roads.shp").read_bytes()
    frame.assign(highway="motorway").to_file(study.parent / "roads.shp")
    assert (study.parent / "roads.shp").read_bytes() == shape
    assert verdicts(study) != walked


ANOTHER_PROGRAM = """
import sqlite3, sys
book = sqlite3.connect(sys.argv[1])
book.execute("pragma wal_autocheckpoint = 0")
for (name,) in book.execute("select name from sqlite_master where type = 'trigger'").fetchall():
    book.execute(f'drop trigger "{name}"')
book.execute("update roads set highway = 'motorway'")
book.commit()
print("written", flush=True)
sys.stdin.read()
"""


def test_what_stands_in_a_write_ahead_log_counts(tmp_path: Path, kept: Path) -> None:
    """A GeoPackage open in another program: its newest rows lie beside it."""
    study = street_study(tmp_path / "street")
    with_roads(study, "roads.gpkg", layer="roads")
    path = study.parent / "roads.gpkg"
    with contextlib.closing(sqlite3.connect(path)) as book:
        book.execute("pragma journal_mode = wal")
    loaded = load_study(study)
    walked, before = analyze(loaded), path.read_bytes()
    command = [sys.executable, "-c", ANOTHER_PROGRAM, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"written\n"
        changed = analyze(loaded)
        assert path.read_bytes() == before, "reading moves nothing of the other program's"
        other.communicate(b"")
    assert "roads.gpkg-wal" in changed.inputs.hashes
    assert walked.inputs.hashes["roads.gpkg"] == changed.inputs.hashes["roads.gpkg"]
    assert changed.to_dict()["verdicts"] != walked.to_dict()["verdicts"]


def test_what_changes_while_it_is_read_is_not_kept(tmp_path: Path, kept: Path) -> None:
    count = [0]

    def key() -> str:
        count[0] += 1
        return keep.digest(count[0])

    assert keep.kept("x", key, lambda: b"made", bytes, bytes)[0] == b"made"
    assert count == [2]
    assert not list(kept.glob("x-*"))


def test_the_key_holds_the_code_the_libraries_and_the_readers_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {
        str(f).partition("carecircle/")[2].split("carecircle/")[-1]
        for f in keep._files(resources.files("carecircle"))
    }
    for needed in (
        "categories/osm.py", "categories/terms.py", "study/sections.py", "osm/ways.py", "network/model.py",
        "profiles.toml", "profiles.py", "schema.py", "keep.py",
    ):  # fmt: skip
        assert any(n.endswith(needed) for n in names), needed
    assert not any("outputs/" in n or n.endswith(".pyc") for n in names)
    before = keep.digest("x")
    monkeypatch.setenv("OGR_GEOJSON_MAX_OBJ_SIZE", "1")
    assert keep.digest("x") != before
    monkeypatch.delenv("OGR_GEOJSON_MAX_OBJ_SIZE")
    assert keep.digest("x") == before
    real = keep.version
    for library in ("numpy", "pyogrio", "numba", "pyarrow", "geopandas", "rasterio"):
        monkeypatch.setattr(keep, "version", lambda n, old=library: "0" if n == old else real(n))
        keep._code.cache_clear()
        assert keep.digest("x") != before, library
    monkeypatch.setattr(keep, "version", real)
    keep._code.cache_clear()
    assert keep.digest("x") == before


RACING = """
import sys
from carecircle import keep
for turn in range(30):
    held, _ = keep.kept("x", lambda: keep.digest(turn), lambda: b"made" * 5000, bytes, bytes)
    assert held == b"made" * 5000
"""


def test_two_runs_may_keep_the_same_at_once(kept: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", RACING]) for _ in range(3)]
    assert [r.wait(120) for r in running] == [0, 0, 0]
    assert {p.suffix for p in kept.iterdir()} == {".kept", ".TAG"}
    assert len(list(kept.glob("x-*.kept"))) == 30
