"""TOML as it is nearly always written, read line by line; whatever else it may hold is left to `tomllib`."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
"""Characters that TOML refuses."""
_SEVERAL_LINES = ('"""', "'''")
"""Strings in which a header may stand."""
_HEADER = re.compile(r"\[(\[)?([A-Za-z0-9_-]+)\](?(1)\])[ \t]*(?:#.*)?$")
_LINE = re.compile(
    r"[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"
    r'(?:"([^"\\]*)"|(-?(?:0|[1-9][0-9]*)(\.[0-9]+)?)|(true|false))[ \t]*(?:#.*)?|([\[{].*))$'
)
"""A bare key with a text, a number or a truth, or with whatever an opening bracket begins."""
_TOKEN = re.compile(
    r'"[^"\\]*"|([A-Za-z_][A-Za-z0-9_-]*)(?=[ \t]*=)|true|false|[\[\]{},]|-?[0-9.]+|(=)|[ \t]+|(.)'
)
_NOTHING = re.compile(r"[ \t]*(?:#.*)?$")


class _NotPlainError(ValueError):
    """Something that is not written plainly, or not right: `tomllib` says which."""


def loads(text: str) -> dict[str, Any]:
    """The tables of a TOML document, as `tomllib.loads` has them and with its errors.

    Parameters
    ----------
    text
        The document. Headers of one bare word, and lines of a bare key with a value on the same line are
        read here, several times as fast; a table that says anything else is handed on by itself, and a
        document that is no sequence of such tables as a whole.

    Returns
    -------
    dict
        Keys in the order of the document.

    Raises
    ------
    tomllib.TOMLDecodeError
        If it is not TOML.
    """
    plain = text.replace("\r\n", "\n")
    if _CONTROL.search(plain) is None and not any(quotes in plain for quotes in _SEVERAL_LINES):
        try:
            return _tables(plain.split("\n"))
        except ValueError:  # tomllib's own among them: it says again what is wrong, and on which line
            pass
    return tomllib.loads(text)


def _tables(lines: list[str]) -> dict[str, Any]:
    """The document cut at its headers; an open bracket before one leaves a table that is no TOML."""
    heads = [at for at, line in enumerate(lines) if line.lstrip(" \t")[:1] == "["]
    found = _table(lines[: heads[0] if heads else len(lines)])
    several: set[str] = set()
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        head = _HEADER.match(lines[at])
        if head is None:
            raise _NotPlainError
        name, table = head[2], _table(lines[at + 1 : end])
        if head[1] and name in several:
            found[name].append(table)
        elif name in found:
            raise _NotPlainError
        else:
            found[name] = [table] if head[1] else table
            several.update([name] if head[1] else [])
    return found


def _table(lines: list[str]) -> dict[str, Any]:
    """The lines of one table; handed on whole where a line is not plain."""
    found: dict[str, Any] = {}
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            if _NOTHING.match(line):
                continue
            return tomllib.loads("\n".join(lines))
        key = match[1]
        if key in found:
            raise _NotPlainError
        if match.lastindex == 2:
            found[key] = match[2]
            continue
        try:
            found[key] = _value(match)
        except ValueError:
            return tomllib.loads("\n".join(lines))
    return found


def _value(match: re.Match[str]) -> Any:
    """What is no plain text."""
    if match.lastindex == 3:
        return float(match[3]) if match[4] else int(match[3])
    return match[5] == "true" if match.lastindex == 5 else _brackets(match[6])


def _brackets(text: str) -> Any:
    """A list or an inline table: with its keys in quotes it is JSON, or else not plain."""

    def in_json(token: re.Match[str]) -> str:
        if token.lastindex == 3:
            raise _NotPlainError
        return f'"{token[1]}"' if token[1] else ":" if token[2] else token[0]

    return json.loads(_TOKEN.sub(in_json, text), object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise _NotPlainError
    return table
