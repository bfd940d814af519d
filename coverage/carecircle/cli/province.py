"""Commands for many counties of one extract: store, batch."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.shell import LangOption, command, progress
from carecircle.cli.speech import asked, spoken
from carecircle.texts import say


class Engine(StrEnum):
    """What carries the counties."""

    local = "local"
    dask = "dask"


class Files(StrEnum):
    """Which outputs each county writes."""

    light = "light"
    standard = "standard"
    all = "all"


@command()
def store(
    extract: Annotated[Path, typer.Argument()],
    lang: LangOption = None,
) -> None:
    """Read an OpenStreetMap extract once into a folder beside it, for every study of it.

    Example: carecircle store data/roads/roads.osm.pbf
    """
    from carecircle.inputs.osm.store import store_of
    from carecircle.inputs.storing import make_store

    language = spoken(lang, Path())
    with progress(language) as tell:
        folder = make_store(extract, progress=tell)
    made = store_of(extract)
    assert made is not None
    typer.echo(
        say("cli.stored", language, path=str(folder), nodes=made.book["nodes"], runs=made.book["runs"])
    )


@command()
def batch(
    province: Annotated[Path, typer.Argument()],
    out: Annotated[Path | None, typer.Option("--out")] = None,
    workers: Annotated[int | None, typer.Option(min=1)] = None,
    files: Annotated[Files | None, typer.Option("--files")] = None,
    only: Annotated[list[str] | None, typer.Option("--only")] = None,
    engine: Annotated[Engine, typer.Option("--engine")] = Engine.local,
    scheduler: Annotated[str | None, typer.Option()] = None,
    memory_gb: Annotated[float | None, typer.Option(min=0.1)] = None,
    resume: Annotated[bool, typer.Option("--resume/--no-resume")] = True,
    lang: LangOption = None,
) -> None:
    """Judge every county of a province by one template; exit 2 where some could not be judged.

    Example: carecircle batch province.toml --workers 2 --out maps/province
    """
    from carecircle.batch import load_province, run_batch

    asked_for = load_province(province)
    language = asked(lang) or asked_for.language or spoken(lang, asked_for.template)
    asked_for = asked_for.model_copy(update={"language": language})
    with progress(language) as tell:
        done = run_batch(
            asked_for, out or Path("maps") / asked_for.name, only=only or (), workers=workers,
            files=None if files is None else files.value, engine=engine.value, scheduler=scheduler,
            memory_mb=None if memory_gb is None else memory_gb * 1000, resume=resume, progress=tell,
        )  # fmt: skip
    for receipt in done.faults:
        assert receipt.fault is not None
        facts = {"name": receipt.name, "county": receipt.county, "fault": receipt.fault[language]}
        typer.echo(say("cli.batch_fault", language, **facts), err=True)
    counts = {"done": len(done.receipts) - len(done.faults), "n": len(done.receipts), "stood": done.stood}
    typer.echo(say("cli.batch_done", language, path=str(done.out), **counts))
    if done.faults:
        raise SystemExit(2)
