"""Commands that take a study: run, demo, doctor, init, compare."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carecircle.cli.plain import PlainConsole
from carecircle.cli.shell import (
    FailOnMet,
    LangOption,
    OutOption,
    StudyArgument,
    command,
    failures_in,
    progress,
)
from carecircle.cli.speech import Lang, asked, spoken
from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis, Scenario
    from carecircle.study import Study


class FailOn(StrEnum):
    """When a finished run exits 1."""

    fail = "fail"
    not_assessed = "not-assessed"


AllOption = Annotated[bool, typer.Option("--all")]
FailOption = Annotated[FailOn | None, typer.Option("--fail-on")]


def study_in(path: Path, lang: Lang | None) -> Study:
    """Load a study, its language changed to the one asked for."""
    from carecircle.study import load_study

    loaded, language = load_study(path), asked(lang)
    return loaded if language is None else loaded.model_copy(update={"language": language})


@command()
def run(
    study: StudyArgument,
    out: OutOption = None,
    lang: LangOption = None,
    fail_on: FailOption = None,
    sites: Annotated[Path | None, typer.Option("--with")] = None,
    everything: AllOption = False,
    files: Annotated[str | None, typer.Option("--files")] = None,
) -> None:
    """Judge a study and write its map and files; print the worst clauses, or with --all every one.

    Example: carecircle run data/study.toml --out maps/county
    """
    from carecircle.analysis import analyze, reanalyze
    from carecircle.outputs.ours import RUN, ready
    from carecircle.outputs.terminal.summary import summary

    with failures_in(spoken(lang, study)):
        loaded = study_in(study, lang)
        if files is not None:
            loaded = _with_files(loaded, files)
        folder = out or Path("maps") / loaded.name
        ready(folder, RUN, loaded, sites)
        changes = None if sites is None else _scenario(sites, loaded)
        with progress(loaded.language) as tell:
            analysis = analyze(loaded, progress=tell)
            if changes is not None:
                analysis = reanalyze(analysis, scenario=changes, table=sites, progress=tell)
            if loaded.uncertainty is not None:
                from carecircle.certainty import uncertainty

                analysis = uncertainty(analysis, progress=tell).analysis
        analysis.write(folder)
        summary(analysis, folder, loaded.language, PlainConsole(), everything=everything)
        _exit_by(analysis, fail_on)


def _scenario(path: Path, study: Study) -> Scenario:
    """What a file changes in a study: a scenario that was written (``.json``), else a table of facilities."""
    from carecircle.analysis import Scenario
    from carecircle.analysis.scenario_file import read_scenario
    from carecircle.inputs.sites import changes_in

    if path.suffix.lower() == ".json":
        return read_scenario(path)
    add, close = changes_in(path, study)
    return Scenario(add=add, close=close)


def _with_files(study: Study, files: str) -> Study:
    """The study, asked to write a set of files or those named, with commas between."""
    from carecircle.errors import UsageError
    from carecircle.strict import UnfitError
    from carecircle.study.files import known_files

    names = tuple(name.strip() for name in files.split(",") if name.strip())
    try:
        asked = known_files(names[0] if len(names) == 1 else names)
    except UnfitError as error:
        facts: dict[str, Any] = dict(error.facts)
        raise UsageError(error.key, **facts) from error
    outputs = study.outputs.model_copy(update={"files": asked})
    return study.model_copy(update={"outputs": outputs})


def _exit_by(analysis: Analysis, fail_on: FailOn | None) -> None:
    outcomes = {str(v.outcome) for v in analysis.verdicts}
    met = {FailOn.fail: {"FAIL"}, FailOn.not_assessed: {"FAIL", "NOT_ASSESSED"}}
    if fail_on is not None and outcomes & met[fail_on]:
        raise FailOnMet


@command()
def demo(
    out: OutOption = None, lang: LangOption = None, fail_on: FailOption = None, everything: AllOption = False
) -> None:
    """Run the embedded county (it is fictional) and write its map.

    Example: carecircle demo --lang en
    """
    from carecircle.demo import place_county

    folder = out or Path("maps") / "demo"
    with failures_in(spoken(lang)):
        place_county(folder / "county")
    run(folder / "county" / "study.toml", out=folder, lang=lang, fail_on=fail_on, everything=everything)


@command()
def doctor(
    study: StudyArgument,
    lang: LangOption = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    chart: Annotated[Path | None, typer.Option("--map")] = None,
) -> None:
    """Say everything that is wrong or odd with a study's inputs; exit 2 where results would be wrong.

    Example: carecircle doctor data/study.toml --map findings.html
    """
    from carecircle.doctor import examine
    from carecircle.outputs.ours import ensure_writable
    from carecircle.outputs.terminal.listings import finding_lines

    language = spoken(lang, study)
    if chart is not None:
        ensure_writable(chart.absolute().parent)
    with progress(language) as tell:
        diagnosis = examine(study, progress=tell)
    if as_json:
        typer.echo(json.dumps(diagnosis.to_dict(language), ensure_ascii=False, indent=1))
    else:
        finding_lines(diagnosis.findings, language, PlainConsole())
    if chart is not None:
        from carecircle.outputs.findings_map import write_findings

        write_findings(diagnosis, chart, language)
        typer.echo(say("cli.findings_map", language, path=str(chart)))
    if diagnosis.errors:
        raise SystemExit(2)


@command()
def init(
    folder: Annotated[Path, typer.Argument()],
    plan: Annotated[str, typer.Option("--plan")],
    lang: LangOption = None,
) -> None:
    """Make a study folder for a plan, ready to fill: study.toml, an Excel template, the plan's figures.

    Example: carecircle init mycounty --plan panzhihua
    """
    from carecircle.starter import init as make

    language = spoken(lang, Path())
    for path in make(folder, plan, language=language):
        typer.echo(str(path))
    typer.echo(say("cli.init_next", language, folder=str(folder)))


@command()
def compare(
    before: Annotated[Path, typer.Argument()],
    after: Annotated[list[Path], typer.Argument()],
    progress_asked: Annotated[bool, typer.Option("--progress")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    lang: LangOption = None,
) -> None:
    """Say which verdicts differ between two runs, and why; of three or more years, the progress of each.

    Example: carecircle compare maps/2024 maps/2025
    Example: carecircle compare maps/2021 maps/2022 maps/2023
    """
    from carecircle.outputs.terminal.listings import blank_lines, comparison_lines, progress_lines
    from carecircle.rules.comparing import compare as weigh
    from carecircle.rules.comparing import read_verdicts
    from carecircle.runs.blank_spots import blank_history
    from carecircle.runs.progress import progress as over_years

    documents, language = [read_verdicts(p) for p in (before, *after)], spoken(lang, before)
    if len(documents) == 2 and not (progress_asked or as_json):
        comparison_lines(weigh(*documents), language, PlainConsole())
        blank_lines(blank_history(documents), language, PlainConsole())
        return
    rows, blank = over_years(documents), blank_history(documents)
    if as_json:
        told = {"progress": [row.to_dict() for row in rows]}
        if blank:
            told["blank_spots"] = [year.to_dict() for year in blank]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        progress_lines(rows, language, PlainConsole())
        blank_lines(blank, language, PlainConsole())


@command()
def fetch(
    folder: Annotated[Path, typer.Argument()],
    place: Annotated[str | None, typer.Option()] = None,
    adcode: Annotated[str | None, typer.Option()] = None,
    boundary: Annotated[Path | None, typer.Option()] = None,
    pbf: Annotated[Path | None, typer.Option()] = None,
    raster: Annotated[Path | None, typer.Option()] = None,
    country: Annotated[str | None, typer.Option()] = None,
    year: Annotated[int, typer.Option()] = 2020,
    terrain: Annotated[bool, typer.Option("--terrain")] = False,
    plan: Annotated[str, typer.Option()] = "luojiang",
    buffer_km: Annotated[float, typer.Option()] = 10.0,
    lang: LangOption = None,
) -> None:
    """Download boundary, roads, facilities and residents into a study folder that then runs offline.

    Example: carecircle fetch mycounty --boundary county.gpkg --pbf sichuan.osm.pbf --country CHN
    """
    from carecircle.fetch.fetching import fetch as download

    language = spoken(lang, Path())
    with progress(language) as tell:
        study = download(
            folder, place_name=place, adcode=adcode, boundary=boundary, pbf=pbf, raster=raster,
            country=country, year=year, terrain=terrain, plan=plan, buffer_km=buffer_km, progress=tell,
        )  # fmt: skip
    typer.echo(say("cli.fetched", language, path=str(study)))
