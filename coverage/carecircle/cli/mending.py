"""The command that mends a whole plan: mend."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.plain import PlainConsole
from carecircle.cli.shell import LangOption, OutOption, StudyArgument, command, failures_in, progress
from carecircle.cli.speech import spoken
from carecircle.cli.studies import study_in


class MendAim(StrEnum):
    """What is most wanted where not everything can be had."""

    clauses = "clauses"
    residents = "residents"


@command()
def mend(
    study: StudyArgument,
    clause: Annotated[list[str] | None, typer.Option("--clause")] = None,
    budget: Annotated[list[float] | None, typer.Option("--budget")] = None,
    first_year: Annotated[int | None, typer.Option("--first-year")] = None,
    aim: Annotated[MendAim | None, typer.Option("--aim")] = None,
    alternatives: Annotated[int, typer.Option()] = 3,
    front: Annotated[int, typer.Option()] = 0,
    time_limit: Annotated[float, typer.Option()] = 300.0,
    out: OutOption = None,
    lang: LangOption = None,
) -> None:
    """Find the cheapest moves that make the plan hold, year by year, with proof.

    Example: carecircle mend study.toml --budget 300 --budget 300 --budget 400
    """
    from carecircle.analysis import analyze
    from carecircle.errors import UsageError
    from carecircle.outputs.mending import mend_names, write_mended
    from carecircle.outputs.ours import ready
    from carecircle.outputs.terminal.mending import mended_lines
    from carecircle.siting.whole.mend import asked_for
    from carecircle.siting.whole.mend import mend as solve
    from carecircle.strict import fits

    with failures_in(spoken(lang, study)):
        loaded = study_in(study, lang)
        for option, values in (("--budget", budget or ()), ("--time-limit", (time_limit,))):
            if not all(fits(value) and value >= 0 for value in values):
                raise UsageError("cli.not_finite", value=option)
        mending = asked_for(
            loaded, clauses=clause, budget=budget, first_year=first_year,
            aim=None if aim is None else aim.value,
        )  # fmt: skip
        folder = out or Path("maps") / loaded.name
        ready(folder, mend_names(folder), loaded, *(o.path for o in loaded.moves))
        with progress(loaded.language) as tell:
            analysis = analyze(loaded, progress=tell)
            found = solve(
                analysis, mending=mending, alternatives=alternatives, front=front, time_limit=time_limit,
                progress=tell,
            )  # fmt: skip
        write_mended(found, folder)
        mended_lines(found, folder, loaded.language, PlainConsole())
