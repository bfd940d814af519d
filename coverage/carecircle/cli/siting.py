"""The command that finds where to build: site."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from carecircle.cli.shell import LangOption, OutOption, StudyArgument, app, failures_in, progress
from carecircle.cli.studies import study_in


class PlacesFrom(StrEnum):
    """Where one might build."""

    auto = "auto"
    cells = "cells"
    villages = "villages"
    nodes = "nodes"


@app.command()
def site(
    study: StudyArgument,
    clause: Annotated[list[str], typer.Option("--clause", help="a clause or rule to mend; may be repeated")],
    target: Annotated[float | None, typer.Option(help="share to reach instead of the rule's own")] = None,
    sites: Annotated[int | None, typer.Option(help="at most so many moves")] = None,
    budget: Annotated[float | None, typer.Option(help="at most this price together")] = None,
    places: Annotated[PlacesFrom, typer.Option(help="where one might build")] = PlacesFrom.auto,
    candidates: Annotated[
        Path | None, typer.Option(help="your own table of places instead (closed rows are closed first)")
    ] = None,
    exclude: Annotated[Path | None, typer.Option(help="polygons where nothing may be built")] = None,
    upgrade: Annotated[list[str] | None, typer.Option(help="a category that may be upgraded")] = None,
    spacing_m: Annotated[float, typer.Option(help="distance between places to compare, metres")] = 500.0,
    alternatives: Annotated[int, typer.Option(help="further choices within 1 % to look for")] = 5,
    time_limit: Annotated[float, typer.Option(help="seconds for the search")] = 120.0,
    out: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Find the best new sites for a clause, with proof, and what they change in every clause.

    Example: carecircle site data/study.toml --clause B1 --sites 3
    """
    from carecircle.analysis import analyze, reanalyze
    from carecircle.errors import UsageError
    from carecircle.inputs.sites import read_polygons, read_sites
    from carecircle.outputs.listings import siting_lines
    from carecircle.outputs.siting import write_siting
    from carecircle.outputs.write import ensure_writable
    from carecircle.siting.remedy import site as solve
    from carecircle.strict import fits

    loaded = study_in(study, lang)
    with failures_in(loaded.language):
        for option, value in (("--target", target), ("--budget", budget), ("--spacing-m", spacing_m),
                              ("--time-limit", time_limit)):  # fmt: skip
            if value is not None and not fits(value):
                raise UsageError("cli.not_finite", value=option)
        folder = out or Path("maps") / loaded.name
        ensure_writable(folder)
        own, close = (None, []) if candidates is None else read_sites(candidates)
        shut = None if exclude is None else read_polygons(exclude)
        with progress(loaded.language) as tell:
            analysis = analyze(loaded, progress=tell)
            if close:
                analysis = reanalyze(analysis, close=close, table=candidates, progress=tell)
            result = solve(
                analysis, clauses=clause, target=target, sites=sites, budget=budget,
                places=own if own is not None else places.value, spacing_m=spacing_m, exclude=shut,
                upgrade=upgrade or (), alternatives=alternatives, time_limit=time_limit, progress=tell,
            )  # fmt: skip
        write_siting(result, folder)
        siting_lines(result, folder, loaded.language, Console())
