"""Commands for many counties of one extract: store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.shell import LangOption, command, progress
from carecircle.cli.speech import spoken
from carecircle.texts import say


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
