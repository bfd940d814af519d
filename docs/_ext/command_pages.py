"""The commands, from the program itself: usage, options and an example of each."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import typer.main

from carecircle.cli import app
from carecircle.cli.help import about, examples, meaning, named
from carecircle.texts import Language

HEADS = {
    "en": """# Commands

The same words as `carecircle COMMAND --help`, read from the program when this page is built.

Exits: 0 done · 1 done and `--fail-on` was met · 2 bad input or usage, one clear message · 3 an \
internal error, with a log. `carecircle --install-completion` lets your shell complete commands and \
options.
""",
    "zh": """# 命令

与 `carecircle COMMAND --help` 所示相同，生成本页时由程序读出。

退出码：0 完成 · 1 完成，且出现 `--fail-on` 所列结论 · 2 输入或用法有误，只给出一条明确的信息 · 3 内部错\
误，附日志。运行 `carecircle --install-completion` 后，命令行可自动补全命令和选项。
""",
}
WORDS = {
    "en": ("argument or option", "meaning", "; default {}", "; required", " ({})", ", "),
    "zh": ("参数或选项", "含义", "；默认 {}", "；必填", "（{}）", "、"),
}


def commands() -> Iterator[tuple[str, Any]]:
    """Name and command, in the program's order."""
    yield from typer.main.get_command(app).commands.items()  # type: ignore[attr-defined]


def page(language: Language = "en") -> str:
    """The whole page in MyST Markdown."""
    mark = "" if language == "en" else f"{language}-"
    argument, meant, *_ = WORDS[language]
    lines = [HEADS[language]]
    for name, command in commands():
        lines += [f"({mark}command-{name})=", f"## carecircle {name}", "", about(command, language), ""]
        for example in examples(command):
            lines += ["```sh", example, "```", ""]
        lines += [f"| {argument} | {meant} |", "|---|---|"]
        hints = get_type_hints(command.callback)
        lines += [
            f"| {_names(p)} | {_meaning(command, p, hints.get(p.name), language)} |" for p in command.params
        ]
        lines.append("")
    return "\n".join(lines)


def _names(parameter: Any) -> str:
    return ", ".join(f"`{name}`" for name in named(parameter).split(", "))


def _meaning(command: Any, parameter: Any, hint: Any, language: Language) -> str:
    _, _, default_is, required, among, and_ = WORDS[language]
    said = meaning(command, parameter, language).replace("|", "\\|").replace("<", "&lt;")
    kinds = [k for k in (hint, *get_args(hint)) if isinstance(k, type) and issubclass(k, Enum)]
    if kinds and not all(str(choice.value) in said for choice in kinds[0]):
        said += among.format(and_.join(str(choice.value) for choice in kinds[0]))
    default = getattr(parameter.default, "value", parameter.default)
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        said += default_is.format(default)
    return said + (required if parameter.required else "")
