"""The terminal: data never steer it, a run is told shortly and in the study's language, early refusals."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.text import Text

from carecircle.cli.plain import PlainConsole
from carecircle.outputs import telling
from carecircle.outputs.terminal.summary import summary
from carecircle.rules import Outcome, Verdict, judge
from carecircle.texts import LANGUAGES, Language
from commands import call
from ruleworlds import answers, demand_of, facilities_of, inputs_of, plan_of, reached_of
from worlds import street_study

STEERING = "\x1b]0;owned\x07\x1b[2J院\x9b31m"


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("coloured", [True, False])
def test_escape_sequences_are_not_printed(as_text: bool, coloured: bool) -> None:
    out = io.StringIO()
    console = PlainConsole(file=out, force_terminal=coloured, color_system="standard" if coloured else None)
    console.print(Text(STEERING, style="bold") if as_text else STEERING, markup=False, highlight=False)
    said = out.getvalue()
    assert "\x1b]" not in said
    assert "\x1b[2J" not in said
    assert "\x9b" not in said
    assert "院" in said


def test_nor_in_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert call(patch, "run", tmp_path / STEERING) == 2
    said = capsys.readouterr().err
    assert "院" in said
    assert not set(said) & {"\x1b", "\x07", "\x9b"}


# ---- what a run prints ----
def many() -> tuple[Verdict, ...]:
    """Thirty rules by hand: twelve fail with 100, 200 … people left out, two at counts, others lack."""
    people = [
        {
            "id": f"T{n}", "kind": "time", "categories": ["综合医院"], "metric": "minutes", "mode": "drive",
            "limit": 30, "limit_unit": "min", "target": 1.0, "target_source": "plan", "title_zh": f"第{n}条",
            "title_en": f"rule {n}",
        }
        for n in range(12)
    ]  # fmt: skip
    counts = [
        {"id": f"C{n}", "kind": "count", "categories": ["综合医院"], "target": n, "title_zh": f"数{n}",
         "title_en": f"count {n}"}
        for n in (2, 8)
    ]  # fmt: skip
    open_ones = [
        {"id": f"O{n}", "kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000.0,
         "categories": ["综合医院"], "target": 5.0, "title_zh": f"比{n}", "title_en": f"ratio {n}"}
        for n in range(16)
    ]  # fmt: skip
    plan = plan_of(*people, *counts, *open_ones)
    world = inputs_of(
        facilities=facilities_of({"category": "综合医院"}), demand=demand_of({"residents": 5000.0})
    )
    found = judge(plan, world, answers(plan, reached_of((1.0, "reached"))))
    return tuple(
        replace(v, outcome=Outcome.FAIL, residents_affected=100.0 * (int(v.rule[1:]) + 1))
        if v.rule[0] == "T"
        else v
        for v in found
    )


def printed(language: Language, *, everything: bool, tmp_path: Path) -> str:
    verdicts = many()
    out = io.StringIO()
    console = PlainConsole(file=out, width=200)
    study = SimpleNamespace(title="县", name="x", outputs=SimpleNamespace(map_budget_mb=20, files="all"))
    inputs = SimpleNamespace(ledger=None, findings=())
    analysis = SimpleNamespace(study=study, inputs=inputs, verdicts=verdicts, findings=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("carecircle.outputs.terminal.summary.findings_of", lambda _: ())
        summary(analysis, tmp_path, language, console, everything=everything)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_prints_counts_the_ten_worst_and_where_the_rest_is(language: Language, tmp_path: Path) -> None:
    said = printed(language, everything=False, tmp_path=tmp_path)
    head = said.splitlines()[2]
    wanted = {"zh": "30 条规则：未达标 14 条、未评判 16 条", "en": "30 rules: 14 not met, 16 not assessed"}
    assert head == wanted[language]
    shown = re.findall(r"  ([TCO]\d+)$", said, re.MULTILINE)
    assert shown == [f"T{n}" for n in range(11, 1, -1)]
    assert "verdicts.xlsx" in said
    assert "--all" in said
    assert len(said.splitlines()) < 50
    every = printed(language, everything=True, tmp_path=tmp_path)
    assert len(re.findall(r"  [TCO]\d+$", every, re.MULTILINE)) == 30
    assert "--all" not in every


def test_where_nobody_is_counted_the_farthest_from_its_target_comes_first() -> None:
    counts = [v for v in many() if v.rule[0] == "C"]
    assert [v.rule for v in telling.worst(counts)] == ["C8", "C2"]  # 1 of 8 is farther off than 1 of 2


def test_needs_are_said_by_the_titles_of_their_rules(tmp_path: Path) -> None:
    said = printed("zh", everything=False, tmp_path=tmp_path)
    (line,) = [line for line in said.splitlines() if "床位" in line and "等 16 条" in line]
    assert "O1" not in line


# ---- whose language it is ----
@pytest.mark.parametrize("broken", ['language = "zh"\n[[', 'language = "en"\n[['])
def test_even_a_study_that_cannot_be_read_is_answered_in_its_language(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = "zh" if "zh" in broken else "en"
    monkeypatch.setenv("CARECIRCLE_LANG", "en" if own == "zh" else "zh")
    study = tmp_path / "study.toml"
    study.write_text(broken, encoding="utf-8")
    for words in (
        ["run", study],
        ["site", study, "--clause", "B1"],
        ["run", study, "--nope"],
        ["compare", study, study],
    ):
        assert call(monkeypatch, *words) == 2
        said = capsys.readouterr().err
        assert said.startswith({"zh": "错误：", "en": "error: "}[own]), (words, said)


# ---- refused before any work ----
def test_a_table_of_changes_is_read_and_held_against_the_study_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def analyzed(*_: object, **__: object) -> None:
        raise AssertionError("the study was analysed first")

    monkeypatch.setattr("carecircle.analysis.analyze", analyzed)
    study = street_study(tmp_path / "study")
    table = tmp_path / "sites.csv"
    row = "{},新,社区卫生服务中心,104.5,31.3,{}\n"
    for line, word in (
        (row.format("nobody", "停用"), "nobody"), (row.format("centre", "营业"), "centre"),
        ("n,新,社区卫生中新,104.5,31.3,营业\n", "社区卫生中新"),
    ):  # fmt: skip
        table.write_text("facility_id,name,category,lon,lat,status\n" + line, encoding="utf-8")
        assert call(monkeypatch, "run", study, "--with", table, "--out", tmp_path / "out") == 2
        assert word in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*"))
