from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import python_calamine
import rasterio

from carecircle.analysis import Analysis, analyze
from carecircle.errors import OutputError
from carecircle.outputs import write as write_folder
from carecircle.outputs.files import gis
from carecircle.outputs.ours import ensure_writable
from carecircle.outputs.report import fonts
from carecircle.outputs.write import NAMES as EVERY
from worlds import street_study

NAMES = set(EVERY) - {"missing_roads.gpkg"} - (set() if fonts.find() else {"report.pdf", "report.docx"})


@pytest.fixture(scope="module")
def folder(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "地图 maps" / "a"
    write_folder(analysis, path)
    return path


def test_the_folder_holds_every_file(analysis: Any, folder: Path) -> None:
    assert {p.name for p in folder.iterdir()} == NAMES
    assert [p.name for p in folder.parent.iterdir()] == ["a"]
    data = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    assert data == analysis.to_dict("zh")


def test_the_workbook_holds_text_as_text_and_the_verdicts_numbers(analysis: Any, folder: Path) -> None:
    book = python_calamine.CalamineWorkbook.from_path(str(folder / "verdicts.xlsx"))
    assert book.sheet_names[:3] == ["评判总表", "各地区、机构明细", "人口核对"]
    assert book.sheet_names[3:] == [v.rule for v in analysis.verdicts]
    units = book.get_sheet_by_index(1).to_python()[1:]
    assert [(u[1], u[3]) for u in units] == [(v.rule, u.id) for v in analysis.verdicts for u in v.units]
    people = {r[1]: r[2:] for r in book.get_sheet_by_index(2).to_python()[1:]}
    for verdict in analysis.verdicts:
        if verdict.ledger is not None:
            assert people[verdict.rule][-1] == pytest.approx(verdict.ledger.total, rel=1e-15)
            assert sum(people[verdict.rule][:-1]) == pytest.approx(verdict.ledger.total)
    rows = book.get_sheet_by_index(0).to_python()
    for verdict in analysis.verdicts:
        line = next(r for r in rows if r[1] == verdict.rule)
        assert line[3] == pytest.approx(verdict.observed, rel=1e-15)  # a spreadsheet keeps 15 digits
        assert line[6] == verdict.residents_affected
        assert line[8] == verdict.quote
    radius = book.get_sheet_by_name("M1.radius").to_python()
    assert next(r[1] for r in radius if r[0] == "已覆盖") == analysis.verdicts[0].ledger.covered
    assert next(r[2] for r in radius if r[0] == "东河镇") > 0
    paper = next(r[1] for r in radius if r[0] == "直线半径之内、沿路超限的居民")
    assert paper == pytest.approx(analysis.verdicts[0].by_road.paper_only, rel=1e-15)


def test_each_table_of_the_workbook_has_a_filter_of_its_own(analysis: Any, folder: Path) -> None:
    import re
    import zipfile

    with zipfile.ZipFile(folder / "verdicts.xlsx") as parts:
        tables = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/tables/")]
        overview = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<autoFilter" in overview
    assert len(tables) >= 2 + len(analysis.verdicts) // 2
    assert all("<autoFilter" in table for table in tables)
    names = [re.findall(r'<tableColumn id="\d+" name="([^"]+)"', table) for table in tables]
    assert all(len(set(n)) == len(n) for n in names)


def test_a_cell_that_begins_like_a_formula_stays_text(analysis: Any, tmp_path: Path) -> None:
    from carecircle.outputs.files.tables import workbook

    verdict = analysis.verdicts[-1]
    units = (dataclasses.replace(verdict.units[0], name="=HYPERLINK(1)", waived_by="https://example.org"),)
    changed = dataclasses.replace(analysis, verdicts=(dataclasses.replace(verdict, units=units),))
    workbook(changed, tmp_path / "v.xlsx")
    sheet = (
        python_calamine.CalamineWorkbook.from_path(str(tmp_path / "v.xlsx")).get_sheet_by_index(3).to_python()
    )
    assert any("=HYPERLINK(1)" in row for row in sheet)
    assert any("https://example.org" in row for row in sheet)


def test_the_geopackage_holds_its_layers(analysis: Any, folder: Path) -> None:
    path = folder / "results.gpkg"
    assert {name for name, _ in pyogrio.list_layers(path)} == {*gis.LAYERS, "layer_styles"}
    demand = gpd.read_file(path, layer="demand")
    query, reached = next((q, r) for q, r in analysis.reached.items() if q.metric == "minutes")
    cost = reached["cost"].replace(np.inf, np.nan).to_numpy()
    assert np.array_equal(demand[f"{query.key}_min"].to_numpy(), cost, equal_nan=True)
    assert list(demand["M1.radius"]) == list(analysis.verdicts[0].people)
    assert demand.crs == analysis.inputs.crs
    facilities = gpd.read_file(path, layer="facilities")
    assert "=HYPERLINK(1)" in set(facilities["name"])
    areas = gpd.read_file(path, layer="areas").set_index("area_id")
    assert areas.loc["t1", "urban"] == "no"
    gap = analysis.verdicts[0].ledger.not_covered
    assert areas.loc[["t0", "t1"], "M1.radius_not_covered"].sum() == pytest.approx(gap)
    assert set(gpd.read_file(path, layer="verdict_units")["unit_id"]) == {"t0", "t1"}
    assert len(gpd.read_file(path, layer="snaps")) == 0  # no roads were built


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, Path]:
    place = tmp_path_factory.mktemp("street")
    found = analyze(street_study(place))
    write_folder(found, place / "out")
    return found, place / "out"


def test_access_legs_are_lines_from_the_point_to_the_road(street: tuple[Analysis, Path]) -> None:
    found, folder = street
    legs = gpd.read_file(folder / "results.gpkg", layer="snaps")
    assert set(legs["mode"]) == set(found.networks)
    for mode in found.networks:
        own = legs[legs["mode"] == mode].set_index("demand_id")
        assert list(own.index) == list(found.inputs.demand["demand_id"])
        assert own.geometry.geom_type.eq("LineString").all()
        assert np.allclose(
            own.geometry.length, own["snap_m"], rtol=2e-3, atol=0.02
        )  # the plane against geodesics
        assert own.loc["n", "snap_m"] == pytest.approx(2000, rel=1e-3)  # 2 km off the only street
        assert own.loc["n", "snapped"] == "no"
        assert set(own.drop(index="n")["snapped"]) == {"yes"}
        assert own["residents"].to_dict() == {"a": 400, "b": 300, "c": 200, "d": 100, "n": 50}
        start = own.geometry["n"].coords[0]
        home = found.inputs.demand.set_index("demand_id").geometry["n"]
        assert start == pytest.approx((home.x, home.y))
    query, reached = next((q, r) for q, r in found.reached.items() if q.metric == "minutes")
    own = legs[legs["mode"] == query.mode].set_index("demand_id")["snap_m"]
    assert np.allclose(own.reindex(reached["demand_id"]), reached["snap_m"], equal_nan=True)


def test_geoparquet_holds_the_same_rows_as_the_geopackage(street: tuple[Analysis, Path]) -> None:
    import pyarrow.parquet

    _, folder = street
    for layer in ("areas", "facilities", "demand"):
        flat = gpd.read_parquet(folder / f"{layer}.parquet")
        packed = gpd.read_file(folder / "results.gpkg", layer=layer)
        assert flat.crs == packed.crs
        assert list(flat.columns.drop(["geometry"])) == list(packed.columns.drop(["geometry"]))
        for column in packed.columns.drop(["geometry"]):
            left = [None if v is None or v != v else v for v in flat[column]]
            right = [None if v is None or v != v else v for v in packed[column]]
            assert left == right, column
        assert flat.geometry.geom_equals_exact(packed.geometry, 1e-9).all()
        meta = json.loads(pyarrow.parquet.read_schema(folder / f"{layer}.parquet").metadata[b"geo"])
        assert meta["version"] == "1.1.0"
        assert "covering" in meta["columns"]["geometry"]


def test_the_surface_is_a_cloud_optimised_tiff_with_named_bands(analysis: Any, folder: Path) -> None:
    query, surface = next(iter(analysis.surfaces.items()))
    with rasterio.open(folder / "travel_time.tif") as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert query.key in raster.descriptions[0]
        assert raster.crs == analysis.inputs.crs
        assert np.array_equal(raster.read(1), surface.values, equal_nan=True)


def until_another_tick() -> None:
    """Wait until the clock of a ZIP archive, the coarsest that any of our files keeps, has moved on."""
    now = time.time() // 2
    while time.time() // 2 == now:
        time.sleep(0.05)


def test_with_a_source_date_two_runs_are_equal_to_the_byte(
    analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    digests = []
    for run in ("one", "two"):
        write_folder(analysis, tmp_path / run)
        until_another_tick()
        digests.append(
            {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (tmp_path / run).iterdir()}
        )
    assert digests[0] == digests[1]
    assert set(digests[0]) == NAMES


def test_our_files_are_replaced_and_others_kept(analysis: Any, tmp_path: Path) -> None:
    earlier(tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    written = write_folder(dataclasses.replace(analysis, surfaces={}), tmp_path)
    assert {p.name for p in written} == NAMES - {"travel_time.tif"}
    assert {p.name for p in tmp_path.iterdir()} == (NAMES | {"notes.txt"}) - {"travel_time.tif"}
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def earlier(folder: Path) -> dict[str, bytes]:
    """What a run of ours with everything would have left in a folder, and its content."""
    folder.mkdir(exist_ok=True)
    for name in EVERY:
        (folder / name).write_text(f"{name} of an earlier run", encoding="utf-8")
    (folder / "manifest.json").write_text('{"schema": "carecircle/manifest/1"}', encoding="utf-8")
    return content(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("existing", [True, False])
def test_a_writer_that_fails_midway_leaves_the_folder_as_it_was(
    analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool
) -> None:
    target = tmp_path / "out"
    before = earlier(target) if existing else {}

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gis, "travel_time", full)
    with pytest.raises(OutputError, match="No space left"):
        write_folder(analysis, target)
    assert [p.name for p in tmp_path.iterdir()] == (["out"] if existing else [])
    assert content(target) == before


def test_a_move_that_fails_midway_is_undone(
    analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    earlier(target)
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    before = content(target)
    real = os.replace

    def replace(source: Any, goal: Any) -> None:
        if Path(source).parent.name == "new" and Path(source).name == "results.gpkg":
            raise OSError(13, "in use by another program")
        real(source, goal)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OutputError, match="in use"):
        write_folder(analysis, target)
    assert content(target) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="cannot be written"):
            ensure_writable(path)


def test_asking_leaves_no_trace(tmp_path: Path) -> None:
    ensure_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
