"""What every command shares: options, language, progress, and how failures leave the program."""

from __future__ import annotations

import contextlib
import errno
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from carecircle.cli.help import SpokenCommand, SpokenGroup
from carecircle.cli.plain import PlainConsole
from carecircle.cli.speech import Lang, spoken
from carecircle.cli.usage import WrongUsage, told
from carecircle.errors import CapacityError, CarecircleError, OutputError
from carecircle.progress import terminal
from carecircle.strict import clean
from carecircle.texts import Language, Sentence, say, wording

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, cls=SpokenGroup)


_NO_MEMORY = re.compile(r"bad_alloc|[Cc]annot allocate memory|[Uu]nable to allocate|start new thread")
"""What libraries say that have no error of their own for it."""
_INTERRUPTED = 130
"""The exit of a program that Ctrl-C ended: 128 and the signal's number."""


_PIPE_CLOSED = 141
"""The exit of a program whose reader went away: 128 and the signal's number."""


class FailOnMet(SystemExit):
    """The exit that ``--fail-on`` asks for: the run is done and a clause came out so."""

    def __init__(self) -> None:
        super().__init__(1)


StudyArgument = Annotated[Path, typer.Argument()]
OutOption = Annotated[Path | None, typer.Option("--out")]
LangOption = Annotated[Lang | None, typer.Option("--lang")]


def command() -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a command whose help is said in the language asked for."""
    return app.command(cls=SpokenCommand)


@app.callback()
def carecircle(lang: LangOption = None) -> None:
    """Say the language once, before the command: ``carecircle --lang zh --help``."""


def main() -> None:
    """Entry point: every failure becomes one clear message and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    language = spoken()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _ended)
    with failures_in(language):
        try:
            code = app(standalone_mode=False)
            sys.stdout.flush()  # a full disk behind it is said, not met on the way out
        except SystemExit as left:  # the libraries leave with 1 where a pipe is closed; 1 is --fail-on's
            closed = left.code == 1 and not isinstance(left, FailOnMet)
            raise SystemExit(_PIPE_CLOSED) if closed else left from None
        except WrongUsage as error:
            for line in told(error, language):
                typer.echo(clean(line), err=True)
            raise SystemExit(2) from None
        except typer.Abort:
            code = _INTERRUPTED
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
    raise SystemExit(code if isinstance(code, int) else 0)


def _ended(number: int, _: object) -> None:
    """Leave as after Ctrl-C when the system asks a program to end: what was begun is put back."""
    raise SystemExit(128 + number)


@contextmanager
def failures_in(language: Language) -> Iterator[None]:
    """Turn what goes wrong inside into exit 2 (the planner's) or 3 (ours), said in one language."""
    try:
        yield
    except CarecircleError as error:
        _refused(_short_of_memory(error) or error, language)
    except KeyboardInterrupt:
        typer.echo(say("cli.interrupted", language), err=True)
        raise SystemExit(_INTERRUPTED) from None
    except Exception as error:
        machine = _short_of_memory(error) or _of_the_machine(error)
        if machine is not None:
            _refused(machine, language)
        log = _log(error)
        typer.echo(say("errors.internal", language, kind=type(error).__name__, log=str(log)), err=True)
        raise SystemExit(3) from error


def _refused(error: CarecircleError, language: Language) -> NoReturn:
    """Say what was wrong and which command helps to mend it, and leave with 2."""
    kinds = (cls.__name__.lower() for cls in type(error).__mro__)
    helps = next((key for kind in kinds if (key := f"cli.helps_{kind}") in wording()), None)
    with contextlib.suppress(OSError):  # where nobody listens, the exit still speaks
        typer.echo(clean(f"{say('cli.error', language)}{error.text(language)}"), err=True)
        if helps is not None:
            typer.echo(say(helps, language), err=True)
    raise SystemExit(2) from error


def _short_of_memory(error: BaseException) -> CapacityError | None:
    """The refusal for memory that did not suffice, whichever library met it and however it was wrapped."""
    at: BaseException | None = error
    while at is not None:
        lacking = isinstance(at, MemoryError) and not isinstance(at, CapacityError)
        if lacking or getattr(at, "errno", None) == errno.ENOMEM or _NO_MEMORY.search(str(at)):
            return CapacityError("errors.no_memory")
        at = at.__cause__ or at.__context__
    return None


def _of_the_machine(error: Exception) -> OutputError | None:
    """The refusal for what a disk, a folder or a closed stream did; None for a fault of ours."""
    if not isinstance(error, OSError):
        return None
    try:
        Path.cwd()
    except OSError:
        return OutputError("errors.no_working_folder")
    return OutputError("errors.system", file=error.filename, why=error.strerror or str(error))


def _log(error: BaseException) -> Path:
    """Write the traceback where the system keeps logs (or the working folder) and return its path."""
    import platformdirs

    for folder in (Path(platformdirs.user_log_dir("carecircle", appauthor=False)), Path()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "carecircle-error.log"
            path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        except OSError:
            continue
        return path
    return Path("—")


@contextmanager
def progress(language: Language) -> Iterator[Callable[[Sentence], None]]:
    """Show each stage on the error stream: see `carecircle.progress.terminal`."""
    with terminal(language, PlainConsole(stderr=True)) as tell:
        yield tell
