"""Progress: each stage as it begins, in a notebook's cell and on a terminal alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from carecircle.texts import Language, Sentence

Tell = Callable[[Sentence], None]


@contextmanager
def watched(progress: Tell | None, language: Language) -> Iterator[Tell]:
    """The caller's own progress; without one a line under a notebook's cell, elsewhere silence."""
    if progress is not None:
        yield progress
    elif _in_notebook():
        with _cell_line(language) as tell:
            yield tell
    else:
        yield lambda _: None


@contextmanager
def terminal(language: Language, console: Console) -> Iterator[Tell]:
    """A spinner, the stage, a bar where steps are counted, and the time; plain lines without a terminal."""
    if not console.is_terminal:
        yield lambda stage: console.print(f"· {stage.text(language)}", markup=False, soft_wrap=True)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(24),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("…", total=None)

        def tell(stage: Sentence) -> None:
            done, steps = _steps(stage)
            shown.update(task, description=stage.text(language), completed=done, total=steps)

        yield tell


def _steps(stage: Sentence) -> tuple[int, int | None]:
    """How many steps are done, of how many, where a stage counts them."""
    number, of = stage.facts.get("number"), stage.facts.get("of")
    return (number - 1, of) if isinstance(number, int) and isinstance(of, int) else (0, None)


def _in_notebook() -> bool:
    """Whether a kernel runs us: then somebody looks at a cell."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


@contextmanager
def _cell_line(language: Language) -> Iterator[Tell]:
    """One line of HTML that each stage replaces and the end takes away; no widgets are needed."""
    ours: Any = import_module("IPython.display")
    line = ours.display(ours.HTML(""), display_id=True)
    began = time.monotonic()

    def tell(stage: Sentence) -> None:
        done, steps = _steps(stage)
        bar = f'<progress value="{done}" max="{steps}"></progress> ' if steps else ""
        said = f"{escape(stage.text(language))} · {time.monotonic() - began:.0f} s"
        line.update(ours.HTML(f'<div lang="{language}" style="opacity:.75">{bar}{said}</div>'))

    try:
        yield tell
    finally:
        line.update(ours.HTML(""))
