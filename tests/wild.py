"""Sound text and trees with one or two things wrong in their structure: JSON, TOML, XML, bytes."""

from __future__ import annotations

import copy
import json
import math
import random
import re
from collections.abc import Iterator
from typing import Any

TEXTS = (
    "", " ", "1", "-1", "0", "1e400", "NaN", "inf", "None", "null", "诊所", "综合医院", "约5", "５", "是",
    "\x00", '"', "'", "\ufffe", "\u202e", "\x1b[31m", "=1+1", "../x", "x" * 400, "合计", "a;b", "104.5,31.3",
    "N31°18′", "𠮷", "100%", "1,234", "2020-02-30", "POINT (104.5 31.3)", "area_id", "name", "<b>", "{x}",
    "%s", "\n",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 0.5, -0.0, 1e-300, 1e15, 1e16, 1e308, -1e308, math.inf, -math.inf, math.nan, 2**31, 2**63,
    10**30, 90, 91, 180, 181, -181, 360, 104.5, 31.3, 4326, 65535,
)  # fmt: skip


def scalar(dice: random.Random) -> Any:
    """A value that hardly anyone expects."""
    return dice.choice((None, True, False, dice.choice(NUMBERS), dice.choice(TEXTS), dice.choice(TEXTS)))


def value(dice: random.Random) -> Any:
    """A scalar, or something that holds some."""
    kind = dice.randrange(8)
    if kind == 0:
        return [scalar(dice) for _ in range(dice.randrange(4))]
    if kind == 1:
        return {dice.choice(TEXTS): scalar(dice)}
    if kind == 2:
        deep: Any = scalar(dice)
        for _ in range(dice.choice((3, 40, 400))):
            deep = [deep] if dice.random() < 0.7 else {"a": deep}
        return deep
    return scalar(dice)


# ---- trees --------------------------------------------------------------------------------------------


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with a key into it, however deep."""
    waiting = [tree]
    while waiting:
        held = waiting.pop()
        for key in list(_keys(held)):
            yield held, key
            waiting.append(held[key])


def tree(sound: Any, dice: random.Random) -> Any:
    """A tree of dicts and lists with one thing in it that is not as it was."""
    places = list(_places(sound))
    if not places:
        return value(dice)
    held, key = dice.choice(places)
    kind = dice.randrange(7)
    if kind == 0:
        del held[key]
    elif kind == 1 and isinstance(held, list):
        held.insert(key, held[key])
    elif kind == 1:
        held[dice.choice(TEXTS)] = held.pop(key)
    elif kind == 2:
        other, at = dice.choice(places)
        same = at in _keys(other)
        held[key] = copy.deepcopy(other[at]) if same else value(dice)
    elif kind == 3:
        held[key] = [held[key]]
    elif kind == 4 and isinstance(held[key], int | float):
        held[key] = held[key] * dice.choice((-1, 0, 10, 1e-9, 1e12, 1e300))
    else:
        held[key] = value(dice)
    return sound


def _keys(held: Any) -> Any:
    return held if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()


def as_json(sound: bytes, dice: random.Random) -> bytes:
    """JSON with a thing or two wrong in its tree."""
    wild = json.loads(sound)
    for _ in range(dice.choice((1, 1, 1, 2, 5))):
        wild = tree(wild, dice)
    return json.dumps(wild, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


# ---- TOML ---------------------------------------------------------------------------------------------

LITERALS = (
    '""', '" "', '"\\u0000"', '"x"', "''", "inf", "-inf", "nan", "-1", "0", "1", "2", "1e400", "1e308", "0.5",
    "true", "false", "[]", "{}", '["x"]', "[1, 2]", "2020-01-01", "9223372036854775808", "9" * 5000,
    '"wgs84"', '"bd09"', '"walk"', '"minutes"', '"诊所"', "[[[[[[1]]]]]]", '"%s"' % ("x" * 300), '"<b>&"',
    '"..\\\\x"',
    '"\\u202e"', "[" * 2000 + "]" * 2000, '"county.geojson"', '"."', '"/dev/null"', '"{x}"', "4326",
)  # fmt: skip
_ASSIGNMENT = re.compile(r"^(\s*[\w.\"-]+\s*=\s*)(.*)$")


def as_toml(sound: bytes, dice: random.Random, keys: tuple[str, ...], tables: tuple[str, ...]) -> bytes:
    """TOML with a thing or two wrong: values, keys (known ones, most of the time), tables."""
    lines = sound.decode().split("\n")
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        at = dice.randrange(len(lines))
        kind = dice.randrange(6)
        if kind == 0:
            lines.insert(at, f"{dice.choice(keys)} = {dice.choice(LITERALS)}")
        elif kind == 1:
            lines.insert(at, dice.choice(tables))
        elif kind == 2:
            del lines[at]
        elif kind == 3:
            lines.insert(at, lines[dice.randrange(len(lines))])
        else:
            assigned = [n for n, line in enumerate(lines) if _ASSIGNMENT.match(line)]
            at = dice.choice(assigned or [0])
            lines[at] = _ASSIGNMENT.sub(lambda m: m[1] + dice.choice(LITERALS), lines[at])
        lines = lines or [""]
    return "\n".join(lines).encode(dice.choice(("utf-8",) * 8 + ("gb18030", "utf-16")), "replace")


def keys_of(schema: Any) -> tuple[str, ...]:
    """Every key that a JSON Schema knows."""
    found = {
        key for held, _ in _places(schema) if isinstance(held, dict) for key in held.get("properties", ())
    }
    return tuple(sorted(k for k in found if re.fullmatch(r"\w+", k)))


# ---- text and bytes -----------------------------------------------------------------------------------

_HELD = re.compile(rb'(?<==")[^"]*(?=")|(?<=>)[^<>]+(?=<)|(?<=<)[\w:]+')


def as_xml(sound: bytes, dice: random.Random) -> bytes:
    """XML with an attribute, a text or an element's name changed."""
    held = list(_HELD.finditer(sound))
    if not held:
        return damaged(sound, dice)
    one = dice.choice(held)
    new = str(scalar(dice)).encode("utf-8", "replace")
    if dice.random() < 0.7:
        new = new.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b'"', b"&quot;").replace(b"\0", b"0")
    return sound[: one.start()] + new + sound[one.end() :]


def as_csv(sound: bytes, dice: random.Random) -> bytes:
    """A table with cells, headers or lines changed."""
    rows = [line.split(",") for line in sound.decode().splitlines()]
    for _ in range(dice.choice((1, 1, 2, 6))):
        row = dice.choice(rows)
        kind = dice.randrange(6)
        if kind == 0:
            rows.insert(dice.randrange(len(rows)), [str(scalar(dice)) for _ in range(dice.randrange(12))])
        elif kind == 1:
            row.insert(dice.randrange(len(row) + 1), str(scalar(dice)))
        elif kind == 2:
            rows.append(list(row))
        elif row:
            row[dice.randrange(len(row))] = str(scalar(dice))
    text = dice.choice(("\n", "\n", "\r\n", "\r")).join(
        dice.choice((",", ",", ",", "\t", ";")).join(r) for r in rows
    )
    return text.encode(dice.choice(("utf-8", "utf-8", "gb18030", "utf-16", "utf-8-sig")), "replace")


def damaged(raw: bytes, dice: random.Random) -> bytes:
    """Cut short, or with a few bits turned, or with a piece cut out or doubled."""
    if not raw:
        return b"x"
    kind = dice.randrange(4)
    at = dice.randrange(len(raw))
    if kind == 0:
        return raw[:at]
    if kind == 1:
        turned = bytearray(raw)
        for _ in range(dice.randrange(1, 12)):
            turned[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        return bytes(turned)
    end = min(len(raw), at + dice.randrange(1, 200))
    return raw[:at] + raw[end:] if kind == 2 else raw[:end] + raw[at:]
