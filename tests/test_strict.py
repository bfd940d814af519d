"""The doors of a study and a plan: finite numbers, text every file can hold, names that stay in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from carecircle.errors import CarecircleError, InputError, PlanError, StudyError
from carecircle.rules import load_plan
from carecircle.rules.judging.shapes import misfit, verdict_schema
from carecircle.rules.judging.shown import shown
from carecircle.starter import init
from carecircle.strict import LARGEST, clean, file_name, fits, fitted
from carecircle.study import load_study

STUDY = 'version = 1\nname = "demo"\nplan = "luojiang"\n'
PLAN = """[plan]
id = "made"
title = "made up"

[[rule]]
id = "R1"
clause = "R"
section = "1"
quote = "a sentence of the plan, long enough"
kind = "ratio"
numerator = "beds"
denominator = "residents"
per = 1000
target = 5.0
comparison = ">="
"""


def _study(folder: Path, text: str) -> CarecircleError:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_study(path)
    assert isinstance(caught.value, StudyError)
    caught.value.text("zh")
    return caught.value


def _plan(folder: Path, text: str) -> CarecircleError:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_plan(path)
    assert isinstance(caught.value, PlanError)
    caught.value.text("zh")
    return caught.value


NUMBERS = [
    ("assumptions", "max_snap_m"), ("assumptions", "buffer_km"), ("emergency", "turnout_min"),
    ("assumptions", "target_share"), ("outputs", "surface_cell_m"), ("outputs", "map_budget_mb"),
    ("outputs", "basemap_budget_mb"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "key"), NUMBERS)
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e308", "0x" + "f" * 5000])
def test_a_number_of_the_study_is_finite(tmp_path: Path, table: str, key: str, value: str) -> None:
    fault = _study(tmp_path, STUDY + f"\n[{table}]\n{key} = {value}\n")
    assert (fault.row, fault.column) == (6, f"{table}.{key}")
    assert len(str(fault)) < 600


@pytest.mark.parametrize("field", ["per", "target", "baseline", "tolerance", "limit"])
@pytest.mark.parametrize("value", ["inf", "nan", "1e308", "-inf"])
def test_a_number_of_a_plan_is_finite(tmp_path: Path, field: str, value: str) -> None:
    text = "".join(line for line in PLAN.splitlines(True) if not line.startswith(f"{field} ="))
    fault = _plan(tmp_path, text + f"{field} = {value}\n")
    assert fault.row == len(text.splitlines()) + 1
    assert fault.column == field


@pytest.mark.parametrize("value", ["[0.1, inf]", "[nan, 5.0]", "[1.0, 1e300]"])
def test_the_ends_of_a_band_are_finite(tmp_path: Path, value: str) -> None:
    text = PLAN.replace("target = 5.0", f"target = {value}").replace(">=", "between")
    assert _plan(tmp_path, text).column == "target"


@pytest.mark.parametrize("name", ["..", ".", " ", "a/b", "a\\\\b", "con", "NUL.txt", "end.", "x" * 201,
                                  "县" * 80, "two\\nlines", "what?", "a:b"])  # fmt: skip
def test_a_study_name_is_a_folder_name_that_stays_in_its_place(tmp_path: Path, name: str) -> None:
    fault = _study(tmp_path, STUDY.replace("demo", name))
    assert (fault.row, fault.column) == (2, "name")


@pytest.mark.parametrize("code", ["0000", "0001", "001b", "007f", "009b", "fffe", "ffff"])
@pytest.mark.parametrize("key", ["name", "title", "plan"])
def test_a_character_that_no_file_holds_is_refused_with_its_place(
    tmp_path: Path, key: str, code: str
) -> None:
    lines = [line for line in STUDY.splitlines() if not line.startswith(key)]
    fault = _study(tmp_path, "\n".join([*lines, f'{key} = "ab\\u{code}c"']))
    assert (fault.row, fault.column) == (len(lines) + 1, key)
    assert f"U+{code.upper()}" in str(fault)
    assert "character 3" in str(fault)


@pytest.mark.parametrize("path", ["a\\u0000b.csv", "x" * 5000, "/".join(["y" * 200] * 40)])
def test_a_path_that_is_none_is_refused(tmp_path: Path, path: str) -> None:
    assert len(str(_study(tmp_path, STUDY + f'[facilities]\npath = "{path}"\n'))) < 800


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 20_000 + "]" * 20_000, "year = " + "9" * 5000, "year = 0x" + "f" * 5000,
     'name = 3', 'title = ["x"]', 'boundaries = 1', 'more_facilities = {a = 1}',
     "[assumptions]\nbuffer_km = true",
     '[facilities]\npath = "f.csv"\ncolumns = {lon = "a\\u0001"}'],
)  # fmt: skip
def test_deep_huge_and_mistaken_values_are_refused_in_a_few_words(tmp_path: Path, text: str) -> None:
    key = text.split(" ", 1)[0]
    kept = [line for line in STUDY.splitlines() if not line.startswith(f"{key} ")]
    assert len(str(_study(tmp_path, "\n".join([*kept, text])))) < 800


@pytest.mark.parametrize("rule", ["fid", "FID", "demand_id", "residents", "geom", "R" * 300])
def test_a_rule_id_is_no_column_of_ours_and_no_longer_than_a_column_may_be(tmp_path: Path, rule: str) -> None:
    fault = _plan(tmp_path, PLAN.replace('"R1"', f'"{rule}"'))
    assert fault.row == 6


def test_rule_ids_that_differ_in_case_alone_are_one_column(tmp_path: Path) -> None:
    second = PLAN[PLAN.index("[[rule]]") :].replace('"R1"', '"r1"')
    assert "r1" in str(_plan(tmp_path, PLAN + second))


def test_a_plan_that_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in ("a\x00b.toml", "x" * 5000 + ".toml", str(tmp_path)):
        with pytest.raises(PlanError):
            load_plan(Path(path))
        with pytest.raises(StudyError):
            load_study(path)


@pytest.mark.parametrize(("unit", "said"), [
    ("per_500_residents", "per 500 residents"), ("per_1234567_residents", "per 1,234,567 residents"),
    ("per_2.5_children", "per 2.5 children"), ("per_1000_residents", "per 1,000 residents"),
])  # fmt: skip
def test_every_per_has_its_words(unit: str, said: str) -> None:
    assert said in shown(3.5, unit).text("en")
    assert said in shown((1.0, 2.0), unit).text("en")
    assert shown(3.5, unit).text("zh").startswith("每")


def test_what_fits_and_what_is_cleaned() -> None:
    assert [fits(v) for v in (0, -LARGEST, LARGEST, 2e15, float("inf"), float("nan"))] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert clean("村\x00卫\ufffe生\x1b[31m室\ttab\nline") == "村卫生[31m室\ttab\nline"


@pytest.mark.parametrize("folder", ['a"b', "a\\b", "two\nlines", "what?", "a:b", "end.", "县"])
def test_a_folder_of_any_name_makes_a_study_that_loads(tmp_path: Path, folder: str) -> None:
    init(tmp_path / folder, "panzhihua")
    assert load_study(tmp_path / folder).name == fitted(folder)


@pytest.mark.parametrize("name", ["..", "con", " ", "a/b", "县" * 200, "x\x00y", "nul.txt", "ok"])
def test_the_nearest_name_is_one_that_is_taken(name: str) -> None:
    assert file_name(fitted(name)) == fitted(name)


def test_a_broken_address_is_refused(tmp_path: Path) -> None:
    fault = _study(tmp_path, STUDY + '[outputs]\nbasemap = "http://[::1/{z}/{x}/{y}.png"\n')
    assert "not a valid address" in str(fault)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"verdicts": 3}, "verdicts"), ({"verdicts": [{}]}, "verdicts.0.rule"), ({"year": "2025"}, "year"),
        ({"ledger": {"total": 1}}, "ledger.inside"), ({"year": True}, "year"), ({}, None),
    ],
)  # fmt: skip
def test_a_damaged_verdicts_file_is_told_by_its_place(change: dict[str, object], place: str | None) -> None:
    whole = {"schema": "carecircle/verdicts/1", "study": "s", "plan": "p", "year": 2025, "ledger": None,
             "verdicts": []}  # fmt: skip
    assert misfit({**whole, **change}, verdict_schema()) == place
