"""The commands, from the program itself: usage, options and an example of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import typer.main

from carecircle.cli import app

_EXAMPLE = re.compile(r"^\s*Examples?:\s*(carecircle .+)$", re.MULTILINE)


def commands() -> Iterator[tuple[str, Any]]:
    """Name and command, in the program's order."""
    yield from typer.main.get_command(app).commands.items()  # type: ignore[attr-defined]


def examples(command: Any) -> list[str]:
    """The example lines of a command's own help."""
    return [line.strip() for line in _EXAMPLE.findall(command.help or "")]


def page() -> str:
    """The whole page in MyST Markdown."""
    lines = [
        "# Commands",
        "",
        "The same words as `carecircle COMMAND --help`, read from the program when this page is built.",
        "",
        "Exits: 0 done · 1 done and `--fail-on` was met · 2 bad input or usage, one clear message · "
        "3 a fault of ours, with a log. `carecircle --install-completion` teaches your shell to complete "
        "commands and options.",
        "",
    ]
    for name, command in commands():
        lines += [f"(command-{name})=", f"## carecircle {name}", ""]
        lines += [_EXAMPLE.sub("", command.help or "").strip(), ""]
        for example in examples(command):
            lines += ["```sh", example, "```", ""]
        lines += ["| argument or option | meaning |", "|---|---|"]
        hints = get_type_hints(command.callback)
        lines += [f"| {_names(p)} | {_meaning(p, hints.get(p.name))} |" for p in command.params]
        lines.append("")
    return "\n".join(lines)


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])


def _meaning(parameter: Any, hint: Any) -> str:
    said = (getattr(parameter, "help", None) or "").replace("|", "\\|").replace("<", "&lt;")
    kinds = [k for k in (hint, *get_args(hint)) if isinstance(k, type) and issubclass(k, Enum)]
    if kinds and not all(str(choice.value) in said for choice in kinds[0]):
        said += f" ({', '.join(str(choice.value) for choice in kinds[0])})"
    default = getattr(parameter.default, "value", parameter.default)
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        said += f"; default {default}"
    return said + ("; must be given" if parameter.required else "")
