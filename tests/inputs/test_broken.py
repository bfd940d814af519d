"""Every fault a planner's files may have: a broken input each, the finding it must bring, and its exit.

Each entry of ``broken/*.toml`` is a small study with one fault (`patched` lays it out). It says why it is
there, the exit code, every error and the findings that must be among the rest (key, level, file, row,
column, and in ``says`` a word the sentence must hold); ``names`` and ``beds`` where reading is the point.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from carecircle.cli.shell import app, failures_in
from carecircle.inputs.load import load_inputs
from carecircle.study import load_study
from patched import BASE, BROKEN, REAL, cases, lay_out

CASES = cases()
IN_A_PROCESS = ("swapped", "facility-doubled")
RUN_WHOLE = ("title-rows", "gap", "facility-doubled", "raster-against-census", "roads-in-pieces")
"""Of the studies that only bring warnings, those whose whole run is written too."""


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One broken study beside the small plan it is judged by."""
    return lay_out(request.param, CASES[request.param], tmp_path)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command as `carecircle.cli.shell.main` runs it, in this process."""
    with pytest.raises(SystemExit) as left, failures_in("en"):
        app(list(arguments))
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    return int(left.value.code or 0), told.out, told.err


def _fits(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    keys = {wanted["key"], wanted.get("or_key")}
    place = {k: wanted[k] for k in ("level", "row", "column") if k in wanted}
    return (
        found["key"] in keys
        and all(found[k] == v for k, v in place.items())
        and ("file" not in wanted or Path(str(found["file"])).name == wanted["file"])
        and wanted.get("says", "") in found["sentence"]
    )


@pytest.mark.parametrize("case", sorted(CASES), indirect=True)
def test_the_doctor_finds_it_and_a_run_refuses_it_or_ends(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The doctor names the fault; a run refuses it with the same words and writes nothing, or ends whole."""
    expected = CASES[case.name]
    code, out, _ = _run(capsys, "doctor", str(case), "--json", "--lang", "en")
    assert code == expected["exit"]
    found = json.loads(out)["findings"]
    wanted = expected.get("finding", [])
    missing = [w for w in wanted if not any(_fits(f, w) for f in found)]
    assert not missing, [(f["key"], f["level"], f["file"], f["row"], f["column"]) for f in found]
    errors = [f for f in found if f["level"] == "error"]
    assert len(errors) == sum(w["level"] == "error" for w in wanted)
    if "names" in expected:
        facilities = load_inputs(load_study(case), modes=()).facilities
        assert facilities["name"].tolist() == expected["names"]
        beds = [a["beds"] for a in facilities["attributes"] if "beds" in a]
        assert beds == expected.get("beds", beds)
    if not errors and case.name not in RUN_WHOLE:
        return
    folder = case.parent / "out"
    code, _, err = _run(capsys, "run", str(case), "--out", str(folder), "--lang", "en")
    assert code == expected["exit"]
    if code == 0:
        assert {"verdicts.json", "gap_map.html", "results.gpkg"} <= {p.name for p in folder.iterdir()}
        return
    assert not folder.exists() or not list(folder.iterdir())
    for error in errors:
        assert error["sentence"] in err
        assert Path(error["file"]).name in err if error["file"] else True
        assert error["row"] is None or f"row {error['row']}" in err
        assert error["column"] is None or error["column"] in err


@pytest.mark.parametrize("case", IN_A_PROCESS, indirect=True)
def test_in_a_process_of_its_own(case: Path) -> None:
    expected = CASES[case.name]
    for command in (["doctor", str(case)], ["run", str(case), "--out", str(case.parent / "out")]):
        done = subprocess.run(
            [sys.executable, "-m", "carecircle.cli", *command, "--lang", "zh"],
            capture_output=True, encoding="utf-8", check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == expected["exit"]
        assert "Traceback" not in done.stdout + done.stderr


def test_every_case_says_why_it_is_there() -> None:
    assert len(CASES) >= 100
    assert all(case["why"] for case in CASES.values())
    assert max(p.stat().st_size for p in BROKEN.rglob("*") if p.is_file()) < 100_000


def test_the_study_that_is_changed_has_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = ["towns", "facilities", "residents", "totals", "roads"]
    sound = lay_out("sound", {"reads": everything}, tmp_path)
    assert {p.name for p in sound.iterdir()} == {p.name for p in BASE.iterdir()} - {"plan.toml"}
    code, out, _ = _run(capsys, "doctor", str(sound), "--json", "--lang", "en")
    assert code == 0
    assert {f["level"] for f in json.loads(out)["findings"]} <= {"warning", "note"}


def test_every_damaged_file_is_read_by_a_case() -> None:
    assert {p.name for p in REAL.iterdir()} == {f for c in CASES.values() for f in c.get("real", {}).values()}
