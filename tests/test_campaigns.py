"""A sample of each campaign: wild inputs through whole commands, and runs that something befalls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import fuzz
import sweep
from forked import MOST_BYTES, MOST_SECONDS, Ended

HERE = Path(__file__).resolve().parent


def campaign(name: str, folder: Path, *options: str) -> str:
    """Everything a campaign says; it is a process of its own, for its children take over its threads."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--state", str(folder / "state.json"), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.mark.campaign
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_wild_inputs_end_in_a_result_or_a_word(tmp_path: Path) -> None:
    said = campaign("fuzz", tmp_path, "--count", "20")
    assert "20 inputs" in said
    assert "0 faults" in said
    state = json.loads((tmp_path / "state.json").read_text())
    assert sum(state["came"].values()) == 20
    assert "40 inputs" in campaign("fuzz", tmp_path, "--count", "40")  # taken up, not begun again
    came = json.loads((tmp_path / "state.json").read_text())["came"]
    assert sum(n for key, n in came.items() if key.endswith("outputs")) >= 8  # a fifth, of so few


@pytest.mark.campaign
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_tenth_of_the_sweep_ends_whole_and_finite(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "sweep.py"), "--part", "10"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "42 worlds, " in done.stdout
    assert done.stdout.rstrip().endswith(" 0 faults")


@pytest.mark.parametrize("word", ["inf", "-inf", "nan", "NaN", "None", "Infinity"])
def test_the_sweep_knows_a_number_that_is_none(word: str, tmp_path: Path) -> None:
    assert sweep.amiss(f"covers {word} residents", "x") is not None
    assert sweep.amiss(f"a.{word}.b information nano Nonesuch", "x") is None
    (tmp_path / "verdicts.json").write_text(json.dumps({"observed": word}))
    assert "verdicts.json" in str(sweep.outputs(tmp_path))


@pytest.mark.campaign
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_whatever_befalls_a_run_the_next_is_right(tmp_path: Path) -> None:
    few = ("--kills", "3", "--steps", "3", "--full", "2", "--pairs", "1", "--flips", "3", "--readonly", "1")
    assert "no mixture" in campaign("faults", tmp_path, *few)


def test_the_campaign_knows_a_fault(tmp_path: Path) -> None:
    mine = tmp_path / "notes.txt"
    mine.write_bytes(b"mine")
    one = fuzz.Input("run: x", [], None, {mine: b"mine"})
    sound = Ended(0, "done", 1.0, 1 << 28)
    assert fuzz.fault_of(one, sound) is None
    assert fuzz.fault_of(one, replace(sound, code=2)) is None
    bad = {
        "exit 3": {"code": 3}, "exit -11": {"code": -11}, "a traceback": {"said": "Traceback (most"},
        "without a word": {"code": 2, "said": ""}, " s, ": {"cpu_s": MOST_SECONDS + 1.0},
        "MiB": {"peak_bytes": MOST_BYTES + 1},
    }  # fmt: skip
    for word, change in bad.items():
        assert word in str(fuzz.fault_of(one, replace(sound, **change)))
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").touch()
    (out / "verdicts.json").write_text('{"a": NaN}')
    assert "NaN is no number" in str(fuzz.fault_of(replace(one, out=out), sound))
    mine.write_bytes(b"yours")
    assert "notes.txt" in str(fuzz.fault_of(one, sound))
