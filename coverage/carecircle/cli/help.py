"""Help in the reader's language: what a command and its options do, and how to call it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from carecircle.cli.speech import spoken
from carecircle.texts import Language, say, wording

_EXAMPLE = re.compile(r"^\s*Examples?:\s*(carecircle .+)$", re.MULTILINE)


def about(command: Any, language: Language) -> str:
    """What a command does."""
    return say(f"cli.help_{command.name or 'carecircle'}", language)


def meaning(command: Any, parameter: Any, language: Language) -> str:
    """What an argument or option means: of this command, or the same in all of them."""
    own = f"cli.help_{command.name}_{parameter.name}"
    return say(own if own in wording() else f"cli.help_{parameter.name}", language)


def examples(command: Any) -> list[str]:
    """The example lines of the function behind a command."""
    return [line.strip() for line in _EXAMPLE.findall(getattr(command.callback, "__doc__", "") or "")]


def named(parameter: Any) -> str:
    """``STUDY`` of an argument, ``--out`` of an option."""
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    return ", ".join([*parameter.opts, *parameter.secondary_opts])


def shown(command: Any, context: Any, language: Language) -> None:
    """Print a command's help on the output stream."""
    console = Console(highlight=False)
    pieces = [context.command_path, *_usage(command, language)]
    console.print(say("cli.help_usage", language, usage=" ".join(pieces)), markup=False)
    console.print(f"\n{about(command, language)}", markup=False)
    for line in examples(command):
        console.print(say("cli.help_example", language, line=line), markup=False, soft_wrap=True)
    for heading, rows in _parts(command, context, language):
        if rows:
            console.print(f"\n{say(f'cli.help_{heading}', language)}", style="bold", markup=False)
            table = Table.grid(padding=(0, 2))
            table.add_column(no_wrap=True)
            table.add_column(overflow="fold")
            for left, right in rows:
                table.add_row(Text(f"  {left}"), Text(right))
            console.print(table)


def _usage(command: Any, language: Language) -> list[str]:
    needed = [named(p) for p in command.params if p.param_type_name == "argument"]
    needed += [f"{named(p)} …" for p in command.params if p.param_type_name == "option" and p.required]
    rest = "usage_command" if hasattr(command, "commands") else "usage_options"
    return [*needed, say(f"cli.{rest}", language)]


def _parts(command: Any, context: Any, language: Language) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    under = getattr(command, "commands", {})
    yield "commands", [(name, about(one, language)) for name, one in under.items()]
    parameters = command.get_params(context)
    for heading, kind in (("arguments", "argument"), ("options", "option")):
        chosen = [p for p in parameters if p.param_type_name == kind]
        yield heading, [(named(p), _row(command, p, language)) for p in chosen]


def _row(command: Any, parameter: Any, language: Language) -> str:
    text = meaning(command, parameter, language)
    default = getattr(parameter.default, "value", parameter.default)
    notes = [say("cli.help_required", language)] if parameter.required else []
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        notes.append(say("cli.help_default", language, value=str(default)))
    between, opens, closes = ("；", "（", "）") if language == "zh" else ("; ", " (", ")")
    return f"{text}{opens}{between.join(notes)}{closes}" if notes else text


class _Spoken:
    """A command that says its help in the language asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; typer's own headings and words are English."""
        shown(self, ctx, spoken())

    def get_short_help_str(self, limit: int = 45) -> str:
        """A command's line in a shell's completion."""
        return about(self, spoken())


class SpokenCommand(_Spoken, TyperCommand):
    """One command."""


class SpokenGroup(_Spoken, TyperGroup):
    """The command that holds the others."""
