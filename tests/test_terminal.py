"""What data hold never steers the terminal: names, quotations and paths are text."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.text import Text

from carecircle.cli.plain import PlainConsole
from commands import call

STEERING = "\x1b]0;owned\x07\x1b[2J院\x9b31m"


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("coloured", [True, False])
def test_escape_sequences_are_not_printed(as_text: bool, coloured: bool) -> None:
    out = io.StringIO()
    console = PlainConsole(file=out, force_terminal=coloured, color_system="standard" if coloured else None)
    console.print(Text(STEERING, style="bold") if as_text else STEERING, markup=False, highlight=False)
    said = out.getvalue()
    assert "\x1b]" not in said
    assert "\x1b[2J" not in said
    assert "\x9b" not in said
    assert "院" in said


def test_nor_in_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert call(patch, "run", tmp_path / STEERING) == 2
    said = capsys.readouterr().err
    assert "院" in said
    assert not set(said) & {"\x1b", "\x07", "\x9b"}
