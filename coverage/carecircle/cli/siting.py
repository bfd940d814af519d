"""The command that finds where to build: site."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.plain import PlainConsole
from carecircle.cli.shell import LangOption, OutOption, StudyArgument, command, failures_in, progress
from carecircle.cli.speech import spoken
from carecircle.cli.studies import study_in


class PlacesFrom(StrEnum):
    """Where one might build."""

    auto = "auto"
    cells = "cells"
    villages = "villages"
    nodes = "nodes"


class FleetAimOption(StrEnum):
    """What the next ambulances are placed for."""

    expected = "expected"
    double = "double"


@command()
def site(
    study: StudyArgument,
    clause: Annotated[list[str], typer.Option("--clause")],
    target: Annotated[float | None, typer.Option()] = None,
    sites: Annotated[int | None, typer.Option()] = None,
    budget: Annotated[float | None, typer.Option()] = None,
    places: Annotated[PlacesFrom, typer.Option()] = PlacesFrom.auto,
    candidates: Annotated[Path | None, typer.Option()] = None,
    exclude: Annotated[Path | None, typer.Option()] = None,
    category: Annotated[str | None, typer.Option()] = None,
    upgrade: Annotated[list[str] | None, typer.Option()] = None,
    spacing_m: Annotated[float, typer.Option()] = 500.0,
    alternatives: Annotated[int, typer.Option()] = 5,
    time_limit: Annotated[float, typer.Option()] = 120.0,
    ambulances: Annotated[int | None, typer.Option()] = None,
    aim: Annotated[FleetAimOption | None, typer.Option()] = None,
    busy: Annotated[float | None, typer.Option()] = None,
    within_min: Annotated[float | None, typer.Option()] = None,
    far_min: Annotated[float | None, typer.Option()] = None,
    most_at_one: Annotated[int | None, typer.Option()] = None,
    out: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Find the best new sites for a clause, with proof, and what they change in every clause.

    Example: carecircle site data/study.toml --clause B1 --sites 3
    """
    from carecircle.analysis import analyze, reanalyze
    from carecircle.errors import UsageError
    from carecircle.inputs.sites import read_polygons, read_sites
    from carecircle.outputs.ours import ready
    from carecircle.outputs.siting import siting_names, write_siting
    from carecircle.outputs.terminal.listings import siting_lines
    from carecircle.rules import load_plan
    from carecircle.siting.ambulances import station_ambulances
    from carecircle.siting.means import Means
    from carecircle.siting.placing import Placing, refuse_placing
    from carecircle.siting.remedy import refuse
    from carecircle.siting.remedy import site as solve
    from carecircle.strict import fits

    with failures_in(spoken(lang, study)):
        loaded = study_in(study, lang)
        for option, value in (("--target", target), ("--budget", budget), ("--spacing-m", spacing_m),
                              ("--time-limit", time_limit), ("--busy", busy), ("--within-min", within_min),
                              ("--far-min", far_min)):  # fmt: skip
            if value is not None and not fits(value):
                raise UsageError("cli.not_finite", value=option)
        fleet = {"--aim": aim, "--busy": busy, "--within-min": within_min, "--far-min": far_min,
                 "--most-at-one": most_at_one}  # fmt: skip
        if ambulances is None and any(value is not None for value in fleet.values()):
            lone = next(option for option, value in fleet.items() if value is not None)
            raise UsageError("siting.needs_ambulances", value=lone)
        folder = out or Path("maps") / loaded.name
        ready(folder, siting_names(folder), loaded, candidates, exclude)
        own, close = (None, []) if candidates is None else read_sites(candidates)
        means = Means(
            places=own if own is not None else places.value, spacing_m=spacing_m, category=category,
            exclude=None if exclude is None else read_polygons(exclude), upgrade=upgrade or (), budget=budget,
        )  # fmt: skip
        placing = None
        if ambulances is None:
            refuse(loaded, load_plan(loaded.plan), clause, means, target=target, sites=sites)
        else:
            placing = Placing(
                ambulances, "expected" if aim is None else aim.value, busy=busy, limit=within_min,
                far=far_min, share=target, most=most_at_one,
            )  # fmt: skip
            refuse_placing(loaded, load_plan(loaded.plan), clause, placing, means, sites=sites)
        with progress(loaded.language) as tell:
            analysis = analyze(loaded, progress=tell)
            if close:
                analysis = reanalyze(analysis, close=close, table=candidates, progress=tell)
            if placing is None:
                result = solve(
                    analysis, clauses=clause, target=target, sites=sites, alternatives=alternatives,
                    time_limit=time_limit, progress=tell, means=means,
                )  # fmt: skip
            else:
                result = station_ambulances(
                    analysis, clause=clause[0], placing=placing, time_limit=time_limit, progress=tell,
                    means=means,
                )  # fmt: skip
        write_siting(result, folder)
        siting_lines(result, folder, loaded.language, PlainConsole())
