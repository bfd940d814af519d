"""What may come in at a door: numbers of a size that can be reckoned with, characters every file can hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails

from carecircle import plain_toml

LARGEST = 1e15
"""No figure of a study is larger: beyond it a float no longer counts by ones, and sums overflow."""

_FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of characters and non-characters: XML, and so a workbook, cannot hold them."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""
_NO_FILE_NAME = frozenset('/\\<>:"|?*\n\r\t')
_LONGEST_NAME = 200
_SHOWN = 80
LONGEST_PATH = 400
"""Characters of a path that a message shows."""


class UnfitError(ValueError):
    """A value that no door lets in: the sentence of ``wording/`` that says why, and its facts."""

    def __init__(self, key: str, /, **facts: object) -> None:
        self.key, self.facts = key, facts
        super().__init__(key)


class Strict(BaseModel):
    """A table of a planner's TOML file: immutable, strict about its keys, its numbers and its text."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)

    @model_validator(mode="wrap")
    @classmethod
    def _fit(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """A table whose values are looked at once, all together; what is unfit is told beside all else."""
        unfit = _unfit(cls, data) if isinstance(data, dict) else {}
        if not unfit:
            return handler(data)
        told = [
            InitErrorDetails(type="value_error", loc=(name,), input=data[name], ctx={"error": error})
            for name, error in unfit.items()
        ]
        try:
            handler({name: value for name, value in data.items() if name not in unfit})
        except ValidationError as error:
            told += [_again(e) for e in error.errors() if e["type"] != "missing" or e["loc"][0] not in unfit]
        raise ValidationError.from_exception_data(cls.__name__, told)


def _unfit(model: type[BaseModel], table: Mapping[str, Any]) -> dict[str, UnfitError]:
    """The fields of a table whose values no door lets in, each with what is wrong with it."""
    found = {}
    fields = model.__pydantic_fields__
    for name, value in table.items():
        kind = type(value)
        if kind is str:  # most of what stands in a file
            if _FOREIGN.search(value) is None:
                continue
        elif (kind is float or kind is int) and fits(value):
            continue
        if name in fields:
            try:
                _check(value, fields[name].annotation)
            except UnfitError as error:
                found[name] = error
    return found


def _check(value: Any, kind: Any) -> None:
    if isinstance(value, bool) and kind is not bool and bool not in get_args(kind):
        raise UnfitError("errors.true_false")
    names = isinstance(value, dict) and get_origin(kind) is dict
    check([*value, *value.values()] if names else value)


def _again(error: ErrorDetails) -> InitErrorDetails:
    """An error of a part as it is raised for the whole."""
    told = InitErrorDetails(type=error["type"], loc=error["loc"], input=error["input"])
    return InitErrorDetails(**told, ctx=error["ctx"]) if "ctx" in error else told


def check(value: Any) -> None:
    """Refuse a number that is not finite or too large, and text with characters that no file can hold.

    Lists are looked through; tables are not: their own model checks them.

    Raises
    ------
    UnfitError
        With the sentence that says what is wrong.
    """
    if isinstance(value, list | tuple):
        for part in value:
            check(part)
    elif isinstance(value, str):
        found = _FOREIGN.search(value)
        if found is not None:
            raise UnfitError(
                "errors.foreign_character", code=f"U+{ord(found[0]):04X}", place=found.start() + 1
            )
    elif isinstance(value, int | float) and not fits(value):
        raise UnfitError("errors.number_too_large", most=f"{LARGEST:g}")


def fits(value: float) -> bool:
    """Whether a number is finite and of a size that can be reckoned with."""
    return -LARGEST <= value <= LARGEST  # neither nan nor infinity is


def clean(text: str) -> str:
    """Text without the characters that no file can hold."""
    return _FOREIGN.sub("", text)


def file_name(name: str) -> str:
    """A name that every system takes for a file or folder, and that stays in its place.

    Raises
    ------
    UnfitError
        If it is ``.`` or ``..``, a device's name, too long, ends in a dot or space, or holds a separator.
    """
    bad = next((c for c in name if c in _NO_FILE_NAME), None)
    if bad is not None:
        raise UnfitError("errors.name_character", character=repr(bad)[1:-1])
    if not name.strip(". ") or name != name.strip() or name.endswith(".") or _RESERVED.fullmatch(name):
        raise UnfitError("errors.name_reserved")
    if len(name.encode()) > _LONGEST_NAME:
        raise UnfitError("errors.name_too_long", most=_LONGEST_NAME)
    return name


def fitted(name: str) -> str:
    """The nearest name that `file_name` takes: what it cannot hold becomes a dash."""
    plain = "".join("-" if c in _NO_FILE_NAME else c for c in clean(name))
    plain = plain.encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" .")
    return f"_{plain}" if _RESERVED.fullmatch(plain) else plain or "study"


def in_toml(text: str) -> str:
    """Text as it may stand between the quotes of a TOML string."""
    return json.dumps(clean(text), ensure_ascii=False)[1:-1]


def echo(value: Any, most: int = _SHOWN) -> str:
    """What was given, as a message may show it: one line, cut where it is long."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return "…"
    text = clean(" ".join(text.split()))
    return text if len(text) <= most else f"{text[:most]}…"


def is_data(path: Path) -> bool:
    """Whether a path is a file, or a folder that is one data set (an ESRI file geodatabase)."""
    return path.is_file() or (path.suffix.lower() == ".gdb" and path.is_dir())


def toml_text(raw: bytes) -> str:
    """The text of a TOML file: UTF-8 as the format asks, or as a Windows editor may have saved it.

    Raises
    ------
    ValueError
        If it is neither UTF-8, UTF-16 with its mark nor GB18030.
    """
    for encoding in ("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor GB18030")


def parse_toml(raw: bytes) -> tuple[dict[str, Any], str]:
    """The tables of a TOML file and its text.

    Raises
    ------
    ValueError
        Whatever is wrong with it: no known encoding, not TOML, numbers of thousands of digits, nested too
        deeply.
    """
    text = toml_text(raw)
    try:
        return plain_toml.loads(text), text
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
