"""A command typed wrongly, answered in the reader's language: what is wrong and what would be right."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, cast

import typer

from carecircle.texts import Language, Sentence, say

WrongUsage = cast(type[Exception], typer.BadParameter.__mro__[1])
"""What typer raises: click's UsageError, or that of typer's own copy of click."""


def told(error: Exception, language: Language) -> list[str]:
    """The lines to print: the fault, how the command is used, and where its help is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return [text] if (text := str(getattr(error, "message", ""))).strip() else []
    lines = [say("cli.error", language) + _fault(error).text(language)]
    context = getattr(error, "ctx", None)
    if context is not None:
        usage = " ".join([context.command_path, *_pieces(context.command, language)])
        lines.append(say("cli.usage", language, usage=usage, command=context.command_path))
    return lines


def _pieces(command: Any, language: Language) -> list[str]:
    """What follows a command's name: its arguments and the options that must be given, or a command."""
    if hasattr(command, "commands"):
        return [say("cli.usage_command", language)]
    given = sorted((p for p in command.params if p.required), key=lambda p: str(p.param_type_name))
    named = [_name(p) if p.param_type_name == "argument" else f"{_name(p)} …" for p in given]
    return [*named, say("cli.usage_options", language)]


def _fault(error: Exception) -> Sentence:
    """What is wrong, by the kind of error; typer's own words only where it is of a kind not known here."""
    kind, message = type(error).__name__, str(getattr(error, "message", error))
    command = getattr(getattr(error, "ctx", None), "command", None)
    no_command = re.match(r"No such command '([^']*)'", message)
    parameter = getattr(error, "param", None)
    if kind == "NoSuchOption":
        options = [o for p in getattr(command, "params", ()) for o in p.opts if o.startswith("--")]
        return _unknown("option", str(getattr(error, "option_name", "")), options)
    if no_command:
        return _unknown("command", no_command[1], getattr(command, "commands", {}))
    if message.startswith("Missing command"):
        return Sentence("cli.usage_none")
    if extra := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message):
        return Sentence("cli.usage_extra", {"value": extra[1]})
    if kind == "BadOptionUsage":
        takes_none = "does not take" in message
        facts = {"name": getattr(error, "option_name", "")}
        return Sentence("cli.usage_takes_none" if takes_none else "cli.usage_needs_value", facts)
    if parameter is not None and kind == "MissingParameter" and parameter.name == "plan":
        from carecircle.rules import catalogue

        return Sentence("cli.usage_missing_plan", {"name": _name(parameter), "known": catalogue()})
    if parameter is not None and kind == "MissingParameter":
        return Sentence(f"cli.usage_missing_{parameter.param_type_name}", {"name": _name(parameter)})
    if parameter is not None and kind == "BadParameter":
        return _wrong_value(parameter, command)
    return Sentence("cli.usage_other", {"why": message})


def _unknown(what: str, typed: str, known: Iterable[str]) -> Sentence:
    near = difflib.get_close_matches(typed, list(known), n=1, cutoff=0.6)
    if near:
        return Sentence(f"cli.usage_no_{what}_near", {"value": typed, "near": near[0]})
    return Sentence(f"cli.usage_no_{what}", {"value": typed})


def _wrong_value(parameter: Any, command: Any) -> Sentence:
    """What a parameter takes, by the annotation of the function behind the command."""
    hints = typing.get_type_hints(getattr(command, "callback", None) or _wrong_value)
    kind = _plain(hints.get(parameter.name))
    facts: dict[str, object] = {"name": _name(parameter)}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Sentence("cli.usage_choice", {**facts, "known": [c.value for c in kind]})
    if kind in (int, float):
        return Sentence("cli.usage_whole" if kind is int else "cli.usage_number", facts)
    return Sentence("cli.usage_value", facts)


def _plain(hint: Any) -> Any:
    """``X`` out of ``X | None`` and ``list[X]``."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) in (typing.Union, list):
        return next((_plain(a) for a in typing.get_args(hint) if a is not type(None)), hint)
    return hint


def _name(parameter: Any) -> str:
    """``--sites`` of an option, ``study`` of an argument."""
    return str(parameter.opts[0])
