"""The command that sets many studies side by side: gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.shell import LangOption, app, spoken
from carecircle.texts import say


@app.command()
def gallery(
    folders: Annotated[list[Path], typer.Argument(help="folders that run has written")],
    out: Annotated[Path, typer.Option("--out", help="the page to write")] = Path("gallery.html"),
    lang: LangOption = None,
) -> None:
    """Set many studies side by side on one offline page: a prefecture's counties, say.

    Example: carecircle gallery maps/demo maps/county --out gallery.html
    """
    from carecircle.outputs.gallery import write_gallery

    language = spoken(lang)
    typer.echo(say("cli.gallery", language, path=str(write_gallery(folders, out, language))))
