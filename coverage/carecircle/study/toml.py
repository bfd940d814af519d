"""A study's tables written as study.toml."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carecircle.strict import clean
from carecircle.study.model import map_paths


def as_toml(data: Mapping[str, Any], file: Path, folder: Path) -> str:
    """The text of a study file.

    Parameters
    ----------
    data
        Its tables; relative paths in them are from the folder of ``file``.
    file
        The study file that they were read from.
    folder
        Where the text will lie: its paths are from there.

    Returns
    -------
    str
        TOML.
    """

    def moved(path: Any) -> Any:
        if not isinstance(path, str):
            return path
        there = file.parent / path.replace("\\", "/")
        try:
            return Path(os.path.relpath(there, folder.resolve())).as_posix()
        except ValueError:  # another drive on Windows
            return there.as_posix()

    placed = map_paths(dict(data), moved)
    return "\n".join([*_table(placed, ()), ""])


def _table(table: Mapping[str, Any], name: tuple[str, ...]) -> list[str]:
    plain = {k: v for k, v in table.items() if not _is_table(v) and not _are_tables(v)}
    lines = [f"{_key(k)} = {_value(v)}" for k, v in plain.items()]
    for key, value in table.items():
        inner = (*name, key)
        head = ".".join(map(_key, inner))
        if _is_table(value):
            lines += ["", f"[{head}]", *_table(value, inner)]
        elif _are_tables(value):
            for one in value:
                lines += ["", f"[[{head}]]", *_table(one, inner)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else json.dumps(clean(name), ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(clean(value), ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
