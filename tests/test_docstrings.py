"""Public names are documented in full: numpydoc's checks, and our own on shapes, units, CRS, errors, sources.

What is public is said once, on the manual's API page (``docs/api.md``).
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from numpydoc.docscrape import FunctionDoc, get_doc_object
from numpydoc.validate import validate
from pydantic import BaseModel

import carecircle
from carecircle import categories, outputs, rules
from carecircle.errors import CarecircleError, raise_all
from carecircle.siting import models
from public import everything, found, public_names
from realdata import ROOT

ASKED = {
    "GL05": "no tabs", "GL06": "known sections only", "GL07": "sections in numpydoc's order",
    "GL08": "a docstring at all", "PR01": "every parameter documented", "PR02": "none that is not there",
    "PR03": "parameters in the order of the signature", "PR07": "every parameter described",
    "PR10": "one space before a colon", "RT01": "what is returned", "RT03": "what is returned, described",
    "SS01": "a summary", "SS03": "a summary that ends in a full stop", "SS04": "no leading spaces",
    "YD01": "what is yielded",
}  # fmt: skip
"""numpydoc's checks that are on."""

FRAMES = re.compile(r"\b(Geo)?(DataFrame|Series)\b|BaseGeometry|shapely\.Point")
ARRAYS = re.compile(r"\b(ndarray|Array|ArrayLike|Floats|Ints|Csr|csr_array)\b")
SHAPE = re.compile(r"\[[^\]]*\]|\d points|every|each")
PLACE = re.compile(r"CRS|WGS 84")
UNITS = {
    "_m": r"metre", "_km": r"kilometre", "_min": r"minute", "_kph": r"profile|speed|km/h",
    "time_limit": r"second|mclp", "limit": r"minute|metre|unit|number", "limits": r"minute", "share": r"0-1",
}  # fmt: skip


def described(name: str) -> dict[str, str]:
    """Each parameter of a public function or class -> its description."""
    doc = FunctionDoc(found(name)) if callable(found(name)) else {"Parameters": []}
    texts = {}
    for parameter in doc["Parameters"]:
        for one in parameter.name.split(","):
            texts[one.strip().lstrip("*")] = " ".join([parameter.type, *parameter.desc])
    return texts


def section(name: str, title: str) -> str:
    doc = FunctionDoc(found(name))[title]
    return " ".join(
        f"{p.name} {p.type} {' '.join(p.desc)}" for p in doc if not isinstance(p, str)
    ) or " ".join(p for p in doc if isinstance(p, str))


FUNCTIONS = [n for n in everything() if inspect.isroutine(found(n))]
CLASSES = [n for n in public_names() if inspect.isclass(found(n))]


def test_what_is_exported_or_shown_is_public() -> None:
    public = {id(found(name)) for name in public_names()}
    for room in (carecircle, rules, models, outputs):
        missing = [n for n in room.__all__ if id(getattr(room, n)) not in public]
        assert not missing, (room.__name__, missing)
    shown = [
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/zh/*.md"),
        *ROOT.glob("notebooks/*.py"),
        ROOT / "README.md",
    ]
    used = {
        (home, name.strip().split(" as ")[0])
        for page in shown
        for home, names in re.findall(
            r"^\s*from (carecircle[\w.]*) import ([\w, ]+)$", page.read_text("utf-8"), re.MULTILINE
        )
        for name in names.split(",")
    }
    assert len(used) > 8
    things = {f"{home}.{name}": found(f"{home}.{name}") for home, name in used}
    assert not [n for n, t in things.items() if id(t) not in public and not isinstance(t, ModuleType)]
    assert len(public_names()) == len(set(public_names()))


def inherited(name: str) -> bool:
    """Whether a class is made as its base is (an error), or by no caller (an enumeration, a protocol)."""
    thing = found(name)
    error = inspect.isclass(thing) and issubclass(thing, CarecircleError) and "__init__" not in vars(thing)
    return bool(error or name.endswith(".Outcome") or getattr(thing, "_is_protocol", False))


@pytest.mark.parametrize("name", everything())
def test_numpydoc_finds_nothing(name: str) -> None:
    thing = found(name)
    passed = {"PR01"} if inherited(name) or is_model(thing) else set()
    faults = [
        text
        for code, text in validate(get_doc_object(thing))["errors"]
        if code in ASKED and code not in passed
    ]
    assert not faults


def is_model(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, BaseModel)


@pytest.mark.parametrize("name", [n for n in CLASSES if is_model(found(n))])
def test_every_field_of_a_file_says_what_it_means(name: str) -> None:
    def undescribed(model: type[BaseModel]) -> Iterator[str]:
        for key, field in model.model_fields.items():
            if not field.description:
                yield f"{model.__name__}.{key}"
            for part in re.findall(r"carecircle\.[\w.]+", str(field.annotation)):
                inner = found(part)
                if is_model(inner):
                    yield from undescribed(inner)

    assert not list(undescribed(found(name)))


def annotated(name: str, pattern: re.Pattern[str]) -> list[str]:
    """Parameters whose annotation speaks of frames, or of arrays."""
    signature = inspect.signature(found(name))
    return [p.name for p in signature.parameters.values() if pattern.search(str(p.annotation))]


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if annotated(n, FRAMES)])
def test_frames_name_their_crs_or_columns(name: str) -> None:
    for parameter in annotated(name, FRAMES):
        text = described(name)[parameter]
        assert PLACE.search(text) or "``" in text or "nearest_facility" in text, parameter


@pytest.mark.parametrize(
    "name", [n for n in FUNCTIONS if "GeoDataFrame" in str(inspect.signature(found(n)).return_annotation)]
)
def test_frames_that_come_back_say_where_they_are(name: str) -> None:
    assert PLACE.search(section(name, "Returns"))


@pytest.mark.parametrize("name", [n for n in everything() if callable(found(n)) and annotated(n, ARRAYS)])
def test_arrays_state_their_shape(name: str) -> None:
    for parameter in annotated(name, ARRAYS):
        assert SHAPE.search(described(name)[parameter]), parameter


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numbers_state_their_unit(name: str) -> None:
    for parameter, text in described(name).items():
        for ending, words in UNITS.items():
            if parameter == ending or (ending.startswith("_") and parameter.endswith(ending)):
                assert re.search(words, text, re.IGNORECASE), (parameter, text)


# ---- errors: what the code can raise is what the docstring lists ----------------------------------------


@cache
def raised(function: Any) -> frozenset[type[Exception]]:
    """The errors of ours that a function raises: its own ``raise`` lines, and those of ours that it calls."""
    return frozenset(_raised(inspect.unwrap(function), frozenset()))


def _raised(function: Any, seen: frozenset[Any]) -> set[type[Exception]]:
    if (
        function is raise_all
        or function in seen
        or not str(getattr(function, "__module__", "")).startswith("carecircle")
    ):
        return set()
    own, called, caught = _read(function)
    kinds = set(own).union(*(_raised(inner, seen | {function}) for inner in called))
    return {kind for kind in kinds if not issubclass(kind, caught)}


@cache
def _read(function: Any) -> tuple[frozenset[Any], tuple[Any, ...], tuple[Any, ...]]:
    """A function's text, read once: errors of ours that it names, functions it calls, errors it handles."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError):
        return frozenset(), (), ()
    names = getattr(inspect.unwrap(function), "__globals__", {})
    things = [_named(node, names) for node in ast.walk(tree)]
    own = {thing for thing in things if inspect.isclass(thing) and issubclass(thing, CarecircleError)}
    called = dict.fromkeys(inspect.unwrap(thing) for thing in things if inspect.isfunction(thing))
    return frozenset(own), tuple(called), tuple(_caught(tree, names))


def _named(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a call or a raise names, where that is a global of the module."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return names.get(node.func.id)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    ):
        return getattr(names.get(node.func.value.id), node.func.attr, None)
    return None


def _caught(tree: ast.AST, names: dict[str, Any]) -> set[type[Exception]]:
    """Errors that a function handles itself."""
    kinds = {node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)}
    named = {
        names.get(kind.id, getattr(builtins, kind.id, None)) for kind in kinds if isinstance(kind, ast.Name)
    }
    return {kind for kind in named if inspect.isclass(kind) and issubclass(kind, CarecircleError)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_are_listed(name: str) -> None:
    listed = section(name, "Raises")
    bases = {kind: [base.__name__ for base in kind.__mro__] for kind in raised(found(name))}
    assert not [k.__name__ for k, names in bases.items() if not any(n in listed.split() for n in names)], (
        listed
    )


def test_the_errors_of_a_few_are_known() -> None:
    assert {kind.__name__ for kind in raised(carecircle.load_plan)} >= {"PlanError"}
    assert {kind.__name__ for kind in raised(models.mclp)} == {"UsageError"}
    assert not raised(categories.label)


@pytest.mark.parametrize(
    "name", [n for n in public_names() if found(n).__module__.startswith("carecircle.siting.")]
)
def test_models_name_their_source(name: str) -> None:
    if inspect.isfunction(found(name)) and found(name).__name__ in models.__all__:
        assert "doi.org" in section(name, "References")
        assert ".. math::" in (found(name).__doc__ or "")


def test_the_script_of_a_user_uses_every_public_name() -> None:
    """`make lint` holds that script to mypy --strict."""
    tree = ast.parse((ROOT / "tests" / "typed_script.py").read_text(encoding="utf-8"))
    brought = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("carecircle")
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    things = {id(found(brought[name])) for name in brought if name in used}
    assert not [name for name in public_names() if id(found(name)) not in things]
    assert "mypy --strict tests/typed_script.py" in (ROOT / "Makefile").read_text(encoding="utf-8")
