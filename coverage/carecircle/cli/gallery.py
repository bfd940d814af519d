"""The command that sets many studies side by side: gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carecircle.cli.shell import LangOption, command
from carecircle.cli.speech import spoken
from carecircle.texts import say


@command()
def gallery(
    folders: Annotated[list[Path], typer.Argument()],
    out: Annotated[Path, typer.Option("--out")] = Path("gallery.html"),
    lang: LangOption = None,
) -> None:
    """Set many studies side by side on one offline page: the counties of a prefecture, for example.

    Example: carecircle gallery maps/demo maps/county --out gallery.html
    """
    from carecircle.outputs.pages.gallery import write_gallery

    language = spoken(lang, folders[0])
    typer.echo(say("cli.gallery", language, path=str(write_gallery(folders, out, language))))
