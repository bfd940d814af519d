"""The command that says what a study hangs on: vital."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.plain import PlainConsole
from carecircle.cli.shell import LangOption, OutOption, StudyArgument, command, failures_in, progress
from carecircle.cli.speech import spoken
from carecircle.cli.studies import study_in


@command()
def vital(
    study: StudyArgument,
    clause: Annotated[list[str] | None, typer.Option("--clause")] = None,
    close: Annotated[int | None, typer.Option()] = None,
    among: Annotated[list[str] | None, typer.Option()] = None,
    streets: Annotated[int, typer.Option()] = 10,
    flood: Annotated[Path | None, typer.Option()] = None,
    bridges_stand: Annotated[bool, typer.Option("--bridges-stand")] = False,
    time_limit: Annotated[float, typer.Option()] = 300.0,
    out: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Find what the clauses hang on: facilities, streets and bridges, and who loses when they close.

    Example: carecircle vital data/study.toml --clause B7 --close 2
    """
    from carecircle.analysis import analyze
    from carecircle.errors import UsageError
    from carecircle.inputs.sites import read_polygons
    from carecircle.outputs.ours import ready
    from carecircle.outputs.terminal.listings import vital_lines
    from carecircle.outputs.vital import vital_names, write_vital
    from carecircle.strict import fits
    from carecircle.vital.study import vital as find

    with failures_in(spoken(lang, study)):
        loaded = study_in(study, lang)
        if not fits(time_limit):
            raise UsageError("cli.not_finite", value="--time-limit")
        folder = out or Path("maps") / loaded.name
        ready(folder, vital_names(folder), loaded, flood)
        water = None if flood is None else read_polygons(flood)
        with progress(loaded.language) as tell:
            analysis = analyze(loaded, progress=tell)
            result = find(
                analysis, clauses=clause or (), close=close, among=among, streets=streets, water=water,
                bridges=not bridges_stand, time_limit=time_limit, progress=tell,
            )  # fmt: skip
        write_vital(result, folder)
        vital_lines(result, folder, loaded.language, PlainConsole())
