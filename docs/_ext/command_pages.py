"""The commands, from the program itself: usage, options and an example of each."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import typer.main

from carecircle.cli import app
from carecircle.cli.help import about, examples, meaning, named


def commands() -> Iterator[tuple[str, Any]]:
    """Name and command, in the program's order."""
    yield from typer.main.get_command(app).commands.items()  # type: ignore[attr-defined]


def page() -> str:
    """The whole page in MyST Markdown."""
    lines = [
        "# Commands",
        "",
        "The same words as `carecircle COMMAND --help`, read from the program when this page is built.",
        "",
        "Exits: 0 done · 1 done and `--fail-on` was met · 2 bad input or usage, one clear message · "
        "3 an internal error, with a log. `carecircle --install-completion` lets your shell complete "
        "commands and options.",
        "",
    ]
    for name, command in commands():
        lines += [f"(command-{name})=", f"## carecircle {name}", ""]
        lines += [about(command, "en"), "", about(command, "zh"), ""]
        for example in examples(command):
            lines += ["```sh", example, "```", ""]
        lines += ["| argument or option | meaning |", "|---|---|"]
        hints = get_type_hints(command.callback)
        lines += [f"| {_names(p)} | {_meaning(command, p, hints.get(p.name))} |" for p in command.params]
        lines.append("")
    return "\n".join(lines)


def _names(parameter: Any) -> str:
    return ", ".join(f"`{name}`" for name in named(parameter).split(", "))


def _meaning(command: Any, parameter: Any, hint: Any) -> str:
    said = meaning(command, parameter, "en").replace("|", "\\|").replace("<", "&lt;")
    kinds = [k for k in (hint, *get_args(hint)) if isinstance(k, type) and issubclass(k, Enum)]
    if kinds and not all(str(choice.value) in said for choice in kinds[0]):
        said += f" ({', '.join(str(choice.value) for choice in kinds[0])})"
    default = getattr(parameter.default, "value", parameter.default)
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        said += f"; default {default}"
    return said + ("; required" if parameter.required else "")
