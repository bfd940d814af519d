"""The doctor: each fault committed as a broken input, with the finding it must bring."""

from __future__ import annotations

import io
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
import xlsxwriter
from rich.console import Console

from carecircle import analyze
from carecircle.doctor import Diagnosis, examine, network_findings
from carecircle.inputs import datum
from carecircle.inputs.checks import MOST, once_for_all_modes
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.outputs.terminal.summary import summary
from carecircle.profiles import mode_name
from carecircle.schema import Finding
from carecircle.study import Study, load_study
from carecircle.texts import Sentence
from worlds import street_study

DEMO = Path(__file__).resolve().parent.parent / "data"
HEAD = "id,name,category,lon,lat\n"


def _keys(diagnosis: Diagnosis) -> set[str]:
    return {f.sentence.key for f in diagnosis.findings}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A copy of the demo county to spoil."""
    for name in ("study.toml", "plan.toml", "boundaries", "facilities", "population", "roads"):
        source = DEMO / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def _facilities(county: Path) -> pd.DataFrame:
    return pd.read_csv(county / "facilities" / "facilities.csv", dtype=str, keep_default_na=False)


def _shift(frame: pd.DataFrame, forward: Any) -> pd.DataFrame:
    placed = frame["经度"] != ""
    lon, lat = forward(frame.loc[placed, "经度"].astype(float), frame.loc[placed, "纬度"].astype(float))
    frame = frame.copy()
    frame.loc[placed, "经度"], frame.loc[placed, "纬度"] = (
        [f"{v:.9f}" for v in lon],
        [f"{v:.9f}" for v in lat],
    )
    return frame


def _save(county: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(county / "facilities" / "facilities.csv", index=False, encoding="utf-8-sig")


def test_the_demo_county_has_no_errors(county: Path) -> None:
    diagnosis = examine(county)
    assert not diagnosis.errors
    assert "doctor.datum_shift" not in _keys(diagnosis)
    assert {"doctor.off_road", "doctor.on_island", "doctor.islands"} <= _keys(diagnosis)
    levels = [f.level for f in diagnosis.findings]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    places = diagnosis.places("zh")
    assert len(places) > 0
    assert places.crs.to_epsg() == 4326
    report = diagnosis.to_dict("zh")
    assert report["study"] == "demo"
    assert all(f["sentence"] for f in report["findings"])


@pytest.mark.parametrize(
    ("written", "true"),
    [("wgs84", "gcj02"), ("wgs84", "bd09"), ("gcj02", "wgs84")],
)
def test_a_shifted_datum_is_measured(county: Path, written: str, true: str) -> None:
    forward = {"gcj02": datum.wgs84_to_gcj02, "bd09": datum.wgs84_to_bd09}.get(true)
    frame = _facilities(county)
    _save(county, frame if forward is None else _shift(frame, forward))
    text = (county / "study.toml").read_text(encoding="utf-8")
    (county / "study.toml").write_text(
        text.replace('datum = "wgs84"', f'datum = "{written}"'), encoding="utf-8"
    )
    findings = load_inputs(load_study(county), modes=("drive",)).findings
    found = [f for f in findings if f.sentence.key == "doctor.datum_shift"]
    assert [f.sentence.facts["datum"] for f in found] == [true]
    assert 100 < found[0].sentence.facts["metres"] < 1500
    assert f'datum = "{true}"' in found[0].sentence.text("zh")


def test_errors_are_findings_not_exceptions(county: Path) -> None:
    frame = _facilities(county)
    frame.loc[2, ["经度", "纬度"]] = frame.loc[2, ["纬度", "经度"]].to_numpy()
    frame.loc[3, "机构类别"] = "综合医苑"
    frame.loc[4, "机构编号"] = frame.loc[5, "机构编号"]
    _save(county, frame)
    diagnosis = examine(county)
    assert diagnosis.inputs is None
    found = {(f.sentence.key.removeprefix("inputs."), f.row, f.column) for f in diagnosis.errors}
    assert found == {
        ("swapped", 4, "经度"), ("unknown_category_near", 5, "机构类别"), ("duplicate_id", 7, "机构编号"),
    }  # fmt: skip


def test_what_was_noticed_before_an_error_is_told_too(county: Path) -> None:
    frame = _facilities(county)
    frame["床位数"] = frame["床位数"].astype(object)
    frame.loc[1, "床位数"] = "约550张"
    frame.loc[3, "机构类别"] = "综合医苑"
    _save(county, frame)
    found = [(f.level, f.sentence.key, f.row) for f in examine(county).findings]
    assert found[0] == ("error", "inputs.unknown_category_near", 5)
    assert ("warning", "inputs.not_a_number_attribute", 3) in found
    assert found[-1] == ("note", "doctor.not_reached", None)


def test_a_plan_that_a_run_would_refuse_is_an_error_here_too(county: Path) -> None:
    (county / "own.toml").write_text("[plan]\nid = 1\n", encoding="utf-8")
    text = (county / "study.toml").read_text(encoding="utf-8")
    with_own = re.sub(r"(?m)^plan = .*$", 'plan = "own.toml"', text)
    (county / "study.toml").write_text(with_own, encoding="utf-8")
    diagnosis = examine(county)
    assert {Path(str(f.file)).name for f in diagnosis.errors} == {"own.toml"}
    assert diagnosis.inputs is not None


def test_a_run_says_in_the_terminal_what_could_change_a_verdict(county: Path, tmp_path: Path) -> None:
    _save(county, _shift(_facilities(county), datum.wgs84_to_gcj02))
    analysis = analyze(county, progress=lambda _: None)
    console = Console(file=io.StringIO(), width=300)
    summary(analysis, tmp_path, "en", console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert 'datum = "gcj02"' in told
    assert sum("to be connected to it" in line for line in told.splitlines()) <= 3


def test_a_study_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("nam = 1", encoding="utf-8")
    diagnosis = examine(tmp_path)
    assert diagnosis.study is None
    assert diagnosis.errors
    assert diagnosis.places().empty


# ---- made roads -------------------------------------------------------------------------------------


def _world(tmp_path: Path, ways: list[tuple[list[int], dict[str, str]]], **changes: Any) -> Study:
    """Nodes a hundredth of a degree apart from 104.5 E, 31.3 N, in rows of ten."""
    path = tmp_path / "roads.osm.pbf"
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as out:
        for ref in range(100):
            spot = (104.5 + 0.01 * (ref % 10), 31.3 + 0.01 * (ref // 10))
            out.add_node(osmium.osm.mutable.Node(id=ref + 1, location=spot))
        for number, (refs, tags) in enumerate(ways, 1):
            out.add_way(osmium.osm.mutable.Way(id=number, nodes=[r + 1 for r in refs], tags=tags))
    county = tmp_path / "county.gpkg"
    gpd.GeoDataFrame(
        {"area_id": ["1"]}, geometry=[shapely.box(104.49, 31.29, 104.6, 31.4)], crs=4326
    ).to_file(county)
    return Study.model_validate(
        {"name": "w", "plan": "x", "boundaries": {"path": county}, "roads": {"path": path}, **changes}
    )


MAIN = ([0, 1, 2, 3, 4, 5], {"highway": "primary"})


def _table(tmp_path: Path, rows: str) -> dict[str, Any]:
    path = tmp_path / "facilities.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return {"path": path}


def test_off_the_roads_on_an_island_in_a_trap(tmp_path: Path) -> None:
    rows = "1,off,诊所,104.55,31.35\n2,island,诊所,104.505,31.38\n"
    rows += "3,trap,诊所,104.52,31.308\n4,fine,诊所,104.515,31.3\n"
    one_way = {"highway": "primary", "oneway": "yes"}
    ways = [MAIN, ([80, 81, 82], {"highway": "primary"}), ([2, 12, 22], one_way)]
    people = tmp_path / "people.csv"
    people.write_text("id,population,lon,lat\na,50,104.501,31.3\nb,40,104.505,31.38\nc,10,104.57,31.35\n")
    residents = {"path": people, "format": "points"}
    study = _world(tmp_path, ways, facilities=_table(tmp_path, rows), residents=residents)
    found = examine(study).findings
    named = [
        (f.sentence.key.removeprefix("doctor."), f.sentence.facts["mode"].text("en"), f.row)  # type: ignore[attr-defined]
        for f in found
        if "name" in f.sentence.facts
    ]
    assert named == [
        ("off_road", "walking and driving", 2),
        ("on_island", "walking and driving", 3),
        ("one_way_trap", "driving", 4),
    ]
    assert len({f.sentence for f in found}) == len(found)
    counts = {f.sentence.key: f.sentence.facts.get("count") for f in found}
    assert counts["doctor.residents_off_road"] == 10
    assert counts["doctor.residents_on_island"] == 40


def _about(mode: str, key: str, **facts: object) -> Finding:
    return Finding("warning", Sentence(f"doctor.{key}", {**facts, "mode": mode_name(mode)}))


def test_what_holds_for_several_modes_is_said_once() -> None:
    three = [_about(m, "on_island", name="甲") for m in ("walk", "drive", "ambulance")]
    other = _about("drive", "on_island", name="乙")
    first, second = once_for_all_modes([*three, other, other])
    assert first.sentence.text("zh").startswith("“甲”位于与主路网不相连的步行、驾车、救护车道路上")
    assert "on walking, driving and ambulance roads" in first.sentence.text("en")
    assert second == other


def test_a_facility_is_as_far_from_each_mode_as_it_is() -> None:
    far = [_about(m, "off_road", name="甲", metres=n) for m, n in (("walk", 512), ("drive", 640))]
    (one,) = once_for_all_modes(far)
    assert "距最近的步行、驾车道路 512、640 米" in one.sentence.text("zh")
    assert "is 512 and 640 m from the nearest walking and driving road" in one.sentence.text("en")
    counts = [
        _about(m, "residents_off_road", count=n, percent=1, metres=500)
        for m, n in (("walk", 5), ("drive", 6))
    ]
    assert once_for_all_modes(counts) == counts


def test_speeds_in_the_wrong_units(tmp_path: Path) -> None:
    ways = [
        MAIN,
        ([5, 6], {"highway": "primary", "maxspeed": "90 mph"}),
        ([6, 7], {"highway": "primary", "maxspeed": "3"}),
    ]
    found = {f.sentence.key: f.sentence.facts for f in examine(_world(tmp_path, ways)).findings}
    assert found["doctor.too_fast"] == {"count": 2, "kph": 144.8}
    assert found["doctor.too_slow"] == {"count": 2, "kph": 3.0}


def test_roads_that_end_at_the_border(tmp_path: Path) -> None:
    assert "doctor.cut_at_border" in _keys(examine(_world(tmp_path, [MAIN])))
    beyond = gpd.GeoDataFrame(
        {"highway": ["primary"]}, geometry=[shapely.LineString([(104.5, 31.3), (104.5, 31.22)])], crs=4326
    )
    beyond.to_file(tmp_path / "beyond.gpkg")
    study = _world(tmp_path, [MAIN], roads={"path": tmp_path / "beyond.gpkg", "format": "edges"})
    assert "doctor.cut_at_border" not in _keys(examine(study))


def test_roads_for_nobody_on_foot(tmp_path: Path) -> None:
    assert "doctor.no_roads_of_mode" in _keys(examine(_world(tmp_path, [([0, 1], {"highway": "motorway"})])))


# ---- one county in three guises ------------------------------------------------------------------------


def _guise(county: Path, kind: str) -> Study:
    frame = _facilities(county)
    study = load_study(county)
    if kind == "gb18030":
        path = county / "facilities" / "高德.csv"
        _shift(frame, datum.wgs84_to_gcj02).to_csv(path, index=False, encoding="gb18030")
        changes: dict[str, Any] = {"path": path, "datum": "gcj02"}
    elif kind == "xlsx":
        path = county / "facilities" / "百度.xlsx"
        shifted = _shift(frame, datum.wgs84_to_bd09)
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("机构")
            sheet.merge_range(0, 0, 0, 5, "澄岚县医疗卫生机构一览表")
            for row, cells in enumerate([list(shifted.columns), *shifted.to_numpy().tolist()], 1):
                for column, cell in enumerate(cells):
                    number = row > 1 and shifted.columns[column] in ("经度", "纬度", "床位数") and cell != ""
                    sheet.write(row, column, float(cell) if number else cell)
        changes = {"path": path, "datum": "bd09"}
    else:
        path = county / "facilities" / "机构.gpkg"
        lon, lat = (pd.to_numeric(frame[c], errors="coerce") for c in ("经度", "纬度"))
        points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(4547)
        points[lon.isna()] = None
        gpd.GeoDataFrame(frame.drop(columns=["经度", "纬度"]), geometry=points).to_file(path)
        changes = {"path": path, "datum": "cgcs2000"}
    assert study.facilities is not None
    return study.model_copy(update={"facilities": study.facilities.model_copy(update=changes)})


@pytest.fixture(scope="module")
def plain() -> Inputs:
    """The demo county as it is."""
    return load_inputs(load_study(DEMO), modes=())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gb18030", "xlsx", "gpkg"])
def test_one_county_in_three_guises(plain: Inputs, county: Path, kind: str) -> None:
    """GB18030 CSV in GCJ-02, xlsx in BD-09, GPKG in EPSG:4547: the same places, to a centimetre."""
    guised = load_inputs(_guise(county, kind), modes=())
    one = plain.facilities.set_index("facility_id")
    other = guised.facilities.set_index("facility_id")
    assert list(one.index) == list(other.index)
    placed = one.geometry.notna().to_numpy()
    assert (other.geometry.notna().to_numpy() == placed).all()
    away = shapely.distance(one.geometry.to_numpy()[placed], other.geometry.to_numpy()[placed])
    assert float(np.max(away)) < 0.01
    for column in ("name", "category", "designations", "status", "area_id", "inside", "attributes"):
        assert one[column].tolist() == other[column].tolist(), column


@pytest.mark.slow
def test_the_same_verdicts_in_three_guises(county: Path) -> None:
    from carecircle.analysis import analyze

    def run(study: Study) -> Any:
        outputs = study.outputs.model_copy(update={"surface_cell_m": 2000.0})
        return analyze(study.model_copy(update={"outputs": outputs}))

    plain = run(load_study(county))
    for kind in ("gb18030", "xlsx", "gpkg"):
        guised = run(_guise(county, kind))
        assert [v.outcome for v in plain.verdicts] == [v.outcome for v in guised.verdicts]
        for one, other in zip(plain.verdicts, guised.verdicts, strict=True):
            assert (one.observed is None) == (other.observed is None)
            assert one.observed is None or one.observed == pytest.approx(other.observed, rel=1e-9)
        assert set(plain.reached) == set(guised.reached)
        for query, frame in plain.reached.items():
            assert frame["facility_id"].tolist() == guised.reached[query]["facility_id"].tolist(), query.key


def test_the_findings_of_twenty_thousand_facilities_take_seconds(tmp_path: Path) -> None:
    inputs = load_inputs(load_study(street_study(tmp_path)), modes=("walk",))
    one = inputs.facilities.iloc[[0]]
    many = one.loc[one.index.repeat(20_000)].reset_index(drop=True)
    many["facility_id"] = [f"f{i}" for i in range(len(many))]
    many["row"] = range(len(many))
    away = 50_000.0 + np.arange(len(many))
    many = many.set_geometry(gpd.points_from_xy(one.geometry.x.iloc[0] + away, away, crs=inputs.crs))
    start = time.perf_counter()
    found = network_findings(replace(inputs, facilities=many))
    assert time.perf_counter() - start < 12
    off = [f for f in found if f.sentence.key == "doctor.off_road"]
    assert len(off) == MOST
    assert any(f.sentence.facts.get("count") == len(many) - MOST for f in found)
