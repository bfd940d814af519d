"""The options that every model takes by name, read into the terms and the effort they speak of."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypedDict, cast

from carecircle.siting.conditions import Conditions, Terms
from carecircle.siting.effort import Effort, Tell


class Further(TypedDict, total=False):
    """What a model takes beside the number of its sites."""

    conditions: Conditions | None
    effort: Effort
    time_limit: float
    gap: float
    progress: Tell | None
    threads: int


class Options(Further, total=False):
    """What every model takes: `Terms` and `Effort`, whole or field by field; a field named wins."""

    terms: Terms
    sites: int | None


def asked(options: Options | Further) -> tuple[Terms, Effort]:
    """The terms and the effort of a call.

    Raises
    ------
    TypeError
        If an option is none.
    """
    named: dict[str, Any] = dict(options)
    terms, effort = cast(Terms, named.pop("terms", Terms())), cast(Effort, named.pop("effort", Effort()))
    if "conditions" in named and named["conditions"] is None:
        named["conditions"] = Conditions()
    mine = {f.name: named.pop(f.name) for f in fields(Terms) if f.name in named}
    yours = {f.name: named.pop(f.name) for f in fields(Effort) if f.name in named}
    if named:
        known = ", ".join(sorted(Options.__annotations__))
        raise TypeError(f"no model takes {', '.join(sorted(named))}; the options are {known}")
    return replace(terms, **mine), replace(effort, **yours)
