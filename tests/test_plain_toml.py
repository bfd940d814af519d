"""What is read line by line is what tomllib reads: the same tables in the same order, the same refusals."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecircle import plain_toml

SHIPPED = sorted(Path(str(resources.files("carecircle"))).rglob("*.toml"))
DOCUMENTS = [
    "",
    "# nothing\n\n",
    'a = "b"',
    'a = "b" # c "d"',
    'a = "b # c"',
    "a = 1\nb = -2\nc = 0.5\nd = -0.0\ne = true\nf = false",
    "a = 01",
    "a = 1_000\nb = 1e3\nc = inf\nd = 0x1f\ne = 1979-05-27",
    'a = ["x", "y"]\nb = []\nc = [1, 2.5]\nd = [["x"], [1]]\ne = ["x",]\nf = [ "#" ] # g',
    'a = { b = "c", d = 1, e = [true] }',
    'a = { b = "c", b = "d" }',
    "a = { b.c = 1 }",
    'a = { "b c" = 1 }',
    "a = { }",
    "a = {1}",
    "a = [b = 1]",
    "a = [null, NaN, Infinity]",
    "a = [1:2]",
    'a = ["x"] y',
    'a = "x" y',
    'a = "\\u4e00 \\"b\\""\nb = \'c\\d\'',
    'a = """\n[[b]]\n"""\n[b]\n',
    "a = '''\n[b]\n'''",
    "a = [\n  [1],\n  [\n 2]\n]\n[b]\nc = 1",
    "a = [\n[1]\n]",
    'a = [\n  "x", # y\n  "z",\n]\nb = 2',
    "a.b = 1\na.c = 2",
    "a.b = { c = 1 }\n[a]\nd = 1",
    '"a" = 1\n"b c" = 2',
    "a = 1\na = 2",
    "[a]\nb = 1\n[a]\nc = 2",
    "[[a]]\nb = 1\n[[a]]\nb = 2\n[[a]]",
    "[[a]]\n[a]",
    "[a]\n[[a]]",
    "a = 1\n[a]",
    "a = []\n[[a]]",
    "[a.b]\nc = 1\n[a]\nd = 2",
    "[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2",
    "[ a ]\nb = 1\n  [c]\nd = 2",
    "[a] # b\nc = 1",
    "[a]]\nc = 1",
    "[[a]\nc = 1",
    "[a] b\n",
    "a = 1\r\n[b]\r\nc = 'd'\r\n",
    "a = 1\rb = 2",
    "a = 'x\x00'",
    'a = "x\ty"\nb\t=\t1',
    "a = 1 # \x01",
    "a\n",
    "= 1",
    "a = ",
    'a = "b',
    "a = {",
    "a = 1 b = 2",
    "甲 = 1",
    'a = "\u2028" # \x85\nb = 1',
    "a = " + "1" * 5000,
]


def outcome(read: Any, text: str) -> str:
    try:
        return repr(read(text))
    except (ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("path", SHIPPED, ids=[p.name for p in SHIPPED])
def test_every_file_that_is_shipped(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert repr(plain_toml.loads(text)) == repr(tomllib.loads(text))


@pytest.mark.parametrize("text", DOCUMENTS)
def test_documents_of_every_kind(text: str) -> None:
    assert outcome(plain_toml.loads, text) == outcome(tomllib.loads, text)


PIECES = [
    "[a]", "[[a]]", "[b]", "[a.b]", "a", "b", "=", " = ", '"x"', "'y'", '"""', "1", "-0", "1.5", "01",
    "true", "[", "]", "[1, 2]",
    '["x", "y"]', "{", "}", "{ a = 1 }", "{ a = 1, b = [2] }", ",", "#", "# c", "\n",
    "\n", "\r\n", " ", "\t", "\\", "\\n", "甲", ".", "a = 1", 'b = "x"', ":", "null", "a.b = 1",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_written(text: str) -> None:
    assert outcome(plain_toml.loads, text) == outcome(tomllib.loads, text)


def test_what_is_plain_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(text)

    rule = '[[rule]]\nid = "R" # one\nhas = ["a", "b"]\neach = { a = "b", value = 1 }\n'
    plain = f'x = 1\n[plan]\nid = "p"\n\n{rule}{rule}'
    wanted = tomllib.loads(plain)
    monkeypatch.setattr(plain_toml.tomllib, "loads", refuse)
    assert plain_toml.loads(plain) == wanted
