"""The command line: what it prints, what it writes, how it exits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from carecircle import cli, load_plan
from carecircle.cli.help import about, meaning
from carecircle.outputs.map.offline import external_references
from carecircle.outputs.report import fonts
from carecircle.outputs.write import NAMES
from carecircle.texts import LANGUAGES, Language, wording
from commands import call
from worlds import street_study, write_csv

WITH_TERRAIN = {"missing_roads.gpkg"}
OUTPUTS = set(NAMES) - WITH_TERRAIN - (set() if fonts.find() else {"report.pdf", "report.docx"})


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return street_study(tmp_path_factory.mktemp("一条 街"))


def test_run_writes_everything_and_says_where(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "结果 out"
    out.mkdir()
    (out / "mine.txt").write_text("kept")
    assert call(monkeypatch, "run", street, "--out", out, "--lang", "en") == 0
    assert {p.name for p in out.iterdir()} == OUTPUTS | {"mine.txt"}
    written = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))
    assert written["ledger"] == {"total": 1050, "inside": 1050, "outside": 0, "no_data": 0}
    printed = capsys.readouterr()
    assert printed.out.index("index.html") < printed.out.index("gap_map.html")
    assert "1,050" in printed.out
    assert "judging" in printed.err


def test_the_default_folder_is_maps_and_the_study_name(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "run", street) == 0
    assert (tmp_path / "maps" / "street" / "gap_map.html").is_file()


def test_fail_on_exits_one_when_met(street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "run", street, "--out", tmp_path, "--fail-on", "fail") == 1
    assert (tmp_path / "gap_map.html").is_file()


def test_with_sites_runs_the_scenario(street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from worlds import east, write_csv

    rows = []
    for number, metres in enumerate((900, 4000, 9000)):
        lon, lat = east(metres)
        site = {"facility_id": f"n{number}", "name": "新", "category": "社区卫生服务中心", "status": "open"}
        rows.append({**site, "lon": lon, "lat": lat})
    rows.append({**rows[0], "facility_id": "centre", "status": "closed"})
    table = write_csv(tmp_path / "sites.csv", rows)
    assert call(monkeypatch, "run", street, "--out", tmp_path / "out", "--with", table) == 0
    written = json.loads((tmp_path / "out" / "verdicts.json").read_text(encoding="utf-8"))
    time = next(v for v in written["verdicts"] if v["rule"] == "S2")
    # 0, 900, 4000 and 9000 m are now served from 900, 4000 and 9000; 50 residents stay off the street.
    assert time["ledger"]["covered"] == 1000
    assert time["ledger"]["unsnapped"] == 50


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("facilities.csv", "急救中心（站）", "急救中新"), "急救"),
        (("study.toml", "roads.geojson", "nothing.geojson"), "nothing.geojson"),
        (("study.toml", "[roads]", "[road]"), "roads"),
        (("plan.toml", 'kind = "time"', 'kind = "tyme"'), "tyme"),
        (("residents.csv", ",400", ",-400"), "-400"),
    ],
)
def test_bad_input_is_one_message_exit_2_and_nothing_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str, str],
    said: str,
) -> None:
    study = street_study(tmp_path / "study")
    file, old, new = change
    path = study.parent / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    out = tmp_path / "out"
    assert call(monkeypatch, "run", study, "--out", out, "--lang", "en") == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed
    assert not out.exists() or not list(out.iterdir())


def test_an_output_folder_that_cannot_be_written_is_said_before_the_work(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert call(monkeypatch, "run", street, "--out", blocked / "inside", "--lang", "zh") == 2
    printed = capsys.readouterr().err
    assert "无法写入" in printed
    assert "评判" not in printed


def test_a_fault_of_ours_is_one_line_and_a_log(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("carecircle.analysis.analyze", broken)
    assert call(monkeypatch, "run", street, "--out", tmp_path / "out", "--lang", "en") == 3
    printed = capsys.readouterr().err
    assert "RuntimeError" in printed
    assert "Traceback" not in printed
    log = Path(printed.rsplit(" ", 1)[-1].strip())
    assert "on purpose" in log.read_text(encoding="utf-8")


def test_demo_writes_the_county_and_its_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "demo", "--out", tmp_path / "demo", "--lang", "zh") == 0
    assert {p.name for p in (tmp_path / "demo").iterdir()} == OUTPUTS | {"county"}
    printed = capsys.readouterr().out
    assert "虚构" in printed
    assert "界内 210,000 " in printed
    written = json.loads((tmp_path / "demo" / "verdicts.json").read_text(encoding="utf-8"))
    assert {v["outcome"] for v in written["verdicts"]} == {"PASS", "FAIL", "NOT_ASSESSED", "NO_THRESHOLD"}


WRONG = {
    "run": ("缺少参数 study", "argument study is missing"),
    "site data": ("缺少必填选项 --clause", "--clause is required"),
    "--lang": ("选项 --lang 后面要写一个值", "option --lang needs a value"),
    "nonsense": ("没有命令 nonsense", "no command nonsense"),
    "rnu data": ("是否想写 run", "did you mean run"),
    "run data --nope": ("没有选项 --nope", "no option --nope"),
    "run data --owt x": ("是否想写 --out", "did you mean --out"),
    "run one two": ("多出了参数：two；", "unexpected arguments: two;"),
    "run data --out": ("--out 后面要写一个值", "--out needs a value"),
    "doctor data --json=1": ("--json 后面不要写值", "--json takes no value"),
    "run data --fail-on bad": (
        "--fail-on 只能取：fail、not-assessed",
        "--fail-on must be one of: fail, not-assessed",
    ),
    "schema foo": ("只能取：study、plan、verdicts", "must be one of: study, plan, verdicts"),
    "site data --clause B1 --sites x": ("--sites 应为整数", "--sites must be a whole number"),
    "site data --clause B1 --budget x": ("--budget 应为数字", "--budget must be a number"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_is_said_in_the_readers_language_and_exits_two(
    line: str,
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CARECIRCLE_LANG", language)
    monkeypatch.chdir(tmp_path)  # where no study of that name has a language of its own
    assert call(monkeypatch, *line.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    fault, *usage = printed.err.splitlines()
    assert WRONG[line][language == "en"] in fault
    assert all(u.startswith("用法：" if language == "zh" else "usage: ") for u in usage)
    assert language == "en" or not re.search(r"[a-z]+ [a-z]+ [a-z]+", fault), "English prose"


def test_ctrl_c_is_said_and_exits_130(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("carecircle.analysis.analyze", stopped)
    monkeypatch.setattr("carecircle.doctor.examine", stopped)
    for words in (["run", street, "--out", tmp_path / "out"], ["doctor", street]):
        assert call(monkeypatch, *words, "--lang", "zh") == 130
        assert "已中断" in capsys.readouterr().err


def test_without_a_command_the_help_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch) == 2
    assert "doctor" in "".join(capsys.readouterr())
    assert call(monkeypatch, "--help") == 0


def test_plans_lists_what_each_rule_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "plans", "--json") == 0
    plans = json.loads(capsys.readouterr().out)["plans"]
    counties = {"luojiang", "wutongqiao", "taonan", "beibei", "panzhihua"}
    assert counties | {"china", "world"} == {p["id"] for p in plans}
    assert set(plans[0]) == {"id", "title", "region", "adcode", "rules", "projects"}
    for rule in plans[0]["rules"]:
        assert {"rule", "clause", "kind", "section", "quote", "target", "needs"} <= set(rule)
    assert call(monkeypatch, "plans", "taonan", "--lang", "zh") == 0
    printed = capsys.readouterr().out
    assert "T3" in printed
    assert "4.13" in printed
    assert "前后不一" in printed
    assert call(monkeypatch, "plans") == 0
    assert "luojiang" in capsys.readouterr().out
    assert call(monkeypatch, "plans", "luojian") == 2
    assert "luojiang" in capsys.readouterr().err


def test_a_baseline_says_year_modality_and_contradiction_and_json_honours_every_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call(monkeypatch, "plans", "taonan", "--baseline", "--lang", "en") == 0
    said = " ".join(capsys.readouterr().out.split())
    rules = len(load_plan("taonan").rules)
    assert said.count("figures of 2020 against the target of") == rules
    assert "the plan contradicts itself" in said
    assert "softened by" in said
    totals = tmp_path / "totals.csv"
    totals.write_text(
        "area_id,attribute,value,year,source\n,residents,300000,2020,census\n", encoding="utf-8"
    )
    assert call(monkeypatch, "plans", "taonan", "--baseline", "--totals", str(totals), "--json") == 0
    (plan,) = json.loads(capsys.readouterr().out)["plans"]
    assert (plan["id"], plan["baseline_year"], len(plan["verdicts"])) == ("taonan", 2020, rules)
    assert {"modality", "softeners", "contradicts", "year", "target_year"} <= set(plan["verdicts"][0])
    assert call(monkeypatch, "plans", "taonan", "--totals", str(totals)) == 2
    assert "--baseline" in capsys.readouterr().err


def test_a_plan_is_judged_on_its_own_figures_and_the_census_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Luojiang plans one centre; the census counts 107,961 urban residents, more than 100,000 for it.

    The one centre is the plan's own target and none that was found: with the census beside it the clause is
    open for want of a list of centres, no longer for want of residents.
    """

    def told(*more: object) -> dict[str, Any]:
        """L2 as ``--json`` has it."""
        assert call(monkeypatch, "plans", "luojiang", "--baseline", *more, "--json", "--lang", "en") == 0
        (plan,) = json.loads(capsys.readouterr().out)["plans"]
        verdict: dict[str, Any] = next(v for v in plan["verdicts"] if v["rule"] == "L2")
        return verdict

    alone = told()
    row = {
        "area_id": "510604",
        "attribute": "residents_urban",
        "value": 107961,
        "year": 2020,
        "source": "census",
    }
    census = write_csv(tmp_path / "census.csv", [row])
    beside = told("--totals", census)
    assert (alone["outcome"], alone["observed"]) == ("NOT_ASSESSED", None)
    assert any("where residents live" in need for need in alone["missing_inputs"])
    assert (beside["outcome"], beside["observed"]) == ("NOT_ASSESSED", 107_961.0)
    assert not any("residents" in need for need in beside["missing_inputs"])
    assert any("facility table" in need for need in beside["missing_inputs"])
    assert any("2020" in said for said in beside["assumptions"])  # of which year the census is


def test_doctor_reports_every_fault_and_exits_two_on_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = street_study(tmp_path / "study")
    chart = tmp_path / "maps" / "findings.html"
    assert call(monkeypatch, "doctor", study, "--lang", "en", "--map", chart) == 0
    assert "0 errors" in capsys.readouterr().out
    assert external_references(chart.read_text(encoding="utf-8")) == []
    assert call(monkeypatch, "doctor", study, "--json") == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "carecircle/findings/1"
    table = study.parent / "facilities.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("centre", "station"), encoding="utf-8")
    assert call(monkeypatch, "doctor", study, "--lang", "zh") == 2
    assert "station" in capsys.readouterr().out


def test_compare_says_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = street_study(tmp_path / "study")
    assert call(monkeypatch, "run", study, "--out", tmp_path / "a") == 0
    table = study.parent / "facilities.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("急救中心（站）", "村卫生室"), encoding="utf-8"
    )
    assert call(monkeypatch, "run", study, "--out", tmp_path / "b") == 0
    capsys.readouterr()
    assert call(monkeypatch, "compare", tmp_path / "a", tmp_path / "b", "--lang", "en") == 0
    printed = capsys.readouterr().out
    assert "S1" in printed
    assert "S2" not in printed
    assert "1 rule changed, 1 unchanged" in printed
    assert call(monkeypatch, "compare", tmp_path / "a", tmp_path / "nowhere", "--lang", "en") == 2
    said = capsys.readouterr().err
    assert f"{tmp_path / 'nowhere'}: there is no such folder" in said
    assert "study.toml" not in said


def test_compare_of_several_years_says_how_each_clause_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = street_study(tmp_path / "study")
    folders = [tmp_path / str(year) for year in (2023, 2024, 2025)]
    assert call(monkeypatch, "run", study, "--out", folders[0]) == 0
    told = json.loads((folders[0] / "verdicts.json").read_text(encoding="utf-8"))
    first = told["verdicts"][0]
    for folder, observed in zip(folders, (0.2, 0.3, 0.4), strict=True):
        folder.mkdir(exist_ok=True)
        first |= {
            "observed": observed,
            "outcome": "FAIL",
            "target": 0.95,
            "unit": "share",
            "target_year": 2028,
        }
        text = json.dumps({**told, "year": int(folder.name)}, ensure_ascii=False)
        (folder / "verdicts.json").write_text(text, encoding="utf-8")
    capsys.readouterr()
    monkeypatch.setenv("COLUMNS", "220")
    assert call(monkeypatch, "compare", *folders, "--lang", "en") == 0
    printed = capsys.readouterr().out
    # 55 points are left at 10 a year: five and a half years after 2025
    assert "rises by 10 percentage points a year: met only in 2031 at this pace, later than 2028" in printed
    assert "2023" in printed
    assert call(monkeypatch, "compare", *folders, "--json") == 0
    row = json.loads(capsys.readouterr().out)["progress"][0]
    assert (row["rule"], row["met_in"], row["standing"]) == (first["rule"], pytest.approx(2030.5), "late")
    assert call(monkeypatch, "compare", folders[0], folders[1], "--progress", "--lang", "zh") == 0
    assert "每年上升" in capsys.readouterr().out
    assert call(monkeypatch, "compare", *folders, folders[0], "--lang", "zh") == 2
    assert "2023" in capsys.readouterr().err


def test_init_makes_a_folder_to_fill_and_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "init", tmp_path / "new", "--plan", "panzhihua", "--lang", "zh") == 0
    assert (tmp_path / "new" / "study.toml").is_file()
    assert call(monkeypatch, "init", tmp_path / "new", "--plan", "panzhihua") == 2
    assert call(monkeypatch, "init", tmp_path / "other", "--plan", "nowhere") == 2
    assert not (tmp_path / "other").exists()
    capsys.readouterr()


def test_site_finds_the_best_place_and_says_what_it_mends(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One more centre: 200 people at 4,000 m are the most that any one place of residents can add."""
    out = tmp_path / "out"
    assert (
        call(monkeypatch, "site", street, "--clause", "S2", "--sites", "1", "--out", out, "--lang", "en") == 0
    )
    found = json.loads((out / "siting.json").read_text(encoding="utf-8"))
    assert found["status"] == "optimal"
    assert found["objective"] == 200
    assert [site["newly_covered"] for site in found["sites"]] == [200]
    assert "siting_map.html" in capsys.readouterr().out
    assert external_references((out / "siting_map.html").read_text(encoding="utf-8")) == []


def test_site_refuses_at_once_what_no_analysis_is_needed_to_refuse(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def analyzed(*_: object, **__: object) -> None:
        raise AssertionError("the study was analysed first")

    monkeypatch.setattr("carecircle.analysis.analyze", analyzed)
    asked = ("--lang", "en", "--out", tmp_path / "out")
    assert call(monkeypatch, "site", street, "--clause", "S9", *asked) == 2
    assert "no clause “S9”" in capsys.readouterr().err
    assert call(monkeypatch, "site", street, "--clause", "S2", "--target", "90", *asked) == 2
    assert "90% is 0.9" in capsys.readouterr().err
    assert call(monkeypatch, "site", street, "--clause", "S2", "--category", "诊诊", *asked) == 2
    assert not (tmp_path / "out" / "siting.json").exists()


def test_fetch_from_local_files_makes_a_folder_that_runs(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = root / "data"
    arguments = ["--boundary", data / "boundaries" / "county.gpkg", "--pbf", data / "roads" / "roads.osm.pbf"]
    arguments += ["--raster", data / "population" / "residents.tif", "--lang", "en"]
    assert call(monkeypatch, "fetch", tmp_path / "new", *arguments) == 0
    assert "study.toml" in capsys.readouterr().out
    assert (tmp_path / "new" / "study.toml").is_file()
    assert call(monkeypatch, "fetch", tmp_path / "new", *arguments) == 2
    assert call(monkeypatch, "fetch", tmp_path / "other", "--pbf", data / "roads" / "roads.osm.pbf") == 2


def test_every_command_has_help_with_an_example() -> None:
    for command in cli.app.registered_commands:
        assert command.callback is not None
        assert "Example: carecircle" in (command.callback.__doc__ or ""), command.callback.__name__


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_is_explained_in_both_languages(language: Language) -> None:
    group = typer.main.get_command(cli.app)
    assert about(group, language)
    for command in group.commands.values():  # type: ignore[attr-defined]
        assert about(command, language), command.name
        assert [p.name for p in command.params if not meaning(command, p, language)] == []
    known = {f"help_{c.name}" for c in (group, *group.commands.values())}  # type: ignore[attr-defined]
    for command in (group, *group.commands.values()):  # type: ignore[attr-defined]
        for parameter in command.params:
            known |= {f"help_{parameter.name}", f"help_{command.name}_{parameter.name}"}
    shared = (
        "carecircle",
        "usage",
        "example",
        "commands",
        "arguments",
        "options",
        "required",
        "default",
        "help",
    )
    layout = {f"help_{word}" for word in shared}
    kept = {key.partition(".")[2] for key in wording() if key.startswith("cli.help_")}
    assert kept - known - layout == set(), "explains what no command has"


@pytest.mark.parametrize("words", ["--lang zh --help", "--help --lang zh", "site --help --lang=zh", "--help"])
def test_help_speaks_the_language_asked_for(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARECIRCLE_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "200")
    assert call(monkeypatch, *words.split()) == 0
    said = capsys.readouterr().out
    assert "用法：" in said
    assert re.search(r"--help +显示本说明", said)
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+ [a-z]+", said), "English prose"
    assert call(monkeypatch, *words.replace("zh", "en").split()) == 0
    monkeypatch.setenv("CARECIRCLE_LANG", "en")
    assert call(monkeypatch, "run", "--help") == 0
    assert not re.search("[\u4e00-\u9fff]", capsys.readouterr().out.partition("Usage: ")[2])


def test_every_command_speaks_the_studys_language_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A study in Chinese, on a computer that speaks English."""
    monkeypatch.setenv("CARECIRCLE_LANG", "en")
    study = street_study(tmp_path / "study")
    text = re.sub(r"(?m)^language = .*\n", "", study.read_text(encoding="utf-8"))
    study.write_text(f'language = "zh"\n{text}', encoding="utf-8")
    out = tmp_path / "out"
    assert call(monkeypatch, "run", study, "--out", out) == 0
    page = tmp_path / "gallery.html"
    for words, chinese, english in (
        (("doctor", study), "错误 0 项", "0 errors"),
        (("compare", out, out), "条相同", "unchanged"),
        (("gallery", out, "--out", page), "对比页", "comparison page"),
    ):
        capsys.readouterr()
        assert call(monkeypatch, *words) == 0
        assert chinese in capsys.readouterr().out
        assert call(monkeypatch, *words, "--lang", "en") == 0
        assert english in capsys.readouterr().out
        assert call(monkeypatch, "--lang", "en", *words) == 0
        assert english in capsys.readouterr().out
    monkeypatch.chdir(study.parent)
    assert call(monkeypatch, "plans") == 0
    assert "查看某个规划" in capsys.readouterr().out
    assert call(monkeypatch, "init", tmp_path / "new", "--plan", "taonan") == 0
    assert "请填写" in capsys.readouterr().out
    study.write_text("language = ", encoding="utf-8")
    assert call(monkeypatch, "doctor", study) == 2
    assert "TOML" in capsys.readouterr().out


def test_output_is_utf_8_whatever_the_terminal_claims(street: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "carecircle.cli", "run", street.parent / "缺.toml", "--lang", "zh"],
        capture_output=True, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "文件不存在" in done.stderr.decode("utf-8")
