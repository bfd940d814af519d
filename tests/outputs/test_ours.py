"""Outputs replace nothing but what a run of ours wrote: no input, and no file of a stranger."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from carecircle import analysis as package
from carecircle import analyze, delivery
from carecircle.errors import OutputError
from carecircle.outputs import ours
from commands import call
from worlds import street_study


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose facilities are a GeoParquet named like one of our outputs."""
    import geopandas as gpd
    import pandas as pd

    folder = tmp_path_factory.mktemp("street")
    study = street_study(folder)
    rows = pd.read_csv(folder / "facilities.csv")
    points = gpd.points_from_xy(rows.pop("lon"), rows.pop("lat"), crs=4326)
    gpd.GeoDataFrame(rows, geometry=points).to_parquet(folder / "facilities.parquet")
    (folder / "facilities.csv").unlink()
    text = study.read_text(encoding="utf-8").replace("facilities.csv", "facilities.parquet")
    study.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def study(street: Path, tmp_path: Path) -> Path:
    shutil.copytree(street, tmp_path / "study")
    return tmp_path / "study"


def unasked(*_: object, **__: object) -> None:
    raise AssertionError("the work was begun")


@pytest.mark.parametrize("command", ["run", "site"])
def test_an_input_named_like_an_output_stays(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(study)
    monkeypatch.setattr(package, "analyze", unasked)
    monkeypatch.setattr("carecircle.analysis.run.load_inputs", unasked)
    if command == "site":
        (study / "facilities.parquet").rename(study / "siting.gpkg")
        text = (study / "study.toml").read_text(encoding="utf-8").replace("facilities.parquet", "siting.gpkg")
        (study / "study.toml").write_text(text, encoding="utf-8")
    before = content(study)
    options = ["--clause", "S1"] if command == "site" else []
    assert call(monkeypatch, command, ".", *options, "--out", ".", "--lang", "en") == 2
    told = capsys.readouterr().err
    assert "facilities.parquet" in told or "siting.gpkg" in told
    assert "--out" in told
    assert content(study) == before


def test_the_advice_works(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study)
    before = content(study)
    assert call(monkeypatch, "run", ".", "--out", "maps") == 0
    assert {n: held for n, held in content(study).items() if not n.startswith("maps/")} == before
    assert call(monkeypatch, "run", ".", "--out", "maps") == 0


def test_an_input_stays_though_a_manifest_of_ours_lies_beside_it(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A study may read what another run wrote; not even a link to it is replaced."""
    assert call(monkeypatch, "run", study, "--out", tmp_path / "first") == 0
    text = (study / "study.toml").read_text(encoding="utf-8")
    text = text.replace('"facilities.parquet"', '"../first/facilities.parquet"')
    (study / "study.toml").write_text(text, encoding="utf-8")
    before = content(tmp_path / "first")
    assert call(monkeypatch, "run", study, "--out", tmp_path / "first", "--lang", "en") == 2
    assert "facilities.parquet" in capsys.readouterr().err
    assert content(tmp_path / "first") == before


@pytest.mark.parametrize("name", ["report.docx", "index.html", "demand.parquet", "manifest.json"])
def test_a_strangers_file_stays(
    study: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text('{"schema": "mine"}', encoding="utf-8")
    monkeypatch.setattr("carecircle.analysis.run.load_inputs", unasked)
    assert call(monkeypatch, "run", study, "--out", tmp_path / "out", "--lang", "en") == 2
    assert name in capsys.readouterr().err
    assert content(tmp_path / "out") == {name: b'{"schema": "mine"}'}


def test_what_the_last_run_left_out_is_not_ours(tmp_path: Path) -> None:
    manifest = {
        "schema": "carecircle/manifest/1", "left_out": None, "parameters": {"name": "street"},
        "report": {"files": []},
    }  # fmt: skip
    for name in (*ours.RUN, "siting.json", "notes.txt"):
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    left_out = {"demand.parquet", "travel_time.tif", "report.pdf", "report.docx"}
    assert ours.names_of_ours(tmp_path) == set(ours.RUN) - left_out
    (tmp_path / "siting.json").write_text('{"schema": "carecircle/siting/1"}', encoding="utf-8")
    assert ours.names_of_ours(tmp_path) == (set(ours.RUN) - left_out) | {"siting.json"}
    earlier = {"schema": "carecircle/manifest/1"}  # of a version that told less
    (tmp_path / "manifest.json").write_text(json.dumps(earlier), encoding="utf-8")
    assert set(ours.RUN) <= ours.names_of_ours(tmp_path)
    (tmp_path / "siting.json").write_bytes(b"{}")
    (tmp_path / "siting.gpkg").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"siting\.gpkg"):
        ours.spare(tmp_path, ["siting.gpkg"], [])


def test_a_link_and_a_folder_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"schema": "carecircle/manifest/1"}', encoding="utf-8")
    (tmp_path / "report.pdf").mkdir()
    (tmp_path / "gap_map.html").symlink_to(tmp_path / "gone")
    for name in ("report.pdf", "gap_map.html"):
        with pytest.raises(OutputError, match="not written by carecircle"):
            ours.spare(tmp_path, [name], [])


def test_another_run_that_is_just_writing_is_said_before_the_work(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("carecircle.analysis.run.load_inputs", unasked)
    with delivery.delivered(tmp_path / "out"):
        assert call(monkeypatch, "run", study, "--out", tmp_path / "out", "--lang", "en") == 2
    assert "another run is writing" in capsys.readouterr().err


def test_pages_replace_only_pages_of_their_kind(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", study, "--out", tmp_path / "run") == 0
    before = content(tmp_path / "run")
    for _ in range(2):
        assert call(monkeypatch, "gallery", tmp_path / "run", "--out", tmp_path / "gallery.html") == 0
        call(monkeypatch, "doctor", study, "--map", tmp_path / "findings.html")
    made = {n: held for n, held in content(tmp_path).items() if n in ("gallery.html", "findings.html")}
    assert len(made) == 2
    capsys.readouterr()
    for goal in (tmp_path / "run" / "index.html", tmp_path / "findings.html", study / "study.toml"):
        assert call(monkeypatch, "gallery", tmp_path / "run", "--out", goal, "--lang", "en") == 2
        assert goal.name in capsys.readouterr().err
    for goal in (tmp_path / "gallery.html", study / "facilities.parquet"):
        assert call(monkeypatch, "doctor", study, "--map", goal, "--lang", "en") == 2
        assert goal.name in capsys.readouterr().err
    assert content(tmp_path / "run") == before
    assert made.items() <= content(tmp_path).items()


def test_siting_writes_the_index_anew_with_its_files(study: Path, tmp_path: Path) -> None:
    from carecircle.outputs.siting import write_siting
    from carecircle.siting.remedy import site

    analysis = analyze(study)
    found = site(analysis, clauses=["S2"])
    analysis.write(tmp_path / "out")
    before = content(tmp_path / "out")
    assert {p.name for p in write_siting(found, tmp_path / "out")} == set(ours.SITING)
    after = content(tmp_path / "out")
    assert b'href="siting_map.html"' in after.pop("index.html")
    assert b'href="siting_map.html"' not in before.pop("index.html")
    assert {n: after[n] for n in before} == before
    assert set(after) == {*before, *ours.SITING}
    write_siting(found, tmp_path / "alone")
    assert set(content(tmp_path / "alone")) == set(ours.SITING)
    analysis.write(tmp_path / "alone")
    assert set(content(tmp_path / "alone")) == {*before, *ours.SITING, "index.html"}


def test_the_demo_leaves_a_county_that_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from carecircle.demo import county

    def small(folder: Path, *, seed: int = 14) -> None:
        (folder / "roads").mkdir(parents=True)
        (folder / "study.toml").write_text("as it is made", encoding="utf-8")
        (folder / "roads" / "r").write_text("roads", encoding="utf-8")

    monkeypatch.setattr(county, "write_county", small)
    for _ in range(2):
        county.place_county(tmp_path / "demo" / "county")
        assert content(tmp_path) == {
            "demo/county/study.toml": b"as it is made",
            "demo/county/roads/r": b"roads",
        }
    (tmp_path / "demo" / "county" / "study.toml").write_text("as the user likes it", encoding="utf-8")
    before = content(tmp_path)
    with pytest.raises(OutputError, match=r"county/study\.toml"):
        county.place_county(tmp_path / "demo" / "county")
    assert content(tmp_path) == before
