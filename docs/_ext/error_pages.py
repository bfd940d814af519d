"""Every message the tool can refuse with: its key, its words in both languages, who raises it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from carecircle import errors
from carecircle.errors import anchor
from carecircle.texts import Language, pattern, wording

SOURCE = Path(__file__).resolve().parents[2] / "coverage" / "carecircle"
KINDS = {
    "InputError": ("a file, row, column or value that was brought", "带来的文件、行、列或数值"),
    "StudyError": ("the study file", "研究文件"),
    "PlanError": ("a plan file", "规划文件"),
    "UsageError": ("a call or command", "调用或命令"),
    "OutputError": ("a place to write to", "写出的位置"),
    "CapacityError": ("work that would not fit in memory", "内存容纳不下的计算"),
}
FIXES = {
    "InputError": (
        "change the file at the row and column named, or say in study.toml how to read it",
        "按所示的行和列修改文件，或在 study.toml 中写明怎样读取",
    ),
    "StudyError": (
        "change study.toml; `carecircle schema study` shows every key",
        "修改 study.toml；`carecircle schema study` 列出全部键",
    ),
    "PlanError": (
        "change the plan file at the line named; see [the rule language](../rules.md)",
        "按所示的行修改规划文件，见[规则语言](../rules.md)",
    ),
    "UsageError": (
        "call it as the message says; see [Commands](commands.md) and [the API](../api.md)",
        "按信息所示调用，见[命令](commands.md)和[接口](../api.md)",
    ),
    "OutputError": (
        "choose another folder with `--out`, or free the one there is",
        "用 `--out` 另选文件夹，或腾出原来的文件夹",
    ),
    "CapacityError": (
        "ask for less at once: larger cells, a limit, fewer facilities",
        "一次少算一些：放大格网、设定限值、减少机构",
    ),
}
CHOICE = {"en": 0, "zh": 1}
HEADS = {
    "en": """# Errors

Every message names the place (file, row, column) and the fix. Words in braces are filled in from your \
file. In Python the key of a message is `error.sentence.key`. The text below is the tool's own, read \
from its wording when this page is built.

## Classes

| class | also | what it means | how to fix it |
|---|---|---|---|""",
    "zh": """# 错误信息

每条信息都写明位置（文件、行、列）和改法；花括号中的内容由您的文件填入。在 Python 中，信息的键为 `error.\
sentence.key`。以下文字就是工具自身的文字，生成本页时读出。

## 类别

| 类别 | 同时是 | 含义 | 改法 |
|---|---|---|---|""",
}
WORDS = {"en": ("Cause", "Fix", ": ", "."), "zh": ("原因", "改法", "：", "。")}
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


def page(language: Language = "en") -> str:
    """The whole page in MyST Markdown."""
    rooms: dict[str, list[str]] = {}
    kinds = raised()
    for key in sorted(kinds):
        rooms.setdefault(key.split(".")[0], []).append(key)
    caused, fixed, is_, ended = WORDS[language]
    mark, chosen = _mark(language), CHOICE[language]
    lines = [HEADS[language], *_classes(language)]
    for room, keys in rooms.items():
        lines += [f"## {room}", ""]
        for key in keys:
            carried = ", ".join(f"`{kind}`{is_}{KINDS[kind][chosen]}" for kind in sorted(kinds[key]))
            lines += [f"({mark}{anchor(key)})=", f"### {key}", "", carried + ended, ""]
            cause, fix = cause_and_fix(pattern(key, language), language)
            lines += [f"- **{caused}**{is_}{_plain(cause)}"]
            lines += [f"  **{fixed}**{is_}{_plain(fix)}"] if fix else []
            lines.append("")
    return "\n".join(lines)


def _mark(language: Language) -> str:
    """What an anchor begins with, so that the same message has a place of its own in each language."""
    return "" if language == "en" else f"{language}-"


def _classes(language: Language) -> list[str]:
    """What a Python caller catches: each class, where it is explained, and how to fix its kind."""
    caused, fixed, is_, ended = WORDS[language]
    mark, chosen, lines = _mark(language), CHOICE[language], []
    for kind, fix in FIXES.items():
        thing = getattr(errors, kind)
        also = next(base.__name__ for base in thing.__mro__[1:] if base.__module__ == "builtins")
        place = f"[](#{mark}error-class-{kind.lower()})"
        lines.append(f"| {place} | `{also}` | {KINDS[kind][chosen]} | {fix[chosen]} |")
    for kind, fix in FIXES.items():
        lines += ["", f"({mark}error-class-{kind.lower()})=", f"### {kind}", ""]
        lines += [f"- **{caused}**{is_}{KINDS[kind][chosen]}{ended}"]
        if language == "en":
            lines[-1] += f" {(getattr(errors, kind).__doc__ or '').splitlines()[0]}"
        lines += [f"  **{fixed}**{is_}{fix[chosen]}{ended}"]
    return [*lines, ""]


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_\[\]{}#|$])", r"\\\1", escape(text.replace("\n", " "), quote=False))
