"""Every message the tool can refuse with: its key, its words in both languages, who raises it."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from carecircle import errors
from carecircle.errors import anchor
from carecircle.texts import LANGUAGES, pattern, wording

SOURCE = Path(__file__).resolve().parents[2] / "coverage" / "carecircle"
KINDS = {
    "InputError": "a file, row, column or value that was brought",
    "StudyError": "the study file",
    "PlanError": "a plan file",
    "UsageError": "a call or command",
    "OutputError": "a place to write to",
    "CapacityError": "work that would not fit in memory",
}
FIXES = {
    "InputError": "change the file at the row and column named, or say in study.toml how to read it",
    "StudyError": "change study.toml; `carecircle schema study` shows every key",
    "PlanError": "change the plan file at the line named; see [the rule language](../rules.md)",
    "UsageError": "call it as the message says; see [Commands](commands.md) and [the API](../api.md)",
    "OutputError": "choose another folder with `--out`, or free the one there is",
    "CapacityError": "ask for less at once: larger cells, a limit, fewer facilities",
}
_KEY = re.compile(r"^[a-z]+\.[a-z0-9_]+$")


@cache
def raised() -> dict[str, set[str]]:
    """Key of each sentence that is raised -> the exception classes that carry it, read from the source."""
    found: dict[str, set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for key, kind in _raised_in(ast.parse(path.read_text(encoding="utf-8"))):
            if key in wording():
                found.setdefault(key, set()).add(kind)
    many = {f"{key}_many": kinds for key, kinds in found.items() if f"{key}_many" in wording()}
    return {**found, **many}


def _raised_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Calls of error classes, and of helpers that hand a key to one (``fault("inputs.negative", …)``)."""
    helpers = {"fault": "InputError", "faults": "InputError", "tell": "PlanError"}
    helpers |= {"MeaninglessRuleError": "PlanError", "UnfitError": "StudyError"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            kind = name if name in KINDS else helpers.get(name)
            if kind is not None:
                yield from ((key, kind) for argument in node.args[:2] for key in _keys(argument))


def _keys(argument: ast.expr) -> Iterator[str]:
    """The key an argument is, or either of two it may be."""
    if isinstance(argument, ast.IfExp):
        yield from (*_keys(argument.body), *_keys(argument.orelse))
    elif (
        isinstance(argument, ast.Constant) and isinstance(argument.value, str) and _KEY.match(argument.value)
    ):
        yield argument.value


def cause_and_fix(text: str, language: str) -> tuple[str, str]:
    """A message cut at its first full stop: what is wrong, and what to do about it."""
    end = re.search("[。；？]" if language == "zh" else r"(?<=[^A-Z\d])[.?;:] (?=[A-Z\w])", text)
    if end is None:
        return text, ""
    return text[: end.end()].strip(" ;；:"), text[end.end() :].strip()


def page() -> str:
    """The whole page in MyST Markdown."""
    rooms: dict[str, list[str]] = {}
    kinds = raised()
    for key in sorted(kinds):
        rooms.setdefault(key.split(".")[0], []).append(key)
    lines = [
        "# Errors · 错误信息",
        "",
        textwrap.dedent("""\
            Every message names the place (file, row, column) and the fix. Words in braces are filled in
            from your file. In Python the key of a message is `error.sentence.key`. The text below is the
            tool's own, read from its wording when this page is built.

            每条信息都写明位置（文件、行、列）和改法；花括号中的内容由您的文件填入。
            """),
    ]
    lines += _classes()
    for room, keys in rooms.items():
        lines += [f"## {room}", ""]
        for key in keys:
            carried = ", ".join(f"`{kind}`: {KINDS[kind]}" for kind in sorted(kinds[key]))
            lines += [f"({anchor(key)})=", f"### {key}", "", carried + ".", ""]
            for language, (cause, fix) in _both(key).items():
                words = {"zh": ("原因", "改法"), "en": ("Cause", "Fix")}[language]
                lines += [f"- **{words[0]}**: {_plain(cause)}"]
                lines += [f"  **{words[1]}**: {_plain(fix)}"] if fix else []
            lines.append("")
    return "\n".join(lines)


def _classes() -> list[str]:
    """What a Python caller catches: each class, where it is explained, and how to fix its kind."""
    lines = ["## Classes · 类别", "", "| class | also | what it means | how to fix it |", "|---|---|---|---|"]
    for kind, fix in FIXES.items():
        thing = getattr(errors, kind)
        also = next(base.__name__ for base in thing.__mro__[1:] if base.__module__ == "builtins")
        lines.append(f"| [](#error-class-{kind.lower()}) | `{also}` | {KINDS[kind]} | {fix} |")
    for kind, fix in FIXES.items():
        lines += ["", f"(error-class-{kind.lower()})=", f"### {kind}", ""]
        lines += [f"- **Cause**: {KINDS[kind]}. {(getattr(errors, kind).__doc__ or '').splitlines()[0]}"]
        lines += [f"  **Fix**: {fix}."]
    return [*lines, ""]


def _both(key: str) -> dict[str, tuple[str, str]]:
    return {language: cause_and_fix(pattern(key, language), language) for language in LANGUAGES}


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_\[\]{}#|$])", r"\\\1", escape(text.replace("\n", " "), quote=False))
