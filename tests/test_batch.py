"""A province in one command: each county a study of its own, faults told, nothing lost."""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from carecircle import keep
from carecircle.batch import Job, load_province, local, rollup, run_batch, running
from carecircle.batch.counties import prepare
from carecircle.batch.county import Receipt, failed, still_stands
from carecircle.errors import CarecircleError, OutputError, StudyError
from carecircle.study import load_study
from carecircle.study.toml import as_toml
from commands import call
from worlds import PLAN, box, write_csv, write_features

SIDE = 8000
TEMPLATE = """version = 1
name = "template"
plan = "plan.toml"
language = "en"
[boundaries]
path = "counties.geojson"
[facilities]
path = "facilities.csv"
[residents]
path = "people.csv"
format = "points"
[totals]
path = "totals.csv"
[assumptions]
buffer_km = 2
"""
PROVINCE = """version = 1
name = "west"
template = "template.toml"
facilities_county = "county"
[counties]
path = "counties.geojson"
[table]
path = "table.csv"
"""


TABLE = "county,plan\n990101,plan.toml\n990102,plan.toml\n990103,plan.toml\n"


def world(folder: Path, *, table: str = TABLE) -> Path:
    """Three counties side by side, each with a station; that of the third lies 1 km from the second."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = ["990101", "990102", "990103"]
    write_features(folder / "counties.geojson", [
        ("Polygon", box(SIDE * k, 0, SIDE * (k + 1), SIDE), {"area_id": code, "name": f"县{k + 1}"})
        for k, code in enumerate(codes)
    ])  # fmt: skip
    from worlds import east

    places = {"990101": 4000, "990102": 12_000, "990103": 17_000}
    write_csv(folder / "facilities.csv", [
        {"facility_id": f"s{code}", "name": f"站{code}", "category": "急救中心（站）", "county": code,
         "lon": east(x, 4000)[0], "lat": east(x, 4000)[1]}
        for code, x in places.items()
    ])  # fmt: skip
    write_csv(folder / "people.csv", [
        {"demand_id": f"d{k}", "lon": east(SIDE * k + 4000, 4000)[0], "lat": east(SIDE * k + 4000, 4000)[1],
         "population": 100 * (k + 1)}
        for k in range(3)
    ])  # fmt: skip
    write_csv(
        folder / "totals.csv",
        [
            {"area_id": code, "attribute": "residents", "value": 100, "year": 2025, "source": "x"}
            for code in codes
        ],
    )
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "province.toml").write_text(PROVINCE, encoding="utf-8")
    (folder / "table.csv").write_text(table, encoding="utf-8")
    return folder / "province.toml"


def ids(folder: Path) -> list[str]:
    with (folder / "facilities.csv").open(encoding="utf-8") as file:
        return [row["facility_id"] for row in csv.DictReader(file)]


def faults(prepared: Any) -> dict[str, tuple[str, ...]]:
    return {r.county: r.faults for r in prepared.faults}


def test_each_county_becomes_a_study_with_its_part_of_the_tables(tmp_path: Path) -> None:
    province = load_province(world(tmp_path / "w"))
    prepared = prepare(province, tmp_path / "out")
    assert [j.county for j in prepared.jobs] == ["990101", "990102", "990103"]
    assert not prepared.faults
    first, second = (tmp_path / "out" / "studies" / code for code in ("990101", "990102"))
    assert ids(first) == ["s990101"]
    assert ids(second) == ["s990102", "s990103"]  # the neighbour's, 1 km beyond the border
    study = load_study(first)
    assert (study.name, study.title) == ("990101", "县1")
    assert study.plan_path == (tmp_path / "w" / "plan.toml").resolve()
    assert pd.read_csv(first / "totals.csv", dtype=str)["area_id"].tolist() == ["990101"]
    assert study.residents is not None
    assert study.residents.path == (tmp_path / "w" / "people.csv").resolve()


def test_a_study_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    province = load_province(world(tmp_path / "w"))
    prepare(province, tmp_path / "out")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.*")}
    prepare(province, tmp_path / "out")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.*")} == before


BAD: Mapping[str, tuple[str, str, str]] = {
    "no plan": (TABLE.replace("990102,plan.toml", "990102,"), "990102", "batch.no_plan"),
    "no boundary": (TABLE + "990104,plan.toml\n", "990104", "batch.no_boundary"),
    "twice": (TABLE + "990103,plan.toml\n", "990103", "batch.county_twice"),
    "may not differ": (
        "county,plan,roads.path\n990101,plan.toml,\n990102,plan.toml,x.pbf\n990103,plan.toml,\n",
        "990102", "batch.may_not_differ",
    ),
    "no such plan": (TABLE.replace("990102,plan", "990102,none"), "990102", "study.missing_input"),
    "no such value": (
        "county,plan,assumptions.buffer_km\n990101,plan.toml,far\n990102,plan.toml,3\n990103,plan.toml,\n",
        "990101", "study.bad_value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_faulty_county_is_told_and_the_others_go_on(case: str, tmp_path: Path) -> None:
    table, county, key = BAD[case]
    prepared = prepare(load_province(world(tmp_path / "w", table=table)), tmp_path / "out")
    assert faults(prepared) == {county: (key,)}
    assert {j.county for j in prepared.jobs} == {"990101", "990102", "990103"} - {county}
    (receipt,) = prepared.faults
    assert receipt.fault is not None
    assert county in receipt.fault["en"] or "study.toml" in receipt.fault["en"]


def test_counties_of_one_code_and_counties_without_a_facility_are_faulty_alone(tmp_path: Path) -> None:
    province = load_province(world(tmp_path / "w"))
    collection = json.loads((tmp_path / "w" / "counties.geojson").read_text(encoding="utf-8"))
    collection["features"][1]["properties"]["area_id"] = "990101"
    collection["features"][2]["geometry"]["coordinates"] = box(40_000, 0, 48_000, SIDE)
    (tmp_path / "w" / "counties.geojson").write_text(json.dumps(collection), encoding="utf-8")
    rows = (tmp_path / "w" / "facilities.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "w" / "facilities.csv").write_text("\n".join(rows[:3]) + "\n", encoding="utf-8")
    found = faults(prepare(province, tmp_path / "out"))
    assert found["990101"] == ("batch.county_twice",)
    assert found["990102"] == ("batch.no_boundary",)
    assert found["990103"] == ("batch.no_facilities",)


def test_what_is_wrong_with_the_province_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="none"):
        load_province(tmp_path / "none.toml")
    file = world(tmp_path / "w")
    file.write_text(PROVINCE.replace("template.toml", "x.toml"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"x\.toml"):
        load_province(file)
    file.write_text(PROVINCE + "nonsense = 1\n", encoding="utf-8")
    with pytest.raises(StudyError, match="nonsense"):
        load_province(file)
    file.write_text(PROVINCE, encoding="utf-8")
    with pytest.raises(StudyError, match="999999"):
        prepare(load_province(file), tmp_path / "out", only=["999999"])


# ---- carried by processes of our own --------------------------------------------------------------------

STUB = """
import json, os, sys, time
from pathlib import Path
for line in sys.stdin:
    job = json.loads(line)
    tries = Path(job["receipt"] + ".tries")
    n = int(tries.read_text()) if tries.exists() else 0
    tries.write_text(str(n + 1))
    if job["county"] in os.environ.get("DIES", "") and n < int(os.environ.get("TIMES", "1")):
        os.kill(os.getpid(), 9)
    answer = {"schema": "carecircle/receipt/1", "county": job["county"], "name": job["name"],
              "key": str(os.getpid()),
              "fault": None, "faults": [], "files": {}, "processor_s": 0.0, "peak_mb": 0.0}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "stub.py"
    file.write_text(textwrap.dedent(STUB), encoding="utf-8")
    monkeypatch.setattr(local, "WORKER", (str(file),))
    return tmp_path


def jobs(folder: Path, count: int, **more: Any) -> list[Job]:
    return [Job(f"{k:06}", f"n{k}", "", "", str(folder / f"{k:06}"), **more) for k in range(count)]


def tries(folder: Path, county: str) -> int:
    return int((folder / f"{county}.tries").read_text())


def test_a_killed_process_loses_no_county_and_does_none_twice(
    stub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIES", "000002 000004")
    monkeypatch.setenv("TIMES", "2")
    received = list(local.run_local(jobs(stub, 6), workers=2))
    assert sorted(r.county for r in received) == [f"{k:06}" for k in range(6)]
    assert all(r.done for r in received)
    assert [tries(stub, f"{k:06}") for k in range(6)] == [1, 1, 3, 1, 3, 1]


def test_a_county_that_kills_every_process_is_given_up_and_told(
    stub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIES", "000001")
    monkeypatch.setenv("TIMES", "99")
    received = {r.county: r for r in local.run_local(jobs(stub, 3), workers=1)}
    assert received["000001"].faults == ("batch.process_died",)
    assert received["000000"].done
    assert received["000002"].done
    assert tries(stub, "000001") == local.DEATHS


def test_processes_are_replaced_and_memory_lets_one_in_at_a_time(
    stub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "RECYCLED", 2)
    by_process = [r.key for r in local.run_local(jobs(stub, 6), workers=1)]
    assert max(map(by_process.count, by_process)) == 2
    alone = [r.key for r in local.run_local(jobs(stub, 4, nodes=10**6), workers=4, memory_mb=10.0)]
    assert len(alone) == 4
    assert len(set(alone)) == 2


# ---- the whole of it ------------------------------------------------------------------------------------


def quick(job: Job) -> Receipt:
    """A county's folder without its pictures: what the roll-up reads."""
    import carecircle
    from carecircle.outputs.pages.folder import OUTCOMES
    from carecircle.outputs.report import Written
    from carecircle.outputs.write import _json, _manifest

    assert OUTCOMES
    try:
        analysis = carecircle.analyze(job.study, progress=lambda _: None)
        out = Path(job.out)
        out.mkdir(parents=True, exist_ok=True)
        _json(analysis.to_dict("en"), out / "verdicts.json")
        _json(_manifest(analysis, Written((), (), None)), out / "manifest.json")
    except CarecircleError as error:
        return failed(job, error)
    return Receipt(job.county, job.name, "k", files={"verdicts.json": "x"})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, list[str]]:
    folder = tmp_path_factory.mktemp("province")
    table = "county,plan\n990101,plan.toml\n990102,\n990103,plan.toml\n"
    province = load_province(world(folder / "w", table=table))
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "run_local", lambda todo, **_: map(quick, todo))
        done = run_batch(province, folder / "out", progress=lambda s: said.append(s.text("en")))
    return folder / "out", done, said


def test_the_rollup_holds_every_county_and_every_clause(told: tuple[Path, Any, list[str]]) -> None:
    out, done, said = told
    assert [r.county for r in done.faults] == ["990102"]
    counties = gpd.read_parquet(out / rollup.COUNTIES)
    assert counties["county"].tolist() == ["990101", "990102", "990103"]
    assert counties.crs.to_epsg() == 4326
    assert counties["done"].tolist() == [True, False, True]
    assert "plan" in counties["fault"].iloc[1]
    assert counties["residents"].tolist()[0] == 100.0
    assert not shapely.is_missing(counties.geometry.to_numpy()).any()
    clauses = pd.read_parquet(out / rollup.CLAUSES)
    assert len(clauses) == 4
    for row in clauses.itertuples():
        document = json.loads((out / "counties" / row.county / "verdicts.json").read_text(encoding="utf-8"))
        verdict = next(v for v in document["verdicts"] if v["rule"] == row.rule)
        assert verdict["outcome"] == row.outcome
        assert verdict["observed"] is None or verdict["observed"] == row.observed
    assert any("of 2" in line and "left" in line for line in said)
    assert (out / rollup.BOOK).stat().st_size > 1000


def test_the_page_shows_the_map_the_ranking_and_the_faulty_county(told: tuple[Path, Any, list[str]]) -> None:
    page = (told[0] / rollup.PAGE).read_text(encoding="utf-8")
    assert page.count('class="cc-county') == 3
    assert 'data-county="990102" data-first="fault"' in page
    assert "has no plan" in page
    assert 'href="counties/990101/index.html"' in page
    came = json.loads(page.split('id="cc-came">')[1].split("</script>")[0])
    assert set(came["street|S1"]) == {"990101", "990103"}
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_two_batches_in_one_folder_are_refused(tmp_path: Path) -> None:
    from carecircle.disk import let_go, wait_for

    province = load_province(world(tmp_path / "w"))
    held = wait_for(tmp_path / "out" / running.LOCK, 0.0)
    assert held is not None
    try:
        with pytest.raises(OutputError):
            run_batch(province, tmp_path / "out")
    finally:
        let_go(tmp_path / "out" / running.LOCK, held)


def test_a_county_stands_only_while_its_inputs_and_files_are_as_they_were(tmp_path: Path) -> None:
    from carecircle import keep
    from carecircle.batch.county import key_of

    prepared = prepare(load_province(world(tmp_path / "w")), tmp_path / "out")
    job = prepared.jobs[0]
    out, receipt = Path(job.out), Path(job.receipt)
    out.mkdir(parents=True)
    receipt.parent.mkdir(parents=True)
    (out / "verdicts.json").write_text("{}")
    held = Receipt(job.county, job.name, key_of(Path(job.study)), files={
        "verdicts.json": keep.file_digest(out / "verdicts.json")})  # fmt: skip
    receipt.write_text(json.dumps(held.to_dict()))
    assert still_stands(job) == held
    (out / "verdicts.json").write_text("{ }")
    assert still_stands(job) is None
    (out / "verdicts.json").write_text("{}")
    people = tmp_path / "w" / "people.csv"
    people.write_text(people.read_text() + "\n")
    assert still_stands(job) is None


def test_nothing_set_for_a_process_is_what_a_county_or_a_store_is_known_by() -> None:
    assert not [name for name in local._ONE_CORE if name.startswith(keep._SETTINGS)]


def test_a_fault_that_is_ours_or_the_disks_is_told_for_the_county(tmp_path: Path) -> None:
    job = Job("990101", "x", "", str(tmp_path), str(tmp_path / "r.json"))
    full = failed(job, OSError(28, "No space left on device", str(tmp_path / "f")))
    assert full.faults == ("errors.system",)
    assert full.fault is not None
    assert "No space left" in full.fault["en"]
    assert failed(job, MemoryError()).faults == ("errors.no_memory",)
    assert failed(job, ZeroDivisionError("x")).faults == ("errors.internal",)
    assert "ZeroDivisionError" in (tmp_path / "r.log").read_text()


def test_without_dask_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.chdir(tmp_path)
    file = world(tmp_path / "w")
    assert call(monkeypatch, "batch", file, "--engine", "dask", "--out", tmp_path / "o", "--lang", "en") == 2
    assert "carecircle[batch]" in capsys.readouterr().err


def test_the_command_leaves_with_two_where_a_county_is_faulty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "run_local", lambda todo, **_: map(quick, todo))
    table = "county,plan\n990101,plan.toml\n990102,\n"
    file = world(tmp_path / "w", table=table)
    arguments = ("batch", file, "--out", tmp_path / "o", "--lang", "en", "--only", "990101")
    assert call(monkeypatch, *arguments) == 0
    assert call(monkeypatch, *arguments, "--only", "990102") == 2
    said = capsys.readouterr()
    assert "no plan" in said.err
    assert "1 of 2 counties judged" in said.out


def test_a_study_written_as_toml_reads_as_it_was(tmp_path: Path, root: Path) -> None:
    from carecircle.strict import parse_toml

    file = root / "data" / "study.toml"
    data, _ = parse_toml(file.read_bytes())
    (tmp_path / "study.toml").write_text(as_toml(data, file, tmp_path), encoding="utf-8")
    was, now = load_study(file), load_study(tmp_path)
    assert now.model_copy(update={"file": None}) == was.model_copy(update={"file": None})


@pytest.mark.campaign
def test_every_file_is_the_same_by_run_by_processes_and_by_dask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    province = load_province(world(tmp_path / "w"))
    first = run_batch(province, tmp_path / "a", workers=2)
    assert not first.faults
    assert call(monkeypatch, "run", tmp_path / "a" / "studies" / "990102", "--out", tmp_path / "one") == 0
    alike(tmp_path / "a" / "counties" / "990102", tmp_path / "one")
    assert run_batch(province, tmp_path / "a", workers=2).stood == 3
    pytest.importorskip(
        "distributed", reason="dask.distributed is not installed: pip install carecircle[batch]"
    )
    run_batch(province, tmp_path / "b", workers=2, engine="dask")
    alike(tmp_path / "a" / "counties", tmp_path / "b" / "counties")


def alike(one: Path, other: Path) -> None:
    names = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(other) for p in other.rglob("*") if p.is_file())
    assert all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
    assert names
