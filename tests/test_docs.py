"""The manual tells the truth: its commands run, its examples load, its tests and pictures exist."""

from __future__ import annotations

import ast
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

import carecircle
from carecircle import analysis as analysis_room
from carecircle import cli, errors, passage, profiles
from carecircle.study import Study, load_study
from carecircle.texts import LANGUAGES, Language, wording
from commands import call
from manual import PAGES, blocks, shell_lines
from mirror import PENDING, bare, behind
from realdata import ROOT

import command_pages  # isort: skip  (in docs/_ext, which manual puts on the path)
import error_pages  # isort: skip
import house  # isort: skip
import offline_check  # isort: skip
import plan_pages  # isort: skip
import road_tables  # isort: skip

COMMANDS = {"carecircle", "make", "pip", "py", "conda", "bash", ".venv\\Scripts\\python", "python"}
COMMANDS |= {".venv\\Scripts\\carecircle", "export", "git"}
ELSEWHERE = {"batch", "fetch", "demo", "mend"}
"""Commands whose own tests run them: against a server of ours, and whole (tests/test_cli.py)."""
READERS = ("compare", "gallery")  # read what other commands have written


def shown_commands() -> list[str]:
    """Each command line of ours once, from the pages and from the commands' own help."""
    lines = [line for _, line in shell_lines() if line.startswith("carecircle ")]
    lines += [
        example for _, command in command_pages.commands() for example in command_pages.examples(command)
    ]
    return sorted(dict.fromkeys(lines))


def same_work(line: str) -> str:
    """A command without its language, folder and redirection: done once, it need not be done again."""
    return re.sub(r"\s+(--lang \w+|--out \S+|> \S+)", "", line.replace("data/study.toml", "study.toml"))


def test_the_tables_of_roads_say_what_the_profiles_do() -> None:
    said = {}
    for line in road_tables.page_part().splitlines():
        tags, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        said[tags] = cells
    assert said["tag"] == ["walking", "driving", "ambulance", "source"]
    assert said["`highway=steps`"][:3] == ["2", "closed", "closed"]
    assert said["`oneway=-1`"][:3] == ["open", "against only", "against only"]
    assert said["`access=private`"][:3] == ["**closed**", "**closed**", "open"]
    assert said["`access:conditional=no @ (22:00-06:00)`"][:3] == ["open"] * 3
    assert said["`barrier=bollard`"][:3] == ["passes", "**stops**", "**stops**"]
    assert said["`barrier=wall`"][:3] == ["**stops**"] * 3
    shipped = passage.figures()
    for mode in ("walk", "drive", "ambulance"):
        named = {f"highway={road}" for road in shipped[mode]["speed_kph"]}
        named |= {f"barrier={kind}" for kind in shipped[mode].get("open_barriers", ())}
        named |= {f"barrier={kind}" for kind in shipped[mode].get("closed_barriers", ())}
        named |= {f"access={word}" for word in shipped[mode]["closed_values"] if word != "season"}
        assert not {f"`{tag}`" for tag in named} - {*said}
    assert all(cells[-1] for tags, cells in said.items() if tags.startswith("`"))


def test_every_line_of_shell_is_of_a_known_kind() -> None:
    strange = [
        (page, line) for page, line in shell_lines() if shlex.split(line, posix=False)[0] not in COMMANDS
    ]
    assert not strange


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = {line.split()[1] for _, line in shell_lines() if line.startswith("make ")}
    assert shown <= targets
    assert {"demo", "test", "docs", "notebooks"} <= targets


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader of the manual would have it: the county under data/ and as a study of its own."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "data", folder / "data")
    study = folder / "data" / "study.toml"
    coarse = study.read_text(encoding="utf-8").replace("surface_cell_m = 100", "surface_cell_m = 1000")
    study.write_text(coarse, encoding="utf-8")
    shutil.copytree(folder / "data", folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def once(desk: Path) -> dict[Path, Any]:
    """Analyses by plan file, so that one county is analysed once for all commands."""
    return {}


@pytest.fixture
def at_the_desk(desk: Path, once: dict[Path, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(desk)
    honest = analysis_room.analyze

    def analyze(study: Study | str | Path, **options: Any) -> Any:
        loaded = study if isinstance(study, Study) else load_study(study)
        plan = Path(loaded.plan)
        if plan not in once:
            once[plan] = honest(loaded, **options)
        return once[plan]

    monkeypatch.setattr(analysis_room, "analyze", analyze)
    return desk


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_command_shown_runs(
    at_the_desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: set[str] = set()
    failed: dict[str, str] = {}
    lines = sorted(shown_commands(), key=lambda line: line.split()[1] in READERS)
    assert {line.split()[1] for line in lines} >= {name for name, _ in command_pages.commands()}
    for line in lines:
        words = shlex.split(re.sub(r"\s+> \S+$", "", line))
        if same_work(line) in done or words[1] in ELSEWHERE or words[1].startswith("--"):
            continue
        done.add(same_work(line))
        if words[1] in READERS:
            several_runs(at_the_desk, list(takewhile(lambda w: not w.startswith("-"), words[2:])))
        shutil.rmtree(at_the_desk / "mycounty", ignore_errors=True)
        if call(monkeypatch, *words[1:]) != 0:
            failed[line] = capsys.readouterr().err[-400:]
    assert not failed


def several_runs(desk: Path, folders: list[str]) -> None:
    """Put the demo's results where an example reads output folders, each of the year it is named for."""
    written = next(desk.glob("maps/*/manifest.json")).parent
    for folder in folders:
        if not (desk / folder / "manifest.json").is_file():
            shutil.copytree(written, desk / folder, dirs_exist_ok=True)
        year = re.search(r"\d{4}$", folder)
        if year is not None:
            verdicts = desk / folder / "verdicts.json"
            told = {**json.loads(verdicts.read_text(encoding="utf-8")), "year": int(year[0])}
            verdicts.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(900)  # alone, it also makes the run whose layers a page counts again
@pytest.mark.usefixtures("kinds_as_they_were")
def test_every_line_of_python_shown_runs(at_the_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "_registered", {})  # a page registers a mode: not for the tests after it
    pages: dict[str, list[str]] = {}
    for block in blocks():
        if block.language == "python":
            pages.setdefault(block.page, []).append(block.text)
    assert {"README.md", "docs/start.md", "docs/defend.md"} <= set(pages)
    if not (at_the_desk / "maps" / "demo" / "results.gpkg").is_file():  # a page counts a run's layers again
        assert call(monkeypatch, "run", "data/study.toml", "--out", "maps/demo") == 0
    done: set[tuple[str, ...]] = set()
    for page, texts in pages.items():
        names: dict[str, Any] = {}
        if tuple(map(bare, texts)) in done:  # of a page and its mirror in Chinese one is run
            continue
        done.add(tuple(map(bare, texts)))
        for text in texts:
            exec(compile(text, page, "exec"), names)


@pytest.mark.slow
def test_the_figures_that_pages_defend_are_the_county_s(at_the_desk: Path) -> None:
    """Planners and defenders read the embedded county's own figures, in both languages."""
    verdicts = {v.rule: v for v in analysis_room.analyze("data/study.toml").verdicts}
    found = verdicts["B1.circle"]
    ledger = found.ledger
    people = [ledger.total, ledger.outside, ledger.covered, ledger.not_covered, ledger.unsnapped]
    asked = ledger.total - ledger.outside
    ends = [ledger.covered / asked, (ledger.covered + ledger.unsnapped) / asked]
    told = {
        "planners.md": [f"{ends[0]:.2%}", f"{math.ceil(found.flip.residents):,}", f"{found.flip.limit:.2f}"],
        "defend.md": [*(f"{n:,.2f}" for n in people), *(f"{share:.4%}" for share in ends)],
    }
    for page, figures in told.items():
        for folder in ("docs", "docs/zh"):
            shown = (ROOT / folder / page).read_text(encoding="utf-8")
            assert [figure for figure in figures if figure not in shown] == [], (folder, page)


def test_every_study_file_shown_is_one() -> None:
    seen = 0
    for block in blocks():
        if block.language == "toml" and "[facilities]" in block.text:
            data = tomllib.loads(block.text)
            assert Study.model_validate(data).name == data["name"]
            seen += 1
    assert seen >= 2


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_the_chinese_page_holds_what_the_english_does(page: str) -> None:
    """Headings, commands, code, figures, formulas, tables, pictures and links of ``docs`` and ``docs/zh``."""
    lacking = behind(page)
    if page in PENDING:
        assert lacking, f"docs/zh/{page} holds all of docs/{page}: take it off PENDING in tests/mirror.py"
    else:
        assert not lacking, (
            f"bring docs/zh/{page} up to docs/{page}, or list it in PENDING of tests/mirror.py"
        )


def test_every_link_and_picture_exists() -> None:
    made = {"plans.md", "errors.md", "commands.md", "house.svg", "house_table.txt", "road_tables.txt"}
    missing = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            path = Path(page.parent, target)
            generated = path.name in made and path.parent.name == "generated"
            notebook = path.suffix == ".ipynb" and (ROOT / "notebooks" / path.name).is_file()
            if not (generated or notebook or path.exists()):
                missing.append((page.name, target))
    assert not missing


def test_every_test_named_under_validation_exists() -> None:
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) >= 30
    for path, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


@pytest.mark.parametrize("language", house.PAGES)
def test_the_table_of_rooms_is_the_tree(language: str) -> None:
    page = house.PAGES[language].read_text(encoding="utf-8")
    written = page.split(house.ROOMS_BEGIN)[1].split(house.ROOMS_END)[0].strip()
    assert written == house.rooms_table(language), "run make rooms"


def test_every_package_opens_with_what_one_comes_to_change() -> None:
    source = ROOT / "coverage" / "carecircle"
    for room in ("inputs", "reach", "rules", "outputs", "siting", "runs", "analysis", "fetch"):
        for path in [source / room / "__init__.py", *(source / room).glob("*/__init__.py")]:
            assert "What do I come here to change?" in path.read_text(encoding="utf-8"), path


def test_the_house_drawn_is_the_contract() -> None:
    floors = house.layers()
    rooms = {room for floor in floors for room in floor}
    source = ROOT / "coverage" / "carecircle"
    there = {p.stem for p in source.glob("*.py")} | {p.parent.name for p in source.glob("*/__init__.py")}
    assert rooms == there - {"__init__"}
    assert floors[0] == ["cli"]
    assert floors[-2:] == [["colours", "texts"], ["plain_toml"]]
    picture = house.picture()
    assert all(f">{room}</text>" in picture for room in rooms)
    assert all(f"| `{room}` |" in house.page_part() for room in rooms)
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    line = next(x for x in told.splitlines() if x.startswith("`plain_toml "))
    assert re.findall(r"\w+", line) == [room for floor in reversed(floors) for room in floor]


@pytest.mark.parametrize(("language", "mark"), [("en", ""), ("zh", "zh-")])
def test_every_error_has_a_place_of_its_own(language: Language, mark: str) -> None:
    page = error_pages.page(language)
    keys = set(error_pages.raised())
    assert len(keys) > 100
    assert {"study.unknown_key_near", "inputs.swapped", "inputs.no_crs", "rules.unknown_key"} <= keys
    for key in keys:
        assert page.count(f"({mark}{error_pages.anchor(key)})=") == 1, key
    assert len({error_pages.anchor(key) for key in wording()}) == len(wording())


def test_a_message_is_cut_into_cause_and_fix() -> None:
    forms = wording()["inputs.no_crs"]
    cause, fix = error_pages.cause_and_fix(forms["en"], "en")
    assert "coordinate reference system" in cause
    assert fix.startswith("Set one")
    cause, fix = error_pages.cause_and_fix(forms["zh"], "zh")
    assert cause.endswith("。")
    assert fix.startswith("请")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_is_on_its_page(language: Language) -> None:
    page = command_pages.page(language)
    for name, command in command_pages.commands():
        assert f"## carecircle {name}" in page
        assert command_pages.examples(command), name
        for parameter in command.params:
            meant = command_pages.meaning(command, parameter, language).replace("<", "&lt;")
            assert meant in page, (name, parameter.name)
            if parameter.param_type_name == "option":
                assert f"`{parameter.opts[0]}`" in page


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", {name for name, _ in command_pages.commands()}),
        ("site study.toml --cl", {"--clause"}),
        ("run study.toml --fail-on ", {"fail", "not-assessed"}),
        ("schema ", {"study", "plan", "verdicts"}),
    ],
)
def test_the_shell_completes(typed: str, wanted: set[str]) -> None:
    line = f"carecircle {typed}"
    asked = {"_CARECIRCLE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    code = (
        "import sys; sys.argv = ['carecircle']; from carecircle.cli import app; app(prog_name='carecircle')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert set(done.stdout.split()) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_the_catalogue_is_on_its_page(language: Language) -> None:
    page = plan_pages.page(language)
    for plan in carecircle.rules.catalogue():
        for rule in carecircle.load_plan(plan).rules:
            assert f"| {rule.id.replace('_', chr(92) + '_')} |" in page, rule.id


def test_a_foreign_asset_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://example.org">x</a><img src="b.png">', encoding="utf-8")
    assert not list(offline_check.foreign_assets(tmp_path))
    (tmp_path / "b.html").write_text(
        '<script async src="https://example.org/x.js"></script>', encoding="utf-8"
    )
    (tmp_path / "c.html").write_text('<link href="//example.org/x.css" rel="stylesheet" />', encoding="utf-8")
    (tmp_path / "d.css").write_text("@import 'https://example.org/f.css';", encoding="utf-8")
    (tmp_path / "e.html").write_text(
        '<iframe srcdoc="&lt;script src=&quot;https://example.org/y.js&quot;&gt;"></iframe>', encoding="utf-8"
    )
    assert len(list(offline_check.foreign_assets(tmp_path))) == 4


def test_every_refusal_has_a_cause_and_a_fix() -> None:
    lacking = [
        (key, language)
        for key in error_pages.raised()
        for language in ("zh", "en")
        if not all(error_pages.cause_and_fix(wording()[key][language], language))
    ]
    assert not lacking


def test_every_key_that_the_code_refuses_with_is_found() -> None:
    """A key handed to anything but a `Sentence` is one that somebody may read as a refusal."""
    said = {"Sentence", "say", "Finding", "__init__", "_share_legend", "_named", "?"}
    known, words = error_pages.raised(), set(wording())
    missed = [
        (path.name, node.value)
        for path in error_pages.SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for node in call.args
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in words
        and node.value not in known
        and getattr(call.func, "id", getattr(call.func, "attr", "?")) not in said
    ]  # fmt: skip
    assert not missed


@pytest.mark.parametrize("kind", error_pages.KINDS)
def test_every_class_of_error_has_a_place_of_its_own(kind: str) -> None:
    page = error_pages.page()
    assert page.count(f"(error-class-{kind.lower()})=") == 1
    assert issubclass(getattr(errors, kind), errors.CarecircleError)
    public = {
        n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, errors.CarecircleError)
    }
    several = {n for n in public if n.startswith("Several")}
    assert public - several - {"CarecircleError"} == set(error_pages.KINDS)


@pytest.mark.parametrize(("language", "fix"), [("en", "Check the path"), ("zh", "请检查路径")])
def test_a_refusal_prints_cause_fix_and_the_command_that_helps(
    language: str,
    fix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["carecircle", "run", str(tmp_path), "--lang", language])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    cause, helps = capsys.readouterr().err.strip().splitlines()[-2:]
    assert "study.toml" in cause
    assert fix in cause
    assert "carecircle doctor" in helps or "carecircle schema study" in helps


def test_what_helps_names_commands_that_exist_and_no_page_that_a_reader_may_not_have() -> None:
    said = [text for key, both in wording().items() if key.startswith("cli.helps_") for text in both.values()]
    named = {name for text in said for name in re.findall(r"carecircle ([a-z]+)", text)}
    assert named <= {name for name, _ in command_pages.commands()}
    assert len(said) == 2 * 5
    assert not [text for text in said if ".html" in text or "http" in text]
