"""A county whose facilities stand in one table, and the same in many messy files: equal verdicts.

``CARECIRCLE_PIECES`` sets into how many files (60, each of a few rows; 300 for all).
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import carecircle
from pieces import LON, laid_in_pieces
from realdata import ROOT

PIECES = int(os.environ.get("CARECIRCLE_PIECES", "60"))
SEVERAL = 3
"""So many of each facility of the demo county, a few metres apart: enough for every file to have rows."""


def county(folder: Path, rows: pd.DataFrame, pieces: int) -> Path:
    """The demo county with these facilities, in one file or in several."""
    shutil.copytree(ROOT / "data", folder)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    if pieces > 1:
        sections = laid_in_pieces(rows, folder / "pieces", pieces)
        text = re.sub(r"\[facilities\]\n(?:[^\[\n]*\n)*", lambda _: f"{sections}\n", text)
    else:
        rows.to_csv(folder / "facilities/facilities.csv", index=False)
    study.write_text(text, encoding="utf-8")
    return study


def rows() -> pd.DataFrame:
    table = pd.read_csv(ROOT / "data/facilities/facilities.csv", dtype=str, encoding="utf-8-sig")
    copies = []
    for number in range(SEVERAL):
        one = table.copy()
        one["机构编号"] += f"-{number}"
        one["机构名称"] += "甲乙丙"[number]
        one[LON] = [None if pd.isna(v) else f"{float(v) + 1e-4 * number:.6f}" for v in one[LON]]
        copies.append(one)
    return pd.concat(copies, ignore_index=True).sample(frac=1.0, random_state=1).reset_index(drop=True)


def told(study: Path) -> dict[str, dict[str, Any]]:
    return {v["rule"]: v for v in carecircle.analyze(study).to_dict("en")["verdicts"]}


@pytest.mark.slow
def test_verdicts_are_those_of_the_one_table(tmp_path: Path) -> None:
    table = rows()
    whole = told(county(tmp_path / "whole", table, 1))
    pieces = told(county(tmp_path / "pieces", table, PIECES))
    assert whole.keys() == pieces.keys()
    for rule, one in whole.items():
        other = pieces[rule]
        assert other["outcome"] == one["outcome"], (rule, one["reason"], other["reason"])
        for figure in ("observed", "target", "residents_affected", "margin"):
            assert other[figure] == pytest.approx(one[figure], abs=1e-5), (rule, figure)
        assert other["ledger"] == pytest.approx(one["ledger"]), rule
        units = [{(u["id"], u["outcome"]) for u in v.get("units") or ()} for v in (one, other)]
        assert units[0] == units[1], rule
