"""What is public: the names on the manual's API page, and the public methods of their classes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from realdata import ROOT

API_PAGE = ROOT / "docs" / "api.md"


def public_names() -> list[str]:
    """Dotted names in the order of the API page, the only list of what is public."""
    return re.findall(r"^   (carecircle\.[\w.]+)$", API_PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def found(name: str) -> Any:
    """The object behind a dotted name of a module's attribute, or of an attribute's attribute."""
    home, _, last = name.rpartition(".")
    try:
        return getattr(import_module(home), last)
    except ModuleNotFoundError:
        return getattr(found(home), last)


def methods(name: str) -> Iterator[str]:
    """Dotted names of the public methods and properties that a public class defines itself."""
    thing = found(name)
    homes = thing.__mro__ if inspect.isclass(thing) and not issubclass(thing, Exception) else ()
    for home in (thing, *homes[1:]) if inspect.isclass(thing) else ():
        if home is thing or home.__module__.startswith("carecircle"):
            for own, value in vars(home).items():
                kind = inspect.isfunction(value) or isinstance(value, property | classmethod)
                if kind and not own.startswith("_"):
                    yield f"{name}.{own}"


def everything() -> list[str]:
    """Public names and the methods of public classes."""
    return [every for name in public_names() for every in (name, *methods(name))]
